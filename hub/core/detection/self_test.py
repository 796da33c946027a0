"""Silent test calls: once a day the hub asks a device of the home for one, and expects it on the way that a press takes.

One that does not come back, asked for a few times, is a technical alert about the chain with the last hop seen; it ends when one
comes back. A device that is known to be silent or gone, or has not spoken since the hub is back, is not asked: that is told
already, or will be.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from firmware_contracts.vocabulary import Fault
from hub.core.alerts import Alert, AlertKind, Reason, Severity, derived_id
from hub.core.arrival import Arrival
from hub.core.calendar import span
from hub.core.context import Context
from hub.core.detection.device_health import RULE_PREFIX, acquit_device, silent_at
from hub.core.draft import Draft
from hub.core.events import Call, DeliveryOutcome, DeliveryReport, DeviceEvent, FaultReport
from hub.core.home import ChainTest, DeviceKind, Family, Home, Hop, Profile, RulePhase
from hub.core.journal import EntryKind
from hub.core.notifications import HOME_CHANNEL, Notification, NotifyReason, Template
from hub.core.raising import clear_by_itself, join, subjects
from hub.core.reasons import ReasonCode
from hub.core.silences import SilenceOf
from hub.core.silencing import raise_unless_silenced

ABLE = frozenset({DeviceKind.VOICE_UNIT, DeviceKind.GATEWAY})
"""On the mains and always listening; a battery button is tested by hand."""

PROVEN_FOR = timedelta(hours=26)
"""A day, and the time that a few tries take."""

SPREAD_OVER = timedelta(hours=1)
"""After an outage the tests that fell into it are made up for over so long, each home at its own moment."""

_ABOUT = "chain|"
_LOOK_AGAIN = timedelta(minutes=1)


def able(profile: Profile) -> tuple[str, ...]:
    """The devices that can make a silent test call, in order. Where nobody lives they wait to be fetched."""
    if profile.residents and profile.nobody_lives_there:
        return ()
    return tuple(
        sorted(
            one.id
            for one in profile.devices.values()
            if one.kind in ABLE and one.family == Family.NATIVE and not one.one_way
        )
    )


def alert_key(home_id: str) -> str:
    """Dedup key of the alert about a home's chain: one open for each home."""
    return f"{_ABOUT}{home_id}"


def is_about(report: DeliveryReport) -> bool:
    """Whether a delivery report is about the command of a test call."""
    return report.alert_id.startswith(_ABOUT)


def plan(draft: Draft) -> None:
    """The home's devices may have changed: it has its time of day, or no test at all any more."""
    devices = able(draft.profile) if draft.context.rules.self_test.enabled else ()
    state = draft.chain_test
    alert = draft.alert_for(alert_key(draft.home.id))
    if alert is not None and alert.device_id not in devices:
        removed = Reason(ReasonCode.DEVICE_REMOVED, {"device_id": alert.device_id})
        clear_by_itself(draft, alert.dedup_key, removed)
    if state.device_id is not None and state.device_id not in devices and (state.awaited or state.tries):
        state = replace(state, awaited=False, tries=0, due_at=None)
    if not devices and state.due_at is not None:
        state = replace(state, awaited=False, tries=0, due_at=None)
    if devices and state.due_at is None:
        state = replace(state, due_at=_next_at(draft))
    if state is not draft.chain_test:
        _put(draft, state)


def strike(draft: Draft) -> None:
    """The home is awake: ask, ask again, or find that no call came."""
    plan(draft)
    state = draft.chain_test
    if state.due_at is None or state.due_at > draft.now:
        return
    away = draft.context.resumed_at
    if state.awaited and (state.asked_at is None or state.asked_at >= away):
        _failed(draft, *_hop(draft, state))
    elif state.awaited:
        # The hub was not there to hear: nobody failed.
        _put(draft, replace(state, awaited=False, tries=0, due_at=_made_up_at(draft)))
    elif state.due_at < away:
        _put(draft, replace(state, tries=0, due_at=_made_up_at(draft)))
    else:
        _ask(draft)


