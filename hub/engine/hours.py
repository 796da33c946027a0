"""Hub time beside the wall clock: by how much people's hours differ from hub time, and when that is a problem to tell."""

from datetime import timedelta

from hub.clock import HubClock

AHEAD_FROM = timedelta(seconds=2)
"""Less is the wall clock being steered, and moves nobody's hours."""

MOVED_BY = timedelta(seconds=2)
"""An offset that differs by less is the same one."""

CLOCK_PROBLEM_AT = timedelta(seconds=60)


def wall_offset(clock: HubClock, known: timedelta) -> tuple[timedelta, bool]:
    """How far hub time is ahead of people's hours, and whether the hour can be relied on.

    A wall clock that was never set is not followed: then hub time is the better guess.
    """
    ahead = clock.wall_behind()
    synchronised = ahead <= CLOCK_PROBLEM_AT
    if ahead <= AHEAD_FROM or not clock.wall_is_plausible():
        return timedelta(), synchronised
    return known if abs(ahead - known) < MOVED_BY else ahead, synchronised


def clock_problem(ahead: timedelta) -> str:
    """What is wrong and what to do, Chinese first."""
    by = timedelta(seconds=round(ahead.total_seconds()))
    return (
        f"系统时间比时钟快 {by}：时钟被拨快过又拨了回来。呼叫照常；请检查对时，时钟追上后自动消失。"
        f" Hub time is ahead of the wall clock by {by}: the clock was set forward and back; check time synchronisation"
    )
