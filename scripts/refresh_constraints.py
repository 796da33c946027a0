"""Resolves the newest versions of everything the project needs and writes them into constraints.txt.

Run by `make constraints`. It uses a fresh environment of the running Python, then asks pip for the full set.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
HEADER = """\
# The versions that development, tests and gateways install, transitive ones included.
# Refresh: make constraints && make clean && make check test
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        python = Path(folder, "venv", "bin", "python")
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--upgrade", "pip"], check=True)
        everything = ["pip", "setuptools", "-e", f"{PROJECT}[demo,dev]"]
        dry_run = ["install", "--dry-run", "--ignore-installed", "--report", str(report)]
        subprocess.run([*pip, *dry_run, *everything], check=True)
        packages = json.loads(report.read_text())["install"]
    pins = sorted(
        f"{package['metadata']['name'].lower().replace('_', '-')}=={package['metadata']['version']}"
        for package in packages
        if package["metadata"]["name"] != "care-alert-hub"
    )
    (PROJECT / "constraints.txt").write_text(HEADER + "\n".join(pins) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
