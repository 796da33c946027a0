"""After an edit only the homes that it touches are looked at: no home that changes may be missed."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hub.core.alerts import Role
from hub.directory.comparing import homes_touched
from hub.directory.demo import demo_directory
from hub.directory.model import Directory, alike
from hub.directory.profiles import profiles
from tests.directory.samples import AT

DEMO = demo_directory(7, AT)
_CHANGES: dict[str, Callable[[Any], Any]] = {
    "elders": lambda one: replace(one, name="新名"),
    "residences": lambda one: replace(one, until_at=AT),
    "homes": lambda one: replace(one, phone="0371-1"),
    "rooms": lambda one: replace(one, name="书房"),
    "devices": lambda one: replace(one, model="m-2"),
    "assignments": lambda one: replace(one, until_at=AT),
    "persons": lambda one: replace(one, phone="0371-2", name="新名"),
    "bonds": lambda one: replace(one, rank=one.rank + 5, relation="邻居"),
    "centres": lambda one: replace(one, company_id=None),
    "regions": lambda one: replace(one, name="新名"),
    "shifts": lambda one: replace(one, role=Role.DEPUTY),
}


def _edited(directory: Directory, field: str, draw: random.Random) -> Directory:
    entries = list(getattr(directory, field))
    place = draw.randrange(len(entries))
    match draw.randrange(3):
        case 0:
            entries[place] = _CHANGES[field](entries[place])
        case 1:
            del entries[place]
        case _:
            entries[place : place + 2] = entries[place : place + 2][::-1]
    changed: dict[str, Any] = {field: tuple(entries)}
    return replace(directory, **changed)


@pytest.mark.parametrize("field", _CHANGES)
def test_a_home_whose_profile_changes_is_among_those_touched(field: str) -> None:
    draw = random.Random(field)
    before = profiles(DEMO, AT)
    for _ in range(12):
        after = _edited(DEMO, field, draw)
        current = profiles(after, AT)
        changed = {one for one in before.keys() | current.keys() if before.get(one) != current.get(one)}
        touched = homes_touched(DEMO, after)
        if touched is not None:
            assert changed <= touched
            assert profiles(after, AT, only=touched) == {
                one: profile for one, profile in current.items() if one in touched
            }


@pytest.mark.parametrize("field", ["elders", "residences", "homes", "rooms", "devices", "assignments"])
def test_an_edit_of_one_entry_touches_one_home(field: str) -> None:
    entries = list(getattr(DEMO, field))
    entries[5] = _CHANGES[field](entries[5])
    changed: dict[str, Any] = {field: tuple(entries)}
    touched = homes_touched(DEMO, replace(DEMO, **changed))
    assert touched is not None
    assert len(touched) <= 1
    assert homes_touched(DEMO, replace(DEMO, shifts=DEMO.shifts[1:])) == frozenset()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", (0, 0)),
        ("abc", "abc", (3, 0)),
        ("abc", "axc", (1, 1)),
        ("abc", "abcd", (3, 0)),
        ("abc", "ac", (1, 1)),
        ("aa", "a", (1, 0)),
        ("abc", "xyz", (0, 0)),
        ("abab", "ab", (2, 0)),
    ],
)
def test_what_two_rows_have_in_common_is_counted_once(old: str, new: str, expected: tuple[int, int]) -> None:
    assert alike(old, new) == expected
