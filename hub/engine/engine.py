"""The engine: one thread that takes what waits, steps it, commits it, and only then acknowledges, says *heard*, notifies.

`turn()` does one batch and can be driven by hand on a virtual clock; `start()` runs it in a thread.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from hub.clock import HubClock
from hub.core.commands import anywhere_key, command_key
from hub.core.context import Context
from hub.core.events import Command, DeliveryReport, OpenRequest, RaiseByHand, SetProfile
from hub.core.home import Home, Profile
from hub.core.outcome import RefusalCode, Refused, Result
from hub.core.restored import Restored
from hub.engine.committed import Committed
from hub.engine.floods import Floods
from hub.engine.health import EngineHealth, EngineSettings
from hub.engine.hours import CLOCK_PROBLEM_AT, clock_problem
from hub.engine.inbox import Inbox, Item, Ordered, Write, settle
from hub.engine.jumps import tell_of_jumps
from hub.engine.outlets import Outlets
from hub.engine.placing import Placed, decode_all, place
from hub.engine.recovery import recover
from hub.engine.rescue import give_up, give_up_tick, tell_of_the_unread
from hub.engine.turn import Turn
from hub.ingest.message import RawMessage, SessionName
from hub.store.store import Connection, JournalLine, PendingNotification, Store, StoreUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

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
        self._store = store
        self._clock = clock
        self._settings = settings or EngineSettings()
        self._monotonic = monotonic
        now, heard_until_at = clock.now(), store.load_hub_time()
        away_for = now - heard_until_at if heard_until_at is not None else context.away_for
        self._committed = Committed(
            store,
            clock,
            replace(context, resumed_at=now, away_for=max(away_for, timedelta())),
            self._settings.save_every_s,
        )
        self.gate = self._committed.gate
        self.counters = self._committed.counters
        self._inbox = Inbox(
            self._settings.urgent_queue, self._settings.telemetry_queue, self._settings.telemetry_linger_s
        )
        self._retry: list[Item] = []
        self._floods = Floods()
        self._on_fatal: Callable[[], None] = lambda: None
        self._store_problem: str | None = None
        self._spares_disk = False
        self._disk_said: bool | None = None
        self._disk_untold: int | None = None
        self._turned_at = monotonic()
        self._recovered = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    # --- at start -----------------------------------------------------------------------------------------------------

    def recover(self) -> list[PendingNotification]:
        """Load the homes and step the log since they were saved; returns the notifications that still have to be sent."""
        self._committed.follow_wall()
        loaded = self._store.load()
        self._committed.take_over(loaded)
        replayed = recover(
            self._store, loaded, self._committed.new_turn, self._committed.commit, self._clock.now
        )
        self._committed.make_ready()
        tell_of_the_unread(self._committed, loaded.damaged)
        pending = self._store.load().pending if replayed else loaded.pending
        self.gate.admit(waiting.notification for waiting in pending)
        self._recovered = True
        log.info("recovered %d homes, %d inputs stepped again", len(self._committed.homes), replayed)
        return pending

    def tell_of_restore(self, restored: Restored) -> None:
        """After `recover`: the store is a copy, and a person must know."""
        turn = self._committed.new_turn(self._committed.instant())
        turn.tell_of_restore(restored)
        lines = self._committed.commit(turn)
        self._committed.perform(turn, (), (), lines)

    def use(self, outlets: Outlets) -> None:
        """Connect the outlets."""
        self._committed.outlets = outlets

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
            self._committed.save_all()

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
        return self._committed.homes.get(home_id)

    def homes(self) -> Mapping[str, Home]:
        """All homes as last committed."""
        return dict(self._committed.homes)

    def context(self) -> Context:
        return replace(self._committed.context, load=self._committed.load.by_person)

    def spare_disk(self, scarce: bool, free_percent: int) -> None:
        """While the disk is nearly full, inputs without an effect are judged and counted, not stored; a technical alert says so
        and ends with it."""
        if scarce is self._disk_said:
            return
        self._disk_said = self._spares_disk = scarce
        self._disk_untold = free_percent
        self._inbox.wake()

    def replace_context(self, change: Callable[[Context], Context]) -> None:
        """Rules, policies or people changed: the next step sees it. One more version, written into the journal."""

        def apply(_: Connection) -> None:
            self._committed.context = replace(
                change(self._committed.context), version=self._committed.context.version + 1
            )

        self.write(apply).result(timeout=30)

    def now(self) -> datetime:
        """Hub time."""
        return self._clock.now()

    def subscribe(self, listener: Callable[[Sequence[JournalLine]], None]) -> Callable[[], None]:
        """Get every journal line right after its commit, in the engine's thread; returns how to stop it."""
        self._committed.listeners.append(listener)
        return lambda: self._committed.listeners.remove(listener)

    def health(self) -> EngineHealth:
        """The engine at this moment."""
        since = self._monotonic() - self._turned_at
        problems: list[tuple[str, str]] = []
        if not self._recovered:
            problems.append(("recovering", "the hub is reading its store"))
        if self._store_problem is not None:
            problems.append(("store", self._store_problem))
        if self._committed.unplaced is not None:
            problems.append(("unplaced", str(self._committed.unplaced)))
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
            homes=len(self._committed.homes),
            unjudged_homes=sum(home.unjudged for home in self.homes().values()),
            unsaved_homes=len(self._committed.unsaved),
            undelivered=len(self.gate),
            last_seq=self._committed.last_seq,
            messages=counters.messages,
            ignored=counters.ignored,
            rejected=counters.rejected,
            unstored=counters.unstored,
            held_back=counters.held_back,
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
        if not self._adopt_outage():
            return 0
        self._run_writes()
        self._tell_of_disk()
        items = self._retry or self._inbox.take(self._settings.max_batch, self._monotonic())
        self._retry = []
        now = self._committed.instant()
        due = self._committed.wakes.due(self._committed.homes, now, self._settings.max_batch)
        if not items and not due and not self._floods.is_due(now):
            self._save_some()
            return 0
        try:
            self._process(items, due, now)
        except StoreUnavailable as error:
            self._floods.forget()
            self._postpone(items, due, str(error))
            return 0
        except Exception:
            self._floods.forget()
            self._retry = []
            log.exception("a batch of %d inputs could not be committed; trying them one by one", len(items))
            if not self._process_singly(items, due):
                return 0
        self._store_problem = None
        self._inbox.made_room()
        if not self._inbox.urgent_waits():
            self._save_some()
        return len(items) + len(due)

    def next_due_at(self) -> datetime | None:
        """The earliest instant at which time alone changes something."""
        return self._committed.wakes.next_at()

    def _process(self, items: Sequence[Item], due: Sequence[str], now: datetime) -> None:
        turn = self._committed.new_turn(now)
        turn.sparing = self._spares_disk
        answers: list[tuple[Future[Result], Result]] = []
        messages = [item for item in items if isinstance(item, RawMessage)]
        enrolled_in = self._committed.context.device_homes
        decoded = decode_all(messages, self._committed.homes, self._store.seen_event_ids, now, enrolled_in)
        find, unassigned = turn.home, turn.unassigned
        stop_at = self._monotonic() + self._settings.max_batch_ms / 1000
        for number, item in enumerate(items):
            if number % LOOK_AT_CLOCK_EVERY == 0 and number and self._monotonic() > stop_at:
                self._retry = list(items[number:])
                messages = messages[: sum(isinstance(done, RawMessage) for done in items[:number])]
                break
            if isinstance(item, RawMessage):
                told = next(decoded)
                placed = place(find, unassigned, item, told, enrolled_in)
                if self._floods.is_surplus(turn, item, told, placed):
                    self.counters.held_back += 1
                else:
                    self._hear(turn, item, placed)
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
        self._floods.tell(turn)
        lines = self._committed.commit(turn)
        self.counters.unstored += turn.unstored
        self._committed.note_placed(messages)
        self._committed.perform(turn, messages, answers, lines)

    def _process_singly(self, items: Sequence[Item], due: Sequence[str]) -> bool:
        """One input spoils the batch: the others must not wait for it, and it must not stop the hub. False: the store went
        away, and what is left comes again."""
        for number, item in enumerate(items):
            try:
                try:
                    self._process([item], [], self._committed.instant())
                except StoreUnavailable:
                    self._floods.forget()
                    raise
                except Exception as error:  # noqa: BLE001  (kept with its traceback; the others must not wait)
                    self._floods.forget()
                    give_up(self._committed, item, self._placed_alone, error)
            except StoreUnavailable as error:
                self._postpone(items[number:], due, str(error))
                return False
        for number, home_id in enumerate(due):
            try:
                try:
                    self._process([], [home_id], self._committed.instant())
                except StoreUnavailable:
                    raise
                except Exception as error:  # noqa: BLE001
                    give_up_tick(self._committed, home_id, error)
            except StoreUnavailable as error:
                self._postpone([], due[number:], str(error))
                return False
        return True

    def _hear(self, turn: Turn, message: RawMessage, placed: Placed) -> None:
        self.counters.messages += 1
        home, event = placed.home, placed.event
        if placed.reason is not None:
            self.counters.rejected += 1
            seq = turn.reject(message, placed.reason, placed.detail, home.id if home is not None else None)
            # An unreadable call may be a press.
            if home is not None and event is not None:
                turn.replay(home, event, seq)
        elif home is not None and event is not None:
            turn.hear(home, event, message)
        else:
            self.counters.ignored += 1

    def _placed_alone(self, turn: Turn, message: RawMessage) -> Placed:
        """Where a message belongs that is looked at once more, for it could not be committed."""
        seen = self._store.seen_event_ids
        enrolled_in = self._committed.context.device_homes
        (decoded,) = decode_all([message], self._committed.homes, seen, turn.now, enrolled_in)
        return place(turn.home, turn.unassigned, message, decoded, enrolled_in)

    def _obey(self, turn: Turn, command: Command) -> Result:
        self.counters.commands += 1
        home = turn.home(command.home_id)
        if home is None and isinstance(command, SetProfile):
            home = Home(command.home_id, Profile(command.home_id))
        if home is None:
            return Refused(RefusalCode.NOT_FOUND, f"no home {command.home_id} in cell {self.cell}")
        if isinstance(command, RaiseByHand | OpenRequest) and self._carried_out(turn, command):
            command = replace(command, seen=True)
        elif isinstance(command, OpenRequest) and self._known(turn, anywhere_key(command)):
            return Refused(
                RefusalCode.INVALID, "this idempotency key was used for another home: send a new one"
            )
        result = turn.obey(home, command).result
        if result is None:
            return Refused(
                RefusalCode.INVALID, f"judging home {command.home_id} failed; its emergency says so"
            )
        return result

    def _carried_out(self, turn: Turn, command: RaiseByHand | OpenRequest) -> bool:
        return self._known(turn, command_key(command))

    def _known(self, turn: Turn, key: tuple[str, str]) -> bool:
        return key in turn.remembered or bool(self._store.seen_event_ids({key}))

    # --- around a turn ------------------------------------------------------------------------------------------------

    def _adopt_outage(self) -> bool:
        """False while a step of the clock could not be saved and told: nothing is judged by offsets that no row has."""
        try:
            self._committed.adopt_outage()
            self._committed.follow_wall()
            tell_of_jumps(self._committed)
        except StoreUnavailable as error:
            self._complain(str(error))
            return False
        return True

    def _tell_of_disk(self) -> None:
        """Never in the way of what waits: what cannot be told now is told with a later turn."""
        told = self._disk_untold
        if told is None:
            return
        turn = self._committed.new_turn(self._committed.instant())
        try:
            turn.tell_of_disk(told, scarce=self._spares_disk)
            lines = self._committed.commit(turn)
        except StoreUnavailable as error:
            self._complain(str(error))
            return
        except Exception:
            log.exception("that the disk is nearly full could not be told")
        else:
            self._committed.perform(turn, (), (), lines)
        self._disk_untold = None

    def _run_writes(self) -> None:
        while self._inbox.writes:
            write = self._inbox.writes.popleft()
            try:
                result = self._store.write(write.do)
            except Exception as error:  # noqa: BLE001  (it belongs to whoever asked)
                settle(write.result, error=error)
            else:
                settle(write.result, result)

    def _postpone(self, items: Sequence[Item], due: Sequence[str], problem: str) -> None:
        """The store cannot take the batch now: nothing is acknowledged, and it comes first next time."""
        self._complain(problem)
        self._retry = list(items)
        for home_id in due:
            self._committed.wakes.arm(self._committed.homes[home_id])

    def _complain(self, problem: str) -> None:
        if self._store_problem is None:
            log.error("the store cannot be written: %s; what it does not take is not acknowledged", problem)
        self._store_problem = problem

    def _save_some(self) -> None:
        try:
            committed = self._committed
            committed.unsaved.save_some(
                committed.homes,
                committed.last_seq,
                committed.instant(),
                self._monotonic(),
                keep_time=self._clock.wall_behind() > CLOCK_PROBLEM_AT,
            )
        except StoreUnavailable as error:
            self._complain(str(error))
        else:
            self._store_problem = None

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not (self._stopping.is_set() and len(self._inbox) == 0 and not self._retry):
                if self.turn() == 0:
                    if self._stopping.is_set() and self._store_problem is not None:
                        break
                    if self._store_problem is not None:
                        # What waits in the queues must not make it try without a pause.
                        self._stopping.wait(STORE_AGAIN_AFTER_S)
                    else:
                        self._inbox.wait(self._pause_s(), self._monotonic())
            self._committed.save_all()
        except BaseException:
            log.critical("the engine's thread ended; the hub must start again", exc_info=True)
            self._on_fatal()
            raise

    def _pause_s(self) -> float:
        """Until something is due, at most a second."""
        pause = 0.05 if self._committed.unsaved.under_way else 1.0
        due_at = self.next_due_at()
        if due_at is not None:
            pause = min(pause, (due_at - self._clock.now()) / timedelta(seconds=1))
        return max(pause, 0.0)
