"""Falls that a device reports: suspected, still lying, got up again: one incident, one alert."""

from firmware_contracts.vocabulary import FallPhase
from hub.core.alerts import AlertKind, Reason
from hub.core.arrival import Arrival, Identity
from hub.core.detection.call import ask_about, cause_of, confirm, lateness, on_retained, wearer_of
from hub.core.draft import Draft
from hub.core.events import DeviceEvent, Fall
from hub.core.home import UNASSIGNED_HOME_ID
from hub.core.raising import join, raise_alert, subjects
from hub.core.reasons import ReasonCode

_REASONS = {
    FallPhase.SUSPECTED: ReasonCode.FALL_SUSPECTED,
    FallPhase.LYING: ReasonCode.FALL_LYING,
    FallPhase.GOT_UP: ReasonCode.FALL_GOT_UP,
}


def fall_key(draft: Draft, event: DeviceEvent) -> str:
    """Dedup key of a fall: the wearer, else the home; for a device that does not belong here, the device where it says it is."""
    if draft.home.id == UNASSIGNED_HOME_ID:
        return f"fall|{event.claimed_home}/{event.device_id}"
    if event.elsewhere is not None:
        return f"fall|{draft.home.id}/{event.device_id}"
    return f"fall|{wearer_of(draft, event.device_id) or draft.home.id}"


def on_fall(draft: Draft, event: DeviceEvent, fall: Fall, arrival: Arrival, identity: Identity) -> None:
    """One report. Getting up is a sign on the open alert, never its end: somebody looks."""
    if event.retained:
        on_retained(draft, event)
        return
    confirm(draft, event, fall.event_id, urgent=True)
    if identity is Identity.KNOWN:
        draft.ignored = "repeated"
        return
    rule = draft.context.rules.fall
    key = fall_key(draft, event)
    if identity is Identity.DOUBTFUL and fall.phase is not FallPhase.GOT_UP and draft.alert_for(key) is None:
        ask_about(draft, event, fall.event_id)
        return
    ago, late_s = lateness(draft, fall.age, arrival)
    reason = Reason(_REASONS[fall.phase], {"late_s": late_s})
    if fall.phase is FallPhase.GOT_UP:
        open_alert = draft.alert_for(key)
        if open_alert is None:
            draft.ignored = "no_open_fall"
        else:
            join(draft, open_alert, reason, device_id=event.device_id, event_id=fall.event_id)
        return
    raise_alert(
        draft,
        kind=AlertKind.FALL,
        severity=rule.lying if fall.phase is FallPhase.LYING else rule.suspected,
        dedup_key=key,
        cause=cause_of(draft, event, fall, ago),
        reason=reason,
        resident_ids=subjects(draft, wearer_of(draft, event.device_id)),
        device_id=event.device_id,
        event_id=fall.event_id,
        occurred_at=draft.now - ago,
    )
