"""Problems that one entry of the roster shows by itself, or that two covers of one person show together; called by `entries`."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import combinations

from hub.core.alerts import Role
from hub.core.calendar import OnDays
from hub.core.shifts import Cover, CoverState, DatedShift, Shift
from hub.directory.model import CentreEntry, Directory
from hub.directory.problems import Problem


def roster_problems(directory: Directory) -> Iterator[Problem]:
    """Everything about shifts, leave, covers, holidays and opening hours that no reference tells."""
    for shift in directory.shifts:
        yield from _shift(shift)
    for dated in directory.dated_shifts:
        yield from _place(dated, f'dated shift "{dated.id}"')
    for leave in directory.leaves:
        yield from _between(f'leave "{leave.id}"', leave.from_at, leave.until_at)
    yield from _covers(directory)
    for on, count in Counter(holiday.on for holiday in directory.holidays).items():
        if count > 1:
            yield Problem(f"holiday {on}", f"stands here {count} times", "keep one of them")
    for centre in directory.centres:
        yield from _hours(centre)


def roster_references(directory: Directory) -> Iterator[tuple[str, str, str | None]]:
    """Each id that the roster names: where it stands, to what, which id."""
    for shift in directory.shifts:
        yield _named(shift), "person", shift.person_id
        yield _named(shift), "centre", shift.centre_id
    for dated in directory.dated_shifts:
        yield f'dated shift "{dated.id}"', "person", dated.person_id
        yield f'dated shift "{dated.id}"', "centre", dated.centre_id
    for leave in directory.leaves:
        yield f'leave "{leave.id}"', "person", leave.person_id
    for cover in directory.covers:
        yield f'cover "{cover.id}"', "person", cover.covered_id
        yield f'cover "{cover.id}"', "person", cover.by_id


def asks(cover: Cover, at: datetime) -> bool:
    """Whether somebody will be asked because of this cover."""
    return cover.state is CoverState.CONFIRMED and cover.until_at > at


def overlap(one: Cover, other: Cover) -> bool:
    """Whether there is an instant at which both take the same part of the same person's work."""
    return (
        one.covered_id == other.covered_id
        and one.from_at < other.until_at
        and other.from_at < one.until_at
        and (one.takes.includes(other.takes) or other.takes.includes(one.takes))
    )


def _named(shift: Shift) -> str:
    return f'shift of "{shift.person_id}" as {shift.role}'


def _shift(shift: Shift) -> Iterator[Problem]:
    where = _named(shift)
    if shift.days is OnDays.WEEKDAYS:
        wrong = sorted(day for day in shift.weekdays if not 0 <= day <= 6)
        if wrong or not shift.weekdays:
            yield Problem(where, f"weekdays {wrong or 'missing'}", "weekdays are 0 (Monday) to 6 (Sunday)")
    elif shift.weekdays:
        found = f"weekdays {sorted(shift.weekdays)} beside {shift.days}"
        yield Problem(where, found, "name weekdays, or workdays, rest days or every day without them")
    yield from _place(shift, where)


def _place(shift: Shift | DatedShift, where: str) -> Iterator[Problem]:
    if shift.role is Role.CENTRE_DUTY and shift.centre_id is None:
        yield Problem(where, "centre duty without a centre", "name the centre whose desk this is")


def _between(where: str, from_at: datetime, until_at: datetime) -> Iterator[Problem]:
    naive = [at for at in (from_at, until_at) if at.tzinfo is None]
    if naive:
        yield Problem(where, f"{naive[0]} has no time zone", "give instants in UTC")
    elif until_at <= from_at:
        yield Problem(where, f"ends at {until_at}, before it begins", "let it end after it begins")


def _covers(directory: Directory) -> Iterator[Problem]:
    whole: list[Cover] = []
    for cover in directory.covers:
        wrong = list(_between(f'cover "{cover.id}"', cover.from_at, cover.until_at))
        yield from wrong
        if cover.covered_id == cover.by_id:
            found = f'"{cover.by_id}" covers the own list'
            yield Problem(f'cover "{cover.id}"', found, "name somebody else")
        if not wrong and cover.state is CoverState.CONFIRMED:
            whole.append(cover)
    by_person: defaultdict[str, list[Cover]] = defaultdict(list)
    for cover in whole:
        by_person[cover.covered_id].append(cover)
    for covers in by_person.values():
        for one, other in combinations(covers, 2):
            if overlap(one, other):
                found = f'cover "{other.id}" takes the same at the same time'
                yield Problem(f'cover "{one.id}"', found, "end one when the other begins")


def _hours(centre: CentreEntry) -> Iterator[Problem]:
    where = f'centre "{centre.id}"'
    if any(opening.opens == opening.closes for opening in centre.openings):
        yield Problem(where, "opens and closes at the same time", "correct the opening hours")
    for one in centre.special_hours:
        if (one.opens is None) != (one.closes is None) or (one.opens is not None and one.opens == one.closes):
            remedy = "give the time it opens and a later one it closes, or neither for closed"
            yield Problem(where, f"opening hours of {one.on} are incomplete", remedy)
    for on, count in Counter(one.on for one in centre.special_hours if one.opens is None).items():
        others = sum(one.on == on for one in centre.special_hours)
        if others > 1:
            yield Problem(where, f"closed on {on} and open too, or {count} times closed", "keep one of them")
