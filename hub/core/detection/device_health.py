"""The health of devices: silent too long, gone, battery, faults, nonsense. Each is one technical alert until it is over."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from firmware_contracts.vocabulary import Fault
from hub.core.alerts import AlertKind, Reason, Severity
from hub.core.arrival import Arrival, Finding, told_by
from hub.core.draft import Draft
from hub.core.escalation import tell_standing_to
from hub.core.events import DeviceEvent, FaultReport, Status, UnreadableTelemetry
from hub.core.home import Device, DeviceKind, DeviceState, Family, Profile, RulePhase, RuleState
from hub.core.raising import clear_by_itself, join, subjects
from hub.core.reasons import ReasonCode
from hub.core.silences import SilenceOf
from hub.core.silencing import raise_unless_silenced

RULE_PREFIX = "device"
BATTERY_CLEARS_ABOVE = 10
"""Percentage points above the limit at which a low battery counts as changed."""

GATEWAY_LOOKED_AT_EVERY = timedelta(minutes=15)
"""While its gateway is silent, a device behind it is looked at this often."""

QUIET_FOR = timedelta(hours=2)
"""Without nonsense for so long, a device that reads well is believed again."""

SHORT_AGAINST = 10
"""A tenth of a device's time: of three signals that may be missed such an outage takes one at most."""

AFTER_A_START = timedelta(minutes=15)
"""The heartbeat of the contract: what waited has come by then, and whoever lost the connection has spoken."""

_FAULTS = frozenset(fault.value for fault in Fault)
FLAPS = "flaps"
"""Under `flaps-SIGN` it is counted how often a sign came: such a rule raises nothing."""

_LASTING = _FAULTS | {"silent", "gone", "two_devices"}
"""Signs that last by themselves until their end is told; the others need to be seen again."""

_FINDINGS = {
    Finding.COUNTER_LOST: ReasonCode.COUNTER_LOST,
    Finding.COUNTER_STANDS: ReasonCode.COUNTER_STANDS,
    Finding.NOT_BELIEVED: ReasonCode.NOT_BELIEVED,
}

_CLEARS = {Fault.MAINS_RESTORED: Fault.MAINS_FAILED}


def on_alive(draft: Draft, event: DeviceEvent, before: DeviceState) -> None:
    """Any live message proves life and carries the battery."""
    if draft.rules:
        for sign in ("silent", "gone"):
            state = draft.rules.get(f"{RULE_PREFIX}|{sign}|{event.device_id}")
            if state is not None and state.phase is not RulePhase.CLEARING:
                acquit_device(draft, event.device_id, sign, ReasonCode.DEVICE_BACK)
                _watch_again(draft, event.device_id)
        acquit_device(draft, event.device_id, Finding.NOT_BELIEVED.value)
        acquit_when_quiet(draft, event.device_id, "unreadable")
    percent = event.battery_percent
    if percent is not None and percent != before.battery_percent:
        low = draft.context.rules.device.battery_low_percent
        if percent <= low:
            reason = Reason(ReasonCode.BATTERY_LOW, {"device_id": event.device_id, "percent": percent})
            accuse_device(draft, event.device_id, Fault.BATTERY_LOW.value, reason)
        elif percent > low + BATTERY_CLEARS_ABOVE:
            acquit_device(draft, event.device_id, Fault.BATTERY_LOW.value)


def on_finding(draft: Draft, event: DeviceEvent, finding: Finding) -> None:
    """The numbers of a device's messages are not what they should be: somebody looks at its battery, or changes it."""
    if (
        draft.device(event.device_id) is not None
    ):  # Of a stranger's messages only the calls count, and they always do.
        reason = Reason(_FINDINGS[finding], {"device_id": event.device_id})
        accuse_device(draft, event.device_id, finding.value, reason)


def on_lives(draft: Draft, event: DeviceEvent, *, two_devices: bool) -> None:
    """Two devices speak under one id, or not any more: one of them was set up with the other's."""
    if not two_devices:
        acquit_device(draft, event.device_id, "two_devices")
    elif draft.device(event.device_id) is not None:
        reason = Reason(ReasonCode.TWO_DEVICES, {"device_id": event.device_id})
        accuse_device(draft, event.device_id, "two_devices", reason)


def _watch_again(draft: Draft, device_id: str) -> None:
    """A device that was silent may fall silent again: its time begins anew, and that of what speaks through it."""
    device = draft.device(device_id)
    if device is None:
        return
    draft.wake(silent_at(draft, device))
    if device.kind is not DeviceKind.GATEWAY:
        return
    for other in _behind_gateway(draft.profile):
        key = f"{RULE_PREFIX}|silent|{other.id}"
        if key not in draft.rules and silent_at(draft, other) <= draft.now + other.silent_after / 2:
            check_at = draft.now + other.silent_after
            draft.put_rule(key, RuleState(RulePhase.PENDING, draft.now, draft.now, check_at=check_at))


