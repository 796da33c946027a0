"""A week of the roster as people look at it: who works when at a centre, what leave and covers make of it, and the day types."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hub.core.alerts import Role
from hub.core.calendar import DayType, instant_of, span
from hub.core.context import Context, Shift
from hub.core.opening import open_spans
from hub.core.roster import CENTRE_ROLES, Duty, Moment, duties
from hub.core.shifts import CELL_ROLES, Cover, DatedShift, Leave, Takes, place_of
from hub.directory.model import Bond, CentreEntry, Directory, holds, overlap
from hub.directory.profiles import people_by_home, with_people
from hub.directory.roster_edits import shift_id

CALL_CENTRE = "call-centre"
"""In place of a centre's id: the desk that serves the whole cell."""
_ROLES = (Role.OPERATOR, Role.DUTY_MANAGER, Role.CENTRE_DUTY, Role.BUTLER, Role.DEPUTY, Role.ELDER_HELPER)


class DutyState(StrEnum):
    WORKS = "works"
    AWAY = "away"
    PARTLY = "partly"
    """On leave for a part of it."""
    TAKEN = "taken"
    """Somebody else has taken it over."""
    COVERS = "covers"
    """Taken over from somebody else."""


@dataclass(frozen=True, slots=True)
class DayOfWeek:
    on: date
    day_type: DayType
    special: str | None
    """The holiday's name, empty where it has none; None: what the weekday says."""
    today: bool
    hours: tuple[tuple[time, time], ...] | None
    """Opening hours of the centre; None where it tells none at all."""


@dataclass(frozen=True, slots=True)
class DutyOfDay:
    """One stretch of work of a person on a date, in one or more roles. `other_id`: who took it, or whose it is."""

    starts: time
    ends: time
    roles: tuple[Role, ...]
    centre_id: str | None
    state: DutyState
    other_id: str | None = None
    dated_id: str | None = None


@dataclass(frozen=True, slots=True)
class PersonWeek:
    person_id: str
    roles: tuple[Role, ...]
    days: tuple[tuple[DutyOfDay, ...], ...]
    leaves: tuple[Leave | None, ...]
    """The leave that covers any part of each day."""
    answers: tuple[str | None, ...]
    """Who answers for the own list at any hour of each day; None: shifts say when, there is no list, or nobody does."""


@dataclass(frozen=True, slots=True)
class HomesCover:
    """Single homes of a list that the directory gives to somebody else between two instants; nobody has to confirm it."""

    covered_id: str
    by_id: str
    from_at: datetime
    until_at: datetime
    homes: int


@dataclass(frozen=True, slots=True)
class Week:
    first: date
    days: tuple[DayOfWeek, ...]
    people: tuple[PersonWeek, ...]
    now: tuple[Duty, ...]
    leaves: tuple[Leave, ...]
    covers: tuple[Cover, ...]
    shifts: tuple[tuple[str, Shift], ...] = ()
    dated_shifts: tuple[DatedShift, ...] = ()
    homes_covers: tuple[HomesCover, ...] = ()
    any_hour: tuple[Duty, ...] = ()
    """Whoever is asked now without a shift, since no weekly shifts say when."""


def monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def week_of(
    directory: Directory,
    context: Context,
    now: datetime,
    first: date,
    place: str,
    only: Collection[str] | None = None,
) -> Week:
    """The week from a Monday at a centre (or `CALL_CENTRE`); `only`: these people and whom they cover, wherever they work."""
    context = with_people(context, directory, now)
    centre_id = None if place == CALL_CENTRE else place
    people = people_at(directory, centre_id, now) if only is None else list(only)
    days = tuple(first + timedelta(days=one) for one in range(7))
    from_at = instant_of(first, time(0), context.timezone)
    asked = set(people)
    unbound = _without_shifts(directory, context, now, centre_id, asked, own=only is not None)
    keep_from = min(now, from_at)
    return Week(
        first=first,
        days=tuple(_days(directory, context, now, days, centre_id)),
        people=tuple(_people(context, people, days, unbound)),
        now=_on_duty(context, now, centre_id, asked, own=only is not None),
        leaves=tuple(
            sorted(
                (one for one in directory.leaves if one.person_id in asked and one.until_at > keep_from),
                key=lambda one: one.from_at,
            )
        ),
        covers=tuple(
            sorted(
                (
                    one
                    for one in directory.covers
                    if (one.covered_id in asked or one.by_id in asked) and one.until_at > keep_from
                ),
                key=lambda one: one.from_at,
            )
        ),
        shifts=tuple(
            (shift_id(one), one)
            for one in directory.shifts
            if one.person_id in asked and (only is not None or place_of(one) == centre_id)
        ),
        dated_shifts=tuple(
            one for one in directory.dated_shifts if one.person_id in asked and one.on >= days[0]
        ),
        homes_covers=tuple(
            one
            for one in _homes_covers(directory)
            if (one.covered_id in asked or one.by_id in asked) and one.until_at > keep_from
        ),
        any_hour=tuple(_at_any_hour(context, now, centre_id, unbound)),
    )


