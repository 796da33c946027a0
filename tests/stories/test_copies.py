"""What is delivered twice: a copy accuses no device and raises nothing again, and what only looks like one is never lost."""

from typing import Any

import pytest

from firmware_contracts.vocabulary import CallAction, Kind
from hub.core.alerts import AlertKind, Severity
from hub.core.reasons import ReasonCode
from tests.story import Story

SMOKE = "care/v1/story/h1/smoke/environment"
VITAL = "care/v1/story/h1/oximeter/vital"


def codes(story: Story) -> set[str]:
    return {alert.reason.code for alert in story.alerts() if alert.device_id in {"oximeter", "smoke"}}


# --- a reading that comes twice ---------------------------------------------------------------------------------------


def reading(story: Story, **told: object) -> dict[str, Any]:
    return {**story.envelope("h1", "oximeter"), "readings": {"spo2_percent": 97.0}, **told}


def told_again(story: Story, message: dict[str, Any], age_s: float) -> dict[str, Any]:
    """The same reading, sent once more by its device."""
    return {**message, "uptime_ms": int(story.time.monotonic() * 1000), "age_ms": int(age_s * 1000)}


@pytest.mark.parametrize("by_the_device", [True, False])
@pytest.mark.parametrize("copies", [2, 4])
def test_one_reading_repeated_for_half_an_hour_accuses_nobody(
    story: Story, copies: int, by_the_device: bool
) -> None:
    story.heartbeat("h1", "oximeter")
    story.advance(minutes=5)
    message = reading(story)
    story.publish(VITAL, message)
    pause_s = 1800 / copies
    for number in range(1, copies + 1):
        story.advance(seconds=pause_s)
        again = told_again(story, message, number * pause_s) if by_the_device else message
        story.publish(VITAL, again)
    assert ReasonCode.COUNTER_STANDS not in codes(story)


def test_two_new_readings_under_a_used_number_are_not_enough(story: Story) -> None:
    """Once at the start, once half an hour later: a number may be lost now and then."""
    story.heartbeat("h1", "oximeter")
    story.advance(minutes=5)
    message = reading(story)
    for _ in range(2):
        story.publish(VITAL, told_again(story, message, 0))
        story.advance(minutes=15)
    story.publish(VITAL, told_again(story, message, 0))
    assert codes(story) == set()


def test_a_reading_repeated_does_not_begin_the_time_after_which_nothing_is_believed(story: Story) -> None:
    """One copy in the morning, and an old message half an hour later: nothing of that is twenty minutes of disbelief."""
    story.reboot("h1", "oximeter")
    story.heartbeat("h1", "oximeter")
    story.advance(minutes=5)
    message = reading(story)
    story.publish(VITAL, message)
    story.advance(seconds=15)
    story.publish(VITAL, told_again(story, message, 15))
    story.advance(minutes=30)
    story.publish(VITAL, {**message, "boot": 1, "seq": 900})
    assert codes(story) == set()


# --- smoke that comes twice -------------------------------------------------------------------------------------------


def smoke(story: Story, message: dict[str, Any] | None = None, **delivery: Any) -> dict[str, Any]:
    message = message or {**story.envelope("h1", "smoke"), "smoke": True}
    story.publish(SMOKE, message, **delivery)
    return message


def close_smoke(story: Story) -> None:
    story.resolve("butler-wang", alert=story.of(AlertKind.ENVIRONMENT))


def fires(story: Story) -> int:
    return [alert.reason.code for alert in story.alerts()].count(ReasonCode.HAZARD)


def questions(story: Story) -> int:
    return [alert.reason.code for alert in story.alerts()].count(ReasonCode.UNCONFIRMED_HAZARD)


