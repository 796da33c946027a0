"""Service requests in a home: opened by key or by hand, moved by people; beside the alerts, never before them."""

from dataclasses import replace

from hub.core import service_requests as verbs
from hub.core.alerts import Role, derived_id
from hub.core.draft import Draft
from hub.core.events import AcceptRequest, ActorRole, MoveRequest, OpenRequest
from hub.core.journal import EntryKind
from hub.core.mistakes import begin_anew
from hub.core.notifications import NotifyReason, Template
from hub.core.outcome import Done, RefusalCode, Refused, Result
from hub.core.raising import subjects
from hub.core.request_deadlines import due_of, morning
from hub.core.request_notices import tell
from hub.core.roster import Moment, is_night
from hub.core.service_requests import (
    REMEDIES,
    WISHES,
    CancelReason,
    RequestCategory,
    RequestState,
    ServiceRequest,
)
from hub.core.shifts import Takes

# --- opening ----------------------------------------------------------------------------------------------------------


def waiting_wish(
    draft: Draft, category: RequestCategory, resident_ids: tuple[str, ...]
) -> ServiceRequest | None:
    """The same wish of the same elders that nobody has taken on yet."""
    return next(
        (
            request
            for request in draft.requests.values()
            if request.state is RequestState.NEW
            and (request.category, request.resident_ids) == (category, resident_ids)
        ),
        None,
    )


def ask_by_key(
    draft: Draft,
    category: RequestCategory,
    resident_ids: tuple[str, ...],
    device_id: str,
    event_id: str | None,
    cause: str,
) -> ServiceRequest:
    """The green key: opens a wish, or joins the same one that nobody has taken on yet. `cause` makes the new one's id."""
    waiting = waiting_wish(draft, category, resident_ids)
    if waiting is not None:
        draft.write(
            EntryKind.REQUEST_ASKED_AGAIN,
            request_id=waiting.id,
            data={"device_id": device_id, "event_id": event_id},
        )
        return _put(draft, verbs.ask_again(waiting))
    request_id = derived_id("R", draft.home.id, device_id, cause)
    return open_request(
        draft,
        ServiceRequest(
            id=request_id,
            home_id=draft.home.id,
            category=category,
            state=RequestState.NEW,
            opened_at=draft.now,
            resident_ids=resident_ids,
            device_id=device_id,
            event_id=event_id,
        ),
    )


def ask_by_hand(draft: Draft, command: OpenRequest) -> Result:
    """Somebody telephoned or came to the desk. The same command again (`seen`) gives the same request."""
    if command.resident_id is not None and draft.profile.resident(command.resident_id) is None:
        return Refused(RefusalCode.NOT_FOUND, f"no resident {command.resident_id} in home {command.home_id}")
    if command.category not in WISHES:
        return Refused(RefusalCode.INVALID, f"{command.category.value} is opened by the hub itself")
    request_id = derived_id("R", draft.home.id, "by hand", command.command_id)
    if command.seen:
        known = draft.requests.get(request_id)
        return Done(request_id, known.version if known else 0)
    request = open_request(
        draft,
        ServiceRequest(
            id=request_id,
            home_id=draft.home.id,
            category=command.category,
            state=RequestState.NEW,
            opened_at=draft.now,
            resident_ids=subjects(draft, command.resident_id),
            note=command.note,
            opened_by=command.by.id,
        ),
    )
    return Done(request.id, request.version)


def open_request(draft: Draft, request: ServiceRequest) -> ServiceRequest:
    """A new request, with the instant by which it should be done. What nobody can do at once is nobody's fault: it waits."""
    due_at = due_of(draft, request)
    draft.write(
        EntryKind.REQUEST_OPENED,
        request_id=request.id,
        by=request.opened_by,
        data={
            "category": request.category.value,
            "device_id": request.device_id,
            "event_id": request.event_id,
            "resident_ids": list(request.resident_ids),
            "due_at": due_at.isoformat(),
            "centre_id": draft.in_charge.centre_id,
            "butler_id": draft.in_charge.butler_id,
            **({"note": request.note} if request.note else {}),
            **({"alert_ids": list(request.alert_ids)} if request.alert_ids else {}),
        },
    )
    return _put(draft, replace(request, due_at=due_at, remind_at=due_at))


