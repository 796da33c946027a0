"""A roster that people keep: leave, covers that both confirm, holidays and nights decide who is asked when somebody presses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.config.holidays import load_holidays
from hub.core.alerts import Role
from hub.core.calendar import OnDays
from hub.core.context import Context, Shift
from hub.core.shifts import Cover, DatedShift, Leave
from tests.story import CONFIG, EVERY_DAY, SHANGHAI, TUESDAY_MORNING, Story, person, street

DAY = timedelta(days=1)
TUESDAY = TUESDAY_MORNING.replace(hour=0)
HE = Shift("butler-he", Role.BUTLER, EVERY_DAY, time(7), time(21), "large")

Change = Callable[[Context], Context]


def told(path: Path, change: Change, at: datetime = TUESDAY_MORNING) -> Story:
    """A street in which no device is missed for days."""
    homes = {
        home_id: replace(
            home, devices={one: replace(it, silent_after=400 * DAY) for one, it in home.devices.items()}
        )
        for home_id, home in street().items()
    }
    return Story(path / "roster.sqlite", at=at, homes=homes, change=change)


def with_he(context: Context) -> Context:
    """A colleague at the large centre who can cover."""
    people = {**context.people, "butler-he": person("butler-he", "何")}
    return replace(context, people=people, shifts=(*context.shifts, HE))


def on_leave(context: Context, *covers: Cover) -> Context:
    """Butler Wang is away on Wednesday and Thursday."""
    leave = Leave("leave", "butler-wang", TUESDAY + DAY, TUESDAY + 3 * DAY)
    return replace(with_he(context), leaves=(leave,), covers=covers)


def cover(*, agreed: bool) -> Cover:
    return Cover(
        *("cover", "butler-wang", "butler-he", TUESDAY + DAY, TUESDAY + 3 * DAY),
        by_confirmed_at=TUESDAY,
        covered_confirmed_at=TUESDAY if agreed else None,
    )


def press_again_on(story: Story, days: int) -> None:
    """The next press of this story, some days later, when the one before is closed."""
    story.resolve("operator-chen")
    story.forget_calls()
    story.advance(days=days)
    story.press()


def test_a_press_during_a_confirmed_cover_asks_who_covers_and_afterwards_the_own_butler(
    tmp_path: Path,
) -> None:
    story = told(tmp_path, lambda context: on_leave(context, cover(agreed=True)))
    story.press()
    story.expect_asked("butler-wang")
    press_again_on(story, 1)
    story.expect_asked("butler-he")
    story.expect_not_asked("butler-wang")
    press_again_on(story, 2)
    story.expect_asked("butler-wang")
    story.expect_not_asked("butler-he")


def test_a_cover_that_one_side_has_not_confirmed_leaves_it_to_the_deputy_and_the_centre(
    tmp_path: Path,
) -> None:
    story = told(tmp_path, lambda context: on_leave(context, cover(agreed=False)), TUESDAY_MORNING + DAY)
    story.press()
    # The large centre backs up the small one: its butler on shift is asked, as anybody's there would be.
    story.expect_asked("operator-chen", "butler-he")
    story.expect_not_asked("butler-wang")


def test_who_covers_the_butler_is_told_to_the_elder_as_the_butler(tmp_path: Path) -> None:
    """Somebody without shifts, who helps out for two days."""

    def helping_out(context: Context) -> Context:
        people = {**context.people, "retired": person("retired", "郭")}
        return replace(on_leave(context, replace(cover(agreed=True), by_id="retired")), people=people)

    story = told(tmp_path, helping_out, TUESDAY_MORNING + DAY)
    story.press()
    story.expect_asked("retired")
    story.take("retired")
    assert any("郭管家接到了" in sentence for sentence in story.said())


def test_leave_that_ends_while_nobody_has_answered_brings_the_own_butler_back(tmp_path: Path) -> None:
    def until_a_quarter_past(context: Context) -> Context:
        leave = Leave("l", "butler-wang", TUESDAY, TUESDAY_MORNING + timedelta(minutes=2))
        return replace(context, leaves=(leave,))

    story = told(tmp_path, until_a_quarter_past)
    story.press()
    story.expect_not_asked("butler-wang")
    story.advance(minutes=2, seconds=5)
    story.expect_asked("butler-wang")


def holiday_desks(context: Context) -> Context:
    """The small centre's desk has one crew for workdays and another for rest days."""
    calendar, problems = load_holidays(CONFIG / "holidays")
    assert calendar is not None, problems
    crews = (("desk-work", OnDays.WORKDAYS), ("desk-rest", OnDays.REST_DAYS))
    desks = tuple(
        Shift(one, Role.CENTRE_DUTY, frozenset(), time(8), time(18), "small-1", days) for one, days in crews
    )
    others = tuple(shift for shift in context.shifts if shift.person_id != "desk-small")
    people = {**context.people, **{one: person(one) for one, _ in crews}}
    return replace(context, calendar=calendar, shifts=(*others, *desks), people=people)


