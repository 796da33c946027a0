"""Further presses, and presses by mistake: never suppressed, and three of them in a week become one task for the butler."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.core.alerts import AlertState, WhatItWas, WhatWasDone
from hub.core.events import Actor, ActorRole, MoveRequest
from hub.core.home import MistakeCount, MistakenPress
from hub.core.journal import EntryKind
from hub.core.mistakes import add
from hub.core.notifications import Template
from hub.core.outcome import RefusalCode, Refused
from hub.core.service_requests import Remedy, RequestCategory, RequestState, ServiceRequest
from hub.notify.texts import alert_text
from tests.story import SHANGHAI, Story, actor, quiet_street

DESK = Actor("operator-chen", ActorRole.OPERATOR)
WEEK = timedelta(days=7)
ASSIGNED, OVERDUE = Template.REQUEST_ASSIGNED, Template.REQUEST_OVERDUE


@pytest.fixture
def story(quiet_story: Story) -> Story:
    """No device is ever missed here: these stories take weeks."""
    return quiet_story


def mistake(
    story: Story,
    what: WhatItWas = WhatItWas.MISTAKE,
    home: str = "h1",
    key: str = "button",
) -> str:
    """Pressed, answered, closed; returns the alert's id."""
    story.press(home, key)
    alert = story.alert()
    story.resolve("operator-chen", what, WhatWasDone.BY_PHONE)
    return alert.id


def tasks(story: Story, home: str = "h1") -> list[ServiceRequest]:
    return [one for one in story.home(home).requests.values() if one.is_task]


def the_task(story: Story, home: str = "h1") -> ServiceRequest:
    (task,) = tasks(story, home)
    return task


def finish(story: Story, task: ServiceRequest, remedy: Remedy | None = Remedy.MOVED) -> object:
    by = actor("butler-wang")
    return story.command(MoveRequest(task.home_id, task.id, by, RequestState.DONE, remedy=remedy))


# --- further presses --------------------------------------------------------------------------------------------------


def test_further_presses_join_the_open_alert_and_are_told_to_whom_holds_it(story: Story) -> None:
    story.press()
    first = story.alert()
    story.take("butler-wang")
    story.forget_calls()
    for _ in range(3):
        story.press()
    assert story.alert().id == first.id
    assert story.asked() == ["butler-wang"] * 3
    assert len(story.alert().evidence) == 3


def test_after_it_is_closed_a_press_is_a_new_alert_however_often_it_was_a_mistake(story: Story) -> None:
    ids = {mistake(story) for _ in range(6)}
    assert len(ids) == 6
    story.press()
    story.expect_state(AlertState.TRIGGERED)
    story.expect_asked("butler-wang", "daughter-li", "operator-chen")


# --- three in a week --------------------------------------------------------------------------------------------------


def test_the_third_mistake_in_a_week_becomes_one_task_for_the_butler(story: Story) -> None:
    named = []
    for _ in range(3):
        assert tasks(story) == []
        named.append(mistake(story))
        story.advance(days=2)
    task = the_task(story)
    assert task.category is RequestCategory.MISTAKEN_PRESSES
    assert (task.state, task.assignee_id) == (RequestState.ASSIGNED, "butler-wang")
    assert list(task.alert_ids) == named
    assert (task.device_id, task.resident_ids) == ("button", ("li",))
    (told,) = (one for one in story.phone.sent if one.template is ASSIGNED)
    assert told.person_id == "butler-wang"
    assert "误按3次，请移位置、加盖或再教一遍" in alert_text(told)[0]
    (opened,) = story.entries(EntryKind.REQUEST_OPENED)
    assert opened.data["alert_ids"] == named


def test_visitors_mistakes_count_and_whatever_else_it_was_does_not(story: Story) -> None:
    mistake(story)
    for other in (WhatItWas.TEST, WhatItWas.WANTED_COMPANY, WhatItWas.DEVICE_FALSE, WhatItWas.ILLNESS):
        mistake(story, other)
    mistake(story, WhatItWas.VISITOR_MISTAKE)
    assert tasks(story) == []
    mistake(story)
    assert len(the_task(story).alert_ids) == 3


def test_each_device_is_counted_by_itself(story: Story) -> None:
    for key in ("pendant", "pendant"):
        mistake(story, home="h3", key=key)
    story.zigbee("h3", "sos", {"action": "emergency"})
    story.resolve("operator-chen", WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)
    assert tasks(story, "h3") == []
    mistake(story, home="h3", key="pendant")
    assert the_task(story, "h3").device_id == "pendant"


def test_a_call_whose_device_is_unknown_is_counted_by_the_elder(story: Story) -> None:
    for _ in range(3):
        story.raise_by_hand("h1", resident="li")
        story.resolve("operator-chen", WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)
    assert (the_task(story).device_id, the_task(story).resident_ids) == (None, ("li",))


