"""Who is on duty, compared with a reference that is slow and obvious, over drawn rosters and instants in nights of all kinds."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.alerts import Role
from hub.core.calendar import DayType, Holiday, OnDays, calendar_of
from hub.core.context import Centre, Context
from hub.core.home import Profile
from hub.core.roster import duties, on_duty
from hub.core.shifts import Cover, CoverState, DatedShift, Leave, Shift, Takes
from tests.story import SHANGHAI, TUESDAY_MORNING, story_context

PEOPLE = ["a", "b", "c", "d"]
ROLES = [Role.BUTLER, Role.DEPUTY, Role.CENTRE_DUTY, Role.OPERATOR]
CENTRES = {"small": Centre("small", "一号站", "large"), "large": Centre("large", "街道中心")}
WINDOWS = [
    (SHANGHAI, date(2026, 2, 26)),
    (SHANGHAI, date(2028, 2, 27)),
    (SHANGHAI, date(2026, 12, 29)),
    (ZoneInfo("Europe/Berlin"), date(2026, 3, 27)),
    (ZoneInfo("Europe/Berlin"), date(2026, 10, 23)),
]
"""Ends of months and years, a leap day, a night of seven hours and one of nine."""
DAYS = 5


@dataclass(frozen=True)
class Drawn:
    context: Context
    home: Profile
    now: datetime


@st.composite
def rosters(draw: st.DrawFn) -> Drawn:
    zone, first = draw(st.sampled_from(WINDOWS))
    dates = st.sampled_from([first + timedelta(days=one) for one in range(DAYS)])
    clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
    people, roles = st.sampled_from(PEOPLE), st.sampled_from(ROLES)
    # In half of the rosters only two of them have weekly shifts: a small ledger gives nobody any.
    weekly = st.sampled_from(draw(st.sampled_from([PEOPLE, PEOPLE[:2]])))
    places = st.sampled_from(["small", "large", None])
    now = datetime.combine(draw(dates), draw(st.builds(time, st.integers(0, 23), st.integers(0, 59))), zone)
    now = now.astimezone(UTC)
    # Most of them hold now, some begin or end at this very instant.
    before = st.integers(-3, 12).map(lambda hours: now - timedelta(hours=hours))
    after = st.integers(-1, 12).map(lambda hours: now + timedelta(hours=hours))
    weekdays = st.frozensets(st.integers(0, 6), min_size=1)
    shifts = st.builds(Shift, weekly, roles, weekdays, clocks, clocks, places, st.sampled_from(OnDays))
    dated = st.builds(DatedShift, st.just("d"), people, roles, dates, clocks, clocks, places, st.booleans())
    leaves = st.builds(Leave, st.just("l"), people, before, after)
    maybe = st.sampled_from([*[TUESDAY_MORNING] * 5, None])
    covers = st.builds(
        Cover,
        *(st.just("c"), people, people, before, after, st.sampled_from(Takes)),
        by_confirmed_at=maybe,
        covered_confirmed_at=maybe,
    )
    holidays = st.builds(Holiday, dates, st.sampled_from(DayType))
    bound = st.lists(people, unique=True, min_size=1, max_size=2).map(tuple)
    context = replace(
        story_context(TUESDAY_MORNING),
        timezone=zone,
        centres=CENTRES,
        shifts=tuple(draw(st.lists(shifts, max_size=5))),
        dated_shifts=tuple(draw(st.lists(dated, max_size=3))),
        leaves=tuple(draw(st.lists(leaves, max_size=2))),
        covers=tuple(one for one in draw(st.lists(covers, max_size=4)) if one.covered_id != one.by_id),
        calendar=calendar_of(draw(st.lists(holidays, max_size=3)), {2026}),
    )
    home = Profile("h", people={role: draw(bound) for role in ROLES[:2]}, centre_id="small")
    return Drawn(context, home, now)


# --- the reference --------------------------------------------------------------------------------------------------------


@cache
def first_shown(on: date, clock: time, zone: tzinfo) -> datetime:
    """The first instant at which clocks of the zone show this time of this date, or a later one."""
    target = datetime.combine(on, clock)
    at = datetime.combine(on, time(0), UTC) - timedelta(hours=15)
    while at.astimezone(zone).replace(tzinfo=None) < target:
        at += timedelta(minutes=15)
    return at


def lasts(on: date, starts: time, ends: time, drawn: Drawn) -> bool:
    zone = drawn.context.timezone
    last = on if ends > starts else on + timedelta(days=1)
    return first_shown(on, starts, zone) <= drawn.now < first_shown(last, ends, zone)


def dates_around(drawn: Drawn) -> list[date]:
    today = drawn.now.astimezone(drawn.context.timezone).date()
    return [today + timedelta(days=one) for one in range(-3, 4)]


def meant(shift: Shift, on: date, context: Context) -> bool:
    special: list[Holiday] = list(context.calendar.official.values())
    holiday = next((one for one in special if one.on == on), None)
    free = holiday.day_type is DayType.REST_DAY if holiday else on.weekday() in (5, 6)
    return {
        OnDays.WEEKDAYS: on.weekday() in shift.weekdays,
        OnDays.WORKDAYS: not free,
        OnDays.REST_DAYS: free,
        OnDays.EVERY_DAY: True,
    }[shift.days]


def runs(shift: Shift | DatedShift, drawn: Drawn) -> bool:
    if isinstance(shift, DatedShift):
        return lasts(shift.on, shift.starts, shift.ends, drawn)
    replaced = {
        one.on
        for one in drawn.context.dated_shifts
        if one.in_place and (one.person_id, one.role) == (shift.person_id, shift.role)
    }
    return any(
        lasts(on, shift.starts, shift.ends, drawn)
        for on in dates_around(drawn)
        if meant(shift, on, drawn.context) and on not in replaced
    )


def away(person: str, drawn: Drawn) -> bool:
    return any(
        one.person_id == person and one.from_at <= drawn.now < one.until_at for one in drawn.context.leaves
    )


def stand_in(person: str, part: Takes, drawn: Drawn) -> str:
    chain = [person]
    while True:
        active = [
            one
            for one in drawn.context.covers
            if one.state is CoverState.CONFIRMED
            and one.covered_id == chain[-1]
            and one.from_at <= drawn.now < one.until_at
            and one.takes in (part, Takes.EVERYTHING)
        ]
        if not active:
            return chain[-1]
        if active[0].by_id in chain:
            return person
        chain.append(active[0].by_id)


def every_shift(context: Context) -> list[Shift | DatedShift]:
    return [*context.shifts, *context.dated_shifts]


def all_duties(drawn: Drawn) -> list[tuple[str, Role, str | None, str]]:
    """(who, role, place, whose shift) of everybody on shift."""
    context = drawn.context
    found = []
    for shift in every_shift(context):
        person = stand_in(shift.person_id, Takes.SHIFTS, drawn)
        if runs(shift, drawn) and not away(person, drawn):
            # Whoever serves the whole cell serves it, whatever centre the shift names.
            place = None if shift.role is Role.OPERATOR else shift.centre_id
            found.append((person, shift.role, place, shift.person_id))
    return found


def rostered(person: str, role: Role, drawn: Drawn) -> bool:
    """Asked on shifts only: who has weekly ones, and on the date of one in place of the pattern everybody."""
    return any((one.person_id, one.role) == (person, role) for one in drawn.context.shifts) or any(
        one.in_place and lasts(one.on, time(0), time(0), drawn)
        for one in drawn.context.dated_shifts
        if (one.person_id, one.role) == (person, role)
    )


def reference(role: Role, drawn: Drawn) -> tuple[str, ...]:
    on_shift = all_duties(drawn)
    found = []
    for owner in drawn.home.people.get(role, ()):
        person = stand_in(owner, Takes.HOMES, drawn)
        if away(person, drawn):
            continue
        in_role = any((who, what) == (person, role) for who, what, _, _ in on_shift)
        if rostered(person, role, drawn):
            counts = in_role
        elif person == owner:
            counts = True
        else:
            mine = stand_in(person, Takes.SHIFTS, drawn) == person
            others = [one for one in ROLES[:3] if rostered(person, one, drawn)]
            in_other = mine and any(
                who == person == whose and what in others for who, what, _, whose in on_shift
            )
            takes_over = any(
                rostered(one, role, drawn) and stand_in(one, Takes.SHIFTS, drawn) == person for one in PEOPLE
            )
            counts = in_role or in_other or (not others and not takes_over)
        if counts and person not in found:
            found.append(person)
    if found:
        return tuple(found)
    for place in [None] if role is Role.OPERATOR else ["small", "large", None]:
        here = [who for who, what, where, _ in on_shift if (what, where) == (role, place)]
        if here:
            return tuple(dict.fromkeys(here))
    return reference(Role.DEPUTY, drawn) if role is Role.BUTLER else ()


# --- the laws -------------------------------------------------------------------------------------------------------------


@settings(max_examples=500, deadline=None)
@given(rosters())
def test_the_roster_says_what_the_obvious_reference_says(drawn: Drawn) -> None:
    for role in ROLES:
        assert on_duty(role, drawn.home, drawn.now, drawn.context) == reference(role, drawn), role
    listed = {(one.person_id, one.role, one.centre_id) for one in duties(drawn.now, drawn.context)}
    assert listed == {(who, role, place) for who, role, place, _ in all_duties(drawn)}


@settings(max_examples=300, deadline=None)
@given(rosters())
def test_a_further_shift_of_one_date_takes_nobody_away_from_homes(drawn: Drawn) -> None:
    """Whoever is asked for a list without the shifts of single dates is asked with those that are in place of nothing."""
    beside = tuple(one for one in drawn.context.dated_shifts if not one.in_place)
    without = replace(drawn.context, dated_shifts=())
    more = replace(drawn.context, dated_shifts=beside)
    for owner in PEOPLE:
        home = Profile("h", people={Role.DEPUTY: (owner,)})
        before = {stand_in(owner, Takes.HOMES, drawn)} & set(on_duty(Role.DEPUTY, home, drawn.now, without))
        assert before <= set(on_duty(Role.DEPUTY, home, drawn.now, more)), owner


@settings(max_examples=300, deadline=None)
@given(rosters())
def test_a_shift_in_place_of_the_pattern_changes_its_date_only(drawn: Drawn) -> None:
    """Away from the dates that shifts of single dates touch, the roster is as if there were none."""
    touched = any(
        lasts(one.on, time(0), time(0), drawn) or lasts(one.on + timedelta(days=1), time(0), time(0), drawn)
        for one in drawn.context.dated_shifts
    )
    without = replace(drawn.context, dated_shifts=())
    for role in ROLES:
        if not touched:
            assert on_duty(role, drawn.home, drawn.now, drawn.context) == on_duty(
                role, drawn.home, drawn.now, without
            ), role
