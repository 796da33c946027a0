"""Checks that everything a gateway installs exists as a ready wheel for the Raspberry Pi (64-bit ARM, glibc 2.28 or later).

Run by `make check`. A gateway has no compiler; a dependency without a wheel would be found out in somebody's home.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64", "linux_aarch64")
PYTHON = "3.11"
UNREACHABLE = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|NameResolutionError|ProxyError|Max retries exceeded|Network is unreachable"
)


def requirements() -> list[str]:
    """What a gateway installs: the runtime dependencies and the demo extra."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["demo"]]


def resolve(wanted: list[str], report: Path) -> subprocess.CompletedProcess[str]:
    """Let pip plan, without installing, for the Raspberry Pi, wheels only, with the pinned versions."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--retries", "1", "install", "--quiet"]
    plan = ["--dry-run", "--ignore-installed", "--target", str(report.parent), "--report", str(report)]
    board = ["--only-binary=:all:", "--implementation", "cp", "--python-version", PYTHON]
    board += [argument for platform in PLATFORMS for argument in ("--platform", platform)]
    pins = ["--constraint", str(PROJECT / "constraints.txt")]
    return subprocess.run([*pip, *plan, *board, *pins, *wanted], capture_output=True, text=True, check=False)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        answer = resolve(requirements(), report)
        if answer.returncode != 0:
            said = answer.stderr.strip()
            if UNREACHABLE.search(said):
                print("arm64 wheels: not checked, the package registry cannot be reached.", file=sys.stderr)
                print(
                    "Check the network or pip's own settings (pip config list), then: make check",
                    file=sys.stderr,
                )
                return 2
            print("arm64 wheels: a dependency cannot be installed on a Raspberry Pi:", file=sys.stderr)
            errors = [line for line in said.splitlines() if line.startswith("ERROR")]
            print("\n".join(errors) or said, file=sys.stderr)
            print(
                "Choose a version with an aarch64 wheel in constraints.txt, or another package.",
                file=sys.stderr,
            )
            return 1
        planned = json.loads(report.read_text(encoding="utf-8"))["install"]
    files = {
        package["metadata"]["name"]: package["download_info"]["url"].rsplit("/", 1)[-1] for package in planned
    }
    for name, file in sorted(files.items(), key=lambda entry: entry[0].lower()):
        kind = "any" if file.endswith("-any.whl") else "aarch64"
        print(f"arm64 wheel  {name:<24} {kind:<8} {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
