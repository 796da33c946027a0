"""Service requests: the board, one request with all that can be done about it, and a new one for somebody who telephones."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from firmware_contracts.vocabulary import ServiceCategory
from hub.core.home import GONE
from hub.core.service_requests import (
    BY_THE_HUB,
    OPEN_STATES,
    REMEDIES,
    CancelReason,
    Remedy,
    RequestCategory,
    RequestState,
)
from hub.web import api_requests
from hub.web.access import Permission
from hub.web.assignees import assignees
from hub.web.finding import HomeFilter, find_homes
from hub.web.guard import User
from hub.web.models import MoveIn, RequestOut
from hub.web.models_requests import AssigneeGroup, AssigneeOut, MoveRequestIn, OpenRequestIn
from hub.web.pages.rendering import local_path, pages_of
from hub.web.parts import ActOnRequests, Parts, PartsDep, ViewRequests
from hub.web.problems import Problem
from hub.web.request_board import Board, BoardFilter, board, card_now
from hub.web.visibility import see_home
from hub.web.words import say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

log = logging.getLogger(__name__)

FOUND_SHOWN = 12
HELP = (
    (("↑", "↓", "←", "→"), "board.help_move"),
    (("Enter",), "board.help_open"),
    (("A",), "board.help_assign"),
    (("S",), "requests.start"),
    (("D",), "requests.done"),
    (("N",), "board.open_one"),
    (("?",), "help.help"),
)
Search = Annotated[str, Query(max_length=100)]


def board_filter(
    centre: str | None = None, butler: str | None = None, category: str | None = None
) -> BoardFilter:
    """From the address; what is not chosen comes as empty text from a form."""
    known = {one.value: one for one in RequestCategory}
    return BoardFilter(centre or None, butler or None, known.get(category or ""))


Wanted = Annotated[BoardFilter, Depends(board_filter)]


@router.get("/requests")
async def requests_page(request: Request, parts: PartsDep, user: ViewRequests, wanted: Wanted) -> Response:
    pages = pages_of(request)
    found = await board(parts, user, wanted)
    return pages.page(
        request,
        "requests.html",
        here="/requests",
        page_data={**pages.data(request), "number": found.number},
        categories=list(RequestCategory),
        help=HELP,
        **_board_values(found, user, wanted),
    )


@router.get("/requests/board")
async def board_part(request: Request, parts: PartsDep, user: ViewRequests, wanted: Wanted) -> Response:
    """The board alone, for a page that keeps itself current."""
    found = await board(parts, user, wanted)
    return pages_of(request).page(request, "requests_board.html", **_board_values(found, user, wanted))


def _board_values(found: Board, user: User, wanted: BoardFilter) -> Mapping[str, Any]:
    chosen = {"centre": wanted.centre, "butler": wanted.butler, "category": wanted.category}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return {
        "board": found,
        "wanted": wanted,
        "may_act": user.may(Permission.ACT_ON_REQUESTS),
        "then": f"/requests?{query}" if query else "/requests",
    }


# --- a new one --------------------------------------------------------------------------------------------------------


@router.get("/requests/new")
async def new_page(
    request: Request, parts: PartsDep, user: ActOnRequests, q: Search = "", home: str | None = None
) -> Response:
    return await _new(request, parts, user, q, home)


async def _new(
    request: Request,
    parts: Parts,
    user: User,
    q: str = "",
    home_id: str | None = None,
    message: str = "",
    status: int = 200,
    typed: Mapping[str, str] | None = None,
) -> Response:
    home = see_home(parts, user, home_id, Permission.ACT_ON_REQUESTS) if home_id else None
    found = await asyncio.to_thread(partial(find_homes, parts, user, q, HomeFilter())) if q.strip() else []
    waiting = home.requests.values() if home else ()
    return pages_of(request).page(
        request,
        "request_new.html",
        status,
        here="/requests",
        q=q,
        found=[parts.views.home_row(one, q) for one in found[:FOUND_SHOWN]],
        more=len(found) > FOUND_SHOWN,
        home=parts.views.home_row(home) if home else None,
        residents=[one for one in home.profile.residents if one.membership not in GONE] if home else [],
        waiting=[parts.views.request(one) for one in waiting],
        categories=[one for one in ServiceCategory if one is not ServiceCategory.URGENT_HELP],
        message=message,
        typed=typed or {"key": secrets.token_hex(8), "category": "", "resident_id": "", "note": ""},
    )


@router.post("/requests/new")
async def open_one(
    request: Request,
    parts: PartsDep,
    user: ActOnRequests,
    home_id: Annotated[str, Form(max_length=64)],
    key: Annotated[str, Form(min_length=8, max_length=64)],
    category: Annotated[str, Form(max_length=40)] = "",
    resident_id: Annotated[str, Form(max_length=64)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    typed = {"key": key, "category": category, "resident_id": resident_id, "note": note}
    try:
        body = OpenRequestIn(
            home_id=home_id,
            category=ServiceCategory(category),
            resident_id=resident_id or None,
            note=note.strip(),
        )
    except ValueError:
        message = say(pages_of(request).language(request), "board.choose_category")
        return await _new(request, parts, user, "", home_id, message, 422, typed)
    opened = await api_requests.open_for(parts, user, body, key)
    if opened.request is not None:
        return RedirectResponse(f"/requests/{quote(opened.request.id)}", 303)
    # 助急: where the alert now stands, a person takes it from there.
    return RedirectResponse(f"/alerts/{quote(opened.alert.id)}" if opened.alert else "/", 303)


# --- one request ------------------------------------------------------------------------------------------------------


@router.get("/requests/{request_id}")
async def request_page(
    request: Request, request_id: str, parts: PartsDep, user: ViewRequests, said: str = ""
) -> Response:
    pages = pages_of(request)
    detail = await api_requests.get_request(request_id, parts, user)
    number = (await asyncio.to_thread(parts.queries.journal_range)).newest
    may_act = user.may(Permission.ACT_ON_REQUESTS)
    words = {"stale": "board.stale", "reason": "board.choose_reason", "remedy": "board.choose_remedy"}
    return pages.page(
        request,
        "request.html",
        here="/requests",
        page_data={**pages.data(request), "request": request_id, "number": number},
        one=detail,
        card=await card_now(parts, detail),
        may_act=may_act and detail.state in OPEN_STATES,
        people=await _people(parts, detail) if may_act else [],
        remedies=REMEDIES.get(detail.category, ()),
        reasons=[one for one in CancelReason if one not in BY_THE_HUB],
        sees_home=user.may(Permission.VIEW_HOMES),
        sees_alerts=user.may(Permission.VIEW_ALERTS),
        message=say(pages.language(request), words.get(said, "board.failed")) if said else "",
    )


@router.post("/requests/{request_id}/move")
async def move(
    request_id: str,
    parts: PartsDep,
    user: ActOnRequests,
    version: Annotated[int, Form()],
    state: Annotated[RequestState, Form()],
    assignee_id: Annotated[str, Form(max_length=64)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
    cancel_reason: Annotated[str, Form(max_length=40)] = "",
    remedy: Annotated[str, Form(max_length=40)] = "",
    then: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    back = f"/requests/{quote(request_id)}"
    if state is RequestState.CANCELLED and not cancel_reason:
        return RedirectResponse(f"{back}?said=reason", 303)
    try:
        body = MoveRequestIn(
            version=version,
            state=state,
            assignee_id=assignee_id or None,
            note=note.strip(),
            cancel_reason=CancelReason(cancel_reason) if cancel_reason else None,
            remedy=Remedy(remedy) if remedy else None,
        )
        await api_requests.move_request(request_id, body, parts, user)
    except (ValueError, ValidationError):
        return RedirectResponse(f"{back}?said=failed", 303)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        needs_remedy = problem.status == 422 and state is RequestState.DONE
        said = "stale" if problem.status == 409 else "remedy" if needs_remedy else "failed"
        return RedirectResponse(f"{back}?said={said}", 303)
    return RedirectResponse(local_path(then) if then else back, 303)


@router.post("/requests/{request_id}/accept")
async def accept(
    request_id: str,
    parts: PartsDep,
    user: ActOnRequests,
    version: Annotated[int, Form()],
    then: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    back = f"/requests/{quote(request_id)}"
    try:
        await api_requests.accept_request(request_id, MoveIn(version=version), parts, user)
    except (ValidationError, Problem) as problem:
        if isinstance(problem, Problem) and problem.status != 409:
            raise
        return RedirectResponse(f"{back}?said=stale", 303)
    return RedirectResponse(local_path(then) if then else back, 303)


async def _people(parts: Parts, one: RequestOut) -> list[tuple[str, list[AssigneeOut]]]:
    """Who can be asked, in groups; nobody for a request that cannot be shown where its home cannot be looked at either."""
    try:
        return _in_groups(await asyncio.to_thread(assignees, parts, parts.views.profile(one.home_id)))
    except Exception:
        if one.cannot_be_shown is None:
            raise
        log.error("service request %s of home %s: nobody can be offered to do it", one.id, one.home_id)
        return []


def _in_groups(people: list[AssigneeOut]) -> list[tuple[str, list[AssigneeOut]]]:
    found = [(group.value, [one for one in people if one.group is group]) for group in AssigneeGroup]
    return [(group, those) for group, those in found if those]
