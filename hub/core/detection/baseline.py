"""A person's own normal for one measure: median and spread of their days. Pure.

Each day gives one value, the median of what was measured (of a heart rate that is measured all day, its lower quartile: the
heart at rest). Of four weeks of such days the median is the normal, and 1.4826 times the median distance from it is the spread
(as wide as a standard deviation where days scatter normally, and deaf to a few bad ones). Nobody's spread is taken for less than
their instrument's. Days and nights of a measure that sleep changes are told apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from hub.core.record import record

KNOWN_AFTER = 7
"""So many days with a value make a normal."""
REMEMBERED = 28
SAMPLE_EVERY = timedelta(minutes=30)
"""What is measured all the while counts this often."""
_A_DAY = 48

FLOORS: Mapping[str, float] = {
    "heart_rate_bpm": 4.0,
    "spo2_percent": 2.0,
    "respiration_per_min": 1.5,
    "temperature_c": 0.4,
    "systolic_mmhg": 8.0,
    "diastolic_mmhg": 5.0,
    "glucose_mmol_l": 1.0,
    "weight_kg": 0.5,
    "body_water_percent": 1.0,
}
"""The least spread of a measure: what two readings of one instrument differ by (cuffs: 8 mmHg standard deviation by ISO 81060-2;
oximeters: 2 % by ISO 80601-2-61; clinical thermometers: 0.3 degC by ISO 80601-2-56, in a cold ear more; the others are the
hub's own)."""


@record
class Own:
    """What is remembered of one person and measure. `days` are day numbers (proleptic Gregorian ordinals) with their value,
    oldest first; `samples` those of `today`, the newest of them taken `at`."""

    today: int
    at: datetime
    samples: tuple[float, ...]
    days: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Normal:
    """The median of the days, the spread around it, and how many days they are."""

    middle: float
    spread: float
    days: int

    def strangeness(self, value: float) -> float:
        """How many spreads a value lies away, with its sign."""
        return (value - self.middle) / self.spread


def noted(own: Own | None, value: float, at: datetime, day: int, *, resting: bool = False) -> Own:
    """With one more reading of the day `day` (its ordinal in local time). Readings of `SAMPLE_EVERY` and a day's worth at most
    are kept; `resting` says that the day's value is the lower quartile."""
    if own is None:
        return Own(day, at, (value,))
    if day != own.today:
        days = (*own.days, (own.today, value_of(own.samples, resting=resting)))
        kept = tuple(one for one in days if day - one[0] <= REMEMBERED)[-REMEMBERED:]
        return Own(day, at, (value,), kept)
    if len(own.samples) >= _A_DAY:
        return replace(own, at=at)
    return replace(own, at=at, samples=(*own.samples, value))


def value_of(samples: tuple[float, ...], *, resting: bool = False) -> float:
    """What a day counts as."""
    if resting and len(samples) >= 8:
        return sorted(samples)[len(samples) // 4]
    return float(median(samples))


def normal(own: Own | None, measure: str, *, days: int = REMEMBERED) -> Normal | None:
    """The person's normal by the newest `days` days before today; None until enough are known."""
    if own is None or len(own.days) < KNOWN_AFTER:
        return None
    values = [value for _, value in own.days[-days:]]
    middle = float(median(values))
    spread = 1.4826 * float(median(abs(value - middle) for value in values))
    return Normal(middle, max(spread, FLOORS[measure]), len(values))