def open_task(draft: Draft, request: ServiceRequest) -> None:
    """A task of the hub's own goes to the home's butler at once; at night it is told in the morning."""
    request = open_request(draft, request)
    butler = own_butler(draft)
    if butler is None:
        return
    night = draft.context.wall_synchronised and is_night(draft.now, draft.context)
    assigned = _assign(draft, request, butler, None, "", tell_now=not night)
    if night:
        _put(draft, replace(assigned, tell_at=morning(draft)))


def own_butler(draft: Draft) -> str | None:
    """The home's butler, whoever covers that list now, else the deputy; on shift or not, but not on leave."""
    moment = Moment(draft.now, draft.context)
    for role in (Role.BUTLER, Role.DEPUTY):
        for owner in draft.profile.people.get(role, ()):
            person_id = moment.stand_in(owner, Takes.HOMES)
            if person_id in draft.context.people and not moment.away(person_id):
                return person_id
    return None


# --- moving -----------------------------------------------------------------------------------------------------------


def move(draft: Draft, command: MoveRequest) -> Result:
    """Carry out what somebody decided about a request; the same again changes nothing."""
    request = draft.requests.get(command.request_id)
    refused = _check(draft, request, command)
    if request is None or refused is not None:
        return refused or _unknown(command)
    match command.state:
        case RequestState.NEW:
            return _give_back(draft, request, command)
        case RequestState.ASSIGNED:
            return _assign_to(draft, request, command)
        case RequestState.IN_PROGRESS:
            if request.state is RequestState.IN_PROGRESS:
                return Done(request.id, request.version)
            if request.assignee_id is None and command.by.id not in draft.context.people:
                return Refused(RefusalCode.INVALID, "say who does it: assign it first", request.version)
            return _moved(draft, request, verbs.start(request, command.by.id, draft.now), command)
        case RequestState.DONE:
            known = REMEDIES.get(request.category, ())
            if request.is_task and command.remedy not in known:
                said = ", ".join(one.value for one in known)
                return Refused(RefusalCode.INVALID, f"say what was done, one of: {said}")
            remedy = command.remedy if request.is_task else None
            return _ended(draft, request, verbs.finish(request, command.by.id, draft.now, remedy), command)
        case RequestState.CANCELLED:
            if command.cancel_reason is None:
                return Refused(RefusalCode.INVALID, "a request is cancelled with a reason")
            ended = verbs.cancel(request, command.by.id, draft.now, command.cancel_reason)
            return _ended(draft, request, ended, command)


def accept(draft: Draft, command: AcceptRequest) -> Result:
    """The assignee says yes."""
    request = draft.requests.get(command.request_id)
    refused = _check(draft, request, command)
    if request is None or refused is not None:
        return refused or _unknown(command)
    if request.state is RequestState.NEW:
        return Refused(RefusalCode.NOT_ALLOWED_NOW, "nobody is assigned: assign it first", request.version)
    if request.accepted_at is not None:
        return Done(request.id, request.version)
    draft.cancel_unsent(request.id)
    accepted = verbs.accept(request, draft.now)
    draft.write(
        EntryKind.REQUEST_ACCEPTED,
        request_id=request.id,
        by=command.by.id,
        data={"assignee_id": request.assignee_id},
    )
    _put(draft, accepted)
    return Done(accepted.id, accepted.version)


def cancel_for(draft: Draft, by: str, went: set[str], *, empty: bool) -> None:
    """Elders are served no more: what was asked for them alone ends, and everything where the home is `empty`. Who would have
    gone there hears of it."""
    for request in tuple(draft.requests.values()):
        if empty or set(request.resident_ids) <= went:
            reason = CancelReason.NO_LONGER_SERVED
            _end(draft, request, verbs.cancel(request, by, draft.now, reason), "")


def end_by_itself(draft: Draft, request: ServiceRequest, reason: CancelReason) -> None:
    """What it was about is over: whoever would have gone there hears of it."""
    _end(draft, request, verbs.cancel(request, None, draft.now, reason), "")


def _check(
    draft: Draft, request: ServiceRequest | None, command: MoveRequest | AcceptRequest
) -> Refused | None:
    if request is None:
        return _unknown(command)
    expected = command.expected_version
    if expected is not None and expected != request.version:
        return Refused(
            RefusalCode.STALE,
            f"the request changed since it was looked at: {request.state.value}",
            request.version,
        )
    if command.by.role is ActorRole.RESPONDER and command.by.id != request.assignee_id:
        # Who was told once may have lost it since: their answer is about another one's work.
        return Refused(RefusalCode.HELD_BY_OTHER, "somebody else is assigned", request.version)
    return None


