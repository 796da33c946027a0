"""From bytes to facts, between `ingest/mqtt` and the engine: every message becomes an event, or the reason why it is none.

Nothing here raises, whatever comes. What an event means is decided in `hub/core/step.py`.
"""

import logging
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from firmware_contracts.messages import (
    BedMessage,
    CallMessage,
    ContactMessage,
    EnvironmentMessage,
    FallMessage,
    FaultMessage,
    MotionMessage,
    StatusMessage,
    VitalMessage,
)
from firmware_contracts.reading import Unreadable, read
from firmware_contracts.topics import parse_cmd, parse_up, why_not_up
from firmware_contracts.vocabulary import Hazard, Kind, RejectReason
from hub.core.events import (
    Alive,
    Bed,
    Call,
    Contact,
    DeviceEvent,
    Environment,
    Fact,
    Fall,
    FaultReport,
    Motion,
    Status,
    Vital,
    Window,
)
from hub.ingest import zigbee2mqtt
from hub.ingest.decoded import Decoded, Ignored, IgnoreReason, Rejected
from hub.ingest.message import RawMessage
from hub.ingest.zigbee2mqtt import LONGEST_REMEMBERED, REMEMBERED_TOPICS
from hub.ingest.zigbee_models import DeviceModel

__all__ = ["Decoded", "IgnoreReason", "Ignored", "Rejected", "decode"]

log = logging.getLogger(__name__)

LONGEST_AGE_MS = 10 * 365 * 86_400_000
"""Ten years, longer than a device lives: an age beyond it is a broken counter and counts as this old. A press is never refused
for its age, and an instant so long ago can still be told."""
LONGEST_UPTIME_MS = 10 * LONGEST_AGE_MS
"""A hundred years; nanoseconds that a device takes for milliseconds come to more."""

_SIGNALS = frozenset({Kind.CALL, Kind.FALL})


def decode(
    message: RawMessage,
    models: Callable[[str, str], DeviceModel | None],
    bases: tuple[zigbee2mqtt.Base, ...] = (),
) -> Decoded:
    """What a message tells. `models` names the table row of a foreign device by home and device id, None when it has none."""
    try:
        sender = _sender(message.topic)
        if sender is not None:
            return _native(message, *sender)
        if zigbee2mqtt.concerns(message.topic, bases):
            return zigbee2mqtt.decode(message, models, bases)
        return _stranger(message.topic)
    except (
        Exception
    ) as error:  # a defect here must not cost the message: it is kept, and a press still counts
        log.exception("decoding a message on %s failed", message.topic)
        detail = f"the hub failed to read it ({type(error).__name__}): report this as a defect"
        native = _sender(message.topic)
        if native is not None:
            return Rejected(RejectReason.INCONSISTENT, detail, native[0], native[1], native[2] in _SIGNALS)
        home_id, device_id = zigbee2mqtt.sender(message.topic, bases) or (None, None)
        return Rejected(RejectReason.INCONSISTENT, detail, home_id, device_id, signal=True)


def _sender(topic: str) -> tuple[str, str, Kind] | None:
    """Home, device and kind of an upward topic of the contract."""
    return _parsed(topic) if len(topic) <= LONGEST_REMEMBERED else _parsed.__wrapped__(topic)


@lru_cache(maxsize=REMEMBERED_TOPICS)
def _parsed(topic: str) -> tuple[str, str, Kind] | None:
    parsed = parse_up(topic)
    return None if parsed is None else (parsed[0].home, parsed[0].device, parsed[1])


