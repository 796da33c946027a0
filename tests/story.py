"""Stories on a virtual clock: the real engine, SQLite, sender and home channel, driven by hand. Press, advance, expect.

story.press("h1", "button")
story.advance(seconds=61)
story.expect_asked("deputy-zhou")
"""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import CallAction, FallPhase, Fault, Kind, Measure, ServiceCategory
from hub.clock import HubClock
from hub.config.policies import load_policies
from hub.config.rules import load_rules
from hub.core.alerts import Alert, AlertKind, AlertState, Policy, Role, WhatItWas, WhatWasDone
from hub.core.context import Centre, ContactMethod, Context, Person, Shift
from hub.core.events import (
    Acknowledge,
    Actor,
    ActorRole,
    ArriveOnSite,
    Command,
    GoOnTheWay,
    RaiseByHand,
    Resolve,
    SetProfile,
)
from hub.core.home import Device, DeviceKind, Flag, Home, Profile, Resident
from hub.core.journal import Entry, EntryKind
from hub.core.notifications import Heard, Notification, Template
from hub.core.outcome import Done, Result
from hub.core.rules import Rules
from hub.engine.engine import Engine
from hub.engine.health import EngineSettings
from hub.ingest.message import RawMessage, SessionName
from hub.notify.channel import Attempt, Channel, Sent
from hub.notify.home import HomeChannel, encode, heard_command
from hub.notify.sender import Sender
from hub.store import clock_doubt
from hub.store.store import JournalLine, Store
from tests.store.made import empty, put

SHANGHAI = ZoneInfo("Asia/Shanghai")
TUESDAY_MORNING = datetime(2026, 3, 3, 10, 0, tzinfo=SHANGHAI)
CELL = "story"
CONFIG = Path(__file__).resolve().parent.parent / "config"
EVERY_DAY = frozenset(range(7))
SAME_MOMENT = timedelta(milliseconds=1)
"""Inputs of one moment of a story differ by microseconds."""


class VirtualTime:
    """The wall and the monotonic clock of a story; `step_wall` moves the wall alone."""

    def __init__(self, start: datetime) -> None:
        self._wall = start.astimezone(UTC)
        self._monotonic = 1000.0

    def wall(self) -> datetime:
        return self._wall

    def monotonic(self) -> float:
        return self._monotonic

    def pass_(self, by: timedelta) -> None:
        self._wall += by
        self._monotonic += by.total_seconds()

    def step_wall(self, by: timedelta) -> None:
        self._wall += by


class Telephone:
    """The channel to people in a story: everything that was sent, in order. `broken` makes attempts raise."""

    name = "phone"

    def __init__(self) -> None:
        self.sent: list[Notification] = []
        self.broken = False

    def send(self, notification: Notification, attempt: int) -> Attempt:
        if self.broken:
            raise ConnectionError("the line is dead")
        self.sent.append(notification)
        return Sent()


