"""One life of the hub's process: the real engine, store, sender and acknowledgements; it dies where and when it is told to."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from firmware_contracts.topics import Address
from hub.clock import Anchor, HubClock
from hub.core.context import Context
from hub.core.home import Home
from hub.core.notifications import Heard, Notification
from hub.engine.engine import Engine
from hub.engine.health import EngineSettings
from hub.ingest.message import RawMessage, SessionName
from hub.ingest.mqtt import MqttSettings, Sessions
from hub.notify.channel import Channel
from hub.notify.home import HomeChannel, encode, heard_command
from hub.notify.sender import Sender
from hub.store import clock_doubt
from hub.store.store import Batch, JournalLine, Store
from tests.simulation.broker import SimulatedBroker
from tests.simulation.watch import Violation
from tests.story import CELL, VirtualTime

SETTINGS = EngineSettings()


class Crash(BaseException):
    """The process dies here."""


class Death(StrEnum):
    """Where in a commit the process dies."""

    BEFORE = "before"
    INSIDE = "inside"
    AT = "at"
    AFTER = "after"
    BEFORE_HEARD = "before heard"


class Trouble(StrEnum):
    """What the database says."""

    BUSY = "database is locked"
    FULL = "database or disk is full"
    FAILS = "disk I/O error"


_CODES = {
    Trouble.BUSY: sqlite3.SQLITE_BUSY,
    Trouble.FULL: sqlite3.SQLITE_FULL,
    Trouble.FAILS: sqlite3.SQLITE_IOERR,
}


@dataclass(slots=True)
class Weather:
    """What happens to the store and the process; it outlives a process."""

    trouble: Trouble | None = None
    death: Death | None = None
    statement: int = 0


class Observer(Protocol):
    """Who watches: told of what counts at the moment it counts."""

    def committed(self, batch: Batch, lines: Sequence[JournalLine]) -> None: ...

    def heard(self, heard: Heard) -> None: ...


class _FakeWire:
    """The broker's side of one connection, under the hub's own `Session.acknowledge`."""

    def __init__(self, broker: SimulatedBroker, name: SessionName, connection: int) -> None:
        self.connection = connection
        self._broker = broker
        self._name = name

    def acknowledge(self, packets: bytes) -> bool:
        self._broker.acknowledge(self._name, packets, self.connection)
        return True


class Process:
    """Opens the store and recovers; raises StoreError where a real process would not start. `weather` is shared by all lives."""

    def __init__(
        self,
        path: Path,
        time: VirtualTime,
        context: Callable[[], Context],
        broker: SimulatedBroker,
        channels: dict[str, Channel],
        speak: Callable[[str, bytes], bool],
        weather: Weather,
        observer: Observer,
        anchor: Anchor | None,
    ) -> None:
        self._broker = broker
        self._speak = speak
        self._weather = weather
        self._observer = observer
        self.store = Store.open(path, CELL)
        try:
            self._watch_statements()
            kept = self.store.write(clock_doubt.load)
            self.clock = HubClock(self.store.load_hub_time(), time.wall, time.monotonic, kept, anchor)
            self.engine = Engine(self.store, self.clock, context(), CELL, SETTINGS, time.monotonic)
            self._watch_commits()
            home = HomeChannel(CELL, lambda topic, payload, _: speak(topic, payload))
            self.sender = Sender(
                {**channels, "home": home}, self.engine.gate.may_start, self.engine.report, self.clock.now
            )
            self.sessions = Sessions(MqttSettings(), CELL, self.engine.offer)
            self.engine.use(self)
            for waiting in self.engine.recover():
                self.sender.enqueue([waiting.notification], waiting.attempts, waiting.next_attempt_at)
        except BaseException:
            self.store.close()
            if hasattr(self, "sessions"):
                self.sessions.stop()
            raise
        self.recovered: dict[str, Home] = dict(self.engine.homes())

    def connect(self) -> None:
        """All sessions that are not connected, as far as the broker is there."""
        for name, session in self.sessions._sessions.items():
            if session.wire is None:
                connection = self._broker.connect(name)
                if connection is not None:
                    session.wire = _FakeWire(self._broker, name, connection)  # type: ignore[assignment]

    def disconnect(self) -> None:
        for name, session in self.sessions._sessions.items():
            session.wire = None
            self._broker.disconnect(name)

    def turn(self) -> bool:
        """Whether engine or senders had anything to do."""
        turned = bool(self.engine.turn())
        return bool(self.sender.run_due(self.clock.now())) or turned

    def die(self) -> None:
        """Nothing but the store survives."""
        self.disconnect()
        self.sessions.stop()
        self.store.close()

    # --- where effects go ---------------------------------------------------------------------------------------------

    def acknowledge(self, messages: Sequence[RawMessage]) -> None:
        self.sessions.acknowledge(messages)

    def say_heard(self, heard: Sequence[Heard]) -> None:
        if self._weather.death is Death.BEFORE_HEARD:
            self._weather.death = None
            raise Crash
        for one in heard:
            self._observer.heard(one)
            self._speak(Address(CELL, one.home_id, one.device_id).cmd, encode(heard_command(one)))

    def send(self, notifications: Sequence[Notification]) -> None:
        self.sender.enqueue(notifications)

    # --- where it breaks ----------------------------------------------------------------------------------------------

    def _watch_statements(self) -> None:
        engine = self.store._connection.engine

        @event.listens_for(engine, "before_cursor_execute")
        def before(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
            weather = self._weather
            begins = statement.startswith("BEGIN")
            writes = statement.startswith(("INSERT", "UPDATE", "DELETE", "WITH"))
            if weather.trouble is Trouble.BUSY and begins:
                raise _error(weather.trouble, statement)
            if writes and weather.trouble in (Trouble.FULL, Trouble.FAILS):
                raise _error(weather.trouble, statement)
            if writes and weather.death is Death.INSIDE:
                if weather.statement <= 0:
                    weather.death = None
                    raise Crash
                weather.statement -= 1

    def _watch_commits(self) -> None:
        weather, real = self._weather, self.store.commit

        def commit(batch: Batch) -> list[JournalLine]:
            for effect in batch.effects:
                if effect.outcome.alerts and self.engine.home(effect.after.id) is effect.after:
                    raise Violation("counts before the commit", f"{effect.after.id}, input {effect.seq}")
            if weather.death is Death.BEFORE:
                weather.death = None
                raise Crash
            if weather.death is Death.AT:
                batch.extra.append(self._die_at_the_end)
            lines = real(batch)
            self._observer.committed(batch, lines)
            if weather.death is Death.AFTER:
                weather.death = None
                raise Crash
            return lines

        self.store.commit = commit  # type: ignore[method-assign]

    def _die_at_the_end(self, _: object) -> None:
        self._weather.death = None
        raise Crash


def _error(trouble: Trouble, statement: str) -> OperationalError:
    said = sqlite3.OperationalError(trouble.value)
    said.sqlite_errorcode = _CODES[trouble]
    return OperationalError(statement, None, said)
