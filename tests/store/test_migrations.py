"""Every released state loads for ever, with everything in it, and ends in the schema that the tables declare."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

import hub.store.directory_tables
import hub.store.tables  # noqa: F401
from hub.store.migrations import SCHEMA_NUMBER
from hub.store.store import Store
from tests.store import samples, state_fixture
from tests.store.samples import CELL, batch, enrolled, pressed

RELEASED = sorted(state_fixture.FOLDER.glob("*.sqlite.sql"))


def schema(connection: Connection) -> dict[str, Any]:
    inspector = inspect(connection)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"])
                for column in inspector.get_columns(table)
            },
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "indexes": {
                (index["name"], tuple(index["column_names"]), bool(index["unique"]))
                for index in inspector.get_indexes(table)
            },
            "unique": {tuple(one["column_names"]) for one in inspector.get_unique_constraints(table)},
        }
        for table in inspector.get_table_names()
    }


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The schema that the row classes ask for."""

    def create(connection: Connection) -> dict[str, Any]:
        SQLModel.metadata.drop_all(connection)
        SQLModel.metadata.create_all(connection)
        return schema(connection)

    with Store.open(tmp_path_factory.mktemp("declared") / "cell.sqlite", CELL) as store:
        return store.write(create)


def expected_of(dump: Path) -> dict[str, Any]:
    """What must be found in a released state."""
    read: dict[str, Any] = json.loads(dump.with_suffix("").with_suffix(".json").read_text(encoding="utf-8"))
    return read


RETIRED = frozenset({"late_offset_ms", "late_since_at", "lower_boot", "lower_offset_ms", "lower_since_at"})
"""What a later release does not keep: the minutes in which a device was being believed again begin anew."""


def missing(expected: Any, found: Any, where: str = "") -> list[str]:
    """What is in `expected` and not in `found`; a later release may know more."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            line
            for key, value in expected.items()
            if key not in RETIRED
            for line in missing(value, found.get(key), f"{where}/{key}")
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [line for n, pair in pairs for line in missing(*pair, f"{where}/{n}")]
    return [] if expected == found else [f"{where}: {expected!r} became {found!r}"]


def test_a_new_store_has_the_declared_schema(tmp_path: Path, declared: dict[str, Any]) -> None:
    with Store.open(tmp_path / "cell.sqlite", CELL) as store:
        assert store.write(schema) == declared


def test_the_current_schema_has_its_fixture() -> None:
    names = [path.name for path in RELEASED]
    assert names == [f"{number:04}.sqlite.sql" for number in range(1, SCHEMA_NUMBER + 1)], (
        "run `python -m tests.store.state_fixture` before a release with a new schema"
    )


@pytest.mark.parametrize("dump", RELEASED, ids=lambda dump: dump.name)
class TestReleased:
    @pytest.fixture
    def path(self, dump: Path, tmp_path: Path) -> Path:
        path = tmp_path / "cell.sqlite"
        state_fixture.restore(dump, path)
        return path

    def test_it_ends_in_the_declared_schema(self, path: Path, declared: dict[str, Any]) -> None:
        with Store.open(path, CELL, create=False) as store:
            assert store.write(schema) == declared

    def test_it_loads_with_everything_in_it(self, dump: Path, path: Path) -> None:
        expected = expected_of(dump)
        with Store.open(path, CELL, create=False) as store:
            found = json.loads(json.dumps(state_fixture.sorted_sets(state_fixture.contents(store, path))))
        assert missing(expected, found) == []

    def test_it_tells_a_story_worth_loading(self, dump: Path) -> None:
        expected = expected_of(dump)
        assert {state for state, *_ in expected["outbox"].values()} == {
            *("queued", "sent", "received", "failed", "cancelled")
        }
        assert expected["homes"]["home-1"]["open"] == ["a-held", "a-waiting"]
        assert expected["chains"] == {"home-1": True, "home-2": True}
        assert expected["journal"][0][0] > 1
        assert all(expected[part] for part in expected)

    def test_the_hub_goes_on_with_it(self, dump: Path, path: Path) -> None:
        with Store.open(path, CELL, create=False) as store:
            loaded = store.load()
            effect = pressed(loaded.homes["home-1"], "a-new", loaded.last_seq + 1, 500)
            first, *_ = store.commit(batch(effect))
            assert first.number == expected_of(dump)["journal"][-1][0] + 1
            assert store.verify_chain("home-1").intact
            assert set(store.load().homes["home-1"].alerts) == {"a-held", "a-waiting", "a-new"}


def test_a_fixture_is_never_written_over(tmp_path: Path) -> None:
    state_fixture.write_fixture(tmp_path)
    with pytest.raises(SystemExit, match="a released state never changes"):
        state_fixture.write_fixture(tmp_path)


def test_a_migration_that_fails_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cell.sqlite"
    with Store.open(path, CELL) as store:
        store.commit(enrolled(samples.home()))

    def broken(connection: Connection) -> None:
        connection.exec_driver_sql("DROP TABLE journal")
        raise RuntimeError("power went")

    with monkeypatch.context() as patched:
        patched.setattr("hub.store.migrations.STEPS", [None] * SCHEMA_NUMBER + [broken])
        patched.setattr("hub.store.migrations.SCHEMA_NUMBER", SCHEMA_NUMBER + 1)
        with pytest.raises(RuntimeError, match="power went"):
            Store.open(path, CELL)
    with Store.open(path, CELL) as store:
        assert store.load().homes == {"home-1": samples.home()}
        assert store.verify_chain("home-1").intact
