"""The input log as a reader finds it, beside a hub that runs."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, func, select

from hub.store import tables
from hub.store.batch import LoggedInput
from hub.store.rows import logged_input
from hub.store.tables import table_of

_PAGE = 2_000
_INPUT = table_of(tables.InputRow)


def inputs_since(connection: Connection, at: datetime) -> Iterator[LoggedInput]:
    """Everything logged from an instant on, in order; a row that cannot be read is left out."""
    seq = (connection.scalar(select(func.min(_INPUT.c.seq)).where(_INPUT.c.at >= at)) or 0) - 1
    while True:
        rows = connection.execute(
            select(_INPUT).where(_INPUT.c.seq > seq, _INPUT.c.at >= at).order_by(_INPUT.c.seq).limit(_PAGE)
        ).all()
        for row in rows:
            try:
                yield logged_input(row)
            except (ValueError, TypeError):
                continue
        if len(rows) < _PAGE:
            return
        seq = rows[-1].seq


def newest_at(connection: Connection) -> datetime | None:
    """When the newest input was logged; None in an empty log."""
    found: datetime | None = connection.scalar(select(_INPUT.c.at).order_by(_INPUT.c.seq.desc()).limit(1))
    return found
