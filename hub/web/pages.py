"""The pages: rendered here, in Chinese or English; the console then keeps itself current through the API."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hub.core.alerts import WhatItWas, WhatWasDone
from hub.core.home import AwayKind, Flag
from hub.web import api_accounts, api_alerts, api_homes
from hub.web.access import Permission
from hub.web.guard import User, client_address
from hub.web.models import AccountChange, AccountIn, CareCard
from hub.web.parts import AdministratorDep, Parts, PartsDep, UserDep
from hub.web.problems import Problem
from hub.web.sessions import Session
from hub.web.words import LANGUAGES, WORDS, Language, say, table

if TYPE_CHECKING:
    from jinja2 import Environment

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

LANGUAGE_COOKIE = "care_language"
_YEAR_S = 365 * 24 * 3600
_DEVICES_A_PAGE = 100
MARKS = {"emergency": "***", "urgent": "**", "routine": "*", "technical": "•"}
MENU = (
    ("/", "nav.console"),
    ("/homes", "nav.homes"),
    ("/devices", "nav.devices"),
    ("/rejected", "nav.rejected"),
)
HELP = (
    (("↑", "↓", "J", "K"), "help.move"),
    (("Enter",), "help.open"),
    (("A",), "action.acknowledge"),
    (("G",), "action.on_the_way"),
    (("S",), "action.on_site"),
    (("R",), "action.resolve"),
    (("N",), "action.note"),
    (("1",), "action.ambulance"),
    (("H",), "action.raise"),
    (("M",), "help.sound"),
    (("Esc",), "help.escape"),
    (("?",), "help.help"),
)
_WARNINGS = {
    Flag.HARD_OF_HEARING: "card.go_to_door",
    Flag.ON_OXYGEN: "card.oxygen",
    Flag.DEMENTIA: "card.dementia",
}
NOT_FOR_SCRIPTS = (
    "accounts.",
    "entry.",
    "error.",
    "help.",
    "hold.",
    "homes.",
    "login.",
    "nav.",
    "notify.",
    "reject.",
    "rejected.",
)
"""Words that only pages and timelines use, which are put into words here."""


class Pages:
    """Renders templates in the language of a request."""

    def __init__(self, timezone: ZoneInfo, language: Language) -> None:
        self._timezone = timezone
        self._language = language

    @cached_property
    def _templates(self) -> "Environment":
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        templates.filters["local"] = self.local
        templates.filters["short"] = short_address
        return templates

    def local(self, at: datetime) -> str:
        return at.astimezone(self._timezone).strftime("%Y-%m-%d %H:%M:%S")

    def language(self, request: Request) -> Language:
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        return next((language for language in LANGUAGES if language == chosen), self._language)

    def page(
        self, request: Request, template: str, status: int = 200, here: str = "", **values: Any
    ) -> HTMLResponse:
        language = self.language(request)
        user: User | None = getattr(request.state, "user", None)
        menu = (
            (*MENU, ("/accounts", "nav.accounts")) if user and user.may(Permission.MANAGE_ACCOUNTS) else MENU
        )
        query = f"?{request.url.query}" if request.url.query else ""

        def t(key: str, **parts: object) -> str:
            return say(language, key, **parts)

        def room(name: str) -> str:
            return say(language, f"room.{name}") if f"room.{name}" in WORDS else name

        def reject_reason(reason: str) -> str:
            return say(language, f"reject.{reason}") if f"reject.{reason}" in WORDS else reason

        html = self._templates.get_template(template).render(
            t=t,
            room=room,
            reject_reason=reject_reason,
            language=language,
            user=user,
            menu=menu,
            here=here,
            this_page=request.url.path + query if request.method == "GET" else here or "/",
            marks=MARKS,
            **values,
        )
        return HTMLResponse(html, status)

    def data(self, request: Request) -> Mapping[str, Any]:
        """What the scripts of a page need to know."""
        language = self.language(request)
        user: User = request.state.user
        words = {key: text for key, text in table(language).items() if not key.startswith(NOT_FOR_SCRIPTS)}
        return {
            "language": language,
            "timezone": self._timezone.key,
            "user": {"id": user.login, "name": user.name, "role": user.role.value},
            "words": words,
        }


def pages_of(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def short_address(address: str) -> str:
    """Compound, building, stair and flat of an address; the wider regions are the same for a whole list."""
    parts = address.split(" ")
    return " ".join(parts[-4:]) if len(parts) > 5 else address


def local_path(then: str) -> str:
    """Where to go after a log-in: a path of this hub, never another site."""
    return then if then.startswith("/") and not then.startswith(("//", "/\\")) else "/"


# --- log in, log out, language ----------------------------------------------------------------------------------------


@router.get("/login")
async def login_page(request: Request, then: str = "/") -> Response:
    return pages_of(request).page(request, "login.html", then=local_path(then), message="", login="")


@router.post("/login")
async def log_in(
    request: Request,
    parts: PartsDep,
    login: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=1024)],
    then: Annotated[str, Form()] = "/",
) -> Response:
    pages, now = pages_of(request), parts.hub.now()
    language = pages.language(request)
    status, message = 401, say(language, "login.wrong")
    try:
        account = await parts.logins.check(login, password, client_address(request), now)
    except Problem as problem:
        account, status = None, problem.status
        wait_s = int((problem.headers or {}).get("Retry-After", "60"))
        message = say(language, "login.too_many", minutes=(wait_s + 59) // 60)
    if account is None:
        return pages.page(request, "login.html", status, then=local_path(then), message=message, login=login)
    response = RedirectResponse(local_path(then), 303)
    session = Session(account.login, account.generation, now)
    response.headers.append("set-cookie", parts.sessions.cookie(session, request))
    parts.logins.names[account.login] = account.name
    return response


@router.post("/logout")
async def log_out(request: Request, parts: PartsDep) -> Response:
    response = RedirectResponse("/login", 303)
    response.headers.append("set-cookie", parts.sessions.cookie(None, request))
    return response


@router.post("/language")
async def choose_language(
    request: Request, language: Annotated[Language, Form()], then: Annotated[str, Form()] = "/"
) -> Response:
    response = RedirectResponse(local_path(then), 303)
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=_YEAR_S, httponly=True, samesite="strict", path="/"
    )
    return response


# --- what operators look at -------------------------------------------------------------------------------------------


@router.get("/")
async def console(request: Request, user: UserDep) -> Response:
    pages = pages_of(request)
    return pages.page(
        request,
        "console.html",
        here="/",
        page_data=pages.data(request),
        what_it_was=[value.value for value in WhatItWas],
        what_was_done=[value.value for value in WhatWasDone],
        help=HELP,
    )


@router.get("/homes")
async def homes_page(
    request: Request, parts: PartsDep, user: UserDep, q: api_homes.Search = "", after: str | None = None
) -> Response:
    found = await api_homes.list_homes(parts, q, 50, after)
    return pages_of(request).page(
        request, "homes.html", here="/homes", q=q, items=found.items, next=found.next
    )


@router.get("/homes/{home_id}")
async def home_page(request: Request, home_id: str, parts: PartsDep, user: UserDep) -> Response:
    pages, language = pages_of(request), pages_of(request).language(request)
    card = await api_homes.get_home(home_id, parts, user)
    history = await api_alerts.list_alerts(parts, home=home_id, limit=50)
    local = parts.hub.now().astimezone(parts.settings.timezone)
    return pages.page(
        request,
        "home.html",
        here="/homes",
        page_data=pages.data(request),
        card=card,
        history=history.items,
        warnings=[say(language, key) for key in _warnings(card)],
        away_kinds=[kind.value for kind in AwayKind],
        away_from=local.strftime("%Y-%m-%dT%H:%M"),
        away_until=(local + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
        year=local.year,
    )


def _warnings(card: CareCard) -> list[str]:
    flags = {flag for resident in card.residents for flag in resident.flags}
    keys = [key for flag, key in _WARNINGS.items() if flag in flags]
    return [*keys, "card.unjudged"] if card.unjudged else keys


@router.get("/devices")
async def devices_page(
    request: Request,
    parts: PartsDep,
    user: UserDep,
    q: api_homes.Search = "",
    problems: bool = False,
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    found = await api_homes.list_devices(
        parts, q, None, problems, _DEVICES_A_PAGE, (page - 1) * _DEVICES_A_PAGE
    )
    link = f"/devices?q={quote(q)}{'&problems=1' if problems else ''}&page="
    return pages_of(request).page(
        request,
        "devices.html",
        here="/devices",
        q=q,
        problems=problems,
        items=found.items,
        previous=f"{link}{page - 1}" if page > 1 else None,
        next=f"{link}{page + 1}" if page * _DEVICES_A_PAGE < found.total else None,
    )


@router.get("/rejected")
async def rejected_page(
    request: Request, parts: PartsDep, user: UserDep, before: int | None = None
) -> Response:
    found = await api_homes.list_rejected(parts, 25, before)
    return pages_of(request).page(
        request, "rejected.html", here="/rejected", items=found.items, next=found.next
    )


# --- accounts ---------------------------------------------------------------------------------------------------------


async def _accounts(request: Request, parts: Parts, message: str = "", status: int = 200) -> Response:
    return pages_of(request).page(
        request, "accounts.html", status, here="/accounts", items=await parts.logins.all(), message=message
    )


@router.get("/accounts")
async def accounts_page(request: Request, parts: PartsDep, user: AdministratorDep) -> Response:
    return await _accounts(request, parts)


@router.post("/accounts")
async def add_account(
    request: Request,
    parts: PartsDep,
    user: AdministratorDep,
    login: Annotated[str, Form()],
    name: Annotated[str, Form()],
    role: Annotated[str, Form()],
    password: Annotated[str, Form()],
) -> Response:
    try:
        body = AccountIn.model_validate({"login": login, "name": name, "role": role, "password": password})
        await api_accounts.add_account(body, parts, user)
    except (ValidationError, Problem) as error:
        return await _refused(request, parts, error)
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/{login}/active")
async def set_active(
    request: Request, login: str, parts: PartsDep, user: AdministratorDep, active: Annotated[bool, Form()]
) -> Response:
    return await _change(request, parts, user, login, {"active": active})


@router.post("/accounts/{login}/password")
async def set_password(
    request: Request, login: str, parts: PartsDep, user: AdministratorDep, password: Annotated[str, Form()]
) -> Response:
    return await _change(request, parts, user, login, {"password": password})


async def _change(
    request: Request, parts: Parts, user: User, login: str, change: Mapping[str, Any]
) -> Response:
    try:
        await api_accounts.change(parts, login, AccountChange.model_validate(change), user.login)
    except (ValidationError, Problem) as error:
        return await _refused(request, parts, error)
    return RedirectResponse("/accounts", 303)


async def _refused(request: Request, parts: Parts, error: ValidationError | Problem) -> Response:
    language = pages_of(request).language(request)
    if isinstance(error, Problem):
        key = f"problem.{error.code}"
        return await _accounts(
            request, parts, say(language, key) if key in WORDS else error.detail, error.status
        )
    field = str(error.errors()[0]["loc"][0])
    return await _accounts(
        request, parts, say(language, "accounts.wrong", field=say(language, f"accounts.{field}")), 422
    )
