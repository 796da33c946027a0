"""Was it a fall? A window of acceleration around an impact, judged by a chart of points, like an early-warning score.

Signs are measured, each with a meaning that can be told to a nurse; a chart for the place where the sensor is worn gives them
points, and from `LIMIT` on it is judged a fall. The charts were fitted to public recordings (`fall_charts`); what they are worth
on people they never saw is measured by `hub evaluate falls`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import log

import numpy as np
from numpy.typing import NDArray

from firmware_contracts.vocabulary import Placement

Samples = NDArray[np.float64]
"""Acceleration in g with gravity, shape (samples, 3), oldest first."""


class Sign(StrEnum):
    """What is measured of a window. Each is turned so that it means the same at every rate and range."""

    IMPACT = "impact"
    """Magnitude at the impact, in g."""
    STOP = "stop"
    """How much speed the impact took away, in m/s: above gravity, from 0.1 s before to 0.4 s after it."""
    JOLT = "jolt"
    """Fastest change of the acceleration within half a second of the impact, in g/s."""
    TURN = "turn"
    """Largest turn of the sensor against the vertical of before, in degrees, from 0.3 s to 2.5 s after the impact."""
    TURN_KEPT = "turn_kept"
    """The turn that was still there from 1.5 s after the impact on, in degrees."""
    SWING = "swing"
    """Fastest turn within 0.8 s, in degrees, in the 1.5 s before and after the impact."""
    UNSTEADY = "unsteady"
    """Mean departure from gravity in the second before the impact, in g: stumbling, grasping, falling."""
    ALONE = "alone"
    """Share of the window's whole movement that belongs to this impact, 0 to 1: a run or a jump has others beside it."""
    REPEATS = "repeats"
    """How many other peaks of at least half its height the window has: steps, claps, knocks."""
    QUIET = "quiet"
    """Unrest of the quietest 0.6 s from 0.3 s after the impact on, in g."""
    BUSY = "busy"
    """Unrest before the impact, in g, until 0.6 s before it."""


RATE_HZ = 50.0
"""Windows of any rate are judged at this one."""
BEFORE_S, AFTER_S = 3.0, 4.0
"""So much of a window before and after the impact is looked at."""
LIMIT = 100.0
"""From so many points on it is judged a fall."""
WRIST_RANGE_G = 4.0
"""A wrist's impact is cut here, whatever its sensor can tell: watches differ most in that, and beyond it says nothing more."""
_SLOW_HZ = 30.0
_SMOOTHED = 3
_SETTLE_S = 0.6
_NO_WEIGHT = 0.3
"""Below this mean, in g, an orientation cannot be told."""
_METRES = 9.80665


@dataclass(frozen=True, slots=True)
class Scale:
    """Points of one sign: `values` ascending, with the `points` there; between them in a straight line, beyond them level. Where
    `logarithm` is set the lines are straight over the logarithm of the value."""

    values: tuple[float, ...]
    points: tuple[float, ...]
    logarithm: bool = False

    def at(self, value: float) -> float:
        """The points of this value."""
        if self.logarithm:
            return float(np.interp(log(max(value, 1e-9)), np.log(self.values), self.points))
        return float(np.interp(value, self.values, self.points))


