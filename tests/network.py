"""A line between two programs that can be had: real TCP, which stands still or swallows what is said without ever closing."""

import contextlib
import selectors
import socket
from enum import Enum
from threading import Event, Lock, Thread
from typing import Self

_BYTES = 1 << 16
_LOOK_EVERY_S = 0.02


class Line(Enum):
    """What becomes of what is said."""

    WORKS = "works"
    STALLED = "stalled"
    """It waits, and arrives when the line works again: a network that stands still."""
    LOST = "lost"
    """It is gone, and this connection never works again: half-open, as after a router forgot it. Nobody is told."""


class _Connection:
    """One connection and its continuation, with what waits for either side."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.sides = {near: far, far: near}
        self.near = near
        self.dead: set[socket.socket] = set()
        """Sides of which nothing is handed on any more."""

    def close(self) -> None:
        for side in self.sides:
            with contextlib.suppress(OSError):
                side.close()


class Network:
    """Listens on a free port of loopback and hands everything on to `host`:`port`, as long as the line works.

    `up` is what the near program (who connected here) says, `down` what the far one says.
    """

    host = "127.0.0.1"

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port
        self._listening = socket.create_server((self.host, 0))
        self.port = int(self._listening.getsockname()[1])
        self._up = self._down = Line.WORKS
        self._lock = Lock()
        self._ending = Event()
        self._connections: list[_Connection] = []
        self._thread = Thread(target=self._run, name="network", daemon=True)

    def set(self, up: Line, down: Line) -> None:
        """From now on; connections on which something was lost stay lost."""
        with self._lock:
            self._up, self._down = up, down
            for connection in self._connections:
                for side in connection.sides:
                    if self._state(connection, side) is Line.LOST:
                        connection.dead.add(side)

    def mend(self) -> None:
        self.set(Line.WORKS, Line.WORKS)

    @property
    def connections(self) -> int:
        """That were not closed by either side."""
        return len(self._connections)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(10)
        for connection in self._connections:
            connection.close()
        self._listening.close()

    def _state(self, connection: _Connection, side: socket.socket) -> Line:
        return self._up if side is connection.near else self._down

    def _run(self) -> None:
        while not self._ending.is_set():
            with self._lock, selectors.DefaultSelector() as ready:
                ready.register(self._listening, selectors.EVENT_READ, None)
                for connection in self._connections:
                    for side in connection.sides:
                        lost = side in connection.dead
                        if lost or self._state(connection, side) is not Line.STALLED:
                            ready.register(side, selectors.EVENT_READ, connection)
                found = ready.select(_LOOK_EVERY_S)
                for key, _ in found:
                    self._serve(key.fileobj, key.data)

    def _serve(self, side: object, connection: _Connection | None) -> None:
        assert isinstance(side, socket.socket)
        if connection is None:
            near, _ = side.accept()
            try:
                far = socket.create_connection(self._to, timeout=5)
            except OSError:
                near.close()
                return
            made = _Connection(near, far)
            made.dead |= {side for side in made.sides if self._state(made, side) is Line.LOST}
            self._connections.append(made)
            return
        if connection not in self._connections:
            return
        try:
            said = side.recv(_BYTES)
            if said and side not in connection.dead:
                connection.sides[side].sendall(said)
        except OSError:
            said = b""
        if not said:
            # A line on which things get lost does not tell the other side that one has gone.
            if connection.dead:
                side.close()
                connection.sides.pop(side)
            if not connection.dead or not connection.sides:
                self._connections.remove(connection)
                connection.close()
