"""How people change the roster: shifts, leave, holidays, opening hours. Pure: a directory in, a directory out.

Every edit raises RosterRefused when it would not fit. Covers, which two people must agree on, are in `cover_edits`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from hub.core.alerts import Role, derived_id
from hub.core.calendar import Calendar, Holiday, OnDays
from hub.core.context import Shift
from hub.core.opening import Opening, SpecialHours
from hub.core.roster import CENTRE_ROLES
from hub.core.shifts import CELL_ROLES, DatedShift, Leave, LeaveKind
from hub.directory.duty import WEEKS, unstaffed
from hub.directory.entries import DESK_ROLES
from hub.directory.model import CentreEntry, Directory, PersonEntry
from hub.directory.roster_refusals import RosterRefusal, RosterRefused

# --- weekly shifts --------------------------------------------------------------------------------------------------------


def shift_id(shift: Shift) -> str:
    """Weekly shifts have no id of their own: all that one says makes it."""
    days = "".join(str(day) for day in sorted(shift.weekdays))
    hours = (shift.starts.isoformat(), shift.ends.isoformat())
    return derived_id("shift", shift.person_id, shift.role, shift.days, days, *hours, shift.centre_id or "")


def shift_of(directory: Directory, key: str) -> Shift:
    for shift in directory.shifts:
        if shift_id(shift) == key:
            return shift
    raise RosterRefused(RosterRefusal.UNKNOWN_SHIFT, shift=key)


def add_shift(directory: Directory, shift: Shift, at: datetime) -> Directory:
    _fits(directory, shift, at)
    if shift in directory.shifts:
        raise RosterRefused(RosterRefusal.SAME_SHIFT, person=shift.person_id)
    return replace(directory, shifts=(*directory.shifts, shift))


def replace_shift(directory: Directory, key: str, shift: Shift, at: datetime) -> Directory:
    """Another shift in place of the one with this id."""
    old = shift_of(directory, key)
    _fits(directory, shift, at)
    if shift != old and shift in directory.shifts:
        raise RosterRefused(RosterRefusal.SAME_SHIFT, person=shift.person_id)
    shifts = list(directory.shifts)
    shifts[shifts.index(old)] = shift
    return _staffed(directory, replace(directory, shifts=tuple(shifts)))


def remove_shift(directory: Directory, key: str) -> Directory:
    """Refused when the call-centre's desk would be empty at some minute of a week."""
    shifts = list(directory.shifts)
    shifts.remove(shift_of(directory, key))
    return _staffed(directory, replace(directory, shifts=tuple(shifts)))


def _staffed(before: Directory, after: Directory) -> Directory:
    for week in WEEKS.values():
        had, has = (
            unstaffed([shift for shift in one.shifts if shift.role in DESK_ROLES], week)
            for one in (before, after)
        )
        # A gap that becomes smaller is no new one.
        if not all(any(gap.within(known) for known in had) for gap in has):
            raise RosterRefused(RosterRefusal.DESK_UNSTAFFED)
    return after


# --- shifts of one date -----------------------------------------------------------------------------------------------------


def add_dated_shift(directory: Directory, shift: DatedShift, today: date, at: datetime) -> Directory:
    """`today`: the local date of `at`. The shift's id is given here.

    In place of the pattern it replaces what the person does at this place that day in every role: somebody who is butler and
    deputy there works the other hours as both.
    """
    _fits(directory, shift, at)
    if shift.on < today:
        raise RosterRefused(RosterRefusal.IN_THE_PAST, on=shift.on)
    for role in _replaced(directory, shift):
        directory = _with_dated(directory, replace(shift, role=role))
    return directory


def places_left(directory: Directory, shift: DatedShift, at: datetime, calendar: Calendar) -> set[str | None]:
    """The places that a shift in place of the pattern takes its person away from on its date (None: the call-centre).

    Those of the weekly shifts which it replaces; for a role without weekly shifts, in which the person is asked at any hour,
    the centres of the homes they are bound to.
    """
    found: set[str | None] = set()
    for role in _replaced(directory, shift):
        weekly = [one for one in directory.shifts if (one.person_id, one.role) == (shift.person_id, role)]
        found |= {one.centre_id for one in weekly if calendar.falls_on(shift.on, one.days, one.weekdays)}
        if not weekly:
            own = {
                bond.home_id
                for bond in directory.bonds
                if (bond.person_id, bond.role) == (shift.person_id, role)
                and (bond.until_at is None or bond.until_at > at)
            }
            found |= {home.centre_id for home in directory.homes if home.id in own}
    return found


