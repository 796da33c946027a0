"""What a start sets right in a store before it is read: numbers and marks that a flipped bit made, and that all else hangs on.

A row's body has its checksum (`codec.SealedCodec`); what stands in columns of its own is compared here with what else is known.
"""

import logging
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection, and_, func, or_, select, update

from hub.core.alerts import AlertState
from hub.core.service_requests import RequestState
from hub.store import tables
from hub.store.alert_rows import CANNOT_BE_SHOWN, IS_OPEN, alert_of
from hub.store.alert_rows import COLUMNS as ALERT_COLUMNS
from hub.store.damaged import MOST, key_of
from hub.store.request_bodies import REQUEST_COLUMNS, request_of
from hub.store.tables import table_of

log = logging.getLogger(__name__)

_ALERT, _REQUEST = table_of(tables.AlertRow), table_of(tables.RequestRow)
_CELL, _LOG, _JOURNAL = table_of(tables.CellRow), table_of(tables.InputRow), table_of(tables.JournalRow)

_STANDSTILL = table_of(tables.StandstillRow)

_LOOKED_AT = 5_000
"""Rows of the newest alerts whose marks are compared: some megabytes; an alert lasts hours."""

_NOBODY_WROTE_FOR = timedelta(days=366)

_STATES = sorted(state.value for state in RequestState)
_NO_STATE = or_(
    _REQUEST.c.state < _STATES[0],
    *(and_(_REQUEST.c.state > one, _REQUEST.c.state < next_) for one, next_ in pairwise(_STATES)),
    _REQUEST.c.state > _STATES[-1],
)
"""Whether a word stands there that no release ever wrote; in ranges, for the index."""


def mend(connection: Connection) -> None:
    """Each finding is in the log, by ids."""
    _give_lines_numbers(connection)
    _believe_no_year_without_a_line(connection)
    _set_marks_right(connection)
    _give_back_states(connection)


def _give_lines_numbers(connection: Connection) -> None:
    """A line with a number that nobody counted to becomes the newest: none after it could have one. Its home's chain tells that
    it is not what was written."""
    lost = connection.execute(select(_JOURNAL.c.number).where(_JOURNAL.c.number >= MOST)).scalars().all()
    if not lost:
        return
    counted = select(func.max(_JOURNAL.c.number)).where(_JOURNAL.c.number < MOST)
    newest = connection.execute(counted).scalar() or 0
    for number, right in enumerate(sorted(lost), start=newest + 1):
        log.error("journal line %s was never counted to; it is line %d now", right, number)
        connection.execute(update(_JOURNAL).where(_JOURNAL.c.number == right).values(number=number))


def _believe_no_year_without_a_line(connection: Connection) -> None:
    """Hub time that lies a year after everything that was written down did not pass: the newest of that counts instead, or the
    hub would wait for the clock to catch up."""
    at: datetime | None = connection.execute(select(_CELL.c.hub_time_at)).scalar()
    newest = (
        select(_LOG.c.at).where(_LOG.c.seq < MOST).order_by(_LOG.c.seq.desc()).limit(1),
        select(_JOURNAL.c.at).order_by(_JOURNAL.c.number.desc()).limit(1),
        # Time that jumped is written down as such.
        select(_STANDSTILL.c.until_at).order_by(_STANDSTILL.c.until_at.desc()).limit(1),
    )
    written: list[datetime] = [
        found for query in newest if (found := connection.execute(query).scalar()) is not None
    ]
    if at is not None and written and at - max(written) > _NOBODY_WROTE_FOR:
        log.error("the hub time that was kept is not believed: %s is long after all that was written", at)
        connection.execute(update(_CELL).values(hub_time_at=max(written)))


def _set_marks_right(connection: Connection) -> None:
    """Whether an alert is open stands in its row three times; where they disagree, a flipped bit must neither answer a call nor
    keep one open that is over: a press would join it."""
    newest = select(func.max(_ALERT.c.id) - _LOOKED_AT).scalar_subquery()
    never_resolved = (~IS_OPEN, _ALERT.c.state != AlertState.RESOLVED.value, _ALERT.c.resolved_at.is_(None))
    query = select(_ALERT.c.id, IS_OPEN.label("marked_open"), *ALERT_COLUMNS)
    query = query.where(or_(and_(_ALERT.c.id > newest, *never_resolved), IS_OPEN))
    for row in connection.execute(query).all():
        alert, marked = alert_of(row), bool(row.marked_open)
        # One that cannot be read stays open: it is told of with its home.
        if alert.open == marked or (marked and alert.reason.code == CANNOT_BE_SHOWN):
            continue
        log.error(
            "alert %s of home %s was marked %s and is %s",
            *(key_of(row.alert_id), key_of(row.home_id), "open" if marked else "closed"),
            "open" if alert.open else "closed",
        )
        right = {"open": alert.open, "state": alert.state.value, "resolved_at": alert.resolved_at}
        connection.execute(update(_ALERT).where(_ALERT.c.id == row.id).values(right))


def _give_back_states(connection: Connection) -> None:
    """A request whose column holds no state gets the one of its body: none of a list's questions would find it otherwise."""
    for row in connection.execute(select(_REQUEST.c.id, *REQUEST_COLUMNS).where(_NO_STATE)).all():
        log.error(
            "service request %s of home %s: its state cannot be read and is taken from its body",
            key_of(row.request_id),
            key_of(row.home_id),
        )
        state = request_of(row).state.value
        connection.execute(update(_REQUEST).where(_REQUEST.c.id == row.id).values(state=state))
