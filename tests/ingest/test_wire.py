"""The bytes of a connection: however they are cut on their way, the same messages come out and acknowledgements stay whole."""

import contextlib
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ingest.message import RawMessage, SessionName
from hub.ingest.wire import OUTGOING_LIMIT_BYTES, BrokenWire, Wire

PINGRESP = b"\xd0\x00"


def packet(head: int, body: bytes) -> bytes:
    length, rest = bytearray(), len(body)
    while True:
        rest, digit = divmod(rest, 128)
        length.append(digit | (0x80 if rest else 0))
        if not rest:
            return bytes([head, *length]) + body


def publish(
    topic: bytes, payload: bytes, mid: int = 0, *, retained: bool = False, duplicate: bool = False
) -> bytes:
    qos = 1 if mid else 0
    head = 0x30 | duplicate << 3 | qos << 1 | retained
    return packet(head, len(topic).to_bytes(2) + topic + (mid.to_bytes(2) if qos else b"") + payload)


def pair() -> tuple[Wire, socket.socket]:
    near, far = socket.socketpair()
    near.setblocking(False)
    return Wire(near, SessionName.URGENT, 3), far


@pytest.fixture
def wire_and_broker() -> Iterator[tuple[Wire, socket.socket]]:
    wire, broker = pair()
    yield wire, broker
    wire.close()
    broker.close()


MESSAGES = st.lists(
    st.tuples(
        st.text(st.characters(codec="utf-8"), max_size=20),
        st.binary(max_size=300),
        st.integers(0, 65_535),
        st.booleans(),
        st.booleans(),
    ),
    max_size=8,
)


@given(MESSAGES, st.lists(st.integers(1, 200), max_size=40))
def test_however_the_bytes_are_cut_the_same_messages_come_out(
    told: list[tuple[str, bytes, int, bool, bool]], cuts: list[int]
) -> None:
    wire, broker = pair()
    try:
        stream = b"".join(
            publish(topic.encode(), payload, mid, retained=retained, duplicate=duplicate) + PINGRESP
            for topic, payload, mid, retained, duplicate in told
        )
        messages: list[RawMessage] = []
        for cut in [*cuts, len(stream)]:
            broker.sendall(stream[:cut])
            stream = stream[cut:]
            messages += wire.receive()
        assert messages == [
            RawMessage(topic, payload, min(mid, 1), retained, duplicate, SessionName.URGENT, mid, 3)
            for topic, payload, mid, retained, duplicate in told
        ]
        left = b"".join(iter(lambda: wire.recv(1) if wire.library_has_to_read else b"", b""))
        assert left == PINGRESP * len(told), "the library gets every other packet, whole"
    finally:
        wire.close()
        broker.close()


def test_a_topic_that_is_no_utf8_does_not_stop_the_others(
    wire_and_broker: tuple[Wire, socket.socket],
) -> None:
    wire, broker = wire_and_broker
    broker.sendall(publish(b"care/\xff", b"x", 1) + publish(b"care/v1", b"y", 2))
    assert [(message.topic, message.mid) for message in wire.receive()] == [("care/\\xff", 1), ("care/v1", 2)]


@pytest.mark.parametrize(
    "broken",
    [
        packet(0x32, b"\x00\x05ab"),
        packet(0x32, b"\x00\x02ab"),
        packet(0x30, b"\x00"),
        packet(0x30, b""),
        b"\x30\xff\xff\xff\xff\x01",
    ],
)
def test_bytes_that_are_no_mqtt_are_told(broken: bytes, wire_and_broker: tuple[Wire, socket.socket]) -> None:
    wire, broker = wire_and_broker
    broker.sendall(broken)
    with pytest.raises(BrokenWire):
        wire.receive()


def test_acknowledgements_wait_whole_while_the_broker_does_not_read(
    wire_and_broker: tuple[Wire, socket.socket],
) -> None:
    wire, broker = wire_and_broker
    puback = b"\x40\x02\x12\x34"
    sent = 0
    while wire.acknowledge(puback * 100):
        sent += 100
    wire.send(PINGRESP)
    read = bytearray()
    while not wire.flush():
        read += broker.recv(1 << 20)
    broker.settimeout(1)
    expected = puback * (sent + 100) + PINGRESP
    while len(read) < len(expected):
        read += broker.recv(1 << 20)
    assert bytes(read) == expected


def test_what_a_broker_never_reads_is_bounded(wire_and_broker: tuple[Wire, socket.socket]) -> None:
    wire, _ = wire_and_broker
    taken = 0
    with contextlib.suppress(BlockingIOError):
        for _ in range(100):
            taken += wire.send(b"x" * (OUTGOING_LIMIT_BYTES // 4))
    assert OUTGOING_LIMIT_BYTES <= taken < 5 * OUTGOING_LIMIT_BYTES


def test_the_end_of_a_connection_is_told_to_the_library_after_everything_before_it(
    wire_and_broker: tuple[Wire, socket.socket],
) -> None:
    wire, broker = wire_and_broker
    broker.sendall(publish(b"care", b"last", 1) + PINGRESP)
    broker.close()
    assert [message.payload for message in wire.receive()] == [b"last"]
    assert wire.receive() == []
    assert (wire.recv(2), wire.recv(1)) == (PINGRESP, b"")
    assert wire.acknowledge(b"\x40\x02\x00\x01"), "nothing is kept for a connection that ended"
