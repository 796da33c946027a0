"""What users of similar systems suffered, one story for each way to fail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import Fault, Kind
from hub.core.alerts import AlertKind, AlertState, Severity
from hub.core.events import SetProfile
from hub.core.home import DeviceKind, Profile, Resident
from hub.core.journal import EntryKind
from hub.core.notifications import Template
from hub.core.reasons import ReasonCode
from hub.directory.protection import is_told_silent
from hub.ingest.message import SessionName
from hub.notify import phrases
from tests.story import CELL, SHANGHAI, SYSTEM, TUESDAY_MORNING, Story, device, done, street

A_MINUTE_DOWN = timedelta(minutes=1)


def one_device(**more: Any) -> dict[str, Profile]:
    """A flat with a single oximeter, so that nothing else wakes it."""
    only = device("oximeter", DeviceKind.OXIMETER, wearer="li", **more)
    home = replace(
        street()["h1"], residents=(Resident("li", "李桂英", "李奶奶"),), devices={"oximeter": only}
    )
    return {"h1": home}


@pytest.fixture
def lonely(tmp_path: Path) -> Story:
    return Story(tmp_path / "lonely.sqlite", homes=one_device())


def vital_alerts(story: Story) -> list[str]:
    return [alert.dedup_key for alert in story.alerts() if alert.kind is AlertKind.VITAL_SIGNS]


# --- restarts and timers ----------------------------------------------------------------------------------------------


def test_a_restart_in_the_middle_of_for_does_not_begin_it_anew(story: Story) -> None:
    story.measure(spo2_percent=90)
    story.advance(minutes=3)
    story.crash(down=A_MINUTE_DOWN)
    story.advance(seconds=59)
    assert vital_alerts(story) == []
    story.advance(seconds=1)
    assert vital_alerts(story) == ["vital|spo2_low|oximeter"]
    assert story.of(AlertKind.VITAL_SIGNS).occurred_at - TUESDAY_MORNING < timedelta(seconds=1)


def test_a_firing_alert_is_still_firing_after_a_restart(story: Story) -> None:
    story.measure(spo2_percent=80)
    before = story.alerts()
    story.crash()
    assert story.alerts() == before
    story.measure(spo2_percent=80)
    assert vital_alerts(story) == ["vital|spo2_very_low|oximeter"], "and it is not raised a second time"


def test_a_restart_in_the_middle_of_an_escalation_loses_no_step(story: Story) -> None:
    story.press()
    story.advance(seconds=30)
    story.crash()
    story.advance(seconds=29)
    story.expect_not_asked("deputy-zhou")
    story.advance(seconds=1)
    story.expect_asked("deputy-zhou", "desk-small")
    story.crash()
    story.advance(seconds=60)
    story.expect_asked("manager-xu")


def test_what_fell_due_while_the_hub_was_down_happens_at_once_and_in_order(story: Story) -> None:
    story.press("h1")
    story.advance(seconds=20)
    story.press("h3", "pendant")
    story.forget_calls()
    story.crash(down=timedelta(hours=5))
    story.run()
    asked_deputy = [sent.home_id for sent in story.phone.sent if sent.person_id == "deputy-zhou"]
    assert asked_deputy == ["h1", "h3"]


def test_an_acknowledgement_survives_a_restart_and_so_does_its_end(story: Story) -> None:
    story.press()
    story.take("butler-wang")
    story.crash(down=A_MINUTE_DOWN)
    story.expect_state(AlertState.ACKNOWLEDGED)
    story.forget_calls()
    story.advance(minutes=3, seconds=59)
    assert story.asked() == []
    story.advance(seconds=1)
    story.expect_state(AlertState.TRIGGERED)
    story.expect_asked("deputy-zhou")


def test_a_condition_already_true_at_the_start_is_not_silent(lonely: Story) -> None:
    """The hub was down while the fever began: the first reading afterwards counts."""
    lonely.measure(temperature_c=36.5)
    lonely.crash(down=timedelta(hours=2))
    lonely.measure(temperature_c=39.5)
    assert vital_alerts(lonely) == ["vital|temperature_high|oximeter"]


def test_a_restart_floods_nobody_with_disconnected_notices(story: Story) -> None:
    story.crash(down=timedelta(hours=6))
    story.run()
    assert story.alerts() == []
    story.advance(minutes=44)
    assert story.alerts() == []
    story.advance(minutes=1)
    assert {alert.reason.code for alert in story.alerts()} == {ReasonCode.DEVICE_SILENT}


def test_a_jump_of_the_clock_floods_nobody_either(story: Story) -> None:
    story.time.step_wall(timedelta(hours=6))
    story.run()
    assert [alert.reason.code for alert in story.alerts()] == [ReasonCode.CLOCK_JUMPED]
    story.press()
    assert [alert.kind for alert in story.alerts()] == [AlertKind.TECHNICAL, AlertKind.EMERGENCY_CALL]


def test_the_night_the_clocks_would_change_costs_no_shift(tmp_path: Path) -> None:
    """Shanghai has no daylight saving; a night shift across midnight is one shift."""
    story = Story(tmp_path / "midnight.sqlite", at=datetime(2026, 3, 8, 23, 59, 50, tzinfo=SHANGHAI))
    story.press()
    story.forget_calls()
    story.advance(seconds=60)
    story.expect_asked("deputy-zhou", "desk-large")


def test_delivery_goes_on_after_a_restart_with_the_same_ids(story: Story) -> None:
    story.phone.broken = True
    story.press()
    waiting = {row[0] for row in story.rows("select notification_id from outbox where state = 'queued'")}
    story.crash()
    story.phone.broken = False
    story.advance(seconds=10)
    assert {sent.id for sent in story.phone.sent} == waiting


# --- silent sensors ---------------------------------------------------------------------------------------------------


def test_a_device_that_never_said_a_word_is_silent_from_its_enrolment(lonely: Story) -> None:
    lonely.advance(minutes=44)
    assert lonely.alerts() == []
    lonely.advance(minutes=1)
    assert lonely.alert().reason.code == ReasonCode.DEVICE_SILENT
    assert lonely.alert().reason.data["never"] is True


def test_a_dead_sensor_is_told_after_its_time_not_when_it_returns(lonely: Story) -> None:
    lonely.heartbeat("h1", "oximeter")
    lonely.advance(minutes=30)
    lonely.heartbeat("h1", "oximeter")
    lonely.advance(minutes=44)
    assert lonely.alerts() == []
    lonely.advance(minutes=1)
    assert lonely.alert().reason.data == {"device_id": "oximeter", "silent_s": 2700, "never": False}


def test_a_device_that_comes_back_ends_its_alert_and_is_watched_again(lonely: Story) -> None:
    lonely.advance(minutes=45)
    lonely.heartbeat("h1", "oximeter")
    assert lonely.alerts() == []
    lonely.advance(minutes=45)
    assert lonely.alert().reason.code == ReasonCode.DEVICE_SILENT


def test_it_is_watched_again_also_when_somebody_had_closed_the_alert(lonely: Story) -> None:
    lonely.advance(minutes=45)
    lonely.resolve("operator-chen")
    lonely.advance(days=1)
    lonely.heartbeat("h1", "oximeter")
    lonely.advance(minutes=45)
    assert lonely.alert().reason.code == ReasonCode.DEVICE_SILENT


def test_retained_values_do_not_make_a_dead_device_look_alive(lonely: Story) -> None:
    lonely.heartbeat("h1", "oximeter")
    for _ in range(4):
        lonely.advance(minutes=11)
        lonely.send("h1", "oximeter", Kind.VITAL, {"readings": {"spo2_percent": 97}}, retained=True)
        lonely.status("h1", "oximeter", online=True)
    lonely.advance(minutes=1)
    assert lonely.alert().reason.code == ReasonCode.DEVICE_SILENT


@pytest.mark.parametrize("device_time", ["2099-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_a_reading_dated_in_the_future_does_not_hold_off_the_silence(lonely: Story, device_time: str) -> None:
    body = {"readings": {"spo2_percent": 90}, "device_time": device_time}
    lonely.send("h1", "oximeter", Kind.VITAL, body)
    lonely.advance(minutes=5)
    assert vital_alerts(lonely) == ["vital|spo2_low|oximeter"], "judged by the hub's clock"
    lonely.advance(minutes=40)
    assert lonely.of(AlertKind.TECHNICAL).reason.code == ReasonCode.DEVICE_SILENT


def test_a_last_will_counts_after_three_minutes_and_a_short_break_does_not(lonely: Story) -> None:
    lonely.heartbeat("h1", "oximeter")
    lonely.status("h1", "oximeter", online=False, retained=False)
    lonely.advance(minutes=2)
    lonely.heartbeat("h1", "oximeter")
    lonely.advance(minutes=2)
    assert lonely.alerts() == []
    lonely.status("h1", "oximeter", online=False, retained=False)
    lonely.advance(minutes=3)
    assert lonely.alert().reason.code == ReasonCode.DEVICE_OFFLINE
    lonely.heartbeat("h1", "oximeter")
    assert lonely.alerts() == []


def test_a_will_of_an_earlier_life_says_nothing(lonely: Story) -> None:
    lonely.reboot("h1", "oximeter")
    lonely.heartbeat("h1", "oximeter")
    lonely.status("h1", "oximeter", online=False, boot=1)
    lonely.advance(minutes=10)
    assert lonely.alerts() == []


def test_a_pending_will_does_not_speak_the_moment_the_hub_returns(lonely: Story) -> None:
    lonely.heartbeat("h1", "oximeter")
    lonely.status("h1", "oximeter", online=False, retained=False)
    lonely.crash(down=timedelta(minutes=10))
    lonely.run()
    assert lonely.alerts() == [], "the device may have come back meanwhile, unheard"
    lonely.advance(minutes=3)
    assert lonely.alert().reason.code == ReasonCode.DEVICE_OFFLINE


# --- messages ---------------------------------------------------------------------------------------------------------


def test_a_press_without_anything_but_the_press_is_a_press(story: Story) -> None:
    """An SOS without position, battery or signal raised nothing elsewhere."""
    story.press("h3", "pendant")
    assert story.alert().severity is Severity.EMERGENCY


@pytest.mark.parametrize("again", ["re-subscribed", "restarted"])
def test_a_kept_press_is_not_replayed(story: Story, again: str) -> None:
    story.press(event_id="event-0001")
    story.resolve("operator-chen")
    story.forget_calls()
    if again == "restarted":
        story.crash()
    story.press(event_id="event-0001", retained=True)
    story.press(event_id="event-0001", duplicate=True)
    assert story.alerts() == []
    assert story.asked() == []


def test_late_data_after_an_outage_is_history_and_breaks_no_rule(story: Story) -> None:
    """Two hours of low readings from a buffer, then a good one: nobody is alarmed by the past."""
    story.heartbeat("h1", "oximeter")
    topic = Address(CELL, "h1", "oximeter").up(Kind.VITAL)
    buffered = []
    for _ in range(24):
        story.time.pass_(timedelta(minutes=5))
        buffered.append({**story.envelope("h1", "oximeter"), "readings": {"spo2_percent": 80}})
    story.run()
    for message in buffered[:-1]:
        story.publish(topic, message, session=SessionName.TELEMETRY)
    assert vital_alerts(story) == []
    story.engine.stop()
    assert story.rows("select count(*) from history") == [(23,)]
    assert story.rows("select count(*) from reading") == [(0,)]


def test_a_duration_is_not_counted_through_a_gap_in_the_data(story: Story) -> None:
    """Low at ten and, by chance, low again at half past: that is not half an hour of low."""
    story.measure(spo2_percent=90)
    story.crash(down=timedelta(minutes=20))
    story.measure(spo2_percent=90)
    assert vital_alerts(story) == []
    story.advance(minutes=5)
    assert vital_alerts(story) == ["vital|spo2_low|oximeter"]


def test_the_clock_is_set_and_telemetry_still_counts(story: Story) -> None:
    """A gateway that started without a clock hears the time: from five minutes later nothing is taken for late any more."""
    story.heartbeat("h1", "oximeter")
    story.time.step_wall(timedelta(days=2))
    topic = Address(CELL, "h1", "oximeter").up(Kind.VITAL)
    for _ in range(12):
        story.time.pass_(timedelta(minutes=1))
        message = {**story.envelope("h1", "oximeter"), "readings": {"spo2_percent": 80}}
        story.publish(topic, message, session=SessionName.TELEMETRY)
    assert "vital|spo2_very_low|oximeter" in vital_alerts(story)


def test_a_device_put_up_anew_is_heard_although_its_counter_begins_anew(story: Story) -> None:
    for _ in range(3):
        story.reboot("h1", "oximeter")
    story.measure(spo2_percent=97)
    story.advance(minutes=10)
    profile = story.home().profile
    fresh = replace(profile.devices["oximeter"], enrolled_at=story.now)
    story.command(SetProfile("h1", SYSTEM, replace(profile, devices={**profile.devices, "oximeter": fresh})))
    story.restart_counters("h1", "oximeter")
    story.measure(spo2_percent=80)
    assert vital_alerts(story) == ["vital|spo2_very_low|oximeter"]


def test_a_flapping_sign_raises_a_new_alert_each_time_and_never_a_closed_one(story: Story) -> None:
    """Three reports of one batch: the closed alert of the first does not come back with the third."""
    for percent in (10, 60, 10):
        story.send("h1", "oximeter", Kind.HEARTBEAT, {"battery_percent": percent}, run=False)
    story.run()
    triggered = [entry.alert_id for entry in story.entries(EntryKind.ALERT_TRIGGERED)]
    assert len(set(triggered)) == 2
    assert story.alert().id == triggered[1]
    assert dict(story.rows("select alert_id, state from alert")) == {
        triggered[0]: "resolved",
        triggered[1]: "triggered",
    }


# --- people -----------------------------------------------------------------------------------------------------------


def test_taken_then_forgotten_does_not_stay_forgotten(story: Story) -> None:
    story.press()
    for _ in range(3):
        story.take("butler-wang")
        story.advance(minutes=5)
    assert len(story.entries(EntryKind.ALERT_HOLD_EXPIRED)) == 3
    story.expect_state(AlertState.TRIGGERED)
    story.expect_asked("manager-xu")


def test_after_taken_was_committed_only_stand_down_is_sent(story: Story) -> None:
    story.phone.broken = True
    story.press()
    story.take("butler-wang")
    story.crash()
    story.phone.broken = False
    story.advance(minutes=4)
    assert story.asked(Template.ALERT) == []
    assert sorted(story.asked(Template.TAKEN)) == ["daughter-li", "operator-chen"]


def test_silence_never_hides_a_new_event(story: Story) -> None:
    """Taken, and something else happens: it has an alert of its own."""
    story.press()
    story.take("butler-wang")
    story.fall()
    story.environment(smoke=True)
    assert {alert.kind for alert in story.alerts()} == {
        AlertKind.EMERGENCY_CALL,
        AlertKind.FALL,
        AlertKind.ENVIRONMENT,
    }


def test_smoke_that_is_still_there_after_closing_alerts_again(story: Story) -> None:
    story.environment(smoke=True)
    story.resolve("operator-chen")
    story.advance(minutes=9)
    story.environment(smoke=True)
    assert story.alerts() == []
    story.advance(minutes=1)
    story.environment(smoke=True)
    assert story.alert().kind is AlertKind.ENVIRONMENT


def test_the_elder_hears_that_nobody_is_forgotten_also_after_a_restart(story: Story) -> None:
    story.press()
    story.advance(seconds=30)
    story.crash()
    story.advance(seconds=30)
    assert story.said()[-1] == phrases.LOOKING


# --- the Pi -----------------------------------------------------------------------------------------------------------


def test_a_clock_that_boots_in_the_past_takes_no_time_back(story: Story) -> None:
    story.press()
    story.advance(seconds=50)
    committed_at = story.journal[-1].entry.at
    story.time.step_wall(timedelta(days=-400))
    story.crash()
    assert story.now >= committed_at
    story.advance(seconds=60)
    story.expect_asked("deputy-zhou")
    assert [line.entry.at for line in story.journal] == sorted(line.entry.at for line in story.journal)


DRILLS: dict[str, Callable[[Story], object]] = {
    "press": lambda story: story.press(),
    "taken": lambda story: (story.press(), done(story.take("butler-wang"))),
    "low reading": lambda story: story.measure(spo2_percent=80),
    "smoke": lambda story: story.environment(smoke=True),
    "mains failed": lambda story: story.fault("h1", "radar", Fault.MAINS_FAILED),
}


@pytest.mark.parametrize("drill", DRILLS.values(), ids=DRILLS)
def test_dying_again_and_again_changes_nothing(story: Story, drill: Callable[[Story], object]) -> None:
    drill(story)
    before, told = story.alerts(), len(story.journal)
    for _ in range(5):
        story.crash()
        story.run()
    assert story.alerts() == before
    assert len(story.journal) == told


@pytest.mark.parametrize("night", [timedelta(seconds=30), timedelta(minutes=4)])
def test_a_hub_that_is_started_anew_every_night_misses_a_dead_button(story: Story, night: timedelta) -> None:
    """The Zigbee button may be silent for 25 hours, longer than the hub ever runs."""
    for _ in range(3):
        story.advance(hours=23, minutes=59)
        story.crash(down=night)
    assert any(alert.dedup_key == "device|silent|sos" for alert in story.alerts())
    assert is_told_silent(story.home("h3"), story.home("h3").profile.devices["sos"])


def test_after_a_long_outage_a_device_has_its_whole_time_again(story: Story) -> None:
    story.advance(hours=20)
    story.crash(down=timedelta(hours=10))
    story.advance(hours=24)
    assert not any(alert.dedup_key == "device|silent|sos" for alert in story.alerts())
    story.advance(hours=2)
    assert any(alert.dedup_key == "device|silent|sos" for alert in story.alerts())


def test_a_clock_corrected_time_and_again_hides_no_dead_button(story: Story) -> None:
    for _ in range(3):
        story.advance(minutes=30)
        story.time.step_wall(timedelta(seconds=3))
        story.run()
    assert any(alert.dedup_key == "device|silent|button" for alert in story.alerts())
