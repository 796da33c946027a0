"""The weeks ahead: each kind of gap and double booking is found with its exact instants, and nothing else is told."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from hub.core.alerts import Role
from hub.core.calendar import DayType, Holiday, OnDays, calendar_of
from hub.core.context import Context, Shift
from hub.core.home import Profile
from hub.core.opening import Opening, SpecialHours
from hub.core.roster import on_duty
from hub.core.shifts import Cover, DatedShift, Leave
from hub.directory.demo import demo_directory
from hub.directory.model import Bond, Directory
from hub.directory.outlook import RosterProblem, RosterProblemKind, outlook
from hub.directory.profiles import people_by_home, with_people
from tests.directory.samples import BEFORE, days, person, small
from tests.directory.test_validation import crowded
from tests.story import SHANGHAI, story_context

NOW = datetime(2026, 3, 2, 0, 0, tzinfo=SHANGHAI).astimezone(UTC)
"""A Monday, midnight."""
WEEK = frozenset(range(7))
CALENDAR = calendar_of((Holiday(date(2026, 3, 5), DayType.REST_DAY, "节"),), {2026})


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def context() -> Context:
    return replace(story_context(NOW), calendar=CALENDAR)


def staffed() -> Directory:
    """Two homes, their butler by day with a deputy by night, the small centre's desk in its opening hours, and call-centre."""
    base = small()
    everyday = (time(8), time(18))
    return replace(
        base,
        persons=(*base.persons, person("deputy"), person("desk"), person("large"), person("manager")),
        centres=(base.centres[0], replace(base.centres[1], openings=(Opening(WEEK, *everyday),))),
        shifts=(
            Shift("op", Role.OPERATOR, WEEK, time(8), time(8)),
            Shift("manager", Role.DUTY_MANAGER, WEEK, time(8), time(8)),
            Shift("b1", Role.BUTLER, WEEK, time(7), time(21), "small"),
            Shift("b2", Role.BUTLER, WEEK, time(7), time(21), "large"),
            Shift("deputy", Role.DEPUTY, WEEK, time(0), time(0), "small"),
            Shift("desk", Role.CENTRE_DUTY, WEEK, *everyday, "small"),
            Shift("large", Role.CENTRE_DUTY, WEEK, time(0), time(0), "large"),
        ),
    )


def found(directory: Directory, weeks: int = 1) -> tuple[RosterProblem, ...]:
    return outlook(directory, NOW, NOW + timedelta(weeks=weeks), context())


def of(problems: Iterable[RosterProblem], kind: RosterProblemKind) -> list[RosterProblem]:
    return [one for one in problems if one.kind is kind]


def test_a_roster_that_holds_has_nothing_to_tell() -> None:
    assert found(staffed(), weeks=4) == ()


def test_leave_without_cover_is_told_with_the_elders_it_leaves() -> None:
    away = replace(staffed(), leaves=(Leave("l", "b1", at(4), at(6, 12)),))
    assert found(away) == (
        RosterProblem(RosterProblemKind.NO_BUTLER, at(4), at(6, 12), person_id="b1", elders=2),
    )


def confirmed(from_at: datetime, until_at: datetime, by_id: str = "b2") -> Cover:
    return Cover(*("c", "b1", by_id, from_at, until_at), by_confirmed_at=BEFORE, covered_confirmed_at=BEFORE)


def test_a_confirmed_cover_closes_the_gap_for_as_long_as_it_lasts() -> None:
    away = replace(staffed(), leaves=(Leave("l", "b1", at(4), at(6)),), covers=(confirmed(at(4), at(5, 12)),))
    assert [(one.from_at, one.until_at) for one in of(found(away), RosterProblemKind.NO_BUTLER)] == [
        (at(5, 12), at(6))
    ]


def test_a_cover_who_falls_ill_leaves_the_elders_again() -> None:
    leaves = (Leave("l", "b1", at(4), at(6)), Leave("m", "b2", at(5), at(6)))
    ill = replace(staffed(), leaves=leaves, covers=(confirmed(at(4), at(6)),))
    (gap,) = of(found(ill), RosterProblemKind.NO_BUTLER)
    assert (gap.from_at, gap.until_at, gap.person_id, gap.other_id) == (at(5), at(6), "b1", "b2")