def _behind_gateway(profile: Profile) -> list[Device]:
    return [device for device in profile.devices.values() if device.family != Family.NATIVE]


def on_status(draft: Draft, event: DeviceEvent, status: Status) -> None:
    """A will makes the device a candidate for being gone; a retained birth proves nothing."""
    state = draft.device_state(event.device_id)
    if status.boot is not None and state.boot is not None and status.boot < state.boot:
        draft.ignored = "older_boot"
        return
    state = replace(
        state,
        online=status.online,
        model=status.model or state.model,
        firmware=status.firmware or state.firmware,
        last_seen_at=draft.now if status.online and not event.retained else state.last_seen_at,
    )
    draft.put_device_state(event.device_id, state)
    key = f"{RULE_PREFIX}|gone|{event.device_id}"
    if status.online and not event.retained:
        acquit_device(draft, event.device_id, "gone", ReasonCode.DEVICE_BACK)
        tell_standing_to(draft, event.device_id)
    elif not status.online:
        known = draft.rules.get(key)
        if known is None:
            check_at = draft.now + draft.context.rules.device.offline_after
            draft.put_rule(key, RuleState(RulePhase.PENDING, draft.now, draft.now, check_at=check_at))
        elif known.phase is RulePhase.CLEARING:
            accuse_device(draft, event.device_id, "gone", _lasting_reason(draft, "gone", event.device_id))


def on_fault(draft: Draft, event: DeviceEvent, report: FaultReport, arrival: Arrival) -> None:
    """A fault begins or ends. A late end counts where it is known to have been spoken after the fault was last told; of another
    one, what began since may have come before it."""
    state = draft.device_state(event.device_id)
    cleared = _CLEARS.get(report.fault)
    fault = cleared or report.fault
    key = f"{RULE_PREFIX}|{fault.value}|{event.device_id}"
    told = draft.rules.get(key)
    if not report.active or cleared is not None:
        if fault in state.faults if told is None else arrival.is_after(event, told, draft.now):
            draft.put_device_state(event.device_id, replace(state, faults=state.faults - {fault}))
            acquit_device(draft, event.device_id, fault.value)
        return
    draft.put_device_state(event.device_id, replace(state, faults=state.faults | {fault}))
    dip = draft.context.rules.device.mains_dip
    if fault is not Fault.MAINS_FAILED or not dip:
        reason = Reason(ReasonCode.FAULT, {"device_id": event.device_id, "fault": fault.value})
        accuse_device(draft, event.device_id, fault.value, reason, draft.context.rules.faults[fault])
    elif told is None:
        draft.put_rule(key, RuleState(RulePhase.PENDING, draft.now, draft.now, check_at=draft.now + dip))
    last = arrival.spoken_at(draft.now), told_by(event)
    if told is not None and told.last_at > last[0]:
        last = told.last_at, told.told_by
    draft.put_rule(key, replace(draft.rules[key], last_at=last[0], told_by=last[1]))


def on_unreadable_telemetry(draft: Draft, event: DeviceEvent, fact: UnreadableTelemetry) -> None:
    reason = Reason(ReasonCode.UNREADABLE_TELEMETRY, {"device_id": event.device_id, "reason": fact.reason})
    accuse_device(draft, event.device_id, "unreadable", reason)


def time_passed(draft: Draft, key: str, state: RuleState) -> None:
    """A pending sign (gone, mains failed) lasted long enough, or a firing one is due to be told again."""
    _, sign, device_id = key.split("|", 2)
    if sign.startswith(f"{FLAPS}-"):
        draft.drop_rule(key)
        return
    if state.phase is RulePhase.CLEARING:
        _end(draft, key, sign, device_id)
        return
    if state.phase is RulePhase.FIRING:
        _tell_again(draft, key, sign, device_id, state)
        return
    unheard_since_at = max(state.since_at, draft.context.resumed_at)
    if sign == "gone" and draft.now < unheard_since_at + draft.context.rules.device.offline_after:
        # The hub itself was away: what came back meanwhile has its time to say so.
        draft.put_rule(
            key, replace(state, check_at=unheard_since_at + draft.context.rules.device.offline_after)
        )
        return
    draft.drop_rule(key)
    _accuse_lasting(draft, sign, device_id, state)


def _tell_again(draft: Draft, key: str, sign: str, device_id: str, state: RuleState) -> None:
    """A fault that lasts although its alert was closed is told again: a dead button must not be forgotten."""
    again_after = draft.context.rules.device.again_after
    if draft.alert_for(key) is None:
        draft.drop_rule(key)
        _accuse_lasting(draft, sign, device_id, state)
    else:
        draft.put_rule(key, replace(state, check_at=draft.now + again_after))


