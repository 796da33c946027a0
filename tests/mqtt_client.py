"""A plain MQTT client for tests: what arrives, what was granted and what was refused, each waited for with a limit."""

import queue
import socket
import ssl
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

WITHIN_S = 40


class Client:
    """Connects when entered and leaves in order; `session` names a persistent session, empty takes a fresh one."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        session: str = "",
        user: str | None = None,
        password: str | None = None,
        version_5: bool = False,
        tls: ssl.SSLContext | None = None,
        will: tuple[str, bytes] | None = None,
    ) -> None:
        self._host, self._port = host, port
        self._messages: queue.Queue[mqtt.MQTTMessage] = queue.Queue()
        self._connected: queue.Queue[tuple[ReasonCode, bool]] = queue.Queue()
        self._granted: queue.Queue[list[ReasonCode]] = queue.Queue()
        self._published: queue.Queue[ReasonCode] = queue.Queue()
        self._version_5 = version_5
        self._mqtt = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=session,
            clean_session=None if version_5 else not session,
            protocol=mqtt.MQTTv5 if version_5 else mqtt.MQTTv311,
        )
        self._mqtt.username_pw_set(user, password)
        if tls is not None:
            self._mqtt.tls_set_context(tls)
        if will is not None:
            self._mqtt.will_set(*will, qos=1)
        self._mqtt.on_socket_open = self._on_socket_open
        self._mqtt.on_connect = self._on_connect
        self._mqtt.on_message = self._on_message
        self._mqtt.on_subscribe = self._on_subscribe
        self._mqtt.on_publish = self._on_publish

    def connect(self) -> ReasonCode:
        """Connect once and return the broker's answer; `session_present` then tells whether it knew the session."""
        self._mqtt.connect(self._host, self._port, clean_start=True if self._version_5 else 3)
        self._mqtt.loop_start()
        code, self.session_present = self._connected.get(timeout=WITHIN_S)
        return code

    def leave(self) -> None:
        """Disconnect in order; a named session stays on the broker."""
        self._mqtt.disconnect()
        self._mqtt.loop_stop()

    def vanish(self) -> None:
        """End the connection without a word, as a power cut would: the broker speaks the will."""
        connection = self._mqtt.socket()
        assert isinstance(connection, socket.socket)
        connection.shutdown(socket.SHUT_RDWR)
        self._mqtt.loop_stop()

    def subscribe(self, *topics: str, qos: int = 1) -> list[ReasonCode]:
        """Subscribe to all topics at once and return what was granted to each."""
        self._mqtt.subscribe([(topic, qos) for topic in topics])
        return self._granted.get(timeout=WITHIN_S)

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> ReasonCode:
        """Publish and return the broker's answer; only MQTT 5 can tell a refusal."""
        self._mqtt.publish(topic, payload, qos=qos, retain=retain)
        return self._published.get(timeout=WITHIN_S)

    def attempt(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish, and return when the broker has answered or ended the connection: it does that to who may not say it."""
        self._mqtt.on_disconnect = lambda client, data, flags, code, properties: self._published.put(code)
        self.publish(topic, payload, retain=retain)

    def next_message(self) -> mqtt.MQTTMessage:
        """The next message that arrived; raises queue.Empty when none comes."""
        return self._messages.get(timeout=WITHIN_S)

    def __enter__(self) -> Self:
        code = self.connect()
        assert not code.is_failure, f"the broker refused the connection: {code}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def _on_socket_open(self, client: mqtt.Client, data: Any, connection: Any) -> None:
        # Otherwise each publish waits 40 ms for the acknowledgement of the one before.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _on_connect(
        self,
        client: mqtt.Client,
        data: Any,
        flags: mqtt.ConnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._connected.put((code, flags.session_present))

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        self._messages.put(message)

    def _on_subscribe(
        self, client: mqtt.Client, data: Any, mid: int, codes: list[ReasonCode], properties: Properties | None
    ) -> None:
        self._granted.put(codes)

    def _on_publish(
        self, client: mqtt.Client, data: Any, mid: int, code: ReasonCode, properties: Properties | None
    ) -> None:
        self._published.put(code)
