"""The table *What counts, and what it becomes*, row by row."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import CallAction, FallPhase, Kind
from hub.core.alerts import AlertKind, AlertState, Severity
from hub.core.journal import EntryKind
from hub.core.reasons import ReasonCode
from hub.ingest.message import SessionName
from hub.notify import phrases
from tests.story import CELL, Story

CALL_TOPIC = Address(CELL, "h1", "button").up(Kind.CALL)
FALL_TOPIC = Address(CELL, "h1", "radar").up(Kind.FALL)
VITAL_TOPIC = Address(CELL, "h1", "oximeter").up(Kind.VITAL)


# --- call or fall, event id new: alert; heard after the commit --------------------------------------------------------


def test_a_call_with_a_new_event_id_alerts_and_is_heard(story: Story) -> None:
    story.press()
    assert story.alert().kind is AlertKind.EMERGENCY_CALL
    assert story.shown() == ["heard"]
    assert len(story.acknowledged) == 1


@pytest.mark.parametrize("phase", [FallPhase.SUSPECTED, FallPhase.LYING])
def test_a_fall_with_a_new_event_id_alerts_and_is_heard(story: Story, phase: FallPhase) -> None:
    story.fall(phase=phase)
    assert story.alert().kind is AlertKind.FALL
    assert story.shown("h1", "radar")[0] == "heard"


# --- same event id again: heard again, nothing else -------------------------------------------------------------------


def aftermath(story: Story) -> tuple[object, ...]:
    """Everything but *heard* and the input log that a message can change."""
    return (
        story.alerts(),
        [(line.entry, line.cancelled) for line in story.journal],
        list(story.phone.sent),
        story.rows("select notification_id, state from outbox"),
        story.rows("select count(*) from event_id"),
    )


def test_the_same_event_id_again_is_heard_again_and_nothing_else(story: Story) -> None:
    first = story.press()
    before = aftermath(story)
    story.advance(seconds=2)
    for copy in range(3):
        story.press(event_id=first, age=timedelta(seconds=2 + copy), duplicate=copy == 1)
    assert aftermath(story) == before
    assert story.shown() == ["heard"] * 4


def test_the_same_event_id_after_a_restart_is_still_known(story: Story) -> None:
    first = story.press()
    story.resolve("operator-chen")
    story.crash()
    story.press(event_id=first)
    assert story.alerts() == []
    assert story.shown()[-1] == "heard", "the device must stop repeating"


def test_a_known_id_is_known_89_days_later(story: Story) -> None:
    first = story.press()
    story.resolve("operator-chen")
    story.time.pass_(timedelta(days=89))
    story.run()
    alerts = len(story.entries(EntryKind.ALERT_TRIGGERED))
    story.press(event_id=first, age=timedelta(days=89))
    assert len(story.entries(EntryKind.ALERT_TRIGGERED)) == alerts


def test_the_same_event_id_of_two_devices_is_two_calls(story: Story) -> None:
    same = story.press("h1", "button")
    story.press("h3", "pendant", event_id=same)
    assert len(story.alerts()) == 2


def test_two_copies_in_one_batch_are_one_call(story: Story) -> None:
    message = {**story.envelope("h1", "button"), "event_id": "event-9999", "age_ms": 0, "action": "emergency"}
    story.publish(CALL_TOPIC, message, run=False)
    story.publish(CALL_TOPIC, {**message, "seq": 2, "age_ms": 2000}, run=False)
    story.run()
    assert story.alert().evidence == ()
    assert story.shown() == ["heard", "heard"]


# --- new event id while its call is open ------------------------------------------------------------------------------


def test_a_new_event_id_while_open_is_evidence_and_the_holder_is_told_again(story: Story) -> None:
    story.press()
    story.take("butler-wang")
    story.forget_calls()
    story.advance(minutes=1)
    story.press()
    assert story.alert().evidence[0].reason.code == ReasonCode.CALL_PRESSED_AGAIN
    assert story.alert().state is AlertState.ACKNOWLEDGED
    assert story.asked() == ["butler-wang"]


def test_acknowledged_over_five_minutes_ago_without_progress_goes_back_to_triggered(
    patient_story: Story,
) -> None:
    """With a policy that holds an acknowledgement longer than the shipped five minutes."""
    patient_story.press()
    patient_story.take("butler-wang", patient_story.of(AlertKind.EMERGENCY_CALL))
    patient_story.advance(minutes=5, seconds=1)
    patient_story.forget_calls()
    patient_story.press()
    assert patient_story.of(AlertKind.EMERGENCY_CALL).state is AlertState.TRIGGERED
    patient_story.expect_asked("deputy-zhou", "desk-small", "butler-wang")
    assert len(patient_story.entries(EntryKind.ALERT_REOPENED)) == 1


def test_on_the_way_is_progress_and_a_press_does_not_take_it_away(story: Story) -> None:
    story.press()
    story.set_out("butler-wang")
    story.advance(minutes=10)
    story.press()
    assert story.alert().state is AlertState.ON_THE_WAY


# --- RETAIN=1 ---------------------------------------------------------------------------------------------------------


def test_a_retained_call_whose_event_is_known_is_ignored(story: Story) -> None:
    known = story.press()
    before = aftermath(story)
    story.press(event_id=known, retained=True)
    assert aftermath(story) == before
    assert story.shown() == ["heard"], "nobody pressed: nobody is told"


@pytest.mark.parametrize("topic", [CALL_TOPIC, FALL_TOPIC, VITAL_TOPIC])
@pytest.mark.parametrize("retained", [True, False])
def test_an_empty_payload_is_ignored(story: Story, topic: str, retained: bool) -> None:
    story.publish(topic, b"", retained=retained)
    assert story.alerts() == []
    assert len(story.acknowledged) == 1


def retained_call(story: Story) -> tuple[str, dict[str, object]]:
    body = {"event_id": "event-0099", "age_ms": 0, "action": "emergency"}
    return CALL_TOPIC, {**story.envelope("h1", "button"), **body}


def retained_fall(story: Story) -> tuple[str, dict[str, object]]:
    return FALL_TOPIC, {
        **story.envelope("h1", "radar"),
        "event_id": "event-0099",
        "age_ms": 0,
        "phase": "lying",
    }


Message = Callable[[Story], tuple[str, dict[str, object]]]


@pytest.mark.parametrize("make", [retained_call, retained_fall])
def test_a_retained_signal_that_nobody_heard_live_is_asked_about_once(story: Story, make: Message) -> None:
    topic, message = make(story)
    story.publish(topic, message, retained=True)
    alert = story.alert()
    assert (alert.kind, alert.severity) == (AlertKind.UNCONFIRMED_CALL, Severity.URGENT)
    story.expect_asked("operator-chen", "butler-wang")
    story.resolve("operator-chen")
    story.crash()
    story.publish(topic, message, retained=True)
    assert story.alerts() == [], "once per device and bytes, also after a new subscription"


@pytest.mark.parametrize("make", [retained_call, retained_fall])
def test_the_live_copy_of_a_retained_signal_is_a_call_all_the_same(story: Story, make: Message) -> None:
    """A device that sets RETAIN: the kept copy comes first, then the copy from the session, in one batch or later."""
    topic, message = make(story)
    story.publish(topic, message, retained=True, run=False)
    story.publish(topic, message, run=False)
    story.run()
    assert Severity.EMERGENCY in {alert.severity for alert in story.alerts()}


def test_a_retained_call_of_a_stranger_is_asked_about_too(story: Story) -> None:
    story.press("h9", "stranger", retained=True)
    assert story.alert().home_id == "unassigned"
    assert story.alert().kind is AlertKind.UNCONFIRMED_CALL


# --- any age, RETAIN=0 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "late_s"),
    [
        (timedelta(), 0),
        (timedelta(seconds=59), 0),
        (timedelta(seconds=60), 60),
        (timedelta(hours=5), 18_000),
        (timedelta(days=40), 40 * 86_400),
    ],
)
def test_a_late_call_is_a_call_and_says_how_late(story: Story, age: timedelta, late_s: int) -> None:
    story.press(age=age)
    alert = story.alert()
    assert alert.severity is Severity.EMERGENCY
    assert alert.reason.data["late_s"] == late_s
    assert alert.opened_at - alert.occurred_at == age


def test_how_long_a_call_waited_on_its_way_follows_from_uptime(story: Story) -> None:
    """The smallest offset of this boot says what no delay looks like."""
    story.heartbeat("h1", "button")
    body = {**story.envelope("h1", "button"), "event_id": "event-0001", "age_ms": 0, "action": "emergency"}
    story.advance(minutes=7)
    story.publish(CALL_TOPIC, body)
    assert story.alert().reason.data["late_s"] == 7 * 60


@pytest.mark.parametrize("device_time", ["1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "not a time", None])
def test_the_devices_clock_makes_no_call_late_or_early(story: Story, device_time: str | None) -> None:
    story.heartbeat("h1", "button")
    body = {**story.envelope("h1", "button"), "event_id": "event-0001", "age_ms": 0, "action": "emergency"}
    story.publish(CALL_TOPIC, {**body, "device_time": device_time})
    assert story.alert().reason.data["late_s"] == 0


# --- unreadable -------------------------------------------------------------------------------------------------------

UNREADABLE = {
    "no json": b"\x00\xff press",
    "half a message": b'{"v":1,"boot":1,"seq":',
    "a field is missing": json.dumps({"v": 1, "boot": 1, "seq": 1, "action": "emergency"}).encode(),
    "an action nobody knows": json.dumps(
        {
            "v": 1,
            "boot": 1,
            "seq": 1,
            "uptime_ms": 1,
            "event_id": "event-0001",
            "age_ms": 0,
            "action": "hilfe",
        }
    ).encode(),
}


@pytest.mark.parametrize("payload", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("topic", [CALL_TOPIC, FALL_TOPIC])
def test_an_unreadable_call_of_a_known_device_is_urgent_one_open_per_device(
    story: Story, topic: str, payload: bytes
) -> None:
    story.publish(topic, payload)
    story.publish(topic, payload + b" ")
    alert = story.alert()
    assert (alert.kind, alert.severity) == (AlertKind.UNREADABLE_SIGNAL, Severity.URGENT)
    assert len(alert.evidence) == 1
    assert story.rows("select count(*) from rejected_message") == [(2,)], "kept whole"
    assert len(story.acknowledged) == 2


@pytest.mark.parametrize("topic", [CALL_TOPIC.replace("button", "stranger"), CALL_TOPIC.replace("h1", "h99")])
def test_an_unreadable_call_of_an_unknown_device_is_kept_as_rejected(story: Story, topic: str) -> None:
    story.publish(topic, b"?")
    assert story.alerts() == []
    assert story.rows("select topic, payload from rejected_message") == [(topic, b"?")]
    assert len(story.acknowledged) == 1


def test_unreadable_telemetry_of_a_known_device_is_technical(story: Story) -> None:
    story.publish(VITAL_TOPIC, b"?", session=SessionName.TELEMETRY)
    assert story.alert().severity is Severity.TECHNICAL
    assert story.alert().reason.code == ReasonCode.UNREADABLE_TELEMETRY


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\xff",
        b'{"v":1,"boot":1,',
        {"smoke": True, "humidity_percent": 300},
        {"smoke": True, "seq": None},
    ],
    ids=["no json", "half a message", "its humidity cannot be", "a number is missing"],
)
def test_an_unreadable_message_of_a_smoke_detector_may_be_its_alarm(
    story: Story, body: bytes | dict[str, Any]
) -> None:
    topic = "care/v1/story/h1/smoke/environment"
    for _ in range(2):
        told = body if isinstance(body, bytes) else {**story.envelope("h1", "smoke"), **body}
        story.publish(topic, told, session=SessionName.TELEMETRY)
    alert = story.alert()
    assert (alert.home_id, alert.kind, alert.severity) == (
        "h1",
        AlertKind.UNREADABLE_SIGNAL,
        Severity.URGENT,
    )
    assert alert.reason.data["hazard"] == "smoke"
    assert len(alert.evidence) == 1, "one open per device"


@pytest.mark.parametrize(
    ("kind", "body"),
    [("environment", {"smoke": None}), ("heartbeat", {"battery_percent": 300})],
    ids=["it measured nothing", "no measurement at all"],
)
def test_what_cannot_be_an_alarm_of_a_smoke_detector_is_technical(
    story: Story, kind: str, body: dict[str, Any]
) -> None:
    topic = f"care/v1/story/h1/smoke/{kind}"
    story.publish(topic, {**story.envelope("h1", "smoke"), **body}, session=SessionName.TELEMETRY)
    assert story.alert().reason.code == ReasonCode.UNREADABLE_TELEMETRY
    assert story.alert().severity is Severity.TECHNICAL


def test_readable_telemetry_of_an_unknown_device_is_kept_as_rejected(story: Story) -> None:
    story.measure("h1", "stranger", heart_rate_bpm=30)
    assert story.alerts() == []
    assert story.rows("select reason from rejected_message") == [("unknown_device",)]


# --- a device nobody knows --------------------------------------------------------------------------------------------


def test_a_call_from_an_unknown_device_begins_at_the_call_centre(story: Story) -> None:
    story.press("h1", "stranger")
    assert story.alert().home_id == "unassigned"
    assert story.alert().severity is Severity.EMERGENCY
    assert story.asked() == ["operator-chen"]


def test_a_fall_from_an_unknown_device_too(story: Story) -> None:
    story.fall("h1", "stranger")
    assert story.alert().home_id == "unassigned"
    assert story.alert().kind is AlertKind.FALL


@pytest.mark.parametrize(
    ("home_id", "device_id"), [("h1", "stranger"), ("h99", "stranger"), ("h99", "smoke")]
)
@pytest.mark.parametrize("hazard", ["smoke", "gas", "carbon_monoxide", "water"])
def test_a_hazard_from_an_unknown_device_is_told_with_the_home_that_it_names(
    story: Story, home_id: str, device_id: str, hazard: str
) -> None:
    story.environment(home_id, device_id, **{hazard: True, "temperature_c": 41.0})
    story.environment("h98", device_id, **{hazard: True})
    first, second = story.alerts()
    assert (first.home_id, first.kind) == ("unassigned", AlertKind.ENVIRONMENT)
    assert first.severity is (Severity.URGENT if hazard == "water" else Severity.EMERGENCY)
    assert first.reason.code == ReasonCode.UNKNOWN_DEVICE
    assert first.reason.data == {
        "hazard": hazard,
        "device_id": device_id,
        "claimed_home": home_id,
        "late_s": 0,
    }
    assert second.reason.data["claimed_home"] == "h98"
    assert "operator-chen" in story.asked()
    story.engine.stop()
    assert story.rows("select count(*) from reading") == [(0,)], "whose room it is nobody knows"


def test_what_was_kept_or_tells_no_hazard_of_an_unknown_device_raises_nothing(story: Story) -> None:
    topic = "care/v1/story/h1/stranger/environment"
    story.publish(topic, {**story.envelope("h1", "stranger"), "smoke": True}, retained=True)
    story.environment("h1", "stranger", smoke=False)
    story.environment("h1", "stranger", temperature_c=41.0)
    assert story.alerts() == []


def test_an_unknown_detector_that_smokes_on_after_its_alert_was_closed_is_told_again(story: Story) -> None:
    story.environment("h99", "stranger", smoke=True)
    story.resolve("operator-chen")
    story.advance(minutes=5)
    story.environment("h99", "stranger", smoke=True)
    story.advance(minutes=6)
    assert story.alert().reason.data["claimed_home"] == "h99"
    assert story.alert().device_id == "stranger"


# --- telemetry --------------------------------------------------------------------------------------------------------


def telemetry(story: Story, seq: int, *, boot: int = 2, value: float = 80) -> None:
    envelope = {**story.envelope("h1", "oximeter"), "boot": boot, "seq": seq}
    reading = {"readings": {"spo2_percent": value}}
    story.publish(VITAL_TOPIC, {**envelope, **reading}, session=SessionName.TELEMETRY)


def vital_alerts(story: Story) -> int:
    return sum(alert.kind is AlertKind.VITAL_SIGNS for alert in story.alerts())


@pytest.mark.parametrize(("behind", "live"), [(1, True), (127, True), (128, False), (4000, False)])
def test_telemetry_within_128_numbers_is_live_and_older_is_history(
    story: Story, behind: int, live: bool
) -> None:
    telemetry(story, 5000, value=97)
    telemetry(story, 5000 - behind)
    assert vital_alerts(story) == (1 if live else 0)
    story.engine.stop()
    assert story.rows("select boot, seq from history") == ([] if live else [(2, 5000 - behind)])


def test_telemetry_of_an_older_boot_is_history(story: Story) -> None:
    telemetry(story, 5, boot=2, value=97)
    telemetry(story, 900, boot=1)
    assert vital_alerts(story) == 0
    story.engine.stop()
    assert story.rows("select boot, seq from history") == [(1, 900)]


def test_history_is_kept_once_by_device_boot_and_number(story: Story) -> None:
    telemetry(story, 5, boot=2, value=97)
    for _ in range(3):
        telemetry(story, 900, boot=1)
    story.engine.stop()
    assert story.rows("select count(*) from history") == [(1,)]


def test_a_live_message_again_is_nothing_new(story: Story) -> None:
    for _ in range(3):
        telemetry(story, 7, value=97)
    story.engine.stop()
    assert story.rows("select count from reading") == [(1,)]


def test_telemetry_that_waited_somewhere_is_history_however_new_its_number(story: Story) -> None:
    story.heartbeat("h1", "oximeter")
    late = {**story.envelope("h1", "oximeter"), "readings": {"spo2_percent": 80}}
    story.advance(minutes=3)
    story.publish(VITAL_TOPIC, late, session=SessionName.TELEMETRY)
    assert vital_alerts(story) == 0
    story.engine.stop()
    assert story.rows("select count(*) from history") == [(1,)]


def test_retained_telemetry_feeds_no_rule_and_proves_no_life(story: Story) -> None:
    story.measure(spo2_percent=97)
    seen_at = story.home().devices["oximeter"].last_seen_at
    story.advance(minutes=1)
    story.send("h1", "oximeter", Kind.VITAL, {"readings": {"spo2_percent": 70}}, retained=True)
    assert vital_alerts(story) == 0
    assert story.home().devices["oximeter"].last_seen_at == seen_at


# --- foreign devices --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("duplicate", [False, True])
@pytest.mark.parametrize(("after_s", "evidence"), [(0, 0), (1.9, 0), (2.1, 1)])
def test_identical_bytes_of_a_foreign_button_join_within_two_seconds(
    story: Story, duplicate: bool, after_s: float, evidence: int
) -> None:
    press = {"action": "emergency", "linkquality": 80}
    story.zigbee("h3", "sos", press)
    story.advance(seconds=after_s)
    story.zigbee("h3", "sos", press, duplicate=duplicate)
    assert len(story.of(AlertKind.EMERGENCY_CALL).evidence) == evidence


# --- implausible, null, missing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("readings", "reason"),
    [
        ({"spo2_percent": 49.9}, ReasonCode.IMPLAUSIBLE),
        ({"spo2_percent": 100.1}, ReasonCode.IMPLAUSIBLE),
        ({"heart_rate_bpm": 0}, ReasonCode.IMPLAUSIBLE),
        ({"temperature_c": 85.0}, ReasonCode.IMPLAUSIBLE),
        ({"spo2_percent": None}, ReasonCode.NO_VALUE),
    ],
)
def test_an_impossible_reading_is_technical_and_never_a_vital_sign(
    story: Story, readings: dict[str, float | None], reason: ReasonCode
) -> None:
    story.measure("h1", "oximeter", **readings)
    alert = story.alert()
    assert (alert.severity, alert.reason.code) == (Severity.TECHNICAL, reason)
    story.engine.stop()
    assert story.rows("select count(*) from reading") == [(0,)], "not in any chart either"


@pytest.mark.parametrize("value", [None, 0.0, 300.0])
def test_an_impossible_reading_is_never_an_all_clear(story: Story, value: float | None) -> None:
    story.measure(spo2_percent=90)
    story.advance(minutes=2)
    story.measure(spo2_percent=value)
    story.advance(minutes=3)
    assert vital_alerts(story) == 1, "the five minutes are over, and nothing good was measured"


def test_a_good_reading_ends_the_technical_alert_and_says_so(story: Story) -> None:
    story.measure(spo2_percent=None)
    accused = story.alert().id
    story.time.pass_(timedelta(hours=2, minutes=1))
    story.measure(spo2_percent=97)
    assert accused not in [alert.id for alert in story.alerts()]
    assert story.entries(EntryKind.ALERT_RESOLVED)[0].data["cleared_by_itself"] is True


# --- and beside the table ---------------------------------------------------------------------------------------------


def test_a_call_without_delivery_guarantee_is_a_call_and_accuses_its_gateway(story: Story) -> None:
    story.press(qos=0)
    assert story.of(AlertKind.EMERGENCY_CALL).severity is Severity.EMERGENCY
    assert story.of(AlertKind.TECHNICAL).reason.code == ReasonCode.QOS_ZERO


def test_cancel_without_an_open_call_is_heard_and_changes_nothing(story: Story) -> None:
    story.press(action=CallAction.CANCEL)
    assert story.alerts() == []
    assert story.said() == [phrases.HEARD_REQUEST]


def test_nothing_is_acknowledged_before_it_is_committed(story: Story) -> None:
    story.press(run=False)
    assert story.acknowledged == []
    assert story.shown() == []
    story.run()
    assert len(story.acknowledged) == 1


def test_a_foreign_press_and_its_release_delivered_again_are_one_press(story: Story) -> None:
    press, release = {"action": "emergency", "battery": 80}, {"action": "", "battery": 80}
    for duplicate in (False, True):
        story.zigbee("h3", "sos", press, duplicate=duplicate)
        story.zigbee("h3", "sos", release, duplicate=duplicate)
    assert story.of(AlertKind.EMERGENCY_CALL).evidence == ()
