"""Keys tested by hand: for some minutes presses are marked, nobody is told less, and one tap of whoever tests ticks a key off."""

from datetime import timedelta

import pytest

from firmware_contracts.vocabulary import CallAction
from hub.core.alerts import AlertState, WhatItWas, WhatWasDone
from hub.core.events import Actor, ActorRole, PassHandTest, StartHandTest
from hub.core.hand_test import Standing, keys_of
from hub.core.journal import EntryKind
from hub.core.outcome import Done, RefusalCode, Refused, Result
from tests.story import Story

BUTLER = Actor("butler-wang", ActorRole.BUTLER)
INSTALLER = Actor("login:installer-lin", ActorRole.INSTALLER)


def start(story: Story, by: Actor = BUTLER, home_id: str = "h1") -> Result:
    return story.command(StartHandTest(home_id, by))


def passed(story: Story, by: Actor = BUTLER) -> Result:
    alert = story.alert()
    return story.command(PassHandTest(alert.home_id, alert.id, by))


def standing(story: Story, device_id: str = "button", home_id: str = "h1") -> Standing:
    rule = story.engine.context().rules.hand_test
    keys = keys_of(story.home(home_id), story.now, rule)
    return next(one.standing for one in keys if one.device.id == device_id)


def test_a_press_in_test_mode_that_the_tester_confirms_ticks_the_key_off(story: Story) -> None:
    assert standing(story) is Standing.NEVER
    assert isinstance(start(story), Done)
    story.advance(seconds=30)
    story.press()
    assert story.shown() == ["heard"]
    story.advance(seconds=5)
    assert isinstance(passed(story), Done)
    assert story.alerts() == []
    press = story.home().presses["button"]
    assert press.proven_at is not None
    assert press.proven_by == "butler-wang"
    assert standing(story) is Standing.PROVEN
    resolved = story.entries(EntryKind.ALERT_RESOLVED)[-1]
    assert (resolved.by, resolved.data["what_it_was"]) == ("butler-wang", WhatItWas.TEST.value)


def test_in_test_mode_everybody_is_asked_as_ever_and_reads_that_it_may_be_a_test(story: Story) -> None:
    story.press()
    as_ever = sorted(story.asked())
    story.resolve("operator-chen", WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)
    story.forget_calls()
    start(story)
    story.press()
    assert sorted(story.asked()) == as_ever
    assert all(sent.data["reason_by_hand_test"] == "butler-wang" for sent in story.phone.sent)


def test_an_emergency_in_test_mode_that_nobody_confirms_goes_up_the_chain(story: Story) -> None:
    start(story)
    story.press()
    story.advance(minutes=10)
    alert = story.alert()
    assert alert.state is AlertState.TRIGGERED
    assert alert.step >= 1
    assert alert.escalate_at is not None


def test_test_mode_ends_by_itself_even_over_a_restart(story: Story) -> None:
    start(story)
    story.advance(minutes=5)
    story.crash()
    assert story.home().hand_test is not None
    story.advance(minutes=5)
    assert story.home().hand_test is None
    assert len(story.entries(EntryKind.HAND_TEST_ENDED)) == 1
    story.press()
    assert "by_hand_test" not in story.alert().reason.data
    result = passed(story)
    assert isinstance(result, Refused)
    assert story.alert().open


def late_press(story: Story) -> None:
    """Pressed before anybody tested."""
    start(story)
    story.press(age=timedelta(minutes=10))


def pressed_before(story: Story) -> None:
    story.press()
    start(story)
    story.press()


def pressed_after(story: Story) -> None:
    start(story)
    story.press()
    story.advance(minutes=11)
    story.press()


def urgent_help(story: Story) -> None:
    start(story)
    story.press()
    story.raise_by_hand("h1", resident="li")


@pytest.mark.parametrize("happens", [late_press, pressed_before, pressed_after, urgent_help])
def test_what_is_more_than_a_test_is_not_closed_by_one_tap(story: Story, happens: object) -> None:
    assert callable(happens)
    happens(story)
    result = passed(story)
    assert isinstance(result, Refused)
    assert result.code is RefusalCode.NOT_ALLOWED_NOW
    assert story.alert().open
    assert standing(story) is Standing.NEVER


def test_only_who_tests_may_say_so_and_not_over_the_head_of_who_has_taken_it(story: Story) -> None:
    start(story)
    story.press()
    other = passed(story, INSTALLER)
    assert isinstance(other, Refused)
    story.take("operator-chen")
    held = passed(story)
    assert isinstance(held, Refused)
    assert held.code is RefusalCode.HELD_BY_OTHER
    assert story.alert().state is AlertState.ACKNOWLEDGED


def test_pressed_twice_and_cancelled_it_is_still_one_test(story: Story) -> None:
    start(story)
    story.press()
    story.press()
    story.press(action=CallAction.CANCEL)
    assert isinstance(passed(story), Done)


def test_a_key_is_due_after_a_month_and_overdue_a_little_later(quiet_story: Story) -> None:
    story = quiet_story
    story.press()
    story.take("operator-chen")
    story.resolve("operator-chen", WhatItWas.TEST, WhatWasDone.BY_PHONE)
    assert standing(story) is Standing.PROVEN, "a real press that was answered proves as much"
    story.advance(days=29)
    assert standing(story) is Standing.PROVEN
    story.advance(days=1)
    assert standing(story) is Standing.DUE
    story.advance(days=5)
    assert standing(story) is Standing.OVERDUE


def test_only_keys_are_on_the_list(story: Story) -> None:
    rule = story.engine.context().rules.hand_test
    names = {
        home_id: [one.device.id for one in keys_of(story.home(home_id), story.now, rule)]
        for home_id in ("h1", "h2", "h3")
    }
    assert names == {"h1": ["button"], "h2": ["cord"], "h3": ["pendant", "sos"]}
