"""A store that cannot be opened: under a supervisor the console's address says so, in both languages, instead of nothing."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from hub import closed
from tests.servers import PROJECT, free_port

SHIPPED = PROJECT / "config"


@pytest.fixture
def settings(tmp_path: Path) -> tuple[Path, int]:
    port = free_port()
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "hub.sqlite").write_bytes(b"this is no database at all " * 400)
    path = tmp_path / "hub.toml"
    path.write_text(
        f'[hub]\ncell = "c"\ndata_dir = "{data}"\nrules = "{SHIPPED / "rules.toml"}"\npolicies = "{SHIPPED / "policies.toml"}"\n'
        f'[mqtt]\nhost = "127.0.0.1"\n[web]\nport = {port}\n',
        encoding="utf-8",
    )
    return path, port


def asked(port: int, path: str, within_s: float = 60) -> tuple[int, str]:
    ends_at = time.monotonic() + within_s
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            if time.monotonic() > ends_at:
                raise


def test_the_console_says_that_no_call_is_heard(settings: tuple[Path, int], tmp_path: Path) -> None:
    path, port = settings
    command = [sys.executable, "-m", "hub", "run", "--config", str(path)]
    supervised = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "nobody")}
    with subprocess.Popen(command, cwd=PROJECT, env=supervised, stderr=subprocess.DEVNULL) as hub:
        try:
            status, page = asked(port, "/")
            ready, said = asked(port, "/readyz")
        finally:
            hub.terminate()
    assert status == ready == 503
    assert closed.SENTENCE_ZH in page
    assert closed.SENTENCE_EN in page
    assert "restore it from a backup" in page
    (problem,) = json.loads(said)["problems"]
    assert problem["code"] == "store"
    assert closed.SENTENCE_ZH in problem["detail"]


def test_by_hand_it_is_a_sentence_on_the_terminal_at_once(settings: tuple[Path, int]) -> None:
    path, _ = settings
    by_hand = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
    command = [sys.executable, "-m", "hub", "run", "--config", str(path)]
    done = subprocess.run(
        command, cwd=PROJECT, env=by_hand, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 2
    assert "not a store of the hub" in done.stderr
