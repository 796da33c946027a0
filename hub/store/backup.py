"""Copies of the store: taken while the hub runs, looked at before they count, kept by number, and put back.

A copy is one file that holds everything of the cell. What a damaged store still gives of its input log goes along when a copy
is put in its place: the start steps it again, so that what came since the copy is judged once more.
"""

import contextlib
import logging
import os
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from hub.store import clock_anchor, hub_time
from hub.store.connection import StoreLock
from hub.store.damaged import is_number, key_of
from hub.store.errors import NewerSchema, NotAStore, StoreError, StoreUnavailable, WrongCell, translated
from hub.store.migrations import SCHEMA_NUMBER, schema_number

log = logging.getLogger(__name__)

_NAME = "{cell}-{at:%Y%m%dT%H%M%SZ}.sqlite"
_NAMES = re.compile(r"(?P<cell>.+)-(?P<at>\d{8}T\d{6}Z)\.sqlite")
_BESIDE = ("", "-wal", "-shm")
_PAGE = 50
_GAP = 10
_MOST_GAPS = 5_000
"""So many tries, each ten inputs further on, until the rest of a damaged log is given up."""
_COLUMNS = "seq, at, source, home_id, topic, payload, flags"
_INPUTS_AFTER = f"SELECT {_COLUMNS} FROM input_log WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
_INSERT_INPUT = f"INSERT INTO input_log ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608


class NoCopy(StoreError):
    """There is no copy that can be put back."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was looked at: whole, of this cell, of a schema that this release knows. `at`: hub time of its last commit."""

    path: Path
    at: datetime | None
    last_seq: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class PutBack:
    """What became of a store: the copy in its place, where the former one lies now (None: there was none), and how many inputs
    since the copy could be saved out of it."""

    copy: Copy
    aside: Path | None
    saved_inputs: int


