"""The change log: what people do to the hub itself, who did it, when; and what was refused. Only ever appended to.

What happens to a home (alerts, commands, its profile) stands in that home's journal instead.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, not_, or_, select

from hub.store.change_concerns import Concern, ConcernKind, Reached, is_reached, write_concerns
from hub.store.tables import ChangeRow, table_of

_CHANGE = table_of(ChangeRow)
_OPENED_BY_ALERT = (_CHANGE.c.what == "care_card_opened") & (
    func.json_extract(_CHANGE.c.data, "$.alert_id").is_not(None)
)
_AT_MOST = 500


class What(StrEnum):
    """What was done."""

    DIRECTORY_IMPORTED = "directory_imported"
    DIRECTORY_EXPORTED = "directory_exported"
    DIRECTORY_EDITED = "directory_edited"
    DEVICE_ENROLLED = "device_enrolled"
    DEVICE_MOVED = "device_moved"
    DEVICE_RECOVERED = "device_recovered"
    PASSWORDS_MADE = "passwords_made"
    HOME_ENROLLED = "home_enrolled"
    MEMBERSHIP_CHANGED = "membership_changed"
    OWN_VALUES_SET = "own_values_set"
    ROSTER_CHANGED = "roster_changed"
    COVER_CONFIRMED = "cover_confirmed"
    CENTRE_MOVED = "centre_moved"
    PERSON_CHANGED = "person_changed"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_CHANGED = "account_changed"
    LOGGED_IN = "logged_in"
    REPORT_EXPORTED = "report_exported"
    CARE_CARD_OPENED = "care_card_opened"
    TOKEN_MADE = "token_made"  # noqa: S105 -- what was done
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 -- what was done
    ACCESS_REFUSED = "access_refused"


@dataclass(frozen=True, slots=True)
class Change:
    """One line. `by` is a log-in (or `local` for the command line); `data` holds ids and field names only."""

    at: datetime
    by: str
    what: What
    about_kind: str
    about_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    concerns: Collection[Concern] = ()
    """Beyond what `change_concerns` finds by itself; not read again."""


def passwords_made(
    at: datetime, by: str, homes: Mapping[str, str], centres: Mapping[str, str | None]
) -> tuple[Change, ...]:
    """Devices got passwords for the broker: one line for each centre, so that nobody reads of another's devices. `homes`: where
    each device hangs, by its id; `centres`: of these homes."""
    of_centre: dict[str, list[str]] = {}
    for device_id, home_id in sorted(homes.items()):
        of_centre.setdefault(centres.get(home_id) or "", []).append(device_id)
    return tuple(
        Change(
            at,
            by,
            What.PASSWORDS_MADE,
            "device",
            devices[0] if len(devices) == 1 else None,
            {"centre": centre_id or None, "devices": devices if len(devices) > 1 else []},
            tuple(Concern(ConcernKind.HOME, one) for one in sorted({homes[device] for device in devices})),
        )
        for centre_id, devices in of_centre.items()
    )


def note(connection: Connection, change: Change) -> None:
    """Append a line, in the transaction of what it is about and after it: whom it concerns is looked up."""
    written = connection.execute(
        insert(_CHANGE).values(
            at=change.at,
            by=change.by,
            what=change.what.value,
            about_kind=change.about_kind,
            about_id=change.about_id,
            data=json.dumps(dict(change.data), ensure_ascii=False, sort_keys=True),
        )
    )
    write_concerns(connection, int(written.lastrowid), change.concerns)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are asked for; None: any. `reached`: lines that concern something of it, and those of `or_by`."""

    by: str | None = None
    what: What | None = None
    about_id: str | None = None
    about_ids: Collection[str] | None = None
    reached: Reached | None = None
    or_by: str | None = None
    log_ins: bool = True
    """Also who logged in, and whose card opened on an alert, where nothing else is asked for: these come by themselves."""


def changes(
    connection: Connection, *, limit: int = 100, before: int | None = None, wanted: Wanted | None = None
) -> list[tuple[int, Change]]:
    """Newest first, each with its number; `before` is the last number of the page before."""
    wanted = wanted or Wanted()
    query = select(_CHANGE).order_by(_CHANGE.c.id.desc()).limit(min(limit, _AT_MOST))
    if before is not None:
        query = query.where(_CHANGE.c.id < before)
    if wanted.by is not None:
        query = query.where(_CHANGE.c.by == wanted.by)
    if wanted.what is not None:
        query = query.where(_CHANGE.c.what == wanted.what.value)
    elif not wanted.log_ins:
        query = query.where(_CHANGE.c.what != What.LOGGED_IN.value, not_(_OPENED_BY_ALERT))
    if wanted.about_id is not None:
        query = query.where(_CHANGE.c.about_id == wanted.about_id)
    if wanted.about_ids is not None:
        query = query.where(_CHANGE.c.about_id.in_(wanted.about_ids))
    if wanted.reached is not None:
        query = query.where(or_(is_reached(wanted.reached), _CHANGE.c.by == wanted.or_by))
    return [
        (
            row.id,
            Change(row.at, row.by, What(row.what), row.about_kind, row.about_id, json.loads(row.data)),
        )
        for row in connection.execute(query)
    ]


def authors(connection: Connection, wanted: Wanted | None = None) -> list[str]:
    """Everybody of whom there is a line among those that may be read."""
    query = select(_CHANGE.c.by).distinct().order_by(_CHANGE.c.by)
    if wanted is not None and wanted.reached is not None:
        query = query.where(or_(is_reached(wanted.reached), _CHANGE.c.by == wanted.or_by))
    return list(connection.scalars(query))
