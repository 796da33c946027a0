"""The API of service requests: list, look, open, assign, move. Every action is one command for the engine."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Query

from firmware_contracts.vocabulary import ServiceCategory
from hub.core.events import AcceptRequest, Command, MoveRequest, OpenRequest, RaiseByHand
from hub.core.outcome import Refused
from hub.core.service_requests import ENDED_STATES, OPEN_STATES, RequestCategory, RequestState
from hub.web.access import Permission
from hub.web.assignees import assignees
from hub.web.commands import current_alert, current_request, done_id, obey, refusal
from hub.web.guard import User
from hub.web.models import MoveIn, RequestOut
from hub.web.models_requests import (
    AssigneeOut,
    MoveRequestIn,
    OpenedOut,
    OpenRequestIn,
    RequestDetail,
    RequestPage,
)
from hub.web.parts import ActOnRequests, Parts, PartsDep, ViewRequests
from hub.web.problems import RESPONSES, Problem, not_found
from hub.web.visibility import see_home, see_request, visible_homes

router = APIRouter(prefix="/api/v1", responses=RESPONSES, tags=["requests"])

Limit = Annotated[int, Query(ge=1, le=200)]
Search = Annotated[str, Query(max_length=100)]


@router.get("/requests")
async def list_requests(
    parts: PartsDep,
    user: ViewRequests,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    state: Annotated[list[RequestState] | None, Query()] = None,
    category: Annotated[list[RequestCategory] | None, Query()] = None,
    home: str | None = None,
    centre: str | None = None,
    q: Search = "",
    limit: Limit = 50,
    before: str | None = None,
) -> RequestPage:
    """Service requests, newest first."""
    if home is not None and parts.hub.home(home) is not None:
        see_home(parts, user, home, Permission.VIEW_REQUESTS)
    number = (await asyncio.to_thread(parts.queries.journal_range)).newest
    wanted: tuple[RequestState, ...] = tuple(state or ())
    if is_open is not None:
        allowed = OPEN_STATES if is_open else ENDED_STATES
        wanted = tuple(one for one in allowed if not wanted or one in wanted)
        if not wanted:
            return RequestPage(items=[], next=None, number=number)
    found = await asyncio.to_thread(
        parts.queries.list_requests,
        homes=visible_homes(parts, user),
        states=wanted,
        categories=category or (),
        home_id=home,
        centre_id=centre,
        search=q,
        limit=limit,
        before=before,
    )
    return RequestPage(
        items=[parts.views.request(request) for request in found],
        next=found[-1].id if len(found) == limit else None,
        number=number,
    )


@router.get("/requests/{request_id}")
async def get_request(request_id: str, parts: PartsDep, user: ViewRequests) -> RequestDetail:
    """One request with its timeline, oldest entry first."""
    detail = await see_request(parts, user, request_id)
    current = await current_request(parts, detail.request.home_id, request_id) or detail.request
    return RequestDetail(
        **parts.views.request(current).model_dump(), timeline=parts.views.timeline(detail.timeline)
    )


@router.get("/requests/{request_id}/assignees")
async def list_assignees(request_id: str, parts: PartsDep, user: ActOnRequests) -> list[AssigneeOut]:
    """Who can be asked to do it, the nearest first."""
    request = (await see_request(parts, user, request_id, Permission.ACT_ON_REQUESTS)).request
    return await asyncio.to_thread(assignees, parts, parts.views.profile(request.home_id))


@router.post("/requests", status_code=201)
async def open_request(
    body: OpenRequestIn,
    parts: PartsDep,
    user: ActOnRequests,
    idempotency_key: Annotated[str | None, Header(min_length=8, max_length=64)] = None,
) -> OpenedOut:
    """Open a request for a home; the same `Idempotency-Key` again gives the same one. 助急 raises an emergency."""
    if idempotency_key is None:
        raise Problem(
            400,
            "no_idempotency_key",
            "The header Idempotency-Key is missing.",
            where="Idempotency-Key",
            remedy="Send a new random value for every request, and the same one again when you repeat it.",
        )
    return await open_for(parts, user, body, idempotency_key)


async def open_for(parts: Parts, user: User, body: OpenRequestIn, key: str) -> OpenedOut:
    """What the desk opens for a home: a request, or for 助急 an alert."""
    see_home(parts, user, body.home_id, Permission.ACT_ON_REQUESTS)
    # Of another category it is another wish, whatever the key says: an emergency above all.
    command_id = f"{user.login}|{key}|{body.category.value}"
    if body.category is ServiceCategory.URGENT_HELP:
        raise_it = RaiseByHand(body.home_id, user.actor, command_id, body.resident_id, body.note)
        alert = await current_alert(parts, body.home_id, done_id(await obey(parts, raise_it)))
        if alert is None:
            raise not_found("alert", "alert_id")
        return OpenedOut(alert=parts.views.alert(alert))
    command = OpenRequest(
        body.home_id,
        user.actor,
        command_id,
        RequestCategory(body.category.value),
        body.resident_id,
        body.note,
    )
    request = await current_request(parts, body.home_id, done_id(await obey(parts, command)))
    if request is None:
        raise not_found("request", "request_id")
    return OpenedOut(request=parts.views.request(request))


@router.post("/requests/{request_id}/move")
async def move_request(
    request_id: str, body: MoveRequestIn, parts: PartsDep, user: ActOnRequests
) -> RequestOut:
    """Take a service request to another state."""
    home_id = await _home_of(parts, user, request_id)
    if body.assignee_id is not None and body.assignee_id not in parts.hub.context().people:
        raise not_found("person", "assignee_id")
    await asyncio.to_thread(_must_fit, parts, user, home_id, request_id, body.assignee_id)
    command = MoveRequest(
        home_id,
        request_id,
        user.actor,
        body.state,
        body.assignee_id,
        body.note,
        body.version,
        body.cancel_reason,
        body.remedy,
    )
    return await carry_out(parts, command, home_id, request_id)


def _must_fit(parts: Parts, user: User, home_id: str, request_id: str, assignee_id: str | None) -> None:
    """Whoever is to do it gets name and address: somebody who works there, is there, and stands on the list of whom to ask."""
    home = parts.hub.home(home_id)
    if assignee_id is None or assignee_id == user.person_id or home is None:
        return
    request = home.requests.get(request_id)
    if request is not None and request.assignee_id == assignee_id:
        return
    if all(one.id != assignee_id for one in assignees(parts, home.profile)):
        raise Problem(
            422,
            "not_an_assignee",
            f"{assignee_id} does not work for this home, or is on leave.",
            where="assignee_id",
            remedy=f"Choose one of GET /api/v1/requests/{request_id}/assignees.",
            zh="这个人不服务这一户，或者正在休假。",
        )


@router.post("/requests/{request_id}/accept")
async def accept_request(request_id: str, body: MoveIn, parts: PartsDep, user: ActOnRequests) -> RequestOut:
    """The assignee says yes, in person or through the desk."""
    home_id = await _home_of(parts, user, request_id)
    command = AcceptRequest(home_id, request_id, user.actor, body.version)
    return await carry_out(parts, command, home_id, request_id)


async def carry_out(parts: Parts, command: Command, home_id: str, request_id: str) -> RequestOut:
    """Carry out a command about a request; the request as it stands now, or a 409 that carries it."""
    result = await obey(parts, command)
    current = await current_request(parts, home_id, request_id)
    shown = parts.views.request(current) if current else None
    if isinstance(result, Refused):
        raise refusal(result, current=shown.model_dump(mode="json") if shown else None)
    if shown is None:
        raise not_found("request", "request_id")
    return shown


async def _home_of(parts: Parts, user: User, request_id: str) -> str:
    found = await see_request(parts, user, request_id, Permission.ACT_ON_REQUESTS)
    return found.request.home_id
