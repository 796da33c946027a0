"""Runs every case of the TOML files beside it through `step`, on the shipped rules: what alerts, when, and what ends it.

A file is a list of `[[case]]`:
  name      what it shows
  steps     what happens, in order: `at_s` since the start (it may be left out: at once) and one of
              vital, null (names of measures without a value), hazard, clear, fault, gone, battery, alive, will, birth,
              unreadable, resolve (a dedup key), away_s, back, resumed, sent (the broker took the command of a test call),
              test_call; `device` says whose (default: ox)
  until_s   how long to go on after the last step (default: not at all)
  alerts    "at_s key severity" for each alert that is raised, in order
  evidence  "at_s key reason" for each sign that joined one (left out: not looked at)
  ended     "at_s key" for each alert that ended by itself (left out: none)
  level     ability level of the elder (default 2); overrides: the home's own values
  voice     true: there is a voice unit `voice` too, which can make silent test calls (this home's moment: see self_test.toml)
  asked     "at_s" of each command for a test call (left out: not looked at)
A file may define `[[rule]]`, thresholds that take the place of the shipped ones.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from firmware_contracts.vocabulary import CallAction, Fault, Hazard, Measure
from hub.core.alerts import Severity, WhatItWas, WhatWasDone
from hub.core.context import Context
from hub.core.detection.self_test import alert_key
from hub.core.events import (
    Alive,
    Call,
    DeliveryOutcome,
    DeliveryReport,
    DeviceEvent,
    EndAway,
    Environment,
    Fact,
    FaultReport,
    Input,
    Resolve,
    SetAway,
    SetProfile,
    Status,
    Tick,
    UnreadableTelemetry,
    Vital,
)
from hub.core.home import AwayKind, DeviceKind, Home, Profile, Resident
from hub.core.journal import Entry, EntryKind
from hub.core.notifications import Template
from hub.core.rules import Side, ThresholdRule
from hub.core.step import step
from tests.story import SYSTEM, TUESDAY_MORNING, actor, device, shipped, story_context

FOLDER = Path(__file__).parent
START_AT = TUESDAY_MORNING
INSTANT = timedelta(microseconds=1)
"""Between two inputs; what falls due at the very end of a case is still done."""

Case = dict[str, Any]


def cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.toml")):
        with path.open("rb") as file:
            told = tomllib.load(file)
        for case in told["case"]:
            yield pytest.param(case, told.get("rule", []), id=f"{path.stem}: {case['name']}")


def threshold(told: Mapping[str, Any]) -> ThresholdRule:
    def seconds(name: str, default: float) -> timedelta:
        return timedelta(seconds=told.get(name, default))

    return ThresholdRule(
        name=told["name"],
        measure=Measure(told["measure"]),
        side=Side(told["side"]),
        limit=told["limit"],
        clear=told["clear"],
        severity=Severity(told["severity"]),
        for_=seconds("for_s", 0),
        max_gap=seconds("max_gap_s", 900),
        again_after=seconds("again_after_s", 3600),
        levels=frozenset(told.get("levels", [])),
    )


class Flat:
    """A home on a stepped clock: time goes from one due instant to the next."""

    def __init__(self, case: Case, rules: list[dict[str, Any]]) -> None:
        self.context: Context = story_context(START_AT)
        if rules:
            thresholds: dict[Measure, tuple[ThresholdRule, ...]] = {}
            for rule in map(threshold, rules):
                thresholds[rule.measure] = (*thresholds.get(rule.measure, ()), rule)
            self.context = replace(self.context, rules=replace(self.context.rules, thresholds=thresholds))
        silent_after = timedelta(seconds=case.get("silent_after_s", 10**7))
        devices = [
            device("ox", DeviceKind.OXIMETER, wearer="li", silent_after=silent_after),
            device("shared", DeviceKind.CUFF, silent_after=timedelta(days=100)),
            device("sensor", DeviceKind.SMOKE, silent_after=timedelta(days=100)),
        ]
        if case.get("voice"):
            devices.append(device("voice", DeviceKind.VOICE_UNIT, silent_after=timedelta(days=100)))
        self.asked: list[str] = []
        profile = Profile(
            "h1",
            residents=(Resident("li", "李桂英", "李奶奶", case.get("level", 2)),),
            devices={one.id: one for one in devices},
            centre_id="small-1",
            overrides=case.get("overrides", {}),
        )
        self.at = START_AT
        self.journal: list[Entry] = []
        self.home = Home("h1", Profile("h1"))
        self.numbers = {one.id: 0 for one in devices}
        self.put(SetProfile("h1", SYSTEM, profile))

    def put(self, input_: Input) -> None:
        self.at += INSTANT
        outcome = step(self.home, input_, self.at, self.context)
        self.home = outcome.home
        self.journal.extend(outcome.journal)
        self.asked += [
            f"{(one.created_at - START_AT).total_seconds():.0f}"
            for one in outcome.notifications
            if one.template is Template.HOME_SELF_TEST
        ]

    def go_to(self, offset_s: float) -> None:
        until = START_AT + timedelta(seconds=offset_s)
        while self.home.wake_at is not None and self.home.wake_at <= until + 1000 * INSTANT:
            self.at = max(self.at, self.home.wake_at)
            before = self.home.wake_at
            self.put(Tick("h1"))
            assert self.home.wake_at != before, "a tick that changes nothing"
        self.at = max(self.at, until)

    def hear(self, device_id: str, fact: Fact, battery_percent: int | None = None) -> None:
        self.numbers[device_id] += 1
        self.put(
            DeviceEvent(
                "h1",
                device_id,
                (fact,),
                boot=1,
                seq=self.numbers[device_id],
                uptime=self.at - START_AT + timedelta(days=1),
                battery_percent=battery_percent,
            )
        )

    def do(self, told: Case) -> None:
        told = dict(told)
        self.go_to(told.pop("at_s", self.offset_s()))
        device_id = told.pop("device", "ox")
        if told.keys() == {"vital", "null"}:
            values = {Measure(name): number for name, number in told["vital"].items()}
            self.hear(device_id, Vital({**values, **dict.fromkeys(map(Measure, told["null"]))}))
            return
        ((what, value),) = told.items()
        match what:
            case "vital":
                self.hear(device_id, Vital({Measure(name): number for name, number in value.items()}))
            case "null":
                self.hear(device_id, Vital({Measure(name): None for name in value}))
            case "hazard" | "clear":
                self.hear(device_id, Environment({Hazard(value): what == "hazard"}))
            case "fault" | "gone":
                self.hear(device_id, FaultReport(Fault(value), what == "fault"))
            case "battery":
                self.hear(device_id, Alive(), value)
            case "alive":
                self.hear(device_id, Alive())
            case "will" | "birth":
                self.put(
                    DeviceEvent(
                        "h1", device_id, (Status(what == "birth", boot=1),), retained=value == "retained"
                    )
                )
            case "unreadable":
                self.put(DeviceEvent("h1", device_id, (UnreadableTelemetry(value),)))
            case "resolve":
                alert = self.home.alert_for(value)
                assert alert is not None, f"no open alert {value}"
                closed = (WhatItWas.DEVICE_FALSE, WhatWasDone.BY_PHONE)
                self.put(Resolve("h1", alert.id, actor("op"), *closed))
            case "away_s":
                self.put(
                    SetAway("h1", SYSTEM, AwayKind.CHILDREN, self.at, self.at + timedelta(seconds=value))
                )
            case "back":
                self.put(EndAway("h1", SYSTEM))
            case "sent":
                asked_by = str(self.home.chain_test.asked_by)
                self.put(DeliveryReport("h1", asked_by, alert_key("h1"), DeliveryOutcome.SENT, 1))
            case "test_call":
                age = timedelta(seconds=value) if value is not True else timedelta()
                self.hear(device_id, Call(f"test-{self.numbers[device_id]}", age, CallAction.TEST))
            case "resumed":
                self.context = replace(self.context, resumed_at=self.at)
            case _:
                raise ValueError(f"unknown step {what!r}")

    def offset_s(self) -> float:
        return (self.at - START_AT) // timedelta(milliseconds=1) / 1000

    def told(self, kind: EntryKind) -> Iterator[tuple[str, Entry, str]]:
        """(offset, entry, dedup key of its alert) of every entry of a kind."""
        keys = {
            entry.alert_id: self._key(entry)
            for entry in self.journal
            if entry.kind is EntryKind.ALERT_TRIGGERED
        }
        for entry in self.journal:
            if entry.kind is kind:
                yield f"{(entry.at - START_AT).total_seconds():.0f}", entry, keys[entry.alert_id]

    def _key(self, entry: Entry) -> str:
        data: Any = entry.data["reason_data"]
        names: dict[object, str] = {
            "threshold": f"vital|{data.get('rule')}",
            "hazard": f"hazard|{data.get('hazard')}",
            "device_silent": "device|silent",
            "device_offline": "device|gone",
            "battery_low": "device|battery_low",
            "fault": f"device|{data.get('fault')}",
            "no_value": f"device|no_value-{data.get('measure')}",
            "implausible": f"device|implausible-{data.get('measure')}",
            "unreadable_telemetry": "device|unreadable",
            "chain_test_failed": f"chain|{data.get('hop')}",
        }
        return f"{names[entry.data['reason']]}|{entry.data['device_id']}"


@pytest.mark.parametrize(("case", "rules"), list(cases()))
def test_rule(case: Case, rules: list[dict[str, Any]]) -> None:
    flat = Flat(case, rules)
    for told in case["steps"]:
        flat.do(told)
    flat.go_to(flat.offset_s() + case.get("until_s", 0))
    raised = [
        f"{at} {key} {entry.data['severity']}" for at, entry, key in flat.told(EntryKind.ALERT_TRIGGERED)
    ]
    assert raised == case["alerts"]
    ended = [f"{at} {key}" for at, entry, key in flat.told(EntryKind.ALERT_RESOLVED) if entry.by is None]
    assert ended == case.get("ended", [])
    if "asked" in case:
        assert flat.asked == case["asked"]
    if "evidence" in case:
        joined = [
            f"{at} {key} {entry.data['reason']}" for at, entry, key in flat.told(EntryKind.ALERT_EVIDENCE)
        ]
        assert joined == case["evidence"]


def test_every_shipped_threshold_is_shown_to_fire_and_to_stay_calm_beside_its_limit() -> None:
    fired = {
        alert.split("|")[1]
        for param in cases()
        for alert in param.values[0]["alerts"]
        if not param.values[1] and " vital|" in alert
    }
    shown = {param.values[0]["name"] for param in cases() if not param.values[1]}
    for rules in shipped()[0].thresholds.values():
        for rule in rules:
            assert rule.name in fired, f"no case shows {rule.name} firing"
            assert f"{rule.name} stays calm" in shown, f"no case shows {rule.name} staying calm"
