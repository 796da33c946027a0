"""Sessions that somebody ended by logging out: kept until they would have ended by themselves, so that a restart revives none."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from hub.store.tables import EndedSessionRow, table_of

_ENDED = table_of(EndedSessionRow)


def end(connection: Connection, session_id: str, until_at: datetime, now: datetime) -> None:
    """Keep one; those that are over go."""
    connection.execute(delete(_ENDED).where(_ENDED.c.until_at <= now))
    connection.execute(
        insert(_ENDED).prefix_with("OR IGNORE").values(session_id=session_id, until_at=until_at)
    )


def load(connection: Connection) -> dict[str, datetime]:
    """Each with the instant until which it must be remembered."""
    rows = connection.execute(select(_ENDED.c.session_id, _ENDED.c.until_at))
    return {row.session_id: row.until_at for row in rows}
