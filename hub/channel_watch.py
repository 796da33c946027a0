"""Looks at the ways to people again and again, and has the engine told which of them deliver nothing (`core/channel_outages`)."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from hub.core.channel_outages import RULE_PREFIX
from hub.core.context import Context
from hub.core.events import ChannelOutage, Command, TellChannelOutages
from hub.core.home import UNASSIGNED_HOME_ID, Home
from hub.core.standing import closed_too_early, told
from hub.directory.keeper import SYSTEM
from hub.notify.sender import HANGS_AFTER, LaneHealth

LOOK_EVERY_S = 15.0
DOWN_AFTER = timedelta(minutes=2)
"""Shorter outages a retry mends before anybody could."""
DOWN_FROM = 2
"""So many notifications, one after the other: a single one may have a number that is no more."""


def is_down(lane: LaneHealth) -> bool:
    """Whether nothing comes through: it hangs, its sender has ended, or one notification after the other fails."""
    failing = lane.failing >= DOWN_FROM and lane.failing_for >= DOWN_AFTER
    return lane.dead or lane.out_for > HANGS_AFTER or failing


class ChannelWatch:
    """Tells by a command like any other, and only when something changed. `obey` carries a command out or raises.

    What was told before a restart stays told until something came through: a sender that has tried nothing knows nothing.
    """

    def __init__(self, ways_to_people: Collection[str], obey: Callable[[Command], object]) -> None:
        self._ways_to_people = ways_to_people
        self._obey = obey

    def look(
        self, lanes: Sequence[LaneHealth], own_home: Home | None, now: datetime, context: Context
    ) -> None:
        """Ask once. `own_home` is the cell's own."""
        if own_home is None:
            return
        known = told(own_home, RULE_PREFIX)
        ways = [lane for lane in lanes if lane.channel in self._ways_to_people]
        down = tuple(
            ChannelOutage(
                lane.channel,
                f"{context.local(now - max(lane.failing_for, lane.out_for)):%m-%d %H:%M}",
                lane.failing,
            )
            for lane in ways
            if is_down(lane) or (lane.channel in known and not lane.proven)
        )
        again = closed_too_early(own_home, RULE_PREFIX, now, context.rules.device.again_after)
        if {one.channel for one in down} != known or again:
            self._obey(TellChannelOutages(UNASSIGNED_HOME_ID, SYSTEM, down))
