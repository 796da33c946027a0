"""A running hub and its directory: what does not fit is refused whole, or told at the start; every press is answered."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hub.app import Hub
from hub.config.settings import load
from hub.core.alerts import AlertKind
from hub.core.events import SetProfile
from hub.core.outcome import Done
from hub.directory.model import Directory
from hub.directory.validation import DirectoryProblems
from hub.store import directory_rows
from tests.directory.samples import small
from tests.servers import free_port
from tests.story import CONFIG, SYSTEM, Story, street

POLICY = 'home "h1": unknown policy "emergancy"; known: '
OVERRIDE = 'home "h1" override of rule "spo2": unknown rule; known: '


@pytest.fixture
def hub_toml(tmp_path: Path) -> Path:
    path = tmp_path / "hub.toml"
    path.write_text(
        f'[hub]\ncell = "{small().cell}"\ndata_dir = "data"\nrules = "{CONFIG}/rules.toml"\n'
        f'policies = "{CONFIG}/policies.toml"\n[mqtt]\nhost = "127.0.0.1"\nport = {free_port()}\n[web]\nport = 0\n'
    )
    return path


@pytest.fixture
def hub(hub_toml: Path) -> Iterator[Hub]:
    running = Hub(load(hub_toml, {}))
    running.start()
    yield running
    running.stop()


def mistaken() -> Directory:
    first, *rest = small().homes
    wrong = replace(first, emergency_policy="emergancy", overrides={"spo2": {"limit": 85.0}})
    return replace(small(), homes=(wrong, *rest))


def test_a_directory_that_does_not_fit_is_refused_and_nothing_changes(hub: Hub) -> None:
    hub.adopt_directory(small())
    before = dict(hub.homes())
    with pytest.raises(DirectoryProblems) as refused:
        hub.adopt_directory(mistaken())
    told = str(refused.value).splitlines()
    assert [line.partition("known: ")[0] + "known: " for line in told] == [OVERRIDE, POLICY]
    assert hub.store.write(directory_rows.load) == small()
    assert hub.directory == small()
    assert dict(hub.homes()) == before


def test_a_directory_that_does_not_fit_is_told_at_the_start_and_hinders_nothing(
    hub_toml: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = load(hub_toml, {})
    first = Hub(settings)
    first.store.write(lambda connection: directory_rows.save(connection, mistaken()))
    first.stop()
    hub = Hub(settings)
    with caplog.at_level(logging.WARNING):
        hub.start()
    try:
        told = [record.getMessage() for record in caplog.records]
        for problem in (OVERRIDE, POLICY):
            assert any(line.startswith(f"directory: {problem}") for line in told), told
        assert {"h1", "h2"} <= hub.homes().keys()
    finally:
        hub.stop()


def test_a_press_reaches_butler_and_family_although_the_homes_policy_does_not_exist(tmp_path: Path) -> None:
    story = Story(tmp_path / "hub.sqlite")
    done = story.command(SetProfile("h1", SYSTEM, replace(street()["h1"], emergency_policy="emergancy")))
    assert isinstance(done, Done)
    story.press()
    assert story.alert().kind is AlertKind.EMERGENCY_CALL
    assert not story.home().unjudged
    story.expect_asked("butler-wang", "daughter-li")
    story.store.close()
