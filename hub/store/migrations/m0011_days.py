"""What a home's days and nights have taught, apart from its own row: it is larger than all the rest, and changes once a day."""

from sqlalchemy import Connection, text


def upgrade(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE days (id INTEGER NOT NULL, home_id VARCHAR NOT NULL, state TEXT NOT NULL, habits TEXT NOT NULL,"
            " PRIMARY KEY (id), UNIQUE (home_id))"
        )
    )
