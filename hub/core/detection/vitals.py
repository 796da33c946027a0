"""Vital signs and the climate of rooms against limits: a reading beyond one for long enough raises an alert; an impossible
reading accuses the device."""

from datetime import datetime, timedelta

from firmware_contracts.vocabulary import Measure
from hub.core.alerts import AlertKind, Reason
from hub.core.detection import condition
from hub.core.detection.device_health import accuse_device, acquit_when_quiet
from hub.core.detection.wellbeing import Finding
from hub.core.draft import Draft
from hub.core.events import DeviceEvent, Vital
from hub.core.home import RulePhase, RuleState
from hub.core.outcome import Reading
from hub.core.raising import join, subjects
from hub.core.reasons import ReasonCode
from hub.core.rules import RoomMeasure, ThresholdRule
from hub.core.silences import SilenceOf
from hub.core.silencing import raise_unless_silenced
from hub.core.suppression import held_back

RULE_PREFIX = "vital"

_FORGOTTEN_AFTER = timedelta(seconds=1)
"""A second reading that comes at the last moment counts still."""
ROOM_PLAUSIBLE = {RoomMeasure.TEMPERATURE: (-30.0, 60.0), RoomMeasure.HUMIDITY: (0.0, 100.0)}
"""Outside these the sensor is broken: no lived-in room, not even on a roof in summer, is hotter."""


def on_vital(draft: Draft, event: DeviceEvent, vital: Vital) -> None:
    """Judge one live message of readings."""
    device = draft.profile.devices.get(event.device_id)
    wearer = device.wearer_id if device is not None else None
    rules = draft.context.rules
    away: bool | None = None
    subject_id = wearer or event.device_id
    quiet = not draft.profile.overrides and not _is_spoken_of(draft, event.device_id)
    home_id, now, keep = draft.home.id, draft.now, draft.keep_reading
    sampled = condition.is_sampled
    looked = False
    for measure, value in vital.readings.items():
        if value is None:
            reason = Reason(ReasonCode.NO_VALUE, {"measure": measure.value})
            accuse_device(draft, event.device_id, f"no_value-{measure.value}", reason)
            quiet = False
            continue
        low, high = rules.calm[measure]
        if quiet and low < value < high and sampled(draft, subject_id, measure, device):
            keep(Reading(home_id, subject_id, measure, now, value))
            continue
        quiet = False
        low, high = rules.plausible[measure]
        if not low <= value <= high:
            reason = Reason(ReasonCode.IMPLAUSIBLE, {"measure": measure.value, "value": value})
            accuse_device(draft, event.device_id, f"implausible-{measure.value}", reason)
            continue
        acquit_when_quiet(draft, event.device_id, f"no_value-{measure.value}")
        acquit_when_quiet(draft, event.device_id, f"implausible-{measure.value}")
        keep(Reading(home_id, subject_id, measure, now, value))
        if away is None:
            away = held_back(draft, wearer)
        if not away:
            found: tuple[Finding, ...] | None = ()
            look = device is not None and not sampled(draft, subject_id, measure, device)
            if look and device is not None:
                found = condition.look(draft, device, measure, value)
                looked = True
            if found is None:
                continue
            for rule in rules.thresholds.get(measure, ()):
                _judge(draft, rule, event.device_id, wearer, value)
            if look and device is not None:
                condition.tell(draft, device, measure, value, found)
    if looked and device is not None:
        condition.judge_score(draft, device)


def _is_spoken_of(draft: Draft, device_id: str) -> bool:
    """Whether any rule has a state about this device: then even a calm reading may end something."""
    return bool(draft.rules) and any(key.endswith(device_id) for key in draft.rules)


def on_room(draft: Draft, device_id: str, measure: RoomMeasure, value: float) -> None:
    """Judge one live reading of a climate sensor: of all rooms of the home that are too cold, one alert."""
    rules = draft.context.rules.thresholds.get(measure, ())
    if not rules:
        return
    low, high = ROOM_PLAUSIBLE[measure]
    sign = f"implausible-{measure.value}"
    if not low <= value <= high:
        reason = Reason(ReasonCode.IMPLAUSIBLE, {"measure": measure.value, "value": value})
        accuse_device(draft, device_id, sign, reason)
        return
    acquit_when_quiet(draft, device_id, sign)
    if not held_back(draft, None):
        for rule in rules:
            _judge(draft, rule, device_id, None, value)


def time_passed(draft: Draft, key: str, state: RuleState) -> None:
    """A pending rule's time is up: it fires when its readings did not pause for longer than allowed."""
    family, name, device_id = key.split("|", 2)
    if family == condition.RULE_PREFIX:
        _not_taken_again(draft, key, name, device_id, state)
        return
    rule = next(
        (rule for rules in draft.context.rules.thresholds.values() for rule in rules if rule.name == name),
        None,
    )
    if rule is not None and state.phase is RulePhase.CLEARING:
        _clear(draft, rule, key, device_id, state.value or 0.0)
        return
    if rule is None or rule.twice or state.phase is not RulePhase.PENDING or state.value is None:
        draft.drop_rule(key)
        return
    device = draft.device(device_id)
    wearer = device.wearer_id if device else None
    rule = _for_home(draft, rule)
    if draft.now - state.last_at > rule.max_gap or held_back(draft, wearer):
        draft.drop_rule(key)
    else:
        _fire(draft, rule, key, device_id, wearer, state.value, state.since_at)


