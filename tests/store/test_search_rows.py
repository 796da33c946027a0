"""Homes are found by what their profiles say now, also those that an earlier release wrote."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.directory import search
from hub.store import search_rows
from hub.store.migrations import SCHEMA_NUMBER
from hub.store.queries import Queries
from hub.store.store import Store
from tests.store import samples, state_fixture
from tests.store.samples import CELL, batch, enrolled

BEFORE_SEARCH = state_fixture.FOLDER / "0003.sqlite.sql"


def found(path: Path, typed: str, homes: frozenset[str] | None = None) -> list[str] | None:
    with Queries(path) as queries:
        return queries.find_homes(typed, homes)


def test_a_store_of_an_earlier_release_is_made_findable_a_few_homes_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "cell.sqlite"
    state_fixture.restore(BEFORE_SEARCH, path)
    assert SCHEMA_NUMBER > 3
    with Store.open(path, CELL, create=False) as store:
        name = store.load().homes["home-1"].profile.residents[0].name
        assert found(path, name) == []
        counts = [store.write(lambda connection: search_rows.fill(connection, at_most=1)) for _ in range(3)]
        assert counts == [1, 1, 0]
        assert "home-1" in (found(path, name) or [])


def test_a_text_of_another_version_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cell.sqlite"
    with Store.open(path, CELL) as store:
        store.commit(enrolled(samples.home("home-1")))
        assert store.write(search_rows.fill) == 0
        monkeypatch.setattr(search, "VERSION", search.VERSION + 1)
        assert store.write(search_rows.fill) == 1
        assert store.write(search_rows.fill) == 0


def test_who_moved_in_is_found_who_moved_out_is_not_and_a_daughters_number_finds_the_home(
    tmp_path: Path,
) -> None:
    path = tmp_path / "cell.sqlite"
    with Store.open(path, CELL) as store:
        before = samples.home("home-1")
        store.commit(enrolled(before))
        old = before.profile.residents[0]
        profile = replace(
            before.profile,
            residents=(replace(old, name="曾秀兰", call_name="曾奶奶"),),
            callers=(("曾红霞", "138-0000-1111"),),
        )
        after = replace(before, profile=profile)
        effect = replace(enrolled(after).effects[0], seq=2, before=before)
        store.commit(batch(effect))
        assert found(path, old.name) == []
        for typed in ("zengxiulan", "zxl", "138 0000 1111", "曾红霞"):
            assert found(path, typed) == ["home-1"], typed
        assert found(path, "zxl", frozenset()) == []
        assert found(path, " ") is None
