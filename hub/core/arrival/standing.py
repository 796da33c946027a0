"""A device whose numbers stand still: it speaks on under those it has used, and only its uptime tells that from copies."""

from datetime import datetime, timedelta

from hub.core.arrival.strange import TOLD_AFTER, is_signal
from hub.core.arrival.timing import DISTINCT_AFTER, MILLISECOND, STEADY_WITHIN_MS, WITNESSES
from hub.core.events import DeviceEvent, Vital
from hub.core.home import DeviceState, Footing, Standing


def spoken_since(
    state: DeviceState, event: DeviceEvent, offset_ms: int, drift_ms: int, footing: Footing, now: datetime
) -> bool:
    """Whether a message under a number that was used claims to be no copy: its uptime says that it was spoken a moment ago, and
    the last one that was live came before that."""
    return (
        footing is Footing.FIRM
        and not event.duplicate
        and abs(offset_ms - state.offset_ms) <= STEADY_WITHIN_MS + drift_ms
        and state.live_at is not None
        and now - state.live_at >= DISTINCT_AFTER
        and not is_signal(event)
    )


def go_on_standing(
    standing: Standing | None, event: DeviceEvent, uptime: timedelta, now: datetime
) -> tuple[Standing, bool]:
    """What is known of the numbers after one more such message, and whether that proves that they stand still: several messages,
    over a while, each of something new. A reading that is told once more, or delivered once more, proves nothing."""
    told_ms = (uptime - _age(event)) // MILLISECOND
    if standing is None:
        return Standing(now, told_ms), False
    if (told_ms - standing.told_ms) * MILLISECOND < DISTINCT_AFTER:
        return standing, False
    standing = Standing(standing.since_at, told_ms, standing.seen + 1)
    return standing, standing.seen >= WITNESSES and now - standing.since_at >= TOLD_AFTER


def _age(event: DeviceEvent) -> timedelta:
    """How old the readings of a message say they are: they keep their moment when they are told again."""
    return max((fact.age for fact in event.facts if isinstance(fact, Vital)), default=timedelta())
