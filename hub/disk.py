"""The disk of the store, watched for `app`: what is done as it fills, and the sentence on the console while it lasts."""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from hub.store import backup, space
from hub.store.errors import StoreError
from hub.store.space import Room, Space
from hub.store.store import Retention, Store

log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
_GOT_WORSE = {(Room.ENOUGH, Room.SHORT), (Room.ENOUGH, Room.SCARCE), (Room.SHORT, Room.SCARCE)}


class Disk:
    """Belongs to two threads: one looks, the other forgets and copies. `spare(scarce, free_percent)` is told after every look."""

    def __init__(
        self,
        store: Store,
        path: Path,
        spare: Callable[[bool, int], None],
        look: Callable[[Path], Space] = space.look,
    ) -> None:
        self._store = store
        self._path = path
        self._spare = spare
        self._look = look
        self._space: Space | None = None
        self._no_copy: str | None = None
        self.room = Room.ENOUGH

    def look(self) -> bool:
        """How full the disk is now; whether it became short (or scarce) with this look, and something must be done at once."""
        found = self._look(self._path.parent)
        room = space.judge(found, self.room)
        before, self.room, self._space = self.room, room, found
        if room is not before:
            log.warning("%d %% of the disk is free: room is %s", found.free_percent, room.value)
        self._spare(room is Room.SCARCE, found.free_percent)
        return (before, room) in _GOT_WORSE

    def problems(self) -> list[tuple[str, str]]:
        """Of the health page, Chinese first."""
        found = []
        if self.room is not Room.ENOUGH and self._space is not None:
            found.append(("disk", _sentence(self.room, self._space.free_percent)))
        if self._no_copy is not None:
            found.append(("backup", self._no_copy))
        return found

    def forget(self, now: datetime, policy: Retention) -> None:
        """Retention. While room is short more goes and all of it is given back; else the reserve is kept as it should be."""
        short = self.room is not Room.ENOUGH
        report = self._store.retain(now, policy.while_short if short else policy)
        if report.removed or not report.complete:
            log.info("retention: %s", report)
        given = self._store.give_back(all_of_it=short)
        if given:
            log.info("%d bytes of the store were given back to the disk", given)
        if not short:
            self._store.keep_reserve()
            space.lay_ballast(self._path)

    def copy(self, folder: Path, cell: str, keep: int, now: datetime) -> None:
        """A copy of the store, unless the disk would be short with it: then older copies go first, the oldest before the others
        and never the newest that is whole. If that is not enough none is taken and the console says so. Raises StoreError."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._has_room_for_a_copy(folder):
            self._thin_for_a_copy(folder, cell)
        if not self._has_room_for_a_copy(folder):
            self._no_copy = (
                "磁盘空间不够，没有做备份；请清理磁盘，或把备份放到另一块盘。"
                " No copy of the store is taken, for the disk has no room for it: free some space, or set [backup] folder to "
                "another disk"
            )
            log.warning("no copy of the store was taken: the disk of %s has no room for it", folder)
            return
        taken = backup.take(self._path, folder, cell, now)
        backup.thin(folder, cell, keep)
        self._no_copy = None
        log.info("the store was copied to %s (%d bytes)", taken.path, taken.size_bytes)

    def _thin_for_a_copy(self, folder: Path, cell: str) -> None:
        """Remove older copies until there is room. Where none is whole, nothing goes: a person may still get something out."""
        try:
            last_resort = backup.newest(folder, cell).path
        except StoreError as error:
            log.warning("no copy is removed to make room for a new one: %s", error)
            return
        for path in reversed(backup.copies(folder, cell)):
            if self._has_room_for_a_copy(folder):
                return
            if path != last_resort:
                path.unlink(missing_ok=True)

    def _has_room_for_a_copy(self, folder: Path) -> bool:
        there = self._look(folder)
        left = there.free_bytes - self._path.stat().st_size
        return left >= space.SHORT_BELOW * there.total_bytes


def _sentence(room: Room, free_percent: int) -> str:
    if room is Room.SCARCE:
        return (
            f"磁盘只剩 {free_percent}%：求救、跌倒、报警照常；体征、活动只计数、不保存。请清理别的文件，不要删数据目录里的文件。"
            f" Only {free_percent} % of the disk is free: calls, falls and alarms are handled as ever; readings and movements "
            f"are counted and not stored. Free some space; delete nothing in the data folder"
        )
    return (
        f"磁盘只剩 {free_percent}%：旧资料已提前清理。请清理别的文件，低于 5% 时体征、活动将不再保存。"
        f" Only {free_percent} % of the disk is free: what is old was removed early. Free some space; below 5 % readings and "
        f"movements are not stored any more"
    )
