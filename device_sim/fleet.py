"""Many simulated homes against a real broker: one loop moves the world's clock, publishes, and hands commands back."""

import json
import logging
import resource
import selectors
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from threading import Event
from typing import Any

from pydantic import BaseModel, ConfigDict

from device_sim.bench import BenchDeed, do
from device_sim.deeds import CannotDo, Press
from device_sim.foreign import Bridge
from device_sim.link import Broker, BrokerUnreachable, Link
from device_sim.publication import Publication
from device_sim.spec import FleetSpec
from device_sim.world import LinkChange, Published, Unit, World
from firmware_contracts.topics import ROOT
from firmware_contracts.vocabulary import COMMAND_SEGMENT, CallAction, ServiceCategory

CONTROL_ROOT = "device-sim/v1"
"""A running fleet listens here: `{cell}/{home}/{device}/press` lets `device-sim press` use a device that is simulated already,
`.../bench` does to it what `bench.BenchDeed` names."""

_BOOT_COUNTED_FROM = datetime(2025, 1, 1, tzinfo=UTC)
_AUTO_DEVICE_LINKS = 300
_TEND_EVERY_S = 1.0
_RETRY_EVERY_S = 0.1
_LONGEST_WAIT_S = 0.2
# A broker that keeps sessions on disk answers a whole street at once too late, or not at all.
SETTLING_AT_ONCE = 8
# Each client holds a socket and paho's pair of wake-up sockets.
_FILES_PER_LINK = 3

log = logging.getLogger(__name__)


class Links(StrEnum):
    """How many connections: with one for each device the broker itself publishes wills; the others are lighter."""

    DEVICE = "device"
    HOME = "home"
    ONE = "one"


class PressRequest(BaseModel):
    """What arrives on the control topic."""

    model_config = ConfigDict(extra="forbid")

    action: CallAction = CallAction.EMERGENCY
    category: ServiceCategory | None = None


@dataclass(slots=True)
class Tally:
    """What a run did, for the report at its end."""

    published: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    commands: int = 0
    reconnects: int = 0

    def report(self, world: World) -> dict[str, Any]:
        """The numbers, and what nobody has heard."""
        return {
            "published": dict(sorted(self.published.items())),
            "lost": self.lost + world.lost,
            "commands": self.commands,
            "reconnects": self.reconnects,
            "unheard": [
                {"home": home, "device": device, "event_id": event} for home, device, event in world.unheard
            ],
        }


def boot_now(now: datetime) -> int:
    """A boot counter that is higher at each start without a file to keep it: seconds since the project's first year."""
    return max(1, int((now - _BOOT_COUNTED_FROM) / timedelta(seconds=1)))


