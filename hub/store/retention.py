"""Forgetting in time: what is older than the policy keeps goes, a few rows at a time, oldest first.

Age is the time that passed while the hub ran. A clock that jumps forward, rightly or by a wrong reading, makes nothing older:
what it jumped over is a standstill, and is left out when ages are counted.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, update
from sqlmodel import SQLModel

from hub.store import tables
from hub.store.homes import ENDED_REQUEST_STATES
from hub.store.tables import table_of, to_micros

CHUNK_ROWS = 500
_NO_KEY = 2**62
CHUNKS_A_TURN = 20
"""Of one table, before the next one has its turn."""
PAUSE_S = 0.001
"""Between two chunks, so that a waiting commit gets its turn."""


STANDSTILL_FROM = timedelta(days=1)
"""A running hub notes its time every few minutes; between two notes further apart than this it did not run."""


@dataclass(frozen=True, slots=True)
class Standstill:
    """Hub time that did not pass: the machine was off, or its clock was set."""

    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each thing is kept. The input log never goes beyond the checkpoint, whatever its age; open alerts and requests
    and what is still to be sent never go. Closed alerts and requests go with the journal."""

    input_log: timedelta = timedelta(days=7)
    readings: timedelta = timedelta(days=400)
    history: timedelta = timedelta(days=90)
    event_ids: timedelta = timedelta(days=90)
    journal: timedelta = timedelta(days=3 * 365 + 1)
    outbox: timedelta = timedelta(days=90)
    rejected: timedelta = timedelta(days=90)
    failed: timedelta = timedelta(days=90)

    @property
    def while_short(self) -> "Retention":
        """What is kept while the disk is short of room: what only charts and the search for faults need goes earlier. Journal,
        event ids and everything open stay: people and devices rely on them."""
        return replace(
            self,
            input_log=min(self.input_log, timedelta(days=1)),
            readings=min(self.readings, timedelta(days=30)),
            history=min(self.history, timedelta(days=7)),
            outbox=min(self.outbox, timedelta(days=30)),
            rejected=min(self.rejected, timedelta(days=7)),
            failed=min(self.failed, timedelta(days=7)),
        )


@dataclass(slots=True)
class RetentionReport:
    """How many rows went, by table; `complete`: nothing that is due is left."""

    removed: dict[str, int] = field(default_factory=dict)
    complete: bool = True


Write = Callable[[Callable[[Connection], int]], int]


def retain(
    write: Write, now: datetime, policy: Retention, max_chunks: int | None, closing: Event
) -> RetentionReport:
    """Remove what is due through `write`, which runs each chunk in a transaction of its own, until nothing is left, `closing`
    is set or `max_chunks` are done. Tables take turns, so that a long one keeps none of the others waiting."""
    report = RetentionReport()
    chunks = 0
    waiting = deque(_removals(now, policy, _read(write)))
    while waiting:
        name, remove = waiting.popleft()
        for _ in range(CHUNKS_A_TURN):
            if closing.is_set() or (max_chunks is not None and chunks >= max_chunks):
                report.complete = False
                return report
            chunks += 1
            removed = write(remove)
            if not removed:
                break
            report.removed[name] = report.removed.get(name, 0) + removed
            closing.wait(PAUSE_S)
        else:
            waiting.append((name, remove))
    return report


def standstills(connection: Connection) -> list[Standstill]:
    """Oldest first."""
    table = table_of(tables.StandstillRow)
    rows = connection.execute(select(table.c.from_at, table.c.until_at).order_by(table.c.until_at))
    return [Standstill(row.from_at, row.until_at) for row in rows]


def lived_before(now: datetime, keep: timedelta, stood_still: Sequence[Standstill]) -> datetime:
    """The instant since which the hub has run for as long as `keep`: what is older may go."""
    for one in reversed(stood_still):
        if one.until_at > now:
            continue
        ran = now - one.until_at
        if keep <= ran:
            break
        now, keep = one.from_at, keep - ran
    return now - keep


def _read(write: Write) -> list[Standstill]:
    found: list[Standstill] = []

    def read(connection: Connection) -> int:
        found.extend(standstills(connection))
        return 0

    write(read)
    return found


