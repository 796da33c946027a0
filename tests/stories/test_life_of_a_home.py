"""Away by routine, paused, left, deceased: one word of a person starts and stops all that hangs on it, and no press is lost."""

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import CallAction, ServiceCategory
from hub.core.alerts import AlertKind, AlertState
from hub.core.events import EndAway, SetAway
from hub.core.home import AwayKind, Membership, Routine
from hub.core.journal import EntryKind
from hub.core.notifications import HoldReason
from hub.core.outcome import Refused
from hub.core.service_requests import CancelReason
from hub.directory import moves, residences
from tests.stories.life import OPERATOR, Life
from tests.story import done

GONE = pytest.mark.parametrize("membership", [Membership.LEFT, Membership.DECEASED])
DAY_CARE = Routine(frozenset({0, 2, 4}), time(8), time(17))


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """Tuesday, ten in the morning."""
    told = Life(tmp_path / "life.sqlite")
    yield told
    told.store.close()


def sensors_alert(life: Life, home_id: str = "h1", device_id: str = "oximeter") -> bool:
    """Whether a reading beyond the limit alerts now; puts everything back as it was."""
    life.measure(home_id, device_id, spo2_percent=70)
    found = [one for one in life.alerts() if one.kind is AlertKind.VITAL_SIGNS and one.home_id == home_id]
    for alert in found:
        life.resolve("operator-chen", alert=alert)
    life.measure(home_id, device_id, spo2_percent=97)
    return bool(found)


class TestDayCare:
    def goes(self, life: Life, **more: object) -> None:
        until = life.now + timedelta(days=14)
        away = SetAway("h1", OPERATOR, AwayKind.DAY_CARE, life.now, until, "li", DAY_CARE)
        done(life.command(away))

    def test_sensors_pause_on_its_days_and_hours_and_no_others(self, life: Life) -> None:
        self.goes(life)
        seen = []
        for hours in (0, 21, 3, 5, 3, 21, 24):
            life.advance(hours=hours)
            seen.append((f"{life.now.astimezone(life.started_at.tzinfo):%a %H}", sensors_alert(life)))
        assert seen == [
            ("Tue 10", True),
            ("Wed 07", True),
            ("Wed 10", False),
            ("Wed 15", False),
            ("Wed 18", True),
            ("Thu 15", True),
            ("Fri 15", False),
        ]

    def test_it_ends_on_its_last_day(self, life: Life) -> None:
        self.goes(life)
        life.advance(days=15)
        assert life.home("h1").away == ()
        assert sensors_alert(life)

    def test_a_button_never_pauses(self, life: Life) -> None:
        self.goes(life)
        life.advance(days=1)
        life.press("h1", "button")
        assert life.of(AlertKind.EMERGENCY_CALL).state is AlertState.TRIGGERED

    def test_back_earlier_today_goes_on_with_the_next_time(self, life: Life) -> None:
        self.goes(life)
        life.advance(days=1)
        assert not sensors_alert(life)
        done(life.command(EndAway("h1", OPERATOR, "li")))
        assert sensors_alert(life)
        life.advance(days=2)
        assert not sensors_alert(life), "Friday"
        assert life.entries(EntryKind.AWAY_ENDED)[0].by == "operator-chen"

    def test_nobody_is_back_who_is_not_away_now(self, life: Life) -> None:
        self.goes(life)
        assert isinstance(life.command(EndAway("h1", OPERATOR, "li")), Refused)
        (entry,) = life.home("h1").away
        done(life.command(EndAway("h1", OPERATOR, "li", from_at=entry.from_at)))
        assert life.home("h1").away == ()

    @pytest.mark.parametrize(
        "routine",
        [
            Routine(frozenset(), time(8), time(17)),
            Routine(frozenset({7}), time(8), time(17)),
            Routine(frozenset({1}), time(8), time(8)),
        ],
    )
    def test_a_routine_that_is_none_is_refused(self, life: Life, routine: Routine) -> None:
        until = life.now + timedelta(days=14)
        away = SetAway("h1", OPERATOR, AwayKind.DAY_CARE, life.now, until, "li", routine)
        assert isinstance(life.command(away), Refused)

    def test_a_night_at_the_centre_runs_past_midnight(self, life: Life) -> None:
        nights = Routine(frozenset({1}), time(20), time(7))
        until = life.now + timedelta(days=14)
        done(life.command(SetAway("h1", OPERATOR, AwayKind.DAY_CARE, life.now, until, "li", nights)))
        assert sensors_alert(life)
        life.advance(hours=11)
        assert not sensors_alert(life)
        life.advance(hours=9)
        assert not sensors_alert(life), "Wednesday, six in the morning"
        life.advance(hours=2)
        assert sensors_alert(life)

    def test_it_is_remembered_through_a_crash(self, life: Life) -> None:
        self.goes(life)
        life.crash(down=timedelta(days=1))
        assert life.home("h1").away[0].routine == DAY_CARE
        assert not sensors_alert(life)


