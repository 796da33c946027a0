"""From the outbox to the channels: one lane per channel, several attempts, and a report about each of them to the engine.

At least once: what a restart finds undone is enqueued again with the same ids. No attempt starts after `may_start` said no;
it is asked just before each one. A channel that hangs holds the threads of its own lane and no others.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from time import monotonic
from typing import Final

from hub.core.events import DeliveryOutcome, DeliveryReport
from hub.core.notifications import HOME_CHANNEL, Notification
from hub.notify.channel import Attempt, Channel, PermanentFailure, Received, Sent, TemporaryFailure
from hub.notify.lane import RETRY_AFTER_LIMIT, Lane, LaneSettings, Task, retry_pause

log = logging.getLogger(__name__)

DEFAULT_LANES: Final[Mapping[str, LaneSettings]] = {
    # An older sentence must not be spoken after a newer one; one broker connection needs one thread.
    HOME_CHANNEL: LaneSettings(parallel=1, max_age=timedelta(minutes=10), latest_only=True),
}

UNKNOWN_CHANNEL: Final = "unknown"
"""The lane of notifications whose channel is not set up: each fails, and is said so."""


class _NotSetUp:
    name = UNKNOWN_CHANNEL

    def send(self, notification: Notification, attempt: int) -> Attempt:
        return PermanentFailure(f"no channel {notification.channel!r} is set up")


FAILING_COUNTED: Final = 1_000
"""Of so many notifications it is remembered that they failed one after the other: enough to say how bad it is."""

HANGS_AFTER = timedelta(minutes=2)
"""An attempt that has been on its way for longer does not come back."""


@dataclass(frozen=True, slots=True)
class LaneHealth:
    """How a lane stands. `threads` live of `expected` (0 before start and after stop): fewer means that the lane has died.

    `out_for` is how long the oldest attempt has been on its way: a hanging channel shows here. `last_problem` is the newest
    failure that was not followed by a success, `failing` how many different notifications have failed since the last one, and
    `failing_for` since when. `untried`: no attempt has come to an end yet.
    """

    channel: str
    threads: int
    expected: int
    waiting: int
    out: int
    out_for: timedelta
    last_problem: str | None
    unreported: int
    failing: int = 0
    failing_for: timedelta = timedelta()
    untried: bool = False

    @property
    def dead(self) -> bool:
        return self.threads < self.expected

    @property
    def delivers(self) -> bool:
        """Whether the newest attempt that came to an end was taken, and none hangs."""
        return not self.dead and self.last_problem is None and self.out_for <= HANGS_AFTER

    @property
    def proven(self) -> bool:
        """Whether it delivers, and not only for want of a try."""
        return self.delivers and not self.untried


class _Line:
    """A channel, its lane, its threads and what went wrong last."""

    def __init__(self, channel: Channel, settings: LaneSettings) -> None:
        self.channel = channel
        self.lane = Lane(settings)
        self.threads: list[Thread] = []
        self.last_problem: str | None = None
        self.unreported = 0
        self.untried = True
        self.failing: set[str] = set()
        self.failing_since: datetime | None = None

    def delivered(self) -> None:
        self.untried, self.last_problem, self.failing_since = False, None, None
        self.failing.clear()

    def failed(self, notification_id: str, detail: str, at: datetime) -> None:
        self.untried, self.last_problem = False, detail
        self.failing_since = self.failing_since or at
        if len(self.failing) < FAILING_COUNTED:
            self.failing.add(notification_id)


class Sender:
    """Performs notifications. `may_start(id)` says whether an attempt may still begin; `report` takes every outcome and must
    not block; `now` is hub time. All three are called in the lanes' threads."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        may_start: Callable[[str], bool],
        report: Callable[[DeliveryReport], None],
        now: Callable[[], datetime],
        lanes: Mapping[str, LaneSettings] = DEFAULT_LANES,
    ) -> None:
        self._may_start = may_start
        self._report = report
        self._now = now
        self._running = False
        self._lines = {
            name: _Line(channel, lanes.get(name) or DEFAULT_LANES.get(name) or LaneSettings())
            for name, channel in channels.items()
        }
        self._not_set_up = _Line(_NotSetUp(), LaneSettings(parallel=1))

    @property
    def ways_to_people(self) -> frozenset[str]:
        """The channels that are set up, but the one into homes; whether each delivers at this moment is in `health`."""
        return frozenset(self._lines) - {HOME_CHANNEL}

    @property
    def _all_lines(self) -> tuple[_Line, ...]:
        return (*self._lines.values(), self._not_set_up)

    def enqueue(
        self, notifications: Iterable[Notification], attempts: int = 0, not_before: datetime | None = None
    ) -> None:
        """Send these, the first attempt not before `not_before`. `attempts` were made by an earlier run of the hub. An id that
        is already on its way is not taken twice. Never blocks."""
        due_at = not_before or self._now()
        for notification in notifications:
            line = self._lines.get(notification.channel, self._not_set_up)
            line.lane.add(notification, attempts, due_at)

    def start(self) -> None:
        """Start the threads of every lane."""
        if self._running:
            raise RuntimeError("the sender is already running: stop it first")
        self._running = True
        for line in self._all_lines:
            line.threads = [
                Thread(
                    target=self._work, args=(line,), name=f"notify-{line.channel.name}-{number}", daemon=True
                )
                for number in range(1, line.lane.settings.parallel + 1)
            ]
            for thread in line.threads:
                thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End the threads after their present attempt; False when one still hangs after `timeout_s` for all together. What was
        not sent stays in the outbox."""
        self._running = False
        for line in self._all_lines:
            line.lane.wake()
        give_up_at_s = monotonic() + timeout_s
        ended = True
        for line in self._all_lines:
            for thread in line.threads:
                thread.join(max(give_up_at_s - monotonic(), 0.0))
                if thread.is_alive():
                    ended = False
                    log.warning("thread %s still hangs in its attempt at stop", thread.name)
            line.threads = []
        return ended

    def health(self) -> tuple[LaneHealth, ...]:
        """How every lane stands now."""
        now = self._now()
        return tuple(self._line_health(line, now) for line in self._all_lines)

    def _line_health(self, line: _Line, now: datetime) -> LaneHealth:
        waiting, out, oldest = line.lane.load()
        return LaneHealth(
            channel=line.channel.name,
            threads=sum(thread.is_alive() for thread in line.threads),
            expected=len(line.threads) if self._running else 0,
            waiting=waiting,
            out=out,
            out_for=max(now - oldest, timedelta()) if oldest is not None else timedelta(),
            last_problem=line.last_problem,
            unreported=line.unreported,
            failing=len(line.failing),
            failing_for=max(now - line.failing_since, timedelta()) if line.failing_since else timedelta(),
            untried=line.untried,
        )

    def run_due(self, now: datetime | None = None) -> int:
        """Make every attempt that is due, in this thread, and return how many tasks were looked at; for tests and simulation
        that step the time instead of starting threads."""
        at = now or self._now()
        count = 0
        for line in self._all_lines:
            while (task := line.lane.take(at)) is not None:
                self._attempt(line, task, at)
                count += 1
        return count

    def next_due_at(self) -> datetime | None:
        """The earliest instant at which `run_due` has something to do."""
        instants = [at for line in self._all_lines if (at := line.lane.next_due_at()) is not None]
        return min(instants, default=None)

    def _work(self, line: _Line) -> None:
        """A thread's life: take what is due, else sleep until something is."""
        try:
            while (task := line.lane.wait(self._now, lambda: self._running)) is not None:
                self._attempt(line, task, self._now())
        except BaseException:
            # The thread ends here. `health` shows its lane as dead, for the hub's watchdog to act on; this is the reason.
            log.critical("a thread of channel %s died", line.channel.name, exc_info=True)

    def _attempt(self, line: _Line, task: Task, now: datetime) -> None:
        """One task, from the last question to the report."""
        notification = task.notification
        if task.superseded:
            line.lane.done(task)
            self._tell(line, task, DeliveryOutcome.FAILED, task.attempts, "replaced by a newer message")
            return
        attempt = task.attempts + 1
        finished = False
        try:
            try:
                if not self._may_start(notification.id):
                    finished = True
                    line.lane.done(task)
                    return
                result = line.channel.send(notification, attempt)
            except Exception as error:  # whatever a channel does, its lane goes on with the next message
                log.warning(
                    "attempt %d of notification %s over channel %s raised %s",
                    *(attempt, notification.id, line.channel.name, type(error).__name__),
                    exc_info=True,
                )
                result = TemporaryFailure(f"{type(error).__name__} in the channel")
            finished = True
            self._settle(line, task, attempt, result, max(now, self._now()))
        finally:
            if not finished:
                # The thread is dying; its message is left to another one.
                line.lane.again(task, now + retry_pause(notification.id, attempt))

    def _settle(self, line: _Line, task: Task, attempt: int, result: Attempt, ended_at: datetime) -> None:
        """Another attempt or the end, and the report."""
        match result:
            case Sent() | Received():
                line.lane.done(task)
                line.delivered()
                received = isinstance(result, Received)
                outcome = DeliveryOutcome.RECEIVED if received else DeliveryOutcome.SENT
                self._tell(line, task, outcome, attempt, "")
            case PermanentFailure(detail):
                line.lane.done(task)
                line.failed(task.notification.id, detail, ended_at)
                self._tell(line, task, DeliveryOutcome.FAILED, attempt, detail)
            case TemporaryFailure(detail, retry_after):
                line.failed(task.notification.id, detail, ended_at)
                why = self._given_up(line, task, attempt, ended_at)
                if why is not None:
                    line.lane.done(task)
                    self._tell(line, task, DeliveryOutcome.FAILED, attempt, f"{detail}; {why}")
                    return
                pause = retry_pause(task.notification.id, attempt)
                if retry_after is not None:
                    pause = max(pause, min(retry_after, RETRY_AFTER_LIMIT))
                next_at = ended_at + pause
                # Told first: the next attempt must not be reported before this one.
                self._tell(line, task, DeliveryOutcome.RETRY, attempt, detail, next_at)
                line.lane.again(task, next_at)

    def _given_up(self, line: _Line, task: Task, attempt: int, now: datetime) -> str | None:
        """Why no further attempt is made, or None."""
        settings = line.lane.settings
        if task.superseded:
            return "replaced by a newer message"
        if task.never_given_up:
            return None
        if attempt >= settings.max_attempts:
            return f"given up after {attempt} attempts"
        if now - task.notification.created_at >= settings.max_age:
            return f"given up after {settings.max_age}"
        return None

    def _tell(
        self,
        line: _Line,
        task: Task,
        outcome: DeliveryOutcome,
        attempt: int,
        detail: str,
        next_at: datetime | None = None,
    ) -> None:
        notification = task.notification
        report = DeliveryReport(
            home_id=notification.home_id,
            notification_id=notification.id,
            alert_id=notification.alert_id,
            outcome=outcome,
            attempt=attempt,
            next_attempt_at=next_at,
            detail=detail,
            request_id=notification.request_id,
        )
        try:
            self._report(report)
        except Exception:  # the row stays undone in the outbox and is sent again after a restart
            line.unreported += 1
            log.exception("the report on notification %s could not be handed over", notification.id)
