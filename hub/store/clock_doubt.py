"""The doubt about the wall clock that one run leaves to the next: at most one row, none while there is no doubt."""

from datetime import timedelta

from sqlalchemy import Connection, insert, select

from hub.clock import KeptDoubt
from hub.store import tables
from hub.store.tables import table_of


def load(connection: Connection) -> KeptDoubt | None:
    """The doubt that stands."""
    table = table_of(tables.ClockDoubtRow)
    row = connection.execute(select(table.c.lasted_s, table.c.wall_at)).one_or_none()
    return None if row is None else KeptDoubt(timedelta(seconds=row.lasted_s), row.wall_at)


def keep(connection: Connection, doubt: KeptDoubt | None) -> None:
    """For the next run, in place of what was kept; None: there is no doubt any more."""
    table = table_of(tables.ClockDoubtRow)
    connection.execute(table.delete())
    if doubt is not None:
        lasted_s = doubt.lasted // timedelta(seconds=1)
        connection.execute(insert(table).values(id=1, lasted_s=lasted_s, wall_at=doubt.wall_at))
