"""What a step gives back: the home as it is now, and every effect as data. Performing them is the engine's business."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.alerts import Alert
from hub.core.events import DeviceEvent
from hub.core.home import Home
from hub.core.journal import Entry
from hub.core.notifications import Heard, Notification
from hub.core.record import record
from hub.core.service_requests import ServiceRequest


class RefusalCode(StrEnum):
    """Why a command did nothing."""

    NOT_FOUND = "not_found"
    STALE = "stale"
    """The alert changed since it was looked at: `version` says where it stands."""
    NOT_ALLOWED_NOW = "not_allowed_now"
    """The state does not allow it (resolved is final)."""
    HELD_BY_OTHER = "held_by_other"
    """It would take the alert from whom holds it, and does not name them."""
    WHICH_HOME = "which_home"
    """The alert names two homes: before it is closed somebody says which it was, or that it cannot be told."""
    WHO_GOES = "who_goes"
    """Somebody at a desk never comes to the door: it does not name who does."""
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Done:
    """The command took effect (or had done so before: the same command twice changes nothing)."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Refused:
    code: RefusalCode
    detail: str
    version: int | None = None


Result = Done | Refused


@record
class Reading:
    """A value to keep for charts. `subject_id`: the resident, or the device where nobody wears it."""

    home_id: str
    subject_id: str
    measure: str
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class LateMessage:
    """Telemetry that came too late for live rules: history, unique by (device, boot, seq). `late_by` is how late, if known."""

    event: DeviceEvent
    received_at: datetime
    late_by: timedelta | None


@dataclass(frozen=True, slots=True)
class DeliveryUpdate:
    """How an outbox row changes: `state` is queued (retry at `next_attempt_at`), sent, received or failed."""

    notification_id: str
    state: str
    attempts: int
    next_attempt_at: datetime | None


@record
class Outcome:
    """The result of one step.

    `alerts` and `requests`: those that changed, as they now stand (resolved ones have left `home`). `cancel`: alert ids whose
    notifications that have not begun must not begin. `heard`: told right after the commit. `remember`: (device id, event id)
    pairs to keep with the commit. `ignored`: why a message had no meaning (for `hub decode` and metrics).
    `home.wake_at` is the next instant at which time alone changes something.
    """

    home: Home
    alerts: tuple[Alert, ...] = ()
    requests: tuple[ServiceRequest, ...] = ()
    journal: tuple[Entry, ...] = ()
    notifications: tuple[Notification, ...] = ()
    cancel: tuple[str, ...] = ()
    heard: tuple[Heard, ...] = ()
    remember: tuple[tuple[str, str], ...] = ()
    readings: tuple[Reading, ...] = ()
    history: tuple[LateMessage, ...] = ()
    deliveries: tuple[DeliveryUpdate, ...] = ()
    result: Result | None = None
    ignored: str | None = None

    @property
    def has_effect(self) -> bool:
        """Whether anything but telemetry moved: then the home's changed rows go into the same transaction."""
        return bool(
            self.journal
            or self.alerts
            or self.requests
            or self.notifications
            or self.remember
            or self.deliveries
        )
