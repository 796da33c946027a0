"""Who opened which home's care card, when and why: each opening and its line in the change log are one write."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select

from hub.store import change_log
from hub.store.change_log import Change, What
from hub.store.tables import CareCardOpeningRow, table_of

_OPENING = table_of(CareCardOpeningRow)


class OpeningReason(StrEnum):
    """Why somebody without an alert reads a care card."""

    VISIT = "visit"
    FAMILY = "family"
    REQUEST = "request"
    DATA = "data"
    EMERGENCY = "emergency"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Opening:
    """`alert_id`: for which alert; without one it ends at `until_at`. `note` is what somebody typed: it stands here, never in the
    change log."""

    home_id: str
    login: str
    reason: str
    opened_at: datetime
    until_at: datetime | None = None
    alert_id: str | None = None
    note: str = ""


def write(connection: Connection, opening: Opening) -> bool:
    """False, and nothing is written, when this log-in opened the card for this alert before."""
    values: dict[str, Any] = {field: getattr(opening, field) for field in Opening.__dataclass_fields__}
    written = connection.execute(insert(_OPENING).prefix_with("OR IGNORE").values(values))
    if not written.rowcount:
        return False
    about: dict[str, Any] = {"reason": opening.reason}
    if opening.alert_id is not None:
        about["alert_id"] = opening.alert_id
    line = Change(opening.opened_at, opening.login, What.CARE_CARD_OPENED, "home", opening.home_id, about)
    change_log.note(connection, line)
    return True


def open_for(connection: Connection, home_id: str, login: str, now: datetime) -> dict[str, datetime]:
    """For which reasons this log-in reads the card at this instant, each with until when."""
    rows = connection.execute(
        select(_OPENING.c.reason, _OPENING.c.until_at)
        .where(_OPENING.c.home_id == home_id, _OPENING.c.login == login, _OPENING.c.until_at > now)
        .order_by(_OPENING.c.until_at)
    )
    return {row.reason: row.until_at for row in rows}


def of_home(connection: Connection, home_id: str, limit: int) -> list[Opening]:
    """The newest first."""
    rows = connection.execute(
        select(_OPENING)
        .where(_OPENING.c.home_id == home_id)
        .order_by(_OPENING.c.opened_at.desc(), _OPENING.c.id.desc())
        .limit(limit)
    )
    return [Opening(**{field: getattr(row, field) for field in Opening.__dataclass_fields__}) for row in rows]
