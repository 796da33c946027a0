"""Cheap devices lose their counters with their battery, and detectors say things once: nothing of it may cost a signal."""

from datetime import timedelta

import pytest

from firmware_contracts.vocabulary import CallAction, Fault, Kind
from hub.core.alerts import AlertKind
from hub.core.journal import EntryKind
from hub.core.reasons import ReasonCode
from hub.store.store import Retention
from tests.store.samples import keep_running
from tests.story import Story


def test_smoke_that_comes_late_is_still_smoke_and_says_how_late(story: Story) -> None:
    story.heartbeat("h1", "smoke")
    message = {**story.envelope("h1", "smoke"), "smoke": True}
    story.advance(minutes=3)
    story.publish("care/v1/story/h1/smoke/environment", message)
    alert = story.of(AlertKind.ENVIRONMENT)
    assert alert.reason.data["late_s"] == 180
    assert alert.occurred_at <= story.now - timedelta(minutes=3)


def test_a_late_all_clear_clears_nothing(story: Story) -> None:
    story.heartbeat("h1", "smoke")
    clear = {**story.envelope("h1", "smoke"), "smoke": False}
    story.advance(minutes=3)
    story.environment("h1", "smoke", smoke=True)
    story.publish("care/v1/story/h1/smoke/environment", clear)
    assert story.of(AlertKind.ENVIRONMENT).evidence == ()


def test_a_device_that_lost_its_boot_counter_is_judged_again_after_a_minute(story: Story) -> None:
    for _ in range(3):
        story.reboot("h1", "oximeter")
        story.measure(spo2_percent=97)
    story.restart_counters("h1", "oximeter")
    for _ in range(12):
        story.advance(minutes=1)
        story.measure(spo2_percent=80)
    kinds = {alert.kind for alert in story.alerts()}
    assert kinds == {AlertKind.VITAL_SIGNS, AlertKind.TECHNICAL}
    assert story.of(AlertKind.TECHNICAL).reason.code == ReasonCode.COUNTER_LOST


def test_an_old_boot_out_of_a_queue_is_history_and_nobody_is_accused(story: Story) -> None:
    old = []
    for _ in range(5):
        old.append({**story.envelope("h1", "oximeter"), "readings": {"spo2_percent": 70}})
        story.advance(seconds=30)
    story.reboot("h1", "oximeter")
    story.measure(spo2_percent=97)
    story.advance(minutes=5)
    for message in old:
        story.publish("care/v1/story/h1/oximeter/vital", message)
        story.advance(seconds=1)
    story.advance(minutes=10)
    assert story.alerts() == []


def test_an_event_id_given_out_again_weeks_later_is_a_press(story: Story) -> None:
    story.press(event_id="button-1-0001")
    story.resolve("butler-wang")
    story.time.pass_(timedelta(days=40))
    story.press(event_id="button-1-0001")
    assert [alert.event_ids for alert in story.alerts() if alert.kind is AlertKind.EMERGENCY_CALL] == [
        ("button-1-0001",)
    ]
    assert story.shown()[-1] == "heard"


def test_a_number_given_out_again_opens_an_alert_and_pages_of_its_own(story: Story) -> None:
    """Otherwise it overwrites the closed record, and whoever keeps keys of what they got acts on none of its pages."""
    story.press(event_id="button-1-0001")
    story.resolve("butler-wang")
    story.advance(hours=2)
    first = {row[0] for row in story.rows("SELECT notification_id FROM outbox")}
    story.forget_calls()
    story.press(event_id="button-1-0001")
    states = story.rows("SELECT state FROM alert WHERE kind = 'emergency_call' ORDER BY id")
    assert states == [("resolved",), ("triggered",)]
    assert story.asked()
    assert first.isdisjoint(notification.id for notification in story.phone.sent)


def test_a_number_that_comes_back_after_its_memory_has_lapsed_opens_an_alert_of_its_own(story: Story) -> None:
    story.press(event_id="button-1-0001")
    story.resolve("butler-wang")
    story.time.pass_(timedelta(days=91))
    keep_running(story.store, story.now)
    story.store.retain(story.now, Retention())
    assert story.rows("SELECT count(*) FROM event_id") == [(0,)]
    story.press(event_id="button-1-0001")
    assert story.rows("SELECT count(*) FROM alert WHERE kind = 'emergency_call'") == [(2,)]


def test_an_event_id_given_out_again_after_an_empty_battery_is_asked_about(story: Story) -> None:
    story.reboot("h1", "button")
    story.press(event_id="button-1-0001")
    story.resolve("butler-wang")
    story.time.pass_(timedelta(days=40))
    story.restart_counters("h1", "button")
    story.press(event_id="button-1-0001")
    story.press(event_id="button-1-0001", age=timedelta(seconds=2))
    assert [alert.kind for alert in story.alerts() if alert.kind is not AlertKind.TECHNICAL] == [
        AlertKind.UNCONFIRMED_CALL
    ]


def test_a_repetition_is_none_however_long_it_takes(story: Story) -> None:
    event_id = story.press()
    story.resolve("butler-wang")
    story.advance(hours=30)
    body = {"event_id": event_id, "age_ms": 30 * 3_600_000, "action": CallAction.EMERGENCY.value}
    story.send("h1", "button", Kind.CALL, body)
    assert [alert for alert in story.alerts() if alert.kind is AlertKind.EMERGENCY_CALL] == []


