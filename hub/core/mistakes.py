"""Presses by mistake, counted over some days: too many become one task for the butler (move it, cover it, show it again)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hub.core.alerts import Alert, AlertKind, WhatItWas, derived_id
from hub.core.draft import Draft
from hub.core.home import UNASSIGNED_HOME_ID, MistakeCount, MistakenPress
from hub.core.journal import EntryKind
from hub.core.service_requests import RequestCategory, RequestState, ServiceRequest

MISTAKES = frozenset({WhatItWas.MISTAKE, WhatItWas.VISITOR_MISTAKE})
PRESSES = frozenset({AlertKind.EMERGENCY_CALL, AlertKind.UNCONFIRMED_CALL})
"""Alerts that began with a pressed key, or with a call about one."""

MAX_NAMED = 20
"""So many presses a task names; the journal has all of them."""


def count(draft: Draft, alert: Alert) -> ServiceRequest | None:
    """An alert was closed. A press by mistake counts; the one that is too many comes back as a new task, for whom to do it is
    not decided here. While a task is open, a further press is added to it."""
    if alert.kind not in PRESSES or alert.what_it_was not in MISTAKES or draft.home.id == UNASSIGNED_HOME_ID:
        return None
    if alert.settled_home_id not in (None, draft.home.id):
        # Another home's hand was on the key: no task for this home's butler.
        return None
    about = subject(draft, alert.device_id, alert.resident_ids)
    press = MistakenPress(alert.id, alert.occurred_at)
    known = draft.mistakes.get(about, MistakeCount())
    if known.since_at is not None and press.at < known.since_at:
        return None
    task = _open_task_about(draft, about)
    if task is not None:
        _add(draft, task, alert)
        return None
    rule = draft.context.rules.mistakes
    counted = add(known, press, rule.within)
    reached = len(counted.presses) >= rule.count
    draft.mistakes = {
        **_still_counting(draft.mistakes, draft.now, rule.within),
        about: replace(counted, presses=()) if reached else counted,
    }
    if not reached:
        return None
    return ServiceRequest(
        id=derived_id("R", draft.home.id, "mistaken presses", alert.id),
        home_id=draft.home.id,
        category=RequestCategory.MISTAKEN_PRESSES,
        state=RequestState.NEW,
        opened_at=draft.now,
        resident_ids=alert.resident_ids,
        device_id=alert.device_id,
        alert_ids=tuple(one.alert_id for one in counted.presses),
    )


def begin_anew(draft: Draft, task: ServiceRequest) -> None:
    """The task has ended: only what is pressed from now on counts."""
    about = subject(draft, task.device_id, task.resident_ids)
    draft.mistakes = {**draft.mistakes, about: MistakeCount(since_at=draft.now)}


def subject(draft: Draft, device_id: str | None, resident_ids: tuple[str, ...]) -> str:
    """What presses are counted by: the device; where it is unknown, the elder, or the home of several."""
    if device_id is not None:
        return f"device|{device_id}"
    return f"elder|{resident_ids[0]}" if len(resident_ids) == 1 else f"home|{draft.home.id}"


def add(known: MistakeCount, press: MistakenPress, within: timedelta) -> MistakeCount:
    """The count with one more press, oldest first, without those that lie too far before the newest."""
    presses = sorted((*known.presses, press), key=lambda one: (one.at, one.alert_id))
    newest_at = presses[-1].at
    return replace(known, presses=tuple(one for one in presses if newest_at - one.at <= within))


def _open_task_about(draft: Draft, about: str) -> ServiceRequest | None:
    return next(
        (
            request
            for request in draft.requests.values()
            if request.category is RequestCategory.MISTAKEN_PRESSES
            and subject(draft, request.device_id, request.resident_ids) == about
        ),
        None,
    )


def _add(draft: Draft, task: ServiceRequest, alert: Alert) -> None:
    draft.write(
        EntryKind.REQUEST_ASKED_AGAIN,
        request_id=task.id,
        data={"alert_id": alert.id, "device_id": alert.device_id, "event_id": None},
    )
    draft.put_request(
        replace(
            task,
            alert_ids=(*task.alert_ids, alert.id)[-MAX_NAMED:],
            times_asked=task.times_asked + 1,
            version=task.version + 1,
        ),
        open_=True,
    )


def _still_counting(
    mistakes: Mapping[str, MistakeCount], now: datetime, within: timedelta
) -> dict[str, MistakeCount]:
    """Without what is too old to count ever again."""
    kept: dict[str, MistakeCount] = {}
    for about, known in mistakes.items():
        presses = tuple(one for one in known.presses if now - one.at <= within)
        if presses or (known.since_at is not None and now - known.since_at <= within):
            kept[about] = replace(known, presses=presses)
    return kept
