"""The outside heartbeat: somebody elsewhere hears that the whole chain works, and misses it when it does not.

A hub that is dead cannot say so; whoever waits for its heartbeat can. It goes to the URL of a watching service (one that alarms
when nothing came) and, as a kept message, to a topic of the broker. It says nothing about anybody.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.ingest.mqtt import Published

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 10.0
TOPIC = "care-hub/v1/{cell}/alive"
"""Beside the topics of homes and devices: no device may write it."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One of them: the `number` counts from the hub's start, `at` is the wall clock."""

    cell: str
    number: int
    at: datetime
    every_s: float


class HeartbeatFailed(Exception):
    """It was not taken; says why, without the URL."""


Way = Callable[[Beat], None]
"""Where a beat goes; raises HeartbeatFailed."""


@dataclass(frozen=True, slots=True)
class WayState:
    """`sent_at`: the last that was taken. `problem`: why the newest was not."""

    sent_at: datetime | None = None
    problem: str | None = None


def to_url(url: str) -> Way:
    """A watching service: any answer from 200 to 299 counts. The URL is a secret: it never stands in a log."""

    def call(beat: Beat) -> None:
        import httpx

        logging.getLogger("httpx").setLevel(logging.WARNING)
        try:
            with httpx.Client(timeout=ANSWER_WITHIN_S, trust_env=False, follow_redirects=False) as client:
                status = client.get(url).status_code
        except httpx.TransportError as error:
            raise HeartbeatFailed(f"not reached: {type(error).__name__}") from None
        if not 200 <= status < 300:
            raise HeartbeatFailed(f"HTTP {status}")

    return call


def to_broker(publish: Callable[..., Published]) -> Way:
    """Kept by the broker: whoever asks hears the last one, and by `at` and `every_s` whether it is too old."""

    def say(beat: Beat) -> None:
        text = json.dumps({"v": 1, "number": beat.number, "at": beat.at.isoformat(), "every_s": beat.every_s})
        done = publish(TOPIC.format(cell=beat.cell), text.encode(), 1, retain=True)
        if done is not Published.ACCEPTED:
            raise HeartbeatFailed(f"the broker has not taken it: {done.value}")

    return say


class Heartbeat:
    """Beats on every way while `why_not` says nothing. Each way has a thread: one that hangs holds up no other."""

    def __init__(
        self,
        cell: str,
        every_s: float,
        ways: Mapping[str, Way],
        why_not: Callable[[], str | None],
        wall: Callable[[], datetime],
    ) -> None:
        self._cell = cell
        self.every_s = every_s
        self._ways = dict(ways)
        self._why_not = why_not
        self._wall = wall
        self._numbers = dict.fromkeys(self._ways, 0)
        self._states = dict.fromkeys(self._ways, WayState())
        self._withheld: str | None = None

    def start(self, ending: threading.Event) -> None:
        """Beat until `ending` is set."""
        for way in self._ways:
            threading.Thread(
                target=self._run, args=(way, ending), name=f"heartbeat-{way}", daemon=True
            ).start()

    def beat(self, way: str) -> None:
        """One beat, unless there is a reason not to."""
        why_not = self._why_not()
        if why_not != self._withheld:
            if why_not is not None:
                log.error("the outside heartbeat is withheld: %s", why_not)
            else:
                log.info("the outside heartbeat goes on")
            self._withheld = why_not
        if why_not is not None:
            return
        before = self._states[way]
        self._numbers[way] += 1
        at = self._wall()
        try:
            self._ways[way](Beat(self._cell, self._numbers[way], at, self.every_s))
        except Exception as error:  # noqa: BLE001  (its words, and a traceback's, may hold the URL)
            problem = str(error) if isinstance(error, HeartbeatFailed) else type(error).__name__
            if before.problem is None:
                log.warning("the outside heartbeat (%s) was not taken: %s", way, problem)
            self._states[way] = WayState(before.sent_at, problem)
        else:
            if before.problem is not None:
                log.info("the outside heartbeat (%s) is taken again", way)
            self._states[way] = WayState(at)

    @property
    def withheld(self) -> str | None:
        """Why nothing goes out now."""
        return self._withheld

    def states(self) -> Mapping[str, WayState]:
        """How each way stands; empty where none is set up."""
        return dict(self._states)

    def _run(self, way: str, ending: threading.Event) -> None:
        while not ending.wait(self.every_s):
            self.beat(way)
