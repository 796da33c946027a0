"""A suspected fall: the wearer is asked first, then people; lying hastens it, getting up softens it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import CallAction, FallPhase, Kind
from hub.core.alerts import AlertKind, AlertState, Severity
from hub.core.events import SetProfile
from hub.core.home import DeviceKind, Profile, Resident
from hub.core.journal import EntryKind
from hub.core.reasons import ReasonCode
from tests.core.test_fall_window import fall as falling
from tests.core.test_fall_window import sitting_down, window
from tests.story import CELL, SYSTEM, Story, device

WEARABLE = "belt"
MOTION = "pir"


@pytest.fixture
def worn(story: Story) -> Story:
    """Li wears a fall sensor with a cancel key, and a motion sensor hangs in the hall."""
    fit(story)
    story.forget_calls()
    return story


def fit(story: Story, change: Callable[[Profile], Profile] = lambda profile: profile) -> None:
    profile = story.home().profile
    devices = dict(profile.devices)
    for one in (
        device(WEARABLE, DeviceKind.FALL_WEARABLE, wearer="li"),
        device(MOTION, DeviceKind.MOTION),
    ):
        devices[one.id] = one
    story.command(SetProfile("h1", SYSTEM, change(replace(profile, devices=devices))))


def reported(
    story: Story,
    phase: FallPhase = FallPhase.SUSPECTED,
    shape: Callable[[float], Sequence[float]] | None = None,
) -> None:
    body: dict[str, object] = {
        "event_id": f"fall-{story.now.timestamp():.6f}".replace(".", "-"),
        "age_ms": 0,
        "phase": phase.value,
    }
    if shape is not None:
        samples = [[round(one, 2) for one in row] for row in window(50, shape).tolist()]
        body["window"] = {"placement": "waist", "rate_hz": 50, "range_g": 16, "samples_g": samples}
    story.send("h1", WEARABLE, Kind.FALL, body)


def moved(story: Story) -> None:
    story.send("h1", MOTION, Kind.MOTION, {"moving": True})


def reasons(story: Story) -> list[str]:
    return [sign.reason.code for sign in story.alert().evidence]


# --- the pre-alarm ----------------------------------------------------------------------------------------------------


def test_the_wearer_is_asked_first_and_people_after_half_a_minute(worn: Story) -> None:
    reported(worn)
    alert = worn.of(AlertKind.FALL)
    assert alert.severity is Severity.EMERGENCY
    assert alert.pre_alarm_until is not None
    assert worn.shown("h1", WEARABLE) == ["heard", "asking"]
    assert "您是不是摔了？没事请按取消，不按我们就叫人来。" in worn.said("h1", "button")
    assert worn.asked() == []
    worn.advance(seconds=29)
    assert worn.asked() == []
    worn.advance(seconds=1)
    worn.expect_asked("butler-wang")
    assert worn.alert().pre_alarm_until is None
    assert worn.alert().opened_as is Severity.EMERGENCY
    assert worn.shown("h1", WEARABLE)[-1] == "looking"


@pytest.mark.parametrize("key", [WEARABLE, "button"])
def test_pressed_in_time_cancel_ends_it_and_nobody_is_disturbed(worn: Story, key: str) -> None:
    reported(worn)
    worn.advance(seconds=20)
    worn.press("h1", key, CallAction.CANCEL)
    assert worn.alerts() == []
    worn.advance(minutes=10)
    assert worn.asked() == []
    assert worn.said("h1", "button")[-1] == "按错了没关系。"
    (end,) = worn.entries(EntryKind.ALERT_RESOLVED)
    assert end.data["taken_back"] is True
    # In no report does it count as an emergency that nobody answered.
    assert worn.rows("SELECT json_extract(body, '$.opened_as') FROM alert") == [("routine",)]


def test_after_the_time_cancel_is_only_a_sign(worn: Story) -> None:
    reported(worn)
    worn.advance(seconds=31)
    worn.press("h1", WEARABLE, CallAction.CANCEL)
    assert worn.of(AlertKind.FALL).open


def test_once_somebody_has_it_cancel_is_only_a_sign(worn: Story) -> None:
    reported(worn)
    worn.take("operator-chen")
    worn.press("h1", WEARABLE, CallAction.CANCEL)
    assert worn.of(AlertKind.FALL).state is AlertState.ACKNOWLEDGED


def test_cancelling_a_call_does_not_take_back_a_fall(worn: Story) -> None:
    call = worn.press("h1", "button")
    reported(worn)
    worn.send(
        "h1",
        "button",
        Kind.CALL,
        {"event_id": "cancel-0001", "age_ms": 0, "action": "cancel", "cancels": call},
    )
    assert len(worn.alerts()) == 2
    assert worn.of(AlertKind.FALL).pre_alarm_until is not None


def test_another_resident_takes_back_nothing_of_who_fell(worn: Story) -> None:
    def two(profile: Profile) -> Profile:
        devices = {**profile.devices, "other": device("other", wearer="bo")}
        return replace(
            profile, residents=(*profile.residents, Resident("bo", "薄大爷", "薄大爷")), devices=devices
        )

    fit(worn, two)
    reported(worn)
    worn.press("h1", "other", CallAction.CANCEL)
    assert worn.of(AlertKind.FALL).pre_alarm_until is not None


@pytest.mark.parametrize("age", [timedelta(minutes=10), timedelta(seconds=5)])
def test_a_cancellation_from_before_the_fall_takes_nothing_back(worn: Story, age: timedelta) -> None:
    worn.advance(minutes=20)
    reported(worn)
    worn.advance(seconds=2)
    worn.press("h1", "button", CallAction.CANCEL, age=age)
    assert worn.of(AlertKind.FALL).pre_alarm_until is not None


def test_a_cancellation_that_waited_in_a_queue_takes_nothing_back(worn: Story) -> None:
    for _ in range(2):
        worn.press("h1", "button", CallAction.TEST)
        worn.advance(minutes=2)
    waited = {**worn.envelope("h1", "button"), "event_id": "waited-0001", "age_ms": 0, "action": "cancel"}
    worn.advance(minutes=10)
    reported(worn)
    worn.publish(Address(CELL, "h1", "button").up(Kind.CALL), waited)
    assert worn.of(AlertKind.FALL).pre_alarm_until is not None


def test_who_falls_again_has_not_taken_that_back(worn: Story) -> None:
    reported(worn)
    first = worn.of(AlertKind.FALL).event_ids[0]
    worn.advance(seconds=5)
    reported(worn)
    body = {"event_id": "cancel-0002", "age_ms": 4000, "action": "cancel", "cancels": first}
    worn.send("h1", WEARABLE, Kind.CALL, body)
    assert worn.of(AlertKind.FALL).pre_alarm_until is not None


def test_a_key_of_another_home_takes_nothing_back(worn: Story) -> None:
    worn.engine._committed.context = replace(worn.engine.context(), device_homes={"cord": "h2"})
    reported(worn)
    worn.press("h1", "cord", CallAction.CANCEL)
    assert worn.of(AlertKind.FALL).pre_alarm_until is not None


def test_who_got_up_before_has_not_got_up_from_this(worn: Story) -> None:
    reported(worn)
    body = {"event_id": "up-0001", "age_ms": 600_000, "phase": FallPhase.GOT_UP.value}
    worn.send("h1", WEARABLE, Kind.FALL, body)
    assert worn.of(AlertKind.FALL).severity is Severity.EMERGENCY


def test_lying_after_the_answer_leaves_no_deadline_behind(worn: Story) -> None:
    """Taken while the wearer was still being asked: from then on the answer counts, and its end."""
    reported(worn)
    worn.take("operator-chen")
    taken = worn.of(AlertKind.FALL)
    assert (taken.pre_alarm_until, taken.opened_as) == (None, Severity.EMERGENCY)
    worn.advance(seconds=10)
    reported(worn, FallPhase.LYING)
    assert taken.hold is not None
    assert worn.of(AlertKind.FALL).deadline_at == taken.hold.until_at
    worn.advance(minutes=5)
    assert worn.of(AlertKind.FALL).state is AlertState.TRIGGERED
    worn.expect_asked("butler-wang")


def test_who_took_something_lesser_holds_the_emergency_no_longer_than_one(worn: Story) -> None:
    reported(worn)
    reported(worn, FallPhase.GOT_UP)
    assert worn.of(AlertKind.FALL).severity is Severity.URGENT
    worn.take("butler-wang")
    worn.advance(minutes=2)
    worn.forget_calls()
    reported(worn, FallPhase.LYING)
    assert worn.of(AlertKind.FALL).severity is Severity.EMERGENCY
    assert set(worn.asked()) == {"butler-wang"}
    worn.advance(minutes=5)
    worn.expect_asked("operator-chen")


def test_a_red_key_never_waits_for_a_pre_alarm(worn: Story) -> None:
    reported(worn)
    worn.press("h1", "button")
    worn.expect_asked("butler-wang")


def test_where_nothing_can_ask_people_are_told_at_once(worn: Story) -> None:
    def mute(profile: Profile) -> Profile:
        kept = {key: replace(one, speaks=False) for key, one in profile.devices.items() if key != WEARABLE}
        return replace(profile, devices=kept)

    fit(worn, mute)
    worn.fall("h1", "radar")
    worn.expect_asked("butler-wang")
    assert worn.of(AlertKind.FALL).pre_alarm_until is None


def test_a_fall_told_late_is_not_asked_about(worn: Story) -> None:
    worn.send("h1", WEARABLE, Kind.FALL, {"event_id": "fall-late-1", "age_ms": 120_000, "phase": "suspected"})
    worn.expect_asked("butler-wang")


def test_a_crash_while_the_wearer_is_asked_loses_no_second(worn: Story) -> None:
    reported(worn)
    worn.advance(seconds=10)
    worn.crash()
    worn.advance(seconds=19)
    assert worn.asked() == []
    worn.advance(seconds=2)
    worn.expect_asked("butler-wang")


def test_a_device_that_comes_back_is_asked_again(worn: Story) -> None:
    reported(worn)
    worn.status("h1", WEARABLE, online=True, boot=2, retained=False)
    assert worn.shown("h1", WEARABLE).count("asking") == 2


# --- lying and getting up ---------------------------------------------------------------------------------------------


def test_lying_still_hastens_it(worn: Story) -> None:
    reported(worn)
    worn.advance(seconds=5)
    reported(worn, FallPhase.LYING)
    assert reasons(worn) == [ReasonCode.FALL_LYING]
    worn.advance(seconds=9)
    assert worn.asked() == []
    worn.advance(seconds=1)
    worn.expect_asked("butler-wang")


def test_lying_late_in_the_pre_alarm_does_not_lengthen_it(worn: Story) -> None:
    reported(worn)
    worn.advance(seconds=25)
    reported(worn, FallPhase.LYING)
    worn.advance(seconds=5)
    worn.expect_asked("butler-wang")


def test_lying_without_a_suspicion_before_is_told_at_once(worn: Story) -> None:
    reported(worn, FallPhase.LYING)
    worn.expect_asked("butler-wang")


def test_getting_up_softens_it_and_somebody_looks_all_the_same(worn: Story) -> None:
    reported(worn)
    worn.advance(seconds=10)
    reported(worn, FallPhase.GOT_UP)
    assert worn.of(AlertKind.FALL).severity is Severity.URGENT
    assert worn.entries(EntryKind.ALERT_SEVERITY_LOWERED)
    worn.advance(seconds=21)
    assert worn.of(AlertKind.FALL).opened_as is Severity.URGENT
    assert worn.asked()


def test_getting_up_after_people_were_told_lowers_nothing(worn: Story) -> None:
    reported(worn)
    worn.advance(seconds=31)
    reported(worn, FallPhase.GOT_UP)
    assert worn.of(AlertKind.FALL).severity is Severity.EMERGENCY


def test_a_radar_that_tells_every_phase_is_one_incident(worn: Story) -> None:
    """Suspected, lying, suspected again, got up: one alert."""
    for phase in (FallPhase.SUSPECTED, FallPhase.LYING, FallPhase.SUSPECTED, FallPhase.GOT_UP):
        worn.fall("h1", "radar", phase)
        worn.advance(seconds=20)
    assert len(worn.alerts()) == 1
    assert len(worn.entries(EntryKind.ALERT_TRIGGERED)) == 1


# --- nothing moves ----------------------------------------------------------------------------------------------------


def test_nothing_moving_for_five_minutes_is_an_emergency(worn: Story) -> None:
    reported(worn)
    reported(worn, FallPhase.SUSPECTED)
    worn.advance(minutes=5)
    (sign,) = [sign for sign in worn.alert().evidence if sign.reason.code == ReasonCode.LONG_LIE]
    assert sign.reason.data == {"for_s": 300}
    assert worn.alert().severity is Severity.EMERGENCY


def test_somebody_who_moves_is_seen_and_said(worn: Story) -> None:
    reported(worn)
    worn.advance(minutes=2)
    moved(worn)
    assert reasons(worn)[-1] == ReasonCode.FALL_MOVED
    worn.advance(minutes=10)
    assert ReasonCode.LONG_LIE not in reasons(worn)


def test_of_two_who_live_there_one_may_move_while_the_other_lies(worn: Story) -> None:
    fit(
        worn,
        lambda profile: replace(profile, residents=(*profile.residents, Resident("bo", "薄大爷", "薄大爷"))),
    )
    reported(worn)
    worn.advance(minutes=2)
    moved(worn)
    worn.advance(minutes=4)
    assert ReasonCode.LONG_LIE in reasons(worn)


def test_an_empty_bed_is_no_movement(worn: Story) -> None:
    mat = device("mat", DeviceKind.BED_MAT, wearer="li")
    fit(worn, lambda profile: replace(profile, devices={**profile.devices, "mat": mat}))
    reported(worn)
    worn.send("h1", "mat", Kind.BED, {"state": "out_of_bed"})
    worn.advance(minutes=5)
    assert ReasonCode.LONG_LIE in reasons(worn)


def test_taken_back_it_is_no_long_lie(worn: Story) -> None:
    reported(worn)
    worn.press("h1", WEARABLE, CallAction.CANCEL)
    worn.advance(minutes=10)
    assert worn.alerts() == []
    assert not [key for key in worn.home().rules if key.startswith("fall|")]


# --- the acceleration -------------------------------------------------------------------------------------------------


def test_what_the_hub_takes_for_no_fall_goes_no_further(worn: Story) -> None:
    reported(worn, shape=sitting_down)
    assert worn.alerts() == []
    assert worn.shown("h1", WEARABLE) == ["heard"]
    worn.advance(minutes=10)
    assert worn.asked() == []


def test_a_fall_says_what_it_was_judged_by(worn: Story) -> None:
    reported(worn, shape=falling)
    told = worn.alert().reason
    assert told.code == ReasonCode.FALL_SUSPECTED
    assert told.data["points"] >= 100  # type: ignore[operator]
    assert told.data["impact_g"] > 2  # type: ignore[operator]
    assert 60 < told.data["turn_deg"] < 120  # type: ignore[operator]


def test_lying_after_what_was_taken_for_no_fall_alerts(worn: Story) -> None:
    """The sensor knows better: whoever still lies has fallen."""
    reported(worn, shape=sitting_down)
    worn.advance(seconds=40)
    reported(worn, FallPhase.LYING)
    worn.expect_asked("butler-wang")
