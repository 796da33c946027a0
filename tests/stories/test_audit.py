"""The auditor's question: which open alerts nobody and nothing carries on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.core.alerts import Alert
from hub.core.audit import OVERDUE_AFTER, Lapse, audit
from hub.core.home import Home
from tests.story import Story

ALL = frozenset({"phone"})
SOON = timedelta(seconds=1)


def lapses(story: Story, home: Home, *, channels: frozenset[str] = ALL, watched: bool = False) -> list[Lapse]:
    found = audit({home.id: home}, story.now, story.engine.context(), channels, watched=watched)
    assert {one.home_id for one in found} <= {home.id}
    return [one.lapse for one in found]


def changed(home: Home, **to: object) -> Home:
    (alert,) = home.alerts.values()
    made: Alert = replace(alert, **to)  # type: ignore[arg-type]
    return replace(home, alerts={made.id: made})


@pytest.fixture
def pressed(story: Story) -> Story:
    story.press()
    story.run()
    return story


def test_a_call_that_is_asked_about_lacks_nothing(pressed: Story) -> None:
    assert lapses(pressed, pressed.home()) == []
    pressed.advance(minutes=30)
    assert lapses(pressed, pressed.home()) == []


def test_nor_does_one_that_somebody_holds_though_nobody_could_be_reached(pressed: Story) -> None:
    pressed.take("butler-wang")
    assert lapses(pressed, pressed.home(), channels=frozenset()) == []


def test_nor_does_one_that_is_closed(pressed: Story) -> None:
    pressed.resolve("butler-wang")
    assert lapses(pressed, pressed.home(), channels=frozenset()) == []


@pytest.mark.parametrize(
    ("break_it", "lapse"),
    [
        pytest.param(
            lambda home, now: changed(home, escalate_at=None, reassure_at=None),
            Lapse.NO_DEADLINE,
            id="nothing will happen",
        ),
        pytest.param(
            lambda home, now: changed(home, escalate_at=now - OVERDUE_AFTER - SOON, reassure_at=None),
            Lapse.OVERDUE,
            id="what was due did not happen",
        ),
        pytest.param(
            lambda home, now: replace(home, wake_at=now + timedelta(days=1)),
            Lapse.WAKES_LATE,
            id="it will be looked at tomorrow",
        ),
        pytest.param(
            lambda home, now: changed(home, escalate_at=None),
            Lapse.NO_DEADLINE,
            id="the elder is told that help is being looked for, and nobody looks",
        ),
        pytest.param(
            lambda home, now: changed(home, escalate_at=now + timedelta(days=9)),
            Lapse.PUT_OFF,
            id="its next step is due in nine days",
        ),
        pytest.param(
            lambda home, now: replace(home, wake_at=None), Lapse.WAKES_LATE, id="it will never be looked at"
        ),
    ],
)
def test_what_a_broken_alert_lacks(
    pressed: Story, break_it: Callable[[Home, object], Home], lapse: Lapse
) -> None:
    assert lapses(pressed, break_it(pressed.home(), pressed.now)) == [lapse]


def test_a_hold_out_of_a_time_that_never_was_is_put_off(pressed: Story) -> None:
    pressed.take("butler-wang")
    home = pressed.home()
    (alert,) = home.alerts.values()
    assert alert.hold is not None
    later = replace(alert.hold, until_at=alert.hold.until_at + timedelta(days=400))
    assert lapses(pressed, changed(home, hold=later)) == [Lapse.PUT_OFF]


def test_what_is_due_this_moment_is_not_overdue(pressed: Story) -> None:
    home = changed(pressed.home(), escalate_at=pressed.now - OVERDUE_AFTER, reassure_at=None)
    home = replace(home, wake_at=pressed.now - OVERDUE_AFTER)
    assert lapses(pressed, home) == []


def test_nobody_can_be_told_unless_somebody_looks(pressed: Story) -> None:
    assert lapses(pressed, pressed.home(), channels=frozenset()) == [Lapse.UNREACHABLE]
    assert lapses(pressed, pressed.home(), channels=frozenset({"pigeon"})) == [Lapse.UNREACHABLE]
    assert lapses(pressed, pressed.home(), channels=frozenset(), watched=True) == []


def test_people_without_a_way_to_reach_them_are_nobody(tmp_path: Path) -> None:
    story = Story(
        tmp_path / "cell.sqlite",
        change=lambda context: replace(
            context, people={key: replace(person, methods=()) for key, person in context.people.items()}
        ),
    )
    story.press()
    story.run()
    assert lapses(story, story.home()) == [Lapse.UNREACHABLE]
    story.store.close()


def test_an_engine_that_forgets_to_wake_a_home_is_found(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story.engine._committed.wakes, "arm", lambda home: None)
    story.press()
    story.run()
    assert lapses(story, story.home()) == []
    story.time.pass_(timedelta(minutes=2))
    story.engine.turn()
    assert lapses(story, story.home()) == [Lapse.OVERDUE]
