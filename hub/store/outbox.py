"""The outbox within a commit: what new notifications, cancellations and delivery reports make of its rows."""

import json
import logging
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from hub.core.notifications import Notification
from hub.core.outcome import DeliveryUpdate
from hub.store import codec, statements
from hub.store.batch import PendingNotification
from hub.store.damaged import key_of
from hub.store.directory_tables import PersonRow
from hub.store.tables import OutboxRow, table_of, to_micros

QUEUED, SENT, RECEIVED, FAILED, CANCELLED = "queued", "sent", "received", "failed", "cancelled"
_OUTBOX, _PERSON = table_of(OutboxRow), table_of(PersonRow)
_SAME_OUTAGE = timedelta(minutes=2)
"""What fails together gives up within so long of each other: the pauses between attempts are a minute at most (`notify/lane`)."""
_WAITING = ("notification_id", "alert_id", "body", "attempts", "next_attempt_at")

log = logging.getLogger(__name__)


class OutboxWrites:
    """The steps of a transaction in their order: a step cancels what came before it, never what it or a later one queues."""

    def __init__(self) -> None:
        self._new: list[tuple[Notification, datetime | None]] = []
        self._waiting: dict[str, list[int]] = defaultdict(list)
        self._cancel: dict[str, datetime] = {}
        self._updates: list[tuple[Any, ...]] = []
        self._updates_of_new: list[tuple[Any, ...]] = []
        self._ids: set[str] = set()
        self._cancelled: dict[str, list[str]] = defaultdict(list)

    def add(
        self,
        at: datetime,
        cancel: Iterable[str],
        notifications: Iterable[Notification],
        deliveries: Iterable[DeliveryUpdate],
    ) -> None:
        for delivery in deliveries:
            next_at = to_micros(delivery.next_attempt_at) if delivery.next_attempt_at else None
            done_at = None if delivery.state == QUEUED else to_micros(at)
            row = (delivery.state, delivery.attempts, next_at, done_at, delivery.notification_id)
            new = delivery.notification_id in self._ids
            (self._updates_of_new if new else self._updates).append((*row, delivery.state, delivery.state))
        for alert_id in cancel:
            self._cancel.setdefault(alert_id, at)
            for index in self._waiting.pop(alert_id, ()):
                notification, _ = self._new[index]
                self._new[index] = (notification, at)
                self._cancelled[alert_id].append(notification.id)
        for notification in notifications:
            if notification.cancel_on_answer:
                self._waiting[notification.alert_id].append(len(self._new))
            self._new.append((notification, None))
            self._ids.add(notification.id)

    def run(self, connection: Connection) -> dict[str, list[str]]:
        """Write; returns the ids of what was cancelled by alert id. Reports come first: a cancellation in the same transaction
        must find what an earlier report put back into the queue."""
        statements.DELIVERY.run(connection, self._updates)
        for alert_id, at in self._cancel.items():
            cancelled = connection.execute(
                update(_OUTBOX)
                .where(_OUTBOX.c.alert_id == alert_id, _OUTBOX.c.state == QUEUED, _OUTBOX.c.cancel_on_answer)
                .values(state=CANCELLED, done_at=at, next_attempt_at=None)
                .returning(_OUTBOX.c.notification_id)
            )
            self._cancelled[alert_id] += cancelled.scalars()
        statements.OUTBOX.run(connection, [_row(notification, at) for notification, at in self._new])
        statements.DELIVERY.run(connection, self._updates_of_new)
        return self._cancelled


def _row(notification: Notification, cancelled_at: datetime | None) -> tuple[Any, ...]:
    return (
        *(
            notification.id,
            notification.alert_id,
            notification.home_id,
            notification.channel,
            notification.person_id,
        ),
        *(CANCELLED if cancelled_at else QUEUED, notification.cancel_on_answer, 0),
        *(to_micros(notification.created_at), None, to_micros(cancelled_at) if cancelled_at else None),
        codec.NOTIFICATION.dump(notification),
    )


