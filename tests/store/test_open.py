"""Who may open a store: one hub at a time, of its own cell, of a release that knows the schema."""

import os
import sqlite3
from pathlib import Path

import pytest

from hub.store.errors import NewerSchema, NotAStore, StoreLocked, StoreMissing, StoreUnavailable, WrongCell
from hub.store.store import Store
from tests.store.samples import CELL, batch, message


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cell.sqlite"


def test_a_second_opener_is_refused_and_told_who_holds_it(path: Path) -> None:
    with (
        Store.open(path, CELL),
        pytest.raises(StoreLocked, match=f"held by process {os.getpid()}; stop that hub"),
    ):
        Store.open(path, CELL)


def test_closing_lets_the_next_one_in(path: Path) -> None:
    first = Store.open(path, CELL)
    first.close()
    first.close()
    with Store.open(path, CELL) as second:
        assert second.load().homes == {}


@pytest.mark.parametrize(
    "cause", ["another cell", "a newer release", "another program's database", "rubbish"]
)
def test_what_is_not_ours_is_refused_unchanged_and_unlocked(path: Path, cause: str) -> None:
    if cause == "rubbish":
        path.write_bytes(b"this is no database at all" * 100)
    elif cause == "another program's database":
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE recipe (id INTEGER)")
        other.close()
    else:
        with Store.open(path, "jiaozuo" if cause == "another cell" else CELL) as store:
            store.commit(batch(inputs=[message(1)]))
    if cause == "a newer release":
        with sqlite3.connect(path) as other:
            other.execute("UPDATE cell SET schema_number = 999")
        other.close()
    before = path.read_bytes()
    expected = {
        "another cell": (WrongCell, "belongs to cell 'jiaozuo', not 'erqi'"),
        "a newer release": (NewerSchema, "schema 999, but this release knows"),
        "another program's database": (NotAStore, "a database of another program"),
        "rubbish": (NotAStore, "restore it from a backup"),
    }
    error, sentence = expected[cause]
    for _ in range(2):  # the second time says the same: the first left no lock behind
        with pytest.raises(error, match=sentence):
            Store.open(path, CELL)
    if cause == "rubbish":
        assert path.read_bytes() == before
    if cause == "another cell":
        with Store.open(path, "jiaozuo") as store:
            assert store.load().last_seq == 1


def test_a_store_that_should_be_there_and_is_not(path: Path) -> None:
    with pytest.raises(StoreMissing, match="there is no store"):
        Store.open(path, CELL, create=False)
    assert not path.exists()


def test_a_folder_that_cannot_be_there(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(StoreUnavailable, match="give the hub's user the right to write its folder"):
        Store.open(tmp_path / "folder" / "cell.sqlite", CELL)


def test_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "var" / "hub" / "cell.sqlite"
    with Store.open(path, CELL):
        assert path.exists()
