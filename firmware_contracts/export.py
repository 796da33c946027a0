"""Writes the contract for those who read no Python (JSON Schema, AsyncAPI, a C header): `python -m firmware_contracts.export`.

With `--check` nothing is written, and the exit status is 1 when a file is not what the models say.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from firmware_contracts import asyncapi, c_header, topics
from firmware_contracts.messages import COMMANDS, MESSAGES
from firmware_contracts.vocabulary import (
    COMMAND_SEGMENT,
    CONTRACT_VERSION,
    EVENT_ID_PATTERN,
    HEARTBEAT_EVERY_S,
    ID_PATTERN,
    MAX_COUNT,
    MAX_DEPTH,
    MAX_PAYLOAD_BYTES,
    QOS,
    REPEAT_AFTER_S,
    REPEAT_JITTER,
    RETAINED_KINDS,
    SEQUENCE_WINDOW,
    UNHEARD_AFTER_S,
    URGENT_KINDS,
    Kind,
    RejectReason,
)

FOLDER = Path(__file__).parent
SCHEMAS = FOLDER / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
URN = f"urn:care-alert-hub:contract:v{CONTRACT_VERSION}"


def up_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of the upward messages of `kind`."""
    return _schema(f"{URN}:{kind.value}", MESSAGES[kind], always=())


def command_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one command; the hub always writes `v` and `type`."""
    return _schema(f"{URN}:{COMMAND_SEGMENT}:{name}", COMMANDS[name], always=("v", "type"))


def documents() -> dict[str, str]:
    """File name -> text of everything in `schemas/`."""
    schemas: dict[str, dict[str, Any]] = {f"{kind.value}.json": up_schema(kind) for kind in Kind}
    schemas |= {_command_file(name): command_schema(name) for name in COMMANDS}
    schemas["index.json"] = _index()
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas.items()}


def files() -> dict[str, str]:
    """Path below this package -> text of everything that is generated."""
    return {
        **{f"{SCHEMAS.name}/{name}": text for name, text in documents().items()},
        "asyncapi.json": json.dumps(asyncapi.document(), indent=2, ensure_ascii=False) + "\n",
        "care_contract.h": c_header.text(),
    }


def stale(folder: Path = FOLDER) -> list[str]:
    """Paths of the files that are missing, differ or should not be there."""
    wanted = files()
    found = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in _generated(folder)
    }
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def write(folder: Path = FOLDER) -> None:
    """Make `folder` hold exactly the generated files."""
    (folder / SCHEMAS.name).mkdir(parents=True, exist_ok=True)
    wanted = files()
    for path in _generated(folder):
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _generated(folder: Path) -> list[Path]:
    return [*(folder / SCHEMAS.name).glob("*.json"), *folder.glob("*.json"), *folder.glob("*.h")]


def _command_file(name: str) -> str:
    return f"{COMMAND_SEGMENT}_{name}.json"


def _schema(urn: str, model: type[BaseModel], always: tuple[str, ...]) -> dict[str, Any]:
    body = _tidied(model.model_json_schema())
    body["required"] = list(dict.fromkeys((*always, *body.get("required", ()))))
    return {"$schema": DIALECT, "$id": urn, "title": urn.rsplit(":", 1)[1], **body}


def _tidied(node: Any, *, names: bool = False) -> Any:
    """Without the titles that only repeat a name, and with each description on one line.

    `names` tells a table of names, where "title" would be a field, from a schema, where it is a keyword.
    """
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    tidy = {}
    for key, value in node.items():
        if not names and key == "title":
            continue
        if not names and key == "description":
            tidy[key] = " ".join(value.replace("`", "").split())
        else:
            tidy[key] = _tidied(value, names=not names and key in {"properties", "$defs"})
    return tidy


def _index() -> dict[str, Any]:
    return {
        "$id": f"{URN}:index",
        "contract_version": CONTRACT_VERSION,
        "topics": {
            "up": f"{topics.ROOT}/{{cell}}/{{home}}/{{device}}/{{kind}}",
            "down": f"{topics.ROOT}/{{cell}}/{{home}}/{{device}}/{COMMAND_SEGMENT}",
            "id_pattern": ID_PATTERN,
        },
        "limits": {
            "payload_bytes": MAX_PAYLOAD_BYTES,
            "depth": MAX_DEPTH,
            "count": MAX_COUNT,
            "event_id_pattern": EVENT_ID_PATTERN,
            "sequence_window": SEQUENCE_WINDOW,
            "repeat_after_s": list(REPEAT_AFTER_S),
            "repeat_jitter": REPEAT_JITTER,
            "unheard_after_s": UNHEARD_AFTER_S,
            "heartbeat_every_s": HEARTBEAT_EVERY_S,
        },
        "up": [
            {
                "kind": kind.value,
                "schema": f"{kind.value}.json",
                "qos": QOS,
                "retain": kind in RETAINED_KINDS,
                "urgent": kind in URGENT_KINDS,
            }
            for kind in Kind
        ],
        "down": [
            {"type": name, "schema": _command_file(name), "qos": QOS, "retain": False} for name in COMMANDS
        ],
        "reject_reasons": [reason.value for reason in RejectReason],
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m firmware_contracts.export", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    if parser.parse_args(arguments).check:
        names = stale()
        if names:
            sys.stderr.write(
                f"These files of firmware_contracts are not what the models say: {', '.join(names)}.\n"
                "Run: python -m firmware_contracts.export\n"
            )
        return 1 if names else 0
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
