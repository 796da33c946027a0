"""How a call really goes: what operators, butlers, family and elders live through, from the press to its end."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import CallAction, FallPhase, Fault, Kind, ServiceCategory
from hub.core.alerts import AlertKind, AlertState, Role, Severity, WhatItWas, WhatWasDone
from hub.core.context import Context
from hub.core.events import (
    Acknowledge,
    AddNote,
    EndAway,
    RaiseByHand,
    RecordAmbulance,
    Resolve,
    SetAway,
    SetProfile,
)
from hub.core.home import AwayKind, Membership, Profile
from hub.core.journal import EntryKind
from hub.core.notifications import HoldReason, NotifyReason, Template
from hub.core.outcome import RefusalCode, Refused
from hub.core.reasons import ReasonCode
from hub.notify import phrases
from tests.story import SHANGHAI, SYSTEM, Story, actor, device, done, person, staff, street

TUESDAY_NIGHT = datetime(2026, 3, 3, 23, 0, tzinfo=SHANGHAI)


def held_reasons(story: Story) -> list[tuple[object, object]]:
    held = story.entries(EntryKind.NOTIFICATION_HELD)
    return [(entry.data["role"], entry.data["reason"]) for entry in held]


# --- everybody at once, then whoever is chased ------------------------------------------------------------------------


def test_operator_butler_and_family_are_told_in_parallel(story: Story) -> None:
    story.press()
    assert sorted(story.asked()) == ["butler-wang", "daughter-li", "operator-chen"]


def test_nobody_answers_and_the_next_are_chased_until_somebody_does(story: Story) -> None:
    story.press()
    story.forget_calls()
    story.advance(seconds=59)
    assert story.asked() == []
    story.advance(seconds=1)
    assert sorted(story.asked()) == ["deputy-zhou", "desk-small"]
    story.advance(seconds=60)
    story.expect_asked("manager-xu", "operator-chen", "butler-wang")
    story.forget_calls()
    for _ in range(5):
        story.advance(minutes=2)
    assert story.asked().count("manager-xu") == 5, "the last step repeats for ever"
    story.expect_state(AlertState.TRIGGERED)


def test_at_night_the_guard_is_asked_and_the_closed_centre_hands_over_to_its_parent(tmp_path: Path) -> None:
    story = Story(tmp_path / "night.sqlite", at=TUESDAY_NIGHT)
    story.press()
    story.expect_asked("guard-hu", "operator-chen", "daughter-li")
    story.expect_asked("deputy-zhou")  # the butler sleeps
    story.expect_not_asked("butler-wang")
    story.forget_calls()
    story.advance(seconds=60)
    story.expect_asked("desk-large")
    story.expect_not_asked("desk-small")


def test_by_day_the_guard_is_left_in_peace_and_the_journal_says_why(story: Story) -> None:
    story.press()
    story.expect_not_asked("guard-hu")
    assert (Role.PROPERTY_GUARD.value, HoldReason.OUTSIDE_HOURS.value) in held_reasons(story)


def without(*roles: Role) -> dict[str, Profile]:
    profile = street()["h1"]
    people = {role: persons for role, persons in profile.people.items() if role not in roles}
    return {"h1": replace(profile, people=people, centre_id=None)}


def test_a_step_with_nobody_on_duty_does_not_cost_its_wait(tmp_path: Path) -> None:
    def only_the_manager(context: Context) -> Context:
        shifts = tuple(shift for shift in context.shifts if shift.role is Role.DUTY_MANAGER)
        return replace(context, shifts=shifts)

    homes = without(Role.BUTLER, Role.DEPUTY, Role.CONTACT)
    story = Story(tmp_path / "empty.sqlite", homes=homes, change=only_the_manager)
    story.press()
    assert story.asked() == ["manager-xu"], "steps one and two reach nobody: the third follows at once"
    held = held_reasons(story)
    assert (Role.OPERATOR.value, HoldReason.NOBODY_ON_DUTY.value) in held
    assert (Role.CENTRE_DUTY.value, HoldReason.NOBODY_ON_DUTY.value) in held
    assert story.alert().deadline_at is not None


def test_nobody_at_all_can_be_reached_and_the_alert_still_comes_back(tmp_path: Path) -> None:
    nobody = {"h1": replace(street()["h1"], people={}, centre_id=None)}
    story = Story(
        tmp_path / "nobody.sqlite", homes=nobody, change=lambda context: replace(context, shifts=())
    )
    story.press()
    for _ in range(3):
        deadline_at = story.alert().deadline_at
        assert deadline_at is not None
        assert deadline_at > story.now
        story.advance(minutes=3)
    assert story.asked() == []


def test_a_person_without_contact_method_does_not_let_the_page_jump_past(tmp_path: Path) -> None:
    """The butler has no telephone: the others of the step are told at once, the step keeps its time, the journal names her."""

    def mute_butler(context: Context) -> Context:
        mute = person("butler-wang", "王", reachable=False)
        return replace(context, people={**context.people, "butler-wang": mute})

    story = Story(tmp_path / "mute.sqlite", change=mute_butler)
    story.press()
    assert sorted(story.asked()) == ["daughter-li", "operator-chen"]
    held = [entry.data for entry in story.entries(EntryKind.NOTIFICATION_HELD)]
    assert {"role": "butler", "person_id": "butler-wang", "reason": "no_contact_method"} in held
    story.forget_calls()
    story.advance(seconds=60)
    story.expect_asked("deputy-zhou", "desk-small")


def test_the_only_person_of_a_step_without_contact_method_hands_on_at_once(tmp_path: Path) -> None:
    def mute(context: Context) -> Context:
        silent = {
            one: person(one, reachable=False) for one in ("butler-wang", "daughter-li", "operator-chen")
        }
        return replace(context, people={**staff(), **silent})

    story = Story(tmp_path / "mute.sqlite", change=mute)
    story.press()
    story.expect_asked("deputy-zhou", "desk-small")


def test_a_busy_butlers_second_emergency_goes_to_deputy_and_centre_at_once(story: Story) -> None:
    story.press("h1")
    story.take("butler-wang")
    story.forget_calls()
    story.press("h3", "pendant")
    story.expect_asked("butler-wang", "deputy-zhou", "desk-small")
    reasons = {sent.person_id: sent.reason for sent in story.phone.sent}
    assert reasons["deputy-zhou"] is NotifyReason.BUSY_BUTLER
    story.resolve("butler-wang", alert=story.of(AlertKind.EMERGENCY_CALL, "h1"))
    story.resolve("deputy-zhou", alert=story.of(AlertKind.EMERGENCY_CALL, "h3"))
    story.forget_calls()
    story.press("h2", "cord")
    story.expect_not_asked("deputy-zhou", "desk-small")


# --- taken ------------------------------------------------------------------------------------------------------------


def test_the_others_stand_down_when_somebody_takes_it(story: Story) -> None:
    story.press()
    done(story.take("butler-wang"))
    assert sorted(story.asked(Template.TAKEN)) == ["daughter-li", "operator-chen"]
    story.forget_calls()
    story.advance(minutes=4, seconds=50)
    assert story.asked() == [], "nobody is chased while it is held"


def test_pages_that_have_not_gone_out_never_go_out_once_it_is_taken(story: Story) -> None:
    """The SMS must not arrive after the acknowledgement."""
    story.phone.broken = True
    story.press()
    story.take("butler-wang")
    story.phone.broken = False
    story.advance(minutes=4)
    assert story.asked(Template.ALERT) == []
    cancelled = [line.cancelled for line in story.journal if line.cancelled]
    assert len(cancelled) == 1
    assert len(cancelled[0]) == 3


def test_somebody_else_cannot_take_what_is_held(story: Story) -> None:
    story.press()
    story.take("butler-wang")
    result = story.take("deputy-zhou")
    assert isinstance(result, Refused)
    assert result.code is RefusalCode.HELD_BY_OTHER
    assert story.alert().hold is not None


def test_taking_twice_changes_nothing(story: Story) -> None:
    story.press()
    first = done(story.take("butler-wang"))
    told = len(story.journal)
    story.advance(minutes=3)
    hold = story.alert().hold
    assert done(story.take("butler-wang")).version == first.version
    assert story.alert().hold == hold, "an acknowledgement is not stretched by saying it again"
    assert len(story.journal) == told


def test_an_acknowledgement_without_progress_expires_and_the_alert_goes_on(story: Story) -> None:
    story.press()
    story.take("butler-wang")
    story.forget_calls()
    story.advance(minutes=4, seconds=59)
    story.expect_state(AlertState.ACKNOWLEDGED)
    story.advance(seconds=1)
    story.expect_state(AlertState.TRIGGERED)
    story.expect_asked("deputy-zhou", "desk-small", "butler-wang")
    assert {sent.reason for sent in story.phone.sent if sent.person_id == "butler-wang"} == {
        NotifyReason.HOLD_EXPIRED
    }
    assert len(story.entries(EntryKind.ALERT_HOLD_EXPIRED)) == 1


def test_progress_gives_more_time_and_its_lack_is_noticed_too(story: Story) -> None:
    story.press()
    story.take("butler-wang")
    story.advance(minutes=4)
    story.set_out("butler-wang")
    story.advance(minutes=29)
    story.expect_state(AlertState.ON_THE_WAY)
    story.advance(minutes=1)
    story.expect_state(AlertState.TRIGGERED)
    story.arrive("butler-wang")
    story.advance(hours=1, minutes=59)
    assert story.of(AlertKind.EMERGENCY_CALL).state is AlertState.ON_SITE
    story.advance(minutes=1)
    assert story.of(AlertKind.EMERGENCY_CALL).state is AlertState.TRIGGERED


def test_who_is_nearer_may_set_out_and_the_holder_is_told(story: Story) -> None:
    story.press()
    story.take("operator-chen")
    story.forget_calls()
    done(story.set_out("butler-wang"))
    story.expect_state(AlertState.ON_THE_WAY)
    assert "operator-chen" in story.asked(Template.TAKEN)


def test_two_operators_race_and_one_learns_that_it_moved(story: Story) -> None:
    story.press()
    seen = story.alert().version
    alert = story.alert()
    done(story.command(Acknowledge("h1", alert.id, actor("operator-chen"), seen)))
    result = story.command(
        Resolve("h1", alert.id, actor("manager-xu"), WhatItWas.MISTAKE, WhatWasDone.BY_PHONE, "", seen)
    )
    assert isinstance(result, Refused)
    assert result.code is RefusalCode.STALE
    assert result.version == story.alert().version


def test_a_stale_answer_cannot_reopen_a_closed_alert(story: Story) -> None:
    story.press()
    alert = story.alert()
    story.resolve("operator-chen")
    story.forget_calls()
    for command in (
        Acknowledge("h1", alert.id, actor("butler-wang")),
        RecordAmbulance("h1", alert.id, actor("butler-wang")),
        AddNote("h1", alert.id, actor("butler-wang"), "late"),
    ):
        result = story.command(command)
        assert isinstance(result, Refused)
        assert result.code is RefusalCode.NOT_FOUND
    assert story.alerts() == []
    assert story.phone.sent == []
    assert story.rows("select state from alert") == [("resolved",)]


# --- pressed again, by mistake, by hand -------------------------------------------------------------------------------


def test_five_mistakes_a_day_are_five_alerts(story: Story) -> None:
    """Never suppressed."""
    for number in range(1, 6):
        story.press()
        story.expect_asked("operator-chen", "butler-wang", "daughter-li")
        story.resolve("operator-chen", WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)
        assert story.said()[-1] == phrases.MISTAKE
        assert len(story.entries(EntryKind.ALERT_RESOLVED)) == number
        story.forget_calls()
        story.advance(minutes=5)
    assert len({entry.alert_id for entry in story.entries(EntryKind.ALERT_TRIGGERED)}) == 5


def test_further_presses_join_the_open_alert_and_the_holder_hears_of_them(story: Story) -> None:
    first = story.press()
    story.take("butler-wang")
    story.forget_calls()
    second = story.press()
    alert = story.alert()
    assert alert.event_ids == (first, second)
    assert story.asked() == ["butler-wang"]
    assert story.phone.sent[0].reason is NotifyReason.PRESSED_AGAIN
    assert story.shown()[0] == "heard"


def test_the_telephone_rings_and_the_operator_raises_an_alert_by_hand(story: Story) -> None:
    """A daughter says that her mother does not answer: same clock, same chain."""
    done(story.raise_by_hand("h1", resident="li"))
    alert = story.alert()
    assert alert.reason.code == ReasonCode.RAISED_BY_HAND
    assert (alert.severity, alert.resident_ids) == (Severity.EMERGENCY, ("li",))
    assert story.entries(EntryKind.ALERT_TRIGGERED)[0].by == "operator-chen"
    story.expect_asked("butler-wang", "daughter-li")
    story.forget_calls()
    story.advance(seconds=60)
    story.expect_asked("deputy-zhou", "desk-small")


def test_a_call_raised_by_hand_joins_the_press_of_the_same_elder(story: Story) -> None:
    story.press()
    pressed = story.alert().id
    assert done(story.raise_by_hand("h1", resident="li")).id == pressed
    assert story.alert().evidence[-1].reason.code == ReasonCode.RAISED_BY_HAND


def test_the_same_click_sent_twice_raises_one_alert_even_after_it_is_closed(story: Story) -> None:
    click = RaiseByHand("h1", actor("operator-chen"), "key-0001", "li")
    first = done(story.command(click))
    assert done(story.command(click)) == first
    assert story.alert().evidence == ()
    story.resolve("operator-chen")
    assert done(story.command(click)).id == first.id
    assert story.alerts() == [], "a closed alert stays closed"
    again = done(story.command(replace(click, command_id="key-0002")))
    assert again.id != first.id


def test_two_copies_of_a_click_in_one_batch_raise_one_alert(story: Story) -> None:
    click = RaiseByHand("h1", actor("operator-chen"), "key-0001", "li")
    both = [story.engine.submit(click), story.engine.submit(click)]
    story.run()
    assert len({done(one.result(0)).id for one in both}) == 1
    assert story.alert().evidence == ()


def test_cancel_on_the_button_is_told_and_takes_nothing_back(story: Story) -> None:
    story.press()
    story.take("butler-wang")
    story.forget_calls()
    story.press(action=CallAction.CANCEL)
    story.expect_state(AlertState.ACKNOWLEDGED)
    assert story.alert().evidence[-1].reason.code == ReasonCode.CALL_CANCELLED
    assert story.asked() == ["butler-wang"]


def test_a_note_of_what_the_operator_heard_stands_in_the_journal(story: Story) -> None:
    story.press()
    done(story.command(AddNote("h1", story.alert().id, actor("operator-chen"), "要水喝")))
    assert story.entries(EntryKind.ALERT_NOTE)[0].data["note"] == "要水喝"
    refused = story.command(AddNote("h1", story.alert().id, actor("operator-chen"), "  "))
    assert isinstance(refused, Refused)


# --- away, left, two in a flat, unknown -------------------------------------------------------------------------------


def test_away_pauses_the_sensors_but_never_a_button(story: Story) -> None:
    away = SetAway("h1", actor("op"), AwayKind.CHILDREN, story.now, story.now + timedelta(days=3))
    done(story.command(away))
    story.measure(spo2_percent=70)
    assert [alert.kind for alert in story.alerts()] == []
    story.environment(smoke=True)
    assert story.alert().kind is AlertKind.ENVIRONMENT, "smoke is not a matter of being at home"
    story.press()
    story.of(AlertKind.EMERGENCY_CALL)
    story.fall()
    story.of(AlertKind.FALL)


def test_back_from_away_the_sensors_count_again(story: Story) -> None:
    story.command(SetAway("h1", actor("op"), AwayKind.HOSPITAL, story.now, story.now + timedelta(minutes=30)))
    story.advance(minutes=31)
    story.measure(spo2_percent=70)
    story.of(AlertKind.VITAL_SIGNS)
    assert story.home().away == ()


def test_coming_home_early_ends_being_away(story: Story) -> None:
    story.command(SetAway("h1", actor("op"), AwayKind.FESTIVAL, story.now, story.now + timedelta(days=9)))
    done(story.command(EndAway("h1", actor("op"))))
    story.measure(spo2_percent=70)
    story.of(AlertKind.VITAL_SIGNS)
    assert isinstance(story.command(EndAway("h1", actor("op"))), Refused)


def test_a_rule_that_was_counting_does_not_fire_at_somebody_who_left_the_house(story: Story) -> None:
    story.measure(spo2_percent=90)
    story.command(SetAway("h1", actor("op"), AwayKind.DAY_CARE, story.now, story.now + timedelta(hours=8)))
    story.advance(minutes=6)
    assert story.alerts() == []


def test_one_of_two_away_leaves_the_other_one_watched(tmp_path: Path) -> None:
    profile = street()["h2"]
    both = {
        **profile.devices,
        "ox-zhao": device("ox-zhao", wearer="zhao"),
        "ox-qian": device("ox-qian", wearer="qian"),
    }
    story = Story(tmp_path / "two.sqlite", homes={"h2": replace(profile, devices=both)})
    story.command(
        SetAway("h2", actor("op"), AwayKind.HOSPITAL, story.now, story.now + timedelta(days=1), "zhao")
    )
    story.measure("h2", "ox-zhao", spo2_percent=70)
    assert story.alerts() == []
    story.measure("h2", "ox-qian", spo2_percent=70)
    assert story.alert().resident_ids == ("qian",)


def test_two_elders_in_a_flat_are_both_named_until_somebody_knows(story: Story) -> None:
    story.press("h2", "cord")
    assert story.alert().resident_ids == ("zhao", "qian")
    names = {sent.data["resident_names"] for sent in story.phone.sent}
    assert names == {"赵建国、钱秀兰"}
    assert "赵大爷" not in story.said("h2", "cord")[0]


def test_a_reading_that_nobody_owns_is_kept_under_the_device(tmp_path: Path) -> None:
    profile = street()["h2"]
    homes = {"h2": replace(profile, devices={"shared": device("shared")})}
    story = Story(tmp_path / "shared.sqlite", homes=homes)
    story.measure("h2", "shared", heart_rate_bpm=70)
    story.engine.stop()
    assert story.rows("select subject_id from reading") == [("shared",)]


def test_a_press_from_a_flat_whose_resident_left_still_alerts_and_is_marked(story: Story) -> None:
    profile = story.home("h1").profile
    story.command(SetProfile("h1", SYSTEM, replace(profile, residents=())))
    story.press()
    alert = story.alert()
    assert alert.kind is AlertKind.EMERGENCY_CALL
    assert alert.resident_ids == (), "no known resident: 住户待核实"
    story.expect_asked("operator-chen", "butler-wang")


@pytest.mark.parametrize("membership", Membership)
def test_a_press_counts_whatever_the_membership(story: Story, membership: Membership) -> None:
    profile = story.home("h1").profile
    resident = replace(profile.residents[0], membership=membership)
    story.command(SetProfile("h1", SYSTEM, replace(profile, residents=(resident,))))
    story.press()
    assert story.alert().severity is Severity.EMERGENCY


@pytest.mark.parametrize(
    ("home_id", "device_id"),
    [("h1", "stranger"), ("h2", "button"), ("no-such-home", "button")],
    ids=["unknown device", "device of another home", "unknown home"],
)
def test_a_press_of_a_device_nobody_enrolled_there_is_an_emergency_with_what_it_claims(
    story: Story, home_id: str, device_id: str
) -> None:
    story.press(home_id, device_id)
    alert = story.alert()
    assert alert.home_id == "unassigned"
    assert alert.severity is Severity.EMERGENCY
    assert alert.reason.data == {"device_id": device_id, "claimed_home": home_id}
    assert story.asked() == ["operator-chen"], "its policy begins at the call-centre"
    assert story.shown(home_id, device_id) == ["heard"]
    story.press(home_id, device_id)
    assert len(story.alert().evidence) == 1, "one per device"
    story.forget_calls()
    story.advance(seconds=60)
    story.expect_asked("manager-xu")


def test_strangers_with_the_same_id_in_two_homes_are_two_emergencies(story: Story) -> None:
    story.press("h8", "new")
    story.advance(minutes=3)
    story.reboot("h9", "new")
    story.press("h9", "new")
    assert [alert.reason.data["claimed_home"] for alert in story.alerts()] == ["h8", "h9"]


def test_foreign_strangers_with_the_same_name_do_not_swallow_each_other(story: Story) -> None:
    story.zigbee("h8", "sos", {"action": "emergency"})
    story.zigbee("h9", "sos", {"action": "emergency"})
    assert len(story.alerts()) == 2


# --- what the elder hears ---------------------------------------------------------------------------------------------


def test_the_elder_hears_each_step_and_only_true_sentences(story: Story) -> None:
    story.press()
    assert (story.said(), story.shown()) == ([phrases.HEARD], ["heard"])
    story.advance(seconds=59)
    assert story.said() == [phrases.HEARD], "nobody is being looked for anew yet"
    story.advance(seconds=61)
    assert story.said() == [phrases.HEARD, phrases.LOOKING, phrases.LOOKING]
    story.take("butler-wang")
    assert story.said()[-1] == "李奶奶，王管家接到了。"
    story.advance(minutes=3)
    assert story.said()[-1] == "李奶奶，王管家接到了。", "nobody is looked for any more"
    story.set_out("butler-wang")
    assert story.said()[-1] == "王管家出门了，正往您家来。"
    story.command(RecordAmbulance("h1", story.alert().id, actor("butler-wang")))
    assert story.said()[-1] == phrases.AMBULANCE
    story.arrive("butler-wang")
    story.resolve("butler-wang", WhatItWas.ILLNESS, WhatWasDone.ON_SITE)
    assert story.said()[-1] == phrases.CLOSED
    assert story.shown() == ["heard", "looking", "looking", "taken", "on_the_way", "taken", "closed"]


def test_an_operator_at_a_desk_is_never_said_to_be_on_the_way(story: Story) -> None:
    story.press()
    story.set_out("operator-chen")
    assert story.said()[-1] == "有人出门了，正往您家来。"


def test_nothing_is_said_in_the_room_of_somebody_who_died(story: Story) -> None:
    story.press()
    story.forget_calls()
    story.resolve("butler-wang", WhatItWas.DECEASED, WhatWasDone.ON_SITE)
    assert story.said() == []


def test_hard_of_hearing_the_lamp_shows_it_and_the_voice_says_it(story: Story) -> None:
    """The pendant cannot speak: it shows where the call stands, the voice unit says it; the card says go to the door."""
    story.press("h3", "pendant")
    story.set_out("butler-wang")
    assert story.shown("h3", "pendant") == ["heard", "on_the_way"]
    assert story.said("h3", "voice")[-1] == "王管家出门了，正往您家来。"
    flags = {flag.value for flag in story.home("h3").profile.residents[0].flags}
    assert "hard_of_hearing" in flags


def test_a_one_way_button_is_answered_by_the_voice_in_the_flat(story: Story) -> None:
    story.zigbee("h3", "sos", {"action": "emergency"})
    assert story.rooms.commands == [], "nothing can be told to the button"
    story.take("butler-wang")
    assert story.said("h3", "voice") == ["孙大爷，王管家接到了。"]


def test_where_nothing_can_speak_nothing_is_promised(tmp_path: Path) -> None:
    mute = {"h3": replace(street()["h3"], devices={"sos": street()["h3"].devices["sos"]})}
    story = Story(tmp_path / "mute.sqlite", homes=mute)
    story.zigbee("h3", "sos", {"action": "emergency"})
    story.advance(minutes=3)
    story.take("butler-wang")
    assert story.rooms.commands == []


# --- service requests -------------------------------------------------------------------------------------------------


def test_urgent_help_is_an_emergency_whatever_key_it_came_from(story: Story) -> None:
    story.press(action=CallAction.SERVICE, category=ServiceCategory.URGENT_HELP)
    assert story.alert().reason.code == ReasonCode.URGENT_HELP
    assert story.alert().severity is Severity.EMERGENCY
    assert story.home().requests == {}
    assert story.said() == [phrases.HEARD]


def test_a_test_press_is_heard_and_written_down_and_disturbs_nobody(story: Story) -> None:
    story.press(action=CallAction.TEST)
    assert story.alerts() == []
    assert story.phone.sent == []
    assert story.shown() == ["heard"]
    assert story.entries(EntryKind.CALL_TEST)[0].data["device_id"] == "button"


# --- falls ------------------------------------------------------------------------------------------------------------


def test_a_fall_is_one_incident_from_suspicion_to_getting_up(story: Story) -> None:
    story.fall(phase=FallPhase.SUSPECTED)
    story.fall(phase=FallPhase.LYING)
    story.fall(phase=FallPhase.GOT_UP)
    alert = story.alert()
    assert alert.kind is AlertKind.FALL
    codes = [one.reason.code for one in alert.evidence]
    assert codes == [ReasonCode.FALL_LYING, ReasonCode.FALL_GOT_UP]
    assert alert.open, "somebody looks, also when the sensor thinks that all is well"


def test_getting_up_without_a_fall_is_nothing(story: Story) -> None:
    story.fall(phase=FallPhase.GOT_UP)
    assert story.alerts() == []


def test_who_holds_a_suspicion_is_told_that_it_became_grave(tmp_path: Path) -> None:
    def suspicion_is_urgent(context: Context) -> Context:
        fall = replace(context.rules.fall, suspected=Severity.URGENT)
        return replace(context, rules=replace(context.rules, fall=fall))

    story = Story(tmp_path / "fall.sqlite", change=suspicion_is_urgent)
    story.fall()
    assert story.alert().policy.name == "urgent"
    story.take("butler-wang")
    story.forget_calls()
    story.fall(phase=FallPhase.LYING)
    assert story.alert().severity is Severity.EMERGENCY
    assert story.alert().policy.name == "emergency"
    assert [(sent.person_id, sent.reason) for sent in story.phone.sent] == [
        ("butler-wang", NotifyReason.SEVERITY_RAISED)
    ]
    assert story.alert().state is AlertState.ACKNOWLEDGED


def test_what_becomes_grave_before_anybody_took_it_starts_the_graver_chain(tmp_path: Path) -> None:
    def suspicion_is_routine(context: Context) -> Context:
        fall = replace(context.rules.fall, suspected=Severity.ROUTINE)
        return replace(context, rules=replace(context.rules, fall=fall))

    story = Story(tmp_path / "fall.sqlite", change=suspicion_is_routine)
    story.fall()
    story.forget_calls()
    story.fall(phase=FallPhase.LYING)
    story.expect_asked("operator-chen", "butler-wang", "daughter-li")
    story.advance(seconds=60)
    story.expect_asked("deputy-zhou")


# --- a building in the dark -------------------------------------------------------------------------------------------


def forty_flats() -> dict[str, Profile]:
    pattern = street()["h1"]
    return {f"f{number}": replace(pattern, home_id=f"f{number}") for number in range(40)}


def test_a_power_cut_in_forty_flats_does_not_bury_a_press(tmp_path: Path) -> None:
    story = Story(tmp_path / "dark.sqlite", homes=forty_flats())
    for home_id in forty_flats():
        fault = {"fault": Fault.MAINS_FAILED.value}
        story.send(home_id, "radar", Kind.FAULT, fault, run=False)
    story.press("f7", run=False)
    story.run()
    assert story.alert().kind is AlertKind.EMERGENCY_CALL, "nothing is told of a dip"
    story.expect_asked("butler-wang")
    story.advance(seconds=10)
    dark = [alert for alert in story.alerts() if alert.kind is AlertKind.TECHNICAL]
    assert len(dark) == 40
    assert {alert.severity for alert in dark} == {Severity.TECHNICAL}
    for home_id in forty_flats():
        story.fault(home_id, "radar", Fault.MAINS_RESTORED)
    assert story.alert().kind is AlertKind.EMERGENCY_CALL, "light again: these alerts end by themselves"


# --- senders ----------------------------------------------------------------------------------------------------------


def test_the_line_is_dead_and_comes_back_and_nobody_is_missed_or_called_twice(story: Story) -> None:
    story.phone.broken = True
    story.press()
    story.advance(seconds=10)
    assert story.asked() == []
    story.phone.broken = False
    story.advance(seconds=20)
    assert sorted(story.asked()) == ["butler-wang", "daughter-li", "operator-chen"]
    ids = [sent.id for sent in story.phone.sent]
    assert len(set(ids)) == len(ids)
    sent = story.entries(EntryKind.NOTIFICATION_SENT)
    assert {entry.data["notification_id"] for entry in sent} >= set(ids)


def test_a_page_of_an_emergency_is_tried_until_somebody_answers(story: Story) -> None:
    story.phone.broken = True
    story.press()
    story.advance(minutes=70)
    story.phone.broken = False
    story.advance(minutes=2)
    story.expect_asked("operator-chen", "butler-wang", "manager-xu")


def test_three_sessions_and_the_press_is_judged_first(story: Story) -> None:
    """In one batch a press goes before the telemetry that came before it."""
    for _ in range(20):
        story.send("h1", "oximeter", Kind.VITAL, {"readings": {"heart_rate_bpm": 70}}, run=False)
    story.press("h3", "pendant", run=False)
    story.engine.turn()
    seqs = story.rows("select topic from input_log where topic is not null order by seq")
    assert seqs[0][0].endswith("/call")
