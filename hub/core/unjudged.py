"""When judging a home fails: a fixed, rule-free emergency names it, and its calls still alert."""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.core import escalation
from hub.core.alerts import AlertKind, Reason, Severity
from hub.core.arrival import keys_to_remember
from hub.core.context import Context
from hub.core.draft import Draft
from hub.core.events import Call, DeviceEvent, Fall, Input, Tick, UnreadableSignal
from hub.core.home import Home
from hub.core.journal import EntryKind
from hub.core.notifications import Heard
from hub.core.outcome import Outcome
from hub.core.raising import raise_alert
from hub.core.reasons import ReasonCode

TRY_AGAIN_AFTER = timedelta(minutes=1)
"""A home whose wake time could not be judged is tried again so much later, and its alerts go on meanwhile."""


def step_unjudged(
    home: Home,
    input_: Input,
    now: datetime,
    context: Context,
    seq: int,
    *,
    about: str | None = None,
    device_id: str | None = None,
) -> Outcome:
    """What remains to be done for an input whose step raised: mark the home, say so loudly, keep a press a press, let open
    alerts go on.

    No rule, no roster of the home's own rule states and no device state is read: only who lives there and whom to ask.
    `about`: the home it is about, where even that cannot be used and `home` stands in for it; `device_id`: who spoke, where the
    input cannot say so.
    """
    named = about or home.id
    draft = Draft(replace(home, unjudged=True), now, context)
    draft.write(EntryKind.STEP_FAILED, data={"input_seq": seq, "input": type(input_).__name__})
    residents = tuple(resident.id for resident in home.profile.residents)
    raise_alert(
        draft,
        kind=AlertKind.UNJUDGED_HOME,
        severity=Severity.EMERGENCY,
        dedup_key=f"unjudged|{named}",
        cause=str(seq),
        reason=Reason(
            ReasonCode.HOME_UNJUDGED,
            {
                "input_seq": seq,
                "home_id": named,
                **({"device_id": device_id} if device_id is not None else {}),
            },
        ),
        resident_ids=residents,
    )
    if isinstance(input_, DeviceEvent):
        _keep_the_press(draft, input_, named, residents)
    elif isinstance(input_, Tick):
        _let_alerts_go_on(draft)
    return draft.outcome()


def _let_alerts_go_on(draft: Draft) -> None:
    draft.wake_at = None
    due = sorted(draft.alerts.values(), key=lambda alert: (alert.deadline_at or draft.now, alert.id))
    for alert in due:
        if alert.deadline_at is not None and alert.deadline_at <= draft.now:
            escalation.fall_due(draft, alert)
    for alert in draft.alerts.values():
        if alert.deadline_at is not None:
            draft.wake(alert.deadline_at)
    draft.wake(draft.now + TRY_AGAIN_AFTER)


def _keep_the_press(draft: Draft, event: DeviceEvent, named: str, residents: tuple[str, ...]) -> None:
    for fact in event.facts:
        if not isinstance(fact, Call | Fall | UnreadableSignal):
            continue
        if isinstance(fact, UnreadableSignal) and fact.hazard is not None:
            continue
        event_id = None if isinstance(fact, UnreadableSignal) else fact.event_id
        if event_id is not None and not event.retained:
            draft.say_heard(Heard(event.claimed_home or draft.home.id, event.device_id, event_id))
        if event.seen and not event.seen_untold:
            continue
        raise_alert(
            draft,
            kind=AlertKind.FALL if isinstance(fact, Fall) else AlertKind.EMERGENCY_CALL,
            severity=Severity.EMERGENCY,
            dedup_key=f"call|{named}",
            cause=f"{event_id}|{draft.now.isoformat()}",
            reason=Reason(ReasonCode.CALL_PRESSED, {"late_s": 0}),
            resident_ids=residents,
            device_id=event.device_id,
            event_id=event_id,
        )
        for device_id, key in keys_to_remember(event):
            draft.remember_event(device_id, key)
