"""NEWS2, the early-warning score of the Royal College of Physicians (2017), exactly as its chart: pure, without state.

At home a set is rarely complete. What is missing is named, and there is no total: `Score.at_least` only says what it cannot
fall below.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import floor, isnan


class Parameter(StrEnum):
    """What is scored, in the order of the chart."""

    RESPIRATION = "respiration"
    """Breaths per minute."""
    SPO2 = "spo2"
    """Oxygen saturation in percent."""
    OXYGEN = "oxygen"
    """Breathing air or given oxygen."""
    SYSTOLIC = "systolic"
    """Systolic blood pressure in mmHg."""
    PULSE = "pulse"
    """Heart beats per minute."""
    CONSCIOUSNESS = "consciousness"
    """ACVPU: alert, newly confused, answers to voice, to pain, to nothing."""
    TEMPERATURE = "temperature"
    """Body temperature in degC."""


class Consciousness(StrEnum):
    ALERT = "alert"
    CONFUSION = "confusion"
    """New confusion, or delirium that got worse; not the confusion that somebody with dementia always has."""
    VOICE = "voice"
    PAIN = "pain"
    UNRESPONSIVE = "unresponsive"


class Risk(StrEnum):
    """The clinical risk, and with it who should see to it how soon (chart 2 of the standard)."""

    LOW = "low"
    """0: routine. 1 to 4: a nurse assesses."""
    LOW_MEDIUM = "low_medium"
    """One parameter alone at 3: urgent review."""
    MEDIUM = "medium"
    """5 or 6: urgent, within an hour."""
    HIGH = "high"
    """7 and more: emergency, within 30 minutes."""


@dataclass(frozen=True, slots=True)
class Observations:
    """What was measured or seen; None is not known. `scale_2`: a *confirmed* target of 88-92 % for who retains carbon
    dioxide, as a doctor says; COPD alone is none. Units as in `Parameter`."""

    respiration: float | None = None
    spo2: float | None = None
    on_oxygen: bool | None = None
    systolic: float | None = None
    pulse: float | None = None
    consciousness: Consciousness | None = None
    temperature: float | None = None
    scale_2: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """Points per parameter that is known (0 to 3), and what is `missing`, in the order of the chart."""

    points: Mapping[Parameter, int]
    missing: tuple[Parameter, ...]

    @property
    def at_least(self) -> int:
        """The points that are known: no total of a complete set can be smaller."""
        return sum(self.points.values())

    @property
    def total(self) -> int | None:
        """0 to 20, or None from a partial set."""
        return None if self.missing else self.at_least

    @property
    def red(self) -> tuple[Parameter, ...]:
        """Those at 3 points, each enough for an urgent review."""
        return tuple(parameter for parameter, points in self.points.items() if points == 3)

    @property
    def risk(self) -> Risk:
        """The risk by what is known: of a partial set it may be higher, never lower."""
        if self.at_least >= 7:
            return Risk.HIGH
        if self.at_least >= 5:
            return Risk.MEDIUM
        return Risk.LOW_MEDIUM if self.red else Risk.LOW


Bands = tuple[tuple[float, int], ...]
"""Upper ends, each belonging to its band, and the points up to there; the last end is infinite."""

_REST = float("inf")
_RESPIRATION: Bands = ((8, 3), (11, 1), (20, 0), (24, 2), (_REST, 3))
_SPO2_SCALE_1: Bands = ((91, 3), (93, 2), (95, 1), (_REST, 0))
_SPO2_SCALE_2_AIR: Bands = ((83, 3), (85, 2), (87, 1), (_REST, 0))
_SPO2_SCALE_2_OXYGEN: Bands = ((83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2), (_REST, 3))
_SYSTOLIC: Bands = ((90, 3), (100, 2), (110, 1), (219, 0), (_REST, 3))
_PULSE: Bands = ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (_REST, 3))
_TEMPERATURE_TENTHS: Bands = ((350, 3), (360, 1), (380, 0), (390, 1), (_REST, 2))


def news2(seen: Observations) -> Score:
    """The score of what was seen. Numbers are rounded to the chart's resolution first (1, and 0.1 degC for temperature; a half
    goes up), so that no reading falls between two bands.

    On scale 2 a saturation from 88 % cannot be scored while it is not known whether oxygen is given: 93 % is right on air
    and too much on oxygen. It then counts as missing, unless both give the same points.

    Raises `ValueError` for a number that is none (NaN).
    """
    found: dict[Parameter, int | None] = {
        Parameter.RESPIRATION: _points(_RESPIRATION, seen.respiration),
        Parameter.SPO2: _spo2(seen),
        Parameter.OXYGEN: None if seen.on_oxygen is None else 2 * seen.on_oxygen,
        Parameter.SYSTOLIC: _points(_SYSTOLIC, seen.systolic),
        Parameter.PULSE: _points(_PULSE, seen.pulse),
        Parameter.CONSCIOUSNESS: None
        if seen.consciousness is None
        else 3 * (seen.consciousness is not Consciousness.ALERT),
        Parameter.TEMPERATURE: None
        if seen.temperature is None
        else _points(_TEMPERATURE_TENTHS, seen.temperature * 10),
    }
    return Score(
        {parameter: points for parameter, points in found.items() if points is not None},
        tuple(parameter for parameter, points in found.items() if points is None),
    )


def _spo2(seen: Observations) -> int | None:
    if not seen.scale_2:
        return _points(_SPO2_SCALE_1, seen.spo2)
    on_air, on_oxygen = _points(_SPO2_SCALE_2_AIR, seen.spo2), _points(_SPO2_SCALE_2_OXYGEN, seen.spo2)
    if seen.on_oxygen is None:
        return on_air if on_air == on_oxygen else None
    return on_oxygen if seen.on_oxygen else on_air


_HAIR = 1e-6
"""What binary fractions lose: 35.05 * 10 is a little less than 350.5."""


def _points(bands: Bands, value: float | None) -> int | None:
    if value is None:
        return None
    if isnan(value):
        raise ValueError("a reading that is no number cannot be scored")
    rounded = floor(value + 0.5 + _HAIR) if abs(value) != _REST else value
    return next(points for upper, points in bands if rounded <= upper)
