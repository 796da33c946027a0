"""Long topics are read like any other and kept in no memory: one has up to 65,535 bytes, and whoever publishes chooses it."""

import pytest

from firmware_contracts.vocabulary import RejectReason
from hub.core.events import Call, DeviceEvent
from hub.ingest import decode as native
from hub.ingest import zigbee2mqtt
from hub.ingest.decode import Rejected, decode
from hub.ingest.message import RawMessage
from hub.ingest.zigbee2mqtt import LONGEST_REMEMBERED

LONG = "x" * 60_000


def remembered() -> int:
    return native._parsed.cache_info().currsize + zigbee2mqtt._located.cache_info().currsize


def told(topic: str, payload: bytes = b"{}") -> object:
    return decode(RawMessage(topic, payload), lambda home_id, device_id: None)


@pytest.mark.parametrize(
    "topic", ["care/v1/demo/h1/{}/call", "care/v1/demo/h1/{}/vital", "z2m/v1/demo/{}/sos", "{}"]
)
def test_no_topic_of_tens_of_thousands_of_characters_is_kept(topic: str) -> None:
    before = remembered()
    for number in range(50):
        assert isinstance(told(topic.format(f"{LONG}{number}")), Rejected)
    assert remembered() == before


def test_a_press_of_a_device_with_an_endless_name_is_a_press_and_its_name_is_not_kept() -> None:
    before = remembered()
    for number in range(50):
        event = told(f"z2m/v1/demo/h1/{LONG}{number}", b'{"action": "emergency"}')
        assert isinstance(event, DeviceEvent)
        assert isinstance(event.facts[0], Call)
    assert remembered() == before


def test_every_topic_that_the_contract_allows_is_short_enough_to_be_kept() -> None:
    longest = "/".join(["care/v1", *("x" * 64,) * 3, "environment"])
    assert len(longest) <= LONGEST_REMEMBERED
    before = remembered()
    told(longest)
    found = told(longest)
    assert isinstance(found, Rejected)
    assert found.reason is not RejectReason.BAD_ID
    assert remembered() > before
