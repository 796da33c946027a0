"""Plays a case through `step`, the function that judges every home, on a clock that jumps from one due instant to the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from firmware_contracts.vocabulary import CallAction, Fault, Hazard, Measure
from hub.config.rules import threshold
from hub.core.alerts import Policy, WhatItWas, WhatWasDone
from hub.core.context import Context
from hub.core.detection.self_test import alert_key
from hub.core.events import (
    Actor,
    ActorRole,
    Alive,
    Bed,
    Call,
    DeliveryOutcome,
    DeliveryReport,
    DeviceEvent,
    EndAway,
    Environment,
    Fact,
    Fall,
    FaultReport,
    Input,
    Motion,
    Resolve,
    SetAway,
    SetProfile,
    Status,
    Tick,
    UnreadableTelemetry,
    Vital,
)
from hub.core.home import AwayKind, Device, DeviceKind, Home, Profile, Resident
from hub.core.journal import Entry, EntryKind
from hub.core.notifications import Template
from hub.core.rules import RoomMeasure, Rules, ThresholdRule
from hub.core.step import step
from hub.series.cases import Case, CasesFile, Step

START_AT = datetime(2026, 3, 3, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Tuesday morning."""
_HOME = "h1"
_ELDER = "li"
_INSTANT = timedelta(microseconds=1)
"""Between two inputs; what falls due at the very end of a case is still done."""
_SYSTEM = Actor("series", ActorRole.SYSTEM)
_OPERATOR = Actor("operator", ActorRole.OPERATOR)
_LONG = timedelta(days=100)
_TICKS = 100_000


class CannotPlayError(Exception):
    """A step that means nothing where it stands; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a case, written as the case writes what it expects."""

    alerts: list[str]
    evidence: list[str]
    ended: list[str]
    asked: list[str]

    def differences(self, case: Case) -> Iterator[tuple[str, list[str], list[str]]]:
        """(what, expected, came) for each list that the case looks at and that came out otherwise."""
        for what in ("alerts", "evidence", "ended", "asked"):
            expected, came = getattr(case, what), getattr(self, what)
            if expected is not None and expected != came:
                yield what, expected, came


def rules_of(file: CasesFile, rules: Rules) -> Rules:
    """The rules with the file's own thresholds in place of theirs, where it has any."""
    if not file.rule:
        return rules
    own: dict[Measure | RoomMeasure, tuple[ThresholdRule, ...]] = {}
    for table in file.rule:
        own[table.measure] = (*own.get(table.measure, ()), threshold(table))
    return replace(rules, thresholds=own)


def play(case: Case, rules: Rules, policies: Mapping[str, Policy]) -> Played:
    """What the rules make of a case. Raises `CannotPlayError`."""
    home = _Playing(case, rules, policies)
    for one in case.steps:
        home.do(one)
    home.go_to(home.offset_s() + case.until_s)
    return Played(
        [f"{at} {key} {entry.data['severity']}" for at, entry, key in home.told(EntryKind.ALERT_TRIGGERED)],
        [f"{at} {key} {entry.data['reason']}" for at, entry, key in home.told(EntryKind.ALERT_EVIDENCE)],
        [f"{at} {key}" for at, entry, key in home.told(EntryKind.ALERT_RESOLVED) if entry.by is None],
        home.asked,
    )