def on_call(draft: Draft, event: DeviceEvent, call: Call, arrival: Arrival) -> bool:
    """A call of action `test` came: whether it is the one that was asked for. Then the chain has proved itself."""
    state = draft.chain_test
    failing = draft.alert_for(alert_key(draft.home.id)) is not None or state.failed_at is not None
    if event.device_id != state.device_id or state.asked_at is None or event.elsewhere is not None:
        return False
    if not (state.awaited or state.tries or failing):
        return False
    ago = call.age + (arrival.late_by or timedelta())
    took = draft.now - state.asked_at
    if ago > took:  # Spoken before it was asked for: an old one.
        return False
    took_ms = took // timedelta(milliseconds=1)
    draft.write(
        EntryKind.CALL_TEST,
        data={
            "device_id": event.device_id,
            "event_id": call.event_id,
            "silent": True,
            "took_ms": took_ms,
        },
    )
    proven = replace(
        state,
        awaited=False,
        tries=0,
        proven_at=draft.now,
        proven_device_id=event.device_id,
        took_ms=took_ms,
        failed_at=None,
        hop=None,
        detail=None,
    )
    draft.chain_test = proven
    _put(draft, replace(proven, due_at=_next_at(draft)))
    device = draft.device_state(event.device_id)
    if Fault.SELF_TEST_FAILED in device.faults:
        draft.put_device_state(
            event.device_id, replace(device, faults=device.faults - {Fault.SELF_TEST_FAILED})
        )
    acquit_device(draft, event.device_id, Fault.SELF_TEST_FAILED.value)
    back = Reason(ReasonCode.CHAIN_TEST_BACK, {"device_id": event.device_id, "took_ms": took_ms})
    clear_by_itself(draft, alert_key(draft.home.id), back)
    return True


def on_fault(draft: Draft, event: DeviceEvent, report: FaultReport) -> None:
    """The device that was asked answers that its self-test failed. Its own alert is raised with any other fault's."""
    state = draft.chain_test
    if report.fault is not Fault.SELF_TEST_FAILED or not report.active:
        return
    if state.awaited and event.device_id == state.device_id and event.elsewhere is None:
        _failed(draft, Hop.DEVICE_FAILED, report.detail)


def on_delivery(draft: Draft, report: DeliveryReport) -> None:
    """What became of the command: the first hop."""
    state = draft.chain_test
    if report.notification_id == state.asked_by and report.outcome in (
        DeliveryOutcome.SENT,
        DeliveryOutcome.RECEIVED,
    ):
        _put(draft, replace(state, sent=True))


def _ask(draft: Draft) -> None:
    state = draft.chain_test
    device_id = _whom(draft, state)
    if device_id is None:
        # Every one of them is known to be dead, and its alert is open.
        _put(draft, replace(state, awaited=False, tries=0, due_at=_next_at(draft)))
        return
    heard_from_at = draft.device_state(device_id).last_seen_at
    if heard_from_at is None or heard_from_at < draft.context.resumed_at:
        # Not one word since the hub is back (or ever): first it has its time to come by itself, or counts as silent.
        silent = silent_at(draft, draft.profile.devices[device_id])
        _put(draft, replace(state, awaited=False, due_at=max(silent, draft.now + _LOOK_AGAIN)))
        return
    notification_id = derived_id("T", draft.home.id, device_id, draft.now.isoformat())
    draft.notify(
        Notification(
            id=notification_id,
            alert_id=alert_key(draft.home.id),
            home_id=draft.home.id,
            channel=HOME_CHANNEL,
            person_id=None,
            address=device_id,
            template=Template.HOME_SELF_TEST,
            reason=NotifyReason.CHAIN_TEST,
            created_at=draft.now,
            cancel_on_answer=False,
            data={"severity": Severity.TECHNICAL.value},
        )
    )
    asked = replace(
        state,
        device_id=device_id,
        asked_at=draft.now,
        asked_by=notification_id,
        awaited=True,
        tries=state.tries + 1,
        sent=False,
        due_at=draft.now + draft.context.rules.self_test.answer_within,
    )
    _put(draft, asked)


def _whom(draft: Draft, state: ChainTest) -> str | None:
    """The one that has not answered yet, until it does or is known to be dead; else the next in turn."""
    alive = [one for one in able(draft.profile) if not _known_dead(draft, one)]
    if state.device_id in alive and (state.tries or state.failed_at is not None):
        return state.device_id
    later = [one for one in alive if state.device_id is not None and one > state.device_id]
    return next(iter(later or alive), None)


def _known_dead(draft: Draft, device_id: str) -> bool:
    """Told already that it is silent or gone, and it still is."""
    states = (draft.rules.get(f"{RULE_PREFIX}|{sign}|{device_id}") for sign in ("silent", "gone"))
    return any(state is not None and state.phase is RulePhase.FIRING for state in states)


def _hop(draft: Draft, state: ChainTest) -> tuple[Hop, None]:
    """How far the call was seen to come when nothing came back."""
    if not state.sent:
        return Hop.NOT_SENT, None
    seen_at = draft.device_state(state.device_id or "").last_seen_at
    spoke = seen_at is not None and state.asked_at is not None and seen_at > state.asked_at
    return (Hop.NO_CALL if spoke else Hop.NO_SIGN), None


