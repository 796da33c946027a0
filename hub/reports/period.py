"""The days that a report is about: local days, from midnight to midnight."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

FINAL_AFTER = timedelta(seconds=180)
"""An answer that comes later than this after the end of an alert's day counts as none in reports: from then on the day's figures
are final. It is the longest answer that is measured for."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days, `last` included. A day lasts from one local midnight to the next, also when the clocks are changed.

    `until_at` is the first instant that is no longer in it.
    """

    first: date
    last: date
    timezone: tzinfo
    from_at: datetime = field(init=False)
    until_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period from {self.first} until {self.last} has no day")
        # Every fact is compared with these: they are found once.
        object.__setattr__(self, "from_at", midnight(self.first, self.timezone))
        object.__setattr__(self, "until_at", midnight(self.last + timedelta(days=1), self.timezone))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def final_at(self) -> datetime:
        """From here on nothing in the report changes."""
        return self.until_at + FINAL_AFTER

    def dates(self) -> Iterator[date]:
        for number in range(self.days):
            yield self.first + timedelta(days=number)

    def holds(self, at: datetime | None) -> bool:
        return at is not None and self.from_at <= at < self.until_at

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.timezone).date()


def midnight(day: date, timezone: tzinfo) -> datetime:
    """The instant at which a local day begins."""
    return datetime.combine(day, time(), timezone).astimezone(UTC)
