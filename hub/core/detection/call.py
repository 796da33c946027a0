"""Pressed keys: an emergency, a wish for a service, a test, a cancellation. A press is never silent and never held back."""

from datetime import timedelta

from firmware_contracts.vocabulary import CallAction, ServiceCategory
from hub.core import escalation, hand_test
from hub.core.alerts import Alert, AlertKind, AlertState, Reason, Severity
from hub.core.arrival import Arrival, Identity
from hub.core.detection import fall, self_test
from hub.core.detection.report import ask_about, cause_of, confirm, lateness, on_retained, wearer_of
from hub.core.draft import Draft
from hub.core.events import Call, DeviceEvent, UnreadableSignal
from hub.core.home import UNASSIGNED_HOME_ID
from hub.core.journal import EntryKind
from hub.core.membership import note_press
from hub.core.notifications import NotifyReason
from hub.core.raising import join, raise_alert, subjects
from hub.core.reasons import ReasonCode
from hub.core.requesting import ask_by_key
from hub.core.service_requests import RequestCategory

TOLD_IN_A_ROW = 3
TOLD_WITHIN = timedelta(minutes=1)


def call_key(draft: Draft, event: DeviceEvent) -> str:
    """Dedup key of a press: the wearer, else the home; for a device that does not belong here, the device where it says it is."""
    if draft.home.id == UNASSIGNED_HOME_ID:
        return f"call|{event.claimed_home}/{event.device_id}"
    if event.elsewhere is not None:
        # Perhaps somebody of another home: never hidden in a call of this one.
        return f"call|{draft.home.id}/{event.device_id}"
    return f"call|{wearer_of(draft, event.device_id) or draft.home.id}"


def on_call(draft: Draft, event: DeviceEvent, call: Call, arrival: Arrival, identity: Identity) -> None:
    """One press. A known one is heard again and changes nothing; a doubtful emergency is asked about, unless it has its alert."""
    if event.retained:
        on_retained(draft, event)
        return
    urgent = call.urgent
    # Of a test nothing is spoken: a silent one must stay so, and nobody is being looked for.
    tested = call.action is CallAction.TEST
    confirm(draft, event, call.event_id, urgent=urgent, spoken=not tested)
    if identity is Identity.KNOWN:
        draft.ignored = "repeated"
        return
    if identity is Identity.DOUBTFUL and urgent and draft.alert_for(call_key(draft, event)) is None:
        ask_about(draft, event, call.event_id)
        return
    if event.qos == 0:
        _on_qos_zero(draft, event)
    if tested and self_test.on_call(draft, event, call, arrival):
        return
    if tested:
        draft.write(EntryKind.CALL_TEST, data={"device_id": event.device_id, "event_id": call.event_id})
    elif call.action is CallAction.CANCEL:
        _on_cancel(draft, event, call, arrival, identity)
    elif urgent:
        _on_emergency(draft, event, call, arrival, identity)
    else:
        _on_service(draft, event, call)


def on_unreadable(draft: Draft, event: DeviceEvent, signal: UnreadableSignal) -> None:
    """A call, a fall or a detector's alarm that could not be read is urgent: it may be a press. One open per device."""
    device = draft.device(event.device_id)
    about = {"reason": signal.reason, "device_id": event.device_id}
    raise_alert(
        draft,
        kind=AlertKind.UNREADABLE_SIGNAL,
        severity=Severity.URGENT,
        dedup_key=f"unreadable|{event.device_id}",
        cause=f"{event.fingerprint:08x}|{draft.now.isoformat()}",
        reason=Reason(
            ReasonCode.UNREADABLE_SIGNAL,
            about if signal.hazard is None else {**about, "hazard": signal.hazard.value},
        ),
        resident_ids=subjects(draft, device.wearer_id if device else None),
        device_id=event.device_id,
    )


