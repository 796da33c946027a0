"""When judging a home fails: a fixed, rule-free emergency names it, and its calls still alert."""

from dataclasses import replace
from datetime import datetime

from hub.core.alerts import AlertKind, Reason, Severity
from hub.core.context import Context
from hub.core.draft import Draft
from hub.core.events import Call, DeviceEvent, Fall, Input, UnreadableSignal
from hub.core.home import Home
from hub.core.journal import EntryKind
from hub.core.notifications import Heard
from hub.core.outcome import Outcome
from hub.core.raising import raise_alert
from hub.core.reasons import ReasonCode
from hub.core.step import event_keys


def step_unjudged(home: Home, input_: Input, now: datetime, context: Context, seq: int) -> Outcome:
    """What remains to be done for an input whose step raised: mark the home, say so loudly, keep a press a press.

    No rule, no roster of the home's own rule states and no device state is read: only who lives there and whom to ask.
    """
    draft = Draft(replace(home, unjudged=True), now, context)
    draft.write(EntryKind.STEP_FAILED, data={"input_seq": seq, "input": type(input_).__name__})
    residents = tuple(resident.id for resident in home.profile.residents)
    raise_alert(
        draft,
        kind=AlertKind.UNJUDGED_HOME,
        severity=Severity.EMERGENCY,
        dedup_key=f"unjudged|{home.id}",
        cause=str(seq),
        reason=Reason(ReasonCode.HOME_UNJUDGED, {"input_seq": seq}),
        resident_ids=residents,
    )
    if isinstance(input_, DeviceEvent) and not input_.seen:
        _keep_the_press(draft, input_, residents)
    return draft.outcome()


def _keep_the_press(draft: Draft, event: DeviceEvent, residents: tuple[str, ...]) -> None:
    for fact in event.facts:
        if not isinstance(fact, Call | Fall | UnreadableSignal):
            continue
        event_id = None if isinstance(fact, UnreadableSignal) else fact.event_id
        raise_alert(
            draft,
            kind=AlertKind.FALL if isinstance(fact, Fall) else AlertKind.EMERGENCY_CALL,
            severity=Severity.EMERGENCY,
            dedup_key=f"call|{draft.home.id}",
            cause=event_id or draft.now.isoformat(),
            reason=Reason(ReasonCode.CALL_PRESSED, {"late_s": 0}),
            resident_ids=residents,
            device_id=event.device_id,
            event_id=event_id,
        )
        for device_id, key in event_keys(event):
            draft.remember_event(device_id, key)
        if event_id is not None:
            draft.say_heard(Heard(event.claimed_home or draft.home.id, event.device_id, event_id))
