"""Which dates are worked and which are free, and which instant a local time of a date is; the roster reads both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

_SATURDAY = 5


class DayType(StrEnum):
    WORKDAY = "workday"
    REST_DAY = "rest_day"


class OnDays(StrEnum):
    """The dates a weekly pattern speaks of. Only `WEEKDAYS` reads the weekdays that stand beside it."""

    WEEKDAYS = "weekdays"
    WORKDAYS = "workdays"
    REST_DAYS = "rest_days"
    EVERY_DAY = "every_day"


@dataclass(frozen=True, slots=True)
class Holiday:
    """A date that differs from its weekday: free on a Thursday, or a Saturday that is worked (调休上班)."""

    on: date
    day_type: DayType
    name: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The official dates of the years in `years`, and `changed` ones that differ from them here; every other date is what its
    weekday says."""

    official: Mapping[date, Holiday] = field(default_factory=dict)
    years: frozenset[int] = frozenset()
    changed: Mapping[date, Holiday] = field(default_factory=dict)

    def special(self, on: date) -> Holiday | None:
        return self.changed.get(on) or self.official.get(on)

    def day_type(self, on: date) -> DayType:
        holiday = self.special(on)
        if holiday is not None:
            return holiday.day_type
        return DayType.REST_DAY if on.weekday() >= _SATURDAY else DayType.WORKDAY

    def falls_on(self, on: date, days: OnDays, weekdays: frozenset[int]) -> bool:
        """Whether a pattern speaks of this date."""
        if days is OnDays.WEEKDAYS:
            return on.weekday() in weekdays
        if days is OnDays.EVERY_DAY:
            return True
        return (self.day_type(on) is DayType.WORKDAY) is (days is OnDays.WORKDAYS)

    def changed_by(self, holidays: Iterable[Holiday]) -> "Calendar":
        """The same official dates with these changes and no others."""
        return Calendar(self.official, self.years, {one.on: one for one in holidays})


def calendar_of(holidays: Iterable[Holiday], years: Iterable[int]) -> Calendar:
    return Calendar({one.on: one for one in holidays}, frozenset(years))


def span(on: date, starts: time, ends: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """From when until when (UTC) a duty of this date lasts; `ends` <= `starts` runs past midnight.

    In the night in which the clock goes back an eight hours' night lasts nine, in the other seven.
    """
    last = on if starts < ends else on + timedelta(days=1)
    return instant_of(on, starts, zone), instant_of(last, ends, zone)


@lru_cache(maxsize=8192)
def instant_of(on: date, clock: time, zone: tzinfo) -> datetime:
    """The instant (UTC) at which clocks of the zone show this time on this date.

    A time that is shown twice counts the first time; one that is skipped counts when the clock jumps over it. So of two times
    the later is never earlier, and of two people who hand over at one time always exactly one is on duty.
    """
    shown = datetime.combine(on, clock).replace(tzinfo=zone)
    at = shown.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == shown.replace(tzinfo=None):
        return at
    # Skipped: the jump lies between the readings by the offset after it and by the one before it.
    before, after = shown.replace(fold=1).astimezone(UTC), at
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def date_of(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()
