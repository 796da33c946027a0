"""Enrolling, moving, memberships and who is unprotected, over the API of a hub that runs."""

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from firmware_contracts.vocabulary import Kind
from hub.core.alerts import Role
from hub.core.events import ActorRole
from hub.core.home import Membership
from hub.directory.credentials import hashed
from hub.directory.opened_homes import open_homes
from hub.store.accounts import add_account
from hub.web.views import short_address
from tests.web.running import _HASH, RunningHub

HOME = {
    "region_id": "",
    "building": "9号楼",
    "stair": "1单元",
    "flat": "901室",
    "rooms": ["bedroom", "bathroom"],
}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with RunningHub(tmp_path / "hub", homes=6) as running:
        running.keeper.adopt(running.directory)
        yield running


@pytest.fixture
def admin(hub: RunningHub) -> Iterator[httpx.Client]:
    with hub.browser("admin") as client:
        yield client


def new_home(hub: RunningHub, admin: httpx.Client) -> str:
    """A home with an elder and a pull cord; returns its id."""
    region = next(region.id for region in hub.directory.regions if region.level == "compound")
    centre = hub.directory.homes[0].centre_id
    made = admin.post("/api/v1/enrol/homes", json={**HOME, "region_id": region, "centre_id": centre})
    assert made.status_code == 201, made.text
    home_id = str(made.json()["home_id"])
    butler = with_room(hub, admin)
    elder = {"name": "孙德福", "call_name": "孙大爷", "butler_id": butler}
    assert admin.post(f"/api/v1/enrol/homes/{home_id}/elders", json=elder).status_code == 201
    return home_id


def with_room(hub: RunningHub, admin: httpx.Client) -> str:
    """A butler whose list is not full: every list of the demo is, until somebody leaves."""
    leaves = next(one for one in hub.directory.residences if one.membership is Membership.ACTIVE)
    path = f"/api/v1/homes/{leaves.home_id}/residents/{leaves.elder_id}/membership"
    assert admin.post(path, json={"to": "left"}).status_code == 200
    own = [one for one in hub.directory.bonds if one.role is Role.BUTLER and not one.cover]
    return next(one.person_id for one in own if one.home_id == leaves.home_id)


def cord(admin: httpx.Client, home_id: str, **more: object) -> httpx.Response:
    body = {"id": "cord-new", "kind": "pull_cord", "room_id": f"{home_id}-bathroom", **more}
    return admin.post(f"/api/v1/enrol/homes/{home_id}/devices", json=body)


def test_a_home_is_enrolled_pressed_answered_and_open(hub: RunningHub, admin: httpx.Client) -> None:
    home_id = new_home(hub, admin)
    made = cord(admin, home_id)
    assert made.status_code == 201, made.text
    assert made.json()["credentials"]["username"] == f"demo/{home_id}/cord-new"
    before = admin.get(f"/api/v1/homes/{home_id}/checklist").json()
    done = {step["key"]: step["done"] for step in before["steps"]}
    assert done == {
        "elder": True,
        "caller": True,
        "bedroom": False,
        "bathroom": False,
        "every_key": False,
        "every_device": False,
    }
    assert home_id in [one["home_id"] for one in admin.get("/api/v1/unprotected").json()["unprotected"]]
    alert = hub.emergency(home_id)
    path = f"/api/v1/alerts/{alert.id}"
    admin.post(f"{path}/acknowledge", json={"version": alert.version})
    pressed = admin.get(f"/api/v1/homes/{home_id}/checklist").json()["devices"][0]
    assert (pressed["id"], pressed["answered_by"]["id"]) == ("cord-new", "admin")
    outcome = {"what_it_was": "test", "what_was_done": "by_phone", "version": alert.version + 1}
    assert admin.post(f"{path}/resolve", json=outcome).status_code == 200
    assert open_homes(hub.keeper, hub.engine.homes(), hub.clock.now()) == 1
    after = admin.get(f"/api/v1/homes/{home_id}/checklist").json()
    assert after["open"]
    assert after["opened_at"]
    assert {step["key"] for step in after["steps"] if step["done"]} >= {
        "bathroom",
        "every_key",
        "every_device",
    }
    assert home_id not in [one["home_id"] for one in admin.get("/api/v1/unprotected").json()["unprotected"]]


