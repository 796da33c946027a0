"""What a report reads of the store: facts of alerts and requests that never change, and which homes were not yet open.

Rows are found without an index on their beginning: keys grow with time, so the first key of an instant is searched for. What
began at most a day before the period is read by key; what lasted longer stands in the indexes of what lasted.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, TextClause, case, func, or_, select, text

from hub.core.alerts import AlertKind, Role, Severity, WhatItWas, WhatWasDone
from hub.core.home import DeviceKind, Membership
from hub.core.journal import EntryKind
from hub.core.service_requests import RequestCategory, RequestState
from hub.store import directory_tables, tables
from hub.store.alert_rows import CANNOT_BE_SHOWN, known_word
from hub.store.homes import OPEN_REQUEST_STATES
from hub.store.tables import ALERT_LASTED, REQUEST_LASTED, table_of, to_micros

CALLERS = (DeviceKind.BUTTON, DeviceKind.PULL_CORD, DeviceKind.PENDANT, DeviceKind.WATCH)
"""What a hand can press."""

LASTS_AT_MOST = timedelta(days=1)
"""What takes longer stands in the indexes of what lasted."""

_HOMES_A_QUERY = 500
_ALERTS_A_QUERY = 500
_LET_FALL = (EntryKind.ALERT_HOLD_EXPIRED.value, EntryKind.ALERT_REOPENED.value)

log = logging.getLogger(__name__)
_ALERT = table_of(tables.AlertRow)
_REQUEST = table_of(tables.RequestRow)
_JOURNAL = table_of(tables.JournalRow)
_RESIDENCE = table_of(directory_tables.ResidenceRow)
_HOME = table_of(directory_tables.HomeEntryRow)
_ASSIGNMENT = table_of(directory_tables.AssignmentRow)
_DEVICE = table_of(directory_tables.DeviceEntryRow)
_BOND = table_of(directory_tables.BondRow)


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """An alert as reports count it: written once, each as soon as it is known.

    `late_s`: how long before it was heard it had happened, 0 when it came at once. `centre_id` and `butler_id`: whose home it
    was when the alert opened. An alert of an older release tells its last severity and centre instead, and no butler.
    `lapsed`: of an emergency, how often somebody had it and did not go on with it, so that it waited again.
    """

    id: str
    home_id: str
    kind: AlertKind
    opened_as: Severity
    opened_at: datetime
    reason: str
    late_s: float = 0
    centre_id: str | None = None
    butler_id: str | None = None
    first_answer_at: datetime | None = None
    first_answer_by: str | None = None
    on_site_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    what_it_was: WhatItWas | None = None
    what_was_done: WhatWasDone | None = None
    device_id: str | None = None
    lapsed: int = 0


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A service request, or a task of the hub's own, as reports count it. `ended_at`: when it was done, or given up."""

    id: str
    home_id: str
    category: RequestCategory
    opened_at: datetime
    due_at: datetime | None = None
    ended_at: datetime | None = None
    cancelled: bool = False
    centre_id: str | None = None
    butler_id: str | None = None


@dataclass(frozen=True, slots=True)
class UnopenedHome:
    """A home where nobody has answered a test press yet. `butler_id` is the own one: covers are for calls."""

    home_id: str
    centre_id: str | None = None
    butler_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReportRows:
    """Everything that was open at some instant of [`from_at`, `until_at`), oldest first, and the homes not yet open at its end
    (or now, when it has not ended). `kept_from_at`: when the oldest journal entry was written; of what was closed before it,
    nothing is kept. `callers`: which devices a hand could press then, in the homes that have a technical alert."""

    from_at: datetime
    until_at: datetime
    alerts: tuple[AlertFacts, ...] = ()
    requests: tuple[RequestFacts, ...] = ()
    unopened: tuple[UnopenedHome, ...] = ()
    kept_from_at: datetime | None = None
    callers: Mapping[str, frozenset[str]] = field(default_factory=dict)


def report_rows(
    connection: Connection, from_at: datetime, until_at: datetime, known_at: datetime
) -> ReportRows:
    """What a report of [from_at, until_at) needs; `known_at` is the end of the period, or now when that is earlier."""
    alert_open = _ALERT.c.open.is_(True)
    request_open = _REQUEST.c.state.in_(OPEN_REQUEST_STATES)
    alerts = _Open(_ALERT, _ALERT_FACTS, _ALERT.c.resolved_at, alert_open, ALERT_LASTED)
    requests = _Open(_REQUEST, _REQUEST_FACTS, _REQUEST.c.done_at, request_open, REQUEST_LASTED)
    found = sorted(
        (_alert(row) for row in alerts.within(connection, from_at, until_at)),
        key=lambda one: (one.opened_at, one.id),
    )
    lapsed = _lapsed(connection, [one.id for one in found if one.opened_as is Severity.EMERGENCY])
    return ReportRows(
        from_at,
        until_at,
        tuple(replace(one, lapsed=lapsed[one.id]) if one.id in lapsed else one for one in found),
        tuple(
            sorted(
                (_request(row) for row in requests.within(connection, from_at, until_at)),
                key=lambda one: (one.opened_at, one.id),
            )
        ),
        tuple(_unopened(connection, known_at)),
        connection.scalar(select(_JOURNAL.c.at).order_by(_JOURNAL.c.number).limit(1)),
        _callers(connection, (one.home_id for one in found if one.kind is AlertKind.TECHNICAL), known_at),
    )


