"""Clocks that are set while the hub runs: nothing becomes late by it, and the people of the real hour are asked."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import CallAction, Fault, ServiceCategory
from hub.core.alerts import Alert, AlertKind
from hub.core.journal import EntryKind
from hub.core.reasons import ReasonCode
from hub.notify.texts import alert_text
from hub.store.store import StoreUnavailable
from tests.story import SHANGHAI, TUESDAY_MORNING, Story, done


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
    assert [alert.reason.code for alert in story.alerts()] == [ReasonCode.CLOCK_JUMPED]
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


def jumps(story: Story) -> list[Alert]:
    return [alert for alert in story.alerts() if alert.reason.code == ReasonCode.CLOCK_JUMPED]


@pytest.mark.parametrize(
    ("by", "span_zh", "span_en", "until"),
    [
        (timedelta(hours=1), "1小时", "1 h", "2026-03-03 11:00"),
        (timedelta(hours=3, minutes=2), "3小时2分钟", "3 h 2 min", "2026-03-03 13:02"),
        (timedelta(days=1), "1天", "1 d", "2026-03-04 10:00"),
        (timedelta(days=200), "200天", "200 d", "2026-09-19 10:00"),
    ],
    ids=str,
)
def test_a_running_hub_whose_clock_goes_forward_tells_a_person(
    story: Story, by: timedelta, span_zh: str, span_en: str, until: str
) -> None:
    story.press()
    story.forget_calls()
    story.time.step_wall(by)
    story.run()
    (told,) = jumps(story)
    assert told.kind is AlertKind.TECHNICAL
    (sent,) = [one for one in story.phone.sent if one.alert_id == told.id]
    assert sent.person_id == "operator-chen"
    zh, en = alert_text(sent, address_of=lambda home_id: f"address of {home_id}")
    assert zh.startswith("【设备异常】设备异常：本系统时钟，")
    assert en.startswith("[technical] technical: the hub's clock, ")
    assert f"快进了{span_zh}（从2026-03-03 10:00到{until}）：时钟被向前拨过，或主机睡眠过" in zh
    assert "警情1起（“address of h1”）" in zh
    assert f"forward by {span_en} at once (from 2026-03-03 10:00 to {until})" in en
    assert "the clock was set forward, or the machine slept" in en
    assert "alerts 1 (“address of h1”)" in en
    story.expect_asked("deputy-zhou")
    story.crash()
    assert [alert.id for alert in jumps(story)] == [told.id]


def test_a_jump_says_what_fell_due_by_it_and_names_the_gravest_first(story: Story) -> None:
    story.fault("h2", "cord", Fault.TAMPER)
    story.press("h3", "pendant")
    story.press("h1")
    story.press("h1", action=CallAction.SERVICE, category=ServiceCategory.MEALS)
    done(story.take("butler-wang", story.of(AlertKind.EMERGENCY_CALL, "h1")))
    story.time.step_wall(timedelta(hours=3))
    story.run()
    data = jumps(story)[0].reason.data
    assert {name: data[name] for name in ("alerts", "homes", "home_1", "home_2", "home_3")} == {
        "alerts": 3,
        "homes": 3,
        "home_1": "h3",
        "home_2": "h1",
        "home_3": "h2",
    }
    assert data["requests"] == 1
    story.time.step_wall(timedelta(seconds=61))
    story.run()
    assert jumps(story)[0].evidence[-1].reason.data["alerts"] == 2, (
        "both calls are asked about every minute or two"
    )


def test_what_waits_beyond_the_jump_fell_not_due_by_it(story: Story) -> None:
    story.fault("h2", "cord", Fault.TAMPER)
    story.time.step_wall(timedelta(minutes=119))
    story.run()
    assert jumps(story)[0].reason.data["alerts"] == 0


@pytest.mark.parametrize("seconds", [2, 10, 59])
def test_a_small_step_is_written_into_the_log_only(
    story: Story, caplog: pytest.LogCaptureFixture, seconds: int
) -> None:
    with caplog.at_level(logging.WARNING):
        story.time.step_wall(timedelta(seconds=seconds))
        story.run()
    assert f"hub time went forward by {seconds} s" in caplog.text
    assert story.alerts() == []


def test_a_clock_that_jumps_again_and_again_calls_nobody_anew_until_the_alert_is_closed(story: Story) -> None:
    for _ in range(5):
        story.time.step_wall(timedelta(minutes=20))
        story.run()
    (told,) = jumps(story)
    assert len(told.evidence) == 4
    assert story.asked() == ["operator-chen"]
    done(story.take("operator-chen", told))
    story.time.step_wall(timedelta(minutes=20))
    story.run()
    assert story.asked() == ["operator-chen"]
    story.resolve("operator-chen", alert=jumps(story)[0])
    story.time.step_wall(timedelta(minutes=20))
    story.run()
    assert [alert.id for alert in jumps(story)] != [told.id]
    assert len(jumps(story)) == 1


def test_a_machine_that_was_off_is_no_clock_that_was_set(story: Story) -> None:
    story.crash(down=timedelta(hours=3))
    story.run()
    assert jumps(story) == []


def test_a_clock_that_is_set_for_the_first_time_is_not_told(tmp_path: Path) -> None:
    story = Story(tmp_path / "new.sqlite", at=datetime(1970, 1, 1, 8, tzinfo=SHANGHAI))
    story.time.step_wall(TUESDAY_MORNING - story.time.wall())
    story.run()
    assert story.now >= TUESDAY_MORNING
    assert story.alerts() == []


def test_a_jump_that_cannot_be_written_yet_is_told_when_it_can(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    story.time.step_wall(timedelta(hours=3))
    with monkeypatch.context() as broken:
        broken.setattr(story.store, "commit", full)
        assert story.engine.turn() == 0
        assert story.alerts() == []
        assert not story.engine.health().ready
    story.run()
    (told,) = jumps(story)
    assert told.reason.data["by_s"] == 10_800
    assert [entry.alert_id for entry in story.entries(EntryKind.ALERT_TRIGGERED)] == [told.id]


class TestADoubtOutlivesTheRun:
    """The wall clock is right and two years ahead, or wrong: the hour of doubt is one of running time, whatever restarts."""

    YEARS = timedelta(days=700)

    @pytest.fixture
    def story(self, story: Story) -> Story:
        """Not the first run of a new store: that one believes any clock."""
        story.crash()
        return story

    def runs(self, story: Story, minutes: float) -> None:
        """Looked at every few seconds, as the thread does."""
        for _ in range(round(minutes * 12)):
            story.time.pass_(timedelta(seconds=5))
            story.run()

    def followed(self, story: Story) -> bool:
        return story.now > TUESDAY_MORNING + timedelta(days=365)

    def test_a_hub_that_restarts_every_ten_minutes_follows_a_right_clock(self, story: Story) -> None:
        story.time.step_wall(self.YEARS)
        for _ in range(6):
            self.runs(story, 10)
            assert not self.followed(story)
            story.crash(down=timedelta(minutes=1))
        self.runs(story, 3)
        assert self.followed(story)
        assert story.rows("select * from clock_doubt") == []

    def test_time_in_which_the_hub_did_not_run_does_not_count(self, story: Story) -> None:
        story.time.step_wall(self.YEARS)
        self.runs(story, 10)
        story.crash(down=timedelta(hours=20))
        self.runs(story, 45)
        assert not self.followed(story)

    def test_a_single_wrong_reading_at_each_start_adds_up_to_nothing(self, story: Story) -> None:
        for _ in range(80):
            story.time.step_wall(self.YEARS)
            story.crash()
            self.runs(story, 1)
            story.time.step_wall(-self.YEARS)
            self.runs(story, 0.2)
        assert not self.followed(story)
        assert story.rows("select * from clock_doubt") == []

    def test_a_doubt_that_ended_counts_for_no_new_one(self, story: Story) -> None:
        story.time.step_wall(self.YEARS)
        self.runs(story, 50)
        story.time.step_wall(-self.YEARS)
        self.runs(story, 0.1)
        story.crash()
        story.time.step_wall(self.YEARS)
        self.runs(story, 50)
        assert not self.followed(story)
        self.runs(story, 11)
        assert self.followed(story)

    def test_the_doubt_of_last_month_counts_for_no_new_one(self, story: Story) -> None:
        """It was switched off with a clock that was wrong, and nobody saw it right since."""
        story.time.step_wall(self.YEARS)
        self.runs(story, 50)
        story.crash(down=timedelta(days=30))
        self.runs(story, 50)
        assert not self.followed(story)

    def test_a_machine_that_boots_with_its_old_time_goes_on_with_its_doubt(self, story: Story) -> None:
        """Without a clock chip, until the first synchronisation after each start."""
        for _ in range(8):
            self.runs(story, 1)
            story.time.step_wall(self.YEARS)
            self.runs(story, 8)
            if self.followed(story):
                break
            story.time.step_wall(-self.YEARS)
            story.crash()
        assert self.followed(story)

    def test_a_clock_that_stays_right_after_the_start_ends_the_doubt_of_the_run_before(
        self, story: Story
    ) -> None:
        story.time.step_wall(self.YEARS)
        self.runs(story, 50)
        story.time.step_wall(-self.YEARS)
        story.crash()
        self.runs(story, 11)
        story.time.step_wall(self.YEARS)
        self.runs(story, 50)
        assert not self.followed(story)


def test_a_hub_that_dies_again_and_again_under_a_clock_that_is_behind_still_goes_on_asking(
    story: Story,
) -> None:
    story.press("h2", "cord")
    story.time.step_wall(-timedelta(hours=1))
    for _ in range(20):
        for _ in range(9):
            story.time.pass_(timedelta(seconds=5))
            story.run()
        story.crash()
    assert story.of(AlertKind.EMERGENCY_CALL, "h2").step == 2
