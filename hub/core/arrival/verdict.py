"""What the counters of one message come to."""

from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.arrival.timing import STEADY_WITHIN_MS
from hub.core.events import DeviceEvent
from hub.core.home import DeviceState, Footing, RuleState
from hub.core.record import record

NO_DELAY = timedelta()

A_MOMENT = timedelta(milliseconds=STEADY_WITHIN_MS)


class Freshness(StrEnum):
    LIVE = "live"
    REPEATED = "repeated"
    HISTORY = "history"


class Finding(StrEnum):
    """What a message shows of its device, for a technician."""

    COUNTER_LOST = "counter_lost"
    """It counts from the beginning again, and is believed from here on."""
    COUNTER_STANDS = "counter_stands"
    """It speaks on under numbers that it has used; from here on it is judged by its uptime alone."""
    NOT_BELIEVED = "not_believed"
    """Messages have been coming for a while, and none of them could be told from an old one."""


@record
class Arrival:
    """`late_by` is the transport delay, None where it cannot be known: the sender tells no uptime, or the life that speaks is
    not (or not alone) believed. `state` already counts this message."""

    freshness: Freshness
    late_by: timedelta | None
    state: DeviceState
    finding: Finding | None = None

    @property
    def two_devices(self) -> bool:
        """Whether two lives go on speaking under this id."""
        other = self.state.other
        return other is not None and other.rival

    @property
    def sure(self) -> bool:
        """Whether the message is certainly as fresh as it looks: spoken just now, by a life that is known well."""
        return (
            self.freshness is Freshness.LIVE
            and self.late_by is not None
            and self.state.footing is Footing.FIRM
            and self.state.late is None
        )

    def spoken_at(self, now: datetime) -> datetime:
        """When it was spoken, as far as that is known; heard now."""
        return now - (self.late_by or NO_DELAY)

    def is_after(self, event: DeviceEvent, told: RuleState, now: datetime) -> bool:
        """Whether the message certainly speaks of a later moment than what was told last: then it may say that this is over."""
        if told.told_by is not None and event.boot == told.told_by[0] and event.seq is not None:
            if event.seq > told.told_by[1]:
                return True
        elif self.freshness is Freshness.LIVE and self.late_by is None:
            return True
        if self.late_by is None:
            return False
        at_once = self.freshness is Freshness.LIVE and self.late_by <= A_MOMENT
        return at_once or self.spoken_at(now) > told.last_at


def told_by(event: DeviceEvent) -> tuple[int, int] | None:
    """Boot and number of a message, for a rule's state."""
    return None if event.boot is None or event.seq is None else (event.boot, event.seq)
