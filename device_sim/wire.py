"""The few MQTT 3.1.1 packets that the load generator needs, as bytes: a client library costs more than the hub."""

import struct

CONNACK = 0x20
PUBLISH = 0x30
PUBACK = 0x40
SUBACK = 0x90

_QOS_1 = 0x02
_CLEAN_SESSION = 0x02


def connect(client_id: str, username: str | None, password: str | None, keepalive_s: int = 60) -> bytes:
    """CONNECT with a clean session."""
    flags = _CLEAN_SESSION
    parts = _text(client_id)
    if username is not None:
        flags |= 0x80
        parts += _text(username)
        if password is not None:
            flags |= 0x40
            parts += _text(password)
    return _packet(0x10, _text("MQTT") + struct.pack("!BBH", 4, flags, keepalive_s) + parts)


def subscribe(topic: str) -> bytes:
    """SUBSCRIBE to one topic with QoS 1, always as packet 1."""
    return _packet(0x82, struct.pack("!H", 1) + _text(topic) + b"\x01")


def publish(topic: bytes, packet_id: int, payload: bytes) -> bytes:
    """PUBLISH with QoS 1, not retained."""
    body_length = 2 + len(topic) + 2 + len(payload)
    return b"".join(
        (
            bytes((PUBLISH | _QOS_1,)),
            _length(body_length),
            struct.pack("!H", len(topic)),
            topic,
            struct.pack("!H", packet_id),
            payload,
        )
    )


def puback(packet_id: int) -> bytes:
    """The acknowledgement of a received message."""
    return struct.pack("!BBH", PUBACK, 2, packet_id)


def disconnect() -> bytes:
    """A goodbye."""
    return b"\xe0\x00"


def split(buffer: bytearray) -> list[tuple[int, bytes]]:
    """Take all complete packets from the front of `buffer` as (first byte, body)."""
    packets: list[tuple[int, bytes]] = []
    start = 0
    while True:
        length, shift, at = 0, 0, start + 1
        while True:
            if at >= len(buffer):
                del buffer[:start]
                return packets
            byte = buffer[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if at + length > len(buffer):
            del buffer[:start]
            return packets
        packets.append((buffer[start], bytes(buffer[at : at + length])))
        start = at + length


def read_publish(first: int, body: bytes) -> tuple[bytes, int | None, bytes]:
    """Topic, packet id (None at QoS 0) and payload of a PUBLISH."""
    topic_end = 2 + int.from_bytes(body[:2], "big")
    if not first & 0x06:
        return body[2:topic_end], None, body[topic_end:]
    packet_id = int.from_bytes(body[topic_end : topic_end + 2], "big")
    return body[2:topic_end], packet_id, body[topic_end + 2 :]


def _packet(first: int, body: bytes) -> bytes:
    return bytes((first,)) + _length(len(body)) + body


def _length(length: int) -> bytes:
    encoded = bytearray()
    while True:
        length, byte = divmod(length, 128)
        encoded.append(byte | (0x80 if length else 0))
        if not length:
            return bytes(encoded)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("!H", len(encoded)) + encoded
