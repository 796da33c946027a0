"""The roster of a date: leave, covers, shifts of one day, holidays and worked Saturdays, nights in which the clock changes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.core.alerts import Role
from hub.core.calendar import DayType, Holiday, OnDays, calendar_of, instant_of, span
from hub.core.context import Centre, Context
from hub.core.home import Profile
from hub.core.roster import Duty, duties, on_duty, stands_in
from hub.core.shifts import Cover, DatedShift, Leave, Shift, Takes
from tests.story import EVERY_DAY, SHANGHAI, TUESDAY_MORNING, story_context

BERLIN = ZoneInfo("Europe/Berlin")
CENTRES = {"small": Centre("small", "一号站", "large"), "large": Centre("large", "街道中心")}
HOME = Profile(
    "h1", people={Role.BUTLER: ("wang",), Role.DEPUTY: ("zhou",), Role.CONTACT: ("li",)}, centre_id="small"
)
WANG = Shift("wang", Role.BUTLER, EVERY_DAY, time(7), time(21), "small")
ZHOU = Shift("zhou", Role.DEPUTY, EVERY_DAY, time(0), time(0), "small")
HE = Shift("he", Role.BUTLER, EVERY_DAY, time(9), time(12), "large")


def at(day: int, hour: int = 0, minute: int = 0, month: int = 3) -> datetime:
    """A day of 2026 (the 2nd of March is a Monday), local time."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def context(*shifts: Shift, **more: Any) -> Context:
    return replace(story_context(TUESDAY_MORNING), shifts=shifts, centres=CENTRES, **more)


def cover(from_at: datetime, until_at: datetime, takes: Takes = Takes.EVERYTHING, **more: Any) -> Cover:
    """Both have confirmed, unless the test says otherwise."""
    confirmed = {"by_confirmed_at": from_at, "covered_confirmed_at": from_at}
    names = {"id": "cover", "covered_id": "wang", "by_id": "he"}
    return Cover(**{**names, "from_at": from_at, "until_at": until_at, "takes": takes, **confirmed, **more})


def hours_of(person: str, role: Role, surroundings: Context, day: datetime) -> list[int]:
    """The hours of a day in which this person is asked for the home."""
    return [
        hour
        for hour in range(24)
        if person in on_duty(role, HOME, day + timedelta(hours=hour, minutes=30), surroundings)
    ]


# --- leave ----------------------------------------------------------------------------------------------------------------


def test_who_is_on_leave_is_asked_neither_on_shift_nor_for_the_own_list() -> None:
    away = context(WANG, ZHOU, leaves=(Leave("l", "wang", at(4), at(5, 12)),))
    assert hours_of("wang", Role.BUTLER, away, at(3)) == list(range(7, 21))
    assert hours_of("wang", Role.BUTLER, away, at(4)) == []
    assert hours_of("wang", Role.BUTLER, away, at(5)) == list(range(12, 21))
    assert on_duty(Role.BUTLER, HOME, at(4, 10), away) == ("zhou",)


def test_leave_begins_and_ends_to_the_second() -> None:
    away = context(WANG, leaves=(Leave("l", "wang", at(4, 10), at(4, 11)),))
    second = timedelta(seconds=1)
    asked = [
        on_duty(Role.BUTLER, HOME, one, away)
        for one in (at(4, 10) - second, at(4, 10), at(4, 11) - second, at(4, 11))
    ]
    assert asked == [("wang",), ("zhou",), ("zhou",), ("wang",)]


def test_a_family_member_who_is_away_is_not_asked() -> None:
    away = context(leaves=(Leave("l", "li", at(4), at(5)),))
    assert on_duty(Role.CONTACT, HOME, at(4, 10), away) == ()


# --- covers ---------------------------------------------------------------------------------------------------------------


def test_a_confirmed_cover_takes_the_list_and_the_shifts_between_its_instants() -> None:
    covered = context(WANG, HE, ZHOU, covers=(cover(at(4), at(6)),))
    assert on_duty(Role.BUTLER, HOME, at(3, 18), covered) == ("wang",)
    # The covered butler's hours and the own ones.
    assert hours_of("he", Role.BUTLER, covered, at(4)) == list(range(7, 21))
    assert on_duty(Role.BUTLER, HOME, at(6, 18), covered) == ("wang",)
    assert Duty("he", Role.BUTLER, "small", "wang") in duties(at(4, 18), covered)


@pytest.mark.parametrize("missing", ["by_confirmed_at", "covered_confirmed_at"])
def test_a_cover_that_one_side_has_not_confirmed_does_not_count(missing: str) -> None:
    unconfirmed: dict[str, Any] = {missing: None}
    asked = context(WANG, HE, covers=(replace(cover(at(4), at(6)), **unconfirmed),))
    assert on_duty(Role.BUTLER, HOME, at(4, 18), asked) == ("wang",)