def test_who_moved_in_after_the_press_is_not_proven_by_it(hub: RunningHub, admin: httpx.Client) -> None:
    home_id = new_home(hub, admin)
    cord(admin, home_id)
    alert = hub.emergency(home_id)
    before = hub.engine.homes()[home_id].profile.residents[0].id
    left = admin.post(f"/api/v1/homes/{home_id}/residents/{before}/membership", json={"to": "left"})
    assert left.status_code == 200, left.text
    elder = {"name": "赵秀兰", "call_name": "赵阿姨"}
    moved_in = admin.post(f"/api/v1/enrol/homes/{home_id}/elders", json=elder).json()["id"]
    path = f"/api/v1/alerts/{alert.id}"
    admin.post(f"{path}/acknowledge", json={"version": alert.version})
    version = admin.get(path).json()["version"]
    outcome = {"what_it_was": "test", "what_was_done": "by_phone", "version": version}
    assert admin.post(f"{path}/resolve", json=outcome).status_code == 200
    assert open_homes(hub.keeper, hub.engine.homes(), hub.clock.now()) == 0
    home = hub.engine.homes()[home_id].profile
    waiting = [one.id for one in home.residents if one.membership is Membership.NOT_YET_OPEN]
    assert waiting == [moved_in]


def test_a_door_is_enrolled_once_however_it_is_written(hub: RunningHub, admin: httpx.Client) -> None:
    home_id = new_home(hub, admin)
    centre, region = hub.directory.homes[0].centre_id, hub.keeper.directory.homes[-1].region_id  # type: ignore[union-attr]
    same: dict[str, Any] = {"region_id": region, "centre_id": centre, "flat": "9-1-901", "rooms": []}
    refused = admin.post("/api/v1/enrol/homes", json=same)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:care-alert-hub:address_taken")
    assert home_id in refused.json()["detail"]
    page = admin.post("/enrol", data=same)
    assert page.status_code == 409
    assert f'href="/enrol/{home_id}"' in page.text
    assert 'name="second_household"' in page.text
    beside = admin.post("/api/v1/enrol/homes", json=same | {"second_household": True})
    assert beside.status_code == 201, beside.text


@pytest.mark.parametrize(("kind", "room"), [("button", None), ("pendant", None), ("button", "bedroom")])
def test_only_a_key_of_the_room_ticks_the_line_of_the_room(
    hub: RunningHub, admin: httpx.Client, kind: str, room: str | None
) -> None:
    home_id = new_home(hub, admin)
    place = {"room_id": room and f"{home_id}-{room}"}
    assert cord(admin, home_id, kind=kind, **place).status_code == 201
    alert = hub.emergency(home_id)
    path = f"/api/v1/alerts/{alert.id}"
    admin.post(f"{path}/acknowledge", json={"version": alert.version})
    outcome = {"what_it_was": "test", "what_was_done": "by_phone", "version": alert.version + 1}
    assert admin.post(f"{path}/resolve", json=outcome).status_code == 200
    steps = admin.get(f"/api/v1/homes/{home_id}/checklist").json()["steps"]
    done = {step["key"] for step in steps if step["done"]}
    assert "every_key" in done
    assert done & {"bedroom", "bathroom"} == ({room} if room else set())


def test_without_homes_nobody_is_called_protected(admin: httpx.Client, tmp_path: Path) -> None:
    assert "还没有住户" not in admin.get("/unprotected").text
    with RunningHub(tmp_path / "empty", homes=0) as empty, empty.client("admin") as first:
        page = first.get("/unprotected").text
    assert "还没有住户" in page
    assert 'href="/ledger">先导入台账' in page
    assert "没有缺口" not in page
    assert "都试通过" not in page


def test_a_device_that_hangs_elsewhere_is_told_with_the_address_of_that_home(
    hub: RunningHub, admin: httpx.Client
) -> None:
    """An id says nothing to an installer at a door. Who may not see that home gets the id alone."""
    homes = hub.engine.homes()
    mine = homes["h0003"].profile
    theirs = next(
        one.profile for one in homes.values() if one.profile.centre_id not in (None, mine.centre_id)
    )
    scope = ("centre", mine.centre_id)
    near = ("near", "近", ActorRole.INSTALLER, _HASH, hub.clock.now(), *scope)
    hub.engine.write(lambda connection: add_account(connection, *near)).result(10)
    device, place = hub.caller(theirs.home_id), short_address(theirs.address)
    with hub.client("near") as installer:
        told, told_near = (
            client.post(
                f"/api/v1/enrol/homes/{mine.home_id}/devices",
                json={"id": device.id, "kind": device.kind.value},
            ).json()
            for client in (admin, installer)
        )
    assert f"登记在住户 {place}（{theirs.home_id}）" in told["zh"]
    assert f"belongs to home {place} ({theirs.home_id})" in told["detail"]
    assert f"登记在住户 {theirs.home_id}，" in told_near["zh"]
    assert place not in str(told_near)


