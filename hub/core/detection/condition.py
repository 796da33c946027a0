"""What the judgement of somebody's readings (`wellbeing`) becomes: asked to be taken again, told as one alert, over."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from firmware_contracts.vocabulary import Measure
from hub.core.alerts import AlertKind, Reason
from hub.core.detection import question
from hub.core.detection.baseline import FLOORS, SAMPLE_EVERY, normal
from hub.core.detection.device_health import is_heard
from hub.core.detection.wellbeing import (
    LIMITS,
    SCORE,
    Finding,
    Found,
    Levels,
    Limits,
    Wellbeing,
    own_limits,
    read,
    scored,
    severity_of,
    signs_of,
)
from hub.core.draft import Draft
from hub.core.home import Device, DeviceKind, Flag, Resident, RulePhase, RuleState
from hub.core.notifications import Template
from hub.core.raising import join, subjects
from hub.core.reasons import ReasonCode
from hub.core.rules import Side
from hub.core.silences import SilenceOf
from hub.core.silencing import raise_unless_silenced

RULE_PREFIX = "wellbeing"
AGAIN = "again"
KNOWN = "known"
OWN_LIMITS = "limits"
"""By this name a person's home sets limits of its own: `systolic_mmhg_high`, `glucose_mmol_l_low` and the like."""
EARLY_WARNING = "early_warning"
"""By this name a person's home sets `scale_2` to 1: a target of 88-92 % oxygen, confirmed by a doctor."""

BY_HAND = frozenset({DeviceKind.CUFF, DeviceKind.THERMOMETER, DeviceKind.GLUCOMETER})
"""Somebody sits down for these, and can do it again."""

_NEW = Wellbeing()
_AGREES = 3.0
"""Two readings no further apart than so many spreads of the instrument say the same."""

_NEAR, _WORSE = 2.0, 2.0
"""Spreads of the person's own between their normal and a limit; of the instrument between a reading and a worse one."""

_REASONS = {
    Found.HIGH: ReasonCode.READING_HIGH,
    Found.LOW: ReasonCode.READING_LOW,
    Found.UNUSUAL: ReasonCode.READING_UNUSUAL,
    Found.CHANGED: ReasonCode.READING_CHANGED,
    Found.SCORE: ReasonCode.EARLY_WARNING,
}


def is_sampled(draft: Draft, subject_id: str, measure: str, device: Device | None) -> bool:
    """Whether a reading of what is measured all the while comes too soon to be looked at again."""
    if device is None or device.kind in BY_HAND:
        return device is None
    known = draft.wellbeing.get(subject_id)
    newest = known.newest.get(measure) if known is not None else None
    return newest is not None and draft.now - newest.at < SAMPLE_EVERY


def look(draft: Draft, device: Device, measure: str, value: float) -> tuple[Finding, ...] | None:
    """What one plausible reading of somebody who is there comes to; nothing of it is told yet. None: it is asked for again first,
    so nobody judges it before."""
    rule, context = draft.context.rules.wellbeing, draft.context
    if not rule.enabled or not context.wall_synchronised:
        return ()
    subject_id = device.wearer_id or device.id
    state, verdict = read(
        draft.wellbeing.get(subject_id, _NEW),
        measure,
        value,
        draft.now,
        context.local(draft.now).toordinal(),
        at_rest=device.kind in BY_HAND,
        limits=_limits(draft),
    )
    draft.put_wellbeing(subject_id, state)
    asked = f"{RULE_PREFIX}|{AGAIN}-{measure}|{device.id}"
    before = draft.rules.get(asked)
    if before is not None:
        draft.drop_rule(asked)
        if before.value is not None and abs(value - before.value) <= _AGREES * FLOORS[measure]:
            # Taken again, and it is so: the first reading counts as well.
            return tuple(
                {
                    one.what: one
                    for one in (*signs_of(state, measure, value, _limits(draft)), *verdict.findings)
                }.values()
            )
    elif verdict.ask_again and _ask(draft, device, measure):
        check_at = draft.now + rule.again_within
        draft.put_rule(asked, RuleState(RulePhase.PENDING, draft.now, draft.now, value, check_at))
        return None
    return verdict.findings


