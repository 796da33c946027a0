"""Named defects, switched on by patches of the real code: the simulation is worth what it finds of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from hub.clock import HubClock
from hub.core import escalation, raising
from hub.core.alerts import HELD_STATES, Alert
from hub.core.arrival import Arrival, Identity
from hub.core.detection import call as detection
from hub.core.detection import report
from hub.core.draft import Draft
from hub.core.events import Call, DeviceEvent
from hub.core.suppression import held_back
from hub.engine.committed import Committed
from hub.engine.engine import Engine
from hub.engine.gate import Gate
from hub.engine.turn import Turn
from hub.ingest.message import RawMessage
from hub.ingest.session import Session
from hub.store import codec, statements
from hub.store.batch import Batch
from hub.store.outbox import OutboxWrites
from hub.store.store import JournalLine, LoggedInput, Store
from hub.store.tables import to_micros


@contextmanager
def acknowledge_before_commit() -> Iterator[None]:
    """The broker is told that a message is safe as soon as it has arrived."""
    real = Engine.offer

    def offer(self: Engine, message: RawMessage) -> None:
        real(self, message)
        self._committed.outlets.acknowledge([message])

    with patch.object(Engine, "offer", offer):
        yield


@contextmanager
def event_id_before_commit() -> Iterator[None]:
    """The id of a press is remembered in a transaction of its own, before the one that holds its alert."""
    real = Store.commit

    def commit(self: Store, batch: Batch) -> list[JournalLine]:
        rows = [
            (device_id, event_id, effect.seq, to_micros(effect.at))
            for effect in batch.effects
            for device_id, event_id in effect.outcome.remember
        ]
        self.write(lambda connection: statements.EVENT_ID.run(connection, rows))
        return real(self, batch)

    with patch.object(Store, "commit", commit):
        yield


@contextmanager
def outbox_outside_the_transaction() -> Iterator[None]:
    """What has to be sent is written after the commit."""
    real = Store.commit

    def commit(self: Store, batch: Batch) -> list[JournalLine]:
        whole = batch.effects
        batch.effects = [
            replace(effect, outcome=replace(effect.outcome, notifications=())) for effect in whole
        ]
        lines = real(self, batch)
        batch.effects = whole
        waiting = OutboxWrites()
        for effect in whole:
            waiting.add(effect.at, (), effect.outcome.notifications, ())
        self.write(waiting.run)
        return lines

    with patch.object(Store, "commit", commit):
        yield


@contextmanager
def cache_before_commit() -> Iterator[None]:
    """What a turn worked out counts before it is on the disk."""
    real = Committed.commit

    def commit(self: Committed, turn: Turn) -> list[JournalLine]:
        self._adopt(turn)
        return real(self, turn)

    with patch.object(Committed, "commit", commit):
        yield


@contextmanager
def deadline_in_memory() -> Iterator[None]:
    """When the next step is due stands in no row."""
    real = codec.ALERT

    class _Forgetful:
        def dump(self, alert: Alert) -> Any:
            return real.dump(replace(alert, escalate_at=None))

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    with patch.object(codec, "ALERT", _Forgetful()):
        yield


@contextmanager
def old_message_id() -> Iterator[None]:
    """A message of an earlier connection is acknowledged on the present one, where its id means another."""

    def acknowledge(self: Session, packets: bytes, connection: int) -> None:
        if self.wire is not None:
            self.wire.acknowledge(packets)

    with patch.object(Session, "acknowledge", acknowledge):
        yield


@contextmanager
def recovery_skips_the_last() -> Iterator[None]:
    """A start steps every input of the log again but the last."""
    real = Store.inputs_after

    def inputs_after(self: Store, seq: int) -> Iterator[LoggedInput]:
        logged = list(real(self, seq))
        return iter(logged[:-1])

    with patch.object(Store, "inputs_after", inputs_after):
        yield


@contextmanager
def wall_clock_for_deadlines() -> Iterator[None]:
    """Hub time is what the wall clock says."""
    with patch.object(HubClock, "now", lambda self: self._wall()):
        yield


@contextmanager
def retained_press_as_live() -> Iterator[None]:
    """What the broker kept counts as pressed just now."""
    real = Engine.offer

    def offer(self: Engine, message: RawMessage) -> None:
        real(self, RawMessage(message.topic, message.payload, message.qos, False, *_rest(message)))

    with patch.object(Engine, "offer", offer):
        yield


def _rest(message: RawMessage) -> tuple[Any, ...]:
    return (message.duplicate, message.session, message.mid, message.connection)


@contextmanager
def acknowledgement_for_ever() -> Iterator[None]:
    """Who has said "it is mine" keeps it, whatever does not happen then."""
    real = escalation.fall_due

    def fall_due(draft: Draft, alert: Alert) -> Alert:
        return alert if alert.state in HELD_STATES else real(draft, alert)

    with patch.object(escalation, "fall_due", fall_due):
        yield


@contextmanager
def silence_covers_a_call() -> Iterator[None]:
    """Nobody is expected at home, so nobody can have pressed."""
    real = detection.on_call

    def on_call(draft: Draft, event: DeviceEvent, call: Call, arrival: Arrival, identity: Identity) -> None:
        if held_back(draft, report.wearer_of(draft, event.device_id)):
            report.confirm(draft, event, call.event_id, urgent=call.urgent)
        else:
            real(draft, event, call, arrival, identity)

    with patch.object(detection, "on_call", on_call):
        yield


@contextmanager
def second_press_swallowed() -> Iterator[None]:
    """There is an alert already."""
    with patch.object(detection, "join", lambda draft, alert, *_, **__: alert):
        yield


@contextmanager
def heard_before_commit() -> Iterator[None]:
    """The elder is told that the hub has it before it has."""
    real = Committed.commit

    def commit(self: Committed, turn: Turn) -> list[JournalLine]:
        if turn.heard:
            self.outlets.say_heard(turn.heard)
        return real(self, turn)

    with patch.object(Committed, "commit", commit):
        yield


@contextmanager
def sent_after_the_answer() -> Iterator[None]:
    """Nobody asks whether the message is still wanted."""
    with patch.object(Gate, "may_start", lambda self, key: True):
        yield


@contextmanager
def step_left_out() -> Iterator[None]:
    """The second step is gone past."""
    real = escalation.advance

    def advance(draft: Draft, alert: Alert) -> Alert:
        return real(draft, replace(alert, step=1) if alert.step == 0 else alert)

    with patch.object(escalation, "advance", advance):
        yield


@contextmanager
def outbox_forgotten_at_start() -> Iterator[None]:
    """What waited to be sent when the process died is not sent."""
    real = Engine.recover

    def recover(self: Engine) -> list[Any]:
        real(self)
        return []

    with patch.object(Engine, "recover", recover):
        yield


@contextmanager
def unwoken_after_start() -> Iterator[None]:
    """A home that nothing happens to after a start is never woken."""
    real = Committed.make_ready

    def make_ready(self: Committed) -> None:
        arm, self.wakes.arm = self.wakes.arm, lambda home: None  # type: ignore[method-assign]
        try:
            real(self)
        finally:
            self.wakes.arm = arm  # type: ignore[method-assign]

    with patch.object(Committed, "make_ready", make_ready):
        yield


@contextmanager
def hub_time_from_the_last_commit() -> Iterator[None]:
    """What passed since the last commit is forgotten where the wall clock is behind."""
    real = HubClock.__init__

    def begin(self: HubClock, *args: Any, **more: Any) -> None:
        real(self, *args[:4], **{**more, "anchor": None})

    with patch.object(HubClock, "__init__", begin):
        yield


@contextmanager
def steps_wait_twice() -> Iterator[None]:
    """Each step of the chain gives those before it twice the time."""
    real = escalation.advance

    def advance(draft: Draft, alert: Alert) -> Alert:
        alert = real(draft, alert)
        wait = alert.policy.steps[alert.step].wait
        return draft.put_alert(replace(alert, escalate_at=draft.now + 2 * wait))

    with patch.object(escalation, "advance", advance):
        yield


@contextmanager
def holder_not_told_again() -> Iterator[None]:
    """Who holds the call knows of it: a further press is nothing new."""
    real = raising.join

    def join(*args: Any, **more: Any) -> Alert:
        return real(*args, **{**more, "tell_holder": False})

    with patch.object(detection, "join", join):
        yield


DEFECTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "acknowledge before commit": acknowledge_before_commit,
    "event id remembered before commit": event_id_before_commit,
    "outbox outside the transaction": outbox_outside_the_transaction,
    "cache changed before commit": cache_before_commit,
    "a deadline kept in memory": deadline_in_memory,
    "an old message id acknowledged after reconnect": old_message_id,
    "recovery that skips the last input": recovery_skips_the_last,
    "wall clock used for a deadline": wall_clock_for_deadlines,
    "retained press taken as live": retained_press_as_live,
    "acknowledgement that never expires": acknowledgement_for_ever,
    "a silence that covers a call": silence_covers_a_call,
    "a second press swallowed": second_press_swallowed,
    "heard before commit": heard_before_commit,
    "sent after the answer": sent_after_the_answer,
    "a step left out": step_left_out,
    "the outbox forgotten at a start": outbox_forgotten_at_start,
    "homes not woken after a start": unwoken_after_start,
    "hub time from the last commit": hub_time_from_the_last_commit,
    "steps that wait twice as long": steps_wait_twice,
    "the holder not told of a further press": holder_not_told_again,
}
"""By the name under which a report speaks of them."""
