"""One incident from many signs: a fall, then nobody moves, then the bed stays empty, is one alert with all its evidence.

A sensor's sign joins the open alert about the same people. It never does so where somebody would hear less of it: a graver sign
than what somebody already holds is an alert of its own, and a pressed key always is.
"""

from dataclasses import replace
from datetime import datetime

from hub.core.alerts import HELD_STATES, Alert, AlertKind, Evidence, Reason, Severity, add_evidence
from hub.core.draft import Draft
from hub.core.home import UNASSIGNED_HOME_ID

SIGNS = frozenset({AlertKind.FALL, AlertKind.INACTIVITY, AlertKind.NIGHT, AlertKind.VITAL_SIGNS})
"""Kinds of alerts that sensors raise about a person."""


def found(draft: Draft, kind: AlertKind, severity: Severity, resident_ids: tuple[str, ...]) -> Alert | None:
    """The open alert of which a new sign is a part, the newest first."""
    rule = draft.context.rules.incident
    if (
        kind not in SIGNS
        or not rule.within
        or draft.home.id == UNASSIGNED_HOME_ID
        or draft.elsewhere is not None
    ):
        return None
    known = [
        alert
        for alert in draft.alerts.values()
        if (alert.kind in SIGNS or alert.kind is AlertKind.EMERGENCY_CALL)
        and draft.now - _newest(alert) <= rule.within
        and _is_about(alert, resident_ids)
        and not _hides(alert, kind, severity)
    ]
    return max(known, key=lambda alert: (alert.opened_at, alert.id), default=None)


def joined(
    alert: Alert, kind: AlertKind, severity: Severity, key: str, reason: Reason
) -> tuple[Alert, Severity]:
    """The alert with a sign's key, and how grave the two are together. Two urgent signs of different kinds confirm each other:
    not back in bed is urgent, and so is a fall after which somebody got up; both are an emergency. The graver sign gives the
    alert its kind and its sentence, the other one stays as evidence."""
    together = min(severity, alert.severity, key=lambda one: one.rank)
    if kind is not alert.kind and together is Severity.URGENT and severity is alert.severity:
        together = Severity.EMERGENCY
    return worded(replace(alert, also=(*alert.also, key)), kind, severity, reason), together


def worded(alert: Alert, kind: AlertKind, severity: Severity, reason: Reason) -> Alert:
    """With the kind and sentence of a sign that is graver than what the alert was raised for; that one stays as evidence."""
    if alert.kind not in SIGNS or severity.rank >= alert.severity.rank:
        return alert
    first = Evidence(alert.opened_at, alert.reason, alert.device_id)
    return replace(add_evidence(alert, first), kind=kind, reason=reason)


def _newest(alert: Alert) -> datetime:
    return max((alert.opened_at, *(one.at for one in alert.evidence)))


def _is_about(alert: Alert, resident_ids: tuple[str, ...]) -> bool:
    return bool(set(alert.resident_ids) & set(resident_ids)) or not (alert.resident_ids or resident_ids)


def _hides(alert: Alert, kind: AlertKind, severity: Severity) -> bool:
    """Whether the sign would be told to fewer people as a part of the alert than by itself."""
    if alert.kind is AlertKind.EMERGENCY_CALL:
        # Whoever closes a call as a mistake must not close a fall with it.
        return kind is AlertKind.FALL
    return alert.state in HELD_STATES and (severity.rank < alert.severity.rank or kind is AlertKind.FALL)
