"""A service request: a wish of an elder, or a task for the butler; what it is, and the verbs that move it from state to state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.core.alerts import InCharge


class RequestCategory(StrEnum):
    """What is asked for: six wishes (助急 is an emergency, never one of them), and two tasks of the hub's own."""

    MEALS = "meals"
    RECREATION = "recreation"
    MEDICAL = "medical"
    CLEANING = "cleaning"
    SHOPPING = "shopping"
    OTHER = "other"
    MISTAKEN_PRESSES = "mistaken_presses"
    """A key was pressed by mistake again and again: move it, cover it, show it once more."""
    REPAIR = "repair"
    """What brings a call is broken: mend it, bring a substitute, or have somebody look in."""


TASKS = (RequestCategory.MISTAKEN_PRESSES, RequestCategory.REPAIR)
WISHES = tuple(category for category in RequestCategory if category not in TASKS)
"""What an elder can ask for, and an operator can open."""


class RequestState(StrEnum):
    NEW = "new"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


OPEN_STATES = (RequestState.NEW, RequestState.ASSIGNED, RequestState.IN_PROGRESS)
ENDED_STATES = (RequestState.DONE, RequestState.CANCELLED)


class CancelReason(StrEnum):
    """Why a request ended without being done."""

    WITHDRAWN = "withdrawn"
    """The elder does not need it any more."""
    DUPLICATE = "duplicate"
    NOT_POSSIBLE = "not_possible"
    OPENED_BY_MISTAKE = "opened_by_mistake"
    NO_LONGER_SERVED = "no_longer_served"
    """The elder left the service, or died."""
    MENDED = "mended"
    """What was broken works again: the hub itself ends the task."""


class Remedy(StrEnum):
    """What was done in a task: about a key that is pressed by mistake, or about what was broken."""

    MOVED = "moved"
    COVERED = "covered"
    SHOWN = "shown"
    BATTERY = "battery"
    RECONNECTED = "reconnected"
    REPLACED = "replaced"
    STOOD_IN = "stood_in"
    """It is broken still: a substitute was left, or somebody looks in."""
    OTHER = "other"


REMEDIES: Mapping[RequestCategory, tuple[Remedy, ...]] = {
    RequestCategory.MISTAKEN_PRESSES: (Remedy.MOVED, Remedy.COVERED, Remedy.SHOWN, Remedy.OTHER),
    RequestCategory.REPAIR: (
        Remedy.BATTERY,
        Remedy.RECONNECTED,
        Remedy.REPLACED,
        Remedy.STOOD_IN,
        Remedy.OTHER,
    ),
}
"""What can be chosen when a task is closed."""

BY_THE_HUB = frozenset({CancelReason.NO_LONGER_SERVED, CancelReason.MENDED})
"""Reasons that nobody chooses."""


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """In a queue of its own, never between the emergencies.

    `due_at` is when it should be done; `overdue_at` when the hub noticed that it was not. Two things happen by themselves: at
    `remind_at` whoever is responsible hears that it is late, at `tell_at` (the morning after a task arose at night) the
    assignee hears of it. `accepted_at`: the assignee said yes. `done_at` is when it ended, done or cancelled.
    `asked` are the people told so far, `notified` counts notifications, `version` grows with every change (compare and swap),
    `times_asked` is how often the elder has asked for it. `alert_ids`: what a task is about, presses or faults.
    """

    id: str
    home_id: str
    category: RequestCategory
    state: RequestState
    opened_at: datetime
    resident_ids: tuple[str, ...]
    device_id: str | None = None
    event_id: str | None = None
    assignee_id: str | None = None
    note: str = ""
    done_at: datetime | None = None
    version: int = 1
    in_charge: InCharge | None = None
    due_at: datetime | None = None
    overdue_at: datetime | None = None
    remind_at: datetime | None = None
    tell_at: datetime | None = None
    assigned_at: datetime | None = None
    accepted_at: datetime | None = None
    started_at: datetime | None = None
    opened_by: str | None = None
    done_by: str | None = None
    cancel_reason: CancelReason | None = None
    remedy: Remedy | None = None
    alert_ids: tuple[str, ...] = ()
    times_asked: int = 1
    asked: tuple[str, ...] = ()
    notified: int = 0

    @property
    def open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_task(self) -> bool:
        """Whether the hub itself asks for it, not the elder."""
        return self.category in TASKS

    @property
    def deadline_at(self) -> datetime | None:
        """The next instant at which something happens by itself."""
        if not self.open:
            return None
        return min((at for at in (self.remind_at, self.tell_at) if at is not None), default=None)


def ask_again(request: ServiceRequest) -> ServiceRequest:
    """The same wish once more, before anybody took it on."""
    return replace(request, times_asked=request.times_asked + 1, version=request.version + 1)


def assign(request: ServiceRequest, to: str, now: datetime) -> ServiceRequest:
    return replace(
        request,
        state=RequestState.ASSIGNED,
        assignee_id=to,
        assigned_at=now,
        accepted_at=None,
        started_at=None,
        tell_at=None,
        version=request.version + 1,
    )


def accept(request: ServiceRequest, now: datetime) -> ServiceRequest:
    return replace(request, accepted_at=now, tell_at=None, version=request.version + 1)


def start(request: ServiceRequest, by: str, now: datetime) -> ServiceRequest:
    """Somebody is at it: the assignee, or `by` where nobody was assigned."""
    return replace(
        request,
        state=RequestState.IN_PROGRESS,
        assignee_id=request.assignee_id or by,
        assigned_at=request.assigned_at or now,
        accepted_at=request.accepted_at or now,
        started_at=now,
        tell_at=None,
        version=request.version + 1,
    )


def give_back(request: ServiceRequest) -> ServiceRequest:
    """The assignee cannot do it: it waits for another one."""
    return replace(
        request,
        state=RequestState.NEW,
        assignee_id=None,
        assigned_at=None,
        accepted_at=None,
        started_at=None,
        tell_at=None,
        version=request.version + 1,
    )


def finish(request: ServiceRequest, by: str, now: datetime, remedy: Remedy | None = None) -> ServiceRequest:
    """Final."""
    ended = _end(request, RequestState.DONE, by, now)
    return replace(ended, remedy=remedy)


def cancel(request: ServiceRequest, by: str | None, now: datetime, reason: CancelReason) -> ServiceRequest:
    """Final."""
    ended = _end(request, RequestState.CANCELLED, by, now)
    return replace(ended, cancel_reason=reason)


def _end(request: ServiceRequest, state: RequestState, by: str | None, now: datetime) -> ServiceRequest:
    return replace(
        request,
        state=state,
        done_at=now,
        done_by=by,
        remind_at=None,
        tell_at=None,
        version=request.version + 1,
    )
