"""Hub time that did not pass is remembered, so that nothing is forgotten sooner by a clock that jumped."""

from sqlalchemy import Connection, text


def upgrade(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE standstill (id INTEGER NOT NULL, from_at BIGINT NOT NULL, until_at BIGINT NOT NULL, PRIMARY KEY (id))"
        )
    )
