"""What systemd sees of a hub: ready without its broker, alive while everything turns, gone when something in it died."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import httpx
import pytest

from device_sim.spec import FleetSpec
from tests.e2e.conftest import on
from tests.e2e.hub_process import HubProcess, write_settings
from tests.e2e.street import Street, until
from tests.servers import MosquittoServer

pytestmark = pytest.mark.slow

WATCHDOG_US = 900_000
"""What systemd would give with WatchdogSec=0.9: a word at least every 0.3 s is expected."""


class Supervisor:
    """The other end of NOTIFY_SOCKET: hears everything at once, as systemd does."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "notify")
        self.heard: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def count(self, word: str) -> int:
        return sum(one.startswith(word) for one in self.heard)

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.address)
        self._thread.join(10)
        self._socket.close()

    def _listen(self) -> None:
        while word := self._socket.recv(4096).decode():
            self.heard.append(word)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    listening = Supervisor(tmp_path)
    yield listening
    listening.close()


@pytest.fixture
def supervised(tmp_path: Path, supervisor: Supervisor) -> Iterator[Callable[[str], HubProcess]]:
    """A hub of an empty street that systemd watches, not yet started."""
    made: list[HubProcess] = []

    def make(mqtt: str) -> HubProcess:
        hub = HubProcess(
            write_settings(tmp_path / "hub", mqtt=mqtt, more="[engine]\nstalled_after_s = 5"),
            {"NOTIFY_SOCKET": supervisor.address, "WATCHDOG_USEC": str(WATCHDOG_US)},
        )
        made.append(hub)
        return hub

    yield make
    for hub in made:
        hub.close()


def test_ready_and_alive_without_the_broker_and_connected_when_it_comes(
    supervised: Callable[[str], HubProcess], supervisor: Supervisor, tmp_path: Path
) -> None:
    broker = MosquittoServer(tmp_path / "mosquitto")
    hub = supervised(on(broker))
    hub.start()
    until(lambda: supervisor.count("READY=1") == 1, "the hub says that it is ready")
    until(lambda: supervisor.count("WATCHDOG=1") >= 3, "the hub says that it is alive")
    until(lambda: supervisor.count("STATUS=mqtt: session") > 0, "the hub says what is missing")
    until(lambda: hub.problems() is not None, "the console answers")
    problem = (hub.problems() or {})["mqtt"]
    assert f"no connection to the broker at 127.0.0.1:{broker.port}" in problem
    assert "is it running, is [mqtt] host right?" in problem
    with broker:
        until(hub.ready, "the hub has found its broker")
        until(lambda: supervisor.count("STATUS=everything works") == 1, "and says so")
        assert hub.stop() == 0
    assert supervisor.count("READY=1") == 1
    until(lambda: supervisor.count("STOPPING=1") == 1, "the end was announced")


@pytest.mark.parametrize(
    ("death", "says"),
    [
        ("engine_dies", "the engine's thread ended"),
        ("engine_stalls", "stalled: the engine has not turned for"),
        ("session_dies", "MQTT session urgent: the session's thread ended"),
        ("lane_dies", "channel home: its sender has ended"),
    ],
)
def test_a_loop_that_died_ends_the_process_and_the_watchdog_hears_no_more(
    supervised: Callable[[str], HubProcess],
    supervisor: Supervisor,
    mosquitto: MosquittoServer,
    tmp_path: Path,
    death: str,
    says: str,
) -> None:
    now = tmp_path / "now"
    hub = supervised(on(mosquitto))
    hub.start(("tests.e2e.failing_hub", death, str(now)))
    until(hub.ready, "the hub is ready")
    until(lambda: supervisor.count("WATCHDOG=1") >= 1, "the hub says that it is alive")
    now.touch()
    assert hub.ended(within_s=30) == 1
    assert says in hub.said
    until(lambda: supervisor.heard[-1] == "STOPPING=1", "nothing was said after the end")


def test_an_alert_that_nothing_carries_on_is_told_until_somebody_has_it(
    hub: HubProcess, homes: FleetSpec, own_mosquitto: MosquittoServer, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    hub.start(("tests.e2e.failing_hub", "deadlines_are_lost", str(broken)))
    until(hub.ready, "the hub is ready")
    with Street(homes, own_mosquitto.host, own_mosquitto.port) as street:
        street.press(street.keys[0])
        until(lambda: not street.unheard(), "the first press is heard")
        assert hub.ready(), "an alert with a deadline is no finding"
        broken.touch()
        street.press(street.keys[1])
        until(lambda: not street.unheard(), "the second press is heard all the same")
        until(lambda: "auditor" in (hub.problems() or {}), "the auditor has found it")
        assert "no_deadline A-" in (hub.problems() or {})["auditor"]
        metrics = httpx.get(f"{hub.url}/metrics", trust_env=False).text
        assert 'care_hub_audit_findings{of="no_deadline"} 1.0' in metrics
        # The auditor ends nothing: what is wrong in memory may still tell people.
        assert hub.running
