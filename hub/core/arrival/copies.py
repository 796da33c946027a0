"""Copies of a message that told of a hazard: it has had its alert, whatever delivers it again, and however often."""

from dataclasses import replace
from datetime import datetime, timedelta

from firmware_contracts.vocabulary import Hazard
from hub.core.arrival.timing import DISTINCT_AFTER, MILLISECOND
from hub.core.arrival.verdict import Arrival, Freshness
from hub.core.events import DeviceEvent
from hub.core.home import DeviceState, HazardTold

REMEMBERED = 16
"""Messages of a device that are remembered. A detector that smokes on tells it every minute, and all join one alert."""

UNPROVEN_FOR = timedelta(days=1)
"""A device that was not heard since may be one that forgets its counters between two fires: no longer than this is what it says
again taken for a copy. Such a device is told to somebody by whatever else it says."""


def is_copy(
    told: tuple[HazardTold, ...], event: DeviceEvent, hazard: Hazard, arrival: Arrival, now: datetime
) -> bool:
    """Whether this message told of this hazard before: the same number, spoken at the same moment of the same boot."""
    first = next((one for one in told if _same(one, event, hazard)), None)
    if first is None:
        return False
    live_at = arrival.state.live_at if arrival.freshness is not Freshness.LIVE else None
    heard_since = live_at is not None and live_at - first.at >= DISTINCT_AFTER
    return heard_since or now - first.at < UNPROVEN_FOR


def with_hazard_told(state: DeviceState, event: DeviceEvent, hazard: Hazard, now: datetime) -> DeviceState:
    """The device after a message whose hazard has its alert. Foreign messages cannot be told from their copies."""
    if event.boot is None or event.seq is None or event.uptime is None:
        return state
    others = [one for one in state.hazards_told if not _same(one, event, hazard)]
    newest = HazardTold(hazard, event.boot, event.seq, event.uptime // MILLISECOND, now)
    return replace(state, hazards_told=(*others, newest)[-REMEMBERED:])


def _same(told: HazardTold, event: DeviceEvent, hazard: Hazard) -> bool:
    return (
        event.uptime is not None
        and told.hazard is hazard
        and (told.boot, told.seq) == (event.boot, event.seq)
        and told.uptime_ms == event.uptime // MILLISECOND
    )
