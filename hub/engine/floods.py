"""Between placing and judging: what a device gone mad sends too much of is counted here instead of stepped and stored.

The counting is `core/flood`, what is told of it `core/detection/flooding`; this room knows messages, homes and the turn.
"""

from collections.abc import Hashable
from datetime import datetime

from firmware_contracts.vocabulary import MAX_PAYLOAD_BYTES
from hub.core.detection.flooding import heard_all_the_same, may_be_counted
from hub.core.events import (
    Bed,
    Call,
    Contact,
    DeviceEvent,
    Environment,
    Fact,
    Fall,
    FaultReport,
    Motion,
    Presence,
    Status,
    UnreadableSignal,
    Vital,
)
from hub.core.flood import Flood, Meter, Sender
from hub.core.home import Home
from hub.engine.placing import Placed
from hub.engine.reading import is_signal
from hub.engine.turn import Turn
from hub.ingest.decode import Decoded
from hub.ingest.message import RawMessage, SessionName

_MINUTE_S = 60
_LONGEST_NAME = 80
_BYTES_A_MESSAGE = 1024
"""A long reading counts as several: it fills the store like them."""

_KINDS: dict[type[Fact], str] = {
    Call: "call",
    Fall: "fall",
    Vital: "vital",
    Bed: "bed",
    Motion: "motion",
    Presence: "presence",
    Contact: "contact",
    Environment: "environment",
    Status: "status",
    FaultReport: "fault",
}


class Floods:
    """What each device has sent lately. Belongs to the engine's thread; a restart begins anew."""

    def __init__(self) -> None:
        self._meter = Meter()

    def forget(self) -> None:
        """A batch was not committed: what went on of it goes on once more."""
        self._meter.forget()

    def is_surplus(self, turn: Turn, message: RawMessage, told: Decoded, placed: Placed) -> bool:
        """Whether a message is only counted: its device has sent too much, and of this sort one was judged a moment ago. Never
        a call, a fall or an alarm whose alert is not open; its device is told *heard* all the same."""
        event = placed.event
        if message.duplicate or (event is None and placed.reason is None):
            return False
        signal = event is not None and (is_signal(event) or type(event.facts[0]) is UnreadableSignal)
        now_s, rule = turn.now_s, turn.context.rules.flood
        sender: Sender
        minute: object
        weight = 1
        if event is None or not isinstance(told, DeviceEvent):
            home_id, device_id = _named(message, told)
            sender = home_id, device_id, signal
            minute = now_s // _MINUTE_S
        else:
            sender = (told.home_id, told.device_id, signal)
            uptime = event.uptime
            if uptime is not None:
                minute = (event.boot, uptime.days, uptime.seconds // _MINUTE_S, now_s // _MINUTE_S)
            elif signal or message.session is not SessionName.FOREIGN:
                minute = now_s // _MINUTE_S
            else:
                minute = None
        if not signal:
            weight += min(len(message.payload), MAX_PAYLOAD_BYTES) // _BYTES_A_MESSAGE
        meter = self._meter
        if not meter.is_over(sender, minute, weight, now_s, rule):
            return False
        kind = "unreadable" if event is None else _kind(event)
        sort = placed.reason if event is None else _sort(event, now_s)
        if meter.goes_on(sender, sort, kind, now_s, rule):
            return False
        if event is not None and placed.home is not None:
            if not may_be_counted(placed.home, event, turn.now, turn.context):
                return False
            if signal and meter.may_answer(sender, now_s):
                turn.heard.extend(heard_all_the_same(placed.home, event, turn.now, turn.context))
        meter.hold_back(sender)
        return True

    def is_due(self, now: datetime) -> bool:
        """Whether there is something to be told now."""
        return self._meter.is_due(now.timestamp())

    def tell(self, turn: Turn) -> None:
        """What is to be told of floods now, in the homes of their devices or, of strangers, in the unassigned one."""
        for flood in self._meter.due(turn.now_s):
            turn.tell_of_flood(_home_of(turn, flood), flood)


def _home_of(turn: Turn, flood: Flood) -> Home:
    home = turn.home(flood.home_id)
    return home if home is not None and flood.device_id in home.profile.devices else turn.unassigned()


def _named(message: RawMessage, told: Decoded) -> tuple[str, str]:
    """Home and device as the topic names them, whatever the message says."""
    if told.home_id is not None and told.device_id is not None:
        return told.home_id, told.device_id
    return "", message.topic[:_LONGEST_NAME]


def _kind(event: DeviceEvent) -> str:
    kind = type(event.facts[0])
    return _KINDS.get(kind, "unreadable" if kind.__name__.startswith("Unreadable") else "")


def _sort(event: DeviceEvent, now_s: float) -> Hashable:
    """Messages of one sort say the same: nothing new waits behind a flood. A known event id is a sort of its own, and again in
    each minute in which a press of it was spoken."""
    return (event.device_id, event.retained, *(_saying(event, fact, now_s) for fact in event.facts))


def _saying(event: DeviceEvent, fact: Fact, now_s: float) -> Hashable:
    match fact:
        case Call():
            pressed_in = (now_s - fact.age.total_seconds()) // _MINUTE_S
            known = (fact.event_id, pressed_in) if event.seen else None
            return "call", fact.action, fact.category, fact.cancels, known
        case Fall():
            return "fall", fact.phase, fact.event_id if event.seen else None
        case Vital():
            return "vital", tuple(measure for measure, value in fact.readings.items() if value is not None)
        case Environment():
            return "environment", tuple(sorted(fact.hazards.items()))
        case FaultReport():
            return "fault", fact.fault, fact.active
        case Status():
            return "status", fact.online
        case Bed() | Contact():
            return type(fact).__name__, fact.state
        case Motion():
            return "motion", fact.moving
        case Presence():
            return "presence", fact.present
        case _:
            return type(fact).__name__
