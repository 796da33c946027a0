"""One MQTT connection of simulated devices, between a world and a real broker: driven by the fleet's loop, no threads."""

import contextlib
import logging
import selectors
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from device_sim.publication import Publication

KEEPALIVE_S = 60
CONNECT_WITHIN_S = 5.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# The pause starts over only after a connection that lasted: one that is thrown out at once must not come back at once.
STEADY_AFTER_S = 10.0

_WRONG_LOG_IN = frozenset({"Bad user name or password", "Not authorized"})

log = logging.getLogger(__name__)


class BrokerUnreachable(Exception):
    """No connection to the broker; the text says where, why and what to do."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who logs in. `passwords` maps a user name (`cell/home/device`) to its password and is used
    when there is no single `username`."""

    host: str = "127.0.0.1"
    port: int = 1883
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    ca_file: Path | None = None

    @property
    def place(self) -> str:
        """For messages."""
        return f"{self.host}:{self.port}"


def log_in(client: mqtt.Client, broker: Broker, user: str) -> str | None:
    """Give the client its user name and password; the name, None when it comes without one."""
    username = broker.username or (user if user in broker.passwords else None)
    if username is not None:
        client.username_pw_set(username, broker.password or broker.passwords.get(username))
    return username


def refusal(broker: Broker, username: str | None, code: ReasonCode) -> str:
    """For people: why the broker did not let a client in, and what to do."""
    if code.getName() not in _WRONG_LOG_IN:
        return f"the broker at {broker.place} refused the connection ({code}); look into the broker's log"
    if username is None:
        return (
            f"the broker at {broker.place} lets nobody in without user name and password ({code}): "
            "give --username and --password-file"
        )
    of_it = "the first line" if broker.username is not None else "its line"
    return (
        f"the broker at {broker.place} refused the user name {username} or its password ({code}): check --username, "
        f"{of_it} of --password-file, and whether the broker was reloaded after the password was made"
    )