def _on_emergency(draft: Draft, event: DeviceEvent, call: Call, arrival: Arrival, identity: Identity) -> None:
    """Opens its alert, or is one more sign of the open one. A doubtful press, which may be a late copy, tells the holder and
    takes the alert from nobody."""
    rule = draft.context.rules.call
    ago, late_s = lateness(draft, call.age, arrival)
    key = call_key(draft, event)
    open_alert = draft.alert_for(key)
    if open_alert is not None:
        stale = (
            identity is Identity.NEW
            and open_alert.state is AlertState.ACKNOWLEDGED
            and open_alert.hold is not None
            and draft.now - open_alert.hold.since_at > rule.stale_after
        )
        told_enough = _told_enough(draft, open_alert)
        alert = join(
            draft,
            open_alert,
            Reason(ReasonCode.CALL_PRESSED_AGAIN, {"late_s": late_s, **hand_test.marks(draft, late_s)}),
            severity=rule.severity,
            device_id=event.device_id,
            event_id=call.event_id,
            tell_holder=not stale and not told_enough,
        )
        if not late_s:
            note_press(draft, event, alert)
        if stale:
            escalation.let_fall(draft, alert, EntryKind.ALERT_REOPENED, NotifyReason.PRESSED_AGAIN)
        elif alert.hold is not None and not told_enough:
            escalation.tell_standing(draft, alert)
        return
    if draft.home.id == UNASSIGNED_HOME_ID:
        reason = Reason(
            ReasonCode.UNKNOWN_DEVICE, {"device_id": event.device_id, "claimed_home": event.claimed_home}
        )
    elif call.action is CallAction.SERVICE:
        reason = Reason(ReasonCode.URGENT_HELP, {"late_s": late_s})
    else:
        reason = Reason(ReasonCode.CALL_PRESSED, {"late_s": late_s, **hand_test.marks(draft, late_s)})
    alert = raise_alert(
        draft,
        kind=AlertKind.EMERGENCY_CALL,
        severity=rule.severity,
        dedup_key=key,
        cause=cause_of(draft, event, call, ago),
        reason=reason,
        resident_ids=subjects(draft, wearer_of(draft, event.device_id)),
        device_id=event.device_id,
        event_id=call.event_id,
        occurred_at=draft.now - ago,
    )
    if not late_s:
        note_press(draft, event, alert)


def _told_enough(draft: Draft, alert: Alert) -> bool:
    """Whether its holder has heard of it so often that one more word would only keep them from going: of many presses in a row
    the first few are told, then one in each minute. Every one stands on the alert."""
    lately = [
        sign.at
        for sign in alert.evidence
        if sign.reason.code == ReasonCode.CALL_PRESSED_AGAIN and draft.now - sign.at < TOLD_WITHIN
    ]
    minute = draft.now.replace(second=0, microsecond=0)
    return len(lately) >= TOLD_IN_A_ROW and lately[-1] >= minute


def _on_cancel(draft: Draft, event: DeviceEvent, call: Call, arrival: Arrival, identity: Identity) -> None:
    """The elder says it was nothing: told to whoever holds the alert; a pressed button is never taken back by a button."""
    if fall.take_back(draft, event, call, arrival, identity):
        return
    open_alert = draft.alert_for(call_key(draft, event))
    meant = open_alert is not None and (call.cancels is None or call.cancels in open_alert.event_ids)
    if open_alert is None or not meant:
        draft.ignored = "nothing_to_cancel"
        return
    join(
        draft,
        open_alert,
        Reason(ReasonCode.CALL_CANCELLED),
        device_id=event.device_id,
        event_id=call.event_id,
    )


def wish_of(draft: Draft, event: DeviceEvent, call: Call) -> tuple[RequestCategory, tuple[str, ...]]:
    """What a green key asks for, and for whom."""
    category = RequestCategory((call.category or ServiceCategory.OTHER).value)
    return category, subjects(draft, wearer_of(draft, event.device_id))


def _on_service(draft: Draft, event: DeviceEvent, call: Call) -> None:
    """The green key: a wish, in a queue of its own."""
    category, residents = wish_of(draft, event, call)
    cause = cause_of(draft, event, call, call.age)
    ask_by_key(draft, category, residents, event.device_id, call.event_id, cause)


def _on_qos_zero(draft: Draft, event: DeviceEvent) -> None:
    """A call without delivery guarantee was lucky: its gateway is set up wrongly, and the next one may be lost."""
    raise_alert(
        draft,
        kind=AlertKind.TECHNICAL,
        severity=Severity.TECHNICAL,
        dedup_key=f"technical|{event.device_id}|qos_zero",
        cause=draft.now.isoformat(),
        reason=Reason(ReasonCode.QOS_ZERO, {"device_id": event.device_id}),
        resident_ids=subjects(draft, None),
        device_id=event.device_id,
    )
