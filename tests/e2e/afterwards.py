"""What must be true of a store after any story: each press one event of one alert, everybody told, no journal line changed."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path

from hub.core.alerts import Alert, AlertKind
from hub.store.queries import Queries
from hub.store.store import Store
from tests.e2e.street import CELL, Call


def alerts_of_calls(data_dir: Path) -> dict[str, list[Alert]]:
    """The emergency calls in the store, by home."""
    found: defaultdict[str, list[Alert]] = defaultdict(list)
    with Queries(data_dir / "hub.sqlite") as queries:
        for alert in queries.list_alerts(kinds=[AlertKind.EMERGENCY_CALL], limit=1000):
            found[alert.home_id].append(alert)
    return dict(found)


def expect_each_once(data_dir: Path, calls: Collection[Call]) -> None:
    """Each press stands in exactly one alert, once; a home has one alert however often its key was pressed."""
    assert calls, "nobody pressed anything"
    alerts = alerts_of_calls(data_dir)
    assert {home: len(found) for home, found in alerts.items()} == dict.fromkeys(
        {call.home for call in calls}, 1
    )
    told = Counter(event_id for found in alerts.values() for alert in found for event_id in alert.event_ids)
    assert told == Counter(call.event_id for call in calls)
    with closing(sqlite3.connect(data_dir / "hub.sqlite")) as database:
        known = database.execute("SELECT device_id, event_id FROM event_id").fetchall()
        triggered = database.execute(
            "SELECT home_id, count(*) FROM journal WHERE kind = 'alert_triggered' GROUP BY home_id"
        ).fetchall()
    assert Counter(known) == Counter(
        (f"{call.home}/{call.device}", f"{call.event_id}/emergency") for call in calls
    )
    assert dict(triggered) == dict.fromkeys({call.home for call in calls}, 1)


def expect_all_told(data_dir: Path, received: Mapping[str, int]) -> None:
    """Every notification to a person came to the receiver at least once under its own id, and nothing else came."""
    with closing(sqlite3.connect(data_dir / "hub.sqlite")) as database:
        outbox = dict(
            database.execute("SELECT notification_id, state FROM outbox WHERE channel = 'webhook'").fetchall()
        )
    assert outbox, "nobody was to be told"
    assert set(outbox.values()) == {"sent"}
    assert set(received) == set(outbox)


def expect_unbroken_journal(data_dir: Path) -> None:
    """The journal of every home is as it was written, line by line."""
    with Queries(data_dir / "hub.sqlite") as queries:
        homes = [home.home_id for home in queries.list_homes(limit=1000)]
    with Store.open(data_dir / "hub.sqlite", CELL) as store:
        reports = [store.verify_chain(home_id) for home_id in homes]
    assert [report for report in reports if not report.intact] == []
    assert sum(report.entries for report in reports) > 0
