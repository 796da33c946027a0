"""The three sessions against real brokers: nothing lost, nothing acknowledged that was not taken, and always back again."""

import json
import queue
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.broker import EmbeddedBroker
from hub.ingest.message import RawMessage, SessionName
from hub.ingest.mqtt import MqttSettings, Published, SessionHealth, Sessions
from hub.ingest.session import OUTGOING_AT_MOST, OUTGOING_IN_FLIGHT
from hub.ingest.wire import Wire
from tests.mqtt_client import Client
from tests.network import Line, Network
from tests.servers import MosquittoServer, free_port, make_embedded, require_program

Server = MosquittoServer | EmbeddedBroker
WITHIN_S = 40


@pytest.fixture(params=["mosquitto", "nats"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each shared broker in turn."""
    running: Server = request.getfixturevalue(request.param)
    return running


@pytest.fixture(params=["mosquitto", "embedded"])
def own_server(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """A broker of this test alone; the embedded one sends unacknowledged messages again after a second instead of ten."""
    monkeypatch.setattr("hub.broker.ACK_WAIT_S", 1)
    folder = tmp_path / "broker"
    with MosquittoServer(folder) if request.param == "mosquitto" else make_embedded(folder) as running:
        yield running


class Hub:
    """Sessions with a queue behind them, as the engine has."""

    def __init__(self, server: Server, cell: str, sink: Callable[[RawMessage], None] | None = None) -> None:
        self.arrived: queue.Queue[RawMessage] = queue.Queue()
        self.fatal: queue.Queue[str] = queue.Queue()
        self.sessions = Sessions(
            MqttSettings(server.host, server.port), cell, sink or self.arrived.put, self.fatal.put
        )

    def next(self) -> RawMessage:
        return self.arrived.get(timeout=WITHIN_S)

    def take(self, count: int) -> list[RawMessage]:
        return [self.next() for _ in range(count)]

    def __enter__(self) -> "Hub":
        self.sessions.start()
        assert self.sessions.wait_connected(WITHIN_S), self.sessions.health()
        return self

    def __exit__(self, *_: object) -> None:
        self.sessions.stop()


def until(condition: Callable[[], bool]) -> bool:
    """Look again every few milliseconds until it is so."""
    pause = threading.Event()
    for _ in range(WITHIN_S * 100):
        if condition():
            return True
        pause.wait(0.01)
    return False


def of_call(cell: str, device: str = "button01") -> str:
    return f"care/v1/{cell}/h0001/{device}/call"


def of_vital(cell: str) -> str:
    return f"care/v1/{cell}/h0001/cuff01/vital"


def test_every_kind_arrives_once_in_its_session_with_its_bytes(server: Server, cell: str) -> None:
    sent = {
        of_call(cell): SessionName.URGENT,
        f"care/v1/{cell}/h0001/watch01/fall": SessionName.URGENT,
        f"care/v1/{cell}/h0001/watch01/fault": SessionName.URGENT,
        of_vital(cell): SessionName.TELEMETRY,
        f"care/v1/{cell}/h0001/cuff01/heartbeat": SessionName.TELEMETRY,
        f"z2m/v1/{cell}/h0001/卧室/button": SessionName.FOREIGN,
    }
    with Hub(server, cell) as hub, Client(server.host, server.port) as device:
        for topic in sent:
            device.publish(topic, topic.encode() * 3)
        arrived = hub.take(len(sent))
        hub.sessions.acknowledge(arrived)
    assert {message.topic: message.session for message in arrived} == sent
    assert all(message.payload == message.topic.encode() * 3 and message.qos == 1 for message in arrived)


def test_a_thousand_messages_of_every_size_arrive_in_order_and_are_acknowledged(
    server: Server, cell: str
) -> None:
    # Lengths around those where the packet's length takes another byte, and beyond one read of the socket.
    sizes = [0, 1, 90, 127, 128, 200, 16_383, 16_384, 65_536, *range(2, 993)]
    with Hub(server, cell) as hub:
        with Client(server.host, server.port) as device:
            for number, size in enumerate(sizes):
                device.publish(of_vital(cell), f"{number}|".encode() + b"x" * size)
            arrived = hub.take(len(sizes))
        hub.sessions.acknowledge(arrived)
    with Hub(server, cell) as again, Client(server.host, server.port) as device:
        device.publish(of_vital(cell), b"last")
        assert again.next().payload == b"last", "an acknowledged message came again"
    assert [message.payload for message in arrived] == [
        f"{number}|".encode() + b"x" * size for number, size in enumerate(sizes)
    ]


def test_what_was_not_acknowledged_comes_again_and_what_was_does_not(own_server: Server, cell: str) -> None:
    with Hub(own_server, cell) as hub, Client(own_server.host, own_server.port) as device:
        for number in range(4):
            device.publish(of_call(cell), str(number).encode())
        hub.sessions.acknowledge(hub.take(4)[:2])
    with Hub(own_server, cell) as again:
        arrived = again.take(2)
        assert [(message.payload, message.duplicate) for message in arrived] == [(b"2", True), (b"3", True)]


def test_ids_of_an_older_connection_acknowledge_nothing(own_server: Server, cell: str) -> None:
    with Hub(own_server, cell) as hub:
        with Client(own_server.host, own_server.port) as device:
            device.publish(of_call(cell), b"before")
            before = hub.next()
        own_server.stop()
        assert until(lambda: not hub.sessions.health()[SessionName.URGENT].connected)
        own_server.start()
        assert hub.sessions.wait_connected(WITHIN_S)
        again = hub.next()
        assert (again.payload, again.duplicate, again.mid) == (b"before", True, before.mid)
        assert again.connection > before.connection
        hub.sessions.acknowledge([before])
    with Hub(own_server, cell) as hub:
        assert hub.next().payload == b"before", (
            "the id of an older connection acknowledged a message of the new one"
        )


def test_messages_whose_acknowledgement_fails_come_again_on_the_next_connection(
    own_mosquitto: MosquittoServer, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.ingest.session.REDELIVER_FIRST_S", 0.1)

    def fails(wire: Wire, packets: bytes) -> bool:
        raise RuntimeError("no acknowledgement leaves")

    with Hub(own_mosquitto, cell) as hub, Client(own_mosquitto.host, own_mosquitto.port) as device:
        device.publish(of_call(cell), b"urgent")
        device.publish(of_vital(cell), b"telemetry")
        with monkeypatch.context() as broken:
            broken.setattr(Wire, "acknowledge", fails)
            hub.sessions.acknowledge(hub.take(2))
        again = hub.take(2)
        assert {(message.payload, message.duplicate) for message in again} == {
            (b"urgent", True),
            (b"telemetry", True),
        }
        hub.sessions.acknowledge(again)
    with Hub(own_mosquitto, cell) as hub, Client(own_mosquitto.host, own_mosquitto.port) as device:
        device.publish(of_call(cell), b"last")
        assert hub.next().payload == b"last", "an acknowledged message came again"


def test_a_broker_that_forgot_the_sessions_is_subscribed_to_again_within_seconds(
    tmp_path: Path, cell: str
) -> None:
    server = MosquittoServer(tmp_path / "m", extra=("persistence false",))
    with server, Hub(server, cell) as hub:
        server.kill()
        server.start()
        assert until(lambda: hub.sessions.health()[SessionName.URGENT].connections > 1)
        assert hub.sessions.wait_connected(WITHIN_S)
        with Client(server.host, server.port) as device:
            device.publish(of_call(cell), b"heard")
        assert hub.next().payload == b"heard"


def test_a_hanging_broker_is_noticed_and_left(own_mosquitto: MosquittoServer, cell: str) -> None:
    arrived: queue.Queue[RawMessage] = queue.Queue()
    settings = MqttSettings(own_mosquitto.host, own_mosquitto.port, keepalive_s=2)
    sessions = Sessions(settings, cell, arrived.put)
    sessions.start()
    try:
        assert sessions.wait_connected(WITHIN_S)
        own_mosquitto.pause()
        assert until(lambda: not sessions.health()[SessionName.URGENT].connected)
        assert sessions.publish("care/v1/x/y/z/cmd", b"{}") is Published.NOT_CONNECTED
        own_mosquitto.resume()
        assert sessions.wait_connected(WITHIN_S)
    finally:
        own_mosquitto.resume()
        sessions.stop()


@pytest.mark.parametrize(
    ("up", "down"),
    [
        pytest.param(Line.STALLED, Line.STALLED, id="everything stands still"),
        pytest.param(Line.LOST, Line.LOST, id="half-open: everything is swallowed"),
        pytest.param(Line.LOST, Line.WORKS, id="the hub hears and is not heard"),
        pytest.param(Line.WORKS, Line.LOST, id="the hub is heard and hears nothing"),
    ],
)
def test_a_line_that_closes_nothing_is_noticed_and_left(
    mosquitto: MosquittoServer, cell: str, up: Line, down: Line
) -> None:
    arrived: queue.Queue[RawMessage] = queue.Queue()
    with Network(mosquitto.host, mosquitto.port) as network:
        sessions = Sessions(MqttSettings(network.host, network.port, keepalive_s=2), cell, arrived.put)
        sessions.start()
        try:
            assert sessions.wait_connected(WITHIN_S)
            network.set(up, down)
            with Client(mosquitto.host, mosquitto.port) as device:
                device.publish(of_call(cell), b"pressed")
            assert until(lambda: not any(one.connected for one in sessions.health().values()))
            assert all(one.last_error for one in sessions.health().values())
            assert sessions.publish("care/v1/x/y/z/cmd", b"{}") is Published.NOT_CONNECTED
            # While it lasts they try again and again, and are not taken in by a connection on which nobody answers.
            network.mend()
            assert sessions.wait_connected(2 * WITHIN_S), sessions.health()
            while True:
                message = arrived.get(timeout=WITHIN_S)
                sessions.acknowledge([message])
                if message.connection == sessions.health()[SessionName.URGENT].connections:
                    break
            assert message.payload == b"pressed"
        finally:
            sessions.stop()


def test_a_retained_message_is_told_apart_from_a_live_one(server: Server, cell: str) -> None:
    with Client(server.host, server.port) as device:
        device.publish(of_call(cell), b"old", retain=True)
    with Hub(server, cell) as hub, Client(server.host, server.port) as device:
        assert hub.next().retained
        device.publish(of_call(cell), b"new")
        live = hub.next()
        assert (live.payload, live.retained) == (b"new", False)
        device.publish(of_call(cell), b"", retain=True)


def test_a_press_does_not_wait_behind_readings_that_nobody_takes(server: Server, cell: str) -> None:
    released = threading.Event()
    calls: queue.Queue[RawMessage] = queue.Queue()

    def sink(message: RawMessage) -> None:
        if message.session is SessionName.TELEMETRY:
            assert released.wait(WITHIN_S)
        else:
            calls.put(message)

    with Hub(server, cell, sink) as hub, Client(server.host, server.port) as device:
        try:
            for _ in range(50):
                device.publish(of_vital(cell), b"{}")
            device.publish(of_call(cell), b"press")
            assert calls.get(timeout=WITHIN_S).payload == b"press"
            assert hub.sessions.health()[SessionName.URGENT].healthy
        finally:
            released.set()


def test_a_sink_that_blocks_holds_the_flood_back_and_then_gets_all_of_it(server: Server, cell: str) -> None:
    room = threading.Semaphore(0)
    arrived: queue.Queue[RawMessage] = queue.Queue()

    def sink(message: RawMessage) -> None:
        room.acquire()
        arrived.put(message)

    with Hub(server, cell, sink) as hub, Client(server.host, server.port) as device:
        try:
            for number in range(300):
                device.publish(of_vital(cell), str(number).encode())
            assert arrived.empty()
            taken = []
            for _ in range(300):
                room.release()
                message = arrived.get(timeout=WITHIN_S)
                hub.sessions.acknowledge([message])
                taken.append(int(message.payload))
        finally:
            room.release(1_000)
    assert taken == list(range(300))


def test_a_failing_sink_loses_nothing_and_ends_nothing(
    own_server: Server, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.ingest.session.REDELIVER_FIRST_S", 0.1)
    arrived: queue.Queue[RawMessage] = queue.Queue()
    failed = threading.Event()

    def sink(message: RawMessage) -> None:
        if message.payload == b"second" and not failed.is_set():
            failed.set()
            raise RuntimeError("a defect in the engine")
        arrived.put(message)

    with Hub(own_server, cell, sink) as hub, Client(own_server.host, own_server.port) as device:
        for word in (b"first", b"second", b"third"):
            device.publish(of_call(cell), word)
        seen: set[bytes] = set()
        while b"second" not in seen:
            message = arrived.get(timeout=WITHIN_S)
            hub.sessions.acknowledge([message])
            seen.add(message.payload)
        health = hub.sessions.health()[SessionName.URGENT]
        assert seen == {b"first", b"second", b"third"}
        assert (health.sink_failures, health.loop_alive) == (1, True)
        assert hub.fatal.empty()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_session_whose_thread_dies_says_so(server: Server, cell: str) -> None:
    def sink(message: RawMessage) -> None:
        raise SystemExit

    hub = Hub(server, cell, sink)
    with hub, Client(server.host, server.port) as device:
        device.publish(of_call(cell), b"{}")
        assert "urgent" in hub.fatal.get(timeout=WITHIN_S)
        assert until(lambda: not hub.sessions.health()[SessionName.URGENT].loop_alive)
        assert not hub.sessions.health()[SessionName.URGENT].connected
        assert hub.sessions.health()[SessionName.TELEMETRY].healthy


def health_of(settings: MqttSettings, cell: str, word: str) -> SessionHealth:
    """The urgent session's health once its last error holds a word."""
    sessions = Sessions(settings, cell, lambda message: None)
    sessions.start()
    try:
        assert until(lambda: word in (sessions.health()[SessionName.URGENT].last_error or "")), (
            sessions.health()
        )
        assert not sessions.wait_connected(0)
        assert sessions.publish("care/v1/x/y/z/cmd", b"{}") is Published.NOT_CONNECTED
        return sessions.health()[SessionName.URGENT]
    finally:
        sessions.stop()


def test_a_wrong_password_is_told_with_its_remedy_and_the_hub_keeps_trying(tmp_path: Path, cell: str) -> None:
    program = make_embedded(tmp_path)._program
    with EmbeddedBroker(tmp_path, user="hub", password="right", program=program) as broker:
        health = health_of(
            MqttSettings(broker.host, broker.port, username="hub", password="wrong"), cell, "refused"
        )
    assert not health.connected
    assert health.loop_alive
    assert "check [mqtt] username and password" in (health.last_error or "")


def test_no_broker_and_no_mqtt_are_told_with_their_remedy(cell: str) -> None:
    nobody = health_of(MqttSettings(port=free_port()), cell, "no connection")
    assert "is it running" in (nobody.last_error or "")
    with socket.create_server(("127.0.0.1", 0)) as stranger:

        def answer() -> None:
            while True:
                try:
                    connection, _ = stranger.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"\x30\xff\xff\xff\xff\x01 this is no broker")
                    connection.recv(1000)

        threading.Thread(target=answer, daemon=True).start()
        other = health_of(MqttSettings(port=stranger.getsockname()[1]), cell, "does not speak MQTT")
    assert "port" in (other.last_error or "")


ACCEPTED = b"\x20\x02\x00\x00"


@pytest.mark.parametrize(
    ("connack", "suback", "told"),
    [
        (b"\x20\xc8\x01" + bytes(200), None, "without letting the hub in"),
        (b"", None, "without letting the hub in"),
        (ACCEPTED, None, "does not answer its subscriptions"),
        (ACCEPTED, b"\x01", "with 1 codes"),
        (ACCEPTED, b"\x01" * 9, "with 9 codes"),
    ],
    ids=["answer too long", "hangs up", "no subscription", "too few codes", "too many codes"],
)
def test_a_broker_that_answers_strangely_is_told_with_place_and_remedy(
    connack: bytes, suback: bytes | None, told: str, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.ingest.session.SUBACK_WITHIN_S", 0.1)

    def answer(connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as packets:
            while head := packets.read(2):
                length = head[1] & 0x7F
                if head[1] & 0x80:
                    length |= packets.read(1)[0] << 7
                body = packets.read(length)
                if head[0] >> 4 == 1:
                    connection.sendall(connack)
                    if not connack:
                        return
                elif head[0] >> 4 == 8 and suback is not None:
                    connection.sendall(bytes((0x90, 2 + len(suback))) + body[:2] + suback)

    def accept(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        port = listener.getsockname()[1]
        sessions = Sessions(MqttSettings(port=port), cell, lambda message: None)
        sessions.start()
        try:
            assert until(lambda: told in (sessions.health()[SessionName.URGENT].last_error or "")), (
                sessions.health()
            )
            health = sessions.health()[SessionName.URGENT]
        finally:
            sessions.stop()
    assert f"the broker at 127.0.0.1:{port}" in (health.last_error or "")
    assert "Look at its log; the hub" in (health.last_error or "")
    assert not health.healthy
    assert health.loop_alive


class DenyingBroker(EmbeddedBroker):
    """Lets the hub in and denies it the calls."""

    def _write_settings(self) -> Path:
        path = super()._write_settings()
        settings = json.loads(path.read_text())
        settings["authorization"] = {
            "users": [
                {
                    "user": "hub",
                    "password": "p",
                    "permissions": {"subscribe": {"deny": ["care.v1.*.*.*.call"]}},
                }
            ]
        }
        path.write_text(json.dumps(settings))
        return path


def test_a_denied_subscription_makes_the_session_unhealthy_and_names_the_topic(
    tmp_path: Path, cell: str
) -> None:
    program = make_embedded(tmp_path)._program
    with DenyingBroker(tmp_path, program=program) as broker:
        sessions = Sessions(MqttSettings(broker.host, broker.port, "hub", "p"), cell, lambda message: None)
        sessions.start()
        try:
            assert until(lambda: bool(sessions.health()[SessionName.URGENT].denied_topics))
            assert until(lambda: sessions.health()[SessionName.TELEMETRY].healthy)
            health = sessions.health()[SessionName.URGENT]
        finally:
            sessions.stop()
    assert health.connected
    assert not health.healthy
    assert health.denied_topics == (f"care/v1/{cell}/+/+/call",)
    assert f"care/v1/{cell}/+/+/call" in (health.last_error or "")


def test_a_broker_that_lowers_the_quality_of_service_makes_the_sessions_unhealthy(
    tmp_path: Path, cell: str
) -> None:
    """At most once: a press while the hub starts again would be gone."""
    with MosquittoServer(tmp_path, extra=("max_qos 0",)) as broker:
        sessions = Sessions(MqttSettings(broker.host, broker.port), cell, lambda message: None)
        sessions.start()
        try:
            assert until(lambda: all("QoS 0" in (one.last_error or "") for one in sessions.health().values()))
            health = sessions.health()[SessionName.URGENT]
        finally:
            sessions.stop()
    assert health.connected
    assert not health.healthy
    assert f"care/v1/{cell}/+/+/call" in (health.last_error or "")


def test_the_hub_speaks_to_a_device_and_refuses_when_nobody_takes_its_words(
    own_mosquitto: MosquittoServer, cell: str
) -> None:
    command = f"care/v1/{cell}/h0001/button01/cmd"
    with Hub(own_mosquitto, cell) as hub:
        with Client(own_mosquitto.host, own_mosquitto.port) as device:
            device.subscribe(command)
            assert hub.sessions.publish(command, b"heard") is Published.ACCEPTED
            assert device.next_message().payload == b"heard"
        own_mosquitto.pause()
        outcomes = [hub.sessions.publish(command, b"x") for _ in range(1_100)]
        own_mosquitto.resume()
    accepted = outcomes.count(Published.ACCEPTED)
    # The broker's answer to the first word may still have been on its way.
    assert OUTGOING_AT_MOST - 1 <= accepted <= OUTGOING_AT_MOST
    assert set(outcomes[accepted:]) == {Published.QUEUE_FULL}


def test_what_the_hub_said_to_a_dying_broker_is_said_again_to_its_successor(
    own_mosquitto: MosquittoServer, cell: str
) -> None:
    command = f"care/v1/{cell}/h0001/button01/cmd"
    with Hub(own_mosquitto, cell) as hub:
        own_mosquitto.pause()
        words = [str(number).encode() for number in range(OUTGOING_IN_FLIGHT + 50)]
        assert {hub.sessions.publish(command, word, retain=True) for word in words} == {Published.ACCEPTED}
        own_mosquitto.kill()
        assert until(lambda: not hub.sessions.health()[SessionName.URGENT].connected)
        own_mosquitto.start()
        assert hub.sessions.wait_connected(WITHIN_S)
        with Client(own_mosquitto.host, own_mosquitto.port) as device:
            device.subscribe(command)
            while device.next_message().payload != words[-1]:
                pass


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[tuple[MosquittoServer, Path]]:
    """A Mosquitto that speaks TLS with a certificate of its own, and that certificate."""
    openssl = require_program("openssl", "sudo apt install openssl")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *(
                str(openssl),
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=broker",
            ),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    with MosquittoServer(tmp_path / "m", extra=(f"certfile {certificate}", f"keyfile {key}")) as server:
        yield server, certificate


def test_messages_of_every_size_pass_through_tls(tls_server: tuple[MosquittoServer, Path], cell: str) -> None:
    server, certificate = tls_server
    arrived: queue.Queue[RawMessage] = queue.Queue()
    settings = MqttSettings(server.host, server.port, tls=True, ca_file=certificate)
    sessions = Sessions(settings, cell, arrived.put)
    sessions.start()
    try:
        assert sessions.wait_connected(WITHIN_S), sessions.health()
        sizes = [0, 100, 16_384, 60_000, 120_000] * 20
        for size in sizes:
            assert sessions.publish(of_call(cell), b"x" * size) is Published.ACCEPTED
        messages = [arrived.get(timeout=WITHIN_S) for _ in sizes]
        sessions.acknowledge(messages)
    finally:
        sessions.stop()
    assert [len(message.payload) for message in messages] == sizes


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_broker_with_a_strange_certificate_is_not_spoken_to(
    tls_server: tuple[MosquittoServer, Path], cell: str
) -> None:
    server, _ = tls_server
    health = health_of(MqttSettings(server.host, server.port, tls=True), cell, "no connection")
    assert "certificate verify failed" in (health.last_error or "")
