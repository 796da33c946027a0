"""Was it a fall? Windows made by hand, at every rate and however the sensor hangs."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from firmware_contracts.vocabulary import Placement
from hub.core.detection.fall_charts import CHARTS
from hub.core.detection.fall_window import LIMIT, Samples, Scale, Sign, Verdict, judge, signs

IMPACT_S = 3.0
LENGTH_S = 7.0


def window(rate_hz: float, at: Callable[[float], Sequence[float]]) -> Samples:
    """Seven seconds of what `at` says, the impact at 3 s."""
    return np.array([at(number / rate_hz) for number in range(int(LENGTH_S * rate_hz))])


def bump(t: float, when: float, height: float, width: float = 0.08) -> float:
    return height * math.exp(-(((t - when) / width) ** 2))


def fall(t: float) -> Sequence[float]:
    """Standing; half a second of falling, in which the body turns; the ground; lying still."""
    turned = min(max((t - IMPACT_S + 0.5) / 0.5, 0), 1) * math.pi / 2
    weight = 0.4 if IMPACT_S - 0.45 < t < IMPACT_S - 0.1 else 1.0
    hit = bump(t, IMPACT_S, 3.5)
    return (
        weight * math.sin(turned) + hit * 0.8,
        weight * math.cos(turned) + hit * 0.5,
        0.05 * math.sin(40 * t) * (t < IMPACT_S),
    )


def sitting_down(t: float) -> Sequence[float]:
    """One knock along the body, which stays upright and goes on moving a little."""
    return (0.15 + 0.08 * math.sin(5 * t), 1.0 + bump(t, IMPACT_S, 1.2), 0.1 * math.sin(7 * t))


def running(t: float) -> Sequence[float]:
    return (0.3 * math.sin(17 * t), 1.0 + 1.6 * math.sin(17 * t), 0.3 * math.cos(17 * t))


def lying_down(t: float) -> Sequence[float]:
    """Onto a bed, within three seconds and without any impact."""
    turned = min(max((t - 1.5) / 3, 0), 1) * math.pi / 2
    return (math.sin(turned) + bump(t, IMPACT_S, 0.3, 0.3), math.cos(turned), 0.02 * math.sin(9 * t))


def verdict(of: Callable[[float], Sequence[float]], rate_hz: float, placement: Placement) -> Verdict:
    return judge(window(rate_hz, of), rate_hz, placement, CHARTS[placement])


@pytest.mark.parametrize("placement", list(Placement))
@pytest.mark.parametrize("rate_hz", [20, 32, 50, 100, 200])
def test_a_fall_is_a_fall_at_every_rate_and_place(placement: Placement, rate_hz: float) -> None:
    assert verdict(fall, rate_hz, placement).fall


@pytest.mark.parametrize("placement", [Placement.WAIST, Placement.WRIST, Placement.POCKET])
@pytest.mark.parametrize("daily", [sitting_down, running, lying_down])
@pytest.mark.parametrize("rate_hz", [20, 50, 200])
def test_daily_life_is_none(
    placement: Placement, daily: Callable[[float], Sequence[float]], rate_hz: float
) -> None:
    assert not verdict(daily, rate_hz, placement).fall


def test_how_the_sensor_hangs_does_not_matter() -> None:
    """The same fall with the sensor turned any way gives the same points."""
    upright = window(50, fall)
    turned, _ = np.linalg.qr(np.array([[1.0, 2.0, 0.5], [0.0, 1.0, -1.0], [2.0, 0.1, 0.3]]))
    chart = CHARTS[Placement.WAIST]
    one = judge(upright, 50, Placement.WAIST, chart)
    other = judge(upright @ turned, 50, Placement.WAIST, chart)
    assert other.total == pytest.approx(one.total, abs=0.2)


def test_the_impact_that_the_device_names_is_the_one_that_is_judged() -> None:
    """Somebody falls and, two seconds later, is knocked harder: each is judged by itself."""

    def fall_and_knock(t: float) -> Sequence[float]:
        x, y, z = fall(t)
        return (x + bump(t, 5.5, 6.0, 0.05), y, z)

    samples = window(50, fall_and_knock)
    chart = CHARTS[Placement.WAIST]
    named = judge(samples, 50, Placement.WAIST, chart, impact=int(3.1 * 50))
    strongest = judge(samples, 50, Placement.WAIST, chart)
    assert named.values[Sign.IMPACT] < strongest.values[Sign.IMPACT]
    assert named.values[Sign.SWING] > 60 > strongest.values[Sign.SWING]


def test_what_each_sign_measures() -> None:
    """Of a window whose course is known."""

    def known(t: float) -> Sequence[float]:
        if t < IMPACT_S:
            return (0.0, 1.0, 0.0)
        return (2.0, 0.0, 0.0) if t < IMPACT_S + 0.2 else (1.0, 0.0, 0.0)

    found = signs(window(50, known), int(IMPACT_S * 50))
    assert found[Sign.IMPACT] == pytest.approx(2.0)
    assert found[Sign.TURN] == pytest.approx(90, abs=1)
    assert found[Sign.TURN_KEPT] == pytest.approx(90, abs=1)
    assert found[Sign.STOP] == pytest.approx(0.2 * 9.80665, rel=0.05)
    assert found[Sign.ALONE] == pytest.approx(1.0)
    assert found[Sign.JOLT] == pytest.approx(math.sqrt(5) * 50, rel=0.01)
    assert found[Sign.UNSTEADY] == pytest.approx(0.0)
    assert found[Sign.REPEATS] == 0
    assert found[Sign.QUIET] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("count", [1, 2, 20, 40])
@pytest.mark.parametrize("value", [0.0, 0.577, -0.3])
def test_a_window_cut_short_or_dead_is_judged_without_a_fall(count: int, value: float) -> None:
    """The shortest that the contract allows has 20 samples; a sensor that stands still tells nothing."""
    samples = np.full((count, 3), value)
    for placement in Placement:
        found = judge(samples, 20, placement, CHARTS[placement], impact=0)
        assert all(math.isfinite(one) for one in found.values.values())
        assert not found.fall


def test_points_lie_on_straight_lines_between_the_knots() -> None:
    scale = Scale((1.0, 2.0, 4.0), (0.0, 10.0, 20.0))
    assert [scale.at(value) for value in (0.0, 1.5, 3.0, 9.0)] == [0.0, 5.0, 15.0, 20.0]
    by_logarithm = Scale((1.0, 4.0), (0.0, 10.0), logarithm=True)
    assert by_logarithm.at(2.0) == pytest.approx(5.0)
    assert by_logarithm.at(0.0) == 0.0


def test_charts_give_no_negative_points_and_can_reach_a_fall() -> None:
    for chart in CHARTS.values():
        assert all(point >= 0 for scale in chart.values() for point in scale.points)
        assert sum(max(scale.points) for scale in chart.values()) > LIMIT
        assert all(sorted(scale.values) == list(scale.values) for scale in chart.values())
