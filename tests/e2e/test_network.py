"""Lines that fail without a word: between hub and broker, and to a receiver that takes everything and answers nothing."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from device_sim.spec import FleetSpec
from hub.directory.model import Directory
from tests.e2e.conftest import on
from tests.e2e.hub_process import HubProcess, write_settings
from tests.e2e.receiver import Receiver
from tests.e2e.street import Street, settle, until
from tests.e2e.test_presses import end_well
from tests.network import Line, Network
from tests.servers import MosquittoServer

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("state", [Line.STALLED, Line.LOST])
def test_presses_while_the_line_to_the_broker_is_silent(
    make_hub: Callable[[str], HubProcess],
    homes: FleetSpec,
    own_mosquitto: MosquittoServer,
    receiver: Receiver,
    state: Line,
) -> None:
    with Network(own_mosquitto.host, own_mosquitto.port) as network:
        hub = make_hub(f"{on(network)}\nkeepalive_s = 5")
        hub.start_ready()
        with Street(homes, own_mosquitto.host, own_mosquitto.port) as street:
            street.press(*street.keys[:2])
            until(lambda: not street.unheard(), "the first presses are heard")
            network.set(state, state)
            street.press(*street.keys[2:6])
            until(lambda: "mqtt" in (hub.problems() or {}), "the hub says that its broker does not answer")
            assert len(street.unheard()) == 4
            street.press(street.keys[6])
            network.mend()
            until(hub.ready, "the hub has found its broker again", within_s=60)
            end_well(hub, street, receiver)


def test_the_room_hears_at_once_while_the_line_to_people_is_silent(
    tmp_path: Path,
    directory: Directory,
    homes: FleetSpec,
    own_mosquitto: MosquittoServer,
    receiver: Receiver,
) -> None:
    port = urlsplit(receiver.url).port
    assert port is not None
    with Network("127.0.0.1", port) as network:
        hub = HubProcess(
            write_settings(
                tmp_path / "hub",
                mqtt=on(own_mosquitto),
                webhook=f"http://{network.host}:{network.port}/",
                more="timeout_s = 2",
            )
        )
        settle(directory, hub.data_dir)
        try:
            hub.start_ready()
            network.set(Line.LOST, Line.LOST)
            with Street(homes, own_mosquitto.host, own_mosquitto.port) as street:
                street.press(*street.keys[:3])
                until(lambda: not street.unheard(), "the presses are heard although nobody can be told")
                until(lambda: network.connections > 0, "somebody is tried")
                assert not receiver.received
                network.mend()
                end_well(hub, street, receiver)
        finally:
            hub.close()
