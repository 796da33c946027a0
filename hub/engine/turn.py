"""One turn of the engine: inputs are stepped on copies and gathered into one batch; nothing counts before the commit."""

import logging
import traceback
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from firmware_contracts.vocabulary import MAX_PAYLOAD_BYTES
from hub.core.alerts import Alert
from hub.core.clock_jump import Jump, tell_of_jump
from hub.core.context import Context
from hub.core.detection.flooding import tell_of_flood
from hub.core.disk import tell_of_disk
from hub.core.escalation import waited_for
from hub.core.events import Command, DeliveryReport, DeviceEvent, Input, Tick
from hub.core.flood import Flood
from hub.core.home import UNASSIGNED_HOME_ID, Home, Profile
from hub.core.notifications import Heard, Notification
from hub.core.outcome import Outcome
from hub.core.restored import Restored, tell_of_restore
from hub.core.step import step
from hub.core.unjudged import TRY_AGAIN_AFTER, step_unjudged
from hub.engine.unsaved import Telemetry
from hub.ingest.message import RawMessage
from hub.store import codec
from hub.store.store import Batch, Effect, Failure, InputSource, LoggedInput, Rejection

log = logging.getLogger(__name__)

INSTANT = timedelta(microseconds=1)
"""Between two inputs of a turn: each has an instant of its own, so that ids which follow from it are never used twice."""


LONGEST_KEPT = 2 * MAX_PAYLOAD_BYTES
"""Of a message that is far too long the beginning is kept: it is refused for its length however much of it there is."""


class Load:
    """How many open emergencies wait for each person: what makes a butler busy. A view of the open alerts, never stored."""

    def __init__(self) -> None:
        self._waits: dict[str, tuple[str, ...]] = {}
        self.by_person: Mapping[str, frozenset[str]] = {}

    def copy(self) -> "Load":
        copied = Load()
        copied._waits = dict(self._waits)
        copied.by_person = self.by_person
        return copied

    def update(self, alert: Alert) -> bool:
        """Take a changed alert into account; whether anybody's load changed."""
        before, after = self._waits.get(alert.id, ()), waited_for(alert)
        if before == after:
            return False
        if after:
            self._waits[alert.id] = after
        else:
            del self._waits[alert.id]
        people = dict(self.by_person)
        for person in {*before, *after}:
            alerts = people.get(person, _NOTHING)
            people[person] = alerts | {alert.id} if person in after else alerts - {alert.id}
            if not people[person]:
                del people[person]
        self.by_person = people
        return True


_NOTHING: frozenset[str] = frozenset()


