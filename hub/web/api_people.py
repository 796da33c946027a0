"""The API of the directory's people: who there is, what they do, how they are reached; add, change, leave."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from hub.core.alerts import Role
from hub.core.context import ContactMethod
from hub.core.events import ActorRole
from hub.directory import people_edits
from hub.directory.in_order import name_in_order
from hub.directory.model import Bond, Directory, PersonEntry, holds
from hub.directory.people_edits import NoSuchEntry, StillBusy, TakenId
from hub.directory.validation import DirectoryProblems
from hub.store.change_log import Change, What
from hub.web.access import Permission, ScopeKind
from hub.web.directory_words import directory_problem
from hub.web.guard import User
from hub.web.models import PersonRef
from hub.web.models_accounts import LeaveIn, MethodIn, PersonIn, PersonOut, PersonPage
from hub.web.parts import Parts, PartsDep, allowed
from hub.web.problems import RESPONSES, Problem, not_found
from hub.web.refusals import Forbidden
from hub.web.staff import OUTSIDERS, has_left, roles_of, staff
from hub.web.visibility import visible_centres, visible_homes

router = APIRouter(prefix="/api/v1", tags=["people"], responses=RESPONSES)

ViewPeople = Annotated[User, Depends(allowed(Permission.VIEW_PEOPLE))]
EditPeople = Annotated[User, Depends(allowed(Permission.EDIT_PEOPLE))]
Show = Literal["staff", "all", "left"]
HIDDEN = "–"
"""In place of an address that is not for this log-in."""


@router.get("/people")
async def list_people(
    parts: PartsDep,
    user: ViewPeople,
    q: Annotated[str, Query(max_length=100)] = "",
    show: Show = "staff",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> PersonPage:
    """People of the scope by role and name. `q`: a part of a name, an id or a telephone number."""
    found = await asyncio.to_thread(_find, parts, user, q.strip().casefold(), show)
    return PersonPage(items=await _shown(parts, user, found[offset : offset + limit]), total=len(found))


@router.get("/people/{person_id}")
async def get_person(person_id: str, parts: PartsDep, user: ViewPeople) -> PersonOut:
    person = await asyncio.to_thread(see_person, parts, user, person_id, Permission.VIEW_PEOPLE)
    return (await _shown(parts, user, [person]))[0]


@router.post("/people", status_code=201)
async def add_person(body: PersonIn, parts: PartsDep, user: EditPeople) -> PersonOut:
    """Somebody new. Homes and shifts come with the ledger, the roster and the cards of homes."""
    if user.scope.kind not in {ScopeKind.EVERYTHING, ScopeKind.COMPANY}:
        raise Forbidden(user, Permission.EDIT_PEOPLE)
    company_id = user.scope.id if user.scope.kind is ScopeKind.COMPANY else body.company_id
    person_id = body.id or people_edits.free_id(directory_of(parts))
    person = _with(PersonEntry(person_id, "", ""), body, company_id)
    await edit(
        parts,
        lambda directory: people_edits.add_person(directory, person),
        Change(parts.hub.now(), user.login, What.PERSON_CHANGED, "person", person_id, {"change": "added"}),
    )
    return await get_person(person_id, parts, user)


@router.put("/people/{person_id}")
async def change_person(person_id: str, body: PersonIn, parts: PartsDep, user: EditPeople) -> PersonOut:
    """Name, telephone, company, contact methods."""
    before = await asyncio.to_thread(see_person, parts, user, person_id, Permission.EDIT_PEOPLE)
    company_id = before.company_id if user.scope.kind is not ScopeKind.EVERYTHING else body.company_id
    after = _with(before, body, company_id)
    fields = [name for name in after.__slots__ if getattr(after, name) != getattr(before, name)]
    await edit(
        parts,
        lambda directory: people_edits.change_person(directory, after),
        Change(parts.hub.now(), user.login, What.PERSON_CHANGED, "person", person_id, {"fields": fields}),
    )
    return await get_person(person_id, parts, user)


@router.post("/people/{person_id}/leave")
async def leave(person_id: str, body: LeaveIn, parts: PartsDep, user: EditPeople) -> PersonOut:
    """The person is gone from an instant on, and their log-in with them; homes, shifts and the administration of the hub are
    handed over before."""
    await asyncio.to_thread(see_person, parts, user, person_id, Permission.EDIT_PEOPLE)
    await _hands_over_the_administration(parts, person_id)
    now = parts.hub.now()
    until_at = body.until_at or now
    line = {"change": "leaves", "until_at": until_at.isoformat(timespec="minutes")}
    await edit(
        parts,
        lambda directory: people_edits.leave(directory, person_id, until_at, now),
        Change(now, user.login, What.PERSON_CHANGED, "person", person_id, line),
    )
    return await get_person(person_id, parts, user)


@router.delete("/people/{person_id}/leave")
async def come_back(person_id: str, parts: PartsDep, user: EditPeople) -> PersonOut:
    """The leaving is taken back."""
    await asyncio.to_thread(see_person, parts, user, person_id, Permission.EDIT_PEOPLE)
    await edit(
        parts,
        lambda directory: people_edits.come_back(directory, person_id),
        Change(parts.hub.now(), user.login, What.PERSON_CHANGED, "person", person_id, {"change": "stays"}),
    )
    return await get_person(person_id, parts, user)


async def _hands_over_the_administration(parts: Parts, person_id: str) -> None:
    """Nobody but an administrator ends the log-in of one, and never the last: disabling it sees to both."""
    for account in await parts.logins.all():
        if (account.person_id, account.active, account.role) == (person_id, True, ActorRole.ADMINISTRATOR):
            raise Problem(
                409,
                "person_administers",
                f"The person's log-in {account.login} is an administrator's.",
                where="person",
                remedy="An administrator disables that log-in first, or takes the person off it.",
                login=account.login,
            )


async def edit(parts: Parts, change: Callable[[Directory], Directory], line: Change) -> Directory:
    """An edit by the keeper, its refusals as problems."""
    try:
        return await asyncio.to_thread(parts.keeper.edit, change, line)
    except NoSuchEntry:
        raise not_found(line.about_kind, "path") from None
    except TakenId:
        raise Problem(
            409, "person_exists", "This id is taken.", where="id", remedy="Choose another, or none."
        ) from None
    except StillBusy as busy:
        raise Problem(
            409,
            "person_busy",
            f"The person still has {busy.homes} homes and {busy.shifts} shifts.",
            where="person",
            remedy="Hand them over first.",
            homes=busy.homes,
            shifts=busy.shifts,
        ) from None
    except DirectoryProblems as error:
        raise directory_problem(error, parts.views) from None


def directory_of(parts: Parts) -> Directory:
    return parts.keeper.directory or Directory(parts.hub.cell)


def see_person(parts: Parts, user: User, person_id: str, permission: Permission) -> PersonEntry:
    """Raises 404 for an unknown person, Forbidden for one outside of the scope."""
    try:
        person = people_edits.find_person(directory_of(parts), person_id)
    except NoSuchEntry:
        raise not_found("person", "person_id") from None
    visible = visible_persons(parts, user)
    if visible is not None and person_id not in visible:
        raise Forbidden(user, permission, person_id, "person")
    return person


def visible_persons(parts: Parts, user: User, *, past: bool = False) -> frozenset[str] | None:
    """Who is bound to a home of the scope, works at a centre of it, or belongs to its company; oneself. None: everybody.

    Who was bound to one before counts with `past`, and where nobody else is in charge of them: not while they have homes or
    shifts elsewhere, for whoever keeps those decides whether and where they are told.
    """
    homes = visible_homes(parts, user)
    if homes is None:
        return None
    directory, centres = directory_of(parts), visible_centres(parts, user) or frozenset()
    regions = {
        region
        for home_id in homes
        if (home := parts.hub.home(home_id)) is not None
        for region in home.profile.regions
    }
    now = parts.hub.now()
    bound = [bond for bond in directory.bonds if bond.home_id in homes or bond.region_id in regions]
    found = {bond.person_id for bond in bound if past or not _is_over(bond, now)}
    before = {bond.person_id for bond in bound} - found
    if before:
        busy = {bond.person_id for bond in directory.bonds if not _is_over(bond, now)}
        found |= before - busy - {shift.person_id for shift in directory.shifts}
    found |= {shift.person_id for shift in directory.shifts if shift.centre_id in centres}
    if user.scope.kind is ScopeKind.COMPANY:
        found |= {person.id for person in directory.persons if person.company_id == user.scope.id}
    if user.person_id is not None:
        found.add(user.person_id)
    return frozenset(found)


def _is_over(bond: Bond, now: datetime) -> bool:
    return bond.until_at is not None and bond.until_at <= now


def _find(parts: Parts, user: User, words: str, show: Show) -> list[PersonEntry]:
    directory, now = directory_of(parts), parts.hub.now()
    visible = visible_persons(parts, user)
    asked: Iterable[PersonEntry]
    match show:
        case "staff":
            asked = staff(directory, now)
        case "left":
            asked = [person for person in directory.persons if has_left(person, now)]
        case _:
            asked = [person for person in directory.persons if not has_left(person, now)]
    found = [
        person
        for person in asked
        if (visible is None or person.id in visible)
        and words in f"{person.name}\n{person.id}\n{person.phone}".casefold()
    ]
    rank = _ranks(directory)
    return sorted(
        found, key=lambda person: (rank.get(person.id, len(Role)), name_in_order(person.name), person.id)
    )


def _ranks(directory: Directory) -> dict[str, int]:
    """Where each person's first role stands in the list of roles: butlers before guards before family."""
    order = {role: place for place, role in enumerate(Role)}
    found: dict[str, int] = {}
    held = [(bond.person_id, bond.role) for bond in directory.bonds]
    held += [(shift.person_id, shift.role) for shift in directory.shifts]
    for person_id, role in held:
        found[person_id] = min(found.get(person_id, len(order)), order[role])
    return found