def _unknown(command: MoveRequest | AcceptRequest) -> Refused:
    return Refused(
        RefusalCode.NOT_FOUND,
        f"no open request {command.request_id} in home {command.home_id}: it may have ended",
    )


def _assign_to(draft: Draft, request: ServiceRequest, command: MoveRequest) -> Result:
    to = command.assignee_id or own_butler(draft)
    if to is None:
        return Refused(RefusalCode.INVALID, "the home has no butler: say who should do it", request.version)
    if to not in draft.context.people:
        return Refused(RefusalCode.NOT_FOUND, f"no person {to} in the directory", request.version)
    if request.state is RequestState.ASSIGNED and request.assignee_id == to:
        return Done(request.id, request.version)
    assigned = _assign(draft, request, to, command.by.id, command.note)
    return Done(assigned.id, assigned.version)


def _assign(
    draft: Draft, request: ServiceRequest, to: str, by: str | None, note: str, *, tell_now: bool = True
) -> ServiceRequest:
    assigned = verbs.assign(request, to, draft.now)
    assigned = replace(assigned, note=note or assigned.note)
    draft.cancel_unsent(request.id)
    _write_move(draft, request, assigned, by, note)
    assigned = _take_back(draft, request, assigned, by)
    if tell_now and to != by:
        assigned, _ = tell(draft, assigned, to, Template.REQUEST_ASSIGNED, NotifyReason.ASSIGNED)
    return _put(draft, assigned)


def _give_back(draft: Draft, request: ServiceRequest, command: MoveRequest) -> Result:
    if request.state is RequestState.NEW:
        return Done(request.id, request.version)
    return _moved(draft, request, verbs.give_back(request), command)


def _moved(draft: Draft, before: ServiceRequest, after: ServiceRequest, command: MoveRequest) -> Result:
    after = replace(after, note=command.note or after.note)
    draft.cancel_unsent(before.id)
    _write_move(draft, before, after, command.by.id, command.note)
    after = _put(draft, _take_back(draft, before, after, command.by.id))
    return Done(after.id, after.version)


def _ended(draft: Draft, before: ServiceRequest, after: ServiceRequest, command: MoveRequest) -> Result:
    if command.assignee_id is not None and command.assignee_id in draft.context.people:
        after = replace(after, assignee_id=command.assignee_id)
    after = _end(draft, before, replace(after, note=command.note or after.note), command.note)
    return Done(after.id, after.version)


def _end(draft: Draft, before: ServiceRequest, after: ServiceRequest, note: str) -> ServiceRequest:
    draft.cancel_unsent(before.id)
    _write_move(draft, before, after, after.done_by, note)
    if after.state is RequestState.CANCELLED:
        after = _take_back(draft, before, after, after.done_by)
    if after.category is RequestCategory.MISTAKEN_PRESSES:
        begin_anew(draft, after)
    return _put(draft, after)


def _write_move(
    draft: Draft, before: ServiceRequest, after: ServiceRequest, by: str | None, note: str
) -> None:
    more: dict[str, object] = {}
    if after.cancel_reason is not None:
        more["cancel_reason"] = after.cancel_reason.value
    if after.remedy is not None:
        more["remedy"] = after.remedy.value
    draft.write(
        EntryKind.REQUEST_MOVED,
        request_id=after.id,
        by=by,
        data={
            "from": before.state.value,
            "state": after.state.value,
            "assignee_id": after.assignee_id if after.state is not RequestState.NEW else before.assignee_id,
            "note": note,
            **more,
        },
    )


def _take_back(draft: Draft, before: ServiceRequest, after: ServiceRequest, by: str | None) -> ServiceRequest:
    """Whose it was, and is no more, must not go there in vain."""
    loser = before.assignee_id
    if loser is None or loser == by or (after.open and after.assignee_id == loser):
        return after
    if loser not in after.asked:
        return after
    after, _ = tell(draft, after, loser, Template.REQUEST_TAKEN_BACK, NotifyReason.TAKEN_BACK)
    return after


def _put(draft: Draft, request: ServiceRequest) -> ServiceRequest:
    return draft.put_request(request, open_=request.open)
