"""`hub evaluate`: the shipped detectors on recordings, and clear words where there are none."""

import json
from pathlib import Path

import pytest

from hub.__main__ import main

_FEVER = {"hr": 78, "temp": 39.1}


def _case(**more: object) -> dict[str, object]:
    return {"id": "one", "input": _FEVER, "expected_total": 2, **more}


def test_scores_are_held_against_what_is_expected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One right, one wrong, one that its file knows to be off the chart, one that cannot be read."""
    cases = [
        _case(),
        _case(id="two", expected_total=3),
        _case(id="three", expected_parts={"temp": 1}, agrees_with_rcp_chart=False, disagreement="a gap"),
        _case(id="four", input={"pulse": 1}),
    ]
    (tmp_path / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    figures = tmp_path / "build" / "figures.json"

    assert main(["evaluate", "news2", str(tmp_path / "cases.json"), "--json", str(figures)]) == 0

    said = capsys.readouterr().out
    assert "two          3             2" in said
    assert "temperature 1 (a gap)" in said
    assert "cases.json, case 4" in said
    assert "unknown in input: pulse" in said
    found = {one["name"]: one["value"] for one in json.loads(figures.read_text(encoding="utf-8"))}
    assert found == {
        "news2_cases": 3,
        "news2_complete_sets": 0,
        "news2_as_expected": 1,
        "news2_wrong": 1,
        "news2_expectation_off_the_chart": 1,
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere does not exist; name a folder"),
        ([".", "--format", "sheet"], "--format sheet is not known; for news2 it is one of vectors"),
    ],
)
def test_what_cannot_be_judged_is_said(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", "news2", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_folder_of_something_else_says_why_each_was_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    (tmp_path / "b.json").write_text("{}", encoding="utf-8")
    assert main(["evaluate", "news2", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "could be read as vectors" in said
    assert "is not JSON: a.json" in said
    assert "is not a list of cases: b.json" in said


def test_every_published_case_comes_out_as_the_chart_says(
    data_dir: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    figures = tmp_path / "figures.json"
    assert main(["evaluate", "news2", str(data_dir / "news2"), "--json", str(figures)]) == 0
    found = {one["name"]: one["value"] for one in json.loads(figures.read_text(encoding="utf-8"))}
    assert found["news2_wrong"] == 0
    assert found["news2_cases"] >= 98
    assert "MISSED" not in capsys.readouterr().out
