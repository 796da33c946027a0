"""What the API of service requests takes and gives beside the request itself, which the stream and the care card show too."""

from enum import StrEnum

from pydantic import Field

from firmware_contracts.vocabulary import ServiceCategory
from hub.core.alerts import Role
from hub.core.service_requests import CancelReason, Remedy, RequestState
from hub.web.models import AlertOut, Id, In, MoveIn, Note, Out, PersonRef, RequestOut, TimelineEntry


class RequestPage(Out):
    """`number`: everything up to this journal number is in the answer; `next` is the `before` of the following page."""

    items: list[RequestOut]
    next: str | None
    number: int


class RequestDetail(RequestOut):
    timeline: list[TimelineEntry]


class AssigneeGroup(StrEnum):
    """Whose people they are, the nearest first. Words are `assignee_group.<value>`."""

    OWN = "own"
    """Of the home itself."""
    DEPUTIES = "deputies"
    CENTRE = "centre"
    """Everybody else of its centre, and of those above it."""


class AssigneeOut(PersonRef):
    """Somebody who can be asked to do it: the first is the home's own butler, or whoever covers that list now."""

    role: Role
    group: AssigneeGroup
    on_duty: bool
    reachable: bool = Field(description="False: no contact method is recorded, so the hub cannot tell them.")


class OpenRequestIn(In):
    """`urgent_help` (助急) is an emergency and becomes an alert."""

    home_id: Id
    category: ServiceCategory
    resident_id: Id | None = None
    note: Note = ""


class OpenedOut(Out):
    """What it became: a request, or for `urgent_help` an alert."""

    request: RequestOut | None = None
    alert: AlertOut | None = None


class MoveRequestIn(MoveIn):
    """`assigned` without `assignee_id`: to the home's own butler. `cancelled` needs `cancel_reason`; a task that is done needs
    `remedy`."""

    state: RequestState
    assignee_id: Id | None = None
    note: Note = ""
    cancel_reason: CancelReason | None = None
    remedy: Remedy | None = None
