"""Silences (暂停提醒): for a while nobody is told of some kind of sign of a home; why, who said so, and until when.

A silence puts off and never forgets: what it holds back and what still lasts when it ends is told then. Calls, falls, smoke, gas
and water are no kind of it, and an emergency of whatever kind goes through.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.alerts import AlertKind, Reason, Severity


class SilenceOf(StrEnum):
    """What it is about."""

    DEVICES = "devices"
    """Faults of devices, their silence, and the silent test calls."""
    READINGS = "readings"
    """Vital signs, an emergency excepted."""
    DAYS = "days"
    """Silence of a person, absence, nights and the bathroom."""
    CLIMATE = "climate"
    """Rooms too cold or too hot."""


class SilenceReason(StrEnum):
    MAINTENANCE = "maintenance"
    """Somebody works at the devices."""
    BUILDING_WORKS = "building_works"
    """No power or no network for a while, dust, hammering."""
    AWAITS_PART = "awaits_part"
    """Known, and the spare part is on its way."""
    BEING_DEALT_WITH = "being_dealt_with"
    """A doctor, a nurse or the family knows and deals with it."""
    VISITORS = "visitors"
    """Guests sleep there: the days are not the elder's own."""
    OTHER = "other"
    """Needs a note."""


LONGEST: Mapping[SilenceOf, timedelta] = {
    SilenceOf.DEVICES: timedelta(days=14),
    SilenceOf.READINGS: timedelta(days=3),
    SilenceOf.DAYS: timedelta(days=7),
    SilenceOf.CLIMATE: timedelta(days=14),
}
"""None lasts for good: who still needs it says so again, and sees what was held back."""
PLANNED_AHEAD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class HeldSign:
    """What would have been an alert, first found at `at`, `times` in all."""

    kind: AlertKind
    severity: Severity
    reason: Reason
    at: datetime
    resident_ids: tuple[str, ...] = ()
    device_id: str | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class Silence:
    """From `from_at` until `until_at` nobody is told of signs `of` this kind, of one device or (None) of the whole home. `held`
    is what it holds back and what lasts still, by dedup key."""

    id: str
    of: SilenceOf
    reason: SilenceReason
    by: str
    from_at: datetime
    until_at: datetime
    device_id: str | None = None
    note: str = ""
    held: Mapping[str, HeldSign] = field(default_factory=dict)

    def covers(self, of: SilenceOf, device_id: str | None, at: datetime) -> bool:
        return (
            self.of is of
            and (self.device_id is None or self.device_id == device_id)
            and self.from_at <= at < self.until_at
        )