class TestPaused:
    def test_sensors_pause_until_the_day_it_ends_and_a_press_is_a_press(self, life: Life) -> None:
        life.becomes("li", Membership.PAUSED, until_at=life.now + timedelta(days=30))
        (changed,) = life.entries(EntryKind.MEMBERSHIP_CHANGED)
        assert (changed.by, changed.data["to"]) == ("manager", "paused")
        assert not sensors_alert(life)
        life.press("h1", "button")
        life.expect_asked("operator-chen", "butler-wang", "daughter-li")
        assert not life.of(AlertKind.EMERGENCY_CALL).resident_unconfirmed
        life.answers()
        life.advance(days=30)
        life.keeper.refresh()
        life.run()
        assert life.membership("li") is Membership.ACTIVE
        assert sensors_alert(life)

    def test_of_two_only_one_paused_the_shared_sensor_goes_on(self, life: Life) -> None:
        life.becomes("zhao", Membership.PAUSED)
        assert sensors_alert(life, "h2", "mat")
        life.becomes("qian", Membership.PAUSED)
        assert not sensors_alert(life, "h2", "mat")


@GONE
class TestGone:
    def test_a_press_still_alerts_marked_and_neither_family_nor_the_room_hears_of_it(
        self, life: Life, membership: Membership
    ) -> None:
        life.becomes("li", membership)
        life.forget_calls()
        event_id = life.press("h1", "button")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        assert alert.resident_unconfirmed
        assert alert.resident_ids == ()
        life.advance(minutes=5)
        life.expect_asked("operator-chen", "desk-small", "manager-xu")
        life.take("operator-chen", alert)
        life.resolve("operator-chen", alert=alert)
        life.expect_not_asked("daughter-li")
        assert [one for one in life.phone.sent if one.person_id == "daughter-li"] == []
        assert life.shown("h1", "button") == ["heard"], "it stops repeating"
        assert set(life.said("h1", "button")) == {"None"}
        assert event_id in alert.event_ids
        held = [one.data["role"] for one in life.entries(EntryKind.NOTIFICATION_HELD)]
        assert "contact" in held
        reasons = {one.data["reason"] for one in life.entries(EntryKind.NOTIFICATION_HELD)}
        assert HoldReason.RESIDENT_UNCONFIRMED in reasons

    def test_sensors_are_quiet_and_silent_devices_wait_to_be_fetched(
        self, life: Life, membership: Membership
    ) -> None:
        life.becomes("li", membership)
        assert not sensors_alert(life)
        life.heartbeat("h1", "button")
        life.advance(days=2)
        assert [one for one in life.alerts() if one.home_id == "h1"] == []

    def test_an_absence_ends_with_it(self, life: Life, membership: Membership) -> None:
        until = life.now + timedelta(days=14)
        done(life.command(SetAway("h1", OPERATOR, AwayKind.HOSPITAL, life.now, until)))
        life.becomes("li", membership)
        assert life.home("h1").away == ()
        assert life.entries(EntryKind.AWAY_ENDED)[0].by == "manager"

    def test_visits_and_wishes_end_with_their_reason(self, life: Life, membership: Membership) -> None:
        life.press("h1", "button", CallAction.SERVICE, ServiceCategory.MEALS)
        (request,) = life.home("h1").requests.values()
        life.becomes("li", membership)
        assert life.home("h1").requests == {}
        ended = [
            entry
            for entry in life.entries(EntryKind.REQUEST_MOVED)
            if entry.request_id == request.id and entry.by == "manager"
        ]
        assert [entry.data["cancel_reason"] for entry in ended] == [CancelReason.NO_LONGER_SERVED]

    def test_an_open_alert_stays_open_and_goes_on_without_family(
        self, life: Life, membership: Membership
    ) -> None:
        life.phone.broken = True
        life.press("h1", "button")
        opened = life.of(AlertKind.EMERGENCY_CALL)
        life.becomes("li", membership)
        life.phone.broken = False
        life.advance(minutes=10)
        alert = life.of(AlertKind.EMERGENCY_CALL)
        assert (alert.id, alert.state) == (opened.id, AlertState.TRIGGERED)
        assert alert.resident_unconfirmed
        assert alert.evidence[-1].reason.data["membership"] == membership.value
        life.expect_asked("operator-chen", "manager-xu")
        assert "daughter-li" not in life.asked(), "what waited for her is not sent any more"

    def test_who_holds_the_alert_hears_of_it(self, life: Life, membership: Membership) -> None:
        life.press("h1", "button")
        life.take("butler-wang")
        life.forget_calls()
        life.becomes("li", membership)
        assert [one.reason for one in life.phone.sent if one.person_id == "butler-wang"] == ["resident_gone"]
        assert life.of(AlertKind.EMERGENCY_CALL).state is AlertState.ACKNOWLEDGED

    def test_who_stays_behind_is_cared_for_as_before(self, life: Life, membership: Membership) -> None:
        life.becomes("zhao", membership)
        assert sensors_alert(life, "h2", "mat")
        life.press("h2", "cord")
        alert = life.of(AlertKind.EMERGENCY_CALL)
        assert alert.resident_ids == ("qian",)
        assert not alert.resident_unconfirmed
        life.expect_asked("operator-chen", "son-zhao")
        assert "looking" in life.shown("h2", "cord") or "heard" in life.shown("h2", "cord")

    def test_entered_by_mistake_it_is_put_back(self, life: Life, membership: Membership) -> None:
        life.becomes("li", membership)
        life.advance(minutes=5)
        life.becomes("li", Membership.NOT_YET_OPEN)
        life.press("h1", "button")
        life.expect_asked("daughter-li")
        assert not life.of(AlertKind.EMERGENCY_CALL).resident_unconfirmed


