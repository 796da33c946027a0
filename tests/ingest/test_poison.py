"""Nothing that comes on a topic stops the hub, and nothing is lost: bad bytes of our own always, recorded ones where they are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import Kind
from hub.core.alerts import AlertKind
from tests.soak.poison_ingest import at_ingest
from tests.soak.poisons import BYTES, TOPICS, generated, recorded
from tests.story import CELL, Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path / "poison.sqlite")
    yield told
    told.store.close()


def test_bad_messages_stop_nothing_and_none_is_lost(story: Story) -> None:
    found = at_ingest(story, generated())
    assert found.wrong == []
    assert found.tried > len(BYTES) * len(TOPICS)
    assert found.refused > found.tried / 2
    assert not story.home("h1").unjudged


def test_recorded_bad_messages_stop_nothing_and_none_is_lost(story: Story, data_dir: Path) -> None:
    found = at_ingest(story, recorded(data_dir))
    assert found.wrong == []
    assert found.tried > 3000


@pytest.mark.parametrize("name", [name for name, payload in BYTES.items() if payload])
def test_a_call_topic_is_never_silent(story: Story, name: str) -> None:
    """Each by itself, so that no other one's alert stands for it."""
    story.publish(Address(CELL, "h1", "button").up(Kind.CALL), BYTES[name])
    kinds = {alert.kind for alert in story.alerts()}
    assert kinds & {AlertKind.UNREADABLE_SIGNAL, AlertKind.EMERGENCY_CALL}, kinds


def test_after_all_that_a_press_is_a_press(story: Story) -> None:
    for bad in list(generated())[:200]:
        story.publish(bad.topic, bad.payload)
    story.press("h2", "cord")
    assert story.of(AlertKind.EMERGENCY_CALL, "h2").device_id == "cord"
