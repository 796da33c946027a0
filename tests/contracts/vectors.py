"""The golden vectors as Python values, for the tests of this room."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import firmware_contracts

FOLDER = Path(firmware_contracts.__file__).parent / "vectors"


@dataclass(frozen=True, slots=True)
class Vector:
    """One file: what is sent, and what must come of it (`expect` or `reason`)."""

    path: Path
    name: str
    why: str
    topic: str
    payload: bytes
    qos: int
    retain: bool
    expect: dict[str, Any] | None
    reason: str | None


def load(folder: str) -> list[Vector]:
    """Every vector of `accept`, `reject`, `commands/accept` or `commands/reject`."""
    return [_vector(path) for path in sorted((FOLDER / folder).glob("*.json"))]


def _vector(path: Path) -> Vector:
    raw = json.loads(path.read_text(encoding="utf-8"))
    payload = (
        base64.b64decode(raw["payload_base64"], validate=True)
        if "payload_base64" in raw
        else raw["payload"].encode("utf-8")
    )
    return Vector(
        path,
        raw["name"],
        raw["why"],
        raw["topic"],
        payload,
        raw["qos"],
        raw["retain"],
        raw.get("expect"),
        raw.get("reason"),
    )
