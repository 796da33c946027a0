"""Days and nights of an elder who lives alone: silence that her own days do not explain, bed, bathroom and door at night."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from firmware_contracts.vocabulary import BedState, CallAction, ContactState, Kind
from hub.core.alerts import Alert, AlertKind, AlertState, Severity, WhatItWas, WhatWasDone
from hub.core.context import Context
from hub.core.events import EndAway, SetAway, SetProfile
from hub.core.home import AwayKind, Device, DeviceKind, Flag, Profile, Resident
from hub.core.journal import EntryKind
from hub.core.reasons import ReasonCode
from tests.story import SYSTEM, Story, device, street

WEEKS = timedelta(days=400)


def placed(device_id: str, kind: DeviceKind, room_kind: str | None, **more: Any) -> Device:
    return replace(device(device_id, kind, silent_after=WEEKS, **more), room_kind=room_kind)


def flat(*, voice: bool = False, flags: frozenset[Flag] = frozenset(), **more: Any) -> dict[str, Profile]:
    devices = (
        placed("button", DeviceKind.BUTTON, "bedroom", wearer="li"),
        placed("living", DeviceKind.MOTION, "living_room"),
        placed("bath", DeviceKind.MOTION, "bathroom"),
        placed("door", DeviceKind.CONTACT, "hall"),
        placed("mat", DeviceKind.BED_MAT, "bedroom", wearer="li"),
        *((placed("voice", DeviceKind.VOICE_UNIT, "bedroom", speaks=True),) if voice else ()),
    )
    home = replace(
        street()["h1"],
        residents=(Resident("li", "李桂英", "李奶奶", 2, flags=flags),),
        devices={one.id: one for one in devices},
        **more,
    )
    return {"h1": home}


class Lived:
    """A flat whose sensors tell of her day, told in local clock times."""

    def __init__(self, path: Path, homes: dict[str, Profile] | None = None) -> None:
        self.story = Story(path / "days.sqlite", homes=homes or flat(), change=self._quietly)

    @staticmethod
    def _quietly(context: Context) -> Context:
        """Without the daily test calls, which would speak to the voice unit in between."""
        rules = replace(context.rules, self_test=replace(context.rules.self_test, enabled=False))
        return replace(context, rules=rules)

    @property
    def local(self) -> datetime:
        return self.story.engine.context().local(self.story.now)

    def until(self, clock: str) -> None:
        """To the next time that the clocks show this."""
        hour, minute = map(int, clock.split(":"))
        wanted = self.local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if wanted <= self.local:
            wanted += timedelta(days=1)
        self.story.advance(seconds=(wanted - self.local).total_seconds())

    def moves(self, where: str = "living") -> None:
        self.story.send("h1", where, Kind.MOTION, {"moving": True})

    def bed(self, state: BedState) -> None:
        self.story.send("h1", "mat", Kind.BED, {"state": state.value})

    def door(self) -> None:
        for state in (ContactState.OPEN, ContactState.CLOSED):
            self.story.send("h1", "door", Kind.CONTACT, {"state": state.value})

    def day(self, *, to_bed: bool = True) -> None:
        """Up at seven, about all day, to bed at ten."""
        self.until("07:00")
        self.bed(BedState.OUT_OF_BED)
        self.moves()
        for hour in range(7, 22):
            for minute in (15, 45):
                self.until(f"{hour:02}:{minute:02}")
                self.moves()
        if to_bed:
            self.until("22:00")
            self.bed(BedState.IN_BED)

    def morning(self, *, until: str) -> None:
        """Up at seven, and about until then."""
        self.until("07:00")
        self.bed(BedState.OUT_OF_BED)
        self.moves()
        while f"{self.local:%H:%M}" < until:
            self.story.advance(minutes=30)
            self.moves()

    def days(self, count: int) -> None:
        for _ in range(count):
            self.day()

    def of(self, kind: AlertKind) -> list[Alert]:
        return [one for one in self.story.alerts() if one.kind is kind]

    def reasons(self) -> list[str]:
        return [one.reason.code for one in self.story.alerts()]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Callable[..., Lived]]:
    lived: list[Lived] = []

    def begin(**more: Any) -> Lived:
        lived.append(Lived(tmp_path, flat(**more)))
        return lived[-1]

    yield begin
    for one in lived:
        one.story.store.close()


def test_an_ordinary_fortnight_disturbs_nobody(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(14)
    assert lived.reasons() == []
    assert lived.story.phone.sent == []


def test_a_morning_without_a_sound_is_an_alert_soon_after_the_usual_rising(
    live: Callable[..., Lived],
) -> None:
    lived = live()
    lived.days(9)
    lived.until("08:05")
    assert lived.reasons() == []
    lived.until("08:30")
    (alert,) = lived.of(AlertKind.INACTIVITY)
    assert alert.reason.code == ReasonCode.NOT_RISEN
    assert alert.reason.data["usual"] == "07:00"
    assert alert.severity is Severity.URGENT
    assert "butler-wang" in lived.story.asked()


def test_silence_in_the_middle_of_the_day_is_an_alert_within_three_hours_and_names_its_beginning(
    live: Callable[..., Lived],
) -> None:
    lived = live()
    lived.days(9)
    lived.morning(until="09:30")
    lived.until("11:20")
    assert lived.reasons() == []
    lived.until("12:30")
    (alert,) = lived.of(AlertKind.INACTIVITY)
    assert alert.reason.code == ReasonCode.SILENCE
    assert str(alert.reason.data["since_local"]).endswith("09:30")
    assert alert.occurred_at < alert.opened_at


def test_the_home_is_asked_first_where_it_has_a_voice_and_a_movement_answers(
    live: Callable[..., Lived],
) -> None:
    lived = live(voice=True)
    lived.days(9)
    lived.morning(until="09:30")
    lived.story.forget_calls()
    lived.until("11:10")
    assert lived.reasons() == []
    assert lived.story.said("h1", "voice") == ["您还好吗？没事就走动一下，或按一下取消。"]
    lived.moves()
    lived.until("12:30")
    assert lived.reasons() == []
    assert lived.story.said("h1", "voice").count("您还好吗？没事就走动一下，或按一下取消。") <= 2
    assert lived.story.entries(EntryKind.HOME_ASKED)
    assert lived.story.asked() == []


def test_who_does_not_answer_is_an_alert_that_says_so(live: Callable[..., Lived]) -> None:
    lived = live(voice=True)
    lived.days(9)
    lived.morning(until="09:30")
    lived.until("13:00")
    (alert,) = lived.of(AlertKind.INACTIVITY)
    assert alert.reason.data["asked"] is True


def test_a_press_of_cancel_answers_too(live: Callable[..., Lived]) -> None:
    lived = live(voice=True)
    lived.days(9)
    lived.morning(until="09:30")
    lived.until("11:15")
    lived.story.press("h1", "button", CallAction.CANCEL)
    lived.until("12:40")
    assert lived.of(AlertKind.INACTIVITY) == []


def test_heard_again_the_alert_stays_less_grave_with_the_sign_in_it(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(9)
    lived.until("08:30")
    (alert,) = lived.of(AlertKind.INACTIVITY)
    lived.moves()
    (after,) = lived.of(AlertKind.INACTIVITY)
    assert after.id == alert.id
    assert (after.severity, after.state) == (Severity.ROUTINE, AlertState.TRIGGERED)
    assert after.evidence[-1].reason.code == ReasonCode.LIFE_AGAIN
    assert after.escalate_at is not None


def test_what_somebody_closed_and_nobody_heard_since_comes_again(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(9)
    lived.until("08:30")
    (alert,) = lived.of(AlertKind.INACTIVITY)
    lived.story.take("butler-wang", alert)
    lived.story.resolve("butler-wang", WhatItWas.UNDETERMINED, WhatWasDone.BY_PHONE, alert)
    lived.until("20:00")
    assert lived.of(AlertKind.INACTIVITY) == []
    lived.until("21:00")
    assert len(lived.of(AlertKind.INACTIVITY)) == 1


def test_a_needless_alert_raises_the_measure_of_this_person(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(9)
    lived.until("08:30")
    (alert,) = lived.of(AlertKind.INACTIVITY)
    lived.story.take("butler-wang", alert)
    before = lived.story.home().days
    lived.story.resolve("butler-wang", WhatItWas.RULE_FALSE, WhatWasDone.ON_SITE, alert)
    after = lived.story.home().days
    assert before is not None
    assert after is not None
    assert after.life.most_unusual == alert.reason.data["unusual"]
    assert after.life.most_unusual > before.life.most_unusual


def test_who_went_out_by_the_door_is_not_missed_at_home(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(9)
    lived.until("07:00")
    lived.bed(BedState.OUT_OF_BED)
    lived.moves()
    lived.until("08:00")
    lived.moves()
    lived.door()
    lived.until("19:00")
    assert lived.reasons() == []
    lived.until("20:30")
    (question,) = lived.of(AlertKind.INACTIVITY)
    assert (question.reason.code, question.severity) == (ReasonCode.LONG_ABSENCE, Severity.ROUTINE)


def test_who_is_said_to_be_away_is_not_missed_and_is_watched_again_from_the_return(
    live: Callable[..., Lived],
) -> None:
    lived = live()
    lived.days(9)
    story = lived.story
    until_at = story.now + timedelta(days=3)
    story.command(SetAway("h1", SYSTEM, AwayKind.CHILDREN, story.now, until_at))
    for _ in range(3):
        lived.until("12:00")
        # Somebody waters the flowers: a visitor's steps teach nothing and end nothing.
        lived.moves()
        lived.until("21:00")
        assert lived.reasons() == []
    lived.until("22:00")
    lived.until("22:00")
    assert [one.reason.code for one in lived.of(AlertKind.INACTIVITY)] != [], (
        "back by the dates, and nobody heard"
    )


def test_an_absence_that_is_ended_is_watched_at_once(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(9)
    story = lived.story
    lived.until("06:00")
    story.command(SetAway("h1", SYSTEM, AwayKind.HOSPITAL, story.now, story.now + timedelta(days=30)))
    lived.until("10:00")
    assert lived.reasons() == []
    story.command(EndAway("h1", SYSTEM, None))
    lived.until("16:00")
    assert len(lived.of(AlertKind.INACTIVITY)) == 1


def test_sensors_that_are_gone_themselves_make_nobody_silent(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(9)
    for sensor in ("living", "bath"):
        lived.story.status("h1", sensor, online=False)
    lived.until("12:00")
    assert lived.of(AlertKind.INACTIVITY) == []
    assert {one.kind for one in lived.story.alerts()} == {AlertKind.TECHNICAL}


def test_after_an_outage_of_the_hub_what_waited_comes_first(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(9)
    lived.until("07:00")
    lived.bed(BedState.OUT_OF_BED)
    lived.moves()
    lived.story.crash(down=timedelta(hours=5))
    lived.story.advance(minutes=1)
    assert lived.of(AlertKind.INACTIVITY) == []
    lived.moves()
    lived.story.advance(minutes=30)
    assert lived.of(AlertKind.INACTIVITY) == []


def test_what_was_learned_outlives_the_process(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(9)
    before = lived.story.home().days
    lived.story.crash()
    assert lived.story.home().days == before
    lived.until("08:30")
    assert lived.reasons() == [ReasonCode.NOT_RISEN]


def test_not_back_in_bed_at_night_is_told_after_half_an_hour_or_her_own_time(
    live: Callable[..., Lived],
) -> None:
    lived = live()
    lived.days(2)
    lived.until("02:00")
    lived.bed(BedState.OUT_OF_BED)
    lived.story.advance(minutes=29)
    assert lived.reasons() == []
    lived.story.advance(minutes=2)
    (alert,) = lived.of(AlertKind.NIGHT)
    assert alert.reason.code == ReasonCode.BED_LEFT
    assert alert.reason.data["since_local"] == "02:00"
    assert alert.resident_ids == ("li",)
    lived.bed(BedState.IN_BED)
    (after,) = lived.of(AlertKind.NIGHT)
    assert after.severity is Severity.ROUTINE


def test_a_home_has_a_time_of_its_own_for_the_way_back_to_bed(live: Callable[..., Lived]) -> None:
    lived = live(overrides={"bed_exit": {"return_within_s": 300}})
    lived.days(2)
    lived.until("02:00")
    lived.bed(BedState.OUT_OF_BED)
    lived.story.advance(minutes=16)
    assert lived.reasons() == [ReasonCode.BED_LEFT]


def test_back_in_time_nobody_hears_of_it(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(2)
    lived.until("02:00")
    lived.bed(BedState.OUT_OF_BED)
    lived.story.advance(minutes=8)
    lived.bed(BedState.IN_BED)
    lived.until("05:00")
    assert lived.reasons() == []


def test_a_care_bed_without_breathing_is_an_emergency_unless_it_was_left(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(1)
    lived.until("01:00")
    lived.bed(BedState.NO_BREATHING)
    lived.story.advance(seconds=20)
    assert lived.reasons() == []
    lived.story.advance(seconds=15)
    (alert,) = lived.of(AlertKind.VITAL_SIGNS)
    assert (alert.reason.code, alert.severity) == (ReasonCode.NO_BREATHING, Severity.EMERGENCY)


def test_a_bed_that_was_left_sees_no_breathing_either(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(1)
    lived.until("01:00")
    lived.bed(BedState.NO_BREATHING)
    lived.story.advance(seconds=10)
    lived.bed(BedState.OUT_OF_BED)
    lived.story.advance(minutes=2)
    assert lived.of(AlertKind.VITAL_SIGNS) == []


def test_too_long_in_the_bathroom_is_told_at_any_hour(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(1)
    lived.until("07:00")
    lived.bed(BedState.OUT_OF_BED)
    lived.moves()
    lived.until("08:00")
    lived.moves("bath")
    lived.story.advance(minutes=30)
    lived.moves("bath")
    lived.story.advance(minutes=14)
    assert lived.reasons() == []
    lived.story.advance(minutes=2)
    (alert,) = lived.of(AlertKind.INACTIVITY)
    assert alert.reason.code == ReasonCode.LONG_BATHROOM


@pytest.mark.parametrize("dementia", [True, False])
def test_up_and_about_at_night_is_told_of_people_with_dementia_alone(
    live: Callable[..., Lived], dementia: bool
) -> None:
    lived = live(flags=frozenset({Flag.DEMENTIA}) if dementia else frozenset())
    lived.days(1)
    lived.until("01:00")
    lived.bed(BedState.OUT_OF_BED)
    for _ in range(6):
        lived.moves()
        lived.story.advance(minutes=4)
    assert (ReasonCode.WANDERING in lived.reasons()) is dementia


def test_the_door_at_night_is_told_where_nobody_is_heard_inside_after_it(live: Callable[..., Lived]) -> None:
    lived = live(flags=frozenset({Flag.DEMENTIA}))
    lived.days(1)
    lived.until("02:00")
    lived.bed(BedState.OUT_OF_BED)
    lived.door()
    lived.story.advance(minutes=5)
    (alert,) = lived.of(AlertKind.NIGHT)
    assert (alert.reason.code, alert.severity) == (ReasonCode.NIGHT_DOOR, Severity.URGENT)


def test_a_mat_that_repeats_itself_makes_nobody_alive(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(9)
    for _ in range(4):
        lived.story.advance(hours=2)
        lived.bed(BedState.IN_BED)
    lived.until("08:30")
    assert lived.reasons() == [ReasonCode.NOT_RISEN]


def test_other_people_who_move_in_are_learned_anew(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.days(3)
    others = replace(flat()["h1"], residents=(Resident("sun", "孙德福", "孙大爷"),))
    lived.story.command(SetProfile("h1", SYSTEM, others))
    assert lived.story.home().days is None


def test_a_sensor_that_never_told_anything_makes_no_home_silent(live: Callable[..., Lived]) -> None:
    lived = live()
    lived.story.press("h1", "button", CallAction.TEST)
    lived.story.advance(days=3)
    assert lived.of(AlertKind.INACTIVITY) == []
    assert lived.story.home().days is None
