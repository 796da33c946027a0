"""Lines of the change log know whom they concern, the old ones as far as it can be found; sessions are ended by logging out."""

from sqlalchemy import Connection, text

STATEMENTS = """
CREATE TABLE change_concern (
  id INTEGER NOT NULL,
  change_id INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  of_id VARCHAR NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX change_concern_key ON change_concern (change_id, kind, of_id);
CREATE TABLE ended_session (
  id INTEGER NOT NULL,
  session_id VARCHAR NOT NULL,
  until_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (session_id)
);
"""

_FIND = """
WITH line AS (SELECT at, by, what, about_kind, about_id, data FROM change_log WHERE id = :id),
people AS (
  SELECT about_id AS person_id FROM line WHERE about_kind = 'person'
  UNION SELECT json_extract(data, '$.person_id') FROM line
  UNION SELECT json_extract(data, '$.by') FROM line WHERE about_kind IN ('person', 'cover')
  UNION SELECT covered_id FROM directory_cover, line WHERE about_kind = 'cover' AND id = about_id
  UNION SELECT by_id FROM directory_cover, line WHERE about_kind = 'cover' AND id = about_id
  UNION SELECT person_id FROM account, line WHERE about_kind = 'account' AND login = about_id
),
scope AS (
  SELECT scope_kind AS kind, scope_id AS id FROM account, line WHERE about_kind = 'account' AND login = about_id
  UNION SELECT scope_kind, scope_id FROM account, line
    WHERE account.login = line.by AND (what IN ('report_exported', 'directory_exported') OR about_kind = 'page')
  UNION SELECT substr(said, 1, instr(said, ':') - 1), substr(said, instr(said, ':') + 1) FROM (
    SELECT substr(access, instr(access, ' ') + 1) AS said FROM (
      SELECT json_extract(data, '$.access') AS access FROM line WHERE about_kind = 'account'
      UNION SELECT json_extract(data, '$.access_before') FROM line WHERE about_kind = 'account'
    )
  )
),
found(kind, id) AS (
  SELECT 'home', about_id FROM line WHERE about_kind = 'home'
  UNION SELECT 'home', json_extract(data, '$.home_id') FROM line
  UNION SELECT 'home', json_extract(data, '$.from') FROM line WHERE about_kind = 'device'
  UNION SELECT 'home', json_extract(data, '$.to') FROM line WHERE about_kind = 'device'
  UNION SELECT 'home', home_id FROM directory_residence, line
    WHERE about_kind = 'elder' AND elder_id = about_id AND (until_at IS NULL OR until_at >= at)
  UNION SELECT 'home', home_id FROM directory_assignment, line
    WHERE about_kind = 'device' AND device_id = about_id AND from_at <= at AND (until_at IS NULL OR until_at >= at)
  UNION SELECT 'home', home_id FROM alert, line WHERE about_kind = 'alert' AND alert_id = about_id
  UNION SELECT 'home', home_id FROM service_request, line WHERE about_kind = 'request' AND request_id = about_id
  UNION SELECT 'home', home_id FROM directory_bond, line
    WHERE person_id IN (SELECT person_id FROM people) AND (until_at IS NULL OR until_at >= at)
  UNION SELECT 'region', region_id FROM directory_bond, line
    WHERE person_id IN (SELECT person_id FROM people) AND (until_at IS NULL OR until_at >= at)
  UNION SELECT 'centre', centre_id FROM directory_shift WHERE person_id IN (SELECT person_id FROM people)
  UNION SELECT 'centre', centre_id FROM directory_dated_shift WHERE person_id IN (SELECT person_id FROM people)
  UNION SELECT 'company', company_id FROM directory_person WHERE id IN (SELECT person_id FROM people)
  UNION SELECT 'centre', about_id FROM line WHERE about_kind = 'centre'
  UNION SELECT 'centre', json_extract(data, '$.centre') FROM line
  UNION SELECT 'centre', json_extract(data, '$.centre_id') FROM line
  UNION SELECT 'centre', value FROM line, json_each(data, '$.centres') WHERE about_kind = 'centre'
  UNION SELECT 'company', json_extract(data, '$.company') FROM line WHERE about_kind = 'centre'
  UNION SELECT 'company', json_extract(data, '$.company_before') FROM line WHERE about_kind = 'centre'
  UNION SELECT kind, id FROM scope WHERE kind IN ('company', 'region', 'centre')
  UNION SELECT 'everybody', '' FROM line WHERE about_kind = 'roster'
)
INSERT OR IGNORE INTO change_concern (change_id, kind, of_id)
SELECT :id, kind, id FROM found WHERE id IS NOT NULL
"""
"""As lines are written from this release on; of older ones what the directory tells today."""


def upgrade(connection: Connection) -> None:
    for statement in STATEMENTS.split(";"):
        if statement.strip():
            connection.execute(text(statement))
    for number in connection.execute(text("SELECT id FROM change_log ORDER BY id")).scalars().all():
        connection.execute(text(_FIND), {"id": number})
