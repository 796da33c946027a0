"""Lists of homes and devices: what is typed and filtered is what is shown, counted in full, page after page without a gap."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

import httpx
import pytest

from firmware_contracts.vocabulary import Kind
from hub.core.alerts import Role
from hub.core.events import ActorRole, SetAway
from hub.core.home import AwayKind, Flag, Home, Membership, Routine
from hub.directory.in_order import in_order
from hub.directory.pinyin import spellings
from hub.directory.protection import Gravity
from hub.store.accounts import add_account
from hub.web.finding import SUMMONING
from hub.web.pages import enrol
from hub.web.passwords import hash_password
from tests.web.running import PASSWORD, SYSTEM, RunningHub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("finding") / "hub", homes=60) as running:
        yield running


def homes(client: httpx.Client, **query: Any) -> tuple[list[str], int]:
    answer = client.get("/api/v1/homes", params={"limit": 200, **query})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return [one["id"] for one in body["items"]], body["total"]


def test_a_home_is_found_by_pinyin_and_by_a_relatives_number(hub: RunningHub, chen: httpx.Client) -> None:
    home = hub.engine.homes()["h0013"]
    (_, phone), *_ = home.profile.callers
    assert homes(chen, q=phone.replace("-", " "))[0] == ["h0013"]
    assert "h0013" in homes(chen, q="1-1-401")[0]


def test_whose_number_or_name_was_typed_is_said_where_it_is_not_the_homes_own(
    hub: RunningHub, chen: httpx.Client
) -> None:
    home = hub.engine.homes()["h0013"]
    (name, phone), *_ = home.profile.callers
    people = hub.engine.context().people
    of_phone = {one for those in home.profile.people.values() for one in those if people[one].phone == phone}

    def caller(typed: str) -> Any:
        items = chen.get("/api/v1/homes", params={"q": typed}).json()["items"]
        return next(one["caller"] for one in items if one["id"] == "h0013")

    for typed in (phone, f"h0013 {phone}", phone[-4:], f"h0013 {name}", f"h0013 {spellings(name)[0]}"):
        found = caller(typed)
        # The number of whom only the name was typed stands on the care card.
        assert (found["name"], found["phones"]) == (name, [phone] if phone[-4:] in typed else [])
        assert found["id"] in of_phone
        assert found["relation"] == home.profile.relations[found["id"]]
    for typed in ("h0013", home.profile.phone, home.profile.residents[0].name):
        assert caller(typed) is None


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"centre": "centre-01"}, lambda home, now: home.profile.centre_id == "centre-01"),
        ({"butler": "b01"}, lambda home, now: "b01" in home.profile.people.get(Role.BUTLER, ())),
        (
            {"flag": "hard_of_hearing"},
            lambda home, now: any(Flag.HARD_OF_HEARING in r.flags for r in home.profile.residents),
        ),
        (
            {"membership": "active"},
            lambda home, now: any(r.membership is Membership.ACTIVE for r in home.profile.residents),
        ),
        ({"away": True}, lambda home, now: home.id == "h0020"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_every_filter_shows_what_it_says_and_nothing_else(
    hub: RunningHub, chen: httpx.Client, query: dict[str, Any], holds: Callable[[Home, datetime], bool]
) -> None:
    now = hub.engine.now()
    hub.command(
        SetAway("h0020", SYSTEM, AwayKind.HOSPITAL, now - timedelta(hours=1), now + timedelta(days=1))
    )
    # Day care on other weekdays than today: at home now.
    other = frozenset({(now.weekday() + 3) % 7})
    routine = Routine(other, time(8), time(17))
    hub.command(
        SetAway(
            *("h0021", SYSTEM, AwayKind.DAY_CARE, now - timedelta(days=1), now + timedelta(days=30)),
            routine=routine,
        )
    )
    now = hub.engine.now()
    found = [home for home in hub.engine.homes().values() if home.id in hub.home_ids() and holds(home, now)]
    expected = [home.id for home in sorted(found, key=lambda home: (in_order(home.profile.address), home.id))]
    assert homes(chen, **query) == (expected, len(expected))


def test_pages_of_a_search_follow_each_other_without_a_gap(hub: RunningHub, chen: httpx.Client) -> None:
    whole, total = homes(chen, q="1号楼")
    assert total > 20
    parts = [homes(chen, q="1号楼", limit=7, offset=offset)[0] for offset in range(0, total, 7)]
    assert [one for part in parts for one in part] == whole


def test_a_page_says_how_many_there_are_and_keeps_the_filters_in_its_links(
    hub: RunningHub, chen: httpx.Client
) -> None:
    html = {"accept": "text/html"}
    page = chen.get("/homes", params={"q": "", "centre": "", "flag": "", "membership": ""}, headers=html).text
    assert f"共 {len(hub.home_ids())} 户" in page
    assert "page=2" in page
    narrow = chen.get("/homes", params={"q": "1号楼", "flag": "lives_alone", "page": 1}, headers=html).text
    assert '<option value="lives_alone" selected>' in narrow
    assert chen.get("/homes", params={"flag": "no such flag"}, headers=html).status_code == 200


def test_devices_come_worst_first_and_among_equals_those_that_somebody_presses(
    hub: RunningHub, chen: httpx.Client
) -> None:
    hub.press("h0030")
    hub.say("h0031", hub.caller("h0031").id, Kind.FAULT, {"fault": "battery_low"})
    answer = chen.get("/api/v1/devices", params={"limit": 200}).json()
    kinds = [
        (one["state"], bool(one["faults"]), one["kind"] in {kind.value for kind in SUMMONING})
        for one in answer["items"]
    ]
    assert kinds[0] == ("never", False, True)
    every = []
    for offset in range(0, answer["total"], 200):
        every += chen.get("/api/v1/devices", params={"limit": 200, "offset": offset}).json()["items"]
    states = [one["state"] if one["state"] != "ok" else "fault" if one["faults"] else "ok" for one in every]
    assert sorted(states, key=["never", "fault", "ok"].index) == states
    assert every[-1]["home_id"] == "h0030"
    faulty = chen.get("/api/v1/devices", params={"problem": "fault"}).json()["items"]
    assert [one["id"] for one in faulty] == [hub.caller("h0031").id]
    found = chen.get("/api/v1/devices", params={"q": hub.caller("h0030").id}).json()["items"]
    assert [one["id"] for one in found] == [hub.caller("h0030").id]
    assert {one["kind"] for one in chen.get("/api/v1/devices", params={"kind": "smoke"}).json()["items"]} == {
        "smoke"
    }


def test_what_the_hub_finds_wrong_with_a_device_is_found_and_worded(
    hub: RunningHub, chen: httpx.Client
) -> None:
    device = hub.caller("h0032")
    hub.say("h0032", device.id, Kind.VITAL, {"readings": {"temperature_c": 74}})
    found = chen.get("/api/v1/devices", params={"problem": "sign"}).json()["items"]
    assert [(one["id"], one["signs"], one["state"]) for one in found] == [(device.id, ["implausible"], "ok")]
    assert found[0]["battery_empty_at"] is None
    page = chen.get("/devices", params={"problem": "sign"}, headers={"accept": "text/html"}).text
    assert "读数不可信" in page


def test_the_card_names_everybody_to_call_and_what_they_are_to_the_elder(
    hub: RunningHub, chen: httpx.Client
) -> None:
    assert chen.post("/api/v1/homes/h0013/care-card", json={"reason": "family"}).status_code == 200
    page = chen.get("/homes/h0013", headers={"accept": "text/html"}).text
    profile = hub.engine.homes()["h0013"].profile
    for _, phone in profile.callers:
        assert phone in page
    assert profile.relations
    for relation in profile.relations.values():
        assert relation in page


def test_an_alert_has_a_page_of_its_own(hub: RunningHub, chen: httpx.Client) -> None:
    alert = hub.emergency("h0033")
    page = chen.get(f"/alerts/{alert.id}", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert hub.engine.homes()["h0033"].profile.residents[0].name in page.text
    assert "触发：按下求救键" in page.text
    assert chen.get("/alerts/A-nothing", headers={"accept": "text/html"}).status_code == 404


def test_whom_a_call_is_about_can_be_said_later(hub: RunningHub, chen: httpx.Client) -> None:
    two = next(one for one in hub.home_ids() if len(hub.engine.homes()[one].profile.residents) == 2)
    raised = chen.post(
        "/api/v1/alerts", json={"home_id": two}, headers={"Idempotency-Key": "raised-once"}
    ).json()
    assert len(raised["residents"]) == 2
    wanted = raised["residents"][1]["id"]
    path = f"/api/v1/alerts/{raised['id']}/who"
    stale = chen.post(path, json={"version": raised["version"] + 7, "resident_id": wanted})
    assert (stale.status_code, stale.json()["type"].rsplit(":", 1)[-1]) == (409, "stale")
    told = chen.post(path, json={"version": raised["version"], "resident_id": wanted})
    assert [one["id"] for one in told.json()["residents"]] == [wanted]


def test_who_looks_at_pages_gets_a_page_also_when_something_is_wrong(
    hub: RunningHub, chen: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = {"accept": "text/html"}
    wrong = chen.get("/homes", params={"page": 0}, headers=html)
    assert (wrong.status_code, "看不懂的内容" in wrong.text) == (422, True)
    assert (
        chen.get("/api/v1/homes", params={"limit": 0}).headers["content-type"] == "application/problem+json"
    )

    def fail(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(hub.queries, "find_homes", fail)
    failed = chen.get("/homes", headers=html)
    assert (failed.status_code, "系统出错" in failed.text) == (500, True)
    assert "a defect" not in failed.text
    assert failed.headers["connection"] == "close", "or the next request is lost with the connection"
    assert chen.get("/api/v1/homes").headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("role", "path", "there", "not_there"),
    [
        (ActorRole.OPERATOR, "/", 'id="raise-button"', "no-such-thing"),
        (ActorRole.BUTLER, "/", 'id="queue"', 'id="raise-button"'),
        (ActorRole.OPERATOR, "/homes/h0013", 'id="away-form"', "no-such-thing"),
        (ActorRole.INSTALLER, "/homes/h0013", "care-card", 'id="away-form"'),
    ],
)
def test_nobody_is_offered_what_their_log_in_may_not_do(
    hub: RunningHub, role: ActorRole, path: str, there: str, not_there: str
) -> None:
    login = f"{role.value}-{len(path)}"
    now = hub.engine.now()
    hub.engine.write(
        lambda connection: add_account(connection, login, login, role, hash_password(PASSWORD), now)
    ).result(10)
    with hub.client(login) as client:
        page = client.get(path, headers={"accept": "text/html"})
    assert page.status_code == 200
    assert there in page.text
    assert not_there not in page.text


def test_unprotected_means_the_same_on_every_page(
    hub: RunningHub, chen: httpx.Client, admin: httpx.Client
) -> None:
    paused = hub.engine.homes()["h0030"].profile.residents[0].id
    body = {"to": "paused", "until_at": (hub.clock.now() + timedelta(days=9)).isoformat()}
    moved = admin.post(f"/api/v1/homes/h0030/residents/{paused}/membership", json=body)
    assert moved.status_code < 300, moved.text
    hub.settle()
    told = {one["home_id"] for one in chen.get("/api/v1/unprotected").json()["unprotected"]}
    found, total = homes(chen, unprotected=True)
    assert total == len(told) > 0
    assert {*found, *homes(chen, unprotected=True, offset=200)[0]} == told
    rows = [
        row
        for offset in (0, 200)
        for row in chen.get("/api/v1/homes", params={"limit": 200, "offset": offset}).json()["items"]
    ]
    assert {row["id"] for row in rows if row["unprotected"]} == told
    gone = hub.engine.homes()["h0031"].profile.residents
    for one in gone:
        left = admin.post(f"/api/v1/homes/h0031/residents/{one.id}/membership", json={"to": "left"})
        assert left.status_code < 300, left.text
    hub.settle()
    assert "h0031" not in homes(chen, q="h0031", unprotected=True)[0], "nobody is cared for there any more"


def test_gaps_come_gravest_first_then_the_oldest_then_by_address(hub: RunningHub, chen: httpx.Client) -> None:
    found = chen.get("/api/v1/unprotected").json()["unprotected"]
    order = [gravity.value for gravity in Gravity]
    keys = [
        (
            order.index(one["gravity"]),
            min(gap["since_at"] for gap in one["gaps"]),
            in_order(one["address"]),
            one["home_id"],
        )
        for one in found
    ]
    assert keys == sorted(keys)
    assert len({one["gravity"] for one in found}) > 1
    assert all(
        (one["gravity"] == "not_yet_open") == any(gap["gap"] == "not_yet_open" for gap in one["gaps"])
        for one in found
    )


def test_no_gap_is_out_of_reach_of_the_pages(chen: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrol, "GAPS_ON_A_PAGE", 7)
    protection = chen.get("/api/v1/unprotected").json()
    for asked, homes in (("page", protection["unprotected"]), ("by_word", protection["not_proven"])):
        seen: list[str] = []
        pages = -(-len(homes) // 7)
        for page in range(1, pages + 1):
            text = chen.get("/unprotected", params={asked: page}).text
            part = text.split('id="not-proven"')[0 if asked == "page" else 1].split('id="fetch"')[0]
            seen += re.findall(r'<a href="/homes/([^"]+)">', part)
        assert seen == [one["home_id"] for one in homes], asked
