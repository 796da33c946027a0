"""`hub replay`: a recorded store stepped again under the rules in force and under others, and what differs."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.command_line.replay import compare
from hub.config.rules import load_rules
from hub.replay.comparing import Compared, page, tables
from hub.store.queries import Queries
from tests.story import CONFIG, Story, shipped

DAYS = timedelta(days=3)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    (tmp_path / "data").mkdir()
    return Story(tmp_path / "data" / "hub.sqlite")


def recorded(story: Story) -> None:
    """Low oxygen for ten minutes, a press that somebody answers, a night."""
    for _ in range(3):
        story.measure(spo2_percent=89)
        story.advance(minutes=4)
    for _ in range(3):
        story.measure(spo2_percent=97)
        story.advance(minutes=4)
    story.press("h3", "pendant")
    pressed = next(alert for alert in story.alerts() if alert.home_id == "h3")
    story.take("butler-wang", pressed)
    story.advance(hours=3)
    story.store.close()


def softer(folder: Path) -> Path:
    text = (CONFIG / "rules.toml").read_text(encoding="utf-8")
    assert "limit = 91\nclear = 93" in text
    path = folder / "softer.toml"
    path.write_text(text.replace("limit = 91\nclear = 93", "limit = 87\nclear = 89"), encoding="utf-8")
    return path


def compared(story: Story, tried: Path) -> Compared:
    rules, policies = shipped()
    other, problems = load_rules(tried)
    assert other is not None, problems
    queries = Queries(story.path)
    try:
        return queries.read(lambda connection: compare(connection, DAYS, rules, other, policies))
    finally:
        queries.close()


def test_a_softer_limit_loses_its_own_alert_and_no_other(story: Story, tmp_path: Path) -> None:
    recorded(story)
    found = compared(story, softer(tmp_path))
    assert found.before.failed == found.after.failed == 0
    assert [one.rule for one in found.gone] == ["spo2_low"]
    assert found.new == []
    pressed = [
        [one.rule for one in played.raised if one.severity == "emergency"]
        for played in (found.before, found.after)
    ]
    assert pressed == [["call_pressed"], ["call_pressed"]]
    by_rule, by_person, load = tables(found)
    assert ("spo2_low", "1", "0", "-1") in by_rule.rows
    assert [row[-1] for row in by_person.rows if row[0] == "li"] == ["-1"]
    assert {row[0] for row in load.rows} >= {"butler-wang"}


def test_the_same_rules_differ_in_nothing(story: Story) -> None:
    recorded(story)
    found = compared(story, CONFIG / "rules.toml")
    assert found.gone == found.new == []
    assert len(found.before.raised) >= 2
    assert "No alert differs" in page(found, "the same")


def test_the_command_prints_tables_writes_the_page_and_leaves_the_store_alone(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded(story)
    before = story.path.read_bytes()
    config = tmp_path / "hub.toml"
    config.write_text(
        f'[hub]\ncell = "demo"\ndata_dir = "{tmp_path / "data"}"\nrules = "{CONFIG / "rules.toml"}"\n'
        f'policies = "{CONFIG / "policies.toml"}"\n[mqtt]\nhost = "127.0.0.1"\n',
        encoding="utf-8",
    )
    out = tmp_path / "out" / "page.html"
    arguments = ["replay", "--config", str(config), "--rules", str(softer(tmp_path)), "--since", "3d"]
    assert main([*arguments, "--page", str(out)]) == 0
    said = capsys.readouterr().out
    assert "1 alerts gone, 0 new" in said
    assert "spo2_low" in said
    html = out.read_text(encoding="utf-8")
    assert "<svg" in html
    assert "urgent spo2_low" in html
    assert "李" not in said + html, "ids only"
    assert story.path.read_bytes() == before
    assert main([*arguments[:-1], "soon"]) == 2
    assert "write a number and h, d or w" in capsys.readouterr().err
