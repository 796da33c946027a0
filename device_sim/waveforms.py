"""Numbers that look like a body's: vital signs over a day and in illness, acceleration in daily life and in a fall.

Windows of acceleration are drawn so that their signs (`hub.core.detection.fall_window`) lie where those of recordings lie, waist
and wrist each: `make bench-detection` holds the two against each other.
"""

import math
from collections.abc import Callable
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


@dataclass(frozen=True, slots=True)
class _Usual:
    """Of elders at rest: the middle of all, how far people's own middles lie apart (standard deviation), the swing over the day,
    how far one person's readings lie apart, decimals that the instrument shows."""

    mean: float
    apart: float
    swing: float
    noise: float
    decimals: int


_USUAL: dict[Measure, _Usual] = {
    Measure.HEART_RATE_BPM: _Usual(72, 8.5, 4, 4.5, 0),
    Measure.SPO2_PERCENT: _Usual(97, 0.9, 0.3, 0.6, 0),
    Measure.RESPIRATION_PER_MIN: _Usual(16, 1.2, 1, 0.8, 0),
    Measure.TEMPERATURE_C: _Usual(36.5, 0.22, 0.2, 0.22, 1),
    Measure.SYSTOLIC_MMHG: _Usual(134, 17, 5, 10.5, 0),
    Measure.DIASTOLIC_MMHG: _Usual(74, 10, 3, 6, 0),
    Measure.GLUCOSE_MMOL_L: _Usual(6.0, 0.8, 0.5, 0.5, 1),
}
"""Pulse, temperature and blood pressure as measured at home by people with dementia (TIHM, 23 to 26 people with ten readings and
more: medians apart by 8.5 /min, 0.22 degC, 17 and 10 mmHg; readings of one person by 5.9, 0.29, 12 and 6.7); the others are the
simulator's own."""
_FARTHEST = 2.5
"""Times its spread; nobody's body is a bell to its end."""
_LOWEST = 1.5
"""So far down people's own middles lie: below, somebody is ill."""

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

_WARMEST_HOUR = 17.0


class VitalSigns:
    """The vital signs of one resident."""

    def __init__(self, seed: str) -> None:
        self._rng = Random(seed)
        self._own_mean = {
            measure: usual.mean + max(-_LOWEST, self._spread(1)) * usual.apart
            for measure, usual in _USUAL.items()
        }
        self.illnesses: list[Illness] = []

    def read(self, measures: tuple[Measure, ...], now: datetime, local_hour: float) -> dict[Measure, float]:
        """What instruments show now; `local_hour` 0-24 places it in the day's rhythm."""
        return {measure: self._read_one(measure, now, local_hour) for measure in measures}

    def _read_one(self, measure: Measure, now: datetime, local_hour: float) -> float:
        usual = _USUAL[measure]
        value = self._own_mean[measure]
        value += usual.swing * math.cos(2 * math.pi * (local_hour - _WARMEST_HOUR) / 24)
        for illness in self.illnesses:
            value += _EFFECT[illness.condition].get(measure, 0.0) * illness.strength(now)
        value += self._spread(usual.noise)
        if measure is Measure.SPO2_PERCENT:
            value = min(100.0, value)
        return float(round(value, usual.decimals))

    def _spread(self, by: float) -> float:
        return min(_FARTHEST, max(-_FARTHEST, self._rng.gauss(0, 1))) * by


class DailyMovement(StrEnum):
    """Movements that a fall detector must not take for a fall."""

    WALKING = "walking"
    SITTING_DOWN = "sitting_down"
    LYING_DOWN = "lying_down"
    DROPPING_INTO_CHAIR = "dropping_into_chair"


_RATE_HZ = 50
_RANGE_G = 16.0
_BEFORE_S = 3.0
_AFTER_S = 4.0
_NOISE_G = 0.006

Vector = tuple[float, float, float]
_Angle = Callable[[float], float]
"""How far the sensor is turned against upright (degrees), by seconds from the impact."""


def fall_window(
    rng: Random, placement: Placement = Placement.WAIST, peak_g: float | None = None
) -> AccelerationWindow:
    """A fall: walking, a stumble, weight lost for a moment while the body turns, one impact or two, then lying still with gravity
    on another axis."""
    drawn = min(12.0, max(2.7, rng.lognormvariate(math.log(5.2), 0.35)))
    peak = drawn if peak_g is None else peak_g
    lies = min(140.0, max(64.0, rng.gauss(97, 13)))
    swings = rng.uniform(5, 40)
    falls_s = rng.uniform(0.3, 0.55)
    lost = rng.uniform(0.25, 0.55)
    moves = _Moving(rng, rng.uniform(0.15, 0.75), until_s=-falls_s - 0.05)
    hits = [_Bump(0.0, peak, rng.uniform(0.09, 0.15))]
    if rng.random() < 0.5:
        hits.append(_Bump(rng.uniform(0.25, 0.5), 1 + 0.35 * (peak - 1), rng.uniform(0.08, 0.14)))

    def angle(t: float) -> float:
        turned = lies * _smooth((t + falls_s) / (falls_s + 0.15))
        return turned + swings * math.exp(-((t - 0.2) ** 2) / 0.02)

    def size(t: float) -> float:
        lightened = (1 - lost) * _smooth((t + falls_s) / 0.15) * (1 - _smooth((t + 0.06) / 0.06))
        return 1 - lightened

    return _window(rng, placement, angle, size, moves, hits)


