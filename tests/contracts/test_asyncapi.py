"""The AsyncAPI document keeps the rules of the specification 3.0.0 and says what the vectors and the schemas say.

No Python package with models that keep the specification brings its own JSON Schema, so the objects that the document uses are
written down as a schema from its text: their members, which of them are mandatory, and that there are no others.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from firmware_contracts.export import FOLDER
from firmware_contracts.messages import COMMANDS
from firmware_contracts.topics import Address, parse_cmd, parse_up
from firmware_contracts.vocabulary import QOS, RETAINED_KINDS, Kind
from tests.contracts.vectors import load

DOCUMENT: dict[str, Any] = json.loads((FOLDER / "asyncapi.json").read_text(encoding="utf-8"))
MESSAGES = DOCUMENT["components"]["messages"]
TEXT = {"type": "string", "minLength": 1}
NAME = "^[\\w.-]+$"


def closed(required: str, **members: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": required.split(),
        "additionalProperties": False,
    }


def table(of: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": {"pattern": NAME},
        "additionalProperties": of,
        "minProperties": 1,
    }


REFERENCE = closed("$ref", **{"$ref": TEXT})
LAST_WILL = closed(
    "topic qos message retain",
    topic=TEXT,
    qos={"enum": [0, 1, 2]},
    message=TEXT,
    retain={"type": "boolean"},
)
SERVER = closed(
    "host protocol",
    host={**TEXT, "pattern": r"^[^/]+$"},
    protocol={"enum": ["mqtt", "secure-mqtt"]},
    protocolVersion=TEXT,
    description=TEXT,
    variables=table(
        closed("", default=TEXT, description=TEXT, enum={"type": "array"}, examples={"type": "array"})
    ),
    security={"type": "array", "items": REFERENCE},
    bindings=closed(
        "mqtt",
        mqtt=closed(
            "",
            clientId=TEXT,
            cleanSession={"type": "boolean"},
            keepAlive={"type": "integer", "minimum": 0},
            lastWill=LAST_WILL,
            bindingVersion={"const": "0.2.0"},
        ),
    ),
)
OPERATION = closed(
    "action channel",
    action={"enum": ["send", "receive"]},
    channel=REFERENCE,
    summary=TEXT,
    messages={"type": "array", "items": REFERENCE, "minItems": 1},
    bindings=closed(
        "mqtt",
        mqtt=closed(
            "", qos={"enum": [0, 1, 2]}, retain={"type": "boolean"}, bindingVersion={"const": "0.2.0"}
        ),
    ),
)
MESSAGE = closed(
    "payload",
    name=TEXT,
    title=TEXT,
    summary=TEXT,
    contentType={"const": "application/json"},
    payload=REFERENCE,
    # An example needs headers or payload; these messages have no headers.
    examples={
        "type": "array",
        "minItems": 1,
        "items": closed("payload", name=TEXT, summary=TEXT, payload={}),
    },
)
SPECIFICATION = closed(
    "asyncapi info",
    asyncapi={"const": "3.0.0"},
    id={"type": "string", "pattern": "^urn:[a-z0-9-]+:"},
    info=closed(
        "title version", title=TEXT, version=TEXT, description=TEXT, license=closed("name", name=TEXT)
    ),
    defaultContentType={"const": "application/json"},
    servers=table(SERVER),
    channels=table(
        closed(
            "address messages",
            address={**TEXT, "pattern": r"^[^?#]+$"},
            description=TEXT,
            parameters=table(REFERENCE),
            messages=table(REFERENCE),
        )
    ),
    operations=table(OPERATION),
    components=closed(
        "",
        parameters=table(closed("", description=TEXT)),
        securitySchemes=table(closed("type", type={"const": "userPassword"}, description=TEXT)),
        messages=table(MESSAGE),
    ),
)


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolved(reference: str) -> Any:
    """What a reference names; raises when it names nothing."""
    path, _, pointer = reference.partition("#")
    node: Any = json.loads((FOLDER / path).read_text(encoding="utf-8")) if path else DOCUMENT
    for part in pointer.split("/")[1:]:
        node = node[part]
    return node


def test_it_keeps_the_specification() -> None:
    Draft202012Validator.check_schema(SPECIFICATION)
    errors = [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(SPECIFICATION).iter_errors(DOCUMENT)
    ]
    assert errors == []


def test_every_reference_names_something() -> None:
    found = set(references(DOCUMENT))
    assert {reference for reference in found if reference.startswith("schemas/")} == {
        *(f"schemas/{kind}.json" for kind in Kind),
        *(f"schemas/cmd_{name}.json" for name in COMMANDS),
    }
    for reference in found:
        assert resolved(reference), reference


def test_operations_name_messages_of_their_own_channel() -> None:
    """Section "Operation Object": messages point into the operation's channel, not into the components."""
    for name, operation in DOCUMENT["operations"].items():
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{operation['channel']['$ref']}/messages/"), name


