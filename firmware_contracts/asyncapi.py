"""The contract as an AsyncAPI 3.0 document from the device's side, for `export.py`: a device sends its kinds and receives `cmd`.

The payloads are references to the files in `schemas/`, which stay the one source; the examples are golden vectors.
"""

import json
from pathlib import Path
from typing import Any

from firmware_contracts import topics
from firmware_contracts.messages import COMMANDS, MESSAGES
from firmware_contracts.vocabulary import (
    COMMAND_SEGMENT,
    CONTRACT_VERSION,
    KEEP_ALIVE_MAINS_S,
    QOS,
    RETAINED_KINDS,
    URGENT_KINDS,
    Kind,
)

VERSION = "3.0.0"
_BINDING_VERSION = "0.2.0"
_VECTORS = Path(__file__).parent / "vectors"
_DEVICE = f"{topics.ROOT}/{{cell}}/{{home}}/{{device}}"
_PARAMETERS = {
    "cell": "The part of the city that one hub serves.",
    "home": "The home, by an id that is no name and no address.",
    "device": "The device within its home.",
}
EXAMPLES: dict[str, tuple[str, ...]] = {
    Kind.CALL: ("call-emergency-full", "call-repeated", "call-service-meals", "call-cancel", "call-test"),
    Kind.FALL: ("fall-suspected", "fall-lying", "fall-got-up", "fall-window-shortest"),
    Kind.VITAL: ("vital-oximeter", "vital-one-null"),
    Kind.BED: ("bed-in-bed", "bed-out-of-bed", "bed-no-breathing"),
    Kind.MOTION: ("motion-seen", "motion-ended"),
    Kind.CONTACT: ("contact-open", "contact-closed"),
    Kind.ENVIRONMENT: ("environment-smoke", "environment-climate"),
    Kind.STATUS: ("status-birth", "status-will"),
    Kind.HEARTBEAT: ("heartbeat",),
    Kind.FAULT: ("fault-battery-low", "fault-gone"),
    "call_state": ("cmd-heard", "cmd-taken", "cmd-closed"),
    "self_test": ("cmd-self-test-silent",),
    "speak": ("cmd-speak",),
    "blink": ("cmd-blink",),
    "siren": ("cmd-siren", "cmd-siren-off"),
}
"""Kind or command -> its golden vectors, without their folder."""


def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "asyncapi": VERSION,
        "id": f"urn:care-alert-hub:contract:v{CONTRACT_VERSION}:device",
        "info": {
            "title": "Care devices at home: the device's side",
            "version": str(CONTRACT_VERSION),
            "description": "What a device sends and what it receives. `send` and `receive` are the device's: the hub does "
            "the opposite. The duty behind the messages (repeat a call until heard, with the same event_id) cannot be said "
            "here; README.md says it, with the reasons.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"home": _server("mqtt", "1883"), "home_tls": _server("secure-mqtt", "8883")},
        "channels": {
            **{kind.value: _channel(kind.value, [kind.value], MESSAGES[kind].__doc__) for kind in Kind},
            COMMAND_SEGMENT: _channel(COMMAND_SEGMENT, list(COMMANDS), "What the hub says to one device."),
        },
        "operations": {
            **{f"send_{kind.value}": _send(kind) for kind in Kind},
            "receive_commands": _receive(),
        },
        "components": {
            "parameters": {name: {"description": words} for name, words in _PARAMETERS.items()},
            "securitySchemes": {
                "password": {
                    "type": "userPassword",
                    "description": "User name {cell}/{home}/{device}: the broker lets it speak under its own topics only.",
                }
            },
            "messages": {
                **{
                    kind.value: _message(kind.value, kind.value, "accept", MESSAGES[kind].__doc__)
                    for kind in Kind
                },
                **{
                    name: _message(name, f"{COMMAND_SEGMENT}_{name}", "commands/accept", model.__doc__)
                    for name, model in COMMANDS.items()
                },
            },
        },
    }


def _server(protocol: str, port: str) -> dict[str, Any]:
    return {
        "host": "{broker}:{port}",
        "protocol": protocol,
        "protocolVersion": "3.1.1",
        "description": "The broker of the cell; its address is written into the device by the installer."
        + (" On any network that others use." if protocol == "secure-mqtt" else ""),
        "variables": {
            "broker": {"description": "Name or address of the broker."},
            "port": {"default": port, "description": "Its port."},
        },
        "security": [{"$ref": "#/components/securitySchemes/password"}],
        "bindings": {
            "mqtt": {
                "clientId": "{cell}/{home}/{device}",
                "cleanSession": False,
                "keepAlive": KEEP_ALIVE_MAINS_S,
                "lastWill": {
                    "topic": f"{_DEVICE}/{Kind.STATUS.value}",
                    "qos": QOS,
                    "retain": True,
                    "message": _vector("accept", "status-will")["payload"],
                },
                "bindingVersion": _BINDING_VERSION,
            }
        },
    }


def _channel(segment: str, messages: list[str], words: str | None) -> dict[str, Any]:
    return {
        "address": f"{_DEVICE}/{segment}",
        "description": _line(words),
        "parameters": {name: {"$ref": f"#/components/parameters/{name}"} for name in _PARAMETERS},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }


def _send(kind: Kind) -> dict[str, Any]:
    urgent = " Goes before anything that is not a call, a fall or a fault." if kind in URGENT_KINDS else ""
    return {
        "action": "send",
        "summary": f"The device sends {kind.value}.{urgent}",
        "channel": {"$ref": f"#/channels/{kind.value}"},
        "messages": [{"$ref": f"#/channels/{kind.value}/messages/{kind.value}"}],
        "bindings": _operation_binding(retain=kind in RETAINED_KINDS),
    }


def _receive() -> dict[str, Any]:
    return {
        "action": "receive",
        "summary": "The device receives what the hub says; what it cannot read, or does not know, changes nothing.",
        "channel": {"$ref": f"#/channels/{COMMAND_SEGMENT}"},
        "messages": [{"$ref": f"#/channels/{COMMAND_SEGMENT}/messages/{name}"} for name in COMMANDS],
        "bindings": _operation_binding(retain=False),
    }


def _operation_binding(*, retain: bool) -> dict[str, Any]:
    return {"mqtt": {"qos": QOS, "retain": retain, "bindingVersion": _BINDING_VERSION}}


def _message(name: str, schema: str, folder: str, words: str | None) -> dict[str, Any]:
    vectors = [_vector(folder, example) for example in EXAMPLES[name]]
    return {
        "name": name,
        "title": name,
        "summary": _line(words),
        "contentType": "application/json",
        "payload": {"$ref": f"schemas/{schema}.json"},
        "examples": [
            {"name": vector["name"], "summary": vector["why"], "payload": json.loads(vector["payload"])}
            for vector in vectors
        ],
    }


def _vector(folder: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_VECTORS / folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _line(words: str | None) -> str:
    """The first paragraph of a docstring on one line."""
    return " ".join((words or "").split("\n\n", maxsplit=1)[0].replace("`", "").split())
