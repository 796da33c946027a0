"""The only place that reads a clock: hub time never goes back, and a jump of the wall clock is told apart from time passing."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

OUTAGE_STEP = timedelta(seconds=2)
"""A wall clock that runs ahead of hub time by this much or more was stepped, or the process stood still: an outage."""


PLAUSIBLE_FROM = datetime(2024, 1, 1, tzinfo=UTC)
"""A wall clock before this was never set: a machine without a battery starts in 1970, or where it was switched off."""


def wall_now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


class HubClock:
    """Hub time: at start the later of the last committed instant and the wall clock, then the monotonic clock.

    `now()` follows the monotonic clock. `adopt_step()` looks at the wall: when it is `OUTAGE_STEP` or more ahead of hub time,
    hub time jumps forward to it and the size of the jump is returned (an outage for the caller to handle); a wall clock behind
    hub time changes nothing.
    """

    def __init__(
        self,
        last_committed_at: datetime | None = None,
        wall: Callable[[], datetime] = wall_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        started = wall()
        if last_committed_at is not None and last_committed_at > started:
            started = last_committed_at
        self._base_at = started
        self._base_monotonic = monotonic()

    def now(self) -> datetime:
        """Hub time, never earlier than any instant returned before."""
        return self._base_at + timedelta(seconds=self._monotonic() - self._base_monotonic)

    def adopt_step(self) -> timedelta:
        """Jump forward with a wall clock that was stepped; returns by how much, zero when nothing happened."""
        ahead = self._wall() - self.now()
        if ahead < OUTAGE_STEP:
            return timedelta()
        self._base_at += ahead
        return ahead

    def wall_behind(self) -> timedelta:
        """How far the wall clock is behind hub time (zero when it is not)."""
        return max(self.now() - self._wall(), timedelta())

    def wall_is_plausible(self) -> bool:
        """Whether the wall clock can be right at all."""
        return self._wall() >= PLAUSIBLE_FROM
