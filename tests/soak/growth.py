"""What grows: bytes that a home at rest writes in a day, what a year of it keeps, and a month of twenty elders in one go.

The homes are `device_sim`'s, engine, store, senders and retention the hub's own, with the settings of config/gateway.toml; only
time is virtual.
"""

import time
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hub.evaluation.figures import Figure
from hub.store import space
from tests.soak.own_disk import own_disk
from tests.soak.village import Village, homes
from tests.story import CONFIG

MB = 1_000_000
ELDERS = 20
WITH_THE_WHOLE_KIT = 12
"""Of the twenty: 75 messages an hour from each of these, 37 from each of the others, make 60 an elder-hour."""
PRESSES_A_DAY = 8.0
TOGETHER = timedelta(minutes=1)
"""In the month, what comes within a minute is handed over at its end, as from a queue: twenty inputs a commit. Presses, answers
and escalations keep their own instants."""
COPIES_KEPT: int = tomllib.loads((CONFIG / "gateway.toml").read_text(encoding="utf-8"))["backup"]["keep"]
WRITTEN_LIMIT_MB, KEPT_LIMIT_MB, MONTH_LIMIT_S = 50, 500, 120
BROKER_MB_A_DAY = 5.2
"""Mosquitto 2.0.11 with config/mosquitto/mosquitto.conf: a save every 5 minutes, 18.2 KB each at the block layer of ext4."""


def measure(
    folder: Path, *, days: int = 30, rest_days: float = 2, year_days: float = 365
) -> tuple[Figure, ...]:
    """All of it; `days` of the month."""
    rest, kept, month = (
        at_rest(folder / "rest", rest_days),
        kept_after(folder / "year", year_days),
        busy(folder, days),
    )
    return (
        Figure("at_rest_hub_mb_a_day", rest.hub_mb, "MB a day"),
        Figure(
            "at_rest_mb_a_day", rest.hub_mb + BROKER_MB_A_DAY, "MB a day, with the broker", WRITTEN_LIMIT_MB
        ),
        Figure("at_rest_messages_a_day", rest.messages, "messages of one home"),
        Figure("kept_a_year_store_mb", kept.store_mb, "MB, store and log"),
        Figure("kept_a_year_mb", kept.all_mb, "MB, copies and reserves too", KEPT_LIMIT_MB),
        Figure("kept_a_year_inputs", kept.inputs, "inputs lived through"),
        Figure("month_days", days, "days of 20 elders"),
        Figure("month_inputs", month.messages, "messages"),
        Figure("month_presses_unanswered", month.unanswered, "presses", 0),
        Figure("month_s", month.hub_s, "s in the hub", MONTH_LIMIT_S * max(days / 30, 1)),
        Figure("month_cpu_s", month.hub_cpu_s, "s of the processor in it, without waiting for the disk"),
        Figure("month_with_its_world_s", month.total_s, "s, the simulated homes included"),
        Figure("month_inputs_per_s", month.messages / month.hub_s, "inputs/s"),
        Figure("month_store_mb", month.store_mb, "MB"),
    )


@dataclass(frozen=True, slots=True)
class Rest:
    hub_mb: float
    messages: float
    counted: str


def at_rest(folder: Path, days: float) -> Rest:
    """One home with the whole kit, every commit followed by a flush of all that is dirty: no two of them share a write, as
    they do not when a minute lies between them."""
    with own_disk(folder) as disk:
        village = Village(disk.folder / "hub.sqlite", homes(1, 1), after_turn=disk.flush)
        village.live(0.05)
        disk.flush()
        before, messages = disk.written_bytes(), village.engine.counters.messages
        village.live(days)
        disk.flush()
        written = disk.written_bytes() - before
        found = Rest(written / days / MB, (village.engine.counters.messages - messages) / days, disk.counted)
        village.close()
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    store_mb: float
    all_mb: float
    inputs: int


def kept_after(folder: Path, days: float) -> Kept:
    """A home's store after so many days with retention in its turn, and what lies beside it: log, ballast, and as many copies as
    [backup] keeps. Sizes do not depend on waiting for the disk, so nobody waits here."""
    folder.mkdir(parents=True)
    path = folder / "hub.sqlite"
    village = Village(path, homes(1, 1), presses_a_day=0.2, together=TOGETHER)
    driver = village.store._connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA synchronous=OFF")
    largest = 0
    for _ in range(max(int(days / 30), 1)):
        village.live(days / max(int(days / 30), 1))
        used = village.store.write(space.file_bytes) - village.store.write(space.free_pages_bytes)
        largest = max(largest, used + space.RESERVE_BYTES)
    log = path.with_name(path.name + "-wal").stat().st_size
    inputs = village.inputs
    village.close()
    copies = COPIES_KEPT * largest
    return Kept((largest + log) / MB, (largest + log + copies + space.BALLAST_BYTES) / MB, inputs)


@dataclass(frozen=True, slots=True)
class Busy:
    messages: int
    total_s: float
    hub_s: float
    hub_cpu_s: float
    unanswered: int
    store_mb: float


def busy(folder: Path, days: float) -> Busy:
    """Twenty elders: presses, answers and escalations among 60 messages an elder-hour; every commit waits for the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    village = Village(
        folder / "month.sqlite",
        homes(ELDERS, WITH_THE_WHOLE_KIT),
        presses_a_day=PRESSES_A_DAY,
        together=TOGETHER,
    )
    began = time.perf_counter()
    village.live(days)
    total_s = time.perf_counter() - began
    found = Busy(
        village.engine.counters.messages,
        total_s,
        village.hub_s,
        village.hub_cpu_s,
        village.unanswered(),
        village.store.write(space.file_bytes) / MB,
    )
    village.close()
    return found