class Fleet:
    """Runs a world against a broker. Speed 60 lets an hour pass in a minute: uptime, device clocks, repetitions and the
    residents' days all run at that speed; the hub's own clock does not."""

    def __init__(
        self,
        spec: FleetSpec,
        broker: Broker,
        *,
        seed: int = 1,
        speed: float = 1.0,
        links: Links | None = None,
        boot: int | None = None,
    ) -> None:
        started_at = datetime.now(UTC)
        devices = sum(len(home.devices) for home in spec.homes)
        self.links_mode = links or (Links.DEVICE if devices <= _AUTO_DEVICE_LINKS else Links.HOME)
        self.tally = Tally()
        self.world = World(
            spec,
            started_at=started_at,
            seed=seed,
            boot=boot_now(started_at) if boot is None else boot,
            own_links=self.links_mode is Links.DEVICE,
            connected=False,
        )
        self._broker = broker
        self._speed = speed
        self._started_at = started_at
        self._started_s = time.monotonic()
        self._selector = selectors.DefaultSelector()
        self._inbox: list[tuple[str, bytes]] = []
        self._changes: list[Callable[[], None]] = []
        self._links: list[Link] = []
        self._link_of: dict[tuple[str, str], Link] = {}
        self._connect_units()
        self._ever_up = False

    def now(self) -> datetime:
        """The simulated instant."""
        passed_s = (time.monotonic() - self._started_s) * self._speed
        return self._started_at + timedelta(seconds=passed_s)

    @property
    def links_up(self) -> int:
        """How many connections stand."""
        return sum(link.up for link in self._links)

    @property
    def quiet(self) -> bool:
        """Whether the broker has acknowledged everything that was handed to it."""
        return not any(link.unacknowledged for link in self._links)

    @property
    def link_count(self) -> int:
        """How many connections there are to make."""
        return len(self._links)

    def run(
        self,
        stop: Event,
        *,
        patient: bool = False,
        finished: Callable[[World], bool] = lambda world: False,
    ) -> None:
        """Run until `stop` is set or `finished` says so. Raises BrokerUnreachable when the very first connection fails,
        unless `patient`."""
        tended_at_s = retried_at_s = 0.0
        try:
            while not stop.is_set() and not finished(self.world):
                now_s = time.monotonic()
                if now_s - tended_at_s >= _TEND_EVERY_S:
                    tended_at_s = retried_at_s = now_s
                    self._tend((self._control, *self._links), now_s, patient)
                elif now_s - retried_at_s >= _RETRY_EVERY_S:
                    retried_at_s = now_s
                    self._tend([link for link in self._links if not link.up], now_s, patient)
                self._advance()
                for key, events in self._selector.select(self._wait_s()):
                    key.data.handle(events)
                self._take_changes()
                self._read_inbox()
        finally:
            self._close()

    # --- inside ---

    def _connect_units(self) -> None:
        groups: dict[tuple[str, ...], list[Unit]] = {}
        for unit in self.world.units.values():
            groups.setdefault(self._group_of(unit), []).append(unit)
        _allow_files(len(groups) * _FILES_PER_LINK + 64)
        cell = self.world.spec.cell
        for parts, units in groups.items():
            lonely = self.links_mode is Links.DEVICE
            first = next((unit for unit in units if isinstance(unit.device, Bridge)), units[0])
            # A bridge hears nothing of the contract; the others hear what is said to any device of their part of the tree.
            hears = () if lonely and isinstance(first.device, Bridge) else (cell, *parts, "+", "+")[:3]
            link = Link(
                self._broker,
                "-".join(("sim", cell, *parts)) if parts else f"sim-{cell}-{self.world.boot}",
                self._selector,
                user="/".join((cell, *parts)),
                subscriptions=["/".join((ROOT, *hears, COMMAND_SEGMENT))] if hears else [],
                will=first.device.will if lonely else None,
                on_up=partial(self._changes.append, partial(self._came_up, units)),
                on_down=partial(self._changes.append, partial(self._went_down, units)),
                on_message=self._received,
            )
            self._links.append(link)
            self._link_of.update({(unit.home.id, unit.id): link for unit in units})
        self._control = Link(
            self._broker,
            f"sim-control-{cell}-{self.world.boot}",
            self._selector,
            user="device-sim",
            subscriptions=[f"{CONTROL_ROOT}/{cell}/+/+/{what}" for what in ("press", "bench")],
            will=None,
            on_up=lambda: None,
            on_down=lambda: None,
            on_message=self._received,
            # Whoever presses by hand presses again; a broker need not keep it.
            qos=0,
        )

    def _group_of(self, unit: Unit) -> tuple[str, ...]:
        """Which units share a connection; foreign devices always go through their home's bridge."""
        match self.links_mode:
            case Links.ONE:
                return ()
            case Links.HOME:
                return (unit.home.id,)
            case Links.DEVICE:
                return (unit.home.id, unit.bridge.id if unit.bridge is not None else unit.id)

    def _tend(self, links: Iterable[Link], now_s: float, patient: bool) -> None:
        settling = sum(link.settling(now_s) for link in self._links)
        for link in links:
            if not link.open and link is not self._control:
                if settling >= SETTLING_AT_ONCE:
                    continue
                link.tend(now_s)
                settling += link.open
            else:
                link.tend(now_s)
            if link.problem is not None and not (patient or self._ever_up) and link is not self._control:
                raise BrokerUnreachable(link.problem)

    def _wait_s(self) -> float:
        next_at = self.world.next_at
        if next_at is None:
            return _LONGEST_WAIT_S
        wait_s = (next_at - self.now()) / timedelta(seconds=1) / self._speed
        return min(_LONGEST_WAIT_S, max(0.0, wait_s))

    def _advance(self) -> None:
        for emission in self.world.advance(self.now()):
            link = self._link_of[emission.home, emission.device]
            match emission:
                case Published(publication=publication):
                    if link.publish(publication):
                        root, *_, last = publication.topic.split("/")
                        self.tally.published[last if root == "care" else root] += 1
                    else:
                        self.tally.lost += 1
                case LinkChange(up=True):
                    if self.links_mode is Links.DEVICE:
                        # After a restart the will of the life before would say nothing any more.
                        link.leave_behind(self.world.units[emission.home, emission.device].device.will)
                    link.release()
                case LinkChange():
                    link.hold()

    def _take_changes(self) -> None:
        """Links came and went while sockets were read; the world learns it here, outside paho's callbacks."""
        changes = self._changes.copy()
        self._changes.clear()
        if changes:
            self._advance()
            for change in changes:
                change()
            self._advance()

    def _came_up(self, units: list[Unit]) -> None:
        self._ever_up = True
        self.world.link_up(units, self.now())

    def _went_down(self, units: list[Unit]) -> None:
        self.tally.reconnects += 1
        self.world.link_down(units)

    def _received(self, topic: str, payload: bytes) -> None:
        self._inbox.append((topic, payload))

    def _read_inbox(self) -> None:
        inbox = self._inbox.copy()
        self._inbox.clear()
        if not inbox:
            return
        self._advance()
        for topic, payload in inbox:
            if topic.startswith(CONTROL_ROOT):
                self._asked(topic, payload)
            else:
                self.tally.commands += 1
                self.world.deliver(topic, payload)
        self._advance()

    def _asked(self, topic: str, payload: bytes) -> None:
        parts = topic.split("/")
        unit = self.world.units.get((parts[3], parts[4])) if len(parts) == 6 else None
        if unit is None:
            return
        try:
            if parts[5] == "bench":
                shown = do(self.world, unit, BenchDeed(payload.decode()))
                if shown is not None:
                    self._control.publish(Publication("/".join([*parts[:5], "shows"]), shown.encode(), qos=0))
            else:
                request = PressRequest.model_validate_json(payload)
                self.world.perform(unit, Press(request.action, request.category))
        except (ValueError, CannotDo) as error:
            log.warning("what was asked for on %s was refused: %s", topic, error)

    def _close(self) -> None:
        for link in (*self._links, self._control):
            link.leave()
        self._selector.close()


def press_topic(cell: str, home: str, device: str) -> str:
    """Where a running fleet is asked to press a key."""
    return f"{CONTROL_ROOT}/{cell}/{home}/{device}/press"


def press_request(action: CallAction, category: ServiceCategory | None) -> bytes:
    """The request for `press_topic`."""
    return json.dumps({"action": action, "category": category}).encode()


def _allow_files(wanted: int) -> None:
    """Raise the limit of open files as far as this user may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
