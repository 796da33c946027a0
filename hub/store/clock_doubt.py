"""The doubt about the wall clock that one run leaves to the next: at most one row, none while there is no doubt."""

import logging
from datetime import timedelta

from sqlalchemy import Connection, insert, select

from hub.clock import KeptDoubt
from hub.store import tables
from hub.store.damaged import is_number
from hub.store.tables import table_of

log = logging.getLogger(__name__)

_LONGEST_S = 366 * 24 * 3600
"""No doubt was kept so long: it is over after an hour."""


def load(connection: Connection) -> KeptDoubt | None:
    """The doubt that stands. None where it cannot be read: it is a hint, and the hub has to start."""
    table = table_of(tables.ClockDoubtRow)
    rows = connection.execute(select(table.c.lasted_s, table.c.wall_at)).all()
    if len(rows) != 1 or not is_number(rows[0].lasted_s) or rows[0].lasted_s > _LONGEST_S:
        if rows:
            log.error("the doubt about the clock that the last run left cannot be read and is dropped")
        return None
    return KeptDoubt(timedelta(seconds=rows[0].lasted_s), rows[0].wall_at)


def keep(connection: Connection, doubt: KeptDoubt | None) -> None:
    """For the next run, in place of what was kept; None: there is no doubt any more."""
    table = table_of(tables.ClockDoubtRow)
    connection.execute(table.delete())
    if doubt is not None:
        lasted_s = doubt.lasted // timedelta(seconds=1)
        connection.execute(insert(table).values(id=1, lasted_s=lasted_s, wall_at=doubt.wall_at))