def test_the_button_of_who_died_pressed_by_who_stayed_is_about_a_resident_to_be_confirmed(life: Life) -> None:
    at = life.now
    life.edit(lambda one: moves.move_device(one, "cord", "h2", at, wearer_id="zhao"))
    life.becomes("zhao", Membership.DECEASED)
    life.press("h2", "cord")
    alert = life.of(AlertKind.EMERGENCY_CALL)
    assert alert.resident_unconfirmed
    assert alert.resident_ids == ("qian",)
    life.expect_asked("son-zhao")


def test_a_call_by_telephone_names_nobody_who_died(life: Life) -> None:
    life.becomes("zhao", Membership.DECEASED)
    done(life.raise_by_hand("h2"))
    assert life.of(AlertKind.EMERGENCY_CALL).resident_ids == ("qian",)


def test_a_change_of_a_future_day_is_followed_on_that_day(life: Life) -> None:
    leaves_at = life.now + timedelta(days=3)
    life.edit(lambda one: residences.set_membership(one, "li", Membership.LEFT, leaves_at))
    life.press("h1", "button")
    assert not life.of(AlertKind.EMERGENCY_CALL).resident_unconfirmed
    life.answers()
    life.advance(days=3)
    life.keeper.refresh()
    life.press("h1", "button")
    assert life.of(AlertKind.EMERGENCY_CALL).resident_unconfirmed
