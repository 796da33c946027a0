"""Devices with what is known of their health, and the messages that nobody could read."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from hub.web import api_homes
from hub.web.pages.rendering import pages_of
from hub.web.parts import PartsDep, ViewDevices, ViewRejected

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_DEVICES_A_PAGE = 100


@router.get("/devices")
async def devices_page(
    request: Request,
    parts: PartsDep,
    user: ViewDevices,
    q: api_homes.Search = "",
    problems: bool = False,
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    found = await api_homes.list_devices(
        parts, user, q, None, problems, _DEVICES_A_PAGE, (page - 1) * _DEVICES_A_PAGE
    )
    link = f"/devices?q={quote(q)}{'&problems=1' if problems else ''}&page="
    return pages_of(request).page(
        request,
        "devices.html",
        here="/devices",
        q=q,
        problems=problems,
        items=found.items,
        previous=f"{link}{page - 1}" if page > 1 else None,
        next=f"{link}{page + 1}" if page * _DEVICES_A_PAGE < found.total else None,
    )


@router.get("/rejected")
async def rejected_page(
    request: Request, parts: PartsDep, user: ViewRejected, before: int | None = None
) -> Response:
    found = await api_homes.list_rejected(parts, user, 25, before)
    return pages_of(request).page(
        request, "rejected.html", here="/rejected", items=found.items, next=found.next
    )
