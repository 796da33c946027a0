"""Journal rows read back: the entry, and the alert or request it speaks of."""

import json
import logging
from typing import Any

from sqlalchemy import Connection, select

from hub.core.journal import Entry, EntryKind
from hub.store import tables
from hub.store.alert_rows import COLUMNS, alert_of
from hub.store.batch import JournalLine
from hub.store.damaged import DamagedText, key_of
from hub.store.request_bodies import REQUEST_COLUMNS, request_of
from hub.store.tables import table_of

log = logging.getLogger(__name__)


def entry_of(row: Any) -> Entry:
    """From a row of the journal; one that cannot be read says so in its place among the others."""
    try:
        kind, data = EntryKind(row.kind), _data(row.data)
    except (ValueError, TypeError) as error:
        log.error("journal line %s cannot be read (%s)", row.number, type(error).__name__)
        kind, data = EntryKind.CANNOT_BE_READ, {}
    return Entry(
        kind=kind,
        home_id=key_of(row.home_id),
        at=row.at,
        alert_id=row.alert_id,
        request_id=row.request_id,
        by=row.by,
        data=data,
    )


def _data(text: str) -> dict[str, Any]:
    found = None if isinstance(text, DamagedText) else json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("it is no object")
    return found


def join_alerts_and_requests(connection: Connection, lines: list[JournalLine]) -> None:
    """Fill in, as it stands in its table, what a line speaks of and does not have."""
    of_alerts = [line for line in lines if line.entry.alert_id and line.alert is None]
    if of_alerts:
        alert = table_of(tables.AlertRow)
        wanted = {line.entry.alert_id for line in of_alerts}
        rows = connection.execute(select(*COLUMNS).where(alert.c.alert_id.in_(wanted)))
        alerts = {row.alert_id: alert_of(row) for row in rows}
        for line in of_alerts:
            line.alert = alerts.get(line.entry.alert_id or "")
    of_requests = [line for line in lines if line.entry.request_id and line.request is None]
    if of_requests:
        request = table_of(tables.RequestRow)
        wanted = {line.entry.request_id for line in of_requests}
        rows = connection.execute(select(*REQUEST_COLUMNS).where(request.c.request_id.in_(wanted)))
        requests = {row.request_id: request_of(row) for row in rows}
        for line in of_requests:
            line.request = requests.get(line.entry.request_id or "")
