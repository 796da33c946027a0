"""The project as it is delivered: every version pinned, every package found, no place to download from written down."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("hub", "device_sim", "firmware_contracts")
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[0-9][A-Za-z0-9.+!]*)$")
# Places that serve packages: which one to use is the machine's own setting, never the project's. Put together here, so
# that this file does not name one either.
REGISTRY = re.compile(
    "|".join((r"pypi\.(?:org|python)", "files" + r"\.pythonhosted", "/sim" + "ple/", "index" + "-url"))
)


def pinned() -> dict[str, str]:
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [PIN.match(line) for line in lines if line and not line.startswith("#")]
    return {pin["name"]: pin["version"] for pin in pins if pin}


def settings() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def package_name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return match[0].lower().replace("_", "-")


def tracked_files() -> list[Path]:
    """The repository's files; outside of a clone (a source archive) there is nothing to check."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git clone")
    return [PROJECT / name for name in listed.stdout.split("\0") if name]


def test_constraints_are_plain_pins_and_nothing_else() -> None:
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#") and not PIN.match(line)] == []


def test_everything_the_project_asks_for_is_pinned_transitively() -> None:
    project = settings()["project"]
    asked = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    pins = pinned()
    waiting, seen = [package_name(line) for line in asked], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        assert name in pins, f"{name} has no version in constraints.txt: run make constraints"
        needed = (
            line for line in requires(name) or [] if "extra ==" not in line and "sys_platform" not in line
        )
        waiting += [
            package_name(line)
            for line in needed
            if "python_version" not in line and "python_full" not in line
        ]


def test_no_file_names_a_place_to_download_packages_from() -> None:
    named = [
        f"{path.relative_to(PROJECT)}: {found[0]}"
        for path in tracked_files()
        if path.is_file() and (found := REGISTRY.search(path.read_bytes().decode("utf-8", errors="ignore")))
    ]
    assert named == []


def test_the_changelog_says_what_is_unreleased() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## \[Unreleased\]$", text, re.MULTILINE)


def test_the_wheel_holds_everything_the_packages_read(tmp_path: Path) -> None:
    """Templates, settings and schemas that only a checkout has would be missed on the first gateway."""
    wanted = {path.relative_to(PROJECT) for path in tracked_files() if path.is_file()}
    for name in wanted:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / name, tmp_path / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-w", "dist", "."], cwd=tmp_path, check=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    delivered = set(zipfile.ZipFile(wheel).namelist())
    missing = {str(name) for name in wanted if name.parts[0] in PACKAGES} - delivered
    assert sorted(missing) == []
