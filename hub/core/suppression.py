"""What holds a sensor rule back: everybody it is about is away. A button, a fall, smoke, gas and water are never held back."""

from datetime import datetime

from hub.core.home import Away


def is_away(away: tuple[Away, ...], resident_id: str | None, now: datetime) -> bool:
    """Whether the resident (or, for None, the whole home) is away at `now`."""
    return any(
        entry.from_at <= now < entry.until_at
        and (entry.resident_id is None or entry.resident_id == resident_id)
        for entry in away
    )
