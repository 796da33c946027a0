"""What closed alerts turned out to be: why each was raised, about which value, and what the person who closed it said it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from hub.core.alerts import WhatItWas
from hub.store import tables
from hub.store.tables import table_of

_ALERT = table_of(tables.AlertRow)


@dataclass(frozen=True, slots=True)
class ClosedAlert:
    """`rule`, `measure` and `value` where its reason names them."""

    home_id: str
    severity: str
    reason: str
    what_it_was: WhatItWas
    rule: str | None = None
    measure: str | None = None
    value: float | None = None


def closed_alerts(connection: Connection, from_at: datetime) -> Iterator[ClosedAlert]:
    """Alerts that a person closed since an instant. What cannot be read is left out."""
    parts = (
        "$.reason.code",
        "$.reason.data.rule",
        "$.reason.data.measure",
        "$.reason.data.value",
        "$.what_it_was",
    )
    body = case((func.json_valid(_ALERT.c.body) == 1, _ALERT.c.body))
    query = select(
        _ALERT.c.home_id, _ALERT.c.severity, *(func.json_extract(body, part) for part in parts)
    ).where(_ALERT.c.resolved_at >= from_at)
    for home_id, severity, reason, rule, measure, value, what in connection.execute(query):
        if isinstance(reason, str) and what in frozenset(WhatItWas):
            yield ClosedAlert(
                home_id,
                severity,
                reason,
                WhatItWas(what),
                rule if isinstance(rule, str) else None,
                measure if isinstance(measure, str) else None,
                float(value) if isinstance(value, int | float) else None,
            )