def _accuse_lasting(draft: Draft, sign: str, device_id: str, state: RuleState) -> None:
    """Because time passed, not because the sign was given once more: by what and when that was stays known."""
    accuse_device(draft, device_id, sign, _lasting_reason(draft, sign, device_id), _severity(draft, sign))
    key = f"{RULE_PREFIX}|{sign}|{device_id}"
    draft.put_rule(key, replace(draft.rules[key], last_at=state.last_at, told_by=state.told_by))


def _lasting_reason(draft: Draft, sign: str, device_id: str) -> Reason:
    """Why a sign that lasts by itself is told, from what is known of the device now."""
    if sign == "silent":
        return _silent_reason(draft, device_id)
    if sign == "two_devices":
        return Reason(ReasonCode.TWO_DEVICES, {"device_id": device_id})
    if sign == "gone":
        return Reason(ReasonCode.DEVICE_OFFLINE, {"device_id": device_id})
    percent = draft.device_state(device_id).battery_percent
    if sign == Fault.BATTERY_LOW.value and percent is not None:
        return Reason(ReasonCode.BATTERY_LOW, {"device_id": device_id, "percent": percent})
    return Reason(ReasonCode.FAULT, {"device_id": device_id, "fault": sign})


def _severity(draft: Draft, sign: str) -> Severity:
    if sign == "silent":
        return draft.context.rules.device.silent
    return draft.context.rules.faults[Fault(sign)] if sign in _FAULTS else Severity.TECHNICAL


def _silent_reason(draft: Draft, device_id: str) -> Reason:
    device = draft.device(device_id)
    last = draft.device_state(device_id).last_seen_at
    since = last or (device.enrolled_at if device else draft.now)
    data: dict[str, str | float | int | bool | None] = {
        "device_id": device_id,
        "silent_s": int((draft.now - since).total_seconds()),
        "never": last is None,
    }
    if device is not None and device.kind is DeviceKind.GATEWAY:
        data["behind"] = len(_behind_gateway(draft.profile))
    return Reason(ReasonCode.DEVICE_SILENT, data)


def silent_at(draft: Draft, device: Device) -> datetime:
    """When the device counts as silent, unless it speaks before: from its last message, its enrolment, or the hub's return,
    whichever is latest. An outage that is short against the device's own time spoils nothing: a hub that is started anew every
    night would never miss a button that speaks once a day."""
    last = max(draft.device_state(device.id).last_seen_at or device.enrolled_at, device.enrolled_at)
    context = draft.context
    if context.away_for >= device.silent_after / SHORT_AGAINST:
        return max(last, context.resumed_at) + device.silent_after
    return max(last + device.silent_after, context.resumed_at + min(AFTER_A_START, device.silent_after))


def judge_silence(draft: Draft) -> None:
    """Accuse every device whose time is up, wake the home for the others. Where nobody lives they wait to be fetched."""
    if draft.profile.residents and draft.profile.nobody_lives_there:
        return
    for device in sorted(draft.profile.devices.values(), key=lambda one: one.kind is not DeviceKind.GATEWAY):
        state = draft.rules.get(f"{RULE_PREFIX}|silent|{device.id}")
        if state is not None and state.phase is not RulePhase.CLEARING:
            continue
        due_at = silent_at(draft, device)
        if due_at > draft.now:
            draft.wake(due_at)
            continue
        if not _is_behind_silent_gateway(draft, device):
            reason = _silent_reason(draft, device.id)
            accuse_device(draft, device.id, "silent", reason, _severity(draft, "silent"))


def accuse_device(
    draft: Draft, device_id: str, sign: str, reason: Reason, severity: Severity = Severity.TECHNICAL
) -> None:
    """One technical alert per device and sign, until it is over; closed while it lasts, it comes again after a while."""
    key = f"{RULE_PREFIX}|{sign}|{device_id}"
    again_after = draft.context.rules.device.again_after
    state = draft.rules.get(key)
    firing = state is not None and state.phase is RulePhase.FIRING
    if state and firing and (draft.alert_for(key) is not None or draft.now - state.since_at < again_after):
        draft.put_rule(key, replace(state, last_at=draft.now))
        return
    check_at = draft.now + again_after if sign in _LASTING else None
    draft.put_rule(key, RuleState(RulePhase.FIRING, draft.now, draft.now, check_at=check_at))
    times = 0 if firing else _count_flap(draft, sign, device_id)
    if state is not None and state.phase is RulePhase.CLEARING and draft.alert_for(key) is not None:
        return
    device = draft.device(device_id)
    alert = raise_unless_silenced(
        draft,
        SilenceOf.DEVICES,
        kind=AlertKind.TECHNICAL,
        severity=severity,
        dedup_key=key,
        cause=draft.now.isoformat(),
        reason=reason,
        resident_ids=subjects(draft, device.wearer_id if device else None),
        device_id=device_id,
    )
    if alert is not None and times >= draft.context.rules.device.flapping_count:
        flapping = Reason(ReasonCode.FLAPPING, {"device_id": device_id, "fault": sign, "times": times})
        join(draft, alert, flapping, device_id=device_id, tell_holder=False)