def test_nobody_at_the_call_centre_is_told_to_the_minute() -> None:
    away = replace(staffed(), leaves=(Leave("l", "op", at(4, 3, 7), at(4, 3, 8)),))
    assert found(away) == (
        RosterProblem(RosterProblemKind.NOBODY, at(4, 3, 7), at(4, 3, 8), role=Role.OPERATOR),
    )


def test_a_centre_that_is_open_with_an_empty_desk_is_told() -> None:
    late = DatedShift(
        *("d", "desk", Role.CENTRE_DUTY, date(2026, 3, 4), time(9), time(17), "small"), in_place=True
    )
    assert [
        (one.kind, one.centre_id, one.from_at, one.until_at)
        for one in found(replace(staffed(), dated_shifts=(late,)))
    ] == [
        (RosterProblemKind.DESK_EMPTY, "small", at(4, 8), at(4, 9)),
        (RosterProblemKind.DESK_EMPTY, "small", at(4, 17), at(4, 18)),
    ]


def small_desk_only(**values: object) -> Directory:
    """The large centre has no desk: at night, and on Sundays, nobody sits at any; the small one is open as its desk works."""
    monday_to_saturday = frozenset(range(6))
    shifts = [
        replace(one, weekdays=monday_to_saturday) if one.person_id == "desk" else one
        for one in staffed().shifts
        if one.person_id != "large"
    ]
    base = with_small(
        replace(staffed(), shifts=tuple(shifts)),
        openings=(Opening(monday_to_saturday, time(8), time(18)),),
    )
    return replace(base, **values)  # type: ignore[arg-type]


def desk_told(directory: Directory) -> set[tuple[RosterProblemKind, datetime, datetime]]:
    return {
        (one.kind, one.from_at, one.until_at)
        for one in found(directory)
        if one.role is Role.CENTRE_DUTY and one.from_at >= at(4) and one.until_at <= at(6)
    }


def test_the_hours_in_which_a_centre_is_closed_are_no_gap_while_an_operator_is_there() -> None:
    nights = {(RosterProblemKind.AFTER_HOURS, at(4, 18), at(5, 8))}
    assert desk_told(small_desk_only()) == nights
    ill = (Leave("l", "desk", at(4, 9), at(4, 12)),)
    assert desk_told(small_desk_only(leaves=ill)) == nights | {
        (RosterProblemKind.NOBODY, at(4, 9), at(4, 12)),
        (RosterProblemKind.DESK_EMPTY, at(4, 9), at(4, 12)),
    }


def test_the_closed_hours_are_a_gap_while_there_is_no_operator() -> None:
    away = (Leave("l", "op", at(4, 20), at(4, 23)),)
    assert desk_told(small_desk_only(leaves=away)) == {
        (RosterProblemKind.AFTER_HOURS, at(4, 18), at(4, 20)),
        (RosterProblemKind.NOBODY, at(4, 20), at(4, 23)),
        (RosterProblemKind.AFTER_HOURS, at(4, 23), at(5, 8)),
    }


def test_a_desk_that_is_rostered_in_closed_hours_is_missed_there() -> None:
    shifts = (*small_desk_only().shifts, Shift("large", Role.CENTRE_DUTY, WEEK, time(18), time(8), "large"))
    away = small_desk_only(shifts=shifts, leaves=(Leave("l", "large", at(4, 20), at(4, 23)),))
    assert desk_told(away) == {(RosterProblemKind.NOBODY, at(4, 20), at(4, 23))}


def with_small(directory: Directory, **values: object) -> Directory:
    small_centre = replace(directory.centres[1], **values)  # type: ignore[arg-type]
    return replace(directory, centres=(directory.centres[0], small_centre))


