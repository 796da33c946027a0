"""A week, its shifts, leave and covers as the interface gives them: ids with names."""

from hub.core.roster import Duty
from hub.core.shifts import Cover, CoverState, Shift
from hub.directory import cover_edits, roster_edits
from hub.web.models import PersonRef
from hub.web.models_roster import (
    CoverOut,
    DayOut,
    DutyOut,
    LeaveOut,
    NowOut,
    PersonWeekOut,
    ShiftOut,
    WeekOut,
)
from hub.web.parts import Parts
from hub.web.roster_week import CALL_CENTRE, DutyOfDay, Week


def _ref(parts: Parts, person_id: str) -> PersonRef:
    return PersonRef(id=person_id, name=parts.views.name(person_id))


def shift_out(parts: Parts, shift: Shift) -> ShiftOut:
    return ShiftOut(
        id=roster_edits.shift_id(shift),
        person=_ref(parts, shift.person_id),
        role=shift.role,
        days=shift.days,
        weekdays=sorted(shift.weekdays),
        starts=shift.starts,
        ends=shift.ends,
        centre=parts.views.centre(shift.centre_id),
    )


def cover_out(parts: Parts, cover: Cover) -> CoverOut:
    return CoverOut(
        id=cover.id,
        covered=_ref(parts, cover.covered_id),
        by=_ref(parts, cover.by_id),
        from_at=cover.from_at,
        until_at=cover.until_at,
        takes=cover.takes,
        state=cover.state,
        waits_for=[_ref(parts, one) for one in cover_edits.awaits(cover)]
        if cover.state is CoverState.REQUESTED
        else [],
    )


def _duty_out(parts: Parts, duty: DutyOfDay) -> DutyOut:
    return DutyOut(
        starts=duty.starts,
        ends=duty.ends,
        roles=list(duty.roles),
        centre=parts.views.centre(duty.centre_id),
        state=duty.state,
        other=parts.views.person(duty.other_id),
        dated_shift_id=duty.dated_id,
    )


def _now_out(parts: Parts, duty: Duty) -> NowOut:
    return NowOut(
        person=_ref(parts, duty.person_id),
        role=duty.role,
        centre=parts.views.centre(duty.centre_id),
        instead_of=parts.views.person(duty.covered_id),
    )


def week_out(parts: Parts, week: Week, place: str) -> WeekOut:
    views = parts.views
    return WeekOut(
        first=week.first,
        centre=views.centre(place) if place != CALL_CENTRE else None,
        days=[
            DayOut(
                on=day.on,
                day_type=day.day_type,
                holiday=day.special,
                hours=list(day.hours) if day.hours is not None else None,
            )
            for day in week.days
        ],
        people=[
            PersonWeekOut(
                person=_ref(parts, one.person_id),
                days=[[_duty_out(parts, duty) for duty in day] for day in one.days],
            )
            for one in week.people
        ],
        now=[_now_out(parts, one) for one in week.now],
        any_hour=[_now_out(parts, one) for one in week.any_hour],
        shifts=[shift_out(parts, shift) for _, shift in week.shifts],
        leaves=[
            LeaveOut(
                id=one.id,
                person=_ref(parts, one.person_id),
                from_at=one.from_at,
                until_at=one.until_at,
                kind=one.kind,
            )
            for one in week.leaves
        ],
        covers=[cover_out(parts, one) for one in week.covers],
    )
