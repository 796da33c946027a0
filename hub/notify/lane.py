"""The queue of one channel, between the outbox and the sender's threads: who is next, who waits for another attempt, who is out.

Gravest first, what was never tried before what is repeated, then in order of arrival. A page that has not gone out gives its
place to a newer one about the same alert to the same person: a button that is stuck fills one place. One address is served by
one thread at a time, so messages to a person or device never overtake each other, and a slow receiver holds one thread.
"""

import bisect
import hashlib
import heapq
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Condition
from typing import Final

from hub.core.alerts import Severity
from hub.core.notifications import Notification, Template
from hub.notify.texts import severity_of

RETRY_FIRST_S: Final = 1
RETRY_LIMIT_S: Final = 60
JITTER: Final = 0.2
"""Pauses are 1, 2, 4 ... 60 s, each within +-20 %, so that what failed together does not come back together."""

RETRY_AFTER_LIMIT: Final = timedelta(minutes=5)
"""A receiver may ask for patience, not for silence."""

_ENDS: Final = frozenset({Template.HOME_CLOSED, Template.HOME_MISTAKE})

_PAGES_REMEMBERED: Final = 10_000
"""Of so many pages of alerts it is known that they were tried before; beyond that the oldest count as new again."""

_LOOK_AGAIN_S: Final = 5.0
"""Hub time can jump forward; waiting threads look at it this often."""


@dataclass(frozen=True, slots=True)
class LaneSettings:
    """`parallel` threads. After `max_attempts` or `max_age` (since the notification was made) a message has failed; the page of
    an emergency that waits for an answer is never given up. `latest_only`: a newer message about the same alert to the same
    address replaces one that has not gone out, whatever both say; without it only a page replaces a page."""

    parallel: int = 4
    max_attempts: int = 60
    max_age: timedelta = timedelta(hours=1)
    latest_only: bool = False


@dataclass(slots=True, eq=False)
class Task:
    """A notification on its way; `attempts` made so far, earlier runs of the hub included. `place` is its turn among equals:
    its own order, or that of the page it replaced. `repeats`: a page like it was tried before."""

    notification: Notification
    order: int
    attempts: int
    due_at: datetime
    place: int
    repeats: bool = False
    superseded: bool = False
    started_at: datetime | None = None

    @property
    def rank(self) -> tuple[int, bool, int]:
        return severity_of(self.notification).rank, self.repeated, self.place

    @property
    def repeated(self) -> bool:
        return self.attempts > 0 or self.repeats

    @property
    def never_given_up(self) -> bool:
        """An emergency's page: retried until somebody has answered, which cancels it."""
        notification = self.notification
        return (
            notification.template is Template.ALERT
            and notification.cancel_on_answer
            and severity_of(notification) is Severity.EMERGENCY
        )


def retry_pause(notification_id: str, attempt: int) -> timedelta:
    """The pause after failed attempt number `attempt`; the same for the same id, so a replay gives the same instants."""
    digest = hashlib.blake2b(f"{notification_id}|{attempt}".encode(), digest_size=8).digest()
    share = int.from_bytes(digest, "big") / (2**64 - 1)
    pause_s = min(RETRY_LIMIT_S, RETRY_FIRST_S * 2 ** min(attempt - 1, 16))
    return timedelta(seconds=pause_s * (1 - JITTER + 2 * JITTER * share))


def _replaces(newer: Notification, older: Notification) -> bool:
    """Whether `older`, said after `newer`, would be out of date. That an ambulance was called stays true until the end."""
    if (older.address, older.alert_id) != (newer.address, newer.alert_id):
        return False
    return older.template is not Template.HOME_AMBULANCE or newer.template in _ENDS


_PageKey = tuple[str | None, str, str | None, Severity, bool]


def _page_key(notification: Notification) -> _PageKey | None:
    """Equal for pages of which only the newest need go out; None for what is no page. A graver page is another one."""
    if notification.template is not Template.ALERT:
        return None
    severity = severity_of(notification)
    return (
        *(notification.alert_id, notification.address, notification.person_id),
        *(severity, notification.cancel_on_answer),
    )


