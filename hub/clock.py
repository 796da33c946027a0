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
"""So long such a jump must last before hub time, which never goes back, follows it: running time, over restarts."""

SETTLES_FOR = timedelta(minutes=10)
"""A machine without a clock chip starts with the time of its last run: that the wall clock agrees so soon after a start does not
yet end the doubt of the run before."""

SAME_DOUBT_WITHIN = timedelta(days=2)
"""A wall clock further from where the run before saw it last is doubted anew: what it said weeks ago speaks for nothing."""


def wall_now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True, slots=True)
class Doubt:
    """The wall clock is `ahead` of hub time by more than is believed at once; it is followed after `left`."""

    ahead: timedelta
    left: timedelta


@dataclass(frozen=True, slots=True)
class KeptDoubt:
    """What the next run must know of a doubt: for how long of running time it has lasted, and what the wall clock said last."""

    lasted: timedelta
    wall_at: datetime


@dataclass(frozen=True, slots=True)
class Anchor:
    """What hub time was when the machine's monotonic clock showed `monotonic_s`: true until the machine starts anew."""

    monotonic_s: float
    at: datetime


class HubClock:
    """Hub time: at start the later of the last committed instant and the wall clock, then the monotonic clock. With an `anchor`
    of the process before it goes on as if there had been no restart.

    `now()` follows the monotonic clock. `adopt_step()` looks at the wall: when it is `OUTAGE_STEP` or more ahead of hub time,
    hub time jumps forward to it and the size of the jump is returned (an outage for the caller to handle); a wall clock behind
    hub time changes nothing. One that is ahead by more than `DOUBTED_FROM` is followed only after `DOUBTED_FOR`, unless hub
    time itself was never right: then nothing is lost by it. `kept`: the doubt in which the run before ended. It goes on where
    it was, unless the wall clock has said something else since: a doubt ends as soon as the wall clock agrees.
    """

    def __init__(
        self,
        last_committed_at: datetime | None = None,
        wall: Callable[[], datetime] = wall_now,
        monotonic: Callable[[], float] = time.monotonic,
        kept: KeptDoubt | None = None,
        anchor: Anchor | None = None,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._base_monotonic = self._started = monotonic()
        self._kept = kept
        self._lasted_before = timedelta()
        self._doubted_since: float | None = None
        # Without a commit there is nothing to hold on to yet: a new machine's clock is set soon after its first start.
        self._known_since = self._base_monotonic if last_committed_at is None else None
        self._base_at = last_committed_at or wall()
        if last_committed_at is not None and anchor is not None and anchor.monotonic_s <= self._started:
            carried = anchor.at + self._elapsed(anchor.monotonic_s)
            self._base_at = max(self._base_at, carried)
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
            self._believe()
            return timedelta()
        return self._follow(ahead)

    def anchor(self) -> Anchor:
        """What the next process needs to go on with hub time; another one after every step."""
        return Anchor(self._base_monotonic, self._base_at)

    def doubt(self) -> Doubt | None:
        """Whether the wall clock is not followed at this moment."""
        since = self._doubted_since
        if since is None:
            return None
        return Doubt(self._wall() - self.now(), max(DOUBTED_FOR - self._lasted(since), timedelta()))

    def doubt_to_keep(self) -> KeptDoubt | None:
        """What the next run must know; None when there is no doubt."""
        since = self._doubted_since
        return self._kept if since is None else KeptDoubt(self._lasted(since), self._wall())

    def _follow(self, ahead: timedelta) -> timedelta:
        """Go forward to the wall clock, if it is believed; returns by how much."""
        if ahead > DOUBTED_FROM and self._holds_on():
            if self._doubted_since is None:
                self._lasted_before = self._lasted_in_the_run_before()
                self._doubted_since = self._monotonic()
            if self._lasted(self._doubted_since) < DOUBTED_FOR:
                return timedelta()
        self._believe()
        self._base_at += ahead
        return ahead

    def _believe(self) -> None:
        """The wall clock is taken as it is: no doubt is left, but that of the run before while this one has hardly begun."""
        if self._doubted_since is not None or self._elapsed(self._started) >= SETTLES_FOR:
            self._kept = None
        self._doubted_since = None

    def _lasted_in_the_run_before(self) -> timedelta:
        same = self._kept is not None and abs(self._wall() - self._kept.wall_at) <= SAME_DOUBT_WITHIN
        return self._kept.lasted if self._kept is not None and same else timedelta()

    def _lasted(self, since: float) -> timedelta:
        return self._lasted_before + self._elapsed(since)

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
