"""Silences: what nobody is told for a while, of all homes and of one, with the form that sets and ends them."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hub.core.silences import SilenceReason
from hub.web import api_silences
from hub.web.access import Permission
from hub.web.api_silences import Silences
from hub.web.guard import User
from hub.web.models_silences import SilenceIn
from hub.web.pages.enrol import told, typed_fields
from hub.web.pages.life import instant
from hub.web.pages.lists import pager
from hub.web.pages.rendering import pages_of
from hub.web.parts import Parts, PartsDep, ViewHomes
from hub.web.problems import Problem
from hub.web.visibility import see_home

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

A_PAGE = 50
_USUAL = timedelta(hours=4)


@router.get("/silences")
async def silences_page(
    request: Request, parts: PartsDep, user: ViewHomes, page: Annotated[int, Query(ge=1)] = 1
) -> Response:
    """What nobody is told at this moment: for whoever answers for it."""
    found = await api_silences.list_silences(parts, user, A_PAGE, (page - 1) * A_PAGE)
    return pages_of(request).page(
        request,
        "silences.html",
        here="/silences",
        found=found,
        pager=pager(request, page, A_PAGE, found.total),
    )


@router.get("/homes/{home_id}/silences")
async def home_silences_page(request: Request, home_id: str, parts: PartsDep, user: ViewHomes) -> Response:
    return _of_home(request, parts, user, home_id)


@router.post("/homes/{home_id}/silences")
async def set_silence(request: Request, home_id: str, parts: PartsDep, user: Silences) -> Response:
    form = await request.form()
    typed = typed_fields(form, SilenceIn)
    try:
        for name in ("from_at", "until_at"):
            if name in typed:
                typed[name] = instant(parts, typed[name])
        await api_silences.set_silence(home_id, SilenceIn.model_validate(typed), parts, user)
    except (Problem, ValidationError) as error:
        return _of_home(request, parts, user, home_id, message=told(request, error), typed=dict(form))
    return RedirectResponse(f"/homes/{home_id}/silences", 303)


@router.post("/homes/{home_id}/silences/{silence_id}/end")
async def end_silence(
    request: Request, home_id: str, silence_id: str, parts: PartsDep, user: Silences
) -> Response:
    try:
        await api_silences.end_silence(home_id, silence_id, parts, user)
    except Problem as error:
        return _of_home(request, parts, user, home_id, message=told(request, error))
    return RedirectResponse(f"/homes/{home_id}/silences", 303)


def _of_home(
    request: Request,
    parts: Parts,
    user: User,
    home_id: str,
    *,
    message: str = "",
    typed: dict[str, object] | None = None,
) -> Response:
    home = see_home(parts, user, home_id)
    until = parts.hub.now().astimezone(parts.settings.timezone) + _USUAL
    return pages_of(request).page(
        request,
        "silences_home.html",
        409 if message else 200,
        here="/silences",
        home=home,
        silences=api_silences.of_home(parts, user, home),
        message=message,
        typed={**dict.fromkeys(SilenceIn.model_fields, ""), **(typed or {})},
        kinds=[of.value for of in api_silences.may_set(user)] if user.may(Permission.SILENCE) else [],
        reasons=[reason.value for reason in SilenceReason],
        until=until.strftime("%Y-%m-%dT%H:%M"),
    )
