"""What is saved comes back the same, in the same order, and nothing of the directory before it remains."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from hub.core.alerts import Role
from hub.core.calendar import DayType, Holiday, OnDays
from hub.core.context import Shift
from hub.core.opening import Opening, SpecialHours
from hub.core.shifts import Cover, DatedShift, Leave, LeaveKind, Takes
from hub.directory.demo import demo_directory
from hub.directory.model import DeviceEntry, Directory
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


def test_a_roster_with_dates_comes_back_as_it_was(connection: Connection) -> None:
    later = AT + timedelta(days=3)
    on = date(2026, 2, 28)
    shift = Shift("b1", Role.BUTLER, frozenset(), time(8), time(18), "small", OnDays.WORKDAYS)
    centre = replace(
        small().centres[0],
        openings=(Opening(frozenset(), time(8), time(18), OnDays.REST_DAYS),),
        special_hours=(SpecialHours(on, time(9), time(0)), SpecialHours(date(2026, 2, 17))),
    )
    roster = replace(
        small(),
        centres=(centre, *small().centres[1:]),
        shifts=(*small().shifts, shift),
        dated_shifts=(DatedShift("d1", "b1", Role.BUTLER, on, time(21), time(7), "small", in_place=True),),
        leaves=(Leave("l1", "b1", AT, later, LeaveKind.ILL),),
        covers=(
            Cover("c1", "b1", "b2", AT, later, Takes.HOMES, AT, AT, later, "manager"),
            Cover("c2", "b1", "b2", AT, later, requested_at=AT, declined_at=later, declined_by="b2"),
        ),
        holidays=(Holiday(on, DayType.WORKDAY, "春节调休"),),
    )
    directory_rows.save(connection, small())
    directory_rows.save_changes(connection, small(), roster)
    assert directory_rows.load(connection) == roster


def test_opening_hours_of_an_earlier_release_are_of_weekdays(connection: Connection) -> None:
    directory_rows.save(connection, small())
    connection.exec_driver_sql("""UPDATE directory_centre SET openings = '[["06", "07:30", "21:00"]]'""")
    loaded = directory_rows.load(connection)
    assert loaded is not None
    assert loaded.centres[0].openings == (Opening(frozenset({0, 6}), time(7, 30), time(21)),)


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


def _edited(directory: Directory, draw: random.Random) -> Directory:
    """Some entries of some tables gone, changed, added, moved."""
    changed: dict[str, Any] = {}
    for field in ("elders", "homes", "residences", "bonds", "persons", "assignments", "devices", "shifts"):
        entries = list(getattr(directory, field))
        for _ in range(draw.randrange(4)):
            entries.pop(draw.randrange(len(entries)))
        if field == "elders":
            entries[0] = replace(entries[0], call_name=f"改{draw.random()}")
            entries.append(replace(entries[1], id=f"new-{draw.random()}"))
        if field == "bonds":
            entries.append(entries[2])
        if draw.random() < 0.3:
            draw.shuffle(entries)
        changed[field] = tuple(entries)
    return replace(directory, **changed)


@pytest.mark.parametrize("seed", range(5))
def test_only_what_changed_is_written_and_the_whole_comes_back(connection: Connection, seed: int) -> None:
    draw = random.Random(seed)
    stored = demo_directory(7, AT)
    directory_rows.save(connection, stored)
    for _ in range(3):
        wanted = _edited(stored, draw)
        after = directory_rows.arranged(stored, wanted)
        assert Counter(map(repr, after.bonds)) == Counter(map(repr, wanted.bonds))
        assert {one.id: one for one in after.elders} == {one.id: one for one in wanted.elders}
        directory_rows.save_changes(connection, stored, after)
        assert directory_rows.load(connection) == after
        stored = after


def test_an_edit_of_one_elder_writes_one_row(connection: Connection) -> None:
    stored = demo_directory(7, AT)
    directory_rows.save(connection, stored)
    first, *rest = stored.elders
    after = replace(stored, elders=(replace(first, note="听不见：直接上门"), *rest))
    before = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
    directory_rows.save_changes(connection, stored, after)
    assert connection.exec_driver_sql("SELECT total_changes()").scalar_one() == before + 1
    assert directory_rows.load(connection) == after
