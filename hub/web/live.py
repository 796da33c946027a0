"""The live stream: journal lines go from the engine's thread to every open screen, encoded once, as server-sent events.

Ids are journal numbers. A screen that comes back names the last one it saw and gets everything since: from memory when it was
away for a moment, from the store when for longer, and `reset` when the store no longer has it.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import cast

from starlette.responses import StreamingResponse
from starlette.types import Send

from hub.core.alerts import Alert
from hub.store.queries import Queries
from hub.store.store import JournalLine
from hub.web.hub import Hub
from hub.web.settings import WebSettings
from hub.web.views import Views

log = logging.getLogger(__name__)

BACKLOG_CHUNK = 500
RECONNECT_AFTER_MS = 1000


class _Client:
    """One open screen: what it still has to be sent, and how to cut it off."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._something = asyncio.Event()
        self.cut: Callable[[], None] = lambda: None
        self.ended = False

    def offer(self, number: int, frame: bytes) -> bool:
        """Queue a frame; False when this screen is too far behind."""
        if len(self._waiting) >= self._limit:
            return False
        self._waiting.append((number, frame))
        self._something.set()
        return True

    def end(self) -> None:
        self.ended = True
        self._something.set()

    async def take(self, after: int, within: timedelta) -> tuple[int, bytes]:
        """All frames that wait, joined, without those up to `after`; empty bytes when none came `within` the time."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self._something.wait()
        except TimeoutError:
            return after, b""
        self._something.clear()
        frames = [(number, frame) for number, frame in self._waiting if number > after]
        self._waiting.clear()
        return (frames[-1][0] if frames else after), b"".join(frame for _, frame in frames)


class LiveStream:
    """All open screens. Belongs to the event loop; only `_from_engine` is called in another thread."""

    def __init__(self, hub: Hub, queries: Queries, views: Views, settings: WebSettings) -> None:
        self._hub = hub
        self._queries = queries
        self._views = views
        self._settings = settings
        self._clients: set[_Client] = set()
        self._recent: deque[tuple[int, bytes]] = deque(maxlen=settings.stream_memory)
        self._unpublished: list[JournalLine] = []
        self._newest = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._encoded_alert: tuple[Alert, bytes] | None = None
        self.cut_off = 0
        """How many screens were too slow so far."""

    @property
    def clients(self) -> int:
        return len(self._clients)

    async def start(self) -> None:
        """Begin to listen to the engine. What is committed meanwhile is not lost: numbers decide, not the order of arrival."""
        self._loop = asyncio.get_running_loop()
        self._unsubscribe = self._hub.subscribe(self._from_engine)
        kept = await asyncio.to_thread(self._queries.journal_range)
        self._newest = max(self._newest, kept.newest)

    def close(self) -> None:
        """End every stream, so that the server can stop; screens reconnect to the next process. Thread safe."""
        self._stop_listening()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_all)

    def _end_all(self) -> None:
        for client in self._clients:
            client.end()

    def _stop_listening(self) -> None:
        stop, self._unsubscribe = self._unsubscribe, lambda: None
        stop()

    def _from_engine(self, lines: Sequence[JournalLine]) -> None:
        try:
            cast(asyncio.AbstractEventLoop, self._loop).call_soon_threadsafe(self._publish, lines)
        except RuntimeError:
            # The server's loop has ended; the engine goes on without screens.
            self._stop_listening()

    def _publish(self, lines: Sequence[JournalLine]) -> None:
        """The first line goes out before the others are encoded: it says that there is an alert, they say what follows."""
        if self._unpublished:
            self._unpublished.extend(lines)
        else:
            self._unpublished.extend(lines[1:])
            self._publish_now(lines[:1])
            if self._unpublished:
                cast(asyncio.AbstractEventLoop, self._loop).call_soon(self._publish_rest)

    def _publish_rest(self) -> None:
        lines, self._unpublished = self._unpublished, []
        self._publish_now(lines)

    def _publish_now(self, lines: Sequence[JournalLine]) -> None:
        slow: list[_Client] = []
        for line in lines:
            frame = self._encode(line)
            self._recent.append((line.number, frame))
            self._newest = max(self._newest, line.number)
            slow.extend(client for client in self._clients if not client.offer(line.number, frame))
        for client in dict.fromkeys(slow):
            self._clients.discard(client)
            self.cut_off += 1
            log.warning(
                "a screen was too slow for the live stream and is cut off; it will reconnect and resume"
            )
            client.cut()

    def _encode(self, line: JournalLine) -> bytes:
        event = self._views.stream_event(line.number, line.entry, None, line.request)
        data = event.model_dump_json(exclude={"alert"}).encode()
        if line.alert is not None:
            data = data[:-1] + b',"alert":' + self._alert_json(line.alert) + b"}"
        return b"id: %d\nevent: journal\ndata: %s\n\n" % (line.number, data)

    def _alert_json(self, alert: Alert) -> bytes:
        """A step writes several lines about the same alert: it is encoded once for all of them."""
        if self._encoded_alert is None or self._encoded_alert[0] is not alert:
            self._encoded_alert = (alert, self._views.alert(alert).model_dump_json().encode())
        return self._encoded_alert[1]

    def response(self, after: int | None, still_valid: Callable[[], Awaitable[bool]]) -> StreamingResponse:
        """The stream from the line after `after` on, or from now on. `still_valid` is asked with every heartbeat."""
        return _LiveResponse(self, _Client(self._settings.stream_queue), after, still_valid)

    async def events(
        self, client: _Client, after: int | None, still_valid: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[bytes]:
        self._clients.add(client)
        try:
            yield b"retry: %d\n\n" % RECONNECT_AFTER_MS
            sent = self._newest if after is None else after
            yield self._hello(sent)
            if after is not None:
                async for number, frames in self._backlog(after):
                    sent = number
                    yield frames
            while not client.ended:
                sent, frames = await client.take(sent, self._settings.heartbeat_every)
                if frames:
                    yield frames
                elif not client.ended:
                    if not await still_valid():
                        return
                    yield b": %s\n\n" % self._hub.now().isoformat().encode()
        finally:
            self._clients.discard(client)

    def _hello(self, number: int) -> bytes:
        data = {"cell": self._hub.cell, "now": self._hub.now().isoformat(), "number": number}
        return b"event: hello\ndata: %s\n\n" % json.dumps(data).encode()

    async def _backlog(self, after: int) -> AsyncIterator[tuple[int, bytes]]:
        """Everything after `after` that was published before this screen came."""
        if after > self._newest:
            # A number from another store's life: nothing here continues it.
            yield self._newest, self._reset()
            return
        while after < self._newest and not (self._recent and self._recent[0][0] <= after + 1):
            lines = await asyncio.to_thread(self._queries.journal_after, after, BACKLOG_CHUNK)
            if lines is None:
                yield self._newest, self._reset()
                return
            if not lines:
                return
            after = lines[-1].number
            yield after, b"".join(self._encode(line) for line in lines)
        frames = [(number, frame) for number, frame in self._recent if number > after]
        if frames:
            yield frames[-1][0], b"".join(frame for _, frame in frames)

    def _reset(self) -> bytes:
        return b'id: %d\nevent: reset\ndata: {"number":%d}\n\n' % (self._newest, self._newest)


class _LiveResponse(StreamingResponse):
    """A streaming response that can be ended from outside while it waits for a screen that does not read."""

    def __init__(
        self, live: LiveStream, client: _Client, after: int | None, still_valid: Callable[[], Awaitable[bool]]
    ) -> None:
        super().__init__(
            live.events(client, after, still_valid),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )
        self._client = client

    async def stream_response(self, send: Send) -> None:
        try:
            async with asyncio.timeout(None) as limit:
                self._client.cut = lambda: limit.reschedule(asyncio.get_running_loop().time())
                await super().stream_response(send)
        except TimeoutError:
            return
