"""What nobody should send and somebody does: bytes that are no message, and texts that have broken other programs.

A small set made here, so that it is always tried; and the recorded sets where they are (CARE_DATA): payloads of real devices, the
JSON suite, hostile strings.
"""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import Kind
from tests.story import CELL

DEEP = 10_000

CALL = b'"event_id": "press-0001", "age_ms": 0, "action": "emergency"'
_HEAD = b'{"v": 1, "boot": 1, "seq": 1, "uptime_ms": 1000, '

BYTES: dict[str, bytes] = {
    "nothing": b"",
    "one zero byte": b"\0",
    "many zero bytes": b"\0" * 4096,
    "no UTF-8": b"\xff\xfe\xfd",
    "no UTF-8 in a string": _HEAD + b'"event_id": "\xc3\x28", "age_ms": 0, "action": "emergency"}',
    "overlong UTF-8": _HEAD + b'"event_id": "\xc0\xaf\xc0\xaf", "age_ms": 0, "action": "emergency"}',
    "surrogate as UTF-8": b'{"event_id": "\xed\xa0\x80"}',
    "UTF-16": '{"v": 1}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + _HEAD + CALL + b"}",
    "lone surrogate": _HEAD + rb'"event_id": "\ud800\ud800", "age_ms": 0, "action": "emergency"}',
    "deep lists": b"[" * DEEP,
    "deep lists, closed": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"v":' * DEEP + b"1" + b"}" * DEEP,
    "deep in an unknown field": _HEAD + CALL + b', "x": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "a huge integer": b'{"v": 1, "boot": ' + b"9" * 5000 + b', "seq": 1, "uptime_ms": 1, ' + CALL + b"}",
    "a huge exponent": b'{"v": 1, "boot": 1e999999999, "seq": 1, "uptime_ms": 1, ' + CALL + b"}",
    "a tiny number": b'{"v": 1, "boot": 1e-999999999, "seq": 1, "uptime_ms": 1, ' + CALL + b"}",
    "NaN": b'{"v": 1, "boot": NaN, "seq": 1, "uptime_ms": 1, ' + CALL + b"}",
    "Infinity": _HEAD + b'"readings": {"heart_rate_bpm": Infinity}}',
    "minus Infinity": _HEAD + b'"readings": {"spo2_percent": -Infinity}}',
    "minus zero": b'{"v": 1, "boot": -0, "seq": -0, "uptime_ms": -0.0, ' + CALL + b"}",
    "a key twice": _HEAD + b'"action": "test", ' + CALL + b"}",
    "all keys twice": _HEAD + CALL + b", " + CALL + b"}",
    "true for a number": b'{"v": true, "boot": true, "seq": true, "uptime_ms": true, ' + CALL + b"}",
    "text for numbers": b'{"v": "1", "boot": "1", "seq": "1", "uptime_ms": "1", ' + CALL + b"}",
    "a fraction for an integer": b'{"v": 1, "boot": 1.5, "seq": 1, "uptime_ms": 1, ' + CALL + b"}",
    "cut off": (_HEAD + CALL)[:-7],
    "two messages": (_HEAD + CALL + b"}") * 2,
    "a comment": _HEAD + CALL + b"} // pressed",
    "a trailing comma": _HEAD + CALL + b",}",
    "only a number": b"12345",
    "only text": b'"emergency"',
    "null": b"null",
    "an empty object": b"{}",
    "an empty list": b"[]",
    "a million blanks": b" " * 60_000 + b"{}",
    "too large": _HEAD + CALL + b', "x": "' + b"x" * 70_000 + b'"}',
    "a zero byte in a string": _HEAD + rb'"event_id": "a\u0000b", "age_ms": 0, "action": "emergency"}',
    "prototype": _HEAD + CALL + b', "__proto__": {"action": "test"}, "constructor": 1}',
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "pickle": b"\x80\x04\x95\x0f\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x8c\x06system\x93.",
    "a shell command": b"$(reboot)",
}

TEXTS: tuple[str, ...] = (
    "",
    "\0",
    "\x1b[2J\x07",
    "\r\nX-Injected: yes",
    "\u202eevil\u2066",
    "\ufeff",
    "\ud800",
    "\udcff",
    "\U0010ffff",
    "e" + "\u0301" * 300,
    "\u0e49" * 200,
    "李" * 500,
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}}${7*7}#{7*7}",
    "{% for x in range(9999999) %}{% endfor %}",
    "'; DROP TABLE alert; --",
    '" OR ""="',
    "%s%s%s%n",
    "%",
    "\\",
    "../../../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "NaN",
    "null",
    "-1e999",
    "9" * 400,
    "١٢٣",
    "ﷺ",
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "a" * 4000,
    "\u2028\u2029",
)


