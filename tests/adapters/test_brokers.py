"""What the hub relies on in a broker: waiting messages survive, the embedded one lives and dies with the hub."""

import importlib.metadata
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hub.broker import BrokerError, EmbeddedBroker
from tests.mqtt_client import Client
from tests.servers import PROJECT, MosquittoServer, make_embedded

# More than a stock Mosquitto keeps for a session that is away.
WAITING = 1_500


@pytest.fixture(params=["mosquitto", "embedded"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> MosquittoServer | EmbeddedBroker:
    return MosquittoServer(tmp_path / "m") if request.param == "mosquitto" else make_embedded(tmp_path / "n")


def test_what_came_while_the_hub_was_away_waits_through_a_restart_of_the_broker(
    broker: MosquittoServer | EmbeddedBroker,
) -> None:
    with broker:
        with Client(broker.host, broker.port, session="hub-urgent") as hub:
            hub.subscribe("care/v1/demo/+/+/call")
        with Client(broker.host, broker.port) as button:
            for number in range(WAITING):
                button.publish("care/v1/demo/h0001/button01/call", str(number).encode())
        broker.stop()
        broker.start()
        with Client(broker.host, broker.port, session="hub-urgent") as hub:
            assert hub.session_present
            arrived = [hub.next_message().payload for _ in range(WAITING)]
    assert arrived == [str(number).encode() for number in range(WAITING)]


def test_the_embedded_broker_keeps_what_it_acknowledged_when_it_is_killed(own_nats: EmbeddedBroker) -> None:
    with Client(own_nats.host, own_nats.port, session="hub-urgent") as hub:
        hub.subscribe("care/v1/demo/+/+/call")
    with Client(own_nats.host, own_nats.port) as button:
        for number in range(50):
            button.publish("care/v1/demo/h0001/button01/call", str(number).encode())
        own_nats.kill()
    own_nats.start()
    with Client(own_nats.host, own_nats.port, session="hub-urgent") as hub:
        assert [int(hub.next_message().payload) for _ in range(50)] == list(range(50))


def test_the_embedded_broker_grants_as_many_subscriptions_as_a_session_of_the_hub_needs(
    own_nats: EmbeddedBroker,
) -> None:
    with Client(own_nats.host, own_nats.port, session="hub-telemetry") as hub:
        granted = hub.subscribe(*(f"care/v1/demo/+/+/kind{number}" for number in range(16)))
    assert [code.value for code in granted] == [1] * 16


def test_ctrl_c_reaches_the_hub_only_and_a_killed_hub_takes_its_embedded_broker_along(tmp_path: Path) -> None:
    program = make_embedded(tmp_path)._program
    code = (
        "import signal, sys; from pathlib import Path; from hub.broker import EmbeddedBroker\n"
        "signal.signal(signal.SIGINT, lambda *_: print('interrupted', flush=True))\n"
        f"broker = EmbeddedBroker(Path({str(tmp_path)!r}), program=Path({str(program)!r}))\n"
        "broker.start(); print(broker.pid, broker.port, flush=True); sys.stdin.read()\n"
    )
    hub = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=PROJECT,
    )
    try:
        assert hub.stdout is not None
        pid, port = map(int, hub.stdout.readline().split())
        ended = os.pidfd_open(pid)
        os.killpg(hub.pid, signal.SIGINT)
        assert hub.stdout.readline() == "interrupted\n"
        with Client("127.0.0.1", port) as button:
            button.publish("care/v1/demo/h0001/button01/call", b"still served")
    finally:
        hub.kill()
        hub.communicate()
    assert select.select([ended], [], [], 10)[0], "the broker outlived the hub"
    os.close(ended)


def test_a_wrong_password_is_refused_and_the_right_one_accepted(tmp_path: Path) -> None:
    program = make_embedded(tmp_path)._program
    with EmbeddedBroker(tmp_path, user="hub", password='quote " dollar $x', program=program) as broker:
        stranger = Client(broker.host, broker.port, user="hub", password="guess")
        assert stranger.connect().is_failure
        stranger.leave()
        with Client(broker.host, broker.port, user="hub", password='quote " dollar $x'):
            pass
    assert (tmp_path / "settings.json").stat().st_mode & 0o077 == 0


def test_a_used_port_a_used_store_and_a_missing_program_say_what_to_do(
    own_nats: EmbeddedBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = make_embedded(tmp_path)._program
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(BrokerError, match=rf"Port {taken} .* choose another port"):
            EmbeddedBroker(tmp_path / "second", port=taken, program=program).start()
    with pytest.raises(BrokerError, match=r"Another embedded broker uses .* stop the hub that started it"):
        EmbeddedBroker(own_nats.store_dir, program=program).start()

    def nothing_installed(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", nothing_installed)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrokerError, match=r"pip install '\.\[demo\]', or set \[mqtt\] host"):
        EmbeddedBroker(tmp_path / "third").start()
