"""What a person's own days teach: how often each half hour of the clock brought a sign of life, and when they usually rise.

Pure, and small enough to be stored with the home: six rows of 48 counts that fade, and the risings of four weeks. Learned
forward only, day by day; until there are days, fixed figures stand in their place and fade as days come (`FIRST_DAYS`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from math import exp, log
from statistics import median

SLOT_MINUTES = 30
SLOTS = 24 * 60 // SLOT_MINUTES
DAY_MINUTES = 24 * 60

FADES = 0.965
"""What is left of a day's weight a day later: half of it after 20 days (the hub's own)."""
FIRST_DAYS = 2.0
"""As many days as the figures of the first days weigh (the hub's own)."""
SUREST = 0.95
"""No half hour counts as surer than 19 of 20 days to bring a sign, however regular somebody lives (the hub's own)."""
RISINGS_KEPT = 28
RISINGS_NEEDED = 7
"""Nights until a usual rising is known (the hub's own)."""
FIRST_NIGHT = (22 * 60, 9 * 60)
"""The night as long as nothing is learned, local minutes of the day (the hub's own)."""


class Posture(StrEnum):
    """Where the last sign left the person: that says how often the next one may be expected."""

    ABOUT = "about"
    RESTING = "resting"
    """On a seat that tells so."""
    BED = "bed"


POSTURES = (Posture.ABOUT, Posture.RESTING, Posture.BED)

_FIRST_SIGNS_PER_HOUR = {
    Posture.ABOUT: (0.7, 0.2),
    Posture.RESTING: (0.4, 0.24),
    Posture.BED: (0.4, 0.12),
}
"""By day and in the first night: signs an hour until days are learned (the hub's own; with the levels of `inactivity` a silence
by day becomes an alert after 6.6 hours, a night of ten hours none)."""

_NONE = (0.0,) * SLOTS


@dataclass(frozen=True, slots=True)
class Counts:
    """Per half hour of the local day: faded days on which it began in this posture, at home (`watched`), and those of them that
    brought a sign (`heard`)."""

    watched: tuple[float, ...] = _NONE
    heard: tuple[float, ...] = _NONE


@dataclass(frozen=True, slots=True)
class Habits:
    """`risings`: local minute of the day of the newest risings, oldest first."""

    about: Counts = Counts()
    resting: Counts = Counts()
    bed: Counts = Counts()
    risings: tuple[int, ...] = ()

    def of(self, posture: Posture) -> Counts:
        """The counts of this posture."""
        if posture is Posture.ABOUT:
            return self.about
        return self.bed if posture is Posture.BED else self.resting


def with_day(habits: Habits, watched: Sequence[int], heard: Sequence[int]) -> Habits:
    """The habits after one more day. Of each posture, in the order of `POSTURES`, the half hours as bits of a whole number:
    bit 0 is the one after midnight."""
    about, resting, bed = (
        _counted(habits.of(posture), seen, told)
        for posture, seen, told in zip(POSTURES, watched, heard, strict=True)
    )
    return replace(habits, about=about, resting=resting, bed=bed)


def _counted(counts: Counts, watched: int, heard: int) -> Counts:
    return Counts(_faded(counts.watched, watched), _faded(counts.heard, heard))


def _faded(row: tuple[float, ...], bits: int) -> tuple[float, ...]:
    return tuple([round(count * FADES + (bits >> slot & 1), 4) for slot, count in enumerate(row)])


def with_rising(habits: Habits, minute_of_day: int) -> Habits:
    """The habits after one more night."""
    return replace(habits, risings=(*habits.risings, minute_of_day)[-RISINGS_KEPT:])


def usual_rising(habits: Habits) -> int | None:
    """The median of the known risings, local minute of the day; None before `RISINGS_NEEDED` nights."""
    return round(median(habits.risings)) if len(habits.risings) >= RISINGS_NEEDED else None


@lru_cache(maxsize=512)
def missed_signs(counts: Counts, posture: Posture, bed_is_known: bool) -> tuple[float, ...]:
    """For each half hour of the day how much a whole silent one counts: -ln of the share of days on which it was silent too.

    The neighbouring half hours count half. With a bed sensor nobody who is about is asleep: then there is no night for them,
    and a half hour that is new to them is taken to be like their others.
    """
    by_day, by_night = _FIRST_SIGNS_PER_HOUR[posture]
    evening, morning = FIRST_NIGHT
    missed = []
    awake = bed_is_known and posture is Posture.ABOUT
    overall = sum(counts.heard) / max(sum(counts.watched), 1.0) if awake else 0.0
    for slot in range(SLOTS):
        minute = slot * SLOT_MINUTES
        night = (minute >= evening or minute < morning) and not awake
        first = max(1 - exp(-(by_night if night else by_day) * SLOT_MINUTES / 60), overall)
        after = (slot + 1) % SLOTS
        watched = counts.watched[slot] + (counts.watched[slot - 1] + counts.watched[after]) / 2
        heard = counts.heard[slot] + (counts.heard[slot - 1] + counts.heard[after]) / 2
        share = (heard + FIRST_DAYS * first) / (watched + FIRST_DAYS)
        missed.append(-log(1 - min(share, SUREST)))
    return tuple(missed)
