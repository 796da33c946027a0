"""A home from the command line: enrolled in a hub that runs, pressed over the broker, answered, and open a moment later."""

import re
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from device_sim.link import Broker
from device_sim.pressing import press
from device_sim.spec import DeviceKind, DeviceSpec, FleetSpec, HomeSpec
from firmware_contracts.vocabulary import CallAction
from hub.__main__ import main
from hub.command_line.local import call
from hub.core.alerts import Role
from hub.directory.model import Directory
from tests.e2e.hub_process import HubProcess
from tests.e2e.street import CELL, until
from tests.servers import MosquittoServer

pytestmark = [pytest.mark.slow]


class Laptop:
    """The command line of somebody who may speak to the hub's socket."""

    def __init__(self, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.config = config
        self._capsys = capsys

    def enrol(self, action: str, *more: str, fails: bool = False) -> str:
        code = main(["enrol", action, "--config", str(self.config), *more])
        out, err = self._capsys.readouterr()
        assert code == (2 if fails else 0), err
        return err if fails else out

    def api(self, method: str, path: str, body: Any = None) -> Any:
        answer = call(self.config, method, f"/api/v1{path}", json=body)
        assert answer is not None
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
def laptop(hub: HubProcess, capsys: pytest.CaptureFixture[str]) -> Laptop:
    return Laptop(hub.settings, capsys)


def test_without_a_hub_it_says_so(laptop: Laptop) -> None:
    assert "no hub runs" in laptop.enrol("unprotected", fails=True)


def test_a_home_is_enrolled_pressed_and_open(
    hub: HubProcess, laptop: Laptop, directory: Directory, own_mosquitto: MosquittoServer
) -> None:
    hub.start_ready()
    region = directory.homes[0].region_id
    centre = directory.homes[0].centre_id or ""
    butler = next(bond.person_id for bond in directory.bonds if bond.role is Role.BUTLER)
    made = laptop.enrol("home", "--region", region, "--centre", centre, "--flat", "901室")
    home_id = made.split()[1]
    refused = laptop.enrol("elder", home_id, "--name", "孙德福", "--call-name", "孙大爷", fails=True)
    assert "no care butler" in refused
    assert "还没有养老管家" in refused
    told = laptop.enrol(*("elder", home_id, "--name", "孙德福", "--call-name", "孙大爷", "--butler", butler))
    elder_id = told.split()[1]
    secret = laptop.enrol("device", home_id, "cord-9", "pull_cord", "--room", f"{home_id}-bathroom")
    assert f"user name  {CELL}/{home_id}/cord-9" in secret
    assert re.search(rf"^{CELL}/{home_id}/cord-9:\$7\$101\$", secret, re.MULTILINE)
    assert home_id in laptop.enrol("unprotected")
    assert "未开通" in laptop.enrol("check", home_id)

    device = DeviceSpec(id="cord-9", kind=DeviceKind.PULL_CORD)
    spec = FleetSpec(cell=CELL, homes=(HomeSpec(id=home_id, devices=(device,)),))
    broker = Broker(own_mosquitto.host, own_mosquitto.port)
    pressed = press(
        *(spec, home_id, "cord-9", broker),
        action=CallAction.EMERGENCY,
        category=None,
        wait_s=20,
        stop=Event(),
    )
    assert pressed.heard
    (alert,) = laptop.api("GET", f"/alerts?home={home_id}")["items"]
    path = f"/alerts/{alert['id']}"
    held = laptop.api("POST", f"{path}/acknowledge", {"version": alert["version"]})
    outcome = {"what_it_was": "test", "what_was_done": "by_phone", "version": held["version"]}
    laptop.api("POST", f"{path}/resolve", outcome)
    until(lambda: "已开通" in laptop.enrol("check", home_id), "the home is open")
    assert home_id not in laptop.enrol("unprotected")

    laptop.enrol("becomes", home_id, elder_id, "deceased")
    assert "to fetch: cord-9" in laptop.enrol("unprotected")
    assert f"-D /etc/mosquitto/passwords {CELL}/{home_id}/cord-9" in laptop.enrol("recover", "cord-9")
    assert "cord-9" not in laptop.enrol("unprotected")
    assert hub.stop() == 0