def daily_window(
    rng: Random, movement: DailyMovement, placement: Placement = Placement.WAIST
) -> AccelerationWindow:
    """A movement of daily life, with the sharpest moment marked as a detector on the device would."""
    wrist = placement is Placement.WRIST
    leans = rng.uniform(4, 22) + (abs(rng.gauss(0, 35)) if wrist else 0.0)
    stays = leans * rng.uniform(0.1, 0.9)
    effort = rng.uniform(0.05, 0.3) + (0.15 if wrist else 0.0)
    takes_s = rng.uniform(0.6, 1.6)
    match movement:
        case DailyMovement.WALKING:
            hits, leans, stays, goes_on = [], 3.0, 0.0, True
            effort = rng.uniform(0.1, 0.32)
        case DailyMovement.SITTING_DOWN:
            hits, goes_on = [_Bump(0.0, 1 + rng.lognormvariate(math.log(0.55), 0.35), 0.14)], False
        case DailyMovement.DROPPING_INTO_CHAIR:
            hits, goes_on = [_Bump(0.0, 1 + rng.lognormvariate(math.log(1.4), 0.3), 0.16)], False
        case DailyMovement.LYING_DOWN:
            hits, goes_on = [_Bump(0.0, 1 + rng.lognormvariate(math.log(0.35), 0.35), 0.2)], False
            leans = stays = rng.uniform(60, 95)
            takes_s = rng.uniform(1.2, 2.4)
    hits = [_Bump(hit.at_s, min(hit.peak_g, 2.8), hit.lasts_s) for hit in hits]

    def angle(t: float) -> float:
        there = leans * _smooth((t + takes_s) / takes_s)
        return there - (leans - stays) * _smooth((t - 0.3) / 1.2)

    moves = _Moving(rng, effort, until_s=_AFTER_S if goes_on else -0.2)
    return _window(rng, placement, angle, lambda _: 1.0, moves, hits)


@dataclass(frozen=True, slots=True)
class _Bump:
    """An impact of half a wave, its middle at `at_s` from the first one."""

    at_s: float
    peak_g: float
    lasts_s: float

    def at(self, t: float) -> float:
        inside = (t - self.at_s) / self.lasts_s + 0.5
        return (self.peak_g - 1) * math.sin(math.pi * inside) if 0 < inside < 1 else 0.0


class _Moving:
    """Steps and everything else that a body does before it falls or sits: gone `until_s`."""

    def __init__(self, rng: Random, effort: float, until_s: float) -> None:
        self._rng, self._effort, self._until_s = rng, effort, until_s
        self._phase, self._pace = rng.uniform(0, 2 * math.pi), rng.uniform(1.4, 2.1)

    def at(self, t: float) -> float:
        fades = 1 - _smooth((t - self._until_s) / 0.25)
        steps = self._effort * math.sin(2 * math.pi * self._pace * t + self._phase)
        return fades * (0.7 * steps + self._rng.gauss(0, 0.25 * self._effort))


def _smooth(share: float) -> float:
    """From 0 to 1 without a corner."""
    inside = min(1.0, max(0.0, share))
    return inside * inside * (3 - 2 * inside)


def _window(
    rng: Random,
    placement: Placement,
    angle: _Angle,
    size: Callable[[float], float],
    moves: _Moving,
    hits: list[_Bump],
) -> AccelerationWindow:
    """Gravity turned by `angle` about a horizontal axis of any direction, as long as `size`, with movement and impacts on it."""
    towards = rng.uniform(0, 2 * math.pi)
    samples: list[Vector] = []
    for index in range(round((_BEFORE_S + _AFTER_S) * _RATE_HZ)):
        t = index / _RATE_HZ - _BEFORE_S
        turned = math.radians(angle(t))
        length = size(t) + moves.at(t) + sum(hit.at(t) for hit in hits)
        samples.append(
            (
                length * math.sin(turned) * math.cos(towards),
                length * math.sin(turned) * math.sin(towards),
                length * math.cos(turned),
            )
        )
    sharpest = max(range(len(samples)), key=lambda index: math.hypot(*samples[index]))

    def measured(axis_g: float) -> float:
        return round(min(_RANGE_G, max(-_RANGE_G, axis_g + rng.gauss(0, _NOISE_G))), 3)

    return AccelerationWindow(
        placement=placement,
        rate_hz=float(_RATE_HZ),
        range_g=_RANGE_G,
        impact_index=sharpest,
        samples_g=[[measured(axis) for axis in sample] for sample in samples],
    )
