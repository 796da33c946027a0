"""Service requests from their rows: one whose body cannot be read is told with what its columns say and costs no other."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hub.core.service_requests import RequestCategory, RequestState, ServiceRequest
from hub.store import codec, tables
from hub.store.alert_rows import known_word
from hub.store.damaged import key_of, number_of
from hub.store.tables import table_of

log = logging.getLogger(__name__)

_REQUEST = table_of(tables.RequestRow)
REQUEST_COLUMNS = tuple(
    _REQUEST.c[name]
    for name in ("body", "request_id", "home_id", "category", "state", "version", "opened_at", "done_at")
)


@dataclass(frozen=True, slots=True)
class UnreadableRequest(ServiceRequest):
    """What the columns say of a request whose body cannot be read: who asked, for what and by when is not known."""


def requests_of(rows: Iterable[Any]) -> list[ServiceRequest]:
    """The requests of rows with `REQUEST_COLUMNS`."""
    return [request_of(row) for row in rows]


def request_of(row: Any) -> ServiceRequest:
    try:
        return codec.REQUEST.load(row.body)
    except ValueError as error:
        # Without the error's own words, which hold what the request says of a person.
        told = (key_of(row.request_id), key_of(row.home_id), type(error).__name__)
        log.error("service request %s of home %s cannot be read (%s)", *told)
        return _outline(row)


def _outline(row: Any) -> UnreadableRequest:
    # Of a state that nobody knows the end says whether it is open.
    ended = RequestState.NEW if row.done_at is None else RequestState.DONE
    return UnreadableRequest(
        id=key_of(row.request_id),
        home_id=key_of(row.home_id),
        category=known_word(RequestCategory, row.category, RequestCategory.OTHER),
        state=known_word(RequestState, row.state, ended),
        opened_at=row.opened_at,
        resident_ids=(),
        done_at=row.done_at,
        version=number_of(row.version, 1),
    )