async def _shown(parts: Parts, user: User, persons: list[PersonEntry]) -> list[PersonOut]:
    logins = {account.person_id: account.login for account in await parts.logins.all() if account.person_id}
    return await asyncio.to_thread(_outs, parts, user, persons, logins)


def _outs(parts: Parts, user: User, persons: list[PersonEntry], logins: Mapping[str, str]) -> list[PersonOut]:
    directory, now = directory_of(parts), parts.hub.now()
    wanted = {person.id for person in persons}
    visible = visible_homes(parts, user)
    bonds: defaultdict[str, list[Bond]] = defaultdict(list)
    for bond in directory.bonds:
        if bond.person_id in wanted and holds(bond, now):
            bonds[bond.person_id].append(bond)
    centre_of = {home.id: home.centre_id for home in directory.homes}
    shown = (
        _out(parts, directory, person, bonds[person.id], visible, centre_of, logins) for person in persons
    )
    keeps = user.may(Permission.EDIT_PEOPLE)
    return [one if keeps or not one.roles or set(one.roles) - OUTSIDERS else _of_family(one) for one in shown]


def _of_family(person: PersonOut) -> PersonOut:
    """Numbers of families and neighbours stand on the care cards, which open for a reason; here only who keeps the people reads
    them."""
    methods = [one.model_copy(update={"address": HIDDEN}) for one in person.methods]
    return person.model_copy(update={"phone": "", "methods": methods})