def _lapsed(connection: Connection, alert_ids: Sequence[str]) -> dict[str, int]:
    """How often each of these was let fall by whoever had it."""
    found: dict[str, int] = {}
    for start in range(0, len(alert_ids), _ALERTS_A_QUERY):
        rows = connection.execute(
            select(_JOURNAL.c.alert_id, func.count())
            .where(
                _JOURNAL.c.alert_id.in_(alert_ids[start : start + _ALERTS_A_QUERY]),
                _JOURNAL.c.kind.in_(_LET_FALL),
            )
            .group_by(_JOURNAL.c.alert_id)
        )
        found |= {str(row[0]): int(row[1]) for row in rows}
    return found


@dataclass(frozen=True, slots=True)
class _Open:
    """How to find the rows of a table that were open at some instant of a period."""

    table: Any
    facts: tuple[Any, ...]
    ended_at: Any
    is_open: Any
    lasted: str

    def within(self, connection: Connection, from_at: datetime, until_at: datetime) -> Iterable[Row[Any]]:
        """What began before the end of the period and had not ended before it began, each row once."""
        table, near_at = self.table, from_at - LASTS_AT_MOST
        first, end = _first_key(connection, table, near_at), _first_key(connection, table, until_at)
        not_ended = or_(self.ended_at.is_(None), self.ended_at >= from_at)
        long_ago = table.c.opened_at < near_at
        for query in (
            select(*self.facts).where(table.c.id >= first, table.c.id < end, not_ended),
            select(*self.facts).where(text(self.lasted), self.ended_at >= from_at, long_ago),
            select(*self.facts).where(self.is_open, long_ago),
        ):
            yield from connection.execute(query)


def _first_key(connection: Connection, table: Any, at: datetime) -> int:
    """The first key of what began at an instant or later: found by halving, for keys grow with the instants of beginning.
    Keys that retention has removed leave gaps."""
    low = connection.scalar(select(func.min(table.c.id))) or 0
    high = (connection.scalar(select(func.max(table.c.id))) or 0) + 1
    micros = to_micros(at)
    probe: TextClause = text(
        f"SELECT id, opened_at FROM {table.name} WHERE id >= :middle ORDER BY id LIMIT 1"  # noqa: S608
    )
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(probe, {"middle": middle}).one_or_none()
        if row is None or row.opened_at >= micros:
            high = middle
        else:
            low = row.id + 1
    return low


# --- alerts and requests ----------------------------------------------------------------------------------------------

# One look into the body for all of it: SQLite reads it once.
_ALERT_TOLD = (
    *("opened_as", "in_charge", "first_answer_at", "first_answer_by", "on_site_at", "resolved_by"),
    *("what_it_was", "what_was_done", "reason", "device_id"),
)
_REQUEST_TOLD = ("in_charge", "due_at")


def _told(table: Any, names: tuple[str, ...]) -> Any:
    """NULL for a body that is no JSON at all, which would end the whole query."""
    told = func.json_extract(table.c.body, *(f"$.{name}" for name in names))
    return case((func.json_valid(table.c.body) == 1, told)).label("told")


_ALERT_FACTS = (
    *(_ALERT.c.alert_id, _ALERT.c.home_id, _ALERT.c.kind, _ALERT.c.severity, _ALERT.c.centre_id),
    *(_ALERT.c.opened_at, _ALERT.c.resolved_at, _told(_ALERT, _ALERT_TOLD)),
)
_REQUEST_FACTS = (
    *(_REQUEST.c.request_id, _REQUEST.c.home_id, _REQUEST.c.category, _REQUEST.c.centre_id),
    *(_REQUEST.c.state, _REQUEST.c.opened_at, _REQUEST.c.done_at, _told(_REQUEST, _REQUEST_TOLD)),
)


def _alert(row: Row[Any]) -> AlertFacts:
    """One that cannot be read counts with what its columns say: a month without its report is worse."""
    try:
        return _whole_alert(row)
    except (ValueError, TypeError, KeyError) as error:
        told = (row.alert_id, row.home_id, type(error).__name__)
        log.error("alert %s of home %s is counted by its columns alone (%s)", *told)
        return AlertFacts(
            id=row.alert_id,
            home_id=row.home_id,
            kind=known_word(AlertKind, row.kind, AlertKind.TECHNICAL),
            opened_as=known_word(Severity, row.severity, Severity.EMERGENCY),
            opened_at=row.opened_at,
            reason=CANNOT_BE_SHOWN,
            centre_id=row.centre_id,
            resolved_at=row.resolved_at,
        )


