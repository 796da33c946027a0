"""Falls that a device reports: suspected, still lying, got up again: one incident, one alert.

A suspected fall is first asked about in the room: until the pre-alarm ends its wearer may take it back. Where the sensor sends
its acceleration the hub judges that too (`fall_window`), and what is no fall by it goes no further unless somebody is seen to
lie.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from firmware_contracts.vocabulary import BedState, FallPhase
from hub.core.alerts import Alert, AlertKind, AlertState, Reason, Severity
from hub.core.arrival import Arrival, Freshness, Identity
from hub.core.detection.fall_charts import CHARTS
from hub.core.detection.fall_window import Sign, Verdict, judge
from hub.core.detection.report import ask_about, cause_of, confirm, lateness, on_retained, wearer_of
from hub.core.draft import Draft
from hub.core.escalation import can_hear, tell_elder
from hub.core.events import Bed, Call, Contact, DeviceEvent, Fact, Fall, Motion, Vibration, Window
from hub.core.home import UNASSIGNED_HOME_ID, DeviceKind, RulePhase, RuleState
from hub.core.notifications import Template
from hub.core.raising import end_without_person, join, lower, raise_alert, subjects
from hub.core.reasons import ReasonCode

RULE_PREFIX = "fall"

SAME_MOMENT = timedelta(seconds=2)
"""Two devices tell how long ago it was no more exactly than this."""

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
    open_alert = draft.alert_for(key)
    if identity is Identity.DOUBTFUL and fall.phase is not FallPhase.GOT_UP and open_alert is None:
        ask_about(draft, event, fall.event_id)
        return
    ago, late_s = lateness(draft, fall.age, arrival)
    told: Mapping[str, float] = {}
    if fall.phase is FallPhase.SUSPECTED and fall.window is not None:
        verdict = judged(fall.window)
        if not verdict.fall and open_alert is None:
            draft.ignored = "no_fall"
            return
        told = _told(verdict)
    reason = Reason(_REASONS[fall.phase], {"late_s": late_s, **told})
    if fall.phase is FallPhase.GOT_UP:
        if open_alert is None:
            draft.ignored = "no_open_fall"
        else:
            alert = join(draft, open_alert, reason, device_id=event.device_id, event_id=fall.event_id)
            if _is_since(alert, draft.now - ago):
                _lower(draft, alert, rule.got_up)
                draft.drop_rule(f"{RULE_PREFIX}|{key}")
        return
    lying = fall.phase is FallPhase.LYING
    alert = raise_alert(
        draft,
        kind=AlertKind.FALL,
        severity=rule.lying if lying else rule.suspected,
        dedup_key=key,
        cause=cause_of(draft, event, fall, ago),
        reason=reason,
        resident_ids=subjects(draft, wearer_of(draft, event.device_id)),
        device_id=event.device_id,
        event_id=fall.event_id,
        occurred_at=draft.now - ago,
        pre_alarm=rule.pre_alarm * (not lying and not late_s and _can_take_back(draft, event)),
    )
    if lying and alert.pre_alarm_until is not None and _is_asked(alert):
        until_at = min(alert.pre_alarm_until, draft.now + rule.lying_pre_alarm)
        draft.put_alert(
            replace(alert, pre_alarm_until=until_at, escalate_at=until_at, version=alert.version + 1)
        )
    if open_alert is None and _sees_movement(draft):
        check_at = draft.now + rule.long_lie_after
        draft.put_rule(
            f"{RULE_PREFIX}|{key}", RuleState(RulePhase.PENDING, draft.now, draft.now, check_at=check_at)
        )


def judged(window: Window) -> Verdict:
    """What the hub makes of the acceleration itself."""
    samples = np.array(window.samples_g)
    return judge(samples, window.rate_hz, window.placement, CHARTS[window.placement], window.impact_index)


def take_back(draft: Draft, event: DeviceEvent, call: Call, arrival: Arrival, identity: Identity) -> bool:
    """Whether a cancellation takes back a fall whose wearer is still being asked: then it is over, and nobody was disturbed.

    One that was pressed before the fall, that nobody can date, or that a device of another home tells, takes back nothing.
    """
    dated = arrival.freshness is Freshness.LIVE or arrival.late_by is not None
    if identity is not Identity.NEW or event.elsewhere is not None or not dated:
        return False
    ago, _ = lateness(draft, call.age, arrival)
    alert = _meant(draft, event, call)
    if alert is None or not _is_since(alert, draft.now - ago):
        return False
    reason = Reason(ReasonCode.FALL_TAKEN_BACK)
    alert = join(draft, alert, reason, device_id=event.device_id, event_id=call.event_id, tell_holder=False)
    alert = end_without_person(draft, alert, {"taken_back": True, "device_id": event.device_id})
    # Nobody but the wearer was asked: in no report it counts as an emergency.
    alert = replace(alert, opened_as=Severity.ROUTINE)
    if can_hear(draft, alert):
        alert = tell_elder(draft, alert, Template.HOME_MISTAKE)
    draft.put_alert(alert)
    draft.drop_rule(f"{RULE_PREFIX}|{alert.dedup_key}")
    return True


def on_movement(draft: Draft, event: DeviceEvent, fact: Fact) -> None:
    """Somebody moves where a fall is open. Of several who live there it may be another: then it proves nothing."""
    if not _moves(fact) or len(draft.profile.living) > 1:
        return
    for key in [one for one in draft.rules if one.startswith(f"{RULE_PREFIX}|")]:
        draft.drop_rule(key)
        alert = draft.alert_for(key.partition("|")[2])
        if alert is not None:
            reason = Reason(ReasonCode.FALL_MOVED, {"device_id": event.device_id})
            join(draft, alert, reason, device_id=event.device_id, tell_holder=False)


def time_passed(draft: Draft, key: str, state: RuleState) -> None:
    """Nothing was seen to move since the fall."""
    draft.drop_rule(key)
    alert = draft.alert_for(key.partition("|")[2])
    if alert is not None:
        for_s = round((draft.now - state.since_at).total_seconds())
        join(draft, alert, Reason(ReasonCode.LONG_LIE, {"for_s": for_s}), severity=Severity.EMERGENCY)


def _told(verdict: Verdict) -> Mapping[str, float]:
    values = verdict.values
    return {
        "points": round(verdict.total),
        "impact_g": round(values[Sign.IMPACT], 1),
        "turn_deg": round(values[Sign.TURN]),
    }


def _meant(draft: Draft, event: DeviceEvent, call: Call) -> Alert | None:
    """The fall that a cancellation takes back: one that is being asked about, of whoever wears the device, or of anybody where it
    is the home's. Only the sensor itself knows the fall by its id; what names another open call means that one."""
    asked = [alert for alert in draft.alerts.values() if alert.kind is AlertKind.FALL and _is_asked(alert)]
    if any(call.cancels in alert.event_ids for alert in draft.alerts.values() if alert not in asked):
        return None
    wearer = wearer_of(draft, event.device_id)
    for alert in asked:
        named = call.cancels in (None, *alert.event_ids) or alert.device_id != event.device_id
        if named and (wearer is None or wearer in alert.resident_ids):
            return alert
    return None


