"""Cheap devices lose their counters with their battery, and detectors say things once: nothing of it may cost a signal."""

from datetime import timedelta

from firmware_contracts.vocabulary import CallAction, Kind
from hub.core.alerts import AlertKind
from hub.core.reasons import ReasonCode
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
    story.advance(days=40)
    story.press(event_id="button-1-0001")
    assert [alert.event_ids for alert in story.alerts() if alert.kind is AlertKind.EMERGENCY_CALL] == [
        ("button-1-0001",)
    ]
    assert story.shown()[-1] == "heard"


def test_an_event_id_given_out_again_after_an_empty_battery_is_asked_about(story: Story) -> None:
    story.reboot("h1", "button")
    story.press(event_id="button-1-0001")
    story.resolve("butler-wang")
    story.advance(days=40)
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
