"""Slows down guessing: failed log-ins are counted per log-in and address within a sliding window."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
LIMITS = {"pair": 5, "address": 30, "login": 60}
"""Failures allowed within the window: of one log-in from one address, from one address, of one log-in from anywhere.

The last one is generous: a stranger who guesses from many addresses must not be able to lock the only operator out at night.
"""
_MAX_KEYS = 10_000


class LoginLimit:
    """Counts failures; `now` is hub time. Not thread safe: belongs to the event loop."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], deque[datetime]] = OrderedDict()

    def wait(self, login: str, address: str, now: datetime) -> timedelta:
        """How long this log-in must wait at this address before it may try again; zero when it may."""
        longest = timedelta()
        for key in _keys(login, address):
            failures = self._failures.get(key)
            if failures is None:
                continue
            while failures and failures[0] <= now - WINDOW:
                failures.popleft()
            if len(failures) >= LIMITS[key[0]]:
                longest = max(longest, failures[-LIMITS[key[0]]] + WINDOW - now)
        return longest

    def failed(self, login: str, address: str, now: datetime) -> None:
        """One more wrong password."""
        for key in _keys(login, address):
            self._failures.setdefault(key, deque(maxlen=LIMITS[key[0]])).append(now)
            self._failures.move_to_end(key)
        while len(self._failures) > _MAX_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, login: str, address: str) -> None:
        """The right password: this pair starts anew."""
        self._failures.pop(("pair", f"{login}\n{address}"), None)


def _keys(login: str, address: str) -> tuple[tuple[str, str], ...]:
    return ("pair", f"{login}\n{address}"), ("address", address), ("login", login)
