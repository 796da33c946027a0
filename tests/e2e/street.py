"""A few homes of the demo's street: what the hub knows of them, what the simulator plays, and keys to press meanwhile."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from types import TracebackType
from typing import NamedTuple, Self

from device_sim.deeds import Press
from device_sim.devices import NativeDevice
from device_sim.fleet import Fleet, Links, boot_now
from device_sim.link import Broker
from device_sim.spec import DeviceKind, Family, FleetSpec
from device_sim.world import World
from firmware_contracts.vocabulary import CallAction
from hub.directory.demo import demo_directory, fleet_spec
from hub.directory.model import Directory
from hub.store import directory_rows
from hub.store.store import Store

CELL = "e2e"
_KEYS = (DeviceKind.BUTTON, DeviceKind.PULL_CORD, DeviceKind.PENDANT)


class Key(NamedTuple):
    """Something a hand can press."""

    home: str
    device: str


class Call(NamedTuple):
    """One press: the event that must become known exactly once."""

    home: str
    device: str
    event_id: str


def street(homes: int) -> Directory:
    """The first homes of the street after those with a case of their own."""
    whole = demo_directory(1, datetime.now(UTC), CELL)
    kept = {home.id for home in whole.homes[13 : 13 + homes]}
    elders = {residence.elder_id for residence in whole.residences if residence.home_id in kept}
    devices = {one.device_id for one in whole.assignments if one.home_id in kept}
    return replace(
        whole,
        homes=tuple(home for home in whole.homes if home.id in kept),
        residences=tuple(one for one in whole.residences if one.home_id in kept),
        elders=tuple(elder for elder in whole.elders if elder.id in elders),
        rooms=tuple(room for room in whole.rooms if room.home_id in kept),
        devices=tuple(device for device in whole.devices if device.id in devices),
        assignments=tuple(one for one in whole.assignments if one.home_id in kept),
        bonds=tuple(bond for bond in whole.bonds if bond.home_id is None or bond.home_id in kept),
    )


def settle(directory: Directory, data_dir: Path) -> None:
    """Give a hub that has not run yet its directory."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with Store.open(data_dir / "hub.sqlite", directory.cell) as store:
        store.write(lambda connection: directory_rows.save(connection, directory))


def played(directory: Directory) -> FleetSpec:
    return FleetSpec.model_validate_json(json.dumps(fleet_spec(directory, datetime.now(UTC))))


def keys(spec: FleetSpec) -> list[Key]:
    """One key of each home, of a device that hears for itself that it was heard."""
    return [
        next(
            Key(home.id, device.id)
            for device in home.devices
            if device.kind in _KEYS and device.family is Family.NATIVE and not device.one_way
        )
        for home in spec.homes
    ]


class Street:
    """The homes' devices on a real broker while the block runs. They repeat each press until the hub says *heard*."""

    def __init__(self, spec: FleetSpec, host: str, port: int) -> None:
        self.keys = keys(spec)
        self.calls: list[Call] = []
        self._wanted: SimpleQueue[Key] = SimpleQueue()
        self._unheard: frozenset[Call] = frozenset()
        self._lock = Lock()
        self._ending = Event()
        self._fleet = Fleet(spec, Broker(host, port), links=Links.ONE, boot=boot_now(datetime.now(UTC)))
        self._thread = Thread(target=self._run, name="street", daemon=True)

    def press(self, *keys: Key) -> None:
        """Press now, whether or not the broker can be reached; returns when the keys are down."""
        wanted = len(self.calls) + len(keys)
        for key in keys:
            self._wanted.put(key)
        until(lambda: len(self.calls) >= wanted, "the keys went down")

    def unheard(self) -> frozenset[Call]:
        """The presses that nobody has confirmed to their device."""
        with self._lock:
            return frozenset(self.calls) & self._unheard

    @property
    def connected(self) -> bool:
        return self._fleet.links_up > 0

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: self.connected, "the devices reach the broker")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join(10)

    def _run(self) -> None:
        self._fleet.run(self._ending, patient=True, finished=self._look)

    def _look(self, world: World) -> bool:
        """In the fleet's own thread, at every turn of its loop."""
        pressed: list[Call] = []
        while True:
            try:
                key = self._wanted.get_nowait()
            except Empty:
                break
            unit = world.units[key]
            assert isinstance(unit.device, NativeDevice)
            before = set(unit.device.unheard_events)
            world.perform(unit, Press(CallAction.EMERGENCY))
            pressed += [Call(*key, event) for event in unit.device.unheard_events if event not in before]
        with self._lock:
            self.calls += pressed
            self._unheard = frozenset(Call(*unheard) for unheard in world.unheard)
        return False


def until(condition: Callable[[], bool], what: str, within_s: float = 60.0) -> None:
    """Wait until it is so; fails with the words of what was waited for."""
    pause = Event()
    for _ in range(int(within_s / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError(f"not within {within_s:g} s: {what}")