def _out(
    parts: Parts,
    directory: Directory,
    person: PersonEntry,
    bonds: list[Bond],
    visible: frozenset[str] | None,
    centre_of: Mapping[str, str | None],
    logins: Mapping[str, str],
) -> PersonOut:
    homes = {
        bond.home_id
        for bond in bonds
        if bond.home_id is not None and (visible is None or bond.home_id in visible)
    }
    at = Counter(centre for home_id in homes if (centre := centre_of.get(home_id)) is not None)
    for shift in directory.shifts:
        if shift.person_id == person.id and shift.centre_id is not None:
            at[shift.centre_id] += 1
    roles = roles_of(bonds, directory, person.id)
    first = {bond.home_id for bond in bonds if roles and bond.role is roles[0]} & homes
    company = next((one for one in directory.companies if one.id == person.company_id), None)
    centres = [parts.views.centre(centre_id) for centre_id, _ in at.most_common()]
    return PersonOut(
        id=person.id,
        name=person.name,
        surname=person.surname,
        phone=person.phone,
        roles=roles,
        centres=[centre for centre in centres if centre is not None],
        company=PersonRef(id=company.id, name=company.name) if company else None,
        homes=len(first),
        other_homes=len(homes - first),
        methods=[MethodIn(channel=method.channel, address=method.address) for method in person.methods],
        until_at=person.until_at,
        login=logins.get(person.id),
    )


def _with(person: PersonEntry, body: PersonIn, company_id: str | None) -> PersonEntry:
    name = body.name.strip()
    return replace(
        person,
        name=name,
        surname=body.surname.strip() or name[:1],
        methods=tuple(ContactMethod(method.channel, method.address) for method in body.methods),
        phone=body.phone.strip(),
        company_id=company_id or None,
    )
