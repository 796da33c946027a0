"""A fault that may cost a call is a task with a deadline: mended in time, or a substitute or a person takes its place.

The task follows from what is known to be broken: open while something is, ended by itself when nothing is any more. Ended by a
person while something still is broken, it comes again a day later, or with the next fault.
"""

from dataclasses import replace
from datetime import timedelta

from firmware_contracts.vocabulary import Fault
from hub.core import requesting
from hub.core.alerts import derived_id
from hub.core.detection.device_health import RULE_PREFIX as DEVICE
from hub.core.detection.self_test import alert_key as chain_key
from hub.core.draft import Draft
from hub.core.home import UNASSIGNED_HOME_ID, DeviceKind, Membership, RulePhase, RuleState
from hub.core.service_requests import CancelReason, RequestCategory, RequestState, ServiceRequest
from hub.core.silences import SilenceOf
from hub.core.silencing import silenced

RULE = "repair"
"""The rule that says that the home's repair is known: `value` is how many faults it has."""

AGAIN_AFTER = timedelta(days=1)

CARRIES_CALLS = frozenset(
    {
        DeviceKind.BUTTON,
        DeviceKind.PULL_CORD,
        DeviceKind.PENDANT,
        DeviceKind.FALL_WEARABLE,
        DeviceKind.FALL_RADAR,
        DeviceKind.WATCH,
        DeviceKind.VOICE_UNIT,
        DeviceKind.GATEWAY,
    }
)
CRITICAL = frozenset(
    {
        "silent",
        "gone",
        Fault.BATTERY_GONE.value,
        Fault.JAMMING.value,
        Fault.SELF_TEST_FAILED.value,
    }
)
"""With one of these a device brings no call any more, or may not."""


def follow(draft: Draft) -> None:
    """After a step: the home's task as what is broken in it asks for."""
    key = f"{RULE}|calls|{draft.home.id}"
    known = draft.rules.get(key)
    broken = _broken(draft)
    if not broken:
        if known is not None:
            draft.drop_rule(key)
            _over(draft)
        return
    task = open_task_of(draft)
    more = known is None or len(broken) > int(known.value or 0)
    if known is None or more:
        draft.put_rule(key, _noted(draft, known, len(broken)))
    if task is not None:
        if more:
            alert_ids = _alerts_about(draft, broken)
            draft.put_request(replace(task, alert_ids=alert_ids, version=task.version + 1), open_=True)
    elif more:
        _open(draft, broken)


def time_passed(draft: Draft, key: str) -> None:
    """A day later: what somebody called mended, and is not, is a task again."""
    broken = _broken(draft)
    if not broken:
        draft.drop_rule(key)
        return
    draft.put_rule(key, _noted(draft, None, len(broken)))
    if open_task_of(draft) is None:
        _open(draft, broken)


def open_task_of(draft: Draft) -> ServiceRequest | None:
    found = (one for one in draft.requests.values() if one.category is RequestCategory.REPAIR)
    return next(found, None)


def _noted(draft: Draft, known: RuleState | None, count: int) -> RuleState:
    since_at = draft.now if known is None else known.since_at
    return RuleState(RulePhase.FIRING, since_at, draft.now, float(count), draft.now + AGAIN_AFTER)


def _broken(draft: Draft) -> list[str]:
    """The rules of every fault that may cost a call, where somebody is served."""
    profile = draft.profile
    if draft.home.id == UNASSIGNED_HOME_ID or not any(
        one.membership is Membership.ACTIVE for one in profile.residents
    ):
        return []
    found = []
    for key, state in draft.rules.items():
        family, _, rest = key.partition("|")
        sign, _, device_id = rest.partition("|")
        if family != DEVICE or sign not in CRITICAL or state.phase is RulePhase.PENDING:
            continue
        device = profile.devices.get(device_id)
        if draft.silences and silenced(draft, SilenceOf.DEVICES, device_id) is not None:
            continue
        if device is not None and device.kind in CARRIES_CALLS:
            found.append(key)
    if draft.chain_test.failed_at is not None and draft.alert_for(chain_key(draft.home.id)) is not None:
        found.append(chain_key(draft.home.id))
    return sorted(found)


def _alerts_about(draft: Draft, broken: list[str]) -> tuple[str, ...]:
    alerts = (draft.alert_for(key) for key in broken)
    return tuple(alert.id for alert in alerts if alert is not None)


def _open(draft: Draft, broken: list[str]) -> None:
    device_ids = [key.rpartition("|")[2] for key in broken if key.startswith(f"{DEVICE}|")]
    task = ServiceRequest(
        id=derived_id("R", draft.home.id, "repair", draft.now.isoformat()),
        home_id=draft.home.id,
        category=RequestCategory.REPAIR,
        state=RequestState.NEW,
        opened_at=draft.now,
        resident_ids=tuple(one.id for one in draft.profile.living),
        device_id=device_ids[0] if device_ids else None,
        alert_ids=_alerts_about(draft, broken),
    )
    requesting.open_task(draft, task)


def _over(draft: Draft) -> None:
    task = open_task_of(draft)
    if task is not None:
        requesting.end_by_itself(draft, task, CancelReason.MENDED)