def test_opening_hours_of_workdays_follow_the_holidays() -> None:
    """The desk works Monday to Friday as ever; the centre opens on workdays, and the Thursday is a holiday."""
    desk = Shift("desk", Role.CENTRE_DUTY, frozenset(range(5)), time(8), time(18), "small")
    shifts = (*(one for one in staffed().shifts if one.person_id != "desk"), desk)
    opens = (Opening(frozenset(), time(8), time(18), OnDays.EVERY_DAY),)
    base = replace(staffed(), shifts=shifts)
    weekend = [at(7, 8), at(8, 8)]
    assert [one.from_at for one in found(with_small(base, openings=opens))] == weekend
    rest = (replace(opens[0], days=OnDays.REST_DAYS),)
    # The desk sits there on the holiday too.
    assert [one.from_at for one in found(with_small(base, openings=rest))] == weekend
    working = replace(desk, weekdays=frozenset(), days=OnDays.WORKDAYS)
    holiday = replace(base, shifts=(*shifts[:-1], working))
    assert [one.from_at for one in found(with_small(holiday, openings=rest))] == [at(5, 8), *weekend]


def test_a_closed_date_needs_no_desk_and_special_hours_do() -> None:
    away = replace(staffed(), leaves=(Leave("l", "desk", at(4), at(6)),))
    special = (SpecialHours(date(2026, 3, 4)), SpecialHours(date(2026, 3, 5), time(9), time(12)))
    assert [
        (one.from_at, one.until_at)
        for one in of(found(with_small(away, special_hours=special)), RosterProblemKind.DESK_EMPTY)
    ] == [(at(5, 9), at(5, 12))]


def test_nobody_at_all_for_a_butlers_homes_at_night() -> None:
    away = replace(staffed(), leaves=(Leave("l", "deputy", at(4, 22), at(5, 2)),))
    problems = of(found(away), RosterProblemKind.NOBODY)
    assert {(one.role, one.centre_id, one.from_at, one.until_at, one.elders) for one in problems} == {
        (Role.BUTLER, "small", at(4, 22), at(5, 2), 2),
        (Role.DEPUTY, "small", at(4, 22), at(5, 2), 2),
    }


def test_one_person_in_two_places_is_told_for_the_common_hours() -> None:
    twice = DatedShift("d", "b1", Role.BUTLER, date(2026, 3, 4), time(20), time(23), "large")
    assert found(replace(staffed(), dated_shifts=(twice,))) == (
        RosterProblem(
            RosterProblemKind.TWICE, at(4, 20), at(4, 21), person_id="b1", places=("large", "small")
        ),
    )


ALWAYS = (WEEK, time(0), time(0))
BY_DAY = (WEEK, time(7), time(21))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        # A deputy is called to where a butler is missing: several centres, or the own homes and others', are no trouble.
        ((Shift("deputy", Role.DEPUTY, *ALWAYS, "large"),), ()),
        ((Shift("b1", Role.DEPUTY, *BY_DAY, "large"),), ()),
        # Whoever keeps a desk cannot be called away from it.
        ((Shift("large", Role.DEPUTY, *BY_DAY, "small"),), ("large", ("large", "small"))),
        ((Shift("op", Role.DEPUTY, *BY_DAY, "small"),), ("op", (None, "small"))),
        ((Shift("large", Role.BUTLER, *BY_DAY, "small"),), ("large", ("large", "small"))),
        ((Shift("manager", Role.CENTRE_DUTY, *BY_DAY, "large"),), ("manager", (None, "large"))),
        # Nobody visits homes of two centres in the same hours.
        ((Shift("b1", Role.BUTLER, *BY_DAY, "large"),), ("b1", ("large", "small"))),
        ((Shift("b1", Role.ELDER_HELPER, *BY_DAY, "large"),), ("b1", ("large", "small"))),
    ],
)
def test_only_what_needs_one_person_in_two_places_is_a_double_booking(
    more: tuple[Shift, ...], told: tuple[object, ...]
) -> None:
    problems = of(found(replace(staffed(), shifts=(*staffed().shifts, *more))), RosterProblemKind.TWICE)
    assert {(one.person_id, one.places) for one in problems} == ({told} if told else set())


