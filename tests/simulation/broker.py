"""A broker with the semantics of MQTT 3.1.1 at QoS 1: persistent sessions, an in-flight window, redelivery, retained messages.

It may restart with its memory or without, and may number messages anew at every connection, as brokers do.
"""

import struct
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hub.ingest.message import RawMessage, SessionName
from hub.ingest.mqtt import topics_of

WINDOW = 20
"""Mosquitto's usual number of messages that wait for their acknowledgement."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message of a session. `retained`: the broker kept it and delivers it because somebody subscribed."""

    topic: str
    payload: bytes
    qos: int = 1
    retained: bool = False
    sent_before: bool = False


@dataclass(slots=True)
class Mailbox:
    """What the broker keeps for one session of the hub."""

    known: bool = False
    connected: bool = False
    queue: deque[Waiting] = field(default_factory=deque)
    in_flight: dict[int, Waiting] = field(default_factory=dict)
    next_mid: int = 1


class SimulatedBroker:
    """`deliver` takes each message for the hub; `acknowledged` is told of every one that the hub gave back."""

    def __init__(
        self, cell: str, deliver: Callable[[RawMessage], None], acknowledged: Callable[[Waiting], None]
    ) -> None:
        self.up = True
        self.retained: dict[str, bytes] = {}
        self._topics: Mapping[SessionName, tuple[str, ...]] = topics_of(cell)
        self._boxes = {name: Mailbox() for name in SessionName}
        self._connections = 0
        self._connection_of: dict[SessionName, int] = {}
        self._deliver = deliver
        self._acknowledged = acknowledged

    # --- devices ------------------------------------------------------------------------------------------------------

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> bool:
        """A message from a home; False when the broker is down and it is lost."""
        if not self.up:
            return False
        if retain:
            if payload:
                self.retained[topic] = payload
            else:
                self.retained.pop(topic, None)
        for name in self._for(topic):
            box = self._boxes[name]
            if box.known and (box.connected or qos):
                box.queue.append(Waiting(topic, payload, qos))
        return True

    def pump(self) -> bool:
        """Deliver what fits into the windows of the sessions that are connected; whether anything moved."""
        moved = False
        for name, box in self._boxes.items():
            while box.connected and box.queue and len(box.in_flight) < WINDOW:
                self._send(name, box, box.queue.popleft())
                moved = True
        return moved

    # --- the hub's sessions -------------------------------------------------------------------------------------------

    def connect(self, name: SessionName) -> int | None:
        """A session connects and subscribes: what waits for its acknowledgement comes again, then what the broker has kept on its
        topics. Returns the number of the connection; None while the broker is down."""
        if not self.up:
            return None
        box = self._boxes[name]
        self._connections += 1
        self._connection_of[name] = self._connections
        again = [
            Waiting(one.topic, one.payload, one.qos, one.retained, True)
            for one in box.in_flight.values()
            if one.qos
        ]
        box.known, box.connected = True, True
        box.in_flight, box.next_mid = {}, 1
        # The subscription follows the redelivery, so what is retained stands at the end.
        box.queue.extendleft(reversed(again))
        box.queue.extend(
            Waiting(topic, payload, 1, True)
            for topic, payload in self.retained.items()
            if name in self._for(topic)
        )
        return self._connections

    def disconnect(self, name: SessionName) -> None:
        self._boxes[name].connected = False

    def acknowledge(self, name: SessionName, packets: bytes, connection: int) -> bool:
        """PUBACKs as they come over the wire. Ids that mean nothing (any more) are passed over, as brokers do."""
        box = self._boxes[name]
        if not box.connected or self._connection_of.get(name) != connection:
            return False
        for _, _, mid in struct.iter_unpack(">BBH", packets):
            done = box.in_flight.pop(mid, None)
            if done is not None:
                self._acknowledged(done)
        return True

    # --- bad days -----------------------------------------------------------------------------------------------------

    def go_down(self) -> None:
        """The broker ends: every connection breaks."""
        self.up = False
        for box in self._boxes.values():
            box.connected = False

    def come_up(self, *, with_memory: bool) -> list[Waiting]:
        """It is there again; returns what it has lost, when it has no memory."""
        self.up = True
        if with_memory:
            return []
        lost = [one for box in self._boxes.values() for one in (*box.in_flight.values(), *box.queue)]
        self._boxes = {name: Mailbox() for name in SessionName}
        self.retained.clear()
        return lost

    def waiting(self) -> int:
        """How many messages the hub has not given back."""
        return sum(len(box.queue) + len(box.in_flight) for box in self._boxes.values())

    # --- inside -------------------------------------------------------------------------------------------------------

    def _for(self, topic: str) -> Iterable[SessionName]:
        return [name for name, filters in self._topics.items() if any(fits(one, topic) for one in filters)]

    def _send(self, name: SessionName, box: Mailbox, message: Waiting) -> None:
        mid = 0
        if message.qos:
            mid, box.next_mid = box.next_mid, box.next_mid + 1
            box.in_flight[mid] = message
        self._deliver(
            RawMessage(
                message.topic,
                message.payload,
                message.qos,
                message.retained,
                message.sent_before,
                name,
                mid,
                self._connection_of[name],
            )
        )


def fits(wanted: str, topic: str) -> bool:
    """Whether a topic fits a filter with + and #."""
    want, have = wanted.split("/"), topic.split("/")
    for number, part in enumerate(want):
        if part == "#":
            return True
        if number >= len(have) or part not in ("+", have[number]):
            return False
    return len(want) == len(have)