def _replaced(directory: Directory, shift: DatedShift) -> list[Role]:
    """The role of the shift first, then those that the person has at its place every week."""
    weekly = [one for one in directory.shifts if one.person_id == shift.person_id]
    others = {one.role for one in weekly if shift.in_place and one.centre_id == shift.centre_id}
    return [shift.role, *sorted(others - {shift.role})]


def _with_dated(directory: Directory, shift: DatedShift) -> Directory:
    hours = (shift.starts.isoformat(), shift.ends.isoformat())
    key = derived_id(
        *("dated", shift.person_id, shift.role, shift.on.isoformat(), *hours, shift.centre_id or "")
    )
    if any(one.id == key for one in directory.dated_shifts):
        raise RosterRefused(RosterRefusal.SAME_SHIFT, person=shift.person_id)
    return replace(directory, dated_shifts=(*directory.dated_shifts, replace(shift, id=key)))


def remove_dated_shift(directory: Directory, key: str, today: date) -> Directory:
    """What was worked stays in the directory."""
    found = next((one for one in directory.dated_shifts if one.id == key), None)
    if found is None:
        raise RosterRefused(RosterRefusal.UNKNOWN_SHIFT, shift=key)
    if found.on < today:
        raise RosterRefused(RosterRefusal.IN_THE_PAST, on=found.on)
    return replace(directory, dated_shifts=tuple(one for one in directory.dated_shifts if one is not found))


# --- leave ----------------------------------------------------------------------------------------------------------------


def set_leave(
    directory: Directory,
    person_id: str,
    from_at: datetime,
    until_at: datetime,
    at: datetime,
    kind: LeaveKind = LeaveKind.PLANNED,
) -> Directory:
    """Leave may have begun already (somebody is ill since the morning), but not be over."""
    person_of(directory, person_id, at)
    lies_ahead(from_at, until_at, at)
    for leave in directory.leaves:
        if leave.person_id == person_id and leave.from_at < until_at and from_at < leave.until_at:
            raise RosterRefused(
                RosterRefusal.LEAVE_OVERLAPS,
                **{"person": person_id, "from": leave.from_at, "until": leave.until_at},
            )
    key = derived_id("leave", person_id, from_at.isoformat(), until_at.isoformat(), at.isoformat())
    return replace(directory, leaves=(*directory.leaves, Leave(key, person_id, from_at, until_at, kind)))


def end_leave(directory: Directory, key: str, at: datetime) -> Directory:
    """Back earlier: leave ends now; one that has not begun is taken back."""
    found = next((one for one in directory.leaves if one.id == key), None)
    if found is None:
        raise RosterRefused(RosterRefusal.UNKNOWN_LEAVE, leave=key)
    if found.until_at <= at:
        raise RosterRefused(RosterRefusal.IN_THE_PAST, on=found.until_at)
    kept = [replace(found, until_at=at)] if found.from_at < at else []
    others = [one for one in directory.leaves if one is not found]
    return replace(directory, leaves=(*others, *kept))


# --- holidays and opening hours ---------------------------------------------------------------------------------------------


def set_holiday(directory: Directory, holiday: Holiday) -> Directory:
    """This cell sees the date so, whatever the calendar of its settings says."""
    others = tuple(one for one in directory.holidays if one.on != holiday.on)
    return replace(directory, holidays=(*others, holiday))


def clear_holiday(directory: Directory, on: date) -> Directory:
    others = tuple(one for one in directory.holidays if one.on != on)
    if len(others) == len(directory.holidays):
        raise RosterRefused(RosterRefusal.UNKNOWN_HOLIDAY, on=on)
    return replace(directory, holidays=others)


