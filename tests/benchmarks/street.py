"""What is measured on: a district of small homes, the settings that a hub gets for it, and the messages of its devices."""

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from firmware_contracts.vocabulary import Kind, Placement
from hub.app import Hub
from hub.config.settings import load
from hub.core.alerts import Role
from hub.core.context import ContactMethod, Shift
from hub.core.events import ActorRole
from hub.core.home import DeviceKind, Membership
from hub.directory.model import (
    MAX_OWN_ELDERS,
    Assignment,
    Bond,
    DeviceEntry,
    Directory,
    Elder,
    HomeEntry,
    Level,
    PersonEntry,
    Region,
    Residence,
)
from hub.store.accounts import add_account
from hub.web.passwords import hash_password
from tests.servers import free_port

SHIPPED = Path(__file__).resolve().parent.parent.parent / "config"
LOGIN, PASSWORD = "bench", "a long enough password"
FITTED = (
    DeviceKind.BUTTON,
    DeviceKind.PULL_CORD,
    DeviceKind.FALL_WEARABLE,
    DeviceKind.OXIMETER,
    DeviceKind.SMOKE,
    DeviceKind.MOTION,
)
ONE_IN_A_HUNDRED = 100
UP_SINCE_MS = 86_400_000


def home_ids(homes: int) -> list[str]:
    return [f"h{number:04d}" for number in range(1, homes + 1)]


def device_id(home_id: str, kind: DeviceKind) -> str:
    return f"{kind.value.replace('_', '-')}-{home_id[1:]}"


def district(cell: str, homes: int, at: datetime) -> Directory:
    """One elder, one butler and the usual devices a home. Nobody but the butler is told (the desk comes last), over a channel
    that is not set up: outbox and report are part of what an alert costs, a web service on the other side is not."""
    ids = home_ids(homes)
    since = at - timedelta(days=30)
    butlers = [f"butler-{number:03d}" for number in range((homes - 1) // MAX_OWN_ELDERS + 1)]
    worn = {DeviceKind.FALL_WEARABLE, DeviceKind.OXIMETER}
    return Directory(
        cell=cell,
        regions=(Region("r1", "区", Level.COMPOUND),),
        elders=tuple(Elder(f"e-{home}", "甲", "甲") for home in ids),
        residences=tuple(Residence(f"e-{home}", home, Membership.ACTIVE, since) for home in ids),
        homes=tuple(HomeEntry(home, "r1") for home in ids),
        devices=tuple(DeviceEntry(device_id(home, kind), kind) for home in ids for kind in FITTED),
        assignments=tuple(
            Assignment(
                device_id(home, kind),
                home,
                since,
                wearer_id=f"e-{home}" if kind in worn else None,
                placement=Placement.WRIST if kind is DeviceKind.FALL_WEARABLE else None,
            )
            for home in ids
            for kind in FITTED
        ),
        persons=tuple(
            PersonEntry(person, person, "乙", (ContactMethod("webhook", person),))
            for person in (*butlers, "desk")
        ),
        bonds=tuple(
            Bond(butlers[number // MAX_OWN_ELDERS], Role.BUTLER, since, home_id=home)
            for number, home in enumerate(ids)
        ),
        shifts=(Shift("desk", Role.DUTY_MANAGER, frozenset(range(7)), time_of_day(0), time_of_day(0)),),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A hub's settings file and where its console will answer."""

    config: Path
    cell: str
    web_port: int
    homes: int

    @property
    def store(self) -> Path:
        return self.config.parent / "data" / "hub.sqlite"


def prepare(folder: Path, cell: str, homes: int, host: str, port: int, **engine: float) -> Place:
    """A hub's folder: settings, enrolled homes, a log-in, and its sessions known to the broker."""
    folder.mkdir(parents=True)
    web_port = free_port()
    config = folder / "hub.toml"
    sections: dict[str, dict[str, object]] = {
        "hub": {
            "cell": cell,
            "data_dir": str(folder / "data"),
            "rules": str(SHIPPED / "rules.toml"),
            "policies": str(SHIPPED / "policies.toml"),
        },
        "mqtt": {"host": host, "port": port},
        "web": {"port": web_port},
        "engine": dict(engine),
    }
    lines = [
        line
        for name, keys in sections.items()
        for line in (f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items()))
    ]
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    hub = Hub(load(config, {}))
    try:
        hub.start()
        assert hub.sessions is not None
        assert hub.sessions.wait_connected(10), hub.health().problems
        now = hub.now()
        hub.adopt_directory(district(cell, homes, now))
        hashed = hash_password(PASSWORD)
        hub.write(
            lambda connection: add_account(connection, LOGIN, LOGIN, ActorRole.OPERATOR, hashed, now)
        ).result(30)
    finally:
        hub.stop()
    return Place(config, cell, web_port, homes)


class Devices:
    """What the devices say: topic and about 174 bytes of JSON. Numbers and uptime go up as a device's do, so that each reading is
    judged as one of now."""

    def __init__(self, cell: str, homes: int, boot: int | None = None) -> None:
        self._cell = cell
        self._homes = home_ids(homes)
        self._boot = int(time.time()) if boot is None else boot
        self._sent: dict[str, int] = {}
        self._random = random.Random(homes)
        self._signals = 0
        self._began_at_s = time.monotonic()

    def vital(self, home: str) -> tuple[str, bytes]:
        rate, spo2 = self._random.randint(60, 99), self._random.randint(94, 99)
        body = {"readings": {"heart_rate_bpm": rate, "spo2_percent": spo2}, "age_ms": 0}
        return self._say(home, DeviceKind.OXIMETER, Kind.VITAL, body)

    def heartbeat(self, home: str, kind: DeviceKind) -> tuple[str, bytes]:
        return self._say(home, kind, Kind.HEARTBEAT, {})

    def call(self, home: str, event_id: str) -> tuple[str, bytes]:
        body = {"event_id": event_id, "age_ms": 0, "action": "emergency"}
        return self._say(home, DeviceKind.BUTTON, Kind.CALL, body)

    def fall(self, home: str, event_id: str) -> tuple[str, bytes]:
        body = {"event_id": event_id, "age_ms": 0, "phase": "suspected"}
        return self._say(home, DeviceKind.FALL_WEARABLE, Kind.FALL, body)

    def mixed(self, count: int) -> Iterator[tuple[str, bytes]]:
        """98 % vital signs, 1 % calls, 1 % falls; each home in turn."""
        for number in range(count):
            home = self._homes[number % len(self._homes)]
            part = number % ONE_IN_A_HUNDRED
            if part in {33, 66}:
                # Signals go round the homes by themselves, or a hundredth of the homes would make all of them.
                home = self._homes[self._signals % len(self._homes)]
                self._signals += 1
                event_id = f"event-{self._boot}-{self._signals:07d}"
                yield self.call(home, event_id) if part == 33 else self.fall(home, event_id)
            else:
                yield self.vital(home)

    def _say(self, home: str, device: DeviceKind, kind: Kind, body: dict[str, object]) -> tuple[str, bytes]:
        name = device_id(home, device)
        seq = self._sent[name] = self._sent.get(name, 0) + 1
        message = {
            "v": 1,
            "boot": self._boot,
            "seq": seq,
            "uptime_ms": UP_SINCE_MS + int((time.monotonic() - self._began_at_s) * 1000),
            "device_time": datetime.now(UTC).isoformat(timespec="seconds"),
            "battery_percent": 88,
            **body,
        }
        topic = f"care/v1/{self._cell}/{home}/{name}/{kind.value}"
        return topic, json.dumps(message, separators=(",", ":")).encode()