def test_a_press_of_a_week_ago_and_a_minute_counts_no_more(story: Story) -> None:
    mistake(story)
    story.advance(days=3)
    mistake(story)
    story.advance(days=4, minutes=1)
    mistake(story)
    assert tasks(story) == []
    story.advance(days=2)
    mistake(story)
    assert len(the_task(story).alert_ids) == 3, "the last three lie within six days"


@pytest.mark.parametrize(("late", "counts"), [(timedelta(), True), (timedelta(microseconds=1), False)])
def test_exactly_seven_days_count_and_not_a_microsecond_more(late: timedelta, counts: bool) -> None:
    start = datetime(2026, 3, 3, tzinfo=UTC)
    known = MistakeCount()
    for number, at in enumerate((start, start + timedelta(days=1), start + WEEK + late)):
        known = add(known, MistakenPress(f"A-{number}", at), WEEK)
    assert (len(known.presses) == 3) is counts


def test_what_counts_is_when_the_key_was_pressed_not_when_somebody_closed_it(story: Story) -> None:
    mistake(story)
    mistake(story)
    story.press()
    story.take("butler-wang")
    story.advance(minutes=2)
    story.press()
    story.crash()
    story.advance(minutes=2)
    story.resolve("butler-wang", WhatItWas.MISTAKE, WhatWasDone.ON_SITE)
    assert len(the_task(story).alert_ids) == 3, (
        "one alert counts once, however often the key was pressed in it"
    )


def test_the_count_survives_a_crash_and_keeps_nothing_that_is_too_old(story: Story) -> None:
    mistake(story)
    mistake(story, home="h1", key="button")
    story.crash()
    assert [len(one.presses) for one in story.home().mistakes.values()] == [2]
    story.advance(days=8)
    mistake(story, WhatItWas.MISTAKE)
    assert [len(one.presses) for one in story.home().mistakes.values()] == [1]
    assert tasks(story) == []


# --- the task ---------------------------------------------------------------------------------------------------------


def test_while_the_task_is_open_a_further_mistake_belongs_to_it(story: Story) -> None:
    for _ in range(3):
        mistake(story)
    fourth = mistake(story)
    assert the_task(story).alert_ids[-1] == fourth
    assert the_task(story).times_asked == 2
    assert len(story.entries(EntryKind.REQUEST_OPENED)) == 1


def test_done_means_what_was_done_and_a_new_count_begins(story: Story) -> None:
    for _ in range(3):
        mistake(story)
    task = the_task(story)
    nothing_said = finish(story, task, None)
    assert isinstance(nothing_said, Refused)
    assert nothing_said.code is RefusalCode.INVALID
    finish(story, task, Remedy.COVERED)
    assert tasks(story) == []
    assert story.entries(EntryKind.REQUEST_MOVED)[-1].data["remedy"] == "covered"
    for _ in range(2):
        mistake(story)
    assert tasks(story) == [], "counted from here"
    mistake(story)
    assert the_task(story).id != task.id


def test_a_press_from_before_the_mending_does_not_count_after_it(story: Story) -> None:
    for _ in range(3):
        mistake(story)
    story.press()
    story.advance(seconds=20)
    finish(story, the_task(story))
    story.resolve("operator-chen", WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)
    for _ in range(2):
        mistake(story)
    assert tasks(story) == []


def test_a_task_that_nobody_does_comes_to_the_centre_after_three_days(story: Story) -> None:
    for _ in range(3):
        mistake(story)
    story.advance(days=3, minutes=-1)
    assert story.asked(OVERDUE) == []
    story.advance(minutes=1)
    assert story.asked(OVERDUE) == ["butler-wang", "desk-small"]
    story.advance(days=1)
    assert story.asked(OVERDUE) == ["butler-wang", "desk-small"] * 2


def test_at_night_the_butler_is_left_to_sleep(tmp_path: Path) -> None:
    story = Story(
        tmp_path / "night.sqlite", at=datetime(2026, 3, 3, 23, 30, tzinfo=SHANGHAI), homes=quiet_street()
    )
    for _ in range(3):
        mistake(story)
    assert the_task(story).assignee_id == "butler-wang"
    assert story.asked(ASSIGNED) == []
    story.crash()
    story.advance(hours=7, minutes=29)
    assert story.asked(ASSIGNED) == []
    story.advance(minutes=1)
    assert story.asked(ASSIGNED) == ["butler-wang"]


def test_a_home_without_a_butler_has_its_task_waiting_for_the_centre(tmp_path: Path) -> None:
    story = Story(tmp_path / "alone.sqlite", homes={"h1": replace(quiet_street()["h1"], people={})})
    for _ in range(3):
        mistake(story)
    assert the_task(story).state is RequestState.NEW
    story.advance(days=3)
    assert story.asked(OVERDUE) == ["desk-small"]


def test_presses_of_a_device_that_nobody_enrolled_make_no_task(story: Story) -> None:
    for number in range(3):
        story.press("h9", "stranger", event_id=f"event-90{number:02d}")
        story.resolve("operator-chen", WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)
    assert all(not home.requests for home in story.engine.homes().values())
