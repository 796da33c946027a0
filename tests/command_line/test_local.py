"""The command line beside a running hub: it speaks over the socket in the data folder, which only the hub's user may open."""

import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from hub.command_line import local
from tests.command_line.test_command_line import run, started, user
from tests.servers import free_port

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    # Deeper than the 107 bytes that the system takes for a socket's path.
    folder = tmp_path / ("deep-" * 20)
    folder.mkdir()
    path = folder / "hub.toml"
    path.write_text(
        f'[hub]\ncell = "desk"\ndata_dir = "data"\nrules = "{PROJECT}/config/rules.toml"\n'
        f'policies = "{PROJECT}/config/policies.toml"\n[mqtt]\nhost = "127.0.0.1"\nport = {free_port()}\n'
        f"[web]\nport = {free_port()}\n",
        encoding="utf-8",
    )
    return path


@contextmanager
def running(settings: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A hub in a process of its own, and where its console answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "run", "--config", str(settings)],
        stderr=subprocess.PIPE, text=True, cwd=PROJECT,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        said = next(line for line in process.stderr if "console at" in line)
        yield process, said.rsplit(" ", 1)[-1].strip()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_the_command_line_speaks_to_a_running_hub_as_its_administrator(settings: Path) -> None:
    socket = settings.parent / "data" / "hub.sock"
    assert local.call(settings, "GET", "/api/v1/accounts/me") is None, "no hub runs yet"
    with running(settings) as (process, console):
        assert stat.S_IMODE(socket.stat().st_mode) == 0o600
        listed = local.call(settings, "GET", "/api/v1/accounts")
        assert listed is not None
        assert (listed.status_code, listed.json()) == (200, [])
        # What is sent makes nobody local: not over the console's own port, whatever it says.
        for headers in (
            {"host": "hub"},
            {"care.local": "1"},
            {"x-care-local": "true"},
            {"forwarded": "for=unix"},
        ):
            asked = httpx.get(f"{console}/api/v1/accounts", headers=headers, trust_env=False)
            assert asked.status_code == 401
        refused = local.call(settings, "PATCH", "/api/v1/accounts/nobody", json={"active": False})
        assert refused is not None
        assert "There is no account" in local.complaint(refused)
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert not socket.exists(), "an ordinary end takes the socket away"


def test_log_ins_are_kept_while_the_hub_runs(settings: Path) -> None:
    config = ("--config", str(settings))
    password = "long enough to keep"
    with running(settings) as (_, console), httpx.Client(base_url=console, trust_env=False) as client:
        added = started("user", "add", *config, "--administrator", "chen", typed=f"{password}\n")
        assert (added.returncode, added.stdout) == (
            0,
            "chen may log in as administrator, for everything\n",
        ), added.stderr
        me = client.get("/api/v1/accounts/me", auth=("chen", password))
        assert me.json()["role"] == "administrator"
        refused = user(settings, "add", "--role", "butler", "wang", typed=f"{password}\n")
        assert refused.returncode == 2
        assert "needs a person" in refused.stderr
        assert "the last administrator" in user(settings, "disable", "chen").stderr
        assert user(settings, "add", "xu", typed=f"{password}\n").returncode == 0
        assert (
            user(settings, "change", "xu", "--role", "supervisor").stdout
            == "xu may now log in as supervisor everything\n"
        )
        assert (
            user(settings, "list").stdout
            == "chen\tadministrator everything\tactive\nxu\tsupervisor everything\tactive\n"
        )
        lines = client.get("/api/v1/changes", auth=("chen", password)).json()["items"]
    assert {(line["by"], line["about_id"]) for line in lines if line["what"] != "logged_in"} == {
        ("local", "chen"),
        ("local", "xu"),
    }


def test_a_socket_that_a_killed_hub_left_is_no_hub_and_is_replaced(settings: Path) -> None:
    with running(settings) as (process, _):
        process.kill()
        process.wait()
    assert (settings.parent / "data" / "hub.sock").exists()
    assert local.call(settings, "GET", "/healthz") is None
    with running(settings):
        again = local.call(settings, "GET", "/healthz")
        assert again is not None
        assert again.text == "alive\n"


def test_tokens_are_made_and_revoked_while_the_hub_runs(settings: Path) -> None:
    config = ("--config", str(settings))
    with running(settings) as (_, console), httpx.Client(base_url=console, trust_env=False) as client:
        made = started("user", "token", "add", *config, "platform", "--role", "operator")
        assert made.returncode == 0, made.stderr
        token = made.stdout.strip()
        asked = {"authorization": f"Bearer {token}"}
        assert client.get("/api/v1/accounts/me", headers=asked).json()["role"] == "operator"
        assert client.get("/api/v1/changes", headers=asked).status_code == 403
        token_id = token.split("_")[1]
        listed = run("user", "token", "list", *config).stdout.split("\t")
        assert (listed[0], listed[3], listed[5]) == (token_id, "by local", "works\n")
        assert token not in "".join(listed)
        assert run("user", "token", "revoke", *config, token_id).returncode == 0
        assert client.get("/api/v1/accounts/me", headers=asked).status_code == 401
        assert "There is no token" in run("user", "token", "revoke", *config, "nothing").stderr
