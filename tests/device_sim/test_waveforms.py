"""Made-up bodies stay within what a living person can have, and a fall looks unlike a walk."""

import math
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.waveforms import Condition, DailyMovement, Illness, VitalSigns, daily_window, fall_window
from firmware_contracts.messages import AccelerationWindow
from firmware_contracts.vocabulary import PLAUSIBLE, Measure, Placement
from tests.device_sim.seen import MIDNIGHT


def magnitudes(window: AccelerationWindow) -> list[float]:
    return [math.hypot(*sample) for sample in window.samples_g]


@given(seed=st.text(), hour=st.floats(0, 23.99), condition=st.sampled_from([None, *Condition]))
def test_readings_are_those_of_a_living_person(seed: str, hour: float, condition: Condition | None) -> None:
    body = VitalSigns(seed)
    if condition is not None:
        body.illnesses.append(Illness(condition, MIDNIGHT - timedelta(hours=1), timedelta(0)))
    for measure, value in body.read(tuple(Measure), MIDNIGHT, hour).items():
        low, high = PLAUSIBLE[measure]
        assert low <= value <= high


@given(seed=st.integers(0, 10_000), placement=st.sampled_from(list(Placement)))
def test_a_fall_has_weight_lost_an_impact_and_lying_still_on_another_axis(
    seed: int, placement: Placement
) -> None:
    window = fall_window(Random(seed), placement)
    size = magnitudes(window)
    assert window.impact_index is not None
    assert size[window.impact_index] == max(size) > 2.5
    assert min(size[window.impact_index - 20 : window.impact_index]) < 0.6
    after = window.samples_g[-100:]
    assert max(magnitudes(window)[-100:]) - min(size[-100:]) < 0.3
    before = window.samples_g[:50]
    mean_before = [sum(sample[axis] for sample in before) / len(before) for axis in range(3)]
    mean_after = [sum(sample[axis] for sample in after) / len(after) for axis in range(3)]
    cosine = sum(a * b for a, b in zip(mean_before, mean_after, strict=True)) / (
        math.hypot(*mean_before) * math.hypot(*mean_after)
    )
    assert math.degrees(math.acos(cosine)) > 60


@pytest.mark.parametrize("movement", list(DailyMovement))
def test_daily_life_is_softer_than_any_fall(movement: DailyMovement) -> None:
    for seed in range(20):
        assert max(magnitudes(daily_window(Random(seed), movement))) < 2.9