class Rooms:
    """The broker's side of the homes: commands published to devices."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, dict[str, Any]]] = []

    def publish(self, topic: str, payload: bytes, qos: int) -> bool:
        self.commands.append((topic, json.loads(payload)))
        return True


class _Outlets:
    def __init__(self, story: "Story") -> None:
        self._story = story

    def acknowledge(self, messages: Sequence[RawMessage]) -> None:
        self._story.acknowledged.extend(messages)

    def say_heard(self, heard: Sequence[Heard]) -> None:
        for one in heard:
            topic = Address(CELL, one.home_id, one.device_id).cmd
            self._story.rooms.publish(topic, encode(heard_command(one)), 1)

    def send(self, notifications: Sequence[Notification]) -> None:
        self._story.sender.enqueue(notifications)


def person(person_id: str, surname: str = "王", *, reachable: bool = True) -> Person:
    methods = (ContactMethod("phone", person_id),) if reachable else ()
    return Person(person_id, f"{surname}某", surname, methods)


def device(
    device_id: str,
    kind: DeviceKind = DeviceKind.BUTTON,
    *,
    wearer: str | None = None,
    speaks: bool = False,
    enrolled_at: datetime = TUESDAY_MORNING,
    silent_after: timedelta = timedelta(minutes=45),
    **more: Any,
) -> Device:
    return Device(
        device_id, kind, enrolled_at, silent_after, wearer_id=wearer, speaks=speaks, room="卧室", **more
    )


def street() -> dict[str, Profile]:
    """Three flats of one centre: Grandma Li alone; the Zhaos, two in a flat; Grandpa Sun, hard of hearing, without family."""
    people = {Role.BUTLER: ("butler-wang",), Role.DEPUTY: ("deputy-zhou",)}
    return {
        "h1": Profile(
            "h1",
            address="槐荫街1号院3号楼2单元501",
            residents=(Resident("li", "李桂英", "李奶奶", 2),),
            devices={
                one.id: one
                for one in (
                    device("button", wearer="li", speaks=True),
                    device("oximeter", DeviceKind.OXIMETER, wearer="li"),
                    device("radar", DeviceKind.FALL_RADAR),
                    device("smoke", DeviceKind.SMOKE),
                )
            },
            people={**people, Role.CONTACT: ("daughter-li",), Role.PROPERTY_GUARD: ("guard-hu",)},
            centre_id="small-1",
        ),
        "h2": Profile(
            "h2",
            address="槐荫街1号院3号楼2单元502",
            residents=(Resident("zhao", "赵建国", "赵大爷"), Resident("qian", "钱秀兰", "钱奶奶")),
            devices={one.id: one for one in (device("cord", DeviceKind.PULL_CORD, speaks=True),)},
            people={**people, Role.CONTACT: ("son-zhao",)},
            centre_id="small-1",
        ),
        "h3": Profile(
            "h3",
            address="槐荫街2号院1号楼1单元101",
            residents=(Resident("sun", "孙德福", "孙大爷", flags=frozenset({Flag.HARD_OF_HEARING})),),
            devices={
                one.id: one
                for one in (
                    device("pendant", DeviceKind.PENDANT, wearer="sun"),
                    device("voice", DeviceKind.VOICE_UNIT, speaks=True),
                    device(
                        "sos",
                        DeviceKind.BUTTON,
                        family="zigbee2mqtt",
                        model="TS0601_sos",
                        one_way=True,
                        silent_after=timedelta(hours=25),
                    ),
                )
            },
            people={**people, Role.CONTACT: ("neighbour-wu", "nephew-sun")},
            centre_id="small-1",
        ),
    }


def quiet_street() -> dict[str, Profile]:
    """The street, in which no device is ever missed: for stories of days and weeks."""
    return {
        home_id: replace(
            profile,
            devices={
                one.id: replace(one, silent_after=timedelta(days=400)) for one in profile.devices.values()
            },
        )
        for home_id, profile in street().items()
    }


def staff() -> dict[str, Person]:
    names = {
        "butler-wang": "王",
        "deputy-zhou": "周",
        "daughter-li": "李",
        "son-zhao": "赵",
        "neighbour-wu": "吴",
        "nephew-sun": "孙",
        "guard-hu": "胡",
        "desk-small": "郑",
        "desk-large": "冯",
        "operator-chen": "陈",
        "manager-xu": "徐",
    }
    return {person_id: person(person_id, surname) for person_id, surname in names.items()}


def shifts() -> tuple[Shift, ...]:
    def daily(person_id: str, role: Role, starts: int, ends: int, centre_id: str | None) -> Shift:
        return Shift(person_id, role, EVERY_DAY, time(starts), time(ends), centre_id)

    return (
        daily("butler-wang", Role.BUTLER, 7, 21, "small-1"),
        daily("desk-small", Role.CENTRE_DUTY, 8, 18, "small-1"),
        daily("desk-large", Role.CENTRE_DUTY, 0, 0, "large"),
        daily("operator-chen", Role.OPERATOR, 0, 0, None),
        daily("manager-xu", Role.DUTY_MANAGER, 0, 0, None),
    )


@lru_cache
def shipped() -> tuple[Rules, Mapping[str, Policy]]:
    """The rules and policies that ship with the hub."""
    rules, rule_problems = load_rules(CONFIG / "rules.toml")
    policies, policy_problems = load_policies(CONFIG / "policies.toml")
    assert rules is not None, rule_problems
    assert policies is not None, policy_problems
    return rules, policies


def story_context(at: datetime) -> Context:
    """The shipped rules and policies, and the people of the street."""
    rules, policies = shipped()
    return Context(
        version=1,
        rules=rules,
        policies=policies,
        resumed_at=at,
        people=staff(),
        shifts=shifts(),
        centres={"small-1": Centre("small-1", "一号站", "large"), "large": Centre("large", "街道中心")},
    )


class Story:
    """A street, its people and a hub, on virtual time."""

    def __init__(
        self,
        path: Path,
        *,
        at: datetime = TUESDAY_MORNING,
        homes: Mapping[str, Profile] | None = None,
        change: Callable[[Context], Context] = lambda context: context,
        settings: EngineSettings | None = None,
    ) -> None:
        self.path = path
        self.time = VirtualTime(at)
        self.started_at = at
        self.phone = Telephone()
        self.rooms = Rooms()
        self.acknowledged: list[RawMessage] = []
        self.journal: list[JournalLine] = []
        self._change = change
        self._settings = settings
        self._counters: dict[str, itertools.count[int]] = {}
        self._boots: dict[str, int] = {}
        self._event_numbers = itertools.count(1)
        if not path.exists():
            put(empty(CELL), path)
        self._open()
        for home_id, profile in (street() if homes is None else homes).items():
            self.command(SetProfile(home_id, SYSTEM, profile))

    def _open(self) -> None:
        self.store = Store.open(self.path, CELL)
        loaded_at = self.store.load().hub_time_at
        kept = self.store.write(clock_doubt.load)
        self.clock = HubClock(loaded_at, wall=self.time.wall, monotonic=self.time.monotonic, kept=kept)
        context = self._change(story_context(self.time.wall()))
        self.engine = Engine(self.store, self.clock, context, CELL, self._settings, self.time.monotonic)
        channels: dict[str, Channel] = {"phone": self.phone, "home": HomeChannel(CELL, self.rooms.publish)}
        self.sender = Sender(channels, self.engine.gate.may_start, self.engine.report, self.clock.now)
        self.engine.use(_Outlets(self))
        self.engine.subscribe(self.journal.extend)
        for waiting in self.engine.recover():
            self.sender.enqueue([waiting.notification], waiting.attempts, waiting.next_attempt_at)

    # --- time ---------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def run(self) -> None:
        """Let engine and senders do everything that is due now."""
        while self.engine.turn() or self.sender.run_due(self.now):
            pass

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Let time pass, from deadline to deadline; what falls due at the very end is done."""
        until = self.now + timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days) + SAME_MOMENT
        self.run()
        while True:
            instants = [self.engine.next_due_at(), self.sender.next_due_at()]
            due = min((at for at in instants if at is not None and at <= until), default=None)
            if due is None:
                break
            self.time.pass_(max(due - self.now, timedelta(milliseconds=1)))
            self.run()
        if until > self.now:
            self.time.pass_(until - self.now)
        self.run()

    def crash(self, *, down: timedelta = timedelta()) -> None:
        """The process dies: nothing but the store survives. A new one starts at once, or after having been down for a while."""
        self.store.close()
        self.time.pass_(down)
        self._open()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in the store."""
        return self.store.write(lambda connection: [tuple(row) for row in connection.execute(text(query))])

    # --- devices ------------------------------------------------------------------------------------------------------

    def publish(
        self,
        topic: str,
        payload: bytes | Mapping[str, Any],
        *,
        session: SessionName = SessionName.URGENT,
        qos: int = 1,
        retained: bool = False,
        duplicate: bool = False,
        run: bool = True,
    ) -> None:
        """A message as the broker delivers it."""
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.engine.offer(RawMessage(topic, raw, qos, retained, duplicate, session))
        if run:
            self.run()

    def envelope(self, home_id: str, device_id: str) -> dict[str, Any]:
        key = f"{home_id}/{device_id}"
        counter = self._counters.setdefault(key, itertools.count(1))
        return {
            "v": 1,
            "boot": self._boots.get(key, 1),
            "seq": next(counter),
            "uptime_ms": int(self.time.monotonic() * 1000),
            "device_time": None,
        }

    def reboot(self, home_id: str, device_id: str) -> None:
        key = f"{home_id}/{device_id}"
        self._boots[key] = self._boots.get(key, 1) + 1
        self._counters[key] = itertools.count(1)

    def restart_counters(self, home_id: str, device_id: str) -> None:
        """Other hardware under the same id: it counts from the beginning."""
        self._boots.pop(f"{home_id}/{device_id}", None)
        self._counters.pop(f"{home_id}/{device_id}", None)

    def send(
        self, home_id: str, device_id: str, kind: Kind, body: Mapping[str, Any], **delivery: Any
    ) -> dict[str, Any]:
        """A message of the contract, with the next sequence number; returns it whole."""
        message = {**self.envelope(home_id, device_id), **body}
        urgent = kind in (Kind.CALL, Kind.FALL, Kind.FAULT)
        delivery.setdefault("session", SessionName.URGENT if urgent else SessionName.TELEMETRY)
        self.publish(Address(CELL, home_id, device_id).up(kind), message, **delivery)
        return message

    def press(
        self,
        home_id: str = "h1",
        device_id: str = "button",
        action: CallAction = CallAction.EMERGENCY,
        category: ServiceCategory | None = None,
        *,
        event_id: str | None = None,
        age: timedelta = timedelta(),
        **delivery: Any,
    ) -> str:
        """A key is pressed; returns the event id."""
        event_id = event_id or f"event-{next(self._event_numbers):04d}"
        body: dict[str, Any] = {
            "event_id": event_id,
            "age_ms": int(age / timedelta(milliseconds=1)),
            "action": action.value,
        }
        if category is not None:
            body["category"] = category.value
        self.send(home_id, device_id, Kind.CALL, body, **delivery)
        return event_id

    def fall(
        self, home_id: str = "h1", device_id: str = "radar", phase: FallPhase = FallPhase.SUSPECTED
    ) -> None:
        event_id = f"event-{next(self._event_numbers):04d}"
        self.send(home_id, device_id, Kind.FALL, {"event_id": event_id, "age_ms": 0, "phase": phase.value})

    def measure(self, home_id: str = "h1", device_id: str = "oximeter", **readings: float | None) -> None:
        known = {Measure(name).value: value for name, value in readings.items()}
        self.send(home_id, device_id, Kind.VITAL, {"readings": known})

    def measure_later(self, home_id: str, device_id: str, **readings: float | None) -> None:
        """A measurement that waits in the hub's queue until the story goes on."""
        self.send(home_id, device_id, Kind.VITAL, {"readings": readings}, run=False)

    def fault(self, home_id: str, device_id: str, fault: Fault) -> None:
        self.send(home_id, device_id, Kind.FAULT, {"fault": fault.value})

    def environment(self, home_id: str = "h1", device_id: str = "smoke", **seen: bool | float | None) -> None:
        self.send(home_id, device_id, Kind.ENVIRONMENT, seen)

    def status(
        self, home_id: str, device_id: str, *, online: bool, boot: int = 1, retained: bool = True
    ) -> None:
        """A birth or a last will."""
        topic = Address(CELL, home_id, device_id).up(Kind.STATUS)
        told = {"v": 1, "online": online, "boot": boot}
        self.publish(topic, told, session=SessionName.TELEMETRY, retained=retained)

    def zigbee(self, home_id: str, device_id: str, payload: Mapping[str, Any], **delivery: Any) -> None:
        """A message of a foreign device, through Zigbee2MQTT."""
        self.publish(f"z2m/v1/{CELL}/{home_id}/{device_id}", payload, session=SessionName.FOREIGN, **delivery)

    def heartbeat(self, home_id: str, device_id: str) -> None:
        self.send(home_id, device_id, Kind.HEARTBEAT, {})

    # --- people -------------------------------------------------------------------------------------------------------

    def command(self, command: Command) -> Result:
        """Give a command and let it be committed."""
        result = self.engine.submit(command)
        self.run()
        return result.result(timeout=0)

    def take(self, who: str, alert: Alert | None = None) -> Result:
        alert = alert or self.alert()
        return self.command(Acknowledge(alert.home_id, alert.id, actor(who)))

    def set_out(self, who: str, alert: Alert | None = None) -> Result:
        alert = alert or self.alert()
        return self.command(GoOnTheWay(alert.home_id, alert.id, actor(who)))

    def arrive(self, who: str, alert: Alert | None = None) -> Result:
        alert = alert or self.alert()
        return self.command(ArriveOnSite(alert.home_id, alert.id, actor(who)))

    def resolve(
        self,
        who: str,
        what_it_was: WhatItWas = WhatItWas.ILLNESS,
        what_was_done: WhatWasDone = WhatWasDone.ON_SITE,
        alert: Alert | None = None,
    ) -> Result:
        alert = alert or self.alert()
        here = alert.home_id if alert.may_be_elsewhere else None
        outcome = (what_it_was, what_was_done)
        return self.command(Resolve(alert.home_id, alert.id, actor(who), *outcome, at_home_id=here))

    def raise_by_hand(
        self, home_id: str = "h1", who: str = "operator-chen", resident: str | None = None
    ) -> Result:
        return self.command(RaiseByHand(home_id, actor(who), f"hand-{next(self._event_numbers)}", resident))

    # --- looking ------------------------------------------------------------------------------------------------------

    def home(self, home_id: str = "h1") -> Home:
        home = self.engine.home(home_id)
        assert home is not None
        return home

    def alerts(self) -> list[Alert]:
        """Every open alert of the cell, oldest first."""
        found = [alert for home in self.engine.homes().values() for alert in home.alerts.values()]
        return sorted(found, key=lambda alert: (alert.opened_at, alert.id))

    def alert(self) -> Alert:
        """The only open alert."""
        alerts = self.alerts()
        assert len(alerts) == 1, [(alert.kind, alert.dedup_key) for alert in alerts]
        return alerts[0]

    def of(self, kind: AlertKind, home_id: str | None = None) -> Alert:
        """The only open alert of this kind (in this home)."""
        found = [one for one in self.alerts() if one.kind is kind and home_id in (None, one.home_id)]
        assert len(found) == 1, [(alert.kind, alert.dedup_key) for alert in self.alerts()]
        return found[0]

    def asked(self, template: Template = Template.ALERT) -> list[str]:
        """Whom the telephone rang for, in order."""
        return [str(sent.person_id) for sent in self.phone.sent if sent.template is template]

    def forget_calls(self) -> None:
        """From here on, count anew who is called and what is said."""
        self.phone.sent.clear()
        self.rooms.commands.clear()

    def said(self, home_id: str = "h1", device_id: str = "button") -> list[str]:
        """Sentences that the device was told to speak."""
        topic = Address(CELL, home_id, device_id).cmd
        return [str(command.get("say")) for to, command in self.rooms.commands if to == topic]

    def shown(self, home_id: str = "h1", device_id: str = "button") -> list[str]:
        """Call states that the device was told to show."""
        topic = Address(CELL, home_id, device_id).cmd
        return [
            str(command["state"]) for to, command in self.rooms.commands if to == topic and "state" in command
        ]

    def entries(self, *kinds: EntryKind) -> list[Entry]:
        """Journal entries of these kinds, in order."""
        return [line.entry for line in self.journal if line.entry.kind in kinds]

    # --- expecting ----------------------------------------------------------------------------------------------------

    def expect_asked(self, *people: str) -> None:
        missing = [one for one in people if one not in self.asked()]
        assert not missing, f"not asked: {missing}; asked: {self.asked()}"

    def expect_not_asked(self, *people: str) -> None:
        wrong = [one for one in people if one in self.asked()]
        assert not wrong, f"asked too early or in vain: {wrong}"

    def expect_state(self, state: AlertState) -> None:
        assert self.alert().state is state


SYSTEM = Actor("system", ActorRole.SYSTEM)


def actor(who: str) -> Actor:
    return Actor(who, ActorRole.RESPONDER)


def done(result: Result) -> Done:
    assert isinstance(result, Done), result
    return result


def normal(home: Home) -> Home:
    """A home without what may differ after a recovery: when it wakes (waking too early changes nothing)."""
    return replace(home, wake_at=None)
