"""What a device shows slowly, before it fails: a battery that will be empty, a signal that hardly carries, a sensor that tells
the same for ever. Each is one technical alert, over by itself."""

from dataclasses import replace
from datetime import timedelta
from zlib import crc32

from hub.core.alerts import Reason
from hub.core.detection.battery import empty_at, noted
from hub.core.detection.device_health import RULE_PREFIX, accuse_device, acquit_device
from hub.core.draft import Draft
from hub.core.events import DeviceEvent, Environment, Motion, Vital
from hub.core.home import DeviceState, RulePhase, RuleState, Same
from hub.core.reasons import ReasonCode

RUNS_OUT, WEAK_SIGNAL, STUCK = "battery_runs_out", "weak_signal", "stuck"

SIGNAL_CLEARS_ABOVE = 5
"""dB above the limit at which a weak signal counts as mended."""
LOOKED_AT_EVERY = timedelta(minutes=10)
"""Readings are compared so far apart: nobody's values are the same at every look for half a day."""
_BROKEN_OFF_AFTER = timedelta(hours=2)
"""Not heard for so long, a sensor begins anew: climate sensors speak hourly where nothing changes."""
_LOOKS_AT_LEAST = 12
_MOVES_AT_MOST = timedelta(hours=30)
"""A motion sensor that sees somebody move all the while, through a night too."""


def on_alive(draft: Draft, event: DeviceEvent, before: DeviceState) -> None:
    """A live message of an enrolled device, whose state was put before."""
    percent = event.battery_percent
    if percent is not None and percent != before.battery_percent:
        _judge_battery(draft, event.device_id, percent)
    if event.rssi_dbm is not None:
        _judge_signal(draft, event.device_id, event.rssi_dbm)
    same = before.same
    if same is None or draft.now - same.at >= LOOKED_AT_EVERY:
        _look(draft, event, same)


def _judge_battery(draft: Draft, device_id: str, percent: int) -> None:
    if draft.device(device_id) is None:
        return
    state = draft.device_state(device_id)
    course = noted(state.battery, percent, draft.now)
    if course is not state.battery:
        draft.put_device_state(device_id, replace(state, battery=course))
    rule = draft.context.rules.device
    at = empty_at(course, draft.now)
    if percent <= rule.battery_low_percent or at is None or at - draft.now > rule.battery_told_before * 2:
        # Low is told by itself; a new battery, or one that lasts after all, is the end of it.
        acquit_device(draft, device_id, RUNS_OUT)
    elif at - draft.now <= rule.battery_told_before:
        days = max(0, (at - draft.now).days)
        reason = Reason(
            ReasonCode.BATTERY_RUNS_OUT, {"device_id": device_id, "percent": percent, "days": days}
        )
        accuse_device(draft, device_id, RUNS_OUT, reason)


def _judge_signal(draft: Draft, device_id: str, dbm: int) -> None:
    rule = draft.context.rules.device
    if dbm > rule.weak_signal_dbm and not draft.rules:
        return
    key = f"{RULE_PREFIX}|{WEAK_SIGNAL}|{device_id}"
    state = draft.rules.get(key)
    if dbm <= rule.weak_signal_dbm:
        if draft.device(device_id) is None:
            return
        if state is None or (
            state.phase is RulePhase.PENDING and draft.now - state.last_at > _BROKEN_OFF_AFTER
        ):
            draft.put_rule(key, RuleState(RulePhase.PENDING, draft.now, draft.now, float(dbm)))
        elif state.phase is RulePhase.PENDING and draft.now - state.since_at >= rule.weak_signal_for:
            draft.drop_rule(key)
            for_s = rule.weak_signal_for.total_seconds()
            reason = Reason(ReasonCode.WEAK_SIGNAL, {"device_id": device_id, "dbm": dbm, "for_s": for_s})
            accuse_device(draft, device_id, WEAK_SIGNAL, reason)
        elif draft.now - state.last_at >= LOOKED_AT_EVERY:
            draft.put_rule(key, replace(state, last_at=draft.now, value=float(dbm)))
    elif state is not None and (
        state.phase is RulePhase.PENDING or dbm > rule.weak_signal_dbm + SIGNAL_CLEARS_ABOVE
    ):
        acquit_device(draft, device_id, WEAK_SIGNAL)


def _look(draft: Draft, event: DeviceEvent, same: Same | None) -> None:
    measured = _measured(event)
    if measured is None:
        return
    told, limit = measured
    state = draft.device_state(event.device_id)
    if same is None or same.told != told or draft.now - same.at > _BROKEN_OFF_AFTER:
        draft.put_device_state(event.device_id, replace(state, same=Same(told, draft.now, draft.now)))
        if same is not None and same.told != told:
            acquit_device(draft, event.device_id, STUCK)
        return
    same = Same(told, same.since_at, draft.now, same.looks + 1)
    draft.put_device_state(event.device_id, replace(state, same=same))
    lasts = draft.now - same.since_at
    limit = draft.context.rules.device.stuck_after if limit is None else limit
    if lasts >= limit and same.looks >= _LOOKS_AT_LEAST and draft.device(event.device_id) is not None:
        reason = Reason(ReasonCode.STUCK, {"device_id": event.device_id, "for_s": lasts.total_seconds()})
        accuse_device(draft, event.device_id, STUCK, reason)


def _measured(event: DeviceEvent) -> tuple[int, timedelta | None] | None:
    """What a message measured, as a number to compare, and after how long the same is suspicious (None: by the rule). A room's
    climate may stand still for a night: four times as long."""
    for fact in event.facts:
        if isinstance(fact, Vital):
            values = sorted((measure, value) for measure, value in fact.readings.items() if value is not None)
            return (_print(values), None) if values else None
        if isinstance(fact, Environment) and fact.temperature_c is not None:
            return _print([fact.temperature_c, fact.humidity_percent]), timedelta(days=2)
        if isinstance(fact, Motion):
            return int(fact.moving), _MOVES_AT_MOST if fact.moving else timedelta.max
    return None


def _print(values: object) -> int:
    return crc32(repr(values).encode())
