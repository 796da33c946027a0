"""For how long a wall clock that is years ahead has been doubted is remembered, so that a restart does not begin anew."""

from sqlalchemy import Connection, text


def upgrade(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE clock_doubt (id INTEGER NOT NULL, lasted_s INTEGER NOT NULL, wall_at BIGINT NOT NULL, PRIMARY KEY (id))"
        )
    )
