"""The roster's interface: a week, what is to settle ahead, shifts, leave, covers, holidays, opening hours."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from hub.core.calendar import Holiday
from hub.core.opening import Opening, SpecialHours
from hub.core.shifts import DatedShift, Shift
from hub.directory import cover_edits, roster_edits
from hub.directory.model import Directory
from hub.directory.roster_refusals import RosterRefused
from hub.store.change_log import What
from hub.web import roster_changes
from hub.web.access import Permission
from hub.web.guard import User
from hub.web.models_roster import (
    CoverIn,
    CoverOut,
    DatedShiftIn,
    Day,
    HolidayIn,
    HoursIn,
    LeaveIn,
    OpeningIn,
    RosterProblemOut,
    ShiftIn,
    ShiftOut,
    TelephoneIn,
    WeekOut,
)
from hub.web.parts import Parts, PartsDep, ViewRoster, allowed
from hub.web.problems import RESPONSES, not_found
from hub.web.refusals import Forbidden
from hub.web.roster_changes import Outlooks, change, directory_of
from hub.web.roster_out import cover_out, shift_out, week_out
from hub.web.roster_week import CALL_CENTRE, Week, monday, week_of

router = APIRouter(prefix="/api/v1/roster", tags=["roster"], responses=RESPONSES)

EditRoster = Annotated[User, Depends(allowed(Permission.EDIT_ROSTER))]
ConfirmCover = Annotated[User, Depends(allowed(Permission.CONFIRM_COVER))]

# --- looking ----------------------------------------------------------------------------------------------------------


@router.get("/week")
async def get_week(
    parts: PartsDep,
    user: ViewRoster,
    centre: Annotated[str | None, Query(description=f"A centre's id, or {CALL_CENTRE}")] = None,
    day: Annotated[Day | None, Query(description="Any day of the week; without it this one")] = None,
) -> WeekOut:
    """Who works when; for a butler the own shifts."""
    place = place_for(parts, user, centre)
    return week_out(parts, week_for(parts, user, place, day), place)


@router.get("/problems")
async def list_problems(request: Request, parts: PartsDep, user: ViewRoster) -> list[RosterProblemOut]:
    """Gaps, double bookings and open covers of the next eight weeks."""
    found = await outlooks_of(request).ahead(parts)
    return [
        RosterProblemOut(
            kind=one.kind,
            from_at=one.from_at,
            until_at=one.until_at,
            text=roster_changes.problem_text(parts, one, "zh"),
            text_en=roster_changes.problem_text(parts, one, "en"),
            role=one.role,
            centre=parts.views.centre(one.centre_id),
            person=parts.views.person(one.person_id),
            other=parts.views.person(one.other_id),
            elders=one.elders,
            cover_id=one.cover_id,
        )
        for one in roster_changes.of_concern(parts, user, found)
    ]


def outlooks_of(request: Request) -> Outlooks:
    """One for the app."""
    state = request.app.state
    if not hasattr(state, "roster_outlooks"):
        state.roster_outlooks = Outlooks()
    found: Outlooks = state.roster_outlooks
    return found


def place_for(parts: Parts, user: User, centre: str | None) -> str:
    """The centre that is asked for, or the first one of the scope. Raises 404 or Forbidden."""
    places = roster_changes.places_of(parts, user)
    if centre is None:
        return places[0] if places else CALL_CENTRE
    if centre not in places:
        if centre != CALL_CENTRE and not any(one.id == centre for one in directory_of(parts).centres):
            raise not_found("centre", "centre")
        raise Forbidden(user, Permission.VIEW_ROSTER, centre, "centre")
    return centre


def week_for(parts: Parts, user: User, place: str, day: date | None) -> Week:
    context, now = parts.hub.context(), parts.hub.now()
    first = monday(day or context.local(now).date())
    only = None
    if roster_changes.own_only(user):
        only = [user.person_id] if user.person_id is not None else []
    return week_of(directory_of(parts), context, now, first, place, only)


# --- shifts -----------------------------------------------------------------------------------------------------------


@router.post("/shifts", status_code=201)
async def add_shift(body: ShiftIn, parts: PartsDep, user: EditRoster) -> ShiftOut:
    """A weekly shift of somebody whom the log-in reaches: bound to its homes, on its centres' weekly roster, of its company."""
    shift = _shift(parts, user, body)
    await change(
        *(parts, user, lambda directory: roster_edits.add_shift(directory, shift, parts.hub.now())),
        *("person", shift.person_id),
        told=_told(shift, "shift_added"),
    )
    return shift_out(parts, shift)


