"""The roster knows dates: shifts of one day, leave, covers that both confirm, holidays, opening hours of single dates."""

from sqlalchemy import Connection, text

STATEMENTS = """
ALTER TABLE directory_shift ADD COLUMN days VARCHAR NOT NULL DEFAULT 'weekdays';
ALTER TABLE directory_centre ADD COLUMN special_hours TEXT NOT NULL DEFAULT '[]';
CREATE TABLE directory_dated_shift (
  number INTEGER NOT NULL,
  id VARCHAR NOT NULL,
  person_id VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  "on" VARCHAR NOT NULL,
  starts VARCHAR NOT NULL,
  ends VARCHAR NOT NULL,
  centre_id VARCHAR,
  in_place BOOLEAN NOT NULL,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE INDEX ix_directory_dated_shift_person_id ON directory_dated_shift (person_id);
CREATE TABLE directory_leave (
  number INTEGER NOT NULL,
  id VARCHAR NOT NULL,
  person_id VARCHAR NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  kind VARCHAR NOT NULL,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE INDEX ix_directory_leave_person_id ON directory_leave (person_id);
CREATE TABLE directory_cover (
  number INTEGER NOT NULL,
  id VARCHAR NOT NULL,
  covered_id VARCHAR NOT NULL,
  by_id VARCHAR NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  takes VARCHAR NOT NULL,
  requested_at BIGINT,
  by_confirmed_at BIGINT,
  covered_confirmed_at BIGINT,
  covered_agreed_by VARCHAR,
  declined_at BIGINT,
  declined_by VARCHAR,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE INDEX ix_directory_cover_by_id ON directory_cover (by_id);
CREATE INDEX ix_directory_cover_covered_id ON directory_cover (covered_id);
CREATE TABLE directory_holiday (
  number INTEGER NOT NULL,
  "on" VARCHAR NOT NULL,
  day_type VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  PRIMARY KEY (number),
  UNIQUE ("on")
);
"""


def upgrade(connection: Connection) -> None:
    for statement in STATEMENTS.split(";"):
        if statement.strip():
            connection.execute(text(statement))
