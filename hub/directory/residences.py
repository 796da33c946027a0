"""What becomes of an elder in the directory: enrolled, open, paused, back, left, deceased. Pure: a directory in, a directory out.

The states of an elder are residences that follow each other without a gap: the one that held ends at the instant of the change,
the next begins then. Every edit raises EditRefused when it would not fit.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from hub.core.alerts import Role
from hub.core.home import Membership
from hub.directory.model import MAX_OWN_ELDERS, Bond, Directory, Elder, Residence, holds
from hub.directory.moves import check_id, home_of, residents_of
from hub.directory.refusals import EditRefusal, EditRefused

CARED_FOR = frozenset({Membership.NOT_YET_OPEN, Membership.ACTIVE, Membership.PAUSED})
"""Who lives there and may call; the others are gone."""

NEXT: Mapping[Membership, frozenset[Membership]] = {
    Membership.NOT_YET_OPEN: frozenset({Membership.LEFT, Membership.DECEASED}),
    Membership.ACTIVE: frozenset({Membership.PAUSED, Membership.LEFT, Membership.DECEASED}),
    Membership.PAUSED: frozenset({Membership.ACTIVE, Membership.LEFT, Membership.DECEASED}),
    # Back again, or entered by mistake: protected only once a press was answered anew.
    Membership.LEFT: frozenset({Membership.NOT_YET_OPEN, Membership.DECEASED}),
    Membership.DECEASED: frozenset({Membership.NOT_YET_OPEN}),
}
"""Where each state may lead by hand. Nobody is put into `active` so who was not: a press does that (`open_by_press`)."""


def enrol_elder(
    directory: Directory,
    elder: Elder,
    home_id: str,
    at: datetime,
    *,
    butler_id: str | None = None,
    comes_back: bool = False,
) -> Directory:
    """An elder moves into a home, not yet open. A home without a butler needs one named; a list holds twenty.

    `comes_back`: the id is that of somebody who left, and is this person. An elder who is recorded as deceased comes back by no
    enrolment: a record made by mistake is put right with `set_membership`.
    """
    check_id(elder.id)
    home_of(directory, home_id)
    known = any(entry.id == elder.id for entry in directory.elders)
    housed = current(directory, elder.id, at) if known else None
    if housed is not None and housed.membership in CARED_FOR:
        if housed.home_id == home_id:
            raise EditRefused(EditRefusal.ID_TAKEN, id=elder.id)
        raise EditRefused(EditRefusal.LIVES_ELSEWHERE, id=elder.id, home=housed.home_id)
    last = max(
        (one for one in directory.residences if known and one.elder_id == elder.id),
        key=lambda one: one.from_at,
        default=None,
    )
    if last is not None and not (comes_back and last.membership is not Membership.DECEASED):
        raise EditRefused(
            EditRefusal.WAS_HERE_BEFORE,
            id=elder.id,
            home=last.home_id,
            now=last.membership.value,
            since=f"{last.from_at:%Y-%m-%d}",
        )
    elders = tuple(elder if entry.id == elder.id else entry for entry in directory.elders)
    directory = replace(directory, elders=elders if known else (*elders, elder))
    if housed is not None:
        directory = _replaced(directory, housed, replace(housed, until_at=at))
    directory = _add(directory, Residence(elder.id, home_id, Membership.NOT_YET_OPEN, at))
    return _with_butler(directory, home_id, at, butler_id)


def set_membership(
    directory: Directory,
    elder_id: str,
    membership: Membership,
    at: datetime,
    *,
    until_at: datetime | None = None,
    now: datetime | None = None,
) -> Directory:
    """The elder is in this state from `at` on, which may lie ahead of `now` (None: it is now), or back as far as the state of now
    began.

    Paused `until_at`: active again from then on, by itself. The state that holds at `at` once more takes back what was planned
    after it; a pause gets another end.
    """
    before = _state_at(directory, elder_id, at)
    if until_at is not None and (membership is not Membership.PAUSED or until_at <= at):
        raise EditRefused(EditRefusal.ENDS_BEFORE, id=elder_id)
    later = sorted(
        (one for one in directory.residences if one.elder_id == elder_id and one.from_at > at),
        key=lambda one: one.from_at,
    )
    for begun in later:
        if now is not None and begun.from_at <= now:
            raise EditRefused(
                EditRefusal.CHANGED_SINCE,
                id=elder_id,
                at=f"{begun.from_at:%Y-%m-%d}",
                now=begun.membership.value,
            )
    if any(one.home_id != before.home_id for one in later):
        raise EditRefused(EditRefusal.PLANNED_ALREADY, id=elder_id, at=f"{later[0].from_at:%Y-%m-%d}")
    same = before.membership is membership
    if same and not later and until_at == before.until_at:
        raise EditRefused(EditRefusal.SAME_MEMBERSHIP, id=elder_id, membership=membership.value)
    if not same and membership not in NEXT[before.membership]:
        raise EditRefused(
            EditRefusal.NOT_FROM_HERE,
            id=elder_id,
            now=before.membership.value,
            wanted=membership.value,
            allowed=" ".join(sorted(one.value for one in NEXT[before.membership])),
        )
    # What was planned for this home (the end of a pause) is overtaken by what is said now.
    directory = replace(directory, residences=tuple(one for one in directory.residences if one not in later))
    directory = _replaced(directory, before, replace(before, until_at=until_at if same else at))
    if not same:
        directory = _add(directory, Residence(elder_id, before.home_id, membership, at, until_at))
    if until_at is not None:
        directory = _add(directory, Residence(elder_id, before.home_id, Membership.ACTIVE, until_at))
    if membership in CARED_FOR and before.membership not in CARED_FOR:
        return _with_butler(directory, before.home_id, at, None)
    return directory


def open_by_press(directory: Directory, elder_id: str, at: datetime) -> Directory:
    """A press that a person answered proves the home of an elder who is not yet open; what was planned after it stays."""
    before = _state_at(directory, elder_id, at)
    if before.membership is not Membership.NOT_YET_OPEN:
        raise EditRefused(EditRefusal.SAME_MEMBERSHIP, id=elder_id, membership=before.membership.value)
    directory = _replaced(directory, before, replace(before, until_at=at))
    return _add(directory, Residence(elder_id, before.home_id, Membership.ACTIVE, at, before.until_at))


def planned(directory: Directory, elder_id: str, home_id: str, now: datetime) -> tuple[Residence, ...]:
    """The states that wait for their day, the next one first."""
    waiting = (
        one
        for one in directory.residences
        if one.elder_id == elder_id and one.home_id == home_id and one.from_at > now
    )
    return tuple(sorted(waiting, key=lambda one: one.from_at))


def _state_at(directory: Directory, elder_id: str, at: datetime) -> Residence:
    found = current(directory, elder_id, at)
    if found is None:
        _refuse_unhoused(directory, elder_id, at)
        raise EditRefused(EditRefusal.NOT_HOUSED, id=elder_id)
    return found


def current(directory: Directory, elder_id: str, at: datetime) -> Residence | None:
    """Where and in which state the elder is at this instant."""
    return next(
        (entry for entry in directory.residences if entry.elder_id == elder_id and holds(entry, at)), None
    )


def _refuse_unhoused(directory: Directory, elder_id: str, at: datetime) -> None:
    if all(elder.id != elder_id for elder in directory.elders):
        raise EditRefused(EditRefusal.UNKNOWN_ELDER, id=elder_id)
    began = [entry.from_at for entry in directory.residences if entry.elder_id == elder_id]
    if began and min(began) > at:
        raise EditRefused(EditRefusal.BEFORE_IT_BEGAN, id=elder_id, at=f"{min(began):%Y-%m-%d}")


def _with_butler(directory: Directory, home_id: str, at: datetime, butler_id: str | None) -> Directory:
    """The home has one own butler, who has room for its elders."""
    own = [
        bond
        for bond in directory.bonds
        if bond.role is Role.BUTLER and not bond.cover and bond.home_id == home_id and holds(bond, at)
    ]
    if own:
        butler_id = own[0].person_id
    elif butler_id is None:
        raise EditRefused(EditRefusal.NO_BUTLER, home=home_id)
    else:
        if all(person.id != butler_id for person in directory.persons):
            raise EditRefused(EditRefusal.UNKNOWN_PERSON, id=butler_id)
        bond = Bond(butler_id, Role.BUTLER, at, home_id=home_id)
        directory = replace(directory, bonds=(*directory.bonds, bond))
    count = len(own_elders(directory, butler_id, at))
    if count > MAX_OWN_ELDERS:
        raise EditRefused(EditRefusal.LIST_FULL, id=butler_id, limit=MAX_OWN_ELDERS)
    return directory


def own_elders(directory: Directory, butler_id: str, at: datetime) -> frozenset[str]:
    """The elders on a butler's own list at this instant; covers do not count."""
    homes = {
        bond.home_id
        for bond in directory.bonds
        if bond.role is Role.BUTLER and not bond.cover and bond.person_id == butler_id and holds(bond, at)
    }
    return frozenset(
        entry.elder_id
        for entry in directory.residences
        if entry.home_id in homes and entry.membership in CARED_FOR and holds(entry, at)
    )


def anybody_cared_for(directory: Directory, home_id: str, at: datetime) -> bool:
    return any(entry.membership in CARED_FOR for entry in residents_of(directory, home_id, at))


def _add(directory: Directory, residence: Residence) -> Directory:
    return replace(directory, residences=(*directory.residences, residence))


def _replaced(directory: Directory, before: Residence, after: Residence) -> Directory:
    """A residence that would last no time at all never was."""
    kept = () if after.until_at == after.from_at else (after,)
    found = (part for entry in directory.residences for part in (kept if entry == before else (entry,)))
    return replace(directory, residences=tuple(found))
