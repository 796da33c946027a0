"""A store that lives long stays small: what retention removes is given back, the log is bounded, a reserve stays in the file."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.store import space
from hub.store.connection import WAL_LIMIT_BYTES
from hub.store.space import MB, RESERVE_BYTES, Room, Space
from hub.store.store import Batch, InputSource, LoggedInput, Retention, Store
from tests.store.samples import CELL, at

PAYLOAD = b"x" * 300
DAY_S = 86_400
INPUTS_A_DAY = 2_000
MOST_INPUTS = 1_000_000
POLICY = Retention(input_log=timedelta(days=7))


def live(store: Store, days: range, inputs: int = INPUTS_A_DAY) -> None:
    """So many days, each with its inputs in batches and retention at its end."""
    for day in days:
        for part in range(10):
            now = at(day * DAY_S + part * 8_000)
            first = day * MOST_INPUTS + part * inputs // 10 + 1
            lines = [
                LoggedInput(seq, now, InputSource.MESSAGE, "home-1", "care/v1/c/h/d/vital", PAYLOAD)
                for seq in range(first, first + inputs // 10)
            ]
            store.commit(Batch(now, inputs=lines))
        store.save([], [], lines[-1].seq, now)
        store.retain(now, POLICY)


def size(path: Path) -> int:
    return path.stat().st_size


def test_a_store_that_lives_long_stays_as_large_as_what_it_keeps(tmp_path: Path) -> None:
    path = tmp_path / "cell.sqlite"
    with Store.open(path, CELL) as store:
        live(store, range(10))
        after_ten_days = store.write(space.file_bytes)
        live(store, range(10, 60))
        assert store.write(space.file_bytes) < 1.1 * after_ten_days
        assert path.with_name(path.name + "-wal").stat().st_size <= WAL_LIMIT_BYTES


def test_after_a_busy_time_the_file_becomes_shorter_again(tmp_path: Path) -> None:
    path = tmp_path / "cell.sqlite"
    with Store.open(path, CELL) as store:
        store.keep_reserve()
        live(store, range(1), inputs=150_000)
        large = store.write(space.file_bytes)
        live(store, range(1, 20), inputs=50)
        given = store.give_back()
        assert given > 20 * MB
        assert store.write(space.file_bytes) < large - given + MB
        assert store.write(space.free_pages_bytes) >= RESERVE_BYTES - MB
    assert size(path) < large - given + MB
    with Store.open(path, CELL) as again:
        assert again.write(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar()) == "ok"
        assert again.give_back() == 0


def test_the_reserve_is_written_once_and_again_only_where_it_was_used(tmp_path: Path) -> None:
    path = tmp_path / "cell.sqlite"
    with Store.open(path, CELL) as store:
        assert store.keep_reserve() >= RESERVE_BYTES
        assert store.keep_reserve() == 0
        live(store, range(1), inputs=40_000)
        assert store.write(space.free_pages_bytes) < RESERVE_BYTES * 0.75
        assert store.keep_reserve() > 0
        assert store.write(space.free_pages_bytes) >= RESERVE_BYTES - MB


def test_a_log_that_has_its_blocks_already_is_read_like_any_other(tmp_path: Path) -> None:
    """As after a kill: the log is as long as it was laid out, and holds only what was committed."""
    path, copy = tmp_path / "cell.sqlite", tmp_path / "copy" / "cell.sqlite"
    with Store.open(path, CELL) as store:
        log = path.with_name(path.name + "-wal")
        assert log.stat().st_size >= space.LOG_BYTES
        assert log.stat().st_blocks * 512 >= space.LOG_BYTES
        live(store, range(2), inputs=100)
        expected = store.load().last_seq
        copy.parent.mkdir()
        for part in (path, log):
            (copy.parent / part.name).write_bytes(part.read_bytes())
    with Store.open(copy, CELL) as again:
        assert again.load().last_seq == expected


def test_a_store_of_an_earlier_release_can_be_shortened_too(tmp_path: Path) -> None:
    path = tmp_path / "cell.sqlite"
    with Store.open(path, CELL) as store:
        driver = store._connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA auto_vacuum=NONE")
        driver.execute("VACUUM")
    with Store.open(path, CELL) as again:
        assert again.write(lambda c: c.exec_driver_sql("PRAGMA auto_vacuum").scalar()) == 2


@pytest.mark.parametrize(
    ("percent", "before", "room"),
    [
        (50, Room.ENOUGH, Room.ENOUGH),
        (9.9, Room.ENOUGH, Room.SHORT),
        (10.5, Room.SHORT, Room.SHORT),
        (10.5, Room.ENOUGH, Room.ENOUGH),
        (11.1, Room.SHORT, Room.ENOUGH),
        (4.9, Room.ENOUGH, Room.SCARCE),
        (5.5, Room.SCARCE, Room.SCARCE),
        (5.5, Room.SHORT, Room.SHORT),
        (6.1, Room.SCARCE, Room.SHORT),
        (0, Room.SHORT, Room.SCARCE),
    ],
)
def test_a_shortage_ends_a_little_above_where_it_began(percent: float, before: Room, room: Room) -> None:
    assert space.judge(Space(100_000, int(percent * 1000)), before) is room


def test_what_people_and_devices_rely_on_stays_while_the_disk_is_short() -> None:
    usual = Retention()
    short = usual.while_short
    assert short.input_log < usual.input_log
    assert short.readings < usual.readings
    assert (short.journal, short.event_ids) == (usual.journal, usual.event_ids)
    tighter = replace(usual, readings=timedelta(days=2))
    assert tighter.while_short.readings == timedelta(days=2)


def test_the_ballast_lies_beside_the_store_and_goes_only_when_there_is_no_room(tmp_path: Path) -> None:
    path = tmp_path / "cell.sqlite"
    space.lay_ballast(path)
    assert space.ballast(path).stat().st_blocks * 512 >= space.BALLAST_BYTES
    assert not space.make_room_to_start(path)
    assert space.ballast(path).exists()
