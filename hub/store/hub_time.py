"""Hub time as the store holds it: the newest instant that was committed, from the cell's row and the newest input.

A commit of inputs does not write the cell's row as well: it is a page more for an SD card, and the input has its instant. The row
follows with every save, and with the first commit that lies further from it than `ROW_FOLLOWS_WITHIN`: so with every jump.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from hub.store import tables
from hub.store.damaged import MOST
from hub.store.tables import table_of

ROW_FOLLOWS_WITHIN = timedelta(minutes=10)
"""An input further from the cell's row than that bears no instant that anybody wrote: a damaged one must not carry hub time
away."""


def newest(connection: Connection) -> datetime | None:
    """The newest committed instant; None in a new store."""
    cell, log = table_of(tables.CellRow), table_of(tables.InputRow)
    kept: datetime | None = connection.execute(select(cell.c.hub_time_at)).scalar()
    last = select(log.c.at).where(log.c.seq < MOST).order_by(log.c.seq.desc()).limit(1)
    heard: datetime | None = connection.execute(last).scalar()
    if kept is None or heard is None:
        return kept or heard
    return heard if kept < heard <= kept + ROW_FOLLOWS_WITHIN else kept