Chart = Mapping[Sign, Scale]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`points` of each sign that the chart asks for, what was measured of it in `values`, and whether the sum is a fall."""

    points: Mapping[Sign, float]
    values: Mapping[Sign, float]

    @property
    def total(self) -> float:
        """The sum of the points; see `LIMIT`."""
        return sum(self.points.values())

    @property
    def fall(self) -> bool:
        return self.total >= LIMIT


def judge(
    samples: Samples, rate_hz: float, placement: Placement, chart: Chart, impact: int | None = None
) -> Verdict:
    """The verdict on one window of `rate_hz` (20 to 200). `impact`: index of the sample that the device took for it; the
    strongest within half a second of it is used, and without one the strongest of all."""
    even, at = prepared(samples, rate_hz, placement, impact)
    values = signs(even, at)
    return Verdict({sign: scale.at(values[sign]) for sign, scale in chart.items()}, values)


def prepared(
    samples: Samples, rate_hz: float, placement: Placement, impact: int | None = None
) -> tuple[Samples, int]:
    """The window at `RATE_HZ`, and where its impact is."""
    even = evenly(samples, rate_hz, placement)
    strength = np.linalg.norm(even, axis=1)
    if impact is None:
        return even, int(strength.argmax())
    near = round(impact / rate_hz * RATE_HZ)
    low = min(max(0, near - int(RATE_HZ / 2)), len(even) - 1)
    return even, low + int(strength[low : near + int(RATE_HZ / 2) + 1].argmax())


def evenly(samples: Samples, rate_hz: float, placement: Placement) -> Samples:
    """Samples of any rate at `RATE_HZ`: averaged down from more, drawn straight between fewer."""
    wrist = placement is Placement.WRIST
    found = np.asarray(samples, dtype=np.float64).reshape(-1, 3)
    if wrist:
        found = np.clip(found, -WRIST_RANGE_G, WRIST_RANGE_G)
    if rate_hz > 1.2 * RATE_HZ:
        found = _smooth(found, round(rate_hz / RATE_HZ))
    count = max(1, int((len(found) - 1) / rate_hz * RATE_HZ) + 1)
    when, had = np.arange(count) / RATE_HZ, np.arange(len(found)) / rate_hz
    found = np.stack([np.interp(when, had, found[:, axis]) for axis in range(3)], axis=1)
    # A quick watch sees an impact sharper than a slow one: smoothed, both show the same.
    return _smooth(found, _SMOOTHED) if wrist and rate_hz > _SLOW_HZ else found


def signs(even: Samples, impact: int) -> Mapping[Sign, float]:
    """Every sign of a window at `RATE_HZ`, measured around the sample `impact`. A window that is cut short gives what it has."""
    first = max(0, impact - int(BEFORE_S * RATE_HZ))
    window = even[first : impact + int(AFTER_S * RATE_HZ) + 1]
    at = impact - first
    strength = np.linalg.norm(window, axis=1)
    beyond = strength - 1.0
    settle = int(_SETTLE_S * RATE_HZ)

    before = _span(window, at, -BEFORE_S, -_SETTLE_S)
    if len(before) < settle // 2:
        before = window[: max(settle // 2, 3)]
    upright = before.mean(axis=0)
    after = _span(window, at, 0.3, AFTER_S)
    if len(after) <= settle:
        after = window[-(settle + 1) :]
    width = min(settle, len(after))
    turns = _angles(upright[np.newaxis], _means(after, width))
    late = _span(window, at, 1.5, AFTER_S)
    if len(late) < settle // 2:
        late = after[-settle:]

    whole = float((beyond**2).sum())
    own = float((_span(beyond, at, -0.5, 1.0) ** 2).sum())
    peak = float(strength[at])
    others = strength > 1.0 + 0.5 * (peak - 1.0)
    others[max(0, at - int(0.8 * RATE_HZ)) : at + int(0.8 * RATE_HZ) + 1] = False
    change = np.linalg.norm(np.diff(window, axis=0), axis=1) * RATE_HZ
    lately = np.abs(_span(beyond, at, -1.0, -0.2))
    return {
        Sign.IMPACT: peak,
        Sign.STOP: float(np.clip(_span(beyond, at, -0.1, 0.4), 0, None).sum()) / RATE_HZ * _METRES,
        Sign.JOLT: float(_span(change, at, -0.5, 0.5).max(initial=0.0)),
        Sign.TURN: float(turns[: int(2.5 * RATE_HZ)].max(initial=0.0)),
        Sign.TURN_KEPT: float(_angles(upright, late.mean(axis=0))),
        Sign.SWING: _swing(_span(window, at, -1.5, 1.5)),
        Sign.UNSTEADY: float(lately.mean()) if len(lately) else 0.0,
        Sign.ALONE: own / whole if whole > 0 else 0.0,
        Sign.REPEATS: float((others[1:] & ~others[:-1]).sum()),
        Sign.QUIET: float(_unrest(after, width).min()),
        Sign.BUSY: float(before.std(axis=0).sum()),
    }


def _span(values: Samples, at: int, from_s: float, until_s: float) -> Samples:
    """The part from `from_s` to `until_s` around the sample `at`."""
    low, high = at + round(from_s * RATE_HZ), at + round(until_s * RATE_HZ) + 1
    return values[max(0, low) : max(0, min(len(values), high))]


def _means(values: Samples, width: int) -> Samples:
    """The mean of each `width` samples that follow one another."""
    sums = np.cumsum(np.vstack([np.zeros((1, values.shape[1])), values]), axis=0)
    return np.asarray((sums[width:] - sums[:-width]) / width)


def _smooth(values: Samples, width: int) -> Samples:
    """The running mean, as long as what it is made of."""
    padded = np.pad(values, ((width // 2, width - 1 - width // 2), (0, 0)), mode="edge")
    return _means(padded, width)


def _unrest(values: Samples, width: int) -> Samples:
    """How much each `width` samples that follow one another differ among themselves, in g."""
    mean, square = _means(values, width), _means(values * values, width)
    return np.asarray(np.sqrt(np.clip((square - mean * mean).sum(axis=1), 0, None)))


def _angles(one: Samples, other: Samples) -> Samples:
    """Degrees between vectors; 0 where one of them is too short to have a direction."""
    lengths = np.linalg.norm(one, axis=-1), np.linalg.norm(other, axis=-1)
    cosine = (one * other).sum(axis=-1) / np.maximum(lengths[0] * lengths[1], 1e-6)
    known = (lengths[0] > _NO_WEIGHT) & (lengths[1] > _NO_WEIGHT)
    return np.asarray(np.where(known, np.degrees(np.arccos(np.clip(cosine, -1, 1))), 0.0))


def _swing(values: Samples) -> float:
    width, apart = int(0.3 * RATE_HZ), int(0.8 * RATE_HZ)
    if len(values) <= width + apart + 2:
        return 0.0
    course = _means(values, width)
    return float(_angles(course[:-apart], course[apart:]).max())
