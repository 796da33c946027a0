"""Which minutes of the week a set of weekly shifts leaves empty; read by `validation` before a roster is saved.

Leave, covers and single dates are looked at by `outlook`, which reads the weeks as they will really be.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import time

from hub.core.calendar import DayType, OnDays
from hub.core.context import Shift

_DAY = 24 * 60
_WEEK = 7 * _DAY
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Gap:
    """Minutes of the week, from 0 (Monday 00:00); `until_minute` may run past Sunday midnight."""

    from_minute: int
    until_minute: int

    def within(self, other: "Gap") -> bool:
        return other.from_minute <= self.from_minute and self.until_minute <= other.until_minute

    def __str__(self) -> str:
        return f"{_spoken(self.from_minute)} until {_spoken(self.until_minute)}"


USUAL_WEEK = (*[DayType.WORKDAY] * 5, *[DayType.REST_DAY] * 2)
WEEKS = {
    "": USUAL_WEEK,
    " in a week of holidays": (DayType.REST_DAY,) * 7,
    " in a week of workdays": (DayType.WORKDAY,) * 7,
}
"""Kinds of weeks in which a roster that speaks of workdays and rest days must hold, by how they are told."""


def unstaffed(shifts: Iterable[Shift], week: Sequence[DayType] = USUAL_WEEK) -> tuple[Gap, ...]:
    """The gaps in a week of these days; one gap of the whole week when there is no shift at all."""
    spans = sorted(span for shift in shifts for span in _spans(shift, week))
    if not spans:
        return (Gap(0, _WEEK),)
    gaps: list[Gap] = []
    # A span that runs past Sunday midnight also covers the beginning of the week.
    covered_until = max(0, *(until - _WEEK for _, until in spans))
    for start, until in spans:
        if start > covered_until:
            gaps.append(Gap(covered_until, start))
        covered_until = max(covered_until, until)
    if covered_until < _WEEK:
        gaps.append(Gap(covered_until, _WEEK))
    return tuple(gaps)


def _spans(shift: Shift, week: Sequence[DayType]) -> Iterator[tuple[int, int]]:
    starts, ends = _minute(shift.starts), _minute(shift.ends)
    for day in _days(shift, week):
        yield day * _DAY + starts, day * _DAY + (ends if ends > starts else ends + _DAY)


def _days(shift: Shift, week: Sequence[DayType]) -> Iterable[int]:
    if shift.days is OnDays.WEEKDAYS:
        return shift.weekdays
    if shift.days is OnDays.EVERY_DAY:
        return range(7)
    wanted = DayType.WORKDAY if shift.days is OnDays.WORKDAYS else DayType.REST_DAY
    return [day for day, kind in enumerate(week) if kind is wanted]


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _spoken(minute: int) -> str:
    day, rest = divmod(minute % _WEEK, _DAY)
    return f"{_NAMES[day]} {rest // 60:02d}:{rest % 60:02d}"
