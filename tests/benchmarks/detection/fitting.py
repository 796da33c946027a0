"""Fits a chart of points to windows: logistic regression over ramps, each sign allowed to speak in one direction only.

A ramp rises from 0 to 1 between two neighbouring knots of a sign. A weight is never negative in its sign's direction, so that
more of what a fall is made of never counts against one: the few figures stay explainable, and carry over to people never seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hub.core.detection.fall_window import LIMIT, Chart, Scale, Sign

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]

DIRECTION: Mapping[Sign, int] = {
    Sign.IMPACT: 1,
    Sign.STOP: 1,
    Sign.JOLT: 1,
    Sign.TURN: 1,
    Sign.TURN_KEPT: 1,
    Sign.SWING: 1,
    Sign.UNSTEADY: 1,
    Sign.ALONE: 1,
    Sign.REPEATS: -1,
    Sign.QUIET: -1,
    Sign.BUSY: -1,
}
LOGARITHMIC = frozenset({Sign.IMPACT, Sign.JOLT, Sign.QUIET, Sign.BUSY})
ORDER = tuple(Sign)
_KNOTS = (0.02, 0.35, 0.65, 0.98)
_STEPS = 400
_FLOOR = 0.01


@dataclass(frozen=True, slots=True)
class Fit:
    """Knots of each sign, the weight of each ramp, and what is added to their sum (in logits)."""

    signs: Sequence[Sign]
    knots: Sequence[tuple[float, ...]]
    weights: Values
    constant: float

    def score(self, values: Values) -> Values:
        """Logits of each row; columns as in `ORDER`."""
        return np.asarray(_ramps(values, self.signs, self.knots) @ self.weights + self.constant)

    def chart(self, threshold: float) -> Chart:
        """The same as points: a sum of `LIMIT` where the score is `threshold`. Of a sign that speaks against a fall the points
        are given for its absence, so that no scale goes below 0."""
        chart: dict[Sign, Scale] = {}
        first = 0
        raw: dict[Sign, tuple[tuple[float, ...], list[float]]] = {}
        offset = self.constant - threshold
        for sign, knots in zip(self.signs, self.knots, strict=True):
            steps = self.weights[first : first + len(knots) - 1]
            first += len(knots) - 1
            points = [0.0, *np.cumsum(steps)]
            lowest = min(points)
            offset += lowest
            raw[sign] = knots, [float(one - lowest) for one in points]
        # The innocent window has `offset` (negative) logits; a fall begins where the points make up for it.
        for sign, (knots, points) in raw.items():
            chart[sign] = Scale(
                tuple(_readable(np.exp(one) if sign in LOGARITHMIC else one) for one in knots),
                tuple(round(float(LIMIT * one / -offset), 1) for one in points),
                sign in LOGARITHMIC,
            )
        return chart


def fit(values: Values, fell: Flags, weight: Values, signs: Sequence[Sign], smoothing: float = 0.0005) -> Fit:
    """The weights that explain best which rows are falls; `weight` says how much each row counts."""
    share = weight / weight.sum()
    knots = [_knots(_column(values, sign), share) for sign in signs]
    ramps = _ramps(values, signs, knots)
    direction = np.concatenate(
        [np.full(len(own) - 1, DIRECTION[sign]) for sign, own in zip(signs, knots, strict=True)]
    )
    # Every weight positive: ramps of signs that speak against a fall are turned round.
    matrix = np.column_stack([ramps * direction, np.ones(len(ramps))])
    target = np.where(fell, 1.0, -1.0)
    # Accelerated gradient with projection (Beck and Teboulle 2009); the bound on the curvature is that of the logistic loss.
    curvature = 0.25 * float(np.linalg.norm((matrix * share[:, None]).T @ matrix, 2)) + 2 * smoothing
    found = np.zeros(matrix.shape[1])
    ahead, momentum = found.copy(), 1.0
    for _ in range(_STEPS):
        margin = np.clip(target * (matrix @ ahead), -50, 50)
        slope = matrix.T @ (-target * share / (1 + np.exp(margin)))
        slope[:-1] += 2 * smoothing * ahead[:-1]
        new = ahead - slope / curvature
        new[:-1] = np.maximum(new[:-1], 0)
        grown = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / grown * (new - found)
        found, momentum = new, grown
    return Fit(tuple(signs), knots, found[:-1] * direction, float(found[-1]))


def _column(values: Values, sign: Sign) -> Values:
    column = values[:, ORDER.index(sign)]
    return np.log(np.maximum(column, _FLOOR)) if sign in LOGARITHMIC else column


def _knots(column: Values, share: Values) -> tuple[float, ...]:
    """Where the ramps of a sign meet: at fixed shares of what the rows count."""
    order = np.argsort(column, kind="stable")
    until = np.cumsum(share[order])
    at = [float(column[order[min(int(np.searchsorted(until, part)), len(order) - 1)]]) for part in _KNOTS]
    kept = sorted(set(at))
    return tuple(kept) if len(kept) > 1 else (kept[0], kept[0] + 1)


def _ramps(values: Values, signs: Sequence[Sign], knots: Sequence[tuple[float, ...]]) -> Values:
    parts = []
    for sign, own in zip(signs, knots, strict=True):
        column = _column(values, sign)
        parts += [np.clip((column - low) / (high - low), 0, 1) for low, high in pairwise(own)]
    return np.column_stack(parts)


def _readable(value: float) -> float:
    """Three digits: more would pretend."""
    return float(f"{value:.3g}")
