"""Whether somebody can be told: over a channel that is set up, and what was tried last arrived. Pure."""

from collections.abc import Collection

from hub.core.context import Person


def can_be_told(
    person: Person | None, ways_to_people: Collection[str] | None, unreached: Collection[str]
) -> bool:
    """`ways_to_people` are the channels that are set up (None: any counts), `unreached` the people whom the newest notification
    did not reach."""
    if person is None or person.id in unreached:
        return False
    return any(ways_to_people is None or one.channel in ways_to_people for one in person.methods)
