"""A batch is there whole or not at all: when a statement fails, when the disk is full, when the process is killed."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from hub.core.alerts import acknowledge
from hub.core.journal import EntryKind
from hub.core.outcome import Reading
from hub.store.store import Batch, Loaded, Store, StoreUnavailable
from tests.store import committing, samples
from tests.store.samples import CELL, at, batch, changed, enrolled, message, pressed

pytestmark = pytest.mark.slow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cell.sqlite"


def prepared(path: Path) -> tuple[Store, Batch]:
    """A store with an open alert, and a batch that touches nearly every table."""
    before = samples.home()
    store = Store.open(path, CELL, busy_timeout=timedelta(milliseconds=20))
    store.commit(enrolled(before))
    first = pressed(before, "a-1", 2)
    store.commit(batch(first, inputs=[message(2)]))
    taken = acknowledge(first.outcome.alerts[0], "p-wang", at(5))
    answer = changed(first.after, taken, EntryKind.ALERT_ACKNOWLEDGED, 3, 5)
    second = pressed(answer.after, "a-2", 4, 6)
    following = batch(answer, second, inputs=[message(3, 5), message(4, 6)], seconds=6)
    following.readings.append(Reading("home-1", "r-1", "heart_rate_bpm", at(6), 71))
    following.history.append(samples.late(before, 1, 1))
    return store, following


class Broken(Exception):
    """What a statement raises in these tests."""


@contextmanager
def before_statement(do: Callable[[int], None]) -> Iterator[None]:
    """Call `do(n)` before the nth statement of any store."""
    count = 0

    def listener(*_: Any) -> None:
        nonlocal count
        count += 1
        do(count)

    event.listen(Engine, "before_cursor_execute", listener)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", listener)


def everything(loaded: Loaded) -> tuple[object, ...]:
    return (
        *(loaded.homes, loaded.saved_seq, loaded.checkpoint_seq, loaded.last_seq, loaded.hub_time_at),
        *loaded.pending,
    )


def statements_of_a_commit(path: Path) -> int:
    store, following = prepared(path)
    counted: list[int] = []
    with store, before_statement(counted.append):
        store.commit(following)
    return len(counted)


def test_a_failure_at_any_statement_leaves_nothing_and_the_batch_can_come_again(tmp_path: Path) -> None:
    count = statements_of_a_commit(tmp_path / "counting.sqlite")
    assert count > 10
    for failing in range(1, count + 1):

        def fail(number: int, failing: int = failing) -> None:
            if number == failing:
                raise Broken

        store, following = prepared(tmp_path / f"{failing}.sqlite")
        with store:
            whole = everything(store.load())
            with pytest.raises(Broken), before_statement(fail):
                store.commit(following)
            assert everything(store.load()) == whole
            assert [line.number for line in store.commit(following)] == [3, 4, 5]
            assert store.verify_chain("home-1").intact
            assert store.load().homes["home-1"] == following.effects[-1].after


def test_the_file_at_any_moment_of_a_commit_holds_the_batches_before_it(path: Path, tmp_path: Path) -> None:
    """Power lost at a statement: what lies on the disk then is copied and opened."""
    store, following = prepared(path)
    copies: list[Path] = []

    def copy(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{path}{suffix}", f"{folder / path.name}{suffix}")
        copies.append(folder / path.name)

    with store:
        whole = everything(store.load())
        with before_statement(copy):
            store.commit(following)
        after = everything(store.load())
    assert len(copies) > 10
    for copied in copies:
        with Store.open(copied, CELL) as opened:
            assert everything(opened.load()) == whole
    with Store.open(path, CELL) as opened:
        assert everything(opened.load()) == after


def test_what_another_writer_in_the_transaction_raises_undoes_the_batch(path: Path) -> None:
    store, following = prepared(path)

    def breaks(_: Connection) -> None:
        raise Broken

    with store:
        whole = everything(store.load())
        following.extra.append(breaks)
        with pytest.raises(Broken):
            store.commit(following)
        with pytest.raises(Broken):
            store.write(breaks)
        assert everything(store.load()) == whole
        following.extra.clear()
        assert [line.number for line in store.commit(following)] == [3, 4, 5]


def test_a_full_disk_is_said_and_passes(path: Path) -> None:
    store, following = prepared(path)
    with store:
        whole = everything(store.load())
        # The database may not grow by a page any more, as on a full disk.
        store.write(lambda connection: connection.execute(text("PRAGMA max_page_count = 1")))
        following.inputs.extend(message(seq) for seq in range(5, 900))
        with pytest.raises(StoreUnavailable, match="the disk is full; free some space"):
            store.commit(following)
        assert everything(store.load()) == whole
        store.write(lambda connection: connection.execute(text("PRAGMA max_page_count = 1000000")))
        assert [line.number for line in store.commit(following)] == [3, 4, 5]
        assert store.verify_chain("home-1").intact


def test_another_program_in_the_file_is_said_and_passes(path: Path) -> None:
    store, following = prepared(path)
    other = sqlite3.connect(path, isolation_level=None)
    with store:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="another program holds the database"):
            store.commit(following)
        other.execute("ROLLBACK")
        other.close()
        assert len(store.commit(following)) == 3


def test_killed_while_committing_every_batch_is_whole_and_none_that_was_safe_is_missing(path: Path) -> None:
    said = 0
    for round_ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.committing", str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(10 + 7 * round_):
            said = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        said = max([said, *(int(line) for line in process.stdout if line.endswith("\n"))])
        process.wait()
        process.stdout.close()

        with Store.open(path, CELL) as store:  # the kernel let go of the dead process's lock
            loaded = store.load()
            home, seq = loaded.homes["home-1"], loaded.last_seq
            batches = seq // committing.INPUTS - 1
            assert seq >= said
            assert seq % committing.INPUTS == 0
            assert [logged.seq for logged in store.inputs_after(3)] == list(range(4, seq + 1))
            assert home.alerts["a-1"].version == 1 + batches
            assert home.alerts["a-1"].event_ids[-1] == f"event-{seq}"
            assert home.devices["mat-1"].top_seq == loaded.saved_seq["home-1"] == seq
            assert len(loaded.pending) == batches
            assert loaded.hub_time_at == at(seq)
            report = store.verify_chain("home-1")
            assert (report.intact, report.entries) == (True, batches)
            ids = [("button-1", f"event-{number}") for number in range(6, seq + 3, 3)]
            assert store.seen_event_ids(ids).keys() == set(ids[:batches])
