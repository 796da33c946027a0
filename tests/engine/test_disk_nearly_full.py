"""The disk is nearly full: telemetry is judged, acknowledged, counted, not stored; whatever has an effect is stored as ever."""

import pytest

from hub.core.alerts import AlertKind, AlertState, Severity
from hub.core.journal import EntryKind
from hub.core.reasons import ReasonCode
from tests.story import Story


@pytest.fixture
def scarce(story: Story) -> Story:
    story.engine.spare_disk(True, 4)
    story.run()
    return story


def stored(story: Story) -> dict[str, int]:
    """Rows by table."""
    return {
        table: story.rows(f"SELECT count(*) FROM {table}")[0][0]
        for table in ("input_log", "reading", "history", "rejected_message", "alert", "event_id")
    }


def test_telemetry_is_acknowledged_and_counted_and_not_stored(scarce: Story) -> None:
    before = stored(scarce)
    acknowledged = len(scarce.acknowledged)
    for number in range(20):
        scarce.measure(heart_rate_bpm=70 + number)
        scarce.heartbeat("h1", "radar")
        scarce.publish("care/v1/story/h1/oximeter/vital", b"not JSON")
    scarce.advance(minutes=2)
    assert len(scarce.acknowledged) == acknowledged + 60
    # What cannot be read tells a person once; everything else leaves no row.
    after = stored(scarce)
    assert after["reading"] == before["reading"]
    assert after["rejected_message"] == before["rejected_message"]
    assert after["input_log"] <= before["input_log"] + 25
    assert scarce.engine.health().unstored >= 40


def test_a_press_is_stored_and_heard_and_asked_about_as_ever(scarce: Story) -> None:
    before = stored(scarce)
    event_id = scarce.press()
    scarce.advance(minutes=1)
    after = stored(scarce)
    assert after["alert"] == before["alert"] + 1
    assert after["event_id"] > before["event_id"]
    assert scarce.of(AlertKind.EMERGENCY_CALL).event_ids == (event_id,)
    scarce.expect_asked("butler-wang")
    scarce.crash()
    assert scarce.of(AlertKind.EMERGENCY_CALL).event_ids == (event_id,)


def test_telemetry_is_still_judged(scarce: Story) -> None:
    """Readings that alarm do so: only what leads to nothing is left out."""
    for _ in range(8):
        scarce.measure(spo2_percent=82)
        scarce.advance(seconds=30)
    assert scarce.of(AlertKind.VITAL_SIGNS).home_id == "h1"
    assert scarce.rows("SELECT count(*) FROM alert WHERE kind = 'vital_signs'") == [(1,)]


def test_what_devices_told_without_a_row_is_known_after_a_restart(scarce: Story) -> None:
    """Their homes are saved: nobody takes a device that spoke for a silent one, or its next message for an old one."""
    for _ in range(3):
        scarce.heartbeat("h1", "radar")
        scarce.advance(minutes=1)
    seen = scarce.home("h1").devices["radar"]
    scarce.crash()
    assert scarce.home("h1").devices["radar"] == seen
    scarce.heartbeat("h1", "radar")
    assert scarce.home("h1").devices["radar"] != seen


def test_it_is_told_once_and_is_over_by_itself(story: Story) -> None:
    story.engine.spare_disk(True, 4)
    story.run()
    alert = story.of(AlertKind.TECHNICAL)
    assert (alert.reason.code, alert.severity) == (ReasonCode.DISK_SCARCE, Severity.TECHNICAL)
    for free in (3, 2, 4):
        story.engine.spare_disk(True, free)
        story.run()
    assert story.of(AlertKind.TECHNICAL).version == alert.version
    story.engine.spare_disk(False, 12)
    story.run()
    assert story.alerts() == []
    (entry,) = [one for one in story.entries(EntryKind.ALERT_RESOLVED) if one.alert_id == alert.id]
    assert entry.data["reason"] == ReasonCode.DISK_ROOM_AGAIN
    before = stored(story)
    story.heartbeat("h1", "radar")
    assert stored(story)["input_log"] == before["input_log"] + 1


def test_a_shortage_that_ended_while_the_hub_was_off_is_over_too(story: Story) -> None:
    story.engine.spare_disk(True, 4)
    story.run()
    story.crash()
    assert story.of(AlertKind.TECHNICAL).state is AlertState.TRIGGERED
    story.engine.spare_disk(False, 40)
    story.run()
    assert story.alerts() == []


def test_a_hub_with_room_enough_writes_nothing_about_it(story: Story) -> None:
    before = stored(story)
    story.engine.spare_disk(False, 60)
    story.run()
    assert stored(story) == before
