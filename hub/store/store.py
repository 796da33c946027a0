"""The only writer of a cell's file: one transaction holds what a batch of inputs was and everything that came of it.

What is remembered between transactions (chain heads, the journal's last number) changes only after a commit, so a failed one
can be tried again as it was.
"""

import json
import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import BigInteger, Connection, func, select, text, type_coerce

from hub.core.home import Home
from hub.core.journal import Entry
from hub.core.outcome import LateMessage, Reading
from hub.store import chain, codec, hub_time, space, statements, tables
from hub.store.batch import (
    Batch,
    Effect,
    Failure,
    InputSource,
    JournalLine,
    Loaded,
    LoggedInput,
    PendingNotification,
    Rejection,
)
from hub.store.chain import ChainReport, Link
from hub.store.connection import MEMORY, StoreLock, make_shrinkable, writer_engine
from hub.store.damaged import MOST, key_of, number_of
from hub.store.errors import NotAStore, StoreError, StoreMissing, StoreUnavailable, translated
from hub.store.homes import HomeWrites, load_homes
from hub.store.journal_rows import join_alerts_and_requests
from hub.store.mending import mend
from hub.store.migrations import migrate
from hub.store.outbox import OutboxWrites, load_pending
from hub.store.retention import STANDSTILL_FROM, Retention, RetentionReport, Standstill, retain, standstills
from hub.store.rows import failed_row, history_row, log_rows, logged_input, reading_rows, rejected_row
from hub.store.tables import table_of, to_micros

log = logging.getLogger(__name__)

__all__ = [
    "Batch",
    "ChainReport",
    "Connection",
    "Effect",
    "Failure",
    "InputSource",
    "JournalLine",
    "Loaded",
    "LoggedInput",
    "PendingNotification",
    "Rejection",
    "Retention",
    "RetentionReport",
    "Standstill",
    "Store",
    "StoreError",
    "StoreUnavailable",
]

T = TypeVar("T")

_CELL_ID = 1
_PAGE = 1000
# The outer side must be the few pairs asked for: as `IN (VALUES ...)` SQLite reads every event id of 90 days.
_SEEN = text("""
    SELECT known.device_id, known.event_id, known.at
    FROM json_each(:pairs) AS pair CROSS JOIN event_id AS known
      ON known.device_id = json_extract(pair.value, '$[0]') AND known.event_id = json_extract(pair.value, '$[1]')
    WHERE :before IS NULL OR known.input_seq < :before
""")


