"""Open consoles: clients of the live stream that note when each home's alert came in."""

import base64
import re
import select
import socket
import threading
import time

from tests.benchmarks.street import LOGIN, PASSWORD

_OPENED = re.compile(rb'"kind":"alert_triggered","home_id":"([^"]+)"')
WITHIN_S = 30
RECEIVE_BYTES = 262_144


class Screens:
    """`count` streams read by one thread. `seen[home id]` holds the instants (`perf_counter`) at which
    screens were told that an alert opened there."""

    def __init__(self, port: int, count: int = 1) -> None:
        credentials = base64.b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()
        request = (
            "GET /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            f"authorization: Basic {credentials}\r\naccept: text/event-stream\r\n\r\n"
        ).encode()
        self.seen: dict[str, list[float]] = {}
        self._changed = threading.Condition()
        self._stopping = False
        self._sockets: list[socket.socket] = []
        self._rest: dict[int, bytes] = {}
        self._poll = select.poll()
        for _ in range(count):
            stream = socket.create_connection(("127.0.0.1", port), WITHIN_S)
            stream.sendall(request)
            head = b""
            while b"event: hello" not in head:
                chunk = stream.recv(4096)
                if not chunk or (head and not head.startswith(b"HTTP/1.1 200")):
                    raise ConnectionError(f"the console refused the live stream: {head[:200]!r}")
                head += chunk
            self._sockets.append(stream)
            self._rest[stream.fileno()] = b""
            self._poll.register(stream, select.POLLIN)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stopping = True
        self._thread.join()
        for stream in self._sockets:
            stream.close()

    def wait(self, home_id: str, count: int = 1, within_s: float = WITHIN_S) -> list[float]:
        """When the alert came to `count` screens; raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.seen.get(home_id, ())) >= count, within_s):
                raise TimeoutError(f"{home_id} came to {len(self.seen.get(home_id, ()))} of {count} screens")
            return list(self.seen[home_id])

    def _read(self) -> None:
        streams = {stream.fileno(): stream for stream in self._sockets}
        while not self._stopping:
            for fd, _ in self._poll.poll(200):
                data = streams[fd].recv(RECEIVE_BYTES)
                now = time.perf_counter()
                if not data:
                    self._poll.unregister(fd)
                    continue
                *lines, self._rest[fd] = (self._rest[fd] + data).split(b"\n\n")
                found = {match[1] for line in lines if (match := _OPENED.search(line))}
                if found:
                    with self._changed:
                        for home_id in found:
                            self.seen.setdefault(home_id.decode(), []).append(now)
                        self._changed.notify_all()
