"""What is committed: the homes of the cell, and what follows from a commit. The engine's thread alone changes it."""

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from firmware_contracts.vocabulary import Kind
from hub.clock import PLAUSIBLE_FROM, HubClock
from hub.core.alerts import Alert
from hub.core.arrival import after_time_step
from hub.core.clock_jump import TOLD_FROM, Jump, jump_over
from hub.core.context import Context
from hub.core.home import UNASSIGNED_HOME_ID, Home
from hub.core.outcome import Result
from hub.core.step import woken_in_time
from hub.engine.gate import Gate
from hub.engine.health import Counters
from hub.engine.hours import wall_offset
from hub.engine.inbox import settle
from hub.engine.outlets import Outlets, Silence
from hub.engine.reading import sort_of
from hub.engine.turn import Load, Turn
from hub.engine.unsaved import Unsaved
from hub.engine.wakes import Wakes
from hub.ingest.message import RawMessage, SessionName
from hub.store import clock_doubt
from hub.store.store import JournalLine, Loaded, Store

log = logging.getLogger(__name__)

LOGGED = 100
"""Alerts that the log names of a jump."""

KEEP_DOUBT_EVERY = timedelta(seconds=15)
"""A run that ends sooner adds nothing to a doubt: small against the hour, and a few hundred short writes in all."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unplaced:
    """The newest message that could not be placed, until one of its sort is: an emergency names its home, and the hub is not
    well. `sender`: home and device of its topic."""

    sort: tuple[SessionName, Kind | None]
    sender: tuple[str, str] | None
    error: str

    def __str__(self) -> str:
        of = f" of home {self.sender[0]}, device {self.sender[1]}," if self.sender is not None else ""
        return (
            f"the newest message of its sort{of} could not be placed ({self.error}): an emergency names each such home, and no "
            f"device is told heard; telephone them, look at the log, restore a backup of a damaged store, start the hub again"
        )


class Committed:
    """The homes as last committed, when each is due, what is not saved yet, and who is told after a commit."""

    def __init__(self, store: Store, clock: HubClock, context: Context, save_every_s: float) -> None:
        self.gate = Gate()
        self.counters = Counters()
        self.outlets: Outlets = Silence()
        self.listeners: list[Callable[[Sequence[JournalLine]], None]] = []
        self.context = context
        self.homes: dict[str, Home] = {}
        self.load = Load()
        self.last_seq = 0
        self.last_at = clock.now()
        self.wakes = Wakes()
        self._store = store
        self._clock = clock
        self._save_every_s = save_every_s
        self.unsaved = Unsaved(store, {}, 0, save_every_s)
        self._step_unsaved = False
        self._kept_doubt = store.write(clock_doubt.load)
        self.untold: list[Jump] = []
        self.unplaced: Unplaced | None = None

    def take_over(self, loaded: Loaded) -> None:
        """What the store kept."""
        self.homes, self.last_seq = dict(loaded.homes), loaded.last_seq
        self.unsaved = Unsaved(self._store, loaded.homes, loaded.checkpoint_seq, self._save_every_s)
        for home in self.homes.values():
            for alert in home.alerts.values():
                self.load.update(alert)
        for home in [self.homes[home_id] for home_id in loaded.damaged if home_id in self.homes]:
            # What could not be read of it stands otherwise in the store: the next save writes all of it.
            self.unsaved.saved.pop(home.id, None)
            self.homes[home.id] = replace(
                home, alerts={key: self._with_policy(alert) for key, alert in home.alerts.items()}
            )

    def _with_policy(self, alert: Alert) -> Alert:
        """An alert that could not be read has lost its policy: once it is taken and let fall, it follows that of its severity."""
        return (
            alert
            if alert.policy.steps
            else replace(alert, policy=self.context.policies[alert.severity.value])
        )

    def make_ready(self) -> None:
        """After the recovery: the unassigned home exists, and every home is woken in time."""
        if UNASSIGNED_HOME_ID not in self.homes:
            self.homes[UNASSIGNED_HOME_ID] = self.new_turn(self._clock.now()).unassigned()
        now = self._clock.now()
        for home_id, loaded in self.homes.items():
            self.homes[home_id] = home = woken_in_time(loaded, now)
            self.wakes.arm(home)

    def instant(self) -> datetime:
        """Hub time for a turn: not before the last input of the one before, so that every input has an instant of its own."""
        return max(self._clock.now(), self.last_at)

    def new_turn(self, now: datetime) -> Turn:
        return Turn(self.homes, self.unsaved.saved, self.last_seq, now, self.context, self.load.copy())

    def save_all(self) -> None:
        """Write everything now."""
        self.unsaved.save_all(self.homes, self.last_seq, self.instant())

    def adopt_outage(self) -> None:
        """Follow a wall clock that jumped ahead. What is known of devices, whose clocks did not jump, moves along and is saved
        before anything is judged by it: raises StoreUnavailable while that must wait, at every call until it is done."""
        gap = self._clock.adopt_step()
        if gap:
            self._note_jump(gap)
            self._move_devices(gap)
            self._step_unsaved = True
        if self._step_unsaved:
            self.save_all()
            self._step_unsaved = False
        self._keep_doubt()

    def _note_jump(self, gap: timedelta) -> None:
        until_at = self._clock.now()
        jump = jump_over(self.homes.values(), until_at - gap, until_at)
        log.warning(
            "hub time went forward by %.0f s: the clock was stepped or the machine stood still; alerts due by it: %d %s",
            *(gap.total_seconds(), len(jump.alert_ids), " ".join(jump.alert_ids[:LOGGED])),
        )
        if jump.by >= TOLD_FROM and jump.from_at >= PLAUSIBLE_FROM:
            self.untold.append(jump)

    def _keep_doubt(self) -> None:
        """A doubt about the wall clock outlives this run; what is not written now is written with the next look."""
        doubt, kept = self._clock.doubt_to_keep(), self._kept_doubt
        if doubt == kept:
            return
        if (
            doubt is not None
            and kept is not None
            and kept.lasted <= doubt.lasted < kept.lasted + KEEP_DOUBT_EVERY
        ):
            return
        self._store.write(lambda connection: clock_doubt.keep(connection, doubt))
        self._kept_doubt = doubt

    def _move_devices(self, gap: timedelta) -> None:
        if gap >= TOLD_FROM:
            # A smaller one is a clock being corrected: time and again, it must not put off for ever that a device is missed.
            self.context = replace(
                self.context,
                resumed_at=self._clock.now(),
                away_for=gap,
                version=self.context.version + 1,
            )
        moved = [home for home in self.homes.values() if home.devices]
        for home in moved:
            devices = {key: after_time_step(state, gap) for key, state in home.devices.items()}
            self.homes[home.id] = replace(home, devices=devices)
        self.unsaved.adopt({}, [home.id for home in moved], {})

    def follow_wall(self) -> None:
        """Hub time never goes back; the people on duty follow the wall clock all the same."""
        context = self.context
        offset, synchronised = wall_offset(self._clock, context.wall_offset)
        if offset != context.wall_offset or synchronised is not context.wall_synchronised:
            self.context = replace(
                context, wall_offset=offset, wall_synchronised=synchronised, version=context.version + 1
            )

    def commit(self, turn: Turn) -> list[JournalLine]:
        """Write the batch; with the gate shut when it decides that something is not sent any more."""
        batch = turn.batch
        self.unsaved.take_along(batch, turn.saved)
        cancels = any(effect.outcome.cancel for effect in batch.effects)
        try:
            if cancels or turn.notifications or turn.done_ids:
                with self.gate.shut():
                    lines = self._store.commit(batch)
                    self.gate.admit(turn.notifications)
                    self.gate.turn_away(turn.done_ids)
                    self.gate.turn_away(done for line in lines for done in line.cancelled)
            elif batch.inputs or batch.effects or batch.rejections or batch.failures:
                lines = self._store.commit(batch)
            else:
                lines = []
        except Exception:
            self.counters.commit_failures += 1
            raise
        self.counters.commits += 1
        self.counters.failed_steps += len(batch.failures)
        self.counters.journal_lines += len(lines)
        self._adopt(turn)
        return lines

    def note_placed(self, messages: Sequence[RawMessage]) -> None:
        """These messages were placed, and what followed is committed."""
        if self.unplaced is not None and any(sort_of(one) == self.unplaced.sort for one in messages):
            self.unplaced = None

    def _adopt(self, turn: Turn) -> None:
        """The commit stands: what the turn worked out is now what is."""
        self.last_seq = turn.last_seq
        self.last_at = max(self.last_at, turn.now)
        homes, now = self.homes, turn.now
        for home_id, home in turn.working.items():
            before, wake_at = homes.get(home_id), home.wake_at
            homes[home_id] = home
            # One that is due has lost its place in the index; any other keeps it while its wake time stays.
            is_due = wake_at is not None and wake_at <= now
            if before is None or wake_at is not before.wake_at or is_due:
                self.wakes.arm(home)
        self.wakes.tidy(homes)
        self.unsaved.adopt(turn.saved, turn.dirty, turn.telemetry)
        if turn.load_changed:
            self.load = turn.load

    def perform(
        self,
        turn: Turn,
        messages: Sequence[RawMessage],
        answers: Iterable[tuple[Future[Result], Result]],
        lines: Sequence[JournalLine],
    ) -> None:
        """Everything that may only happen after the commit, most urgent first. One that fails keeps none of the others, and
        nothing of the batch is stepped again: it is committed. Raises Unsent."""
        if turn.heard:
            self.counters.heard += len(turn.heard)
            _attempt("saying heard", self.outlets.say_heard, turn.heard)
        if messages:
            _attempt("acknowledging", self.outlets.acknowledge, messages)
        if lines:
            for listener in tuple(self.listeners):
                _attempt("telling a listener of the journal", listener, lines)
        if turn.notifications and not _attempt("sending", self.outlets.send, turn.notifications):
            raise Unsent(f"{len(turn.notifications)} notifications are committed, but no sender has them")
        for future, result in answers:
            settle(future, result)


class Unsent(BaseException):
    """The senders do not take what is committed: the process must end, for its start sends what waits in the outbox. No
    `except Exception` may take this for a batch that was not committed."""


def _attempt(what: str, do: Callable[[Sequence[T]], None], with_: Sequence[T]) -> bool:
    """Do something after the commit; whether it went well."""
    try:
        do(with_)
    except Exception:
        log.exception("%s failed after the commit", what)
        return False
    return True
