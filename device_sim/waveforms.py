"""Numbers that look like a body's: vital signs over a day and in illness, acceleration in daily life and in a fall."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from firmware_contracts.messages import AccelerationWindow
from firmware_contracts.vocabulary import Measure, Placement


class Condition(StrEnum):
    """What may be wrong with a resident."""

    FEVER = "fever"
    BREATHLESS = "breathless"


@dataclass(frozen=True, slots=True)
class Illness:
    """A condition that grows in a straight line from `since` over `rises_over` to its full strength and stays."""

    condition: Condition
    since: datetime
    rises_over: timedelta

    def strength(self, now: datetime) -> float:
        """Between 0 (not begun) and 1 (full)."""
        if now <= self.since:
            return 0.0
        if self.rises_over <= timedelta(0):
            return 1.0
        return min(1.0, (now - self.since) / self.rises_over)


# Mean of an elder at rest, swing over the day, noise of one reading, decimals that the instrument shows.
_USUAL: dict[Measure, tuple[float, float, float, int]] = {
    Measure.HEART_RATE_BPM: (70.0, 5.0, 1.5, 0),
    Measure.SPO2_PERCENT: (97.0, 0.4, 0.4, 0),
    Measure.RESPIRATION_PER_MIN: (16.0, 1.0, 0.5, 0),
    Measure.TEMPERATURE_C: (36.6, 0.3, 0.05, 1),
    Measure.SYSTOLIC_MMHG: (132.0, 6.0, 4.0, 0),
    Measure.DIASTOLIC_MMHG: (78.0, 4.0, 3.0, 0),
    Measure.GLUCOSE_MMOL_L: (6.0, 0.5, 0.3, 1),
}

# What a condition at full strength adds. Each degree of fever brings about ten beats of pulse and two breaths.
_EFFECT: dict[Condition, dict[Measure, float]] = {
    Condition.FEVER: {
        Measure.TEMPERATURE_C: 2.9,
        Measure.HEART_RATE_BPM: 29.0,
        Measure.RESPIRATION_PER_MIN: 6.0,
        Measure.SPO2_PERCENT: -2.0,
    },
    Condition.BREATHLESS: {
        Measure.SPO2_PERCENT: -11.0,
        Measure.RESPIRATION_PER_MIN: 11.0,
        Measure.HEART_RATE_BPM: 30.0,
    },
}

# How one person's mean differs from another's, as a share of the noise's scale.
_BETWEEN_PEOPLE = 2.0
_WARMEST_HOUR = 17.0


class VitalSigns:
    """The vital signs of one resident."""

    def __init__(self, seed: str) -> None:
        self._rng = Random(seed)
        self._own_mean = {
            measure: mean + self._rng.uniform(-_BETWEEN_PEOPLE, _BETWEEN_PEOPLE) * noise
            for measure, (mean, _, noise, _) in _USUAL.items()
        }
        self.illnesses: list[Illness] = []

    def read(self, measures: tuple[Measure, ...], now: datetime, local_hour: float) -> dict[Measure, float]:
        """What instruments show now; `local_hour` 0-24 places it in the day's rhythm."""
        return {measure: self._read_one(measure, now, local_hour) for measure in measures}

    def _read_one(self, measure: Measure, now: datetime, local_hour: float) -> float:
        _, swing, noise, decimals = _USUAL[measure]
        value = self._own_mean[measure]
        value += swing * math.cos(2 * math.pi * (local_hour - _WARMEST_HOUR) / 24)
        for illness in self.illnesses:
            value += _EFFECT[illness.condition].get(measure, 0.0) * illness.strength(now)
        value += self._rng.gauss(0, noise)
        if measure is Measure.SPO2_PERCENT:
            value = min(100.0, value)
        return float(round(value, decimals))


class DailyMovement(StrEnum):
    """Movements that a fall detector must not take for a fall."""

    WALKING = "walking"
    SITTING_DOWN = "sitting_down"
    LYING_DOWN = "lying_down"
    DROPPING_INTO_CHAIR = "dropping_into_chair"