def test_a_declined_cover_does_not_count() -> None:
    declined = context(WANG, HE, covers=(cover(at(4), at(6), declined_at=at(3)),))
    assert on_duty(Role.BUTLER, HOME, at(4, 18), declined) == ("wang",)


def test_a_cover_of_the_list_only_answers_in_its_own_hours() -> None:
    covered = context(WANG, HE, covers=(cover(at(4), at(6), Takes.HOMES),))
    assert hours_of("he", Role.BUTLER, covered, at(4)) == [9, 10, 11]
    # The covered one still works the shift at the centre, and is found there.
    assert on_duty(Role.BUTLER, HOME, at(4, 18), covered) == ("wang",)


def test_a_cover_of_the_shifts_only_leaves_the_list() -> None:
    covered = context(WANG, HE, covers=(cover(at(4), at(6), Takes.SHIFTS),))
    assert stands_in("wang", at(4, 10), covered) == "wang"
    assert on_duty(Role.BUTLER, HOME, at(4, 18), covered) == ("he",)


def test_a_deputy_who_covers_a_butler_answers_in_the_deputys_hours() -> None:
    night = Shift("sun", Role.DEPUTY, EVERY_DAY, time(21), time(7), "large")
    covered = context(WANG, night, covers=(cover(at(4), at(6), Takes.HOMES, by_id="sun"),))
    away = replace(covered, leaves=(Leave("l", "wang", at(4), at(6)),))
    assert hours_of("sun", Role.BUTLER, away, at(4)) == [*range(7), 21, 22, 23]


def test_somebody_without_shifts_who_takes_everything_works_the_covered_hours() -> None:
    covered = context(WANG, covers=(cover(at(4), at(6), by_id="retired"),))
    assert hours_of("retired", Role.BUTLER, covered, at(4)) == list(range(7, 21))


def test_who_covers_may_be_covered_in_turn() -> None:
    ill = cover(at(5), at(6), id="second", covered_id="he", by_id="sun")
    covered = context(WANG, HE, covers=(cover(at(4), at(7)), ill))
    assert [on_duty(Role.BUTLER, HOME, at(day, 18), covered) for day in (4, 5, 6)] == [
        ("he",),
        ("sun",),
        ("he",),
    ]


def test_two_who_cover_each_other_keep_their_own_lists() -> None:
    back = cover(at(4), at(6), id="second", covered_id="he", by_id="wang")
    circle = context(WANG, HE, covers=(cover(at(4), at(6)), back))
    assert on_duty(Role.BUTLER, HOME, at(4, 18), circle) == ("wang",)


def test_a_cover_who_is_on_leave_is_not_asked() -> None:
    away = context(WANG, HE, ZHOU, covers=(cover(at(4), at(6)),), leaves=(Leave("l", "he", at(5), at(6)),))
    assert on_duty(Role.BUTLER, HOME, at(5, 10), away) == ("zhou",)


# --- shifts of one date -----------------------------------------------------------------------------------------------------


def test_a_dated_shift_is_added_to_the_weekly_pattern() -> None:
    more = DatedShift("d", "wang", Role.BUTLER, date(2026, 3, 4), time(21), time(2), "small")
    longer = context(WANG, dated_shifts=(more,))
    assert hours_of("wang", Role.BUTLER, longer, at(4)) == [*range(7, 24)]
    assert hours_of("wang", Role.BUTLER, longer, at(5)) == [0, 1, *range(7, 21)]


def test_a_dated_shift_in_place_of_the_pattern_replaces_it_on_its_date_only() -> None:
    other = DatedShift("d", "wang", Role.BUTLER, date(2026, 3, 4), time(13), time(16), "small", in_place=True)
    changed = context(WANG, dated_shifts=(other,))
    assert [hours_of("wang", Role.BUTLER, changed, at(day)) for day in (3, 4, 5)] == [
        list(range(7, 21)),
        [13, 14, 15],
        list(range(7, 21)),
    ]


def test_the_night_before_runs_on_into_a_date_whose_pattern_is_replaced() -> None:
    night = Shift("wang", Role.BUTLER, EVERY_DAY, time(21), time(7), "small")
    other = DatedShift("d", "wang", Role.BUTLER, date(2026, 3, 4), time(13), time(16), "small", in_place=True)
    changed = context(night, dated_shifts=(other,))
    assert hours_of("wang", Role.BUTLER, changed, at(4)) == [*range(7), 13, 14, 15]


