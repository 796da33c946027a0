"""A village on a virtual clock: homes of `device_sim`, the real engine with real SQLite and the settings that ship, retention in
its turn, and people who answer. What grows, and what it costs, is measured on it."""

import itertools
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from device_sim.deeds import Press
from device_sim.devices import NativeDevice
from device_sim.spec import DeviceKind as SimulatedKind
from device_sim.spec import FleetSpec, HomeSpec, synthesise
from device_sim.world import Published, World
from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import URGENT_KINDS, CallAction
from hub.clock import HubClock
from hub.config.sections import EngineSection, RetentionSection
from hub.core.alerts import AlertKind, Role, WhatItWas, WhatWasDone
from hub.core.events import Acknowledge, ArriveOnSite, Command, GoOnTheWay, Resolve, SetProfile
from hub.core.home import Device, DeviceKind, Profile, Resident
from hub.core.notifications import Heard, Notification, Template
from hub.engine.engine import Engine
from hub.engine.health import EngineSettings
from hub.ingest.message import RawMessage, SessionName
from hub.notify.channel import Attempt, Channel, Sent
from hub.notify.home import HomeChannel, encode, heard_command
from hub.notify.sender import Sender
from hub.store.store import Retention, Store
from tests.story import CONFIG, SYSTEM, TUESDAY_MORNING, VirtualTime, actor, story_context

CELL = "village"
HOUSEKEEPING_EVERY = timedelta(minutes=10)
"""As `app` does it."""
PEOPLE = {
    Role.BUTLER: ("butler-wang",),
    Role.DEPUTY: ("deputy-zhou",),
    Role.CONTACT: ("daughter-li",),
    Role.PROPERTY_GUARD: ("guard-hu",),
}


def shipped(name: str) -> tuple[EngineSettings, Retention]:
    """What a settings file of `config/` says of the engine and of how long things are kept."""
    said = tomllib.loads((CONFIG / name).read_text(encoding="utf-8"))
    engine = EngineSection(**said.get("engine", {}))
    keep = RetentionSection(**said.get("retention", {}))
    return (
        EngineSettings(**{one.name: getattr(engine, one.name) for one in fields(EngineSettings)}),
        Retention(
            **{one.name: timedelta(days=getattr(keep, f"{one.name}_days")) for one in fields(Retention)}
        ),
    )


def homes(count: int, whole: int) -> FleetSpec:
    """So many homes of one elder each, of which `whole` have the whole kit of an adapted home (75 messages an hour), the others
    what an elder who lives alone gets (37)."""
    made = synthesise(3 * count, CELL).homes
    full, small = made[0::3][:whole], made[1::3][: count - whole]
    return FleetSpec(cell=CELL, homes=(*full, *small))


def profile(home: HomeSpec, at: datetime) -> Profile:
    """The home as the directory gives it to the hub."""
    return Profile(
        home.id,
        residents=tuple(Resident(one.id, "某", "某") for one in home.residents),
        devices={
            one.id: Device(
                one.id,
                DeviceKind(one.kind.value),
                at,
                timedelta(hours=25)
                if one.family.value != "native"
                else timedelta(seconds=one.silent_after_s),
                family=one.family.value,
                model=one.model,
                room=one.room,
                wearer_id=one.wearer,
                placement=one.placement,
                speaks=one.can_speak,
            )
            for one in home.devices
        },
        people=PEOPLE,
        centre_id="small-1",
    )


