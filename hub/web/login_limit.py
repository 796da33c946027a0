"""Slows down guessing: wrong passwords are counted per log-in and address within a sliding window.

A right password is never refused for what others did at its address: many people share one (a centre behind one router), and so
does whoever guesses there. A guess still costs: from an address with many wrong ones it waits for its turn.
"""

import asyncio
import ipaddress
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
LIMITS = {"pair": 5, "address": 30, "login": 60}
"""Wrong passwords within the window: of one log-in from one address, from one address, of one log-in from anywhere.

Beyond the first and the last a try is refused; the last one is generous, and does not count where the log-in was used before: a
stranger who guesses from many addresses must not be able to lock the only operator out at night. Beyond the second tries are made
one after the other, see `Turns`.
"""
TURN_EVERY_S = 0.5
TURNS_WAITING = 40
_MAX_KEYS = 40_000
"""More than can be tried within the window, so that nothing counted is pushed out by trying."""
_MAX_USED = 10_000
_REMEMBERED = 1000

Key = tuple[str, str]


class LoginLimit:
    """Counts failures; `now` is hub time. Not thread safe: belongs to the event loop."""

    def __init__(self) -> None:
        self._failures: OrderedDict[Key, deque[datetime]] = OrderedDict()
        self._used: OrderedDict[str, None] = OrderedDict()

    def wait(self, login: str, address: str, now: datetime) -> timedelta:
        """How long this log-in must wait at this address before it may try again; zero when it may."""
        pair, _, login_key = _keys(login, address)
        counted = [pair] if pair[1] in self._used else [pair, login_key]
        return max(self._over(key, now) for key in counted)

    def is_crowded(self, login: str, address: str, now: datetime) -> bool:
        """Whether a try has to wait for its turn: too many wrong ones from this address, where this log-in was never used."""
        pair, address_key, _ = _keys(login, address)
        return pair[1] not in self._used and self._over(address_key, now) > timedelta()

    def begun(self, login: str, address: str, now: datetime) -> None:
        """A try, counted as a wrong one until it is known: many sent at once do not slip through together."""
        for key in _keys(login, address):
            self._failures.setdefault(key, deque(maxlen=_REMEMBERED)).append(now)
            self._failures.move_to_end(key)
        while len(self._failures) > _MAX_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, login: str, address: str, begun_at: datetime) -> None:
        """The right password: this try counts nowhere, and this pair starts anew."""
        pair, *others = _keys(login, address)
        self._failures.pop(pair, None)
        for key in others:
            self._take_back(key, begun_at)
        self._used[pair[1]] = None
        self._used.move_to_end(pair[1])
        while len(self._used) > _MAX_USED:
            self._used.popitem(last=False)

    def not_tried(self, login: str, address: str, begun_at: datetime) -> None:
        """The try was given up before the password was looked at."""
        for key in _keys(login, address):
            self._take_back(key, begun_at)

    def _take_back(self, key: Key, begun_at: datetime) -> None:
        failures = self._failures.get(key)
        if failures is not None and begun_at in failures:
            failures.remove(begun_at)
            if not failures:
                del self._failures[key]

    def _over(self, key: Key, now: datetime) -> timedelta:
        failures = self._failures.get(key, deque())
        while failures and failures[0] <= now - WINDOW:
            failures.popleft()
        limit = LIMITS[key[0]]
        return failures[-limit] + WINDOW - now if len(failures) >= limit else timedelta()


class TooManyWaiting(Exception):
    """More tries than can be made soon."""


class Turns:
    """One try after the other, `every_s` apart, for each address that has them."""

    def __init__(self, every_s: float = TURN_EVERY_S, waiting_at_most: int = TURNS_WAITING) -> None:
        self._every_s = every_s
        self._at_most = waiting_at_most
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting: dict[str, int] = {}

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Waits for it. Raises TooManyWaiting."""
        place = network(address)
        waiting = self._waiting.get(place, 0)
        if waiting >= self._at_most:
            raise TooManyWaiting
        self._waiting[place] = waiting + 1
        lock = self._locks.setdefault(place, asyncio.Lock())
        try:
            async with lock:
                await asyncio.sleep(self._every_s)
                yield
        finally:
            self._waiting[place] -= 1
            if not self._waiting[place]:
                del self._waiting[place], self._locks[place]


def network(address: str) -> str:
    """What counts as one address: of IPv6 the 64 bits that a connection is given whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


def _keys(login: str, address: str) -> tuple[Key, Key, Key]:
    place = network(address)
    return ("pair", f"{login}\n{place}"), ("address", place), ("login", login)
