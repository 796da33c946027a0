"""Laws that hold for any sequence of inputs over a few homes: hypothesis writes them, the real engine and store run them."""

import itertools
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import CallAction, FallPhase, Fault, Hazard, Kind, ServiceCategory
from hub.core.alerts import HELD_STATES, Alert, AlertKind, AlertState, Severity, WhatItWas, WhatWasDone
from hub.core.events import (
    Acknowledge,
    Actor,
    ActorRole,
    ArriveOnSite,
    EndAway,
    EndSilence,
    GoOnTheWay,
    MoveRequest,
    OpenRequest,
    RaiseByHand,
    RecordAmbulance,
    Resolve,
    SetAway,
    SetProfile,
    SetSilence,
)
from hub.core.home import AwayKind
from hub.core.journal import EntryKind
from hub.core.outcome import Done, RefusalCode, Refused
from hub.core.service_requests import (
    ENDED_STATES,
    CancelReason,
    Remedy,
    RequestCategory,
    RequestState,
    ServiceRequest,
)
from hub.core.silences import SilenceOf, SilenceReason
from hub.engine.health import EngineSettings
from tests.story import CELL, SYSTEM, Story, actor

pytestmark = pytest.mark.slow

PRESSERS = st.sampled_from(
    [("h1", "button"), ("h2", "cord"), ("h3", "pendant"), ("h9", "stranger"), ("h1", "x")]
)
PEOPLE = st.sampled_from(["butler-wang", "deputy-zhou", "daughter-li", "operator-chen", "nobody-known"])
HOMES = st.sampled_from(["h1", "h2", "h3"])
DESK = Actor("operator-chen", ActorRole.OPERATOR)

CHANGES = {
    EntryKind.ALERT_ACKNOWLEDGED: AlertState.ACKNOWLEDGED,
    EntryKind.ALERT_ON_THE_WAY: AlertState.ON_THE_WAY,
    EntryKind.ALERT_ON_SITE: AlertState.ON_SITE,
    EntryKind.ALERT_HOLD_EXPIRED: AlertState.TRIGGERED,
    EntryKind.ALERT_REOPENED: AlertState.TRIGGERED,
    EntryKind.ALERT_TRIGGERED: AlertState.TRIGGERED,
    EntryKind.ALERT_RESOLVED: AlertState.RESOLVED,
}


