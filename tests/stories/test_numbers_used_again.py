"""Numbers that a device uses again: each thing that it tells is told to somebody, and no record of before is touched."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from firmware_contracts.vocabulary import CallAction, FallPhase, Fault, Kind, ServiceCategory
from hub.core.alerts import AlertKind, AlertState, Severity
from hub.core.home import DeviceKind
from hub.core.reasons import ReasonCode
from tests.story import Story, device, street

STANDING = {"v": 1, "boot": 3, "seq": 4, "device_time": None}


@pytest.fixture
def crowded(tmp_path: Path) -> Any:
    """A flat with two of each: a button and a pendant of one wearer, two radars."""
    homes = street()
    devices = {
        **homes["h1"].devices,
        "pendant": device("pendant", DeviceKind.PENDANT, wearer="li"),
        "radar-2": device("radar-2", DeviceKind.FALL_RADAR),
    }
    homes["h1"] = replace(homes["h1"], devices=devices)
    story = Story(tmp_path / "crowded.sqlite", homes=homes)
    yield story
    story.store.close()


def fall(device_id: str, phase: FallPhase) -> Callable[[Story], object]:
    body = {"event_id": "fall-0000001", "age_ms": 0, "phase": phase.value}
    return lambda story: story.send("h1", device_id, Kind.FALL, body)


def press(device_id: str) -> Callable[[Story], object]:
    return lambda story: story.press("h1", device_id, event_id="00000001")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (fall("radar", FallPhase.SUSPECTED), fall("radar", FallPhase.LYING)),
        (fall("radar", FallPhase.SUSPECTED), fall("radar-2", FallPhase.SUSPECTED)),
        (press("button"), press("pendant")),
    ],
    ids=["the phases of one fall", "two radars", "two keys of one wearer"],
)
def test_a_number_shared_on_one_day_leaves_the_closed_record_and_its_pages_alone(
    crowded: Story, first: Callable[[Story], object], second: Callable[[Story], object]
) -> None:
    first(crowded)
    closed = crowded.alert()
    crowded.take("butler-wang")
    crowded.resolve("butler-wang")
    pages = {row[0] for row in crowded.rows("SELECT notification_id FROM outbox")}
    crowded.advance(minutes=20)
    crowded.forget_calls()
    second(crowded)
    crowded.advance(seconds=30)
    assert crowded.alert().id != closed.id
    assert crowded.rows(f"SELECT state FROM alert WHERE alert_id = '{closed.id}'") == [("resolved",)]
    assert crowded.asked()
    assert pages.isdisjoint(notification.id for notification in crowded.phone.sent)


@pytest.mark.parametrize(
    "before",
    [
        {"action": CallAction.TEST},
        {"action": CallAction.CANCEL},
        {"action": CallAction.SERVICE, "category": ServiceCategory.MEALS},
    ],
    ids=lambda before: str(before["action"]),
)
@pytest.mark.parametrize("after_s", [1, 30, 300])
def test_an_emergency_under_the_number_of_something_else_is_an_emergency(
    story: Story, before: dict[str, Any], after_s: int
) -> None:
    story.press(event_id="00000007", **before)
    story.advance(seconds=after_s)
    story.press(event_id="00000007")
    assert story.of(AlertKind.EMERGENCY_CALL).severity is Severity.EMERGENCY
    assert story.asked()


# --- a device whose numbers stand still -------------------------------------------------------------------------------


def stand_still(story: Story, device_id: str, kind: Kind, **body: object) -> None:
    uptime_ms = int(story.time.monotonic() * 1000)
    story.publish(f"care/v1/story/h1/{device_id}/{kind.value}", {**STANDING, "uptime_ms": uptime_ms, **body})


@pytest.mark.parametrize("pause_s", [3, 30, 600, 20_000])
def test_smoke_under_the_number_of_the_message_before_it_is_smoke(story: Story, pause_s: int) -> None:
    story.advance(minutes=1)
    stand_still(story, "smoke", Kind.ENVIRONMENT, smoke=False)
    story.advance(seconds=60)
    stand_still(story, "smoke", Kind.ENVIRONMENT, smoke=False)
    story.advance(seconds=pause_s)
    stand_still(story, "smoke", Kind.ENVIRONMENT, smoke=True)
    assert story.of(AlertKind.ENVIRONMENT).state is AlertState.TRIGGERED


@pytest.mark.parametrize("under_way_s", [1, 2.1, 3, 30, 119, 121, 300])
@pytest.mark.parametrize("minutes", [3, 40])
def test_such_smoke_is_smoke_however_long_it_was_under_way(
    story: Story, minutes: int, under_way_s: float
) -> None:
    story.advance(minutes=1)
    for _ in range(minutes):
        stand_still(story, "smoke", Kind.ENVIRONMENT, smoke=False)
        story.advance(minutes=1)
    spoken = {**STANDING, "uptime_ms": int(story.time.monotonic() * 1000), "smoke": True}
    story.advance(seconds=under_way_s)
    story.publish("care/v1/story/h1/smoke/environment", spoken)
    assert story.of(AlertKind.ENVIRONMENT).state is AlertState.TRIGGERED


def test_a_fault_under_a_number_used_before_is_told(story: Story) -> None:
    story.advance(minutes=1)
    for _ in range(3):
        stand_still(story, "button", Kind.HEARTBEAT)
        story.advance(minutes=1)
    stand_still(story, "button", Kind.FAULT, fault=Fault.BATTERY_GONE.value)
    assert story.alert().reason.data["fault"] == Fault.BATTERY_GONE.value


def test_a_device_that_counts_no_more_is_told_and_judged_by_its_uptime(story: Story) -> None:
    """An old person with a fever must not depend on the counter of a cheap thermometer."""
    story.advance(minutes=1)
    for _ in range(4):
        stand_still(story, "oximeter", Kind.VITAL, readings={"spo2_percent": 97.0})
        story.advance(minutes=15)
    for _ in range(4):
        stand_still(story, "oximeter", Kind.VITAL, readings={"spo2_percent": 80.0})
        story.advance(minutes=1)
    told = {alert.kind: alert.reason.code for alert in story.alerts()}
    assert told[AlertKind.TECHNICAL] == ReasonCode.COUNTER_STANDS
    assert AlertKind.VITAL_SIGNS in told


def test_a_reading_that_a_device_repeats_is_one(story: Story) -> None:
    """The contract: a repetition keeps its number and tells its age; nobody is accused, nothing is counted twice."""
    story.measure(spo2_percent=97)
    repeated = {**story.envelope("h1", "oximeter"), "readings": {"spo2_percent": 97.0}}
    story.advance(minutes=1)
    story.publish("care/v1/story/h1/oximeter/vital", repeated)
    for pause_s in (5, 20, 40):
        story.advance(seconds=pause_s)
        again = {**repeated, "uptime_ms": int(story.time.monotonic() * 1000), "age_ms": pause_s * 1000}
        story.publish("care/v1/story/h1/oximeter/vital", again)
    assert story.alerts() == []
    story.crash()
    assert story.rows("SELECT sum(count) FROM reading WHERE measure = 'spo2_percent'") == [(2,)]


def test_a_thermometer_that_forgets_everything_between_its_readings_is_told(story: Story) -> None:
    """Awake every ninety minutes, counting from one each time: its readings cannot be told from old ones."""
    for _ in range(6):
        message = {"v": 1, "boot": 1, "seq": 1, "uptime_ms": 900, "device_time": None}
        story.publish("care/v1/story/h1/oximeter/vital", {**message, "readings": {"spo2_percent": 80.0}})
        story.advance(minutes=90)
    assert ReasonCode.NOT_BELIEVED in [alert.reason.code for alert in story.alerts()]


# --- what ends late ---------------------------------------------------------------------------------------------------


def test_an_all_clear_that_comes_late_makes_the_detector_ready_again(story: Story) -> None:
    story.heartbeat("h1", "smoke")
    story.advance(minutes=1)
    story.environment("h1", "smoke", smoke=True)
    story.advance(minutes=1)
    clear = {**story.envelope("h1", "smoke"), "smoke": False}
    story.advance(minutes=3)
    story.publish("care/v1/story/h1/smoke/environment", clear)
    first = story.of(AlertKind.ENVIRONMENT)
    assert [sign.reason.code for sign in first.evidence] == [ReasonCode.HAZARD_CLEARED]
    story.resolve("butler-wang")
    story.advance(minutes=3)
    story.environment("h1", "smoke", smoke=True)
    assert story.of(AlertKind.ENVIRONMENT).id != first.id


@pytest.mark.parametrize("late", [timedelta(minutes=4), timedelta(minutes=20)])
def test_a_fault_ends_when_its_end_comes_late(story: Story, late: timedelta) -> None:
    """The power failed, and the router with it: forty flats tell of the end when the line is back."""
    story.heartbeat("h1", "button")
    story.advance(minutes=1)
    story.fault("h1", "button", Fault.BATTERY_GONE)
    assert story.alert().reason.code == ReasonCode.FAULT
    story.advance(minutes=1)
    end = {**story.envelope("h1", "button"), "fault": Fault.BATTERY_GONE.value, "active": False}
    story.advance(seconds=late.total_seconds())
    story.publish("care/v1/story/h1/button/fault", end)
    assert story.alerts() == []
    story.advance(days=2)
    assert ReasonCode.FAULT not in [alert.reason.code for alert in story.alerts()]


def test_a_short_power_cut_told_whole_and_late_is_over(story: Story) -> None:
    story.heartbeat("h1", "button")
    story.advance(minutes=1)
    failed = {**story.envelope("h1", "button"), "fault": Fault.MAINS_FAILED.value}
    story.advance(minutes=5)
    restored = {**story.envelope("h1", "button"), "fault": Fault.MAINS_RESTORED.value}
    story.advance(minutes=20)
    for message in (failed, restored):
        story.publish("care/v1/story/h1/button/fault", message)
    for _ in range(8):
        story.advance(minutes=15)
        story.heartbeat("h1", "button")
    assert [alert for alert in story.alerts() if alert.reason.data.get("fault")] == []


def test_an_end_spoken_before_the_fault_ends_nothing(story: Story) -> None:
    story.heartbeat("h1", "button")
    story.advance(minutes=1)
    end = {**story.envelope("h1", "button"), "fault": Fault.BATTERY_GONE.value, "active": False}
    story.advance(minutes=3)
    story.fault("h1", "button", Fault.BATTERY_GONE)
    story.publish("care/v1/story/h1/button/fault", end)
    assert story.alert().reason.data["fault"] == Fault.BATTERY_GONE.value


@pytest.mark.parametrize("late_s", [3, 60, 119, 200])
def test_what_was_over_before_it_began_again_ends_nothing(story: Story, late_s: int) -> None:
    """An all-clear, or the end of a fault, that was under way for longer than the smoke or the fault after it."""
    for device_id in ("smoke", "button"):
        for _ in range(3):
            story.heartbeat("h1", device_id)
            story.advance(minutes=1)
    clear = {**story.envelope("h1", "smoke"), "smoke": False}
    end = {**story.envelope("h1", "button"), "fault": Fault.BATTERY_GONE.value, "active": False}
    story.advance(seconds=1)
    story.environment("h1", "smoke", smoke=True)
    story.fault("h1", "button", Fault.BATTERY_GONE)
    story.advance(seconds=late_s - 1)
    story.publish("care/v1/story/h1/smoke/environment", clear)
    story.publish("care/v1/story/h1/button/fault", end)
    assert story.of(AlertKind.ENVIRONMENT).evidence == ()
    assert story.of(AlertKind.TECHNICAL).reason.data["fault"] == Fault.BATTERY_GONE.value


def test_a_power_cut_told_whole_after_the_restart_that_followed_it_is_over(story: Story) -> None:
    for _ in range(3):
        story.heartbeat("h1", "button")
        story.advance(minutes=1)
    begin = {**story.envelope("h1", "button"), "fault": Fault.MAINS_FAILED.value}
    story.advance(minutes=2)
    end = {**story.envelope("h1", "button"), "fault": Fault.MAINS_RESTORED.value}
    story.advance(minutes=10)
    story.reboot("h1", "button")
    story.heartbeat("h1", "button")
    for message in (begin, end):
        story.publish("care/v1/story/h1/button/fault", message)
    for _ in range(8):
        story.advance(minutes=15)
        story.heartbeat("h1", "button")
    assert [alert for alert in story.alerts() if alert.device_id == "button"] == []


@pytest.mark.parametrize(("first", "second"), [(2**53 - 1, 20_000), (7 * 86_400 * 10**9, 60 * 10**9)])
@pytest.mark.parametrize("kind", [Kind.HEARTBEAT, Kind.ENVIRONMENT])
def test_an_uptime_of_ages_ends_neither_the_hub_nor_its_next_start(
    story: Story, first: int, second: int, kind: Kind
) -> None:
    said = {"smoke": True} if kind is Kind.ENVIRONMENT else {}
    for seq, uptime_ms in ((1, first), (2, second)):
        message = {"v": 1, "boot": 5, "seq": seq, "uptime_ms": uptime_ms, "device_time": None, **said}
        story.publish(f"care/v1/story/h1/smoke/{kind.value}", message)
        story.advance(seconds=20)
    story.advance(minutes=1)
    story.crash()
    story.advance(minutes=1)
    story.press("h2", "cord")
    assert AlertKind.EMERGENCY_CALL in [alert.kind for alert in story.alerts()]
    assert not story.home().unjudged
    assert [alert.kind for alert in story.alerts()].count(AlertKind.ENVIRONMENT) == len(said)
