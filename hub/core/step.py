"""One step of one home: `step(home, input, now, context) -> Outcome`, pure.

A device speaks, a person commands, the clock strikes, a sender reports: each is judged here, and what must follow comes back as
data. The same function runs in gateway, centre, simulation, replay and test.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from hub.core import commands, escalation, hand_test, repairs, request_deadlines, silencing, whereabouts
from hub.core.arrival import (
    Arrival,
    Freshness,
    Identity,
    identify,
    judge_arrival,
    keys_to_remember,
)
from hub.core.context import Context
from hub.core.detection import (
    call,
    condition,
    device_health,
    device_trends,
    environment,
    fall,
    flooding,
    living,
    question,
    self_test,
    vitals,
)
from hub.core.draft import Draft
from hub.core.events import (
    Call,
    DeliveryOutcome,
    DeliveryReport,
    DeviceEvent,
    Environment,
    Fall,
    FaultReport,
    Input,
    Status,
    Tick,
    UnreadableSignal,
    UnreadableTelemetry,
    Vital,
)
from hub.core.home import Home
from hub.core.journal import EntryKind
from hub.core.outcome import DeliveryUpdate, LateMessage, Outcome


def step(home: Home, input_: Input, now: datetime, context: Context) -> Outcome:
    """What one input means for one home.

    `now` is hub time (aware UTC, never going back). Raises only for a defect; the engine isolates it to this home.
    """
    draft = Draft(home, now, context)
    if isinstance(input_, DeviceEvent):
        _hear(draft, input_)
    elif isinstance(input_, Tick):
        _strike(draft)
    elif isinstance(input_, DeliveryReport):
        _record_delivery(draft, input_)
    else:
        draft.result = commands.obey(draft, input_)
    if draft.faults_may_have_changed:
        repairs.follow(draft)
    return draft.outcome()


def _hear(draft: Draft, event: DeviceEvent) -> None:
    """A device spoke, or the broker spoke for it: a birth or a will stands outside its sequence."""
    if len(event.facts) == 1 and isinstance(event.facts[0], Status):
        if event.elsewhere is not None:
            whereabouts.place(draft, event, event.device_id)
            return
        device_health.on_status(draft, event, event.facts[0])
        return
    # Strangers of several homes meet in the unassigned one, and may bear the same id.
    known_as = f"{event.claimed_home}/{event.device_id}" if event.claimed_home else event.device_id
    if event.elsewhere is not None or event.gateway_id is not None:
        event, known_as = whereabouts.place(draft, event, known_as)
    before = draft.device_state(known_as)
    arrival = judge_arrival(before, event, draft.now, draft.context.rules.device)
    if arrival.state is not before:
        draft.put_device_state(known_as, arrival.state)
    live = arrival.freshness is Freshness.LIVE
    copy = arrival.freshness is Freshness.REPEATED and _is_copy(draft, event, arrival)
    strange = event.elsewhere is not None
    if live and not event.retained and not strange:
        device_health.on_alive(draft, event, before)
        device_trends.on_alive(draft, event, before)
    if arrival.finding is not None and not strange:
        device_health.on_finding(draft, event, arrival.finding)
    if arrival.state.other is not before.other and not strange:
        device_health.on_lives(draft, event, two_devices=arrival.two_devices)
    late = False
    news = False
    for fact in event.facts:
        if isinstance(fact, Vital):
            if live and not event.retained and fact.age <= draft.context.rules.device.live_within:
                vitals.on_vital(draft, event, fact)
                living.on_fact(draft, event, fact)
            else:
                late = True
        elif isinstance(fact, Call):
            identity = _identity(draft, event, fact, arrival)
            news = news or identity is not Identity.KNOWN
            call.on_call(draft, event, fact, arrival, identity)
            if live and not event.retained and identity is not Identity.KNOWN:
                living.on_fact(draft, event, fact)
        elif isinstance(fact, Fall):
            identity = _identity(draft, event, fact, arrival)
            news = news or identity is not Identity.KNOWN
            fall.on_fall(draft, event, fact, arrival, identity)
        elif isinstance(fact, FaultReport):
            if not event.retained and not copy:
                device_health.on_fault(draft, event, fact, arrival)
                if live:
                    self_test.on_fault(draft, event, fact)
        elif isinstance(fact, UnreadableSignal):
            call.on_unreadable(draft, event, fact)
        elif isinstance(fact, UnreadableTelemetry):
            device_health.on_unreadable_telemetry(draft, event, fact)
        elif isinstance(fact, Environment):
            if live and not event.retained:
                environment.on_environment(draft, event, fact, arrival)
                continue
            late = True
            if not event.retained:
                environment.on_late(draft, event, fact, arrival)
        elif not live or event.retained:
            late = True
            if arrival.freshness is Freshness.HISTORY and not event.retained and arrival.late_by is not None:
                living.on_fact(draft, event, fact, ago=arrival.late_by)
        else:
            if draft.rules:
                fall.on_movement(draft, event, fact)
            living.on_fact(draft, event, fact)
    if late:
        _set_aside(draft, event, arrival)
    if news:
        for device_id, key in keys_to_remember(event):
            draft.remember_event(device_id, key)


def _is_copy(draft: Draft, event: DeviceEvent, arrival: Arrival) -> bool:
    """Whether a number used again is surely an old copy. Any other may tell of a fault, and is joined to what stands. For smoke
    that is not asked: not even a redelivery proves that it was heard before."""
    late = arrival.late_by is not None and arrival.late_by > draft.context.rules.device.live_within
    return event.duplicate or late


def _identity(draft: Draft, event: DeviceEvent, report: Call | Fall, arrival: Arrival) -> Identity:
    context = draft.context
    return identify(
        event,
        report.event_id,
        report.age,
        arrival,
        now=draft.now,
        resumed_at=context.resumed_at,
        rule=context.rules.device,
    )


def _set_aside(draft: Draft, event: DeviceEvent, arrival: Arrival) -> None:
    """Telemetry that is not live: history is kept, a repetition or a retained copy is nothing new."""
    if event.retained:
        draft.ignored = "retained"
    elif arrival.freshness is Freshness.REPEATED:
        draft.ignored = "repeated"
    else:
        draft.ignored = "history"
        if event.boot is not None:
            draft.keep_history(LateMessage(event, draft.now, arrival.late_by))


def _strike(draft: Draft) -> None:
    """The home's wake time came: do what is due, in order of its deadline, then find the next one."""
    draft.wake_at = None
    due = sorted(draft.alerts.values(), key=lambda alert: (alert.deadline_at or draft.now, alert.id))
    for alert in due:
        if alert.deadline_at is not None and alert.deadline_at <= draft.now:
            escalation.fall_due(draft, alert)
    for key, state in sorted(draft.rules.items()):
        if state.check_at is not None and state.check_at <= draft.now:
            _rule_time_passed(draft, key)
    device_health.judge_silence(draft)
    request_deadlines.strike(draft)
    self_test.strike(draft)
    hand_test.strike(draft)
    living.strike(draft)
    silencing.strike(draft)
    if any(entry.until_at <= draft.now for entry in draft.away):
        draft.away = tuple(entry for entry in draft.away if entry.until_at > draft.now)
    _find_next_wake(draft)


