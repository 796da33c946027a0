"""Smoke, gas, carbon monoxide and water: an alert at once, also when everybody is away."""

from datetime import timedelta

from firmware_contracts.vocabulary import Hazard
from hub.core.alerts import AlertKind, Reason
from hub.core.draft import Draft
from hub.core.events import DeviceEvent, Environment
from hub.core.home import RulePhase, RuleState
from hub.core.outcome import Reading
from hub.core.raising import join, raise_alert, subjects
from hub.core.reasons import ReasonCode

RULE_PREFIX = "hazard"
AGAIN_AFTER = timedelta(minutes=10)
"""Still told so long after its alert was closed, a hazard alerts again: the pot is off the stove, and yet it smokes."""


def on_environment(draft: Draft, event: DeviceEvent, environment: Environment) -> None:
    """Judge one live message."""
    for hazard, present in environment.hazards.items():
        _judge(draft, event, hazard, present)
    for measure, value in (
        ("room_temperature_c", environment.temperature_c),
        ("room_humidity_percent", environment.humidity_percent),
    ):
        if value is not None:
            draft.keep_reading(Reading(draft.home.id, event.device_id, measure, draft.now, value))


def on_late_hazards(
    draft: Draft, event: DeviceEvent, environment: Environment, late_by: timedelta | None
) -> None:
    """A detector may say it once only: smoke that comes late is still smoke. Only a late all-clear proves nothing."""
    for hazard, present in environment.hazards.items():
        if present:
            _judge(draft, event, hazard, present, late_by or timedelta())


def _judge(
    draft: Draft, event: DeviceEvent, hazard: Hazard, present: bool, late_by: timedelta = timedelta()
) -> None:
    key = f"{RULE_PREFIX}|{hazard.value}|{event.device_id}"
    state = draft.rules.get(key)
    late_s = int(late_by.total_seconds())
    reason = Reason(
        ReasonCode.HAZARD, {"hazard": hazard.value, "device_id": event.device_id, "late_s": late_s}
    )
    again = state is not None and draft.alert_for(key) is None and draft.now - state.since_at >= AGAIN_AFTER
    if present and (state is None or again):
        draft.put_rule(key, RuleState(RulePhase.FIRING, draft.now, draft.now))
        raise_alert(
            draft,
            kind=AlertKind.ENVIRONMENT,
            severity=draft.context.rules.hazards[hazard],
            dedup_key=key,
            cause=draft.now.isoformat(),
            reason=reason,
            resident_ids=subjects(draft, None),
            device_id=event.device_id,
            occurred_at=draft.now - late_by,
        )
    elif not present and state is not None:
        draft.drop_rule(key)
        open_alert = draft.alert_for(key)
        if open_alert is not None:
            cleared = Reason(
                ReasonCode.HAZARD_CLEARED, {"hazard": hazard.value, "device_id": event.device_id}
            )
            join(draft, open_alert, cleared, device_id=event.device_id, tell_holder=False)