@pytest.mark.parametrize("delivery", [{}, {"duplicate": True}, {"retained": True}], ids=str)
@pytest.mark.parametrize("goes_on", ["silent", "alive", "cleared", "restarted"])
def test_smoke_that_was_closed_is_not_raised_by_its_copies(
    story: Story, goes_on: str, delivery: dict[str, Any]
) -> None:
    story.heartbeat("h1", "smoke")
    story.advance(minutes=1)
    message = smoke(story)
    story.advance(minutes=1)
    if goes_on == "cleared":
        story.environment("h1", "smoke", smoke=False)
    elif goes_on == "restarted":
        story.reboot("h1", "smoke")
    close_smoke(story)
    for minutes in (1, 5, 11, 30, 90, 700):
        if goes_on != "silent":
            story.heartbeat("h1", "smoke")
        story.advance(minutes=minutes)
        smoke(story, message, **delivery)
        assert fires(story) == 0, f"again {minutes} minutes later"
        assert questions(story) == (0 if delivery or minutes < 11 else 1), f"again {minutes} minutes later"


def test_nor_by_copies_after_a_crash(story: Story) -> None:
    message = smoke(story)
    close_smoke(story)
    story.advance(minutes=11)
    story.crash()
    smoke(story, message)
    assert fires(story) == 0


def test_nor_by_a_copy_of_any_message_that_joined_it(story: Story) -> None:
    messages = []
    for _ in range(5):
        messages.append(smoke(story))
        story.advance(minutes=1)
    close_smoke(story)
    for message in messages:
        story.advance(minutes=11)
        smoke(story, message)
        assert fires(story) == 0


def test_smoke_that_may_be_an_old_copy_is_asked_about_once(story: Story) -> None:
    """A detector that begins to count anew with each fire looks like this, six hours later. A gateway that empties its queue
    again and again does too, and calls nobody twice."""
    messages = []
    for _ in range(3):
        messages.append(smoke(story))
        story.advance(minutes=1)
    close_smoke(story)
    story.advance(hours=6)
    asked = len(story.asked())
    smoke(story, messages[0])
    question = story.of(AlertKind.ENVIRONMENT)
    assert (question.reason.code, question.severity) == (ReasonCode.UNCONFIRMED_HAZARD, Severity.URGENT)
    assert question.reason.data == {"hazard": "smoke", "device_id": "smoke"}
    assert len(story.asked()) > asked
    for message in messages:
        smoke(story, message)
    assert story.of(AlertKind.ENVIRONMENT).evidence == ()
    close_smoke(story)
    for message in messages:
        story.advance(hours=1)
        smoke(story, message)
    assert (fires(story), questions(story)) == (0, 0)


def test_smoke_beside_the_question_about_it_is_a_fire_and_has_a_question_of_its_own_later(
    story: Story,
) -> None:
    first = smoke(story)
    close_smoke(story)
    story.advance(hours=1)
    smoke(story, first)
    close_smoke(story)
    second = smoke(story)
    assert (fires(story), questions(story)) == (1, 0)
    close_smoke(story)
    story.advance(hours=1)
    smoke(story, first)
    assert questions(story) == 0
    smoke(story, second)
    assert (fires(story), questions(story)) == (0, 1)


def test_a_copy_of_smoke_that_is_open_asks_nothing(story: Story) -> None:
    message = smoke(story)
    story.advance(hours=1)
    smoke(story, message)
    assert (fires(story), questions(story)) == (1, 0)
    story.resolve("butler-wang", alert=story.of(AlertKind.ENVIRONMENT))
    story.advance(minutes=9)
    smoke(story, message)
    assert questions(story) == 0, "just closed: the smoke of before"


@pytest.mark.parametrize("standing", [True, False])
def test_smoke_spoken_later_is_raised_again(story: Story, standing: bool) -> None:
    story.heartbeat("h1", "smoke")
    story.advance(minutes=1)
    message = smoke(story)
    close_smoke(story)
    story.advance(minutes=11)
    again = {**story.envelope("h1", "smoke"), "smoke": True}
    smoke(story, {**again, "seq": message["seq"]} if standing else again)
    assert fires(story) == 1


def test_smoke_told_once_more_after_the_closing_is_raised_though_its_detector_burned(story: Story) -> None:
    story.heartbeat("h1", "smoke")
    story.advance(minutes=1)
    smoke(story)
    close_smoke(story)
    story.advance(minutes=4)
    message = smoke(story)
    assert fires(story) == 0, "the smoke of before may still hang there"
    story.advance(minutes=7)
    assert fires(story) == 1
    close_smoke(story)
    story.advance(minutes=30)
    smoke(story, message)
    assert fires(story) == 0, "once"


