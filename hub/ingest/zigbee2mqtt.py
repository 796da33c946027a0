"""The first foreign family, called by `ingest/decode`: Zigbee2MQTT's topics and JSON become events, by `zigbee_facts`.

Foreign devices have no ids, boots or sequence numbers; an event of theirs says only what was heard now.
"""

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic_core import from_json

from firmware_contracts.vocabulary import ID_PATTERN, MAX_PAYLOAD_BYTES, RejectReason
from hub.core.events import Call, DeviceEvent, Fact, Status, UnreadableSignal
from hub.ingest.decoded import Decoded, Ignored, IgnoreReason, Rejected
from hub.ingest.message import RawMessage
from hub.ingest.zigbee_facts import action_of, facts_of, number_of
from hub.ingest.zigbee_models import DeviceModel, model_named

ROOT = "z2m/v1/"
REMEMBERED_TOPICS = 65_536
LONGEST_REMEMBERED = 256
"""Characters. A topic may have 65,535: as many of these as topics are remembered would fill the memory of any hub."""
BRIDGE_ID = "bridge"
"""The device id of a home's Zigbee2MQTT itself; when it is offline, nothing of its home is heard."""

ModelLookup = Callable[[str, str], DeviceModel | None]

_ID = re.compile(ID_PATTERN)
_OUTSIDE_ID = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Base:
    """A base topic that names no home, such as the stock `zigbee2mqtt`, and the home it stands for."""

    topic: str
    home_id: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Who a topic speaks of; `aspect` is what follows the name: "", "availability", "action", "command", "bridge/..."."""

    home_id: str
    device_id: str
    aspect: str


def device_id_of(friendly_name: str) -> str:
    """The hub's id of a device: its friendly name, or, where that may not stand in a topic of the hub, one made from it."""
    if _ID.fullmatch(friendly_name):
        return friendly_name
    plain = _OUTSIDE_ID.sub("-", friendly_name).strip("-_")[:48]
    return f"{plain or 'z'}-{zlib.crc32(friendly_name.encode(errors='replace')):08x}"


def concerns(topic: str, bases: tuple[Base, ...] = ()) -> bool:
    """Whether a topic is this family's."""
    return topic.startswith(ROOT) or any(topic.startswith(f"{base.topic}/") for base in bases)


def sender(topic: str, bases: tuple[Base, ...] = ()) -> tuple[str, str] | None:
    """Home and device that a topic of this family speaks of."""
    place = _locate(topic, bases)
    return None if isinstance(place, Rejected) else (place.home_id, place.device_id)


def decode(message: RawMessage, models: ModelLookup, bases: tuple[Base, ...] = ()) -> Decoded:
    """The event of one message of this family, or why there is none."""
    place = _locate(message.topic, bases)
    if isinstance(place, Rejected):
        return place
    home_id, device_id = place.home_id, place.device_id
    if not message.payload:
        return Ignored(IgnoreReason.EMPTY, home_id, device_id)
    if place.aspect == "command":
        return Ignored(IgnoreReason.COMMAND, home_id, device_id)
    if place.aspect in {"availability", "bridge/state"}:
        return _availability(message, place)
    if place.aspect.startswith("bridge/"):
        return Ignored(IgnoreReason.GATEWAY_TALK, home_id, device_id)
    model = models(home_id, device_id)
    signal = model is not None and model.signals
    if len(message.payload) > MAX_PAYLOAD_BYTES:
        detail = f"{len(message.payload)} bytes; at most {MAX_PAYLOAD_BYTES} are read"
        return Rejected(RejectReason.TOO_LARGE, detail, home_id, device_id, signal)
    if place.aspect == "action":
        return _single_action(message, place, model)
    try:
        state = from_json(message.payload, allow_inf_nan=False)
    except ValueError as error:
        return Rejected(RejectReason.NOT_JSON, str(error), home_id, device_id, signal)
    if not isinstance(state, dict):
        detail = "the JSON is not an object: set Zigbee2MQTT's advanced.output to json"
        return Rejected(RejectReason.NOT_AN_OBJECT, detail, home_id, device_id, signal)
    return _event(message, place, facts_of(state, model or _model_told(state)), state)


# --- topics -----------------------------------------------------------------------------------------------------------


def _locate(topic: str, bases: tuple[Base, ...]) -> _Place | Rejected:
    return _located(topic, bases) if len(topic) <= LONGEST_REMEMBERED else _located.__wrapped__(topic, bases)


