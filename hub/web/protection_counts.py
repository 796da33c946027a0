"""How many elders are protected by what, for the metrics: whoever scrapes comes every few seconds, a count of a district is long
work, and calls go first."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.directory.elder_protection import Part, State

KEPT_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """Elders who are unprotected, the minutes of the longest of them, and elders by the state of each part."""

    unprotected: int
    longest_minutes: int
    by_part: Mapping[tuple[Part, State], int]


class ProtectionCounts:
    """Counted again when a minute has passed. May be asked from any thread; one counts, the others wait for it."""

    def __init__(self) -> None:
        self._kept: tuple[datetime, Counted] | None = None
        self._one_at_a_time = threading.Lock()

    def read(self, now: datetime, count: Callable[[], Counted]) -> Counted:
        with self._one_at_a_time:
            if self._kept is None or not self._kept[0] <= now < self._kept[0] + KEPT_FOR:
                self._kept = now, count()
            return self._kept[1]
