"""The page of the chain: read in five seconds, and what to do where a link does not hold."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from hub.web.api_chain import chain_of
from hub.web.pages.rendering import pages_of
from hub.web.parts import PartsDep, ViewDevices

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/chain")
async def chain_page(request: Request, parts: PartsDep, user: ViewDevices) -> Response:
    found = await asyncio.to_thread(chain_of, parts)
    broken = [link for link in found.links if link.state == "broken"]
    return pages_of(request).page(request, "chain.html", here="/chain", chain=found, broken=broken)
