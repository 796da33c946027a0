"""The journal shows every change made behind the hub's back, and forgetting in time breaks nothing that must be kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.core.alerts import WhatItWas, WhatWasDone, resolve
from hub.core.journal import EntryKind
from hub.core.outcome import DeliveryUpdate, Outcome, Reading
from hub.core.service_requests import RequestState
from hub.store.retention import CHUNK_ROWS, CHUNKS_A_TURN
from hub.store.store import Batch, Effect, Failure, Rejection, Retention, RetentionReport, Standstill, Store
from tests.store import samples
from tests.store.samples import CELL, at, batch, changed, enrolled, message, pressed

DAY_S = 86_400.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "cell.sqlite", CELL) as opened:
        yield opened


def run(store: Store, statement: str) -> None:
    store.write(lambda connection: connection.execute(text(statement)))


def count(store: Store, table: str) -> int:
    return int(
        store.write(lambda connection: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
    )


def retain(store: Store, now: datetime, policy: Retention, max_chunks: int | None = None) -> RetentionReport:
    """Forget in time, after the hub has run until now."""
    samples.keep_running(store, now)
    return store.retain(now, policy, max_chunks)


def pressed_often(store: Store, times: int, apart_s: float = DAY_S) -> None:
    """Alternating in two homes, the presses `apart_s` apart, each with two journal lines."""
    homes = [samples.home("home-1"), samples.home("home-2")]
    if not store.load().homes:
        store.commit(enrolled(*homes))
    for number in range(times):
        which = number % 2
        effect = pressed(homes[which], f"a-{number}", number + 2, number * apart_s)
        inputs = [message(number + 2, number * apart_s)]
        store.commit(batch(effect, inputs=inputs, seconds=number * apart_s))
        homes[which] = effect.after


class TestChain:
    def test_untouched_it_is_intact(self, store: Store) -> None:
        pressed_often(store, 6)
        assert [store.verify_chain(home).entries for home in ("home-1", "home-2")] == [6, 6]
        assert store.verify_chain("home-1").intact
        assert store.verify_chain("nobody").intact

    @pytest.mark.parametrize(
        ("tampering", "broken_at"),
        [
            ("UPDATE journal SET data = replace(data, '床头', '客厅') WHERE number = 5", 5),
            ("UPDATE journal SET by = 'somebody' WHERE number = 5", 5),
            ("UPDATE journal SET at = at + 1 WHERE number = 5", 5),
            ("UPDATE journal SET kind = 'alert_note' WHERE number = 1", 1),
            ("UPDATE journal SET number = 400 WHERE number = 9", 10),
            ("DELETE FROM journal WHERE number = 5", 6),
            ("DELETE FROM journal WHERE number = 1", 2),
            ("DELETE FROM journal WHERE number >= 9", None),
            ("DELETE FROM journal", None),
        ],
    )
    def test_a_changed_or_missing_row_shows(
        self, store: Store, tampering: str, broken_at: int | None
    ) -> None:
        pressed_often(store, 6)
        run(store, tampering)
        report = store.verify_chain("home-1")
        assert (report.intact, report.broken_at) == (False, broken_at)
        assert report.detail
        untouched = "DELETE FROM journal" not in tampering or broken_at is not None
        assert store.verify_chain("home-2").intact is untouched

    def test_it_goes_on_after_a_restart(self, tmp_path: Path) -> None:
        path = tmp_path / "again.sqlite"
        home = samples.home()
        with Store.open(path, CELL) as store:
            store.commit(enrolled(home))
            effect = pressed(home, "a-1", 2)
            store.commit(batch(effect))
        with Store.open(path, CELL) as store:
            lines = store.commit(batch(pressed(effect.after, "a-2", 3)))
            assert [line.number for line in lines] == [3, 4]
            report = store.verify_chain("home-1")
            assert (report.intact, report.entries) == (True, 4)


class TestRetention:
    def test_old_journal_goes_and_the_rest_stays_verifiable(self, store: Store) -> None:
        pressed_often(store, 40)
        report = retain(store, at(40 * DAY_S), Retention(journal=timedelta(days=10)))
        assert report.removed["journal"] == 60
        for home_id in ("home-1", "home-2"):
            verified = store.verify_chain(home_id)
            assert (verified.intact, verified.entries) == (True, 10)
        run(store, "DELETE FROM journal WHERE number = 61")
        assert not store.verify_chain("home-1").intact or not store.verify_chain("home-2").intact

    def test_numbers_are_never_given_twice_even_when_all_lines_are_gone(self, tmp_path: Path) -> None:
        path = tmp_path / "empty.sqlite"
        home = samples.home()
        with Store.open(path, CELL) as store:
            store.commit(enrolled(home))
            effect = pressed(home, "a-1", 2)
            store.commit(batch(effect))
            retain(store, at(2000 * DAY_S), Retention())
            assert count(store, "journal") == 0
        with Store.open(path, CELL) as store:
            lines = store.commit(batch(pressed(effect.after, "a-2", 3)))
            assert [line.number for line in lines] == [3, 4]
            assert store.verify_chain("home-1").intact

    def test_the_input_log_is_kept_up_to_the_checkpoint_however_old(self, store: Store) -> None:
        store.commit(batch(inputs=[message(seq, seq * DAY_S) for seq in range(1, 21)]))
        samples.keep_running(store, at(20 * DAY_S))
        store.save([], [], 5, at(20 * DAY_S))
        retain(store, at(500 * DAY_S), Retention())
        assert [logged.seq for logged in store.inputs_after(0)] == list(range(6, 21))
        store.save([], [], 20, at(20 * DAY_S))
        retain(store, at(20 * DAY_S), Retention())
        assert [logged.seq for logged in store.inputs_after(0)] == list(range(13, 21))
        retain(store, at(500 * DAY_S), Retention())
        assert list(store.inputs_after(0)) == []
        assert store.load().last_seq == 20

    def test_open_alerts_and_what_still_has_to_be_sent_stay(self, store: Store) -> None:
        home = samples.home()
        store.commit(enrolled(home))
        still_open = pressed(home, "a-open", 2)
        closing = pressed(still_open.after, "a-closed", 3)
        done = resolve(closing.outcome.alerts[0], "op-1", at(9), WhatItWas.TEST, WhatWasDone.BY_PHONE)
        closed = changed(closing.after, done, EntryKind.ALERT_RESOLVED, 4, 9)
        asked = {name: samples.request(home, name) for name in ("q-open", "q-done")}
        asked["q-done"] = replace(asked["q-done"], state=RequestState.DONE)
        after = replace(closed.after, requests={"q-open": asked["q-open"]})
        sent = (DeliveryUpdate("a-closed-2", "sent", 1, None),)
        last = Effect(
            *(5, at(9), closed.after, after),
            Outcome(after, requests=tuple(asked.values()), deliveries=sent),
        )
        store.commit(batch(still_open, closing, closed, last))
        before = store.load()
        report = retain(store, at(2000 * DAY_S), Retention())
        assert report.complete
        assert store.load().homes == before.homes
        assert store.load().pending == before.pending
        assert [pending.notification.id for pending in before.pending] == ["a-open-1", "a-open-2"]
        assert report.removed == {
            "event_id": 2, "outbox": 2, "alert": 1, "service_request": 1, "journal": 5,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("table", "kept_days"),
        [("reading", 400), ("history", 90), ("event_id", 90), ("rejected_message", 90), ("failed_input", 90)],
    )
    def test_each_thing_is_kept_for_its_time(self, store: Store, table: str, kept_days: int) -> None:
        home = samples.home()
        store.commit(enrolled(home))
        late = replace(samples.late(home, 1, 1), received_at=at(0))
        effect = Effect(2, at(0), home, home, Outcome(home, remember=(("button-1", "event-1"),)))
        store.commit(
            Batch(
                at(0),
                effects=[effect],
                rejections=[Rejection(1, at(0), "t", b"", "not_json", "")],
                failures=[Failure(1, at(0), "home-1", "")],
                readings=[Reading("home-1", "r-1", "heart_rate_bpm", at(0), 70)],
                history=[late],
            )
        )
        retain(store, at((kept_days - 1) * DAY_S), Retention())
        assert count(store, table) == 1
        retain(store, at((kept_days + 1) * DAY_S), Retention())
        assert count(store, table) == 0

    def test_it_goes_on_where_it_was_stopped(self, store: Store) -> None:
        store.commit(batch(inputs=[message(seq) for seq in range(1, 1801)]))
        store.save([], [], 1800, at(0))
        first = retain(store, at(30 * DAY_S), Retention(), max_chunks=2)
        assert (first.complete, first.removed) == (False, {"input_log": 1000})
        assert retain(store, at(30 * DAY_S), Retention()).removed == {"input_log": 800}

    def test_a_long_table_keeps_no_other_one_waiting(self, store: Store) -> None:
        count_of_old = (CHUNKS_A_TURN + 5) * CHUNK_ROWS
        store.commit(
            Batch(
                at(0),
                inputs=[message(seq) for seq in range(1, count_of_old + 1)],
                rejections=[Rejection(seq, at(0), "t", b"", "not_json", "") for seq in range(1, 11)],
            )
        )
        store.save([], [], count_of_old, at(0))
        bounded = retain(store, at(500 * DAY_S), Retention(), max_chunks=CHUNKS_A_TURN + 10)
        assert bounded.removed == {"input_log": CHUNKS_A_TURN * CHUNK_ROWS, "rejected_message": 10}
        rest = retain(store, at(500 * DAY_S), Retention())
        assert (rest.complete, rest.removed) == (True, {"input_log": 5 * CHUNK_ROWS})


class TestClocksThatJump:
    """What a clock jumped over makes nothing older, whether the jump was right or wrong."""

    YEARS_S = 73 * 365 * DAY_S
    KEPT = ("journal", "event_id", "reading", "alert")

    @pytest.fixture
    def filled(self, store: Store) -> Store:
        home = samples.home()
        store.commit(enrolled(home))
        effect = pressed(home, "a-1", 2, 10)
        done = resolve(effect.outcome.alerts[0], "op-1", at(20), WhatItWas.TEST, WhatWasDone.BY_PHONE)
        store.commit(batch(effect, changed(effect.after, done, EntryKind.ALERT_RESOLVED, 3, 20), seconds=20))
        readings = [Reading("home-1", "r-1", "heart_rate_bpm", at(0), 70)]
        store.save([], readings, 3, at(30))
        return store

    def counts(self, store: Store) -> list[int]:
        return [count(store, table) for table in self.KEPT]

    def test_one_wrong_reading_deletes_nothing(self, filled: Store) -> None:
        before = self.counts(filled)
        assert filled.retain(at(self.YEARS_S), Retention()).removed == {}
        assert self.counts(filled) == before
        assert filled.standstills() == [Standstill(at(30), at(self.YEARS_S))]

    @pytest.mark.parametrize("how", ["commit", "save", "restart"])
    def test_nor_does_it_when_the_process_ended_before_retention_saw_it(
        self, filled: Store, how: str
    ) -> None:
        before = self.counts(filled)
        if how == "commit":
            filled.commit(batch(inputs=[message(9, self.YEARS_S)], seconds=self.YEARS_S))
        elif how == "save":
            filled.save([], [], 9, at(self.YEARS_S))
        filled.close()
        with Store.open(filled.path, CELL) as again:
            assert again.retain(at(self.YEARS_S + 600), Retention()).removed == {}
            assert self.counts(again) == before

    def test_everything_goes_in_its_time_after_it(self, filled: Store) -> None:
        filled.retain(at(self.YEARS_S), Retention())
        retain(filled, at(self.YEARS_S + 89 * DAY_S), Retention())
        assert count(filled, "event_id") == 1
        retain(filled, at(self.YEARS_S + 91 * DAY_S), Retention())
        assert count(filled, "event_id") == 0
        assert count(filled, "journal") > 0
        retain(filled, at(self.YEARS_S + 1_100 * DAY_S), Retention())
        assert self.counts(filled) == [0, 0, 0, 0]

    def test_what_came_after_a_jump_goes_in_its_time_too(self, filled: Store) -> None:
        for far in (100, 300, 900):
            filled.note_running(at(far * DAY_S))
        filled.commit(batch(inputs=[message(9, 900 * DAY_S)], seconds=900 * DAY_S))
        filled.save([], [], 9, at(900 * DAY_S))
        retain(filled, at(908 * DAY_S), Retention())
        assert list(filled.inputs_after(0)) == []
        assert count(filled, "event_id") == 1

    def test_a_machine_that_is_off_for_the_weekend_keeps_everything_so_much_longer(
        self, store: Store
    ) -> None:
        store.commit(batch(inputs=[message(1, 0)], seconds=0))
        store.save([], [], 1, at(0))
        for day in (1, 2, 3, 6, 7, 8, 9):  # off from the third to the sixth
            store.retain(at(day * DAY_S), Retention(input_log=timedelta(days=7)))
            assert len(list(store.inputs_after(0))) == 1
        store.retain(at(10.5 * DAY_S), Retention(input_log=timedelta(days=7)))
        assert len(list(store.inputs_after(0))) == 1, "a day and a half without a note is a standstill too"
        store.retain(at(11.5 * DAY_S), Retention(input_log=timedelta(days=7)))
        store.retain(at(12 * DAY_S), Retention(input_log=timedelta(days=7)))
        assert list(store.inputs_after(0)) == []