def _removals(
    now: datetime, policy: Retention, stood_still: Sequence[Standstill]
) -> Iterator[tuple[str, Callable[[Connection], int]]]:
    def before(keep: timedelta) -> datetime:
        return lived_before(now, keep, stood_still)

    log, cell = table_of(tables.InputRow), table_of(tables.CellRow)
    checkpoint = select(cell.c.checkpoint_seq).scalar_subquery()
    yield from (
        _oldest(tables.InputRow, "at", before(policy.input_log), log.c.seq <= checkpoint),
        _oldest(tables.ReadingRow, "minute_at", before(policy.readings)),
        _oldest(tables.HistoryRow, "received_at", before(policy.history)),
        _oldest(tables.EventIdRow, "at", before(policy.event_ids)),
        _oldest(tables.RejectedRow, "at", before(policy.rejected)),
        _oldest(tables.FailedInputRow, "at", before(policy.failed)),
    )
    alert, request = table_of(tables.AlertRow), table_of(tables.RequestRow)
    closed_before = before(policy.journal)
    yield from (
        _ended(tables.OutboxRow, "created_at", before(policy.outbox), table_of(tables.OutboxRow).c.done_at),
        _ended(tables.AlertRow, "opened_at", closed_before, alert.c.resolved_at, alert.c.open.is_(False)),
        _ended(
            tables.RequestRow,
            "opened_at",
            closed_before,
            request.c.opened_at,
            request.c.state.in_(ENDED_REQUEST_STATES),
        ),
    )
    yield "journal", lambda connection: _remove_journal(connection, closed_before)


def _oldest(
    row: type[SQLModel], at: str, before: datetime, *also: ColumnElement[bool]
) -> tuple[str, Callable[[Connection], int]]:
    """From a table whose keys grow with time: the first rows by key, so that no index on the instant is needed."""
    table = table_of(row)
    key: Any = next(iter(table.primary_key.columns))

    def remove(connection: Connection) -> int:
        if not _begins_before(connection, table, at, before):
            return 0
        first = select(key).order_by(key).limit(CHUNK_ROWS).scalar_subquery()
        statement = delete(table).where(key.in_(first), table.c[at] < before, *also)
        return connection.execute(statement).rowcount

    return table.name, remove


def _ended(
    row: type[SQLModel], begun_at: str, before: datetime, ended_at: Any, *also: ColumnElement[bool]
) -> tuple[str, Callable[[Connection], int]]:
    """From a table whose rows begin in the order of their keys and end in any: what ended before an instant began before it,
    so only keys below the first later beginning are looked at."""
    table = table_of(row)

    def remove(connection: Connection) -> int:
        if not _begins_before(connection, table, begun_at, before):
            return 0
        later = (
            select(table.c.id)
            .where(table.c[begun_at] >= before)
            .order_by(table.c.id)
            .limit(1)
            .scalar_subquery()
        )
        some = (
            select(table.c.id)
            .where(table.c.id < func.coalesce(later, _NO_KEY), ended_at < before, *also)
            .limit(CHUNK_ROWS)
            .scalar_subquery()
        )
        return connection.execute(delete(table).where(table.c.id.in_(some))).rowcount

    return table.name, remove


def _begins_before(connection: Connection, table: Table, at: str, before: datetime) -> bool:
    """Whether anything among the first rows can be due at all: most of the time nothing is, and retention looks often."""
    key = next(iter(table.primary_key.columns)).name
    first = f"SELECT min({at}) FROM (SELECT {at} FROM {table.name} ORDER BY {key} LIMIT {CHUNK_ROWS})"  # noqa: S608
    oldest = connection.exec_driver_sql(first).scalar()
    return oldest is not None and (not isinstance(oldest, int) or oldest < to_micros(before))


def _remove_journal(connection: Connection, before: datetime) -> int:
    """The oldest entries of the cell; each home keeps the hash of its newest removed one, where its chain now begins."""
    journal, home = table_of(tables.JournalRow), table_of(tables.HomeRow)
    first_at: datetime | None = connection.execute(
        select(journal.c.at).order_by(journal.c.number).limit(1)
    ).scalar()
    if first_at is None or first_at >= before:
        return 0
    oldest = select(journal.c.number, journal.c.home_id, journal.c.hash, journal.c.at)
    rows = connection.execute(oldest.order_by(journal.c.number).limit(CHUNK_ROWS)).all()
    due = []
    for row in rows:
        if row.at >= before:
            break
        due.append(row)
    if not due:
        return 0
    for home_id, last in {row.home_id: row for row in due}.items():
        connection.execute(
            update(home)
            .where(home.c.home_id == home_id)
            .values(anchor_hash=last.hash, anchor_number=last.number)
        )
    return connection.execute(delete(journal).where(journal.c.number <= due[-1].number)).rowcount
