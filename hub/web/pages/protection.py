"""What protects each elder now, part by part: the page behind the list of who is unprotected."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from hub.directory.elder_protection import Part
from hub.web import api_protection, finding
from hub.web.models_protection import Only
from hub.web.pages.lists import pager
from hub.web.pages.rendering import pages_of
from hub.web.parts import PartsDep, ViewHomes

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ELDERS_A_PAGE = 50
YEAR_LEFT_OUT = timedelta(days=300)
"""A date so near needs no year."""


@router.get("/protection")
async def protection_page(
    request: Request,
    parts: PartsDep,
    user: ViewHomes,
    centre: str = "",
    butler: str = "",
    only: str = "",
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """Who has something broken, or everybody; printable."""
    whom = Only(only) if only in list(Only) else Only.BROKEN
    found = await api_protection.list_protection(
        parts, user, centre or None, butler or None, whom, ELDERS_A_PAGE, (page - 1) * ELDERS_A_PAGE
    )
    return pages_of(request).page(
        request,
        "protection.html",
        here="/unprotected",
        found=found,
        columns=list(Part),
        whom=list(Only),
        filters={"centre": centre, "butler": butler, "only": whom},
        centres=await asyncio.to_thread(finding.centres, parts, user),
        butlers=await asyncio.to_thread(finding.butlers, parts, user),
        pager=pager(request, page, ELDERS_A_PAGE, found.total),
        people_are_told=parts.settings.tells_people,
        lately=parts.hub.now() - YEAR_LEFT_OUT,
        printed_at=parts.hub.now(),
    )