def _not_taken_again(draft: Draft, key: str, name: str, device_id: str, state: RuleState) -> None:
    draft.drop_rule(key)
    device, (asked, _, measure) = draft.device(device_id), name.partition("-")
    if (
        device is None
        or asked != condition.AGAIN
        or state.value is None
        or held_back(draft, device.wearer_id)
    ):
        return
    for rule in draft.context.rules.thresholds.get(Measure(measure), ()):
        _judge(draft, rule, device_id, device.wearer_id, state.value)
    condition.not_taken_again(draft, device, measure, state.value)


def _judge(draft: Draft, rule: ThresholdRule, device_id: str, wearer: str | None, value: float) -> None:
    if draft.profile.overrides:
        rule = _for_home(draft, rule)
    key = f"{RULE_PREFIX}|{rule.name}|{device_id}"
    state = draft.rules.get(key)
    if state is None:
        if not rule.beyond(value) or not _applies(draft, rule, wearer):
            return
        if rule.for_ or rule.twice:
            _wait(draft, rule, key, value)
        else:
            _fire(draft, rule, key, device_id, wearer, value, draft.now)
    elif state.phase is RulePhase.PENDING:
        if not rule.beyond(value):
            draft.drop_rule(key)
        elif draft.now - state.last_at > rule.max_gap:
            _wait(draft, rule, key, value)
        elif rule.twice or draft.now - state.since_at >= rule.for_:
            _fire(draft, rule, key, device_id, wearer, value, state.since_at)
        else:
            draft.put_rule(
                key, RuleState(RulePhase.PENDING, state.since_at, draft.now, value, state.check_at)
            )
    elif state.phase is RulePhase.CLEARING:
        if not rule.cleared(value):
            draft.put_rule(key, RuleState(RulePhase.FIRING, state.since_at, draft.now, value))
    elif rule.cleared(value):
        if rule.keep_for:
            check_at = draft.now + rule.keep_for
            draft.put_rule(key, RuleState(RulePhase.CLEARING, state.since_at, draft.now, value, check_at))
        else:
            _clear(draft, rule, key, device_id, value)
    elif (
        draft.alert_for(_alert_key(rule, key)) is None
        and draft.now - state.since_at >= rule.again_after
        and rule.beyond(value)
    ):
        _fire(draft, rule, key, device_id, wearer, value, draft.now)
    else:
        draft.put_rule(key, RuleState(RulePhase.FIRING, state.since_at, draft.now, value))


def _wait(draft: Draft, rule: ThresholdRule, key: str, value: float) -> None:
    """The first reading beyond the limit of a rule that wants more."""
    until = draft.now + (rule.max_gap + _FORGOTTEN_AFTER if rule.twice else rule.for_)
    draft.put_rule(key, RuleState(RulePhase.PENDING, draft.now, draft.now, value, until))


def _clear(draft: Draft, rule: ThresholdRule, key: str, device_id: str, value: float) -> None:
    draft.drop_rule(key)
    draft.forget_held(_alert_key(rule, key))
    open_alert = draft.alert_for(_alert_key(rule, key))
    if open_alert is not None:
        reason = Reason(
            ReasonCode.THRESHOLD_CLEARED,
            {"rule": rule.name, "measure": rule.measure.value, "value": value},
        )
        join(draft, open_alert, reason, device_id=device_id, tell_holder=False)


def _fire(
    draft: Draft,
    rule: ThresholdRule,
    key: str,
    device_id: str,
    wearer: str | None,
    value: float,
    since_at: datetime,
) -> None:
    draft.put_rule(key, RuleState(RulePhase.FIRING, draft.now, draft.now, value))
    if _graver_fires(draft, rule, device_id):
        return
    room = isinstance(rule.measure, RoomMeasure)
    raise_unless_silenced(
        draft,
        SilenceOf.CLIMATE if room else SilenceOf.READINGS,
        kind=AlertKind.ENVIRONMENT if room else AlertKind.VITAL_SIGNS,
        severity=rule.severity,
        dedup_key=_alert_key(rule, key),
        cause=draft.now.isoformat(),
        reason=Reason(
            ReasonCode.THRESHOLD,
            {
                "rule": rule.name,
                "measure": rule.measure.value,
                "value": value,
                "limit": rule.limit,
                "side": rule.side.value,
                "for_s": rule.for_.total_seconds(),
            },
        ),
        resident_ids=subjects(draft, wearer),
        device_id=device_id,
        occurred_at=since_at,
    )


def _graver_fires(draft: Draft, rule: ThresholdRule, device_id: str) -> bool:
    """Whether a graver limit on the same side of the same measure says it already: the lesser one adds nothing."""
    return any(
        other.side is rule.side
        and other.severity.rank < rule.severity.rank
        and (state := draft.rules.get(f"{RULE_PREFIX}|{other.name}|{device_id}")) is not None
        and state.phase is RulePhase.FIRING
        for other in draft.context.rules.thresholds.get(rule.measure, ())
    )


def _alert_key(rule: ThresholdRule, key: str) -> str:
    """Two limits of a room on one side are one alert that grows graver, whichever sensor tells."""
    room = isinstance(rule.measure, RoomMeasure)
    return f"{RULE_PREFIX}|{rule.measure.value}|{rule.side.value}" if room else key


def _applies(draft: Draft, rule: ThresholdRule, wearer: str | None) -> bool:
    """Whether the rule is for this person's ability level; with nobody known it is for everybody."""
    if not rule.levels:
        return True
    resident = draft.profile.resident(wearer)
    return resident is None or resident.ability_level in rule.levels


def _for_home(draft: Draft, rule: ThresholdRule) -> ThresholdRule:
    values = draft.profile.overrides.get(rule.name)
    return rule.with_overrides(values) if values else rule
