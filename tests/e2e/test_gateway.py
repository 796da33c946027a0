"""A gateway set up as docs/installer.md says: shipped settings, Mosquitto with passwords and access list, log-in, a press."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from hub.directory.model import Directory
from tests.e2e.hub_process import PROJECT, HubProcess
from tests.e2e.street import keys, played, settle, until
from tests.servers import MosquittoServer, free_port, require_program

pytestmark = pytest.mark.slow

CELL = "gateway-0001"
PASSWORD = "what the installer typed"
BROKER_PASSWORD = "made by the installer"


def installed(folder: Path, broker_port: int) -> Path:
    """What the guide has one copy to /etc/care-hub, with only places and ports of this test."""
    folder.mkdir()
    for name in ("rules.toml", "policies.toml"):
        (folder / name).write_text((PROJECT / "config" / name).read_text(encoding="utf-8"), encoding="utf-8")
    settings = (PROJECT / "config" / "gateway.toml").read_text(encoding="utf-8")
    for was, now in (
        ('data_dir = "/var/lib/care-hub"', 'data_dir = "data"'),
        ("\nport = 1883", f"\nport = {broker_port}"),
        ("\nport = 8080", f"\nport = {free_port()}"),
    ):
        assert was in settings, f"config/gateway.toml no longer says {was.strip()}"
        settings = settings.replace(was, now)
    (folder / "hub.toml").write_text(settings, encoding="utf-8")
    secret = folder / "mqtt-password"
    secret.touch(mode=0o600)
    secret.write_text(BROKER_PASSWORD + "\n")
    return folder / "hub.toml"


def broker_with_users(folder: Path, *users: str) -> MosquittoServer:
    """The guide's passwords, made with Mosquitto's own program, and the shipped access list."""
    folder.mkdir()
    passwords = folder / "passwords"
    passwords.touch(mode=0o600)
    program = require_program("mosquitto_passwd", "sudo apt install mosquitto")
    for user in users:
        command = [str(program), "-b", str(passwords), user, BROKER_PASSWORD]
        subprocess.run(command, check=True, capture_output=True)
    acl = PROJECT / "config" / "mosquitto" / "acl"
    return MosquittoServer(folder, password_file=passwords, acl_file=acl)


@pytest.fixture
def home(directory: Directory) -> Directory:
    return replace(directory, cell=CELL)


def test_the_steps_of_the_guide_lead_to_a_press_that_is_heard_and_shown(
    tmp_path: Path, home: Directory
) -> None:
    key = keys(played(home))[0]
    user = f"{CELL}/{key.home}/{key.device}"
    with broker_with_users(tmp_path / "mosquitto", "hub", user) as broker:
        settings = installed(tmp_path / "care-hub", broker.port)
        hub = HubProcess(settings)
        try:
            typed = [
                sys.executable,
                "-m",
                "hub",
                "user",
                "add",
                "chen",
                "--administrator",
                "--config",
                str(settings),
            ]
            subprocess.run(
                typed, input=f"{PASSWORD}\n", text=True, cwd=PROJECT, check=True, capture_output=True
            )
            settle(home, hub.data_dir)
            hub.start_ready()
            pressed = subprocess.run(
                [
                    *(sys.executable, "-m", "device_sim", "press", key.home, key.device, "--cell", CELL),
                    *("--broker", f"{broker.host}:{broker.port}"),
                    *("--username", user, "--password-file", str(settings.with_name("mqtt-password"))),
                ],
                cwd=PROJECT, capture_output=True, timeout=30, check=True,
            )  # fmt: skip
            assert json.loads(pressed.stdout)["heard"] is True
            with httpx.Client(base_url=hub.url, auth=("chen", PASSWORD), trust_env=False) as console:
                notices = console.get("/readyz").json()["notices"]
                assert [one["code"] for one in notices] == ["no_channel"], (
                    "the shipped settings have no webhook"
                )
                alerts = console.get("/api/v1/alerts").json()["items"]
            assert [(alert["home_id"], alert["device_id"], alert["kind"]) for alert in alerts] == [
                (key.home, key.device, "emergency_call")
            ]
            assert hub.stop() == 0
            assert alerts[0]["address"] not in hub.said, "the log holds ids only"
            assert alerts[0]["residents"][0]["name"] not in hub.said
        finally:
            hub.close()


def test_a_broker_that_does_not_know_the_hub_is_named_with_its_remedy(tmp_path: Path) -> None:
    with broker_with_users(tmp_path / "mosquitto", "somebody") as broker:
        hub = HubProcess(installed(tmp_path / "care-hub", broker.port))
        try:
            hub.start()
            until(lambda: "mqtt" in (hub.problems() or {}), "the hub says what is wrong")
            until(
                lambda: "check [mqtt] username and password" in (hub.problems() or {})["mqtt"],
                "and what to do about it",
            )
            assert BROKER_PASSWORD not in hub.said
        finally:
            hub.close()
