"""How somebody is, told as one alert: limits, the own normal, the score; a strange reading is asked for again first."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.core.alerts import AlertKind, Severity, WhatItWas, WhatWasDone
from hub.core.context import Context
from hub.core.events import SetProfile
from hub.core.home import DeviceKind, Flag, Profile, Resident
from hub.core.journal import EntryKind
from hub.core.reasons import ReasonCode
from hub.notify import phrases
from tests.stories.test_ailing_devices import WEEKS
from tests.story import SYSTEM, Story, device, done, street

DAYS = 9


def flat(*, voice: bool = True, level: int = 2, flags: frozenset[Flag] = frozenset()) -> dict[str, Profile]:
    devices = (
        device("cuff", DeviceKind.CUFF, wearer="li", silent_after=WEEKS),
        device("oximeter", DeviceKind.OXIMETER, wearer="li", silent_after=WEEKS),
        *((device("voice", DeviceKind.VOICE_UNIT, speaks=True, silent_after=WEEKS),) if voice else ()),
    )
    resident = Resident("li", "李桂英", "李奶奶", level, flags=flags)
    home = replace(street()["h1"], residents=(resident,), devices={one.id: one for one in devices})
    return {"h1": home}


def quietly(context: Context) -> Context:
    """Without the daily test calls."""
    rules = replace(context.rules, self_test=replace(context.rules.self_test, enabled=False))
    return replace(context, rules=rules)


def living(path: Path, homes: dict[str, Profile] | None = None) -> Story:
    return Story(path / "how.sqlite", homes=homes or flat(), change=quietly)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = living(tmp_path)
    yield told
    told.store.close()


def cuff(story: Story, systolic: float, diastolic: float = 75, pulse: float = 70) -> None:
    readings = {"systolic_mmhg": systolic, "diastolic_mmhg": diastolic, "heart_rate_bpm": pulse}
    story.measure("h1", "cuff", **readings)


def usual_days(story: Story) -> None:
    for _ in range(DAYS):
        cuff(story, 122)
        story.advance(days=1)


def codes(story: Story) -> list[str]:
    alert = story.alert()
    return [str(alert.reason.code), *(str(one.reason.code) for one in alert.evidence)]


def said(story: Story) -> list[str]:
    return story.said("h1", "voice")


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_high_pressure_is_told_by_day_and_once(story: Story) -> None:
    cuff(story, 168, 104)
    alert = story.alert()
    assert (alert.kind, alert.severity) == (AlertKind.VITAL_SIGNS, Severity.ROUTINE)
    assert sorted(codes(story)) == [ReasonCode.READING_HIGH, ReasonCode.READING_HIGH]
    story.advance(hours=2)
    cuff(story, 170, 104)
    assert len(story.alert().evidence) == 1, "the same is not told again two hours later"


def test_back_in_the_limits_it_is_said_and_the_alert_waits_for_a_person(story: Story) -> None:
    cuff(story, 168)
    story.advance(minutes=10)
    cuff(story, 140)
    assert codes(story) == [ReasonCode.READING_HIGH, ReasonCode.THRESHOLD_CLEARED]


def test_what_lasts_is_told_again_after_half_a_day(story: Story) -> None:
    cuff(story, 168)
    story.resolve("operator-chen", WhatItWas.ILLNESS, WhatWasDone.BY_PHONE)
    story.advance(hours=11)
    cuff(story, 168)
    assert story.alerts() == []
    story.advance(hours=1, minutes=1)
    cuff(story, 168)
    assert codes(story) == [ReasonCode.READING_HIGH]


def test_where_a_rule_says_it_already_nothing_is_said_twice(story: Story) -> None:
    cuff(story, 225)
    assert codes(story) == [ReasonCode.THRESHOLD]


def test_for_who_cannot_call_what_is_far_from_their_normal_is_urgent(tmp_path: Path) -> None:
    story = living(tmp_path, flat(level=4, voice=False))
    usual_days(story)
    for _ in range(2):
        cuff(story, 122, pulse=99)
        story.advance(hours=3)
    assert story.alert().severity is Severity.URGENT
    assert story.alert().reason.code is ReasonCode.READING_UNUSUAL


def test_of_who_lives_near_a_limit_the_same_is_told_once_a_week(story: Story) -> None:
    for _ in range(DAYS):
        cuff(story, 152)
        story.advance(days=1)
    assert story.alerts() == []
    told = []
    for day in range(12):
        cuff(story, 164 if day != 4 else 182)
        for alert in story.alerts():
            told.append((day, alert.reason.data["value"], alert.reason.data["usual"]))
            story.take("butler-wang")
            story.resolve("butler-wang", WhatItWas.UNDETERMINED, WhatWasDone.BY_PHONE)
        story.advance(days=1)
    assert [(day, value) for day, value, _ in told] == [(0, 164), (4, 182), (11, 164)]
    assert told[0][2] == 152


# --- asked to be taken again ------------------------------------------------------------------------------------------


def test_a_digit_too_many_is_asked_for_again_before_anybody_runs(story: Story) -> None:
    usual_days(story)
    cuff(story, 222)
    assert story.alerts() == []
    assert said(story) == [phrases.MEASURE_AGAIN]
    assert [one.data["reason"] for one in story.entries(EntryKind.HOME_ASKED)] == ["reading_unusual"]
    story.advance(minutes=4)
    cuff(story, 122)
    story.advance(hours=1)
    assert story.alerts() == []


def test_taken_again_and_it_is_so_people_hear_of_it_at_once(story: Story) -> None:
    usual_days(story)
    cuff(story, 222)
    story.advance(minutes=4)
    cuff(story, 218)
    alert = story.alert()
    assert ReasonCode.READING_UNUSUAL in codes(story)
    assert ReasonCode.READING_HIGH in codes(story)
    assert len(said(story)) == 1
    assert "not_repeated" not in alert.reason.data


def test_not_taken_again_it_counts_after_a_quarter_of_an_hour(story: Story) -> None:
    usual_days(story)
    cuff(story, 222)
    story.advance(minutes=14, seconds=58)
    assert story.alerts() == []
    story.advance(seconds=3)
    alert = story.alert()
    assert alert.severity is Severity.URGENT, "the red band of the chart"
    assert codes(story)[0] == ReasonCode.THRESHOLD
    assert [one.reason.data.get("not_repeated") for one in alert.evidence] == [True]


def test_a_crash_forgets_no_question(story: Story) -> None:
    usual_days(story)
    cuff(story, 222)
    story.crash()
    story.advance(minutes=16)
    assert story.alert().severity is Severity.URGENT


def test_where_nothing_can_ask_it_counts_at_once(tmp_path: Path) -> None:
    story = living(tmp_path, flat(voice=False))
    usual_days(story)
    cuff(story, 222)
    assert story.alert().severity is Severity.URGENT


def test_whose_normal_is_not_known_is_not_asked(story: Story) -> None:
    cuff(story, 222)
    assert (said(story), story.alert().severity) == ([], Severity.URGENT)


# --- the score --------------------------------------------------------------------------------------------------------


def test_readings_of_several_instruments_come_to_one_score(story: Story) -> None:
    cuff(story, 96, 62, 99)
    assert story.alerts() == []
    story.advance(minutes=20)
    story.measure("h1", "oximeter", spo2_percent=93, respiration_per_min=16)
    alert = story.alert()
    assert codes(story) == [ReasonCode.EARLY_WARNING]
    assert (alert.severity, alert.reason.data["value"]) == (Severity.URGENT, 5)
    assert alert.reason.data["missing"] == "consciousness,temperature"
    assert alert.reason.data["oldest_s"] == pytest.approx(1200, abs=2)


def test_a_score_that_grows_makes_the_alert_graver(story: Story) -> None:
    cuff(story, 96, 62, 99)
    story.measure("h1", "oximeter", spo2_percent=93)
    assert story.alert().severity is Severity.URGENT
    story.advance(minutes=31)
    story.measure("h1", "oximeter", spo2_percent=93, respiration_per_min=22)
    alert = story.alert()
    assert alert.severity is Severity.EMERGENCY
    assert alert.reason.data["value"] == 7


def test_oxygen_that_somebody_is_given_counts(tmp_path: Path) -> None:
    story = living(tmp_path, flat(flags=frozenset({Flag.ON_OXYGEN})))
    cuff(story, 96, 62, 96)
    story.measure("h1", "oximeter", spo2_percent=97)
    assert story.alert().reason.data["value"] == 2 + 1 + 2


def test_who_has_a_confirmed_target_is_scored_by_it(story: Story) -> None:
    own = replace(
        story.home().profile,
        overrides={"early_warning": {"scale_2": 1}, "spo2_low": {"limit": 83, "clear": 85}},
    )
    done(story.command(SetProfile("h1", SYSTEM, own)))
    cuff(story, 96, 62, 99)
    story.measure("h1", "oximeter", spo2_percent=89)
    assert story.alerts() == []


def test_an_oximeter_is_looked_at_twice_an_hour(story: Story) -> None:
    for _ in range(60):
        story.measure("h1", "oximeter", spo2_percent=97, heart_rate_bpm=70)
        story.advance(minutes=1)
    known = story.home().wellbeing["li"].own["heart_rate_bpm"]
    assert known.samples == (70, 70)


def test_what_was_learned_survives_a_crash(story: Story) -> None:
    usual_days(story)
    before = story.home().wellbeing
    story.crash()
    assert story.home().wellbeing == before
    assert len(before["li"].own["systolic_mmhg"].days) == DAYS - 1


def test_what_is_unusual_is_over_only_when_it_is_looked_at_again(story: Story) -> None:
    """A reading between two looks is kept and judges nothing: it ends nothing either."""
    for _ in range(DAYS):
        story.measure("h1", "oximeter", heart_rate_bpm=62)
        story.advance(days=1)
    for _ in range(2):
        story.measure("h1", "oximeter", heart_rate_bpm=96)
        story.advance(minutes=31)
    assert codes(story) == [ReasonCode.READING_UNUSUAL]
    story.measure("h1", "oximeter", heart_rate_bpm=96)
    for _ in range(5):
        story.advance(minutes=1)
        story.measure("h1", "oximeter", heart_rate_bpm=96)
    assert codes(story) == [ReasonCode.READING_UNUSUAL]
    story.advance(minutes=31)
    story.measure("h1", "oximeter", heart_rate_bpm=64)
    assert codes(story)[1:] == [ReasonCode.THRESHOLD_CLEARED]


def test_limits_of_ones_own_take_the_place_of_what_ships(story: Story) -> None:
    own = replace(story.home().profile, overrides={"limits": {"systolic_mmhg_high": 175.0}})
    done(story.command(SetProfile("h1", SYSTEM, own)))
    cuff(story, 168)
    assert story.alerts() == []
    cuff(story, 176)
    assert story.alert().reason.data["limit"] == 175