class Street(RuleBasedStateMachine):
    """Devices speak, people command, time passes, the hub dies; the laws are checked after each step."""

    presses = Bundle("presses")
    pressed_at: dict[str, datetime]
    alerts = Bundle("alerts")

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.story = Story(
            Path(self.folder.name) / "laws.sqlite", settings=EngineSettings(save_every_s=30.0, max_batch=7)
        )
        self.numbers = itertools.count(1)
        self.pressed_at = {}
        self.pressed: list[tuple[str, str, str]] = []
        self.versions: dict[str, int] = {}
        self.request_versions: dict[str, int] = {}
        self.states: dict[str, AlertState] = {}
        self.resolved: dict[str, Alert] = {}
        self.latest_at: datetime = self.story.now
        self.looked_at = 0

    def teardown(self) -> None:
        if hasattr(self, "story"):
            self.story.store.close()
            self.folder.cleanup()

    # --- devices ------------------------------------------------------------------------------------------------------

    @rule(
        target=presses,
        sender=PRESSERS,
        age_s=st.sampled_from([0, 0, 3, 4000]),
        qos=st.sampled_from([1, 1, 0]),
        copies=st.integers(1, 3),
    )
    def press(self, sender: tuple[str, str], age_s: int, qos: int, copies: int) -> tuple[str, str, str]:
        home_id, device_id = sender
        event_id = f"event-{next(self.numbers):04d}"
        self.pressed_at[event_id] = self.story.time.wall()
        for copy in range(copies):
            self.story.press(
                home_id,
                device_id,
                event_id=event_id,
                age=timedelta(seconds=age_s + copy),
                qos=qos,
                duplicate=copy > 0,
                run=copy == copies - 1,
            )
        self.pressed.append((home_id, device_id, event_id))
        self._press_was_not_silent(home_id, device_id, event_id, times=copies)
        return home_id, device_id, event_id

    @rule(press=presses, more_s=st.sampled_from([0, 60, 100_000]), retained=st.booleans())
    def repeat(self, press: tuple[str, str, str], more_s: int, retained: bool) -> None:
        """A known event again, in whatever copy, as old as it is or more: heard (unless it is a kept one), and nothing else."""
        home_id, device_id, event_id = press
        self.story.advance()
        before = self._all()
        heard = len(self.story.shown(home_id, device_id))
        age = max(self.story.now - self.pressed_at[event_id], timedelta())
        self.story.press(
            home_id, device_id, event_id=event_id, age=age + timedelta(seconds=more_s), retained=retained
        )
        assert self._all() == before
        assert len(self.story.shown(home_id, device_id)) == heard + (0 if retained else 1)

    @rule(sender=PRESSERS)
    def kept_press(self, sender: tuple[str, str]) -> None:
        self.story.press(*sender, event_id=f"event-{next(self.numbers):04d}", retained=True)

    @rule(sender=PRESSERS, action=st.sampled_from([CallAction.CANCEL, CallAction.TEST]))
    def other_key(self, sender: tuple[str, str], action: CallAction) -> None:
        self.story.press(*sender, action, event_id=f"event-{next(self.numbers):04d}")

    @rule(values=st.lists(st.sampled_from([None, 0.0, 80.0, 90.0, 92.0, 97.0]), min_size=1, max_size=4))
    def measure(self, values: list[float | None]) -> None:
        for value in values:
            self.story.measure_later("h1", "oximeter", spo2_percent=value)
        self.story.run()

    @rule(phase=st.sampled_from(FallPhase))
    def fall(self, phase: FallPhase) -> None:
        self.story.fall(phase=phase)

    @rule(hazard=st.sampled_from(Hazard), present=st.booleans())
    def hazard(self, hazard: Hazard, present: bool) -> None:
        self.story.environment("h1", "smoke", **{hazard.value: present})

    @rule(fault=st.sampled_from(Fault), active=st.booleans(), percent=st.sampled_from([None, 5, 20, 60]))
    def fault(self, fault: Fault, active: bool, percent: int | None) -> None:
        body: dict[str, Any] = {"fault": fault.value, "active": active, "battery_percent": percent}
        self.story.send("h1", "radar", Kind.FAULT, body)

    @rule(online=st.booleans(), retained=st.booleans())
    def status(self, online: bool, retained: bool) -> None:
        self.story.status("h3", "pendant", online=online, retained=retained)

    @rule()
    def reboot(self) -> None:
        self.story.reboot("h1", "oximeter")

    @rule(word=st.sampled_from(["emergency", "", "panic"]), battery=st.sampled_from([None, 3, 80]))
    def foreign(self, word: str, battery: int | None) -> None:
        self.story.zigbee("h3", "sos", {"action": word, "battery": battery})

    @rule(
        device=st.sampled_from([("h1", "button"), ("h1", "oximeter"), ("h9", "stranger")]),
        kind=st.sampled_from([Kind.CALL, Kind.VITAL, Kind.FALL]),
        payload=st.binary(max_size=20),
    )
    def nonsense(self, device: tuple[str, str], kind: Kind, payload: bytes) -> None:
        self.story.publish(Address(CELL, *device).up(kind), payload)

    # --- people -------------------------------------------------------------------------------------------------------

    @rule(target=alerts, home_id=HOMES)
    def raise_by_hand(self, home_id: str) -> str:
        result = self.story.command(
            RaiseByHand(home_id, actor("operator-chen"), f"hand-{next(self.numbers)}")
        )
        assert isinstance(result, Done)
        return result.id

    @rule(target=alerts)
    def look(self) -> Any:
        return multiple(*(alert.id for alert in self.story.alerts()[:3]))

    @rule(
        alert_id=alerts,
        who=PEOPLE,
        what=st.sampled_from([Acknowledge, Acknowledge, GoOnTheWay, ArriveOnSite, RecordAmbulance]),
        stale=st.booleans(),
    )
    def move(self, alert_id: str, who: str, what: Any, stale: bool) -> None:
        alert = self._alert(alert_id)
        home_id = alert.home_id if alert else "h1"
        version = (alert.version - 1 if stale else alert.version) if alert else None
        result = self.story.command(what(home_id, alert_id, actor(who), version))
        if alert is None:
            assert isinstance(result, Refused)
            assert result.code is RefusalCode.NOT_FOUND, "closed is closed"
        elif stale:
            assert isinstance(result, Refused)
            assert self._alert(alert_id) == alert
        elif alert.hold is not None and alert.hold.by != who:
            after = self._alert(alert_id)
            assert after is not None
            assert after.hold is not None
            kept = after.hold.by == alert.hold.by
            assert kept or alert.hold.by == DESK.id, "taken from somebody whom nobody named"

    @rule(
        alert_id=consumes(alerts),
        who=PEOPLE,
        what=st.sampled_from(WhatItWas),
        done=st.sampled_from(WhatWasDone),
    )
    def resolve(self, alert_id: str, who: str, what: WhatItWas, done: WhatWasDone) -> None:
        alert = self._alert(alert_id)
        home_id = alert.home_id if alert else "h1"
        self.story.command(Resolve(home_id, alert_id, actor(who), what, done))
        assert self._alert(alert_id) is None

    @rule(
        sender=PRESSERS,
        category=st.sampled_from(ServiceCategory),
        by_hand=st.booleans(),
        key=st.integers(1, 4),
    )
    def wish(self, sender: tuple[str, str], category: ServiceCategory, by_hand: bool, key: int) -> None:
        """From the green key, or by telephone, perhaps the same command again."""
        home_id, device_id = sender
        if not by_hand or category is ServiceCategory.URGENT_HELP or home_id == "h9":
            event_id = f"event-{next(self.numbers):04d}"
            self.story.press(home_id, device_id, CallAction.SERVICE, category, event_id=event_id)
            return
        command = OpenRequest(home_id, DESK, f"key-{home_id}-{key}", RequestCategory(category.value))
        assert isinstance(self.story.command(command), Done)

    @rule(
        which=st.integers(0, 5),
        who=st.one_of(st.none(), PEOPLE),
        state=st.sampled_from(RequestState),
        to=st.one_of(st.none(), PEOPLE),
        stale=st.booleans(),
    )
    def serve(self, which: int, who: str | None, state: RequestState, to: str | None, stale: bool) -> None:
        open_now = self._requests()
        if not open_now:
            return
        request = open_now[which % len(open_now)]
        result = self.story.command(
            MoveRequest(
                request.home_id,
                request.id,
                DESK if who is None else actor(who),
                state,
                to,
                expected_version=request.version - 1 if stale else None,
                cancel_reason=CancelReason.WITHDRAWN,
                remedy=Remedy.MOVED,
            )
        )
        if isinstance(result, Refused):
            assert request in self._requests(), "what is refused changes nothing"
        else:
            assert not stale
            ended = state in ENDED_STATES
            assert any(one.id == request.id for one in self._requests()) is not ended

    @rule(home_id=HOMES, minutes=st.integers(1, 90))
    def away(self, home_id: str, minutes: int) -> None:
        until_at = self.story.now + timedelta(minutes=minutes)
        self.story.command(SetAway(home_id, SYSTEM, AwayKind.OTHER, self.story.now, until_at))

    @rule(home_id=HOMES, minutes=st.integers(1, 90), of=st.sampled_from(SilenceOf))
    def silence(self, home_id: str, minutes: int, of: SilenceOf) -> None:
        now = self.story.now
        until_at = now + timedelta(minutes=minutes)
        self.story.command(SetSilence(home_id, SYSTEM, of, SilenceReason.MAINTENANCE, now, until_at))

    @rule(home_id=HOMES)
    def end_silences(self, home_id: str) -> None:
        for silence in self.story.home(home_id).silences:
            self.story.command(EndSilence(home_id, SYSTEM, silence.id))
        assert self.story.home(home_id).silences == ()

    @rule(home_id=HOMES)
    def back(self, home_id: str) -> None:
        self.story.command(EndAway(home_id, SYSTEM))

    @rule(empty=st.booleans())
    def profile(self, empty: bool) -> None:
        now = self.story.home("h1").profile
        devices = {name: one for name, one in now.devices.items() if name != "oximeter" or not empty}
        self.story.command(SetProfile("h1", SYSTEM, replace(now, devices=devices)))

    # --- time and trouble ---------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 9, 61, 301, 1000, 3000]))
    def advance(self, seconds: int) -> None:
        self.story.advance(seconds=seconds)

    @rule(seconds=st.sampled_from([0, 30, 3600]))
    def crash(self, seconds: int) -> None:
        before = self.story.alerts(), self._requests()
        self.story.crash(down=timedelta(seconds=seconds))
        assert (self.story.alerts(), self._requests()) == before
        self.story.advance()

    @rule(seconds=st.sampled_from([-5000, -3, 1, 30, 5000]))
    def step_wall(self, seconds: int) -> None:
        self.story.time.step_wall(timedelta(seconds=seconds))
        self.story.advance()

    @rule()
    def line_breaks_or_mends(self) -> None:
        self.story.phone.broken = not self.story.phone.broken

    # --- laws ---------------------------------------------------------------------------------------------------------

    @invariant()
    def every_open_alert_has_a_deadline_and_its_home_wakes_for_it(self) -> None:
        for home in self.story.engine.homes().values():
            for alert in home.alerts.values():
                assert alert.open
                assert alert.deadline_at is not None
                assert home.wake_at is not None
                assert home.wake_at <= alert.deadline_at
                assert (alert.state in HELD_STATES) == (alert.hold is not None)

    @invariant()
    def at_most_one_is_open_per_key(self) -> None:
        for home in self.story.engine.homes().values():
            keys = Counter(alert.dedup_key for alert in home.alerts.values())
            assert not keys or max(keys.values()) == 1

    @invariant()
    def the_journal_tells_every_change_once_and_time_never_goes_back(self) -> None:
        new = self.story.journal[self.looked_at :]
        self.looked_at = len(self.story.journal)
        numbers = [line.number for line in self.story.journal[-len(new) - 1 :]]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
        for line in new:
            assert line.entry.at >= self.latest_at
            self.latest_at = line.entry.at
            alert_id = line.entry.alert_id
            if alert_id is None or line.entry.kind not in CHANGES:
                continue
            assert self.states.get(alert_id) is not AlertState.RESOLVED, "closed is closed"
            if line.entry.kind is EntryKind.ALERT_TRIGGERED:
                assert alert_id not in self.states, "an id is given once"
            self.states[alert_id] = CHANGES[line.entry.kind]
        open_now = {alert.id: alert.state for alert in self.story.alerts()}
        told = {key: state for key, state in self.states.items() if state is not AlertState.RESOLVED}
        assert open_now == told

    @invariant()
    def every_open_request_is_due_some_time_and_its_home_wakes_for_it(self) -> None:
        for home in self.story.engine.homes().values():
            for request in home.requests.values():
                assert request.open
                assert request.due_at is not None
                assert request.deadline_at is not None
                assert home.wake_at is not None
                assert home.wake_at <= request.deadline_at
                assert (request.assignee_id is None) == (request.state is RequestState.NEW)
                assert request.version >= self.request_versions.get(request.id, 1)
                self.request_versions[request.id] = request.version

    @invariant()
    def three_mistakes_are_a_task_and_never_more_than_one_is_open(self) -> None:
        rule_ = self.story.engine.context().rules.mistakes
        for home in self.story.engine.homes().values():
            tasks = [(one.device_id, one.resident_ids) for one in home.requests.values() if one.is_task]
            assert len(set(tasks)) == len(tasks)
            for count in home.mistakes.values():
                assert len(count.presses) < rule_.count

    @invariant()
    def versions_grow_with_every_change(self) -> None:
        for alert in self.story.alerts():
            assert alert.version >= self.versions.get(alert.id, 1)
            self.versions[alert.id] = alert.version

    @invariant()
    def a_hold_lasts_until_it_expires(self) -> None:
        for alert in self.story.alerts():
            if alert.hold is not None:
                assert alert.hold.until_at > self.story.now - timedelta(milliseconds=2)

    @invariant()
    def notifications_have_ids_of_their_own(self) -> None:
        ids = [
            line.entry.data["notification_id"]
            for line in self.story.journal
            if line.entry.kind is EntryKind.NOTIFICATION_QUEUED
        ]
        assert len(set(ids)) == len(ids)

    @invariant()
    def nothing_was_judged_with_an_error(self) -> None:
        assert not any(home.unjudged for home in self.story.engine.homes().values())

    # --- parts --------------------------------------------------------------------------------------------------------

    def _requests(self) -> list[ServiceRequest]:
        found = [one for home in self.story.engine.homes().values() for one in home.requests.values()]
        return sorted(found, key=lambda one: one.id)

    def _alert(self, alert_id: str) -> Alert | None:
        return next((alert for alert in self.story.alerts() if alert.id == alert_id), None)

    def _press_was_not_silent(self, home_id: str, device_id: str, event_id: str, *, times: int) -> None:
        topic = Address(CELL, home_id, device_id).cmd
        heard = [
            command
            for to, command in self.story.rooms.commands
            if to == topic and command.get("state") == "heard" and command.get("event_id") == event_id
        ]
        assert len(heard) == times
        told = [
            line
            for line in self.story.journal
            if line.entry.kind in (EntryKind.ALERT_TRIGGERED, EntryKind.ALERT_EVIDENCE)
            and (line.entry.data["device_id"], line.entry.data["event_id"]) == (device_id, event_id)
        ]
        assert len(told) == 1
        (holder,) = (alert for alert in self.story.alerts() if alert.id == told[0].entry.alert_id)
        assert event_id in holder.event_ids
        assert holder.severity is Severity.EMERGENCY

    def _all(self) -> object:
        """What a repetition must not change; that the device lives is news all the same."""
        alerts = [alert for alert in self.story.alerts() if alert.kind is not AlertKind.TECHNICAL]
        told = [
            line.number
            for line in self.story.journal
            if line.alert is None or line.alert.kind is not AlertKind.TECHNICAL
        ]
        return alerts, told, len(self.story.phone.sent)


TestStreet = Street.TestCase
TestStreet.settings = settings(
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    phases=[
        Phase.explicit,
        Phase.generate,
    ],  # a run takes half a second: shrinking is for whoever hunts a failure
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
