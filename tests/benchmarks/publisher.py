"""A publisher that costs next to nothing: ready-made MQTT packets on a bare socket, so that the load is not what is measured."""

import socket
import struct
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

IN_FLIGHT = 500
KEEPALIVE_S = 600
ANSWER_WITHIN_S = 30


def packet(topic: str, payload: bytes, mid: int) -> bytes:
    """A PUBLISH with QoS 1."""
    name = topic.encode()
    length = 2 + len(name) + 2 + len(payload)
    head = bytes([0x32])
    while True:
        length, digit = length >> 7, length & 0x7F
        head += bytes([digit | 0x80 if length else digit])
        if not length:
            return head + struct.pack(">H", len(name)) + name + struct.pack(">H", mid) + payload


class Publisher:
    """A clean session. Every publishing call returns when the broker has acknowledged all of it."""

    def __init__(self, host: str, port: int, client_id: str) -> None:
        self._socket = socket.create_connection((host, port), ANSWER_WITHIN_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name = client_id.encode()
        body = b"\x00\x04MQTT\x04\x02" + struct.pack(">HH", KEEPALIVE_S, len(name)) + name
        self._socket.sendall(bytes([0x10, len(body)]) + body)
        answer = self._read(4)
        if answer != b"\x20\x02\x00\x00":
            raise ConnectionError(f"the broker refused the publisher: {answer!r}")
        self._mid = 0

    def publish(self, topic: str, payload: bytes) -> None:
        self.publish_all([(topic, payload)])

    def publish_all(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """As fast as the broker acknowledges them."""
        waiting: list[bytes] = []
        for topic, payload in messages:
            self._mid = self._mid % 65_535 + 1
            waiting.append(packet(topic, payload, self._mid))
            if len(waiting) == IN_FLIGHT:
                self._send(waiting)
                waiting = []
        if waiting:
            self._send(waiting)

    def publish_steadily(self, messages: Sequence[tuple[str, bytes]], per_second: float) -> float:
        """At a rate; returns the rate that was reached."""
        began = time.perf_counter()
        sent = 0
        while sent < len(messages):
            due = min(int((time.perf_counter() - began) * per_second) + 1, len(messages), sent + IN_FLIGHT)
            if due > sent:
                self.publish_all(messages[sent:due])
                sent = due
            time.sleep(0.002)
        return len(messages) / (time.perf_counter() - began)

    def _send(self, packets: list[bytes]) -> None:
        self._socket.sendall(b"".join(packets))
        self._read(4 * len(packets))

    def _read(self, count: int) -> bytes:
        """Acknowledgements are all that a session without subscriptions gets, and each has four bytes."""
        taken = b""
        while len(taken) < count:
            chunk = self._socket.recv(count - len(taken))
            if not chunk:
                raise ConnectionError("the broker ended the publisher's connection")
            taken += chunk
        return taken

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()
