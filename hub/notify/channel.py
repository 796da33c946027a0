"""What the sender needs of a way to reach somebody: one synchronous attempt with one of four endings."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from hub.core.notifications import Notification


@dataclass(frozen=True, slots=True)
class Sent:
    """The next station has it; whether the person saw it is not known."""


@dataclass(frozen=True, slots=True)
class Received:
    """A receipt came back from the person's own side."""


@dataclass(frozen=True, slots=True)
class TemporaryFailure:
    """Worth another attempt, not before `retry_after`. `detail` holds no address and no text of the message."""

    detail: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class PermanentFailure:
    """The same attempt would fail again. `detail` holds no address and no text of the message."""

    detail: str


Attempt = Sent | Received | TemporaryFailure | PermanentFailure


class Channel(Protocol):
    """One way to reach somebody. `send` is called in the threads of the channel's own lane, and may block them alone.

    The same notification may be sent more than once (restart, lost answer): a channel passes `notification.id` on as the
    idempotency key. An exception counts as a temporary failure.
    """

    @property
    def name(self) -> str: ...

    def send(self, notification: Notification, attempt: int) -> Attempt:
        """Make attempt number `attempt` (the first is 1)."""
        ...