@pytest.mark.parametrize("said", [{"smoke": False}, {"temperature_c": 20.0}])
def test_smoke_told_before_the_closing_or_taken_back_after_it_is_over(
    story: Story, said: dict[str, Any]
) -> None:
    story.heartbeat("h1", "smoke")
    story.advance(minutes=1)
    smoke(story)
    close_smoke(story)
    story.advance(minutes=2)
    if "smoke" in said:
        smoke(story)
        story.advance(minutes=2)
    story.environment("h1", "smoke", **said)
    story.advance(minutes=30)
    assert fires(story) == 0


@pytest.mark.parametrize("under_way_s", [1, 600])
def test_smoke_under_a_used_number_counts_though_the_broker_says_that_it_delivers_it_again(
    story: Story, under_way_s: int
) -> None:
    """It says so of what it could not deliver, too."""
    for _ in range(3):
        story.advance(minutes=1)
        standing = {**story.envelope("h1", "smoke"), "seq": 4}
        story.publish("care/v1/story/h1/smoke/heartbeat", standing)
    story.advance(minutes=1)
    message = {**story.envelope("h1", "smoke"), "seq": 4, "smoke": True}
    story.advance(seconds=under_way_s)
    smoke(story, message, duplicate=True)
    assert fires(story) == 1


def test_smoke_spoken_before_and_heard_for_the_first_time_is_raised(story: Story) -> None:
    """It waited in a queue behind the one that was told: perhaps from another room, perhaps another fire."""
    story.heartbeat("h1", "smoke")
    story.advance(minutes=1)
    waiting = {**story.envelope("h1", "smoke"), "smoke": True}
    story.advance(seconds=30)
    smoke(story)
    close_smoke(story)
    story.advance(minutes=15)
    smoke(story, waiting)
    assert fires(story) == 1


def test_gas_in_the_message_that_told_of_smoke_is_another_hazard(story: Story) -> None:
    message = smoke(story)
    close_smoke(story)
    story.advance(minutes=11)
    smoke(story, {**message, "gas": True})
    told = [alert.reason for alert in story.alerts() if alert.reason.code == ReasonCode.HAZARD]
    assert [reason.data["hazard"] for reason in told] == ["gas"]


@pytest.mark.parametrize("alive", [False, True], ids=["silent", "a heartbeat after the first fire"])
@pytest.mark.parametrize("days", [2, 15])
def test_the_second_fire_of_a_detector_that_forgets_everything_is_a_fire(
    story: Story, days: int, alive: bool
) -> None:
    """It counts from one each time: only the days between tell its second fire from a copy, whatever it said after the first."""
    forgetful = {"v": 1, "boot": 1, "seq": 1, "uptime_ms": 900, "device_time": None, "smoke": True}
    smoke(story, forgetful)
    if alive:
        story.advance(seconds=60)
        beat = {"v": 1, "boot": 1, "seq": 2, "uptime_ms": 60_900, "device_time": None}
        story.publish(SMOKE.replace("environment", "heartbeat"), beat)
    close_smoke(story)
    story.advance(days=days)
    smoke(story, forgetful)
    assert fires(story) == 1


def test_what_is_remembered_of_a_detector_has_a_bound(story: Story) -> None:
    for _ in range(60):
        smoke(story)
        story.advance(minutes=1)
    assert len(story.home().devices["smoke"].hazards_told) == 16


# --- and a press is a press -------------------------------------------------------------------------------------------


def test_a_press_beside_a_copy_of_smoke_alerts(story: Story) -> None:
    message = smoke(story)
    close_smoke(story)
    story.advance(minutes=11)
    smoke(story, message)
    body = {"event_id": "press-on-detector", "age_ms": 0, "action": CallAction.EMERGENCY.value}
    story.send("h1", "smoke", Kind.CALL, body)
    assert story.of(AlertKind.EMERGENCY_CALL).device_id == "smoke"
