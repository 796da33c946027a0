"""Hub time in the store: the newest committed instant is known again after every end, though not every commit writes the row."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.store.store import Batch, InputSource, LoggedInput, Store
from tests.store.samples import CELL, at

HEARTBEAT = b'{"v":1}'


def heard(seq: int, seconds: float) -> Batch:
    instant = at(seconds)
    return Batch(instant, inputs=[LoggedInput(seq, instant, InputSource.MESSAGE, "h1", "care/v1", HEARTBEAT)])


@pytest.mark.parametrize("gap_s", [1, 599, 601, 7_200, 40 * 86_400])
def test_what_the_last_commit_was_is_known_again(tmp_path: Path, gap_s: float) -> None:
    """After a gap of any length, a jump of weeks too."""
    path = tmp_path / "cell.sqlite"
    with Store.open(path, CELL) as store:
        for number in range(1, 4):
            store.commit(heard(number, gap_s * number))
    with Store.open(path, CELL) as again:
        assert again.load_hub_time() == at(gap_s * 3)
        assert again.load().hub_time_at == at(gap_s * 3)


def test_a_damaged_instant_of_the_newest_input_carries_hub_time_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "cell.sqlite"
    with Store.open(path, CELL) as store:
        store.commit(heard(1, 0))
        store.commit(heard(2, 5))
        store.write(
            lambda connection: connection.exec_driver_sql(
                "UPDATE input_log SET at = at + (1 << 50) WHERE seq = 2"
            )
        )
    with Store.open(path, CELL) as again:
        found = again.load_hub_time()
    assert found is not None
    assert at(0) <= found <= at(0) + timedelta(minutes=10)


def test_telemetry_writes_one_page_of_the_log_and_no_other(tmp_path: Path) -> None:
    """What an SD card bears a thousand times a day: a commit of one heartbeat is one frame of the write-ahead log."""
    path = tmp_path / "cell.sqlite"
    wal = path.with_name(path.name + "-wal")
    with Store.open(path, CELL) as store:
        for number in range(1, 6):
            store.commit(heard(number, number))
        before = wal.stat().st_size
        for number in range(6, 16):
            store.commit(heard(number, number))
        frame = 4096 + 24
        assert (wal.stat().st_size - before) / frame <= 10 + 2
