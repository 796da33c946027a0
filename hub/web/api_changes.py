"""The API of the change log: who changed what and when, and who was refused."""

import asyncio
from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.directory.model import Directory
from hub.store import change_log
from hub.store.change_concerns import Reached
from hub.store.change_log import Wanted, What
from hub.web.access import Permission, ScopeKind
from hub.web.api_people import directory_of
from hub.web.guard import LOCAL_USER, User
from hub.web.models_accounts import ChangeOut, ChangePage
from hub.web.parts import Parts, PartsDep, allowed
from hub.web.problems import RESPONSES
from hub.web.visibility import visible_centres, visible_homes

router = APIRouter(prefix="/api/v1", tags=["changes"], responses=RESPONSES)

ViewChanges = Annotated[User, Depends(allowed(Permission.VIEW_CHANGES))]
LAST = 2**63 - 1
"""No line has a higher number: the store counts no further."""


def reached(parts: Parts, user: User) -> Reached | None:
    """What the user's scope reaches now: homes and centres take along what was done to them. None: everything."""
    homes = visible_homes(parts, user)
    if homes is None:
        return None
    scope = user.scope
    of = () if scope.id is None else (scope.id,)
    return Reached(
        homes,
        visible_centres(parts, user) or (),
        of if scope.kind is ScopeKind.COMPANY else (),
        _within(directory_of(parts), of) if scope.kind is ScopeKind.REGION else (),
    )


def _within(directory: Directory, regions: Collection[str]) -> Collection[str]:
    """These regions and all that lie in them."""
    found = list(regions)
    for above in found:
        found.extend(one.id for one in directory.regions if one.parent_id == above and one.id not in found)
    return found


async def list_authors(parts: Parts, user: User) -> list[str]:
    """Who stands in the lines that the user may read."""
    wanted = Wanted(reached=reached(parts, user), or_by=user.login)
    return await asyncio.to_thread(
        parts.queries.read, lambda connection: change_log.authors(connection, wanted)
    )


@router.get("/changes")
async def list_changes(
    parts: PartsDep,
    user: ViewChanges,
    by: Annotated[str | None, Query(max_length=64)] = None,
    what: What | None = None,
    about: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, le=LAST)] = None,
    log_ins: bool = True,
) -> ChangePage:
    """Newest first. With a scope: what concerned its homes, centres, people and log-ins, and what you did yourself.

    `log_ins` false leaves out who logged in and whose care card opened on an alert, by far the most lines.
    """
    wanted = Wanted(
        by or None, what, about or None, reached=reached(parts, user), or_by=user.login, log_ins=log_ins
    )
    found = await asyncio.to_thread(
        parts.queries.read,
        lambda connection: change_log.changes(connection, limit=limit, before=before, wanted=wanted),
    )
    return ChangePage(
        items=[
            ChangeOut(
                number=number,
                at=line.at,
                by=line.by,
                by_name="" if line.by == LOCAL_USER.login else parts.logins.names.get(line.by, line.by),
                what=line.what,
                about_kind=line.about_kind,
                about_id=line.about_id,
                data=dict(line.data),
            )
            for number, line in found
        ],
        next=found[-1][0] if len(found) == limit else None,
    )
