"""The roster page: a week at a centre, what is to settle ahead, and the forms that change it; for a butler the own shifts."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from hub.core.alerts import Role
from hub.core.calendar import DayType, OnDays
from hub.core.opening import Opening
from hub.core.roster import CELL_ROLES, CENTRE_ROLES
from hub.core.shifts import Cover, CoverState, LeaveKind, Shift, Takes
from hub.directory import cover_edits
from hub.web import api_roster, roster_changes
from hub.web.access import Permission
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
from hub.web.parts import Parts, PartsDep, ViewRoster
from hub.web.problems import Problem
from hub.web.roster_changes import directory_of
from hub.web.roster_week import CALL_CENTRE, PersonWeek, Week
from hub.web.staff import staff
from hub.web.words import Language, say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PROBLEMS_SHOWN = 12
_ORDER = (Role.BUTLER, Role.DEPUTY, Role.ELDER_HELPER, Role.CENTRE_DUTY, Role.OPERATOR, Role.DUTY_MANAGER)
_GRADES = ("gap", "double", "open", "note")
_OPENINGS = TypeAdapter(list[OpeningIn])
_DAY: TypeAdapter[date] = TypeAdapter(Day)

Typed = Annotated[str, Form()]


@router.get("/roster")
async def roster_page(request: Request, parts: PartsDep, user: ViewRoster) -> Response:
    return await _page(request, parts, user)


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
async def end_cover(request: Request, cover_id: str, parts: PartsDep, user: EditRoster) -> Response:
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
    return await _page(request, parts, user, messages, status, form)


def _centre(form: Mapping[str, Any]) -> str | None:
    centre = form.get("centre") or CALL_CENTRE
    return None if centre == CALL_CENTRE else str(centre)


def _between(parts: Parts, form: Mapping[str, Any]) -> tuple[datetime, datetime]:
    starts, ends = (time.fromisoformat(form[one]) if form.get(one) else None for one in ("starts", "ends"))
    first, last = (date.fromisoformat(form[one]) for one in ("first", "last"))
    return roster_changes.between(parts.hub.context(), first, last, starts, ends)


# --- the page ---------------------------------------------------------------------------------------------------------


async def _page(
    request: Request,
    parts: Parts,
    user: User,
    messages: tuple[str, ...] = (),
    status: int = 200,
    typed: Mapping[str, Any] | None = None,
) -> Response:
    pages = pages_of(request)
    language = pages.language(request)
    asked = typed if typed is not None else request.query_params
    place = api_roster.place_for(parts, user, asked.get("centre") or None)
    try:
        day = _DAY.validate_python(asked["week"]) if asked.get("week") else None
    except ValueError:
        messages, status, day = (say(language, "roster.wrong_form"),), 422, None
    week = api_roster.week_for(parts, user, place, day)
    problems = sorted(
        roster_changes.of_concern(parts, user, await api_roster.outlooks_of(request).ahead(parts)),
        key=lambda one: _GRADES.index(roster_changes.GRADES[one.kind]),
    )
    own = roster_changes.own_only(user)
    centre = next((one for one in directory_of(parts).centres if one.id == place), None)
    today = parts.hub.context().local(parts.hub.now()).date()
    return pages.page(
        request,
        "roster.html",
        status,
        here="/roster",
        messages=messages,
        typed=typed or {},
        own=own,
        week=week,
        last=week.first + timedelta(days=6),
        place=place,
        centre=centre,
        places=[(one, _place(parts, one, language)) for one in roster_changes.places_of(parts, user)],
        links=_links(place, week, own),
        problems=[_problem(parts, one, language) for one in problems[:PROBLEMS_SHOWN]],
        more=max(0, len(problems) - PROBLEMS_SHOWN),
        waiting=[one for one in week.covers if user.person_id in _waits(one)],
        may_edit=user.may(Permission.EDIT_ROSTER),
        may_edit_all=user.may(Permission.EDIT_ROSTER)
        and CALL_CENTRE in roster_changes.places_of(parts, user),
        may_cover=user.may(Permission.CONFIRM_COVER) and (not own or user.person_id is not None),
        decides=partial(_decides, parts, user, await parts.logins.people_who_may(Permission.CONFIRM_COVER)),
        waits=_waits,
        name=parts.views.name,
        place_name=lambda one: _place(parts, one or CALL_CENTRE, language),
        when=partial(_when, parts, language),
        on_which=partial(_on_which, language),
        elsewhere=partial(_elsewhere, place, own),
        now=parts.hub.now(),
        today=today,
        until=today + timedelta(days=1),
        holidays=sorted(
            (one for one in directory_of(parts).holidays if one.on >= today), key=lambda one: one.on
        ),
        **_choices(parts, user, place),
    )


def _links(place: str, week: Week, own: bool) -> dict[str, str]:
    def to(first: date | None) -> str:
        asked = {} if own else {"centre": place}
        return "/roster?" + urlencode(asked | ({"week": first.isoformat()} if first is not None else {}))

    return {
        "before": to(week.first - timedelta(days=7)),
        "after": to(week.first + timedelta(days=7)),
        "this": to(None),
    }


def _choices(parts: Parts, user: User, place: str) -> dict[str, Any]:
    """What the forms offer."""
    directory, now = directory_of(parts), parts.hub.now()
    reach = roster_changes.people_in_reach(parts, user)
    rostered = {
        one.person_id for one in directory.shifts if one.role in CENTRE_ROLES or one.role in CELL_ROLES
    } | {one.person_id for one in directory.bonds if one.role in CENTRE_ROLES}
    people = staff(directory, now)
    roles = [role for role in _ORDER if (role in CELL_ROLES) is (place == CALL_CENTRE)]
    return {
        "staff": [(one.id, one.name) for one in people if one.methods and (reach is None or one.id in reach)],
        "people": [
            (one.id, one.name) for one in people if one.id in rostered and (reach is None or one.id in reach)
        ],
        "colleagues": [
            (one.id, one.name) for one in people if one.id in rostered and one.id != user.person_id
        ],
        "roles": [role.value for role in roles],
        "on_days": [one.value for one in OnDays],
        "leave_kinds": [one.value for one in LeaveKind],
        "takes": [one.value for one in Takes],
        "day_types": [one.value for one in DayType],
    }


def _waits(cover: Cover) -> list[str]:
    return list(cover_edits.awaits(cover))


def _decides(parts: Parts, user: User, confirming: frozenset[str], cover: Cover) -> dict[str, Any]:
    """Which buttons a cover has for this log-in, and for whom it may record what was said on the telephone."""
    now = parts.hub.now()
    mine = user.person_id in (cover.covered_id, cover.by_id)
    reach = roster_changes.people_in_reach(parts, user)
    edits = user.may(Permission.EDIT_ROSTER) and (reach is None or cover.covered_id in reach)
    over = cover.until_at <= now
    waits = _waits(cover)
    open_ = cover.state is CoverState.REQUESTED and not over
    return {
        "confirm": open_ and user.person_id in waits,
        "confirm_for": open_
        and edits
        and roster_changes.for_the_ill(user) is not None
        and cover_edits.may_agree_for_covered(cover, directory_of(parts)),
        "by_telephone": [
            one
            for one in waits
            if open_ and edits and one not in confirming and (reach is None or one in reach)
        ],
        "decline": open_ and (mine or edits),
        "end": cover.state is CoverState.CONFIRMED and edits and not over,
    }


def _place(parts: Parts, place: str, language: Language) -> str:
    if place == CALL_CENTRE:
        return say(language, "roster.call_centre")
    return next((one.name for one in directory_of(parts).centres if one.id == place), place)


def _elsewhere(place: str, own: bool, person: PersonWeek) -> str | None:
    """The one other place at which somebody works all week: said once, and not in every cell."""
    places = {duty.centre_id for day in person.days for duty in day}
    only = next(iter(places)) if len(places) == 1 else None
    return only if own or only != place else None


def _on_which(language: Language, entry: Shift | Opening) -> str:
    """The dates of a weekly pattern: 周一至周五; 每天; 工作日."""
    days = sorted(entry.weekdays)
    if entry.days is not OnDays.WEEKDAYS or len(days) == 7:
        kind = OnDays.EVERY_DAY if len(days) == 7 else entry.days
        return say(language, f"on_days.{kind.value}")
    names = [say(language, f"roster.weekday.{day}") for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return say(language, "roster.through", first=names[0], last=names[-1])
    return say(language, "list.and").join(names)


def _problem(parts: Parts, problem: Any, language: Language) -> dict[str, str]:
    return {
        "grade": roster_changes.GRADES[problem.kind],
        "text": roster_changes.problem_text(parts, problem, language),
        "when": _when(parts, language, problem.from_at, problem.until_at),
    }


def _when(parts: Parts, language: Language, from_at: datetime, until_at: datetime) -> str:
    """Whole days as dates, everything else with its hours."""
    zone = parts.settings.timezone
    begins, ends = from_at.astimezone(zone), until_at.astimezone(zone)
    year = parts.hub.now().astimezone(zone).year

    def told(on: date) -> str:
        day = f"{on:%m-%d}" if on.year == year else f"{on:%Y-%m-%d}"
        return f"{day} {say(language, f'roster.weekday.{on.weekday()}')}"

    if begins.time() == ends.time() == time(0):
        last = ends.date() - timedelta(days=1)
        if last == begins.date():
            return told(last)
        return say(language, "roster.when", from_at=told(begins.date()), until_at=told(last))
    if begins.date() == ends.date():
        return f"{told(begins.date())} {begins:%H:%M}–{ends:%H:%M}"
    return say(
        language,
        "roster.when",
        from_at=f"{told(begins.date())} {begins:%H:%M}",
        until_at=f"{told(ends.date())} {ends:%H:%M}",
    )
