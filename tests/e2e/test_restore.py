"""A store that was damaged between two runs: the hub itself puts the newest copy in its place and tells a person."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.__main__ import main
from tests.e2e.hub_process import HubProcess, write_settings
from tests.servers import free_port, require_embedded_broker

pytestmark = pytest.mark.slow


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    require_embedded_broker()
    made = HubProcess(write_settings(tmp_path / "hub", mqtt=f"port = {free_port()}"))
    yield made
    made.close()


def store_of(hub: HubProcess) -> Path:
    return hub.data_dir / "hub.sqlite"


def tear(hub: HubProcess) -> None:
    """The first pages are noise, as after a card that lost power while it wrote."""
    with store_of(hub).open("r+b") as file:
        file.write(os.urandom(16_384))


def told(hub: HubProcess) -> list[str]:
    with sqlite3.connect(f"{store_of(hub).as_uri()}?mode=ro", uri=True) as connection:
        bodies = connection.execute("SELECT body FROM alert").fetchall()
    return [str(body) for (body,) in bodies if "store_restored" in str(body)]


def test_a_damaged_store_is_set_aside_and_its_copy_takes_its_place(
    hub: HubProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.start_ready()
    assert main(["backup", "--config", str(hub.settings)]) == 0
    assert "whole, up to input" in capsys.readouterr().out
    assert main(["restore", "--config", str(hub.settings)]) == 2
    assert "held by process" in capsys.readouterr().err
    assert hub.stop() == 0
    tear(hub)
    hub.start_ready()
    assert "takes its place" in hub.said
    assert hub.stop() == 0
    assert len(told(hub)) == 1
    aside = list(hub.data_dir.glob("hub-aside-*.sqlite"))
    assert len(aside) == 1
    assert not aside[0].read_bytes().startswith(b"SQLite format 3")
    hub.start_ready()
    assert len(told(hub)) == 1, "told once"


def test_without_a_copy_the_hub_says_what_it_tried(hub: HubProcess) -> None:
    hub.start_ready()
    assert hub.stop() == 0
    tear(hub)
    before = store_of(hub).read_bytes()
    hub.start()
    assert hub.ended() == 2
    assert "holds no copy of cell" in hub.said
    assert store_of(hub).read_bytes() == before, "nothing was touched"


def test_by_hand_a_copy_is_listed_and_put_back(hub: HubProcess, capsys: pytest.CaptureFixture[str]) -> None:
    config = ["--config", str(hub.settings)]
    assert main(["restore", *config]) == 2
    assert "holds no copy" in capsys.readouterr().err
    assert main(["backup", *config]) == 2
    assert "there is no store" in capsys.readouterr().err
    hub.start_ready()
    assert hub.stop() == 0
    assert main(["backup", *config]) == 0
    assert main(["restore", "--list", *config]) == 0
    assert "up to input" in capsys.readouterr().out
    assert main(["restore", *config]) == 0
    assert "is the store now" in capsys.readouterr().out
    hub.start_ready()