@lru_cache(maxsize=REMEMBERED_TOPICS)
def _located(topic: str, bases: tuple[Base, ...]) -> _Place | Rejected:
    if topic.startswith(ROOT):
        parts = topic.split("/", 4)
        if len(parts) < 5 or not parts[4]:
            return Rejected(RejectReason.NOT_THIS_CONTRACT, "the topic is not z2m/v1/{cell}/{home}/{device}")
        if not (_ID.fullmatch(parts[2]) and _ID.fullmatch(parts[3])):
            return Rejected(
                RejectReason.BAD_ID, "cell or home holds a character that may not stand in a topic"
            )
        return _place(parts[3], parts[4])
    for base in bases:
        if topic.startswith(f"{base.topic}/") and len(topic) > len(base.topic) + 1:
            return _place(base.home_id, topic[len(base.topic) + 1 :])
    return Rejected(RejectReason.NOT_THIS_CONTRACT, "the topic is not z2m/v1/{cell}/{home}/{device}")


def _place(home_id: str, rest: str) -> _Place:
    """A friendly name may hold slashes, so the aspect is looked for at the end."""
    if rest == BRIDGE_ID or rest.startswith(f"{BRIDGE_ID}/"):
        return _Place(home_id, BRIDGE_ID, f"bridge/{rest[len(BRIDGE_ID) + 1 :]}")
    parts = rest.split("/")
    if len(parts) > 1 and parts[-1] in {"availability", "action"}:
        return _Place(home_id, device_id_of("/".join(parts[:-1])), parts[-1])
    for place in (-1, -2):
        # .../set, .../get, and the same with one attribute behind it
        if len(parts) > -place and parts[place] in {"set", "get"}:
            return _Place(home_id, device_id_of("/".join(parts[:place])), "command")
    return _Place(home_id, device_id_of(rest), "")


# --- payloads ---------------------------------------------------------------------------------------------------------


def _availability(message: RawMessage, place: _Place) -> Decoded:
    """{"state": "online"}, or the bare word of older versions."""
    word: object = message.payload.decode(errors="replace").strip()
    if isinstance(word, str) and word.startswith("{"):
        try:
            told = from_json(message.payload)
        except ValueError as error:
            return Rejected(RejectReason.NOT_JSON, str(error), place.home_id, place.device_id)
        word = told.get("state")
    if word not in ("online", "offline"):
        detail = "availability is neither online nor offline"
        return Rejected(RejectReason.UNKNOWN_VALUE, detail, place.home_id, place.device_id)
    return _event(message, place, (Status(word == "online"),), {})


def _single_action(message: RawMessage, place: _Place, model: DeviceModel | None) -> Decoded:
    """Some set-ups send the bare action on a topic of its own, besides or instead of the whole message: a call is a call."""
    word = message.payload.decode(errors="replace").strip().strip('"')
    facts = tuple(
        fact
        for fact in action_of(None if word == "null" else word, model)
        if isinstance(fact, Call | UnreadableSignal)
    )
    if not facts:
        return Ignored(IgnoreReason.REPEATED_ATTRIBUTE, place.home_id, place.device_id)
    return _event(message, place, facts, {})


def _event(
    message: RawMessage, place: _Place, facts: tuple[Fact, ...], state: Mapping[str, Any]
) -> DeviceEvent:
    return DeviceEvent(
        place.home_id,
        place.device_id,
        facts,
        observed_at=_instant(state.get("last_seen")),
        battery_percent=_percent(state.get("battery")),
        qos=message.qos,
        retained=message.retained,
        duplicate=message.duplicate,
        fingerprint=zlib.crc32(message.payload),
    )


def _model_told(state: Mapping[str, Any]) -> DeviceModel | None:
    """Some set-ups name the model in each message; it helps where the directory does not know the device."""
    told = state.get("device")
    name = told.get("model") if isinstance(told, dict) else None
    return model_named(name) if isinstance(name, str) else None


def _percent(value: object) -> int | None:
    number = number_of(value)
    return round(number) if number is not None and 0 <= number <= 100 else None


def _instant(value: object) -> datetime | None:
    """ISO 8601 with its offset, or milliseconds since 1970; anything else is no instant."""
    try:
        if isinstance(value, str):
            told = datetime.fromisoformat(value)
            return told.astimezone(UTC) if told.tzinfo is not None else None
        number = number_of(value)
        return datetime.fromtimestamp(number / 1000, UTC) if number is not None else None
    except (ValueError, OverflowError, OSError):
        return None
