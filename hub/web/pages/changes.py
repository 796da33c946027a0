"""The change log: who changed what and when, who was refused; by who and by what."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from hub.store.change_log import What
from hub.web import api_changes
from hub.web.pages.change_told import ChangeTold
from hub.web.pages.rendering import pages_of
from hub.web.parts import PartsDep

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LINES_A_PAGE = 50
_ALL = "all"
"""Log-ins too: they are most of the lines, and seldom what somebody looks for."""


@router.get("/changes")
async def changes_page(
    request: Request,
    parts: PartsDep,
    user: api_changes.ViewChanges,
    by: Annotated[str, Query(max_length=64)] = "",
    what: Annotated[str, Query(max_length=64)] = "",
    about: Annotated[str, Query(max_length=64)] = "",
    before: Annotated[int | None, Query(ge=1, le=api_changes.LAST)] = None,
) -> Response:
    wanted = What(what) if what in set(What) else None
    page = await api_changes.list_changes(
        parts, user, by or None, wanted, about or None, _LINES_A_PAGE, before, log_ins=what == _ALL
    )
    asked = {"by": by, "what": _ALL if what == _ALL else wanted or "", "about": about}
    link = "/changes?" + urlencode({key: str(value) for key, value in asked.items() if value})
    told = ChangeTold(parts, user, pages_of(request).language(request))
    authors = await api_changes.list_authors(parts, user)
    return pages_of(request).page(
        request,
        "changes.html",
        here="/changes",
        authors=[(one, parts.logins.names.get(one, one)) for one in authors],
        whats=[one.value for one in What],
        asked=asked,
        told=[(line, told.kind(line), told.about(line), list(told.details(line))) for line in page.items],
        first=before is None,
        newest=link,
        older=f"{link}&before={page.next}" if page.next is not None else None,
    )