class Turn:
    """The work of one turn. `homes` and `saved` are the engine's, read only: changes stay in `working` until the commit."""

    def __init__(
        self,
        homes: Mapping[str, Home],
        saved: Mapping[str, Home],
        last_seq: int,
        now: datetime,
        context: Context,
        load: Load,
    ) -> None:
        self.now = now
        self.now_s = now.timestamp()
        self.working: dict[str, Home] = {}
        self.saved: dict[str, Home | None] = {}
        self.dirty: dict[str, int] = {}
        self.telemetry: dict[str, Telemetry] = {}
        self.remembered: set[tuple[str, str]] = set()
        self.last_seq = last_seq
        self.load = load
        self.load_changed = False
        self.heard: list[Heard] = []
        self.notifications: list[Notification] = []
        self.done_ids: list[str] = []
        self.batch = Batch(hub_time_at=now, context_version=context.version)
        self.sparing = False
        self.unstored = 0
        self.context = replace(context, load=load.by_person)
        self._homes = homes
        self._saved_before = saved

    # --- homes --------------------------------------------------------------------------------------------------------

    def home(self, home_id: str) -> Home | None:
        """The home as this turn has left it."""
        return self.working.get(home_id) or self._homes.get(home_id)

    def unassigned(self) -> Home:
        """The cell's home for calls that belong to nobody."""
        known = self.home(UNASSIGNED_HOME_ID)
        if known is not None:
            return known
        return Home(UNASSIGNED_HOME_ID, Profile(UNASSIGNED_HOME_ID, emergency_policy=UNASSIGNED_HOME_ID))

    # --- inputs -------------------------------------------------------------------------------------------------------

    def hear(self, home: Home, event: DeviceEvent, message: RawMessage) -> Outcome:
        """A device's message, for a home that exists. `sparing`: the disk is nearly full, and what has no effect is only counted;
        it is judged all the same, and its home is saved."""
        failures = len(self.batch.failures)
        seq = self.log_message(message, home.id, seen=event.seen)
        if not self.sparing:
            return self._step(home, event, seq)
        outcome = self._judge(home, event, seq)
        if outcome.has_effect or len(self.batch.failures) > failures:
            self._keep(home, outcome, seq)
            return outcome
        self._leave_unlogged()
        self.heard.extend(outcome.heard)
        if outcome.home is not home:
            self.working[home.id] = outcome.home
            self.dirty[home.id] = self.last_seq
        return outcome

    def _leave_unlogged(self) -> None:
        """The newest input is not written: nothing came of it."""
        self.batch.inputs.pop()
        self.last_seq -= 1
        self.unstored += 1

    def log_message(self, message: RawMessage, home_id: str | None, *, seen: bool = False) -> int:
        """Append a message to the input log."""
        self._next_instant()
        self.last_seq = seq = self.last_seq + 1
        self.batch.inputs.append(
            LoggedInput(
                seq,
                self.now,
                InputSource.MESSAGE,
                home_id,
                message.topic,
                message.payload[:LONGEST_KEPT],
                message.qos,
                message.retained,
                message.duplicate,
                seen,
            )
        )
        return seq

    def reject(self, message: RawMessage, reason: str, detail: str, home_id: str | None = None) -> int:
        """Keep what could not be read, whole. `home_id`: the home that is told of it."""
        seq = self.log_message(message, home_id)
        if self.sparing:
            if home_id is None:
                self._leave_unlogged()
            return seq
        self.batch.rejections.append(
            Rejection(seq, self.now, message.topic, message.payload[:LONGEST_KEPT], reason, detail)
        )
        return seq

    def give_up(self, home: Home, input_: DeviceEvent | Tick, seq: int, error: Exception) -> None:
        """An input whose outcome could not be committed: the fixed emergency in its place."""
        text = "".join(traceback.format_exception(error))
        self.batch.failures.append(Failure(seq, self.now, home.id, text))
        self._keep(home, step_unjudged(home, input_, self.now, self.context, seq), seq)

    def give_up_bytes(self, sender: tuple[str, str] | None, seq: int, error: Exception) -> None:
        """A message of which nothing can be used but home and device in its topic: the emergency stands in the unassigned home
        and names them."""
        home = self.unassigned()
        home_id, device_id = sender or (None, None)
        self.batch.failures.append(
            Failure(seq, self.now, home.id, "".join(traceback.format_exception(error)))
        )
        outcome = step_unjudged(
            home, Tick(home.id), self.now, self.context, seq, about=home_id, device_id=device_id
        )
        self._keep(home, outcome, seq)

    def give_up_tick(self, home: Home, error: Exception) -> None:
        """The home's wake time came, and what followed from it could not be committed."""
        self._next_instant()
        self.give_up(home, Tick(home.id), self._log(InputSource.TICK, home.id, ""), error)

    def tell_of_jump(self, jump: Jump) -> None:
        """Hub time jumped: the alert of the cell's own home. A replay finds it in the home's row."""
        self._next_instant()
        home = self.unassigned()
        seq = self._log(InputSource.TICK, home.id, "")
        self._keep(home, tell_of_jump(home, jump, self.now, self.context), seq)

    def tell_of_restore(self, restored: Restored) -> None:
        """The store is a copy: the alert of the cell's own home."""
        self._next_instant()
        home = self.unassigned()
        seq = self._log(InputSource.TICK, home.id, "")
        self._keep(home, tell_of_restore(home, restored, self.now, self.context), seq)

    def tell_of_disk(self, free_percent: int, *, scarce: bool) -> None:
        """The disk is nearly full, or has room again: the alert of the cell's own home."""
        self._next_instant()
        home = self.unassigned()
        outcome = tell_of_disk(home, free_percent, self.now, self.context, scarce=scarce)
        if outcome.has_effect:
            self._keep(home, outcome, self._log(InputSource.TICK, home.id, ""))

    def tell_of_flood(self, home: Home, flood: Flood) -> None:
        """A device sends more than is judged: its alert. A replay finds it in the home's row."""
        self._next_instant()
        seq = self._log(InputSource.TICK, home.id, "")
        self._keep(home, tell_of_flood(home, flood, self.now, self.context), seq)

    def obey(self, home: Home, command: Command) -> Outcome:
        self._next_instant()
        seq = self._log(InputSource.COMMAND, home.id, codec.COMMAND.dump(command))
        return self._step(home, command, seq)

    def record(self, home: Home, report: DeliveryReport) -> Outcome:
        self._next_instant()
        seq = self._log(InputSource.DELIVERY, home.id, codec.DELIVERY_REPORT.dump(report))
        return self._step(home, report, seq)

    def strike(self, home: Home) -> Outcome | None:
        """The home's wake time came. Logged only when it changed more than the next wake time."""
        self._next_instant()
        tick = Tick(home.id)
        seq = self.last_seq + 1
        outcome = self._judge(home, tick, seq)
        after = outcome.home
        if outcome.has_effect or after.rules is not home.rules or after.devices is not home.devices:
            self._log(InputSource.TICK, home.id, "")
            self._keep(home, outcome, seq)
        elif after is not home:
            self.working[home.id] = after
            self.dirty[home.id] = self.last_seq
        elif home.wake_at is not None and home.wake_at <= self.now:
            # Its place in the index is gone: left like this, the home would never be woken again.
            log.error(
                "home %s was due and nothing came of it; it is woken again in %s", home.id, TRY_AGAIN_AFTER
            )
            self.working[home.id] = replace(home, wake_at=self.now + TRY_AGAIN_AFTER)
        return outcome

    def replay(self, home: Home, input_: Input, seq: int) -> Outcome:
        """Step an input that is in the log already."""
        return self._step(home, input_, seq)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _next_instant(self) -> None:
        self.now += INSTANT
        self.batch.hub_time_at = self.now

    def _log(self, source: InputSource, home_id: str, payload: str) -> int:
        self.last_seq = seq = self.last_seq + 1
        self.batch.inputs.append(LoggedInput(seq, self.now, source, home_id, None, payload.encode()))
        return seq

    def _step(self, home: Home, input_: Input, seq: int) -> Outcome:
        outcome = self._judge(home, input_, seq)
        self._keep(home, outcome, seq)
        return outcome

    def _judge(self, home: Home, input_: Input, seq: int) -> Outcome:
        """`step`, isolated: when it raises, the home is unjudged and a person is told; its neighbours notice nothing."""
        try:
            return step(home, input_, self.now, self.context)
        except Exception:
            log.exception("input %d: judging home %s failed; the home is now unjudged", seq, home.id)
            self.batch.failures.append(Failure(seq, self.now, home.id, traceback.format_exc()))
        try:
            return step_unjudged(home, input_, self.now, self.context, seq)
        except Exception:
            log.exception(
                "input %d: home %s could not even be named; told in the unassigned home", seq, home.id
            )
            return self.tell_elsewhere(home, input_, seq)

    def tell_elsewhere(self, home: Home, input_: Input, seq: int) -> Outcome:
        """Nothing of the home can be used: the emergency stands in the unassigned home, naming it."""
        if isinstance(input_, DeviceEvent):
            input_ = replace(input_, home_id=UNASSIGNED_HOME_ID, claimed_home=home.id)
        outcome = step_unjudged(self.unassigned(), input_, self.now, self.context, seq, about=home.id)
        self._keep(self.unassigned(), outcome, seq)
        return Outcome(
            replace(home, unjudged=True, wake_at=self.now + TRY_AGAIN_AFTER), result=outcome.result
        )

    def _keep(self, before: Home, outcome: Outcome, seq: int) -> None:
        after = outcome.home
        home_id = after.id
        self.working[home_id] = after
        if outcome.readings or outcome.history:
            values = self.telemetry.get(home_id)
            if values is None:
                self.telemetry[home_id] = Telemetry([*outcome.readings], [*outcome.history])
            else:
                values.readings += outcome.readings
                values.history += outcome.history
        if outcome.heard:
            self.heard.extend(outcome.heard)
        if not outcome.has_effect:
            if after is not before:
                self.dirty[home_id] = seq
            return
        saved = self.saved[home_id] if home_id in self.saved else self._saved_before.get(home_id)
        self.batch.effects.append(Effect(seq, self.now, saved, after, outcome))
        self.saved[home_id] = after
        self.dirty.pop(home_id, None)
        values = self.telemetry.pop(home_id, None)
        if values is not None:
            # They go with the home's row; what comes after it waits, for a recovery would step it again.
            self.batch.readings.extend(values.readings)
            self.batch.history.extend(values.history)
        if outcome.remember:
            self.remembered.update(outcome.remember)
        self.notifications.extend(outcome.notifications)
        self.done_ids.extend(
            update.notification_id for update in outcome.deliveries if update.state != "queued"
        )
        changed = False
        for alert in outcome.alerts:
            changed = self.load.update(alert) or changed
        if changed:
            self.load_changed = True
            self.context = replace(self.context, load=self.load.by_person)
