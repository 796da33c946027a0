"""Opening the file: SQLite's settings, and the lock that keeps a second hub away."""

import contextlib
import fcntl
import os
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from hub.store.damaged import text_of
from hub.store.errors import StoreLocked, StoreUnavailable

MEMORY = ":memory:"
WAL_LIMIT_BYTES = 64 * 1024 * 1024
"""The write-ahead log is cut back to this after a checkpoint that found it longer."""
REBUILT_BELOW_BYTES = 64 * 1024 * 1024
"""Rebuilding a larger file keeps calls waiting for more than a few seconds."""


def writer_engine(path: Path | str, busy_timeout: timedelta) -> Engine:
    """The engine of the only writer: write-ahead log, every commit on the disk before it counts."""
    engine = create_engine(
        "sqlite://" if str(path) == MEMORY else f"sqlite:///{path}",
        poolclass=StaticPool,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": busy_timeout.total_seconds()},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.text_factory = text_of
        connection.isolation_level = None  # "begin" below opens transactions; the driver must not
        for pragma in (
            "auto_vacuum=INCREMENTAL",  # a new file only; before anything is written
            "journal_mode=WAL",
            "synchronous=FULL",
            f"journal_size_limit={WAL_LIMIT_BYTES}",
            "temp_store=MEMORY",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def make_shrinkable(connection: Connection, path: Path | str) -> None:
    """A store of an earlier release whose file never became shorter is rebuilt once, if that takes a moment only. A larger one
    stays as it is: its free pages are used again."""
    driver = connection.connection.driver_connection
    if driver is None or str(path) == MEMORY or Path(path).stat().st_size > REBUILT_BELOW_BYTES:
        return
    (mode,) = driver.execute("PRAGMA auto_vacuum").fetchone()
    if mode:
        return
    with contextlib.suppress(sqlite3.OperationalError):
        driver.execute("PRAGMA auto_vacuum=INCREMENTAL")
        driver.execute("VACUUM")


class StoreLock:
    """An exclusive lock beside the store; the kernel releases it when the process ends, however it ends.

    Whoever gets it finds the store's file there, readable by the hub's user alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            path.touch(mode=0o600)
        except OSError as error:
            raise StoreUnavailable(
                f"{path}: cannot be opened ({error.strerror}); give the hub's user the right to write its folder"
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 32).decode(errors="replace").strip() or "unknown"
            os.close(self._descriptor)
            raise StoreLocked(
                f"{path}: held by process {holder}; stop that hub, or send the command to it while it runs"
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let the next one in. The file stays: removing it would let two processes lock two files."""
        os.close(self._descriptor)
