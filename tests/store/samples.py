"""Homes, alerts and batches that the tests of the store share."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from firmware_contracts.vocabulary import Fault, Measure
from hub.core.alerts import (
    Alert,
    AlertKind,
    AlertState,
    Evidence,
    Policy,
    PolicyStep,
    Reason,
    Role,
    Severity,
    StepRole,
    When,
)
from hub.core.events import DeviceEvent, Vital
from hub.core.home import (
    Away,
    AwayKind,
    Device,
    DeviceKind,
    DeviceState,
    Flag,
    Home,
    Profile,
    Resident,
    RulePhase,
    RuleState,
)
from hub.core.journal import Entry, EntryKind
from hub.core.notifications import Notification, NotifyReason, Template
from hub.core.outcome import LateMessage, Outcome
from hub.core.service_requests import RequestCategory, RequestState, ServiceRequest
from hub.store.store import Batch, Effect, InputSource, LoggedInput, Store

CELL = "erqi"
START_AT = datetime(2026, 3, 1, 8, 30, 15, 123_457, tzinfo=UTC)

POLICY = Policy(
    "emergency",
    (
        PolicyStep((StepRole(Role.OPERATOR), StepRole(Role.BUTLER, When.DAY)), timedelta(seconds=60)),
        PolicyStep((StepRole(Role.DUTY_MANAGER),), timedelta(seconds=90)),
    ),
    *(timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)),
)


def at(seconds: float) -> datetime:
    """An instant of the story."""
    return START_AT + timedelta(seconds=seconds)


def profile(home_id: str = "home-1", *, centre_id: str | None = "fuhua") -> Profile:
    return Profile(
        home_id,
        address="福华街 3 号院 2 单元",
        residents=(
            Resident("r-1", "赵秀英", "赵阿姨", 3, flags=frozenset({Flag.LIVES_ALONE, Flag.VERY_OLD})),
        ),
        devices={
            "button-1": Device("button-1", DeviceKind.BUTTON, START_AT, timedelta(hours=1), speaks=True),
            "mat-1": Device("mat-1", DeviceKind.BED_MAT, START_AT, timedelta(minutes=45), wearer_id="r-1"),
        },
        people={Role.BUTLER: ("p-wang",), Role.CONTACT: ("p-son", "p-niece")},
        centre_id=centre_id,
        regions=("erqi", "fuhua-street"),
        floor=5,
        lift=False,
        phone="0371-5550101",
        overrides={"spo2_low": {"limit": 88.0}},
    )


def home(home_id: str = "home-1", *, centre_id: str | None = "fuhua") -> Home:
    """A home with a device heard, a rule pending and somebody at hospital."""
    return Home(
        home_id,
        profile(home_id, centre_id=centre_id),
        devices={
            "button-1": DeviceState(boot=4, top_seq=17, window=(1 << 128) - 3, last_seen_at=at(-5)),
            "mat-1": DeviceState(faults=frozenset({Fault.BATTERY_LOW, Fault.TAMPER}), battery_percent=9),
        },
        rules={"spo2_low|r-1": RuleState(RulePhase.PENDING, at(-60), at(-1), 87.5, at(30))},
        away=(Away(AwayKind.HOSPITAL, at(0), at(86_400), "r-1"),),
        wake_at=at(30),
    )


def alert(of: Home, alert_id: str, seconds: float = 0, severity: Severity = Severity.EMERGENCY) -> Alert:
    return Alert(
        id=alert_id,
        home_id=of.id,
        dedup_key=f"emergency_call|{alert_id}",
        kind=AlertKind.EMERGENCY_CALL,
        severity=severity,
        state=AlertState.TRIGGERED,
        reason=Reason("call_pressed", {"late_s": 0}),
        opened_at=at(seconds),
        occurred_at=at(seconds - 2),
        resident_ids=("r-1",),
        policy=POLICY,
        device_id="button-1",
        evidence=(Evidence(at(seconds), Reason("call_pressed_again", {"late_s": 1.5}), "button-1"),),
        escalate_at=at(seconds + 60),
        asked=("p-wang",),
    )


def request(of: Home, request_id: str, seconds: float = 0) -> ServiceRequest:
    return ServiceRequest(
        request_id, of.id, RequestCategory.MEALS, RequestState.NEW, at(seconds), ("r-1",), "button-1"
    )


def notification(
    about: Alert, name: str, seconds: float = 0, *, cancel_on_answer: bool = True
) -> Notification:
    return Notification(
        *(name, about.id, about.home_id, "phone", "p-wang", "13700000000", Template.ALERT, NotifyReason.STEP),
        created_at=at(seconds),
        cancel_on_answer=cancel_on_answer,
        data={"severity": about.severity.value, "step": 0},
    )


def entry(about: Alert, kind: EntryKind, seconds: float = 0, by: str | None = None) -> Entry:
    return Entry(kind, about.home_id, at(seconds), about.id, by=by, data={"地点": "床头", "step": 1})


def late(of: Home, boot: int, seq: int) -> LateMessage:
    event = DeviceEvent(
        *(of.id, "mat-1", (Vital({Measure.HEART_RATE_BPM: 71.0, Measure.SPO2_PERCENT: None}),)),
        boot=boot,
        seq=seq,
        uptime=timedelta(seconds=3),
    )
    return LateMessage(event, at(0), timedelta(minutes=7, microseconds=1))


def message(seq: int, seconds: float = 0, home_id: str | None = "home-1") -> LoggedInput:
    topic = f"care/v1/{CELL}/{home_id}/button-1/call"
    return LoggedInput(seq, at(seconds), InputSource.MESSAGE, home_id, topic, b'{"v":1,"n":%d}' % seq)


def batch(*effects: Effect, inputs: Iterable[LoggedInput] = (), seconds: float = 0) -> Batch:
    return Batch(at(seconds), 1, list(inputs), list(effects))


def enrolled(*homes: Home, seq: int = 1) -> Batch:
    """Homes as an import brings them."""
    return batch(
        *(Effect(seq, at(0), None, one, Outcome(one)) for one in homes),
        inputs=[message(seq, home_id=None)],
    )


def pressed(before: Home, alert_id: str, seq: int, seconds: float = 0) -> Effect:
    """A press: an alert, two journal entries, two notifications, its event id remembered."""
    raised = alert(before, alert_id, seconds)
    after = replace(
        before,
        alerts={**before.alerts, alert_id: raised},
        devices={**before.devices, "button-1": DeviceState(boot=4, top_seq=seq)},
        wake_at=at(seconds + 60),
    )
    outcome = Outcome(
        after,
        alerts=(raised,),
        journal=(
            entry(raised, EntryKind.ALERT_TRIGGERED, seconds),
            entry(raised, EntryKind.NOTIFICATION_QUEUED, seconds),
        ),
        notifications=(
            notification(raised, f"{alert_id}-1", seconds),
            notification(raised, f"{alert_id}-2", seconds, cancel_on_answer=False),
        ),
        remember=(("button-1", f"event-{alert_id}"),),
    )
    return Effect(seq, at(seconds), before, after, outcome)


def changed(
    before: Home, now: Alert, kind: EntryKind, seq: int, seconds: float, by: str = "p-wang"
) -> Effect:
    """An alert moved on: out of the home when it is resolved, its waiting notifications cancelled."""
    alerts = {key: one for key, one in before.alerts.items() if key != now.id}
    after = replace(before, alerts={**alerts, now.id: now} if now.open else alerts)
    journal = (entry(now, kind, seconds, by),)
    return Effect(
        seq, at(seconds), before, after, Outcome(after, alerts=(now,), journal=journal, cancel=(now.id,))
    )


def keep_running(store: Store, until: datetime) -> None:
    """The hub runs on until then with nothing to commit: what is in the store grows old."""
    now = store.load_hub_time() or until
    while now < until:
        now = min(now + timedelta(days=1), until)
        store.note_running(now)
