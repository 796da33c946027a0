"""What a report reads: all that was open in the period, found by keys and the index of what lasted; homes not yet open."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, event, text

from hub.core.alerts import AlertKind, AlertState, Role, Severity
from hub.core.home import DeviceKind, Membership
from hub.core.journal import Entry, EntryKind
from hub.core.outcome import Outcome
from hub.core.service_requests import RequestState
from hub.directory.model import (
    Assignment,
    Bond,
    CentreEntry,
    DeviceEntry,
    Directory,
    Elder,
    HomeEntry,
    Level,
    PersonEntry,
    Region,
    Residence,
)
from hub.reports.day import day_report
from hub.store import directory_rows
from hub.store.queries import Queries
from hub.store.report_rows import AlertFacts, ReportRows, UnopenedHome, report_rows
from hub.store.store import Batch, Effect, Retention, Store
from tests.store import samples
from tests.store.samples import CELL, at, enrolled, keep_running
from tests.story import SHANGHAI, TUESDAY_MORNING, Story

DAY_S = 86_400.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "cell.sqlite", CELL) as opened:
        yield opened


def keep(store: Store, spans_s: list[tuple[float, float | None]]) -> None:
    """Alerts and requests that began and ended so many seconds after the start; None: still open. Ids count from 0."""
    home = samples.home()
    store.commit(enrolled(home))
    alerts, requests = [], []
    for number, (began_s, ended_s) in enumerate(spans_s):
        alert = samples.alert(home, f"a{number}", began_s)
        request = samples.request(home, f"r{number}", began_s)
        if ended_s is not None:
            alert = replace(alert, state=AlertState.RESOLVED, resolved_at=at(ended_s))
            request = replace(request, state=RequestState.DONE, done_at=at(ended_s))
        alerts.append(alert)
        requests.append(request)
    outcome = Outcome(home, alerts=tuple(alerts), requests=tuple(requests))
    store.commit(Batch(at(0), effects=[Effect(2, at(0), home, home, outcome)]))


def read(store: Store, from_s: float, until_s: float) -> ReportRows:
    return store.write(lambda connection: report_rows(connection, at(from_s), at(until_s), at(until_s)))


SPANS_S: list[tuple[float, float | None]] = [
    (-40 * DAY_S, None),
    (-39 * DAY_S, -1),
    (-38 * DAY_S, 10),
    (-37 * DAY_S, 30 * DAY_S),
    (-36 * DAY_S, -35 * DAY_S),
    (-DAY_S, 5),
    (-DAY_S + 1, -1),
    (-3600, -1),
    (-3600, 0),
    (-3600, DAY_S - 1),
    (0, 1),
    (0, DAY_S),
    (100, 40 * DAY_S),
    (DAY_S - 1, None),
    (DAY_S, DAY_S + 1),
    (3 * DAY_S, None),
]
IN_THE_DAY = {0, 2, 3, 5, 8, 9, 10, 11, 12, 13}


def test_everything_that_was_open_at_some_instant_of_the_day_and_nothing_else(store: Store) -> None:
    keep(store, SPANS_S)
    rows = read(store, 0, DAY_S)
    assert [one.id for one in rows.alerts] == [f"a{number}" for number in sorted(IN_THE_DAY)]
    assert [one.id for one in rows.requests] == [f"r{number}" for number in sorted(IN_THE_DAY)]


@pytest.mark.parametrize("day", range(-45, 45, 5))
def test_it_is_what_reading_every_row_would_find(store: Store, day: int) -> None:
    keep(store, SPANS_S)
    from_s, until_s = day * DAY_S, (day + 1) * DAY_S
    expected = [
        f"a{number}"
        for number, (began_s, ended_s) in enumerate(SPANS_S)
        if began_s < until_s and (ended_s is None or ended_s >= from_s)
    ]
    assert [one.id for one in read(store, from_s, until_s).alerts] == expected


def test_keys_that_retention_removed_leave_no_hole_in_the_search(store: Store) -> None:
    keep(store, [(number * 3600.0, number * 3600.0 + 60) for number in range(200)])
    store.write(lambda connection: connection.execute(text("DELETE FROM alert WHERE id BETWEEN 20 AND 90")))
    keep_running(store, at(10 * 3600) + Retention().journal)
    store.retain(at(10 * 3600) + Retention().journal, Retention())
    rows = read(store, 4 * DAY_S, 5 * DAY_S)
    assert [one.id for one in rows.alerts] == [f"a{number}" for number in range(96, 120)]


def test_a_past_day_is_found_without_reading_every_row(store: Store) -> None:
    """Each part of the search goes by a key or an index: no plan may say SCAN of what grows for ever."""
    keep(store, SPANS_S)
    plans: list[str] = []

    def explain(connection: Connection, _: object, statement: str, parameters: Any, *__: object) -> None:
        if statement.startswith(("SELECT alert", "SELECT service_request")):
            found = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)
            plans.append("; ".join(row[-1] for row in found))

    def explained(connection: Connection) -> None:
        event.listen(connection, "before_cursor_execute", explain)
        report_rows(connection, at(0), at(DAY_S), at(DAY_S))
        event.remove(connection, "before_cursor_execute", explain)

    store.write(explained)
    assert len(plans) == 6
    assert not [plan for plan in plans if "SCAN" in plan], plans
    assert sum("_lasting" in plan for plan in plans) == 2, plans


def test_an_alert_of_an_older_release_tells_what_it_can(store: Store) -> None:
    keep(store, [(0, None)])
    (alert,) = read(store, 0, DAY_S).alerts
    assert alert == AlertFacts(
        id="a0",
        home_id="home-1",
        kind=alert.kind,
        opened_as=Severity.EMERGENCY,
        opened_at=at(0),
        reason="call_pressed",
        centre_id="fuhua",
        device_id="button-1",
    )


# --- homes not yet open -----------------------------------------------------------------------------------------------

OPENED_AT = datetime(2026, 3, 3, 15, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def directory() -> Directory:
    """Three homes: one opened on Tuesday afternoon, one with a second elder who waits, one never opened (on cover)."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    waits, active = Membership.NOT_YET_OPEN, Membership.ACTIVE
    return Directory(
        cell="story",
        regions=(Region("street", "街", Level.STREET),),
        centres=(CentreEntry("small-1", "一号站"),),
        elders=tuple(Elder(f"e{number}", "某", "某") for number in range(4)),
        residences=(
            Residence("e0", "h0", waits, since, OPENED_AT),
            Residence("e0", "h0", active, OPENED_AT),
            Residence("e1", "h1", active, since),
            Residence("e2", "h1", waits, since),
            Residence("e3", "h2", waits, since),
        ),
        homes=tuple(HomeEntry(f"h{number}", "street", centre_id="small-1") for number in range(3)),
        persons=(PersonEntry("wang", "王某", "王"), PersonEntry("he", "何某", "何")),
        bonds=(
            Bond("wang", Role.BUTLER, since, home_id="h0"),
            Bond("wang", Role.BUTLER, since, home_id="h2"),
            Bond("he", Role.BUTLER, OPENED_AT, home_id="h2", cover=True),
        ),
    )


