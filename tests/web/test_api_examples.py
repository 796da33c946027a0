"""The examples of docs/api.md do what the page says, each as it stands there."""

import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.web.running import RunningHub

pytestmark = pytest.mark.slow

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "api.md"
EXAMPLES = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_every_example_runs(hub: RunningHub, admin: httpx.Client, home_id: str) -> None:
    made = admin.post("/api/v1/tokens", json={"name": "platform", "role": "operator"}).json()
    surroundings = {"HUB": hub.url, "TOKEN": made["token"], "HOME_ID": home_id, "PATH": "/usr/bin:/bin"}
    said = []
    for example in EXAMPLES:
        done = subprocess.run(
            ["bash", "-euc", example],
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, (example, done.stdout, done.stderr)
        said.append(done.stdout)
    listed, _, raised, event, card = said
    assert '"items"' in listed
    assert home_id in raised
    assert event.startswith("event: ")
    assert '"opened":"alert"' in card
