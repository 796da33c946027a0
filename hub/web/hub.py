"""What the web needs of the running hub: the surface of the engine, and the words for a hub that does not answer."""

import asyncio
import concurrent.futures
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from hub.core.context import Context
from hub.core.events import Command
from hub.core.home import Home
from hub.core.outcome import Result
from hub.store.store import Connection, JournalLine

T = TypeVar("T")

ANSWER_WITHIN_S = 10.0
"""A command that the engine has not finished by then is reported as unknown, never as done."""


class Health(Protocol):
    """How the hub is. `problems` are (code, detail) pairs, empty when `ready`; `notices` are such pairs of what is over, or a
    choice, and still to be told; every number in its other fields becomes a metric, so none of them may hold a name, an
    address or a reading."""

    @property
    def ready(self) -> bool: ...

    @property
    def problems(self) -> Sequence[tuple[str, str]]: ...

    @property
    def notices(self) -> Sequence[tuple[str, str]]: ...


class Hub(Protocol):
    """The engine as the web sees it. Every method may be called from any thread."""

    @property
    def cell(self) -> str: ...

    def submit(self, command: Command) -> concurrent.futures.Future[Result]: ...

    def write(self, fn: Callable[[Connection], T]) -> concurrent.futures.Future[T]: ...

    def home(self, home_id: str) -> Home | None: ...

    def homes(self) -> Mapping[str, Home]: ...

    def context(self) -> Context: ...

    def now(self) -> datetime: ...

    def subscribe(self, listener: Callable[[Sequence[JournalLine]], None]) -> Callable[[], None]: ...

    def health(self) -> Health: ...


async def answer(future: concurrent.futures.Future[T]) -> T:
    """Wait for the engine without holding up the event loop; raises TimeoutError after `ANSWER_WITHIN_S`.

    The future is shielded: a client that hangs up does not take back a command that may already be in a batch.
    """
    return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), ANSWER_WITHIN_S)