@dataclass(frozen=True, slots=True)
class Bad:
    """One bad message, as a broker would deliver it."""

    name: str
    topic: str
    payload: bytes


def _up(home: str, device: str) -> Iterator[str]:
    yield from (Address(CELL, home, device).up(kind) for kind in Kind)


NATIVE_TOPICS = (*_up("h1", "button"), *_up("h9", "nobodys"))
FOREIGN_TOPICS = (
    f"z2m/v1/{CELL}/h3/sos",
    f"z2m/v1/{CELL}/h3/nobodys",
    f"z2m/v1/{CELL}/h3/sos/availability",
    f"z2m/v1/{CELL}/h3/bridge/state",
)
TOPICS = (*NATIVE_TOPICS, *FOREIGN_TOPICS)
MAIN_TOPICS = (NATIVE_TOPICS[0], NATIVE_TOPICS[2], FOREIGN_TOPICS[0])
"""A call of a button, readings of it, and a foreign button."""


def with_text(text: str) -> Iterator[tuple[str, bytes]]:
    """Messages that hold a text wherever one may stand; `json.dumps` writes lone surrogates as escapes."""
    told = json.dumps(text).encode()
    yield "event_id", _HEAD + b'"event_id": ' + told + b', "age_ms": 0, "action": "emergency"}'
    yield "action", _HEAD + b'"event_id": "press-0001", "age_ms": 0, "action": ' + told + b"}"
    yield "unknown key", _HEAD + CALL + b", " + told + b": 1}"
    yield "z2m", b'{"action": ' + told + b', "battery": ' + told + b', "last_seen": ' + told + b"}"


def generated() -> Iterator[Bad]:
    """Everything made here, on every kind of topic."""
    for name, payload in BYTES.items():
        yield from (Bad(f"{name} on {topic}", topic, payload) for topic in TOPICS)
    yield from _texts(TEXTS)


def _texts(texts: tuple[str, ...]) -> Iterator[Bad]:
    for text in texts:
        for where, payload in with_text(text):
            topic = FOREIGN_TOPICS[0] if where == "z2m" else NATIVE_TOPICS[0]
            yield Bad(f"{text[:30]!r} as {where}", topic, payload)


def recorded(data: Path, *, everywhere: bool = False) -> Iterator[Bad]:
    """The sets of a folder of recordings; `everywhere`: the JSON suite on every kind of topic, not only on the main ones."""
    for name, payload in json_suite(data).items():
        yield from (
            Bad(f"{name} on {topic}", topic, payload) for topic in (TOPICS if everywhere else MAIN_TOPICS)
        )
    yield from _texts(hostile_strings(data))
    lines = (data / "payloads" / "device_payloads.jsonl").read_text(encoding="utf-8").splitlines()
    for record in map(json.loads, lines):
        payload = str(record["payload"]).encode()
        yield from (Bad(f"{record['id']} on {topic}", topic, payload) for topic in MAIN_TOPICS)
        yield Bad(f"{record['id']} as recorded", str(record["topic"]), payload)


@cache
def _archive(data: Path) -> dict[str, bytes]:
    """The files of the archive by name."""
    with tarfile.open(data / "torture.tar.xz") as archive:
        members = [one for one in archive.getmembers() if one.isfile()]
        return {one.name: file.read() for one in members if (file := archive.extractfile(one)) is not None}


def json_suite(data: Path) -> dict[str, bytes]:
    found = {
        name.rpartition("/")[2]: content
        for name, content in _archive(data).items()
        if "/jsontestsuite/" in name and name.endswith(".json")
    }
    assert len(found) > 300
    return found


def hostile_strings(data: Path) -> tuple[str, ...]:
    (content,) = (content for name, content in _archive(data).items() if name.endswith("blns.json"))
    found = tuple(json.loads(content))
    assert len(found) > 500
    return found
