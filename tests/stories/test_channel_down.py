"""The server that reaches the phones is down: one alert says so once, at the desk, and it is over when something gets through."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.channel_watch import ChannelWatch, is_down
from hub.core.alerts import Alert, Severity, WhatItWas, WhatWasDone
from hub.core.events import Command
from hub.core.home import UNASSIGNED_HOME_ID
from hub.core.reasons import ReasonCode
from tests.story import Story


class Watched:
    """A story in which the ways to people are looked at every quarter of a minute."""

    def __init__(self, path: Path) -> None:
        self.story = Story(path / "channel.sqlite")
        self.told: list[Command] = []
        self.begin_to_watch()

    def begin_to_watch(self) -> None:
        self._watch = ChannelWatch(self.story.sender.ways_to_people, self._obey)

    def _obey(self, command: Command) -> None:
        self.told.append(command)
        self.story.command(command)

    def look(self, *, minutes: float = 0.25) -> None:
        story = self.story
        for _ in range(int(minutes * 4)):
            story.advance(seconds=15)
            lanes, own_home = story.sender.health(), story.engine.home(UNASSIGNED_HOME_ID)
            self._watch.look(lanes, own_home, story.now, story.engine.context())

    def outages(self) -> list[Alert]:
        return [one for one in self.story.alerts() if one.reason.code == ReasonCode.CHANNEL_DOWN and one.open]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    watched.story.store.close()


def test_an_outage_is_told_once_and_is_over_when_something_gets_through(watched: Watched) -> None:
    story = watched.story
    story.phone.broken = True
    began = story.now
    story.press()
    watched.look(minutes=1.5)
    assert watched.outages() == [], "a retry may still mend it"
    watched.look(minutes=1.5)
    (outage,) = watched.outages()
    assert outage.severity is Severity.TECHNICAL
    assert outage.reason.data["channel"] == "phone"
    assert outage.reason.data["since_local"] == f"{story.engine.context().local(began):%m-%d %H:%M}"
    assert outage.reason.data["unreached"] >= 2  # type: ignore[operator]
    watched.look(minutes=30)
    assert [one.id for one in watched.outages()] == [outage.id]
    assert len(watched.told) == 1
    story.phone.broken = False
    watched.look(minutes=5)
    assert watched.outages() == []
    assert story.home(UNASSIGNED_HOME_ID).rules == {}


@pytest.mark.parametrize(
    ("failing", "minutes", "down"), [(1, 60, False), (2, 1.9, False), (2, 2, True), (0, 60, False)]
)
def test_one_number_that_is_no_more_is_no_outage_and_a_short_one_is_none(
    watched: Watched, failing: int, minutes: float, down: bool
) -> None:
    (lane,) = (one for one in watched.story.sender.health() if one.channel == "phone")
    lane = replace(lane, failing=failing, failing_for=timedelta(minutes=minutes), untried=False)
    assert is_down(replace(lane, last_problem="HTTP 503" if failing else None)) is down


def test_a_restart_knows_nothing_of_the_channel_and_takes_nothing_back(watched: Watched) -> None:
    story = watched.story
    story.phone.broken = True
    story.press()
    watched.look(minutes=4)
    (outage,) = watched.outages()
    story.take("operator-chen", outage)
    story.crash()
    watched.begin_to_watch()
    watched.look()
    assert [one.id for one in watched.outages()] == [outage.id]


def test_what_a_person_closed_and_nobody_mended_comes_again_the_day_after(watched: Watched) -> None:
    story = watched.story
    story.phone.broken = True
    story.press()
    watched.look(minutes=4)
    (outage,) = watched.outages()
    story.take("operator-chen", outage)
    story.resolve("operator-chen", WhatItWas.UNDETERMINED, WhatWasDone.BY_PHONE, outage)
    story.advance(hours=23.5)
    watched.look()
    assert watched.outages() == []
    watched.look(minutes=30)
    assert len(watched.outages()) == 1


def test_a_channel_that_is_taken_out_of_the_settings_is_over(watched: Watched) -> None:
    story = watched.story
    story.phone.broken = True
    story.press()
    watched.look(minutes=4)
    assert len(watched.outages()) == 1
    watched._watch = ChannelWatch((), watched._obey)
    watched.look()
    assert watched.outages() == []
