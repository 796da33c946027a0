"""What holds a sensor rule back: everybody it is about is away. A button, a fall, smoke, gas and water are never held back."""

from datetime import datetime

from hub.core.home import Away, Membership, Resident

_ELSEWHERE = frozenset({Membership.DECEASED, Membership.LEFT})


def is_away(
    away: tuple[Away, ...], resident_id: str | None, now: datetime, residents: tuple[Resident, ...] = ()
) -> bool:
    """Whether the resident (or, for None, everybody) is away at `now`: the whole home at once, or one by one."""
    gone = {entry.resident_id for entry in away if entry.from_at <= now < entry.until_at}
    if None in gone or not gone:
        return bool(gone)
    if resident_id is not None:
        return resident_id in gone
    at_home = [one.id for one in residents if one.membership not in _ELSEWHERE]
    return bool(at_home) and gone.issuperset(at_home)
