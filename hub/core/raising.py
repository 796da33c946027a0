"""Raising an alert: one open alert per dedup key, evidence for the one that is open already, the first step taken at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hub.core import alerts as verbs
from hub.core import escalation, incident
from hub.core.alerts import (
    HELD_STATES,
    Alert,
    AlertKind,
    AlertState,
    Evidence,
    Policy,
    Reason,
    Severity,
    add_evidence,
    derived_id,
)
from hub.core.draft import Draft
from hub.core.home import GONE
from hub.core.journal import EntryKind
from hub.core.notifications import NotifyReason, Template


def raise_alert(
    draft: Draft,
    *,
    kind: AlertKind,
    severity: Severity,
    dedup_key: str,
    cause: str,
    reason: Reason,
    resident_ids: tuple[str, ...],
    device_id: str | None = None,
    event_id: str | None = None,
    occurred_at: datetime | None = None,
    policy: Policy | None = None,
    by: str | None = None,
    pre_alarm: timedelta = timedelta(),
) -> Alert:
    """Open an alert, or join the sign to the open one of the same key. `cause` makes the new alert's id. With `pre_alarm` the
    wearer alone is asked for so long, and only then the first step is taken."""
    open_alert = draft.alert_for(dedup_key)
    if open_alert is not None:
        whole = incident.worded(open_alert, kind, severity, reason)
        return join(draft, whole, reason, severity=severity, device_id=device_id, event_id=event_id)
    part_of = incident.found(draft, kind, severity, resident_ids)
    if part_of is not None:
        whole, together = incident.joined(part_of, kind, severity, dedup_key, reason)
        return join(draft, whole, reason, severity=together, device_id=device_id, event_id=event_id)
    alert = Alert(
        id=derived_id("A", draft.home.id, dedup_key, cause),
        home_id=draft.home.id,
        dedup_key=dedup_key,
        kind=kind,
        severity=severity,
        state=AlertState.TRIGGERED,
        reason=reason,
        opened_at=draft.now,
        occurred_at=occurred_at or draft.now,
        resident_ids=resident_ids,
        policy=policy or policy_for(draft, severity),
        device_id=device_id,
        event_ids=(event_id,) if event_id else (),
        opened_as=None if pre_alarm else severity,
        in_charge=draft.in_charge,
        resident_unconfirmed=_resident_unconfirmed(draft, severity, device_id),
        other_home_id=draft.elsewhere if device_id is not None else None,
    )
    if escalation.can_hear(draft, alert) and not pre_alarm:
        alert = replace(alert, reassure_at=draft.now + escalation.reassure_every(draft))
    draft.write(
        EntryKind.ALERT_TRIGGERED,
        alert_id=alert.id,
        by=by,
        data={
            "kind": kind.value,
            "severity": severity.value,
            "reason": reason.code,
            "reason_data": dict(reason.data),
            "device_id": device_id,
            "event_id": event_id,
            "resident_ids": list(resident_ids),
            "policy": alert.policy.name,
            "centre_id": draft.in_charge.centre_id,
            "butler_id": draft.in_charge.butler_id,
            **({"resident_unconfirmed": True} if alert.resident_unconfirmed else {}),
            **({"other_home_id": alert.other_home_id} if alert.other_home_id else {}),
            **({"pre_alarm_s": pre_alarm.total_seconds()} if pre_alarm else {}),
        },
    )
    if pre_alarm:
        return escalation.ask_wearer(draft, alert, draft.now + pre_alarm)
    return escalation.advance(draft, alert)


def join(
    draft: Draft,
    alert: Alert,
    reason: Reason,
    *,
    severity: Severity | None = None,
    device_id: str | None = None,
    event_id: str | None = None,
    tell_holder: bool = True,
) -> Alert:
    """One more sign for an open alert: never silent. Its holder is told again; a graver sign raises the severity."""
    alert = add_evidence(alert, Evidence(draft.now, reason, device_id, event_id))
    elsewhere = draft.elsewhere if device_id is not None else None
    if elsewhere is not None and elsewhere != alert.other_home_id:
        alert = replace(alert, other_home_id=elsewhere, settled_home_id=None)
    draft.write(
        EntryKind.ALERT_EVIDENCE,
        alert_id=alert.id,
        data={
            "reason": reason.code,
            "reason_data": dict(reason.data),
            "device_id": device_id,
            "event_id": event_id,
            **({"other_home_id": elsewhere} if elsewhere else {}),
        },
    )
    if severity is not None and severity.rank < alert.severity.rank:
        draft.write(
            EntryKind.ALERT_SEVERITY_RAISED,
            alert_id=alert.id,
            data={"from": alert.severity.value, "to": severity.value},
        )
        raised = replace(alert, severity=severity, policy=policy_for(draft, severity), step=-1)
        if raised.state not in HELD_STATES:
            return escalation.advance(draft, raised)
        raised = verbs.hold_no_longer(raised, draft.now)
        return draft.put_alert(inform_holder(draft, raised, NotifyReason.SEVERITY_RAISED))
    if tell_holder:
        alert = inform_holder(draft, alert, NotifyReason.PRESSED_AGAIN)
    return draft.put_alert(alert)


def lower(draft: Draft, alert: Alert, severity: Severity) -> None:
    """The alert is less grave than it was taken for; one that is no graver stays as it is."""
    if severity.rank <= alert.severity.rank:
        return
    draft.write(
        EntryKind.ALERT_SEVERITY_LOWERED,
        alert_id=alert.id,
        data={"from": alert.severity.value, "to": severity.value},
    )
    draft.put_alert(
        replace(alert, severity=severity, policy=policy_for(draft, severity), version=alert.version + 1)
    )


def inform_holder(draft: Draft, alert: Alert, reason: NotifyReason) -> Alert:
    """Whoever holds the alert hears what is new about it."""
    if alert.hold is not None and alert.hold.by in draft.context.people:
        alert, _ = escalation.tell(draft, alert, alert.hold.by, Template.ALERT, reason)
    return alert


def clear_by_itself(draft: Draft, dedup_key: str, reason: Reason) -> None:
    """What a technical alert was about is over: it is resolved without a person, and says so."""
    draft.forget_held(dedup_key)
    alert = draft.alert_for(dedup_key)
    if alert is None:
        return
    join(draft, alert, reason, tell_holder=False)
    alert = draft.alerts[alert.id]
    if alert.severity is not Severity.TECHNICAL:
        return
    draft.put_alert(end_without_person(draft, alert, {"cleared_by_itself": True, "reason": reason.code}))


def end_without_person(draft: Draft, alert: Alert, why: Mapping[str, object]) -> Alert:
    """The alert, resolved because what it was about is over and nobody has to look; `why` stands in the journal."""
    draft.cancel_unsent(alert.id)
    draft.write(EntryKind.ALERT_RESOLVED, alert_id=alert.id, data=why)
    return replace(
        alert,
        state=AlertState.RESOLVED,
        hold=None,
        escalate_at=None,
        reassure_at=None,
        pre_alarm_until=None,
        resolved_at=draft.now,
        version=alert.version + 1,
    )


def policy_for(draft: Draft, severity: Severity) -> Policy:
    """The policy of a severity; an emergency follows the home's own, or the usual one where that does not exist."""
    policies = draft.context.policies
    if severity is not Severity.EMERGENCY:
        return policies[severity.value]
    own = policies.get(draft.profile.emergency_policy)
    return own if own is not None else policies[severity.value]


def subjects(draft: Draft, wearer_id: str | None) -> tuple[str, ...]:
    """Whom an alert is about: the wearer, else everybody who lives in the home."""
    living = tuple(resident.id for resident in draft.profile.living)
    return (wearer_id,) if wearer_id is not None and wearer_id in living else living


def _resident_unconfirmed(draft: Draft, severity: Severity, device_id: str | None) -> bool:
    """Whether nobody knows who is there: the home's people are gone, or the one who wore what called."""
    if severity is Severity.TECHNICAL:
        return False
    device = draft.device(device_id) if device_id is not None else None
    wearer = draft.profile.resident(device.wearer_id) if device is not None else None
    return draft.profile.nobody_lives_there or (wearer is not None and wearer.membership in GONE)
