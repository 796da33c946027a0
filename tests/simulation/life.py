"""One simulated life, from its plan: from instant to instant homes, broker, hub and people act, and all of it is watched."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from unittest.mock import patch

from device_sim.world import Published, World
from hub.clock import Anchor
from hub.core.events import Command, SetProfile
from hub.core.home import Home
from hub.core.notifications import Notification
from hub.core.step import step as real_step
from hub.ingest.message import RawMessage
from hub.store.store import StoreError
from tests.simulation.acts import STORE_AGAIN_AFTER, do
from tests.simulation.broker import SimulatedBroker
from tests.simulation.people import Line, People, Telephones
from tests.simulation.plan import LIVELY_FOR, QUIET_FOR, Plan
from tests.simulation.process import Crash, Process, Weather
from tests.simulation.street import context_at, fleet, profiles
from tests.simulation.watch import Violation, Watcher
from tests.store.made import empty, put
from tests.story import CELL, SYSTEM, VirtualTime

STARTS_AGAIN_AFTER = timedelta(seconds=3)
AGAIN_AFTER = timedelta(seconds=20)
HANGS_FOR = timedelta(seconds=25)
MOST_AT_AN_INSTANT = 2_000
KEEPS_TIME_EVERY = timedelta(seconds=30)
"""A real engine turns every second, and writes the time down as often as it saves; here it is woken more seldom."""
A_MOMENT = timedelta(milliseconds=1)


class Life:
    """`run()` plays the plan; raises Violation. `story` is what happened, a line each."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.story: list[str] = []
        self.faults = 0
        self._path = folder / "life.sqlite"
        put(empty(CELL), self._path)
        self.time = VirtualTime(plan.starts_at)
        self.now = self._began = plan.starts_at.astimezone(UTC)
        self.weather = Weather()
        self.outages: list[tuple[datetime, datetime | None]] = []
        self.dropped_until: dict[tuple[str, str], datetime] = {}
        self.raising: dict[str, datetime] = {}
        self._later: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._hanging = False
        self.troubled = False
        self.calmed = False
        self._was_kept = False
        self._committed: dict[str, Home] | None = None
        self._exact = False
        self._goes_on = plan.seed % 2 == 0
        """Only the process dies: what was kept of hub time still holds. Otherwise it is the machine that starts anew."""
        self._anchor: Anchor | None = None
        self._died_at = self.now
        self._drop = Random(f"drop/{plan.seed}")
        self.watcher = Watcher(lambda: self.now, self.hub_now, self._away_since)
        self.people = People(Random(f"people/{plan.seed}"))
        self.phones = Telephones(self.watcher.began, self._answered, self._hang)
        self.broker = SimulatedBroker(CELL, self._deliver, self.watcher.acknowledged)
        self.world = World(fleet(), started_at=self.now, seed=plan.seed)
        self.process: Process | None = None
        self.hub_at = self.now

    # --- playing ------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        with patch("hub.engine.turn.step", self._step):
            try:
                self._start()
                self._enrol()
                for act in self.plan.acts:
                    self._at(self._began + act.at, partial(do, self, act))
                self._at(self._began + LIVELY_FOR + timedelta(minutes=8), self._calm)
                self._until(self._began + LIVELY_FOR + QUIET_FOR)
                self._end()
            finally:
                if self.process is not None:
                    self.process.die()

    def _until(self, end: datetime) -> None:
        while True:
            self._settle()
            at = min(self._instants(), default=end)
            if at > end:
                break
            self._pass(max(at - self.now, timedelta()))
        self._pass(end - self.now)
        self._settle()

    def _instants(self) -> list[datetime]:
        found = [at for at, _, _ in self._later]
        if self.world.next_at is not None:
            found.append(self.world.next_at)
        if self.people.next_at is not None:
            found.append(self.people.next_at)
        process = self.process
        if process is not None:
            hub_now = process.clock.now()
            due = (process.engine.next_due_at(), process.sender.next_due_at())
            found += [self.now + max(at - hub_now, A_MOMENT) for at in due if at is not None]
            if process.clock.wall_behind() > timedelta(seconds=1):
                # Only the store knows how late it is.
                found.append(self.now + KEEPS_TIME_EVERY)
            if self.weather.trouble is not None:
                found = [at for at in found if at > self.now + STORE_AGAIN_AFTER]
                found.append(self.now + STORE_AGAIN_AFTER)
        return [max(at, self.now) for at in found]

    def _pass(self, by: timedelta) -> None:
        self.time.pass_(by)
        self.now += by

    def _settle(self) -> None:
        """Everything that happens at this instant, until nothing moves."""
        if self.process is not None:
            hub_now = self.process.clock.now()
            if hub_now < self.hub_at:
                raise Violation("hub time went back", f"from {self.hub_at} to {hub_now}")
            self.hub_at = hub_now
        for _ in range(MOST_AT_AN_INSTANT):
            moved = self._do_due()
            for emission in self.world.advance(self.now):
                if isinstance(emission, Published):
                    self._from_home(emission)
                    moved = True
            try:
                moved = self.broker.pump() or moved
                moved = self._people_act() or moved
                if self.process is not None and self.weather.trouble is None:
                    moved = self.process.turn() or moved
                elif self.process is not None:
                    self.process.turn()
            except Crash:
                self.die()
                moved = True
            if not moved:
                if self.process is not None and self.weather.trouble is None:
                    engine = self.process.engine
                    self.watcher.at_rest(engine.homes(), self.process.clock.now(), engine.context())
                return
        raise Violation("flood", f"the hub does not come to rest at {self.now:%H:%M:%S}")

    def _do_due(self) -> bool:
        ready = sorted(one for one in self._later if one[0] <= self.now)
        self._later = [one for one in self._later if one[0] > self.now]
        for _, _, act in ready:
            act()
        return bool(ready)

    def _at(self, at: datetime, act: Callable[[], None]) -> None:
        self._later.append((at, next(self._order), act))

    def later(self, by: timedelta, act: Callable[[], None]) -> None:
        self._at(self.now + by, act)

    def tell(self, line: str) -> None:
        self.story.append(f"{(self.now - self._began).total_seconds():8.1f} s  {line}")

    # --- the hub's process --------------------------------------------------------------------------------------------

    def _start(self) -> None:
        """As systemd does: again and again, until it starts."""
        before = self._committed
        try:
            self.process = Process(
                self._path,
                self.time,
                lambda: context_at(self.now, self.plan.zone),
                self.broker,
                {"phone": self.phones},
                self._speak,
                self.weather,
                self.watcher,
                self._anchor,
            )
        except (StoreError, Crash) as error:
            self.tell(f"the hub does not start: {type(error).__name__}")
            self.later(STARTS_AGAIN_AFTER, self._start)
            return
        self._close_outage()
        self._look_at_hub_time(self.process.clock.now())
        if before is not None and self._exact:
            self.watcher.recovered(before, self.process.recovered)
        self._committed = None
        self.process.connect()

    def die(self, down: timedelta = STARTS_AGAIN_AFTER, *, exact: bool = False) -> None:
        """`exact`: it died between two turns, so what it knew is what it must know again."""
        process, self.process = self.process, None
        if process is None:
            return
        self.tell("the hub's process dies")
        self._committed = dict(process.engine.homes())
        self._exact = exact
        self.hub_at = process.clock.now()
        self._anchor = process.clock.anchor() if self._goes_on else None
        self._died_at = self.now
        # What its store did not take before it died, nobody knows after.
        self._was_kept = process.clock.wall_behind() > timedelta(seconds=1) and not self.troubled
        process.die()
        self.outages.append((self.now, None))
        self.later(down, self._start)

    def _look_at_hub_time(self, now: datetime) -> None:
        """A process that dies costs hub time nothing. A machine that starts anew while its wall clock is behind may cost it what
        was not saved yet; that counts as an outage. (A wall clock that is set back while it is off costs what passed since the
        last commit: nobody could know.)"""
        lost, self.hub_at = self.hub_at - now, now
        if self._anchor is not None and lost + (self.now - self._died_at) > A_MOMENT:
            raise Violation(
                "hub time lost", f"{lost + (self.now - self._died_at)} although the machine ran on"
            )
        if self._was_kept and not self.troubled and lost > 2 * KEEPS_TIME_EVERY:
            raise Violation("hub time lost", f"{lost} by a crash")
        if lost > timedelta():
            self.outages.append((self.now - lost, self.now))

    def _close_outage(self) -> None:
        self.outages = [(since, until or self.now) for since, until in self.outages]

    def _away_since(self, at: datetime) -> timedelta:
        """For how much of the time since then the hub could not work."""
        total = timedelta()
        for since, until in self.outages:
            total += max((until or self.now) - max(since, at), timedelta())
        return total

    def hub_now(self) -> datetime:
        return self.process.clock.now() if self.process is not None else self.hub_at

    def _step(self, home: object, input_: object, now: datetime, context: object) -> object:
        """The core's step, which raises for a home while the plan says so."""
        until = self.raising.get(home.id)  # type: ignore[attr-defined]
        if until is not None and self.now < until and not isinstance(input_, SetProfile):
            raise RuntimeError("this home cannot be judged")
        return real_step(home, input_, now, context)  # type: ignore[arg-type]

    def _enrol(self) -> None:
        process = self.process
        assert process is not None
        waiting = [
            process.engine.submit(SetProfile(home_id, SYSTEM, profile))
            for home_id, profile in profiles(self.now).items()
        ]
        process.turn()
        assert all(one.done() for one in waiting)

    # --- between homes, broker, hub and people ------------------------------------------------------------------------

    def _from_home(self, emission: Published) -> None:
        until = self.dropped_until.get((emission.home, emission.device))
        if until is not None and self.now < until and self._drop.random() < 0.6:
            return
        publication = emission.publication
        self.broker.publish(publication.topic, publication.payload, publication.qos, publication.retain)

    def _deliver(self, message: RawMessage) -> None:
        self.watcher.delivered(message)
        if self.process is not None:
            self.process.engine.offer(message)

    def _speak(self, topic: str, payload: bytes) -> bool:
        if not self.broker.up:
            return False
        self.world.deliver(topic, payload)
        return True

    def _answered(self, notification: Notification) -> None:
        self.watcher.reached(notification)
        self.people.asked(notification, self.now)

    def _people_act(self) -> bool:
        commands = self.people.due(self.now)
        for command in commands:
            self.submit(command)
        return bool(commands)

    def submit(self, command: Command) -> None:
        if self.process is None:
            self.people.postpone(command, self.now + AGAIN_AFTER)
        else:
            self.process.engine.submit(command)

    def _hang(self) -> None:
        """While an attempt hangs the hub goes on, and so does time."""
        if self._hanging or self.process is None:
            return
        self._hanging = True
        try:
            # What else happens meanwhile is done outside of here: it happens when it is due, and this attempt then hung for less.
            until = min((self.now + HANGS_FOR, *(at for at, _, _ in self._later)))
            while self.now < until:
                engine = self.process.engine
                due = engine.next_due_at()
                wait = HANGS_FOR if due is None else due - self.process.clock.now()
                intended = self.people.next_at
                if intended is not None:
                    wait = min(wait, intended - self.now)
                self._pass(min(max(wait, timedelta(milliseconds=1)), until - self.now))
                self._people_act()
                self.broker.pump()
                while engine.turn():
                    pass
        finally:
            self._hanging = False

    # --- the end ------------------------------------------------------------------------------------------------------

    def _calm(self) -> None:
        """From here on everything works, and everybody can be reached."""
        self.tell("from here on everything works")
        self.calmed = True
        self.weather.trouble = self.weather.death = None
        self.phones.line = Line.WORKS
        self.raising.clear()
        self.dropped_until.clear()
        for unit in self.world.units.values():
            unit.distortions.active.clear()

    def _end(self) -> None:
        process = self.process
        if process is None:
            raise Violation("hub down", "the hub's process does not come back")
        homes = dict(process.engine.homes())
        unheard = [one for one in self.world.unheard if one[2] in self.watcher.presses]
        self.watcher.at_the_end(process.store, homes, unheard)
