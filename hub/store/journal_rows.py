"""Journal rows read back: the entry, and the alert or request it speaks of."""

import json
from typing import Any

from sqlalchemy import Connection, select

from hub.core.journal import Entry, EntryKind
from hub.store import codec, tables
from hub.store.batch import JournalLine
from hub.store.tables import table_of


def entry_of(row: Any) -> Entry:
    """From a row of the journal."""
    return Entry(
        kind=EntryKind(row.kind),
        home_id=row.home_id,
        at=row.at,
        alert_id=row.alert_id,
        request_id=row.request_id,
        by=row.by,
        data=json.loads(row.data),
    )


def join_alerts_and_requests(connection: Connection, lines: list[JournalLine]) -> None:
    """Fill in, as it stands in its table, what a line speaks of and does not have."""
    for row, of, key, loaded in (
        (tables.AlertRow, "alert", "alert_id", codec.ALERT),
        (tables.RequestRow, "request", "request_id", codec.REQUEST),
    ):
        missing = [line for line in lines if getattr(line.entry, key) and getattr(line, of) is None]
        if not missing:
            continue
        table = table_of(row)
        wanted = {getattr(line.entry, key) for line in missing}
        found = connection.execute(select(table.c[key], table.c.body).where(table.c[key].in_(wanted)))
        bodies = {identifier: loaded.load(body) for identifier, body in found}
        for line in missing:
            setattr(line, of, bodies.get(getattr(line.entry, key)))
