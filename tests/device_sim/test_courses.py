"""What befalls residents: as often as it says, more often who is frail, and nothing that lasts on top of something else."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from device_sim.courses import A_MONTH, EMERGENCIES, TRUE, Happens, courses

START = datetime(2026, 3, 2, tzinfo=UTC)
MONTHS = 3000


def test_everything_happens_about_as_often_as_its_rate_says() -> None:
    """Drawn a month each, so that what is dropped because something else lasts is little."""
    counted = Counter(one.what for seed in range(MONTHS) for one in courses(START, 30, 0, Random(seed)))
    assert set(counted) == set(A_MONTH) == set(Happens)
    for what, rate in A_MONTH.items():
        assert 0.7 * rate * MONTHS < counted[what] < 1.2 * rate * MONTHS, what


def test_who_is_frail_falls_more_often_and_presses_as_often() -> None:
    falls, presses = Counter[int](), Counter[int]()
    for level in (0, 4):
        for seed in range(MONTHS):
            for one in courses(START, 30, level, Random(seed)):
                falls[level] += one.what is Happens.FALL_AND_LIES
                presses[level] += one.what is Happens.PRESS
    assert falls[4] > 2 * falls[0]
    assert presses[4] < 1.2 * presses[0]


def test_nothing_begins_while_something_lasts() -> None:
    for seed in range(200):
        found = courses(START, 90, 4, Random(seed))
        assert [one.at for one in found] == sorted(one.at for one in found)
        for one, other in itertools.pairwise(found):
            assert other.at >= one.at + max(one.lasts, timedelta(hours=6))


def test_an_emergency_is_true() -> None:
    assert EMERGENCIES < TRUE < set(Happens)