class Link:
    """One client. It counts as up when its subscriptions are granted, so that no answer is missed; a broker that
    refuses one is left, and asked again after a growing pause."""

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        selector: selectors.BaseSelector,
        *,
        user: str,
        subscriptions: Sequence[str],
        will: Publication | None,
        on_up: Callable[[], None],
        on_down: Callable[[], None],
        on_message: Callable[[str, bytes], None],
        qos: int = 1,
    ) -> None:
        self.client_id = client_id
        self.up = False
        self.held = False
        self.problem: str | None = None
        self._broker = broker
        self._selector = selector
        self._subscriptions = list(subscriptions)
        self._qos = qos
        self._on_up = on_up
        self._on_down = on_down
        self._rng = Random(client_id)
        self._pause_s = FIRST_PAUSE_S
        self._handed: set[int] = set()
        self._open = False
        self._opened_at_s = 0.0
        self._ended = False
        self._was_up = False
        self.retry_at_s = 0.0
        self._client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=True
        )
        client.connect_timeout = CONNECT_WITHIN_S
        self._username = log_in(client, broker, user)
        if broker.ca_file is not None:
            client.tls_set(ca_certs=str(broker.ca_file))
        if will is not None:
            client.will_set(will.topic, will.payload, will.qos, will.retain)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_message = lambda _client, _data, message: on_message(message.topic, bytes(message.payload))
        client.on_publish = lambda _client, _data, mid, _code, _properties: self._handed.discard(mid)
        client.on_socket_open = self._socket_opened
        client.on_socket_close = self._socket_closed
        client.on_socket_register_write = self._wants_write
        client.on_socket_unregister_write = self._wants_no_write

    def tend(self, now_s: float) -> None:
        """Connect when it is time to, keep alive while connected; call it about once a second or when `retry_at_s` is due."""
        if self._open:
            self._client.loop_misc()
            if not self.up and now_s - self._opened_at_s > 2 * CONNECT_WITHIN_S:
                self.problem = f"the broker at {self._broker.place} accepts connections but does not answer"
                self.sever()
            return
        if self._ended:
            self._ended = False
            if self._was_up and now_s - self._opened_at_s >= STEADY_AFTER_S:
                self._pause_s = FIRST_PAUSE_S
            self._wait(now_s)
        if self.held or now_s < self.retry_at_s:
            return
        try:
            self._client.connect(self._broker.host, self._broker.port, KEEPALIVE_S)
        except OSError as error:
            self.problem = (
                f"no broker answers at {self._broker.place} ({error.strerror or error}); "
                "is it running? --broker HOST:PORT names another"
            )
            self._wait(now_s)
        else:
            self._open, self._opened_at_s, self._was_up = True, now_s, False

    def _wait(self, now_s: float) -> None:
        # Half of the pause is random: thousands of devices must not come back in the same second.
        self.retry_at_s = now_s + self._pause_s * self._rng.uniform(0.5, 1.0)
        self._pause_s = min(LONGEST_PAUSE_S, self._pause_s * 2)

    def publish(self, publication: Publication) -> bool:
        """Hand a message to the broker; False when there is no connection, and then it is lost."""
        if not self.up:
            return False
        info = self._client.publish(
            publication.topic, publication.payload, publication.qos, publication.retain
        )
        if publication.qos:
            self._handed.add(info.mid)
        return info.rc is MQTTErrorCode.MQTT_ERR_SUCCESS

    @property
    def open(self) -> bool:
        """Whether there is a connection, granted or not."""
        return self._open

    def settling(self, now_s: float) -> bool:
        """Whether it is young and the broker still owes it an answer: to its log-in, its subscriptions or its births."""
        young = now_s - self._opened_at_s < 2 * CONNECT_WITHIN_S
        return self._open and young and (not self.up or bool(self._handed))

    @property
    def unacknowledged(self) -> bool:
        """Whether something handed over on this connection still waits for the broker's acknowledgement."""
        return bool(self._handed)

    def handle(self, events: int) -> None:
        """Its socket is ready."""
        if events & selectors.EVENT_READ:
            self._client.loop_read()
        if events & selectors.EVENT_WRITE and self._open:
            self._client.loop_write()

    def sever(self) -> None:
        """Break the connection without a goodbye, as a lost line does: the broker publishes the will."""
        sock = self._client.socket()
        if isinstance(sock, socket.socket):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def hold(self) -> None:
        """Break the connection and stay away until `release`."""
        self.held = True
        self.sever()

    def release(self) -> None:
        """Come back at once."""
        self.held = self._ended = False
        self.retry_at_s, self._pause_s = 0.0, FIRST_PAUSE_S

    def leave_behind(self, will: Publication) -> None:
        """What the broker is to say after the next connection breaks."""
        self._client.will_set(will.topic, will.payload, will.qos, will.retain)

    def leave(self) -> None:
        """Say goodbye, as a device that sleeps does; no will is published."""
        self.held = True
        self._client.disconnect()
        # It is only queued, for whoever drives the sockets; after this nobody does.
        self._client.loop_write()

    # --- what paho calls ---

    def _connected(
        self,
        client: mqtt.Client,
        data: Any,
        flags: mqtt.ConnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if code.is_failure:
            self.problem = refusal(self._broker, self._username, code)
            return
        if self._subscriptions:
            client.subscribe([(topic, self._qos) for topic in self._subscriptions])
        else:
            self._is_up()

    def _subscribed(
        self,
        client: mqtt.Client,
        data: Any,
        mid: int,
        codes: list[ReasonCode],
        properties: Properties | None,
    ) -> None:
        refused = [topic for topic, code in zip(self._subscriptions, codes, strict=False) if code.is_failure]
        if not refused:
            self._is_up()
            return
        problem = f"the broker at {self._broker.place} refused to let {self.client_id} listen to {', '.join(refused)}"
        if self.problem != problem:
            log.warning("%s; asking again until it does", problem)
        self.problem = problem
        self.sever()

    def _is_up(self) -> None:
        self.up = self._was_up = True
        self.problem = None
        self._on_up()

    def _disconnected(
        self,
        client: mqtt.Client,
        data: Any,
        flags: mqtt.DisconnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._open, self._ended = False, True
        if self.up:
            self.up = False
            self._on_down()

    def _socket_opened(self, client: mqtt.Client, data: Any, sock: Any) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(sock, selectors.EVENT_READ, self)

    def _socket_closed(self, client: mqtt.Client, data: Any, sock: Any) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(sock)

    def _wants_write(self, client: mqtt.Client, data: Any, sock: Any) -> None:
        self._watch(sock, selectors.EVENT_READ | selectors.EVENT_WRITE)

    def _wants_no_write(self, client: mqtt.Client, data: Any, sock: Any) -> None:
        self._watch(sock, selectors.EVENT_READ)

    def _watch(self, sock: Any, events: int) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.modify(sock, events, self)
