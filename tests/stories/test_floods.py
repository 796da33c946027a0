"""A device gone mad: one technical alert, a store that does not fill, and no press, fall or alarm that it could hide."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import CallAction, FallPhase, Kind, ServiceCategory
from hub.core.alerts import Alert, AlertKind, AlertState, Severity, WhatItWas, WhatWasDone
from hub.core.events import Actor, ActorRole, MoveRequest
from hub.core.home import UNASSIGNED_HOME_ID
from hub.core.journal import EntryKind
from hub.core.reasons import ReasonCode
from hub.core.service_requests import RequestCategory, RequestState, ServiceRequest
from hub.ingest.message import SessionName
from hub.store.store import Store, StoreUnavailable
from tests.story import CELL, Story, shipped

RULE = shipped()[0].flood
MANY = 3000


@pytest.fixture
def quiet(story: Story) -> Story:
    """The devices of h1 have spoken: what follows is one life of each."""
    story.measure(heart_rate_bpm=72)
    return story


def flooding(story: Story) -> list[Alert]:
    return [alert for alert in story.alerts() if alert.reason.code == ReasonCode.FLOODING]


def inputs(story: Story) -> int:
    return int(story.rows("select count(*) from input_log")[0][0])


def readings(story: Story, count: int = MANY, device_id: str = "oximeter", home_id: str = "h1") -> None:
    for _ in range(count):
        story.measure_later(home_id, device_id, heart_rate_bpm=72)
    story.run()


def presses(story: Story, count: int, home_id: str = "h1", device_id: str = "button", **more: Any) -> None:
    for _ in range(count):
        story.press(home_id, device_id, run=False, **more)
    story.run()


def tell(story: Story) -> None:
    """The flood is counted for a moment before it is told."""
    story.advance(seconds=6)
    story.engine.turn()


def counted(story: Story) -> int:
    """The further presses in the journal: those judged one by one, and those that were counted."""
    told = [entry.data["reason_data"] for entry in story.entries(EntryKind.ALERT_EVIDENCE)]
    return sum(int(data.get("times", 1)) for data in told if isinstance(data, dict))


def test_a_mad_sensor_becomes_one_technical_alert_that_ends_by_itself(quiet: Story) -> None:
    story, before = quiet, inputs(quiet)
    readings(story)
    story.press("h3", "pendant")
    assert story.of(AlertKind.EMERGENCY_CALL).home_id == "h3", "another home's press is heard as ever"
    tell(story)
    (alert,) = flooding(story)
    assert (alert.kind, alert.severity, alert.device_id) == (
        AlertKind.TECHNICAL,
        Severity.TECHNICAL,
        "oximeter",
    )
    assert alert.reason.data["kind"] == "vital"
    assert isinstance(per_minute := alert.reason.data["per_minute"], int)
    assert per_minute > RULE.readings_per_minute
    assert len(story.acknowledged) == MANY + 2, "the broker need not keep them"
    assert inputs(story) - before < RULE.readings_per_minute + 20, "what is too much fills no store"

    for _ in range(3):
        readings(story)
        story.advance(seconds=61)
    assert [one.id for one in flooding(story)] == [alert.id], "it is told once"
    story.advance(seconds=RULE.calm_for.total_seconds() + 61)
    story.engine.turn()
    story.advance(seconds=RULE.calm_for.total_seconds() + 1)
    assert flooding(story) == []
    over = [
        entry
        for entry in story.entries(EntryKind.ALERT_EVIDENCE)
        if entry.data["reason"] == ReasonCode.FLOOD_OVER
    ]
    assert len(over) == 1
    data = over[0].data["reason_data"]
    assert isinstance(data, dict)
    held_back = data["held_back"]
    stored = inputs(story) - before
    assert held_back + stored >= 4 * MANY, "every message was judged or counted"


def test_a_thousand_presses_of_one_button_are_one_call_and_flood_nobody(story: Story) -> None:
    story.press()
    story.take("butler-wang")
    story.forget_calls()
    presses(story, 999)
    tell(story)
    alert = story.of(AlertKind.EMERGENCY_CALL)
    assert counted(story) == 999
    assert alert.state is AlertState.ACKNOWLEDGED
    assert 1 <= len(story.asked()) <= 4, "the holder hears that it is pressed again, and can still go"
    assert len(story.entries(EntryKind.ALERT_EVIDENCE)) < 100
    assert inputs(story) < 200
    assert len(flooding(story)) == 1
    assert len(story.acknowledged) == 1000


def test_whoever_closes_the_call_of_a_mad_button_has_not_silenced_it(story: Story) -> None:
    presses(story, 500)
    first = story.of(AlertKind.EMERGENCY_CALL)
    story.take("butler-wang", first)
    story.resolve("butler-wang", WhatItWas.DEVICE_FALSE, WhatWasDone.ON_SITE, first)
    story.press()
    assert story.of(AlertKind.EMERGENCY_CALL).id != first.id


def test_one_press_told_thousands_of_times_is_heard_and_hides_no_other(story: Story) -> None:
    told = story.press(event_id="stuck-0001")
    for _ in range(MANY):
        story.press(event_id=told, run=False)
    story.run()
    alert = story.of(AlertKind.EMERGENCY_CALL)
    assert counted(story) == 0
    assert alert.event_ids == (told,)
    assert story.shown()[-1] == "heard"
    assert inputs(story) < 200
    story.take("butler-wang", alert)
    story.resolve("butler-wang", alert=alert)
    for _ in range(100):
        story.press(event_id=told, run=False)
    new = story.press(run=False)
    for _ in range(100):
        story.press(event_id=told, run=False)
    story.run()
    assert new in story.of(AlertKind.EMERGENCY_CALL).event_ids, "amid the copies somebody pressed"


def test_a_press_minutes_later_is_no_copy_of_the_id_that_its_button_floods_with(story: Story) -> None:
    told, spoken = story.press(event_id="stuck-0001"), story.now
    alert = story.of(AlertKind.EMERGENCY_CALL)
    story.take("butler-wang", alert)
    story.resolve("butler-wang", alert=alert)
    story.advance(minutes=10)
    for _ in range(100):
        story.press(event_id=told, age=story.now - spoken, run=False)
    story.run()
    assert [one for one in story.alerts() if one.severity is not Severity.TECHNICAL] == [], "copies"
    story.press(event_id=told)
    assert [one for one in story.alerts() if one.severity is not Severity.TECHNICAL], "a person is asked"


@pytest.mark.parametrize("flood", [CallAction.TEST, CallAction.SERVICE, CallAction.CANCEL])
def test_an_emergency_is_no_more_of_what_the_same_button_floods_with(story: Story, flood: CallAction) -> None:

    category = ServiceCategory.MEALS if flood is CallAction.SERVICE else None
    presses(story, 300, action=flood, category=category)
    story.press()
    assert story.of(AlertKind.EMERGENCY_CALL).home_id == "h1"


def test_a_wish_is_not_hidden_by_another_one_that_waits(story: Story) -> None:
    """A key that floods asks for cleaning; somebody does it, and at once the key asks again: that is a new wish."""

    def cleaning() -> list[ServiceRequest]:
        requests = story.home().requests.values()
        return [one for one in requests if one.category is RequestCategory.CLEANING]

    presses(story, 300, action=CallAction.SERVICE, category=ServiceCategory.MEALS)
    story.press(action=CallAction.SERVICE, category=ServiceCategory.CLEANING)
    (first,) = cleaning()
    by = Actor("operator-chen", ActorRole.OPERATOR)
    for state in (RequestState.ASSIGNED, RequestState.IN_PROGRESS, RequestState.DONE):
        story.command(MoveRequest("h1", first.id, by, state))
    assert cleaning() == []
    story.press(action=CallAction.SERVICE, category=ServiceCategory.CLEANING)
    (second,) = cleaning()
    assert second.id != first.id


def test_smoke_amid_a_flood_of_clean_air_alerts_at_once(quiet: Story) -> None:
    story = quiet
    for _ in range(MANY):
        story.send("h1", "smoke", Kind.ENVIRONMENT, {"smoke": False}, run=False)
    story.environment(smoke=True)
    assert story.of(AlertKind.ENVIRONMENT).home_id == "h1"
    for _ in range(MANY):
        story.send("h1", "smoke", Kind.ENVIRONMENT, {"smoke": True}, run=False)
    story.run()
    alert = story.of(AlertKind.ENVIRONMENT)
    story.take("butler-wang", alert)
    story.resolve("butler-wang", WhatItWas.FIRE_OR_GAS, alert=alert)
    story.advance(minutes=11)
    story.environment(smoke=True)
    assert story.of(AlertKind.ENVIRONMENT).id != alert.id


def test_a_fall_amid_a_flood_of_falls_of_another_phase_is_told(story: Story) -> None:
    for _ in range(300):
        story.fall(phase=FallPhase.GOT_UP)
    story.fall()
    assert story.of(AlertKind.FALL).home_id == "h1"


def test_a_queue_of_forty_thousand_readings_is_no_flood(quiet: Story) -> None:
    """What a device kept while it had no network was spoken slowly, however quickly it comes."""
    story = quiet
    began_ms = int(story.time.monotonic() * 1000)
    count = 40_000
    for number in range(count):
        message = {
            **story.envelope("h1", "oximeter"),
            "uptime_ms": began_ms + number * 10_000,
            "readings": {"heart_rate_bpm": 72},
        }
        story.publish(
            Address(CELL, "h1", "oximeter").up(Kind.VITAL), message, session=SessionName.TELEMETRY, run=False
        )
        if number % 1000 == 0:
            story.run()
    story.run()
    assert story.engine.health().held_back == 0
    tell(story)
    assert flooding(story) == []


def test_what_nobody_can_read_on_a_call_topic_is_one_urgent_alert_and_comes_again_after_it(
    story: Story,
) -> None:
    topic = Address(CELL, "h1", "button").up(Kind.CALL)

    def noise() -> None:
        for number in range(500):
            story.publish(topic, f"noise {number}".encode(), run=False)
        story.run()

    noise()
    alert = story.of(AlertKind.UNREADABLE_SIGNAL)
    assert alert.severity is Severity.URGENT
    assert story.rows("select count(*) from rejected_message")[0][0] < 100
    story.take("butler-wang", alert)
    story.resolve("butler-wang", WhatItWas.DEVICE_FALSE, alert=alert)
    noise()
    assert story.of(AlertKind.UNREADABLE_SIGNAL).id != alert.id


def test_a_flood_of_a_device_that_nobody_enrolled_is_told_and_fills_nothing(story: Story) -> None:
    readings(story, device_id="nobodys", home_id="h9")
    tell(story)
    (alert,) = flooding(story)
    assert alert.home_id == UNASSIGNED_HOME_ID
    assert alert.reason.data["device_id"] == "h9/nobodys"
    assert story.rows("select count(*) from rejected_message")[0][0] < RULE.readings_per_minute + 20


def test_one_home_that_presses_without_end_lets_the_others_go_first(story: Story) -> None:
    for number in range(2000):
        story.press(event_id=f"mad-{number:05}", run=False)
    story.press("h2", "cord", run=False)
    story.engine.turn()
    assert {alert.home_id for alert in story.alerts()} >= {"h2"}


def test_what_could_not_be_committed_is_not_taken_for_judged(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first press after the call was closed is let through, and its commit fails: it must go through once more."""
    presses(story, 200)
    alert = story.of(AlertKind.EMERGENCY_CALL)
    story.take("butler-wang", alert)
    story.resolve("butler-wang", alert=alert)
    with full(monkeypatch):
        presses(story, 3)
        assert story.alerts() == []
    story.run()
    assert story.of(AlertKind.EMERGENCY_CALL).id != alert.id
    assert len(story.acknowledged) == 203