def test_unreadable_readings_are_told_again_after_a_good_and_quiet_time(story: Story) -> None:
    topic = "care/v1/story/h1/oximeter/vital"
    told = ReasonCode.UNREADABLE_TELEMETRY
    story.publish(topic, b"{")
    assert story.alert().reason.code == told
    story.time.pass_(timedelta(hours=2, minutes=1))
    story.measure(spo2_percent=97)
    assert told not in [alert.reason.code for alert in story.alerts()]
    story.publish(topic, b"{")
    assert told in [alert.reason.code for alert in story.alerts()]


def test_a_device_that_cannot_keep_its_boot_counter_is_judged_again_after_a_minute(story: Story) -> None:
    for _ in range(300):
        story.measure(spo2_percent=97)
    story.advance(minutes=30)
    for minute in range(12):
        story.advance(minutes=1)
        message = {"v": 1, "boot": 1, "seq": minute + 1, "uptime_ms": 60_000 * minute, "device_time": None}
        story.publish("care/v1/story/h1/oximeter/vital", {**message, "readings": {"spo2_percent": 80}})
    kinds = {alert.kind for alert in story.alerts()}
    assert kinds == {AlertKind.VITAL_SIGNS, AlertKind.TECHNICAL}


def test_an_id_given_out_again_under_the_same_boot_number_is_asked_about(story: Story) -> None:
    story.press(event_id="button-1-0001")
    story.resolve("butler-wang")
    story.time.pass_(timedelta(days=40))
    message = {
        "v": 1,
        "boot": 1,
        "seq": 1,
        "uptime_ms": 5_000,
        "device_time": None,
        "event_id": "button-1-0001",
    }
    story.publish("care/v1/story/h1/button/call", {**message, "age_ms": 0, "action": "emergency"})
    assert AlertKind.UNCONFIRMED_CALL in [alert.kind for alert in story.alerts()]


def test_a_repetition_over_a_clock_that_was_set_is_a_question_at_most(story: Story) -> None:
    event_id = story.press()
    story.resolve("butler-wang")
    story.time.step_wall(timedelta(hours=2))
    story.press(event_id=event_id, age=timedelta(seconds=5))
    assert AlertKind.EMERGENCY_CALL not in [alert.kind for alert in story.alerts()]


@pytest.mark.parametrize("speed", [2, 10, 1000])
def test_a_clock_that_runs_wrong_mutes_no_device_without_a_word(story: Story, speed: int) -> None:
    for minute in range(1, 130):
        story.advance(minutes=1)
        message = {"v": 1, "boot": 1, "seq": minute, "uptime_ms": speed * 60_000 * minute}
        story.publish("care/v1/story/h1/oximeter/vital", {**message, "readings": {"spo2_percent": 80}})
    assert ReasonCode.NOT_BELIEVED in [alert.reason.code for alert in story.alerts()]


def test_the_late_end_of_a_fault_ends_nothing(story: Story) -> None:
    story.reboot("h1", "button")
    old = {**story.envelope("h1", "button"), "fault": Fault.BATTERY_GONE.value, "active": False}
    story.advance(minutes=5)
    story.heartbeat("h1", "button")
    story.fault("h1", "button", Fault.BATTERY_GONE)
    story.publish("care/v1/story/h1/button/fault", old)
    assert story.alert().reason.data["fault"] == Fault.BATTERY_GONE.value


def test_a_battery_that_ran_low_during_an_outage_is_told(story: Story) -> None:
    story.heartbeat("h1", "button")
    low = [{**story.envelope("h1", "button"), "battery_percent": 10} for _ in range(3)]
    story.advance(minutes=30)
    story.heartbeat("h1", "button")
    for message in low:
        story.publish("care/v1/story/h1/button/heartbeat", message)
    assert story.alerts() == []
    story.send("h1", "button", Kind.HEARTBEAT, {"battery_percent": 10})
    assert story.alert().reason.code == ReasonCode.BATTERY_LOW


def test_whoever_goes_on_pressing_a_foreign_button_is_heard_again_after_its_alert_was_closed(
    story: Story,
) -> None:
    def press_frantically() -> None:
        for _ in range(6):
            story.zigbee("h3", "sos", {"action": "emergency", "battery": 60})
            story.advance(seconds=1.5)

    press_frantically()
    assert len(story.of(AlertKind.EMERGENCY_CALL).evidence) >= 2
    story.resolve("operator-chen")
    press_frantically()
    assert story.of(AlertKind.EMERGENCY_CALL).open


def test_a_late_copy_of_a_press_takes_its_alert_from_nobody(story: Story) -> None:
    story.heartbeat("h1", "button")
    event_id = "button-1-0001"
    copy = {**story.envelope("h1", "button"), "event_id": event_id, "age_ms": 0, "action": "emergency"}
    story.press(event_id=event_id)
    story.take("butler-wang")
    story.time.pass_(timedelta(minutes=6))
    story.publish("care/v1/story/h1/button/call", copy)
    assert story.entries(EntryKind.ALERT_REOPENED) == []
