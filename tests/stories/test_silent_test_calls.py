"""The chain proves itself: once a day each home with a voice unit or gateway calls silently, and one that does not is told."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from device_sim.devices import NativeDevice
from device_sim.indication import Lamp
from device_sim.publication import Publication
from device_sim.spec import DeviceKind as Kind_
from device_sim.spec import DeviceSpec
from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import CallAction, Fault, Kind
from hub.core.alerts import AlertKind, Severity, WhatItWas, WhatWasDone
from hub.core.context import Context
from hub.core.detection.self_test import Proofs, able, proofs
from hub.core.events import SetProfile
from hub.core.home import DeviceKind, Home, Hop, Membership, Profile, Resident
from hub.core.journal import EntryKind
from hub.core.reasons import ReasonCode
from hub.core.rules import SelfTestRule
from tests.story import CELL, SYSTEM, Rooms, Story, device, street

LONG = timedelta(days=400)
COMMAND = {"v": 1, "type": "self_test", "audible": False}


class Answering(Rooms):
    """Devices that answer the command after a moment, as long as they are well."""

    def __init__(self) -> None:
        super().__init__()
        self.dead: set[str] = set()
        self.broker_up = True
        self.waiting: list[tuple[str, str]] = []

    def publish(self, topic: str, payload: bytes, qos: int) -> bool:
        if not self.broker_up:
            return False
        super().publish(topic, payload, qos)
        _, _, _, home_id, device_id, _ = topic.split("/")
        if json.loads(payload)["type"] == "self_test" and device_id not in self.dead:
            self.waiting.append((home_id, device_id))
        return True


class Street(Story):
    """Two homes: one with a voice unit, one with a voice unit and a gateway; and one with neither."""

    def __init__(self, path: Path, **more: Any) -> None:
        home = street()["h1"]
        button = device("button", wearer="li", silent_after=LONG)
        voice = device("voice", DeviceKind.VOICE_UNIT, speaks=True, silent_after=LONG)
        gateway = device("gateway", DeviceKind.GATEWAY, silent_after=LONG)
        homes = {
            "h1": replace(home, devices={"button": button, "voice": voice}),
            "h2": replace(street()["h2"], devices={"gateway": gateway, "voice": voice}),
            "h3": replace(street()["h3"], devices={"button": button}),
        }
        super().__init__(path, homes=homes, **more)

    rooms: Answering

    def _open(self) -> None:
        known: Rooms = self.rooms
        if not isinstance(known, Answering):
            self.rooms = Answering()
        super()._open()

    def wake_up(self) -> None:
        """Every device has spoken since the hub is there."""
        for home_id in ("h1", "h2", "h3"):
            for device_id in self.home(home_id).profile.devices:
                self.heartbeat(home_id, device_id)

    def until_asked(self, home_id: str = "h1") -> datetime:
        """Let time pass until a command goes out to this home; the other devices answer within a second."""
        before = len(self.tests(home_id))
        for _ in range(40 * 60):
            self.advance(minutes=1)
            if len(self.tests(home_id)) > before:
                return self.now
            self.answer()
        raise AssertionError(f"{home_id} was not asked within 40 hours")

    def answer(self) -> None:
        while self.rooms.waiting:
            home_id, device_id = self.rooms.waiting.pop(0)
            self.press(home_id, device_id, CallAction.TEST)

    def days(self, count: int) -> None:
        for _ in range(count * 24 * 12):
            self.advance(minutes=5)
            self.answer()

    def tests(self, home_id: str) -> list[str]:
        """Which devices of a home were asked for a test call, in order."""
        names = {Address(CELL, home_id, one).cmd: one for one in self.home(home_id).profile.devices}
        return [names[to] for to, command in self.rooms.commands if command == COMMAND and to in names]

    def chain_alerts(self) -> list[Any]:
        return [alert for alert in self.alerts() if alert.dedup_key.startswith("chain|")]


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Street]:
    street = Street(tmp_path / "street.sqlite")
    street.wake_up()
    yield street
    street.store.close()


def test_once_a_day_a_silent_call_is_asked_for_and_proves_the_chain(told: Street) -> None:
    told.until_asked()
    told.advance(seconds=1)
    told.answer()
    state = told.home().chain_test
    assert state.proven_device_id == "voice"
    assert state.took_ms is not None
    assert 1000 <= state.took_ms < 62_000
    assert state.failed_at is None
    line = next(entry for entry in told.entries(EntryKind.CALL_TEST) if entry.home_id == "h1")
    assert (line.data["device_id"], line.data["silent"], line.data["took_ms"]) == (
        "voice",
        True,
        state.took_ms,
    )
    assert told.alerts() == []


def test_the_elder_and_the_people_on_duty_notice_nothing(told: Street) -> None:
    told.days(3)
    assert len(told.tests("h1")) >= 3
    spoken = [command for _, command in told.rooms.commands if command.get("say")]
    assert spoken == []
    assert told.phone.sent == []


def test_each_home_is_asked_on_each_day_of_the_calendar_and_not_twice(told: Street) -> None:
    told.days(6)
    for home_id in ("h1", "h2"):
        days = [entry.at.astimezone(told.started_at.tzinfo) for entry in told.entries(EntryKind.CALL_TEST)]
        mine = [
            at.date()
            for at, entry in zip(days, told.entries(EntryKind.CALL_TEST), strict=True)
            if entry.home_id == home_id
        ]
        assert len(mine) == len(set(mine)), "twice on one day"
        assert len(mine) in (5, 6)
    assert all(9 <= at.hour < 18 for at in days), "by day"


def test_the_devices_of_a_home_take_turns(told: Street) -> None:
    told.days(4)
    asked = told.tests("h2")
    assert asked[:4] in (["gateway", "voice"] * 2, ["voice", "gateway"] * 2)


def test_a_home_without_a_device_that_can_is_left_alone(told: Street) -> None:
    told.days(2)
    assert told.tests("h3") == []
    assert told.home("h3").chain_test.due_at is None


@pytest.mark.parametrize("speaks", [False, True], ids=["no sign of it", "it speaks, and does not call"])
def test_one_that_never_comes_back_is_a_technical_alert_with_the_last_hop(told: Street, speaks: bool) -> None:
    told.rooms.dead.add("voice")
    told.until_asked()
    told.advance(minutes=1)
    for _ in range(3):
        if speaks:
            told.heartbeat("h1", "voice")
        assert told.chain_alerts() == [], "it is asked for again before anybody is told"
        told.advance(minutes=7)
    (alert,) = (one for one in told.chain_alerts() if one.home_id == "h1")
    assert (alert.kind, alert.severity) == (AlertKind.TECHNICAL, Severity.TECHNICAL)
    assert alert.reason.code == ReasonCode.CHAIN_TEST_FAILED
    assert alert.reason.data["hop"] == (Hop.NO_CALL if speaks else Hop.NO_SIGN)
    assert alert.reason.data["tries"] == 3
    assert told.tests("h1") == ["voice"] * 3
    (failed,) = (one for one in told.entries(EntryKind.CHAIN_TEST_FAILED) if one.home_id == "h1")
    assert failed.data["device_id"] == "voice"


def test_a_broker_that_does_not_take_the_command_is_the_first_hop(told: Street) -> None:
    told.rooms.broker_up = False
    told.advance(hours=26)
    hops = {alert.home_id: alert.reason.data["hop"] for alert in told.chain_alerts()}
    assert hops == {"h1": Hop.NOT_SENT, "h2": Hop.NOT_SENT}


def test_a_self_test_that_failed_is_told_once_for_the_device_and_ends_with_one_that_comes_back(
    told: Street,
) -> None:
    told.rooms.dead.add("voice")
    told.until_asked()
    for _ in range(3):
        told.send("h1", "voice", Kind.FAULT, {"fault": Fault.SELF_TEST_FAILED.value, "detail": "radio"})
        told.advance(minutes=5)
    alert = told.alert()
    assert alert.dedup_key == "device|self_test_failed|voice", "one alert, not two"
    assert told.home().chain_test.hop is Hop.DEVICE_FAILED
    (line,) = told.entries(EntryKind.CHAIN_TEST_FAILED)
    assert line.data["detail"] == "radio"
    told.rooms.dead.clear()
    told.advance(hours=1)
    told.answer()
    assert told.alerts() == []
    assert told.home().chain_test.failed_at is None


def failed(told: Street) -> None:
    told.rooms.dead.add("voice")
    told.until_asked()
    told.advance(minutes=20)
    assert [alert.home_id for alert in told.chain_alerts()] == ["h1"]


def test_the_alert_ends_by_itself_when_one_comes_back_within_the_hour(told: Street) -> None:
    failed(told)
    told.rooms.dead.clear()
    told.advance(hours=1)
    told.answer()
    assert told.chain_alerts() == []
    cleared = told.entries(EntryKind.ALERT_RESOLVED)[-1]
    assert (cleared.data["cleared_by_itself"], cleared.data["reason"]) == (True, ReasonCode.CHAIN_TEST_BACK)
    assert told.home().chain_test.proven_at is not None


def test_a_chain_that_stays_broken_is_one_alert_however_long(told: Street) -> None:
    failed(told)
    told.rooms.dead.clear()
    told.rooms.dead |= {"voice"}
    for _ in range(48):
        told.advance(hours=1)
    (alert,) = (one for one in told.chain_alerts() if one.home_id == "h1")
    assert alert.evidence == ()
    assert len([one for one in told.entries(EntryKind.CHAIN_TEST_FAILED) if one.home_id == "h1"]) == 1


def test_closed_by_a_person_while_nothing_comes_back_it_is_told_again(told: Street) -> None:
    failed(told)
    (alert,) = told.chain_alerts()
    told.resolve("operator-chen", WhatItWas.DEVICE_FALSE, WhatWasDone.BY_PHONE, alert)
    assert told.chain_alerts() == []
    told.advance(hours=2)
    assert "h1" in [one.home_id for one in told.chain_alerts()]


def test_an_old_test_call_proves_nothing(told: Street) -> None:
    told.until_asked()
    told.press("h1", "voice", CallAction.TEST, age=timedelta(hours=3))
    assert told.home().chain_test.proven_at is None
    told.press("h1", "button", CallAction.TEST)
    assert told.home().chain_test.proven_at is None, "another device's proves only that device"


def test_a_restart_forgets_no_test_that_is_awaited(told: Street) -> None:
    told.until_asked()
    told.crash()
    told.wake_up()
    told.advance(seconds=2)
    told.answer()
    assert told.home().chain_test.proven_device_id == "voice"


def test_tests_that_fell_into_an_outage_are_spread_and_blame_nobody(tmp_path: Path) -> None:
    told = Street(tmp_path / "many.sqlite")
    home = told.home("h1").profile
    for number in range(100, 160):
        told.command(SetProfile(f"h{number}", SYSTEM, replace(home, home_id=f"h{number}")))
        told.heartbeat(f"h{number}", "voice")
    told.crash(down=timedelta(hours=24))
    for number in range(100, 160):
        told.heartbeat(f"h{number}", "voice")
    told.rooms.commands.clear()
    asked_at = []
    for _ in range(65):
        told.advance(minutes=1)
        asked_at.append(len([1 for _, command in told.rooms.commands if command == COMMAND]))
        told.answer()
    per_minute = [after - before for before, after in zip([0, *asked_at], asked_at, strict=False)]
    assert asked_at[-1] == 60
    assert max(per_minute) <= 6, "not all at once"
    assert told.chain_alerts() == []
    told.store.close()


def test_a_device_that_is_known_to_be_silent_is_told_once(tmp_path: Path) -> None:
    told = Street(tmp_path / "silent.sqlite")
    profile = told.home("h1").profile
    voice = replace(profile.devices["voice"], silent_after=timedelta(minutes=45))
    told.command(SetProfile("h1", SYSTEM, replace(profile, devices={"voice": voice})))
    told.advance(days=2)
    assert [one.dedup_key for one in told.alerts() if one.home_id == "h1"] == ["device|silent|voice"]
    assert told.tests("h1") == []
    told.store.close()


def test_a_device_taken_away_ends_the_alert_about_it(told: Street) -> None:
    failed(told)
    profile = told.home("h1").profile
    told.command(SetProfile("h1", SYSTEM, replace(profile, devices={"button": profile.devices["button"]})))
    assert told.chain_alerts() == []
    assert told.home().chain_test.due_at is None


def test_a_real_press_from_the_device_that_is_asked_is_an_emergency(told: Street) -> None:
    told.until_asked()
    told.press("h1", "voice", CallAction.EMERGENCY)
    assert told.of(AlertKind.EMERGENCY_CALL, "h1").severity is Severity.EMERGENCY
    assert told.home().chain_test.proven_at is None


def test_the_rule_can_be_switched_off(tmp_path: Path) -> None:
    def off(context: Context) -> Context:
        return replace(context, rules=replace(context.rules, self_test=SelfTestRule(enabled=False)))

    told = Street(tmp_path / "off.sqlite", change=off)
    told.wake_up()
    told.advance(days=2)
    assert told.tests("h1") == told.tests("h2") == []
    told.store.close()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ("voice",)),
        ({"family": "zigbee2mqtt"}, ()),
        ({"one_way": True}, ()),
        ({"kind": DeviceKind.BUTTON}, ()),
        ({"kind": DeviceKind.GATEWAY}, ("voice",)),
    ],
    ids=["voice unit", "foreign", "cannot be told", "battery button", "gateway"],
)
def test_who_can_make_a_test_call(change: dict[str, Any], expected: tuple[str, ...]) -> None:
    voice = replace(device("voice", DeviceKind.VOICE_UNIT), **change)
    living = Resident("li", "李桂英", "李奶奶")
    assert able(Profile("h1", residents=(living,), devices={"voice": voice})) == expected
    gone = replace(living, membership=Membership.LEFT)
    assert able(Profile("h1", residents=(gone,), devices={"voice": voice})) == ()


def test_proofs_are_counted(told: Street) -> None:
    homes = told.engine.homes()
    context = told.engine.context()
    assert proofs(homes.values(), told.now, context) == Proofs(proven=0, not_proven=0, never=2, without=1)
    told.days(2)
    homes = told.engine.homes()
    assert proofs(homes.values(), told.now, context) == Proofs(2, 0, 0, 1)
    late = told.now + timedelta(hours=27)
    assert proofs(homes.values(), late, context) == Proofs(0, 2, 0, 1)
    assert proofs([Home("h9", Profile("h9"))], late, context) == Proofs(0, 0, 0, 0), "nothing hangs there"


def test_a_simulated_voice_unit_answers_the_hub_and_shows_and_says_nothing(tmp_path: Path) -> None:
    """Both halves of the contract: the very bytes of the hub, and the very bytes of a device."""
    told = Street(tmp_path / "both.sqlite")
    spec = DeviceSpec(id="voice", kind=Kind_.VOICE_UNIT, speaks=True)
    voice = NativeDevice(spec, Address(CELL, "h1", "voice"), boot=1, seed=1)
    told.rooms.dead.add("voice")
    voice.power_on(told.now)
    said: list[Publication] = []
    read = 0
    for _ in range(30 * 12):
        for one in said:
            told.publish(one.topic, one.payload, qos=one.qos)
        said = []
        for topic, command in told.rooms.commands[read:]:
            if topic == voice.address.cmd:
                said += voice.receive(json.dumps(command).encode(), told.now)
        read = len(told.rooms.commands)
        if not said:
            told.advance(minutes=5)
            said = voice.due(told.now)
        assert not voice.indicator.spoken
        assert voice.lamp(told.now) is Lamp.IDLE
    state = told.home("h1").chain_test
    assert state.proven_device_id == "voice"
    assert state.failed_at is None
    assert voice.unheard_events == ()
    assert [alert for alert in told.alerts() if alert.home_id == "h1"] == []
    told.store.close()
