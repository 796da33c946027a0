"""Floods against the whole hub on a real broker: how long a press of another home takes to the console, and what stays."""

import resource
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.core.alerts import Alert, AlertKind
from hub.core.reasons import ReasonCode
from hub.store.queries import Queries
from tests.benchmarks.latency import running
from tests.benchmarks.measurement import program
from tests.benchmarks.publisher import Publisher
from tests.benchmarks.screens import Screens
from tests.benchmarks.street import Devices, Place, home_ids, prepare
from tests.servers import MosquittoServer
from tests.soak.flooder import RECONNECTING
from tests.soak.flooder import SORTS as OF_MESSAGES

SORTS = (*OF_MESSAGES, "huge", "reconnect")
ALL_OF_IT_S = 50
"""A queue given back is given back whole, however slow the machine."""
PER_SECOND = 5_000
"""Of one mad device; a queue given back comes as fast as the broker takes it."""
HOMES = RECONNECTING + 200
"""Those beyond the ones that come back at once press."""


@dataclass(frozen=True, slots=True)
class Flooded:
    """What was measured in one flood: how long each press of another home took to the console, and how much the mad one sent."""

    sort: str
    press_ms: tuple[float, ...]
    sent: int
    seconds: float

    @property
    def slowest_ms(self) -> float:
        return max(self.press_ms)

    @property
    def per_second(self) -> float:
        return self.sent / self.seconds


class Flooding:
    """A running hub with its broker, one console, and buttons that nobody pressed yet."""

    def __init__(self, server: MosquittoServer, place: Place, buttons: Publisher, screens: Screens) -> None:
        self.place = place
        self.pressed: list[str] = []
        self._server = server
        self._buttons = buttons
        self._screens = screens
        self._devices = Devices(place.cell, place.homes)
        self._waiting = iter(home_ids(place.homes)[RECONNECTING:])

    def press(self) -> float:
        """The button of a home that has not pressed before; how many ms until the console shows it."""
        home = next(self._waiting)
        topic, payload = self._devices.call(home, f"press-{home}")
        began = time.perf_counter()
        self._buttons.publish(topic, payload)
        (seen_at,) = self._screens.wait(home)
        self.pressed.append(home)
        return (seen_at - began) * 1000

    def flood(self, sort: str, presses: int, seconds: float, per_second: float = PER_SECOND) -> Flooded:
        """Presses all through the flood; `per_second` 0 is as fast as the broker takes messages."""
        where = [self._server.host, str(self._server.port), self.place.cell, sort]
        where += [str(ALL_OF_IT_S), "0"] if sort == "backlog" else [str(seconds), str(per_second)]
        flooder = program("tests.soak.flooder", *where, stdout=subprocess.PIPE)
        try:
            assert flooder.stdout is not None
            assert flooder.stdout.readline() == b"begins\n"
            began = time.perf_counter()
            found = []
            for number in range(presses):
                time.sleep(max(began + (number + 1) * seconds / (presses + 1) - time.perf_counter(), 0))
                found.append(self.press())
            output, _ = flooder.communicate(timeout=60)
            return Flooded(sort, tuple(found), int(output), time.perf_counter() - began)
        finally:
            flooder.kill()
            flooder.wait()

    def alerts(self, kind: AlertKind) -> list[Alert]:
        with Queries(self.place.store) as queries:
            return queries.list_alerts(kinds=[kind], limit=1000)

    def kept(self, topic: str) -> int:
        """How many messages of a topic stand in the input log."""
        with closing(sqlite3.connect(self.place.store)) as database:
            ((found,),) = database.execute("SELECT count(*) FROM input_log WHERE topic = ?", (topic,))
        return int(found)

    def told(self) -> list[Alert]:
        """The technical alerts about floods."""
        found = self.alerts(AlertKind.TECHNICAL)
        return [alert for alert in found if alert.reason.code == ReasonCode.FLOODING]


@contextmanager
def flooding(folder: Path) -> Iterator[Flooding]:
    """A district, its broker and its hub in processes of their own."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with MosquittoServer(folder / "broker") as server:
        place = prepare(folder / "hub", "flood", HOMES, server.host, server.port)
        with running(place), Publisher(server.host, server.port, "buttons") as buttons:
            screens = Screens(place.web_port)
            try:
                yield Flooding(server, place, buttons, screens)
            finally:
                screens.close()
