"""The live stream: journal lines go from the engine's thread to every open screen, encoded once, as server-sent events.

Ids are journal numbers. A screen that comes back names the last one it saw and gets everything since: from memory when it was
away for a moment, from the store when for longer, and `reset` when the store no longer has it. A log-in with a scope gets the
lines of its homes only: its numbers jump. When its homes change, `reset` says so.
"""

import asyncio
import hashlib
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from starlette.responses import StreamingResponse
from starlette.types import Send

from hub.core.alerts import Alert
from hub.store.queries import Queries
from hub.store.store import JournalLine
from hub.web.guard import User
from hub.web.hub import Hub
from hub.web.reach import Visibility, took_part
from hub.web.settings import WebSettings
from hub.web.views import Views

log = logging.getLogger(__name__)

BACKLOG_CHUNK = 500
RECONNECT_AFTER_MS = 1000


Homes = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class _Frame:
    """An encoded line, and what decides who gets it: its home, and who was asked about its alert."""

    number: int
    home_id: str
    people: frozenset[str | None]
    encoded: bytes

    def is_for(self, user: User, homes: Homes) -> bool:
        return homes is None or self.home_id in homes or user.person_id in self.people


class _Client:
    """One open screen: whose it is, what it still has to be sent, and how to cut it off."""

    def __init__(self, limit: int, user: User) -> None:
        self._limit = limit
        self.user = user
        self.homes: Homes = None
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._something = asyncio.Event()
        self.cut: Callable[[], None] = lambda: None
        self._ended = False

    def offer(self, number: int, frame: bytes) -> bool:
        """Queue a frame; False when this screen is too far behind."""
        if len(self._waiting) >= self._limit:
            return False
        self._waiting.append((number, frame))
        self._something.set()
        return True

    def end(self) -> None:
        self._ended = True
        self._something.set()

    def has_ended(self) -> bool:
        return self._ended

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

    def __init__(
        self, hub: Hub, queries: Queries, views: Views, settings: WebSettings, visibility: Visibility
    ) -> None:
        self._hub = hub
        self._visibility = visibility
        self._queries = queries
        self._views = views
        self._settings = settings
        self._clients: set[_Client] = set()
        self._recent: deque[_Frame] = deque(maxlen=settings.stream_memory)
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
            try:
                self._publish_now(lines[:1])
            finally:
                self._unpublished.extend(lines[1:])
                if self._unpublished:
                    # After the screens, which the first line has just woken.
                    cast(asyncio.AbstractEventLoop, self._loop).call_soon(self._publish_rest)

    def _publish_rest(self) -> None:
        lines, self._unpublished = self._unpublished, []
        self._publish_now(lines)

    def _publish_now(self, lines: Sequence[JournalLine]) -> None:
        slow = [client for client in self._clients if lines and not self._follow(client, lines[0].number)]
        for line in lines:
            frame = self._frame(line)
            self._recent.append(frame)
            self._newest = max(self._newest, line.number)
            slow.extend(
                client
                for client in self._clients
                if frame.is_for(client.user, client.homes) and not client.offer(line.number, frame.encoded)
            )
        for client in dict.fromkeys(slow):
            self._clients.discard(client)
            self.cut_off += 1
            log.warning(
                "a screen was too slow for the live stream and is cut off; it will reconnect and resume"
            )
            client.cut()

    def _follow(self, client: _Client, number: int) -> bool:
        """Before line `number`: when this screen's homes have changed, it reads everything anew. False: too far behind, or nobody
        can say what it may see; it comes back and asks."""
        try:
            before, client.homes = client.homes, self._visibility.homes(client.user)
        except Exception:
            log.exception("what a screen may see cannot be found")
            return False
        return client.homes is before or client.offer(number, _reset(number - 1, client.homes))

    def _frame(self, line: JournalLine) -> _Frame:
        """The line as screens get it. One that cannot be shown must not end the stream: screens read everything anew instead."""
        try:
            return self._encode(line)
        except Exception:
            log.exception("journal line %d cannot be shown", line.number)
            return _Frame(line.number, line.entry.home_id, frozenset(), _reset(line.number, None))

    def _encode(self, line: JournalLine) -> _Frame:
        event = self._views.stream_event(line.number, line.entry, None, line.request)
        data = event.model_dump_json(exclude={"alert"}).encode()
        if line.alert is not None:
            data = data[:-1] + b',"alert":' + self._alert_json(line.alert) + b"}"
        encoded = b"id: %d\nevent: journal\ndata: %s\n\n" % (line.number, data)
        people = took_part(line.alert) if line.alert is not None else frozenset()
        return _Frame(line.number, line.entry.home_id, people, encoded)

    def _alert_json(self, alert: Alert) -> bytes:
        """A step writes several lines about the same alert: it is encoded once for all of them."""
        if self._encoded_alert is None or self._encoded_alert[0] is not alert:
            self._encoded_alert = (alert, self._views.alert(alert).model_dump_json().encode())
        return self._encoded_alert[1]

    def end_of(self, login: str) -> None:
        """What this log-in may see has changed: its screens come back and are asked anew who they are."""
        for client in self._clients:
            if client.user.login == login:
                client.end()

    def response(
        self, user: User, after: int | None, still_valid: Callable[[], Awaitable[bool]]
    ) -> StreamingResponse:
        """The stream from the line after `after` on, or from now on. `still_valid` is asked with every heartbeat."""
        return _LiveResponse(self, _Client(self._settings.stream_queue, user), after, still_valid)

    async def events(
        self, client: _Client, after: int | None, still_valid: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[bytes]:
        client.homes = self._visibility.homes(client.user)
        self._clients.add(client)
        clock = asyncio.get_running_loop().time
        every_s = self._settings.heartbeat_every.total_seconds()
        try:
            yield b"retry: %d\n\n" % RECONNECT_AFTER_MS
            sent = self._newest if after is None else after
            yield self._hello(sent, client.homes)
            if after is not None:
                async for number, frames in self._backlog(client, after):
                    sent = number
                    yield frames
            asked_at = clock()
            while not client.has_ended():
                # What is left out for this screen is behind it too, once all that waits has been taken.
                passed = self._newest
                sent, frames = await client.take(sent, self._settings.heartbeat_every)
                if frames:
                    yield frames
                    if clock() - asked_at < every_s:
                        continue
                asked_at = clock()
                if client.has_ended() or not await still_valid():
                    return
                homes = self._visibility.homes(client.user)
                if homes is not client.homes:
                    client.homes = homes
                    yield _reset(sent, homes)
                if not frames:
                    sent = max(sent, passed)
                    yield self._heartbeat(sent, client.homes)
        finally:
            self._clients.discard(client)

    def _heartbeat(self, number: int, homes: Homes) -> bytes:
        """A comment. With a scope it names its number as well: what came up to there was not for this screen."""
        reached = b"" if homes is None else b"id: %d\n" % number
        return b"%s: %s\n\n" % (reached, self._hub.now().isoformat().encode())

    def _hello(self, number: int, homes: Homes) -> bytes:
        data = {
            "cell": self._hub.cell,
            "now": self._hub.now().isoformat(),
            "number": number,
            "scope": _digest(homes),
        }
        return b"event: hello\ndata: %s\n\n" % json.dumps(data).encode()

    async def _backlog(self, client: _Client, after: int) -> AsyncIterator[tuple[int, bytes]]:
        """Everything after `after` that was published before this screen came, and is for it."""

        def joined(frames: Iterable[_Frame]) -> bytes:
            return b"".join(frame.encoded for frame in frames if frame.is_for(client.user, client.homes))

        if after > self._newest:
            # A number from another store's life: nothing here continues it.
            yield self._newest, _reset(self._newest, client.homes)
            return
        while after < self._newest and not (self._recent and self._recent[0].number <= after + 1):
            lines = await asyncio.to_thread(self._queries.journal_after, after, BACKLOG_CHUNK)
            if lines is None:
                yield self._newest, _reset(self._newest, client.homes)
                return
            if not lines:
                return
            after = lines[-1].number
            yield after, joined([self._frame(line) for line in lines])
        frames = [frame for frame in self._recent if frame.number > after]
        if frames:
            yield frames[-1].number, joined(frames)


def _reset(number: int, homes: Homes) -> bytes:
    data = {"number": number, "scope": _digest(homes)}
    return b"id: %d\nevent: reset\ndata: %s\n\n" % (number, json.dumps(data).encode())


def _digest(homes: Homes) -> str | None:
    """By which a screen that comes back notices that its homes have changed meanwhile."""
    if homes is None:
        return None
    return hashlib.blake2b("\n".join(sorted(homes)).encode(), digest_size=8).hexdigest()


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
