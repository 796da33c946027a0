"""Copies of the store: taken while it is written, compared row by row, put back; and a damaged store that a copy replaces."""

import os
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.core.alerts import AlertKind
from hub.store import backup, clock_anchor
from hub.store.errors import NotAStore, StoreError, StoreLocked, WrongCell
from hub.store.store import Store
from tests.store.made import empty, put
from tests.story import CELL, Story

NOW = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        tables = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        ]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}


@pytest.fixture
def story(tmp_path: Path) -> Story:
    told = Story(tmp_path / "hub.sqlite")
    told.press()
    told.take("butler-wang")
    told.measure(spo2_percent=97)
    told.engine.stop()
    return told


def copied(story: Story, folder: Path, at: datetime = NOW) -> backup.Copy:
    return backup.take(story.path, folder, CELL, at)


def test_a_copy_holds_every_row_of_a_store_that_is_open(story: Story, tmp_path: Path) -> None:
    copy = copied(story, tmp_path / "copies")
    assert content(copy.path) == content(story.path)
    assert copy.last_seq == story.rows("SELECT max(seq) FROM input_log")[0][0]
    assert copy.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "copies").iterdir()] == [copy.path.name], (
        "one file, nothing beside it"
    )
    story.store.close()


def test_a_copy_taken_while_the_hub_writes_is_whole(story: Story, tmp_path: Path) -> None:
    ended = threading.Event()
    taken: list[backup.Copy] = []

    def copy() -> None:
        try:
            instants = (NOW + timedelta(seconds=number) for number in range(5))
            taken.extend(copied(story, tmp_path / "copies", at) for at in instants)
        finally:
            ended.set()

    thread = threading.Thread(target=copy)
    thread.start()
    presses = 0
    while not ended.is_set() or presses < 20:
        story.press("h3", "pendant")
        presses += 1
    thread.join()
    assert len(taken) == 5
    for one in taken:
        with Store.open(one.path, CELL) as store:
            assert all(store.verify_chain(home_id).intact for home_id in ("h1", "h2", "h3"))
            assert store.load().last_seq == one.last_seq
    story.store.close()


def test_what_is_put_back_is_what_was_copied(story: Story, tmp_path: Path) -> None:
    copy = copied(story, tmp_path)
    before = content(copy.path)
    story.press("h2", "cord")
    clock_anchor.keep(story.path, story.clock.anchor())
    story.store.close()
    done = backup.put_back(story.path, copy, NOW, with_inputs=False)
    # A clock that ran away is what some copies are put back for.
    assert clock_anchor.load(story.path) is None
    assert content(story.path) == before
    assert done.saved_inputs == 0
    assert done.aside is not None
    with Store.open(done.aside, CELL) as former:
        assert "h2" in [key for key, home in former.load().homes.items() if home.alerts]


def test_what_came_since_the_copy_goes_along_and_is_judged_again(story: Story, tmp_path: Path) -> None:
    copy = copied(story, tmp_path)
    story.press("h2", "cord", event_id="since-the-copy-1")
    story.measure(spo2_percent=96)
    story.store.close()
    done = backup.put_back(story.path, copy, NOW)
    assert done.saved_inputs >= 2
    story._open()
    alert = story.of(AlertKind.EMERGENCY_CALL, "h2")
    assert alert.event_ids == ("since-the-copy-1",)
    story.run()
    assert "butler-wang" in story.asked()
    assert story.store.verify_chain("h2").intact
    story.store.close()


def test_a_store_that_a_hub_has_open_is_not_touched(story: Story, tmp_path: Path) -> None:
    copy = copied(story, tmp_path)
    with pytest.raises(StoreLocked):
        backup.put_back(story.path, copy, NOW)
    story.press("h2", "cord")
    assert story.of(AlertKind.EMERGENCY_CALL, "h2").open
    story.store.close()


def damage(path: Path, from_byte: int) -> None:
    with path.open("r+b") as file:
        file.seek(from_byte)
        file.write(os.urandom(8192))


@pytest.mark.parametrize("name", ["demo-20260303T040000Z.sqlite", "hub.sqlite", "story-1.sqlite"])
def test_only_copies_of_the_cell_are_found(tmp_path: Path, name: str) -> None:
    put(empty(CELL), tmp_path / name)
    with pytest.raises(backup.NoCopy, match="holds no copy"):
        backup.newest(tmp_path, CELL)


def test_a_damaged_copy_is_passed_over_and_the_one_before_it_taken(story: Story, tmp_path: Path) -> None:
    older = copied(story, tmp_path / "copies")
    newer = copied(story, tmp_path / "copies", NOW + timedelta(days=1))
    story.store.close()
    damage(newer.path, 8192)
    with pytest.raises(StoreError):
        backup.look_at(newer.path, CELL)
    assert backup.newest(tmp_path / "copies", CELL).path == older.path
    with pytest.raises(WrongCell):
        backup.look_at(older.path, "another")


def test_copies_are_kept_by_number(story: Story, tmp_path: Path) -> None:
    taken = [copied(story, tmp_path / "copies", NOW + timedelta(days=number)).path for number in range(4)]
    assert backup.thin(tmp_path / "copies", CELL, 2) == taken[1::-1]
    assert backup.copies(tmp_path / "copies", CELL) == taken[:1:-1]
    assert backup.taken_at(taken[3]) == NOW + timedelta(days=3)
    story.store.close()


def test_a_folder_that_takes_nothing_is_said_and_leaves_nothing(story: Story, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match="no copy can be written there"):
        copied(story, tmp_path / "file")
    story.store.close()


def test_inputs_are_saved_out_of_a_store_whose_first_page_is_gone(story: Story, tmp_path: Path) -> None:
    copy = copied(story, tmp_path)
    story.store.close()
    story.path.write_bytes(os.urandom(8192))
    with pytest.raises(NotAStore):
        Store.open(story.path, CELL)
    done = backup.put_back(story.path, copy, NOW)
    assert (done.saved_inputs, content(story.path)) == (0, content(copy.path))
