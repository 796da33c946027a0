"""What is saved comes back the same, in the same order, and nothing of the directory before it remains."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from hub.directory.demo import demo_directory
from hub.directory.model import DeviceEntry, Opening
from hub.store import directory_rows
from hub.store.migrations import migrate
from tests.directory.samples import AT, small


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A store as an installation has it."""
    engine = create_engine(f"sqlite:///{tmp_path / 'cell.db'}")
    with engine.connect() as opened:
        migrate(opened, "demo", "cell.db")
        yield opened
    engine.dispose()


def test_the_whole_demo_comes_back_as_it_was(connection: Connection) -> None:
    street = demo_directory(7, AT)
    home = replace(
        street.homes[0], overrides={"spo2_low": {"limit": 87.0}}, emergency_policy="mine", note='"引号"'
    )
    device = DeviceEntry(
        "spare", street.devices[0].kind, silent_after=timedelta(seconds=90, milliseconds=250)
    )
    centre = replace(street.centres[0], openings=(Opening(frozenset({0, 6}), time(7, 30), time(0, 0)),))
    street = replace(
        street,
        homes=(home, *street.homes[1:]),
        devices=(*street.devices, device),
        centres=(centre, *street.centres[1:]),
    )
    directory_rows.save(connection, street)
    assert directory_rows.load(connection) == street


def test_saving_replaces_what_was_there(connection: Connection) -> None:
    directory_rows.save(connection, demo_directory(7, AT))
    directory_rows.save(connection, small())
    assert directory_rows.load(connection) == small()


def test_a_failed_save_leaves_the_old_directory(connection: Connection) -> None:
    with connection.begin():
        directory_rows.save(connection, small())
    doubled = replace(small(), persons=(*small().persons, small().persons[0]))
    with pytest.raises(Exception, match="UNIQUE"), connection.begin():
        directory_rows.save(connection, doubled)
    assert directory_rows.load(connection) == small()


def test_a_store_without_a_directory_says_so(connection: Connection) -> None:
    assert directory_rows.load(connection) is None
