"""Messages of real devices, as seen on the wire, come out as they were meant; needs the recordings (CARE_DATA)."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from firmware_contracts.vocabulary import CallAction, Fault, Hazard, RejectReason
from hub.core.events import Alive, Call, DeviceEvent, Environment, Fact, FaultReport, Presence
from hub.ingest.decode import Ignored, IgnoreReason, Rejected, decode
from hub.ingest.message import RawMessage
from hub.ingest.zigbee2mqtt import Base
from hub.ingest.zigbee_models import model_mentioned

BASES = (Base("zigbee2mqtt", "home"),)
LIFECYCLE = IgnoreReason.GATEWAY_TALK

ZIGBEE: dict[str, tuple[Fact, ...] | IgnoreReason] = {
    "p000": (Alive(),),  # announced, action null
    "p001": LIFECYCLE,
    "p002": (Alive(),),
    "p003": (Call(None, timedelta(), CallAction.EMERGENCY),),
    "p004": (Alive(),),  # the empty action after the press neither alarms nor clears
    "p009": LIFECYCLE,
    "p011": LIFECYCLE,
    "p012": LIFECYCLE,
    "p017": (Presence(True),),  # somebody is there, moving or not
    "p023": (Alive(),),  # a water sensor that did not measure water
    "p024": (
        Environment({Hazard.WATER: False}),  # its temperature is the device's
        FaultReport(Fault.BATTERY_LOW, False),
        FaultReport(Fault.TAMPER, False),
    ),
    "p026": (Alive(),),
    "p027": (Alive(),),  # a relay's temperature is nobody's room
}
BATTERIES = {"p000": 100, "p002": 100, "p003": 100, "p004": 100, "p023": 100, "p024": 100, "p026": 97}


def records(data_dir: Path) -> dict[str, dict[str, Any]]:
    lines = (data_dir / "payloads" / "device_payloads.jsonl").read_text(encoding="utf-8").splitlines()
    return {record["id"]: record for record in map(json.loads, lines)}


@pytest.mark.parametrize("with_model", [True, False], ids=["model known", "model unknown"])
@pytest.mark.parametrize("name", list(ZIGBEE))
def test_a_zigbee_message_means_what_was_meant(data_dir: Path, name: str, with_model: bool) -> None:
    record = records(data_dir)[name]
    model = model_mentioned(record["device"]) if with_model else None
    message = RawMessage(record["topic"], record["payload"].encode())
    decoded = decode(message, lambda *_: model, BASES)
    expected = ZIGBEE[name]
    if isinstance(expected, IgnoreReason):
        assert decoded == Ignored(expected, "home", "bridge")
    else:
        assert isinstance(decoded, DeviceEvent)
        assert decoded.facts == expected
        assert decoded.battery_percent == BATTERIES.get(name)
        assert (decoded.observed_at is None) == ("last_seen" not in record["payload"])


def test_every_other_message_is_refused_with_a_sentence_and_never_a_call(data_dir: Path) -> None:
    others = [record for name, record in records(data_dir).items() if name not in ZIGBEE]
    assert len(others) > 60
    for record in others:
        decoded = decode(RawMessage(record["topic"], record["payload"].encode()), lambda *_: None, BASES)
        assert isinstance(decoded, Rejected), record["id"]
        assert decoded.reason is RejectReason.NOT_THIS_CONTRACT
        assert "no family that the hub knows" in decoded.detail
        assert not decoded.signal