def test_on_a_thursday_of_the_national_holiday_the_holiday_crew_is_asked(tmp_path: Path) -> None:
    story = told(tmp_path, holiday_desks, datetime(2026, 10, 1, 10, 0, tzinfo=SHANGHAI))
    story.press()
    story.advance(seconds=61)
    story.expect_asked("desk-rest")
    story.expect_not_asked("desk-work")


def test_on_the_saturday_that_is_worked_for_it_the_usual_crew_is_asked(tmp_path: Path) -> None:
    story = told(tmp_path, holiday_desks, datetime(2026, 10, 10, 10, 0, tzinfo=SHANGHAI))
    story.press()
    story.advance(seconds=61)
    story.expect_asked("desk-work")
    story.expect_not_asked("desk-rest")


def two_operators(zone: ZoneInfo) -> Change:
    """A night from 22 to 6 o'clock and the day; everywhere in this time zone."""

    def change(context: Context) -> Context:
        shifts = tuple(shift for shift in context.shifts if shift.role is not Role.OPERATOR)
        night = Shift("night", Role.OPERATOR, EVERY_DAY, time(22), time(6))
        by_day = Shift("day", Role.OPERATOR, EVERY_DAY, time(6), time(22))
        people = {**context.people, "night": person("night"), "day": person("day")}
        return replace(context, timezone=zone, shifts=(*shifts, night, by_day), people=people)

    return change


def test_in_the_longest_night_of_the_year_one_operator_is_asked_in_each_of_its_nine_hours(
    tmp_path: Path,
) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    begins = datetime(2026, 10, 24, 22, 30, tzinfo=berlin)
    story = told(tmp_path, two_operators(berlin), begins)
    asked = []
    for _ in range(10):
        story.press()
        asked += [one for one in story.asked() if one in ("night", "day")]
        story.resolve("night")
        story.forget_calls()
        story.advance(hours=1)
    assert asked == ["night"] * 9 + ["day"]


def test_a_shift_swapped_for_one_date_is_asked_on_that_date_over_midnight(tmp_path: Path) -> None:
    def swapped(context: Context) -> Context:
        on = date(2026, 3, 3)
        late = DatedShift("d1", "butler-he", Role.BUTLER, on, time(20), time(2), "small-1", in_place=True)
        return replace(with_he(context), dated_shifts=(late,))

    story = told(tmp_path, swapped, TUESDAY.replace(hour=21, minute=30))
    story.press()
    story.expect_asked("butler-he")
    story.resolve("butler-he")
    story.forget_calls()
    story.advance(hours=4)
    story.press()
    story.expect_asked("butler-he")
    story.resolve("butler-he")
    story.forget_calls()
    story.advance(hours=1)
    story.press()
    story.expect_not_asked("butler-he")
