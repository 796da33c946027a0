"""Reports find what lasted longer than a day without reading all that ever was; a request says in a column when it was done."""

from sqlalchemy import Connection, text

STATEMENTS = """
ALTER TABLE service_request ADD COLUMN done_at BIGINT;
UPDATE service_request SET done_at = CAST(
  round((julianday(json_extract(body, '$.done_at')) - 2440587.5) * 86400000) AS INTEGER
) * 1000 WHERE state = 'done';
CREATE INDEX alert_lasting ON alert (resolved_at, opened_at) WHERE resolved_at - opened_at > 86400000000;
CREATE INDEX request_lasting ON service_request (done_at, opened_at) WHERE done_at - opened_at > 86400000000
"""


def upgrade(connection: Connection) -> None:
    for statement in STATEMENTS.split(";"):
        if statement.strip():
            connection.execute(text(statement))
