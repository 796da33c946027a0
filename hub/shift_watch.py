"""Looks ahead at the next shift again and again, and has the engine told when its gaps changed (`core/shift_gaps`)."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from hub.core.context import Context
from hub.core.events import Command, ShiftGap, TellShiftGaps
from hub.core.home import UNASSIGNED_HOME_ID, Home
from hub.core.shift_gaps import RULE_PREFIX
from hub.core.standing import closed_too_early, told
from hub.directory.before_shift import shift_gaps
from hub.directory.keeper import SYSTEM
from hub.directory.model import Directory

LOOK_EVERY_S = 60.0
UNREACHED_SINCE = timedelta(days=7)
"""A notification that failed longer ago says nothing of today's telephone."""


class ShiftWatch:
    """Tells by a command like any other, and only when something changed: the log says what was known when.

    `obey` carries a command out or raises; `unreached` gives the people whom the newest notification since an instant did not
    reach; `ways_to_people` are the channels that are set up, whether each delivers at the moment or not: one that is down for
    a while is no fault of so many telephones. `before` zero: nothing is told, and what was told is over.
    """

    def __init__(
        self,
        before: timedelta,
        *,
        obey: Callable[[Command], object],
        unreached: Callable[[datetime], Collection[str]],
        ways_to_people: Collection[str],
    ) -> None:
        self._before = before
        self._obey = obey
        self._unreached = unreached
        self._ways_to_people = ways_to_people

    def look(
        self, directory: Directory | None, own_home: Home | None, now: datetime, context: Context
    ) -> None:
        """Ask once. `own_home` is the cell's own; with nobody in the directory there is no roster, and while the wall clock is
        not to be trusted nobody knows which shift it is."""
        if own_home is None or not context.wall_synchronised:
            return
        gaps: tuple[ShiftGap, ...] = ()
        if self._before and directory is not None and directory.persons:
            gaps = shift_gaps(
                directory,
                now,
                self._before,
                context,
                channels=self._ways_to_people,
                unreached=self._unreached(now - UNREACHED_SINCE),
            )
        again_after = context.rules.device.again_after
        again = closed_too_early(own_home, RULE_PREFIX, now, again_after)
        if {gap.key for gap in gaps} != told(own_home, RULE_PREFIX) or again:
            self._obey(TellShiftGaps(UNASSIGNED_HOME_ID, SYSTEM, gaps))
