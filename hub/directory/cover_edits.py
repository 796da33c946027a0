"""代管: one person asks, both confirm, and only then somebody stands in. Pure: a directory in, a directory out.

The covered side may be confirmed by the duty manager when that person is ill. For somebody who cannot confirm in the
console, whoever keeps the roster writes down what was said on the telephone, on either side.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime

from hub.core.alerts import derived_id
from hub.core.escalation import WITH_THE_ELDER
from hub.core.shifts import Cover, CoverState, LeaveKind, Takes
from hub.directory.model import Directory, holds
from hub.directory.roster_edits import lies_ahead, person_of, reachable
from hub.directory.roster_entries import overlap
from hub.directory.roster_refusals import RosterRefusal, RosterRefused


def request_cover(
    directory: Directory,
    covered_id: str,
    by_id: str,
    from_at: datetime,
    until_at: datetime,
    at: datetime,
    *,
    takes: Takes = Takes.EVERYTHING,
    asked_by: str | None = None,
) -> Directory:
    """A new cover. Who asks for it (`asked_by`, a person's id) has confirmed the own side with that."""
    person_of(directory, covered_id, at)
    reachable(directory, by_id, at)
    if covered_id == by_id:
        raise RosterRefused(RosterRefusal.COVERS_ONESELF, person=by_id)
    lies_ahead(from_at, until_at, at)
    if _is_family(directory, by_id, at):
        raise RosterRefused(RosterRefusal.NOT_STAFF, person=by_id)
    if not _has_work(directory, covered_id, at):
        raise RosterRefused(RosterRefusal.NOTHING_TO_COVER, person=covered_id)
    # Covers are never removed: their number makes the id unique.
    number = str(len(directory.covers))
    cover = Cover(
        derived_id("cover", number, covered_id, by_id, from_at.isoformat(), until_at.isoformat()),
        *(covered_id, by_id, from_at, until_at, takes),
        requested_at=at,
        by_confirmed_at=at if asked_by == by_id else None,
        covered_confirmed_at=at if asked_by == covered_id else None,
        covered_agreed_by=covered_id if asked_by == covered_id else None,
    )
    _fits(directory, cover)
    return replace(directory, covers=(*directory.covers, cover))


def of_one_company(directory: Directory, covered_id: str, by_id: str) -> None:
    """Raises unless both work for the same company, as far as it is known: across companies two people do not hand elders to
    each other without whoever keeps the roster."""
    companies = {one.company_id for one in directory.persons if one.id in (covered_id, by_id)}
    if len(companies - {None}) > 1:
        raise RosterRefused(RosterRefusal.OTHER_COMPANY, person=covered_id, other=by_id)


def confirm_cover(
    directory: Directory,
    key: str,
    at: datetime,
    *,
    person_id: str | None = None,
    manager: str | None = None,
) -> Directory:
    """`person_id` confirms the own side, whichever it is; `manager` (a log-in) that of a covered person who is ill."""
    cover = _undecided(directory, key, at)
    if person_id == cover.by_id:
        if cover.by_confirmed_at is not None:
            raise RosterRefused(RosterRefusal.ALREADY_CONFIRMED)
        _fits(directory, cover)
        return _changed(directory, cover, replace(cover, by_confirmed_at=at))
    if person_id != cover.covered_id and manager is None:
        raise RosterRefused(RosterRefusal.NOT_YOURS)
    if cover.covered_confirmed_at is not None:
        raise RosterRefused(RosterRefusal.ALREADY_CONFIRMED)
    agreed_by = person_id if person_id == cover.covered_id else manager
    if person_id != cover.covered_id and not _ill(directory, cover):
        raise RosterRefused(RosterRefusal.NOT_ILL, person=cover.covered_id)
    confirmed = replace(cover, covered_confirmed_at=at, covered_agreed_by=agreed_by)
    return _changed(directory, cover, confirmed)


def confirm_by_telephone(
    directory: Directory,
    key: str,
    at: datetime,
    *,
    person_id: str,
    recorded_by: str,
    confirming: Collection[str],
) -> Directory:
    """`recorded_by` (a log-in) was told on the telephone that `person_id` agrees.

    `confirming` are the people who have a log-in to confirm with: nobody agrees for them.
    """
    cover = _undecided(directory, key, at)
    if person_id not in (cover.by_id, cover.covered_id):
        raise RosterRefused(RosterRefusal.NOT_YOURS)
    if person_id not in awaits(cover):
        raise RosterRefused(RosterRefusal.ALREADY_CONFIRMED)
    if person_id in confirming:
        raise RosterRefused(RosterRefusal.HAS_LOG_IN, person=person_id)
    if person_id == cover.by_id:
        _fits(directory, cover)
        return _changed(directory, cover, replace(cover, by_confirmed_at=at))
    return _changed(directory, cover, replace(cover, covered_confirmed_at=at, covered_agreed_by=recorded_by))


def decline_cover(
    directory: Directory,
    key: str,
    at: datetime,
    *,
    person_id: str | None = None,
    manager: str | None = None,
) -> Directory:
    """Either side says no, or the duty manager takes the request back."""
    cover = _undecided(directory, key, at)
    if person_id not in (cover.by_id, cover.covered_id) and manager is None:
        raise RosterRefused(RosterRefusal.NOT_YOURS)
    by = person_id if person_id in (cover.by_id, cover.covered_id) else manager
    return _changed(directory, cover, replace(cover, declined_at=at, declined_by=by))


def end_cover(directory: Directory, key: str, at: datetime, by: str) -> Directory:
    """A confirmed cover ends now; one that has not begun is called off. `by`: a person's id or a log-in.

    Whoever is covered may take the own work back, but not while entered as away: nobody would be asked then.
    """
    cover = cover_of(directory, key)
    if by == cover.covered_id and any(
        one.person_id == by and one.from_at <= at < one.until_at for one in directory.leaves
    ):
        raise RosterRefused(RosterRefusal.STILL_AWAY, person=by)
    if cover.state is CoverState.DECLINED:
        raise RosterRefused(RosterRefusal.ALREADY_DECLINED)
    if cover.until_at <= at:
        raise RosterRefused(RosterRefusal.COVER_OVER)
    if cover.from_at < at:
        return _changed(directory, cover, replace(cover, until_at=at))
    return _changed(directory, cover, replace(cover, declined_at=at, declined_by=by))


def cover_of(directory: Directory, key: str) -> Cover:
    cover = next((one for one in directory.covers if one.id == key), None)
    if cover is None:
        raise RosterRefused(RosterRefusal.UNKNOWN_COVER, cover=key)
    return cover


def awaits(cover: Cover) -> Iterator[str]:
    """Whose confirmation is missing: ids of people. For a covered person who is ill the duty manager may confirm."""
    if cover.state is CoverState.REQUESTED:
        if cover.by_confirmed_at is None:
            yield cover.by_id
        if cover.covered_confirmed_at is None:
            yield cover.covered_id


def may_agree_for_covered(cover: Cover, directory: Directory) -> bool:
    """Whether the duty manager may confirm the covered side."""
    return cover.covered_confirmed_at is None and _ill(directory, cover)


def _undecided(directory: Directory, key: str, at: datetime) -> Cover:
    cover = cover_of(directory, key)
    if cover.state is CoverState.DECLINED:
        raise RosterRefused(RosterRefusal.ALREADY_DECLINED)
    if cover.state is CoverState.CONFIRMED:
        raise RosterRefused(RosterRefusal.ALREADY_CONFIRMED)
    if cover.until_at <= at:
        raise RosterRefused(RosterRefusal.COVER_OVER)
    return cover


def _changed(directory: Directory, before: Cover, after: Cover) -> Directory:
    return replace(directory, covers=tuple(after if one is before else one for one in directory.covers))


def _is_family(directory: Directory, person_id: str, at: datetime) -> bool:
    """Somebody who is known as an elder's own and works for nobody: a daughter takes over no butler's list."""
    bonds = [one.role for one in directory.bonds if one.person_id == person_id and holds(one, at)]
    rostered = person_id in {
        *(shift.person_id for shift in directory.shifts),
        *(shift.person_id for shift in directory.dated_shifts),
    }
    employed = any(one.id == person_id and one.company_id for one in directory.persons)
    return bool(bonds) and set(bonds) <= WITH_THE_ELDER and not rostered and not employed


def _has_work(directory: Directory, person_id: str, at: datetime) -> bool:
    return any(
        bond.person_id == person_id and (bond.until_at is None or bond.until_at > at)
        for bond in directory.bonds
    ) or person_id in {
        *(shift.person_id for shift in directory.shifts),
        *(shift.person_id for shift in directory.dated_shifts),
    }


def _ill(directory: Directory, cover: Cover) -> bool:
    return any(
        leave.kind is LeaveKind.ILL
        and leave.person_id == cover.covered_id
        and leave.from_at < cover.until_at
        and cover.from_at < leave.until_at
        for leave in directory.leaves
    )


def _fits(directory: Directory, cover: Cover) -> None:
    """Beside the others that are asked for or confirmed, and the leave of who would cover."""
    for leave in directory.leaves:
        if leave.person_id == cover.by_id and _meet(cover, leave.from_at, leave.until_at):
            raise RosterRefused(
                RosterRefusal.COVER_AWAY,
                **{"person": cover.by_id, "from": leave.from_at, "until": leave.until_at},
            )
    others = [
        one
        for one in directory.covers
        if one.state is not CoverState.DECLINED
        and one.id != cover.id
        and _meet(cover, one.from_at, one.until_at)
    ]
    for one in others:
        if overlap(cover, one):
            raise RosterRefused(RosterRefusal.COVER_OVERLAPS, person=cover.covered_id, other=one.by_id)
    seen = [cover.by_id]
    for person_id in seen:
        seen.extend(one.by_id for one in others if one.covered_id == person_id and one.by_id not in seen)
    if cover.covered_id in seen:
        raise RosterRefused(RosterRefusal.COVER_CIRCLE, person=cover.covered_id, other=cover.by_id)


def _meet(cover: Cover, from_at: datetime, until_at: datetime) -> bool:
    return cover.from_at < until_at and from_at < cover.until_at
