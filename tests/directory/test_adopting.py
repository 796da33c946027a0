"""A running hub and its directory: what does not fit is refused whole, or told at the start; every press is answered."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from queue import Queue

import pytest

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import Kind
from hub.app import Hub
from hub.config.settings import load
from hub.core.alerts import Alert, AlertKind
from hub.core.calendar import DayType, Holiday
from hub.core.events import SetProfile
from hub.core.journal import EntryKind
from hub.core.outcome import Done
from hub.directory.model import Directory
from hub.directory.validation import DirectoryProblems
from hub.ingest.message import RawMessage, SessionName
from hub.store import directory_rows
from hub.store.store import JournalLine
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
        f'policies = "{CONFIG}/policies.toml"\n'
        f'holidays = "{CONFIG}/holidays"\n[mqtt]\nhost = "127.0.0.1"\nport = {free_port()}\n[web]\nport = 0\n'
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


def test_the_running_hub_follows_the_holidays_of_its_settings_and_those_changed_here(hub: Hub) -> None:
    fair = Holiday(date(2026, 10, 8), DayType.REST_DAY, "庙会")
    for directory, eighth in (
        (small(), DayType.WORKDAY),
        (replace(small(), holidays=(fair,)), fair.day_type),
    ):
        hub.adopt_directory(directory)
        calendar = hub.context().calendar
        found = [calendar.day_type(date(2026, 10, day)) for day in (7, 8, 10)]
        assert found == [DayType.REST_DAY, eighth, DayType.WORKDAY]


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


def without(home_id: str) -> Directory:
    """The street after somebody took this home off the books."""
    base = small()
    rooms = tuple(room for room in base.rooms if room.home_id != home_id)
    assignments = tuple(one for one in base.assignments if one.home_id != home_id)
    residences = tuple(one for one in base.residences if one.home_id != home_id)
    return replace(
        base,
        homes=tuple(home for home in base.homes if home.id != home_id),
        rooms=rooms,
        assignments=assignments,
        residences=residences,
        elders=tuple(elder for elder in base.elders if any(one.elder_id == elder.id for one in residences)),
        bonds=tuple(bond for bond in base.bonds if bond.home_id != home_id),
    )


def test_a_home_that_left_the_directory_keeps_its_alerts_and_its_devices_are_strangers(hub: Hub) -> None:
    hub.adopt_directory(small())
    told: Queue[JournalLine] = Queue()

    def listen(lines: Sequence[JournalLine]) -> None:
        for line in lines:
            if line.entry.kind is EntryKind.ALERT_TRIGGERED:
                told.put(line)

    hub.subscribe(listen)

    def press(seq: int) -> Alert:
        address = Address(hub.cell, "h1", "button-1")
        envelope = {"v": 1, "boot": 1, "seq": seq, "uptime_ms": 1000 * seq, "device_time": None}
        body = {**envelope, "event_id": f"event-{seq:04d}", "age_ms": 0, "action": "emergency"}
        payload = json.dumps(body).encode()
        hub.engine.offer(RawMessage(address.up(Kind.CALL), payload, 1, False, False, SessionName.URGENT))
        alert = told.get(timeout=20).alert
        assert alert is not None
        return alert

    before = press(1)
    assert before.home_id == "h1"
    hub.adopt_directory(without("h1"))
    home = hub.home("h1")
    assert home is not None
    assert (home.profile.residents, home.profile.devices, home.profile.people) == ((), {}, {})
    assert home.profile.address
    assert list(home.alerts) == [before.id]
    stranger = press(2)
    assert (stranger.home_id, stranger.reason.data["claimed_home"]) == ("unassigned", "h1")


def test_a_press_reaches_butler_and_family_although_the_homes_policy_does_not_exist(tmp_path: Path) -> None:
    story = Story(tmp_path / "hub.sqlite")
    done = story.command(SetProfile("h1", SYSTEM, replace(street()["h1"], emergency_policy="emergancy")))
    assert isinstance(done, Done)
    story.press()
    assert story.alert().kind is AlertKind.EMERGENCY_CALL
    assert not story.home().unjudged
    story.expect_asked("butler-wang", "daughter-li")
    story.store.close()
