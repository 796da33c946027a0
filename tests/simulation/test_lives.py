"""Simulated lives of the hub: no seed breaks a promise, and the simulation finds what is broken on purpose."""

from collections import Counter

import pytest

from tests.simulation.defects import DEFECTS
from tests.simulation.plan import Plan, What, draw
from tests.simulation.verdict import explain, live, lives, shortened

SEEDS = 200
CRASHES = {what for what in What if what.startswith("crash")}
"""Of which each comes with presses."""
GROUP = 20
DEFECT_WITHIN = 300

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("first", range(0, SEEDS, GROUP))
def test_no_promise_is_broken(first: int) -> None:
    broken = [explain(lived) for lived in lives(range(first, first + GROUP)) if lived.law]
    assert not broken, "\n\n".join(broken)


def test_the_seeds_reach_every_deed_and_fault() -> None:
    drawn = Counter(act.what for seed in range(SEEDS) for act in draw(seed).acts)
    assert {what for what in What if drawn[what] < 5} == set()


TRIED_FIRST = {
    "event id remembered before commit": 3,
    "an old message id acknowledged after reconnect": 24,
    "wall clock used for a deadline": 10,
    "sent after the answer": 137,
    "outbox outside the transaction": 15,
    "recovery that skips the last input": 30,
    "retained press taken as live": 17,
    "hub time from the last commit": 26,
}
"""Seeds that found it lately: most often that saves the search."""


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_caught(name: str) -> None:
    tried_first = TRIED_FIRST.get(name, 0)
    seeds = [tried_first, *(seed for seed in range(DEFECT_WITHIN) if seed != tried_first)]
    found = next((one for one in lives(seeds, DEFECTS[name]) if one.law), None)
    assert found is not None, f"{name} breaks no promise within {DEFECT_WITHIN} seeds"
    # It is the defect that breaks it.
    assert not next(lives([found.plan.seed])).law


def test_a_seed_is_lived_the_same_twice() -> None:
    one, other = live(draw(3)), live(draw(3))
    assert (one.story, one.law, one.presses, one.alerts) == (
        other.story,
        other.law,
        other.presses,
        other.alerts,
    )
    assert one.presses
    assert one.alerts


def test_a_story_is_shortened_to_what_breaks_the_promise() -> None:
    defect = DEFECTS["a second press swallowed"]
    found = next(one for one in lives(range(DEFECT_WITHIN), defect) if one.law)
    short = shortened(found, defect)
    assert short.law == found.law
    deeds = {act.what for act in short.plan.acts}
    assert deeds <= {What.PRESS, What.PRESS_TWICE, What.LOST_WHILE_BUSY, *CRASHES}
    assert len(short.plan.acts) <= 2
    told = explain(found, "a second press swallowed", defect)
    assert f"--seed {found.plan.seed}" in told


def test_a_plan_is_the_same_everywhere() -> None:
    plan: Plan = draw(1)
    assert plan == draw(1)
    assert plan != draw(2)