@router.put("/shifts/{shift_id}")
async def replace_shift(shift_id: str, body: ShiftIn, parts: PartsDep, user: EditRoster) -> ShiftOut:
    """Another shift in place of this one; it has a new id."""
    old = _known_shift(parts, user, shift_id)
    shift = _shift(parts, user, body)
    await change(
        parts,
        user,
        lambda directory: roster_edits.replace_shift(directory, shift_id, shift, parts.hub.now()),
        *("person", old.person_id),
        told=_told(shift, "shift_replaced") | {"by": shift.person_id},
    )
    return shift_out(parts, shift)


@router.delete("/shifts/{shift_id}", status_code=204)
async def remove_shift(shift_id: str, parts: PartsDep, user: EditRoster) -> None:
    old = _known_shift(parts, user, shift_id)
    await change(
        *(parts, user, lambda directory: roster_edits.remove_shift(directory, shift_id)),
        *("person", old.person_id),
        told=_told(old, "shift_removed"),
    )


@router.post("/dated-shifts", status_code=201)
async def add_dated_shift(body: DatedShiftIn, parts: PartsDep, user: EditRoster) -> None:
    """A shift of one date, beside the weekly one or in its place; in its place only where the log-in keeps what is replaced."""
    shift = DatedShift(
        *("", body.person_id, body.role, body.on, body.starts, body.ends, body.centre_id), body.in_place
    )
    roster_changes.must_roster(parts, user, shift)
    today, now = _today(parts), parts.hub.now()
    await change(
        *(parts, user, lambda directory: roster_edits.add_dated_shift(directory, shift, today, now)),
        *("person", shift.person_id),
        told=_told(shift, "dated_shift_added") | {"on": shift.on.isoformat()},
    )


@router.delete("/dated-shifts/{shift_id}", status_code=204)
async def remove_dated_shift(shift_id: str, parts: PartsDep, user: EditRoster) -> None:
    old = next((one for one in directory_of(parts).dated_shifts if one.id == shift_id), None)
    if old is not None:
        roster_changes.must_reach_place(parts, user, old.centre_id)
    today = _today(parts)
    await change(
        *(parts, user, lambda directory: roster_edits.remove_dated_shift(directory, shift_id, today)),
        *("person", old.person_id if old is not None else None),
        told={"change": "dated_shift_removed"},
    )


# --- leave ------------------------------------------------------------------------------------------------------------


@router.post("/leaves", status_code=201)
async def set_leave(body: LeaveIn, parts: PartsDep, user: EditRoster) -> None:
    roster_changes.must_reach_person(parts, user, body.person_id)
    now = parts.hub.now()
    await change(
        parts,
        user,
        lambda directory: roster_edits.set_leave(
            directory, body.person_id, body.from_at, body.until_at, now, body.kind
        ),
        *("person", body.person_id),
        told={"change": "leave_set", "from": body.from_at.isoformat(), "until": body.until_at.isoformat()},
    )


@router.post("/leaves/{leave_id}/end", status_code=204)
async def end_leave(leave_id: str, parts: PartsDep, user: EditRoster) -> None:
    """Back now; leave that has not begun is taken back."""
    old = next((one for one in directory_of(parts).leaves if one.id == leave_id), None)
    if old is not None:
        roster_changes.must_reach_person(parts, user, old.person_id)
    now = parts.hub.now()
    await change(
        *(parts, user, lambda directory: roster_edits.end_leave(directory, leave_id, now)),
        *("person", old.person_id if old is not None else None),
        told={"change": "leave_ended"},
    )


# --- covers -----------------------------------------------------------------------------------------------------------


