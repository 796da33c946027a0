"""Log-ins see some homes and not others; what people do to the hub itself is written down."""

from sqlalchemy import Connection, text

STATEMENTS = """
ALTER TABLE account ADD COLUMN scope_kind VARCHAR NOT NULL DEFAULT 'everything';
ALTER TABLE account ADD COLUMN scope_id VARCHAR;
ALTER TABLE account ADD COLUMN person_id VARCHAR;
CREATE TABLE change_log (
  id INTEGER NOT NULL,
  at BIGINT NOT NULL,
  "by" VARCHAR NOT NULL,
  what VARCHAR NOT NULL,
  about_kind VARCHAR NOT NULL,
  about_id VARCHAR,
  data TEXT NOT NULL,
  PRIMARY KEY (id)
);
"""


def upgrade(connection: Connection) -> None:
    for statement in STATEMENTS.split(";"):
        if statement.strip():
            connection.execute(text(statement))
