"""The street of these stories, a receiver of notifications, and hubs that never outlive their test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from device_sim.spec import FleetSpec
from hub.directory.model import Directory
from tests.e2e.hub_process import HubProcess, write_settings
from tests.e2e.receiver import Receiver
from tests.e2e.street import played, settle, street
from tests.network import Network
from tests.servers import MosquittoServer

HOMES = 24


@pytest.fixture(scope="session")
def directory() -> Directory:
    return street(HOMES)


@pytest.fixture(scope="session")
def homes(directory: Directory) -> FleetSpec:
    """What the simulator plays."""
    return played(directory)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def make_hub(
    tmp_path: Path, directory: Directory, receiver: Receiver
) -> Iterator[Callable[[str], HubProcess]]:
    """A hub of this street with an [mqtt] section, not yet started."""
    made: list[HubProcess] = []

    def make(mqtt: str) -> HubProcess:
        hub = HubProcess(write_settings(tmp_path / "hub", mqtt=mqtt, webhook=receiver.url))
        settle(directory, hub.data_dir)
        made.append(hub)
        return hub

    yield make
    for hub in made:
        hub.close()


@pytest.fixture
def hub(make_hub: Callable[[str], HubProcess], own_mosquitto: MosquittoServer) -> HubProcess:
    """A hub of this street on a Mosquitto of this test alone, not yet started."""
    return make_hub(on(own_mosquitto))


def on(broker: MosquittoServer | Network) -> str:
    """The [mqtt] section of a hub on this broker, or on a line that leads to it."""
    return f'host = "{broker.host}"\nport = {broker.port}'
