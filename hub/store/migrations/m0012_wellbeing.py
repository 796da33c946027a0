"""Each person's newest readings and own normal, apart from their home's row: they change half-hourly, and it does not."""

from sqlalchemy import Connection, text


def upgrade(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE wellbeing (id INTEGER NOT NULL, home_id VARCHAR NOT NULL, subject_id VARCHAR NOT NULL,"
            " state TEXT NOT NULL, PRIMARY KEY (id))"
        )
    )
    connection.execute(text("CREATE UNIQUE INDEX wellbeing_subject ON wellbeing (home_id, subject_id)"))
