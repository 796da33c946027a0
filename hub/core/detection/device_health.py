"""The health of devices: silent too long, gone, battery, faults, nonsense. Each is one technical alert until it is over."""

from dataclasses import replace
from datetime import datetime

from firmware_contracts.vocabulary import Fault
from hub.core.alerts import AlertKind, Reason, Severity
from hub.core.draft import Draft
from hub.core.events import DeviceEvent, FaultReport, Status, UnreadableTelemetry
from hub.core.home import Device, DeviceState, RulePhase, RuleState
from hub.core.raising import clear_by_itself, raise_alert, subjects
from hub.core.reasons import ReasonCode

RULE_PREFIX = "device"
BATTERY_CLEARS_ABOVE = 10
"""Percentage points above the limit at which a low battery counts as changed."""

_CLEARS = {Fault.MAINS_RESTORED: Fault.MAINS_FAILED}


def on_alive(draft: Draft, event: DeviceEvent, before: DeviceState) -> None:
    """Any live message proves life and carries the battery."""
    if draft.rules:
        for sign in ("silent", "gone"):
            if f"{RULE_PREFIX}|{sign}|{event.device_id}" in draft.rules:
                acquit_device(draft, event.device_id, sign, ReasonCode.DEVICE_BACK)
                _watch_again(draft, event.device_id)
    percent = event.battery_percent
    if percent is not None and percent != before.battery_percent:
        low = draft.context.rules.device.battery_low_percent
        if percent <= low:
            reason = Reason(ReasonCode.BATTERY_LOW, {"device_id": event.device_id, "percent": percent})
            accuse_device(draft, event.device_id, Fault.BATTERY_LOW.value, reason)
        elif percent > low + BATTERY_CLEARS_ABOVE:
            acquit_device(draft, event.device_id, Fault.BATTERY_LOW.value)


def _watch_again(draft: Draft, device_id: str) -> None:
    """A device that was silent may fall silent again: its time begins anew."""
    device = draft.device(device_id)
    if device is not None:
        draft.wake(silent_at(draft, device))


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
    elif not status.online and key not in draft.rules:
        check_at = draft.now + draft.context.rules.device.offline_after
        draft.put_rule(key, RuleState(RulePhase.PENDING, draft.now, draft.now, check_at=check_at))


def on_fault(draft: Draft, event: DeviceEvent, report: FaultReport) -> None:
    state = draft.device_state(event.device_id)
    cleared = _CLEARS.get(report.fault)
    fault = cleared or report.fault
    active = report.active and cleared is None
    if active:
        draft.put_device_state(event.device_id, replace(state, faults=state.faults | {fault}))
        dip = draft.context.rules.device.mains_dip
        key = f"{RULE_PREFIX}|{fault.value}|{event.device_id}"
        if fault is Fault.MAINS_FAILED and dip:
            if key not in draft.rules:
                pending = RuleState(RulePhase.PENDING, draft.now, draft.now, check_at=draft.now + dip)
                draft.put_rule(key, pending)
            return
        reason = Reason(ReasonCode.FAULT, {"device_id": event.device_id, "fault": fault.value})
        accuse_device(draft, event.device_id, fault.value, reason, draft.context.rules.faults[fault])
    elif fault in state.faults or f"{RULE_PREFIX}|{fault.value}|{event.device_id}" in draft.rules:
        draft.put_device_state(event.device_id, replace(state, faults=state.faults - {fault}))
        acquit_device(draft, event.device_id, fault.value)


def on_unreadable_telemetry(draft: Draft, event: DeviceEvent, fact: UnreadableTelemetry) -> None:
    reason = Reason(ReasonCode.UNREADABLE_TELEMETRY, {"device_id": event.device_id, "reason": fact.reason})
    accuse_device(draft, event.device_id, "unreadable", reason)


def time_passed(draft: Draft, key: str, state: RuleState) -> None:
    """A pending sign (gone, mains failed) lasted long enough."""
    _, sign, device_id = key.split("|", 2)
    if state.phase is not RulePhase.PENDING:
        return
    unheard_since_at = max(state.since_at, draft.context.resumed_at)
    if sign == "gone" and draft.now < unheard_since_at + draft.context.rules.device.offline_after:
        # The hub itself was away: what came back meanwhile has its time to say so.
        draft.put_rule(
            key, replace(state, check_at=unheard_since_at + draft.context.rules.device.offline_after)
        )
        return
    draft.drop_rule(key)
    if sign == "gone":
        accuse_device(draft, device_id, sign, Reason(ReasonCode.DEVICE_OFFLINE, {"device_id": device_id}))
    else:
        severity = draft.context.rules.faults[Fault(sign)]
        reason = Reason(ReasonCode.FAULT, {"device_id": device_id, "fault": sign})
        accuse_device(draft, device_id, sign, reason, severity)


def silent_at(draft: Draft, device: Device) -> datetime:
    """When the device counts as silent, unless it speaks before: from its last message, its enrolment, or the hub's return,
    whichever is latest."""
    last = draft.device_state(device.id).last_seen_at or device.enrolled_at
    return max(last, device.enrolled_at, draft.context.resumed_at) + device.silent_after


def judge_silence(draft: Draft) -> None:
    """Accuse every device whose time is up, wake the home for the others."""
    for device in draft.profile.devices.values():
        key = f"{RULE_PREFIX}|silent|{device.id}"
        if key in draft.rules:
            continue
        due_at = silent_at(draft, device)
        if due_at > draft.now:
            draft.wake(due_at)
            continue
        last = draft.device_state(device.id).last_seen_at
        reason = Reason(
            ReasonCode.DEVICE_SILENT,
            {
                "device_id": device.id,
                "silent_s": int((draft.now - (last or device.enrolled_at)).total_seconds()),
                "never": last is None,
            },
        )
        accuse_device(draft, device.id, "silent", reason, draft.context.rules.device.silent)


def accuse_device(
    draft: Draft, device_id: str, sign: str, reason: Reason, severity: Severity = Severity.TECHNICAL
) -> None:
    """One technical alert per device and sign, until it is over."""
    key = f"{RULE_PREFIX}|{sign}|{device_id}"
    if key in draft.rules and draft.rules[key].phase is RulePhase.FIRING:
        return
    draft.put_rule(key, RuleState(RulePhase.FIRING, draft.now, draft.now))
    device = draft.device(device_id)
    raise_alert(
        draft,
        kind=AlertKind.TECHNICAL,
        severity=severity,
        dedup_key=key,
        cause=draft.now.isoformat(),
        reason=reason,
        resident_ids=subjects(draft, device.wearer_id if device else None),
        device_id=device_id,
    )


def acquit_device(
    draft: Draft, device_id: str, sign: str, code: ReasonCode = ReasonCode.FAULT_CLEARED
) -> None:
    """The sign is gone; its technical alert ends by itself."""
    key = f"{RULE_PREFIX}|{sign}|{device_id}"
    if key not in draft.rules:
        return
    draft.drop_rule(key)
    data = (
        {"device_id": device_id}
        if code is ReasonCode.DEVICE_BACK
        else {"device_id": device_id, "fault": sign}
    )
    clear_by_itself(draft, key, Reason(code, data))
