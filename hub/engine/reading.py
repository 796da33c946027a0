"""What the engine needs to know of a message before it is judged: is it a signal, and what does an unreadable one still say."""

import zlib
from dataclasses import replace

from firmware_contracts.topics import parse_up
from firmware_contracts.vocabulary import Hazard, Kind, RejectReason
from hub.core.events import Call, DeviceEvent, Environment, Fall, UnreadableSignal, UnreadableTelemetry
from hub.core.home import Device, DeviceKind, Family, Home
from hub.ingest import zigbee2mqtt
from hub.ingest.decode import Rejected
from hub.ingest.message import RawMessage, SessionName
from hub.ingest.zigbee2mqtt import BRIDGE_ID

_SIGNALS = frozenset({Call, Fall})
_DETECTS = {DeviceKind.SMOKE: Hazard.SMOKE, DeviceKind.GAS: Hazard.GAS}
_SAYS_NOTHING = RejectReason.INCONSISTENT
"""It was read, and measured nothing: a fault of the device."""


def is_signal(event: DeviceEvent) -> bool:
    """Whether a call or a fall is among the facts."""
    # Asked for every message, of which most hold one fact.
    facts = event.facts
    return type(facts[0]) in _SIGNALS if len(facts) == 1 else any(type(fact) in _SIGNALS for fact in facts)


def tells_hazard(event: DeviceEvent) -> bool:
    """Whether smoke, gas or another hazard is told now; one that the broker kept may be long over."""
    return not event.retained and any(
        isinstance(fact, Environment) and any(fact.hazards.values()) for fact in event.facts
    )


def sender_of(topic: str) -> tuple[str, str] | None:
    """The home and device that a topic names, whatever the message says."""
    native = parse_up(topic)
    if native is not None:
        return native[0].home, native[0].device
    return zigbee2mqtt.sender(topic) if zigbee2mqtt.concerns(topic) else None


def sort_of(message: RawMessage) -> tuple[SessionName, Kind | None]:
    """Messages of one sort are read in the same way: where one cannot be placed, the others hardly can."""
    native = parse_up(message.topic)
    return message.session, native[1] if native is not None else None


def from_gateway(home: Home, event: DeviceEvent) -> DeviceEvent | None:
    """A foreign bridge has no id of its own in the topic: its words belong to the gateway enrolled for its family, if any."""
    if event.device_id != BRIDGE_ID:
        return None
    for device in home.profile.devices.values():
        if device.kind is DeviceKind.GATEWAY and device.family == Family.ZIGBEE2MQTT:
            return replace(event, device_id=device.id)
    return None


def unreadable_event(message: RawMessage, rejected: Rejected) -> DeviceEvent | None:
    """What an unreadable message of a known device says all the same; a retained one says nothing."""
    if rejected.home_id is None or rejected.device_id is None or message.retained:
        return None
    reason = rejected.reason.value
    return DeviceEvent(
        rejected.home_id,
        rejected.device_id,
        (UnreadableSignal(reason) if rejected.signal else UnreadableTelemetry(reason),),
        qos=message.qos,
        duplicate=message.duplicate,
        fingerprint=zlib.crc32(message.payload),
    )


def perhaps_an_alarm(
    told: DeviceEvent, message: RawMessage, rejected: Rejected, device: Device
) -> DeviceEvent:
    """What cannot be read of a detector may be its alarm, and it may say that once only."""
    hazard = _DETECTS.get(device.kind)
    native = parse_up(message.topic)
    measures = native[1] is Kind.ENVIRONMENT if native is not None else not _is_availability(message.topic)
    if hazard is None or rejected.signal or rejected.reason is _SAYS_NOTHING or not measures:
        return told
    return replace(told, facts=(UnreadableSignal(rejected.reason.value, hazard),))


def _is_availability(topic: str) -> bool:
    return topic.endswith("/availability")