def _rule_time_passed(draft: Draft, key: str) -> None:
    """A rule state in the form of an older release is dropped: what lasts is told again."""
    state = draft.rules[key]
    family, _, subject = key.partition("|")
    if family == repairs.RULE:
        repairs.time_passed(draft, key)
        return
    if family == device_health.RULE_PREFIX and subject.startswith(f"{flooding.SIGN}|"):
        flooding.calm_down(draft, key, subject.partition("|")[2], state)
    elif family in (vitals.RULE_PREFIX, condition.RULE_PREFIX) and "|" in subject:
        vitals.time_passed(draft, key, state)
    elif family == device_health.RULE_PREFIX and "|" in subject:
        device_health.time_passed(draft, key, state)
    elif family == fall.RULE_PREFIX and "|" in subject:
        fall.time_passed(draft, key, state)
    elif family == environment.RULE_PREFIX and "|" in subject:
        environment.time_passed(draft, key, state)
    else:
        draft.drop_rule(key)


def _find_next_wake(draft: Draft) -> None:
    for at in _deadlines(draft):
        draft.wake(at)


def _deadlines(of: Draft | Home) -> Iterator[datetime]:
    """Every instant that is known to fall due; what is expected of devices is found by `judge_silence`."""
    for alert in of.alerts.values():
        if alert.deadline_at is not None:
            yield alert.deadline_at
    for request in of.requests.values():
        if request.deadline_at is not None:
            yield request.deadline_at
    for state in of.rules.values():
        if state.check_at is not None:
            yield state.check_at
    for entry in of.away:
        yield entry.until_at
    for silence in of.silences:
        yield silence.until_at
    if of.chain_test.due_at is not None:
        yield of.chain_test.due_at
    if of.hand_test is not None:
        yield of.hand_test.until_at
    if of.days is not None and of.days.due_at is not None:
        yield of.days.due_at


def woken_in_time(home: Home, now: datetime) -> Home:
    """The home as a store handed it out, woken no later than anything in it falls due: an open alert does not hang on one number
    of a row. Without any wake time a home with devices is looked at now."""
    known = [*_deadlines(home), *([] if home.wake_at is None else [home.wake_at])]
    wake_at = min(known, default=now if home.devices else None)
    return home if wake_at == home.wake_at else replace(home, wake_at=wake_at)


_DELIVERY_ENTRIES = {
    DeliveryOutcome.SENT: (EntryKind.NOTIFICATION_SENT, "sent"),
    DeliveryOutcome.RECEIVED: (EntryKind.NOTIFICATION_RECEIVED, "received"),
    DeliveryOutcome.RETRY: (None, "queued"),
    DeliveryOutcome.FAILED: (EntryKind.NOTIFICATION_FAILED, "failed"),
}


def _record_delivery(draft: Draft, report: DeliveryReport) -> None:
    kind, state = _DELIVERY_ENTRIES[report.outcome]
    draft.deliveries = [DeliveryUpdate(report.notification_id, state, report.attempt, report.next_attempt_at)]
    if self_test.is_about(report):
        # One line a day and home: that it came back, or did not.
        self_test.on_delivery(draft, report)
    elif kind is not None and not question.is_about(report):
        draft.write(
            kind,
            alert_id=report.alert_id if report.request_id is None else None,
            request_id=report.request_id,
            data={
                "notification_id": report.notification_id,
                "attempt": report.attempt,
                "detail": report.detail,
            },
        )