def _native(message: RawMessage, home_id: str, device_id: str, kind: Kind) -> Decoded:
    payload = message.payload
    if not payload:
        return Ignored(IgnoreReason.EMPTY, home_id, device_id)
    told: Any = read(kind, payload)
    if type(told) is Unreadable:
        return Rejected(told.reason, told.detail, home_id, device_id, kind in _SIGNALS)
    if kind is Kind.STATUS:
        return DeviceEvent(
            home_id,
            device_id,
            (_status(told),),
            qos=message.qos,
            retained=message.retained,
            duplicate=message.duplicate,
            fingerprint=zlib.crc32(payload),
        )
    observed_at = told.device_time
    return DeviceEvent(
        home_id,
        device_id,
        (_FACTS[kind](told),),
        told.boot,
        told.seq,
        timedelta(0, 0, 0, min(told.uptime_ms, LONGEST_UPTIME_MS)),
        None if observed_at is None else _utc(observed_at),
        told.gateway,
        told.battery_percent,
        told.rssi_dbm,
        message.qos,
        message.retained,
        message.duplicate,
        zlib.crc32(payload),
    )


def _stranger(topic: str) -> Decoded:
    command = parse_cmd(topic)
    if command is not None:
        return Ignored(IgnoreReason.COMMAND, command.home, command.device)
    reason = why_not_up(topic) or RejectReason.NOT_THIS_CONTRACT
    return Rejected(reason, _WHY[reason], signal=topic.endswith(("/call", "/fall")) and reason is _BAD_ID)


_BAD_ID = RejectReason.BAD_ID
_WHY = {
    RejectReason.NOT_THIS_CONTRACT: "no family that the hub knows: neither care/v1/{cell}/{home}/{device}/{kind} nor "
    "z2m/v1/{cell}/{home}/{device}",
    RejectReason.BAD_ID: "cell, home or device holds a character that may not stand in a topic, or is too long",
    RejectReason.UNKNOWN_KIND: f"the last part of the topic is none of: {', '.join(Kind)}",
}


# --- one function a kind ----------------------------------------------------------------------------------------------


def _utc(device_time: datetime) -> datetime | None:
    try:
        return device_time.astimezone(UTC)
    except OverflowError:
        return None


def _age(milliseconds: int) -> timedelta:
    return timedelta(0, 0, 0, min(milliseconds, LONGEST_AGE_MS))


def _vital(told: VitalMessage) -> Fact:
    return Vital(told.readings, _age(told.age_ms))


def _call(told: CallMessage) -> Fact:
    return Call(told.event_id, _age(told.age_ms), told.action, told.category, told.cancels)


def _fall(told: FallMessage) -> Fact:
    window = told.window
    return Fall(
        told.event_id,
        _age(told.age_ms),
        told.phase,
        None
        if window is None
        else Window(
            window.placement,
            window.rate_hz,
            window.range_g,
            tuple((x, y, z) for x, y, z in window.samples_g),
            window.impact_index,
        ),
    )


def _bed(told: BedMessage) -> Fact:
    return Bed(told.state)


def _motion(told: MotionMessage) -> Fact:
    return Motion(told.moving)


def _contact(told: ContactMessage) -> Fact:
    return Contact(told.state)


def _environment(told: EnvironmentMessage) -> Fact:
    measured = (
        (Hazard.SMOKE, told.smoke),
        (Hazard.GAS, told.gas),
        (Hazard.WATER, told.water),
        (Hazard.CARBON_MONOXIDE, told.carbon_monoxide),
    )
    return Environment(
        {hazard: value for hazard, value in measured if value is not None},
        told.temperature_c,
        told.humidity_percent,
    )


def _status(told: StatusMessage) -> Fact:
    return Status(told.online, told.boot, told.model, told.firmware)


def _fault(told: FaultMessage) -> Fact:
    return FaultReport(told.fault, told.active, told.detail)


_ALIVE = Alive()
_FACTS: dict[Kind, Callable[[Any], Fact]] = {
    Kind.CALL: _call,
    Kind.FALL: _fall,
    Kind.VITAL: _vital,
    Kind.BED: _bed,
    Kind.MOTION: _motion,
    Kind.CONTACT: _contact,
    Kind.ENVIRONMENT: _environment,
    Kind.HEARTBEAT: lambda told: _ALIVE,
    Kind.FAULT: _fault,
}
