"""Where a turn's effects go after its commit."""

from collections.abc import Sequence
from typing import Protocol

from hub.core.notifications import Heard, Notification
from hub.ingest.message import RawMessage


class Outlets(Protocol):
    """Where effects go after the commit. Every method is called in the engine's thread and must not block."""

    def acknowledge(self, messages: Sequence[RawMessage]) -> None:
        """Tell the broker that these are safe."""

    def say_heard(self, heard: Sequence[Heard]) -> None:
        """Tell the pressing devices."""

    def send(self, notifications: Sequence[Notification]) -> None:
        """Give these to the senders."""


class Silence:
    """Outlets that lead nowhere, until others are connected."""

    def acknowledge(self, messages: Sequence[RawMessage]) -> None:
        """Nobody to tell."""

    def say_heard(self, heard: Sequence[Heard]) -> None:
        """Nobody to tell."""

    def send(self, notifications: Sequence[Notification]) -> None:
        """Nobody to tell."""
