"""One home's changes: paused, back, left, deceased; away for some days or every week, and back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hub.core.home import GONE, AwayKind, Home, Membership
from hub.directory import residences
from hub.directory.model import Residence
from hub.directory.residences import NEXT
from hub.web import api_enrol, api_homes
from hub.web.access import Permission
from hub.web.api_people import directory_of
from hub.web.care_cards import short_card
from hub.web.guard import User
from hub.web.models import AwayIn
from hub.web.models_enrol import MembershipIn
from hub.web.pages.enrol import told, typed_fields
from hub.web.pages.rendering import pages_of
from hub.web.parts import Parts, PartsDep, SetsAway, ViewHomes, allowed
from hub.web.problems import Problem
from hub.web.visibility import see_home
from hub.web.words import say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ChangesMembership = Annotated[User, Depends(allowed(Permission.CHANGE_MEMBERSHIP))]
_MONTH = timedelta(days=30)


@router.get("/homes/{home_id}/life")
async def life_page(request: Request, home_id: str, parts: PartsDep, user: ViewHomes) -> Response:
    return _life(request, parts, user, home_id)


@router.post("/homes/{home_id}/life/membership")
async def set_membership(
    request: Request, home_id: str, parts: PartsDep, user: ChangesMembership
) -> Response:
    form = await request.form()
    language = pages_of(request).language(request)
    typed = typed_fields(form, MembershipIn)
    if "take_back" in form:
        typed = {"to": str(form["take_back"])}
    if typed.get("to") in {one.value for one in GONE} and "sure" not in form:
        return _life(request, parts, user, home_id, message=say(language, "life.must_be_sure"))
    try:
        for name in ("from_at", "until_at"):
            if name in typed:
                typed[name] = instant(parts, typed[name])
        body = MembershipIn.model_validate(typed)
        await api_enrol.set_membership(home_id, str(form.get("elder", "")), body, parts, user)
    except (Problem, ValidationError) as error:
        return _life(request, parts, user, home_id, message=told(request, error))
    return RedirectResponse(f"/homes/{home_id}/life", 303)


@router.post("/homes/{home_id}/life/away")
async def set_away(request: Request, home_id: str, parts: PartsDep, user: SetsAway) -> Response:
    form = await request.form()
    typed: dict[str, Any] = typed_fields(form, AwayIn)
    weekdays = [str(day) for day in form.getlist("weekdays")]
    try:
        for name in ("from_at", "until_at"):
            if name in typed:
                typed[name] = instant(parts, typed[name])
        if weekdays:
            typed["routine"] = {
                "weekdays": weekdays,
                "leaves": form.get("leaves"),
                "returns": form.get("returns"),
            }
        await api_homes.set_away(home_id, AwayIn.model_validate(typed), parts, user)
    except (Problem, ValidationError) as error:
        long = isinstance(error, Problem) and error.code == "long_away"
        asked = [(name, str(value)) for name, value in form.multi_items()] if long else []
        return _life(request, parts, user, home_id, message=told(request, error), asked=asked)
    return RedirectResponse(f"/homes/{home_id}/life", 303)


@router.post("/homes/{home_id}/life/back")
async def end_away(request: Request, home_id: str, parts: PartsDep, user: SetsAway) -> Response:
    form = await request.form()
    from_at = str(form.get("from_at", ""))
    try:
        await api_homes.end_away(
            home_id,
            parts,
            user,
            resident_id=str(form.get("resident_id", "")) or None,
            from_at=datetime.fromisoformat(from_at) if from_at else None,
        )
    except (Problem, ValueError) as error:
        if not isinstance(error, Problem):
            error = Problem(
                422, "invalid", "A date is wrong.", where="from_at", remedy="Load the page again."
            )
        return _life(request, parts, user, home_id, message=told(request, error))
    return RedirectResponse(f"/homes/{home_id}/life", 303)


def _life(
    request: Request,
    parts: Parts,
    user: User,
    home_id: str,
    *,
    message: str = "",
    asked: Sequence[tuple[str, str]] = (),
) -> Response:
    """`asked`: the fields of a long absence that is sent once more when the dates are right."""
    home = see_home(parts, user, home_id)
    local = parts.hub.now().astimezone(parts.settings.timezone)
    return pages_of(request).page(
        request,
        "life.html",
        409 if message else 200,
        here="/homes",
        card=short_card(parts, user, home_id),
        message=message,
        asked=asked,
        next={
            one.id: [state for state in Membership if state in _may_become(one.membership)]
            for one in home.profile.residents
        },
        planned=planned_states(parts, home),
        gone=[one.value for one in GONE],
        may_change=user.may(Permission.CHANGE_MEMBERSHIP),
        may_set_away=user.may(Permission.SET_AWAY),
        away_kinds=list(AwayKind),
        away_from=local.strftime("%Y-%m-%dT%H:%M"),
        away_until=(local + _MONTH).strftime("%Y-%m-%dT%H:%M"),
    )


def planned_states(parts: Parts, home: Home) -> dict[str, tuple[Residence, ...]]:
    """By elder: what is entered for a day to come."""
    directory, now = directory_of(parts), parts.hub.now()
    return {one.id: residences.planned(directory, one.id, home.id, now) for one in home.profile.residents}


def _may_become(membership: Membership) -> frozenset[Membership]:
    """A pause may also get another end."""
    own = {membership} & {Membership.PAUSED}
    return NEXT[membership] | own


def instant(parts: Parts, local: str) -> datetime:
    """A local time of the cell, as the form's fields write it. What it does not understand the model refuses."""
    try:
        return datetime.fromisoformat(local).replace(tzinfo=parts.settings.timezone).astimezone(UTC)
    except ValueError:
        raise Problem(
            422,
            "invalid",
            "A date is wrong.",
            where="date",
            remedy="Write it as 2026-03-31T08:00.",
            zh="日期不对，请按 2026-03-31T08:00 填写",
        ) from None
