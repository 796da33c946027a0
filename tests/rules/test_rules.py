"""Plays every case of the TOML files beside it on the shipped rules, as `hub rules test tests/rules` does (docs/rules.md)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.__main__ import main
from hub.series.cases import Case, CasesFile, files, load_cases
from hub.series.playing import play, rules_of
from tests.story import CONFIG, shipped

FOLDER = Path(__file__).parent


def cases() -> Iterator[Any]:
    for path in files([FOLDER]):
        file, problems = load_cases(path)
        assert file is not None, problems
        for case in file.case:
            yield pytest.param(case, file, id=f"{path.stem}: {case.name}")


@pytest.mark.parametrize(("case", "file"), list(cases()))
def test_rule(case: Case, file: CasesFile) -> None:
    rules, policies = shipped()
    assert list(play(case, rules_of(file, rules), policies).differences(case)) == []


def test_every_shipped_threshold_is_shown_to_fire_and_to_stay_calm_beside_its_limit() -> None:
    shown = [param.values[0] for param in cases() if not param.values[1].rule]
    fired = {alert.split("|")[1] for case in shown for alert in case.alerts if " vital|" in alert}
    names = {case.name for case in shown}
    for rules in shipped()[0].thresholds.values():
        for rule in rules:
            assert rule.name in fired, f"no case shows {rule.name} firing"
            assert f"{rule.name} stays calm" in names, f"no case shows {rule.name} staying calm"


# --- the command ------------------------------------------------------------------------------------------------------

RULES = str(CONFIG / "rules.toml")

CASES = """
[[case]]
name = "low oxygen for five minutes"
steps = [{ vital = { spo2_percent = 90 } }, { at_s = 299, vital = { spo2_percent = 90 } }]
until_s = 10
alerts = ["300 vital|spo2_low|ox urgent"]

[[case]]
name = "a fall that is taken back"
steps = [
  { fall = "suspected", device = "belt" },
  { at_s = 20, press = "cancel", device = "belt" },
]
until_s = 600
alerts = ["0 fall|belt emergency"]
ended = ["20 fall|belt"]
"""


def run(tmp_path: Path, text: str, *more: str) -> int:
    (tmp_path / "cases.toml").write_text(text, encoding="utf-8")
    return main(["rules", "test", str(tmp_path), "--rules", RULES, *more])


def test_cases_that_come_out_as_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, CASES) == 0
    assert capsys.readouterr().out == "2 cases came out as written, 0 otherwise\n"


def test_a_difference_names_case_what_was_expected_and_what_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, CASES.replace("300 vital", "240 vital")) == 1
    said = capsys.readouterr().out
    assert "cases.toml: low oxygen for five minutes" in said
    assert "alerts: expected 240 vital|spo2_low|ox urgent" in said
    assert "alerts: came     300 vital|spo2_low|ox urgent" in said
    assert "1 cases came out as written, 1 otherwise" in said


def test_other_rules_give_other_alerts(tmp_path: Path) -> None:
    """The same cases on rules of one's own: what a change would do is seen before it is made."""
    rules = tmp_path / "own" / "rules.toml"
    rules.parent.mkdir()
    text = (CONFIG / "rules.toml").read_text(encoding="utf-8")
    rules.write_text(text.replace("limit = 91\nclear = 93", "limit = 88\nclear = 90"), encoding="utf-8")
    policies = str(CONFIG / "policies.toml")
    assert run(tmp_path, CASES, "--rules", str(rules), "--policies", policies) == 1


def test_a_file_of_thresholds_of_its_own(tmp_path: Path) -> None:
    own = """
[[rule]]
name = "warm"
measure = "temperature_c"
side = "above"
limit = 37.5
clear = 37.2
severity = "routine"

[[case]]
name = "warm"
steps = [{ vital = { temperature_c = 37.6, spo2_percent = 80 } }]
alerts = ["0 vital|warm|ox routine"]
"""
    assert run(tmp_path, own) == 0


def test_everything_that_is_wrong_is_told_at_once_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = """
[[case]]
name = "wrong in four ways"
steps = [
  { vital = { pulse = 90 } },
  { at_s = -1, alive = true },
  { hazard = "smoke", bed = "in_bed" },
]
alert = []
alerts = []
"""
    assert run(tmp_path, wrong) == 2
    said = capsys.readouterr().err
    assert said.count('cases.toml:4 case "wrong in four ways" steps') == 3
    assert "pulse" in said
    assert "found hazard, bed: write a step for each" in said
    assert 'cases.toml:9 case "wrong in four ways" alert' in said


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (
            '[{ resolve = "vital|spo2_low|ox" }]',
            'no alert "vital|spo2_low|ox" is open to be resolved; open are: none',
        ),
        ('[{ alive = true, device = "voice" }]', '"voice" is not in this home: give the case voice = true'),
    ],
)
def test_a_step_that_means_nothing_where_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], steps: str, said: str
) -> None:
    assert run(tmp_path, f'[[case]]\nname = "odd"\nsteps = {steps}\nalerts = []\n') == 2
    assert said in capsys.readouterr().err


def test_a_folder_without_cases_and_rules_that_are_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["rules", "test", str(empty), "--rules", RULES]) == 2
    assert "no *.toml in" in capsys.readouterr().err
    (empty / "rules.toml").write_text('[[rule]]\nkind = "thresold"\n', encoding="utf-8")
    assert main(["rules", "test", str(empty), "--rules", str(empty / "rules.toml")]) == 2
    assert "rules.toml:1" in capsys.readouterr().err
