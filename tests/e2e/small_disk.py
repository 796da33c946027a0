"""A small file system of its own for a test, in memory, which another program can fill."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_LIBC = ctypes.CDLL(None, use_errno=True)
_DETACH = 2


@contextmanager
def small_disk(at: Path, size_bytes: int) -> Iterator[Path]:
    """Mounted at `at`; the test is skipped where this user may mount nothing."""
    at.mkdir()
    options = f"size={size_bytes}".encode()
    if _LIBC.mount(b"tmpfs", bytes(at), b"tmpfs", 0, options) != 0:
        pytest.skip(f"this user may not mount a small file system: {os.strerror(ctypes.get_errno())}")
    try:
        yield at
    finally:
        _LIBC.umount2(bytes(at), _DETACH)


class OtherProgram:
    """Fills a disk to the last block, and takes whatever becomes free later on."""

    def __init__(self, disk: Path) -> None:
        self._file = disk / "other-program.log"
        self._descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def fill(self) -> None:
        for size in (1 << 20, 4096):
            block = b"\xff" * size
            while True:
                try:
                    if os.write(self._descriptor, block) < size:
                        break
                except OSError:
                    break

    def end(self) -> None:
        """Its file is removed."""
        os.close(self._descriptor)
        self._file.unlink()