def test_a_password_is_shown_once_and_kept_nowhere(
    hub: RunningHub, admin: httpx.Client, tmp_path: Path
) -> None:
    home_id = new_home(hub, admin)
    first = cord(admin, home_id).json()["credentials"]
    again = admin.post("/api/v1/devices/cord-new/credentials").json()["credentials"]
    line = admin.get("/api/v1/changes", params={"what": "passwords_made"}).json()["items"][0]
    assert (line["by"], line["about_id"]) == ("admin", "cord-new"), "who has a password changed is known"
    assert first["password"] != again["password"]
    assert first["password"] not in first["line"]
    hub.settle()
    kept = b"".join(file.read_bytes() for file in (tmp_path / "hub").rglob("*") if file.is_file())
    assert first["password"].encode() not in kept
    assert again["password"].encode() not in kept


def test_the_line_is_what_mosquitto_writes(tmp_path: Path) -> None:
    tool = shutil.which("mosquitto_passwd")
    if tool is None:
        pytest.skip("mosquitto_passwd is not installed")
    file = tmp_path / "passwords"
    subprocess.run([tool, "-b", "-c", str(file), "demo/h1/button", "the password"], check=True)
    name, _, written = file.read_text().strip().partition(":")
    _, kind, iterations, salt, _ = written.split("$")
    assert (name, kind, iterations) == ("demo/h1/button", "7", "101")
    assert hashed("the password", base64.b64decode(salt)) == written


def test_a_moved_device_gets_a_new_name_and_the_old_one_is_to_be_taken_away(
    hub: RunningHub, admin: httpx.Client
) -> None:
    home_id = new_home(hub, admin)
    cord(admin, home_id)
    to = hub.home_ids()[0]
    moved = admin.post("/api/v1/devices/cord-new/move", json={"home_id": to})
    assert moved.status_code == 200, moved.text
    assert moved.json()["credentials"]["username"] == f"demo/{to}/cord-new"
    assert moved.json()["remove"][0].endswith(f"-D /etc/mosquitto/passwords demo/{home_id}/cord-new")
    home = hub.engine.home(to)
    assert home is not None
    assert "cord-new" in home.profile.devices


def test_two_homes_on_an_alert_until_somebody_says_which(hub: RunningHub, admin: httpx.Client) -> None:
    here, there = hub.home_ids()[:2]
    device = hub.caller(there)
    hub.say(here, device.id, Kind.CALL, {"event_id": "event-swapped", "age_ms": 0, "action": "emergency"})
    found = admin.get("/api/v1/alerts", params={"home": here}).json()["items"]
    alert = next(one for one in found if one["kind"] == "emergency_call")
    other = hub.engine.home(there)
    assert other is not None
    assert alert["other_home"]["id"] == there
    assert alert["other_home"]["address"] == other.profile.address
    swapped = next(one for one in found if one["reason_code"] == "device_elsewhere")
    assert all(short_address(other.profile.address) in text for text in swapped["reason"].values())
    told = admin.post(f"/api/v1/alerts/{alert['id']}/where", json={"home_id": there}).json()
    assert told["other_home"]["settled"]
    timeline = admin.get(f"/api/v1/alerts/{alert['id']}").json()["timeline"]
    assert any(
        one["kind"] == "alert_where" and other.profile.address in one["text"]["zh"] for one in timeline
    )
    raised = admin.get("/api/v1/alerts", params={"home": there}).json()["items"]
    assert [one["reason_code"] for one in raised] == ["raised_by_hand"]
    told = admin.post(f"/api/v1/alerts/{alert['id']}/where", json={"home_id": here}).json()
    assert told["other_home"] is None