@router.post("/covers", status_code=201)
async def request_cover(body: CoverIn, parts: PartsDep, user: ConfirmCover) -> CoverOut:
    """One of the two people asks, which confirms the own side; or who enters rosters, which confirms neither."""
    mine = user.person_id in (body.covered_id, body.by_id)
    if not mine:
        if not user.may(Permission.EDIT_ROSTER):
            raise Forbidden(user, Permission.EDIT_ROSTER, body.covered_id, "person")
        roster_changes.must_reach_person(parts, user, body.covered_id)
    now, keeps = parts.hub.now(), user.may(Permission.EDIT_ROSTER)

    def requested(directory: Directory) -> Directory:
        if not keeps:
            cover_edits.of_one_company(directory, body.covered_id, body.by_id)
        return cover_edits.request_cover(
            *(directory, body.covered_id, body.by_id, body.from_at, body.until_at, now),
            takes=body.takes,
            asked_by=user.person_id if mine else None,
        )

    directory = await change(
        parts,
        user,
        requested,
        *("person", body.covered_id),
        told={
            "change": "cover_requested",
            "by": body.by_id,
            "from": body.from_at.isoformat(),
            "until": body.until_at.isoformat(),
        },
    )
    newest = max(
        directory.covers, key=lambda one: one.requested_at or datetime.min.replace(tzinfo=now.tzinfo)
    )
    return cover_out(parts, newest)


@router.post("/covers/{cover_id}/confirm")
async def confirm_cover(cover_id: str, parts: PartsDep, user: ConfirmCover) -> CoverOut:
    """The own side; or the covered one, for somebody ill, by the duty manager."""
    roster_changes.must_decide(parts, user, cover_id)
    now = parts.hub.now()
    return await _decided(
        parts,
        user,
        cover_id,
        lambda directory: cover_edits.confirm_cover(
            directory, cover_id, now, person_id=user.person_id, manager=roster_changes.for_the_ill(user)
        ),
        What.COVER_CONFIRMED,
    )


@router.post("/covers/{cover_id}/confirm-by-telephone")
async def confirm_by_telephone(
    cover_id: str, body: TelephoneIn, parts: PartsDep, user: EditRoster
) -> CoverOut:
    """Who keeps the roster was told by somebody who has no log-in to confirm with. The change log says by whom for whom. For
    somebody of another company a log-in that reaches both says it."""
    roster_changes.must_decide(parts, user, cover_id)
    roster_changes.must_reach_person(parts, user, body.person_id)
    now, confirming = parts.hub.now(), await parts.logins.people_who_may(Permission.CONFIRM_COVER)
    return await _decided(
        parts,
        user,
        cover_id,
        lambda directory: cover_edits.confirm_by_telephone(
            *(directory, cover_id, now),
            person_id=body.person_id,
            recorded_by=user.login,
            confirming=confirming,
        ),
        What.COVER_CONFIRMED,
        told={"change": "cover_by_telephone", "person_id": body.person_id},
    )


@router.post("/covers/{cover_id}/decline")
async def decline_cover(cover_id: str, parts: PartsDep, user: ConfirmCover) -> CoverOut:
    roster_changes.must_decide(parts, user, cover_id)
    now = parts.hub.now()
    return await _decided(
        parts,
        user,
        cover_id,
        lambda directory: cover_edits.decline_cover(
            directory, cover_id, now, person_id=user.person_id, manager=roster_changes.editor(user)
        ),
        told={"change": "cover_declined"},
    )


@router.post("/covers/{cover_id}/end")
async def end_cover(cover_id: str, parts: PartsDep, user: ConfirmCover) -> CoverOut:
    """Ends a confirmed cover now, or calls it off: whoever is covered and back, or keeps the roster."""
    cover = roster_changes.must_decide(parts, user, cover_id)
    mine = user.person_id == cover.covered_id
    if not mine and not user.may(Permission.EDIT_ROSTER):
        raise Forbidden(user, Permission.EDIT_ROSTER, cover_id, "cover")
    now, by = parts.hub.now(), cover.covered_id if mine else user.login
    return await _decided(
        parts,
        user,
        cover_id,
        lambda directory: cover_edits.end_cover(directory, cover_id, now, by),
        told={"change": "cover_ended"},
    )


async def _decided(
    parts: Parts,
    user: User,
    cover_id: str,
    edit: Callable[[Directory], Directory],
    what: What = What.ROSTER_CHANGED,
    told: Mapping[str, Any] | None = None,
) -> CoverOut:
    directory = await change(parts, user, edit, "cover", cover_id, what, told=told or {})
    return cover_out(parts, cover_edits.cover_of(directory, cover_id))