def take(store: Path, folder: Path, cell: str, now: datetime) -> Copy:
    """Copy a store that may be in use into a new file of `folder`; what is committed while it is copied is in the next one.

    Raises StoreError; no half of a copy is left behind then.
    """
    target = folder / _NAME.format(cell=cell, at=now.astimezone(UTC))
    unfinished = target.with_name(target.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        with (
            translated(str(store)),
            contextlib.closing(_reading(store)) as source,
            contextlib.closing(sqlite3.connect(unfinished)) as copy,
        ):
            # One step: what is written meanwhile would begin a copy of several steps anew, again and again.
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
        _synced(unfinished)
        look_at(unfinished, cell)
        unfinished.replace(target)
        _synced(folder)
    except OSError as error:
        raise StoreUnavailable(
            f"{folder}: no copy can be written there ({error.strerror}); free some space, or give the hub's user the right to"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return look_at(target, cell, whole=False)


def look_at(path: Path, cell: str, *, whole: bool = True) -> Copy:
    """Check a copy. `whole`: every page of it. Raises NotAStore, WrongCell, NewerSchema or StoreUnavailable."""
    if not path.is_file():
        raise NoCopy(f"{path}: there is no such copy")
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    )
    try:
        with translated(str(path)), engine.connect() as connection:
            if whole:
                _check_pages(connection, path)
            number = schema_number(connection, str(path))
            if number == 0:
                raise NotAStore(f"{path}: an empty file; take another copy")
            if number > SCHEMA_NUMBER:
                raise NewerSchema(
                    f"{path}: schema {number}, but this release knows {SCHEMA_NUMBER}; use the newer release"
                )
            name = connection.execute(text("SELECT name FROM cell")).scalar_one()
            at = hub_time.newest(connection)
            if key_of(name) != cell:
                raise WrongCell(f"{path}: belongs to cell {key_of(name)!r}, not {cell!r}")
            last = connection.execute(text("SELECT max(seq) FROM input_log")).scalar() or 0
    finally:
        engine.dispose()
    return Copy(path, at, last if is_number(last) else 0, path.stat().st_size)


def copies(folder: Path, cell: str) -> list[Path]:
    """The copies of a cell in a folder, the newest first, unlooked at."""
    found = (path for path in folder.glob("*.sqlite") if path.is_file()) if folder.is_dir() else ()
    named = [(match["at"], path) for path in found if (match := _NAMES.fullmatch(path.name))]
    return [path for at, path in sorted(named, reverse=True) if path.name.startswith(f"{cell}-{at}")]


def taken_at(path: Path) -> datetime:
    """When a copy was taken, by its name."""
    match = _NAMES.fullmatch(path.name)
    if match is None:
        raise ValueError(f"{path.name} is no name of a copy")
    return datetime.strptime(match["at"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def newest(folder: Path, cell: str) -> Copy:
    """The newest copy that is whole; raises NoCopy with what is wrong with each."""
    wrong: list[str] = []
    for path in copies(folder, cell):
        try:
            return look_at(path, cell)
        except StoreError as error:
            wrong.append(str(error))
    raise NoCopy("; ".join((f"{folder}: holds no copy of cell {cell!r} that can be put back", *wrong)))


def thin(folder: Path, cell: str, keep: int) -> list[Path]:
    """Remove all but the newest `keep` copies; returns what went."""
    gone = copies(folder, cell)[keep:]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def put_back(store: Path, copy: Copy, now: datetime, *, with_inputs: bool = True) -> PutBack:
    """Put a copy in the place of a store that no hub has open; the former one is set aside whole, never removed.

    `with_inputs`: whatever the former one still gives of the inputs since the copy goes along.
    Raises StoreLocked while a hub runs, StoreUnavailable when the disk does not take it (the former store is in place then).
    """
    lock = StoreLock(store)
    fresh = store.with_name(store.name + ".part")
    try:
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        with (
            contextlib.closing(_reading(copy.path)) as source,
            contextlib.closing(sqlite3.connect(fresh)) as into,
        ):
            source.backup(into, pages=-1)
        saved = _save_inputs(store, fresh, copy.last_seq) if with_inputs and store.exists() else 0
        _synced(fresh)
        aside = _set_aside(store, now)
        fresh.replace(store)
        clock_anchor.forget(store)
        _synced(store.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreUnavailable(
            f"{store}: the copy cannot be put in its place ({error}); free some space, look at the disk"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        lock.release()
    return PutBack(copy, aside, saved)


def _save_inputs(damaged: Path, fresh: Path, after_seq: int) -> int:
    """What can still be read of a damaged store's input log, after the last input of the copy: into the copy, to be stepped."""
    saved = 0
    with contextlib.closing(sqlite3.connect(fresh)) as into:
        for row in _readable_inputs(damaged, after_seq):
            try:
                into.execute(_INSERT_INPUT, row)
                saved += 1
            except sqlite3.Error:
                log.warning("an input of the damaged store does not fit into the copy and is left out")
        into.commit()
    return saved


def _readable_inputs(damaged: Path, after_seq: int) -> Iterator[tuple[object, ...]]:
    """In order; what lies on pages that cannot be read is passed over."""
    try:
        source = _reading(damaged)
    except (OSError, sqlite3.Error):
        return
    with contextlib.closing(source):
        source.text_factory = lambda raw: raw.decode(errors="replace")
        seq, gaps = after_seq, 0
        while gaps < _MOST_GAPS:
            rows: list[tuple[object, ...]] = []
            try:
                rows.extend(source.execute(_INPUTS_AFTER, (seq, _PAGE)))
            except sqlite3.Error:
                gaps += 1
                seq += _GAP
                continue
            yield from (row for row in rows if is_number(row[0]))
            if len(rows) < _PAGE:
                return
            seq = int(str(rows[-1][0]))


def _set_aside(store: Path, now: datetime) -> Path | None:
    """The file of a store with its log, under names of its own."""
    aside = store.with_name(f"{store.stem}-aside-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{store.suffix}")
    empty = not store.exists() or store.stat().st_size == 0
    for ending in _BESIDE:
        part = store.with_name(store.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))
    return None if empty else aside


def _reading(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    connection.execute("PRAGMA query_only=ON")
    return connection


def _check_pages(connection: Connection, path: Path) -> None:
    said = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    if said != "ok":
        raise NotAStore(f"{path}: damaged ({said}); take another copy")


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
