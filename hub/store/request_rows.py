"""What the board of service requests reads of the store: those that ended since an instant."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, text

from hub.core.service_requests import ServiceRequest
from hub.store import tables
from hub.store.queries import within
from hub.store.request_bodies import REQUEST_COLUMNS, requests_of
from hub.store.tables import REQUEST_LASTED, table_of

_REQUEST = table_of(tables.RequestRow)


def ended_requests(
    connection: Connection, since_at: datetime, homes: Collection[str] | None = None, limit: int = 200
) -> list[ServiceRequest]:
    """The last one first. Reads what began at most a day before `since_at`, and what lasted longer, which stands in an index."""
    ended = _REQUEST.c.done_at >= since_at
    before = (
        select(_REQUEST.c.id)
        .where(_REQUEST.c.opened_at < since_at - timedelta(days=1))
        .order_by(_REQUEST.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    recent = select(_REQUEST.c.id).where(_REQUEST.c.id > func.coalesce(before, 0), ended)
    lasting = select(_REQUEST.c.id).where(text(REQUEST_LASTED), ended)
    query = select(*REQUEST_COLUMNS).where(_REQUEST.c.id.in_(recent.union(lasting)))
    if homes is not None:
        query = query.where(within(_REQUEST.c.home_id, homes))
    query = query.order_by(_REQUEST.c.done_at.desc(), _REQUEST.c.id.desc()).limit(limit)
    return requests_of(connection.execute(query))
