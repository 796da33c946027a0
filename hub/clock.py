"""The only place that reads a clock: hub time never goes back, and a jump of the wall clock is told apart from time passing."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

OUTAGE_STEP = timedelta(seconds=2)
"""A wall clock that runs ahead of hub time by this much or more was stepped, or the process stood still: an outage."""


PLAUSIBLE_FROM = datetime(2024, 1, 1, tzinfo=UTC)
"""A wall clock before this was never set: a machine without a battery starts in 1970, or where it was switched off."""

DOUBTED_FROM = timedelta(days=366)
"""No machine is switched off for longer and then goes on in the same homes: a wall clock that jumps further is a wrong reading
(a clock chip, a time server, a mistyped year) more often than the truth."""

DOUBTED_FOR = timedelta(hours=1)
"""So long such a jump must last before hub time, which never goes back, follows it."""


def wall_now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True, slots=True)
class Doubt:
    """The wall clock is `ahead` of hub time by more than is believed at once; it is followed after `left`."""

    ahead: timedelta
    left: timedelta


class HubClock:
    """Hub time: at start the later of the last committed instant and the wall clock, then the monotonic clock.

    `now()` follows the monotonic clock. `adopt_step()` looks at the wall: when it is `OUTAGE_STEP` or more ahead of hub time,
    hub time jumps forward to it and the size of the jump is returned (an outage for the caller to handle); a wall clock behind
    hub time changes nothing. One that is ahead by more than `DOUBTED_FROM` is followed only after `DOUBTED_FOR`, unless hub
    time itself was never right: then nothing is lost by it.
    """

    def __init__(
        self,
        last_committed_at: datetime | None = None,
        wall: Callable[[], datetime] = wall_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._base_monotonic = monotonic()
        self._doubted_since: float | None = None
        # Without a commit there is nothing to hold on to yet: a new machine's clock is set soon after its first start.
        self._known_since = self._base_monotonic if last_committed_at is None else None
        self._base_at = last_committed_at or wall()
        ahead = wall() - self._base_at
        if ahead > timedelta():
            self._follow(ahead)

    def now(self) -> datetime:
        """Hub time, never earlier than any instant returned before."""
        return self._base_at + timedelta(seconds=self._monotonic() - self._base_monotonic)

    def adopt_step(self) -> timedelta:
        """Jump forward with a wall clock that was stepped; returns by how much, zero when nothing happened."""
        ahead = self._wall() - self.now()
        if ahead < OUTAGE_STEP:
            self._doubted_since = None
            return timedelta()
        return self._follow(ahead)

    def doubt(self) -> Doubt | None:
        """Whether the wall clock is not followed at this moment."""
        since = self._doubted_since
        if since is None:
            return None
        return Doubt(self._wall() - self.now(), max(DOUBTED_FOR - self._elapsed(since), timedelta()))

    def _follow(self, ahead: timedelta) -> timedelta:
        """Go forward to the wall clock, if it is believed; returns by how much."""
        if ahead > DOUBTED_FROM and self._holds_on():
            if self._doubted_since is None:
                self._doubted_since = self._monotonic()
            if self._elapsed(self._doubted_since) < DOUBTED_FOR:
                return timedelta()
        self._doubted_since = None
        self._base_at += ahead
        return ahead

    def _holds_on(self) -> bool:
        """Whether hub time has been right for long enough to be believed rather than the wall clock."""
        known = self._known_since is None or self._elapsed(self._known_since) >= DOUBTED_FOR
        return known and self.now() >= PLAUSIBLE_FROM

    def _elapsed(self, since: float) -> timedelta:
        return timedelta(seconds=self._monotonic() - since)

    def wall_behind(self) -> timedelta:
        """How far the wall clock is behind hub time (zero when it is not)."""
        return max(self.now() - self._wall(), timedelta())

    def wall_is_plausible(self) -> bool:
        """Whether the wall clock can be right at all."""
        return self._wall() >= PLAUSIBLE_FROM
