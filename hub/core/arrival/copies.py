"""Copies of a message that told of a hazard: it has had its alert, whatever delivers it again, and however often."""

from dataclasses import replace
from datetime import datetime, timedelta

from firmware_contracts.vocabulary import Hazard
from hub.core.arrival.timing import MILLISECOND
from hub.core.events import DeviceEvent
from hub.core.home import DeviceState, HazardTold

REMEMBERED = 16
"""Messages of a device that are remembered. A detector that smokes on tells it every minute, and all join one alert."""

COPIES_FOR = timedelta(days=1)
"""For so long the same numbers are a copy. Later they may be another fire, of a detector that forgot its counters: what a broker
or gateway still holds after a day may ring once more, and no fire is taken for an old one for ever."""


def is_copy(told: tuple[HazardTold, ...], event: DeviceEvent, hazard: Hazard, now: datetime) -> bool:
    """Whether this message told of this hazard before: the same number, spoken at the same moment of the same boot."""
    first = next((one for one in told if _same(one, event, hazard)), None)
    return first is not None and now - first.at < COPIES_FOR


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
