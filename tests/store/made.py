"""The file of a new store, made once for a process and copied: the same that opening an empty path makes, without the wait.

The tests of the store itself, and every hub that runs as a process of its own, make theirs by the real steps.
"""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from sqlalchemy import Connection

from hub.store.store import Store


def made_by(cell: str, fill: Callable[[Connection], object] | None = None) -> bytes:
    """A new store of this cell, with what `fill` writes into it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.sqlite"
        with Store.open(path, cell) as store:
            if fill is not None:
                store.write(fill)
        return path.read_bytes()


@cache
def empty(cell: str) -> bytes:
    """A store in which nothing has happened."""
    return made_by(cell)


def put(content: bytes, path: Path) -> None:
    """A file as the hub makes its own, readable by its user alone; one that is there already is an error."""
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(content)


__all__ = ["empty", "made_by", "put"]