def test_one_action_ends_what_hangs_on_an_elder_and_lists_the_devices(
    hub: RunningHub, admin: httpx.Client
) -> None:
    home_id = hub.home_ids()[0]
    home = hub.engine.home(home_id)
    assert home is not None
    for resident in home.profile.residents:
        path = f"/api/v1/homes/{home_id}/residents/{resident.id}/membership"
        answer = admin.post(path, json={"to": "deceased"})
        assert answer.status_code == 200, answer.text
        again = admin.post(path, json={"to": "deceased"})
        assert (again.status_code, again.json()["type"]) == (409, "urn:care-alert-hub:same_membership")
        assert "已是这个状态" in again.json()["zh"]
        back = admin.post(path, json={"to": "active"}).json()
        assert "可以改成：未开通" in back["zh"]
        assert "not yet open" in back["remedy"]
        elder = {"id": resident.id, "name": "别人", "call_name": "别人"}
        earlier = (hub.clock.now() - timedelta(hours=3)).isoformat()
        before = admin.post(path, json={"to": "paused", "from_at": earlier})
        assert (before.status_code, before.json()["type"]) == (409, "urn:care-alert-hub:changed_since")
        taken = admin.post(f"/api/v1/enrol/homes/{home_id}/elders", json=elder)
        assert (taken.status_code, taken.json()["type"]) == (409, "urn:care-alert-hub:was_here_before")
        assert "离世" in taken.json()["zh"]
        assert "comes_back" in taken.json()["remedy"]
    fetch = [one for one in admin.get("/api/v1/unprotected").json()["to_fetch"] if one["home_id"] == home_id]
    assert {one["device_id"] for one in fetch} == set(home.profile.devices)
    first = fetch[0]["device_id"]
    assert admin.post(f"/api/v1/devices/{first}/recover").status_code == 200
    left = [one["device_id"] for one in admin.get("/api/v1/unprotected").json()["to_fetch"]]
    assert first not in left


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/api/v1/enrol/homes", {"region_id": "nowhere"}, 409, "unknown_region"),
        ("/api/v1/enrol/homes", {"region_id": ""}, 422, "invalid"),
        ("/api/v1/enrol/homes/none/rooms", {"kind": "kitchen"}, 404, "not_found"),
        (
            "/api/v1/enrol/homes/none/devices",
            {"id": "k1", "kind": "button", "family": "tuya"},
            422,
            "invalid",
        ),
        ("/api/v1/devices/none/recover", {}, 404, "unknown_device"),
        ("/api/v1/devices/none/credentials", {}, 409, "not_assigned"),
    ],
)
def test_what_does_not_fit_says_why(
    hub: RunningHub, admin: httpx.Client, path: str, body: dict[str, str], status: int, code: str
) -> None:
    answer = admin.post(path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["type"].endswith(code)


def test_operators_do_not_enrol_and_installers_do_not_end_memberships(hub: RunningHub) -> None:
    with hub.browser("chen") as chen:
        assert chen.post("/api/v1/enrol/homes", json={"region_id": "x"}).status_code == 403
        home_id = hub.home_ids()[0]
        path = f"/api/v1/homes/{home_id}/residents/x/membership"
        assert chen.post(path, json={"to": "left"}).status_code == 403
        assert chen.get(f"/api/v1/homes/{home_id}/checklist").status_code == 200


def test_what_is_entered_for_a_day_to_come_is_shown_and_can_be_taken_back(
    hub: RunningHub, admin: httpx.Client
) -> None:
    home_id = hub.home_ids()[0]
    home = hub.engine.home(home_id)
    assert home is not None
    elder = home.profile.residents[0].id
    path = f"/api/v1/homes/{home_id}/residents/{elder}/membership"
    admin.post(path, json={"to": "deceased", "from_at": "2031-03-09T12:00:00+08:00"}).raise_for_status()
    with hub.browser("admin") as page:
        for address in (f"/homes/{home_id}", f"/homes/{home_id}/life"):
            shown = re.sub(r"<[^>]+>", "", page.get(address).text)
            assert re.search(r"2031-03-09 12:00 *起 *离世", shown), address
        answer = page.post(f"/homes/{home_id}/life/membership", data={"elder": elder, "take_back": "active"})
        assert answer.status_code == 303
        assert "2031" not in page.get(f"/homes/{home_id}/life").text
    assert admin.post(path, json={"to": "active"}).status_code == 409, "nothing is planned any more"


def test_a_pause_gets_another_end(hub: RunningHub, admin: httpx.Client) -> None:
    home_id = hub.home_ids()[0]
    home = hub.engine.home(home_id)
    assert home is not None
    elder = home.profile.residents[0].id
    path = f"/api/v1/homes/{home_id}/residents/{elder}/membership"
    for until in ("2031-03-09T12:00:00+08:00", "2032-03-09T12:00:00+08:00"):
        admin.post(path, json={"to": "paused", "until_at": until}).raise_for_status()
    with hub.browser("admin") as page:
        text = page.get(f"/homes/{home_id}/life").text
    assert "2032-03-09" in text
    assert "2031-03-09" not in text


def test_day_care_on_three_days_a_week(hub: RunningHub, admin: httpx.Client) -> None:
    home_id = hub.home_ids()[0]
    away = {
        "kind": "day_care",
        "from_at": "2020-01-01T00:00:00Z",
        "until_at": "2090-01-01T00:00:00Z",
        "routine": {"weekdays": [0, 2, 4], "leaves": "08:00", "returns": "17:00"},
    }
    card = admin.post(f"/api/v1/homes/{home_id}/away", json=away)
    assert card.status_code == 200, card.text
    (entry,) = card.json()["away"]
    assert sorted(entry["routine"]["weekdays"]) == [0, 2, 4]
    ended = admin.delete(f"/api/v1/homes/{home_id}/away", params={"from_at": "2020-01-01T00:00:00Z"})
    assert ended.json()["away"] == []