class Answering:
    """The channel to people and the people themselves: every second one asked takes the call after a while, goes there and closes
    it; the others leave it to the next step of the chain."""

    name = "phone"

    def __init__(self, rng: Random, now: Callable[[], datetime]) -> None:
        self.asked = 0
        self.resolved = 0
        self.intended: list[tuple[datetime, int, Command]] = []
        self._rng = rng
        self._now = now
        self._order = itertools.count()
        self._taken: set[str] = set()

    def send(self, notification: Notification, attempt: int) -> Attempt:
        if notification.template is Template.ALERT and notification.person_id is not None:
            self.asked += 1
            if notification.alert_id not in self._taken and self._rng.random() < 0.5:
                self._taken.add(notification.alert_id)
                self._answer(notification.home_id, notification.alert_id, notification.person_id)
        return Sent()

    def _answer(self, home_id: str, alert_id: str, person_id: str) -> None:
        who, at = actor(person_id), self._now()
        for after_s, command in (
            (self._rng.uniform(5, 55), Acknowledge(home_id, alert_id, who)),
            (self._rng.uniform(30, 120), GoOnTheWay(home_id, alert_id, who)),
            (self._rng.uniform(120, 600), ArriveOnSite(home_id, alert_id, who)),
            (
                self._rng.uniform(120, 900),
                Resolve(home_id, alert_id, who, WhatItWas.ILLNESS, WhatWasDone.ON_SITE, at_home_id=home_id),
            ),
        ):
            at += timedelta(seconds=after_s)
            self.intended.append((at, next(self._order), command))
        self.intended.sort()

    def due(self, now: datetime) -> list[Command]:
        ready = [command for at, _, command in self.intended if at <= now]
        self.intended = self.intended[len(ready) :]
        self.resolved += sum(isinstance(one, Resolve) for one in ready)
        return ready