def _homes_covers(directory: Directory) -> Iterator[HomesCover]:
    covers = [bond for bond in directory.bonds if bond.cover and bond.until_at is not None]
    homes = {bond.home_id for bond in covers}
    own: dict[str | None, list[Bond]] = defaultdict(list)
    for bond in directory.bonds:
        if bond.home_id in homes and bond.role is Role.BUTLER and not bond.cover:
            own[bond.home_id].append(bond)
    counts: dict[tuple[str, str, datetime, datetime], int] = defaultdict(int)
    for bond in covers:
        covered = next((one.person_id for one in own[bond.home_id] if overlap(one, bond)), None)
        if covered is not None and bond.until_at is not None:
            counts[covered, bond.person_id, bond.from_at, bond.until_at] += 1
    for (covered_id, by_id, from_at, until_at), count in sorted(counts.items()):
        yield HomesCover(covered_id, by_id, from_at, until_at, count)


def people_at(directory: Directory, centre_id: str | None, at: datetime) -> list[str]:
    """Who works at a centre, or looks after its homes, by role; None: at the call-centre."""
    roles = CELL_ROLES if centre_id is None else CENTRE_ROLES
    found: dict[str, set[Role]] = defaultdict(set)
    shifts: list[Shift | DatedShift] = [*directory.shifts, *directory.dated_shifts]
    for shift in shifts:
        if place_of(shift) == centre_id and shift.role in roles:
            found[shift.person_id].add(shift.role)
    if centre_id is not None:
        homes = {home.id for home in directory.homes if home.centre_id == centre_id}
        for bond in directory.bonds:
            if bond.home_id in homes and bond.role in CENTRE_ROLES and holds(bond, at):
                found[bond.person_id].add(bond.role)
    present = {one.id for one in directory.persons if one.until_at is None or one.until_at > at}

    def place(person_id: str) -> tuple[int, str]:
        return min(_ROLES.index(role) for role in found[person_id]), person_id

    return sorted((one for one in found if one in present), key=place)


def _days(
    directory: Directory, context: Context, now: datetime, days: Iterable[date], centre_id: str | None
) -> Iterator[DayOfWeek]:
    centre = next((one for one in directory.centres if one.id == centre_id), None)
    today = context.local(now).date()
    for on in days:
        holiday = context.calendar.special(on)
        yield DayOfWeek(
            on=on,
            day_type=context.calendar.day_type(on),
            special=holiday.name if holiday is not None else None,
            today=on == today,
            hours=_hours(centre, on, context),
        )


def _hours(centre: CentreEntry | None, on: date, context: Context) -> tuple[tuple[time, time], ...] | None:
    if centre is None or not (centre.openings or centre.special_hours):
        return None
    zone = context.timezone
    return tuple(
        (opens_at.astimezone(zone).time(), closes_at.astimezone(zone).time())
        for opens_at, closes_at in open_spans(
            on, centre.openings, centre.special_hours, context.calendar, zone
        )
    )


def _on_duty(
    context: Context, now: datetime, centre_id: str | None, asked: set[str], *, own: bool
) -> tuple[Duty, ...]:
    """At the centre and the call-centre; or the own duties only. Who has several roles stands under the first."""
    found = [
        one
        for one in duties(now, context)
        if one.role in _ROLES and (one.person_id in asked if own else one.centre_id in (centre_id, None))
    ]
    first: dict[tuple[str, str | None], Duty] = {}
    for one in sorted(
        found, key=lambda one: (one.centre_id is not None, _ROLES.index(one.role), one.person_id)
    ):
        first.setdefault((one.person_id, one.centre_id), one)
    return tuple(first.values())


def _without_shifts(
    directory: Directory,
    context: Context,
    now: datetime,
    centre_id: str | None,
    asked: set[str],
    *,
    own: bool,
) -> dict[str, tuple[Role, ...]]:
    """Who has homes of the centre (or any, on the own page) in roles for which no weekly shifts say when they are there."""
    bound = people_by_home(directory, now)
    held = {
        (person_id, role)
        for home in directory.homes
        if own or (centre_id is not None and home.centre_id == centre_id)
        for role, people in bound.get(home.id, {}).items()
        if role in CENTRE_ROLES
        for person_id in people
        if person_id in asked and (person_id, role) not in context.roster.has_shifts
    }
    return {
        person_id: tuple(role for role in _ROLES if (person_id, role) in held)
        for person_id in sorted({person_id for person_id, _ in held})
    }


def _at_any_hour(
    context: Context, now: datetime, centre_id: str | None, unbound: Mapping[str, tuple[Role, ...]]
) -> Iterator[Duty]:
    today = context.local(now).date()
    for person_id, roles in unbound.items():
        holder = _answers(context, now, person_id, roles, today)
        if holder is not None:
            yield Duty(holder, roles[0], centre_id, person_id if holder != person_id else None)


