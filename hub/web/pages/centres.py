"""Centres and who runs them; moving one to another company."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.web import api_centres
from hub.web.api_centres import MovesCentres
from hub.web.api_people import directory_of
from hub.web.guard import User
from hub.web.models_accounts import CentreMoveIn
from hub.web.pages.accounts import complaints
from hub.web.pages.rendering import pages_of
from hub.web.parts import Parts, PartsDep
from hub.web.problems import Problem

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/centres")
async def centres_page(
    request: Request, parts: PartsDep, user: MovesCentres, moved: int | None = None
) -> Response:
    return await _page(request, parts, user, moved=moved)


@router.post("/centres/{centre_id}/company")
async def move(
    request: Request,
    centre_id: str,
    parts: PartsDep,
    user: MovesCentres,
    company_id: Annotated[str, Form()],
    together: Annotated[bool, Form()] = False,
) -> Response:
    try:
        body = CentreMoveIn(company_id=company_id, alone=not together)
        done = await api_centres.move_centre(centre_id, body, parts, user)
    except (ValueError, Problem) as error:
        wrong = error if isinstance(error, Problem) else None
        if wrong is None or wrong.status in {403, 404}:
            raise
        messages, status = complaints(wrong, pages_of(request).language(request), "centres")
        return await _page(request, parts, user, messages, status)
    return RedirectResponse(f"/centres?moved={done.homes}", 303)


async def _page(
    request: Request,
    parts: Parts,
    user: User,
    messages: tuple[str, ...] = (),
    status: int = 200,
    moved: int | None = None,
) -> Response:
    return pages_of(request).page(
        request,
        "centres.html",
        status,
        here="/centres",
        items=await api_centres.list_centres(parts, user),
        companies=[(one.id, one.name) for one in directory_of(parts).companies],
        messages=messages,
        moved=moved,
    )
