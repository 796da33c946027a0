"""Which home is due when: an index over the homes' own `wake_at`, made anew at every start."""

import heapq
from collections.abc import Mapping
from datetime import datetime

from hub.core.home import Home


class Wakes:
    """A heap with old entries left in it: an entry counts only while its home still says the same."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, str]] = []

    def arm(self, home: Home) -> None:
        if home.wake_at is not None:
            heapq.heappush(self._heap, (home.wake_at, home.id))

    def next_at(self) -> datetime | None:
        """The earliest instant at which a home may be due."""
        return self._heap[0][0] if self._heap else None

    def due(self, homes: Mapping[str, Home], now: datetime, at_most: int) -> list[str]:
        """Homes whose time has come, earliest first."""
        found: list[str] = []
        while self._heap and self._heap[0][0] <= now and len(found) < at_most:
            wake_at, home_id = heapq.heappop(self._heap)
            home = homes.get(home_id)
            if home is not None and home.wake_at == wake_at and home_id not in found:
                found.append(home_id)
        return found

    def tidy(self, homes: Mapping[str, Home]) -> None:
        """Drop old entries once they outnumber the homes by far."""
        if len(self._heap) > 10_000 + 4 * len(homes):
            self._heap = [(home.wake_at, home.id) for home in homes.values() if home.wake_at is not None]
            heapq.heapify(self._heap)
