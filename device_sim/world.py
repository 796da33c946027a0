"""All simulated homes on one clock: `fleet.py` drives it with a real broker, tests with a virtual clock and no broker.

Time is an argument: `advance(now)` lets everything happen that is due until then and returns what the broker would see.
"""

import heapq
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from device_sim.deeds import MEASURES, BedChange, Deed, Door, Measured, Movement, Trouble
from device_sim.devices import NativeDevice, reports_mains
from device_sim.foreign import Bridge, ForeignDevice
from device_sim.network import Distortions, spoil
from device_sim.publication import Publication
from device_sim.residents import LIVING_ROOM, LOCAL, Activity, TakeReading, habits_of, plan_day
from device_sim.spec import MAINS_POWERED, DeviceKind, Family, FleetSpec, HomeSpec
from device_sim.waveforms import VitalSigns
from firmware_contracts.topics import address, parse_cmd
from firmware_contracts.vocabulary import Fault, Measure

# A broker gives a silent connection up after one and a half keep-alive times.
WILL_AFTER = timedelta(seconds=90)
# Zigbee2MQTT waits a day and an hour before it calls a battery device offline.
UNAVAILABLE_AFTER = timedelta(minutes=1500)
MAINS_REPORTED_AFTER = timedelta(seconds=30)

AnyDevice = NativeDevice | ForeignDevice | Bridge


@dataclass(frozen=True, slots=True)
class Published:
    """A message reaches the broker. `garbled`: it was spoilt on purpose and breaks the contract."""

    at: datetime
    home: str
    device: str
    publication: Publication
    garbled: bool = False


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A device's own connection breaks without a goodbye (`up` false), or may be made again."""

    at: datetime
    home: str
    device: str
    up: bool


Emission = Published | LinkChange


@dataclass(slots=True, eq=False)
class Unit:
    """A device in its home, and what lies between it and the broker."""

    device: AnyDevice
    home: HomeSpec
    bridge: "Unit | None" = None
    carrier: bool = False
    cut: bool = False
    mains_failed_at: datetime | None = None
    dark_since: datetime | None = None
    wakes_at: datetime | None = None
    distortions: Distortions = field(default_factory=Distortions)

    @property
    def id(self) -> str:
        """The device id."""
        return self.device.spec.id

    @property
    def kind(self) -> DeviceKind:
        """What kind of device it is."""
        return self.device.spec.kind

    @property
    def reachable(self) -> bool:
        """Whether messages get through now, in either direction."""
        through_bridge = self.bridge is None or (self.bridge.device.powered and self.bridge.reachable)
        return self.carrier and not self.cut and through_bridge