def _answers(context: Context, at: datetime, person_id: str, roles: Iterable[Role], on: date) -> str | None:
    """Who answers at an instant for a list that no shifts bind: not on leave, and no shift stands in place of the date."""
    moment, roster = Moment(at, context), context.roster
    holder = moment.stand_in(person_id, Takes.HOMES)
    bound = any((holder, role) in roster.has_shifts for role in CENTRE_ROLES) and holder != person_id
    displaced = all((holder, role, on) in roster.displaced for role in roles)
    return None if bound or displaced or moment.away(holder) else holder


def _people(
    context: Context,
    people: Iterable[str],
    days: tuple[date, ...],
    unbound: Mapping[str, tuple[Role, ...]],
) -> Iterator[PersonWeek]:
    moments: dict[datetime, Moment] = {}
    roster = context.roster
    for person_id in people:
        own = {role for role in _ROLES if (person_id, role) in roster.has_shifts}
        own |= {role for role in _ROLES for on in days if (person_id, role, on) in roster.dated_of_person}
        own |= set(unbound.get(person_id, ()))
        covered = sorted({cover.covered_id for cover in roster.covers_by.get(person_id, ())})
        yield PersonWeek(
            person_id=person_id,
            roles=tuple(role for role in _ROLES if role in own),
            days=tuple(tuple(_joined(_duties(context, moments, person_id, covered, on))) for on in days),
            leaves=tuple(_leave(context, person_id, on) for on in days),
            answers=tuple(
                _answers(
                    context, instant_of(on, time(12), context.timezone), person_id, unbound[person_id], on
                )
                if person_id in unbound
                else None
                for on in days
            ),
        )


def _duties(
    context: Context, moments: dict[datetime, Moment], person_id: str, covered: Iterable[str], on: date
) -> Iterator[DutyOfDay]:
    for shift, from_at, until_at in _shifts(context, person_id, on):
        moment = moments.setdefault(from_at, Moment(from_at, context))
        holder = moment.stand_in(person_id, Takes.SHIFTS)
        state = DutyState.WORKS
        if holder != person_id:
            state = DutyState.TAKEN
        elif moment.away(person_id):
            state = DutyState.AWAY
        elif _away_between(context, person_id, from_at, until_at):
            state = DutyState.PARTLY
        yield _duty(shift, state, holder if holder != person_id else None)
    for owner in covered:
        for shift, from_at, _ in _shifts(context, owner, on):
            moment = moments.setdefault(from_at, Moment(from_at, context))
            if moment.stand_in(owner, Takes.SHIFTS) == person_id:
                state = DutyState.AWAY if moment.away(person_id) else DutyState.COVERS
                yield _duty(shift, state, owner)


def _duty(shift: Shift | DatedShift, state: DutyState, other_id: str | None) -> DutyOfDay:
    dated_id = shift.id if isinstance(shift, DatedShift) else None
    return DutyOfDay(shift.starts, shift.ends, (shift.role,), shift.centre_id, state, other_id, dated_id)


def _shifts(
    context: Context, person_id: str, on: date
) -> Iterator[tuple[Shift | DatedShift, datetime, datetime]]:
    """What somebody's pattern and single dates say for a date, with the instants."""
    roster = context.roster
    for role in _ROLES:
        found: list[Shift | DatedShift] = [*roster.dated_of_person.get((person_id, role, on), ())]
        found += [
            shift
            for shift in roster.of_person.get((person_id, role), ())
            if (person_id, role, on) not in roster.displaced
            and context.calendar.falls_on(on, shift.days, shift.weekdays)
        ]
        for shift in found:
            yield shift, *span(on, shift.starts, shift.ends, context.timezone)


def _joined(found: Iterable[DutyOfDay]) -> Iterator[DutyOfDay]:
    """Several roles at the same hours and place are one stretch of work."""
    together: dict[tuple[object, ...], DutyOfDay] = {}
    for one in found:
        key = (one.starts, one.ends, one.centre_id, one.state, one.other_id, one.dated_id is None)
        known = together.get(key)
        roles = (*known.roles, *one.roles) if known is not None else one.roles
        together[key] = replace(known or one, roles=tuple(dict.fromkeys(roles)))
    return iter(sorted(together.values(), key=lambda one: (one.starts, one.ends)))


def _away_between(context: Context, person_id: str, from_at: datetime, until_at: datetime) -> bool:
    return any(
        leave.from_at < until_at and from_at < leave.until_at
        for leave in context.roster.leaves_of.get(person_id, ())
    )


def _leave(context: Context, person_id: str, on: date) -> Leave | None:
    begins, ends = (instant_of(one, time(0), context.timezone) for one in (on, on + timedelta(days=1)))
    leaves: Mapping[str, tuple[Leave, ...]] = context.roster.leaves_of
    return next(
        (one for one in leaves.get(person_id, ()) if one.from_at < ends and begins < one.until_at), None
    )