def _whole_alert(row: Row[Any]) -> AlertFacts:
    told = dict(zip(_ALERT_TOLD, json.loads(row.told), strict=True))
    in_charge, it_was, was_done = told["in_charge"], told["what_it_was"], told["what_was_done"]
    return AlertFacts(
        id=row.alert_id,
        home_id=row.home_id,
        kind=AlertKind(row.kind),
        opened_as=Severity(told["opened_as"] or row.severity),
        opened_at=row.opened_at,
        reason=told["reason"]["code"],
        late_s=told["reason"]["data"].get("late_s") or 0,
        centre_id=in_charge["centre_id"] if in_charge else row.centre_id,
        butler_id=in_charge["butler_id"] if in_charge else None,
        first_answer_at=_instant(told["first_answer_at"]),
        first_answer_by=told["first_answer_by"],
        on_site_at=_instant(told["on_site_at"]),
        resolved_at=row.resolved_at,
        resolved_by=told["resolved_by"],
        what_it_was=WhatItWas(it_was) if it_was else None,
        what_was_done=WhatWasDone(was_done) if was_done else None,
        device_id=told["device_id"],
    )


def _request(row: Row[Any]) -> RequestFacts:
    """As `_alert`."""
    try:
        return _whole_request(row)
    except (ValueError, TypeError, KeyError) as error:
        told = (row.request_id, row.home_id, type(error).__name__)
        log.error("service request %s of home %s is counted by its columns alone (%s)", *told)
        return RequestFacts(
            id=row.request_id,
            home_id=row.home_id,
            category=known_word(RequestCategory, row.category, RequestCategory.OTHER),
            opened_at=row.opened_at,
            ended_at=row.done_at,
            cancelled=row.state == RequestState.CANCELLED,
            centre_id=row.centre_id,
        )


def _whole_request(row: Row[Any]) -> RequestFacts:
    in_charge, due_at = json.loads(row.told)
    return RequestFacts(
        id=row.request_id,
        home_id=row.home_id,
        category=RequestCategory(row.category),
        opened_at=row.opened_at,
        due_at=_instant(due_at),
        ended_at=row.done_at,
        cancelled=row.state == RequestState.CANCELLED,
        centre_id=in_charge["centre_id"] if in_charge else row.centre_id,
        butler_id=in_charge["butler_id"] if in_charge else None,
    )


def _instant(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)


# --- homes ------------------------------------------------------------------------------------------------------------


def _unopened(connection: Connection, at: datetime) -> list[UnopenedHome]:
    """Homes of the directory with an elder who is not yet open at an instant and none who is active or paused."""
    residences = select(_RESIDENCE.c.home_id, _RESIDENCE.c.membership).where(*_holding(_RESIDENCE, at))
    waiting, served = set(), set()
    for home_id, membership in connection.execute(residences):
        if membership == Membership.NOT_YET_OPEN:
            waiting.add(home_id)
        elif membership in (Membership.ACTIVE, Membership.PAUSED):
            served.add(home_id)
    unopened = waiting - served
    if not unopened:
        return []
    centres = {
        row.id: row.centre_id
        for row in connection.execute(select(_HOME.c.id, _HOME.c.centre_id))
        if row.id in unopened
    }
    bonds = select(_BOND.c.home_id, _BOND.c.person_id, _BOND.c.cover, _BOND.c.rank).where(
        _BOND.c.role == Role.BUTLER.value, _BOND.c.home_id.is_not(None), *_holding(_BOND, at)
    )
    butlers: dict[str, str] = {}
    # A cover takes the own butler's place, then whoever is asked first.
    for row in connection.execute(bonds.order_by(_BOND.c.cover, _BOND.c.rank.desc(), _BOND.c.number.desc())):
        butlers[row.home_id] = row.person_id
    return [UnopenedHome(one, centres.get(one), butlers.get(one)) for one in sorted(unopened)]


def _callers(connection: Connection, homes: Iterable[str], at: datetime) -> dict[str, frozenset[str]]:
    """The devices of these homes that a hand could press at an instant."""
    query = (
        select(_ASSIGNMENT.c.home_id, _ASSIGNMENT.c.device_id)
        .join(_DEVICE, _DEVICE.c.id == _ASSIGNMENT.c.device_id)
        .where(_DEVICE.c.kind.in_([kind.value for kind in CALLERS]), *_holding(_ASSIGNMENT, at))
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    wanted = sorted(set(homes))
    for first in range(0, len(wanted), _HOMES_A_QUERY):
        some = wanted[first : first + _HOMES_A_QUERY]
        for home_id, device_id in connection.execute(query.where(_ASSIGNMENT.c.home_id.in_(some))):
            found[home_id].add(device_id)
    return {home_id: frozenset(devices) for home_id, devices in found.items()}


def _holding(table: Any, at: datetime) -> tuple[Any, Any]:
    return table.c.from_at <= at, or_(table.c.until_at.is_(None), table.c.until_at > at)
