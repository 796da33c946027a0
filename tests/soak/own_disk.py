"""A disk of a measurement's own, so that what reaches it is counted where an SD card would be worn: at the block layer.

An ext4 file system in a file, behind a loop device: its journal and its metadata count. Where this user may mount nothing, the
kernel's count of what the process itself dirtied stands in (/proc/self/io): about a tenth less, without the file system's own.
"""

import ctypes
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SIZE_BYTES = 256 * 1024 * 1024
_SECTOR_BYTES = 512
_SECTORS_WRITTEN = 6
"""Of /sys/block/NAME/stat."""
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class OwnDisk:
    """`written_bytes()` since it was made; `counted`: where."""

    folder: Path
    written_bytes: Callable[[], int]
    counted: str

    def flush(self) -> None:
        """Everything dirty goes out now, the pages of SQLite's shared memory too: as the kernel does it within half a minute."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            _LIBC.syncfs(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def own_disk(folder: Path) -> Iterator[OwnDisk]:
    folder.mkdir(parents=True, exist_ok=True)
    image, mounted = folder / "disk.image", folder / "disk"
    mounted.mkdir()
    device = _mount(image, mounted)
    if device is None:
        yield OwnDisk(mounted, _by_this_process, "by this process (/proc/self/io)")
        return
    try:
        yield OwnDisk(mounted, lambda: _by_device(device), f"at the block layer (ext4, {device})")
    finally:
        subprocess.run(["umount", "--lazy", str(mounted)], check=False, capture_output=True)
        image.unlink()


def _mount(image: Path, at: Path) -> str | None:
    """The name of the loop device."""
    with suppress(OSError, subprocess.CalledProcessError):
        with image.open("wb") as file:
            file.truncate(SIZE_BYTES)
        for command in (["mkfs.ext4", "-q", "-F", str(image)], ["mount", "-o", "loop", str(image), str(at)]):
            subprocess.run(command, check=True, capture_output=True)
        for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
            device, where = line.split()[:2]
            if where == str(at):
                return Path(device).name
    return None


def _by_device(name: str) -> int:
    fields = Path(f"/sys/block/{name}/stat").read_text(encoding="ascii").split()
    return int(fields[_SECTORS_WRITTEN]) * _SECTOR_BYTES


def _by_this_process() -> int:
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))
