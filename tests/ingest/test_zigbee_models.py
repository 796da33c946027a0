"""Each row of the Zigbee table through one contract, and the traps that the family's words set."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from firmware_contracts.vocabulary import (
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
    Presence,
    Status,
    UnreadableSignal,
    UnreadableTelemetry,
    Vibration,
)
from hub.ingest.decode import Decoded, Ignored, IgnoreReason, Rejected, decode
from hub.ingest.message import RawMessage, SessionName
from hub.ingest.zigbee2mqtt import Base, device_id_of
from hub.ingest.zigbee_models import MODELS, DeviceModel, model_mentioned, model_named

TOPIC = "z2m/v1/demo/h0001/device01"
CALL = Call(None, timedelta(), CallAction.EMERGENCY)


def hear(payload: object, model: DeviceModel | None = None, topic: str = TOPIC, **how: Any) -> Decoded:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    message = RawMessage(topic, text.encode(), session=SessionName.FOREIGN, **how)
    return decode(message, lambda home_id, device_id: model)


def facts(payload: object, model: DeviceModel | str | None = None, topic: str = TOPIC) -> tuple[Fact, ...]:
    row = model_named(model) if isinstance(model, str) else model
    assert row is not None or model is None
    event = hear(payload, row, topic)
    assert isinstance(event, DeviceEvent), event
    return event.facts


def said(told: tuple[Fact, ...], *kinds: type[Fact]) -> list[Fact]:
    return [fact for fact in told if isinstance(fact, kinds)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_row_keeps_the_contract_of_the_table(model: DeviceModel) -> None:
    assert all(model_named(name) is model for name in (model.name, *model.also, model.name.lower()))
    assert model_mentioned(f"{model.vendor} {model.name} in the hall") is model
    for word in model.presses:
        assert facts({"action": word, "battery": 90}, model) == (CALL,)
        assert facts(word, model, f"{TOPIC}/action") == (CALL,)
    for word in model.other_actions:
        assert facts({"action": word}, model) == (Alive(),)
    for key, values in model.falls.items():
        for value, phase in values.items():
            expected = [] if phase is None else [Fall(None, timedelta(), phase)]
            assert said(facts({key: value}, model), Fall, Call, UnreadableSignal) == expected
        assert said(facts({key: "never heard of"}, model), UnreadableSignal)
        assert said(facts({key: "unknown"}, model), UnreadableTelemetry)
        assert facts({key: None}, model) == (Alive(),)
    for key, moves in model.moves.items():
        for value, moving in moves.items():
            assert facts({key: value, "occupancy": True}, model) == (Motion(moving),)
    for word in ("", "null", '""'):
        assert isinstance(hear(word, model, f"{TOPIC}/action"), Ignored)
    for nothing in ({}, {"action": None}, {"action": ""}, {"linkquality": 10}):
        assert facts(nothing, model) == (Alive(),)
    silent = facts({"battery": 12, "battery_low": True, "tamper": False}, model)
    assert silent == (FaultReport(Fault.BATTERY_LOW, True), FaultReport(Fault.TAMPER, False))
    broken = hear("{", model)
    assert isinstance(broken, Rejected)
    assert broken.signal == model.signals == (bool(model.presses) or bool(model.falls))


@pytest.mark.parametrize(
    ("model", "payload", "expected"),
    [
        # --- calls ---
        ("HS1EB", {"action": "single"}, (CALL,)),
        ("SOS-EF-3.0", {"action": "hold"}, (CALL,)),
        ("HS1EB", {"action": "off"}, (Alive(),)),
        ("SEB01ZB", {"sos": True, "battery_low": False}, (CALL, FaultReport(Fault.BATTERY_LOW, False))),
        ("SEB01ZB", {"sos": False}, (Alive(),)),
        ("07505L", {"action": "sos", "sos_alarm": True}, (CALL,)),
        ("KEYZB-110", {"action": "disarm"}, (Alive(),)),
        (None, {"action": "emergency"}, (CALL,)),
        (None, {"action": "panic"}, (CALL,)),
        (None, {"sos": True}, (CALL,)),
        (None, {"action": "single"}, (Alive(),)),
        (None, {"action": "fall"}, (Alive(),)),
        (None, {"warning": {"mode": "emergency", "level": "high"}}, (Alive(),)),
        # --- falls of persons and of things ---
        ("MFKZQ01LM", {"action": "fall"}, (Vibration(),)),
        ("MFKZQ01LM", {"action": "shake"}, (Vibration(),)),
        ("DJT12LM", {"action": "fall"}, (Vibration(),)),
        ("HS2FD", {"fall_status": "fall_alarm"}, (Fall(None, timedelta(), FallPhase.LYING),)),
        ("FDS315", {"status": "falling"}, (Fall(None, timedelta(), FallPhase.SUSPECTED),)),
        (None, {"fall_down_status": "maybe_fall"}, (Fall(None, timedelta(), FallPhase.SUSPECTED),)),
        (None, {"status": "falling"}, (Alive(),)),
        # --- who is there ---
        ("TS0601_bed_presence_sensor", {"occupancy": True}, (Bed(BedState.IN_BED),)),
        ("TS0601_bed_presence_sensor", {"occupancy": False}, (Bed(BedState.OUT_OF_BED),)),
        ("RTCGQ11LM", {"occupancy": True}, (Motion(True),)),
        # Somebody who lies still on the floor is present all day long.
        ("ZY-M100-S_1", {"presence": True}, (Presence(True),)),
        ("ZY-M100-S_1", {"presence": False}, (Presence(False),)),
        # --- things ---
        (None, {"contact": False}, (Contact(ContactState.OPEN),)),
        (None, {"contact": True}, (Contact(ContactState.CLOSED),)),
        (None, {"vibration": True}, (Vibration(),)),
        # --- hazards and climate ---
        (None, {"water_leak": True}, (Environment({Hazard.WATER: True}),)),
        (None, {"smoke": True, "gas": False}, (Environment({Hazard.SMOKE: True, Hazard.GAS: False}),)),
        ("SJCGQ11LM", {"battery": 97, "voltage": 2995}, (Alive(),)),
        ("SJCGQ11LM", {"water_leak": False, "temperature": 26}, (Environment({Hazard.WATER: False}),)),
        (None, {"temperature": 21.5, "humidity": 40}, (Environment({}, 21.5, 40.0),)),
        ("WSDCGQ11LM", {"temperature": -3}, (Environment({}, -3.0, None),)),
        (None, {"device_temperature": 32, "humidity": 40}, (Environment({}, None, 40.0),)),
        (None, {"temperature": 33, "humidity": 1, "state_l1": "OFF"}, (Alive(),)),
        (None, {"temperature": 33, "humidity": 1, "power": 0}, (Alive(),)),
    ],
)
def test_what_a_message_means(model: str | None, payload: object, expected: tuple[Fact, ...]) -> None:
    assert facts(payload, model) == expected


@pytest.mark.parametrize(
    ("model", "payload"),
    [
        ("TS0601_sos", {"action": "a word of the next firmware"}),
        ("TS0601_sos", {"action": ["emergency"]}),
        ("SEB01ZB", {"sos": "ON"}),
        ("HS2FD", {"fall_status": {"a": 1}}),
    ],
)
def test_what_cannot_be_read_from_a_device_that_calls_for_help_may_be_a_press(
    model: str, payload: object
) -> None:
    assert said(facts(payload, model), UnreadableSignal)


@pytest.mark.parametrize("key", ["smoke", "gas", "water_leak", "carbon_monoxide"])
@pytest.mark.parametrize("value", [None, "ON", 1, []])
def test_a_hazard_that_is_neither_true_nor_false_is_never_an_all_clear(key: str, value: object) -> None:
    told = facts({key: value, "temperature": 20, "humidity": 50})
    assert said(told, UnreadableTelemetry)
    assert all(not fact.hazards for fact in told if isinstance(fact, Environment))


@pytest.mark.parametrize("model", [None, "TS0601_sos"])
@pytest.mark.parametrize("key", ["temperature", "humidity", "battery"])
@pytest.mark.parametrize("digits", [400, 4_000])
def test_a_number_of_hundreds_of_digits_is_a_broken_sensor_and_no_press(
    model: str | None, key: str, digits: int
) -> None:
    payload = f'{{"{key}": {"9" * digits}}}'
    (told,) = facts(payload, model)
    assert isinstance(told, UnreadableTelemetry)
    assert told.reason.startswith(f"{key} ")
    pressed = facts(f'{{"action": "emergency", "{key}": {"9" * digits}}}', model)
    assert said(pressed, Call, UnreadableSignal) == [CALL]


@pytest.mark.parametrize(
    ("last_seen", "expected"),
    [
        ("2026-04-17T23:33:22+08:00", datetime(2026, 4, 17, 15, 33, 22, tzinfo=UTC)),
        ("2026-04-17T15:33:22.000Z", datetime(2026, 4, 17, 15, 33, 22, tzinfo=UTC)),
        (1656118444933, datetime(2022, 6, 25, 0, 54, 4, 933000, tzinfo=UTC)),
        ("yesterday", None),
        ("2026-04-17T15:33:22", None),
        ("0001-01-01T00:00:00+23:00", None),
        (1e300, None),
        (10**400, None),
        (True, None),
        (None, None),
    ],
)
def test_last_seen_in_all_its_forms(last_seen: object, expected: datetime | None) -> None:
    event = hear({"last_seen": last_seen})
    assert isinstance(event, DeviceEvent)
    assert event.observed_at == expected


@pytest.mark.parametrize(
    ("battery", "expected"),
    [(0, 0), (99.5, 100), (100, 100), (101, None), (-1, None), (10**400, None), ("90", None), (True, None)],
)
def test_a_battery_that_makes_no_sense_is_no_battery(battery: object, expected: int | None) -> None:
    event = hear({"battery": battery})
    assert isinstance(event, DeviceEvent)
    assert event.battery_percent == expected


def test_how_a_message_came_stays_with_the_event() -> None:
    event = hear({"action": "emergency"}, qos=0, retained=True, duplicate=True)
    other = hear({"action": "emergency", "linkquality": 1})
    assert isinstance(event, DeviceEvent)
    assert isinstance(other, DeviceEvent)
    assert (event.home_id, event.device_id) == ("h0001", "device01")
    assert (event.qos, event.retained, event.duplicate) == (0, True, True)
    assert (event.boot, event.seq, event.uptime) == (None, None, None)
    assert event.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("end", "payload", "expected"),
    [
        ("siren/set", {"warning": {"mode": "emergency"}}, IgnoreReason.COMMAND),
        ("siren/set/warning", {"mode": "emergency"}, IgnoreReason.COMMAND),
        ("button01/get", {"action": "emergency"}, IgnoreReason.COMMAND),
        ("bridge/event", {"type": "device_announce", "data": {}}, IgnoreReason.GATEWAY_TALK),
        ("bridge/devices", [], IgnoreReason.GATEWAY_TALK),
        ("bridge/request/permit_join", {"action": "emergency"}, IgnoreReason.GATEWAY_TALK),
        ("bridge/log", {"message": "emergency"}, IgnoreReason.GATEWAY_TALK),
        ("button01", "", IgnoreReason.EMPTY),
        ("button01/action", "single", IgnoreReason.REPEATED_ATTRIBUTE),
    ],
)
def test_what_is_no_sign_of_a_device_is_ignored(end: str, payload: object, expected: IgnoreReason) -> None:
    ignored = hear(payload, topic=f"z2m/v1/demo/h0001/{end}")
    assert isinstance(ignored, Ignored)
    assert (ignored.reason, ignored.home_id) == (expected, "h0001")


@pytest.mark.parametrize(
    ("payload", "online"),
    [({"state": "online"}, True), ({"state": "offline"}, False), ("online", True), ("offline", False)],
)
@pytest.mark.parametrize(("end", "device"), [("lamp/availability", "lamp"), ("bridge/state", "bridge")])
def test_availability_of_a_device_and_of_the_gateway_itself(
    payload: object, online: bool, end: str, device: str
) -> None:
    event = hear(payload, topic=f"z2m/v1/demo/h0001/{end}", retained=True)
    assert isinstance(event, DeviceEvent)
    assert (event.device_id, event.facts, event.retained) == (device, (Status(online),), True)


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        (f"{TOPIC}/availability", "perhaps", RejectReason.UNKNOWN_VALUE),
        (f"{TOPIC}/availability", '{"state', RejectReason.NOT_JSON),
        (TOPIC, "[1]", RejectReason.NOT_AN_OBJECT),
        (TOPIC, '{"battery": NaN}', RejectReason.NOT_JSON),
        (TOPIC, '{"x": "' + "y" * 70_000 + '"}', RejectReason.TOO_LARGE),
        ("z2m/v1/demo/h0001", "{}", RejectReason.NOT_THIS_CONTRACT),
        ("z2m/v1/demo/h0001/", "{}", RejectReason.NOT_THIS_CONTRACT),
        ("z2m/v1/demo/h 1/button", "{}", RejectReason.BAD_ID),
        ("zigbee2mqtt/button", '{"action": "emergency"}', RejectReason.NOT_THIS_CONTRACT),
    ],
)
def test_what_cannot_be_read_says_why(topic: str, payload: str, reason: RejectReason) -> None:
    rejected = hear(payload, topic=topic)
    assert isinstance(rejected, Rejected)
    assert rejected.reason is reason
    assert rejected.detail


def test_any_friendly_name_becomes_an_id_that_stays_and_is_its_own() -> None:
    names = [
        "卧室按钮",
        "浴室按钮",
        "bed room",
        "bed/room",
        "bed-room",
        "<friendly_name>",
        "x" * 80,
        "-",
        "é" * 70,
    ]
    ids = [device_id_of(name) for name in names]
    assert len(set(ids)) == len(names)
    assert device_id_of("bed-room") == "bed-room"
    assert ids == [device_id_of(device_id) for device_id in ids], "an id that is itself no id"
    event = hear({"action": "emergency"}, topic="z2m/v1/demo/h0001/一楼/卧室按钮")
    assert isinstance(event, DeviceEvent)
    assert (event.device_id, event.facts) == (device_id_of("一楼/卧室按钮"), (CALL,))


def test_a_stock_base_topic_speaks_for_a_home_that_is_named() -> None:
    message = RawMessage("zigbee2mqtt/button01", b'{"action":"emergency"}')
    event = decode(message, lambda *_: None, (Base("other", "h1"), Base("zigbee2mqtt", "h2")))
    assert isinstance(event, DeviceEvent)
    assert (event.home_id, event.device_id, event.facts) == ("h2", "button01", (CALL,))


def test_the_model_in_the_message_helps_where_the_directory_knows_none() -> None:
    assert facts({"action": "single", "device": {"model": "HS1EB/HS1EB-E"}}) == (CALL,)