def test_two_roles_at_one_centre_are_no_double_booking() -> None:
    both = Shift("b1", Role.DEPUTY, WEEK, time(7), time(21), "small")
    assert found(replace(staffed(), shifts=(*staffed().shifts, both))) == ()


@pytest.mark.parametrize(("begins", "told"), [(at(5), True), (at(5, 0, 1), False), (at(1), True)])
def test_an_unconfirmed_cover_is_told_three_days_before(begins: datetime, told: bool) -> None:
    asked = replace(confirmed(begins, at(9)), by_confirmed_at=None)
    problems = found(replace(staffed(), covers=(asked,)))
    assert [(one.kind, one.person_id, one.other_id, one.cover_id) for one in problems] == (
        [(RosterProblemKind.COVER_OPEN, "b1", "b2", "c")] if told else []
    )


def test_a_declined_cover_is_not_open_any_more() -> None:
    declined = replace(confirmed(at(3), at(9)), by_confirmed_at=None, declined_at=at(2))
    assert found(replace(staffed(), covers=(declined,))) == ()


@pytest.mark.parametrize("by_entry", [True, False])
def test_more_than_twenty_elders_by_cover_are_told_with_how_many_are_own(by_entry: bool) -> None:
    """By a cover of two people, or by one of single homes."""
    base = crowded(20, covered=3)
    if by_entry:
        bonds = tuple(bond for bond in base.bonds if not bond.cover)
        swapped = replace(confirmed(at(3), at(5)), covered_id="b2", by_id="b1")
        base = replace(base, bonds=bonds, covers=(swapped,))
    else:
        base = replace(
            base,
            bonds=tuple(
                replace(bond, from_at=at(3), until_at=at(5)) if bond.cover else bond for bond in base.bonds
            ),
        )
    (above,) = of(found(base), RosterProblemKind.ABOVE_LIST)
    assert (above.person_id, above.elders, above.own_elders) == ("b1", 23, 20)
    assert (above.from_at, above.until_at) == (at(3), at(5))


@pytest.mark.parametrize(
    ("now", "years"),
    [("2026-10-31", []), ("2026-11-01", [2027]), ("2026-12-31", [2027]), ("2027-03-01", [2027])],
)
def test_a_year_without_a_calendar_is_told_two_months_before(now: str, years: list[int]) -> None:
    begins = datetime.fromisoformat(now).replace(hour=12, tzinfo=SHANGHAI).astimezone(UTC)
    problems = outlook(staffed(), begins, begins + days(1), context())
    assert [one.year for one in of(problems, RosterProblemKind.NO_CALENDAR)] == years


def test_a_year_whose_holidays_were_entered_by_hand_is_known() -> None:
    begins = datetime(2026, 12, 1, tzinfo=UTC)
    free = [Holiday(date(2027, 2, day), DayType.REST_DAY, "春节") for day in range(6, 13)]
    known = replace(staffed(), holidays=tuple(free))
    assert outlook(known, begins, begins + days(1), context()) == ()
    local = replace(staffed(), holidays=(Holiday(date(2027, 1, 4), DayType.REST_DAY, "站点停电"),))
    (problem,) = outlook(local, begins, begins + days(1), context())
    assert problem.kind is RosterProblemKind.NO_CALENDAR


def test_a_butler_who_hands_over_within_the_weeks_is_followed() -> None:
    """From Wednesday on the homes are b2's, who is on leave then; b1's leave before that counts for b1."""
    base = staffed()
    other = [bond for bond in base.bonds if bond.role is not Role.BUTLER]
    bonds = [
        Bond(*(person_id, Role.BUTLER, begins, ends), home_id=home)
        for home in ("h1", "h2")
        for person_id, begins, ends in (("b1", BEFORE, at(4)), ("b2", at(4), None))
    ]
    moved = replace(
        base,
        bonds=(*other, *bonds),
        leaves=(Leave("l", "b1", at(3), at(6)), Leave("m", "b2", at(3), at(6))),
    )
    assert [
        (one.person_id, one.from_at, one.until_at) for one in of(found(moved), RosterProblemKind.NO_BUTLER)
    ] == [("b1", at(3), at(4)), ("b2", at(4), at(6))]


