"""What is told about a service request, to whom, and why not: a notification for each way to reach a person, a line for each."""

from collections.abc import Mapping
from dataclasses import replace

from hub.core.alerts import Role, Severity
from hub.core.draft import Draft
from hub.core.escalation import role_of
from hub.core.journal import EntryKind
from hub.core.notifications import HoldReason, Notification, NotifyReason, Template
from hub.core.service_requests import ServiceRequest


def tell(
    draft: Draft,
    request: ServiceRequest,
    person_id: str,
    template: Template,
    reason: NotifyReason,
    *,
    role: Role | None = None,
) -> tuple[ServiceRequest, int]:
    """Queue one notification for each way to reach a person; returns how many ways there were (0 is journalled)."""
    stands_as = role.value if role else role_of(draft, person_id)
    person = draft.context.people.get(person_id)
    methods = person.methods if person else ()
    if not methods:
        hold(draft, request, HoldReason.NO_CONTACT_METHOD, role, person_id)
    for method in methods:
        notification = Notification(
            id=f"{request.id}-{request.notified + 1}",
            alert_id=request.id,
            request_id=request.id,
            home_id=request.home_id,
            channel=method.channel,
            person_id=person_id,
            address=method.address,
            template=template,
            reason=reason,
            created_at=draft.now,
            cancel_on_answer=template is not Template.REQUEST_TAKEN_BACK,
            data=_for_people(draft, request, stands_as),
        )
        draft.notify(notification)
        draft.write(
            EntryKind.NOTIFICATION_QUEUED,
            request_id=request.id,
            data={
                "notification_id": notification.id,
                "person_id": person_id,
                "device_id": None,
                "role": stands_as,
                "channel": notification.channel,
                "template": template.value,
                "reason": reason.value,
            },
        )
        request = replace(request, notified=request.notified + 1)
    return replace(request, asked=tuple(dict.fromkeys((*request.asked, person_id)))), len(methods)


def hold(
    draft: Draft,
    request: ServiceRequest,
    reason: HoldReason,
    role: Role | None,
    person_id: str | None = None,
) -> None:
    """Write down why somebody was not told."""
    draft.write(
        EntryKind.NOTIFICATION_HELD,
        request_id=request.id,
        data={"role": role.value if role else None, "person_id": person_id, "reason": reason.value},
    )


def _for_people(
    draft: Draft, request: ServiceRequest, role: str | None
) -> Mapping[str, str | float | int | bool | None]:
    profile = draft.profile
    residents = [resident for resident in profile.residents if resident.id in request.resident_ids]
    assignee = draft.context.people.get(request.assignee_id or "")
    return {
        "severity": Severity.ROUTINE.value,
        "category": request.category.value,
        "state": request.state.value,
        "role": role,
        "resident_names": "、".join(resident.name for resident in residents),
        "address": profile.address,
        "floor": profile.floor,
        "lift": profile.lift,
        "phone": profile.phone,
        "opened_at": request.opened_at.isoformat(),
        "due_at": request.due_at.isoformat() if request.due_at else None,
        "note": request.note,
        "presses": len(request.alert_ids),
        "assignee": assignee.surname if assignee else None,
        "cancel_reason": request.cancel_reason.value if request.cancel_reason else None,
    }
