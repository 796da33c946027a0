"""The gate between the outbox and the senders: no attempt starts once the answer that cancels it is committed."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from hub.core.notifications import Notification


class Gate:
    """Knows which notifications may still begin. Asked just before the first byte of every attempt, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live: set[str] = set()

    def may_start(self, notification_id: str) -> bool:
        """Whether an attempt may begin now. Waits while a cancelling commit is under way."""
        with self._lock:
            return notification_id in self._live

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Held around a commit that cancels: nothing begins while it is decided."""
        with self._lock:
            yield

    def admit(self, notifications: Iterable[Notification]) -> None:
        """These are committed and may be sent (called with the gate shut, or before the senders run)."""
        self._live.update(notification.id for notification in notifications)

    def turn_away(self, notification_ids: Iterable[str]) -> None:
        """These are cancelled or done (called with the gate shut)."""
        self._live.difference_update(notification_ids)

    def __len__(self) -> int:
        return len(self._live)
