"""The directory's people: the list, and one person with homes, shifts, contact methods and log-in; add, change, leave."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hub.core.alerts import Role
from hub.core.calendar import OnDays
from hub.core.context import Shift
from hub.directory.model import holds
from hub.web import api_people
from hub.web.access import Permission, ScopeKind
from hub.web.api_people import EditPeople, Show, ViewPeople
from hub.web.guard import User
from hub.web.models_accounts import LeaveIn, PersonIn, PersonOut
from hub.web.pages import contact_methods
from hub.web.pages.accounts import complaints
from hub.web.pages.rendering import pages_of
from hub.web.parts import Parts, PartsDep
from hub.web.problems import Problem
from hub.web.visibility import visible_homes
from hub.web.words import Language, say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_A_PAGE = 50
Typed = Annotated[str, Form()]


@router.get("/people")
async def people_page(
    request: Request,
    parts: PartsDep,
    user: ViewPeople,
    q: Annotated[str, Query(max_length=100)] = "",
    show: Show = "staff",
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    return await _list(request, parts, user, q, show, page)


@router.post("/people")
async def add_person(
    request: Request,
    parts: PartsDep,
    user: EditPeople,
    name: Typed = "",
    id: Typed = "",  # noqa: A002 -- the form's field
    surname: Typed = "",
    phone: Typed = "",
    company_id: Typed = "",
    methods: Typed = "",
) -> Response:
    typed = {
        "id": id,
        "name": name,
        "surname": surname,
        "phone": phone,
        "company_id": company_id,
        "methods": methods,
    }
    try:
        made = await api_people.add_person(_body(typed), parts, user)
    except (ValidationError, Problem) as error:
        messages, status = _messages(request, error)
        return await _list(request, parts, user, "", "staff", 1, messages, status, typed)
    return RedirectResponse(f"/people/{quote(made.id)}", 303)


@router.get("/people/{person_id}")
async def person_page(request: Request, person_id: str, parts: PartsDep, user: ViewPeople) -> Response:
    return await _one(request, parts, user, person_id)


@router.post("/people/{person_id}")
async def change_person(
    request: Request,
    person_id: str,
    parts: PartsDep,
    user: EditPeople,
    name: Typed = "",
    surname: Typed = "",
    phone: Typed = "",
    company_id: Typed = "",
    methods: Typed = "",
) -> Response:
    typed = {"name": name, "surname": surname, "phone": phone, "company_id": company_id, "methods": methods}
    try:
        await api_people.change_person(person_id, _body(typed), parts, user)
    except (ValidationError, Problem) as error:
        return await _again(request, parts, user, person_id, error, typed)
    return RedirectResponse(f"/people/{quote(person_id)}", 303)


@router.post("/people/{person_id}/leave")
async def leave(
    request: Request, person_id: str, parts: PartsDep, user: EditPeople, until_at: Typed = ""
) -> Response:
    try:
        at = datetime.fromisoformat(until_at).replace(tzinfo=parts.settings.timezone) if until_at else None
        await api_people.leave(person_id, LeaveIn(until_at=at), parts, user)
    except (ValueError, Problem) as error:
        wrong = error if isinstance(error, Problem) else _invalid()
        return await _again(request, parts, user, person_id, wrong, None)
    return RedirectResponse(f"/people/{quote(person_id)}", 303)


@router.post("/people/{person_id}/back")
async def come_back(request: Request, person_id: str, parts: PartsDep, user: EditPeople) -> Response:
    try:
        await api_people.come_back(person_id, parts, user)
    except Problem as error:
        return await _again(request, parts, user, person_id, error, None)
    return RedirectResponse(f"/people/{quote(person_id)}", 303)


async def _list(
    request: Request,
    parts: Parts,
    user: User,
    q: str,
    show: Show,
    page: int,
    messages: tuple[str, ...] = (),
    status: int = 200,
    typed: Mapping[str, str] | None = None,
) -> Response:
    found = await api_people.list_people(parts, user, q, show, _A_PAGE, (page - 1) * _A_PAGE)
    link = "/people?" + urlencode({"q": q, "show": show}) + "&page="
    return pages_of(request).page(
        request,
        "people.html",
        status,
        here="/people",
        channel=lambda one: contact_methods.channel_word(one, pages_of(request).language(request)),
        q=q,
        show=show,
        items=found.items,
        total=found.total,
        previous=f"{link}{page - 1}" if page > 1 else None,
        next=f"{link}{page + 1}" if page * _A_PAGE < found.total else None,
        messages=messages,
        typed=typed or {},
        may_add=user.may(Permission.EDIT_PEOPLE)
        and user.scope.kind in {ScopeKind.EVERYTHING, ScopeKind.COMPANY},
        manages_accounts=user.may(Permission.MANAGE_ACCOUNTS),
        **_companies(parts, user),
    )


async def _again(
    request: Request,
    parts: Parts,
    user: User,
    person_id: str,
    error: ValidationError | Problem,
    typed: Mapping[str, str] | None,
) -> Response:
    if isinstance(error, Problem) and error.status in {403, 404}:
        raise error
    messages, status = _messages(request, error)
    return await _one(request, parts, user, person_id, messages, status, typed)


async def _one(
    request: Request,
    parts: Parts,
    user: User,
    person_id: str,
    messages: tuple[str, ...] = (),
    status: int = 200,
    typed: Mapping[str, str] | None = None,
) -> Response:
    person = await api_people.get_person(person_id, parts, user)
    now = parts.hub.now()
    local = now.astimezone(parts.settings.timezone)
    return pages_of(request).page(
        request,
        "person.html",
        status,
        here="/people",
        person=person,
        gone=person.until_at is not None and person.until_at <= now,
        typed=typed or _typed(person, pages_of(request).language(request)),
        homes=_homes(parts, user, person_id),
        shifts=[shift for shift in api_people.directory_of(parts).shifts if shift.person_id == person_id],
        weekdays=lambda shift: _weekdays(shift, pages_of(request).language(request)),
        leave_at=local.strftime("%Y-%m-%dT%H:%M"),
        messages=messages,
        may_edit=user.may(Permission.EDIT_PEOPLE),
        manages_accounts=user.may(Permission.MANAGE_ACCOUNTS),
        **_companies(parts, user),
    )


def _homes(parts: Parts, user: User, person_id: str) -> list[dict[str, Any]]:
    """The homes to which the person is bound now, of those that the user may see."""
    visible, now = visible_homes(parts, user), parts.hub.now()
    found = []
    for bond in api_people.directory_of(parts).bonds:
        if bond.person_id != person_id or bond.home_id is None or not holds(bond, now):
            continue
        home = parts.hub.home(bond.home_id)
        if home is not None and (visible is None or bond.home_id in visible):
            names = [resident.name for resident in home.profile.residents]
            found.append(
                {
                    "id": home.id,
                    "names": names,
                    "address": home.profile.address,
                    "role": bond.role,
                    "cover": bond.cover,
                }
            )
    order = list(Role)
    return sorted(found, key=lambda one: (order.index(one["role"]), one["cover"], one["address"]))


def _weekdays(shift: Shift, language: Language) -> str:
    if shift.days is not OnDays.WEEKDAYS:
        return say(language, f"people.{shift.days.value}")
    if len(shift.weekdays) == 7:
        return say(language, "people.every_day")
    return say(language, "list.and").join(say(language, f"weekday.{day}") for day in sorted(shift.weekdays))


def _companies(parts: Parts, user: User) -> dict[str, Any]:
    """To choose from; whoever has the scope of one company adds to that one."""
    companies = api_people.directory_of(parts).companies
    return {
        "companies": [(one.id, one.name) for one in companies]
        if user.scope.kind is ScopeKind.EVERYTHING
        else []
    }


def _typed(person: PersonOut, language: Language) -> dict[str, str]:
    return {
        "name": person.name,
        "surname": person.surname,
        "phone": person.phone,
        "company_id": person.company.id if person.company else "",
        "methods": contact_methods.written(person.methods, language),
    }


def _body(typed: Mapping[str, str]) -> PersonIn:
    """Raises ValidationError, or Problem for a contact method without its two parts."""
    return PersonIn.model_validate(
        {
            **typed,
            "id": typed.get("id") or None,
            "company_id": typed["company_id"] or None,
            "methods": contact_methods.read(typed["methods"]),
        }
    )


def _messages(request: Request, error: ValidationError | Problem) -> tuple[tuple[str, ...], int]:
    language = pages_of(request).language(request)
    if isinstance(error, Problem) and error.code in {"person_busy", "person_administers"}:
        return (say(language, f"problem.{error.code}", **error.extra),), error.status
    return complaints(error, language, "people")


def _invalid() -> Problem:
    return Problem(422, "invalid", "This is no date and time.", where="until_at", remedy="Correct it.")
