"""Whose message it is: the same answer while it is heard and when it is recovered after a crash."""

from dataclasses import replace

import pytest

from hub.core.events import SetProfile
from hub.core.home import DeviceKind
from hub.core.reasons import ReasonCode
from tests.story import SYSTEM, Story, device, normal, street


@pytest.fixture
def fitted(story: Story) -> Story:
    """In h1 a native device is called like a foreign bridge; in h3 a gateway speaks for one."""
    for home_id, one in (
        ("h1", device("bridge", DeviceKind.OXIMETER, wearer="li")),
        ("h3", device("box", DeviceKind.GATEWAY, family="zigbee2mqtt")),
    ):
        profile = street()[home_id]
        devices = {**profile.devices, one.id: one}
        story.command(SetProfile(home_id, SYSTEM, replace(profile, devices=devices)))
    return story


def test_a_device_called_bridge_and_a_gateways_bridge_survive_a_recovery(fitted: Story) -> None:
    fitted.measure("h1", "oximeter", spo2_percent=97)
    fitted.measure("h1", "bridge", spo2_percent=97, heart_rate_bpm=70)
    fitted.zigbee("h3", "bridge", {"state": "online"})
    fitted.publish("z2m/v1/story/h3/bridge/state", {"state": "online"}, retained=True)
    before = {home_id: normal(home) for home_id, home in fitted.engine.homes().items()}
    assert before["h1"].devices["bridge"].top_seq == 1
    fitted.crash()
    assert {home_id: normal(home) for home_id, home in fitted.engine.homes().items()} == before


def test_a_message_of_nobody_is_kept_its_retained_copy_and_a_bridges_word_are_not(story: Story) -> None:
    story.measure("h1", "stranger", spo2_percent=97)
    story.status("h1", "stranger", online=True)
    story.publish("z2m/v1/story/h1/bridge/state", {"state": "online"})
    assert story.rows("select reason from rejected_message") == [("unknown_device",)]
    assert len(story.acknowledged) == 3


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        ("z2m/v1/story/h3/smoke-3", ReasonCode.UNREADABLE_SIGNAL),
        ("z2m/v1/story/h3/smoke-3/availability", ReasonCode.UNREADABLE_TELEMETRY),
    ],
)
def test_what_cannot_be_read_of_a_foreign_smoke_detector_may_be_its_alarm(
    story: Story, topic: str, code: ReasonCode
) -> None:
    profile = street()["h3"]
    detector = device("smoke-3", DeviceKind.SMOKE, family="zigbee2mqtt")
    devices = {**profile.devices, detector.id: detector}
    story.command(SetProfile("h3", SYSTEM, replace(profile, devices=devices)))
    story.publish(topic, b"\xff{")
    assert story.alert().reason.code == code
