"""A row that cannot be read costs its home's trust, not the start of the hub: people are told of that home, the others go on."""

import logging

import pytest

from hub.core.alerts import AlertKind, AlertState
from hub.core.home import DeviceState
from hub.store.alert_rows import CANNOT_BE_SHOWN
from tests.story import Story

SECRET = "李淑兰"


def damaged(story: Story, table: str, column: str, where: str) -> None:
    """Everything is saved, then rows become what no release wrote; the hub starts again."""
    story.engine.stop()
    story.store.write(
        lambda connection: connection.exec_driver_sql(
            f'UPDATE {table} SET {column} = \'{{"was": "{SECRET}"\' WHERE {where}'
        )
    )
    story.crash()
    story.run()


@pytest.mark.parametrize(
    ("table", "column"), [("home", "profile"), ("home", "body"), ("device_state", "state"), ("alert", "body")]
)
def test_the_hub_starts_tells_of_the_home_and_the_others_are_served(
    story: Story, caplog: pytest.LogCaptureFixture, table: str, column: str
) -> None:
    story.press("h2", "cord")
    story.measure("h1", "oximeter", spo2_percent=97)
    story.forget_calls()
    with caplog.at_level(logging.ERROR):
        damaged(story, table, column, "home_id = 'h2'")
    story.of(AlertKind.UNJUDGED_HOME, "h2")
    assert story.asked(), "somebody is called"
    assert story.home("h2").unjudged
    assert "h2" in caplog.text
    assert SECRET not in caplog.text
    story.press("h2", "cord")
    story.press("h1")
    story.of(AlertKind.EMERGENCY_CALL, "h1")
    assert not story.home("h1").unjudged


@pytest.mark.parametrize(
    ("table", "column"), [("home", "profile"), ("home", "body"), ("device_state", "state")]
)
def test_what_was_damaged_is_whole_after_the_emergency_and_told_once(
    story: Story, table: str, column: str
) -> None:
    story.press("h2", "cord")
    damaged(story, table, column, "home_id = 'h2'")
    first = story.of(AlertKind.UNJUDGED_HOME, "h2")
    story.resolve("operator-chen", alert=first)
    story.engine.stop()
    story.crash()
    story.run()
    assert not story.home("h2").unjudged
    assert AlertKind.UNJUDGED_HOME not in {alert.kind for alert in story.alerts()}


def test_an_open_alert_that_cannot_be_read_stays_open_and_can_be_taken_let_fall_and_closed(
    story: Story,
) -> None:
    story.press("h2", "cord")
    damaged(story, "alert", "body", "home_id = 'h2'")
    lost = story.of(AlertKind.EMERGENCY_CALL, "h2")
    assert (lost.reason.code, lost.state) == (CANNOT_BE_SHOWN, AlertState.TRIGGERED)
    story.take("operator-chen", lost)
    story.forget_calls()
    story.advance(hours=2)
    assert story.of(AlertKind.EMERGENCY_CALL, "h2").state is AlertState.TRIGGERED
    assert story.asked()
    story.take("operator-chen", story.of(AlertKind.EMERGENCY_CALL, "h2"))
    story.resolve("operator-chen", alert=story.of(AlertKind.EMERGENCY_CALL, "h2"))
    assert AlertKind.EMERGENCY_CALL not in {alert.kind for alert in story.alerts()}


def test_a_rule_or_a_notification_that_cannot_be_read_costs_nobody_anything_else(story: Story) -> None:
    story.measure("h1", "oximeter", spo2_percent=80)
    story.phone.broken = True
    story.press("h2", "cord")
    assert story.rows("SELECT count(*) FROM outbox WHERE state = 'queued'") != [(0,)]
    assert story.rows("SELECT count(*) FROM rule_state") != [(0,)]
    damaged(story, "rule_state", "state", "TRUE")
    damaged(story, "outbox", "body", "state = 'queued'")
    story.phone.broken = False
    assert not story.home("h1").unjudged
    assert story.home("h1").devices["oximeter"] != DeviceState()
    story.advance(minutes=3)
    assert story.asked(), "the alert went on to its next step"