def test_a_butler_without_weekly_shifts_is_missing_on_the_date_of_one_in_place_only() -> None:
    """As in a ledger of one sheet, with nobody behind the butler: one more morning leaves no gap on any day."""
    base = staffed()
    alone = tuple(one for one in base.shifts if one.role not in (Role.BUTLER, Role.DEPUTY))
    ledger = replace(base, shifts=alone, bonds=tuple(one for one in base.bonds if one.role is Role.BUTLER))
    extra = DatedShift("d", "b1", Role.BUTLER, date(2026, 3, 4), time(8), time(12), "small")

    def gaps(*dated: DatedShift) -> list[tuple[datetime, datetime]]:
        nobody = of(found(replace(ledger, dated_shifts=dated)), RosterProblemKind.NOBODY)
        return [(one.from_at, one.until_at) for one in nobody if one.role is Role.BUTLER]

    assert gaps() == gaps(extra) == []
    assert gaps(replace(extra, in_place=True)) == [(at(4), at(4, 8)), (at(4, 12), at(5))]


def _torn(seed: int) -> Directory:
    """A roster with random leave, covers and shifts of single dates, on quarters of an hour."""
    draw = random.Random(seed)
    people = ["b1", "b2", "deputy", "desk", "large", "op"]

    def instant() -> datetime:
        return NOW + timedelta(minutes=15 * draw.randrange(4 * 24 * 4))

    def between() -> tuple[datetime, datetime]:
        one, other = sorted((instant(), instant()))
        return one, other + timedelta(minutes=15)

    base = staffed()
    weekly = base.shifts if seed % 2 else tuple(one for one in base.shifts if one.person_id != "b1")
    return replace(
        base,
        shifts=weekly,
        leaves=tuple(Leave(f"l{one}", draw.choice(people), *between()) for one in range(4)),
        covers=(confirmed(*between(), draw.choice(["b2", "deputy"])),),
        dated_shifts=tuple(
            DatedShift(
                f"d{number}",
                *(one.person_id, one.role, date(2026, 3, draw.randrange(2, 6))),
                *(time(draw.randrange(24)), time(draw.randrange(24), 30), one.centre_id),
                in_place=draw.random() < 0.5,
            )
            for number, one in enumerate(draw.choices(base.shifts, k=3))
        ),
    )


@pytest.mark.parametrize("seed", range(8))
def test_the_gaps_are_those_that_asking_every_quarter_of_an_hour_finds(seed: int) -> None:
    directory = _torn(seed)
    until = NOW + days(4)
    quarter = timedelta(minutes=15)
    problems = outlook(directory, NOW, until, context())
    surroundings = with_people(context(), directory, NOW)
    home = Profile("h1", people=people_by_home(directory, NOW)["h1"], centre_id="small")
    now = NOW
    while now < until:
        for role in (Role.BUTLER, Role.DEPUTY, Role.CENTRE_DUTY, Role.OPERATOR):
            told = any(
                one.role is role and one.from_at <= now < one.until_at
                for one in problems
                if one.kind in {RosterProblemKind.NOBODY, RosterProblemKind.AFTER_HOURS}
            )
            assert told is not bool(on_duty(role, home, now, surroundings)), f"{role} at {now}"
        now += quarter


def test_the_demos_street_has_no_hour_without_somebody_for_eight_weeks() -> None:
    problems = outlook(demo_directory(7, NOW), NOW, NOW + timedelta(weeks=8), context())
    assert not of(problems, RosterProblemKind.NOBODY)
    assert not of(problems, RosterProblemKind.DESK_EMPTY)
    (above,) = of(problems, RosterProblemKind.ABOVE_LIST)
    assert (above.person_id, above.elders, above.own_elders) == ("b11", 40, 20)
