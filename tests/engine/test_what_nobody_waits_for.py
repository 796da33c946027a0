"""Nothing that somebody stopped waiting for, and nothing that cannot be stepped again, ends the engine's thread or a start."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from hub.core.alerts import AlertKind
from hub.core.events import RaiseByHand
from hub.core.home import Home
from hub.core.outcome import Done, Outcome
from hub.core.unjudged import TRY_AGAIN_AFTER
from hub.engine import engine as engine_module
from hub.engine import turn as turn_module
from hub.engine.health import EngineSettings
from hub.store.store import Batch, Connection, JournalLine, Store
from tests.story import Story, actor


def raising(connection: Connection) -> None:
    raise ValueError("no such column")


@pytest.mark.parametrize("write", [raising, lambda connection: None], ids=["fails", "succeeds"])
def test_a_write_whose_asker_has_gone_costs_no_press(
    story: Story, write: Callable[[Connection], None]
) -> None:
    assert story.engine.write(write).cancel()
    after = story.engine.write(lambda connection: 7)
    story.press("h1")
    assert after.result(0) == 7
    story.of(AlertKind.EMERGENCY_CALL, "h1")


def test_a_poisoned_command_whose_asker_has_gone_costs_no_press(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Store.commit

    def commit(store: Store, batch: Batch) -> list[JournalLine]:
        if any(effect.after.id == "h1" for effect in batch.effects):
            raise ValueError("a value that no column takes")
        return original(store, batch)

    monkeypatch.setattr(Store, "commit", commit)
    assert story.engine.submit(RaiseByHand("h1", actor("op"), "hand-1", "li")).cancel()
    story.press("h2", "cord", run=False)
    story.run()
    story.of(AlertKind.EMERGENCY_CALL, "h2")
    assert len(story.acknowledged) == 1


def test_what_a_turn_had_no_time_for_is_done_before_the_engine_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "LOOK_AT_CLOCK_EVERY", 1)
    story = Story(tmp_path / "stops.sqlite", settings=EngineSettings(max_batch_ms=-1))
    answers = [
        story.engine.submit(RaiseByHand(home_id, actor("op"), f"hand-{home_id}")) for home_id in ("h1", "h2")
    ]
    story.engine.stop()
    story.engine._run()
    assert all(isinstance(answer.result(0), Done) for answer in answers)
    story.store.close()


def test_an_input_that_cannot_be_stepped_again_does_not_keep_the_hub_from_starting(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.measure("h1", "oximeter", spo2_percent=97)
    story.measure("h1", "oximeter", spo2_percent=96)
    story.store.write(
        lambda connection: connection.exec_driver_sql(
            'UPDATE input_log SET source = 1, payload = \'{"type": "Forgotten", "data": {}}\' '
            "WHERE seq = (SELECT max(seq) FROM input_log)"
        )
    )
    story.crash()
    assert story.home("h1").devices["oximeter"].top_seq is not None
    story.press("h1")
    story.of(AlertKind.EMERGENCY_CALL, "h1")


def test_a_home_that_was_due_for_nothing_is_woken_again(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.press("h1")
    asked = len(story.asked())

    def asleep(home: Home, *rest: object) -> Outcome:
        return Outcome(home)

    with monkeypatch.context() as patched:
        patched.setattr(turn_module, "step", asleep)
        story.advance(minutes=5)
    assert len(story.asked()) == asked
    story.advance(seconds=TRY_AGAIN_AFTER / timedelta(seconds=1))
    assert len(story.asked()) > asked, "the escalation goes on"