def test_parameters_are_those_of_the_addresses() -> None:
    for channel in DOCUMENT["channels"].values():
        assert set(re.findall(r"\{(\w+)\}", channel["address"])) == channel["parameters"].keys()
    for server in DOCUMENT["servers"].values():
        assert set(re.findall(r"\{(\w+)\}", server["host"])) == server["variables"].keys()


def test_its_addresses_are_the_topics_that_the_hub_reads_and_writes() -> None:
    place = Address("demo", "h0001", "button01")

    def topic(channel: str) -> str:
        address: str = DOCUMENT["channels"][channel]["address"]
        return address.format(cell=place.cell, home=place.home, device=place.device)

    assert [parse_up(topic(kind)) for kind in Kind] == [(place, kind) for kind in Kind]
    assert parse_cmd(topic("cmd")) == place
    assert DOCUMENT["channels"].keys() == {*Kind, "cmd"}


def test_the_device_sends_its_kinds_and_receives_commands_as_the_contract_says() -> None:
    sent = {
        operation["channel"]["$ref"].rsplit("/", 1)[1]: operation["bindings"]["mqtt"]
        for operation in DOCUMENT["operations"].values()
        if operation["action"] == "send"
    }
    assert {kind: (binding["qos"], binding["retain"]) for kind, binding in sent.items()} == {
        kind.value: (QOS, kind in RETAINED_KINDS) for kind in Kind
    }
    (received,) = (
        operation for operation in DOCUMENT["operations"].values() if operation["action"] == "receive"
    )
    assert received["channel"]["$ref"] == "#/channels/cmd"
    assert received["bindings"]["mqtt"]["retain"] is False
    assert len(received["messages"]) == len(COMMANDS)


def test_the_last_will_is_a_message_of_the_contract() -> None:
    for server in DOCUMENT["servers"].values():
        will = server["bindings"]["mqtt"]["lastWill"]
        assert (will["topic"], will["qos"], will["retain"]) == (
            DOCUMENT["channels"]["status"]["address"],
            1,
            True,
        )
        said = json.loads(will["message"])
        Draft202012Validator(resolved(MESSAGES["status"]["payload"]["$ref"])).validate(said)
        assert said["online"] is False


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_examples_are_vectors_and_fit_their_payload(name: str) -> None:
    validator = Draft202012Validator(resolved(MESSAGES[name]["payload"]["$ref"]))
    vectors = {vector.name: vector for vector in (*load("accept"), *load("commands/accept"))}
    for example in MESSAGES[name]["examples"]:
        validator.validate(example["payload"])
        assert example["payload"] == json.loads(vectors[example["name"]].payload)
        assert example["summary"] == vectors[example["name"]].why


@pytest.mark.parametrize("vector", [*load("accept"), *load("reject")], ids=lambda vector: vector.name)
def test_the_schemas_mean_the_same_to_tools_that_read_them_as_draft_7(vector: Any) -> None:
    """AsyncAPI reads a payload without schemaFormat as JSON Schema draft 7; ours are written in 2020-12."""
    kind = vector.topic.rsplit("/", 1)[1]
    try:
        message = json.loads(vector.payload)
    except (ValueError, RecursionError):
        return
    if kind in set(Kind):
        schema = resolved(f"schemas/{kind}.json")
        assert Draft7Validator(schema).is_valid(message) == Draft202012Validator(schema).is_valid(message)
