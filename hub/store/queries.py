"""What screens and metrics ask of the store: short reads on connections of their own, beside the writer and from any thread.

`homes` names the homes that the one who asks may see; None: all.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote

from sqlalchemy import ColumnElement, Connection, Engine, Select, create_engine, event, func, select, true

from hub.core.alerts import Alert, AlertKind, AlertState, Severity
from hub.core.home import DeviceState, Home
from hub.core.journal import EntryKind
from hub.core.service_requests import RequestCategory, RequestState, ServiceRequest
from hub.directory import search as finding
from hub.store import codec, search_rows, tables
from hub.store.alert_rows import COLUMNS, IS_OPEN, alert_of, alerts_of, severity_of, state_of
from hub.store.batch import JournalLine
from hub.store.damaged import MOST, text_of
from hub.store.errors import StoreMissing, translated
from hub.store.homes import OPEN_REQUEST_STATES, load_homes
from hub.store.journal_rows import entry_of, join_alerts_and_requests
from hub.store.outbox import notification_of, unreached
from hub.store.request_bodies import REQUEST_COLUMNS, request_of, requests_of
from hub.store.tables import table_of
from hub.store.views import (
    AlertDetail,
    Counts,
    DeviceView,
    FailedInput,
    HomeSummary,
    JournalRange,
    MinuteReading,
    OutboxEntry,
    RejectedMessage,
    RequestDetail,
)

T = TypeVar("T")
MAX_ROWS = 1000
"""More than this is never returned at once, whatever was asked."""

_ALERT = table_of(tables.AlertRow)
_REQUEST = table_of(tables.RequestRow)
_HOME = table_of(tables.HomeRow)
_JOURNAL = table_of(tables.JournalRow)
_OUTBOX = table_of(tables.OutboxRow)
_READING = table_of(tables.ReadingRow)
_REJECTED = table_of(tables.RejectedRow)
_FAILED = table_of(tables.FailedInputRow)


class Queries:
    """The read side of a store in a file. Every call sees one committed state; none can change anything."""

    def __init__(self, path: Path, busy_timeout: timedelta = timedelta(seconds=5)) -> None:
        self._path = path
        self._engine = _reader_engine(path, busy_timeout)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, do: Callable[[Connection], T]) -> T:
        """Run further reading statements. Raises StoreMissing, NotAStore or StoreUnavailable."""
        if not self._path.exists():
            raise StoreMissing(f"{self._path}: there is no store; start the hub once, or look at the path")
        with translated(str(self._path)), self._engine.connect() as connection, connection.begin():
            return do(connection)

    # --- alerts and requests ------------------------------------------------------------------------------------------

    def list_alerts(
        self,
        *,
        is_open: bool | None = None,
        states: Collection[AlertState] = (),
        severities: Collection[Severity] = (),
        kinds: Collection[AlertKind] = (),
        home_id: str | None = None,
        centre_id: str | None = None,
        search: str = "",
        limit: int = 100,
        before: str | None = None,
        homes: Collection[str] | None = None,
    ) -> list[Alert]:
        """Newest first; an empty collection means any. `before` is the id of the last alert of the page before.

        `search` finds parts of the alert's id and whatever finds its home.
        """
        query = _page(select(*COLUMNS), _ALERT, _ALERT.c.alert_id, before, limit)
        if is_open is not None:
            query = query.where(IS_OPEN if is_open else ~IS_OPEN)
        for column, values in (
            (_ALERT.c.state, states),
            (_ALERT.c.severity, severities),
            (_ALERT.c.kind, kinds),
        ):
            if values:
                query = query.where(column.in_([value.value for value in values]))
        query = _of(query, _ALERT, home_id, centre_id, search, _ALERT.c.alert_id, homes)
        return self.read(lambda connection: alerts_of(connection.execute(query)))

    def alert(self, alert_id: str) -> AlertDetail | None:
        """An alert and all its journal entries, oldest first."""

        def find(connection: Connection) -> AlertDetail | None:
            found = connection.execute(select(*COLUMNS).where(_ALERT.c.alert_id == alert_id)).one_or_none()
            if found is None:
                return None
            rows = _lines(connection, select(_JOURNAL).where(_JOURNAL.c.alert_id == alert_id))
            return AlertDetail(alert_of(found), rows)

        return self.read(find)

    def list_requests(
        self,
        *,
        states: Collection[RequestState] = (),
        categories: Collection[RequestCategory] = (),
        home_id: str | None = None,
        centre_id: str | None = None,
        search: str = "",
        limit: int = 100,
        before: str | None = None,
        homes: Collection[str] | None = None,
    ) -> list[ServiceRequest]:
        """Newest first; as `list_alerts`."""
        query = _page(select(*REQUEST_COLUMNS), _REQUEST, _REQUEST.c.request_id, before, limit)
        if states:
            query = query.where(_REQUEST.c.state.in_([state.value for state in states]))
        if categories:
            query = query.where(_REQUEST.c.category.in_([category.value for category in categories]))
        query = _of(query, _REQUEST, home_id, centre_id, search, _REQUEST.c.request_id, homes)
        return self.read(lambda connection: requests_of(connection.execute(query)))

    def request(self, request_id: str) -> RequestDetail | None:
        def find(connection: Connection) -> RequestDetail | None:
            query = select(*REQUEST_COLUMNS).where(_REQUEST.c.request_id == request_id)
            found = connection.execute(query).one_or_none()
            if found is None:
                return None
            rows = _lines(connection, select(_JOURNAL).where(_JOURNAL.c.request_id == request_id))
            return RequestDetail(request_of(found), rows)

        return self.read(find)

    # --- homes --------------------------------------------------------------------------------------------------------

    def list_homes(
        self,
        *,
        search: str = "",
        limit: int = 100,
        after: str | None = None,
        homes: Collection[str] | None = None,
    ) -> list[HomeSummary]:
        """By home id; `after` is the last id of the page before. `search`: a part of an id, address, telephone or name."""
        open_alerts = (
            select(func.count())
            .where(_ALERT.c.home_id == _HOME.c.home_id, IS_OPEN)
            .correlate(_HOME)
            .scalar_subquery()
        )
        query = select(_HOME.c.home_id, _HOME.c.profile, _HOME.c.unjudged, open_alerts.label("open_alerts"))
        query = query.order_by(_HOME.c.home_id).limit(_limited(limit))
        if after is not None:
            query = query.where(_HOME.c.home_id > after)
        if search:
            query = query.where(_found(search, _HOME.c.home_id))
        if homes is not None:
            query = query.where(within(_HOME.c.home_id, homes))
        return self.read(
            lambda connection: [
                HomeSummary(row.home_id, codec.PROFILE.load(row.profile), row.unjudged, row.open_alerts)
                for row in connection.execute(query)
            ]
        )

    def find_homes(self, search: str, homes: Collection[str] | None = None) -> list[str] | None:
        """The ids of all homes that what was typed finds (`hub/directory/search.py`), the best first; None for only spaces."""
        query = finding.query(search)
        if query is None:
            return None
        return self.read(lambda connection: search_rows.find(connection, query, homes))

    def home(self, home_id: str) -> Home | None:
        """A home as last saved: alerts and requests are current, what only telemetry moved may be some seconds old."""
        return self.read(lambda connection: load_homes(connection, home_id)[0].get(home_id))

    def devices(self, home_id: str | None = None) -> list[DeviceView]:
        """The enrolled devices of a home (or of all) with what is remembered of them."""
        homes = self.read(lambda connection: load_homes(connection, home_id)).homes
        return [
            DeviceView(home.id, device, home.devices.get(device.id, DeviceState()))
            for home in homes.values()
            for device in home.profile.devices.values()
        ]

    def readings(
        self, home_id: str, subject_id: str, measure: str, from_at: datetime, until_at: datetime
    ) -> list[MinuteReading]:
        """Minutes of a measure in [from_at, until_at), oldest first."""
        query = (
            select(_READING)
            .where(
                *(_READING.c.home_id == home_id, _READING.c.subject_id == subject_id),
                *(
                    _READING.c.measure == measure,
                    _READING.c.minute_at >= from_at,
                    _READING.c.minute_at < until_at,
                ),
            )
            .order_by(_READING.c.minute_at)
        )
        return self.read(
            lambda connection: [
                MinuteReading(row.minute_at, row.value, row.low, row.high, row._mapping["count"])
                for row in connection.execute(query)
            ]
        )

    # --- journal and outbox -------------------------------------------------------------------------------------------

    def journal_range(self) -> JournalRange:
        """The oldest number still kept and the newest ever given."""

        return self.read(_kept)

    def journal_after(self, number: int, limit: int = 500) -> list[JournalLine] | None:
        """Lines after a number, oldest first, with their alerts as they stand now; None when some of them are no longer kept."""

        def find(connection: Connection) -> list[JournalLine] | None:
            kept = _kept(connection)
            if number < (kept.newest if kept.oldest is None else kept.oldest - 1):
                return None
            return _lines(
                connection, select(_JOURNAL).where(_JOURNAL.c.number > number).limit(_limited(limit))
            )

        return self.read(find)

    def journal_of_home(
        self,
        home_id: str,
        *,
        limit: int = 100,
        before: int | None = None,
        kinds: Collection[EntryKind] | None = None,
    ) -> list[JournalLine]:
        """A home's newest lines (of these kinds), oldest of them first; `before` is the first number of the page after."""
        query = select(_JOURNAL).where(_JOURNAL.c.home_id == home_id)
        if kinds is not None:
            query = query.where(_JOURNAL.c.kind.in_([kind.value for kind in kinds]))
        if before is not None:
            query = query.where(_JOURNAL.c.number < before)
        newest = query.order_by(_JOURNAL.c.number.desc()).limit(_limited(limit)).subquery()
        return self.read(lambda connection: _lines(connection, select(newest), newest.c.number))

    def unreached(self, since_at: datetime) -> frozenset[str]:
        """The people whose newest notification since then failed for good."""
        return self.read(lambda connection: unreached(connection, since_at))

    def outbox(self, alert_id: str) -> list[OutboxEntry]:
        """The notifications of an alert, oldest first, and how far each came."""
        query = select(_OUTBOX).where(_OUTBOX.c.alert_id == alert_id).order_by(_OUTBOX.c.id)
        return self.read(
            lambda connection: [
                OutboxEntry(notification, row.state, row.attempts, row.next_attempt_at, row.done_at)
                for row in connection.execute(query)
                if (notification := notification_of(row)) is not None
            ]
        )

    # --- what went wrong ----------------------------------------------------------------------------------------------

    def rejected(
        self, *, limit: int = 100, before: int | None = None, homes: Collection[str] | None = None
    ) -> list[RejectedMessage]:
        """Newest first; `before` is the last id of the page before. With `homes`: those whose topic names one of them."""
        query = _newest(_REJECTED, limit, before)
        if homes is not None:
            query = query.where(within(_home_in(_REJECTED.c.topic), homes))
        return self.read(lambda connection: [RejectedMessage(*row) for row in connection.execute(query)])

    def failed(self, *, limit: int = 100, before: int | None = None) -> list[FailedInput]:
        """Newest first; as `rejected`."""
        query = _newest(_FAILED, limit, before)
        return self.read(lambda connection: [FailedInput(*row) for row in connection.execute(query)])

    def counts(self) -> Counts:
        """The numbers that metrics show."""

        def find(connection: Connection) -> Counts:
            alerts = connection.execute(
                select(_ALERT.c.severity, _ALERT.c.state, func.count())
                .where(IS_OPEN)
                .group_by(_ALERT.c.severity, _ALERT.c.state)
            )
            reasons = connection.execute(
                select(_REJECTED.c.reason, func.count()).group_by(_REJECTED.c.reason)
            )
            queued = select(func.count()).where(_OUTBOX.c.state == "queued")
            open_requests = select(func.count()).where(_REQUEST.c.state.in_(OPEN_REQUEST_STATES))
            homes, unjudged = connection.execute(
                select(func.count(), func.coalesce(func.sum(_HOME.c.unjudged), 0)).select_from(_HOME)
            ).one()
            open_alerts: Counter[tuple[Severity, AlertState]] = Counter()
            for severity, state, number in alerts:
                open_alerts[severity_of(severity), state_of(state)] += number
            return Counts(
                open_alerts=open_alerts,
                open_requests=connection.scalar(open_requests) or 0,
                outbox_queued=connection.scalar(queued) or 0,
                rejected={row[0]: row[1] for row in reasons},
                homes=homes,
                unjudged_homes=unjudged,
            )

        return self.read(find)


