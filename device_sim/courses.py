"""What befalls a resident in the course of months: illnesses, falls, presses, absences. Drawn once, told before it happens.

The rates are of people of 75 and older; each names its source, or that there is none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random


class Happens(StrEnum):
    """What a resident may go through."""

    PRESS = "press"
    """Calls for help, and means it."""
    MISTAKEN_PRESS = "mistaken_press"
    """Dusting, a grandchild, curiosity."""
    FALL_AND_UP = "fall_and_up"
    """Falls and gets up by themselves within minutes."""
    FALL_AND_LIES = "fall_and_lies"
    """Falls and cannot get up."""
    COLLAPSE = "collapse"
    """Sinks down where they are, with no impact that a sensor would notice, and does not move."""
    FEVER = "fever"
    """An infection, over some days."""
    BREATHLESS = "breathless"
    """A worsening of heart or lung, over a day or two."""
    AWAY_SAID = "away_said"
    AWAY_UNSAID = "away_unsaid"
    """Out over night, and nobody entered it."""
    OUTAGE = "outage"
    """No power or no line in the home."""


EMERGENCIES = frozenset({Happens.PRESS, Happens.FALL_AND_LIES, Happens.COLLAPSE})
"""Of these somebody has to come, whatever else is true."""
TRUE = EMERGENCIES | {Happens.FALL_AND_UP, Happens.FEVER, Happens.BREATHLESS}
"""An alert about one of these is no false one."""

A_MONTH: Mapping[Happens, float] = {
    Happens.PRESS: 0.4,
    Happens.MISTAKEN_PRESS: 0.3,
    Happens.FALL_AND_UP: 0.03,
    Happens.FALL_AND_LIES: 0.03,
    Happens.COLLAPSE: 0.01,
    Happens.FEVER: 0.08,
    Happens.BREATHLESS: 0.03,
    Happens.AWAY_SAID: 0.2,
    Happens.AWAY_UNSAID: 0.1,
    Happens.OUTAGE: 0.3,
}
"""How often in a person's month. Falls: a third of those over 65 and half of those over 80 fall in a year, and about half of who
falls cannot get up alone (NICE CG161; Tinetti and others, JAMA 1993). Infections: about one a year (no exact source). Presses,
absences and outages: the hub's own guess."""

_MORE_BY_LEVEL = 0.5
"""By each level of ability (GB/T 42195, 0-4) falls, collapses and illnesses are more frequent by this share."""
_OF_THE_BODY = frozenset(
    {Happens.FALL_AND_UP, Happens.FALL_AND_LIES, Happens.COLLAPSE, Happens.FEVER, Happens.BREATHLESS}
)
_LASTS_H: Mapping[Happens, tuple[float, float]] = {
    Happens.FALL_AND_UP: (0.02, 0.15),
    Happens.FEVER: (48, 140),
    Happens.BREATHLESS: (20, 50),
    Happens.AWAY_SAID: (20, 120),
    Happens.AWAY_UNSAID: (18, 60),
    Happens.OUTAGE: (0.3, 6),
}


@dataclass(frozen=True, slots=True)
class Course:
    """Something that befalls a resident from `at` on. `lasts`: until it is over by itself; zero for what is a moment, and for
    what is over when somebody came."""

    what: Happens
    at: datetime
    lasts: timedelta = timedelta()


def courses(
    start: datetime, days: int, level: int, rng: Random, rates: Mapping[Happens, float] = A_MONTH
) -> list[Course]:
    """Everything that befalls one person within `days` from `start`, in order of time; what lasts overlaps nothing else that
    lasts."""
    drawn = sorted(_drawn(start, days, level, rng, rates), key=lambda one: one.at)
    kept: list[Course] = []
    free_at = start
    for one in drawn:
        if one.at >= free_at:
            kept.append(one)
            free_at = one.at + max(one.lasts, timedelta(hours=6))
    return kept


def _drawn(
    start: datetime, days: int, level: int, rng: Random, rates: Mapping[Happens, float]
) -> Iterator[Course]:
    for what, rate in rates.items():
        more = 1 + _MORE_BY_LEVEL * level if what in _OF_THE_BODY else 1.0
        at = start
        while True:
            at += timedelta(days=rng.expovariate(rate * more / 30))
            if at >= start + timedelta(days=days):
                break
            shortest, longest = _LASTS_H.get(what, (0, 0))
            yield Course(what, at, timedelta(hours=rng.uniform(shortest, longest)))