def test_the_alert_about_a_flood_outlives_the_hub_and_ends_all_the_same(quiet: Story) -> None:
    story = quiet
    readings(story)
    tell(story)
    story.crash(down=timedelta(seconds=20))
    assert len(flooding(story)) == 1
    story.advance(seconds=RULE.calm_for.total_seconds() + 1)
    assert flooding(story) == []


def test_a_payload_of_megabytes_is_refused_and_kept_in_part(story: Story) -> None:
    huge = b'{"v": 1, "event_id": "' + b"x" * 8_000_000 + b'"}'
    story.publish(Address(CELL, "h1", "button").up(Kind.CALL), huge)
    assert story.of(AlertKind.UNREADABLE_SIGNAL).reason.data["reason"] == "too_large"
    ((reason, length),) = story.rows("select reason, length(payload) from rejected_message")
    assert reason == "too_large"
    assert length <= 131_072
    story.press("h3", "pendant")
    assert story.of(AlertKind.EMERGENCY_CALL).home_id == "h3"


def test_the_other_sensors_of_the_home_are_judged_as_ever(quiet: Story) -> None:
    story = quiet
    readings(story)
    story.press()
    assert story.of(AlertKind.EMERGENCY_CALL).home_id == "h1"
    story.fall()
    assert story.of(AlertKind.FALL).home_id == "h1"


@contextmanager
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A store that takes nothing."""

    def refuse(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "commit", refuse)
        yield


def test_a_zigbee_button_without_ids_is_held_to_the_same(story: Story) -> None:
    for number in range(400):
        story.zigbee(
            "h3", "sos", {"action": "emergency", "linkquality": number % 255, "n": number}, run=False
        )
    story.run()
    alert = story.of(AlertKind.EMERGENCY_CALL)
    assert alert.home_id == "h3"
    tell(story)
    assert len(flooding(story)) == 1
    assert flooding(story)[0].device_id == "sos"
