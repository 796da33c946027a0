"""Before a shift begins: an empty place, or somebody on it whom nobody can tell, is told once, in time, and is over by itself."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hub.core.alerts import Alert, WhatItWas, WhatWasDone
from hub.core.context import ContactMethod, Context
from hub.core.events import Command
from hub.core.home import UNASSIGNED_HOME_ID
from hub.core.reasons import ReasonCode
from hub.core.shift_gaps import POLICY
from hub.core.shifts import Leave
from hub.directory.model import Directory
from hub.shift_watch import ShiftWatch
from tests.directory.test_outlook import staffed
from tests.story import TUESDAY_MORNING, Story, street

DAY = timedelta(days=1)
AT_SIX = TUESDAY_MORNING.replace(hour=6)
"""The butlers' shift begins at seven."""


class Watched:
    """A story in which somebody keeps a roster; one look a minute."""

    def __init__(
        self,
        path: Path,
        directory: Directory,
        at: datetime = AT_SIX,
        change: Callable[[Context], Context] = lambda context: context,
    ) -> None:
        homes = {
            home_id: replace(
                home,
                devices={one: replace(it, silent_after=400 * DAY) for one, it in home.devices.items()},
            )
            for home_id, home in street().items()
        }
        self.story = Story(path / "shift.sqlite", at=at, homes=homes, change=change)
        self.directory = directory
        self.told: list[Command] = []
        self.unreached: frozenset[str] = frozenset()
        self.watch(timedelta(minutes=30))

    def watch(self, before: timedelta, ways_to_people: Collection[str] = ("webhook",)) -> None:
        """As a hub with these settings begins to look."""
        self._watch = ShiftWatch(
            before, obey=self._obey, unreached=lambda _: self.unreached, ways_to_people=ways_to_people
        )

    def _obey(self, command: Command) -> None:
        self.told.append(command)
        self.story.command(command)

    @property
    def context(self) -> Context:
        return self.story.engine.context()

    def look(self, *, minutes: float = 0) -> None:
        """Some minutes pass, with a look at the end of each."""
        for _ in range(max(int(minutes), 1)):
            if minutes:
                self.story.advance(minutes=1)
            own_home = self.story.engine.home(UNASSIGNED_HOME_ID)
            self._watch.look(self.directory, own_home, self.story.now, self.context)

    def gaps(self) -> list[Alert]:
        return [
            alert for alert in self.story.alerts() if alert.reason.code == ReasonCode.SHIFT_GAP and alert.open
        ]


def uncovered() -> Directory:
    leave = Leave("leave", "b1", AT_SIX + timedelta(hours=1), AT_SIX + timedelta(hours=15))
    return replace(staffed(), leaves=(leave,))


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """Butler b1, whose shift is from seven to nine, takes leave from seven on; everything else is staffed."""
    told = Watched(tmp_path, uncovered())
    yield told
    told.story.store.close()


def test_leave_without_cover_is_told_half_an_hour_before_the_shift_and_once(watched: Watched) -> None:
    watched.look(minutes=29)
    assert watched.gaps() == []
    watched.look(minutes=2)
    (gap,) = watched.gaps()
    assert gap.reason.data == {
        "kind": "no_butler",
        "role": None,
        "place": "",
        "person": "程晓燕",
        "from_local": "03-03 07:00",
        "elders": 2,
    }
    assert watched.story.asked() == ["operator-chen", "manager-xu"], "who keeps the roster must know in time"
    watched.look(minutes=60)
    assert [alert.id for alert in watched.gaps()] == [gap.id]
    assert len(watched.told) == 1
    watched.directory = staffed()
    watched.look(minutes=1)
    assert watched.gaps() == []
    assert watched.story.home(UNASSIGNED_HOME_ID).rules == {}


def test_a_hub_that_was_down_at_that_minute_tells_it_when_it_is_back(watched: Watched) -> None:
    watched.look(minutes=10)
    watched.story.crash(down=timedelta(hours=3))
    watched.look(minutes=1)
    (gap,) = watched.gaps()
    assert gap.reason.data["from_local"] == ""
    watched.story.crash()
    watched.look(minutes=5)
    assert [alert.id for alert in watched.gaps()] == [gap.id]
    assert len(watched.told) == 1


def test_policies_that_name_no_such_way_tell_it_as_any_technical_alert(tmp_path: Path) -> None:
    def without(context: Context) -> Context:
        policies = {name: one for name, one in context.policies.items() if name != POLICY}
        return replace(context, policies=policies)

    watched = Watched(tmp_path, uncovered(), change=without)
    watched.look(minutes=31)
    assert len(watched.gaps()) == 1
    assert watched.story.asked() == ["operator-chen"]
    watched.story.store.close()


def test_what_a_person_closed_and_nobody_mended_comes_again_a_day_after_it_was_told(watched: Watched) -> None:
    """A place that is empty for weeks must not be closed once and forgotten."""
    without = tuple(replace(one, until_at=AT_SIX + 9 * DAY) for one in watched.directory.leaves)
    watched.directory = replace(watched.directory, leaves=without)
    watched.look(minutes=31)
    for day in (1, 2):
        (gap,) = watched.gaps()
        watched.story.take("operator-chen", gap)
        watched.story.resolve("operator-chen", WhatItWas.UNDETERMINED, WhatWasDone.BY_PHONE, gap)
        watched.story.advance(hours=23.5)
        watched.look(minutes=1)
        assert watched.gaps() == [], f"day {day}: told too early"
        watched.look(minutes=30)
        assert len(watched.gaps()) == 1, f"day {day}: forgotten"


@pytest.mark.parametrize("why", ["no telephone", "another channel", "not reached"])
def test_who_cannot_be_told_is_named_before_their_shift(watched: Watched, why: str) -> None:
    watched.directory = staffed()
    if why == "not reached":
        watched.unreached = frozenset({"b1"})
    else:
        methods = () if why == "no telephone" else (ContactMethod("radio", "channel 9"),)
        watched.directory = replace(
            watched.directory,
            persons=tuple(
                replace(one, name="王敏", methods=methods) if one.id == "b1" else one
                for one in watched.directory.persons
            ),
        )
    watched.look(minutes=29)
    assert watched.gaps() == []
    watched.look(minutes=2)
    (gap,) = watched.gaps()
    assert gap.reason.data["kind"] == "no_contact"
    assert gap.reason.data["from_local"] == "03-03 07:00"


@pytest.mark.parametrize("ways", [("webhook",), ()], ids=["a channel", "no channel"])
def test_without_any_channel_no_contact_is_judged(watched: Watched, ways: tuple[str, ...]) -> None:
    """A hub without a channel reaches nobody and says so elsewhere, once: not once for each butler."""
    without = tuple(replace(one, methods=()) for one in staffed().persons)
    watched.directory = replace(staffed(), persons=without)
    watched.watch(timedelta(minutes=30), ways)
    watched.look(minutes=31)
    assert bool(watched.gaps()) == bool(ways)


def test_told_no_more_by_the_settings_is_over(watched: Watched) -> None:
    watched.look(minutes=31)
    assert len(watched.gaps()) == 1
    watched.watch(timedelta())
    watched.look(minutes=2)
    assert watched.gaps() == []
    assert watched.story.home(UNASSIGNED_HOME_ID).rules == {}


def test_while_the_clock_is_not_trusted_nothing_is_told(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.look(minutes=1)
    doubted = replace(watched.context, wall_synchronised=False)
    monkeypatch.setattr(Watched, "context", doubted)
    watched.look(minutes=40)
    assert watched.told == []
