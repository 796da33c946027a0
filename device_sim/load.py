"""The load generator: messages of all homes at a given rate over a few fast connections, with a report of what was acknowledged.

Payloads are made ready beforehand; while it runs only sequence number, uptime and event id are filled in.
"""

import json
import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from random import Random
from threading import Event
from typing import Any

from device_sim import wire
from device_sim.link import Broker, BrokerUnreachable
from device_sim.load_messages import Message, messages, sources
from device_sim.spec import FleetSpec
from firmware_contracts.topics import ROOT
from firmware_contracts.vocabulary import COMMAND_SEGMENT

_CONNECT_WITHIN_S = 5.0
_STOPPED_DRAIN_S = 2.0
_READ_BYTES = 1 << 16
_LATENCIES_KEPT = 200_000
_LARGEST_PACKET_ID = 65_535


@dataclass(slots=True)
class Measurement:
    """What one run saw."""

    sent: Counter[str] = field(default_factory=Counter)
    acked: Counter[str] = field(default_factory=Counter)
    ack_ms: dict[str, deque[float]] = field(default_factory=dict)
    unheard: dict[str, float] = field(default_factory=dict)
    events: int = 0
    heard_ms: deque[float] = field(default_factory=lambda: deque(maxlen=_LATENCIES_KEPT))
    sending_s: float = 0.0
    last_acked_at_s: float = 0.0
    until_acked_s: float = 0.0

    def report(self, wanted_rate: float, *, listening: bool) -> dict[str, Any]:
        """The numbers as JSON shows them."""
        sent, acked = self.sent.total(), self.acked.total()
        report: dict[str, Any] = {
            "sent": sent,
            "acked": acked,
            "unacked": sent - acked,
            "seconds": round(self.sending_s, 3),
            "wanted_per_s": wanted_rate or None,
            "sent_per_s": round(sent / self.sending_s, 1) if self.sending_s else 0.0,
            "acked_per_s": round(acked / self.until_acked_s, 1) if self.until_acked_s else 0.0,
            # Below the wanted rate the numbers describe the broker's or this machine's limit.
            "kept_up": not wanted_rate or sent >= 0.98 * wanted_rate * self.sending_s,
            "by_kind": {
                name: {
                    "sent": self.sent[name],
                    "acked": self.acked[name],
                    "ack_ms": percentiles(self.ack_ms.get(name, ())),
                }
                for name in sorted(self.sent)
            },
        }
        if listening:
            report["heard"] = {
                "events": self.events,
                "heard": self.events - len(self.unheard),
                "heard_ms": percentiles(self.heard_ms),
            }
        return report


