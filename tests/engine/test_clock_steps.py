"""Clocks that are set while the hub runs: nothing becomes late by it, and the people of the real hour are asked."""

from datetime import timedelta

import pytest

from hub.core.alerts import AlertKind
from hub.store.store import StoreUnavailable
from tests.story import Story


@pytest.mark.parametrize("restarted", [False, True])
def test_after_a_step_forward_a_fresh_message_is_not_late(story: Story, restarted: bool) -> None:
    story.press("h3", "pendant", event_id="before")
    story.resolve("butler-wang")
    story.measure(spo2_percent=97)
    story.time.step_wall(timedelta(hours=6))
    story.run()
    if restarted:
        story.crash()
    story.advance(seconds=10)
    story.press("h3", "pendant")
    assert story.of(AlertKind.EMERGENCY_CALL, "h3").reason.data["late_s"] == 0
    story.measure(spo2_percent=70)
    assert story.of(AlertKind.VITAL_SIGNS, "h1").reason.data["value"] == 70


def test_what_stood_in_a_queue_during_the_step_is_late_by_its_own_delay_only(story: Story) -> None:
    story.measure(spo2_percent=97)
    held_up = story.envelope("h1", "oximeter")
    story.time.step_wall(timedelta(hours=6))
    story.run()
    story.advance(minutes=30)
    story.publish("care/v1/story/h1/oximeter/vital", {**held_up, "readings": {"spo2_percent": 70}})
    assert story.alerts() == []
    story.engine.stop()
    (row,) = story.rows("select received_at - estimated_at from history")
    assert row[0] == pytest.approx(1_800_000_000, abs=1_000_000)


def test_an_uptime_that_ran_over_within_a_boot_is_no_delay(story: Story) -> None:
    for uptime_ms in (2**32 - 5_000, 5_000):
        told = {**story.envelope("h1", "oximeter"), "uptime_ms": uptime_ms}
        story.publish("care/v1/story/h1/oximeter/vital", {**told, "readings": {"spo2_percent": 70}})
        story.advance(seconds=10)
    assert [row[0] for row in story.rows("select count(*) from history")] == [0]
    story.of(AlertKind.VITAL_SIGNS, "h1")


@pytest.mark.parametrize("restarted", [False, True])
def test_a_wall_set_forward_and_back_asks_the_people_of_the_real_hour(story: Story, restarted: bool) -> None:
    story.time.step_wall(timedelta(hours=12))
    story.run()
    story.time.step_wall(timedelta(hours=-12))
    story.advance(seconds=5)
    if restarted:
        story.crash()
    story.press("h3", "pendant")
    story.expect_asked("butler-wang")
    story.expect_not_asked("deputy-zhou")


def test_hub_time_ahead_of_the_wall_is_told_with_its_remedy_until_it_is_over(story: Story) -> None:
    story.time.step_wall(timedelta(hours=8))
    story.run()
    assert story.engine.health().ready
    story.time.step_wall(timedelta(hours=-8))
    story.run()
    ((code, told),) = story.engine.health().problems
    assert code == "clock"
    assert "系统时间比时钟快 8:00:00" in told
    assert "Hub time is ahead of the wall clock by 8:00:00" in told
    assert not story.engine.context().wall_synchronised
    story.time.step_wall(timedelta(hours=8))
    story.run()
    assert story.engine.health().ready
    assert story.engine.context().wall_synchronised
    assert story.engine.context().wall_offset == timedelta()


def test_a_wall_that_was_never_set_is_not_followed(story: Story) -> None:
    story.time.step_wall(timedelta(days=-365 * 40))
    story.press("h3", "pendant")
    story.expect_asked("butler-wang")
    assert story.engine.context().wall_offset == timedelta()


def test_a_wall_that_is_steered_back_a_little_changes_nothing(story: Story) -> None:
    version = story.engine.context().version
    story.time.step_wall(timedelta(seconds=-1.5))
    story.advance(minutes=10)
    assert story.engine.context().version == version
    assert story.engine.health().ready


def test_nothing_is_judged_while_a_step_cannot_be_saved(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.measure(spo2_percent=97)
    acknowledged = len(story.acknowledged)
    story.time.step_wall(timedelta(hours=6))

    def full(*_: object, **__: object) -> None:
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(story.store, "save", full)
        story.press(run=False)
        assert story.engine.turn() == 0
        assert story.engine.turn() == 0
        assert story.alerts() == []
        assert len(story.acknowledged) == acknowledged
    story.run()
    assert story.of(AlertKind.EMERGENCY_CALL).reason.data["late_s"] == 0