_RATE_HZ = 50
_RANGE_G = 16.0
_BEFORE_S = 2.0
_FALLING_S = 0.4
_IMPACT_S = 0.16
_AFTER_S = 4.0

Vector = tuple[float, float, float]


def fall_window(
    rng: Random, placement: Placement = Placement.WAIST, peak_g: float | None = None
) -> AccelerationWindow:
    """A fall: upright, weight lost for a moment, a hard impact, then lying still with gravity on another axis."""
    peak = rng.uniform(3.0, 6.5) if peak_g is None else peak_g
    samples: list[Vector] = []
    samples += _walk(rng, _BEFORE_S)
    for index in range(round(_FALLING_S * _RATE_HZ)):
        share = 1 - 0.65 * index / (_FALLING_S * _RATE_HZ)
        samples.append((0.0, 0.3 * (1 - share), share))
    impact_index = len(samples)
    samples.append((0.15 * peak, 0.95 * peak, 0.27 * peak))
    for index in range(1, round(_IMPACT_S * _RATE_HZ)):
        ring = peak * math.exp(-0.6 * index) * (-1) ** index
        samples.append((0.1 * ring, 1.0 + 0.6 * ring, 0.2 * ring))
    samples += [(0.05, 0.98, 0.15)] * round(_AFTER_S * _RATE_HZ)
    return _window(rng, placement, samples, impact_index)


def daily_window(
    rng: Random, movement: DailyMovement, placement: Placement = Placement.WAIST
) -> AccelerationWindow:
    """A movement of daily life, with the sharpest moment marked as a detector on the device would."""
    samples = _walk(rng, _BEFORE_S)
    match movement:
        case DailyMovement.WALKING:
            samples += _walk(rng, _AFTER_S)
        case DailyMovement.SITTING_DOWN:
            samples += _bump(1.5) + _walk(rng, _AFTER_S, effort=0.05)
        case DailyMovement.LYING_DOWN:
            turn = round(2.0 * _RATE_HZ)
            samples += [
                (0.0, math.sin(math.pi / 2 * i / turn), math.cos(math.pi / 2 * i / turn)) for i in range(turn)
            ]
            samples += [(0.0, 1.0, 0.05)] * round(2.0 * _RATE_HZ)
        case DailyMovement.DROPPING_INTO_CHAIR:
            samples += _bump(2.6) + _walk(rng, _AFTER_S, effort=0.05)
    sharpest = max(range(len(samples)), key=lambda index: math.hypot(*samples[index]))
    return _window(rng, placement, samples, sharpest)


def _walk(rng: Random, seconds: float, effort: float = 0.25) -> list[Vector]:
    """Steps, about 1.8 a second, gravity on the long axis of the body."""
    phase = rng.uniform(0, 2 * math.pi)
    return [
        (
            0.4 * effort * math.sin(math.pi * 1.8 * i / _RATE_HZ + phase),
            0.3 * effort * math.cos(2 * math.pi * 1.8 * i / _RATE_HZ + phase),
            1.0 + effort * math.sin(2 * math.pi * 1.8 * i / _RATE_HZ + phase),
        )
        for i in range(round(seconds * _RATE_HZ))
    ]


def _bump(peak_g: float) -> list[Vector]:
    """A soft landing that leaves the body upright."""
    length = round(0.3 * _RATE_HZ)
    return [(0.0, 0.1, 1.0 + (peak_g - 1.0) * math.sin(math.pi * i / length)) for i in range(length)]


def _window(
    rng: Random, placement: Placement, samples: list[Vector], impact_index: int
) -> AccelerationWindow:
    def measured(axis_g: float) -> float:
        return round(min(_RANGE_G, max(-_RANGE_G, axis_g + rng.gauss(0, 0.015))), 3)

    return AccelerationWindow(
        placement=placement,
        rate_hz=float(_RATE_HZ),
        range_g=_RANGE_G,
        impact_index=impact_index,
        samples_g=[[measured(axis) for axis in sample] for sample in samples],
    )
