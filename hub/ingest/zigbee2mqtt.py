"""The first foreign family, called by `ingest/decode`: Zigbee2MQTT's topics and JSON become events, by rows of `zigbee_models`.

Foreign devices have no ids, boots or sequence numbers; an event of theirs says only what was heard now. Nothing here clears an
alarm: a value that says "no fall" or an empty action means nothing more than that the device lives.
"""

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from pydantic_core import from_json

from firmware_contracts.vocabulary import (
    ID_PATTERN,
    MAX_PAYLOAD_BYTES,
    BedState,
    CallAction,
    ContactState,
    FallPhase,
    Fault,
    Hazard,
    RejectReason,
)
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
    UnreadableSignal,
    UnreadableTelemetry,
    Vibration,
)
from hub.ingest.decoded import Decoded, Ignored, IgnoreReason, Rejected
from hub.ingest.message import RawMessage
from hub.ingest.zigbee_models import EMERGENCY_WORDS, MODELS, DeviceModel, Occupancy, model_named

ROOT = "z2m/v1/"
BRIDGE_ID = "bridge"
"""The device id of a home's Zigbee2MQTT itself; when it is offline, nothing of its home is heard."""

ModelLookup = Callable[[str, str], DeviceModel | None]

_ID = re.compile(ID_PATTERN)
_OUTSIDE_ID = re.compile(r"[^A-Za-z0-9_-]+")
_HAZARDS = {
    "smoke": Hazard.SMOKE,
    "gas": Hazard.GAS,
    "water_leak": Hazard.WATER,
    "carbon_monoxide": Hazard.CARBON_MONOXIDE,
}
_FAULTS = {"battery_low": Fault.BATTERY_LOW, "tamper": Fault.TAMPER}
_RELAY_KEYS = frozenset({"power", "current", "energy", "consumption", "power_outage_count", "interlock"})
_FALLS_OF_ANY: Mapping[str, Mapping[str, FallPhase | None]] = {
    key: values for model in MODELS for key, values in model.falls.items() if key.startswith("fall_")
}
"""Keys that mean a person's fall whatever the model; a plain `status` or an action `fall` does not."""


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
    return _event(message, place, _facts(state, model or _model_told(state)), state)


# --- topics -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=65_536)
def _locate(topic: str, bases: tuple[Base, ...]) -> _Place | Rejected:
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
    if word not in {"online", "offline"}:
        detail = "availability is neither online nor offline"
        return Rejected(RejectReason.UNKNOWN_VALUE, detail, place.home_id, place.device_id)
    return _event(message, place, (Status(word == "online"),), {})


