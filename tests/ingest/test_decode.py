"""Native messages: every golden vector becomes an event or a reason, whatever bytes come nothing raises, and no press is lost."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firmware_contracts.vocabulary import (
    BedState,
    CallAction,
    ContactState,
    FallPhase,
    Fault,
    Hazard,
    Kind,
    Measure,
    Placement,
    RejectReason,
    ServiceCategory,
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
    Vital,
    Window,
)
from hub.ingest.decode import Decoded, Ignored, IgnoreReason, Rejected, decode
from hub.ingest.message import RawMessage
from hub.ingest.zigbee_models import MODELS

ENVELOPE = {"v": 1, "boot": 7, "seq": 41, "uptime_ms": 90_500}
ID = "press-0001"


def hear(kind: str, body: object, **how: Any) -> Decoded:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode(RawMessage(f"care/v1/demo/h0001/device01/{kind}", payload, **how), lambda *_: None)


@pytest.mark.parametrize(
    ("kind", "body", "fact"),
    [
        (
            "call",
            {"event_id": ID, "age_ms": 1500, "action": "emergency"},
            Call(ID, timedelta(seconds=1.5), CallAction.EMERGENCY),
        ),
        (
            "call",
            {"event_id": ID, "age_ms": 0, "action": "service", "category": "meals"},
            Call(ID, timedelta(), CallAction.SERVICE, ServiceCategory.MEALS),
        ),
        (
            "call",
            {"event_id": ID, "age_ms": 0, "action": "cancel", "cancels": "press-0000"},
            Call(ID, timedelta(), CallAction.CANCEL, None, "press-0000"),
        ),
        (
            "fall",
            {
                "event_id": ID,
                "age_ms": 20,
                "phase": "suspected",
                "window": {
                    "placement": "neck",
                    "rate_hz": 50,
                    "range_g": 16,
                    "samples_g": [[0.0, 0.5, 1]] * 20,
                },
            },
            Fall(
                ID,
                timedelta(milliseconds=20),
                FallPhase.SUSPECTED,
                Window(Placement.NECK, 50.0, 16.0, ((0.0, 0.5, 1.0),) * 20),
            ),
        ),
        ("fall", {"event_id": ID, "age_ms": 0, "phase": "lying"}, Fall(ID, timedelta(), FallPhase.LYING)),
        (
            "vital",
            {"readings": {"heart_rate_bpm": 72, "spo2_percent": None}, "age_ms": 3},
            Vital({Measure.HEART_RATE_BPM: 72.0, Measure.SPO2_PERCENT: None}, timedelta(milliseconds=3)),
        ),
        ("bed", {"state": "out_of_bed"}, Bed(BedState.OUT_OF_BED)),
        ("motion", {"moving": False}, Motion(False)),
        ("contact", {"state": "open"}, Contact(ContactState.OPEN)),
        (
            "environment",
            {"smoke": True, "gas": False, "temperature_c": 21.5},
            Environment({Hazard.SMOKE: True, Hazard.GAS: False}, 21.5, None),
        ),
        ("heartbeat", {}, Alive()),
        ("fault", {"fault": "mains_failed"}, FaultReport(Fault.MAINS_FAILED, True, None)),
    ],
)
def test_every_kind_becomes_its_fact_with_the_whole_envelope(
    kind: str, body: dict[str, object], fact: Fact
) -> None:
    told = {
        **ENVELOPE,
        "device_time": "2026-01-02T08:00:00+08:00",
        "gateway": "gw01",
        "rssi_dbm": -70,
        "battery_percent": 55,
    }
    event = hear(kind, {**told, **body}, qos=0, retained=True, duplicate=True)
    assert isinstance(event, DeviceEvent)
    assert event == DeviceEvent(
        home_id="h0001",
        device_id="device01",
        facts=(fact,),
        boot=7,
        seq=41,
        uptime=timedelta(seconds=90.5),
        observed_at=datetime(2026, 1, 2, tzinfo=UTC),
        gateway_id="gw01",
        battery_percent=55,
        rssi_dbm=-70,
        qos=0,
        retained=True,
        duplicate=True,
        fingerprint=event.fingerprint,
    )


def test_status_carries_no_sequence_and_may_be_retained() -> None:
    event = hear("status", {"v": 1, "online": False, "boot": 7, "model": "B1"}, retained=True)
    assert isinstance(event, DeviceEvent)
    assert event.facts == (Status(False, 7, "B1", None),)
    assert (event.boot, event.seq, event.retained) == (None, None, True)


@pytest.mark.parametrize("kind", list(Kind))
def test_an_unreadable_message_keeps_its_sender_and_only_calls_and_falls_are_signals(kind: Kind) -> None:
    rejected = hear(kind.value, b"{\xff")
    assert isinstance(rejected, Rejected)
    assert (rejected.home_id, rejected.device_id) == ("h0001", "device01")
    assert rejected.signal == (kind in {Kind.CALL, Kind.FALL})
    assert rejected.detail


def test_an_empty_payload_is_nobody_speaking() -> None:
    assert hear("call", b"") == Ignored(IgnoreReason.EMPTY, "h0001", "device01")


@pytest.mark.parametrize(
    ("topic", "reason", "signal"),
    [
        ("care/v1/demo/h0001/device 1/call", RejectReason.BAD_ID, True),
        ("care/v1/demo/h0001/device.1/vital", RejectReason.BAD_ID, False),
        ("care/v1/demo/h0001/device1/shout", RejectReason.UNKNOWN_KIND, False),
        ("care/v2/demo/h0001/device1/call", RejectReason.NOT_THIS_CONTRACT, False),
        ("somebody/else/call", RejectReason.NOT_THIS_CONTRACT, False),
        ("", RejectReason.NOT_THIS_CONTRACT, False),
    ],
)
def test_a_topic_of_nobody_says_what_is_wrong_with_it(topic: str, reason: RejectReason, signal: bool) -> None:
    rejected = decode(RawMessage(topic, b"{}"), lambda *_: None)
    assert isinstance(rejected, Rejected)
    assert (rejected.reason, rejected.signal, rejected.home_id) == (reason, signal, None)
    assert rejected.detail


def test_a_command_is_not_read_as_a_sign() -> None:
    decoded = decode(
        RawMessage("care/v1/demo/h0001/device01/cmd", b'{"action":"emergency"}'), lambda *_: None
    )
    assert decoded == Ignored(IgnoreReason.COMMAND, "h0001", "device01")


def test_times_at_the_edge_of_what_a_clock_can_say() -> None:
    body = {**ENVELOPE, "uptime_ms": 2**53 - 1, "device_time": "0001-01-01T00:00:00+14:00"}
    event = hear("heartbeat", body)
    assert isinstance(event, DeviceEvent)
    assert event.observed_at is None
    assert event.uptime == timedelta(days=36_500)  # A counter of more than a century is broken.


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("call", {"event_id": ID, "action": "emergency"}),
        ("fall", {"event_id": ID, "phase": "lying"}),
        ("vital", {"readings": {"spo2_percent": 97}}),
    ],
)
def test_an_age_of_centuries_is_one_of_years_and_no_reason_to_refuse(kind: str, body: dict[str, Any]) -> None:
    event = hear(kind, {**ENVELOPE, **body, "age_ms": 2**53 - 1})
    assert isinstance(event, DeviceEvent)
    (fact,) = event.facts
    assert isinstance(fact, Call | Fall | Vital)
    assert fact.age == timedelta(days=3650)


@pytest.mark.parametrize("topic", ["z2m/v1/demo/h0001/button01", "care/v1/demo/h0001/button01/call"])
def test_a_defect_in_the_decoder_costs_no_press(topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("hub.ingest.decode.read", broken)
    rejected = decode(RawMessage(topic, b'{"action":"emergency"}'), broken)
    assert isinstance(rejected, Rejected)
    assert (rejected.home_id, rejected.device_id, rejected.signal) == ("h0001", "button01", True)


TOPICS = st.one_of(
    st.sampled_from(
        [f"care/v1/c/h/d/{kind.value}" for kind in Kind]
        + ["z2m/v1/c/h/d", "z2m/v1/c/h/d/availability", "z2m/v1/c/h/bridge/state", "z2m/v1/c/h/d/action"]
    ),
    st.text(max_size=60),
    st.text(max_size=30).map("z2m/v1/c/h/{}".format),
    st.text(max_size=30).map("care/v1/c/h/{}/call".format),
)
KEYS = st.sampled_from(
    [
        *(
            "action",
            "sos",
            "sos_alarm",
            "fall_status",
            "fall_down_status",
            "status",
            "sensor_status",
            "device",
        ),
        *("occupancy", "presence", "contact", "vibration", "smoke", "gas", "water_leak", "temperature"),
        *("humidity", "battery", "battery_low", "tamper", "last_seen", "state", "v", "boot", "seq"),
        *("uptime_ms", "age_ms"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=12,
)
PAYLOADS = st.one_of(
    st.binary(max_size=200), st.dictionaries(KEYS, JSON, max_size=10).map(json.dumps).map(str.encode)
)


@given(TOPICS, PAYLOADS, st.sampled_from([None, *MODELS]))
@example("z2m/v1/c/h/d/availability", b'{"state":[]}', None)
@example("z2m/v1/c/h/d", b'{"device":{"model":[]}}', None)
@example("z2m/v1/c/h/d", b'{"temperature":' + b"9" * 400 + b"}", None)
@example("z2m/v1/c/h/d", b'{"battery":' + b"9" * 400 + b',"last_seen":' + b"9" * 400 + b"}", None)
@example("z2m/v1/c/h/\ud800", b"{}", None)
def test_nothing_that_comes_is_a_defect(topic: str, payload: bytes, model: Any) -> None:
    decoded = decode(RawMessage(topic, payload), lambda *_: model)
    if isinstance(decoded, DeviceEvent):
        assert decoded.facts
    if isinstance(decoded, Rejected):
        assert "defect" not in decoded.detail
