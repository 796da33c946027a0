"""When a centre is open, and which instant lies so many of its opening hours ahead; service requests fall due by it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from hub.core.calendar import Calendar, OnDays, span

_LOOK_AHEAD = timedelta(days=28)
"""A centre that does not open for so long has no hours to count."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Opening hours on these weekdays (0 = Monday), local time; `closes` <= `opens` runs past midnight. `days` as of a shift."""

    weekdays: frozenset[int]
    opens: time
    closes: time
    days: OnDays = OnDays.WEEKDAYS


@dataclass(frozen=True, slots=True)
class SpecialHours:
    """Opening hours of one date, instead of the usual ones; without hours the centre is closed."""

    on: date
    opens: time | None = None
    closes: time | None = None


PLAIN = Calendar()
"""Every date is what its weekday says."""


def open_spans(
    on: date,
    openings: Sequence[Opening],
    special: Sequence[SpecialHours],
    calendar: Calendar,
    zone: tzinfo,
) -> list[tuple[datetime, datetime]]:
    """From when until when (UTC) a centre is open that opens on this date, in order; two spans may touch or overlap."""
    mine = [one for one in special if one.on == on]
    if mine:
        return sorted(
            span(on, one.opens, one.closes, zone)
            for one in mine
            if one.opens is not None and one.closes is not None
        )
    return sorted(
        span(on, one.opens, one.closes, zone)
        for one in openings
        if calendar.falls_on(on, one.days, one.weekdays)
    )


def after_open_hours(
    at: datetime,
    lasting: timedelta,
    openings: Sequence[Opening],
    zone: tzinfo,
    special: Sequence[SpecialHours] = (),
    calendar: Calendar = PLAIN,
) -> datetime:
    """The instant by which a centre will have been open for `lasting` since `at`; without opening hours, simply so much later.

    What would end at the very minute of closing ends there, not at the next opening.
    """
    left = lasting
    for opens_at, closes_at in _spans(at, openings, zone, special, calendar):
        begins_at = max(opens_at, at)
        if closes_at - begins_at >= left:
            return begins_at + left
        left -= closes_at - begins_at
    return at + lasting


def _spans(
    at: datetime,
    openings: Sequence[Opening],
    zone: tzinfo,
    special: Sequence[SpecialHours],
    calendar: Calendar,
) -> Iterator[tuple[datetime, datetime]]:
    """From when until when (UTC) it is open, after `at`, without overlaps, for the next weeks."""
    last: datetime | None = None
    day = at.astimezone(zone).date() - timedelta(days=1)
    end = day + _LOOK_AHEAD
    while day <= end:
        for opens_at, closes_at in open_spans(day, openings, special, calendar, zone):
            begins_at = max(opens_at, last) if last is not None else opens_at
            if closes_at > max(begins_at, at):
                yield begins_at, closes_at
                last = closes_at
        day += timedelta(days=1)