class Village:
    """`live(days)` lets time pass from instant to instant; every message meets the engine when it comes. `hub_s`: seconds that
    the hub itself took, engine, store, senders and retention, without those that the simulated world took; `hub_cpu_s`: of the
    processor, without waiting for the disk or for other programs."""

    def __init__(
        self,
        path: Path,
        spec: FleetSpec,
        settings: str = "gateway.toml",
        *,
        at: datetime = TUESDAY_MORNING,
        together: timedelta = timedelta(),
        presses_a_day: float = 0,
        seed: int = 1,
        after_turn: Callable[[], None] = lambda: None,
    ) -> None:
        self.time = VirtualTime(at)
        self.hub_s = self.hub_cpu_s = 0.0
        self.inputs = 0
        self.presses = 0
        self.heard = 0
        self._pressed: list[str] = []
        self._together = together
        self._rng = Random(f"village/{seed}")
        self._after_turn = after_turn
        self._settings, self._policy = shipped(settings)
        now = self.time.wall()
        self.store = Store.open(path, CELL)
        self.clock = HubClock(self.store.load_hub_time(), self.time.wall, self.time.monotonic)
        self.people = Answering(self._rng, self.clock.now)
        self.engine = Engine(
            self.store, self.clock, story_context(now), CELL, self._settings, self.time.monotonic
        )
        channels: dict[str, Channel] = {"phone": self.people, "home": HomeChannel(CELL, self._speak)}
        self.sender = Sender(channels, self.engine.gate.may_start, self.engine.report, self.clock.now)
        self.engine.use(self)
        self.engine.recover()
        for home in spec.homes:
            self.engine.submit(SetProfile(home.id, SYSTEM, profile(home, now)))
        self._turn()
        self.world = World(spec, started_at=now, seed=seed)
        for home in spec.homes:
            self.world.live(home)
        self._presses = [
            unit
            for unit in self.world.units.values()
            if unit.kind in {SimulatedKind.BUTTON, SimulatedKind.PULL_CORD} and unit.bridge is None
        ]
        self._presses_a_day = presses_a_day
        self._pressed_next = self._next_press()
        self._began = self._house_kept_at = now

    def live(self, days: float) -> None:
        """Let so much time pass."""
        until = self.time.wall() + timedelta(days=days)
        while True:
            self._settle()
            at = min(self._instants(until))
            if at >= until:
                break
            self.time.pass_(max(at - self.time.wall(), timedelta(microseconds=1)))
        self.time.pass_(until - self.time.wall())
        self._settle()

    def unanswered(self) -> int:
        """Presses that the hub does not know, and emergencies that have been open for more than two hours."""
        rows = self.store.write(
            lambda connection: connection.exec_driver_sql("SELECT event_id FROM event_id").all()
        )
        known = " ".join(str(event_id) for (event_id,) in rows)
        lost = sum(event_id not in known for event_id in self._pressed)
        late = sum(
            alert.kind is AlertKind.EMERGENCY_CALL and self.clock.now() - alert.opened_at > timedelta(hours=2)
            for home in self.engine.homes().values()
            for alert in home.alerts.values()
        )
        return lost + late

    def close(self) -> None:
        self.engine.stop()
        self.store.close()

    # --- what the engine speaks to ------------------------------------------------------------------------------------

    def acknowledge(self, messages: Sequence[RawMessage]) -> None:
        pass

    def say_heard(self, heard: Sequence[Heard]) -> None:
        self.heard += len(heard)
        for one in heard:
            self._speak(Address(CELL, one.home_id, one.device_id).cmd, encode(heard_command(one)), 1)

    def send(self, notifications: Sequence[Notification]) -> None:
        self.sender.enqueue(notifications)

    def _speak(self, topic: str, payload: bytes, qos: int) -> bool:
        self.world.deliver(topic, payload)
        return True

    # --- time ---------------------------------------------------------------------------------------------------------

    def _instants(self, until: datetime) -> list[datetime]:
        """What comes next, each on its own clock; they all show the same."""
        now = self.time.wall()
        found = [until, self._house_kept_at + HOUSEKEEPING_EVERY, self._pressed_next]
        inbox, unsaved = self.engine._inbox, self.engine._committed.unsaved
        if inbox._telemetry_held:
            due_s = inbox._telemetry_taken_at_s + inbox._linger_s - self.time.monotonic()
            found.append(now + timedelta(seconds=due_s + 0.001))
        if len(unsaved):
            due_s = max(unsaved._next_save_at_s - self.time.monotonic(), 0)
            found.append(now + timedelta(seconds=due_s + 0.001))
        due = (self._messages_at(), self.engine.next_due_at(), self.sender.next_due_at())
        found.extend(at for at in due if at is not None)
        if self.people.intended:
            found.append(self.people.intended[0][0])
        return found

    def _messages_at(self) -> datetime | None:
        """When the next messages come: each at its instant, or all of a while together."""
        at = self.world.next_at
        if at is None or not self._together:
            return at
        return at + (self._began - at) % self._together

    def _settle(self) -> None:
        now = self.time.wall()
        if now >= self._pressed_next:
            self._press()
        if now >= self._house_kept_at + HOUSEKEEPING_EVERY:
            self._house_kept_at = now
            with self._stopwatch():
                self.store.retain(self.clock.now(), self._policy)
                self.store.give_back()
            self._after_turn()
        messages = [
            self._message(emission) for emission in self.world.advance(now) if isinstance(emission, Published)
        ]
        with self._stopwatch():
            for message in messages:
                self.engine.offer(message)
            for command in self.people.due(now):
                self.engine.submit(command)
            self._turn()

    @contextmanager
    def _stopwatch(self) -> Iterator[None]:
        began, began_cpu = time.perf_counter(), time.process_time()
        yield
        self.hub_s += time.perf_counter() - began
        self.hub_cpu_s += time.process_time() - began_cpu

    def _turn(self) -> None:
        while (done := self.engine.turn()) or self.sender.run_due(self.clock.now()):
            self.inputs += done
            self._after_turn()

    def _message(self, emission: Published) -> RawMessage:
        said = emission.publication
        if said.topic.startswith("z2m/"):
            session = SessionName.FOREIGN
        else:
            urgent = said.topic.rsplit("/", 1)[1] in URGENT_KINDS
            session = SessionName.URGENT if urgent else SessionName.TELEMETRY
        return RawMessage(said.topic, said.payload, said.qos, session=session)

    def _press(self) -> None:
        self.presses += 1
        unit = self._rng.choice(self._presses)
        self.world.perform(unit, Press(CallAction.EMERGENCY))
        assert isinstance(unit.device, NativeDevice)
        event_id = unit.device._last_event_id
        assert event_id is not None
        self._pressed.append(event_id)
        self._pressed_next = self._next_press()

    def _next_press(self) -> datetime:
        now = self.time.wall()
        if not self._presses_a_day:
            return now + timedelta(days=10_000)
        return now + timedelta(days=self._rng.expovariate(self._presses_a_day))
