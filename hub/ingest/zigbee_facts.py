"""The words of Zigbee devices become facts, for `ingest/zigbee2mqtt`, by the rows of `zigbee_models`.

Nothing here clears an alarm: a value that says "no fall" or an empty action means nothing more than that the device lives.
"""

from collections.abc import Mapping
from datetime import timedelta
from math import isfinite
from typing import Any

from firmware_contracts.vocabulary import BedState, CallAction, ContactState, FallPhase, Fault, Hazard
from hub.core.events import (
    Alive,
    Bed,
    Call,
    Contact,
    Environment,
    Fact,
    Fall,
    FaultReport,
    Motion,
    Presence,
    UnreadableSignal,
    UnreadableTelemetry,
    Vibration,
)
from hub.ingest.zigbee_models import EMERGENCY_WORDS, MODELS, DeviceModel, Occupancy

_HAZARDS = {
    "smoke": Hazard.SMOKE,
    "gas": Hazard.GAS,
    "water_leak": Hazard.WATER,
    "carbon_monoxide": Hazard.CARBON_MONOXIDE,
}
_FAULTS = {"battery_low": Fault.BATTERY_LOW, "tamper": Fault.TAMPER}
_MEASURED = ("temperature", "humidity", "battery")
_RELAY_KEYS = frozenset({"power", "current", "energy", "consumption", "power_outage_count", "interlock"})
_FALLS_OF_ANY: Mapping[str, Mapping[str, FallPhase | None]] = {
    key: values for model in MODELS for key, values in model.falls.items() if key.startswith("fall_")
}
"""Keys that mean a person's fall whatever the model; a plain `status` or an action `fall` does not."""


def facts_of(state: Mapping[str, Any], model: DeviceModel | None) -> tuple[Fact, ...]:
    """Everything that one message tells, at least that the device lives."""
    facts: list[Fact] = []
    facts += action_of(state.get("action"), model)
    if not facts:
        facts += _standing_call(state)
    facts += _falls(state, model)
    facts += _movement(state, model)
    facts += _things(state)
    facts += _environment(state, model)
    facts += _beyond_numbers(state)
    for key, fault in _FAULTS.items():
        if isinstance(state.get(key), bool):
            facts.append(FaultReport(fault, state[key]))
    return tuple(facts) or (Alive(),)


def action_of(value: object, model: DeviceModel | None) -> list[Fact]:
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
        radar = meaning is Occupancy.PRESENCE or key == "presence"
        return [Presence(value) if radar else Motion(value)]
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
    temperature, humidity = number_of(state.get("temperature")), number_of(state.get("humidity"))
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


def number_of(value: object) -> float | None:
    """A JSON number, None for anything else, and for one with more digits than a number can have here."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def _beyond_numbers(state: Mapping[str, Any]) -> list[Fact]:
    """A broken sensor's digits say something about the device, and nothing about a press."""
    return [
        UnreadableTelemetry(f"{key} is a number beyond all that can be measured")
        for key in _MEASURED
        if type(state.get(key)) in (int, float) and number_of(state[key]) is None
    ]
