"""The hot path's statements: written with SQLAlchemy Core, compiled once, run with lists of plain tuples.

Instants are passed as microseconds (`to_micros`); the column types' conversions are the greater part of what a row costs.
"""

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, func, literal_column, or_, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.dml import UpdateBase
from sqlmodel import SQLModel

from hub.store import tables
from hub.store.tables import table_of


class Prepared:
    """A statement whose rows hold the values of `names` in that order."""

    def __init__(self, statement: UpdateBase, *names: str) -> None:
        self._statement = statement
        self._names = names

    @cached_property
    def _sql(self) -> str:
        compiled = self._statement.compile(
            dialect=sqlite.dialect(paramstyle="qmark"), column_keys=list(self._names)
        )
        if tuple(getattr(compiled, "positiontup", None) or ()) != self._names:
            raise TypeError(
                f"the statement takes {getattr(compiled, 'positiontup', None)}, not {self._names}"
            )
        return str(compiled)

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """One call of the database for all rows."""
        if rows:
            connection.exec_driver_sql(self._sql, list(rows))


class Appended(Prepared):
    """An insert of many rows in few calls: 128 rows a statement, then 64, 32 ... The driver lets the interpreter go once a call,
    not once a row, so the threads that listen to the broker do not take turns with every row."""

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        first = 0
        for count, sql in self._by_count:
            while len(rows) - first >= count:
                values = tuple(chain.from_iterable(rows[first : first + count]))
                connection.exec_driver_sql(sql, values)
                first += count

    @cached_property
    def _by_count(self) -> list[tuple[int, str]]:
        head, one_row = self._sql.rsplit(" VALUES ", 1)
        return [
            (count, f"{head} VALUES {', '.join([one_row] * count)}")
            for count in (128, 64, 32, 16, 8, 4, 2, 1)
        ]


def _columns(row: type[SQLModel], leave_out: tuple[str, ...] = ("id",)) -> tuple[str, ...]:
    return tuple(column.name for column in table_of(row).columns if column.name not in leave_out)


def _insert(row: type[SQLModel]) -> Prepared:
    return Prepared(insert(table_of(row)), *_columns(row))


def _insert_new(row: type[SQLModel]) -> Prepared:
    """A row whose key exists already is left as it is."""
    return Prepared(insert(table_of(row)).on_conflict_do_nothing(), *_columns(row))


def _upsert(row: type[SQLModel], key: tuple[str, ...], keep: tuple[str, ...] = ()) -> Prepared:
    """A row whose key exists already takes the new values, except those in `keep`."""
    names = _columns(row)
    statement = insert(table_of(row))
    changed = {name: statement.excluded[name] for name in names if name not in key and name not in keep}
    return Prepared(statement.on_conflict_do_update(index_elements=list(key), set_=changed), *names)


def _update(table: Table, key: str, *names: str) -> Prepared:
    statement = update(table).where(table.c[key] == bindparam(f"by_{key}"))
    return Prepared(statement, *names, f"by_{key}")


_HOME = table_of(tables.HomeRow)
_DEVICE = table_of(tables.DeviceRow)
_RULE = table_of(tables.RuleStateRow)
_OUTBOX = table_of(tables.OutboxRow)
_READING = table_of(tables.ReadingRow)

LOG = Appended(insert(table_of(tables.InputRow)), *_columns(tables.InputRow))
CELL = _update(table_of(tables.CellRow), "id", "hub_time_at")
STANDSTILL = _insert(tables.StandstillRow)
CHECKPOINT = _update(table_of(tables.CellRow), "id", "checkpoint_seq", "hub_time_at")

HOME = _upsert(tables.HomeRow, ("home_id",), keep=("chain_head", "anchor_hash", "anchor_number"))
SEARCH = _upsert(tables.HomeSearchRow, ("home_id",))
DAYS = _upsert(tables.DaysRow, ("home_id",))
DAYS_STATE = _update(table_of(tables.DaysRow), "home_id", "state")
DAYS_GONE = Prepared(
    table_of(tables.DaysRow).delete().where(table_of(tables.DaysRow).c.home_id == bindparam("by_home")),
    "by_home",
)
HOME_STATE = _update(_HOME, "home_id", "body", "saved_seq", "wake_at", "unjudged")
CHAIN_HEAD = _update(_HOME, "home_id", "chain_head")
DEVICE = _upsert(tables.DeviceRow, ("home_id", "device_id"))
RULE_STATE = _upsert(tables.RuleStateRow, ("home_id", "key"))
_WELLBEING = table_of(tables.WellbeingRow)
WELLBEING = _upsert(tables.WellbeingRow, ("home_id", "subject_id"))
WELLBEING_GONE = Prepared(
    _WELLBEING.delete().where(
        and_(_WELLBEING.c.home_id == bindparam("by_home"), _WELLBEING.c.subject_id == bindparam("by_subject"))
    ),
    "by_home",
    "by_subject",
)
WELLBEING_ALL_GONE = Prepared(
    _WELLBEING.delete().where(_WELLBEING.c.home_id == bindparam("by_home")), "by_home"
)
DEVICE_GONE = Prepared(
    _DEVICE.delete().where(
        and_(_DEVICE.c.home_id == bindparam("by_home"), _DEVICE.c.device_id == bindparam("by_device"))
    ),
    "by_home",
    "by_device",
)
RULE_STATE_GONE = Prepared(
    _RULE.delete().where(and_(_RULE.c.home_id == bindparam("by_home"), _RULE.c.key == bindparam("by_key"))),
    "by_home",
    "by_key",
)
DEVICES_GONE = Prepared(_DEVICE.delete().where(_DEVICE.c.home_id == bindparam("by_home")), "by_home")
RULE_STATES_GONE = Prepared(_RULE.delete().where(_RULE.c.home_id == bindparam("by_home")), "by_home")
ALERT = _upsert(tables.AlertRow, ("alert_id",))
REQUEST = _upsert(tables.RequestRow, ("request_id",))

JOURNAL = _insert(tables.JournalRow)
OUTBOX = _insert_new(tables.OutboxRow)
EVENT_ID = _upsert(tables.EventIdRow, ("device_id", "event_id"))
HISTORY = _insert_new(tables.HistoryRow)
REJECTED = _insert(tables.RejectedRow)
FAILED = _insert(tables.FailedInputRow)

_RECEIVED: ColumnElement[str] = literal_column("'received'")
_CANCELLED: ColumnElement[str] = literal_column("'cancelled'")
_SENT: ColumnElement[str] = literal_column("'sent'")
DELIVERY = Prepared(
    update(_OUTBOX).where(
        and_(
            _OUTBOX.c.notification_id == bindparam("by_notification"),
            # A receipt is the last word; what an answer cancelled never comes back, but may turn out to have gone already.
            or_(
                bindparam("by_state") == _RECEIVED,
                and_(
                    _OUTBOX.c.state != _RECEIVED,
                    or_(_OUTBOX.c.state != _CANCELLED, bindparam("by_state_too") == _SENT),
                ),
            ),
        )
    ),
    "state",
    "attempts",
    "next_attempt_at",
    "done_at",
    "by_notification",
    "by_state",
    "by_state_too",
)

_reading = insert(_READING)
READING = Prepared(
    _reading.on_conflict_do_update(
        index_elements=["home_id", "subject_id", "measure", "minute_at"],
        set_={
            "value": _reading.excluded.value,
            "low": func.min(_READING.c.low, _reading.excluded.low),
            "high": func.max(_READING.c.high, _reading.excluded.high),
            "count": _READING.c.count + _reading.excluded["count"],
        },
    ),
    *_columns(tables.ReadingRow),
)
