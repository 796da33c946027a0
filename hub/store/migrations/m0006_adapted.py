"""A home of the directory says whether it was rebuilt for an old person (适老化改造)."""

from sqlalchemy import Connection, text


def upgrade(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE directory_home ADD COLUMN adapted BOOLEAN NOT NULL DEFAULT 0"))
