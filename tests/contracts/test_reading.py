"""The reader on anything at all: it never raises, never guesses, and repeats no value of a person in its words."""

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from firmware_contracts.messages import MESSAGES, HeartbeatMessage, VitalMessage
from firmware_contracts.reading import Unreadable, read, read_command
from firmware_contracts.vocabulary import MAX_PAYLOAD_BYTES, Kind, RejectReason
from tests.contracts.vectors import Vector, load

kinds = st.sampled_from(Kind)
GOOD = {
    kind: [v for v in load("accept") if v.topic.endswith(f"/{kind}") and len(v.payload) < 2000]
    for kind in Kind
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)


@given(kinds, st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(kind: Kind, payload: bytes) -> None:
    assert isinstance(read(kind, payload), Unreadable | MESSAGES[kind])
    read_command(payload)


@given(kinds.flatmap(lambda kind: st.tuples(st.just(kind), st.sampled_from(GOOD[kind]))), st.data())
def test_a_message_with_damaged_bytes_is_read_or_refused(
    chosen: tuple[Kind, Vector], data: st.DataObject
) -> None:
    kind, vector = chosen
    payload = bytearray(vector.payload)
    for _ in range(data.draw(st.integers(1, 4))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(read(kind, bytes(payload)), Unreadable | MESSAGES[kind])


@given(kinds.flatmap(lambda kind: st.tuples(st.just(kind), st.sampled_from(GOOD[kind]))), st.data())
def test_a_message_with_one_field_replaced_is_read_or_refused_in_the_fields_name(
    chosen: tuple[Kind, Vector], data: st.DataObject
) -> None:
    kind, vector = chosen
    message = json.loads(vector.payload)
    name = data.draw(st.sampled_from(sorted(message)))
    message[name] = data.draw(json_values)
    got = read(kind, json.dumps(message).encode())
    if isinstance(got, Unreadable) and got.field is not None:
        assert got.field.split(".")[0] == name


@given(st.text(max_size=20))
def test_no_text_of_a_clock_costs_a_message(clock: str) -> None:
    payload = json.dumps(
        {"v": 1, "boot": 1, "seq": 1, "uptime_ms": 1, "device_time": clock}, ensure_ascii=False
    )
    got = read(Kind.HEARTBEAT, payload.encode("utf-8", "replace"))
    assert isinstance(got, HeartbeatMessage)
    if got.device_time is not None:
        assert got.device_time.astimezone(UTC) > datetime(1999, 12, 30, tzinfo=UTC)


def test_what_it_says_holds_no_value_of_a_person() -> None:
    payload = b'{"v":1,"boot":1,"seq":1,"uptime_ms":1,"readings":{"heart_rate_bpm":"secret-173"}}'
    got = read(Kind.VITAL, payload)
    assert got == Unreadable(
        RejectReason.WRONG_TYPE,
        "readings.heart_rate_bpm: Input should be a valid number",
        "readings.heart_rate_bpm",
    )


def test_a_command_names_the_field_as_the_message_does() -> None:
    got = read_command(b'{"v":1,"type":"siren","for_s":true}')
    assert isinstance(got, Unreadable)
    assert (got.reason, got.field) == (RejectReason.WRONG_TYPE, "for_s")


def test_several_faults_give_the_first_field_in_the_contracts_order() -> None:
    got = read(Kind.CALL, b'{"action":"sos","seq":"1","boot":-1,"v":1}')
    assert isinstance(got, Unreadable)
    assert (got.reason, got.field) == (RejectReason.OUT_OF_RANGE, "boot")


@pytest.mark.parametrize("kind", Kind)
def test_the_worst_that_fits_costs_no_more_than_its_size(kind: Kind) -> None:
    """A hostile message may not hold up the calls behind it: a byte of it costs about what a byte of an ordinary one does."""
    head = '{"v":1,"boot":1,"seq":1,"uptime_ms":1,"event_id":"press-000001","age_ms":1,'
    room = MAX_PAYLOAD_BYTES - len(head) - 200
    worst = [
        '"readings":{' + ",".join(f'"{i}":1' for i in range(room // 10)) + "}}",
        '"phase":"lying","window":{"samples_g":[' + ",".join(['"x"'] * (room // 4)) + "]}}",
        '"x":' + "1" * room + "}",
        '"x":' + "[" * (room // 2) + "]" * (room // 2) + "}",
        '"x":"' + "\\u0041" * (room // 6) + '"}',
    ]
    ordinary = (head + '"action":"emergency","readings":{},"phase":"lying"}').encode()
    a_byte = min(_cost(kind, ordinary) for _ in range(50)) / len(ordinary)
    for tail in worst:
        hostile = (head + tail).encode()
        assert min(_cost(kind, hostile) for _ in range(3)) / len(hostile) < 50 * a_byte, tail[:40]


def _cost(kind: Kind, payload: bytes) -> float:
    """Of this thread alone, whatever else the machine does."""
    began = time.thread_time()
    read(kind, payload)
    return time.thread_time() - began


def test_a_message_can_be_built_written_and_read_again() -> None:
    at = datetime(2026, 3, 1, 0, 15, 30, tzinfo=UTC)
    message = HeartbeatMessage(v=1, boot=3, seq=17, uptime_ms=1, device_time=at)
    assert read(Kind.HEARTBEAT, message.model_dump_json().encode()) == message
    with pytest.raises(ValidationError):
        VitalMessage(v=1, boot=3, seq=17, uptime_ms=1, readings={})
