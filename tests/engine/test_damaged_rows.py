"""One flipped bit, one column of a wrong type, one row gone: the home it belongs to is told of, all others are served."""

import logging

import pytest
from sqlalchemy import Connection

from firmware_contracts.vocabulary import CallAction, ServiceCategory
from hub.core.alerts import AlertKind
from hub.core.journal import EntryKind
from hub.core.service_requests import RequestState
from hub.store.alert_rows import CANNOT_BE_SHOWN
from hub.store.errors import NotAStore
from hub.store.queries import Queries
from tests.story import Story


def again_after(story: Story, *statements: str) -> None:
    """Everything is saved, then the file changes under the hub's feet; it starts again."""
    story.engine.stop()

    def damage(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)

    story.store.write(damage)
    story.crash()
    story.run()


def not_utf8(table: str, column: str, where: str = "home_id = 'h2'") -> str:
    """The text with a byte before its end that no UTF-8 has, still text to the database."""
    cut = f"length(CAST({column} AS BLOB)) - 3"
    return (
        f"UPDATE {table} SET {column} = CAST(substr(CAST({column} AS BLOB), 1, {cut}) || x'ff' "
        f"|| substr(CAST({column} AS BLOB), {cut} + 1) AS TEXT) WHERE {where}"
    )


@pytest.mark.parametrize(
    ("table", "column"), [("home", "profile"), ("home", "body"), ("device_state", "state"), ("alert", "body")]
)
def test_a_flipped_bit_in_a_text_is_told_of_its_home_and_stops_no_start(
    story: Story, caplog: pytest.LogCaptureFixture, table: str, column: str
) -> None:
    story.press("h2", "cord")
    story.measure("h1", "oximeter", spo2_percent=97)
    story.forget_calls()
    with caplog.at_level(logging.ERROR):
        again_after(story, not_utf8(table, column))
    story.of(AlertKind.UNJUDGED_HOME, "h2")
    assert story.asked(), "somebody is called"
    story.press("h1")
    story.of(AlertKind.EMERGENCY_CALL, "h1")
    assert not story.home("h1").unjudged
    with Queries(story.path) as queries:
        listed = queries.list_alerts(is_open=True)
    assert {alert.home_id for alert in listed} == {"h1", "h2"}
    if table == "alert":
        assert CANNOT_BE_SHOWN in {alert.reason.code for alert in listed}


WRONG_COLUMNS = [
    ("home", "wake_at", "'soon'"),
    ("home", "wake_at", "x'00ff'"),
    ("home", "wake_at", "9223372036854775807"),
    ("home", "wake_at", "NULL"),
    ("home", "wake_at", "4102444800000000"),
    ("home", "saved_seq", "'seven'"),
    ("home", "saved_seq", "x'07'"),
    ("alert", "opened_at", "'yesterday'"),
    ("alert", "version", "'two'"),
    ("alert", "open", "'yes'"),
    ("alert", "open", "x'01'"),
    ("alert", "open", "0"),
    ("alert", "severity", "'zz'"),
    ("alert", "state", "x'ff'"),
    ("alert", "open", "-5"),
    ("home", "chain_head", "x'ff00'"),
    ("home", "saved_seq", "9000000000000000000"),
    ("home", "anchor_number", "'many'"),
    ("home", "anchor_number", "9000000000000000000"),
    ("device_state", "device_id", "x'ff00'"),
]


@pytest.mark.parametrize(("table", "column", "value"), WRONG_COLUMNS)
def test_a_wrong_column_costs_no_start_and_an_open_call_goes_on(
    story: Story, table: str, column: str, value: str
) -> None:
    story.press("h2", "cord")
    story.forget_calls()
    again_after(story, f"UPDATE {table} SET {column} = {value} WHERE home_id = 'h2'")
    story.advance(minutes=10)
    assert story.of(AlertKind.EMERGENCY_CALL, "h2").step > 0, "the next ones are asked in time"
    assert story.asked()
    story.press("h1")
    story.of(AlertKind.EMERGENCY_CALL, "h1")
    with Queries(story.path) as queries:
        assert sum(queries.counts().open_alerts.values()) == len(story.alerts())


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE input_log SET source = 99 WHERE seq = (SELECT max(seq) FROM input_log)",
        "UPDATE input_log SET at = 'x' WHERE seq = (SELECT max(seq) FROM input_log)",
        "UPDATE input_log SET flags = 'x' WHERE seq = (SELECT max(seq) FROM input_log)",
        not_utf8("input_log", "topic", "seq = (SELECT max(seq) FROM input_log)"),
    ],
)
def test_an_input_that_cannot_be_read_costs_no_other(story: Story, damage: str) -> None:
    story.measure("h1", "oximeter", spo2_percent=97)
    story.measure("h1", "oximeter", spo2_percent=96)
    # Not saved: the start steps the log again.
    story.store.write(lambda connection: connection.exec_driver_sql(damage))
    story.crash()
    story.run()
    story.press("h2", "cord")
    story.of(AlertKind.EMERGENCY_CALL, "h2")


