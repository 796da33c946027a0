"""NEWS2 against the chart of the Royal College of Physicians (2017), edge by edge."""

import pytest

from hub.core.detection.news2 import Consciousness, Observations, Parameter, Risk, news2

WELL = {
    "respiration": 20.0,
    "spo2": 98.0,
    "on_oxygen": False,
    "systolic": 111.0,
    "pulse": 78.0,
    "consciousness": Consciousness.ALERT,
    "temperature": 37.0,
}

# Each edge of each band as it stands on the chart: the last value below and the first one beyond.
EDGES: list[tuple[str, dict[float, int]]] = [
    ("respiration", {8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3}),
    ("spo2", {91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0, 100: 0}),
    ("systolic", {90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3}),
    ("pulse", {40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3}),
    ("temperature", {35.0: 3, 35.1: 1, 36.0: 1, 36.1: 0, 38.0: 0, 38.1: 1, 39.0: 1, 39.1: 2}),
]


def points(**seen: object) -> dict[str, int]:
    """What alone was seen, and its points."""
    return {parameter.value: found for parameter, found in news2(Observations(**seen)).points.items()}  # type: ignore[arg-type]


def total(**changed: object) -> int | None:
    return news2(Observations(**{**WELL, **changed})).total  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measure", "value", "expected"),
    [(measure, value, expected) for measure, edges in EDGES for value, expected in edges.items()],
)
def test_every_edge_of_every_band(measure: str, value: float, expected: int) -> None:
    assert points(**{measure: value}) == {measure: expected}


@pytest.mark.parametrize("on_oxygen", [False, True])
def test_the_second_scale_counts_too_much_oxygen_only_where_it_is_given(on_oxygen: bool) -> None:
    low = {83: 3, 84: 2, 85: 2, 86: 1, 87: 1, 88: 0, 92: 0}
    high = {93: 1, 94: 1, 95: 2, 96: 2, 97: 3, 100: 3} if on_oxygen else dict.fromkeys(range(93, 101), 0)
    for value, expected in {**low, **high}.items():
        found = points(spo2=float(value), on_oxygen=on_oxygen, scale_2=True)
        assert found["spo2"] == expected, value


def test_the_second_scale_needs_to_know_of_the_oxygen_only_where_it_matters() -> None:
    assert points(spo2=92.0, scale_2=True) == {"spo2": 0}
    assert points(spo2=80.0, scale_2=True) == {"spo2": 3}
    unknown = news2(Observations(spo2=93.0, scale_2=True))
    assert not unknown.points
    assert Parameter.SPO2 in unknown.missing


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(35.04, 3), (35.05, 1), (36.04, 1), (36.05, 0), (38.04, 0), (38.05, 1), (39.049, 1), (39.05, 2)],
)
def test_a_reading_between_two_bands_is_rounded_into_one(temperature: float, expected: int) -> None:
    assert points(temperature=temperature) == {"temperature": expected}


def test_whole_numbers_are_rounded_too() -> None:
    assert points(spo2=91.5) == {"spo2": 2}
    assert points(pulse=40.4) == {"pulse": 3}
    assert points(respiration=8.5) == {"respiration": 1}


def test_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="no number"):
        news2(Observations(pulse=float("nan")))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, 0),
        ({"spo2": 95.0}, 1),
        ({"spo2": 93.0}, 2),
        ({"spo2": 91.0}, 3),
        ({"systolic": 70.0}, 3),
        ({"scale_2": True, "on_oxygen": True}, 5),
        ({"scale_2": True}, 0),
        ({"scale_2": True, "spo2": 82.0}, 3),
        ({"scale_2": True, "on_oxygen": True, "consciousness": Consciousness.CONFUSION}, 8),
        (
            {
                "scale_2": True,
                "on_oxygen": True,
                "consciousness": Consciousness.VOICE,
                "temperature": 40.0,
                "pulse": 150.0,
                "systolic": 230.0,
                "respiration": 27.0,
            },
            19,
        ),
    ],
)
def test_whole_sets(changed: dict[str, object], expected: int) -> None:
    assert total(**changed) == expected


def test_a_partial_set_has_no_total_and_says_what_is_missing() -> None:
    score = news2(Observations(pulse=131.0, spo2=93.0))
    assert score.total is None
    assert score.at_least == 5
    assert score.missing == (
        Parameter.RESPIRATION,
        Parameter.OXYGEN,
        Parameter.SYSTOLIC,
        Parameter.CONSCIOUSNESS,
        Parameter.TEMPERATURE,
    )
    assert score.red == (Parameter.PULSE,)


def test_one_red_parameter_is_not_a_high_risk() -> None:
    def risk(**changed: object) -> Risk:
        return news2(Observations(**{**WELL, **changed})).risk  # type: ignore[arg-type]

    assert risk() is Risk.LOW
    assert risk(spo2=93.0, pulse=111.0) is Risk.LOW
    assert risk(spo2=91.0) is Risk.LOW_MEDIUM
    assert risk(spo2=93.0, pulse=111.0, temperature=38.5) is Risk.MEDIUM
    assert risk(spo2=91.0, pulse=131.0) is Risk.MEDIUM
    assert risk(spo2=91.0, pulse=131.0, temperature=38.5) is Risk.HIGH
