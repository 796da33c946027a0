"""The contract as one C99 header, for `export.py`: words, limits and topics that firmware needs at compile time."""

import json
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from firmware_contracts import topics
from firmware_contracts.messages import COMMANDS, MESSAGES
from firmware_contracts.vocabulary import (
    COMMAND_SEGMENT,
    CONTRACT_VERSION,
    EVENT_ID_PATTERN,
    HEARTBEAT_EVERY_S,
    ID_PATTERN,
    KEEP_ALIVE_BATTERY_S,
    KEEP_ALIVE_MAINS_S,
    MAX_COUNT,
    MAX_DEPTH,
    MAX_PAYLOAD_BYTES,
    QOS,
    RECONNECT_FIRST_S,
    RECONNECT_LONGEST_S,
    REPEAT_AFTER_S,
    REPEAT_JITTER,
    RETAINED_KINDS,
    SEQUENCE_WINDOW,
    SESSION_BREAK_S,
    UNHEARD_AFTER_S,
    URGENT_KINDS,
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

WORDS: dict[str, tuple[type[StrEnum], str]] = {
    "KIND": (Kind, "what a device says: the last part of its topic"),
    "ACTION": (CallAction, "call: what the key means"),
    "CATEGORY": (ServiceCategory, "call: mandatory for the action service, absent otherwise"),
    "PHASE": (FallPhase, "fall: what the device found; each phase has an event_id of its own"),
    "PLACEMENT": (Placement, "fall: where the sensor is worn"),
    "MEASURE": (Measure, "vital: the keys of readings, unit in the name"),
    "BED": (BedState, "bed: state"),
    "CONTACT": (ContactState, "contact: state"),
    "HAZARD": (Hazard, "environment: signals that are true or false"),
    "FAULT": (Fault, "fault: what is wrong, or what is over when active is false"),
    "STATE": (CallState, "cmd call_state: where a call stands; any of them means heard"),
    "REJECT": (
        RejectReason,
        "why the hub cannot read a message; never on the wire, for logs of a test bench",
    ),
}
"""Prefix -> the closed list whose words it holds, and what the list is."""

_FIELD_LIMITS = (
    ("BATTERY_PERCENT_MAX", MESSAGES[Kind.HEARTBEAT], "battery_percent", "maximum", "a full battery"),
    ("RSSI_DBM_MIN", MESSAGES[Kind.HEARTBEAT], "rssi_dbm", "minimum", "the weakest signal that can be told"),
    ("RSSI_DBM_MAX", MESSAGES[Kind.HEARTBEAT], "rssi_dbm", "maximum", "the strongest one"),
    ("MODEL_MAX_LENGTH", MESSAGES[Kind.STATUS], "model", "maxLength", "characters, not bytes"),
    ("FIRMWARE_MAX_LENGTH", MESSAGES[Kind.STATUS], "firmware", "maxLength", "characters, not bytes"),
    ("DETAIL_MAX_LENGTH", MESSAGES[Kind.FAULT], "detail", "maxLength", "characters, not bytes"),
    ("BY_MAX_LENGTH", COMMANDS["call_state"], "by", "maxLength", "characters; up to 4 bytes each"),
    ("SAY_MAX_LENGTH", COMMANDS["call_state"], "say", "maxLength", "characters; up to 4 bytes each"),
    ("VALID_FOR_MAX_S", COMMANDS["call_state"], "valid_for_s", "maximum", "a state lapses after valid_for_s"),
    ("SPEAK_TIMES_MAX", COMMANDS["speak"], "times", "maximum", "how often a sentence is said"),
    ("BLINK_MAX_S", COMMANDS["blink"], "for_s", "maximum", "seconds to blink"),
    ("SIREN_MAX_S", COMMANDS["siren"], "for_s", "maximum", "seconds to sound; 0 silences"),
    ("WINDOW_SAMPLES_MIN", MESSAGES[Kind.FALL], "window.samples_g", "minItems", "samples [x, y, z] in g"),
    ("WINDOW_SAMPLES_MAX", MESSAGES[Kind.FALL], "window.samples_g", "maxItems", "samples [x, y, z] in g"),
    ("WINDOW_RATE_MIN_HZ", MESSAGES[Kind.FALL], "window.rate_hz", "minimum", "samples per second"),
    ("WINDOW_RATE_MAX_HZ", MESSAGES[Kind.FALL], "window.rate_hz", "maximum", "samples per second"),
    ("WINDOW_RANGE_MIN_G", MESSAGES[Kind.FALL], "window.range_g", "minimum", "largest magnitude it can tell"),
    ("WINDOW_RANGE_MAX_G", MESSAGES[Kind.FALL], "window.range_g", "maximum", "largest magnitude it can tell"),
)
"""Macro, model, field, keyword of its schema, comment."""


def text() -> str:
    """The whole header."""
    lines = [
        "/* care_contract.h: what a device and the hub agree on, version "
        f"{CONTRACT_VERSION}. Written by: python -m firmware_contracts.export",
        " * Do not edit. The rules and their reasons: README.md (English), README.zh.md (Chinese).",
        " * C99, no dependency: macros only. */",
        "#ifndef CARE_CONTRACT_H",
        "#define CARE_CONTRACT_H",
    ]
    for title, macros in _parts():
        lines += ["", f"/* --- {title} --- */"]
        lines += [
            f"#define {name} {value}{f'  /* {comment} */' if comment else ''}"
            for name, value, comment in macros
        ]
    return "\n".join([*lines, "", "#endif /* CARE_CONTRACT_H */", ""])


Macro = tuple[str, str, str]
"""Name (with its parameters), value, comment."""


def _parts() -> Iterator[tuple[str, list[Macro]]]:
    yield "topics", _topics()
    yield "MQTT", _mqtt()
    yield "limits", _limits()
    yield "a device's duty: repeat until heard", _duty()
    for prefix, (closed, comment) in WORDS.items():
        names = [f"CARE_{prefix}_{member.name}" for member in closed]
        yield (
            comment,
            [
                *((name, _quoted(member.value), "") for name, member in zip(names, closed, strict=True)),
                (f"CARE_{prefix}_COUNT", str(len(names)), ""),
                (f"CARE_{prefix}_ALL", f"{{ {', '.join(names)} }}", "initialises an array of const char *"),
            ],
        )
    commands = [f"CARE_CMD_{name.upper()}" for name in COMMANDS]
    yield (
        "cmd: the type of a command",
        [
            *((macro, _quoted(name), "") for macro, name in zip(commands, COMMANDS, strict=True)),
            ("CARE_CMD_COUNT", str(len(commands)), ""),
            ("CARE_CMD_ALL", f"{{ {', '.join(commands)} }}", "initialises an array of const char *"),
        ],
    )


def _topics() -> list[Macro]:
    longest = max(len(segment) for segment in (*Kind, COMMAND_SEGMENT))
    size = len(topics.ROOT) + 3 * (1 + _longest(ID_PATTERN)) + 1 + longest + 1
    return [
        ("CARE_CONTRACT_VERSION", str(CONTRACT_VERSION), "the v of every message"),
        ("CARE_TOPIC_ROOT", _quoted(topics.ROOT), ""),
        (
            "CARE_TOPIC_FORMAT",
            _quoted(f"{topics.ROOT}/%s/%s/%s/%s"),
            "snprintf: cell, home, device, CARE_KIND_...",
        ),
        ("CARE_CMD_TOPIC_FORMAT", _quoted(f"{topics.ROOT}/%s/%s/%s/{COMMAND_SEGMENT}"), "cell, home, device"),
        ("CARE_CMD_SEGMENT", _quoted(COMMAND_SEGMENT), "the last part of the topic on which the hub speaks"),
        ("CARE_TOPIC_SIZE", str(size), "bytes of the longest topic, its closing zero included"),
        (
            "CARE_TOPIC(cell, home, device, kind)",
            'CARE_TOPIC_ROOT "/" cell "/" home "/" device "/" kind',
            "literals only",
        ),
        (
            "CARE_CMD_TOPIC(cell, home, device)",
            "CARE_TOPIC(cell, home, device, CARE_CMD_SEGMENT)",
            "literals only",
        ),
        ("CARE_USER_NAME_FORMAT", _quoted("%s/%s/%s"), "cell, home, device; also the client id"),
        ("CARE_USER_NAME_SIZE", str(3 * (_longest(ID_PATTERN) + 1)), "bytes, its closing zero included"),
        ("CARE_ID_PATTERN", _quoted(ID_PATTERN), "cell, home, device"),
        ("CARE_ID_MIN_LENGTH", str(_shortest(ID_PATTERN)), ""),
        ("CARE_ID_MAX_LENGTH", str(_longest(ID_PATTERN)), ""),
        (
            "CARE_EVENT_ID_PATTERN",
            _quoted(EVENT_ID_PATTERN),
            "new for each press, the same in each repetition",
        ),
        ("CARE_EVENT_ID_MIN_LENGTH", str(_shortest(EVENT_ID_PATTERN)), ""),
        ("CARE_EVENT_ID_MAX_LENGTH", str(_longest(EVENT_ID_PATTERN)), ""),
    ]


def _mqtt() -> list[Macro]:
    return [
        ("CARE_QOS", str(QOS), "everything, both ways"),
        *(
            (
                f"CARE_RETAIN_{kind.name}",
                str(int(kind in RETAINED_KINDS)),
                "birth and last will" * (kind in RETAINED_KINDS),
            )
            for kind in Kind
        ),
        *(
            (
                f"CARE_URGENT_{kind.name}",
                str(int(kind in URGENT_KINDS)),
                "goes before what is 0" * (kind in URGENT_KINDS),
            )
            for kind in Kind
        ),
        ("CARE_KEEP_ALIVE_MAINS_S", str(KEEP_ALIVE_MAINS_S), "at most"),
        ("CARE_KEEP_ALIVE_BATTERY_S", str(KEEP_ALIVE_BATTERY_S), "at most"),
        ("CARE_RECONNECT_FIRST_S", str(RECONNECT_FIRST_S), "then doubled, each pause with the jitter below"),
        ("CARE_RECONNECT_LONGEST_S", str(RECONNECT_LONGEST_S), ""),
        (
            "CARE_SESSION_BREAK_S",
            str(SESSION_BREAK_S),
            "after a longer break connect once with a clean session first",
        ),
    ]


def _limits() -> list[Macro]:
    return [
        ("CARE_PAYLOAD_MAX_BYTES", str(MAX_PAYLOAD_BYTES), "a larger payload is refused"),
        ("CARE_COUNT_MAX", f"{MAX_COUNT}LL", "boot, seq, uptime_ms, age_ms: 64 bits, never 32"),
        ("CARE_DEPTH_MAX", str(MAX_DEPTH), "levels of brackets"),
        ("CARE_SEQUENCE_WINDOW", str(SEQUENCE_WINDOW), "further behind the newest seq is history"),
        *(
            (f"CARE_{name}", _number(_limit(model.model_json_schema(), field.split("."), keyword)), comment)
            for name, model, field, keyword, comment in _FIELD_LIMITS
        ),
    ]


def _duty() -> list[Macro]:
    return [
        (
            "CARE_REPEAT_AFTER_S",
            f"{{ {', '.join(map(str, REPEAT_AFTER_S))} }}",
            "pauses; the last one repeats for ever",
        ),
        ("CARE_REPEAT_COUNT", str(len(REPEAT_AFTER_S)), "how many pauses the list has"),
        (
            "CARE_JITTER_PERCENT",
            str(round(REPEAT_JITTER * 100)),
            "each pause longer or shorter by up to this, at random",
        ),
        ("CARE_UNHEARD_AFTER_S", str(UNHEARD_AFTER_S), "then the device says itself that nobody has heard"),
        ("CARE_HEARTBEAT_EVERY_S", str(HEARTBEAT_EVERY_S), "something must come at least this often"),
    ]


def _limit(schema: dict[str, Any], field: list[str], keyword: str) -> float:
    """The value of a keyword of a field, through references and alternatives to null."""
    node = schema
    for name in field:
        node = _plain(schema, node)["properties"][name]
    return float(_plain(schema, node)[keyword])


def _plain(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in node:
        node = next(choice for choice in node["anyOf"] if choice.get("type") != "null")
    if "$ref" in node:
        found: dict[str, Any] = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
        return found
    return node


def _number(value: float) -> str:
    return f"({value:g})" if value < 0 else f"{value:g}"


def _quoted(words: str) -> str:
    return json.dumps(words)


def _longest(pattern: str) -> int:
    """Characters that a pattern of one character and a counted class allows."""
    return 1 + int(re.findall(r"\{\d+,(\d+)\}", pattern)[0])


def _shortest(pattern: str) -> int:
    return 1 + int(re.findall(r"\{(\d+),\d+\}", pattern)[0])