def test_a_number_of_the_log_that_nobody_counted_to_stops_no_writing(story: Story) -> None:
    story.press("h2", "cord")
    story.forget_calls()
    again_after(story, f"UPDATE input_log SET seq = {2**63 - 1} WHERE seq = (SELECT max(seq) FROM input_log)")
    story.press("h1")
    story.of(AlertKind.EMERGENCY_CALL, "h1")
    story.advance(minutes=10)
    assert story.of(AlertKind.EMERGENCY_CALL, "h2").step > 0


@pytest.mark.parametrize("state", ["'zz'", "''", "'nex'", "x'ff00'", "-5"])
def test_a_request_of_no_known_state_stays_on_the_board(story: Story, state: str) -> None:
    story.press("h1", action=CallAction.SERVICE, category=ServiceCategory.MEALS)
    again_after(story, f"UPDATE service_request SET state = {state}")
    (request,) = story.home("h1").requests.values()
    assert request.state is RequestState.NEW
    with Queries(story.path) as queries:
        assert queries.counts().open_requests == 1


@pytest.mark.parametrize("number", ["'two'", "x'02'", "-1", "0", "1.5"])
def test_a_schema_number_that_cannot_be_one_is_told_with_the_remedy(story: Story, number: str) -> None:
    with pytest.raises(NotAStore, match="schema cannot be read; restore it from a backup"):
        again_after(story, f"UPDATE cell SET schema_number = {number}")


def test_a_call_whose_homes_row_is_gone_is_not_forgotten(story: Story) -> None:
    story.press("h2", "cord")
    story.forget_calls()
    again_after(story, "DELETE FROM home WHERE home_id = 'h2'")
    story.of(AlertKind.UNJUDGED_HOME, "h2")
    assert story.asked()
    story.advance(minutes=10)
    assert story.of(AlertKind.EMERGENCY_CALL, "h2").step > 0


def test_a_journal_line_that_cannot_be_read_hides_no_other(story: Story) -> None:
    story.press("h2", "cord")
    first = "number = (SELECT min(number) FROM journal WHERE alert_id IS NOT NULL)"
    again_after(
        story,
        f"UPDATE journal SET data = '{{\"cut' WHERE {first}",
        f"UPDATE journal SET kind = 'never_written' WHERE {first.replace('min(number)', 'min(number) + 1')}",
        not_utf8("journal", "data", first.replace("min(number)", "min(number) + 2")),
    )
    alert = story.of(AlertKind.EMERGENCY_CALL, "h2")
    with Queries(story.path) as queries:
        detail = queries.alert(alert.id)
    assert detail is not None
    kinds = [line.entry.kind for line in detail.timeline]
    assert kinds.count(EntryKind.CANNOT_BE_READ) == 3
    assert len(kinds) > 3


YEARS_ON = 'replace({column}, \'"{field}":"2026\', \'"{field}":"6026\')'


def asks_on(story: Story, kind: AlertKind = AlertKind.EMERGENCY_CALL) -> None:
    """For the alert of h2 the next ones are asked in time, and a press next door is a press."""
    before = story.of(kind, "h2").step
    story.advance(minutes=10)
    assert story.asked()
    assert story.of(kind, "h2").step > before
    story.press("h1")
    story.of(AlertKind.EMERGENCY_CALL, "h1")


