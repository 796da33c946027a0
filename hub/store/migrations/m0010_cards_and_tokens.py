"""Who opened whose care card and why, and tokens with which scripts and partner systems log in."""

from sqlalchemy import Connection, text

STATEMENTS = """
CREATE TABLE care_card_opening (
  id INTEGER NOT NULL,
  home_id VARCHAR NOT NULL,
  login VARCHAR NOT NULL,
  reason VARCHAR NOT NULL,
  note TEXT NOT NULL,
  alert_id VARCHAR,
  opened_at BIGINT NOT NULL,
  until_at BIGINT,
  PRIMARY KEY (id),
  UNIQUE (alert_id, login)
);
CREATE INDEX ix_care_card_opening_home ON care_card_opening (home_id, opened_at);
CREATE TABLE api_token (
  id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  secret_hash VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  scope_kind VARCHAR NOT NULL,
  scope_id VARCHAR,
  made_by VARCHAR NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT,
  used_at BIGINT,
  revoked_at BIGINT,
  revoked_by VARCHAR,
  PRIMARY KEY (id)
);
"""


def upgrade(connection: Connection) -> None:
    for statement in STATEMENTS.split(";"):
        if statement.strip():
            connection.execute(text(statement))
