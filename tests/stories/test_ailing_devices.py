"""What is told of devices before they fail, of what comes and goes, of a gateway and all behind it; who mends it by when."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import Fault, Kind
from hub.core.alerts import Alert, AlertState, WhatItWas, WhatWasDone
from hub.core.events import MoveRequest
from hub.core.home import DeviceKind, Profile
from hub.core.journal import EntryKind
from hub.core.notifications import Template
from hub.core.outcome import Done, Refused
from hub.core.reasons import ReasonCode
from hub.core.service_requests import CancelReason, Remedy, RequestCategory, RequestState, ServiceRequest
from tests.story import SHANGHAI, Story, actor, device, done, quiet_street, street

WEEKS = timedelta(days=400)
HEARTBEAT = timedelta(minutes=15)


@pytest.fixture
def story(quiet_story: Story) -> Story:
    return quiet_story


def open_keys(story: Story) -> list[str]:
    return sorted(alert.dedup_key for alert in story.alerts())


def about(story: Story, key: str) -> Alert:
    (found,) = [alert for alert in story.alerts() if alert.dedup_key == key]
    return found


def tell(story: Story, device_id: str = "button", *, every: timedelta, for_: timedelta, **body: int) -> None:
    """Heartbeats at an even pace, the first at once."""
    until = story.now + for_
    while story.now < until:
        story.send("h1", device_id, Kind.HEARTBEAT, body)
        story.advance(seconds=every.total_seconds())


# --- batteries --------------------------------------------------------------------------------------------------------


def drain(story: Story, percents: list[int], every: timedelta) -> None:
    for percent in percents:
        story.send("h1", "button", Kind.HEARTBEAT, {"battery_percent": percent})
        story.advance(seconds=every.total_seconds())


def test_a_battery_that_will_be_empty_in_two_weeks_is_told(story: Story) -> None:
    """Two percent a day from sixty: at thirty-three it is fourteen days from five."""
    drain(story, list(range(60, 33, -2)), timedelta(days=1))
    assert open_keys(story) == []
    drain(story, [32], timedelta(days=1))
    alert = about(story, "device|battery_runs_out|button")
    assert alert.reason.code is ReasonCode.BATTERY_RUNS_OUT
    assert alert.reason.data["percent"] == 32
    assert alert.reason.data["days"] in (12, 13)


def test_a_new_battery_ends_it_and_its_course_begins_anew(story: Story) -> None:
    drain(story, list(range(60, 30, -2)), timedelta(days=1))
    assert open_keys(story) == ["device|battery_runs_out|button"]
    drain(story, [100], timedelta(days=1))
    assert open_keys(story) == []
    course = story.home().devices["button"].battery
    assert course is not None
    assert [percent for _, percent in course.points] == [100]


def test_once_it_is_low_that_alone_is_told(story: Story) -> None:
    drain(story, list(range(60, 13, -2)), timedelta(days=1))
    assert open_keys(story) == ["device|battery_low|button"]


def test_the_wobble_of_a_warm_room_is_no_new_battery_and_no_pace(story: Story) -> None:
    drain(story, [80, 79, 81, 80, 79, 80, 82, 79] * 6, timedelta(days=1))
    assert open_keys(story) == []
    course = story.home().devices["button"].battery
    assert course is not None
    assert course.points[0][1] == 80


# --- signal, and what stands still ------------------------------------------------------------------------------------


def test_a_signal_that_stays_weak_for_six_hours_is_told_and_ends_well_above(story: Story) -> None:
    tell(story, every=HEARTBEAT, for_=timedelta(hours=6), rssi_dbm=-84)
    assert open_keys(story) == []
    tell(story, every=HEARTBEAT, for_=HEARTBEAT, rssi_dbm=-84)
    assert open_keys(story) == ["device|weak_signal|button"]
    tell(story, every=HEARTBEAT, for_=HEARTBEAT, rssi_dbm=-76)
    assert open_keys(story) == ["device|weak_signal|button"], "a little better is not well"
    tell(story, every=HEARTBEAT, for_=HEARTBEAT, rssi_dbm=-74)
    assert open_keys(story) == []


def test_one_good_message_in_between_is_a_signal_that_carries(story: Story) -> None:
    for _ in range(4):
        tell(story, every=HEARTBEAT, for_=timedelta(hours=5), rssi_dbm=-84)
        tell(story, every=HEARTBEAT, for_=HEARTBEAT, rssi_dbm=-70)
    assert open_keys(story) == []


def test_a_sensor_that_tells_the_very_same_for_half_a_day_is_told_until_it_moves(story: Story) -> None:
    for _ in range(12 * 6):
        story.measure(heart_rate_bpm=71, spo2_percent=97)
        story.advance(minutes=10)
    assert open_keys(story) == []
    story.measure(heart_rate_bpm=71, spo2_percent=97)
    assert open_keys(story) == ["device|stuck|oximeter"]
    story.advance(minutes=10)
    story.measure(heart_rate_bpm=72, spo2_percent=97)
    assert open_keys(story) == []


def test_a_sensor_that_was_off_for_the_night_is_not_stuck(story: Story) -> None:
    for _ in range(5):
        for _ in range(6 * 6):
            story.measure(heart_rate_bpm=71, spo2_percent=97)
            story.advance(minutes=10)
        story.advance(hours=3)
    assert open_keys(story) == []


# --- what comes and goes ----------------------------------------------------------------------------------------------


def blink(story: Story, times: int, *, pause: timedelta = timedelta(minutes=20)) -> None:
    """Offline for five minutes, then back."""
    for _ in range(times):
        story.status("h1", "oximeter", online=False)
        story.advance(minutes=5)
        story.status("h1", "oximeter", online=True, retained=False)
        story.advance(seconds=pause.total_seconds())


def raised(story: Story) -> int:
    return len(story.entries(EntryKind.ALERT_TRIGGERED))


def test_the_third_time_in_a_day_it_is_one_alert_that_says_so_and_stays(story: Story) -> None:
    blink(story, 2)
    assert (raised(story), open_keys(story)) == (2, []), "twice is what it was each time"
    blink(story, 6)
    alert = about(story, "device|gone|oximeter")
    assert raised(story) == 3
    assert [one.reason.code for one in alert.evidence] == [ReasonCode.FLAPPING]
    assert alert.evidence[0].reason.data == {"device_id": "oximeter", "fault": "gone", "times": 3}
    story.advance(minutes=39)
    assert open_keys(story) == ["device|gone|oximeter"]
    story.advance(minutes=2)
    assert open_keys(story) == [], "an hour of calm"


def test_three_times_in_three_days_is_no_flapping(story: Story) -> None:
    for _ in range(4):
        blink(story, 1)
        story.advance(hours=23)
    assert (raised(story), open_keys(story)) == (4, [])


def test_a_flapping_device_that_then_stays_away_is_gone(story: Story) -> None:
    blink(story, 3)
    story.status("h1", "oximeter", online=False)
    story.advance(hours=3)
    assert open_keys(story) == ["device|gone|oximeter"], "no hour of calm while it is away"


def test_what_flaps_goes_on_after_a_restart(story: Story) -> None:
    blink(story, 3)
    story.crash(down=timedelta(minutes=5))
    story.advance(minutes=30)
    assert open_keys(story) == ["device|gone|oximeter"]
    story.advance(minutes=30)
    assert open_keys(story) == []


# --- a gateway and what speaks through it -----------------------------------------------------------------------------


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[Story]:
    two_hours = timedelta(hours=2)
    devices = (
        device("gateway", DeviceKind.GATEWAY, silent_after=timedelta(minutes=45)),
        device("door", DeviceKind.CONTACT, family="zigbee2mqtt", model="SNZB-04", silent_after=two_hours),
        device("hall", DeviceKind.MOTION, family="zigbee2mqtt", model="SNZB-03", silent_after=two_hours),
        device("voice", DeviceKind.VOICE_UNIT, silent_after=WEEKS),
    )
    home = replace(street()["h1"], devices={one.id: one for one in devices})
    told = Story(tmp_path / "wired.sqlite", homes={"h1": home})
    yield told
    told.store.close()


def test_a_silent_gateway_speaks_for_all_behind_it(wired: Story) -> None:
    wired.heartbeat("h1", "gateway")
    wired.advance(hours=6)
    alert = about(wired, "device|silent|gateway")
    assert open_keys(wired) == ["device|silent|gateway"]
    assert alert.reason.data["behind"] == 2


def test_after_it_came_back_what_stays_silent_is_told_in_its_own_time(wired: Story) -> None:
    wired.heartbeat("h1", "gateway")
    wired.advance(hours=6)
    for _ in range(4):
        wired.heartbeat("h1", "gateway")
        wired.advance(minutes=29)
    assert open_keys(wired) == []
    for _ in range(2):
        wired.heartbeat("h1", "gateway")
        wired.advance(minutes=30)
    assert open_keys(wired) == ["device|silent|door", "device|silent|hall"]


# --- mended by when ---------------------------------------------------------------------------------------------------


def the_repair(story: Story, home_id: str = "h1") -> ServiceRequest | None:
    found = [one for one in story.home(home_id).requests.values() if one.category is RequestCategory.REPAIR]
    assert len(found) <= 1
    return found[0] if found else None


def a_repair(story: Story) -> ServiceRequest:
    found = the_repair(story)
    assert found is not None
    return found


def finish(story: Story, remedy: Remedy | None) -> Done | Refused:
    task = a_repair(story)
    result = story.command(MoveRequest("h1", task.id, actor("butler-wang"), RequestState.DONE, remedy=remedy))
    assert isinstance(result, Done | Refused)
    return result


def test_a_button_whose_battery_is_gone_is_a_task_with_two_hours(story: Story) -> None:
    story.fault("h1", "button", Fault.BATTERY_GONE)
    task = a_repair(story)
    assert task.due_at == task.opened_at + timedelta(hours=2)
    assert (task.assignee_id, task.device_id) == ("butler-wang", "button")
    assert task.alert_ids == (about(story, "device|battery_gone|button").id,)
    assert story.asked(Template.REQUEST_ASSIGNED) == ["butler-wang"]
    story.advance(hours=1, minutes=59)
    assert story.asked(Template.REQUEST_OVERDUE) == []
    story.advance(minutes=1)
    assert story.asked(Template.REQUEST_OVERDUE) == ["butler-wang", "desk-small"]


def test_it_ends_by_itself_and_who_would_have_gone_hears_it(story: Story) -> None:
    story.fault("h1", "button", Fault.BATTERY_GONE)
    task = a_repair(story)
    story.send("h1", "button", Kind.FAULT, {"fault": Fault.BATTERY_GONE.value, "active": False})
    assert the_repair(story) is None
    (moved,) = [one for one in story.entries(EntryKind.REQUEST_MOVED) if one.data["state"] == "cancelled"]
    assert moved.request_id == task.id
    assert (moved.by, moved.data["cancel_reason"]) == (None, CancelReason.MENDED.value)
    assert story.asked(Template.REQUEST_TAKEN_BACK) == ["butler-wang"]


def test_faults_of_one_home_are_one_task_until_the_last_is_mended(story: Story) -> None:
    story.fault("h1", "button", Fault.BATTERY_GONE)
    story.fault("h1", "radar", Fault.JAMMING)
    assert len(a_repair(story).alert_ids) == 2
    story.send("h1", "button", Kind.FAULT, {"fault": Fault.BATTERY_GONE.value, "active": False})
    assert the_repair(story) is not None
    story.send("h1", "radar", Kind.FAULT, {"fault": Fault.JAMMING.value, "active": False})
    assert the_repair(story) is None


@pytest.mark.parametrize(
    ("device_id", "fault"),
    [("smoke", Fault.BATTERY_GONE), ("button", Fault.BATTERY_LOW), ("oximeter", Fault.JAMMING)],
)
def test_what_costs_no_call_is_no_repair(story: Story, device_id: str, fault: Fault) -> None:
    story.fault("h1", device_id, fault)
    assert the_repair(story) is None


def test_said_to_be_mended_and_broken_still_it_comes_again_a_day_later(story: Story) -> None:
    story.fault("h1", "button", Fault.BATTERY_GONE)
    done(finish(story, Remedy.STOOD_IN))
    story.advance(hours=20)
    assert the_repair(story) is None
    story.advance(hours=5)
    assert the_repair(story) is not None


def test_a_further_fault_after_the_first_was_dealt_with_is_a_task_again(story: Story) -> None:
    story.fault("h1", "button", Fault.BATTERY_GONE)
    done(finish(story, Remedy.STOOD_IN))
    story.fault("h1", "radar", Fault.JAMMING)
    assert len(a_repair(story).alert_ids) == 2


@pytest.mark.parametrize("remedy", [None, Remedy.COVERED])
def test_closing_it_says_what_was_done_about_a_broken_thing(story: Story, remedy: Remedy | None) -> None:
    story.fault("h1", "button", Fault.BATTERY_GONE)
    refused = finish(story, remedy)
    assert isinstance(refused, Refused)
    assert "battery, reconnected, replaced, stood_in, other" in refused.detail


def test_at_night_the_desk_hears_that_it_is_late_and_the_butler_sleeps(tmp_path: Path) -> None:
    at_night = datetime(2026, 3, 3, 23, 30, tzinfo=SHANGHAI)
    story = Story(tmp_path / "night.sqlite", at=at_night, homes=quiet_street())
    story.fault("h1", "button", Fault.BATTERY_GONE)
    story.advance(hours=4)
    assert "butler-wang" not in story.asked(Template.REQUEST_OVERDUE)
    assert story.asked(Template.REQUEST_OVERDUE) or story.asked(Template.REQUEST_ASSIGNED) == []
    story.advance(hours=4)
    assert "butler-wang" in story.asked(Template.REQUEST_ASSIGNED)


def test_where_nobody_is_served_nothing_is_repaired(tmp_path: Path) -> None:
    def nobody(profile: Profile) -> Profile:
        return replace(profile, residents=())

    homes = {home_id: nobody(profile) for home_id, profile in quiet_street().items()}
    story = Story(tmp_path / "empty.sqlite", homes=homes)
    story.fault("h1", "button", Fault.BATTERY_GONE)
    assert the_repair(story) is None


def test_a_technical_alert_that_was_closed_leaves_its_task_open(story: Story) -> None:
    story.fault("h1", "button", Fault.BATTERY_GONE)
    story.resolve("operator-chen", WhatItWas.DEVICE_FALSE, WhatWasDone.BY_PHONE)
    assert all(alert.state is AlertState.RESOLVED for alert in story.alerts())
    assert a_repair(story).open


# --- the climate of a home --------------------------------------------------------------------------------------------


def test_two_cold_rooms_are_one_alert_that_grows_graver(tmp_path: Path) -> None:
    devices = {one: device(one, DeviceKind.CLIMATE, silent_after=WEEKS) for one in ("bedroom", "living-room")}
    story = Story(tmp_path / "cold.sqlite", homes={"h1": replace(street()["h1"], devices=devices)})
    for _ in range(8):
        story.environment("h1", "bedroom", temperature_c=8.0)
        story.environment("h1", "living-room", temperature_c=11.0)
        story.advance(minutes=30)
    (alert,) = story.alerts()
    assert alert.severity.value == "urgent"
    assert [one.reason.data["rule"] for one in alert.evidence] == ["room_cold"]
    assert alert.reason.data["rule"] == "room_very_cold"
