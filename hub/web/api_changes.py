"""The API of the change log: who changed what and when, and who was refused."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.store import change_log
from hub.store.change_log import Wanted, What
from hub.web.access import Permission
from hub.web.guard import LOCAL_USER, User
from hub.web.models_accounts import ChangeOut, ChangePage
from hub.web.parts import PartsDep, allowed
from hub.web.problems import RESPONSES
from hub.web.visibility import visible_homes

router = APIRouter(prefix="/api/v1", tags=["changes"], responses=RESPONSES)

ViewChanges = Annotated[User, Depends(allowed(Permission.VIEW_CHANGES))]


@router.get("/changes")
async def list_changes(
    parts: PartsDep,
    user: ViewChanges,
    by: Annotated[str | None, Query(max_length=64)] = None,
    what: What | None = None,
    about: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: int | None = None,
) -> ChangePage:
    """Newest first. With a scope: what is about its homes, and what you did yourself."""
    wanted = Wanted(by or None, what, about or None, visible_homes(parts, user), user.login)
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
