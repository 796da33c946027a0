"""What protects each elder, part by part, and since when not: derived from what is stored, so that a restart changes nothing."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import Fault, Kind
from hub.core.alerts import Role
from hub.core.context import Context
from hub.core.home import ChainTest, DeviceKind, Home
from hub.core.shifts import Leave
from hub.directory.elder_protection import ElderNow, Part, PartNow, Protection, State, Why
from tests.story import SHANGHAI, TUESDAY_MORNING, Story


def elders(story: Story, home_id: str = "h1", unreached: frozenset[str] = frozenset()) -> list[ElderNow]:
    home = story.home(home_id)
    return list(Protection(story.now, story.engine.context(), unreached).elders([home]))


def part(story: Story, which: Part, unreached: frozenset[str] = frozenset()) -> PartNow:
    (elder,) = elders(story, unreached=unreached)
    return next(one for one in elder.parts if one.part is which)


def test_every_elder_has_every_part_once_in_order(story: Story) -> None:
    for home_id in story.engine.homes():
        for elder in elders(story, home_id):
            assert [one.part for one in elder.parts] == list(Part)


def test_a_button_holds_while_it_is_heard_and_is_broken_since_its_last_word(story: Story) -> None:
    never = part(story, Part.BUTTON)
    assert (never.state, never.why) == (State.BROKEN, Why.NEVER_HEARD)
    assert never.since_at is not None
    assert never.since_at <= story.now
    story.heartbeat("h1", "button")
    heard_at = story.now
    assert part(story, Part.BUTTON) == PartNow(Part.BUTTON, State.HOLDS)
    assert part(story, Part.LINK) == PartNow(Part.LINK, State.HOLDS)
    silent_after = story.home().profile.devices["button"].silent_after
    story.advance(seconds=silent_after.total_seconds() + 1)
    broken = part(story, Part.BUTTON)
    assert (broken.state, broken.why) == (State.BROKEN, Why.SILENT)
    assert broken.since_at is not None
    assert abs(broken.since_at - heard_at) < timedelta(seconds=1)
    assert part(story, Part.LINK).state is State.BROKEN


def test_what_nobody_fitted_is_not_broken(story: Story) -> None:
    kinds = {device.kind for device in story.home().profile.devices.values()}
    assert DeviceKind.BED_MAT not in kinds
    assert part(story, Part.BED) == PartNow(Part.BED, State.NONE)


def test_nobody_is_butler_from_the_end_of_the_shift_on(tmp_path: Path) -> None:
    def deputy_on_leave(context: Context) -> Context:
        leave = Leave("leave", "deputy-zhou", TUESDAY_MORNING, TUESDAY_MORNING + timedelta(days=3))
        return replace(context, leaves=(leave,))

    story = Story(tmp_path / "night.sqlite", change=deputy_on_leave)
    assert part(story, Part.BUTLER) == PartNow(Part.BUTLER, State.HOLDS)
    story.advance(hours=12)
    nine = datetime(2026, 3, 3, 21, tzinfo=SHANGHAI)
    assert part(story, Part.BUTLER) == PartNow(Part.BUTLER, State.BROKEN, nine, Why.NOBODY)
    story.crash()
    assert part(story, Part.BUTLER) == PartNow(Part.BUTLER, State.BROKEN, nine, Why.NOBODY)
    story.advance(hours=10)
    assert part(story, Part.BUTLER) == PartNow(Part.BUTLER, State.HOLDS)
    story.store.close()


def test_contacts_whom_nothing_reached_are_broken(story: Story) -> None:
    contacts = frozenset(story.home().profile.people[Role.CONTACT])
    assert part(story, Part.CONTACT) == PartNow(Part.CONTACT, State.HOLDS)
    assert part(story, Part.CONTACT, contacts) == PartNow(Part.CONTACT, State.BROKEN, why=Why.NOT_TOLD)


def test_who_cannot_call_is_unprotected_and_whose_key_is_heard_is_not(story: Story) -> None:
    (elder,) = elders(story)
    assert elder.unprotected
    story.heartbeat("h1", "button")
    (elder,) = elders(story)
    assert not elder.unprotected


@pytest.mark.parametrize("fault", [Fault.BATTERY_GONE, Fault.SELF_TEST_FAILED, Fault.JAMMING])
def test_a_button_that_says_it_is_dead_does_not_work_though_it_was_heard_just_now(
    story: Story, fault: Fault
) -> None:
    story.fault("h1", "button", fault)
    told_at = story.now
    story.advance(minutes=5)
    story.heartbeat("h1", "button")
    dead = part(story, Part.BUTTON)
    assert (dead.state, dead.why) == (State.BROKEN, Why.FAULT)
    assert dead.since_at is not None
    assert abs(dead.since_at - told_at) < timedelta(seconds=1)
    story.send("h1", "button", Kind.FAULT, {"fault": fault.value, "active": False})
    assert part(story, Part.BUTTON) == PartNow(Part.BUTTON, State.HOLDS)


def test_a_button_whose_battery_is_low_still_works(story: Story) -> None:
    story.fault("h1", "button", Fault.BATTERY_LOW)
    assert part(story, Part.BUTTON) == PartNow(Part.BUTTON, State.HOLDS)


def test_a_link_on_which_test_calls_are_lost_is_broken_though_heartbeats_come(story: Story) -> None:
    story.heartbeat("h1", "button")
    failed = replace(story.home(), chain_test=ChainTest(device_id="button", failed_at=TUESDAY_MORNING))
    context = story.engine.context()

    def link(context: Context, home: Home = failed) -> PartNow:
        (elder,) = Protection(story.now, context).elders([home])
        return next(one for one in elder.parts if one.part is Part.LINK)

    assert link(context) == PartNow(Part.LINK, State.BROKEN, TUESDAY_MORNING, Why.TEST_LOST)
    never_asked = replace(
        context, rules=replace(context.rules, self_test=replace(context.rules.self_test, enabled=False))
    )
    assert link(never_asked).state is State.HOLDS
    replaced = replace(failed, chain_test=replace(failed.chain_test, device_id="taken-away"))
    assert link(context, replaced).state is State.HOLDS


@pytest.mark.parametrize(
    ("ways", "butler", "contact"),
    [
        (None, State.HOLDS, State.HOLDS),
        (("another",), State.BROKEN, State.BROKEN),
        ((), State.HOLDS, State.BROKEN),
    ],
    ids=["any channel", "not theirs", "none at all"],
)
def test_who_can_be_told_over_no_channel_of_this_hub_does_not_protect(
    story: Story, ways: tuple[str, ...] | None, butler: State, contact: State
) -> None:
    """With no channel at all the butler on duty looks at a console or does not; that is said once, above the list."""
    (elder,) = Protection(story.now, story.engine.context(), (), ways).elders([story.home()])
    found = {one.part: one.state for one in elder.parts}
    assert (found[Part.BUTLER], found[Part.CONTACT]) == (butler, contact)


def test_a_butler_on_duty_whom_nothing_reached_is_broken(story: Story) -> None:
    (butler,) = story.home().profile.people[Role.BUTLER]
    everybody = frozenset(story.engine.context().people)
    assert part(story, Part.BUTLER, everybody) == PartNow(Part.BUTLER, State.BROKEN, why=Why.NOT_TOLD)
    assert part(story, Part.BUTLER, everybody - {butler}) == PartNow(Part.BUTLER, State.HOLDS)