class World:
    """Homes, devices and residents. `boot` is the boot counter of every device at the start; take a higher one each
    time, as devices do. `own_links`: devices have connections of their own, and the broker publishes their wills."""

    def __init__(
        self,
        spec: FleetSpec,
        *,
        started_at: datetime,
        seed: int = 1,
        boot: int = 1,
        own_links: bool = False,
        connected: bool = True,
    ) -> None:
        self.spec = spec
        self.now = started_at
        self.lost = 0
        self.boot = boot
        self._seed = seed
        self._own_links = own_links
        self._rng = Random(f"{seed}/world/{boot}")
        self._order = itertools.count()
        self._queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self._out: list[Emission] = []
        self._vitals: dict[tuple[str, str], VitalSigns] = {}
        self.units: dict[tuple[str, str], Unit] = {}
        for home in spec.homes:
            for unit in self._build(home, boot):
                self.units[home.id, unit.id] = unit
        self.homes = {home.id: home for home in spec.homes}
        self._of_home: dict[str, list[Unit]] = {}
        for unit in self.units.values():
            self._of_home.setdefault(unit.home.id, []).append(unit)
            unit.device.power_on(started_at)
            self._rearm(unit)
        if connected:
            self.link_up(self.units.values(), started_at)

    def _build(self, home: HomeSpec, boot: int) -> Iterator[Unit]:
        cell = self.spec.cell
        bridge: Unit | None = None
        if any(device.family is Family.ZIGBEE2MQTT for device in home.devices):
            bridge = Unit(Bridge(address(cell, home.id, "bridge")), home)
            yield bridge
        for spec in home.devices:
            place = address(cell, home.id, spec.id)
            if spec.family is Family.ZIGBEE2MQTT:
                yield Unit(ForeignDevice(spec, place, seed=self._seed), home, bridge)
            else:
                yield Unit(
                    NativeDevice(
                        spec, place, boot=boot, seed=self._seed, second_path=reports_mains(spec.kind)
                    ),
                    home,
                )

    # --- time ---

    @property
    def next_at(self) -> datetime | None:
        """When something happens next."""
        return self._queue[0][0] if self._queue else None

    def advance(self, now: datetime) -> list[Emission]:
        """Let everything happen that is due until `now`, each at its own instant; returns what came of it, in order."""
        while self._queue and self._queue[0][0] <= now:
            at, _, act = heapq.heappop(self._queue)
            self.now = max(self.now, at)
            act()
        self.now = max(self.now, now)
        emitted, self._out = self._out, []
        return emitted

    def schedule(self, at: datetime, act: Callable[[], None]) -> None:
        """Have something done at an instant; `world.now` is that instant then."""
        heapq.heappush(self._queue, (max(at, self.now), next(self._order), act))

    # --- what happens from outside ---

    def perform(self, unit: Unit, deed: Deed) -> None:
        """Something happens to a device now; what it publishes comes out of the next `advance`."""
        self._emit(unit, unit.device.perform(deed, self.now))
        self._rearm(unit)

    def deliver(self, topic: str, payload: bytes) -> None:
        """The broker hands over a command now; it is lost when the device cannot be reached."""
        to = parse_cmd(topic)
        unit = self.units.get((to.home, to.device)) if to is not None and to.cell == self.spec.cell else None
        if unit is not None and unit.reachable:
            self._emit(unit, unit.device.receive(payload, self.now))
            self._rearm(unit)

    def link_up(self, units: Iterable[Unit], now: datetime) -> None:
        """These devices' way to the broker is there: each says so, and repeats at once what nobody has heard."""
        self.now = max(self.now, now)
        for unit in units:
            unit.carrier = True
            self._greet(unit)

    def link_down(self, units: Iterable[Unit]) -> None:
        """These devices' way to the broker is gone: what they publish from now on is lost."""
        for unit in units:
            unit.carrier = False

    # --- power, links, clocks: what scenarios do to the technology ---

    def cut(self, unit: Unit) -> None:
        """Nothing gets through any more, in either direction; the device runs on."""
        if not unit.cut:
            unit.cut = True
            self._went_dark(unit)

    def restore(self, unit: Unit) -> None:
        """The way is free again."""
        if unit.cut:
            unit.cut = False
            self._came_back(unit)

    def power_off(self, unit: Unit) -> None:
        """The device stops without a word."""
        if unit.device.powered:
            unit.device.power_off(self.now)
            self._went_dark(unit)

    def power_on(self, unit: Unit) -> None:
        """The device boots."""
        if not unit.device.powered:
            unit.device.power_on(self.now)
            self._came_back(unit)
            self._rearm(unit)

    def mains_fail(self, unit: Unit) -> None:
        """The mains fail: a device with a battery behind them says so a little later, others go dark."""
        if unit.mains_failed_at is not None:
            return
        unit.mains_failed_at = self.now
        if reports_mains(unit.kind):
            self.schedule(self.now + MAINS_REPORTED_AFTER, partial(self._report_mains, unit, self.now))
        else:
            self.power_off(unit)

    def mains_return(self, unit: Unit) -> None:
        """The mains are back."""
        failed_at, unit.mains_failed_at = unit.mains_failed_at, None
        if failed_at is None:
            return
        if not reports_mains(unit.kind):
            self.power_on(unit)
        elif self.now - failed_at >= MAINS_REPORTED_AFTER:
            self.perform(unit, Trouble(Fault.MAINS_RESTORED))

    def hangs_on_mains(self, unit: Unit) -> bool:
        """Whether a power cut reaches it; the bridge runs on the gateway and its battery."""
        return unit.kind in MAINS_POWERED and isinstance(unit.device, NativeDevice)

    def set_battery(self, unit: Unit, percent: float, percent_per_hour: float) -> None:
        """Put the charge where a story wants it."""
        unit.device.set_battery(percent, percent_per_hour, self.now)
        self._rearm(unit)

    # --- people ---

    def residents(self, home: HomeSpec) -> tuple[str, ...]:
        """The residents' ids; a home that names none has one nameless resident."""
        return tuple(resident.id for resident in home.residents) or ("",)

    def vitals(self, home: HomeSpec, resident: str) -> VitalSigns:
        """The body of one resident."""
        key = (home.id, resident)
        if key not in self._vitals:
            self._vitals[key] = VitalSigns(f"{self._seed}/{home.id}/{resident}")
        return self._vitals[key]

    def live(self, home: HomeSpec) -> None:
        """The residents of a home live their days from now on."""
        for resident in self.residents(home):
            rng = Random(f"{self._seed}/{home.id}/{resident}/days")
            self.follow(home, resident, self._days(self.now, rng))

    def follow(self, home: HomeSpec, resident: str, activities: Iterator[Activity]) -> None:
        """Let a resident do one activity after the other, each at its time; those already past are left out."""
        activity = next((item for item in activities if item.at >= self.now), None)
        if activity is not None:
            self.schedule(activity.at, partial(self._do, home, resident, activity, activities))

    def read_vitals(self, unit: Unit, resident: str | None = None) -> dict[Measure, float]:
        """What this device would measure now on its wearer, else on the first resident of its home."""
        who = resident if resident is not None else unit.device.spec.wearer or self.residents(unit.home)[0]
        local = self.now.astimezone(LOCAL)
        return self.vitals(unit.home, who).read(MEASURES[unit.kind], self.now, local.hour + local.minute / 60)

    def of_home(self, home_id: str) -> list[Unit]:
        """The devices of a home, in the order of the fleet file, the Zigbee bridge first."""
        return self._of_home.get(home_id, [])

    @property
    def unheard(self) -> list[tuple[str, str, str]]:
        """Home, device and event id of every call and fall that is still repeated."""
        return [
            (unit.home.id, unit.id, event_id)
            for unit in self.units.values()
            for event_id in unit.device.unheard_events
        ]

    # --- inside ---

    def _days(self, start: datetime, rng: Random) -> Iterator[Activity]:
        habits = habits_of(rng)
        day = start.astimezone(LOCAL).date()
        while True:
            yield from plan_day(day, habits, rng)
            day += timedelta(days=1)

    def _do(self, home: HomeSpec, resident: str, activity: Activity, activities: Iterator[Activity]) -> None:
        for unit in self.of_home(home.id):
            spec = unit.device.spec
            worn_by_other = spec.wearer is not None and spec.wearer != resident
            match activity.what:
                case Movement():
                    notices = unit.kind is DeviceKind.MOTION and (spec.room or LIVING_ROOM) == activity.room
                case Door():
                    notices = unit.kind is DeviceKind.CONTACT and spec.room in {activity.room, None}
                case BedChange():
                    notices = unit.kind is DeviceKind.BED_MAT and not worn_by_other
                case TakeReading(kind):
                    notices = unit.kind is kind and not worn_by_other
                    if notices:
                        self.perform(unit, Measured(dict(self.read_vitals(unit, resident))))
                    continue
            if notices:
                self.perform(unit, activity.what)
        self.follow(home, resident, activities)

    def _rearm(self, unit: Unit) -> None:
        due_at = unit.device.next_due_at
        if due_at is not None and (unit.wakes_at is None or due_at < unit.wakes_at):
            unit.wakes_at = due_at
            self.schedule(due_at, partial(self._wake, unit, due_at))

    def _wake(self, unit: Unit, expected_at: datetime) -> None:
        if unit.wakes_at != expected_at:
            return
        unit.wakes_at = None
        due_at = unit.device.next_due_at
        if due_at is not None and due_at <= self.now:
            self._emit(unit, unit.device.due(self.now))
            if not unit.device.powered:
                self._went_dark(unit)
        self._rearm(unit)

    def _report_mains(self, unit: Unit, failed_at: datetime) -> None:
        if unit.mains_failed_at == failed_at:
            self.perform(unit, Trouble(Fault.MAINS_FAILED))

    def _greet(self, unit: Unit) -> None:
        if unit.reachable:
            self._emit(unit, unit.device.connected(self.now))
            self._rearm(unit)

    def _went_dark(self, unit: Unit) -> None:
        unit.dark_since = unit.dark_since or self.now
        foreign = isinstance(unit.device, ForeignDevice)
        if self._own_links and not foreign:
            self._out.append(LinkChange(self.now, unit.home.id, unit.id, up=False))
        else:
            after = UNAVAILABLE_AFTER if foreign else WILL_AFTER
            self.schedule(self.now + after, partial(self._testament, unit, unit.dark_since))

    def _testament(self, unit: Unit, dark_since: datetime) -> None:
        """Whoever speaks for a silent device: the broker for a native one, Zigbee2MQTT, if it runs, for a foreign one."""
        if unit.dark_since != dark_since or (unit.bridge is not None and not unit.bridge.reachable):
            return
        self._out.append(Published(self.now, unit.home.id, unit.id, unit.device.will))

    def _came_back(self, unit: Unit) -> None:
        if unit.cut or not unit.device.powered:
            return
        unit.dark_since = None
        if self._own_links and not isinstance(unit.device, ForeignDevice):
            self._out.append(LinkChange(self.now, unit.home.id, unit.id, up=True))
        else:
            self._greet(unit)

    def _emit(self, unit: Unit, publications: Iterable[Publication]) -> None:
        for publication in publications:
            if not unit.reachable:
                self.lost += 1
                continue
            for spoilt in spoil(publication, unit.distortions, self.now, self._rng):
                arrive = partial(self._arrive, unit, spoilt.publication, spoilt.garbled)
                if spoilt.delay > timedelta(0):
                    self.schedule(self.now + spoilt.delay, arrive)
                else:
                    arrive()

    def _arrive(self, unit: Unit, publication: Publication, garbled: bool) -> None:
        self._out.append(Published(self.now, unit.home.id, unit.id, publication, garbled))