def _is_since(alert: Alert, at: datetime) -> bool:
    """Whether what happened at that instant came after the newest fall that stands on the alert."""
    again = (one.at for one in alert.evidence if one.reason.code == ReasonCode.FALL_SUSPECTED)
    return at + SAME_MOMENT >= max((alert.occurred_at, *again))


def _is_asked(alert: Alert) -> bool:
    return alert.pre_alarm_until is not None and alert.state is AlertState.TRIGGERED


def _can_take_back(draft: Draft, event: DeviceEvent) -> bool:
    """Whether the wearer can be asked and answer: on the sensor itself, where it has a key, or on one that speaks beside it. Of a
    stranger's device, or where nobody lives, nobody knows."""
    if draft.home.id == UNASSIGNED_HOME_ID or event.elsewhere is not None or draft.profile.nobody_lives_there:
        return False
    device = draft.device(event.device_id)
    has_key = device is not None and device.kind in _WITH_KEY
    asks = has_key and device is not None and device.family == "native" and not device.one_way
    return asks or any(one.speaks for one in draft.profile.devices.values())


def _lower(draft: Draft, alert: Alert, severity: Severity) -> None:
    """Got up while nobody else was asked yet: less grave, looked at all the same."""
    if _is_asked(alert):
        lower(draft, alert, severity)


_NOT_ON_THE_FLOOR = frozenset({BedState.IN_BED, BedState.RESTLESS})
_WITH_KEY = frozenset({DeviceKind.FALL_WEARABLE, DeviceKind.PENDANT, DeviceKind.WATCH})
_SEE = frozenset({DeviceKind.MOTION, DeviceKind.VIBRATION, DeviceKind.FALL_RADAR})


def _moves(fact: Fact) -> bool:
    """Whether it shows that whoever fell moves. That a bed is empty, or that somebody is present, does not."""
    if isinstance(fact, Motion):
        return fact.moving
    if isinstance(fact, Bed):
        return fact.state in _NOT_ON_THE_FLOOR
    return isinstance(fact, Contact | Vibration)


def _sees_movement(draft: Draft) -> bool:
    """Whether anything in the home could see somebody move: without, silence says nothing."""
    return any(device.kind in _SEE for device in draft.profile.devices.values())
