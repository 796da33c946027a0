"""One persistent MQTT session, of the three in `ingest/mqtt`: a thread that connects, subscribes, receives, never gives up.

The library (paho) speaks MQTT through its interface for foreign event loops; the loop is here, so that a message costs one
call of the sink and an acknowledgement next to nothing.
"""

import logging
import os
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hub.clock import wall_now
from hub.ingest.connection import MqttSettings, Published, SessionHealth
from hub.ingest.message import RawMessage, SessionName
from hub.ingest.wire import BrokenWire, Wire

log = logging.getLogger(__name__)

RECONNECT_FIRST_S = 0.5
RECONNECT_MOST_S = 5.0
CONNACK_WITHIN_S = 10.0
SUBACK_WITHIN_S = 10.0
SUBSCRIBE_AGAIN_AFTER_S = 30.0
REDELIVER_FIRST_S = 5.0
REDELIVER_MOST_S = 60.0
REDELIVER_ANEW_AFTER_S = 600.0
"""Ten minutes without a failure: the next one is a first one again."""
OUTGOING_IN_FLIGHT = 200
OUTGOING_AT_MOST = 1_000

_POLL_MS = 500
_CHECK_EVERY_S = 1.0
_REFUSED = 0x80
_AT_LEAST_ONCE = 1


class _Client(paho.Client):
    """The library's client on a `Wire` instead of a bare socket. `_create_socket` is the one place that it does not publish."""

    wrap: Callable[[socket.socket], Wire]

    def _create_socket(self) -> Any:
        return self.wrap(cast(socket.socket, super()._create_socket()))


class _Bell:
    """Wakes the thread that polls `fd`; from any thread, and after its end it rings for nobody."""

    def __init__(self) -> None:
        self.fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._closed = False
        self._turn = threading.Lock()

    def ring(self) -> None:
        with self._turn:
            if not self._closed:
                os.eventfd_write(self.fd, 1)

    def hush(self) -> None:
        os.eventfd_read(self.fd)

    def close(self) -> None:
        # The number of a closed file is soon another file's: nobody may write to it any more.
        with self._turn:
            if not self._closed:
                self._closed = True
                os.close(self.fd)


