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
"""For so long the same numbers raise nothing by themselves. Later they may be another fire, of a detector that forgot its
counters: what a broker or gateway still holds after a day may ring once more, and no fire is taken for an old one for ever."""

SURELY_A_COPY_FOR = timedelta(minutes=10)
"""For so long they are nothing but a copy: brokers, gateways and detectors send again what was not acknowledged. After it, only a
person can tell."""


def copy_of(
    told: tuple[HazardTold, ...], event: DeviceEvent, hazard: Hazard, now: datetime
) -> HazardTold | None:
    """The message that told of this hazard before by the same number, spoken at the same moment of the same boot."""
    first = next((one for one in told if _same(one, event, hazard)), None)
    return first if first is not None and now - first.at < COPIES_FOR else None


def may_be_another(told: HazardTold, event: DeviceEvent, now: datetime) -> bool:
    """Whether what looks like a copy may as well be the next fire of a detector that begins to count anew with each; a person
    is asked once. A broker that says so itself delivers again."""
    return not told.asked and not event.duplicate and now - told.at >= SURELY_A_COPY_FOR


def with_hazard_asked(state: DeviceState, hazard: Hazard) -> DeviceState:
    """The device after a person was asked whether its hazard is an old one: one question for all its messages up to now."""
    asked = tuple(replace(one, asked=one.asked or one.hazard is hazard) for one in state.hazards_told)
    return replace(state, hazards_told=asked)


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