def percentiles(values: deque[float] | tuple[()]) -> dict[str, float] | None:
    """Median, 99 % and the largest, in milliseconds."""
    if not values:
        return None
    ordered = sorted(values)
    return {
        "p50": round(ordered[len(ordered) // 2], 3),
        "p99": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 3),
        "max": round(ordered[-1], 3),
    }


class Connection:
    """One raw connection with a bounded number of messages in flight."""

    def __init__(self, broker: Broker, client_id: str, in_flight: int) -> None:
        self.in_flight = in_flight
        self.waiting: dict[int, tuple[str, float]] = {}
        self.out = bytearray()
        self._in = bytearray()
        self._packet_id = 0
        try:
            self.sock = socket.create_connection((broker.host, broker.port), _CONNECT_WITHIN_S)
        except OSError as error:
            raise BrokerUnreachable(
                f"no broker answers at {broker.place} ({error.strerror or error}); "
                "is it running? --broker HOST:PORT names another"
            ) from None
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.sendall(wire.connect(client_id, broker.username, broker.password))
        answer = self._await(broker, wire.CONNACK)
        if answer[1] != 0:
            self.sock.close()
            raise BrokerUnreachable(
                f"the broker at {broker.place} refused the connection (code {answer[1]}); check --username and --password-file"
            )

    def listen(self, broker: Broker, topic: str) -> None:
        """Subscribe and wait until it is granted."""
        self.sock.sendall(wire.subscribe(topic))
        if self._await(broker, wire.SUBACK)[2] == 0x80:
            raise BrokerUnreachable(f"the broker at {broker.place} does not let this user listen to {topic}")

    def put(self, name: str, topic: bytes, payload: bytes, now_s: float) -> None:
        """Queue one message; the caller keeps to `room`."""
        self._packet_id = self._packet_id % _LARGEST_PACKET_ID + 1
        while self._packet_id in self.waiting:
            self._packet_id = self._packet_id % _LARGEST_PACKET_ID + 1
        self.waiting[self._packet_id] = (name, now_s)
        self.out += wire.publish(topic, self._packet_id, payload)

    @property
    def room(self) -> int:
        """How many messages may go now."""
        return self.in_flight - len(self.waiting)

    def flush(self) -> None:
        """Send what the socket takes."""
        if self.out:
            try:
                del self.out[: self.sock.send(self.out)]
            except BlockingIOError:
                return

    def received(self) -> list[tuple[int, bytes]]:
        """The packets that have arrived; raises BrokerUnreachable when the broker hung up."""
        data = self.sock.recv(_READ_BYTES)
        if not data:
            raise BrokerUnreachable("the broker closed the connection during the load; see its log")
        self._in += data
        return wire.split(self._in)

    def close(self) -> None:
        """Say goodbye."""
        self.sock.setblocking(True)
        self.sock.settimeout(_CONNECT_WITHIN_S)
        try:
            self.sock.sendall(bytes(self.out) + wire.disconnect())
        except OSError:
            return
        finally:
            self.sock.close()

    def _await(self, broker: Broker, kind: int) -> bytes:
        try:
            while True:
                for first, body in self.received():
                    if first & 0xF0 == kind:
                        return body
        except OSError:
            self.sock.close()
            raise BrokerUnreachable(f"the broker at {broker.place} does not answer") from None


def run_load(
    fleet: FleetSpec,
    broker: Broker,
    *,
    mix: dict[str, float],
    rate_per_s: float,
    lasts_s: float,
    boot: int,
    stop: Event,
    connections: int = 4,
    in_flight: int = 200,
    listen: bool = False,
    drain_s: float = 10.0,
    seed: int = 1,
) -> dict[str, Any]:
    """Send for `lasts_s` at `rate_per_s` (0: as fast as acknowledgements allow), wait at most `drain_s` for what is
    outstanding, and report. `listen`: also measure the time from a call or fall to its *heard*."""
    rng = Random(f"{seed}/load")
    senders = sources(fleet, mix, boot, rng)
    seen = Measurement()
    with ExitStack() as open_things:
        opened: list[Connection] = []
        for number in range(connections):
            opened.append(Connection(broker, f"sim-load-{boot}-{number}", max(1, in_flight // connections)))
            open_things.callback(opened[-1].close)
        if listen:
            opened[0].listen(broker, f"{ROOT}/{fleet.cell}/+/+/{COMMAND_SEGMENT}")
        selector = open_things.enter_context(selectors.DefaultSelector())
        for connection in opened:
            connection.sock.setblocking(False)
            selector.register(connection.sock, selectors.EVENT_READ, connection)
        _send_all(
            opened,
            selector,
            messages(senders, mix, boot, rng),
            seen,
            rate_per_s,
            lasts_s,
            stop,
            drain_s,
            listen,
        )
    return seen.report(rate_per_s, listening=listen)


def _send_all(
    opened: list[Connection],
    selector: selectors.BaseSelector,
    to_send: Iterator[Message],
    seen: Measurement,
    rate_per_s: float,
    lasts_s: float,
    stop: Event,
    drain_s: float,
    listen: bool,
) -> None:
    started_s = time.monotonic()
    sent = 0
    while not stop.is_set() and (now_s := time.monotonic()) - started_s < lasts_s:
        due = int(rate_per_s * (now_s - started_s)) - sent if rate_per_s else sum(c.room for c in opened)
        uptime_ms = int((now_s - started_s) * 1000)
        for connection in opened:
            for _ in range(min(due, connection.room)):
                name, topic, payload, event_id = next(to_send)(uptime_ms)
                # Queueing takes time too: each message is timed by itself.
                at_s = time.monotonic()
                connection.put(name, topic, payload, at_s)
                seen.sent[name] += 1
                if event_id is not None and listen:
                    seen.events += 1
                    seen.unheard[event_id] = at_s
                sent += 1
                due -= 1
            connection.flush()
        _receive(opened, selector, seen, _pause_s(rate_per_s))
        # The next connection begins, so that a low rate is not all on the first one.
        opened = opened[1:] + opened[:1]
    seen.sending_s = time.monotonic() - started_s
    # Who stops it early wants its end, but what the broker has taken already is still counted.
    give_up_s = time.monotonic() + (min(drain_s, _STOPPED_DRAIN_S) if stop.is_set() else drain_s)
    while time.monotonic() < give_up_s:
        if not any(c.waiting or c.out for c in opened) and not seen.unheard:
            break
        for connection in opened:
            connection.flush()
        _receive(opened, selector, seen, 0.05)
    seen.until_acked_s = max(seen.sending_s, seen.last_acked_at_s - started_s)


def _pause_s(rate_per_s: float) -> float:
    """Until the next message is due, but never so long that acknowledgements wait."""
    return min(0.01, 1 / rate_per_s) if rate_per_s else 0.001


def _receive(
    opened: list[Connection], selector: selectors.BaseSelector, seen: Measurement, wait_s: float
) -> None:
    for connection in opened:
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.out else 0)
        if selector.get_key(connection.sock).events != wanted:
            selector.modify(connection.sock, wanted, connection)
    for key, events in selector.select(wait_s):
        connection = key.data
        if events & selectors.EVENT_WRITE:
            connection.flush()
        if not events & selectors.EVENT_READ:
            continue
        for first, body in connection.received():
            now_s = time.monotonic()
            if first & 0xF0 == wire.PUBACK:
                waiting = connection.waiting.pop(int.from_bytes(body[:2], "big"), None)
                if waiting is not None:
                    name, sent_s = waiting
                    seen.acked[name] += 1
                    seen.last_acked_at_s = now_s
                    latencies = seen.ack_ms.setdefault(name, deque(maxlen=_LATENCIES_KEPT))
                    latencies.append((now_s - sent_s) * 1000)
            elif first & 0xF0 == wire.PUBLISH:
                _, packet_id, payload = wire.read_publish(first, body)
                if packet_id is not None:
                    connection.out += wire.puback(packet_id)
                _hear(payload, now_s, seen)


def _hear(payload: bytes, now_s: float, seen: Measurement) -> None:
    try:
        event_id = json.loads(payload).get("event_id")
    except (ValueError, AttributeError):
        return
    sent_s = seen.unheard.pop(event_id, None)
    if sent_s is not None:
        seen.heard_ms.append((now_s - sent_s) * 1000)
