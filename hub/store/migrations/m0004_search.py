"""What homes are found by has a table of its own: a search reads it from end to end, and the home's row is ten times as long.

The table begins empty: the hub fills it while it runs (`hub/store/search_rows.fill`), for the text needs more than SQL.
"""

from sqlalchemy import Connection, text

STATEMENTS = """
CREATE TABLE home_search (
  id INTEGER NOT NULL,
  home_id VARCHAR NOT NULL,
  version INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (home_id)
);
ALTER TABLE home DROP COLUMN search
"""


def upgrade(connection: Connection) -> None:
    for statement in STATEMENTS.split(";"):
        connection.execute(text(statement))