def tell(draft: Draft, device: Device, measure: str, value: float, findings: tuple[Finding, ...]) -> None:
    """Tell what was found, once for all that stands in a graver rule too, and end what is over."""
    if findings or draft.rules:
        _end_what_is_over(draft, device, measure, value, findings)
        _tell(draft, device, findings, _levels(draft, draft.profile.resident(device.wearer_id)))


def judge_score(draft: Draft, device: Device) -> None:
    """After a message: what all readings that still count come to."""
    rule = draft.context.rules.wellbeing
    state = draft.wellbeing.get(device.wearer_id or device.id)
    if state is None or not rule.enabled:
        return
    resident = draft.profile.resident(device.wearer_id)
    on_oxygen = resident is not None and Flag.ON_OXYGEN in resident.flags
    found = scored(state, draft.now, scale_2=_own(draft, "scale_2") == 1, on_oxygen=on_oxygen)
    if found is not None:
        _tell(draft, device, (found,), _levels(draft, resident))
    elif draft.rules:
        draft.drop_rule(_key(Found.SCORE, SCORE, device))


def not_taken_again(draft: Draft, device: Device, measure: str, value: float) -> None:
    """It was asked for again and did not come: what was read counts, and it is said that nobody took it a second time."""
    subject_id = device.wearer_id or device.id
    levels = _levels(draft, draft.profile.resident(device.wearer_id))
    signs = signs_of(draft.wellbeing.get(subject_id, _NEW), measure, value, _limits(draft))
    _tell(draft, device, signs, levels, not_repeated=True)


def _tell(
    draft: Draft, device: Device, findings: Iterable[Finding], levels: Levels, *, not_repeated: bool = False
) -> None:
    rule = draft.context.rules.wellbeing
    subject_id = device.wearer_id or device.id
    graded = {_key(one.what, one.measure, device): (severity_of(one, levels), one) for one in findings}
    graded = {key: one for key, one in graded.items() if not _said_by_a_rule(draft, device, one[1])}
    for key, (severity, finding) in sorted(graded.items(), key=lambda pair: (pair[1][0].rank, pair[0])):
        known = draft.rules.get(key)
        since_at = draft.now
        if (
            known is not None
            and draft.now - known.since_at < rule.again_after
            and not _is_graver(known, finding)
        ):
            draft.put_rule(key, RuleState(RulePhase.FIRING, known.since_at, draft.now, known.value))
            continue
        usual = _usual_of(draft, subject_id, finding)
        if usual is not None and _is_known(draft, device, finding):
            draft.put_rule(key, RuleState(RulePhase.FIRING, draft.now, draft.now, finding.value))
            continue
        draft.put_rule(key, RuleState(RulePhase.FIRING, since_at, draft.now, finding.value))
        raise_unless_silenced(
            draft,
            SilenceOf.READINGS,
            kind=AlertKind.VITAL_SIGNS,
            severity=severity,
            dedup_key=f"{RULE_PREFIX}|{subject_id}",
            cause=draft.now.isoformat(),
            reason=_reason(
                finding if usual is None else replace(finding, usual=usual), not_repeated=not_repeated
            ),
            resident_ids=subjects(draft, device.wearer_id),
            device_id=device.id,
        )


def _usual_of(draft: Draft, subject_id: str, finding: Finding) -> float | None:
    """The person's own normal where it lies near the limit that was passed, or beyond it: they live there."""
    if finding.limit is None or finding.what not in (Found.HIGH, Found.LOW):
        return None
    state = draft.wellbeing.get(subject_id, _NEW)
    own = normal(state.own.get(finding.measure), finding.measure)
    if own is None:
        return None
    away = own.strangeness(finding.limit) if finding.what is Found.HIGH else -own.strangeness(finding.limit)
    return own.middle if away <= _NEAR else None


