"""An installation is updated: with the state of every release on its disk the hub lives on, judges on, and swallows no call."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

import tests.story
from firmware_contracts.vocabulary import CallAction, Kind
from hub.core.alerts import AlertKind
from hub.core.journal import EntryKind
from hub.store.migrations import SCHEMA_NUMBER
from hub.store.store import Store
from hub.store.tables import to_micros
from tests.store import samples, state_fixture
from tests.story import Story

RELEASED = sorted(state_fixture.FOLDER.glob("*.sqlite.sql"))
HOMES = ("home-1", "home-2")


@pytest.fixture(params=RELEASED, ids=lambda dump: dump.name)
def updated(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Story]:
    """The hub, an hour after it stopped, started by this release."""
    path = tmp_path / "cell.sqlite"
    state_fixture.restore(request.param, path)
    with Store.open(path, samples.CELL, create=False) as store:
        stopped_at = store.load().hub_time_at
    assert stopped_at is not None
    monkeypatch.setattr(tests.story, "CELL", samples.CELL)
    told = Story(path, at=stopped_at + timedelta(hours=1), homes={})
    yield told
    told.store.close()


def close_everything(story: Story) -> None:
    for alert in story.alerts():
        story.resolve("butler-wang", alert=alert)


def failed(story: Story) -> list[str]:
    return [entry.home_id for entry in story.entries(EntryKind.STEP_FAILED)]


def test_every_schema_is_tried() -> None:
    assert len(RELEASED) == SCHEMA_NUMBER


def test_a_home_of_any_release_goes_through_its_days(updated: Story) -> None:
    """Longer than anything is remembered for a day: telemetry, a press, a closing, a crash; soon after, all of it once more."""
    story = updated
    # What is open is asked about again and again; that it is, is a test of its own.
    close_everything(story)
    for hours in (30, 2):
        story.advance(hours=hours)
        assert not failed(story), "time passing"
        for home_id in HOMES:
            story.send(home_id, "mat-1", Kind.VITAL, {"readings": {"spo2_percent": 80.0}})
            story.heartbeat(home_id, "button-1")
            story.send(home_id, "mat-1", Kind.FAULT, {"fault": "tamper", "active": False})
        story.advance(minutes=10)
        for home_id in HOMES:
            story.send(home_id, "mat-1", Kind.VITAL, {"readings": {"spo2_percent": 99.0}})
            story.press(home_id, "button-1")
        assert not failed(story), "telemetry, or a press"
        for home_id in HOMES:
            assert "call|" + home_id in {one.dedup_key for one in story.home(home_id).alerts.values()}
        close_everything(story)
        assert story.alerts() == []
        story.advance(minutes=1)
        assert not failed(story), "a closing"
        story.crash()
        story.advance(minutes=1)
    assert not failed(story)


def test_rule_states_of_an_older_form_are_gone_after_their_time(updated: Story) -> None:
    updated.advance(hours=1)
    assert not [key for home_id in HOMES for key in updated.home(home_id).rules if key.count("|") < 2]


def test_its_open_calls_go_on(updated: Story) -> None:
    updated.advance(minutes=20)
    assert {"a-held", "a-waiting"} <= set(updated.home("home-1").alerts)
    assert updated.phone.sent


# --- event ids of older releases, which did not keep what they told ---------------------------------------------------


def remembered_by_an_older_release(story: Story, event_id: str, home_id: str = "h1") -> None:
    known = {"device": f"{home_id}/button", "event": event_id, "at": to_micros(story.now)}
    statement = text(
        "INSERT INTO event_id (device_id, event_id, input_seq, at) VALUES (:device, :event, 1, :at)"
    )
    story.store.write(lambda connection: connection.execute(statement, known))


@pytest.mark.parametrize("after_s", [1, 30, 59, 300])
@pytest.mark.parametrize("category", [None, "urgent_help"])
def test_an_emergency_under_an_id_that_may_have_been_a_test_is_asked_about(
    story: Story, after_s: int, category: str | None
) -> None:
    remembered_by_an_older_release(story, "00000007")
    story.advance(seconds=after_s)
    action = CallAction.EMERGENCY if category is None else CallAction.SERVICE
    body = {"event_id": "00000007", "age_ms": 0, "action": action.value}
    story.send("h1", "button", Kind.CALL, body if category is None else {**body, "category": category})
    assert story.alert().kind is AlertKind.UNCONFIRMED_CALL
    assert story.asked()


def test_so_is_its_retained_copy_once(story: Story) -> None:
    remembered_by_an_older_release(story, "00000007")
    body = {**story.envelope("h1", "button"), "event_id": "00000007", "age_ms": 0, "action": "emergency"}
    for _ in range(2):
        story.publish("care/v1/story/h1/button/call", body, retained=True)
        assert story.alert().kind is AlertKind.UNCONFIRMED_CALL
    story.resolve("operator-chen")
    story.advance(minutes=1)
    story.publish("care/v1/story/h1/button/call", body, retained=True)
    assert story.alerts() == []


def test_its_repetitions_after_that_are_known(story: Story) -> None:
    remembered_by_an_older_release(story, "00000007")
    for age_s in (0, 2, 6, 14):
        story.press(event_id="00000007", age=timedelta(seconds=age_s))
        story.advance(seconds=max(age_s, 2))
    assert len(story.entries(EntryKind.ALERT_TRIGGERED)) == 1
    story.resolve("operator-chen")
    story.press(event_id="00000007", age=timedelta(seconds=60))
    assert story.alerts() == []


def test_a_test_under_such_an_id_is_no_question(story: Story) -> None:
    remembered_by_an_older_release(story, "00000007")
    story.press(event_id="00000007", action=CallAction.TEST)
    assert story.alerts() == []
