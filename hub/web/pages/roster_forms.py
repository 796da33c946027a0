"""The forms of the roster's page: leave, covers, shifts, holidays and opening hours; each goes back to its week."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from hub.core.alerts import Role
from hub.core.calendar import DayType, OnDays
from hub.core.shifts import LeaveKind, Takes
from hub.web import api_roster, roster_changes
from hub.web.api_roster import ConfirmCover, EditRoster
from hub.web.guard import User
from hub.web.models_roster import (
    CoverIn,
    DatedShiftIn,
    Day,
    HolidayIn,
    HoursIn,
    LeaveIn,
    OpeningIn,
    ShiftIn,
    TelephoneIn,
)
from hub.web.pages.accounts import complaints
from hub.web.pages.rendering import pages_of
from hub.web.pages.roster import shown
from hub.web.parts import Parts, PartsDep
from hub.web.problems import Problem
from hub.web.roster_week import CALL_CENTRE
from hub.web.words import say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_OPENINGS = TypeAdapter(list[OpeningIn])
_DAY: TypeAdapter[date] = TypeAdapter(Day)

Typed = Annotated[str, Form()]


# --- leave and covers -------------------------------------------------------------------------------------------------


@router.post("/roster/leave")
async def set_leave(request: Request, parts: PartsDep, user: EditRoster) -> Response:
    async def do(form: Mapping[str, Any]) -> None:
        from_at, until_at = _between(parts, form)
        body = LeaveIn(
            person_id=form["person"], from_at=from_at, until_at=until_at, kind=LeaveKind(form["kind"])
        )
        await api_roster.set_leave(body, parts, user)

    return await _done(request, parts, user, do, "leaves")


@router.post("/roster/leave/{leave_id}/end")
async def end_leave(request: Request, leave_id: str, parts: PartsDep, user: EditRoster) -> Response:
    return await _done(
        request, parts, user, lambda form: api_roster.end_leave(leave_id, parts, user), "leaves"
    )


@router.post("/roster/cover")
async def request_cover(request: Request, parts: PartsDep, user: ConfirmCover) -> Response:
    async def do(form: Mapping[str, Any]) -> None:
        from_at, until_at = _between(parts, form)
        covered, by = form.get("covered", ""), form.get("by", "")
        if roster_changes.own_only(user):
            other, me = form.get("other", ""), user.person_id or ""
            covered, by = (me, other) if form.get("direction") != "offer" else (other, me)
        body = CoverIn(
            covered_id=covered, by_id=by, from_at=from_at, until_at=until_at, takes=Takes(form["takes"])
        )
        await api_roster.request_cover(body, parts, user)

    return await _done(request, parts, user, do, "covers")


@router.post("/roster/cover/{cover_id}/confirm")
async def confirm_cover(request: Request, cover_id: str, parts: PartsDep, user: ConfirmCover) -> Response:
    return await _done(
        request, parts, user, lambda form: api_roster.confirm_cover(cover_id, parts, user), "covers"
    )


@router.post("/roster/cover/{cover_id}/confirm-by-telephone")
async def confirm_by_telephone(
    request: Request, cover_id: str, parts: PartsDep, user: EditRoster
) -> Response:
    async def do(form: Mapping[str, Any]) -> None:
        body = TelephoneIn(person_id=form["person"])
        await api_roster.confirm_by_telephone(cover_id, body, parts, user)

    return await _done(request, parts, user, do, "covers")


@router.post("/roster/cover/{cover_id}/decline")
async def decline_cover(request: Request, cover_id: str, parts: PartsDep, user: ConfirmCover) -> Response:
    return await _done(
        request, parts, user, lambda form: api_roster.decline_cover(cover_id, parts, user), "covers"
    )


@router.post("/roster/cover/{cover_id}/end")
async def end_cover(request: Request, cover_id: str, parts: PartsDep, user: ConfirmCover) -> Response:
    return await _done(
        request, parts, user, lambda form: api_roster.end_cover(cover_id, parts, user), "covers"
    )


# --- shifts -----------------------------------------------------------------------------------------------------------


@router.post("/roster/shift")
async def add_shift(request: Request, parts: PartsDep, user: EditRoster) -> Response:
    async def do(form: Mapping[str, Any]) -> None:
        days = OnDays(form["days"])
        body = ShiftIn(
            person_id=form["person"],
            role=Role(form["role"]),
            starts=time.fromisoformat(form["starts"]),
            ends=time.fromisoformat(form["ends"]),
            days=days,
            weekdays=[int(one) for one in form["weekdays"]] if days is OnDays.WEEKDAYS else [],
            centre_id=_centre(form),
        )
        await api_roster.add_shift(body, parts, user)

    return await _done(request, parts, user, do, "shifts")


@router.post("/roster/shift/{shift_id}/remove")
async def remove_shift(request: Request, shift_id: str, parts: PartsDep, user: EditRoster) -> Response:
    return await _done(
        request, parts, user, lambda form: api_roster.remove_shift(shift_id, parts, user), "shifts"
    )


@router.post("/roster/dated")
async def add_dated_shift(request: Request, parts: PartsDep, user: EditRoster) -> Response:
    async def do(form: Mapping[str, Any]) -> None:
        body = DatedShiftIn(
            person_id=form["person"],
            role=Role(form["role"]),
            on=date.fromisoformat(form["on"]),
            starts=time.fromisoformat(form["starts"]),
            ends=time.fromisoformat(form["ends"]),
            centre_id=_centre(form),
            in_place="in_place" in form,
        )
        await api_roster.add_dated_shift(body, parts, user)

    return await _done(request, parts, user, do, "dated")


@router.post("/roster/dated/{shift_id}/remove")
async def remove_dated_shift(request: Request, shift_id: str, parts: PartsDep, user: EditRoster) -> Response:
    return await _done(
        request, parts, user, lambda form: api_roster.remove_dated_shift(shift_id, parts, user), "dated"
    )


# --- holidays and opening hours ---------------------------------------------------------------------------------------


@router.post("/roster/holiday")
async def set_holiday(request: Request, parts: PartsDep, user: EditRoster) -> Response:
    async def do(form: Mapping[str, Any]) -> None:
        body = HolidayIn(day_type=DayType(form["day_type"]), name=form.get("name", ""))
        await api_roster.set_holiday(_DAY.validate_python(form["on"]), body, parts, user)

    return await _done(request, parts, user, do, "holidays")


@router.post("/roster/holiday/{on}/clear")
async def clear_holiday(request: Request, on: date, parts: PartsDep, user: EditRoster) -> Response:
    return await _done(
        request, parts, user, lambda form: api_roster.clear_holiday(on, parts, user), "holidays"
    )


@router.post("/roster/openings")
async def set_openings(request: Request, parts: PartsDep, user: EditRoster) -> Response:
    """Rows without hours are left out."""

    async def do(form: Mapping[str, Any]) -> None:
        rows = [
            {
                "days": form[f"days-{row}"],
                "weekdays": [int(one) for one in form.get(f"weekdays-{row}", [])]
                if form[f"days-{row}"] == OnDays.WEEKDAYS
                else [],
                "opens": form[f"opens-{row}"],
                "closes": form[f"closes-{row}"],
            }
            for row in range(10)
            if form.get(f"opens-{row}") or form.get(f"closes-{row}")
        ]
        body = _OPENINGS.validate_python(rows)
        await api_roster.set_openings(_centre(form) or "", body, parts, user)

    return await _done(request, parts, user, do, "openings")


@router.post("/roster/special")
async def set_special_hours(request: Request, parts: PartsDep, user: EditRoster) -> Response:
    async def do(form: Mapping[str, Any]) -> None:
        hours: list[HoursIn] = []
        if "closed" not in form:
            opens, closes = (time.fromisoformat(form[name]) for name in ("opens", "closes"))
            hours = [HoursIn(opens=opens, closes=closes)]
        on = _DAY.validate_python(form["on"])
        await api_roster.set_special_hours(_centre(form) or "", on, hours, parts, user)

    return await _done(request, parts, user, do, "openings")


@router.post("/roster/special/{on}/clear")
async def clear_special_hours(request: Request, on: date, parts: PartsDep, user: EditRoster) -> Response:
    async def do(form: Mapping[str, Any]) -> None:
        await api_roster.clear_special_hours(_centre(form) or "", on, parts, user)

    return await _done(request, parts, user, do, "openings")


# --- a form and what becomes of it ------------------------------------------------------------------------------------


async def _done(
    request: Request,
    parts: Parts,
    user: User,
    do: Callable[[Mapping[str, Any]], Awaitable[object]],
    part: str,
) -> Response:
    """Back to the week that was shown, at the part that was changed; or the page again, saying what is wrong."""
    sent = await request.form()
    form: dict[str, Any] = {key: str(sent[key]) for key in sent}
    for key in sent:
        if key.startswith("weekdays"):
            form[key] = [str(one) for one in sent.getlist(key)]
    form.setdefault("weekdays", [])
    language = pages_of(request).language(request)
    try:
        await do(form)
    except Problem as error:
        if error.status == 403:
            raise
        messages, status = complaints(error, language, "roster")
    except (ValidationError, ValueError, KeyError, OverflowError):
        messages, status = (say(language, "roster.wrong_form"),), 422
    else:
        asked = urlencode({key: form[key] for key in ("centre", "week") if form.get(key)})
        return RedirectResponse(f"/roster?{asked}#{part}", 303)
    return await shown(request, parts, user, messages, status, form)


def _centre(form: Mapping[str, Any]) -> str | None:
    centre = form.get("centre") or CALL_CENTRE
    return None if centre == CALL_CENTRE else str(centre)


def _between(parts: Parts, form: Mapping[str, Any]) -> tuple[datetime, datetime]:
    starts, ends = (time.fromisoformat(form[one]) if form.get(one) else None for one in ("starts", "ends"))
    first, last = (date.fromisoformat(form[one]) for one in ("first", "last"))
    return roster_changes.between(parts.hub.context(), first, last, starts, ends)
