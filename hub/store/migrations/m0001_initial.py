"""The tables of the first release."""

from sqlalchemy import Connection, text

STATEMENTS = """
CREATE TABLE cell (
  id INTEGER NOT NULL,
  name VARCHAR NOT NULL,
  schema_number INTEGER NOT NULL,
  checkpoint_seq INTEGER NOT NULL,
  hub_time_at BIGINT,
  PRIMARY KEY (id)
);
CREATE TABLE input_log (
  seq INTEGER NOT NULL,
  at BIGINT NOT NULL,
  source INTEGER NOT NULL,
  home_id VARCHAR,
  topic VARCHAR,
  payload BLOB NOT NULL,
  flags INTEGER NOT NULL,
  PRIMARY KEY (seq)
);
CREATE TABLE home (
  id INTEGER NOT NULL,
  home_id VARCHAR NOT NULL,
  profile TEXT NOT NULL,
  search TEXT NOT NULL,
  body TEXT NOT NULL,
  saved_seq INTEGER NOT NULL,
  wake_at BIGINT,
  chain_head VARCHAR NOT NULL,
  anchor_hash VARCHAR NOT NULL,
  anchor_number INTEGER NOT NULL,
  unjudged BOOLEAN NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (home_id)
);
CREATE INDEX ix_home_wake_at ON home (wake_at);
CREATE TABLE device_state (
  id INTEGER NOT NULL,
  home_id VARCHAR NOT NULL,
  device_id VARCHAR NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX device_state_key ON device_state (home_id, device_id);
CREATE TABLE rule_state (
  id INTEGER NOT NULL,
  home_id VARCHAR NOT NULL,
  "key" VARCHAR NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX rule_state_key ON rule_state (home_id, "key");
CREATE TABLE alert (
  id INTEGER NOT NULL,
  alert_id VARCHAR NOT NULL,
  home_id VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  severity VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  open BOOLEAN NOT NULL,
  centre_id VARCHAR,
  holder_id VARCHAR,
  opened_at BIGINT NOT NULL,
  resolved_at BIGINT,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (alert_id)
);
CREATE INDEX ix_alert_centre_id ON alert (centre_id);
CREATE INDEX ix_alert_home_id ON alert (home_id);
CREATE INDEX ix_alert_open ON alert (open);
CREATE TABLE service_request (
  id INTEGER NOT NULL,
  request_id VARCHAR NOT NULL,
  home_id VARCHAR NOT NULL,
  category VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  centre_id VARCHAR,
  opened_at BIGINT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (request_id)
);
CREATE INDEX ix_service_request_centre_id ON service_request (centre_id);
CREATE INDEX ix_service_request_home_id ON service_request (home_id);
CREATE INDEX ix_service_request_state ON service_request (state);
CREATE TABLE journal (
  number INTEGER NOT NULL,
  at BIGINT NOT NULL,
  home_id VARCHAR NOT NULL,
  alert_id VARCHAR,
  request_id VARCHAR,
  kind VARCHAR NOT NULL,
  "by" VARCHAR,
  data TEXT NOT NULL,
  input_seq INTEGER NOT NULL,
  context_version INTEGER NOT NULL,
  hash VARCHAR NOT NULL,
  PRIMARY KEY (number)
);
CREATE INDEX ix_journal_alert_id ON journal (alert_id);
CREATE INDEX ix_journal_home_id ON journal (home_id);
CREATE INDEX ix_journal_request_id ON journal (request_id);
CREATE TABLE outbox (
  id INTEGER NOT NULL,
  notification_id VARCHAR NOT NULL,
  alert_id VARCHAR NOT NULL,
  home_id VARCHAR NOT NULL,
  channel VARCHAR NOT NULL,
  person_id VARCHAR,
  state VARCHAR NOT NULL,
  cancel_on_answer BOOLEAN NOT NULL,
  attempts INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  next_attempt_at BIGINT,
  done_at BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (notification_id)
);
CREATE INDEX ix_outbox_alert_id ON outbox (alert_id);
CREATE INDEX ix_outbox_state ON outbox (state);
CREATE TABLE event_id (
  id INTEGER NOT NULL,
  device_id VARCHAR NOT NULL,
  event_id VARCHAR NOT NULL,
  input_seq INTEGER NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX event_id_key ON event_id (device_id, event_id);
CREATE TABLE reading (
  id INTEGER NOT NULL,
  home_id VARCHAR NOT NULL,
  subject_id VARCHAR NOT NULL,
  measure VARCHAR NOT NULL,
  minute_at BIGINT NOT NULL,
  value FLOAT NOT NULL,
  low FLOAT NOT NULL,
  high FLOAT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX reading_key ON reading (home_id, subject_id, measure, minute_at);
CREATE TABLE history (
  id INTEGER NOT NULL,
  home_id VARCHAR NOT NULL,
  device_id VARCHAR NOT NULL,
  boot INTEGER,
  seq INTEGER,
  received_at BIGINT NOT NULL,
  estimated_at BIGINT,
  body TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX history_key ON history (home_id, device_id, boot, seq);
CREATE TABLE rejected_message (
  id INTEGER NOT NULL,
  input_seq INTEGER NOT NULL,
  at BIGINT NOT NULL,
  topic VARCHAR NOT NULL,
  payload BLOB NOT NULL,
  reason VARCHAR NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE failed_input (
  id INTEGER NOT NULL,
  input_seq INTEGER NOT NULL,
  at BIGINT NOT NULL,
  home_id VARCHAR NOT NULL,
  traceback TEXT NOT NULL,
  PRIMARY KEY (id)
);
CREATE TABLE account (
  id INTEGER NOT NULL,
  login VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  password_hash VARCHAR NOT NULL,
  active BOOLEAN NOT NULL,
  generation INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (login)
);
"""


def upgrade(connection: Connection) -> None:
    for statement in STATEMENTS.split(";"):
        if statement.strip():
            connection.execute(text(statement))
