"""The clock of service requests: by when one should be done, who hears that it is late, what waits until the morning."""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.core.alerts import Role
from hub.core.calendar import instant_of
from hub.core.draft import Draft
from hub.core.journal import EntryKind
from hub.core.notifications import HoldReason, NotifyReason, Template
from hub.core.opening import after_open_hours
from hub.core.request_notices import hold, tell
from hub.core.roster import Moment, on_duty
from hub.core.service_requests import ServiceRequest

TRY_AGAIN_AFTER = timedelta(hours=1)
"""Where nobody could be told that a request is late, it is tried again so much later."""


def due_of(draft: Draft, request: ServiceRequest) -> datetime:
    """By when it should be done, by the rule of its category and the opening hours of the home's centre."""
    context = draft.context
    due = context.rules.requests.due[request.category]
    centre = context.centres.get(draft.profile.centre_id or "")
    if not due.in_opening_hours or centre is None or not context.wall_synchronised:
        return request.opened_at + due.after
    wall_due_at = after_open_hours(
        context.wall(request.opened_at),
        due.after,
        centre.openings,
        context.timezone,
        centre.special_hours,
        context.calendar,
    )
    return wall_due_at + context.wall_offset


def morning(draft: Draft) -> datetime:
    """When the present night ends."""
    context = draft.context
    wall = context.wall(draft.now)
    today = wall.astimezone(context.timezone).date()
    for day in (today, today + timedelta(days=1)):
        ends_at = instant_of(day, context.night_ends, context.timezone)
        if ends_at > wall:
            break
    return ends_at + context.wall_offset


def strike(draft: Draft) -> None:
    """Do what is due for the requests of the home, oldest deadline first. Alerts were served before."""
    due = [
        (request.deadline_at, request.id)
        for request in draft.requests.values()
        if request.deadline_at is not None and request.deadline_at <= draft.now
    ]
    for _, request_id in sorted(due):
        _fall_due(draft, draft.requests[request_id])


def _fall_due(draft: Draft, request: ServiceRequest) -> None:
    if request.tell_at is not None and request.tell_at <= draft.now:
        request = replace(request, tell_at=None, version=request.version + 1)
        if request.assignee_id is not None:
            request, _ = tell(
                draft, request, request.assignee_id, Template.REQUEST_ASSIGNED, NotifyReason.ASSIGNED
            )
    if request.remind_at is not None and request.remind_at <= draft.now:
        request = _remind(draft, request)
    draft.put_request(request, open_=request.open)


def _remind(draft: Draft, request: ServiceRequest) -> ServiceRequest:
    """It is late: its assignee hears it, and the centre's desk where nobody is assigned or can be told, where it is a task, or
    when it is told for a second time."""
    first = request.overdue_at is None
    if first:
        draft.write(
            EntryKind.REQUEST_OVERDUE,
            request_id=request.id,
            data={"state": request.state.value, "assignee_id": request.assignee_id},
        )
        request = replace(request, overdue_at=draft.now)
    told: dict[str, int] = {}
    assignee = request.assignee_id
    # Who is on leave is not called by it: the desk sees at once that somebody else has to go.
    here = assignee is not None and not Moment(draft.now, draft.context).away(assignee)
    # Nor who was not even told yet, because it is night.
    here = here and request.tell_at is None
    if assignee is not None and here and (first or _reachable(draft, assignee)):
        request, told[assignee] = _tell_late(draft, request, assignee, None)
    if request.is_task or not first or not any(told.values()):
        # A home of no centre is the operators'.
        role = Role.CENTRE_DUTY if draft.profile.centre_id else Role.OPERATOR
        desk = on_duty(role, draft.profile, draft.now, draft.context)
        if not desk and first:
            hold(draft, request, HoldReason.NOBODY_ON_DUTY, role)
        for person_id in desk:
            if person_id not in told and (first or _reachable(draft, person_id)):
                request, told[person_id] = _tell_late(draft, request, person_id, role)
    again = draft.context.rules.requests.remind_every if any(told.values()) else TRY_AGAIN_AFTER
    return replace(request, remind_at=draft.now + again, version=request.version + 1)


def _tell_late(
    draft: Draft, request: ServiceRequest, person_id: str, role: Role | None
) -> tuple[ServiceRequest, int]:
    return tell(draft, request, person_id, Template.REQUEST_OVERDUE, NotifyReason.OVERDUE, role=role)


def _reachable(draft: Draft, person_id: str) -> bool:
    """Who cannot be told is written down once, not every hour."""
    person = draft.context.people.get(person_id)
    return person is not None and bool(person.methods)
