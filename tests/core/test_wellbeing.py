"""A person's own normal, and the one judgement over limits, normal and score."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from hub.core.alerts import Severity
from hub.core.detection.baseline import FLOORS, KNOWN_AFTER, REMEMBERED, Own, normal, noted, value_of
from hub.core.detection.wellbeing import (
    ASK_FROM,
    LIMITS,
    Found,
    Levels,
    Verdict,
    Wellbeing,
    read,
    score_of,
    scored,
    severity_of,
)

BEGIN = datetime(2026, 3, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def lived(values: list[float], measure: str = "systolic_mmhg") -> tuple[Wellbeing, datetime]:
    """A reading a day, and the moment after the last day."""
    state, at = Wellbeing(), BEGIN
    for value in values:
        state, _ = read(state, measure, value, at, at.toordinal(), at_rest=True)
        at += DAY
    return state, at


def looked(state: Wellbeing, measure: str, value: float, at: datetime) -> tuple[Wellbeing, Verdict]:
    return read(state, measure, value, at, at.toordinal(), at_rest=True)


def whats(verdict: Verdict) -> list[Found]:
    return [one.what for one in verdict.findings]


# --- the normal -------------------------------------------------------------------------------------------------------


def test_a_normal_is_the_median_of_days_and_deaf_to_a_bad_one() -> None:
    state, _ = lived([120, 118, 122, 121, 119, 120, 210, 120, 121])
    known = normal(state.own["systolic_mmhg"], "systolic_mmhg")
    assert known is not None
    assert (known.middle, known.spread) == (120, FLOORS["systolic_mmhg"])


def test_no_normal_before_a_week_of_days() -> None:
    state, _ = lived([120.0] * KNOWN_AFTER)
    assert normal(state.own["systolic_mmhg"], "systolic_mmhg") is None, "today is not over"
    state, _ = lived([120.0] * (KNOWN_AFTER + 1))
    assert normal(state.own["systolic_mmhg"], "systolic_mmhg") is not None


def test_many_readings_of_a_day_count_as_one() -> None:
    own: Own | None = None
    for hour, value in zip(count(), [120.0, 180.0, 181.0, 182.0], strict=False):
        own = noted(own, value, BEGIN + timedelta(hours=hour), 1)
    own = noted(own, 120, BEGIN + DAY, 2)
    assert own.days == ((1, 180.5),)


def test_a_heart_at_rest_is_the_lower_quartile_of_its_day() -> None:
    samples = tuple(float(value) for value in (58, 60, 61, 62, 90, 100, 110, 120))
    assert value_of(samples, resting=True) == 61
    assert value_of(samples) == 76


def test_days_beyond_four_weeks_are_forgotten_and_gaps_age_too() -> None:
    state, at = lived([120.0] * 60)
    assert len(state.own["systolic_mmhg"].days) == REMEMBERED
    state, _ = looked(state, "systolic_mmhg", 120, at + 40 * DAY)
    assert state.own["systolic_mmhg"].days == ()


def test_a_wide_life_has_a_wide_spread() -> None:
    state, at = lived([100, 140, 105, 145, 110, 150, 100, 140, 120])
    _, verdict = looked(state, "systolic_mmhg", 159, at)
    _, again = looked(
        looked(state, "systolic_mmhg", 159, at)[0], "systolic_mmhg", 159, at + timedelta(minutes=5)
    )
    assert (whats(verdict), whats(again)) == ([], [])


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("measure", "value"), [(m, one.high) for m, one in LIMITS.items() if one.high])
def test_at_an_upper_limit_somebody_hears_of_it_and_below_not(measure: str, value: float) -> None:
    assert whats(looked(Wellbeing(), measure, value, BEGIN)[1]) == [Found.HIGH]
    assert whats(looked(Wellbeing(), measure, value - 0.1, BEGIN)[1]) == []


@pytest.mark.parametrize(
    ("measure", "value"), [(m, one.low) for m, one in LIMITS.items() if one.low and not one.low_twice]
)
def test_at_a_lower_limit_somebody_hears_of_it_and_above_not(measure: str, value: float) -> None:
    assert whats(looked(Wellbeing(), measure, value, BEGIN)[1]) == [Found.LOW]
    assert whats(looked(Wellbeing(), measure, value + 0.1, BEGIN)[1]) == []


def test_a_low_temperature_counts_when_the_thermometer_says_it_twice() -> None:
    state, first = looked(Wellbeing(), "temperature_c", 34.8, BEGIN)
    _, again = looked(state, "temperature_c", 34.9, BEGIN + timedelta(minutes=5))
    _, days_later = looked(state, "temperature_c", 34.9, BEGIN + 3 * DAY)
    assert (whats(first), whats(again), whats(days_later)) == ([], [Found.LOW], [])


def test_what_is_measured_while_somebody_walks_has_no_limits() -> None:
    _, verdict = read(Wellbeing(), "heart_rate_bpm", 118, BEGIN, 1, at_rest=False)
    assert verdict.findings == ()


# --- far from one's own -----------------------------------------------------------------------------------------------


def test_far_from_ones_own_normal_counts_twice_in_a_row_on_the_same_side() -> None:
    state, at = lived([120.0] * 10)
    state, once = looked(state, "systolic_mmhg", 155, at)
    state, twice = looked(state, "systolic_mmhg", 156, at + timedelta(minutes=5))
    assert (whats(once), whats(twice)) == ([], [Found.UNUSUAL])
    assert twice.findings[0].usual == 120
    _, other_side = looked(state, "systolic_mmhg", 91, at + timedelta(minutes=9))
    assert other_side.findings == ()


def test_two_strange_readings_days_apart_confirm_nothing() -> None:
    state, at = lived([120.0] * 10)
    state, _ = looked(state, "systolic_mmhg", 155, at)
    _, later = looked(state, "systolic_mmhg", 155, at + 2.1 * DAY)
    assert later.findings == ()


def test_a_digit_too_many_is_asked_to_be_taken_again() -> None:
    state, at = lived([120.0] * 10)
    _, wrong = looked(state, "systolic_mmhg", 220, at)
    _, right = looked(state, "systolic_mmhg", 120 + (ASK_FROM - 0.1) * FLOORS["systolic_mmhg"], at)
    assert (wrong.ask_again, right.ask_again) == (True, False)


def test_of_whom_nothing_is_known_nothing_is_asked() -> None:
    assert not looked(Wellbeing(), "systolic_mmhg", 220, BEGIN)[1].ask_again


def test_two_kilograms_more_than_in_the_week_before() -> None:
    state, at = lived([61.0, 61.2, 60.9, 61.0, 61.1, 61.0, 61.0, 61.1, 61.0], "weight_kg")
    assert whats(looked(state, "weight_kg", 62.9, at)[1]) == []
    assert whats(looked(state, "weight_kg", 63.1, at)[1]) == [Found.CHANGED]
    assert whats(looked(state, "weight_kg", 58.9, at)[1]) == [Found.CHANGED]


# --- the score --------------------------------------------------------------------------------------------------------


def several(**readings: float) -> Wellbeing:
    state = Wellbeing()
    for measure, value in readings.items():
        state, _ = looked(state, measure, value, BEGIN)
    return state


def test_a_score_is_made_of_what_still_counts() -> None:
    state = several(systolic_mmhg=95, temperature_c=39.0, heart_rate_bpm=115)
    assert score_of(state, BEGIN).at_least == 2 + 1 + 2
    assert score_of(state, BEGIN + timedelta(hours=1, seconds=1)).at_least == 2 + 1, (
        "the pulse is an hour old"
    )
    assert score_of(state, BEGIN + timedelta(hours=12, seconds=1)).at_least == 0


def test_a_score_says_what_is_missing_and_how_old_it_is() -> None:
    state = several(systolic_mmhg=88, temperature_c=39.2)
    found = scored(state, BEGIN + timedelta(hours=2), on_oxygen=False)
    assert found is not None
    assert found.value == 5
    assert found.missing == ("respiration", "spo2", "pulse", "consciousness")
    assert set(found.ages_s.values()) == {7200}
    assert scored(several(systolic_mmhg=88), BEGIN) is None


def test_oxygen_and_the_second_scale_are_the_persons() -> None:
    state = several(spo2_percent=90, heart_rate_bpm=95)
    assert score_of(state, BEGIN, on_oxygen=True).at_least == 3 + 2 + 1
    assert score_of(state, BEGIN, on_oxygen=True, scale_2=True).at_least == 0 + 2 + 1


@pytest.mark.parametrize(
    ("value", "severity"), [(5, Severity.URGENT), (6, Severity.URGENT), (7, Severity.EMERGENCY)]
)
def test_how_grave_a_score_is(value: int, severity: Severity) -> None:
    found = scored(several(systolic_mmhg=88, temperature_c=39.2), BEGIN)
    assert found is not None
    from dataclasses import replace

    assert severity_of(replace(found, value=value), Levels()) is severity
