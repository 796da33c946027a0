"""What cannot be written in a lazy save is left out: it ends neither the hub nor the saves of its neighbours."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.core.outcome import LateMessage, Reading
from hub.engine.unsaved import Telemetry, Unsaved
from hub.store.store import Store
from tests.store import samples
from tests.store.samples import CELL, at
from tests.story import Story


def test_a_message_that_cannot_be_written_costs_its_home_its_charts_and_nobody_else_anything(
    tmp_path: Path,
) -> None:
    before = {"home-1": samples.home(), "home-2": samples.home("home-2")}
    with Store.open(tmp_path / "cell.sqlite", CELL) as store:
        store.save([(None, home, 0) for home in before.values()], [], 0, at(0))
        unsaved = Unsaved(store, before, 0, save_every_s=0)
        homes = {home_id: replace(home, wake_at=at(900)) for home_id, home in before.items()}
        reading = Reading("home-2", "r-1", "heart_rate_bpm", at(6), 71)
        never = LateMessage(samples.late(before["home-1"], 1, 1).event, at(6), timedelta.max)
        fresh = {"home-1": Telemetry([], [never]), "home-2": Telemetry([reading], [])}
        unsaved.adopt({}, list(homes), fresh)
        unsaved.save_all(homes, 7, at(9))
        assert len(unsaved) == 0
        loaded = store.load()
        assert loaded.checkpoint_seq == 7
        assert {home.wake_at for home in loaded.homes.values()} == {at(900)}
        assert store.write(lambda one: one.exec_driver_sql("SELECT count(*) FROM reading").scalar()) == 1


def test_a_save_that_always_fails_ends_no_hub_loses_nothing_and_is_told(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no save at all")

    monkeypatch.setattr(story.store, "save", broken)
    story.measure("h1", spo2_percent=97)
    story.advance(minutes=1)
    health = story.engine.health()
    assert not health.ready
    assert any("cannot be saved" in text for _, text in health.problems)
    assert health.unsaved_homes == 1
    story.press("h1")
    assert story.shown()[-1] == "heard"
    assert story.alert().open
    assert not story.engine.health().ready

    monkeypatch.undo()
    story.measure("h1", spo2_percent=96)
    story.advance(minutes=1)
    assert story.engine.health().ready
    assert story.rows("SELECT count(*) FROM reading") == [(2,)]
