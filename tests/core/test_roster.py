"""Who is on duty: shifts across midnight, centres that hand over to their parents, deputies for butlers, partners by day."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from hub.core.alerts import Role, When
from hub.core.context import Centre, Context, Shift
from hub.core.home import Profile
from hub.core.roster import in_hours, is_night, on_duty, on_shift
from tests.story import EVERY_DAY, SHANGHAI, TUESDAY_MORNING, shifts, story_context, street

MONDAY = 0
HOME = street()["h1"]


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A day of March 2026 (the 2nd is a Monday), local time."""
    return datetime(2026, 3, day, hour, minute, second, tzinfo=SHANGHAI)


def context(*rota: Shift, **more: object) -> Context:
    return replace(story_context(TUESDAY_MORNING), shifts=rota, **more)  # type: ignore[arg-type]


NIGHT_SHIFT = Shift("night", Role.OPERATOR, frozenset({MONDAY}), time(21), time(7))


@pytest.mark.parametrize(
    ("now", "on"),
    [
        (at(2, 20, 59, 59), False),
        (at(2, 21), True),
        (at(2, 23, 59, 59), True),
        (at(3, 0), True),
        (at(3, 6, 59, 59), True),
        (at(3, 7), False),
        (at(3, 21), False),
        (at(2, 3), False),
    ],
)
def test_a_night_shift_of_monday_ends_on_tuesday_morning(now: datetime, on: bool) -> None:
    assert on_shift(NIGHT_SHIFT, now, context()) is on


@pytest.mark.parametrize(("hour", "on"), [(7, False), (8, True), (17, True), (18, False)])
def test_a_day_shift_begins_at_its_start_and_ends_before_its_end(hour: int, on: bool) -> None:
    shift = Shift("day", Role.CENTRE_DUTY, EVERY_DAY, time(8), time(18), "small-1")
    assert on_shift(shift, at(2, hour), context()) is on


def test_from_midnight_to_midnight_is_the_whole_day() -> None:
    shift = Shift("always", Role.OPERATOR, EVERY_DAY, time(0), time(0))
    assert all(
        on_shift(shift, at(2, 0) + timedelta(minutes=minute), context()) for minute in range(0, 1440, 15)
    )


def test_instants_are_judged_in_the_cells_own_time() -> None:
    utc = at(2, 21).astimezone(UTC)
    assert on_shift(NIGHT_SHIFT, utc, context())


@pytest.mark.parametrize(
    ("hour", "minute", "night"), [(20, 59, False), (21, 0, True), (6, 59, True), (7, 0, False)]
)
def test_night_is_from_nine_to_seven(hour: int, minute: int, night: bool) -> None:
    now = at(3, hour, minute)
    assert is_night(now, context()) is night
    assert in_hours(When.NIGHT, now, context()) is night
    assert in_hours(When.DAY, now, context()) is not night
    assert in_hours(When.ALWAYS, now, context())


def test_with_an_unsynchronised_clock_every_hour_counts() -> None:
    unsure = context(wall_synchronised=False)
    assert in_hours(When.NIGHT, at(3, 12), unsure)
    assert in_hours(When.DAY, at(3, 23), unsure)


def test_a_closed_centre_hands_over_to_its_parents_in_turn() -> None:
    surroundings = replace(
        context(*shifts()),
        centres={
            "small-1": Centre("small-1", "一号站", "middle"),
            "middle": Centre("middle", "中站", "large"),
            "large": Centre("large", "街道中心"),
        },
    )
    assert on_duty(Role.CENTRE_DUTY, HOME, at(3, 12), surroundings) == ("desk-small",)
    assert on_duty(Role.CENTRE_DUTY, HOME, at(3, 22), surroundings) == ("desk-large",)


def test_centres_that_back_up_each_other_end_at_the_whole_cell() -> None:
    circle = {"small-1": Centre("small-1", "一", "b"), "b": Centre("b", "二", "small-1")}
    anyone = Shift("roaming", Role.CENTRE_DUTY, EVERY_DAY, time(0), time(0))
    assert on_duty(Role.CENTRE_DUTY, HOME, at(3, 12), context(anyone, centres=circle)) == ("roaming",)
    assert on_duty(Role.CENTRE_DUTY, HOME, at(3, 12), context(centres=circle)) == ()


def test_another_centres_desk_is_not_ours() -> None:
    other = Shift("desk-other", Role.CENTRE_DUTY, EVERY_DAY, time(0), time(0), "small-2")
    assert on_duty(Role.CENTRE_DUTY, HOME, at(3, 12), context(other)) == ()


def test_a_butler_off_duty_is_replaced_by_the_deputy() -> None:
    surroundings = context(*shifts())
    assert on_duty(Role.BUTLER, HOME, at(3, 12), surroundings) == ("butler-wang",)
    assert on_duty(Role.BUTLER, HOME, at(3, 22), surroundings) == ("deputy-zhou",)


def test_a_butler_of_the_centre_on_shift_comes_before_the_deputy() -> None:
    colleague = Shift("butler-he", Role.BUTLER, EVERY_DAY, time(0), time(0), "small-1")
    assert on_duty(Role.BUTLER, HOME, at(3, 22), context(*shifts(), colleague)) == ("butler-he",)


def test_contacts_have_no_shifts_and_always_count() -> None:
    for hour in range(24):
        assert on_duty(Role.CONTACT, HOME, at(3, hour), context(*shifts())) == ("daughter-li",)


def test_a_shift_in_another_role_does_not_take_a_contact_off_duty() -> None:
    also_operator = Shift("daughter-li", Role.OPERATOR, EVERY_DAY, time(9), time(10))
    assert on_duty(Role.CONTACT, HOME, at(3, 22), context(also_operator)) == ("daughter-li",)


@pytest.mark.parametrize(("hour", "asked"), [(12, ("partner",)), (22, ())])
def test_a_partner_is_asked_by_day_only(hour: int, asked: tuple[str, ...]) -> None:
    home = replace(HOME, people={Role.PARTNER: ("partner",)})
    assert on_duty(Role.PARTNER, home, at(3, hour), context()) == asked


def test_two_on_the_same_shift_are_both_asked_and_nobody_twice() -> None:
    rota = [Shift(one, Role.OPERATOR, EVERY_DAY, time(0), time(0)) for one in ("a", "b", "a")]
    assert on_duty(Role.OPERATOR, HOME, at(3, 12), context(*rota)) == ("a", "b")


def test_an_operator_under_a_centre_serves_the_whole_cell() -> None:
    shift = Shift("a", Role.OPERATOR, EVERY_DAY, time(0), time(0), "another-centre")
    assert on_duty(Role.OPERATOR, HOME, at(3, 12), context(shift)) == ("a",)


def test_a_home_without_a_centre_still_has_operators() -> None:
    lone = Profile("h", centre_id=None)
    surroundings = context(*shifts())
    assert on_duty(Role.OPERATOR, lone, at(3, 3), surroundings) == ("operator-chen",)
    assert on_duty(Role.CENTRE_DUTY, lone, at(3, 12), surroundings) == ()
