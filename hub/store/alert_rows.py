"""Alerts from their rows, for `queries`: one whose body cannot be read is told with what its columns say and costs no other."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import literal

from hub.core.alerts import Alert, AlertKind, AlertState, Policy, Reason, Severity
from hub.store import codec, tables
from hub.store.damaged import key_of, number_of
from hub.store.tables import table_of

log = logging.getLogger(__name__)

Word = TypeVar("Word", bound=StrEnum)

CANNOT_BE_SHOWN = "cannot_be_shown"
"""The reason of such an alert, in place of its own."""

_ALERT = table_of(tables.AlertRow)
IS_OPEN = _ALERT.c.open >= literal(True)
"""Whether an alert is open. Of what is no truth value, which sorts behind both, too: it is shown rather than lost."""
COLUMNS = tuple(
    _ALERT.c[name]
    for name in (
        "body",
        "alert_id",
        "home_id",
        "kind",
        "severity",
        "state",
        "version",
        "opened_at",
        "resolved_at",
    )
)


def alerts_of(rows: Iterable[Any]) -> list[Alert]:
    """The alerts of rows with `COLUMNS`."""
    return [alert_of(row) for row in rows]


def alert_of(row: Any) -> Alert:
    try:
        return codec.ALERT.load(row.body)
    except ValueError as error:
        # Without the error's own words, which hold what the alert says of a person.
        told = (key_of(row.alert_id), key_of(row.home_id), type(error).__name__)
        log.error("alert %s of home %s cannot be read (%s)", *told)
        return _outline(row)


def _outline(row: Any) -> Alert:
    opened_at: datetime = row.opened_at
    return Alert(
        id=key_of(row.alert_id),
        home_id=key_of(row.home_id),
        dedup_key="",
        kind=known_word(AlertKind, row.kind, AlertKind.TECHNICAL),
        severity=severity_of(row.severity),
        state=state_of(row.state),
        reason=Reason(CANNOT_BE_SHOWN),
        opened_at=opened_at,
        occurred_at=opened_at,
        resident_ids=(),
        policy=Policy("", (), timedelta(), timedelta(), timedelta()),
        resolved_at=row.resolved_at,
        version=number_of(row.version, 1),
    )


def severity_of(stored: Any) -> Severity:
    """The severity in a column; the highest where it holds none."""
    return known_word(Severity, stored, Severity.EMERGENCY)


def state_of(stored: Any) -> AlertState:
    """The state in a column; nobody's where it holds none."""
    return known_word(AlertState, stored, AlertState.TRIGGERED)


def known_word(of: type[Word], value: str, otherwise: Word) -> Word:
    """The word of a closed list that stands in a column, `otherwise` when the list has none such."""
    return of(value) if value in set(of) else otherwise
