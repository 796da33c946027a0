"""Who entered the leave, covers and shifts of a week, and when: read from the change log, which is the only one that knows."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.core.shifts import Cover, DatedShift, Shift
from hub.store import change_log
from hub.store.change_log import Change, Wanted, What
from hub.web.parts import Parts
from hub.web.roster_week import Week

_LINES = 500
_AT_ONCE = timedelta(minutes=1)
"""Between the request that a cover remembers and its line; two requests for the same people lie further apart."""


@dataclass(frozen=True, slots=True)
class Entered:
    """`by` is a log-in, or `local` for the command line."""

    by: str
    at: datetime


async def authors_of(parts: Parts, week: Week) -> Mapping[str, Entered]:
    """By the id of what was entered. What a ledger brought, and what is older than the lines that are kept, is left out."""
    about = {
        *(one.person_id for one in week.leaves),
        *(one.person_id for one in week.dated_shifts),
        *(one.covered_id for one in week.covers),
        *(shift.person_id for _, shift in week.shifts),
    }
    wanted = Wanted(what=What.ROSTER_CHANGED, about_ids=about)
    found = await asyncio.to_thread(
        parts.queries.read,
        lambda connection: change_log.changes(connection, limit=_LINES, wanted=wanted),
    )
    return dict(_entries(week, [line for _, line in found]))


def _entries(week: Week, lines: Sequence[Change]) -> Iterator[tuple[str, Entered]]:
    """`lines`: newest first. An entry that was taken back and made again is its newest line's."""
    for leave in week.leaves:
        given = _of(lines, leave.person_id, {"change": "leave_set"})
        yield from _newest(leave.id, (line for line in given if _begins(line) == leave.from_at))
    for cover in week.covers:
        said = {"change": "cover_requested", "by": cover.by_id}
        asked = _of(lines, cover.covered_id, said)
        yield from _newest(cover.id, (line for line in asked if _is_of(line, cover)))
    for dated in week.dated_shifts:
        said = _shift(dated) | {"change": "dated_shift_added", "on": dated.on.isoformat()}
        yield from _newest(dated.id, _of(lines, dated.person_id, said))
    for shift_id, shift in week.shifts:
        said = _shift(shift) | {"change": "shift_added"}
        yield from _newest(shift_id, _of(lines, shift.person_id, said))


def _shift(shift: Shift | DatedShift) -> dict[str, Any]:
    return {
        "role": shift.role.value,
        "centre": shift.centre_id,
        "starts": f"{shift.starts:%H:%M}",
        "ends": f"{shift.ends:%H:%M}",
    }


def _of(lines: Iterable[Change], person_id: str, said: Mapping[str, Any]) -> Iterator[Change]:
    """The lines about somebody that say all this; an older line says less and is not held against it."""
    for line in lines:
        if line.about_id == person_id and all(
            line.data.get(key, value) == value for key, value in said.items()
        ):
            yield line


def _begins(line: Change) -> datetime | None:
    """The instant that a line of leave names; the same one is written in many ways."""
    try:
        return datetime.fromisoformat(str(line.data.get("from")))
    except ValueError:
        return None


def _is_of(line: Change, cover: Cover) -> bool:
    return cover.requested_at is not None and abs(line.at - cover.requested_at) <= _AT_ONCE


def _newest(entry_id: str, lines: Iterator[Change]) -> Iterator[tuple[str, Entered]]:
    line = next(lines, None)
    if line is not None:
        yield entry_id, Entered(line.by, line.at)