class _Playing:
    def __init__(self, case: Case, rules: Rules, policies: Mapping[str, Policy]) -> None:
        self._context = Context(version=1, rules=rules, policies=policies, resumed_at=START_AT)
        devices = [
            _device("ox", DeviceKind.OXIMETER, _ELDER, timedelta(seconds=case.silent_after_s)),
            _device("shared", DeviceKind.CUFF),
            _device("sensor", DeviceKind.SMOKE),
        ]
        if case.voice:
            devices.append(_device("voice", DeviceKind.VOICE_UNIT))
        spoken = {one.device for one in case.steps}
        for name, kind, wearer in (
            ("button", DeviceKind.BUTTON, _ELDER),
            ("belt", DeviceKind.FALL_WEARABLE, _ELDER),
            ("hall", DeviceKind.MOTION, None),
            ("bed", DeviceKind.BED_MAT, _ELDER),
            ("climate", DeviceKind.CLIMATE, None),
        ):
            if name in spoken:
                devices.append(_device(name, kind, wearer))
        self.asked: list[str] = []
        self._at = START_AT
        self._journal: list[Entry] = []
        self._home = Home(_HOME, Profile(_HOME))
        self._numbers = {one.id: 0 for one in devices}
        profile = Profile(
            _HOME,
            residents=(Resident(_ELDER, "李桂英", "李奶奶", case.level),),
            devices={one.id: one for one in devices},
            overrides=case.overrides,
        )
        self._put(SetProfile(_HOME, _SYSTEM, profile))

    def offset_s(self) -> float:
        return (self._at - START_AT) // timedelta(milliseconds=1) / 1000

    def go_to(self, offset_s: float) -> None:
        until = START_AT + timedelta(seconds=offset_s)
        for _ in range(_TICKS):
            due = self._home.wake_at
            if due is None or due > until + 1000 * _INSTANT:
                break
            self._at = max(self._at, due)
            self._put(Tick(_HOME))
            if self._home.wake_at == due:
                raise CannotPlayError(
                    "the home wakes again and again at one instant: please report this as a defect"
                )
        else:
            raise CannotPlayError(f"more than {_TICKS} instants fell due: shorten the case")
        self._at = max(self._at, until)

    def do(self, one: Step) -> None:
        self.go_to(self.offset_s() if one.at_s is None else one.at_s)
        told = dict(one.told)
        device_id = one.device or "ox"
        if device_id not in self._numbers:
            raise CannotPlayError(f'"{device_id}" is not in this home: give the case voice = true')
        if "vital" in told or "null" in told:
            values: dict[Measure, float | None] = dict(told.get("vital", {}))
            self._hear(device_id, Vital({**values, **dict.fromkeys(told.get("null", ()))}))
            return
        ((what, value),) = told.items()
        fact = _fact(what, value)
        if fact is not None:
            self._hear(device_id, fact)
            return
        match what:
            case "press" | "fall":
                self._hear(device_id, self._report(device_id, what, value))
            case "battery":
                self._hear(device_id, Alive(), value)
            case "signal_dbm":
                self._hear(device_id, Alive(), rssi_dbm=value)
            case "will" | "birth":
                status = Status(what == "birth", boot=1)
                self._put(DeviceEvent(_HOME, device_id, (status,), retained=value == "retained"))
            case "unreadable":
                self._put(DeviceEvent(_HOME, device_id, (UnreadableTelemetry(value),)))
            case "resolve":
                self._resolve(value)
            case "away_s":
                until_at = self._at + timedelta(seconds=value)
                self._put(SetAway(_HOME, _SYSTEM, AwayKind.CHILDREN, self._at, until_at))
            case "back":
                self._put(EndAway(_HOME, _SYSTEM))
            case "sent":
                asked_by = str(self._home.chain_test.asked_by)
                self._put(DeliveryReport(_HOME, asked_by, alert_key(_HOME), DeliveryOutcome.SENT, 1))
            case "test_call":
                age = timedelta(seconds=value) if value is not True else timedelta()
                self._hear(device_id, Call(self._event_id(device_id), age, CallAction.TEST))
            case _:
                self._context = replace(self._context, resumed_at=self._at)

    def told(self, kind: EntryKind) -> Iterator[tuple[str, Entry, str]]:
        """(offset, entry, key of its alert) of every entry of a kind."""
        keys = {
            entry.alert_id: _key(entry) for entry in self._journal if entry.kind is EntryKind.ALERT_TRIGGERED
        }
        for entry in self._journal:
            if entry.kind is kind:
                yield f"{(entry.at - START_AT).total_seconds():.0f}", entry, keys[entry.alert_id]

    def _report(self, device_id: str, what: str, value: str) -> Fact:
        if what == "fall":
            return Fall(self._event_id(device_id), timedelta(), value)  # type: ignore[arg-type]
        return Call(self._event_id(device_id), timedelta(), CallAction(value))

    def _event_id(self, device_id: str) -> str:
        return f"{device_id}-{self._numbers[device_id] + 1:06d}"

    def _resolve(self, key: str) -> None:
        alert = self._home.alert_for(key)
        if alert is None:
            open_ = ", ".join(sorted(one.dedup_key for one in self._home.alerts.values())) or "none"
            raise CannotPlayError(f'no alert "{key}" is open to be resolved; open are: {open_}')
        self._put(Resolve(_HOME, alert.id, _OPERATOR, WhatItWas.DEVICE_FALSE, WhatWasDone.BY_PHONE))

    def _hear(
        self, device_id: str, fact: Fact, battery_percent: int | None = None, rssi_dbm: int | None = None
    ) -> None:
        self._numbers[device_id] += 1
        self._put(
            DeviceEvent(
                _HOME,
                device_id,
                (fact,),
                boot=1,
                seq=self._numbers[device_id],
                uptime=self._at - START_AT + timedelta(days=1),
                battery_percent=battery_percent,
                rssi_dbm=rssi_dbm,
            )
        )

    def _put(self, input_: Input) -> None:
        self._at += _INSTANT
        outcome = step(self._home, input_, self._at, self._context)
        self._home = outcome.home
        self._journal.extend(outcome.journal)
        self.asked += [
            f"{(one.created_at - START_AT).total_seconds():.0f}"
            for one in outcome.notifications
            if one.template is Template.HOME_SELF_TEST
        ]


def _device(
    device_id: str, kind: DeviceKind, wearer_id: str | None = None, silent_after: timedelta = _LONG
) -> Device:
    return Device(device_id, kind, START_AT, silent_after, wearer_id=wearer_id)


def _fact(what: str, value: Any) -> Fact | None:
    match what:
        case "hazard" | "clear":
            return Environment({Hazard(value): what == "hazard"})
        case "room":
            climate = (value.get(RoomMeasure.TEMPERATURE), value.get(RoomMeasure.HUMIDITY))
            return Environment({}, *climate)
        case "fault" | "gone":
            return FaultReport(Fault(value), what == "fault")
        case "bed":
            return Bed(value)
        case "moving":
            return Motion(value)
        case "alive":
            return Alive()
        case _:
            return None


def _key(entry: Entry) -> str:
    """What a case calls an alert: its family, what it is about, and the device."""
    data: Any = entry.data["reason_data"]
    reason = str(entry.data["reason"])
    names: dict[str, str] = {
        "threshold": f"vital|{data.get('rule')}",
        "hazard": f"hazard|{data.get('hazard')}",
        "device_silent": "device|silent",
        "device_offline": "device|gone",
        "battery_low": "device|battery_low",
        "battery_runs_out": "device|battery_runs_out",
        "weak_signal": "device|weak_signal",
        "stuck": "device|stuck",
        "fault": f"device|{data.get('fault')}",
        "no_value": f"device|no_value-{data.get('measure')}",
        "implausible": f"device|implausible-{data.get('measure')}",
        "unreadable_telemetry": "device|unreadable",
        "chain_test_failed": f"chain|{data.get('hop')}",
        "call_pressed": "call",
        "fall_suspected": "fall",
        "fall_lying": "fall",
    }
    return f"{names.get(reason, reason)}|{entry.data['device_id']}"
