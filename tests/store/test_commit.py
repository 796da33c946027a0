"""What was committed is what loads: homes, alerts, journal, outbox, event ids, in one transaction with their inputs."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from hub.core.alerts import Alert, AlertState, WhatItWas, WhatWasDone, acknowledge, resolve
from hub.core.events import Acknowledge, Actor, ActorRole
from hub.core.home import DeviceState, Home
from hub.core.journal import Entry, EntryKind
from hub.core.outcome import DeliveryUpdate, Outcome, Reading
from hub.core.service_requests import RequestState
from hub.store import codec
from hub.store.store import Batch, Effect, Failure, InputSource, LoggedInput, Rejection, Store
from tests.store import samples
from tests.store.samples import CELL, at, batch, changed, enrolled, entry, message, notification, pressed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cell.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, CELL) as opened:
        yield opened


def rows(store: Store, query: str, **values: Any) -> list[tuple[Any, ...]]:
    def read(connection: Connection) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.execute(text(query), values)]

    return store.write(read)


def outbox(store: Store) -> dict[str, str]:
    return {str(name): str(state) for name, state in rows(store, "SELECT notification_id, state FROM outbox")}


def rewritten(tables: str, store: Store, do: Callable[[], object]) -> dict[str, int]:
    """How many rows of each table a call wrote."""

    def watch(connection: Connection) -> None:
        connection.execute(text("CREATE TEMP TABLE written (name)"))
        for name in tables.split():
            for verb in ("INSERT", "UPDATE", "DELETE"):
                connection.execute(
                    text(
                        f"CREATE TEMP TRIGGER count_{name}_{verb} AFTER {verb} ON main.{name} "
                        f"BEGIN INSERT INTO written VALUES ('{name}'); END"
                    )
                )

    store.write(watch)
    do()
    return {
        str(name): int(count) for name, count in rows(store, "SELECT name, count(*) FROM written GROUP BY 1")
    }


def test_a_new_store_is_empty(store: Store) -> None:
    loaded = store.load()
    assert (loaded.homes, loaded.pending, loaded.last_seq, loaded.hub_time_at) == ({}, [], 0, None)


@pytest.mark.parametrize("reopened", [False, True])
def test_homes_come_back_as_they_were(path: Path, reopened: bool) -> None:
    first, second = samples.home("home-1"), replace(samples.home("home-2", centre_id=None), unjudged=True)
    store = Store.open(path, CELL)
    store.commit(enrolled(first, second))
    effect = pressed(first, "a-1", 2, seconds=10)
    asked = samples.request(second, "q-1", 11)
    with_request = replace(second, requests={"q-1": asked})
    opened = Entry(EntryKind.REQUEST_OPENED, "home-2", at(11), request_id="q-1")
    store.commit(
        batch(
            effect,
            Effect(
                3, at(11), second, with_request, Outcome(with_request, requests=(asked,), journal=(opened,))
            ),
            inputs=[message(2, 10), message(3, 11)],
            seconds=11,
        )
    )
    if reopened:
        store.close()
        store = Store.open(path, CELL, create=False)
    loaded = store.load()
    assert loaded.homes == {"home-1": effect.after, "home-2": with_request}
    assert loaded.saved_seq == {"home-1": 2, "home-2": 3}
    assert (loaded.last_seq, loaded.checkpoint_seq, loaded.hub_time_at) == (3, 0, at(11))
    assert [pending.notification.id for pending in loaded.pending] == ["a-1-1", "a-1-2"]
    assert loaded.pending[0].notification == effect.outcome.notifications[0]
    store.close()


def test_a_store_in_memory_serves_too() -> None:
    with Store.open(":memory:", CELL) as store:
        store.commit(enrolled(samples.home()))
        assert store.load().homes == {"home-1": samples.home()}


def test_inputs_come_back_byte_for_byte(store: Store) -> None:
    command = codec.COMMAND.dump(Acknowledge("home-1", "a-1", Actor("op-1", ActorRole.OPERATOR), 3))
    inputs = [
        LoggedInput(
            1, at(0.000_001), InputSource.MESSAGE, None, "care/v1/x", b"\x00\xff", qos=0, retained=True
        ),
        LoggedInput(2, at(1), InputSource.MESSAGE, "home-1", "t", b"", qos=2, duplicate=True, seen=True),
        LoggedInput(3, at(2), InputSource.COMMAND, "home-1", None, command.encode()),
        LoggedInput(4, at(3), InputSource.TICK, "home-1", None, b""),
    ]
    store.commit(batch(inputs=inputs))
    assert list(store.inputs_after(0)) == inputs
    assert list(store.inputs_after(2)) == inputs[2:]
    assert codec.COMMAND.load(inputs[2].payload) == Acknowledge(
        "home-1", "a-1", Actor("op-1", ActorRole.OPERATOR), 3
    )


def test_the_input_log_is_read_page_by_page_without_a_gap(store: Store) -> None:
    store.commit(batch(inputs=[message(seq) for seq in range(1, 2502)]))
    assert [logged.seq for logged in store.inputs_after(1)] == list(range(2, 2502))


def test_lines_carry_number_alert_and_request_as_they_stand(store: Store) -> None:
    before = samples.home()
    store.commit(enrolled(before))
    first = pressed(before, "a-1", 2)
    taken = acknowledge(first.outcome.alerts[0], "p-wang", at(5))
    second = changed(first.after, taken, EntryKind.ALERT_ACKNOWLEDGED, 3, 5)
    lines = store.commit(batch(first, second, inputs=[message(2), message(3)]))
    assert [line.number for line in lines] == [1, 2, 3]
    assert [line.entry for line in lines] == [*first.outcome.journal, *second.outcome.journal]
    assert lines[1].alert == first.outcome.alerts[0]
    assert lines[2].alert == taken


def test_a_note_on_a_closed_alert_brings_the_alert_from_its_table(store: Store) -> None:
    before = samples.home()
    effect = pressed(before, "a-1", 2)
    done = resolve(effect.outcome.alerts[0], "op-1", at(9), WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)
    closed = changed(effect.after, done, EntryKind.ALERT_RESOLVED, 3, 9)
    store.commit(enrolled(before))
    store.commit(batch(effect, closed))
    note = Effect(
        *(4, at(20), closed.after, closed.after),
        Outcome(closed.after, journal=(entry(done, EntryKind.ALERT_NOTE, 20, "op-1"),)),
    )
    assert [line.alert for line in store.commit(batch(note))] == [done]


def test_a_resolved_alert_leaves_the_home_and_stays_in_its_table(store: Store) -> None:
    before = samples.home()
    effect = pressed(before, "a-1", 2)
    done = resolve(effect.outcome.alerts[0], "op-1", at(9), WhatItWas.MISTAKE, WhatWasDone.BY_PHONE, "按错了")
    store.commit(enrolled(before))
    store.commit(batch(effect))
    store.commit(batch(changed(effect.after, done, EntryKind.ALERT_RESOLVED, 3, 9)))
    assert store.load().homes["home-1"].alerts == {}
    ((is_open, state, body),) = rows(store, "SELECT open, state, body FROM alert")
    assert (bool(is_open), state, codec.ALERT.load(body)) == (False, "resolved", done)


def test_only_what_is_no_longer_the_same_object_is_written(store: Store) -> None:
    before = samples.home()
    store.commit(enrolled(before))
    effect = pressed(before, "a-1", 2)
    written = rewritten("home device_state rule_state alert", store, lambda: store.commit(batch(effect)))
    assert written == {"home": 2, "device_state": 1, "alert": 1}  # the home's state and its chain's head


def test_several_steps_of_a_home_in_one_batch_leave_its_last_state(store: Store) -> None:
    """The rule fires and clears within the batch; a step that set the profile is followed by one that did not."""
    before = samples.home()
    store.commit(enrolled(before))
    moved = replace(before, profile=samples.profile(centre_id="daxue"), rules={})
    again = replace(moved, rules=before.rules, devices={"mat-1": DeviceState(boot=9)}, wake_at=None)
    raised = samples.alert(again, "a-1")
    steps = batch(
        Effect(2, at(1), before, moved, Outcome(moved, alerts=(raised,))),
        Effect(3, at(2), moved, again, Outcome(again, alerts=(raised,))),
    )
    store.commit(steps)
    assert store.load().homes["home-1"] == replace(again, alerts={"a-1": raised})
    assert store.load().saved_seq["home-1"] == 3


def test_devices_and_rule_states_that_went_are_gone(store: Store) -> None:
    before = samples.home()
    store.commit(enrolled(before))
    after = replace(before, devices={"button-1": before.devices["button-1"]}, rules={}, away=())
    store.save([(before, after, 2)], [], 2, at(2))
    assert store.load().homes["home-1"] == after


def test_a_home_given_as_new_replaces_what_was_there(store: Store) -> None:
    store.commit(enrolled(samples.home()))
    bare = Home("home-1", samples.profile())
    store.commit(enrolled(bare, seq=2))
    assert store.load().homes == {"home-1": bare}


def test_a_home_that_goes_to_another_centre_takes_its_open_alerts_along(store: Store) -> None:
    before = samples.home()
    effect = pressed(before, "a-1", 2)
    store.commit(enrolled(before))
    store.commit(batch(effect))
    moved = replace(effect.after, profile=samples.profile(centre_id="daxue"))
    store.commit(batch(Effect(3, at(3), effect.after, moved, Outcome(moved))))
    assert rows(store, "SELECT centre_id FROM alert") == [("daxue",)]


class TestOutbox:
    """Answering cancels what has not begun and nothing else."""

    @pytest.fixture
    def alert(self, store: Store) -> tuple[Home, Alert]:
        before = samples.home()
        store.commit(enrolled(before))
        effect = pressed(before, "a-1", 2)
        store.commit(batch(effect))
        return effect.after, effect.outcome.alerts[0]

    def delivered(self, home: Home, name: str, state: str, seq: int = 5) -> Effect:
        next_at = at(99) if state == "queued" else None
        updates = (DeliveryUpdate(name, state, 1, next_at),)
        return Effect(seq, at(6), home, home, Outcome(home, deliveries=updates))

    def test_an_answer_cancels_what_waits(self, store: Store, alert: tuple[Home, Alert]) -> None:
        taken = acknowledge(alert[1], "p-wang", at(5))
        lines = store.commit(batch(changed(alert[0], taken, EntryKind.ALERT_ACKNOWLEDGED, 3, 5)))
        assert [line.cancelled for line in lines] == [("a-1-1",)]
        assert outbox(store) == {"a-1-1": "cancelled", "a-1-2": "queued"}
        assert [pending.notification.id for pending in store.load().pending] == ["a-1-2"]

    def test_what_the_answer_itself_queues_is_not_cancelled(
        self, store: Store, alert: tuple[Home, Alert]
    ) -> None:
        taken = acknowledge(alert[1], "p-wang", at(5))
        answer = changed(alert[0], taken, EntryKind.ALERT_ACKNOWLEDGED, 3, 5)
        answer.outcome = replace(answer.outcome, notifications=(notification(taken, "stand-down", 5),))
        again = replace(
            taken, state=AlertState.TRIGGERED, hold=None, escalate_at=at(5), version=taken.version + 1
        )
        reopened = changed(answer.after, again, EntryKind.ALERT_REOPENED, 4, 5)
        reopened.outcome = replace(
            reopened.outcome, cancel=(), notifications=(notification(again, "next-step", 5),)
        )
        store.commit(batch(answer, reopened))
        assert outbox(store)["stand-down"] == outbox(store)["next-step"] == "queued"

    def test_press_and_answer_in_one_batch(self, store: Store, alert: tuple[Home, Alert]) -> None:
        press = pressed(alert[0], "a-2", 3)
        taken = acknowledge(press.outcome.alerts[0], "p-wang", at(5))
        answer = changed(press.after, taken, EntryKind.ALERT_ACKNOWLEDGED, 4, 5)
        lines = store.commit(batch(press, answer))
        assert lines[-1].cancelled == ("a-2-1",)
        assert outbox(store) == {
            "a-1-1": "queued", "a-1-2": "queued", "a-2-1": "cancelled", "a-2-2": "queued",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("reported", "left"), [("queued", "cancelled"), ("failed", "cancelled"), ("sent", "sent")]
    )
    @pytest.mark.parametrize("together", [False, True])
    def test_a_report_after_the_answer(
        self, store: Store, alert: tuple[Home, Alert], reported: str, left: str, together: bool
    ) -> None:
        """A retry never brings back what was cancelled; what had gone already is shown as gone."""
        taken = acknowledge(alert[1], "p-wang", at(5))
        answer = changed(alert[0], taken, EntryKind.ALERT_ACKNOWLEDGED, 3, 5)
        report = self.delivered(answer.after, "a-1-1", reported)
        if together and reported != "failed":
            store.commit(batch(answer, report))
        else:
            store.commit(batch(answer))
            store.commit(batch(report))
        assert outbox(store)["a-1-1"] == left

    def test_a_retry_waits_for_its_time(self, store: Store, alert: tuple[Home, Alert]) -> None:
        store.commit(batch(self.delivered(alert[0], "a-1-1", "queued")))
        (pending,) = (one for one in store.load().pending if one.notification.id == "a-1-1")
        assert (pending.attempts, pending.next_attempt_at) == (1, at(99))

    @pytest.mark.parametrize("late", ["sent", "queued", "failed"])
    def test_a_receipt_is_the_last_word(self, store: Store, alert: tuple[Home, Alert], late: str) -> None:
        store.commit(batch(self.delivered(alert[0], "a-1-1", "received")))
        store.commit(batch(self.delivered(alert[0], "a-1-1", late)))
        assert outbox(store)["a-1-1"] == "received"

    def test_the_same_notification_twice_is_one(self, store: Store, alert: tuple[Home, Alert]) -> None:
        store.commit(batch(self.delivered(alert[0], "a-1-1", "sent")))
        repeated = Outcome(alert[0], notifications=(notification(alert[1], "a-1-1"),))
        store.commit(batch(Effect(6, at(6), alert[0], alert[0], repeated)))
        assert outbox(store) == {"a-1-1": "sent", "a-1-2": "queued"}


def test_event_ids_are_known_after_the_commit_and_from_which_input(store: Store) -> None:
    before = samples.home()
    pairs = [("button-1", "event-a-1"), ("button-1", "event-a-2"), ("mat-1", "event-a-1")]
    assert store.seen_event_ids(pairs).keys() == set()
    store.commit(enrolled(before))
    store.commit(batch(pressed(before, "a-1", 7)))
    assert store.seen_event_ids(pairs).keys() == {("button-1", "event-a-1")}
    assert store.seen_event_ids(pairs, before_seq=7) == {}
    assert store.seen_event_ids(pairs, before_seq=8).keys() == {("button-1", "event-a-1")}
    assert store.seen_event_ids([("button-1", f"event-{n}") for n in range(1000)] + pairs[:1]).keys() == {
        pairs[0]
    }


def test_known_event_ids_are_looked_up_not_searched_for(store: Store) -> None:
    """Every batch with a press asks; reading all ids of 90 days each time would stand in the way of the next press."""
    asked: list[tuple[str, Any]] = []

    def listener(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "event_id" in statement:
            asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", listener)
    try:
        store.seen_event_ids([("button-1", "event-1")])
    finally:
        event.remove(Engine, "before_cursor_execute", listener)
    ((statement, parameters),) = asked
    plan = store.write(
        lambda connection: connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    )
    assert any("SEARCH known USING INDEX event_id_key" in str(step) for step in plan)


def test_late_messages_are_kept_once(store: Store) -> None:
    home = samples.home()
    messages = (samples.late(home, 3, 1), samples.late(home, 3, 2), samples.late(home, 3, 1))
    store.commit(enrolled(home))
    store.commit(Batch(at(0), history=list(messages)))
    store.save([], [], 2, at(1), history=[samples.late(home, 3, 2), samples.late(home, 4, 1)])
    kept = rows(store, "SELECT boot, seq, received_at - estimated_at, body FROM history ORDER BY 1, 2")
    assert [row[:3] for row in kept] == [(3, 1, 420_000_001), (3, 2, 420_000_001), (4, 1, 420_000_001)]
    assert codec.DEVICE_EVENT.load(kept[0][3]) == messages[0].event


def test_rejected_and_failed_inputs_are_kept_whole(store: Store) -> None:
    both = Batch(
        at(1),
        rejections=[Rejection(1, at(0), "care/v1/x", b"\xff{", "not_json", "byte 0")],
        failures=[Failure(2, at(1), "home-1", "Traceback: ...")],
    )
    store.commit(both)
    assert rows(store, "SELECT input_seq, topic, payload, reason, detail FROM rejected_message") == [
        (1, "care/v1/x", b"\xff{", "not_json", "byte 0")
    ]
    assert rows(store, "SELECT input_seq, home_id, traceback FROM failed_input") == [
        (2, "home-1", "Traceback: ...")
    ]


def test_readings_of_a_minute_become_one_row_with_its_extremes(store: Store) -> None:
    def read(seconds: float, value: float) -> Reading:
        return Reading("home-1", "r-1", "heart_rate_bpm", at(seconds), value)

    store.save([], [read(0, 70), read(20, 66), read(40, 74), read(50, 80)], 4, at(60))
    store.commit(Batch(at(61), readings=[read(42, 61)]))
    minutes = rows(store, "SELECT value, low, high, count FROM reading ORDER BY minute_at")
    assert minutes == [(61, 61, 74, 4), (80, 80, 80, 1)]  # the story begins at second 15 of a minute


def test_the_lazy_save_moves_the_checkpoint_with_the_homes(store: Store) -> None:
    before = samples.home()
    store.commit(enrolled(before))
    store.commit(batch(inputs=[message(2), message(3)]))
    after = replace(before, devices={**before.devices, "button-1": DeviceState(boot=5, top_seq=1)})
    store.save([(before, after, 3)], [], 3, at(9))
    loaded = store.load()
    assert (loaded.checkpoint_seq, loaded.saved_seq, loaded.hub_time_at) == (3, {"home-1": 3}, at(9))
    assert loaded.homes["home-1"] == after


def test_other_statements_join_the_transaction(store: Store) -> None:
    def also(connection: Connection) -> None:
        connection.execute(text("UPDATE cell SET checkpoint_seq = 1"))

    store.commit(Batch(at(0), inputs=[message(1)], extra=[also]))
    assert store.load().checkpoint_seq == 1


@pytest.mark.parametrize(
    "micros", [0, 1, 999_999, 86_399_999_999, 1_772_353_815_123_457, 4_102_444_800_000_001]
)
def test_instants_are_exact_to_the_microsecond(store: Store, micros: int) -> None:
    instant = samples.START_AT.fromtimestamp(0, samples.START_AT.tzinfo) + timedelta(microseconds=micros)
    home = replace(samples.home(), wake_at=instant)
    store.commit(enrolled(home))
    assert store.load().homes["home-1"].wake_at == instant
    assert rows(store, "SELECT wake_at FROM home") == [(micros,)]


def test_requests_that_are_done_leave_the_home(store: Store) -> None:
    home = samples.home()
    asked = samples.request(home, "q-1")
    waiting = replace(home, requests={"q-1": asked})
    done = replace(asked, state=RequestState.DONE, done_at=at(60), version=2)
    after = replace(waiting, requests={})
    store.commit(enrolled(home))
    store.commit(batch(Effect(2, at(0), home, waiting, Outcome(waiting, requests=(asked,)))))
    assert store.load().homes["home-1"].requests == {"q-1": asked}
    store.commit(batch(Effect(3, at(60), waiting, after, Outcome(after, requests=(done,)))))
    assert store.load().homes["home-1"].requests == {}
    assert rows(store, "SELECT state, version FROM service_request") == [("done", 2)]


def test_the_file_is_written_ahead_and_fully_synchronised(store: Store, path: Path) -> None:
    assert rows(store, "PRAGMA journal_mode") == [("wal",)]
    assert rows(store, "PRAGMA synchronous") == [(2,)]
    assert path.stat().st_mode & 0o077 == 0
    with sqlite3.connect(path) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