@pytest.mark.parametrize("field", ["escalate_at", "opened_at", "occurred_at"])
def test_a_bit_that_makes_another_instant_is_found(story: Story, field: str) -> None:
    """It reads as well as before: who was called would wait four thousand years."""
    story.press("h2", "cord")
    story.forget_calls()
    changed = YEARS_ON.format(column="body", field=field)
    again_after(story, f"UPDATE alert SET body = {changed} WHERE home_id = 'h2'")
    asks_on(story, AlertKind.UNJUDGED_HOME)


def test_a_hold_ends_though_a_bit_says_otherwise(story: Story) -> None:
    story.press("h2", "cord")
    story.take("butler-wang")
    story.forget_calls()
    changed = YEARS_ON.format(column="body", field="until_at")
    again_after(story, f"UPDATE alert SET body = {changed} WHERE home_id = 'h2'")
    asks_on(story, AlertKind.UNJUDGED_HOME)


@pytest.mark.parametrize(
    ("table", "column", "before", "after"),
    [
        ("alert", "body", "triggered", "resolved"),
        ("alert", "body", '"home_id":"h2"', '"home_id":"h9"'),
        ("home", "profile", '"h2"', '"h9"'),
    ],
)
def test_a_word_that_became_another_is_found(
    story: Story, table: str, column: str, before: str, after: str
) -> None:
    story.press("h2", "cord")
    story.forget_calls()
    changed = f"UPDATE {table} SET {column} = replace({column}, '{before}', '{after}') WHERE home_id = 'h2'"
    again_after(story, changed)
    asks_on(story, AlertKind.UNJUDGED_HOME)


def test_an_alert_that_is_over_is_not_opened_by_its_mark(story: Story) -> None:
    """A press would join it, and nobody would be asked."""
    story.press("h2", "cord")
    story.resolve("butler-wang", alert=story.of(AlertKind.EMERGENCY_CALL, "h2"))
    again_after(story, "UPDATE alert SET open = 1 WHERE home_id = 'h2'")
    assert story.alerts() == []
    with Queries(story.path) as queries:
        assert queries.list_alerts(is_open=True) == []
    story.forget_calls()
    story.press("h2", "cord")
    story.of(AlertKind.EMERGENCY_CALL, "h2")
    assert story.asked()


def test_a_line_with_a_number_that_nobody_counted_to_stops_no_alert(story: Story) -> None:
    story.press("h2", "cord")
    story.forget_calls()
    newest = "number = (SELECT max(number) FROM journal)"
    again_after(story, f"UPDATE journal SET number = {2**63 - 1} WHERE {newest}")
    asks_on(story)
    numbers = [row[0] for row in story.rows("SELECT number FROM journal ORDER BY number")]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] < 10_000


@pytest.mark.parametrize("at", [2**62, 4_900_000_000_000_000])
def test_an_hour_that_lies_years_ahead_is_not_believed(story: Story, at: int) -> None:
    story.press("h2", "cord")
    story.forget_calls()
    before = story.now
    again_after(story, f"UPDATE cell SET hub_time_at = {at}")
    assert abs((story.now - before).total_seconds()) < 60
    asks_on(story)


@pytest.mark.parametrize(
    "rows", ["(1, 'long', 0)", f"(1, {2**62}, 0)", "(1, x'ff', 'x')", "(1, 60, 0), (2, 60, 0)", "(1, -5, 0)"]
)
def test_a_doubt_about_the_clock_that_cannot_be_read_stops_no_start(story: Story, rows: str) -> None:
    again_after(
        story, "DELETE FROM clock_doubt", f"INSERT INTO clock_doubt (id, lasted_s, wall_at) VALUES {rows}"
    )
    story.press("h2", "cord")
    asks_on(story)


def test_a_notification_that_cannot_be_read_hides_no_other(story: Story) -> None:
    story.press("h2", "cord")
    alert = story.of(AlertKind.EMERGENCY_CALL, "h2")
    with Queries(story.path) as queries:
        sent = len(queries.outbox(alert.id))
        first = "id = (SELECT min(id) FROM outbox WHERE alert_id IS NOT NULL)"
        again_after(story, f"UPDATE outbox SET body = replace(body, 'h2', 'h3') WHERE {first}")
        assert len(queries.outbox(alert.id)) >= sent - 1