def _count_flap(draft: Draft, sign: str, device_id: str) -> int:
    """How often the sign has come lately, this time with it."""
    key, rule = f"{RULE_PREFIX}|{FLAPS}-{sign}|{device_id}", draft.context.rules.device
    known = draft.rules.get(key)
    times, since_at = 1, draft.now
    if known is not None and known.value is not None:
        flapping = known.value >= rule.flapping_count
        if flapping or draft.now - known.since_at < rule.flapping_within:
            times, since_at = int(known.value) + 1, known.since_at
    check_at = draft.now + rule.flapping_within
    draft.put_rule(key, RuleState(RulePhase.PENDING, since_at, draft.now, float(times), check_at))
    return times


def _is_flapping(draft: Draft, sign: str, device_id: str) -> bool:
    known = draft.rules.get(f"{RULE_PREFIX}|{FLAPS}-{sign}|{device_id}")
    return (
        known is not None
        and known.value is not None
        and known.value >= draft.context.rules.device.flapping_count
    )


def is_heard(rules: Mapping[str, RuleState], device_id: str) -> bool:
    """Whether a device is neither silent nor gone, as far as was judged."""
    for sign in ("silent", "gone"):
        state = rules.get(f"{RULE_PREFIX}|{sign}|{device_id}")
        if state is not None and state.phase is not RulePhase.CLEARING:
            return False
    return True


def signs_of(rules: Mapping[str, RuleState], device_id: str) -> list[str]:
    """What the hub itself finds wrong with a device besides its silence and the faults that it tells, and `flapping`."""
    found = set()
    for key, state in rules.items():
        family, _, rest = key.partition("|")
        sign, _, subject = rest.partition("|")
        if family == RULE_PREFIX and subject == device_id and state.phase is not RulePhase.PENDING:
            if state.phase is RulePhase.CLEARING:
                found.add(ReasonCode.FLAPPING.value)
            if sign not in _FAULTS and sign not in ("silent", "gone"):
                found.add(sign.partition("-")[0])
    return sorted(found)


def _is_behind_silent_gateway(draft: Draft, device: Device) -> bool:
    """Where a home's gateway is silent, or goes silent now, what speaks through it must be: one alert says so, and not one for
    each. Once the gateway is back each has its own time again."""
    if device.family == Family.NATIVE:
        return False
    for gateway in draft.profile.devices.values():
        if gateway.kind is not DeviceKind.GATEWAY or is_heard(draft.rules, gateway.id):
            continue
        draft.wake(draft.now + GATEWAY_LOOKED_AT_EVERY)
        return True
    return False


def acquit_when_quiet(draft: Draft, device_id: str, sign: str) -> None:
    """Nonsense between good readings is one alert, not one for each: it is over when none came for a while."""
    state = draft.rules.get(f"{RULE_PREFIX}|{sign}|{device_id}")
    if state is not None and draft.now - state.last_at >= QUIET_FOR:
        acquit_device(draft, device_id, sign)


def acquit_device(
    draft: Draft, device_id: str, sign: str, code: ReasonCode = ReasonCode.FAULT_CLEARED
) -> None:
    """The sign is gone; its technical alert ends by itself."""
    key = f"{RULE_PREFIX}|{sign}|{device_id}"
    state = draft.rules.get(key)
    if state is None or state.phase is RulePhase.CLEARING:
        return
    if state.phase is RulePhase.FIRING and _is_flapping(draft, sign, device_id):
        check_at = draft.now + draft.context.rules.device.flapping_calm
        draft.put_rule(key, replace(state, phase=RulePhase.CLEARING, last_at=draft.now, check_at=check_at))
        return
    _end(draft, key, sign, device_id, code)


def _end(
    draft: Draft, key: str, sign: str, device_id: str, code: ReasonCode = ReasonCode.FAULT_CLEARED
) -> None:
    draft.drop_rule(key)
    code = ReasonCode.DEVICE_BACK if sign in ("silent", "gone") else code
    data = (
        {"device_id": device_id}
        if code is ReasonCode.DEVICE_BACK
        else {"device_id": device_id, "fault": sign}
    )
    clear_by_itself(draft, key, Reason(code, data))
