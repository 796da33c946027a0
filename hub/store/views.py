"""What the queries return where no type of the core says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.core.alerts import Alert, AlertState, Severity
from hub.core.home import Device, DeviceState, Profile
from hub.core.notifications import Notification
from hub.core.service_requests import ServiceRequest
from hub.store.batch import JournalLine


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """An alert with its journal entries, oldest first."""

    alert: Alert
    timeline: list[JournalLine]


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """A service request with its journal entries, oldest first."""

    request: ServiceRequest
    timeline: list[JournalLine]


@dataclass(frozen=True, slots=True)
class HomeSummary:
    home_id: str
    profile: Profile
    unjudged: bool
    open_alerts: int


@dataclass(frozen=True, slots=True)
class DeviceView:
    """An enrolled device and what is remembered of it (the empty state when it was never heard)."""

    home_id: str
    device: Device
    state: DeviceState


@dataclass(frozen=True, slots=True)
class MinuteReading:
    """A minute of a measure: the last value, the extremes, how many there were."""

    minute_at: datetime
    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class JournalRange:
    """`oldest` is the first number still kept (None: nothing is), `newest` the last one ever given."""

    oldest: int | None
    newest: int


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """`state`: queued, sent, received, failed, cancelled."""

    notification: Notification
    state: str
    attempts: int
    next_attempt_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class RejectedMessage:
    """A message nobody could read; `reason` is a `RejectReason` value."""

    id: int
    input_seq: int
    at: datetime
    topic: str
    payload: bytes
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class FailedInput:
    """An input whose step raised."""

    id: int
    input_seq: int
    at: datetime
    home_id: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Counts:
    open_alerts: Mapping[tuple[Severity, AlertState], int]
    open_requests: int
    outbox_queued: int
    rejected: Mapping[str, int]
    homes: int
    unjudged_homes: int
