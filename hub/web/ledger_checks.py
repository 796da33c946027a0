"""Ledgers that somebody has checked and may import next: kept for a while, so that no file is chosen twice.

They hold what people wrote into their files: in memory only, each for the log-in that brought it, gone with the hub's process.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.ledger.keeping import Worked

LASTS = timedelta(minutes=30)
MOST = 4
"""Of all log-ins together; a new check of a log-in takes the place of its earlier one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the files of a ledger would change, or have changed; without `files` once they are imported."""

    id: str
    login: str
    at: datetime
    files: Mapping[str, bytes] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    worked: "Worked" = field(repr=False)


class LedgerChecks:
    """Belongs to the event loop."""

    def __init__(self) -> None:
        self.one_at_a_time = asyncio.Lock()
        """A district's ledger takes seconds and memory: one is read, the others wait."""
        self._kept: OrderedDict[str, Checked] = OrderedDict()

    def keep(self, login: str, at: datetime, files: Mapping[str, bytes], worked: "Worked") -> Checked:
        """Remember a check instead of the log-in's earlier one."""
        self._forget(at, login)
        checked = Checked(secrets.token_urlsafe(12), login, at, files, tuple(files), worked)
        return self._put(checked)

    def again(self, checked: Checked, at: datetime, worked: "Worked") -> Checked:
        """The same files looked at once more. What is imported stays so, and its files are needed no longer."""
        known = self._kept.get(checked.id)
        if known is not None and known.worked.kept:
            return known
        later = replace(checked, at=at, worked=worked, files={} if worked.kept else checked.files)
        # Also when another check took its place meanwhile: whoever imported is told what became of it.
        return self._put(later)

    def get(self, check_id: str, login: str, now: datetime) -> Checked | None:
        """The log-in's own check; None when there is none (any more)."""
        self._forget(now)
        found = self._kept.get(check_id)
        return found if found is not None and found.login == login else None

    def _put(self, checked: Checked) -> Checked:
        self._kept[checked.id] = checked
        self._kept.move_to_end(checked.id)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return checked

    def _forget(self, now: datetime, login: str | None = None) -> None:
        for check_id, checked in tuple(self._kept.items()):
            if checked.at + LASTS <= now or checked.login == login:
                del self._kept[check_id]