def _failed(draft: Draft, hop: Hop, detail: str | None) -> None:
    state, rule = draft.chain_test, draft.context.rules.self_test
    if state.tries < rule.tries:
        again = replace(state, awaited=False, hop=hop, detail=detail, due_at=draft.now + rule.retry_after)
        _put(draft, again)
        return
    since = state.failed_at or draft.now
    due_at = draft.now + rule.again_after
    _put(
        draft,
        replace(state, awaited=False, tries=0, failed_at=since, hop=hop, detail=detail, due_at=due_at),
    )
    _tell(draft, state, hop, detail)


def _tell(draft: Draft, state: ChainTest, hop: Hop, detail: str | None) -> None:
    """Raise the alert about the chain. While it is open only another last hop is worth a line; closed by a person while
    nothing comes back, it is raised again."""
    device_id = state.device_id or ""
    alert = draft.alert_for(alert_key(draft.home.id))
    if alert is not None and _last_hop(alert) == hop.value:
        return
    known = hop is Hop.DEVICE_FAILED and (
        draft.alert_for(f"{RULE_PREFIX}|{Fault.SELF_TEST_FAILED.value}|{device_id}") is not None
    )
    told_already = (
        state.failed_at is not None and state.hop is hop and (known or _known_dead(draft, device_id))
    )
    if told_already:
        return
    draft.write(
        EntryKind.CHAIN_TEST_FAILED,
        data={"device_id": device_id, "hop": hop.value, "tries": state.tries, "detail": detail},
    )
    if known or _known_dead(draft, device_id):
        return
    reason = Reason(
        ReasonCode.CHAIN_TEST_FAILED, {"device_id": device_id, "hop": hop.value, "tries": state.tries}
    )
    if alert is not None:
        join(draft, alert, reason, device_id=device_id, tell_holder=False)
        return
    raise_unless_silenced(
        draft,
        SilenceOf.DEVICES,
        kind=AlertKind.TECHNICAL,
        severity=Severity.TECHNICAL,
        dedup_key=alert_key(draft.home.id),
        cause=draft.now.isoformat(),
        reason=reason,
        resident_ids=subjects(draft, None),
        device_id=device_id,
    )


def _last_hop(alert: Alert) -> object:
    reasons = [alert.reason, *(one.reason for one in alert.evidence)]
    told = [one.data.get("hop") for one in reasons if one.code == ReasonCode.CHAIN_TEST_FAILED]
    return told[-1] if told else None


def _put(draft: Draft, state: ChainTest) -> None:
    if state != draft.chain_test:
        draft.chain_test = state
    if state.due_at is not None:
        draft.wake(state.due_at)


def _next_at(draft: Draft) -> datetime:
    """The home's own time of day, today or tomorrow: not twice on one day of the people's calendar."""
    context, rule = draft.context, draft.context.rules.self_test
    today = context.local(draft.now).date()
    proven_at = draft.chain_test.proven_at
    proven_on = context.local(proven_at).date() if proven_at is not None else None
    day = today
    while True:
        opens_at, closes_at = span(day, rule.opens, rule.closes, context.timezone)
        at = opens_at + _share(draft.home.id) * (closes_at - opens_at) + context.wall_offset
        if at > draft.now and day != proven_on:
            return at
        day += timedelta(days=1)


def _made_up_at(draft: Draft) -> datetime:
    """When a test that fell into an outage is made: soon, spread over the homes; by day."""
    at = draft.now + _share(draft.home.id) * SPREAD_OVER
    rule = draft.context.rules.self_test
    by_day = rule.opens <= draft.context.local(at).time() <= rule.closes
    return at if by_day else _next_at(draft)


def _share(home_id: str) -> float:
    """Of the day's hours, where this home's moment lies: 0 to 1, the same for ever."""
    digest = hashlib.blake2b(home_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


# --- what the chain page and the metrics count ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proofs:
    """Homes with a device that can make silent test calls: `proven` within `PROVEN_FOR`, `not_proven` since, or `never` at all.
    `without`: homes in which no device can."""

    proven: int
    not_proven: int
    never: int
    without: int


def proofs(homes: Iterable[Home], now: datetime, context: Context) -> Proofs:
    """How far the chains of these homes have proved themselves."""
    proven = not_proven = never = without = 0
    for home in homes:
        if not home.profile.devices:
            continue
        proven_at = home.chain_test.proven_at
        if not context.rules.self_test.enabled or not able(home.profile):
            without += 1
        elif proven_at is None:
            never += 1
        elif now - proven_at <= PROVEN_FOR:
            proven += 1
        else:
            not_proven += 1
    return Proofs(proven, not_proven, never, without)
