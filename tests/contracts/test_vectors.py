"""The golden vectors against the reader and the exported schemas: what firmware is tested with is what the hub does."""

import hashlib
import json
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from firmware_contracts.messages import COMMANDS
from firmware_contracts.reading import Received, Unreadable, read_command, receive
from firmware_contracts.topics import parse_cmd
from firmware_contracts.vocabulary import (
    BedState,
    CallAction,
    CallState,
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
from tests.contracts.vectors import FOLDER, Vector, load

ACCEPT, REJECT = load("accept"), load("reject")
COMMANDS_ACCEPT, COMMANDS_REJECT = load("commands/accept"), load("commands/reject")
EVERY = [*ACCEPT, *REJECT, *COMMANDS_ACCEPT, *COMMANDS_REJECT]
SCHEMAS = FOLDER.parent / "schemas"

SCHEMA_ALLOWS = {
    # The schema language cannot say these; a reader of the contract refuses them.
    "version-fraction": "1.0 equals 1",
    "type-seq-fraction": "17.0 is an integer",
    "type-uptime-exponent": "8e6 is an integer",
    "impact-past-window": "no comparison of two values",
    "range-reading-overflow": "any number",
    "event-id-newline": "Python's $ also stands before a last line break",
}


def named(vector: Vector) -> str:
    return vector.name


def schema(name: str) -> Draft202012Validator:
    document = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


VALIDATORS = {kind.value: schema(kind.value) for kind in Kind} | {
    name: schema(f"cmd_{name}") for name in COMMANDS
}


def assert_says(message: dict[str, Any], expected: dict[str, Any]) -> None:
    for key, value in expected.items():
        if key == "device_time" and value is not None:
            assert datetime.fromisoformat(message[key]) == datetime.fromisoformat(value)
        elif isinstance(value, dict):
            assert_says(message[key], value)
        else:
            assert message[key] == value, key


@pytest.mark.parametrize("vector", ACCEPT, ids=named)
def test_an_accepted_message_is_read_as_it_says(vector: Vector) -> None:
    received = receive(vector.topic, vector.payload)
    assert isinstance(received, Received), received
    assert vector.expect is not None
    assert (received.kind, received.address.cell, received.address.home, received.address.device) == (
        vector.expect["kind"],
        vector.expect["cell"],
        vector.expect["home"],
        vector.expect["device"],
    )
    assert vector.expect["message"], "a vector that expects nothing shows nothing"
    assert_says(received.message.model_dump(mode="json"), vector.expect["message"])


@pytest.mark.parametrize("vector", ACCEPT, ids=named)
def test_an_accepted_message_fits_its_schema(vector: Vector) -> None:
    assert vector.expect is not None
    VALIDATORS[vector.expect["kind"]].validate(json.loads(vector.payload))


@pytest.mark.parametrize("vector", REJECT, ids=named)
def test_a_rejected_message_gives_its_reason(vector: Vector) -> None:
    received = receive(vector.topic, vector.payload)
    assert isinstance(received, Unreadable), received
    assert received.reason == vector.reason, received
    assert received.detail


@pytest.mark.parametrize(
    "vector",
    [
        vector
        for vector in REJECT
        # Python's own JSON reader stops at 4,300 digits too.
        if vector.name != "range-5000-digits"
        and RejectReason(vector.reason or "")
        in {
            RejectReason.NOT_AN_OBJECT,
            RejectReason.WRONG_VERSION,
            RejectReason.MISSING_FIELD,
            RejectReason.WRONG_TYPE,
            RejectReason.OUT_OF_RANGE,
            RejectReason.UNKNOWN_VALUE,
            RejectReason.BAD_EVENT_ID,
            RejectReason.INCONSISTENT,
        }
    ],
    ids=named,
)
def test_the_schema_refuses_what_the_reader_refuses(vector: Vector) -> None:
    validator = VALIDATORS[vector.topic.rsplit("/", 1)[1]]
    assert validator.is_valid(json.loads(vector.payload)) == (vector.name in SCHEMA_ALLOWS)


@pytest.mark.parametrize("vector", COMMANDS_ACCEPT, ids=named)
def test_an_accepted_command_is_read_as_it_says_and_fits_its_schema(vector: Vector) -> None:
    command = read_command(vector.payload)
    assert not isinstance(command, Unreadable), command
    address = parse_cmd(vector.topic)
    assert vector.expect is not None
    assert address is not None
    assert (address.cell, address.home, address.device) == (
        vector.expect["cell"],
        vector.expect["home"],
        vector.expect["device"],
    )
    assert_says(command.model_dump(mode="json"), vector.expect["message"])
    VALIDATORS[command.type].validate(json.loads(vector.payload))


@pytest.mark.parametrize("vector", COMMANDS_REJECT, ids=named)
def test_a_rejected_command_gives_its_reason(vector: Vector) -> None:
    command = read_command(vector.payload)
    assert isinstance(command, Unreadable), command
    assert command.reason == vector.reason, command


def test_there_are_enough_vectors_and_each_has_a_name_and_a_sentence_of_its_own() -> None:
    assert len(ACCEPT) >= 40
    assert len(REJECT) >= 60
    assert [name for name, count in Counter(vector.name for vector in EVERY).items() if count > 1] == []
    for vector in EVERY:
        assert vector.path.stem == vector.name
        assert vector.why.endswith("."), vector.name
        assert vector.qos in {0, 1}, vector.name


def test_the_vectors_cover_every_kind_every_word_and_every_reason() -> None:
    messages = [
        received.message.model_dump(mode="json")
        for vector in ACCEPT
        if isinstance(received := receive(vector.topic, vector.payload), Received)
    ]
    commands = [json.loads(vector.payload) for vector in COMMANDS_ACCEPT]

    def said(key: str) -> set[str]:
        return {message[key] for message in messages if message.get(key) is not None}

    assert {vector.expect["kind"] for vector in ACCEPT if vector.expect} == set(Kind)
    assert said("action") == set(CallAction)
    assert said("category") == set(ServiceCategory)
    assert said("phase") == set(FallPhase)
    assert said("state") == {*BedState, *ContactState}
    assert said("fault") == set(Fault)
    assert {message["window"]["placement"] for message in messages if message.get("window")} == set(Placement)
    assert {measure for message in messages for measure in message.get("readings", ())} == set(Measure)
    assert all(said(hazard) for hazard in Hazard)
    assert {command["type"] for command in commands} == set(COMMANDS)
    assert {command["state"] for command in commands if command["type"] == "call_state"} == set(CallState)
    assert {vector.reason for vector in REJECT} == set(RejectReason)


def test_only_births_and_wills_are_retained_where_a_vector_shows_what_to_do() -> None:
    retained = {vector.name for vector in ACCEPT if vector.retain and not vector.topic.endswith("/status")}
    assert retained == {"call-retained"}
    assert all(vector.retain for vector in ACCEPT if vector.topic.endswith("/status"))


def test_released_vectors_never_change() -> None:
    released = [line.split("  ", 1) for line in (FOLDER / "RELEASED").read_text("utf-8").splitlines()]
    assert released
    changed = [
        name
        for digest, name in released
        if not (FOLDER / name).is_file() or hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() != digest
    ]
    assert changed == [], "firmware in the field was tested with these: add a vector, do not change one"
