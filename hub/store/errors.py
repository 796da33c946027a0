"""What can go wrong with the store, each with the sentence that says what happened and what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError


class StoreError(Exception):
    """Something about the store; the text is for a person."""


class StoreUnavailable(StoreError):
    """The store could not be written or read just now (busy, full, disk error). Nothing of the call took effect: try again."""


class StoreLocked(StoreError):
    """Another process holds the store."""


class StoreMissing(StoreError):
    """There is no store at this path."""


class WrongCell(StoreError):
    """The store belongs to another cell."""


class NewerSchema(StoreError):
    """The store was written by a newer release."""


class NotAStore(StoreUnavailable):
    """The file is damaged, or something else than a store of the hub.

    A running hub then takes nothing more and says so: a press that it acknowledged would be gone with the damaged page.
    """


_ADVICE = {
    sqlite3.SQLITE_BUSY: "another program holds the database; close it (only the hub writes this file)",
    sqlite3.SQLITE_LOCKED: "another program holds the database; close it (only the hub writes this file)",
    sqlite3.SQLITE_FULL: "the disk is full; free some space",
    sqlite3.SQLITE_IOERR: "the disk reports an error; look at the system's log and at the card or disk",
    sqlite3.SQLITE_READONLY: "the file cannot be written; give the hub's user the right to write it and its folder",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; give the hub's user the right to read and write it and its folder",
    sqlite3.SQLITE_NOMEM: "the machine is out of memory",
}


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn what the database says about its surroundings into sentences; mistakes of the program pass unchanged."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(said, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise NotAStore(
                f"{where}: damaged, or not a store of the hub ({said}); restore it from a backup"
            ) from error
        if code in _ADVICE:
            raise StoreUnavailable(f"{where}: {_ADVICE[code]} ({said})") from error
        raise