def morning(day: int = 4, *, in_place: bool = False) -> DatedShift:
    """Of the butler and of nobody else, from eight to noon."""
    on = date(2026, 3, day)
    return DatedShift("d", "wang", Role.BUTLER, on, time(8), time(12), "small", in_place)


def test_one_more_morning_takes_a_butler_without_weekly_shifts_off_no_other_hour() -> None:
    """As a ledger of one sheet makes butlers: bound to homes, without shifts, asked at any hour."""
    extra = context(ZHOU, dated_shifts=(morning(),))
    assert [hours_of("wang", Role.BUTLER, extra, at(day)) for day in (3, 4, 5, 28)] == [list(range(24))] * 4


def test_a_morning_in_place_of_any_hour_counts_on_its_date_only() -> None:
    changed = context(ZHOU, dated_shifts=(morning(in_place=True),))
    assert [hours_of("wang", Role.BUTLER, changed, at(day)) for day in (3, 4, 5)] == [
        list(range(24)),
        [8, 9, 10, 11],
        list(range(24)),
    ]
    assert on_duty(Role.BUTLER, HOME, at(4, 15), changed) == ("zhou",)


def test_an_evening_in_place_runs_into_the_next_date_which_is_whole_again() -> None:
    late = DatedShift("d", "wang", Role.BUTLER, date(2026, 3, 4), time(20), time(2), "small", in_place=True)
    changed = context(ZHOU, dated_shifts=(late, replace(morning(5, in_place=True), id="e")))
    assert hours_of("wang", Role.BUTLER, changed, at(4)) == [20, 21, 22, 23]
    assert hours_of("wang", Role.BUTLER, changed, at(5)) == [0, 1, 8, 9, 10, 11]
    assert hours_of("wang", Role.BUTLER, changed, at(6)) == list(range(24))


def test_a_shift_in_place_in_another_role_leaves_the_own_list() -> None:
    desk = replace(morning(in_place=True), role=Role.CENTRE_DUTY)
    assert hours_of("wang", Role.BUTLER, context(dated_shifts=(desk,)), at(4)) == list(range(24))


def test_who_covers_somebody_without_weekly_shifts_answers_in_the_hours_of_that_date() -> None:
    surroundings = context(
        ZHOU, dated_shifts=(morning(in_place=True),), covers=(cover(at(3), at(6), by_id="retired"),)
    )
    assert [hours_of("retired", Role.BUTLER, surroundings, at(day)) for day in (3, 4, 5)] == [
        list(range(24)),
        [8, 9, 10, 11],
        list(range(24)),
    ]


def test_an_operator_of_one_date_serves_every_home() -> None:
    extra = DatedShift("d", "extra", Role.OPERATOR, date(2026, 3, 4), time(8), time(18))
    assert on_duty(Role.OPERATOR, HOME, at(4, 10), context(dated_shifts=(extra,))) == ("extra",)


# --- holidays ---------------------------------------------------------------------------------------------------------------

HOLIDAYS = calendar_of(
    (
        Holiday(date(2026, 10, 1), DayType.REST_DAY, "国庆节"),
        Holiday(date(2026, 10, 10), DayType.WORKDAY, "国庆节"),
    ),
    {2026},
)


@pytest.mark.parametrize(
    ("day", "asked"),
    [(1, "rest"), (2, "work"), (3, "rest"), (9, "work"), (10, "work"), (11, "rest")],
    ids=["holiday", "Friday", "Saturday", "workday", "worked Saturday", "Sunday"],
)
def test_patterns_follow_holidays_and_worked_saturdays(day: int, asked: str) -> None:
    working = Shift("work", Role.CENTRE_DUTY, frozenset(), time(8), time(18), "small", days=OnDays.WORKDAYS)
    resting = Shift("rest", Role.CENTRE_DUTY, frozenset(), time(8), time(18), "small", days=OnDays.REST_DAYS)
    surroundings = context(working, resting, calendar=HOLIDAYS)
    assert on_duty(Role.CENTRE_DUTY, HOME, at(day, 12, month=10), surroundings) == (asked,)


def test_a_year_without_a_calendar_has_plain_weekdays() -> None:
    assert HOLIDAYS.day_type(date(2027, 10, 1)) is DayType.WORKDAY
    assert HOLIDAYS.day_type(date(2027, 10, 2)) is DayType.REST_DAY


# --- borders of days, months and clocks ---------------------------------------------------------------------------------------

NIGHT = Shift("night", Role.OPERATOR, EVERY_DAY, time(22), time(6))
DAY = Shift("day", Role.OPERATOR, EVERY_DAY, time(6), time(22))


