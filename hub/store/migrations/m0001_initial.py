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
CREATE INDEX ix_home_unjudged ON home (unjudged);
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
CREATE INDEX ix_outbox_state ON outbox (state);
CREATE INDEX outbox_alert ON outbox (alert_id, state);
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
CREATE INDEX ix_rejected_message_reason ON rejected_message (reason);
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
CREATE TABLE directory (
  number INTEGER NOT NULL,
  cell VARCHAR NOT NULL,
  PRIMARY KEY (number)
);
CREATE TABLE directory_region (
  number INTEGER NOT NULL,
  id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  level VARCHAR NOT NULL,
  parent_id VARCHAR,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE TABLE directory_company (
  number INTEGER NOT NULL,
  id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE TABLE directory_centre (
  number INTEGER NOT NULL,
  id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  parent_id VARCHAR,
  company_id VARCHAR,
  region_id VARCHAR,
  phone VARCHAR NOT NULL,
  openings TEXT NOT NULL,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE TABLE directory_elder (
  number INTEGER NOT NULL,
  id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  call_name VARCHAR NOT NULL,
  ability_level INTEGER NOT NULL,
  flags TEXT NOT NULL,
  birth_year INTEGER,
  note TEXT NOT NULL,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE TABLE directory_residence (
  number INTEGER NOT NULL,
  elder_id VARCHAR NOT NULL,
  home_id VARCHAR NOT NULL,
  membership VARCHAR NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT,
  PRIMARY KEY (number)
);
CREATE INDEX ix_directory_residence_elder_id ON directory_residence (elder_id);
CREATE INDEX ix_directory_residence_home_id ON directory_residence (home_id);
CREATE TABLE directory_home (
  number INTEGER NOT NULL,
  id VARCHAR NOT NULL,
  region_id VARCHAR NOT NULL,
  building VARCHAR NOT NULL,
  stair VARCHAR NOT NULL,
  flat VARCHAR NOT NULL,
  floor INTEGER,
  lift BOOLEAN NOT NULL,
  door_code VARCHAR NOT NULL,
  care_bed BOOLEAN NOT NULL,
  phone VARCHAR NOT NULL,
  note TEXT NOT NULL,
  centre_id VARCHAR,
  emergency_policy VARCHAR,
  overrides TEXT NOT NULL,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE INDEX ix_directory_home_centre_id ON directory_home (centre_id);
CREATE INDEX ix_directory_home_region_id ON directory_home (region_id);
CREATE TABLE directory_room (
  number INTEGER NOT NULL,
  id VARCHAR NOT NULL,
  home_id VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE INDEX ix_directory_room_home_id ON directory_room (home_id);
CREATE TABLE directory_device (
  number INTEGER NOT NULL,
  id VARCHAR NOT NULL,
  kind VARCHAR NOT NULL,
  family VARCHAR NOT NULL,
  model VARCHAR,
  speaks BOOLEAN NOT NULL,
  one_way BOOLEAN NOT NULL,
  silent_after FLOAT,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE TABLE directory_assignment (
  number INTEGER NOT NULL,
  device_id VARCHAR NOT NULL,
  home_id VARCHAR NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT,
  room_id VARCHAR,
  wearer_id VARCHAR,
  placement VARCHAR,
  PRIMARY KEY (number)
);
CREATE INDEX ix_directory_assignment_device_id ON directory_assignment (device_id);
CREATE INDEX ix_directory_assignment_home_id ON directory_assignment (home_id);
CREATE TABLE directory_person (
  number INTEGER NOT NULL,
  id VARCHAR NOT NULL,
  name VARCHAR NOT NULL,
  surname VARCHAR NOT NULL,
  methods TEXT NOT NULL,
  phone VARCHAR NOT NULL,
  company_id VARCHAR,
  until_at BIGINT,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE TABLE directory_bond (
  number INTEGER NOT NULL,
  person_id VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT,
  home_id VARCHAR,
  region_id VARCHAR,
  cover BOOLEAN NOT NULL,
  rank INTEGER NOT NULL,
  relation VARCHAR NOT NULL,
  PRIMARY KEY (number)
);
CREATE INDEX ix_directory_bond_home_id ON directory_bond (home_id);
CREATE INDEX ix_directory_bond_person_id ON directory_bond (person_id);
CREATE INDEX ix_directory_bond_region_id ON directory_bond (region_id);
CREATE TABLE directory_shift (
  number INTEGER NOT NULL,
  person_id VARCHAR NOT NULL,
  role VARCHAR NOT NULL,
  weekdays VARCHAR NOT NULL,
  starts VARCHAR NOT NULL,
  ends VARCHAR NOT NULL,
  centre_id VARCHAR,
  PRIMARY KEY (number)
);
CREATE INDEX ix_directory_shift_person_id ON directory_shift (person_id);
"""


def upgrade(connection: Connection) -> None:
    for statement in STATEMENTS.split(";"):
        if statement.strip():
            connection.execute(text(statement))