def _single_action(message: RawMessage, place: _Place, model: DeviceModel | None) -> Decoded:
    """Some set-ups send the bare action on a topic of its own, besides or instead of the whole message: a call is a call."""
    word = message.payload.decode(errors="replace").strip().strip('"')
    facts = tuple(
        fact
        for fact in _action(None if word == "null" else word, model)
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


def _facts(state: Mapping[str, Any], model: DeviceModel | None) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    facts += _action(state.get("action"), model)
    if not facts:
        facts += _standing_call(state)
    facts += _falls(state, model)
    facts += _movement(state, model)
    facts += _things(state)
    facts += _environment(state, model)
    for key, fault in _FAULTS.items():
        if isinstance(state.get(key), bool):
            facts.append(FaultReport(fault, state[key]))
    return tuple(facts) or (Alive(),)


def _action(value: object, model: DeviceModel | None) -> list[Fact]:
    """Null and "" come after each press and at each announcement: they neither alarm nor clear."""
    if value is None or value == "":
        return []
    word = value.lower() if isinstance(value, str) else None
    if model is not None and model.handled:
        return [Vibration()]
    if word in EMERGENCY_WORDS or (model is not None and word in model.presses):
        return [Call(None, timedelta(), CallAction.EMERGENCY)]
    if model is not None and model.presses and word not in model.other_actions:
        return [UnreadableSignal(f"an action that model {model.name} is not known to have")]
    return []


def _standing_call(state: Mapping[str, Any]) -> list[Fact]:
    """Alarm bits that stand until they are reset: true is a call, false is nothing and takes nothing back."""
    facts: list[Fact] = []
    for key in ("sos", "sos_alarm"):
        value = state.get(key)
        if value is True:
            facts.append(Call(None, timedelta(), CallAction.EMERGENCY))
        elif value is not None and value is not False:
            facts.append(UnreadableSignal(f"{key} is neither true nor false"))
    return facts[:1]


def _falls(state: Mapping[str, Any], model: DeviceModel | None) -> list[Fact]:
    for key, values in (_FALLS_OF_ANY if model is None else model.falls).items():
        value = state.get(key)
        if value is None:
            continue
        if value == "unknown":
            return [UnreadableTelemetry(f"{key} is unknown: the radar does not see")]
        if not isinstance(value, str) or value not in values:
            return [UnreadableSignal(f"{key} has a value that this model is not known to have")]
        phase = values[value]
        if phase is not None:
            return [Fall(None, timedelta(), phase)]
    return []


def _movement(state: Mapping[str, Any], model: DeviceModel | None) -> list[Fact]:
    if model is not None:
        for key, values in model.moves.items():
            value = state.get(key)
            if isinstance(value, str) and value in values:
                return [Motion(values[value])]
    meaning = Occupancy.MOVEMENT if model is None else model.occupancy
    for key in ("occupancy", "presence"):
        value = state.get(key)
        if not isinstance(value, bool):
            continue
        if meaning is Occupancy.BED:
            return [Bed(BedState.IN_BED if value else BedState.OUT_OF_BED)]
        if value and (meaning is Occupancy.PRESENCE or key == "presence"):
            return []
        return [Motion(value)]
    return []


def _things(state: Mapping[str, Any]) -> list[Fact]:
    facts: list[Fact] = []
    contact = state.get("contact")
    if isinstance(contact, bool):
        # True: the two halves touch.
        facts.append(Contact(ContactState.CLOSED if contact else ContactState.OPEN))
    if state.get("vibration") is True:
        facts.append(Vibration())
    return facts


def _environment(state: Mapping[str, Any], model: DeviceModel | None) -> list[Fact]:
    """A key that is absent was not measured; a key with anything but true or false was not understood."""
    facts: list[Fact] = []
    hazards: dict[Hazard, bool] = {}
    for key, hazard in _HAZARDS.items():
        value = state.get(key)
        if isinstance(value, bool):
            hazards[hazard] = value
        elif key in state:
            facts.append(UnreadableTelemetry(f"{key} is neither true nor false"))
    temperature, humidity = _number(state.get("temperature")), _number(state.get("humidity"))
    is_relay = any(key in _RELAY_KEYS or key == "state" or key.startswith("state_") for key in state)
    of_the_room = (model is not None and model.climate) or (humidity is not None and not is_relay)
    if not of_the_room:
        temperature = humidity = None
    if humidity is not None and not 0 <= humidity <= 100:
        facts.append(UnreadableTelemetry("humidity is not between 0 and 100"))
        humidity = None
    if hazards or temperature is not None or humidity is not None:
        facts.insert(0, Environment(hazards, temperature, humidity))
    return facts


def _model_told(state: Mapping[str, Any]) -> DeviceModel | None:
    """Some set-ups name the model in each message; it helps where the directory does not know the device."""
    told = state.get("device")
    name = told.get("model") if isinstance(told, dict) else None
    return model_named(name) if isinstance(name, str) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _percent(value: object) -> int | None:
    number = _number(value)
    return round(number) if number is not None and 0 <= number <= 100 else None


def _instant(value: object) -> datetime | None:
    """ISO 8601 with its offset, or milliseconds since 1970; anything else is no instant."""
    try:
        if isinstance(value, str):
            told = datetime.fromisoformat(value)
            return told.astimezone(UTC) if told.tzinfo is not None else None
        number = _number(value)
        return datetime.fromtimestamp(number / 1000, UTC) if number is not None else None
    except (ValueError, OverflowError, OSError):
        return None
