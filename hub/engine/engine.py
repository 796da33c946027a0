"""The engine: one thread that takes what waits, steps it, commits it, and only then acknowledges, says *heard*, notifies.

`turn()` does one batch and can be driven by hand on a virtual clock; `start()` runs it in a thread.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from hub.clock import HubClock
from hub.core.arrival import after_time_step
from hub.core.commands import command_key
from hub.core.context import Context
from hub.core.events import Command, DeliveryReport, DeviceEvent, RaiseByHand, SetProfile
from hub.core.home import UNASSIGNED_HOME_ID, Home, Profile
from hub.core.outcome import RefusalCode, Refused, Result
from hub.core.step import event_keys, keys_to_remember
from hub.engine.gate import Gate
from hub.engine.health import Counters, EngineHealth, EngineSettings
from hub.engine.hours import CLOCK_PROBLEM_AT, clock_problem, wall_offset
from hub.engine.inbox import Inbox, Item, Ordered, Write
from hub.engine.outlets import Outlets, Silence
from hub.engine.reading import from_gateway, is_signal, unreadable_event
from hub.engine.recovery import recover
from hub.engine.turn import Load, Turn
from hub.engine.unsaved import Unsaved
from hub.engine.wakes import Wakes
from hub.ingest.decode import Decoded, Ignored, Rejected, decode
from hub.ingest.message import RawMessage, SessionName
from hub.ingest.zigbee2mqtt import BRIDGE_ID
from hub.ingest.zigbee_models import DeviceModel, model_named
from hub.store.store import Connection, JournalLine, PendingNotification, Store, StoreUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

UNKNOWN_DEVICE = "unknown_device"
"""Why a readable message of a device that nobody enrolled is kept as rejected (a call or fall of it alerts instead)."""

LOOK_AT_CLOCK_EVERY = 16
STORE_AGAIN_AFTER_S = 0.25


class Engine:
    """Owns the homes of a cell. Thread safe where it says so; `turn`, `recover` and `use` belong to one thread."""

    def __init__(
        self,
        store: Store,
        clock: HubClock,
        context: Context,
        cell: str,
        settings: EngineSettings | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.cell = cell
        self.gate = Gate()
        self.counters = Counters()
        self._store = store
        self._clock = clock
        self._context = replace(context, resumed_at=clock.now())
        self._settings = settings or EngineSettings()
        self._monotonic = monotonic
        self._outlets: Outlets = Silence()
        self._inbox = Inbox(
            self._settings.urgent_queue, self._settings.telemetry_queue, self._settings.telemetry_linger_s
        )
        self._retry: list[Item] = []
        self._homes: dict[str, Home] = {}
        self._load = Load()
        self._last_seq = 0
        self._last_at = clock.now()
        self._unsaved = Unsaved(store, {}, 0, self._settings.save_every_s)
        self._wakes = Wakes()
        self._listeners: list[Callable[[Sequence[JournalLine]], None]] = []
        self._on_fatal: Callable[[], None] = lambda: None
        self._store_problem: str | None = None
        self._turned_at = monotonic()
        self._recovered = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    # --- at start -----------------------------------------------------------------------------------------------------

    def recover(self) -> list[PendingNotification]:
        """Load the homes and step the log since they were saved; returns the notifications that still have to be sent."""
        self._follow_wall()
        loaded = self._store.load()
        self._homes, self._last_seq = dict(loaded.homes), loaded.last_seq
        self._unsaved = Unsaved(self._store, loaded.homes, loaded.checkpoint_seq, self._settings.save_every_s)
        for home in self._homes.values():
            for alert in home.alerts.values():
                self._load.update(alert)
        replayed = recover(self._store, loaded, self._new_turn, self._commit, self._read, self._now)
        if UNASSIGNED_HOME_ID not in self._homes:
            self._homes[UNASSIGNED_HOME_ID] = self._new_turn(self._now()).unassigned()
        for home in self._homes.values():
            self._wakes.arm(home)
        pending = self._store.load().pending if replayed else loaded.pending
        self.gate.admit(waiting.notification for waiting in pending)
        self._recovered = True
        log.info("recovered %d homes, %d inputs stepped again", len(self._homes), replayed)
        return pending

    def use(self, outlets: Outlets) -> None:
        """Connect the outlets."""
        self._outlets = outlets

    def start(self, on_fatal: Callable[[], None]) -> None:
        """Run turns in a thread of their own. `on_fatal` is called when that thread ends by an error."""
        self._on_fatal = on_fatal
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what waits in the queues, save everything, end the thread. Thread safe."""
        self._stopping.set()
        self._inbox.close()
        if self._thread is not None:
            self._thread.join(timeout=30)
        elif self._recovered:
            self._unsaved.save_all(self._homes, self._last_seq, self._instant())

    # --- what others call, from any thread ----------------------------------------------------------------------------

    def offer(self, message: RawMessage) -> None:
        """A message from a session; blocks while its queue is full."""
        self._inbox.offer(message)

    def submit(self, command: Command) -> Future[Result]:
        """A command of a person; the result comes after its commit."""
        result: Future[Result] = Future()
        self._inbox.order(Ordered(command, result))
        return result

    def write(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Run statements in the writer's thread, in a transaction of their own."""
        result: Future[T] = Future()
        self._inbox.write(Write(fn, result))
        return result

    def report(self, report: DeliveryReport) -> None:
        """What became of an attempt."""
        self._inbox.report(report)

    def home(self, home_id: str) -> Home | None:
        """The home as last committed: frozen."""
        return self._homes.get(home_id)

    def homes(self) -> Mapping[str, Home]:
        """All homes as last committed."""
        return dict(self._homes)

    def context(self) -> Context:
        return replace(self._context, load=self._load.by_person)

    def replace_context(self, change: Callable[[Context], Context]) -> None:
        """Rules, policies or people changed: the next step sees it. One more version, written into the journal."""

        def apply(_: Connection) -> None:
            self._context = replace(change(self._context), version=self._context.version + 1)

        self.write(apply).result(timeout=30)

    def now(self) -> datetime:
        """Hub time."""
        return self._clock.now()

    def subscribe(self, listener: Callable[[Sequence[JournalLine]], None]) -> Callable[[], None]:
        """Get every journal line right after its commit, in the engine's thread; returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def health(self) -> EngineHealth:
        """The engine at this moment."""
        since = self._monotonic() - self._turned_at
        problems: list[tuple[str, str]] = []
        if not self._recovered:
            problems.append(("recovering", "the hub is reading its store"))
        if self._store_problem is not None:
            problems.append(("store", self._store_problem))
        ahead = self._clock.wall_behind()
        if ahead > CLOCK_PROBLEM_AT:
            problems.append(("clock", clock_problem(ahead)))
        if self._thread is not None and (
            not self._thread.is_alive() or since > self._settings.stalled_after_s
        ):
            problems.append(("stalled", f"the engine has not turned for {since:.0f} s"))
        queues = self._inbox.messages
        counters = self.counters
        return EngineHealth(
            ready=not problems,
            problems=tuple(problems),
            waiting_urgent=len(queues[SessionName.URGENT]) + len(queues[SessionName.FOREIGN]),
            waiting_telemetry=len(queues[SessionName.TELEMETRY]),
            waiting_commands=len(self._inbox.orders) + len(self._inbox.profiles) + len(self._inbox.reports),
            homes=len(self._homes),
            unjudged_homes=sum(home.unjudged for home in self.homes().values()),
            unsaved_homes=len(self._unsaved),
            undelivered=len(self.gate),
            last_seq=self._last_seq,
            messages=counters.messages,
            ignored=counters.ignored,
            rejected=counters.rejected,
            failed_steps=counters.failed_steps,
            commands=counters.commands,
            ticks=counters.ticks,
            commits=counters.commits,
            commit_failures=counters.commit_failures,
            seconds_since_turn=since,
        )

    # --- a turn -------------------------------------------------------------------------------------------------------

    def turn(self) -> int:
        """Take what waits and is due, step it, commit it, perform its effects. Returns how many inputs it was.

        When the store cannot take the batch, nothing has happened: the same inputs are first in the next turn.
        """
        self._turned_at = self._monotonic()
        self._adopt_outage()
        self._follow_wall()
        self._run_writes()
        items = self._retry or self._inbox.take(self._settings.max_batch, self._monotonic())
        self._retry = []
        now = self._instant()
        due = self._wakes.due(self._homes, now, self._settings.max_batch)
        if not items and not due:
            self._save_some()
            return 0
        try:
            self._process(items, due, now)
        except StoreUnavailable as error:
            self._postpone(items, due, str(error))
            return 0
        except Exception:
            self._retry = []
            log.exception("a batch of %d inputs could not be committed; trying them one by one", len(items))
            self._process_singly(items, due)
        self._store_problem = None
        self._inbox.made_room()
        if not self._inbox.urgent_waits():
            self._save_some()
        return len(items) + len(due)

    def next_due_at(self) -> datetime | None:
        """The earliest instant at which time alone changes something."""
        return self._wakes.next_at()

    def _process(self, items: Sequence[Item], due: Sequence[str], now: datetime) -> None:
        turn = self._new_turn(now)
        answers: list[tuple[Future[Result], Result]] = []
        messages = [item for item in items if isinstance(item, RawMessage)]
        decoded = self._decode(messages)
        next_decoded = iter(decoded)
        stop_at = self._monotonic() + self._settings.max_batch_ms / 1000
        for number, item in enumerate(items):
            if number % LOOK_AT_CLOCK_EVERY == 0 and number and self._monotonic() > stop_at:
                self._retry = list(items[number:])
                messages = messages[: sum(isinstance(done, RawMessage) for done in items[:number])]
                break
            if isinstance(item, RawMessage):
                self._hear(turn, item, next(next_decoded))
            elif isinstance(item, Ordered):
                answers.append((item.result, self._obey(turn, item.command)))
            elif isinstance(item, DeliveryReport):
                home = turn.home(item.home_id)
                if home is not None:
                    turn.record(home, item)
        for home_id in due:
            home = turn.home(home_id)
            if home is not None:
                self.counters.ticks += 1
                turn.strike(home)
        lines = self._commit(turn)
        self._perform(turn, messages, answers, lines)

    def _process_singly(self, items: Sequence[Item], due: Sequence[str]) -> None:
        """One input spoils the batch: the others must not wait for it, and it must not stop the hub."""
        for number, item in enumerate(items):
            try:
                self._process([item], [], self._instant())
            except StoreUnavailable as error:
                self._postpone(items[number:], due, str(error))
                return
            except Exception as error:  # noqa: BLE001  (kept with its traceback; the others must not wait)
                self._give_up(item, error)
        for number, home_id in enumerate(due):
            try:
                self._process([], [home_id], self._instant())
            except StoreUnavailable as error:
                self._postpone([], due[number:], str(error))
                return
            except Exception as error:
                log.exception("home %s: what its wake time brought could not be committed", home_id)
                turn = self._new_turn(self._instant())
                turn.give_up_tick(self._homes[home_id], error)
                self._perform(turn, (), (), self._commit(turn))

    def _give_up(self, item: Item, error: Exception) -> None:
        """This input cannot be committed as judged: it is kept with its traceback, and a home that it names is unjudged."""
        log.error("an input could not be committed; it is kept among the failed ones", exc_info=error)
        turn = self._new_turn(self._instant())
        messages: list[RawMessage] = []
        if isinstance(item, RawMessage):
            messages.append(item)
            event = self._decode([item])[0]
            if isinstance(event, DeviceEvent):
                home, event = self._place(turn, event)
                turn.give_up(home, event, turn.log_message(item, home.id, seen=event.seen), error)
            else:
                turn.reject(item, "failed", f"the hub failed to keep it ({type(error).__name__})")
        elif isinstance(item, Ordered):
            item.result.set_exception(error)
        lines = self._commit(turn)
        self._perform(turn, messages, (), lines)

    def _decode(self, messages: Sequence[RawMessage]) -> list[Decoded]:
        """Read all messages of the batch and mark those calls and falls whose event was committed before."""
        decoded = [decode(message, self._model) for message in messages]
        keys = {
            key
            for event in decoded
            if isinstance(event, DeviceEvent) and (event.retained or is_signal(event))
            for key in event_keys(event)
        }
        if not keys:
            return decoded
        known = self._store.seen_event_ids(keys)
        for index, event in enumerate(decoded):
            if isinstance(event, DeviceEvent) and (event.retained or is_signal(event)):
                seen_at = [known[key] for key in event_keys(event) if key in known]
                if seen_at:
                    decoded[index] = replace(event, seen=True, seen_at=max(seen_at))
                known.update(dict.fromkeys(keys_to_remember(event), self._now()))
        return decoded

    def _hear(self, turn: Turn, message: RawMessage, event: Decoded) -> None:
        self.counters.messages += 1
        if isinstance(event, DeviceEvent):
            home, placed = self._place(turn, event)
            if home.id != UNASSIGNED_HOME_ID or is_signal(placed):
                turn.hear(home, placed, message)
            elif event.device_id == BRIDGE_ID and turn.home(event.home_id) is not None:
                self.counters.ignored += 1
            elif not event.retained:
                self.counters.rejected += 1
                turn.reject(
                    message, UNKNOWN_DEVICE, f"no device {event.device_id} is enrolled in {event.home_id}"
                )
        elif isinstance(event, Ignored):
            self.counters.ignored += 1
        else:
            self._keep_unreadable(turn, message, event)

    def _place(self, turn: Turn, event: DeviceEvent) -> tuple[Home, DeviceEvent]:
        """The home that judges the event: the sender's own, or the unassigned one for a device that nobody enrolled there."""
        home = turn.home(event.home_id)
        if home is not None and event.device_id in home.profile.devices:
            return home, event
        told = from_gateway(home, event) if home is not None else None
        if home is not None and told is not None:
            return home, told
        return turn.unassigned(), replace(event, home_id=UNASSIGNED_HOME_ID, claimed_home=event.home_id)

    def _keep_unreadable(self, turn: Turn, message: RawMessage, rejected: Rejected) -> None:
        """Kept whole; from a known device it also tells: an unreadable call may be a press."""
        self.counters.rejected += 1
        event = unreadable_event(message, rejected)
        home = turn.home(event.home_id) if event is not None else None
        if event is not None and home is not None and event.device_id in home.profile.devices:
            seq = turn.reject(message, rejected.reason.value, rejected.detail, home.id)
            turn.replay(home, event, seq)
        else:
            turn.reject(message, rejected.reason.value, rejected.detail)

    def _obey(self, turn: Turn, command: Command) -> Result:
        self.counters.commands += 1
        home = turn.home(command.home_id)
        if home is None and isinstance(command, SetProfile):
            home = Home(command.home_id, Profile(command.home_id))
        if home is None:
            return Refused(RefusalCode.NOT_FOUND, f"no home {command.home_id} in cell {self.cell}")
        if isinstance(command, RaiseByHand) and self._carried_out(turn, command):
            command = replace(command, seen=True)
        result = turn.obey(home, command).result
        if result is None:
            return Refused(
                RefusalCode.INVALID, f"judging home {command.home_id} failed; its emergency says so"
            )
        return result

    def _carried_out(self, turn: Turn, command: RaiseByHand) -> bool:
        key = command_key(command)
        return key in turn.remembered or bool(self._store.seen_event_ids({key}))

    def _commit(self, turn: Turn) -> list[JournalLine]:
        """Write the batch; with the gate shut when it decides that something is not sent any more."""
        batch = turn.batch
        self._unsaved.take_along(batch, turn.saved)
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

    def _adopt(self, turn: Turn) -> None:
        """The commit stands: what the turn worked out is now what is."""
        self._last_seq = turn.last_seq
        self._last_at = max(self._last_at, turn.now)
        for home_id, home in turn.working.items():
            before = self._homes.get(home_id)
            self._homes[home_id] = home
            # One that is due has lost its place in the index; any other keeps it while its wake time stays.
            if before is None or home.wake_at is not before.wake_at or _is_due(home, turn.now):
                self._wakes.arm(home)
        self._wakes.tidy(self._homes)
        self._unsaved.adopt(turn.saved, list(turn.dirty), turn.telemetry)
        if turn.load_changed:
            self._load = turn.load

    def _perform(
        self,
        turn: Turn,
        messages: Sequence[RawMessage],
        answers: Iterable[tuple[Future[Result], Result]],
        lines: Sequence[JournalLine],
    ) -> None:
        """Everything that may only happen after the commit, most urgent first."""
        if turn.heard:
            self.counters.heard += len(turn.heard)
            self._outlets.say_heard(turn.heard)
        if messages:
            self._outlets.acknowledge(messages)
        if lines:
            for listener in tuple(self._listeners):
                try:
                    listener(lines)
                except Exception:
                    log.exception("a listener of the journal failed")
        if turn.notifications:
            self._outlets.send(turn.notifications)
        for future, result in answers:
            if not future.done():
                future.set_result(result)

    # --- around a turn ------------------------------------------------------------------------------------------------

    def _adopt_outage(self) -> None:
        gap = self._clock.adopt_step()
        if gap:
            log.warning(
                "hub time went forward by %.0f s: the clock was stepped or the machine stood still",
                gap.total_seconds(),
            )
            self._context = replace(
                self._context, resumed_at=self._clock.now(), version=self._context.version + 1
            )
            self._shift_devices(gap)

    def _follow_wall(self) -> None:
        """Hub time never goes back; the people on duty follow the wall clock all the same."""
        offset, synchronised = wall_offset(self._clock, self._context.wall_offset)
        context = self._context
        if offset != context.wall_offset or synchronised is not context.wall_synchronised:
            self._context = replace(
                context,
                wall_offset=offset,
                wall_synchronised=synchronised,
                version=context.version + 1,
            )

    def _shift_devices(self, gap: timedelta) -> None:
        """The devices' clocks did not jump: what is known of them moves along, saved before anything is judged by it."""
        for home_id, home in self._homes.items():
            if home.devices:
                devices = {key: after_time_step(state, gap) for key, state in home.devices.items()}
                self._homes[home_id] = replace(home, devices=devices)
        self._unsaved.adopt({}, [home_id for home_id, home in self._homes.items() if home.devices], {})
        try:
            self._unsaved.save_all(self._homes, self._last_seq, self._instant())
        except StoreUnavailable as error:
            self._complain(str(error))

    def _run_writes(self) -> None:
        while self._inbox.writes:
            write = self._inbox.writes.popleft()
            try:
                result = self._store.write(write.do)
            except Exception as error:  # noqa: BLE001  (it belongs to whoever asked)
                write.result.set_exception(error)
            else:
                write.result.set_result(result)

    def _postpone(self, items: Sequence[Item], due: Sequence[str], problem: str) -> None:
        """The store cannot take the batch now: nothing is acknowledged, and it comes first next time."""
        self._complain(problem)
        self._retry = list(items)
        for home_id in due:
            self._wakes.arm(self._homes[home_id])

    def _complain(self, problem: str) -> None:
        if self._store_problem is None:
            log.error("the store cannot be written: %s; nothing is acknowledged until it can", problem)
        self._store_problem = problem

    def _save_some(self) -> None:
        try:
            self._unsaved.save_some(self._homes, self._last_seq, self._instant(), self._monotonic())
        except StoreUnavailable as error:
            self._complain(str(error))
        else:
            self._store_problem = None

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not (self._stopping.is_set() and len(self._inbox) == 0):
                if self.turn() == 0:
                    if self._stopping.is_set() and self._store_problem is not None:
                        break
                    if self._store_problem is not None:
                        # What waits in the queues must not make it try without a pause.
                        self._stopping.wait(STORE_AGAIN_AFTER_S)
                    else:
                        self._inbox.wait(self._pause_s(), self._monotonic())
            self._unsaved.save_all(self._homes, self._last_seq, self._instant())
        except BaseException:
            log.critical("the engine's thread ended; the hub must start again", exc_info=True)
            self._on_fatal()
            raise

    def _pause_s(self) -> float:
        """Until something is due, at most a second."""
        pause = 0.05 if self._unsaved.under_way else 1.0
        due_at = self.next_due_at()
        if due_at is not None:
            pause = min(pause, (due_at - self._now()) / timedelta(seconds=1))
        return max(pause, 0.0)

    # --- small parts --------------------------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self._clock.now()

    def _instant(self) -> datetime:
        """Hub time for a turn: not before the last input of the one before, so that every input has an instant of its own."""
        return max(self._clock.now(), self._last_at)

    def _new_turn(self, now: datetime) -> Turn:
        return Turn(self._homes, self._unsaved.saved, self._last_seq, now, self._context, self._load.copy())

    def _model(self, home_id: str, device_id: str) -> DeviceModel | None:
        home = self._homes.get(home_id)
        device = home.profile.devices.get(device_id) if home is not None else None
        return model_named(device.model) if device is not None and device.model else None

    def _read(self, message: RawMessage) -> Decoded:
        return decode(message, self._model)


def _is_due(home: Home, now: datetime) -> bool:
    return home.wake_at is not None and home.wake_at <= now