class Store:
    """A cell's store, open for writing. Calls may come from several threads; they take turns."""

    def __init__(self, path: Path | str, connection: Connection, lock: StoreLock | None) -> None:
        self.path = path
        self._connection = connection
        self._file_lock = lock
        self._turn = threading.RLock()
        self._closing = threading.Event()
        self._heads: dict[str, str] = {}
        self._last_number = 0
        self._ran_until: datetime | None = None
        self._row_at: datetime | None = None

    @classmethod
    def open(
        cls,
        path: Path | str,
        cell: str,
        create: bool = True,
        busy_timeout: timedelta = timedelta(seconds=5),
    ) -> Self:
        """Lock the file, bring it to this release's schema and hand it out.

        Raises StoreLocked, StoreMissing (`create` False), WrongCell, NewerSchema, NotAStore or StoreUnavailable.
        """
        lock = None
        if str(path) != MEMORY:
            path = Path(path)
            if not create and not path.exists():
                raise StoreMissing(f"{path}: there is no store; start the hub once, or look at the path")
            lock = StoreLock(path)
        engine = writer_engine(path, busy_timeout)
        try:
            with translated(str(path)):
                connection = engine.connect()
                make_shrinkable(connection, path)
                migrate(connection, cell, str(path))
                with connection.begin():
                    mend(connection)
                store = cls(path, connection, lock)
                store._remember()
            if lock:
                space.lay_out_log(Path(path))
        except BaseException:
            engine.dispose()
            if lock:
                lock.release()
            raise
        return store

    def close(self) -> None:
        """Let go of file and lock; calling it again does nothing. A running `retain` ends first."""
        self._closing.set()
        with self._turn:
            if self._connection.closed:
                return
            self._connection.close()
            self._connection.engine.dispose()
            if self._file_lock:
                self._file_lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- reading at start ---------------------------------------------------------------------------------------------

    def load(self) -> Loaded:
        """The whole cell. The homes handed out are the ones to give back as `before`."""
        cell, log = table_of(tables.CellRow), table_of(tables.InputRow)
        with self._transaction() as connection:
            saved = connection.execute(select(cell.c.checkpoint_seq)).one_or_none()
            if saved is None:
                raise NotAStore(f"{self.path}: damaged, its cell is missing; restore it from a backup")
            checkpoint_seq, hub_time_at = number_of(saved[0], 0), hub_time.newest(connection)
            last_seq = connection.execute(select(func.max(log.c.seq)).where(log.c.seq < MOST)).scalar() or 0
            homes, saved_seq, damaged = load_homes(connection)
            last_seq = max(last_seq, checkpoint_seq, *saved_seq.values(), 0)
            pending = load_pending(connection)
        return Loaded(homes, saved_seq, checkpoint_seq, last_seq, hub_time_at, pending, damaged)

    def load_hub_time(self) -> datetime | None:
        """The newest committed instant, None in a new store: hub time never goes back behind it."""
        with self._transaction() as connection:
            return hub_time.newest(connection)

    def inputs_after(self, seq: int) -> Iterator[LoggedInput]:
        """The input log after a number, in order, read page by page."""
        inputs = table_of(tables.InputRow)
        while True:
            with self._transaction() as connection:
                rows = connection.execute(
                    select(inputs)
                    .where(inputs.c.seq > seq, inputs.c.seq < MOST)
                    .order_by(inputs.c.seq)
                    .limit(_PAGE)
                ).all()
            for row in rows:
                try:
                    logged = logged_input(row)
                except (ValueError, TypeError) as error:
                    # Its effects, if it had any, were committed with it.
                    log.error(
                        "input %s of the log cannot be read (%s) and is left out",
                        row.seq,
                        type(error).__name__,
                    )
                else:
                    yield logged
            if len(rows) < _PAGE:
                return
            seq = rows[-1].seq

    def seen_event_ids(
        self, pairs: Collection[tuple[str, str]], before_seq: int | None = None
    ) -> dict[tuple[str, str], datetime]:
        """Those of the (device id, event id) pairs that were committed (by an input before `before_seq`, if given), and when."""
        if not pairs:
            return {}
        values = {"pairs": json.dumps([list(pair) for pair in pairs]), "before": before_seq}
        with self._transaction() as connection:
            found = connection.execute(_SEEN, values)
            return {(device_id, event_id): tables.from_micros(at) for device_id, event_id, at in found}

    # --- writing ------------------------------------------------------------------------------------------------------

    def commit(self, batch: Batch) -> list[JournalLine]:
        """Everything of the batch in one transaction; returns the new journal lines with their numbers.

        Raises StoreUnavailable when the database could not take it: nothing happened, the same batch may be given again.
        """
        with self._transaction() as connection:
            statements.LOG.run(connection, log_rows(batch.inputs))
            lines, heads = self._write_effects(connection, batch) if batch.effects else ([], {})
            statements.READING.run(connection, reading_rows(batch.readings))
            statements.HISTORY.run(connection, [history_row(message) for message in batch.history])
            statements.REJECTED.run(connection, [rejected_row(rejection) for rejection in batch.rejections])
            statements.FAILED.run(connection, [failed_row(failure) for failure in batch.failures])
            for write in batch.extra:
                write(connection)
            write_row = not batch.inputs or self._row_falls_behind(batch.hub_time_at)
            if write_row:
                statements.CELL.run(connection, [(to_micros(batch.hub_time_at), _CELL_ID)])
            self._note_standstill(connection, batch.hub_time_at)
        self._ran_on(batch.hub_time_at, row=write_row)
        if lines:
            self._heads.update(heads)
            self._last_number = lines[-1].number
        return lines

    def _write_effects(
        self, connection: Connection, batch: Batch
    ) -> tuple[list[JournalLine], dict[str, str]]:
        homes, outbox = HomeWrites(), OutboxWrites()
        lines: list[JournalLine] = []
        links: list[Link] = []
        heads: dict[str, str] = {}
        lines_of: list[tuple[Effect, list[JournalLine]]] = []
        for effect in batch.effects:
            outcome = effect.outcome
            homes.add_home(effect.before, effect.after, effect.seq)
            homes.add_alerts(effect.after, *outcome.alerts)
            homes.add_requests(effect.after, *outcome.requests)
            outbox.add(effect.at, outcome.cancel, outcome.notifications, outcome.deliveries)
            first = len(lines)
            for entry in outcome.journal:
                number = self._last_number + len(lines) + 1
                previous = heads.get(entry.home_id, self._heads.get(entry.home_id, ""))
                link = Link(
                    *(number, to_micros(entry.at), entry.home_id, entry.alert_id, entry.request_id),
                    *(entry.kind.value, entry.by, codec.canonical(entry.data)),
                    *(effect.seq, batch.context_version),
                )
                heads[entry.home_id] = chain.link_hash(previous, link)
                links.append(link._replace(hash=heads[entry.home_id]))
                lines.append(_line(number, entry, effect))
            lines_of.append((effect, lines[first:]))
        homes.run(connection)
        statements.CHAIN_HEAD.run(connection, [(head, home_id) for home_id, head in heads.items()])
        statements.JOURNAL.run(connection, links)
        _note_cancelled(lines_of, outbox.run(connection))
        statements.EVENT_ID.run(
            connection,
            [
                (device_id, event_id, effect.seq, to_micros(effect.at))
                for effect in batch.effects
                for device_id, event_id in effect.outcome.remember
            ],
        )
        # A note or a delivery may concern what is closed: no longer in its home, but in its table.
        join_alerts_and_requests(connection, lines)
        return lines, heads

    def save(
        self,
        homes: Iterable[tuple[Home | None, Home, int]],
        readings: Sequence[Reading],
        checkpoint_seq: int,
        hub_time_at: datetime,
        history: Sequence[LateMessage] = (),
    ) -> None:
        """The lazy save of homes that only telemetry moved: (as last saved, now, up to which input), and readings for charts.

        One transaction; about 15 us a changed row, so a caller with thousands of homes hands them over in slices and moves the
        checkpoint with the last one. Readings of a minute join the row of that minute.
        """
        writes = HomeWrites()
        for before, now, seq in homes:
            writes.add_home(before, now, seq)
        with self._transaction() as connection:
            writes.run(connection)
            statements.READING.run(connection, reading_rows(readings))
            statements.HISTORY.run(connection, [history_row(message) for message in history])
            statements.CHECKPOINT.run(connection, [(checkpoint_seq, to_micros(hub_time_at), _CELL_ID)])
            self._note_standstill(connection, hub_time_at)
        self._ran_on(hub_time_at)

    def note_running(self, now: datetime) -> None:
        """The hub runs, whether or not anything is committed: at least daily, or the time between counts as a standstill."""
        if self._ran_until is not None and now <= self._ran_until:
            return
        with self._transaction() as connection:
            statements.CELL.run(connection, [(to_micros(now), _CELL_ID)])
            self._note_standstill(connection, now)
        self._ran_on(now)

    def standstills(self) -> list[Standstill]:
        """The times in which hub time jumped instead of passing, oldest first."""
        return self.write(standstills)

    def write(self, do: Callable[[Connection], T]) -> T:
        """Run other statements in a transaction of their own; what `do` raises undoes them."""
        with self._transaction() as connection:
            return do(connection)

    def retain(self, now: datetime, policy: Retention, max_chunks: int | None = None) -> RetentionReport:
        """Remove what is older than the policy keeps, in transactions of a few milliseconds each. Age is the time that passed:
        what a clock jumped over makes nothing older.

        `max_chunks` bounds how many: `report.complete` says whether everything due is gone.
        """
        self.note_running(now)
        return retain(self.write, now, policy, max_chunks, self._closing)

    def keep_reserve(self) -> int:
        """Have free pages in the file for emergencies on a full disk; returns by how many bytes it grew for them."""
        return space.fill_reserve(self.write)

    def give_back(self, *, all_of_it: bool = False) -> int:
        """Shorten the file by what retention freed, if it is much or `all_of_it`; returns how many bytes."""
        return space.give_back(self.write, lambda: not self._closing.is_set(), all_of_it=all_of_it)

    def verify_chain(self, home_id: str) -> ChainReport:
        """Whether the home's journal is as it was written."""
        home, journal = table_of(tables.HomeRow), table_of(tables.JournalRow)
        with self._transaction() as connection:
            found = connection.execute(
                select(home.c.anchor_hash, home.c.chain_head).where(home.c.home_id == home_id)
            ).one_or_none()
            anchor, head = found or ("", "")
            columns = [
                type_coerce(column, BigInteger) if column.name == "at" else column
                for column in journal.columns
            ]
            rows = connection.execute(
                select(*columns).where(journal.c.home_id == home_id).order_by(journal.c.number)
            )
            return chain.verify(home_id, anchor, head, (Link(*row) for row in rows))

    # --- inside -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._turn, translated(str(self.path)), self._connection.begin():
            yield self._connection

    def _note_standstill(self, connection: Connection, now: datetime) -> None:
        before = self._ran_until
        if before is not None and now - before > STANDSTILL_FROM:
            statements.STANDSTILL.run(connection, [(to_micros(before), to_micros(now))])

    def _row_falls_behind(self, now: datetime) -> bool:
        return self._row_at is None or now - self._row_at > hub_time.ROW_FOLLOWS_WITHIN

    def _ran_on(self, now: datetime, *, row: bool = True) -> None:
        self._ran_until = now if self._ran_until is None else max(self._ran_until, now)
        if row:
            self._row_at = now

    def _remember(self) -> None:
        self._ran_until = self.load_hub_time()
        home, journal = table_of(tables.HomeRow), table_of(tables.JournalRow)
        with self._transaction() as connection:
            for home_id, head in connection.execute(
                select(home.c.home_id, home.c.chain_head).where(home.c.chain_head != "")
            ):
                self._heads[key_of(home_id)] = key_of(head)
            newest = connection.execute(select(func.max(journal.c.number))).scalar() or 0
            anchored = (
                connection.execute(
                    select(func.max(home.c.anchor_number)).where(home.c.anchor_number < MOST)
                ).scalar()
                or 0
            )
            self._last_number = max(newest, anchored)


def _line(number: int, entry: Entry, effect: Effect) -> JournalLine:
    alert = request = None
    if entry.alert_id is not None:
        alert = next((alert for alert in effect.outcome.alerts if alert.id == entry.alert_id), None)
        alert = alert or effect.after.alerts.get(entry.alert_id)
    if entry.request_id is not None:
        request = next((one for one in effect.outcome.requests if one.id == entry.request_id), None)
        request = request or effect.after.requests.get(entry.request_id)
    return JournalLine(number, entry, alert, request)


def _note_cancelled(
    lines_of: list[tuple[Effect, list[JournalLine]]], cancelled: dict[str, list[str]]
) -> None:
    """Write what was cancelled on the first line about its alert in the step that cancelled it."""
    for effect, lines in lines_of:
        for alert_id in effect.outcome.cancel:
            line = next(
                (line for line in lines if alert_id in (line.entry.alert_id, line.entry.request_id)), None
            )
            if line is not None:
                line.cancelled = tuple(cancelled.pop(alert_id, ()))
