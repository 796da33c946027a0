"""The fit itself, on windows whose truth is known."""

import numpy as np
import pytest

from hub.core.detection.fall_window import LIMIT, Sign
from tests.benchmarks.detection.fitting import DIRECTION, ORDER, Fit, fit

SIGNS = (Sign.STOP, Sign.TURN, Sign.REPEATS)
THRESHOLD = 0.5


def made(count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Falls stop hard and turn far; what repeats is none. Of `turn` half the falls know nothing."""
    random = np.random.default_rng(1)
    fell = np.arange(count) % 2 == 0
    values = np.full((count, len(ORDER)), 0.5)
    values[:, ORDER.index(Sign.STOP)] = random.normal(np.where(fell, 4, 2), 0.8)
    values[:, ORDER.index(Sign.TURN)] = random.uniform(0, np.where(fell, 90, 30))
    values[:, ORDER.index(Sign.REPEATS)] = random.poisson(np.where(fell, 0.2, 4))
    return values, fell


@pytest.fixture(scope="module")
def found() -> Fit:
    values, fell = made()
    return fit(values, fell, np.ones(len(fell)), SIGNS)


def test_it_tells_falls_from_the_rest(found: Fit) -> None:
    values, fell = made()
    assert np.mean((found.score(values) > 0) == fell) > 0.95


def test_no_weight_speaks_against_its_sign(found: Fit) -> None:
    first = 0
    for sign, knots in zip(found.signs, found.knots, strict=True):
        mine = found.weights[first : first + len(knots) - 1]
        first += len(knots) - 1
        assert (mine * DIRECTION[sign] >= 0).all(), sign
    assert first == len(found.weights)


def test_the_best_weights_cannot_be_bettered(found: Fit) -> None:
    """At the optimum no single weight that may move makes the loss smaller."""
    values, fell = made()
    target = np.where(fell, 1.0, -1.0)

    def loss(weights: np.ndarray, constant: float) -> float:
        score = Fit(found.signs, found.knots, weights, constant).score(values)
        return float(np.logaddexp(0, -target * score).mean() + 0.0005 * (weights**2).sum())

    best = loss(found.weights, found.constant)
    for index, weight in enumerate(found.weights):
        for step in (0.05, -0.05):
            moved = found.weights.copy()
            moved[index] = weight + step
            if weight * moved[index] >= 0 and weight:
                assert loss(moved, found.constant) >= best - 1e-5
    assert loss(found.weights, found.constant + 0.05) >= best - 1e-5
    assert loss(found.weights, found.constant - 0.05) >= best - 1e-5


def test_the_chart_decides_as_the_fit_does(found: Fit) -> None:
    """Points of a window reach the limit where its score reaches the threshold; no point is negative."""
    values, _ = made()
    chart = found.chart(THRESHOLD)
    assert all(point >= 0 for scale in chart.values() for point in scale.points)
    points = np.array(
        [sum(scale.at(row[ORDER.index(sign)]) for sign, scale in chart.items()) for row in values]
    )
    clear = np.abs(found.score(values) - THRESHOLD) > 0.1
    assert ((points >= LIMIT) == (found.score(values) >= THRESHOLD))[clear].all()
