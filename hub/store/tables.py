"""The tables of a cell: one SQLite file (or one schema of a server) holds exactly one cell.

SQLModel declares them; the hot path writes them with Core statements in batches. Instants are stored as integer microseconds
since 1970 (UTC). Columns named `body` or `state` hold the JSON of one frozen dataclass of the core, with the schema number of
the cell; columns beside them exist only to be searched. Tables that grow with time have no index on their instant: their
integer keys grow in the same order, and every index is one more page for an SD card to write.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Index, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as microseconds since 1970: sorts, compares and survives every database alike.

    What is no instant (a damaged row) reads as the oldest one: it keeps no other row from being read, and what hangs on it is due
    at once.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        try:
            return None if value is None else from_micros(int(value))
        except (ValueError, OverflowError):
            return EPOCH


def to_micros(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant, exactly."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_micros(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def instant(*, nullable: bool = False, index: bool = False) -> Any:
    """A column of hub time."""
    return Field(sa_column=Column(Instant, nullable=nullable, index=index), default=None)


def text(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(Text, nullable=nullable), default=None)


def table_of(row: type[SQLModel]) -> Table:
    """The Core table behind a row class."""
    return SQLModel.metadata.tables[str(row.__tablename__)]


ALERT_LASTED = "resolved_at - opened_at > 86400000000"
REQUEST_LASTED = "done_at - opened_at > 86400000000"
"""More than a day, in microseconds; asked with these very words, the indexes of what lasted are used."""


class CellRow(SQLModel, table=True):
    """One row: whose store this is, up to which input every home is saved, and the newest committed hub time."""

    __tablename__ = "cell"
    id: int = Field(default=1, primary_key=True)
    name: str
    schema_number: int
    checkpoint_seq: int = 0
    hub_time_at: datetime | None = instant(nullable=True)


class StandstillRow(SQLModel, table=True):
    """Hub time that did not pass: from one committed instant to the next, more than a day later. The machine was off, or its
    clock was set. Retention does not count it as age."""

    __tablename__ = "standstill"
    id: int | None = Field(default=None, primary_key=True)
    from_at: datetime = instant()
    until_at: datetime = instant()


class ClockDoubtRow(SQLModel, table=True):
    """At most one row: the wall clock is years ahead and not followed yet. For how long of running time that has lasted, and
    what it said last, so that a restart does not begin the count anew."""

    __tablename__ = "clock_doubt"
    id: int = Field(default=1, primary_key=True)
    lasted_s: int = 0
    wall_at: datetime = instant()


class InputRow(SQLModel, table=True):
    """The input log: the truth. `source` is an `InputSource`; `flags` packs qos (bits 0-1), retained (2), duplicate (3), and
    whether the event id had been seen before (4)."""

    __tablename__ = "input_log"
    seq: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True, autoincrement=True))
    at: datetime = instant()
    source: int
    home_id: str | None = None
    topic: str | None = None
    payload: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    flags: int = 0


class HomeRow(SQLModel, table=True):
    """A home's own row. Devices, rule states, alerts and requests have rows of their own; `body` is the rest.

    `chain_head` is the hash of its newest journal entry, `anchor_hash` and `anchor_number` those of the newest entry that
    retention has removed.
    """

    __tablename__ = "home"
    id: int | None = Field(default=None, primary_key=True)
    home_id: str = Field(unique=True)
    profile: str = text()
    body: str = text()
    saved_seq: int = 0
    wake_at: datetime | None = instant(nullable=True, index=True)
    chain_head: str = ""
    anchor_hash: str = ""
    anchor_number: int = 0
    unjudged: bool = Field(default=False, index=True)


class DaysRow(SQLModel, table=True):
    """What a home's days and nights have taught (`habits`, changed once a day) and what is watched now (`state`)."""

    __tablename__ = "days"
    id: int | None = Field(default=None, primary_key=True)
    home_id: str = Field(unique=True)
    state: str = text()
    habits: str = text()


