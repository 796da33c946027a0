"""Who is on duty at an instant: one pure function from role, home and context to people."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from hub.core.alerts import Role, When
from hub.core.context import Context, Shift
from hub.core.home import Profile

CENTRE_ROLES = frozenset({Role.BUTLER, Role.DEPUTY, Role.ELDER_HELPER, Role.CENTRE_DUTY})
"""Roles that a centre staffs; when nobody is on duty there, its parent centre is asked."""

BY_DAY_ONLY = frozenset({Role.PARTNER})
"""Asked by agreement, by day, never the only responder."""


def is_night(now: datetime, context: Context) -> bool:
    """Whether local time lies in the context's night."""
    return _within(context.local(now).time(), context.night_starts, context.night_ends)


def in_hours(when: When, now: datetime, context: Context) -> bool:
    """Whether a step's role is asked at this hour. While the wall clock is unsynchronised every hour counts."""
    if when is When.ALWAYS or not context.wall_synchronised:
        return True
    return is_night(now, context) is (when is When.NIGHT)


def on_duty(role: Role, profile: Profile, now: datetime, context: Context) -> tuple[str, ...]:
    """Ids of the people who hold `role` for this home at `now`, in order, without duplicates.

    People bound to the home count when they are on shift, or have no shifts at all (a contact always answers). Without a bound
    person on duty the roster decides: the home's centre, then its parents; operators and duty managers serve the whole cell.
    A butler who is off duty is replaced by a deputy on duty.
    """
    if role in BY_DAY_ONLY and context.wall_synchronised and is_night(now, context):
        return ()
    bound = tuple(person for person in profile.people.get(role, ()) if _available(person, role, now, context))
    if bound:
        return bound
    rostered = _rostered(role, profile, now, context)
    if rostered or role is not Role.BUTLER:
        return rostered
    return on_duty(Role.DEPUTY, profile, now, context)


def on_shift(shift: Shift, now: datetime, context: Context) -> bool:
    """Whether a weekly shift covers the instant, in local time, across midnight too."""
    local = context.local(now)
    today, clock = local.weekday(), local.time()
    if shift.starts < shift.ends:
        return today in shift.weekdays and shift.starts <= clock < shift.ends
    yesterday = (local - timedelta(days=1)).weekday()
    return (today in shift.weekdays and clock >= shift.starts) or (
        yesterday in shift.weekdays and clock < shift.ends
    )


def _available(person_id: str, role: Role, now: datetime, context: Context) -> bool:
    own = [shift for shift in context.shifts if shift.person_id == person_id and shift.role is role]
    return not own or any(on_shift(shift, now, context) for shift in own)


def _rostered(role: Role, profile: Profile, now: datetime, context: Context) -> tuple[str, ...]:
    for centre_id in _centres(role, profile, context):
        people = [
            shift.person_id
            for shift in context.shifts
            if shift.role is role and shift.centre_id == centre_id and on_shift(shift, now, context)
        ]
        if people:
            return tuple(dict.fromkeys(people))
    return ()


def _centres(role: Role, profile: Profile, context: Context) -> Iterator[str | None]:
    """The centres to ask, nearest first; None is the whole cell."""
    if role in CENTRE_ROLES:
        seen: set[str] = set()
        centre_id = profile.centre_id
        while centre_id is not None and centre_id not in seen:
            seen.add(centre_id)
            yield centre_id
            centre = context.centres.get(centre_id)
            centre_id = centre.parent_id if centre else None
    yield None


def _within(clock: time, starts: time, ends: time) -> bool:
    return starts <= clock < ends if starts < ends else clock >= starts or clock < ends
