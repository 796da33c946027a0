"""Smoke, gas, carbon monoxide and water: an alert at once, also when everybody is away. The climate of rooms goes to `vitals`."""

from dataclasses import replace
from datetime import datetime, timedelta

from firmware_contracts.vocabulary import Hazard
from hub.core.alerts import AlertKind, Reason, Severity
from hub.core.arrival import (
    Arrival,
    Freshness,
    copy_of,
    may_be_another,
    told_by,
    with_hazard_asked,
    with_hazard_told,
)
from hub.core.detection import vitals
from hub.core.draft import Draft
from hub.core.events import DeviceEvent, Environment
from hub.core.home import UNASSIGNED_HOME_ID, DeviceKind, RulePhase, RuleState
from hub.core.outcome import Reading
from hub.core.raising import join, raise_alert, subjects
from hub.core.reasons import ReasonCode
from hub.core.rules import RoomMeasure

RULE_PREFIX = "hazard"
AGAIN_AFTER = timedelta(minutes=10)
"""So long after its alert was closed, a hazard that was told since and never taken back alerts again: the pot is off the stove,
and yet it smokes. Whether its detector can still say so does not matter."""


def on_environment(draft: Draft, event: DeviceEvent, environment: Environment, arrival: Arrival) -> None:
    """Judge one live message."""
    for hazard, present in environment.hazards.items():
        _judge(draft, event, hazard, arrival, present=present)
    for measure, value in (
        (RoomMeasure.TEMPERATURE, environment.temperature_c),
        (RoomMeasure.HUMIDITY, environment.humidity_percent),
    ):
        if value is not None and draft.home.id != UNASSIGNED_HOME_ID:
            draft.keep_reading(Reading(draft.home.id, event.device_id, measure, draft.now, value))
            device = draft.device(event.device_id)
            # What a smoke or vibration sensor tells is how warm it is itself.
            if device is not None and device.kind is DeviceKind.CLIMATE:
                vitals.on_room(draft, event.device_id, measure, value)


def on_late(draft: Draft, event: DeviceEvent, environment: Environment, arrival: Arrival) -> None:
    """A detector may say it once only: smoke that comes late is still smoke."""
    for hazard, present in environment.hazards.items():
        _judge(draft, event, hazard, arrival, present=present)


def time_passed(draft: Draft, key: str, state: RuleState) -> None:
    """Told after its alert was closed, and not taken back since."""
    _, hazard, subject = key.split("|", 2)
    if draft.alert_for(key) is None and hazard in frozenset(Hazard) and state.last_at > state.since_at:
        _raise(draft, key, Hazard(hazard), subject, state.last_at, state.told_by, late=True)
    else:
        draft.put_rule(key, replace(state, check_at=None))


def _judge(draft: Draft, event: DeviceEvent, hazard: Hazard, arrival: Arrival, *, present: bool) -> None:
    """A late all-clear ends what was told before it was spoken, and proves nothing where nobody knows when that was."""
    key = f"{RULE_PREFIX}|{hazard.value}|{_subject(event)}"
    state = draft.rules.get(key)
    if present:
        _found(draft, event, hazard, arrival, key)
    elif state is not None and arrival.is_after(event, state, draft.now):
        draft.drop_rule(key)
        open_alert = draft.alert_for(key)
        if open_alert is not None:
            cleared = Reason(
                ReasonCode.HAZARD_CLEARED, {"hazard": hazard.value, "device_id": event.device_id}
            )
            join(draft, open_alert, cleared, device_id=event.device_id, tell_holder=False)


def _subject(event: DeviceEvent) -> str:
    """Strangers of several homes meet in the unassigned one, and may bear the same id: the home that they name goes before it."""
    return f"{event.claimed_home}/{event.device_id}" if event.claimed_home else event.device_id


def _about(draft: Draft, subject: str, hazard: Hazard) -> dict[str, str | float | int | bool | None]:
    """What a reason says of hazard and device; of a stranger also which home it names."""
    claimed_home, _, device_id = subject.rpartition("/")
    told: dict[str, str | float | int | bool | None] = {"hazard": hazard.value, "device_id": device_id}
    return {**told, "claimed_home": claimed_home} if draft.home.id == UNASSIGNED_HOME_ID else told


def _found(draft: Draft, event: DeviceEvent, hazard: Hazard, arrival: Arrival, key: str) -> None:
    """`last_at` of the rule's state is when the device last told of it. A copy of what had its alert tells nothing; where it may
    as well be another fire, a person is asked."""
    counted_as = _subject(event)
    if event.claimed_home is None and event.elsewhere is not None:
        counted_as = f"{event.elsewhere}/{event.device_id}"
    device = draft.device_state(counted_as)
    spoken_at = arrival.spoken_at(draft.now)
    state = draft.rules.get(key)
    ended = state is not None and draft.alert_for(key) is None
    smokes_on = state is not None and not (ended and draft.now - state.since_at >= AGAIN_AFTER)
    told_before = copy_of(device.hazards_told, event, hazard, draft.now)
    if told_before is not None:
        if draft.alert_for(key) is None and not smokes_on and may_be_another(told_before, event, draft.now):
            draft.put_device_state(counted_as, with_hazard_asked(device, hazard))
            _ask(draft, hazard, _subject(event))
        return
    if state is not None and smokes_on:
        again = ended and spoken_at > state.since_at
        if spoken_at >= state.last_at:
            check_at = state.since_at + AGAIN_AFTER if again else state.check_at
            told = replace(state, last_at=spoken_at, told_by=told_by(event), check_at=check_at)
            draft.put_rule(key, told)
        if again or not ended:
            draft.put_device_state(counted_as, with_hazard_told(device, event, hazard, draft.now))
        return
    draft.put_device_state(counted_as, with_hazard_told(device, event, hazard, draft.now))
    late = arrival.freshness is not Freshness.LIVE
    _raise(draft, key, hazard, _subject(event), spoken_at, told_by(event), late=late)


def _raise(
    draft: Draft,
    key: str,
    hazard: Hazard,
    subject: str,
    spoken_at: datetime,
    by: tuple[int, int] | None,
    *,
    late: bool,
) -> None:
    draft.put_rule(key, RuleState(RulePhase.FIRING, draft.now, spoken_at, told_by=by))
    code = ReasonCode.UNKNOWN_DEVICE if draft.home.id == UNASSIGNED_HOME_ID else ReasonCode.HAZARD
    about = _about(draft, subject, hazard)
    late_s = int((draft.now - spoken_at).total_seconds()) if late else 0
    raise_alert(
        draft,
        kind=AlertKind.ENVIRONMENT,
        severity=draft.context.rules.hazards[hazard],
        dedup_key=key,
        cause=draft.now.isoformat(),
        reason=Reason(code, {**about, "late_s": late_s}),
        resident_ids=subjects(draft, None),
        device_id=subject.rpartition("/")[2],
        occurred_at=spoken_at,
    )


def _ask(draft: Draft, hazard: Hazard, subject: str) -> None:
    """The same numbers long after the alert was closed: an old copy, or another fire. Never graver than the hazard itself."""
    severity = max(Severity.URGENT, draft.context.rules.hazards[hazard], key=lambda one: one.rank)
    raise_alert(
        draft,
        kind=AlertKind.ENVIRONMENT,
        severity=severity,
        dedup_key=f"unconfirmed_hazard|{hazard.value}|{subject}",
        cause=draft.now.isoformat(),
        reason=Reason(ReasonCode.UNCONFIRMED_HAZARD, _about(draft, subject, hazard)),
        resident_ids=subjects(draft, None),
        device_id=subject.rpartition("/")[2],
    )
