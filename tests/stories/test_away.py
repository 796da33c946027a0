"""Everybody is away, one by one or all at once: the sensors of the empty home are held back, and only then."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.core.alerts import AlertKind
from hub.core.events import EndAway, SetAway, SetProfile
from hub.core.home import AwayKind, DeviceKind, Membership
from hub.core.outcome import Refused
from tests.story import SYSTEM, Story, actor, device, done, street


@pytest.fixture
def flat(tmp_path: Path) -> Story:
    """The Zhaos, two in a flat, with an oximeter that belongs to both."""
    profile = street()["h2"]
    shared = {**profile.devices, "oximeter": device("oximeter", DeviceKind.OXIMETER)}
    return Story(tmp_path / "flat.sqlite", homes={"h2": replace(profile, devices=shared)})


def leaves(story: Story, who: str | None, *, in_hours: float = 0) -> None:
    from_at = story.now + timedelta(hours=in_hours)
    until_at = from_at + timedelta(days=3)
    done(story.command(SetAway("h2", actor("op"), AwayKind.CHILDREN, from_at, until_at, who)))


def test_an_unworn_sensor_is_held_back_only_once_the_last_one_has_left(flat: Story) -> None:
    leaves(flat, "zhao")
    leaves(flat, "qian", in_hours=1)
    flat.measure("h2", spo2_percent=70)
    flat.resolve("op", alert=flat.of(AlertKind.VITAL_SIGNS))
    flat.measure("h2", spo2_percent=97)
    flat.advance(hours=2)
    flat.measure("h2", spo2_percent=70)
    assert [alert.kind for alert in flat.alerts() if alert.kind is AlertKind.VITAL_SIGNS] == []


def test_who_has_died_is_not_waited_for_at_home(flat: Story) -> None:
    profile = street()["h2"]
    zhao, qian = profile.residents
    died = replace(zhao, membership=Membership.DECEASED)
    devices = flat.home("h2").profile.devices
    flat.command(SetProfile("h2", SYSTEM, replace(profile, residents=(died, qian), devices=devices)))
    leaves(flat, "qian")
    flat.measure("h2", spo2_percent=70)
    assert flat.alerts() == []


def test_coming_back_ends_what_has_begun_and_leaves_the_next_absence_as_it_is(flat: Story) -> None:
    leaves(flat, None)
    leaves(flat, None, in_hours=24 * 30)
    next_time = flat.now + timedelta(days=30)
    done(flat.command(EndAway("h2", actor("op"))))
    (kept,) = flat.home("h2").away
    assert abs(kept.from_at - next_time) < timedelta(seconds=1)
    flat.measure("h2", spo2_percent=70)
    flat.resolve("op", alert=flat.of(AlertKind.VITAL_SIGNS))
    assert isinstance(flat.command(EndAway("h2", actor("op"))), Refused)
    done(flat.command(EndAway("h2", actor("op"), from_at=kept.from_at)))
    assert flat.home("h2").away == ()
