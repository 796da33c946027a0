"""Room on the disk: how much there is, what the store keeps in reserve for emergencies, and what it gives back.

Another program may fill the disk at any moment, and fills whatever is set free there. So the reserve lies where nobody else can
take it: free pages within the store's own file, and a write-ahead log that has its blocks already. Only the first steps of a
start need room of their own; for them a small file lies beside the store, to be removed.
"""

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection

MB = 1024 * 1024
RESERVE_BYTES = 24 * MB
"""1,000 emergencies of 1,000 homes took 13 MB of the file (presses, alerts, journal, outbox), with their first notifications."""
LOG_BYTES = 12 * MB
"""The write-ahead log of 1,000 emergencies at once took 5 MB, with an hour of nobody answering 10 MB."""
BALLAST_BYTES = 16 * MB
"""For a start on a full disk: a write-ahead log of its own, and what the recovery writes."""
MOST_FREE_PAGES = 0.1
"""Free pages beyond the reserve are used again; more than this share of the file is given back to the disk."""
PAGES_AT_ONCE = 200
"""Given back in one transaction: some milliseconds, so that a press does not wait."""
_BLOB_BYTES = 256 * 1024
_BLOBS_AT_ONCE = 4

SHORT_BELOW, SCARCE_BELOW = 0.10, 0.05
ENDS_ABOVE = 0.01
"""So much more than the bound has to be free before a shortage is over: it must not come and go with every file."""

Write = Callable[[Callable[[Connection], int]], int]


class Room(StrEnum):
    """How much the disk has left. Short: what is old goes at once, and copies are few. Scarce: telemetry is not stored."""

    ENOUGH = "enough"
    SHORT = "short"
    SCARCE = "scarce"


@dataclass(frozen=True, slots=True)
class Space:
    """Of the file system that holds the store, as the hub's own user sees it."""

    total_bytes: int
    free_bytes: int

    @property
    def free_share(self) -> float:
        return self.free_bytes / self.total_bytes if self.total_bytes else 1.0

    @property
    def free_percent(self) -> int:
        return int(self.free_share * 100)


def look(folder: Path) -> Space:
    """Raises OSError."""
    found = os.statvfs(folder)
    return Space(found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize)


def judge(space: Space, before: Room) -> Room:
    """How much room there is; a shortage ends a little above the bound where it began."""
    scarce_below = SCARCE_BELOW + (ENDS_ABOVE if before is Room.SCARCE else 0)
    short_below = SHORT_BELOW + (ENDS_ABOVE if before is not Room.ENOUGH else 0)
    if space.free_share < scarce_below:
        return Room.SCARCE
    return Room.SHORT if space.free_share < short_below else Room.ENOUGH


# --- the reserve ------------------------------------------------------------------------------------------------------


def free_pages_bytes(connection: Connection) -> int:
    """What the file holds and nothing uses."""
    return _pragma(connection, "freelist_count") * _pragma(connection, "page_size")


def file_bytes(connection: Connection) -> int:
    """How large the file is, free pages and all."""
    return _pragma(connection, "page_count") * _pragma(connection, "page_size")


def fill_reserve(write: Write, reserve_bytes: int = RESERVE_BYTES) -> int:
    """Have so many free pages in the file, a megabyte in a transaction; returns by how many bytes the file grew.

    Pages are written once and then let go of: from then on nobody but the store can use them.
    """
    missing = reserve_bytes - write(free_pages_bytes)
    if missing < reserve_bytes // 4:
        return 0
    # What is written first uses the free pages there are; only what goes beyond makes the file longer.
    blobs = -(-reserve_bytes // _BLOB_BYTES)
    before = write(file_bytes)
    write(lambda connection: _run(connection, "CREATE TABLE IF NOT EXISTS reserve (body BLOB)"))
    try:
        for first in range(0, blobs, _BLOBS_AT_ONCE):
            count = min(_BLOBS_AT_ONCE, blobs - first)
            write(lambda connection, count=count: _insert(connection, count))  # type: ignore[misc]
    finally:
        while write(_let_go):
            pass
        write(lambda connection: _run(connection, "DROP TABLE reserve"))
    return write(file_bytes) - before


def give_back(
    write: Write, go_on: Callable[[], bool], *, all_of_it: bool, reserve_bytes: int = RESERVE_BYTES
) -> int:
    """Shorten the file by free pages beyond the reserve, if they are many or `all_of_it`; returns how many bytes.

    A store that an earlier release made cannot be shortened: its free pages are used again.
    """
    spare = write(free_pages_bytes) - reserve_bytes
    if spare <= 0 or not (all_of_it or spare > MOST_FREE_PAGES * write(file_bytes)):
        return 0
    before = write(file_bytes)
    pages = spare // write(lambda connection: _pragma(connection, "page_size"))
    while pages > 0 and go_on():
        count = min(PAGES_AT_ONCE, pages)
        if not write(lambda connection, count=count: _shorten(connection, count)):  # type: ignore[misc]
            break
        pages -= count
    return before - write(file_bytes)


def lay_out_log(store: Path) -> None:
    """Give the write-ahead log its blocks, so that a commit needs none of the disk. What SQLite has not written there it does not
    read: a frame without its checksum ends the log."""
    log = store.with_name(store.name + "-wal")
    with contextlib.suppress(OSError):
        descriptor = os.open(log, os.O_RDWR)
        try:
            os.posix_fallocate(descriptor, 0, LOG_BYTES)
        finally:
            os.close(descriptor)


# --- for a start ------------------------------------------------------------------------------------------------------


def ballast(store: Path) -> Path:
    return store.with_name(store.name + ".ballast")


def make_room_to_start(store: Path) -> bool:
    """On a full disk remove the ballast; whether that was needed."""
    try:
        if look(store.parent).free_bytes >= BALLAST_BYTES:
            return False
        ballast(store).unlink()
    except OSError:
        return False
    return True


def lay_ballast(store: Path) -> None:
    """Have it lie there again; where there is no room it waits."""
    path = ballast(store)
    try:
        if path.exists() and path.stat().st_size == BALLAST_BYTES:
            return
        path.touch(mode=0o600)
        descriptor = os.open(path, os.O_RDWR)
        try:
            os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
        finally:
            os.close(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


# --- inside -----------------------------------------------------------------------------------------------------------


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())


def _run(connection: Connection, statement: str) -> int:
    return connection.exec_driver_sql(statement).rowcount


def _insert(connection: Connection, count: int) -> int:
    for _ in range(count):
        connection.exec_driver_sql(f"INSERT INTO reserve VALUES (zeroblob({_BLOB_BYTES}))")  # noqa: S608
    return count


def _let_go(connection: Connection) -> int:
    """A few of them at a time."""
    return _run(
        connection,
        f"DELETE FROM reserve WHERE rowid IN (SELECT rowid FROM reserve LIMIT {_BLOBS_AT_ONCE})",  # noqa: S608
    )


def _shorten(connection: Connection, pages: int) -> int:
    before = _pragma(connection, "page_count")
    # The driver takes one step, which is one page, of a statement that has no rows.
    for _ in range(pages):
        connection.exec_driver_sql("PRAGMA incremental_vacuum(1)")
    return before - _pragma(connection, "page_count")
