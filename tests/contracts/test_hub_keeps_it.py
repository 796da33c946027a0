"""The hub's decoder keeps the contract: it takes every accepted vector, and refuses the others for the stated reason."""

import pytest

from firmware_contracts.vocabulary import Fault, RejectReason
from hub.core.events import DeviceEvent, FaultReport
from hub.ingest.decode import Decoded, Ignored, Rejected, decode
from hub.ingest.message import RawMessage
from tests.contracts.vectors import Vector, load

IGNORED = {"bytes-empty", "topic-command"}


def decoded(vector: Vector) -> Decoded:
    message = RawMessage(vector.topic, vector.payload, vector.qos, vector.retain)
    return decode(message, lambda home, device: None)


@pytest.mark.parametrize("vector", load("accept"), ids=lambda vector: vector.name)
def test_an_accepted_message_becomes_an_event_of_its_sender(vector: Vector) -> None:
    event = decoded(vector)
    assert isinstance(event, DeviceEvent), event
    assert vector.expect is not None
    assert (event.home_id, event.device_id) == (vector.expect["home"], vector.expect["device"])
    assert event.retained == vector.retain


@pytest.mark.parametrize("vector", load("reject"), ids=lambda vector: vector.name)
def test_a_rejected_message_is_refused_for_its_reason(vector: Vector) -> None:
    refused = decoded(vector)
    if vector.name in IGNORED:
        assert isinstance(refused, Ignored), refused
        return
    assert isinstance(refused, Rejected), refused
    assert refused.reason == RejectReason(vector.reason or "")
    if vector.reason not in {"not_this_contract", "bad_id", "unknown_kind"}:
        assert refused.signal == vector.topic.endswith(("/call", "/fall")), "an unreadable press is urgent"


def test_a_fault_that_is_gone_is_not_taken_for_one_that_came() -> None:
    gone = next(vector for vector in load("accept") if vector.name == "fault-gone")
    event = decoded(gone)
    assert isinstance(event, DeviceEvent)
    assert event.facts == (FaultReport(Fault.BATTERY_LOW, active=False),)
