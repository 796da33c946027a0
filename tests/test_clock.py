"""Hub time follows a clock that was set, and is not carried away by one wrong reading, for it never goes back."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.app import Hub
from hub.clock import DOUBTED_FOR, Anchor, HubClock, KeptDoubt, wall_now
from hub.clock_health import TOLD_FOR, clock_problems
from hub.config.settings import load
from hub.data_dir import store_path
from hub.store import clock_anchor, clock_doubt
from hub.store.retention import Standstill
from hub.store.store import Store
from tests.config.test_config import SHIPPED
from tests.story import VirtualTime

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
YEARS = timedelta(days=73 * 365)
SECOND = timedelta(seconds=1)


def running(time: VirtualTime, last: datetime | None = NOON) -> HubClock:
    return HubClock(last, wall=time.wall, monotonic=time.monotonic)


def test_one_wrong_reading_of_years_moves_nothing() -> None:
    time = VirtualTime(NOON)
    clock = running(time)
    time.step_wall(YEARS)
    assert clock.adopt_step() == timedelta()
    assert clock.now() == NOON
    ((code, told),) = clock_problems(clock, None)
    assert code == "clock"
    assert "时钟比系统时间快 26645 天" in told
    assert "followed in 60 min" in told
    time.step_wall(-YEARS)
    assert clock.adopt_step() == timedelta()
    assert clock_problems(clock, None) == []
    assert clock.wall_behind() == timedelta()


def test_wrong_readings_that_come_and_go_do_not_add_up() -> None:
    time = VirtualTime(NOON)
    clock = running(time)
    for _ in range(10):
        time.step_wall(YEARS)
        assert clock.adopt_step() == timedelta()
        time.pass_(DOUBTED_FOR - SECOND)
        time.step_wall(-YEARS)
        assert clock.adopt_step() == timedelta()
        time.pass_(SECOND)
    assert clock.now() == NOON + 10 * DOUBTED_FOR


@pytest.mark.parametrize("restarted", [False, True])
def test_a_wall_that_stays_years_ahead_is_followed_after_an_hour(restarted: bool) -> None:
    time = VirtualTime(NOON)
    clock = running(time)
    time.step_wall(timedelta(days=700))
    if restarted:
        clock = running(time)
    assert clock.adopt_step() == timedelta()
    time.pass_(DOUBTED_FOR - SECOND)
    assert clock.adopt_step() == timedelta()
    assert clock.now() == NOON + DOUBTED_FOR - SECOND
    time.pass_(SECOND)
    assert clock.adopt_step() == timedelta(days=700)
    assert clock.now() == time.wall()
    assert clock.doubt() is None


@pytest.mark.parametrize("days", [0.1, 1, 30, 366])
def test_a_machine_without_a_clock_chip_that_was_off_goes_on_at_once(days: float) -> None:
    time = VirtualTime(NOON)
    clock = running(time)
    time.pass_(timedelta(seconds=40))
    time.step_wall(timedelta(days=days))
    assert clock.adopt_step() == timedelta(days=days)
    assert clock.doubt() is None


@pytest.mark.parametrize("last", [None, datetime(1970, 1, 9, tzinfo=UTC)], ids=["new store", "weeks in 1970"])
def test_a_clock_that_was_never_set_is_set_at_once(last: datetime | None) -> None:
    time = VirtualTime(datetime(1970, 1, 1, tzinfo=UTC))
    clock = running(time, last)
    time.pass_(timedelta(minutes=5))
    time.step_wall(NOON - time.wall())
    assert clock.adopt_step() > timedelta()
    assert clock.now() == NOON
    assert clock_problems(clock, None) == []


def test_a_new_machine_with_the_date_of_its_image_is_set_at_once() -> None:
    time = VirtualTime(NOON - timedelta(days=500))
    clock = running(time, None)
    time.pass_(timedelta(minutes=5))
    time.step_wall(timedelta(days=500))
    assert clock.adopt_step() == timedelta(days=500)


JUMPED = Standstill(NOON, NOON + YEARS)


@pytest.mark.parametrize(
    ("newest", "later", "told"),
    [
        (JUMPED, timedelta(), True),
        (JUMPED, TOLD_FOR - SECOND, True),
        (JUMPED, TOLD_FOR, False),
        (Standstill(NOON, NOON + timedelta(days=40)), timedelta(), False),
        (Standstill(datetime(1970, 1, 9, tzinfo=UTC), NOON), timedelta(), False),
        (None, timedelta(), False),
    ],
    ids=[
        "just now",
        "nearly a week ago",
        "a week ago",
        "off for a holiday",
        "set for the first time",
        "none",
    ],
)
def test_a_jump_of_years_is_told_for_a_week_with_what_to_do(
    newest: Standstill | None, later: timedelta, told: bool
) -> None:
    clock = running(VirtualTime((newest.until_at if newest else NOON) + later), None)
    said = clock_problems(clock, newest)
    assert [code for code, _ in said] == (["clock"] if told else [])
    for _, detail in said:
        assert "从 2026-03-03 跳到了 2099-02-13" in detail
        assert "nothing was deleted" in detail
        assert "docs/operations.md" in detail


class TestARealHub:
    """What `/readyz` and the console say of it, from the store that an earlier run has left."""

    @pytest.fixture
    def config(self, tmp_path: Path) -> Path:
        for name in ("rules.toml", "policies.toml"):
            shutil.copy(SHIPPED / name, tmp_path)
        file = tmp_path / "hub.toml"
        file.write_text(
            '[hub]\ncell = "test"\ndata_dir = "data"\n[web]\nport = 0\n[mqtt]\nhost = "127.0.0.1"\nport = 1\n'
        )
        return file

    def told(self, config: Path, *ran_until: datetime) -> list[str]:
        settings = load(config, {})
        settings.hub.data_dir.mkdir(mode=0o700, exist_ok=True)
        with Store.open(store_path(settings), "test") as store:
            for instant in ran_until:
                store.note_running(instant)
        hub = Hub(settings)
        try:
            return [detail for code, detail in hub.health().problems if code == "clock"]
        finally:
            hub.stop()

    def test_a_wall_that_is_years_ahead_at_the_start_is_not_followed_and_told(self, config: Path) -> None:
        (told,) = self.told(config, wall_now() - timedelta(days=800))
        assert "暂不采用" in told

    def test_the_minutes_that_a_doubt_has_lasted_already_are_not_counted_again(self, config: Path) -> None:
        self.told(config, wall_now() - timedelta(days=800))
        with Store.open(store_path(load(config, {})), "test") as store:
            kept = KeptDoubt(timedelta(minutes=40), wall_now())
            store.write(lambda connection: clock_doubt.keep(connection, kept))
        (told,) = self.told(config)
        assert "20 分钟后自动采用" in told

    def test_a_jump_of_years_that_was_followed_is_told(self, config: Path) -> None:
        now = wall_now()
        (told,) = self.told(config, now - timedelta(days=800), now - timedelta(hours=1))
        assert "跳到了" in told

    def test_a_holiday_is_not_worth_a_word(self, config: Path) -> None:
        assert self.told(config, wall_now() - timedelta(days=40)) == []
        with Store.open(store_path(load(config, {})), "test") as store:
            (standstill,) = store.standstills()
        assert round((standstill.until_at - standstill.from_at) / timedelta(days=1)) == 40


class TestAnchor:
    """Hub time over a restart of the process, while the machine runs on."""

    def test_a_restart_costs_nothing_where_the_wall_clock_is_behind(self) -> None:
        time = VirtualTime(NOON)
        before = running(time)
        time.step_wall(-timedelta(days=30))
        time.pass_(timedelta(minutes=7))
        after = HubClock(NOON, wall=time.wall, monotonic=time.monotonic, anchor=before.anchor())
        assert after.now() == before.now() == NOON + timedelta(minutes=7)

    def test_a_newer_commit_and_a_wall_clock_ahead_still_count(self) -> None:
        time = VirtualTime(NOON)
        anchor = running(time).anchor()
        newer = HubClock(NOON + SECOND, wall=time.wall, monotonic=time.monotonic, anchor=anchor)
        assert newer.now() == NOON + SECOND
        time.step_wall(timedelta(hours=1))
        ahead = HubClock(NOON, wall=time.wall, monotonic=time.monotonic, anchor=anchor)
        assert ahead.now() == NOON + timedelta(hours=1)

    def test_a_new_store_knows_nothing_of_it(self) -> None:
        time = VirtualTime(NOON)
        time.pass_(timedelta(hours=1))
        anchor = Anchor(time.monotonic(), NOON + timedelta(days=400))
        clock = HubClock(None, wall=time.wall, monotonic=time.monotonic, anchor=anchor)
        assert clock.now() == NOON + timedelta(hours=1)

    def test_it_is_kept_beside_the_store(self, tmp_path: Path) -> None:
        store, anchor = tmp_path / "hub.sqlite", Anchor(12.5, NOON)
        clock_anchor.keep(store, anchor)
        assert clock_anchor.load(store) == anchor
        assert clock_anchor.beside(store).stat().st_mode & 0o077 == 0
        clock_anchor.forget(store)
        clock_anchor.forget(store)
        assert clock_anchor.load(store) is None

    def test_a_machine_that_started_anew_has_another_clock(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = tmp_path / "hub.sqlite"
        clock_anchor.keep(store, Anchor(12.5, NOON))
        (tmp_path / "boot_id").write_text("another run of the machine")
        monkeypatch.setattr(clock_anchor, "BOOT_ID", tmp_path / "boot_id")
        assert clock_anchor.load(store) is None

    def test_where_no_run_of_the_machine_has_a_name_nothing_is_believed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clock_anchor, "BOOT_ID", tmp_path / "missing")
        clock_anchor.keep(tmp_path / "hub.sqlite", Anchor(12.5, NOON))
        assert clock_anchor.load(tmp_path / "hub.sqlite") is None

    @pytest.mark.parametrize("torn", ["", "{", "[]", "7", '{"boot_id": 1}', "\0\0\0"])
    def test_what_cannot_be_read_is_no_hint(self, tmp_path: Path, torn: str) -> None:
        clock_anchor.beside(tmp_path / "hub.sqlite").write_text(torn)
        assert clock_anchor.load(tmp_path / "hub.sqlite") is None


def test_a_clock_that_was_never_set_is_told_until_it_is() -> None:
    """A gateway without a clock chip and without a network: nothing was ever committed, and the year is 1970."""
    time = VirtualTime(datetime(1970, 1, 1, 0, 5, tzinfo=UTC))
    clock = running(time, last=None)
    ((code, told),) = clock_problems(clock, None)
    assert code == "clock"
    assert told.startswith("时钟还没有对时")
    assert "The clock was never set" in told
    time.step_wall(NOON - time.wall())
    clock.adopt_step()
    assert clock_problems(clock, None) == []