class Lane:
    """Safe to use from several threads."""

    def __init__(self, settings: LaneSettings) -> None:
        self.settings = settings
        self._changed = Condition()
        self._tasks: dict[str, Task] = {}
        self._waiting: list[tuple[datetime, int, Task]] = []
        self._ready: list[Task] = []
        self._out: dict[str, Task] = {}
        self._pages: dict[_PageKey, Task] = {}
        self._tried: OrderedDict[_PageKey, None] = OrderedDict()
        self._orders = 0

    def add(self, notification: Notification, attempts: int, due_at: datetime) -> None:
        """Take a notification in; one that is already here (by id) stays as it is."""
        with self._changed:
            if notification.id in self._tasks:
                return
            if self.settings.latest_only:
                self._supersede(notification, due_at)
            self._orders += 1
            task = Task(notification, self._orders, attempts, due_at, place=self._orders)
            self._take_the_place(task)
            self._tasks[notification.id] = task
            heapq.heappush(self._waiting, (task.due_at, task.order, task))
            self._changed.notify_all()

    def _take_the_place(self, newer: Task) -> None:
        """A page that has not gone out yet is replaced where it stands: many presses neither lengthen the queue nor fall back."""
        key = _page_key(newer.notification)
        if key is None:
            return
        older = self._pages.get(key)
        self._pages[key] = newer
        newer.repeats = key in self._tried
        if older is None or older.superseded:
            return
        if older.notification.id not in self._out:
            newer.place = older.place
            newer.due_at = min(newer.due_at, older.due_at)
        self._replace(older, newer.due_at)

    def _supersede(self, newer: Notification, now: datetime) -> None:
        for task in self._tasks.values():
            if not task.superseded and _replaces(newer, task.notification):
                self._replace(task, now)

    def _replace(self, task: Task, now: datetime) -> None:
        task.superseded = True
        if task.due_at > now and task.notification.id not in self._out:
            # What waits for another attempt is ended now; its old place in the heap is skipped later.
            task.due_at = now
            heapq.heappush(self._waiting, (now, task.order, task))

    def take(self, now: datetime) -> Task | None:
        """The next task to attempt, now out; None when nothing is due or everything due must wait for its address."""
        with self._changed:
            self._move_due(now)
            busy = {task.notification.address for task in self._out.values()}
            retries = sum(task.repeated for task in self._out.values())
            # One thread is kept free of repetitions: dead receivers must not delay a new emergency.
            retries_full = self.settings.parallel > 1 and retries >= self.settings.parallel - 1
            for index, task in enumerate(self._ready):
                if task.notification.address in busy or (retries_full and task.repeated):
                    continue
                del self._ready[index]
                self._out[task.notification.id] = task
                task.started_at = now
                self._note_tried(task)
                return task
            return None

    def _note_tried(self, task: Task) -> None:
        key = _page_key(task.notification)
        if key is None or task.superseded:
            return
        self._tried[key] = None
        self._tried.move_to_end(key)
        if len(self._tried) > _PAGES_REMEMBERED:
            self._tried.popitem(last=False)

    def _move_due(self, now: datetime) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            due_at, _, task = heapq.heappop(self._waiting)
            if task.due_at == due_at and task.notification.id in self._tasks:
                bisect.insort(self._ready, task, key=lambda ready: ready.rank)

    def done(self, task: Task) -> None:
        """The task has ended; its address is free again."""
        with self._changed:
            self._out.pop(task.notification.id, None)
            self._tasks.pop(task.notification.id, None)
            key = _page_key(task.notification)
            if key is not None and self._pages.get(key) is task:
                del self._pages[key]
            self._changed.notify_all()

    def again(self, task: Task, due_at: datetime) -> None:
        """The task failed for now; another attempt at `due_at`."""
        with self._changed:
            self._out.pop(task.notification.id, None)
            task.attempts += 1
            task.due_at = due_at
            task.started_at = None
            heapq.heappush(self._waiting, (due_at, task.order, task))
            self._changed.notify_all()

    def wait(self, now: Callable[[], datetime], running: Callable[[], bool]) -> Task | None:
        """Sleep until a task can be taken, and take it; None when `running` says no (call `wake` after it changed)."""
        with self._changed:
            while running():
                task = self.take(now())
                if task is not None:
                    return task
                self._changed.wait(self._pause_s(now()))
            return None

    def wake(self) -> None:
        """Let every waiting thread look again."""
        with self._changed:
            self._changed.notify_all()

    def _pause_s(self, now: datetime) -> float | None:
        if not self._waiting:
            return None
        return min(max((self._waiting[0][0] - now).total_seconds(), 0.0), _LOOK_AGAIN_S)

    def next_due_at(self) -> datetime | None:
        """When the earliest waiting task falls due."""
        with self._changed:
            return self._waiting[0][0] if self._waiting else None

    def load(self) -> tuple[int, int, datetime | None]:
        """How many wait, how many are out, and since when the oldest of those is out."""
        with self._changed:
            started = [task.started_at for task in self._out.values() if task.started_at is not None]
            return len(self._tasks) - len(self._out), len(self._out), min(started, default=None)