class HomeSearchRow(SQLModel, table=True):
    """What a home is found by (`hub/directory/search.py`), apart from the home's row because a search reads all of it."""

    __tablename__ = "home_search"
    id: int | None = Field(default=None, primary_key=True)
    home_id: str = Field(unique=True)
    version: int
    text: str = text()


class DeviceRow(SQLModel, table=True):
    __tablename__ = "device_state"
    __table_args__ = (Index("device_state_key", "home_id", "device_id", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    home_id: str
    device_id: str
    state: str = text()


class WellbeingRow(SQLModel, table=True):
    """A person's newest readings and own normal, by elder or device of a home."""

    __tablename__ = "wellbeing"
    __table_args__ = (Index("wellbeing_subject", "home_id", "subject_id", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    home_id: str
    subject_id: str
    state: str = text()


class RuleStateRow(SQLModel, table=True):
    __tablename__ = "rule_state"
    __table_args__ = (Index("rule_state_key", "home_id", "key", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    home_id: str
    key: str
    state: str = text()


class AlertRow(SQLModel, table=True):
    """Every alert that ever was (until retention); the open ones are loaded with their home.

    `alert_lasting` holds the few that took longer than a day: a report finds the others near their beginning.
    """

    __tablename__ = "alert"
    __table_args__ = (Index("alert_lasting", "resolved_at", "opened_at", sqlite_where=sql(ALERT_LASTED)),)
    id: int | None = Field(default=None, primary_key=True)
    alert_id: str = Field(unique=True)
    home_id: str = Field(index=True)
    kind: str
    severity: str
    state: str
    open: bool = Field(index=True)
    centre_id: str | None = Field(default=None, index=True)
    holder_id: str | None = None
    opened_at: datetime = instant()
    resolved_at: datetime | None = instant(nullable=True)
    version: int
    body: str = text()


class RequestRow(SQLModel, table=True):
    """Every service request that ever was (until retention); `request_lasting` as `alert_lasting`."""

    __tablename__ = "service_request"
    __table_args__ = (Index("request_lasting", "done_at", "opened_at", sqlite_where=sql(REQUEST_LASTED)),)
    id: int | None = Field(default=None, primary_key=True)
    request_id: str = Field(unique=True)
    home_id: str = Field(index=True)
    category: str
    state: str = Field(index=True)
    centre_id: str | None = Field(default=None, index=True)
    opened_at: datetime = instant()
    done_at: datetime | None = instant(nullable=True)
    version: int
    body: str = text()


class JournalRow(SQLModel, table=True):
    """Append-only; `number` is the event id of the live stream; one hash chain per home."""

    __tablename__ = "journal"
    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True, autoincrement=True))
    at: datetime = instant()
    home_id: str = Field(index=True)
    alert_id: str | None = Field(default=None, index=True)
    request_id: str | None = Field(default=None, index=True)
    kind: str
    by: str | None = None
    data: str = text()
    input_seq: int
    context_version: int
    hash: str


class OutboxRow(SQLModel, table=True):
    """A notification and how far it came. `state`: queued, sent, received, failed, cancelled."""

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_alert", "alert_id", "state"),)
    id: int | None = Field(default=None, primary_key=True)
    notification_id: str = Field(unique=True)
    alert_id: str
    home_id: str
    channel: str
    person_id: str | None = None
    state: str = Field(index=True)
    cancel_on_answer: bool = False
    attempts: int = 0
    created_at: datetime = instant()
    next_attempt_at: datetime | None = instant(nullable=True)
    done_at: datetime | None = instant(nullable=True)
    body: str = text()


class EventIdRow(SQLModel, table=True):
    """Event ids of calls and falls, remembered with the commit that judged them (90 days)."""

    __tablename__ = "event_id"
    __table_args__ = (Index("event_id_key", "device_id", "event_id", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    device_id: str
    event_id: str
    input_seq: int
    at: datetime = instant()


class ReadingRow(SQLModel, table=True):
    """A vital sign or room value kept for charts: the last of each minute, with the minute's extremes. `subject_id` is a
    resident, or the device where nobody wears it."""

    __tablename__ = "reading"
    __table_args__ = (Index("reading_key", "home_id", "subject_id", "measure", "minute_at", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    home_id: str
    subject_id: str
    measure: str
    minute_at: datetime = instant()
    value: float
    low: float
    high: float
    count: int


class HistoryRow(SQLModel, table=True):
    """A telemetry message that came too late for the live rules: kept once per (device, boot, seq)."""

    __tablename__ = "history"
    __table_args__ = (Index("history_key", "home_id", "device_id", "boot", "seq", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    home_id: str
    device_id: str
    boot: int | None = None
    seq: int | None = None
    received_at: datetime = instant()
    estimated_at: datetime | None = instant(nullable=True)
    body: str = text()


class RejectedRow(SQLModel, table=True):
    """What could not be read, kept whole. `reason` is a `RejectReason`."""

    __tablename__ = "rejected_message"
    id: int | None = Field(default=None, primary_key=True)
    input_seq: int
    at: datetime = instant()
    topic: str
    payload: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    reason: str = Field(index=True)
    detail: str = text()


class FailedInputRow(SQLModel, table=True):
    """An input whose step raised, with its traceback."""

    __tablename__ = "failed_input"
    id: int | None = Field(default=None, primary_key=True)
    input_seq: int
    at: datetime = instant()
    home_id: str
    traceback: str = text()


class AccountRow(SQLModel, table=True):
    """A log-in. `role` is an `ActorRole` value. `scope_kind` and `scope_id` say of whose homes it sees what its role may see;
    `person_id` names the person of the directory who logs in with it."""

    __tablename__ = "account"
    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    name: str
    role: str
    password_hash: str
    active: bool = True
    generation: int = 1
    created_at: datetime = instant()
    scope_kind: str = "everything"
    scope_id: str | None = None
    person_id: str | None = None


class ChangeRow(SQLModel, table=True):
    """A line of the change log: what somebody did to the hub itself (directory, log-ins, exports), and what was refused.

    `by` is a log-in. `data` is JSON with ids and field names, never a name, an address or a reading.
    """

    __tablename__ = "change_log"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = instant()
    by: str
    what: str
    about_kind: str
    about_id: str | None = None
    data: str = text()


class ChangeConcernRow(SQLModel, table=True):
    """Whom a line of the change log concerned when it was written. `kind` is a `ConcernKind`, `of_id` the id of such a one."""

    __tablename__ = "change_concern"
    __table_args__ = (Index("change_concern_key", "change_id", "kind", "of_id", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    change_id: int
    kind: str
    of_id: str


class EndedSessionRow(SQLModel, table=True):
    """A session that somebody ended by logging out, until it would have ended by itself."""

    __tablename__ = "ended_session"
    id: int | None = Field(default=None, primary_key=True)
    session_id: str = Field(unique=True)
    until_at: datetime = instant()


class CareCardOpeningRow(SQLModel, table=True):
    """Somebody opened a home's care card: because of an alert (once for each of the two), or for a reason, until an instant."""

    __tablename__ = "care_card_opening"
    __table_args__ = (
        UniqueConstraint("alert_id", "login"),
        Index("ix_care_card_opening_home", "home_id", "opened_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    home_id: str
    login: str
    reason: str
    note: str = text()
    alert_id: str | None = None
    opened_at: datetime = instant()
    until_at: datetime | None = instant(nullable=True)


class ApiTokenRow(SQLModel, table=True):
    """With what a script or a partner system logs in; of its secret only the hash is kept."""

    __tablename__ = "api_token"
    id: str = Field(primary_key=True)
    name: str
    secret_hash: str
    role: str
    scope_kind: str
    scope_id: str | None = None
    made_by: str
    made_at: datetime = instant()
    expires_at: datetime | None = instant(nullable=True)
    used_at: datetime | None = instant(nullable=True)
    revoked_at: datetime | None = instant(nullable=True)
    revoked_by: str | None = None
