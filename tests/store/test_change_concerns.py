"""Lines of the change log that older releases wrote learn whom they concern, as far as the directory tells it."""

import json
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.store import change_log, ended_sessions
from hub.store.change_concerns import EVERYBODY, Concern, ConcernKind, Reached
from hub.store.change_log import Change, Wanted, What
from hub.store.store import Store
from tests.store import state_fixture
from tests.store.samples import CELL, at

LINES: tuple[tuple[str, str, str | None, dict[str, Any], Reached], ...] = (
    ("membership_changed", "elder", "e1", {"to": "paused"}, Reached(homes=["home-9"])),
    ("device_moved", "device", "b1", {"from": "home-7", "to": "home-8"}, Reached(homes=["home-7"])),
    ("device_moved", "device", "b1", {"from": "home-7", "to": "home-8"}, Reached(homes=["home-8"])),
    ("device_recovered", "device", "b2", {}, Reached(homes=["home-9"])),
    ("home_enrolled", "home", "home-9", {"centre_id": "c9"}, Reached(homes=["home-9"])),
    ("roster_changed", "person", "p1", {"change": "leave_set"}, Reached(homes=["home-9"])),
    ("roster_changed", "person", "p1", {"change": "leave_set"}, Reached(centres=["c9"])),
    ("person_changed", "person", "p1", {}, Reached(companies=["co9"])),
    ("cover_confirmed", "cover", "k1", {}, Reached(companies=["co9"])),
    ("roster_changed", "centre", "c9", {"change": "openings_set"}, Reached(centres=["c9"])),
    (
        "centre_moved",
        "centre",
        "c1",
        {"company_before": "co1", "company": "co9", "centres": ["c1", "c9"]},
        Reached(companies=["co1"]),
    ),
    ("centre_moved", "centre", "c1", {"centres": ["c1", "c9"]}, Reached(centres=["c9"])),
    ("account_changed", "account", "ada", {}, Reached(regions=["r9"])),
    (
        "account_changed",
        "account",
        "x",
        {"access_before": "operator company:co9"},
        Reached(companies=["co9"]),
    ),
    ("access_refused", "alert", "a-held", {}, Reached(homes=["home-1"])),
    ("access_refused", "request", "q-open", {}, Reached(homes=["home-2"])),
    ("roster_changed", "roster", "2026-05-01", {"change": "holiday_set"}, Reached()),
)
DIRECTORY = f"""
INSERT INTO directory_residence (elder_id, home_id, membership, from_at) VALUES ('e1', 'home-9', 'active', 0);
INSERT INTO directory_assignment (device_id, home_id, from_at, until_at) VALUES ('b2', 'home-9', 0, {10**15 * 2});
INSERT INTO directory_person (id, name, surname, methods, phone, company_id) VALUES ('p1', 'n', 'n', '[]', '', 'co9');
INSERT INTO directory_bond (person_id, role, from_at, home_id, cover, rank, relation)
  VALUES ('p1', 'butler', 0, 'home-9', 0, 0, '');
INSERT INTO directory_shift (person_id, role, weekdays, starts, ends, centre_id, days)
  VALUES ('p1', 'butler', '0', '08:00', '09:00', 'c9', 'weekdays');
INSERT INTO directory_cover (id, covered_id, by_id, from_at, until_at, takes) VALUES ('k1', 'p2', 'p1', 0, 1, 'x');
INSERT INTO account (login, name, role, password_hash, active, generation, created_at, scope_kind, scope_id)
  VALUES ('ada', 'n', 'operator', '', 1, 1, 0, 'region', 'r9');
"""


@pytest.mark.parametrize(("what", "kind", "about", "data", "reached"), LINES)
def test_an_old_line_is_read_in_its_scope_and_in_no_other(
    tmp_path: Path, what: str, kind: str, about: str | None, data: dict[str, Any], reached: Reached
) -> None:
    path = tmp_path / "cell.sqlite"
    state_fixture.restore(state_fixture.FOLDER / "0006.sqlite.sql", path)
    old = sqlite3.connect(path)
    old.executescript(DIRECTORY)
    old.execute(
        "INSERT INTO change_log (at, by, what, about_kind, about_id, data) VALUES (?, 'admin', ?, ?, ?, ?)",
        (10**15, what, kind, about, json.dumps(data)),
    )
    old.commit()
    old.close()
    with Store.open(path, CELL, create=False) as store:
        found = store.write(lambda one: change_log.changes(one, wanted=Wanted(reached=reached, or_by="x")))
        elsewhere = Reached(*(["nowhere"],) * 4)
        hidden = store.write(lambda one: change_log.changes(one, wanted=Wanted(reached=elsewhere, or_by="x")))
    assert [line.what for _, line in found] == [what]
    assert bool(hidden) is (kind == "roster")


def test_a_line_stays_with_whom_it_concerned_when_it_was_written(tmp_path: Path) -> None:
    def changed(connection: Any, company: str) -> None:
        connection.exec_driver_sql("DELETE FROM directory_person")
        connection.exec_driver_sql(
            "INSERT INTO directory_person (id, name, surname, methods, phone, company_id) VALUES ('p1','','','[]','',?)",
            (company,),
        )

    with Store.open(tmp_path / "cell.sqlite", CELL) as store:
        line = Change(at(1), "admin", What.PERSON_CHANGED, "person", "p1")
        store.write(lambda one: changed(one, "co1"))
        store.write(lambda one: change_log.note(one, line))
        store.write(lambda one: changed(one, "co2"))
        for company, seen in (("co1", 1), ("co2", 0)):
            wanted = Wanted(reached=Reached(companies=[company]), or_by="x")
            assert len(store.write(partial(change_log.changes, wanted=wanted))) == seen


def test_its_writer_may_say_more(tmp_path: Path) -> None:
    with Store.open(tmp_path / "cell.sqlite", CELL) as store:
        for concern in (Concern(ConcernKind.CENTRE, "c1"), EVERYBODY):
            line = Change(at(1), "admin", What.DIRECTORY_IMPORTED, "directory", None, {}, [concern, concern])
            store.write(partial(change_log.note, change=line))
        for centre, seen in (("c1", 2), ("c2", 1)):
            wanted = Wanted(reached=Reached(centres=[centre]), or_by="x")
            assert len(store.write(partial(change_log.changes, wanted=wanted))) == seen


def test_a_session_stays_ended_until_it_would_have_ended(tmp_path: Path) -> None:
    with Store.open(tmp_path / "cell.sqlite", CELL) as store:
        store.write(lambda one: ended_sessions.end(one, "a", at(100), at(0)))
        store.write(lambda one: ended_sessions.end(one, "a", at(100), at(0)))
    with Store.open(tmp_path / "cell.sqlite", CELL) as store:
        assert store.write(ended_sessions.load) == {"a": at(100)}
        store.write(lambda one: ended_sessions.end(one, "b", at(300), at(100)))
        assert store.write(ended_sessions.load) == {"b": at(300)}
