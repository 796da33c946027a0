"""A silence puts off and never forgets: what lasts is told when it ends; a call, a fall, smoke and an emergency go through it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from firmware_contracts.vocabulary import FallPhase, Fault
from hub.core.alerts import Severity
from hub.core.events import EndSilence, SetProfile, SetSilence
from hub.core.journal import EntryKind
from hub.core.outcome import Done, Refused
from hub.core.reasons import ReasonCode
from hub.core.service_requests import RequestCategory
from hub.core.silences import LONGEST, Silence, SilenceOf, SilenceReason
from tests.story import SYSTEM, Story, actor, done

HOURS = timedelta(hours=1)


@pytest.fixture
def story(quiet_story: Story) -> Story:
    return quiet_story


def silence(
    story: Story,
    of: SilenceOf = SilenceOf.DEVICES,
    hours: float = 4,
    *,
    begins: timedelta = timedelta(),
    reason: SilenceReason = SilenceReason.MAINTENANCE,
    device_id: str | None = None,
    note: str = "",
) -> Silence:
    from_at = story.now + begins
    done(
        story.command(
            SetSilence("h1", actor("op"), of, reason, from_at, from_at + HOURS * hours, device_id, note)
        )
    )
    return story.home().silences[-1]


def keys(story: Story) -> list[str]:
    return sorted(alert.dedup_key for alert in story.alerts())


# --- what it puts off -------------------------------------------------------------------------------------------------


def test_a_fault_under_a_silence_is_told_to_nobody_and_when_it_ends_to_everybody(story: Story) -> None:
    silence(story, hours=4)
    began_at = story.now
    story.fault("h1", "button", Fault.TAMPER)
    assert story.alerts() == []
    assert story.asked() == []
    story.advance(hours=5)
    alert = story.alert()
    assert alert.dedup_key == "device|tamper|button"
    assert alert.reason.code is ReasonCode.FAULT
    assert timedelta() <= alert.occurred_at - began_at < timedelta(minutes=1), "it says since when"
    assert alert.opened_at - began_at >= 4 * HOURS
    assert story.home().silences == ()


def test_what_is_over_before_the_silence_is_told_to_nobody(story: Story) -> None:
    silence(story)
    story.fault("h1", "button", Fault.MAINS_FAILED)
    story.advance(minutes=5)
    assert list(story.home().silences[0].held) == ["device|mains_failed|button"]
    story.fault("h1", "button", Fault.MAINS_RESTORED)
    story.advance(hours=5)
    assert story.alerts() == []


def test_ended_early_what_lasts_is_told_at_once(story: Story) -> None:
    set_ = silence(story, hours=48)
    story.fault("h1", "button", Fault.TAMPER)
    story.advance(hours=1)
    done(story.command(EndSilence("h1", actor("op"), set_.id)))
    assert keys(story) == ["device|tamper|button"]
    ended = story.entries(EntryKind.SILENCE_ENDED)[-1]
    assert (ended.by, ended.data["lasting"]) == ("op", 1)


def test_a_dead_button_under_a_silence_is_a_repair_only_afterwards(story: Story) -> None:
    silence(story, hours=4)
    story.fault("h1", "button", Fault.BATTERY_GONE)
    assert story.home().requests == {}
    story.advance(hours=5)
    (task,) = story.home().requests.values()
    assert task.category is RequestCategory.REPAIR


def test_a_reading_beyond_its_limit_waits_for_the_end_of_the_silence(story: Story) -> None:
    silence(story, SilenceOf.READINGS, 2, reason=SilenceReason.BEING_DEALT_WITH)
    for _ in range(8):
        story.measure(spo2_percent=90)
        story.advance(minutes=5)
    assert story.alerts() == []
    story.advance(hours=2)
    assert story.alert().reason.code is ReasonCode.THRESHOLD


def test_a_reading_that_came_back_is_not_told_at_the_end(story: Story) -> None:
    silence(story, SilenceOf.READINGS, 2, reason=SilenceReason.BEING_DEALT_WITH)
    for _ in range(3):
        story.measure(spo2_percent=90)
        story.advance(minutes=5)
    story.measure(spo2_percent=96)
    story.advance(hours=3)
    assert story.alerts() == []


# --- what goes through it ---------------------------------------------------------------------------------------------


def everything(story: Story) -> None:
    for of in SilenceOf:
        silence(story, of, 24)


def test_no_silence_holds_back_a_press(story: Story) -> None:
    everything(story)
    story.press()
    assert story.alert().severity is Severity.EMERGENCY
    assert story.asked() != []


def test_no_silence_holds_back_a_fall(story: Story) -> None:
    everything(story)
    story.fall("h1", phase=FallPhase.SUSPECTED)
    story.advance(minutes=2)
    assert story.asked() != []


def test_no_silence_holds_back_smoke(story: Story) -> None:
    everything(story)
    story.environment(smoke=True)
    assert story.alert().severity is Severity.EMERGENCY


def test_no_silence_holds_back_an_emergency_of_the_readings(story: Story) -> None:
    everything(story)
    story.measure(spo2_percent=80)
    assert story.alert().severity is Severity.EMERGENCY


def test_an_alert_that_is_open_goes_on(story: Story) -> None:
    story.fault("h1", "button", Fault.TAMPER)
    silence(story)
    story.advance(hours=1)
    assert keys(story) == ["device|tamper|button"]


def test_a_silence_of_one_device_is_about_no_other(story: Story) -> None:
    silence(story, device_id="oximeter")
    story.fault("h1", "button", Fault.TAMPER)
    assert keys(story) == ["device|tamper|button"]


# --- its own life -----------------------------------------------------------------------------------------------------


def test_planned_ahead_it_begins_by_itself(story: Story) -> None:
    silence(story, hours=4, begins=timedelta(hours=2))
    story.fault("h1", "button", Fault.TAMPER)
    assert keys(story) == ["device|tamper|button"], "not yet"
    story.advance(hours=3)
    story.fault("h1", "oximeter", Fault.TAMPER)
    assert keys(story) == ["device|tamper|button"]
    story.advance(hours=4)
    assert keys(story) == ["device|tamper|button", "device|tamper|oximeter"]


def test_a_crash_forgets_neither_the_silence_nor_what_it_holds(story: Story) -> None:
    silence(story)
    story.fault("h1", "button", Fault.TAMPER)
    before = story.home().silences
    story.crash()
    assert story.home().silences == before
    story.crash(down=timedelta(hours=6))
    story.advance(minutes=1)
    assert keys(story) == ["device|tamper|button"]


def test_set_again_it_is_longer_and_keeps_what_it_held(story: Story) -> None:
    first = silence(story, hours=4)
    story.fault("h1", "button", Fault.TAMPER)
    again = silence(story, hours=30, reason=SilenceReason.AWAITS_PART)
    assert story.home().silences == (again,)
    assert again.held.keys() == story.home().silences[0].held.keys() == {"device|tamper|button"}
    assert again.until_at > first.until_at
    story.advance(hours=31)
    assert keys(story) == ["device|tamper|button"]


def test_a_device_that_is_taken_away_takes_its_silence_with_it(story: Story) -> None:
    silence(story, device_id="oximeter")
    story.fault("h1", "oximeter", Fault.TAMPER)
    profile = story.home().profile
    devices = {key: one for key, one in profile.devices.items() if key != "oximeter"}
    done(story.command(SetProfile("h1", SYSTEM, replace(profile, devices=devices))))
    assert story.home().silences == ()
    assert story.alerts() == []


def test_who_why_and_until_when_stand_in_the_journal(story: Story) -> None:
    silence(story, hours=4, reason=SilenceReason.OTHER, note="油漆工在家")
    entry = story.entries(EntryKind.SILENCE_SET)[-1]
    assert (entry.by, entry.data["of"], entry.data["reason"], entry.data["note"]) == (
        *("op", "devices", "other"),
        "油漆工在家",
    )
    story.fault("h1", "button", Fault.TAMPER)
    story.advance(minutes=1)
    story.fault("h1", "button", Fault.TAMPER)
    assert len(story.entries(EntryKind.SIGN_HELD_BACK)) == 1


@pytest.mark.parametrize(
    ("of", "hours", "begins", "reason", "device_id", "said"),
    [
        (SilenceOf.DEVICES, -1, 0, SilenceReason.MAINTENANCE, None, "end after it begins"),
        (SilenceOf.READINGS, 24 * 3 + 1, 0, SilenceReason.MAINTENANCE, None, "3 days at most"),
        (SilenceOf.DEVICES, 2, 24 * 31, SilenceReason.MAINTENANCE, None, "30 days ahead"),
        (SilenceOf.DEVICES, 2, 0, SilenceReason.OTHER, None, "needs a note"),
        (SilenceOf.DEVICES, 2, 0, SilenceReason.MAINTENANCE, "nowhere", "no device nowhere"),
    ],
)
def test_what_cannot_be_a_silence_is_refused(
    story: Story,
    of: SilenceOf,
    hours: float,
    begins: float,
    reason: SilenceReason,
    device_id: str | None,
    said: str,
) -> None:
    from_at = story.now + HOURS * begins
    refused = story.command(
        SetSilence("h1", actor("op"), of, reason, from_at, from_at + HOURS * hours, device_id)
    )
    assert isinstance(refused, Refused)
    assert said in refused.detail
    assert story.home().silences == ()


def test_every_kind_has_its_longest_time_and_the_same_command_twice_changes_nothing(story: Story) -> None:
    assert set(LONGEST) == set(SilenceOf)
    first = silence(story, hours=4)
    command = SetSilence("h1", actor("op"), first.of, first.reason, first.from_at, first.until_at)
    assert isinstance(story.command(command), Done)
    assert story.home().silences == (first,)
    assert len(story.entries(EntryKind.SILENCE_SET)) == 1


def test_what_is_over_already_cannot_be_ended(story: Story) -> None:
    assert isinstance(story.command(EndSilence("h1", actor("op"), "S-nothing")), Refused)
