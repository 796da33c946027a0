"""Another program fills the disk: emergencies still commit, are heard and told; and a hub starts on a full disk."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_sim.spec import DeviceKind, DeviceSpec, FleetSpec, HomeSpec, ResidentSpec
from hub.ingest.message import RawMessage, SessionName
from hub.store import space
from hub.store.store import Store, StoreUnavailable
from tests.e2e.conftest import on
from tests.e2e.hub_process import HubProcess, write_settings
from tests.e2e.small_disk import OtherProgram, small_disk
from tests.e2e.street import until
from tests.servers import MosquittoServer
from tests.soak.village import CELL, Village
from tests.story import TUESDAY_MORNING

HOMES = 1_000
DISK_BYTES = 128 * space.MB


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", DISK_BYTES) as mounted:
        yield mounted


def many_homes() -> FleetSpec:
    def home(number: int) -> HomeSpec:
        button = DeviceSpec(id=f"b{number:04d}", kind=DeviceKind.BUTTON, silent_after_s=400 * 86_400)
        return HomeSpec(id=f"h{number:04d}", residents=(ResidentSpec(id=f"r{number}"),), devices=(button,))

    return FleetSpec(cell=CELL, homes=tuple(home(number) for number in range(HOMES)))


def press(village: Village, number: int, event: str) -> None:
    message = {
        "v": 1,
        "boot": 1,
        "seq": 5,
        "uptime_ms": int(village.time.monotonic() * 1000),
        "device_time": None,
        "event_id": f"event-{event}-{number:06d}",
        "age_ms": 0,
        "action": "emergency",
    }
    topic = f"care/v1/{CELL}/h{number:04d}/b{number:04d}/call"
    village.engine.offer(RawMessage(topic, json.dumps(message).encode(), session=SessionName.URGENT))


@pytest.mark.parametrize("at_once", [True, False], ids=["all at once", "one after the other"])
def test_a_thousand_emergencies_commit_on_a_full_disk(disk: Path, at_once: bool) -> None:
    path = disk / "hub.sqlite"
    village = Village(path, many_homes())
    village.store.keep_reserve()
    other = OtherProgram(disk)
    other.fill()
    village.engine.spare_disk(True, 0)
    village._turn()
    for number in range(HOMES):
        press(village, number, "full")
        if not at_once:
            village._turn()
            other.fill()
    village._turn()
    assert village.engine.health().problems == ()
    assert village.heard == HOMES
    village.store._connection.close()  # as a kill: nothing more is written
    village.store._file_lock.release()  # type: ignore[union-attr]
    with Store.open(path, CELL) as again:
        query = "SELECT count(*) FROM alert WHERE kind = 'emergency_call' AND open"
        assert again.write(lambda c: c.exec_driver_sql(query).scalar()) == HOMES
        assert again.write(lambda c: c.exec_driver_sql("PRAGMA quick_check").scalar()) == "ok"


def test_without_the_reserve_they_would_not(disk: Path) -> None:
    """The test above can fail: a store that keeps nothing back takes no press on this disk."""
    village = Village(disk / "hub.sqlite", many_homes())
    OtherProgram(disk).fill()
    for number in range(HOMES):
        press(village, number, "full")
    for _ in range(20):
        village.engine.turn()
    assert village.heard < HOMES
    assert any(code == "store" for code, _ in village.engine.health().problems)


def test_a_hub_starts_on_a_full_disk(disk: Path) -> None:
    """A clean end lets go of the write-ahead log, which another program takes: the ballast is what the next start lives on."""
    path = disk / "hub.sqlite"
    with Store.open(path, CELL) as store:
        store.keep_reserve()
        space.lay_ballast(path)
    other = OtherProgram(disk)
    other.fill()
    with pytest.raises(StoreUnavailable):
        Store.open(path, CELL)
    assert space.make_room_to_start(path)
    with Store.open(path, CELL) as store:
        assert store.write(lambda c: c.exec_driver_sql("SELECT name FROM cell").scalar()) == CELL
        store.note_running(TUESDAY_MORNING)
    other.end()
    space.lay_ballast(path)
    assert space.ballast(path).stat().st_size == space.BALLAST_BYTES


@pytest.mark.slow
def test_a_running_hub_says_that_its_disk_fills_and_that_it_is_over(
    tmp_path: Path, own_mosquitto: MosquittoServer
) -> None:
    hub = HubProcess(write_settings(tmp_path / "hub", mqtt=on(own_mosquitto)))
    with small_disk(hub.data_dir, DISK_BYTES):
        try:
            hub.start_ready()
            other = OtherProgram(hub.data_dir)
            other.fill()
            until(lambda: "disk" in (hub.problems() or {}), "the console says that the disk is nearly full")
            told = (hub.problems() or {})["disk"]
            assert told.startswith("磁盘只剩 0%：求救、跌倒、报警照常")
            assert "store" not in (hub.problems() or {})
            until(lambda: alerts(hub) == [("disk_scarce", "triggered")], "a technical alert stands")
            other.end()
            until(hub.ready, "it is over")
            until(lambda: alerts(hub) == [("disk_scarce", "resolved")], "the alert ended by itself")
            assert hub.stop() == 0
        finally:
            hub.close()


def alerts(hub: HubProcess) -> list[tuple[str, str]]:
    """Why and in which state, of every alert in the store."""
    with sqlite3.connect(f"{(hub.data_dir / 'hub.sqlite').as_uri()}?mode=ro", uri=True) as store:
        rows = store.execute("SELECT state, body FROM alert").fetchall()
    return [("disk_scarce" if "disk_scarce" in str(body) else "another", state) for state, body in rows]
