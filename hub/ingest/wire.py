"""Between the broker's socket and the MQTT client library, in `ingest/session`: takes PUBLISH packets apart in bulk.

The library reads a packet with three calls of the kernel and writes each PUBACK with another; with a busy engine in the same
process each of them may wait for the interpreter lock. Here one call reads everything that came, PUBLISH packets become
`RawMessage`s at once, PUBACKs go out many in one call, and every other packet is left to the library.
"""

import socket
import ssl
from threading import Lock

from hub.ingest.message import RawMessage, SessionName

RECEIVE_BYTES = 262_144
OUTGOING_LIMIT_BYTES = 1_048_576
LEAVE_WITHIN_S = 2.0

_PUBLISH = 0x30
_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class BrokenWire(Exception):
    """The broker sent bytes that are no MQTT; the text says which."""


class Wire:
    """One connection. The library uses it as its socket; the session receives messages and acknowledges them.

    `recv` and `receive` belong to the session's thread; `send` and `acknowledge` may be called from any.
    """

    def __init__(self, connected: socket.socket, session: SessionName, connection: int) -> None:
        self.connection = connection
        self._socket = connected
        self._session = session
        self._lock = Lock()
        self._partial = bytearray()
        self._needed = 0
        self._control = bytearray()
        self._outgoing = bytearray()
        self._ended = False
        self._closed = False
        self._leaving = False

    # --- what the library calls ---------------------------------------------------------------------------------------

    def recv(self, size: int) -> bytes:
        """Bytes of packets other than PUBLISH; b"" after the end of the connection."""
        if self._control:
            taken = bytes(self._control[:size])
            del self._control[:size]
            return taken
        if self._ended:
            return b""
        raise BlockingIOError

    def send(self, packet: bytes | bytearray) -> int:
        """Take a whole packet, always: parts of two packets must not mix with acknowledgements."""
        with self._lock:
            if len(self._outgoing) > OUTGOING_LIMIT_BYTES:
                raise BlockingIOError
            self._write(packet)
        return len(packet)

    def fileno(self) -> int:
        return self._socket.fileno()

    def setblocking(self, flag: bool) -> None:
        self._socket.setblocking(flag)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._leaving and not self._ended:
                self._await_farewell()
            self._socket.close()

    # --- what the session calls ---------------------------------------------------------------------------------------

    def send_at_once(self) -> None:
        """Small packets do not wait for the one before (TCP_NODELAY): a press took 20 ms instead of 2."""
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def leave(self) -> None:
        """Announce that the library will say goodbye and close: closing then waits until the broker has read everything."""
        self._leaving = True

    def hang_up(self) -> None:
        """Break the connection, so that the broker sends again what was not acknowledged."""
        with self._lock:
            self._ended = True

    @property
    def library_has_to_read(self) -> bool:
        """Whether there is something for the library: a packet, or the end."""
        return bool(self._control) or self._ended

    def receive(self) -> list[RawMessage]:
        """Read what has come without waiting; returns the messages in it. Raises BrokenWire."""
        with self._lock:
            data = self._read()
        if self._partial:
            self._partial += data
            if len(self._partial) < self._needed:
                return []
            data = bytes(self._partial)
            self._partial.clear()
        return self._take_apart(data) if data else []

    def acknowledge(self, packets: bytes) -> bool:
        """Send ready PUBACKs; False when some still have to wait for `flush`. Does nothing after the end."""
        with self._lock:
            if self._closed or self._ended:
                return True
            self._write(packets)
            return not self._outgoing

    def flush(self) -> bool:
        """Send what had to wait; False when there is still something left."""
        if not self._outgoing:
            return True
        with self._lock:
            self._write(b"")
            return not self._outgoing

    # --- inside -------------------------------------------------------------------------------------------------------

    def _read(self) -> bytes:
        chunks: list[bytes] = []
        while not self._ended:
            try:
                chunk = self._socket.recv(RECEIVE_BYTES)
            except _WOULD_BLOCK:
                break
            except OSError:
                chunk = b""
            if not chunk:
                self._ended = True
                break
            chunks.append(chunk)
            # A TLS layer may hold decrypted bytes that poll does not see.
            if not (isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()):
                break
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _write(self, packets: bytes | bytearray) -> None:
        """Send or keep; the caller holds the lock."""
        if self._outgoing:
            self._outgoing += packets
            packets = self._outgoing
        if self._closed or not packets:
            return
        try:
            sent = self._socket.send(packets)
        except _WOULD_BLOCK:
            sent = 0
        except OSError:
            # Reading meets the same end; acknowledgements that are lost here come again as messages.
            self._ended = True
            sent = len(packets)
        if packets is self._outgoing:
            del self._outgoing[:sent]
        elif sent < len(packets):
            self._outgoing += packets[sent:]

    def _await_farewell(self) -> None:
        """The broker closes when it has come to our goodbye, and so to every acknowledgement before it. A successor that
        connects sooner would make it forget those it has not read yet."""
        try:
            self._socket.settimeout(LEAVE_WITHIN_S)
            self._socket.sendall(self._outgoing)
            while self._socket.recv(RECEIVE_BYTES):
                pass
        except OSError:
            return

    def _take_apart(self, data: bytes) -> list[RawMessage]:
        messages: list[RawMessage] = []
        session, connection = self._session, self.connection
        start, end = 0, len(data)
        self._needed = 2
        while end - start >= 2:
            head = data[start]
            length = data[start + 1]
            body = start + 2
            if length & 0x80:
                length, body = _long_length(data, start)
                if body == 0:
                    break
            after = body + length
            if after > end:
                self._needed = after - start
                break
            if head & 0xF4 == _PUBLISH:
                topic_at = body + 2
                topic_end = topic_at + (data[body] << 8 | data[body + 1]) if length >= 2 else end + 1
                qos = head >> 1 & 1
                payload_at = topic_end + 2 if qos else topic_end
                if payload_at > after:
                    raise BrokenWire(f"a PUBLISH of {length} bytes is shorter than its own topic")
                messages.append(
                    RawMessage(
                        _text(data[topic_at:topic_end]),
                        data[payload_at:after],
                        qos,
                        head & 1 == 1,
                        head & 8 == 8,
                        session,
                        data[topic_end] << 8 | data[topic_end + 1] if qos else 0,
                        connection,
                    )
                )
            else:
                self._control += data[start:after]
            start = after
        if start < end:
            self._partial += data[start:]
        return messages


def _long_length(data: bytes, start: int) -> tuple[int, int]:
    """A packet length of several bytes and where the body starts, 0 when the length itself is not complete yet."""
    length = 0
    for place in range(4):
        at = start + 1 + place
        if at >= len(data):
            return 0, 0
        length |= (data[at] & 0x7F) << 7 * place
        if not data[at] & 0x80:
            return length, at + 1
    raise BrokenWire("a packet length of more than four bytes")


def _text(topic: bytes) -> str:
    """A topic that is no UTF-8 is still shown, and refused where topics are judged."""
    try:
        return topic.decode()
    except UnicodeDecodeError:
        return topic.decode(errors="backslashreplace")