def set_openings(directory: Directory, centre_id: str, openings: Iterable[Opening]) -> Directory:
    """The usual hours of a centre, in place of those before; none: it tells no hours."""
    centre = centre_of(directory, centre_id)
    wanted = tuple(openings)
    for one in wanted:
        if one.opens == one.closes:
            raise RosterRefused(RosterRefusal.SAME_TIMES)
        if one.days is OnDays.WEEKDAYS and not one.weekdays:
            raise RosterRefused(RosterRefusal.NO_DAYS)
    return _with_centre(directory, replace(centre, openings=wanted))


def set_special_hours(
    directory: Directory, centre_id: str, on: date, hours: Iterable[SpecialHours] | None
) -> Directory:
    """The hours of one date, in place of the usual ones; empty: closed; None: as usual again."""
    centre = centre_of(directory, centre_id)
    wanted = tuple(replace(one, on=on) for one in hours) if hours is not None else ()
    for one in wanted:
        if one.opens is None or one.closes is None or one.opens == one.closes:
            raise RosterRefused(RosterRefusal.SAME_TIMES)
    if hours is not None and not wanted:
        wanted = (SpecialHours(on),)
    others = tuple(one for one in centre.special_hours if one.on != on)
    return _with_centre(directory, replace(centre, special_hours=(*others, *wanted)))


def _with_centre(directory: Directory, centre: CentreEntry) -> Directory:
    centres = tuple(centre if one.id == centre.id else one for one in directory.centres)
    return replace(directory, centres=centres)


# --- what edits ask ---------------------------------------------------------------------------------------------------------


def person_of(directory: Directory, person_id: str, at: datetime) -> PersonEntry:
    """Somebody who is there and can be reached."""
    person = next((one for one in directory.persons if one.id == person_id), None)
    if person is None:
        raise RosterRefused(RosterRefusal.UNKNOWN_PERSON, person=person_id)
    if person.until_at is not None and person.until_at <= at:
        raise RosterRefused(RosterRefusal.PERSON_LEFT, person=person_id)
    return person


def centre_of(directory: Directory, centre_id: str) -> CentreEntry:
    centre = next((one for one in directory.centres if one.id == centre_id), None)
    if centre is None:
        raise RosterRefused(RosterRefusal.UNKNOWN_CENTRE, centre=centre_id)
    return centre


def reachable(directory: Directory, person_id: str, at: datetime) -> PersonEntry:
    person = person_of(directory, person_id, at)
    if not person.methods:
        raise RosterRefused(RosterRefusal.UNREACHABLE, person=person_id)
    return person


def _fits(directory: Directory, shift: Shift | DatedShift, at: datetime) -> None:
    reachable(directory, shift.person_id, at)
    if shift.role not in CENTRE_ROLES and shift.role not in CELL_ROLES:
        raise RosterRefused(RosterRefusal.ROLE_NOT_ROSTERED, role=shift.role)
    if shift.centre_id is not None:
        centre_of(directory, shift.centre_id)
    if shift.role in CENTRE_ROLES and shift.centre_id is None:
        raise RosterRefused(RosterRefusal.CENTRE_NEEDED, role=shift.role)
    if shift.role in CELL_ROLES and shift.centre_id is not None:
        raise RosterRefused(RosterRefusal.CALL_CENTRE_ROLE, role=shift.role)
    if isinstance(shift, Shift):
        named = shift.days is OnDays.WEEKDAYS
        if named is not bool(shift.weekdays) or not shift.weekdays <= frozenset(range(7)):
            raise RosterRefused(RosterRefusal.NO_DAYS)


LONGEST = timedelta(days=366)
"""Leave and covers have an end that people mean; one beyond a year is a slip of the pen."""


def lies_ahead(from_at: datetime, until_at: datetime, at: datetime) -> None:
    if until_at <= from_at:
        raise RosterRefused(RosterRefusal.ENDS_BEFORE)
    if until_at <= at:
        raise RosterRefused(RosterRefusal.IN_THE_PAST, on=until_at)
    if until_at - from_at > LONGEST:
        raise RosterRefused(RosterRefusal.TOO_LONG, days=LONGEST.days)
