"""A device gone mad: one technical alert while it lasts, its surplus presses counted on the alert that they belong to.

Called by the engine with what `core/flood` has counted, in a transaction of its own; the alert ends by the home's own clock.
"""

from collections.abc import Sequence
from datetime import datetime

from firmware_contracts.vocabulary import CallAction, FallPhase
from hub.core.alerts import Alert, AlertKind, Reason
from hub.core.context import Context
from hub.core.detection.call import call_key, wish_of
from hub.core.detection.device_health import RULE_PREFIX, accuse_device
from hub.core.detection.fall import fall_key
from hub.core.detection.report import confirm
from hub.core.draft import Draft
from hub.core.events import Call, DeviceEvent, Environment, Fact, Fall, UnreadableSignal
from hub.core.flood import Flood
from hub.core.home import UNASSIGNED_HOME_ID, Home, RuleState
from hub.core.notifications import Heard
from hub.core.outcome import Outcome
from hub.core.raising import clear_by_itself, join
from hub.core.reasons import ReasonCode
from hub.core.requesting import waiting_wish

SIGN = "flooding"

_ABOUT_SIGNALS = frozenset({AlertKind.EMERGENCY_CALL, AlertKind.FALL, AlertKind.UNREADABLE_SIGNAL})


def may_be_counted(home: Home, event: DeviceEvent, now: datetime, context: Context) -> bool:
    """Whether everything that this message tells has its open alert or request already, so that it need not be judged by itself.

    Asked only of a device gone mad, when a message of the same sort was judged a moment ago.
    """
    return all(_is_open(Draft(home, now, context), event, fact) for fact in event.facts)


def _is_open(draft: Draft, event: DeviceEvent, fact: Fact) -> bool:
    if isinstance(fact, Call):
        if fact.action in (CallAction.TEST, CallAction.CANCEL) or event.seen:
            return True
        if fact.urgent:
            return draft.alert_for(call_key(draft, event)) is not None
        return waiting_wish(draft, *wish_of(draft, event, fact)) is not None
    if isinstance(fact, Fall):
        over = fact.phase is FallPhase.GOT_UP or event.seen
        return over or draft.alert_for(fall_key(draft, event)) is not None
    if isinstance(fact, UnreadableSignal):
        return draft.alert_for(f"unreadable|{event.device_id}") is not None
    if isinstance(fact, Environment) and any(fact.hazards.values()):
        # Of strangers that share a name nothing is taken for another's.
        return draft.home.id != UNASSIGNED_HOME_ID and any(
            alert.kind is AlertKind.ENVIRONMENT and alert.device_id == event.device_id
            for alert in draft.alerts.values()
        )
    return True


def heard_all_the_same(home: Home, event: DeviceEvent, now: datetime, context: Context) -> Sequence[Heard]:
    """What is said to the device of a press that is only counted: the same as of any other."""
    draft = Draft(home, now, context)
    for fact in event.facts:
        if isinstance(fact, Call | Fall) and not event.retained:
            urgent = fact.urgent if isinstance(fact, Call) else True
            tested = isinstance(fact, Call) and fact.action is CallAction.TEST
            confirm(draft, event, fact.event_id, urgent=urgent, spoken=not tested)
    return draft.heard or ()


def tell_of_flood(home: Home, flood: Flood, now: datetime, context: Context) -> Outcome:
    """The device's technical alert, raised or kept up; and the signals that were only counted, as evidence."""
    draft = Draft(home, now, context)
    stranger = home.id == UNASSIGNED_HOME_ID
    device_id = f"{flood.home_id}/{flood.device_id}" if stranger else flood.device_id
    key = f"{RULE_PREFIX}|{SIGN}|{device_id}"
    before = draft.rules.get(key)
    reason = Reason(
        ReasonCode.FLOODING, {"device_id": device_id, "kind": flood.kind, "per_minute": flood.per_minute}
    )
    accuse_device(draft, device_id, SIGN, reason)
    held_back = flood.held_back + (before.value or 0 if before is not None else 0)
    state = draft.rules[key]
    calm_at = now + context.rules.flood.calm_for
    draft.put_rule(key, RuleState(state.phase, state.since_at, now, value=float(held_back), check_at=calm_at))
    alert = _of_signals(draft, flood) if flood.signals and flood.held_back else None
    if alert is not None:
        counted = Reason(ReasonCode.SIGNALS_COUNTED, {"times": flood.held_back})
        join(draft, alert, counted, device_id=flood.device_id, tell_holder=False)
    return draft.outcome()


def _of_signals(draft: Draft, flood: Flood) -> Alert | None:
    """The newest open alert in which the device's signals stand."""
    found = [
        alert
        for alert in draft.alerts.values()
        if alert.kind in _ABOUT_SIGNALS
        and (
            alert.device_id == flood.device_id
            or any(evidence.device_id == flood.device_id for evidence in alert.evidence)
        )
    ]
    return max(found, key=lambda alert: alert.opened_at, default=None)


def calm_down(draft: Draft, key: str, device_id: str, state: RuleState) -> None:
    """Its time came, and nothing was told of the flood since: it is over."""
    draft.drop_rule(key)
    over = Reason(ReasonCode.FLOOD_OVER, {"device_id": device_id, "held_back": int(state.value or 0)})
    clear_by_itself(draft, key, over)
