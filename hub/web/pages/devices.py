"""Devices with what is known of their health, and the messages that nobody could read."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from hub.core.home import DeviceKind
from hub.web import api_homes, finding
from hub.web.models_finding import DeviceProblem
from hub.web.pages.lists import chosen, pager
from hub.web.pages.rendering import pages_of
from hub.web.parts import PartsDep, ViewDevices, ViewRejected
from hub.web.reject_texts import in_chinese

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

DEVICES_A_PAGE = 50


@router.get("/devices")
async def devices_page(
    request: Request,
    parts: PartsDep,
    user: ViewDevices,
    q: api_homes.Search = "",
    problem: str = "",
    kind: str = "",
    centre: str = "",
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    found = await api_homes.list_devices(
        parts,
        user,
        q,
        None,
        chosen(DeviceProblem, problem),
        chosen(DeviceKind, kind),
        centre or None,
        DEVICES_A_PAGE,
        (page - 1) * DEVICES_A_PAGE,
    )
    return pages_of(request).page(
        request,
        "devices.html",
        here="/devices",
        q=q,
        items=found.items,
        filters={"problem": problem, "kind": kind, "centre": centre},
        problems=list(DeviceProblem),
        kinds=list(DeviceKind),
        centres=await asyncio.to_thread(finding.centres, parts, user),
        low_battery=finding.LOW_BATTERY_PERCENT,
        pager=pager(request, page, DEVICES_A_PAGE, found.total),
    )


@router.get("/rejected")
async def rejected_page(
    request: Request, parts: PartsDep, user: ViewRejected, before: api_homes.Before = None
) -> Response:
    found = await api_homes.list_rejected(parts, user, 25, before)
    chinese = pages_of(request).language(request) == "zh"
    return pages_of(request).page(
        request,
        "rejected.html",
        here="/rejected",
        items=found.items,
        next=found.next,
        why=in_chinese if chinese else str,
    )