class Session:
    """A persistent session with its own thread. `sink` gets each message in that thread and may block: then this session reads
    no more, and the broker keeps what comes (longer than one and a half keep-alives, and it hangs up and sends again what was
    not acknowledged). `on_fatal` is called when the thread ends without having been stopped."""

    def __init__(
        self,
        settings: MqttSettings,
        client_id: str,
        name: SessionName,
        topics: Sequence[str],
        sink: Callable[[RawMessage], None],
        on_fatal: Callable[[str], None],
    ) -> None:
        self.name = name
        self.ready = threading.Event()
        self.wire: Wire | None = None
        self._settings = settings
        self._topics = tuple(topics)
        self._sink = sink
        self._on_fatal = on_fatal
        self._stopping = threading.Event()
        self._bell = _Bell()
        self._thread = threading.Thread(target=self._run, name=f"mqtt-{name}", daemon=True)
        self._subscribe_mid: int | None = None
        self._subscribe_at: float | None = None
        self._suback_by: float | None = None
        self._redeliver_at: float | None = None
        self._redeliver_after_s = REDELIVER_FIRST_S
        self._redelivered_at = time.monotonic()
        self._was_known = False
        self._forgotten_at: datetime | None = None
        self._connected = False
        self._since_at = wall_now()
        self._messages = 0
        self._connections = 0
        self._sink_failures = 0
        self._denied: tuple[str, ...] = ()
        self._last_error: str | None = None
        self._where = f"{settings.host}:{settings.port}"
        self._explained = False
        self._client = self._make_client(client_id)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def begin_to_stop(self) -> None:
        """Have the thread disconnect in order; returns at once. The sink must not block any more by then."""
        self._stopping.set()
        self._bell.ring()

    def await_stop(self, within_s: float = 10.0) -> None:
        """Wait until the thread has ended."""
        if self._thread.is_alive():
            self._thread.join(within_s)
        if not self._thread.is_alive():
            self._bell.close()

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> Published:
        """Hand a message over; what was accepted is sent again after a reconnection until the broker has it."""
        if not self._connected:
            return Published.NOT_CONNECTED
        info = self._client.publish(topic, payload, qos, retain)
        if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            return Published.QUEUE_FULL
        if qos == 0 and info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            return Published.NOT_CONNECTED
        self._bell.ring()
        return Published.ACCEPTED

    def acknowledge(self, packets: bytes, connection: int) -> None:
        """Send PUBACKs for messages of that connection; those of an older one are dropped, for its ids mean others now.

        When they cannot be sent the connection is ended: on the same one the broker would wait for them for ever.
        """
        wire = self.wire
        if wire is None or wire.connection != connection:
            return
        try:
            if not wire.acknowledge(packets):
                self._bell.ring()
        except Exception:
            self._last_error = "the hub could not acknowledge messages; they will come again"
            log.exception("MQTT session %s: could not acknowledge messages", self.name)
            if self.wire is wire:
                self._let_come_again()

    def health(self) -> SessionHealth:
        """The session as it is at this moment."""
        return SessionHealth(
            name=self.name,
            connected=self._connected,
            since_at=self._since_at,
            messages=self._messages,
            connections=self._connections,
            denied_topics=self._denied,
            sink_failures=self._sink_failures,
            last_error=self._last_error,
            loop_alive=self._thread.is_alive(),
            subscribed=self.ready.is_set(),
            forgotten_at=self._forgotten_at,
        )

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            delay_s = RECONNECT_FIRST_S
            while not self._stopping.is_set():
                if self._connect():
                    self._serve()
                if self.ready.is_set():
                    delay_s = RECONNECT_FIRST_S
                self._lost()
                self._stopping.wait(delay_s)
                delay_s = min(2 * delay_s, RECONNECT_MOST_S)
        except BaseException as error:
            self._fail(f"the session's thread ended: {type(error).__name__}: {error}")
            self._lost()
            log.critical(
                "MQTT session %s: its thread ended; the hub must start again", self.name, exc_info=True
            )
            self._on_fatal(f"MQTT session {self.name}: {self._last_error}")
            raise

    def _connect(self) -> bool:
        try:
            self._client.reconnect()
        except (OSError, ValueError) as error:
            self._fail(
                f"no connection to the broker at {self._where} ({error}): is it running, is [mqtt] host right?"
            )
            return False
        return True

    def _serve(self) -> None:
        """Until the connection ends: wait for bytes, give messages to the sink and everything else to the library."""
        wire, client = self.wire, self._client
        if wire is None:
            raise TypeError(
                "the installed paho-mqtt opens its socket in a way that hub/ingest/wire.py does not know: "
                "install the version in constraints.txt"
            )
        poller = select.poll()
        poller.register(wire, select.POLLIN)
        poller.register(self._bell.fd, select.POLLIN)
        waiting_to_write = False
        check_at = time.monotonic()
        give_up_at = check_at + CONNACK_WITHIN_S
        try:
            while client.socket() is not None:
                if client.want_write():
                    client.loop_write()
                    if client.socket() is None:
                        break
                if waiting_to_write == wire.flush():
                    waiting_to_write = not waiting_to_write
                    poller.modify(wire, select.POLLIN | (select.POLLOUT if waiting_to_write else 0))
                if any(fd == self._bell.fd for fd, _ in poller.poll(_POLL_MS)):
                    self._bell.hush()
                    if self._stopping.is_set():
                        wire.leave()
                        client.disconnect()
                messages = wire.receive()
                while wire.library_has_to_read and client.socket() is not None:
                    client.loop_read()
                if messages:
                    self._deliver(messages)
                now = time.monotonic()
                if now >= check_at:
                    check_at = now + _CHECK_EVERY_S
                    self._check(wire, now, give_up_at)
        except BrokenWire as error:
            self._fail(f"the broker does not speak MQTT ({error}): is [mqtt] port right?")
        except Exception as error:  # the session must outlive every error of one connection
            self._fail(f"the connection was given up: {type(error).__name__}: {error}")
            log.exception("MQTT session %s: the connection was given up", self.name)
        finally:
            self.wire = None
            wire.close()

    def _deliver(self, messages: list[RawMessage]) -> None:
        self._messages += len(messages)
        rest = iter(messages)
        sink = self._sink
        message = messages[0]
        while True:
            try:
                for message in rest:
                    sink(message)
            except Exception:  # one message that fails must not end the session; it stays unacknowledged
                self._sink_failures += 1
                self._last_error = f"the hub could not take a message on {message.topic}; it will come again"
                log.exception("MQTT session %s: could not take a message on %s", self.name, message.topic)
                self._let_come_again()
            else:
                return

    def _let_come_again(self) -> None:
        """End the connection soon, each time later, so that the broker sends again what was not acknowledged."""
        if self._redeliver_at is None:
            now = time.monotonic()
            if now - self._redelivered_at > REDELIVER_ANEW_AFTER_S:
                self._redeliver_after_s = REDELIVER_FIRST_S
            self._redeliver_at = self._redelivered_at = now + self._redeliver_after_s
            self._redeliver_after_s = min(2 * self._redeliver_after_s, REDELIVER_MOST_S)

    def _check(self, wire: Wire, now: float, give_up_at: float) -> None:
        """Once a second: keep-alive, a broker that accepts and never answers, what was denied, what has to come again."""
        client = self._client
        client.loop_misc()
        if not self._connected and now >= give_up_at:
            self._fail(
                "the broker accepted the connection and did not answer: is it overloaded, is [mqtt] port right?"
            )
            wire.hang_up()
        if self._redeliver_at is not None and now >= self._redeliver_at:
            log.warning(
                "MQTT session %s: reconnecting, so that what was not acknowledged comes again", self.name
            )
            wire.hang_up()
        if self._connected and self._suback_by is not None and now >= self._suback_by:
            self._suback_by = None
            self._fail(
                f"the broker at {self._where} let the hub in and does not answer its subscriptions "
                f"({', '.join(self._topics)}): is it overloaded? Look at its log; the hub asks again every "
                f"{SUBSCRIBE_AGAIN_AFTER_S:.0f} s"
            )
        if self._connected and self._subscribe_at is not None and now >= self._subscribe_at:
            self._subscribe()
        if wire.library_has_to_read and client.socket() is not None:
            client.loop_read()

    def _lost(self) -> None:
        self.ready.clear()
        self._redeliver_at = None
        if self._connected:
            self._connected = False
            self._since_at = wall_now()

    def _subscribe(self) -> None:
        """At every connection, even when the broker says it knows the session: after its restart it may not."""
        now = time.monotonic()
        self._subscribe_at, self._suback_by = now + SUBSCRIBE_AGAIN_AFTER_S, now + SUBACK_WITHIN_S
        _, self._subscribe_mid = self._client.subscribe([(topic, _AT_LEAST_ONCE) for topic in self._topics])

    def _fail(self, sentence: str) -> None:
        """Keep the sentence for the health; log it when it is news, not at every attempt."""
        if sentence != self._last_error:
            log.error("MQTT session %s: %s", self.name, sentence)
        self._last_error = sentence
        self._explained = True

    # --- the library's callbacks, in the same thread ------------------------------------------------------------------

    def _make_client(self, client_id: str) -> _Client:
        settings = self._settings
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,
            protocol=paho.MQTTv311,
            # No reconnection and no older protocol by itself: the thread above decides.
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.wrap = self._wrap
        client.connect_timeout = RECONNECT_MOST_S
        client.username_pw_set(settings.username, settings.password)
        context = settings.tls_context()
        if context is not None:
            client.tls_set_context(context)
        client.max_inflight_messages_set(OUTGOING_IN_FLIGHT)
        client.max_queued_messages_set(OUTGOING_AT_MOST)
        client.connect_async(settings.host, settings.port, settings.keepalive_s)
        client.on_socket_open = self._on_socket_open
        # With it the library leaves writing to the loop instead of writing in the caller's thread.
        client.on_socket_register_write = lambda *_: None
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        return client

    def _wrap(self, connected: socket.socket) -> Wire:
        self._connections += 1
        self._explained = False
        self.wire = Wire(connected, self.name, self._connections)
        return self.wire

    def _on_socket_open(self, client: paho.Client, data: Any, connected: Any) -> None:
        if isinstance(connected, Wire):
            connected.send_at_once()

    def _on_connect(
        self,
        client: paho.Client,
        data: Any,
        flags: paho.ConnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if code.is_failure:
            self._fail(
                f"the broker refused the hub ({code}): check [mqtt] username and password, and that the broker lets "
                "this user in; the hub keeps trying"
            )
            return
        if self._was_known and not flags.session_present:
            self._forgotten_at = wall_now()
            log.warning("MQTT session %s: the broker has lost what it kept for it", self.name)
        self._was_known = True
        self._connected = True
        self._since_at = wall_now()
        log.info(
            "MQTT session %s: connected (%s)", self.name, "known" if flags.session_present else "new session"
        )
        self._subscribe()

    def _on_disconnect(
        self,
        client: paho.Client,
        data: Any,
        flags: paho.DisconnectFlags,
        code: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if self._stopping.is_set():
            return
        if not self._connected:
            if not self._explained:
                self._fail(
                    f"the broker at {self._where} ended the connection without letting the hub in ({code}): does "
                    "[mqtt] port belong to a listener for MQTT 3.1.1, and tls fit it? Look at its log; the hub keeps trying"
                )
        else:
            self._fail(
                f"the connection to the broker was lost ({code}); reconnecting. If this repeats while the broker runs, "
                "a second hub may be using the same cell"
            )

    def _on_subscribe(
        self, client: paho.Client, data: Any, mid: int, codes: list[ReasonCode], properties: Properties | None
    ) -> None:
        if mid != self._subscribe_mid:
            return
        self._suback_by = None
        if len(codes) != len(self._topics):
            self._fail(
                f"the broker at {self._where} answered {len(self._topics)} subscriptions with {len(codes)} codes, so "
                f"what the hub gets is not known: is it a broker for MQTT 3.1.1? Look at its log; the hub asks again every "
                f"{SUBSCRIBE_AGAIN_AFTER_S:.0f} s"
            )
            return
        answers = list(zip(self._topics, codes, strict=True))
        self._denied = tuple(topic for topic, code in answers if code.value >= _REFUSED)
        at_most_once = [topic for topic, code in answers if code.value < _AT_LEAST_ONCE]
        if at_most_once:
            self._fail(
                f"the broker gives {', '.join(at_most_once)} with QoS 0 only, so what comes while the hub is away is lost: "
                f"let its listener give QoS 1 (Mosquitto: max_qos); the hub asks again every {SUBSCRIBE_AGAIN_AFTER_S:.0f} s"
            )
            return
        if self._denied:
            self._fail(
                f"the broker denies {', '.join(self._denied)}: allow the hub's user to read it (config/mosquitto/acl); "
                f"the hub asks again every {SUBSCRIBE_AGAIN_AFTER_S:.0f} s"
            )
            return
        self._subscribe_at = None
        self._last_error = None
        self.ready.set()
