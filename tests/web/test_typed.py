"""What nobody sees in a name does not get in, whichever way it comes: over the API as by a ledger."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ledger.reading import ZONE
from hub.ledger.values import NAME
from hub.web.typed import one_line
from tests.web.running import PASSWORD, RunningHub
from tests.web.test_enrol_api import with_room

UNSEEN = ("\x00", "\x07", "\x1b", "\x7f", "\x85", "\u200b", "\u202e", "\u2066", "\ufeff")
NAME_WITH = "  王\x07\u202e秀\x00英\x7f\n"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("typed"), homes=6) as running:
        running.keeper.adopt(running.directory)
        yield running


@pytest.mark.parametrize("char", UNSEEN)
def test_what_nobody_sees_is_dropped_from_a_name(admin: httpx.Client, char: str) -> None:
    made = admin.post("/api/v1/people", json={"name": f"周{char}安{char}", "surname": f"周{char}"})
    assert made.status_code == 201, made.text
    kept = admin.get(f"/api/v1/people/{made.json()['id']}").json()
    assert (kept["name"].replace(" ", ""), kept["surname"]) == ("周安", "周")
    assert kept["name"].isprintable()


def test_a_name_of_nothing_else_is_refused(admin: httpx.Client) -> None:
    assert admin.post("/api/v1/people", json={"name": "\x07\u200b \n"}).status_code == 422


def test_names_of_log_ins_and_elders_and_words_of_a_home_are_cleaned_too(
    hub: RunningHub, admin: httpx.Client
) -> None:
    account = {"login": "typed", "name": NAME_WITH, "role": "operator", "password": PASSWORD}
    assert admin.post("/api/v1/accounts", json=account).json()["name"] == "王秀英"

    region = next(region.id for region in hub.directory.regions if region.level == "compound")
    words = {"building": "9\x00号楼", "stair": "1\t单元", "flat": "9\u202e01室", "door_code": "25\x1b80"}
    home_id = admin.post("/api/v1/enrol/homes", json={"region_id": region, **words}).json()["home_id"]
    elder: dict[str, Any] = {"name": NAME_WITH, "call_name": "王奶奶\x07"}
    elder["butler_id"] = with_room(hub, admin)
    moved_in = admin.post(f"/api/v1/enrol/homes/{home_id}/elders", json=elder)
    assert moved_in.status_code == 201, moved_in.text
    assert hub.keeper.directory is not None
    kept = next(one for one in hub.keeper.directory.elders if one.id == moved_in.json()["id"])
    assert (kept.name, kept.call_name) == ("王秀英", "王奶奶")
    (home,) = (one for one in hub.keeper.directory.homes if one.id == home_id)
    assert (home.building, home.stair, home.flat, home.door_code) == ("9号楼", "1 单元", "901室", "2580")


@given(st.text(max_size=30))
def test_a_line_of_one_is_seen_whole_and_stays_as_it_is(text: str) -> None:
    line = str(one_line(text))
    assert not [char for char in line if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")]
    assert one_line(line) == line


@pytest.mark.parametrize("char", UNSEEN)
def test_a_ledger_drops_them_as_well(char: str) -> None:
    assert NAME.read(f"王{char}秀英", ZONE) == "王秀英"
