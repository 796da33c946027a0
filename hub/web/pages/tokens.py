"""Tokens of scripts and partner systems, for administrators: made, shown once, revoked."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hub.web import api_tokens
from hub.web.api_tokens import TOKEN_ROLES, MadeTokenOut, TokenIn
from hub.web.guard import User
from hub.web.pages.accounts import complaints, places_of
from hub.web.pages.rendering import pages_of
from hub.web.parts import AdministratorDep, Parts, PartsDep
from hub.web.problems import Problem

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Typed = Annotated[str, Form(max_length=100)]
DURATIONS = (30, 90, 365, 1095)


@router.get("/tokens")
async def tokens_page(
    request: Request, parts: PartsDep, user: AdministratorDep, revoked: bool = False
) -> Response:
    return await _list(request, parts, user, revoked=revoked)


@router.post("/tokens")
async def make_token(
    request: Request,
    parts: PartsDep,
    user: AdministratorDep,
    name: Typed = "",
    role: Typed = "",
    scope: Typed = "",
    days: Typed = "",
) -> Response:
    """The page that shows it is the answer itself: it stands nowhere else."""
    kind, _, place = scope.partition(":")
    body: dict[str, Any] = {"name": name, "role": role, "scope": {"kind": kind, "id": place or None}}
    if days:
        body["days"] = days
    try:
        made = await api_tokens.make_token(TokenIn.model_validate(body), parts, user)
    except (ValidationError, Problem) as error:
        messages, status = complaints(error, pages_of(request).language(request), "tokens")
        typed = {"name": name, "role": role, "scope": scope, "days": days}
        return await _list(request, parts, user, messages, status, typed)
    return await _list(request, parts, user, made=made)


@router.post("/tokens/{token_id}/revoke")
async def revoke_token(request: Request, token_id: str, parts: PartsDep, user: AdministratorDep) -> Response:
    await api_tokens.revoke_token(token_id, parts, user)
    return RedirectResponse("/tokens?revoked=1", 303)


async def _list(
    request: Request,
    parts: Parts,
    user: User,
    messages: tuple[str, ...] = (),
    status: int = 200,
    typed: dict[str, str] | None = None,
    *,
    made: MadeTokenOut | None = None,
    revoked: bool = False,
) -> Response:
    return pages_of(request).page(
        request,
        "tokens.html",
        status,
        here="/accounts",
        items=await api_tokens.list_tokens(parts, user),
        messages=messages,
        typed=typed or {},
        made=made,
        revoked=revoked,
        roles=[role.value for role in TOKEN_ROLES],
        places=places_of(parts),
        durations=DURATIONS,
        name_of=parts.views.name,
    )
