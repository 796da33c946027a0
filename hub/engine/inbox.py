"""What waits for the engine: bounded queues by urgency, so that a press never stands behind telemetry, nor behind a
device that presses without end."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from hub.core.events import ActorRole, Command, DeliveryReport, SetProfile
from hub.core.outcome import Result
from hub.engine.fair_queue import FairQueue
from hub.ingest.message import RawMessage, SessionName
from hub.store.store import Connection

T = TypeVar("T")

BACK_PRESSURE_CHECK_S = 0.05
"""How often a blocked session looks whether there is room again."""

PROFILES_AT_ONCE = 20
"""Of a directory that thousands of homes follow anew: a press waits for so many, not for all."""

SHARE = 8
"""An eighth of a batch is kept for each queue in which something waits; the directory can wait."""


def settle(waiting: Future[T], result: T | None = None, error: BaseException | None = None) -> None:
    """Tell whoever waits. One who has given up (a cancelled future) must not end the engine's thread."""
    with suppress(InvalidStateError):
        if error is not None:
            waiting.set_exception(error)
        else:
            waiting.set_result(cast(T, result))


@dataclass(frozen=True, slots=True)
class Ordered:
    """A command and where its result goes."""

    command: Command
    result: Future[Result]


@dataclass(frozen=True, slots=True)
class Write:
    """Statements of somebody else, run by the one writer in a transaction of their own."""

    do: Callable[[Connection], Any]
    result: Future[Any]


Item = RawMessage | Ordered | Write | DeliveryReport


class Inbox:
    """Queues filled by many threads and emptied by one. Sessions block when theirs is full; commands and reports never do."""

    def __init__(self, urgent_bound: int, telemetry_bound: int, linger_s: float = 0.0) -> None:
        self.orders: deque[Ordered] = deque()
        self.profiles: deque[Ordered] = deque()
        self.writes: deque[Write] = deque()
        self.reports: deque[DeliveryReport] = deque()
        self.messages: dict[SessionName, deque[RawMessage] | FairQueue] = {
            SessionName.URGENT: FairQueue(),
            SessionName.FOREIGN: FairQueue(),
            SessionName.TELEMETRY: deque(),
        }
        self._bounds = {
            SessionName.URGENT: urgent_bound,
            SessionName.FOREIGN: telemetry_bound,
            SessionName.TELEMETRY: telemetry_bound,
        }
        self._linger_s = linger_s
        self._telemetry_taken_at_s = 0.0
        self._telemetry_held = False
        self._waiting = False
        self._wake = threading.Event()
        self._room = threading.Event()
        self._closed = False

    def offer(self, message: RawMessage) -> None:
        """Take a message; blocks its session while that session's queue is full. After `close` it is left to the broker."""
        queue = self.messages[message.session]
        bound = self._bounds[message.session]
        while len(queue) >= bound:
            if self._closed:
                return
            self._room.clear()
            if len(queue) >= bound:
                self._room.wait(BACK_PRESSURE_CHECK_S)
        queue.append(message)
        if self._waiting:
            self._wake.set()

    def order(self, ordered: Ordered) -> None:
        command = ordered.command
        bulk = isinstance(command, SetProfile) and command.by.role is ActorRole.SYSTEM
        (self.profiles if bulk else self.orders).append(ordered)
        self._wake.set()

    def write(self, write: Write) -> None:
        self.writes.append(write)
        self._wake.set()

    def report(self, report: DeliveryReport) -> None:
        self.reports.append(report)
        self._wake.set()

    def close(self) -> None:
        """Blocked sessions go on; what they hold is not acknowledged, so the broker keeps it."""
        self._closed = True
        self._room.set()
        self._wake.set()

    def made_room(self) -> None:
        self._room.set()

    def take(self, room: int, monotonic_s: float) -> list[Item]:
        """The next batch, most urgent first: urgent messages, commands of people, foreign messages, reports, some of the
        directory's profiles, then telemetry as far as there is room. Of each that waits at least a share comes along: an answer
        must not stand behind a device that presses without end, nor a button behind Zigbee2MQTT."""
        items: list[Item] = []
        lanes: list[tuple[deque[Any] | FairQueue, int]] = [
            (self.messages[SessionName.URGENT], room),
            (self.orders, room),
            (self.messages[SessionName.FOREIGN], room),
            (self.reports, room),
            (self.profiles, PROFILES_AT_ONCE),
        ]
        telemetry = self.messages[SessionName.TELEMETRY]
        may_go = self._telemetry_may_go(len(telemetry) >= room, monotonic_s)
        self._telemetry_held = bool(telemetry) and not may_go
        if telemetry and may_go:
            self._telemetry_taken_at_s = monotonic_s
            lanes.append((telemetry, room))
        for number, (lane, at_most) in enumerate(lanes):
            kept = sum(
                min(len(other), room // SHARE)
                for other, _ in lanes[number + 1 :]
                if other is not self.profiles
            )
            count = min(len(lane), at_most, max(room - len(items) - kept, 0))
            items.extend(lane.popleft() for _ in range(count))
        return items

    def _telemetry_may_go(self, enough: bool, monotonic_s: float) -> bool:
        """On a gateway telemetry waits for company; anything urgent takes it along."""
        lingered = monotonic_s - self._telemetry_taken_at_s >= self._linger_s
        return lingered or enough or self._closed or self.urgent_waits()

    def urgent_waits(self) -> bool:
        """Whether anything but telemetry waits."""
        return bool(
            self.orders
            or self.profiles
            or self.writes
            or self.messages[SessionName.URGENT]
            or self.messages[SessionName.FOREIGN]
            or self.reports
        )

    def __len__(self) -> int:
        return (
            len(self.orders)
            + len(self.profiles)
            + len(self.writes)
            + len(self.reports)
            + sum(len(queue) for queue in self.messages.values())
        )

    def wait(self, timeout_s: float, monotonic_s: float) -> None:
        """Sleep until something was put in, telemetry that was held back may go, or the time is over. Only the engine's thread
        calls it."""
        self._waiting = True
        try:
            if self._telemetry_held:
                timeout_s = min(timeout_s, self._telemetry_taken_at_s + self._linger_s - monotonic_s)
            idle = not self.urgent_waits() if self._telemetry_held else len(self) == 0
            if idle and not self._closed and timeout_s > 0:
                self._wake.wait(timeout_s)
            self._wake.clear()
        finally:
            self._waiting = False

    def wake(self) -> None:
        """End the engine's sleep."""
        self._wake.set()