def minutes_of_duty(person: str, first: date, last: date, surroundings: Context) -> int:
    """From noon of one date to noon of another."""
    zone = surroundings.timezone
    now, until = (datetime.combine(one, time(12), zone).astimezone(UTC) for one in (first, last))
    count = 0
    while now < until:
        asked = on_duty(Role.OPERATOR, HOME, now, surroundings)
        assert len(asked) == 1, f"{asked} at {now.astimezone(zone)}"
        count += asked == (person,)
        now += timedelta(minutes=1)
    return count


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [
        (SHANGHAI, date(2026, 2, 28), 8),
        (SHANGHAI, date(2028, 2, 28), 8),
        (SHANGHAI, date(2028, 2, 29), 8),
        (SHANGHAI, date(2026, 12, 31), 8),
        (SHANGHAI, date(2026, 3, 28), 8),
        (BERLIN, date(2026, 3, 28), 7),
        (BERLIN, date(2026, 10, 24), 9),
        (BERLIN, date(2026, 10, 25), 8),
    ],
)
def test_a_night_shift_across_borders_has_its_hours_and_one_person_at_each(
    zone: ZoneInfo, first: date, hours: int
) -> None:
    surroundings = context(NIGHT, DAY, timezone=zone)
    assert minutes_of_duty("night", first, first + timedelta(days=1), surroundings) == hours * 60


@pytest.mark.parametrize("handover", [time(2, 0), time(2, 30), time(3, 0)])
@pytest.mark.parametrize("first", [date(2026, 3, 28), date(2026, 10, 24)])
def test_a_handover_in_the_changing_hour_happens_once(first: date, handover: time) -> None:
    """Also at a time that is skipped or shown twice."""
    before = Shift("before", Role.OPERATOR, EVERY_DAY, time(12), handover)
    after = Shift("after", Role.OPERATOR, EVERY_DAY, handover, time(12))
    surroundings = context(before, after, timezone=BERLIN)
    now = datetime.combine(first, time(12), BERLIN).astimezone(UTC)
    asked: list[str] = []
    for minute in range(23 * 60):
        (person,) = on_duty(Role.OPERATOR, HOME, now + timedelta(minutes=minute), surroundings)
        if not asked or asked[-1] != person:
            asked.append(person)
    assert asked == ["before", "after"]


def test_a_skipped_time_counts_when_the_clock_jumps_over_it() -> None:
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    skipped = [instant_of(date(2026, 3, 29), time(2, minute), BERLIN) for minute in (0, 15, 59)]
    assert skipped == [jump] * 3


def test_a_duty_of_twice_shown_midnight_goes_on() -> None:
    """In Havana the clock goes from 01:00 back to 00:00; in the Azores of old from 00:00 to 23:00 of the day before."""
    havana, azores = ZoneInfo("America/Havana"), ZoneInfo("Atlantic/Azores")
    for zone, on in ((havana, date(2026, 10, 31)), (azores, date(2026, 10, 24))):
        surroundings = context(NIGHT, DAY, timezone=zone)
        assert minutes_of_duty("night", on, on + timedelta(days=1), surroundings) == 9 * 60


def test_a_whole_day_of_the_changing_clock_has_23_or_25_hours() -> None:
    def hours(on: date) -> float:
        from_at, until_at = span(on, time(8), time(8), BERLIN)
        return (until_at - from_at).total_seconds() / 3600

    assert [hours(one) for one in (date(2026, 3, 28), date(2026, 6, 1), date(2026, 10, 24))] == [23, 24, 25]


def test_hub_time_ahead_of_the_wall_does_not_move_the_roster() -> None:
    ahead = context(WANG, leaves=(Leave("l", "wang", at(4), at(5)),), wall_offset=timedelta(hours=2))
    two_hours = timedelta(hours=2)
    for shown, asked in (
        (at(3, 20, 59), "wang"),
        (at(3, 21), "zhou"),
        (at(4, 10), "zhou"),
        (at(5, 7), "wang"),
    ):
        assert on_duty(Role.BUTLER, HOME, shown + two_hours, ahead) == (asked,)


def test_a_partner_of_another_home_is_not_asked() -> None:
    """Whoever answers by agreement answers where the agreement is."""
    other = Shift("someone", Role.PARTNER, EVERY_DAY, time(8), time(18))
    assert on_duty(Role.PARTNER, HOME, at(4, 10), context(other)) == ()


def names(found: Iterable[Duty]) -> set[str]:
    return {one.person_id for one in found}


def test_everybody_on_duty_now_is_listed_once_and_nobody_who_is_away() -> None:
    twice = replace(WANG, starts=time(6))
    surroundings = context(WANG, twice, ZHOU, HE, leaves=(Leave("l", "he", at(4), at(5)),))
    found = duties(at(4, 10), surroundings)
    assert names(found) == {"wang", "zhou"}
    assert len(found) == 2