def notification_of(row: Any) -> Notification | None:
    """The notification of a row; None where it cannot be read: its alert goes on to the next step all the same."""
    try:
        return codec.NOTIFICATION.load(row.body)
    except ValueError as error:
        told = (key_of(row.notification_id), key_of(row.alert_id), type(error).__name__)
        log.error("notification %s of %s cannot be read (%s) and is left out", *told)
        return None


def load_pending(connection: Connection) -> list[PendingNotification]:
    """What still has to be sent, oldest first."""
    rows = connection.execute(
        select(*(_OUTBOX.c[name] for name in _WAITING))
        .where(_OUTBOX.c.state == QUEUED)
        .order_by(_OUTBOX.c.id)
    )
    pending = []
    for row in rows:
        notification = notification_of(row)
        if notification is not None:
            pending.append(PendingNotification(notification, row.attempts, row.next_attempt_at))
    return pending


def unreached(connection: Connection, since_at: datetime) -> frozenset[str]:
    """The people whom, since then, the newest notification to every address they have failed to reach.

    A failure says nothing of a person while their channel reached nobody at all (`_was_down`), nor of an address that was
    corrected since.
    """
    done = (_OUTBOX.c.done_at >= since_at, _OUTBOX.c.person_id.is_not(None))
    ended = _OUTBOX.c.state.in_((SENT, RECEIVED, FAILED))
    newest = (
        select(func.max(_OUTBOX.c.id)).where(ended, *done).group_by(_OUTBOX.c.person_id, _OUTBOX.c.channel)
    )
    suspected = (
        select(_OUTBOX.c.person_id).where(_OUTBOX.c.id.in_(newest), _OUTBOX.c.state == FAILED).distinct()
    )
    query = select(_OUTBOX).where(ended, *done, _OUTBOX.c.person_id.in_(suspected)).order_by(_OUTBOX.c.id)
    last: defaultdict[str, dict[tuple[str, str], Any]] = defaultdict(dict)
    for row in connection.execute(query):
        told = notification_of(row)
        if told is not None:
            last[row.person_id][told.channel, told.address] = row
    if not last:
        return frozenset()
    ends = _ends_by_channel(connection, ended, *done)

    def failed(row: Any) -> bool:
        return row is not None and row.state == FAILED and not _was_down(row, ends[row.channel])

    return frozenset(
        person_id
        for person_id, ways in _addresses(connection, last).items()
        if ways and all(failed(last[person_id].get(way)) for way in ways)
    )


_End = tuple[datetime, str, bool]
"""When a notification came to its end, to whom it was, and whether it reached them."""


def _ends_by_channel(connection: Connection, *which: ColumnElement[bool]) -> dict[str, list[_End]]:
    columns = (_OUTBOX.c.channel, _OUTBOX.c.done_at, _OUTBOX.c.person_id, _OUTBOX.c.state)
    ends: defaultdict[str, list[_End]] = defaultdict(list)
    for channel, done_at, person_id, state in connection.execute(
        select(*columns).where(*which).order_by(_OUTBOX.c.done_at)
    ):
        ends[channel].append((done_at, person_id, state != FAILED))
    return ends


def _addresses(connection: Connection, people: Collection[str]) -> dict[str, frozenset[tuple[str, str]]]:
    """Each way to reach these people as the directory knows it now: channel and address."""
    query = select(_PERSON.c.id, _PERSON.c.methods).where(_PERSON.c.id.in_(people))
    return {row.id: frozenset(map(tuple, json.loads(row.methods))) for row in connection.execute(query)}


def _was_down(failed: Any, ends: Sequence[_End]) -> bool:
    """Whether, while this one was tried, its channel failed others too and reached nobody."""
    first = bisect_left(ends, failed.created_at, key=itemgetter(0))
    last = bisect_right(ends, failed.done_at + _SAME_OUTAGE, key=itemgetter(0))
    others = [reached for _, person_id, reached in ends[first:last] if person_id != failed.person_id]
    return bool(others) and not any(others)


def waiting(connection: Connection) -> int:
    """How many notifications are still to be sent."""
    return connection.scalar(select(func.count()).where(_OUTBOX.c.state == QUEUED)) or 0
