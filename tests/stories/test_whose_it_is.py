"""Devices that were swapped between flats, gateways that speak for the wrong home, and two elders in one flat."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import Kind
from hub.core.alerts import Alert, AlertKind, AlertState, WhatItWas, WhatWasDone
from hub.core.events import Resolve, TellWhere, TellWho
from hub.core.home import DeviceKind
from hub.core.journal import EntryKind
from hub.core.outcome import RefusalCode, Refused
from hub.core.reasons import ReasonCode
from hub.directory import moves
from hub.directory.model import DeviceEntry
from hub.store.change_log import What
from tests.stories.life import OPERATOR, Life
from tests.story import done


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    told = Life(tmp_path / "life.sqlite")
    yield told
    told.store.close()


def swaps(life: Life, code: ReasonCode = ReasonCode.DEVICE_ELSEWHERE) -> list[Alert]:
    return [one for one in life.alerts() if one.reason.code == code]


class TestSwapped:
    def test_a_press_alerts_where_it_was_heard_and_names_the_other_home(self, life: Life) -> None:
        life.press("h2", "button")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        assert (alert.home_id, alert.other_home_id) == ("h2", "h1")
        assert set(alert.resident_ids) == {"zhao", "qian"}
        life.expect_asked("operator-chen", "butler-wang", "son-zhao")
        assert life.shown("h2", "button") == ["heard"]
        triggered = next(one for one in life.entries(EntryKind.ALERT_TRIGGERED) if one.alert_id == alert.id)
        assert triggered.data["other_home_id"] == "h1"
        told = [one for one in life.phone.sent if one.alert_id == alert.id]
        assert {one.data["other_home_id"] for one in told} == {"h1"}

    def test_it_is_told_once_with_both_homes_however_much_it_says(self, life: Life) -> None:
        for _ in range(5):
            life.heartbeat("h2", "button")
            life.advance(minutes=15)
        (alert,) = swaps(life)
        assert alert.reason.data == {"device_id": "button", "home_id": "h2", "enrolled_home": "h1"}
        assert (alert.home_id, alert.other_home_id) == ("h2", "h1")
        assert alert.evidence == ()

    def test_closed_while_it_goes_on_it_is_told_again_after_a_day(self, life: Life) -> None:
        life.heartbeat("h2", "button")
        life.resolve("operator-chen", alert=swaps(life)[0])
        life.advance(hours=1)
        life.heartbeat("h2", "button")
        assert swaps(life) == []
        life.advance(days=1)
        life.heartbeat("h2", "button")
        assert len(swaps(life)) == 1

    def test_its_readings_are_nobodys(self, life: Life) -> None:
        life.measure("h2", "oximeter", spo2_percent=70)
        assert [one.kind for one in life.alerts()] == [AlertKind.TECHNICAL]
        life.advance(minutes=1)
        assert life.rows("select * from reading") == []

    def test_smoke_is_smoke_wherever_it_is(self, life: Life) -> None:
        life.environment("h1", "smoke", smoke=True)
        alert = life.of(AlertKind.ENVIRONMENT)
        assert (alert.home_id, alert.other_home_id) == ("h1", "h2")

    def test_moved_to_where_it_hangs_it_is_settled_and_belongs_there(self, life: Life) -> None:
        life.press("h2", "button")
        life.answers()
        life.moves("button", "h2")
        assert swaps(life) == []
        settled = [one for one in life.entries(EntryKind.ALERT_RESOLVED) if one.data.get("cleared_by_itself")]
        assert [one.data["reason"] for one in settled] == [ReasonCode.DEVICE_IN_PLACE]
        life.press("h2", "button")
        assert life.of(AlertKind.EMERGENCY_CALL).other_home_id is None
        assert "button" in life.home("h2").presses

    def test_its_counters_begin_anew_in_the_new_home(self, life: Life) -> None:
        life.heartbeat("h1", "button")
        assert "button" in life.home("h1").devices
        life.moves("button", "h2")
        assert "button" not in life.home("h1").devices
        assert life.home("h2").devices.get("button") is None

    def test_what_the_broker_kept_from_before_the_move_raises_no_alarm(self, life: Life) -> None:
        life.moves("button", "h2")
        life.status("h1", "button", online=False)
        assert life.alerts() == []

    def test_in_a_home_that_nobody_knows_the_call_names_where_it_is_enrolled(self, life: Life) -> None:
        life.press("no-such-home", "button")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        assert (alert.home_id, alert.other_home_id) == ("unassigned", "h1")

    def test_heard_again_after_a_crash_it_is_the_same_call(self, life: Life) -> None:
        event_id = life.press("h2", "button")
        life.crash()
        life.press("h2", "button", event_id=event_id)
        assert life.of(AlertKind.EMERGENCY_CALL).evidence == ()

    def test_its_press_is_not_hidden_in_a_call_of_the_home_where_it_speaks(self, life: Life) -> None:
        life.press("h2", "cord")
        own = life.of(AlertKind.EMERGENCY_CALL)
        life.take("butler-wang", own)
        life.press("h2", "button")
        life.press("h2", "button")
        calls = [one for one in life.alerts() if one.kind is AlertKind.EMERGENCY_CALL]
        assert [(one.other_home_id, len(one.event_ids)) for one in calls] == [(None, 1), ("h1", 2)]
        assert calls[1].state is AlertState.TRIGGERED

    def test_somebody_says_which_home_it_was(self, life: Life) -> None:
        life.press("h2", "button")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        assert isinstance(life.command(TellWhere("h2", alert.id, OPERATOR, "h3")), Refused)
        stale = TellWhere("h2", alert.id, OPERATOR, "h1", expected_version=alert.version + 1)
        assert isinstance(life.command(stale), Refused)
        done(life.command(TellWhere("h2", alert.id, OPERATOR, "h1")))
        done(life.command(TellWhere("h2", alert.id, OPERATOR, "h1")))
        after = life.of(AlertKind.EMERGENCY_CALL)
        assert (after.settled_home_id, after.state) == ("h1", AlertState.TRIGGERED)
        (entry,) = life.entries(EntryKind.ALERT_WHERE)
        assert (entry.by, entry.data) == ("operator-chen", {"home_id": "h1", "other_home_id": "h1"})


class TestWhoIsSpokenTo:
    def test_the_pressed_device_says_what_becomes_of_the_call_and_no_other(self, life: Life) -> None:
        life.press("h2", "button")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        life.advance(seconds=61)
        life.take("butler-wang", alert)
        life.set_out("butler-wang", alert)
        assert life.shown("h2", "button") == ["heard", "looking", "taken", "on_the_way"]
        assert life.shown("h2", "cord") == []
        assert life.shown("h1", "button") == []
        assert life.said("h2", "button")[2] == "王管家接到了。", (
            "nobody is called by a name that may be wrong"
        )

    def test_once_it_is_this_home_its_other_voices_say_it_too(self, life: Life) -> None:
        life.press("h2", "button")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        done(life.command(TellWhere("h2", alert.id, OPERATOR, "h2")))
        life.take("butler-wang", life.of(AlertKind.EMERGENCY_CALL))
        assert life.shown("h2", "button") == ["heard", "taken"]
        assert life.said("h2", "cord") == ["王管家接到了。"]

    def test_closed_it_is_shown_on_the_pressed_device(self, life: Life) -> None:
        life.press("h2", "button")
        life.answers()
        assert life.shown("h2", "button") == ["heard", "taken", "closed"]


class TestClosing:
    OUTCOME = (WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)

    def test_it_is_asked_which_home_it_was(self, life: Life) -> None:
        life.press("h2", "button")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        refused = life.command(Resolve("h2", alert.id, OPERATOR, *self.OUTCOME))
        assert isinstance(refused, Refused)
        assert refused.code is RefusalCode.WHICH_HOME
        assert life.of(AlertKind.EMERGENCY_CALL) == alert
        wrong = Resolve("h2", alert.id, OPERATOR, *self.OUTCOME, at_home_id="h3")
        assert isinstance(life.command(wrong), Refused)

    @pytest.mark.parametrize("home_id", ["h1", "h2"])
    def test_the_answer_is_recorded(self, life: Life, home_id: str) -> None:
        life.press("h2", "button")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        done(life.command(Resolve("h2", alert.id, OPERATOR, *self.OUTCOME, at_home_id=home_id)))
        (where,) = life.entries(EntryKind.ALERT_WHERE)
        assert where.data["home_id"] == home_id
        (resolved,) = life.entries(EntryKind.ALERT_RESOLVED)
        assert resolved.data["at_home_id"] == home_id

    def test_that_nobody_can_tell_is_an_answer_too(self, life: Life) -> None:
        life.press("h2", "button")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        done(life.command(Resolve("h2", alert.id, OPERATOR, *self.OUTCOME, home_unknown=True)))
        (resolved,) = life.entries(EntryKind.ALERT_RESOLVED)
        assert resolved.data["home_unknown"] is True
        assert life.entries(EntryKind.ALERT_WHERE) == []

    def test_what_was_said_before_is_not_asked_again(self, life: Life) -> None:
        life.press("h2", "button")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        done(life.command(TellWhere("h2", alert.id, OPERATOR, "h1")))
        done(life.command(Resolve("h2", alert.id, OPERATOR, *self.OUTCOME)))
        (resolved,) = life.entries(EntryKind.ALERT_RESOLVED)
        assert resolved.data["at_home_id"] == "h1"

    @pytest.mark.parametrize(("home_id", "tasks"), [("h1", 0), ("h2", 1)])
    def test_mistakes_of_another_homes_hand_are_no_task_here(
        self, life: Life, home_id: str, tasks: int
    ) -> None:
        for _ in range(3):
            life.press("h2", "button")
            alert = life.of(AlertKind.EMERGENCY_CALL)
            done(life.command(Resolve("h2", alert.id, OPERATOR, *self.OUTCOME, at_home_id=home_id)))
            life.advance(minutes=1)
        assert len(life.home("h2").requests) == tasks

    def test_that_a_device_speaks_elsewhere_is_about_no_door(self, life: Life) -> None:
        life.heartbeat("h2", "button")
        (alert,) = swaps(life)
        done(life.command(Resolve("h2", alert.id, OPERATOR, *self.OUTCOME)))


class TestGateway:
    @pytest.fixture
    def gateways(self, life: Life) -> Life:
        """Both homes have a gateway of their own."""
        at = life.now
        for gateway, home in (("gate-1", "h1"), ("gate-2", "h2")):
            new = DeviceEntry(gateway, DeviceKind.GATEWAY)
            life.edit(
                lambda one, new=new, home=home: moves.enrol_device(one, new, home, at),  # type: ignore[misc]
                What.DEVICE_ENROLLED,
            )
        return life

    def through(self, life: Life, gateway: str, kind: Kind = Kind.HEARTBEAT, **body: object) -> None:
        life.send("h1", "button", kind, {"gateway": gateway, **body})

    def test_its_own_gateway_is_nothing_to_tell(self, gateways: Life) -> None:
        self.through(gateways, "gate-1")
        assert gateways.alerts() == []

    def test_another_homes_gateway_is_told_with_both_and_names_the_home_on_a_call(
        self, gateways: Life
    ) -> None:
        press = {"event_id": "event-gate", "age_ms": 0, "action": "emergency"}
        self.through(gateways, "gate-2", Kind.CALL, **press)
        (told,) = swaps(gateways, ReasonCode.UNEXPECTED_GATEWAY)
        assert told.reason.data["gateway_home"] == "h2"
        call = gateways.of(AlertKind.EMERGENCY_CALL)
        assert (call.home_id, call.other_home_id) == ("h1", "h2")
        gateways.answers()
        self.through(gateways, "gate-1")
        assert swaps(gateways, ReasonCode.UNEXPECTED_GATEWAY) == []

    def test_a_gateway_that_nobody_enrolled_beside_the_homes_own(self, gateways: Life) -> None:
        self.through(gateways, "gate-9")
        (told,) = swaps(gateways, ReasonCode.UNEXPECTED_GATEWAY)
        assert told.other_home_id is None

    def test_a_buildings_gateway_speaks_for_homes_without_one(self, life: Life) -> None:
        self.through(life, "gate-of-the-building")
        assert life.alerts() == []


class TestTwoElders:
    def test_an_alert_names_both_until_somebody_says_who(self, life: Life) -> None:
        life.press("h2", "cord")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        assert set(alert.resident_ids) == {"zhao", "qian"}
        assert life.phone.sent[0].data["resident_names"] == "赵建国、钱秀兰"
        life.press("h2", "cord")
        done(life.command(TellWho("h2", alert.id, OPERATOR, "qian")))
        after = life.of(AlertKind.EMERGENCY_CALL)
        assert after.resident_ids == ("qian",)
        assert len(after.evidence) == 1, "what was seen before stays"
        (entry,) = life.entries(EntryKind.ALERT_ABOUT)
        assert (entry.by, entry.data["resident_ids"]) == ("operator-chen", ["qian"])
        life.forget_calls()
        life.take("butler-wang", after)
        assert life.said("h2", "cord")[-1].startswith("钱奶奶")

    def test_a_press_after_that_joins_the_same_alert(self, life: Life) -> None:
        life.press("h2", "cord")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        done(life.command(TellWho("h2", alert.id, OPERATOR, "qian")))
        life.press("h2", "cord")
        assert life.of(AlertKind.EMERGENCY_CALL).id == alert.id

    def test_about_everybody_after_all(self, life: Life) -> None:
        life.press("h2", "cord")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        done(life.command(TellWho("h2", alert.id, OPERATOR, "qian")))
        done(life.command(TellWho("h2", alert.id, OPERATOR, None)))
        assert set(life.of(AlertKind.EMERGENCY_CALL).resident_ids) == {"zhao", "qian"}

    def test_somebody_of_another_home_is_refused_and_a_changed_alert_too(self, life: Life) -> None:
        life.press("h2", "cord")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        assert isinstance(life.command(TellWho("h2", alert.id, OPERATOR, "li")), Refused)
        stale = TellWho("h2", alert.id, OPERATOR, "qian", expected_version=alert.version + 7)
        assert isinstance(life.command(stale), Refused)
        assert life.entries(EntryKind.ALERT_ABOUT) == []

    def test_readings_that_nobody_owns_stay_with_the_device(self, life: Life) -> None:
        life.measure("h2", "mat", heart_rate_bpm=70)
        life.measure("h1", "oximeter", heart_rate_bpm=71)
        life.advance(minutes=1)
        found = life.rows("select subject_id, value from reading order by value")
        assert found == [("mat", 70.0), ("li", 71.0)]
