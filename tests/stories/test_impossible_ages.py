"""A device that counts the age of its press wrongly is heard like any other, and its home stays judged."""

from datetime import timedelta

import pytest

from hub.core.alerts import AlertKind
from tests.story import Story

CENTURIES_MS = 2**53 - 1


@pytest.mark.parametrize("kind", ["call", "fall"])
def test_a_press_that_tells_an_age_of_centuries_is_an_emergency_told_as_late(story: Story, kind: str) -> None:
    story.heartbeat("h1", "button")
    body = {"action": "emergency"} if kind == "call" else {"phase": "lying"}
    told = {**story.envelope("h1", "button"), "event_id": "event-0001", "age_ms": CENTURIES_MS, **body}
    story.publish(f"care/v1/story/h1/button/{kind}", told)
    alert = story.of(AlertKind.EMERGENCY_CALL if kind == "call" else AlertKind.FALL, "h1")
    assert alert.opened_at - alert.occurred_at == timedelta(days=3650)
    assert story.engine.health().unjudged_homes == 0
    assert len(story.alerts()) == 1
    story.expect_asked("butler-wang")
