"""What the hub does as its disk fills: early retention, few copies, telemetry spared, and a sentence in both languages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.disk import Disk
from hub.store import backup
from hub.store.space import MB, Room, Space
from hub.store.store import Batch, InputSource, LoggedInput, Retention, Store
from tests.store.samples import CELL, at

DAY_S = 86_400
NOON = datetime(2026, 3, 3, 4, tzinfo=UTC)


class Filling:
    """A disk of 1,000 MB that a test fills as it likes, watched."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "hub.sqlite"
        self.store = Store.open(self.path, CELL)
        self.free_mb = 500.0
        self.spared: list[tuple[bool, int]] = []
        self.disk = Disk(self.store, self.path, lambda *said: self.spared.append(said), self.look)

    def look(self, _: Path) -> Space:
        return Space(1_000 * MB, int(self.free_mb * MB))

    def now_free(self, mb: float) -> bool:
        self.free_mb = mb
        return self.disk.look()

    def inputs(self) -> int:
        return int(
            self.store.write(lambda c: c.exec_driver_sql("SELECT count(*) FROM input_log").scalar_one())
        )

    def live(self, days: int, a_day: int) -> None:
        for day in range(days):
            now = at(day * DAY_S / 2)
            lines = [
                LoggedInput(day * a_day + number + 1, now, InputSource.MESSAGE, "h", "t", b"x" * 500)
                for number in range(a_day)
            ]
            self.store.commit(Batch(now, inputs=lines))
            self.store.save([], [], lines[-1].seq, now)


@pytest.fixture
def filling(tmp_path: Path) -> Filling:
    return Filling(tmp_path)


def test_each_level_begins_at_once_and_ends_by_itself(filling: Filling) -> None:
    assert not filling.now_free(500)
    assert filling.disk.problems() == []
    assert filling.now_free(95)
    assert not filling.now_free(94)
    assert filling.now_free(45)
    assert not filling.now_free(80)
    assert filling.disk.room is Room.SHORT
    assert not filling.now_free(300)
    assert filling.disk.problems() == []
    assert [scarce for scarce, _ in filling.spared] == [False, False, False, True, False, False]


@pytest.mark.parametrize(
    ("free_mb", "zh", "en"),
    [
        (90, "磁盘只剩 9%：旧资料已提前清理", "Only 9 % of the disk is free: what is old was removed early"),
        (30, "磁盘只剩 3%：求救、跌倒、报警照常", "calls, falls and alarms are handled as ever"),
    ],
)
def test_the_console_has_a_sentence_for_it(filling: Filling, free_mb: float, zh: str, en: str) -> None:
    filling.now_free(free_mb)
    ((code, sentence),) = filling.disk.problems()
    assert code == "disk"
    assert sentence.startswith(zh)
    assert en in sentence


def test_while_room_is_short_what_is_old_goes_early_and_the_file_shrinks(filling: Filling) -> None:
    filling.live(days=12, a_day=3_000)  # six days of time
    before = filling.inputs()
    filling.disk.forget(at(5.5 * DAY_S), Retention())
    assert filling.inputs() == before
    size = filling.path.stat().st_size
    filling.now_free(90)
    filling.disk.forget(at(5.5 * DAY_S), Retention())
    assert filling.inputs() < before / 2
    filling.store.close()
    assert filling.path.stat().st_size < size


def test_copies_are_few_while_room_is_short_and_none_where_there_is_none(
    filling: Filling, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    for number in range(4):
        filling.disk.copy(folder, CELL, 3, NOON + timedelta(days=number))
    assert len(backup.copies(folder, CELL)) == 3
    filling.now_free(100)
    filling.disk.copy(folder, CELL, 3, NOON + timedelta(days=5))
    (left,) = backup.copies(folder, CELL)
    assert backup.taken_at(left) == NOON + timedelta(days=3)
    ((code, sentence),) = filling.disk.problems()
    assert code == "backup"
    assert "没有做备份" in sentence
    filling.now_free(500)
    filling.disk.copy(folder, CELL, 3, NOON + timedelta(days=6))
    assert backup.taken_at(backup.copies(folder, CELL)[0]) == NOON + timedelta(days=6)
    assert filling.disk.problems() == []


def test_only_so_many_copies_go_as_make_room(filling: Filling, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    for number in range(3):
        filling.disk.copy(folder, CELL, 3, NOON + timedelta(days=number))
    oldest = backup.copies(folder, CELL)[-1]
    disk = Disk(
        *(filling.store, filling.path, lambda *said: None),
        lambda _: Space(1_000 * MB, (100 if oldest.exists() else 500) * MB),
    )
    disk.copy(folder, CELL, 5, NOON + timedelta(days=4))
    days = [(backup.taken_at(path) - NOON).days for path in backup.copies(folder, CELL)]
    assert days == [4, 2, 1]


def test_the_newest_copy_that_is_whole_never_goes_to_make_room(filling: Filling, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    for number in range(3):
        filling.disk.copy(folder, CELL, 3, NOON + timedelta(days=number))
    newest, whole, oldest = backup.copies(folder, CELL)
    newest.write_bytes(b"half a copy")
    filling.now_free(100)
    filling.disk.copy(folder, CELL, 3, NOON + timedelta(days=4))
    assert (newest.exists(), whole.exists(), oldest.exists()) == (False, True, False)
    whole.write_bytes(b"half a copy")
    filling.disk.copy(folder, CELL, 3, NOON + timedelta(days=5))
    assert backup.copies(folder, CELL) == [whole]
