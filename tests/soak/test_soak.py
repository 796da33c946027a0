"""The soak itself: how long it goes on, and that what is not kept is said and ends with an error."""

import json
from pathlib import Path

import pytest

from hub.evaluation.figures import Figure, figure_line, write_figures
from tests.soak import __main__ as soak
from tests.soak import living


@pytest.mark.parametrize(
    ("seeds", "minutes", "groups"),
    [
        pytest.param(25, 0, 3, id="as many seeds as wished, in whole groups"),
        pytest.param(5, 7, 8, id="and on until the time is over"),
        pytest.param(95, 0, 10, id="never fewer than wished"),
    ],
)
def test_how_long_it_goes_on(seeds: int, minutes: int, groups: int) -> None:
    looks = iter(range(1000))
    found = list(living.groups(seeds, minutes, lambda: next(looks)))
    assert len(found) == groups
    assert [seed for group in found for seed in group] == list(range(groups * living.GROUP))


@pytest.mark.parametrize(
    ("figure", "kept"),
    [
        (Figure("lost", 0, "presses", 0), True),
        (Figure("lost", 1, "presses", 0), False),
        (Figure("caught", 17, "defects", 17, at_least=True), True),
        (Figure("caught", 16, "defects", 17, at_least=True), False),
        (Figure("seen", 5, "presses"), True),
    ],
)
def test_a_limit_is_kept_or_it_is_said(figure: Figure, kept: bool) -> None:
    assert figure.kept is kept
    assert ("NOT KEPT" in figure_line(figure)) is not kept


def test_a_part_that_fails_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    def fail() -> tuple[Figure, ...]:
        raise OSError("no broker")

    said: list[str] = []
    ratio = Figure("ingest_ratio", 0.7, "of it", 0.6, at_least=True)
    found = soak.soak({"lives": fail, "ingest": lambda: (ratio,)}, said.append)
    write_figures(tmp_path / "soak.json", found)
    assert json.loads((tmp_path / "soak.json").read_text(encoding="utf-8")) == [
        {"name": "lives_failed", "value": 1, "unit": "parts", "limit": 0},
        {"name": "ingest_ratio", "value": 0.7, "unit": "of it", "limit": 0.6},
    ]
    assert any("no broker" in one for one in said)