# --- holidays and opening hours ---------------------------------------------------------------------------------------


@router.put("/holidays/{on}", status_code=204)
async def set_holiday(on: Day, body: HolidayIn, parts: PartsDep, user: EditRoster) -> None:
    """Here the date is so, whatever the calendar of the settings says. For who sees every home."""
    roster_changes.must_reach_place(parts, user, None)
    holiday = Holiday(on, body.day_type, body.name)
    await change(
        *(parts, user, lambda directory: roster_edits.set_holiday(directory, holiday)),
        *("roster", on.isoformat()),
        told={"change": "holiday_set", "day_type": body.day_type.value},
    )


@router.delete("/holidays/{on}", status_code=204)
async def clear_holiday(on: date, parts: PartsDep, user: EditRoster) -> None:
    roster_changes.must_reach_place(parts, user, None)
    await change(
        *(parts, user, lambda directory: roster_edits.clear_holiday(directory, on)),
        *("roster", on.isoformat()),
        told={"change": "holiday_cleared"},
    )


@router.put("/centres/{centre_id}/openings", status_code=204)
async def set_openings(centre_id: str, body: list[OpeningIn], parts: PartsDep, user: EditRoster) -> None:
    """The usual opening hours, in place of those before."""
    roster_changes.must_reach_place(parts, user, centre_id)
    openings = [Opening(frozenset(one.weekdays), one.opens, one.closes, one.days) for one in body]
    await change(
        *(parts, user, lambda directory: roster_edits.set_openings(directory, centre_id, openings)),
        *("centre", centre_id),
        told={"change": "openings_set"},
    )


@router.put("/centres/{centre_id}/special-hours/{on}", status_code=204)
async def set_special_hours(
    centre_id: str, on: Day, body: list[HoursIn], parts: PartsDep, user: EditRoster
) -> None:
    """The hours of one date; an empty list: closed."""
    roster_changes.must_reach_place(parts, user, centre_id)
    hours = [SpecialHours(on, one.opens, one.closes) for one in body]
    await change(
        *(parts, user, lambda directory: roster_edits.set_special_hours(directory, centre_id, on, hours)),
        *("centre", centre_id),
        told={"change": "special_hours_set", "on": on.isoformat()},
    )


@router.delete("/centres/{centre_id}/special-hours/{on}", status_code=204)
async def clear_special_hours(centre_id: str, on: date, parts: PartsDep, user: EditRoster) -> None:
    """As usual again."""
    roster_changes.must_reach_place(parts, user, centre_id)
    await change(
        *(parts, user, lambda directory: roster_edits.set_special_hours(directory, centre_id, on, None)),
        *("centre", centre_id),
        told={"change": "special_hours_cleared", "on": on.isoformat()},
    )


# --- in and out -------------------------------------------------------------------------------------------------------


def _today(parts: Parts) -> date:
    return parts.hub.context().local(parts.hub.now()).date()


def _shift(parts: Parts, user: User, body: ShiftIn) -> Shift:
    shift = Shift(
        *(body.person_id, body.role, frozenset(body.weekdays), body.starts, body.ends),
        centre_id=body.centre_id,
        days=body.days,
    )
    roster_changes.must_roster(parts, user, shift)
    return shift


def _known_shift(parts: Parts, user: User, shift_id: str) -> Shift:
    try:
        shift = roster_edits.shift_of(directory_of(parts), shift_id)
    except RosterRefused as refused:
        raise roster_changes.problem_of(parts, refused) from None
    roster_changes.must_reach_place(parts, user, shift.centre_id)
    return shift


def _told(shift: Shift | DatedShift, what: str) -> dict[str, Any]:
    return {
        "change": what,
        "role": shift.role.value,
        "centre": shift.centre_id,
        **({"weekdays": [str(day) for day in sorted(shift.weekdays)]} if isinstance(shift, Shift) else {}),
        **({"days": shift.days.value} if isinstance(shift, Shift) and not shift.weekdays else {}),
        "starts": f"{shift.starts:%H:%M}",
        "ends": f"{shift.ends:%H:%M}",
    }