def _is_known(draft: Draft, device: Device, finding: Finding) -> bool:
    """Whether the same was told lately of somebody who lives near the limit; remembers this one where it was not, or is worse."""
    key = f"{RULE_PREFIX}|{KNOWN}-{finding.what.value}-{finding.measure}|{device.id}"
    told = draft.rules.get(key)
    worse = 1 if finding.what is Found.HIGH else -1
    before = told.value if told is not None else None
    if before is not None and (finding.value - before) * worse < _WORSE * FLOORS[finding.measure]:
        return True
    until = draft.now + draft.context.rules.wellbeing.usual_again_after
    draft.put_rule(key, RuleState(RulePhase.PENDING, draft.now, draft.now, finding.value, until))
    return False


def _key(what: Found, measure: str, device: Device) -> str:
    """A score is the person's, whichever of their devices told last."""
    return f"{RULE_PREFIX}|{what.value}-{measure}|{(device.wearer_id or device.id) if what is Found.SCORE else device.id}"


def _said_by_a_rule(draft: Draft, device: Device, finding: Finding) -> bool:
    """Whether a threshold of the same side says it already."""
    side = {Found.HIGH: Side.ABOVE, Found.LOW: Side.BELOW}.get(finding.what)
    return side is not None and any(
        rule.side is side
        and (state := draft.rules.get(f"vital|{rule.name}|{device.id}")) is not None
        and state.phase is RulePhase.FIRING
        for rule in draft.context.rules.thresholds.get(Measure(finding.measure), ())
    )


def _is_graver(known: RuleState, finding: Finding) -> bool:
    """A score that grew is told at once."""
    return finding.what is Found.SCORE and known.value is not None and finding.value > known.value


def _end_what_is_over(
    draft: Draft, device: Device, measure: str, value: float, findings: tuple[Finding, ...]
) -> None:
    if not draft.rules:
        return
    found = {one.what for one in findings}
    for what in Found:
        key = _key(what, measure, device)
        if what in found or key not in draft.rules:
            continue
        draft.drop_rule(key)
        alert_key = f"{RULE_PREFIX}|{device.wearer_id or device.id}"
        if not any(_key(other, measure, device) in draft.rules for other in Found):
            draft.forget_held(alert_key)
        alert = draft.alert_for(alert_key)
        if alert is not None:
            back = Reason(
                ReasonCode.THRESHOLD_CLEARED, {"rule": RULE_PREFIX, "measure": measure, "value": value}
            )
            join(draft, alert, back, device_id=device.id, tell_holder=False)


def _reason(finding: Finding, *, not_repeated: bool) -> Reason:
    data: dict[str, str | float | int | bool | None] = {"measure": finding.measure, "value": finding.value}
    if finding.limit is not None:
        data["limit"] = finding.limit
    if finding.usual is not None:
        data["usual"] = round(finding.usual, 1)
    if finding.what is Found.SCORE:
        data["missing"] = ",".join(finding.missing)
        data["oldest_s"] = max(finding.ages_s.values(), default=0)
    if not_repeated:
        data["not_repeated"] = True
    return Reason(_REASONS[finding.what], data)


def _levels(draft: Draft, resident: Resident | None) -> Levels:
    """How grave things are for this person: the first special case that fits, else as for everybody."""
    rule = draft.context.rules.wellbeing
    if resident is not None:
        for special in rule.special:
            fits = not special.ability or resident.ability_level in special.ability
            if fits and special.conditions <= {flag.value for flag in resident.flags}:
                return special.levels
    return rule.levels


def _limits(draft: Draft) -> Mapping[str, Limits]:
    own = draft.profile.overrides.get(OWN_LIMITS) if draft.profile.overrides else None
    return own_limits(own) if own else LIMITS


def _own(draft: Draft, name: str) -> float | None:
    return draft.profile.overrides.get(EARLY_WARNING, {}).get(name) if draft.profile.overrides else None


def _ask(draft: Draft, device: Device, measure: str) -> bool:
    """Say in the home that it should be taken again; False where nothing there can say so."""
    voices = [
        one.id for one in draft.profile.devices.values() if one.speaks and is_heard(draft.rules, one.id)
    ]
    if voices:
        about = {"reason": ReasonCode.READING_UNUSUAL.value, "device_id": device.id}
        question.ask(draft, voices, Template.HOME_MEASURE_AGAIN, about)
    return bool(voices)
