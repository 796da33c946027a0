"""What the engine hands to the store to be committed together, and what it gets back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from sqlalchemy import Connection

from hub.core.alerts import Alert
from hub.core.home import Home
from hub.core.journal import Entry
from hub.core.notifications import Notification
from hub.core.outcome import LateMessage, Outcome, Reading
from hub.core.record import record
from hub.core.service_requests import ServiceRequest


class InputSource(IntEnum):
    """What the payload of a logged input holds: wire bytes, or the JSON of a command, nothing (a tick), a delivery report."""

    MESSAGE = 0
    COMMAND = 1
    TICK = 2
    DELIVERY = 3


@record
class LoggedInput:
    """One line of the input log. `seq` is given by the engine: one more than the last. `seen`: its event id was known before."""

    seq: int
    at: datetime
    source: InputSource
    home_id: str | None
    topic: str | None
    payload: bytes
    qos: int = 1
    retained: bool = False
    duplicate: bool = False
    seen: bool = False


@dataclass(slots=True)
class Effect:
    """A step that did more than move telemetry.

    `before` is the home as last saved in the store (None: never saved); what is no longer the same object is written.
    """

    seq: int
    at: datetime
    before: Home | None
    after: Home
    outcome: Outcome


@dataclass(slots=True)
class Rejection:
    """A message that could not be read; `reason` is a `RejectReason` value."""

    seq: int
    at: datetime
    topic: str
    payload: bytes
    reason: str
    detail: str


@dataclass(slots=True)
class Failure:
    """An input whose step raised."""

    seq: int
    at: datetime
    home_id: str
    traceback: str


@dataclass(slots=True)
class Batch:
    """Everything of one transaction. `readings` and `history`: what the homes with effects had waiting for the lazy save, so that
    a home's row and its values agree. `extra`: further statements, run inside it; when one raises, nothing of it is kept."""

    hub_time_at: datetime
    context_version: int = 0
    inputs: list[LoggedInput] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    history: list[LateMessage] = field(default_factory=list)
    extra: list[Callable[[Connection], None]] = field(default_factory=list)


@dataclass(slots=True)
class JournalLine:
    """A journal entry with its number in the cell, and its alert or request as it stood after the step.

    `cancelled`: ids of the notifications of its alert that the same step kept from beginning (on the first line of the step
    about that alert only).
    """

    number: int
    entry: Entry
    alert: Alert | None = None
    request: ServiceRequest | None = None
    cancelled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PendingNotification:
    """A notification of the outbox that still has to be sent. `next_attempt_at` None: at once."""

    notification: Notification
    attempts: int
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """The cell as the store holds it. A home already holds every input up to its `saved_seq`; inputs after `checkpoint_seq`
    must be stepped again for homes that do not. `hub_time_at` None: nothing was ever committed."""

    homes: dict[str, Home]
    saved_seq: dict[str, int]
    checkpoint_seq: int
    last_seq: int
    hub_time_at: datetime | None
    pending: list[PendingNotification]
    damaged: frozenset[str] = frozenset()
    """Homes of which something could not be read."""
