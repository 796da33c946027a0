"""Log-ins, for administrators: the list, and one log-in with its role, scope and person."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hub.core.alerts import Role
from hub.core.events import ActorRole
from hub.directory.in_order import in_order, name_in_order
from hub.directory.model import Directory
from hub.directory.profiles import region_path
from hub.web import api_accounts
from hub.web.access import LOG_IN_ROLES, SCOPES, ScopeKind
from hub.web.models_accounts import AccountChange, AccountIn
from hub.web.pages.lists import chosen
from hub.web.pages.rendering import pages_of
from hub.web.parts import AdministratorDep, Forbidden, Parts, PartsDep
from hub.web.problems import Problem
from hub.web.staff import staff
from hub.web.words import WORDS, Language, say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class Said(StrEnum):
    """What the list says was just done."""

    ADDED = "added"
    SAVED = "saved"
    RESET = "reset"
    ENABLED = "enabled"
    DISABLED = "disabled"


Typed = Annotated[str, Form()]
Group = tuple[ScopeKind, list[tuple[str, str]]]
_ROLE_OF: dict[Role, ActorRole] = {
    Role.DUTY_MANAGER: ActorRole.DUTY_MANAGER,
    Role.OPERATOR: ActorRole.OPERATOR,
    Role.CENTRE_DUTY: ActorRole.CENTRE_DUTY,
}
"""What somebody logs in as who works in one of these; everybody else as a butler."""


@router.get("/accounts")
async def accounts_page(
    request: Request,
    parts: PartsDep,
    user: AdministratorDep,
    person: str = "",
    said: str = "",
    about: str = "",
) -> Response:
    return await _list(request, parts, typed=_for_person(parts, person), said=chosen(Said, said), about=about)


@router.post("/accounts")
async def add_account(
    request: Request,
    parts: PartsDep,
    user: AdministratorDep,
    login: Typed,
    name: Typed,
    role: Typed,
    password: Typed,
    scope: Typed = "",
    person: Typed = "",
) -> Response:
    typed = {"login": login, "name": name, "role": role, "scope": scope, "person": person}
    body: dict[str, Any] = {"login": login, "name": name, "role": role, "password": password}
    try:
        await api_accounts.add_account(AccountIn.model_validate(body | _access(scope, person)), parts, user)
    except (ValidationError, Problem) as error:
        messages, status = complaints(error, pages_of(request).language(request), "accounts")
        return await _list(request, parts, messages, status, typed)
    return _back(Said.ADDED, body["login"])


@router.get("/accounts/{login}")
async def account_page(request: Request, login: str, parts: PartsDep, user: AdministratorDep) -> Response:
    return await _one(request, parts, login)


@router.post("/accounts/{login}/access")
async def set_access(
    request: Request,
    login: str,
    parts: PartsDep,
    user: AdministratorDep,
    name: Typed,
    role: Typed,
    scope: Typed = "",
    person: Typed = "",
) -> Response:
    typed = {"name": name, "role": role, "scope": scope, "person": person}
    changes: dict[str, Any] = {"name": name}
    if login.casefold() != user.login:
        changes |= {"role": role, "person_id": None} | _access(scope, person)
    return await _change(request, parts, user, login, changes, Said.SAVED, typed)


@router.post("/accounts/{login}/active")
async def set_active(
    request: Request, login: str, parts: PartsDep, user: AdministratorDep, active: Annotated[bool, Form()]
) -> Response:
    return await _change(
        request, parts, user, login, {"active": active}, Said.ENABLED if active else Said.DISABLED
    )


@router.post("/accounts/{login}/password")
async def set_password(
    request: Request, login: str, parts: PartsDep, user: AdministratorDep, password: Typed
) -> Response:
    return await _change(request, parts, user, login, {"password": password}, Said.RESET)


async def _change(
    request: Request,
    parts: Parts,
    user: AdministratorDep,
    login: str,
    changes: Mapping[str, Any],
    done: Said,
    typed: Mapping[str, str] | None = None,
) -> Response:
    try:
        await api_accounts.change(parts, login, AccountChange.model_validate(changes), user)
    except (ValidationError, Problem) as error:
        if isinstance(error, Problem) and error.status == 404:
            raise
        messages, status = complaints(error, pages_of(request).language(request), "accounts")
        return await _one(request, parts, login, messages, status, typed)
    return _back(done, login)


def _back(done: Said, login: str) -> Response:
    return RedirectResponse(f"/accounts?{urlencode({'said': done.value, 'about': login})}", 303)


async def _list(
    request: Request,
    parts: Parts,
    messages: tuple[str, ...] = (),
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    said: Said | None = None,
    about: str = "",
) -> Response:
    items = [api_accounts.account_out(parts, account) for account in await parts.logins.all()]
    # Only of a log-in that there is: an address that somebody made up says nothing.
    told = next((one for one in items if said is not None and one.login == about.casefold()), None)
    return pages_of(request).page(
        request,
        "accounts.html",
        status,
        here="/accounts",
        items=items,
        done=say(pages_of(request).language(request), f"accounts_said.{said}", login=told.login)
        if told is not None
        else "",
        messages=messages,
        typed=typed or {},
        **_choices(parts),
    )


async def _one(
    request: Request,
    parts: Parts,
    login: str,
    messages: tuple[str, ...] = (),
    status: int = 200,
    typed: Mapping[str, str] | None = None,
) -> Response:
    account = await api_accounts.stored(parts, login)
    scope = f"{account.scope_kind}:{account.scope_id}" if account.scope_id else account.scope_kind
    kept = {
        "name": account.name,
        "role": account.role.value,
        "scope": "own" if account.scope_kind == ScopeKind.OWN else scope,
        "person": account.person_id or "",
    }
    return pages_of(request).page(
        request,
        "account.html",
        status,
        here="/accounts",
        account=api_accounts.account_out(parts, account),
        messages=messages,
        typed=typed or kept,
        **_choices(parts),
    )


def _choices(parts: Parts) -> dict[str, Any]:
    directory = parts.keeper.directory or Directory(parts.hub.cell)
    return {
        "roles": [role.value for role in LOG_IN_ROLES],
        "scopes_of": {role.value: [scope.value for scope in scopes] for role, scopes in SCOPES.items()},
        "roles_of": {
            kind.value: [role.value for role in LOG_IN_ROLES if kind in SCOPES[role]] for kind in ScopeKind
        },
        "needs_a_place": [role.value for role in LOG_IN_ROLES if SCOPES[role] == (ScopeKind.CENTRE,)],
        "places": places_of(parts),
        "persons": sorted(
            ((one.id, one.name) for one in staff(directory, parts.hub.now())),
            key=lambda one: (name_in_order(one[1]), one[0]),
        ),
    }


def places_of(parts: Parts) -> list[tuple[str, list[tuple[str, str]]]]:
    """Of whose homes a log-in may be, besides all and its own: by kind, each with its id and name."""
    directory = parts.keeper.directory or Directory(parts.hub.cell)
    places: list[Group] = [
        (ScopeKind.COMPANY, _named((one.id, one.name) for one in directory.companies)),
        (ScopeKind.REGION, _regions(directory)),
        (ScopeKind.CENTRE, _named((one.id, one.name) for one in directory.centres)),
    ]
    return [(kind.value, entries) for kind, entries in places if entries]


def _named(entries: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(entries, key=lambda one: (in_order(one[1]), one[0]))


def _regions(directory: Directory) -> list[tuple[str, str]]:
    """With their whole way down: two compounds may have one name."""
    by_id = {region.id: region for region in directory.regions}
    return _named(
        (region.id, " ".join(one.name for one in region_path(by_id, region.id)))
        for region in directory.regions
    )


def _for_person(parts: Parts, person_id: str) -> dict[str, str]:
    """The form as it begins when somebody comes from a person's page: as what they work, and for their centre."""
    directory = parts.keeper.directory
    for person in directory.persons if directory is not None else ():
        if directory is not None and person.id == person_id:
            begun = {"person": person.id, "name": person.name, "login": ""}
            shifts = [one for one in directory.shifts if one.person_id == person_id]
            for role, log_in in _ROLE_OF.items():
                centres = {one.centre_id for one in shifts if one.role is role}
                if centres:
                    centre = next(iter(centres)) if role is Role.CENTRE_DUTY and len(centres) == 1 else None
                    return begun | {"role": log_in.value} | ({"scope": f"centre:{centre}"} if centre else {})
            return begun | {"role": ActorRole.BUTLER.value}
    return {}


def _access(scope: str, person: str) -> dict[str, Any]:
    kind, _, place = scope.partition(":")
    found: dict[str, Any] = {"person_id": person} if person else {}
    if kind:
        found["scope"] = {"kind": kind, "id": place or None}
    return found


def complaints(
    error: ValidationError | Problem, language: Language, area: str
) -> tuple[tuple[str, ...], int]:
    """What a form's page says above itself, and its status. What is not allowed is not told here but refused."""
    if isinstance(error, Forbidden):
        raise error
    if isinstance(error, Problem):
        if "errors" in error.extra:
            return tuple(one[language] for one in error.extra["errors"]), error.status
        key = f"problem.{error.code}"
        return (say(language, key) if key in WORDS else error.detail,), error.status
    fields = dict.fromkeys(str(one["loc"][0]) if one["loc"] else "" for one in error.errors())
    names = [say(language, key) for key in (f"{area}.{field}" for field in fields) if key in WORDS]
    wrong = say(language, "accounts.wrong", field=say(language, "list.and").join(names))
    return (wrong if names else say(language, "problem.invalid"),), 422
