"""One incident from many signs, and never fewer people told than by each sign alone."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import BedState, FallPhase, Kind
from hub.core.alerts import AlertKind, AlertState, Severity, WhatItWas, WhatWasDone
from hub.core.context import Context
from hub.core.home import DeviceKind
from hub.core.reasons import ReasonCode
from hub.core.rules import IncidentRule
from tests.stories.test_days_and_nights import Lived, flat
from tests.story import Story, device, street


@pytest.fixture
def story(quiet_story: Story) -> Story:
    return quiet_story


def kinds(story: Story) -> list[AlertKind]:
    return [alert.kind for alert in story.alerts()]


def codes(story: Story) -> list[str]:
    return [str(one.reason.code) for one in story.alert().evidence]


def test_readings_of_one_person_are_one_alert_with_each_of_them_as_evidence(story: Story) -> None:
    story.measure(spo2_percent=90)
    story.advance(minutes=6)
    story.measure(temperature_c=39.5)
    alert = story.alert()
    assert (alert.kind, alert.severity) == (AlertKind.VITAL_SIGNS, Severity.URGENT)
    assert alert.keys == ("vital|spo2_low|oximeter", "vital|temperature_high|oximeter", "wellbeing|li")
    assert codes(story) == [ReasonCode.THRESHOLD, ReasonCode.EARLY_WARNING]


def test_a_graver_reading_raises_it_and_gives_it_its_sentence(story: Story) -> None:
    story.measure(temperature_c=39.5)
    story.forget_calls()
    story.measure(spo2_percent=80)
    alert = story.alert()
    assert alert.severity is Severity.EMERGENCY
    assert alert.reason.data["measure"] == "spo2_percent"
    assert [one.reason.data["measure"] for one in alert.evidence] == [
        "temperature_c",
        "spo2_percent",
        "score",
    ]
    story.expect_asked("butler-wang", "daughter-li")


def test_what_somebody_holds_already_does_not_swallow_a_graver_sign(story: Story) -> None:
    story.measure(temperature_c=39.5)
    story.take("butler-wang")
    story.forget_calls()
    story.measure(spo2_percent=80)
    assert [alert.severity for alert in story.alerts()] == [Severity.URGENT, Severity.EMERGENCY]
    story.expect_asked("daughter-li")


def test_who_holds_it_hears_of_a_further_sign(story: Story) -> None:
    story.measure(temperature_c=39.5)
    story.take("butler-wang")
    story.forget_calls()
    story.measure(systolic_mmhg=80)
    assert story.alert().state is AlertState.ACKNOWLEDGED
    assert story.asked() == ["butler-wang"]


def test_a_pressed_key_is_always_an_alert_of_its_own(story: Story) -> None:
    story.measure(spo2_percent=80)
    story.fall(phase=FallPhase.LYING)
    story.press()
    assert AlertKind.EMERGENCY_CALL in kinds(story)
    assert story.of(AlertKind.EMERGENCY_CALL).also == ()


def test_a_fall_during_a_call_is_an_alert_of_its_own(story: Story) -> None:
    story.press()
    story.fall(phase=FallPhase.LYING)
    story.resolve(
        "operator-chen", WhatItWas.MISTAKE, WhatWasDone.BY_PHONE, story.of(AlertKind.EMERGENCY_CALL)
    )
    assert kinds(story) == [AlertKind.FALL]


def test_readings_during_a_call_are_evidence_of_it(story: Story) -> None:
    story.press()
    story.measure(spo2_percent=80)
    assert kinds(story) == [AlertKind.EMERGENCY_CALL]
    assert codes(story) == [ReasonCode.THRESHOLD]


def test_a_fall_that_somebody_sees_to_is_not_mixed_with_the_next_fall(story: Story) -> None:
    story.measure(temperature_c=39.5)
    story.take("butler-wang")
    story.fall(phase=FallPhase.LYING)
    assert sorted(kinds(story)) == [AlertKind.FALL, AlertKind.VITAL_SIGNS]


def test_signs_hours_apart_are_two_incidents(story: Story) -> None:
    story.measure(temperature_c=39.5)
    story.advance(hours=2, minutes=1)
    story.measure(systolic_mmhg=80)
    assert kinds(story) == [AlertKind.VITAL_SIGNS, AlertKind.VITAL_SIGNS]


def test_of_two_people_in_a_flat_each_has_an_incident_of_their_own(tmp_path: Path) -> None:
    devices = (
        device("his", DeviceKind.OXIMETER, wearer="zhao"),
        device("hers", DeviceKind.OXIMETER, wearer="qian"),
    )
    home = replace(street()["h2"], devices={one.id: one for one in devices})
    story = Story(tmp_path / "two.sqlite", homes={"h2": home})
    story.measure("h2", "his", temperature_c=39.5)
    story.measure("h2", "hers", temperature_c=39.5)
    assert [alert.resident_ids for alert in story.alerts()] == [("zhao",), ("qian",)]


def test_what_is_over_of_an_incident_is_said_and_the_rest_goes_on(story: Story) -> None:
    story.measure(spo2_percent=80, temperature_c=39.5)
    story.measure(temperature_c=37.0)
    assert codes(story)[-1] == ReasonCode.THRESHOLD_CLEARED
    assert story.alert().severity is Severity.EMERGENCY


def test_closed_and_still_so_each_sign_comes_again_in_its_own_time(story: Story) -> None:
    story.measure(spo2_percent=80, temperature_c=39.5)
    story.resolve("operator-chen", WhatItWas.ILLNESS, WhatWasDone.BY_PHONE)
    story.advance(minutes=30)
    story.measure(spo2_percent=80, temperature_c=39.5)
    assert story.alerts() == []
    story.advance(minutes=31)
    story.measure(spo2_percent=80, temperature_c=39.5)
    assert len(story.alerts()) == 1
    assert len(story.alert().keys) == 2


def test_it_is_the_same_after_a_restart(story: Story) -> None:
    story.measure(spo2_percent=80, temperature_c=39.5)
    story.crash()
    story.measure(systolic_mmhg=80)
    assert story.alert().keys[3:] == ("vital|systolic_low|oximeter",)


# --- fall, silence, bed -----------------------------------------------------------------------------------------------


@pytest.fixture
def missed(tmp_path: Path) -> Story:
    """At night, out of bed for longer than anybody should be."""
    story = Lived(tmp_path, flat()).story
    story.advance(hours=15)
    story.send("h1", "mat", Kind.BED, {"state": BedState.IN_BED.value})
    story.advance(hours=2)
    story.send("h1", "mat", Kind.BED, {"state": BedState.OUT_OF_BED.value})
    story.advance(minutes=31)
    assert [(alert.dedup_key, alert.severity) for alert in story.alerts()] == [("bed|mat", Severity.URGENT)]
    story.forget_calls()
    return story


def test_out_of_bed_not_back_and_a_fall_is_one_emergency(missed: Story) -> None:
    missed.fall("h1", "mat", FallPhase.LYING)
    alert = missed.alert()
    assert (alert.kind, alert.severity) == (AlertKind.FALL, Severity.EMERGENCY)
    assert [str(one.reason.code) for one in alert.evidence] == [ReasonCode.BED_LEFT, ReasonCode.FALL_LYING]
    missed.expect_asked("deputy-zhou", "daughter-li")


def test_two_urgent_signs_of_different_kinds_are_an_emergency(missed: Story) -> None:
    missed.measure("h1", "mat", temperature_c=39.2)
    alert = missed.alert()
    assert alert.severity is Severity.EMERGENCY
    assert alert.kind is AlertKind.NIGHT, "neither is graver: the first gives it its sentence"


def test_a_movement_lowers_no_incident_that_holds_a_fall(missed: Story) -> None:
    missed.fall("h1", "mat", FallPhase.LYING)
    missed.send("h1", "mat", Kind.BED, {"state": BedState.IN_BED.value})
    assert missed.alert().severity is Severity.EMERGENCY


def test_zero_hours_keeps_every_sign_by_itself(tmp_path: Path) -> None:
    def alone(context: Context) -> Context:
        return replace(context, rules=replace(context.rules, incident=IncidentRule(timedelta())))

    story = Story(tmp_path / "alone.sqlite", change=alone)
    story.measure(spo2_percent=80, temperature_c=39.5)
    assert len(story.alerts()) == 3
