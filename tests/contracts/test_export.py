"""The exported files are current; the schemas are complete and explain themselves."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_contracts.export import FOLDER, documents, main, stale, write
from firmware_contracts.messages import COMMANDS
from firmware_contracts.vocabulary import Kind


def test_the_files_are_what_the_models_say() -> None:
    assert stale() == [], "run: python -m firmware_contracts.export"


def test_a_changed_a_missing_and_a_foreign_file_are_found_and_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    assert stale(tmp_path) == []
    (tmp_path / "schemas" / "call.json").write_text("{}", encoding="utf-8")
    (tmp_path / "schemas" / "bed.json").unlink()
    (tmp_path / "schemas" / "old.json").write_text("{}", encoding="utf-8")
    (tmp_path / "asyncapi.json").write_text("{}", encoding="utf-8")
    (tmp_path / "care_contract.h").unlink()
    (tmp_path / "old.h").write_text("", encoding="utf-8")
    wrong = ["asyncapi.json", "care_contract.h", "old.h"]
    assert stale(tmp_path) == [*wrong, "schemas/bed.json", "schemas/call.json", "schemas/old.json"]
    write(tmp_path)
    assert stale(tmp_path) == []

    monkeypatch.setattr("firmware_contracts.export.stale", lambda: ["call.json"])
    assert main(["--check"]) == 1
    assert "call.json" in capsys.readouterr().err


def test_the_export_is_the_same_in_every_process() -> None:
    program = "import firmware_contracts.export as e, hashlib; print(hashlib.sha256(repr(e.files()).encode()).hexdigest())"
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(FOLDER.parent)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_each_kind_and_command_has_a_document_of_its_own_name() -> None:
    identifiers = [json.loads(text)["$id"] for text in documents().values()]
    assert sorted(identifiers) == sorted(
        [f"urn:care-alert-hub:contract:v1:{kind}" for kind in Kind]
        + [f"urn:care-alert-hub:contract:v1:cmd:{name}" for name in COMMANDS]
        + ["urn:care-alert-hub:contract:v1:index"]
    )
    index = json.loads(documents()["index.json"])
    named = {entry["schema"] for entry in (*index["up"], *index["down"])}
    assert named == documents().keys() - {"index.json"}


def _fields(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        for name, field in node.get("properties", {}).items():
            yield f"{path}.{name}", field
        for key, value in node.items():
            if key not in {"then", "else", "if", "anyOf"}:
                yield from _fields(value, f"{path}.{key}")


@pytest.mark.parametrize("name", sorted(documents()))
def test_every_field_says_what_it_means(name: str) -> None:
    document = json.loads(documents()[name])
    if name != "index.json":
        assert document["description"]
    assert [path for path, field in _fields(document, name) if not field.get("description")] == []
