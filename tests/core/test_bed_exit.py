"""Out of bed at night: who is missed, when, and what a care bed tells besides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.core.detection import bed_exit, bed_tag
from hub.core.detection.bed_exit import SHIPPED, Watch, begin, is_night, missing_at, night_hours
from hub.core.detection.bed_tag import Reading, TagState, taken
from hub.core.detection.inactivity import Sign

EVENING = datetime(2026, 3, 2, 22, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(clock: str, day: int = 0) -> datetime:
    """Local time of the night that begins in the evening of this day: before noon it is the next morning."""
    hours, minutes = (int(part) for part in clock.split(":"))
    midnight = EVENING.replace(hour=0) + timedelta(days=day + (hours < 12))
    return midnight + timedelta(hours=hours, minutes=minutes)


def told(watch: Watch, *signs: tuple[str, Sign], day: int = 0) -> Watch:
    for clock, sign in signs:
        watch = bed_exit.heard(watch, sign, at(clock, day), at(clock, day))
    return watch


IN_BED = told(begin(), ("22:00", Sign.IN_BED))


def test_who_leaves_the_bed_at_night_is_missed_after_the_set_time() -> None:
    out = told(IN_BED, ("2:00", Sign.OUT_OF_BED))
    assert missing_at(out) == at("2:30")
    assert missing_at(out, replace(SHIPPED, return_within=timedelta(minutes=10), quiet_for=MINUTE)) == at(
        "2:10"
    )
    assert out.exits == 1


@pytest.mark.parametrize(
    ("then", "missed"),
    [
        ((("2:10", Sign.IN_BED),), None),
        ((("2:10", Sign.MOVED),), "2:30"),
        ((("2:10", Sign.MOVED), ("2:25", Sign.MOVED)), "2:40"),
        ((("2:10", Sign.SAT_DOWN),), None),
        ((("2:10", Sign.EXIT_DOOR),), None),
        ((("6:10", Sign.MOVED),), None),
    ],
    ids=["back", "heard once", "heard again", "sits elsewhere", "out of the house", "up for the day"],
)
def test_what_is_heard_after_it(then: tuple[tuple[str, Sign], ...], missed: str | None) -> None:
    """Who is heard is not lying on the floor; quiet afterwards counts."""
    out = told(IN_BED, ("2:00", Sign.OUT_OF_BED), *then)
    assert missing_at(out) == (None if missed is None else at(missed))


def test_by_day_nobody_is_missed_from_bed() -> None:
    assert missing_at(told(begin(), ("13:00", Sign.IN_BED), ("14:00", Sign.OUT_OF_BED))) is None


def test_the_hours_of_the_night_are_learned_or_set() -> None:
    """A late sleeper: to bed at half past one, up about ten; seven nights teach it."""
    watch = begin()
    for day in range(7):
        assert night_hours(watch) == SHIPPED.first_night
        watch = told(
            watch, ("1:30", Sign.IN_BED), (f"9:{50 + day}", Sign.OUT_OF_BED), ("12:30", Sign.MOVED), day=day
        )
    watch = told(watch, ("23:00", Sign.MOVED), day=7)
    watch = told(watch, ("1:30", Sign.IN_BED), day=7)
    assert night_hours(watch) == (90, 8 * 60)
    assert is_night(watch, at("7:30"))
    assert not is_night(watch, at("23:00"))
    assert night_hours(watch, replace(SHIPPED, night_from=20 * 60, night_until=5 * 60)) == (1200, 300)


def test_breathing_not_seen_is_an_emergency_unless_the_bed_is_left_or_breathing_seen() -> None:
    still = bed_exit.no_breathing(IN_BED, at("3:00"))
    assert bed_exit.no_breathing_at(still) == at("3:00") + SHIPPED.no_breathing_for
    again = bed_exit.no_breathing(still, at("3:05"))
    assert bed_exit.no_breathing_at(again) == bed_exit.no_breathing_at(still), "told again it begins no anew"
    assert bed_exit.no_breathing_at(bed_exit.breathes(still)) is None
    assert bed_exit.no_breathing_at(bed_exit.restless(still, at("3:01"))) is None
    assert bed_exit.no_breathing_at(told(still, ("3:01", Sign.OUT_OF_BED))) is None


def test_restless_lying_counts_when_it_goes_on() -> None:
    watch = IN_BED
    for minute in range(0, 70, 10):
        assert not bed_exit.is_restless(watch)
        watch = bed_exit.restless(watch, at("2:00") + minute * MINUTE)
    assert bed_exit.is_restless(watch)
    watch = bed_exit.restless(watch, at("4:00"))
    assert not bed_exit.is_restless(watch), "two hours of quiet lie between"


def lying(at_s: float) -> Reading:
    return Reading(at_s, 1.0, 0.1, 0.0)


def upright(at_s: float) -> Reading:
    return Reading(at_s, 0.3, 0.95, 0.0)


def spoken(*readings: Reading) -> list[float]:
    state, found = TagState(), []
    for reading in readings:
        state = taken(state, reading)
        if state.got_up_at_s is not None:
            found.append(state.got_up_at_s)
    return found


def test_a_tag_speaks_once_when_the_trunk_that_lay_is_upright() -> None:
    lain = [lying(float(second)) for second in range(bed_tag.SHIPPED.lying_readings)]
    assert spoken(*lain, upright(90), upright(91), upright(92)) == [90]
    assert spoken(*lain, upright(90), *lain, upright(200)) == [90, 200]


def test_a_stoop_is_no_lying() -> None:
    assert spoken(upright(0), lying(1), lying(2), upright(3)) == []
    assert spoken(lying(0), lying(1), upright(2), lying(3), upright(4)) == []