def test_homes_not_yet_open_are_told_as_they_were_then(store: Store) -> None:
    def unopened(when: datetime) -> tuple[UnopenedHome, ...]:
        return store.write(lambda connection: report_rows(connection, when, when, when)).unopened

    store.write(lambda connection: directory_rows.save(connection, directory()))
    before, after = OPENED_AT - timedelta(hours=1), OPENED_AT + timedelta(hours=1)
    assert unopened(before) == (UnopenedHome("h0", "small-1", "wang"), UnopenedHome("h2", "small-1", "wang"))
    assert unopened(after) == (UnopenedHome("h2", "small-1", "he"),)


def test_what_a_hand_could_press_is_told_as_it_was_then(store: Store) -> None:
    entries = replace(
        directory(),
        devices=(
            DeviceEntry("b1", DeviceKind.BUTTON),
            DeviceEntry("c1", DeviceKind.PULL_CORD),
            DeviceEntry("r1", DeviceKind.FALL_RADAR),
        ),
        assignments=(
            Assignment("b1", "home-1", at(-DAY_S), at(DAY_S / 2)),
            Assignment("c1", "home-1", at(0)),
            Assignment("r1", "home-1", at(-DAY_S)),
        ),
    )
    store.write(lambda connection: directory_rows.save(connection, entries))
    home = samples.home()
    store.commit(enrolled(home))
    silent = replace(samples.alert(home, "a1", 10), kind=AlertKind.TECHNICAL)
    outcome = Outcome(home, alerts=(silent,))
    store.commit(Batch(at(0), effects=[Effect(2, at(0), home, home, outcome)]))
    assert read(store, 0, DAY_S / 4).callers == {"home-1": {"b1", "c1"}}
    assert read(store, 0, DAY_S).callers == {"home-1": {"c1"}}


# --- the journal ------------------------------------------------------------------------------------------------------


def test_what_reports_count_by_stands_in_the_journal_too(tmp_path: Path) -> None:
    """The rows are quick to read; the chained journal is what an auditor checks them against."""
    story = Story(tmp_path / "story.sqlite", at=TUESDAY_MORNING)
    for home_id, device_id, who in (("h1", "button", "butler-wang"), ("h2", "cord", "operator-chen")):
        story.press(home_id, device_id)
        story.advance(seconds=25)
        story.take(who)
        story.set_out("deputy-zhou")
        story.resolve("operator-chen")
    with Queries(story.path) as queries:
        day = day_report(
            *(queries, date(2026, 3, 3), SHANGHAI, None),
            now=story.now,
            on_site_within=timedelta(minutes=30),
        )
    story.store.close()
    assert len(day.alerts) == 2
    for alert in day.alerts:
        entries = [line.entry for line in story.journal if line.entry.alert_id == alert.id]
        began = next(one for one in entries if one.kind is EntryKind.ALERT_TRIGGERED)
        assert (began.at, began.data["severity"]) == (alert.opened_at, alert.opened_as)
        assert (began.data["centre_id"], began.data["butler_id"]) == (alert.centre_id, alert.butler_id)
        first = next(one for one in entries if _is_answer(one))
        assert (first.at, first.by) == (alert.first_answer_at, alert.first_answer_by)
        ended = next(one for one in entries if one.kind is EntryKind.ALERT_RESOLVED)
        assert (ended.at, ended.by) == (alert.resolved_at, alert.resolved_by)


def _is_answer(entry: Entry) -> bool:
    taken = (EntryKind.ALERT_ACKNOWLEDGED, EntryKind.ALERT_ON_THE_WAY, EntryKind.ALERT_ON_SITE)
    return entry.by is not None and entry.kind in (*taken, EntryKind.ALERT_RESOLVED)
