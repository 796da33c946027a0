"""What is told before a shift begins, and while it lasts: empty places, and people on it who cannot be told. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta

from hub.core.context import Context
from hub.core.events import ShiftGap
from hub.directory.model import Directory
from hub.directory.outlook import RosterProblem, RosterProblemKind, outlook

TOLD = frozenset(
    {
        RosterProblemKind.NOBODY,
        RosterProblemKind.NO_BUTLER,
        RosterProblemKind.NO_CONTACT,
        RosterProblemKind.DESK_EMPTY,
    }
)
"""What somebody must settle before it begins; the rest is for the roster's page."""


def shift_gaps(
    directory: Directory,
    now: datetime,
    before: timedelta,
    context: Context,
    *,
    channels: Collection[str],
    unreached: Collection[str] = (),
) -> tuple[ShiftGap, ...]:
    """All that is wrong now or begins within `before`, each once. `channels` are those that are set up: where there is none,
    that is told elsewhere, and nobody's contact is judged."""
    found: dict[str, ShiftGap] = {}
    wall = context.wall(now)
    for one in outlook(directory, wall, wall + before, context, channels=channels, unreached=unreached):
        if one.kind in TOLD:
            gap = _gap(one, directory, wall, context)
            found.setdefault(gap.key, gap)
    return tuple(found.values())


def _gap(one: RosterProblem, directory: Directory, wall: datetime, context: Context) -> ShiftGap:
    """The key has no instants: what begins soon and then lasts is one."""
    begins = one.from_at.astimezone(context.timezone)
    centres = {centre.id: centre.name for centre in directory.centres}
    people = {person.id: person.name for person in directory.persons}
    return ShiftGap(
        key="|".join((one.kind, one.role or "", one.centre_id or "", one.person_id or "")),
        kind=one.kind.value,
        role=one.role,
        place=centres.get(one.centre_id or "", one.centre_id or ""),
        person=people.get(one.person_id or "", one.person_id or ""),
        from_local=f"{begins:%m-%d %H:%M}" if one.from_at > wall else "",
        elders=one.elders,
    )