def _reader_engine(path: Path, busy_timeout: timedelta) -> Engine:
    engine = create_engine(
        f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true",
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": busy_timeout.total_seconds()},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.text_factory = text_of
        connection.isolation_level = None
        connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _kept(connection: Connection) -> JournalRange:
    # Asked for one by one, each is the first or last leaf of the tree; together they would read all of it.
    oldest = connection.scalar(select(func.min(_JOURNAL.c.number)))
    if oldest is None:
        return JournalRange(
            None,
            connection.scalar(select(func.max(_HOME.c.anchor_number)).where(_HOME.c.anchor_number < MOST))
            or 0,
        )
    return JournalRange(oldest, connection.scalar(select(func.max(_JOURNAL.c.number))) or 0)


def _limited(limit: int) -> int:
    return max(0, min(limit, MAX_ROWS))


def _newest(table: Any, limit: int, before: int | None) -> Select[Any]:
    query = select(table).order_by(table.c.id.desc()).limit(_limited(limit))
    return query if before is None else query.where(table.c.id < before)


def _page(query: Select[Any], table: Any, key: Any, before: str | None, limit: int) -> Select[Any]:
    """Rows get their number when they are first written, so newest first is by number."""
    query = query.order_by(table.c.id.desc()).limit(_limited(limit))
    if before is None:
        return query
    return query.where(table.c.id < select(table.c.id).where(key == before).scalar_subquery())


def within(column: ColumnElement[Any], homes: Collection[str]) -> ColumnElement[bool]:
    """Whether a column names one of these homes: one parameter, however many they are."""
    return column.in_(select(func.json_each(json.dumps(list(homes))).table_valued("value").c.value))


def _found(typed: str, home_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a home is one of those that what was typed finds; nothing but spaces finds all."""
    query = finding.query(typed)
    return true() if query is None else home_id.in_(search_rows.homes_that_fit(query))


def _home_in(topic: ColumnElement[Any]) -> ColumnElement[Any]:
    """The fourth level of a topic of our own devices (care/v1/{cell}/{home}/...); of any other, nothing that is a home."""
    rest = func.substr(topic, len("care/v1/") + 1)
    rest = func.substr(rest, func.instr(rest, "/") + 1)
    return func.substr(rest, 1, func.instr(rest, "/") - 1)


def _of(
    query: Select[Any],
    table: Any,
    home_id: str | None,
    centre_id: str | None,
    search: str,
    key: Any,
    within_homes: Collection[str] | None,
) -> Select[Any]:
    if within_homes is not None:
        query = query.where(within(table.c.home_id, within_homes))
    if home_id is not None:
        query = query.where(table.c.home_id == home_id)
    if centre_id is not None:
        query = query.where(table.c.centre_id == centre_id)
    if search:
        query = query.where(_found(search, table.c.home_id) | key.contains(search, autoescape=True))
    return query


def _lines(connection: Connection, query: Select[Any], order: Any = _JOURNAL.c.number) -> list[JournalLine]:
    lines = [JournalLine(row.number, entry_of(row)) for row in connection.execute(query.order_by(order))]
    join_alerts_and_requests(connection, lines)
    return lines
