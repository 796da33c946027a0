"""The API that operators work with: what is shown, what may be done, and what happens when two do it at once."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from firmware_contracts.vocabulary import Kind
from tests.web.running import RunningHub


def act(client: httpx.Client, alert_id: str, action: str, version: int, **body: Any) -> httpx.Response:
    return client.post(f"/api/v1/alerts/{alert_id}/{action}", json={"version": version, **body})


def test_a_press_is_in_the_queue_with_all_that_a_row_needs(
    hub: RunningHub, chen: httpx.Client, home_id: str
) -> None:
    hub.press(home_id)
    page = chen.get("/api/v1/alerts", params={"open": True, "home": home_id}).json()
    (alert,) = page["items"]
    profile = hub.engine.homes()[home_id].profile
    assert alert["severity"] == "emergency"
    assert alert["state"] == "triggered"
    assert [one["name"] for one in alert["residents"]] == [one.name for one in profile.residents]
    assert alert["address"] == profile.address
    assert alert["reason"]["zh"] == "按下求救键"
    assert alert["escalate_at"] > alert["opened_at"]
    assert alert["holder"] is None
    assert page["next"] is None
    assert page["number"] > 0


def test_a_call_of_an_unknown_device_shows_the_door_that_it_names(
    hub: RunningHub, chen: httpx.Client, home_id: str
) -> None:
    body = {"event_id": "a-stranger-pressed-0001", "age_ms": 0, "action": "emergency"}
    hub.say(home_id, "never-enrolled", Kind.CALL, body)
    hub.settle()
    alerts = chen.get("/api/v1/alerts", params={"open": True, "home": "unassigned"}).json()["items"]
    (found,) = (one for one in alerts if one["device_id"] == "never-enrolled")
    assert found["address"] == hub.engine.homes()[home_id].profile.address


@pytest.mark.parametrize("action", ["on-the-way", "on-site"])
def test_a_desk_says_who_goes(hub: RunningHub, chen: httpx.Client, home_id: str, action: str) -> None:
    alert = hub.emergency(home_id)
    refused = act(chen, alert.id, action, alert.version)
    assert refused.status_code == 409
    told = refused.json()
    assert told["type"].endswith("who_goes")
    assert "谁" in told["zh"]
    assert told["current"]["may_go"], "with whom it can be"
    assert chen.get(f"/api/v1/alerts/{alert.id}").json()["version"] == alert.version
    nobody = act(chen, alert.id, action, alert.version, on_behalf_of="nobody-known")
    assert nobody.status_code == 422, nobody.text


def test_an_alert_goes_from_hand_to_hand_until_it_is_resolved(
    hub: RunningHub, chen: httpx.Client, home_id: str
) -> None:
    alert = hub.emergency(home_id)
    shown = chen.get(f"/api/v1/alerts/{alert.id}").json()
    version, goes = shown["version"], shown["may_go"][0]
    assert goes["role"] == "butler"
    for action, state, holder, more in (
        ("acknowledge", "acknowledged", "陈静", {}),
        ("on-the-way", "on_the_way", goes["name"], {"on_behalf_of": goes["id"]}),
        ("on-site", "on_site", goes["name"], {"on_behalf_of": goes["id"]}),
    ):
        answer = act(chen, alert.id, action, version, **more)
        assert answer.status_code == 200, answer.text
        moved = answer.json()
        assert moved["state"] == state
        assert moved["holder"]["name"] == holder
        version = moved["version"]
    assert chen.post(f"/api/v1/alerts/{alert.id}/notes", json={"note": "敲门有人应"}).status_code == 200
    version = act(chen, alert.id, "ambulance", version).json()["version"]
    outcome = {"what_it_was": "illness", "what_was_done": "ambulance", "note": "送往市二院"}
    resolved = act(chen, alert.id, "resolve", version, **outcome).json()
    assert resolved["state"] == "resolved"
    assert resolved["open"] is False
    assert resolved["resolved_by"] == {"id": "chen", "name": "陈静"}
    detail = chen.get(f"/api/v1/alerts/{alert.id}").json()
    said = [entry["text"]["zh"] for entry in detail["timeline"]]
    for sentence in (
        "触发：按下求救键",
        "陈静已接警",
        f"{goes['name']}已出发（陈静代记）",
        f"{goes['name']}已到场（陈静代记）",
        "陈静记录：敲门有人应",
        "陈静已代呼120",
        "陈静已处置：突发疾病，120送医",
    ):
        assert sentence in said
    assert [entry["number"] for entry in detail["timeline"]] == sorted(
        entry["number"] for entry in detail["timeline"]
    )


def test_who_is_too_late_sees_who_took_it(
    hub: RunningHub, chen: httpx.Client, xu: httpx.Client, home_id: str
) -> None:
    alert = hub.emergency(home_id)
    seen = chen.get(f"/api/v1/alerts/{alert.id}").json()["version"]
    assert act(chen, alert.id, "acknowledge", seen).status_code == 200
    late = act(xu, alert.id, "acknowledge", seen)
    assert late.status_code == 409
    problem = late.json()
    assert problem["type"] == "urn:care-alert-hub:stale"
    assert problem["current"]["holder"]["name"] == "陈静"
    again = act(xu, alert.id, "acknowledge", problem["current"]["version"])
    assert (again.status_code, again.json()["type"]) == (409, "urn:care-alert-hub:held_by_other")


def test_what_is_resolved_stays_resolved(hub: RunningHub, chen: httpx.Client, home_id: str) -> None:
    alert = hub.emergency(home_id)
    version = chen.get(f"/api/v1/alerts/{alert.id}").json()["version"]
    outcome = {"what_it_was": "mistake", "what_was_done": "by_phone"}
    assert act(chen, alert.id, "resolve", version, **outcome).status_code == 200
    again = act(chen, alert.id, "acknowledge", version)
    assert (again.status_code, again.json()["type"]) == (409, "urn:care-alert-hub:resolved")
    assert again.json()["current"]["what_it_was"] == "mistake"
    hub.press(home_id)
    open_now = chen.get("/api/v1/alerts", params={"open": True, "home": home_id}).json()["items"]
    assert [one["id"] != alert.id for one in open_now] == [True]


def test_raising_by_hand_twice_with_one_key_raises_once(chen: httpx.Client, home_id: str) -> None:
    key = {"Idempotency-Key": "one-telephone-call"}
    body = {"home_id": home_id, "note": "女儿来电：母亲不接电话"}
    first = chen.post("/api/v1/alerts", json=body, headers=key)
    second = chen.post("/api/v1/alerts", json=body, headers=key)
    assert first.status_code == 201, first.text
    assert first.json()["id"] == second.json()["id"]
    alert = chen.get(f"/api/v1/alerts/{first.json()['id']}").json()
    assert alert["severity"] == "emergency"
    assert any("女儿来电：母亲不接电话" in entry["text"]["zh"] for entry in alert["timeline"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "where"),
    [
        ("POST", "/api/v1/alerts", {"home_id": "h0013"}, 400, "Idempotency-Key"),
        ("GET", "/api/v1/alerts/A-none", None, 404, "alert_id"),
        ("POST", "/api/v1/alerts/A-none/acknowledge", {"version": 1}, 404, "alert_id"),
        ("POST", "/api/v1/alerts/A-none/acknowledge", {"version": "x"}, 422, "body.version"),
        ("POST", "/api/v1/alerts/A-none/acknowledge", {"version": 1, "verison": 2}, 422, "body.verison"),
        ("GET", "/api/v1/alerts?state=asleep", None, 422, "query.state.0"),
        ("GET", "/api/v1/homes/h9999", None, 404, "home_id"),
        ("GET", "/api/v1/nonsense", None, 404, "/api/v1/nonsense"),
        ("PUT", "/api/v1/alerts", None, 405, "/api/v1/alerts"),
    ],
)
def test_an_error_says_what_where_and_what_to_do(
    chen: httpx.Client, method: str, path: str, body: Any, status: int, where: str
) -> None:
    answer = chen.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["where"] == where
    assert problem["type"].startswith("urn:care-alert-hub:")
    assert all(problem[part] for part in ("title", "detail", "remedy"))


def test_alerts_are_found_and_paged(hub: RunningHub, chen: httpx.Client, home_id: str) -> None:
    for _ in range(3):
        alert = hub.emergency(home_id)
        version = chen.get(f"/api/v1/alerts/{alert.id}").json()["version"]
        act(chen, alert.id, "resolve", version, what_it_was="mistake", what_was_done="by_phone")
    found: list[str] = []
    before = None
    while True:
        query: dict[str, Any] = {"home": home_id, "limit": 2, "state": "resolved"}
        page = chen.get("/api/v1/alerts", params=query | ({"before": before} if before else {})).json()
        found += [one["id"] for one in page["items"]]
        before = page["next"]
        if before is None:
            break
    assert len(found) == len(set(found)) == 3
    name = hub.engine.homes()[home_id].profile.residents[0].name
    by_name = chen.get("/api/v1/alerts", params={"q": name, "open": False}).json()["items"]
    assert set(found) <= {one["id"] for one in by_name}
    assert chen.get("/api/v1/alerts", params={"home": home_id, "severity": "routine"}).json()["items"] == []


def test_the_door_code_is_for_whom_holds_the_alert(
    hub: RunningHub, chen: httpx.Client, xu: httpx.Client
) -> None:
    home_id = next(one for one in hub.home_ids()[2:] if hub.engine.homes()[one].profile.door_code)
    code = hub.engine.homes()[home_id].profile.door_code
    path = f"/api/v1/homes/{home_id}"
    before = chen.get(path)
    assert before.json()["door_code"] is None
    assert before.json()["door_code_known"] is True
    assert code not in before.text
    alert = hub.emergency(home_id)
    version = chen.get(f"/api/v1/alerts/{alert.id}").json()["version"]
    held = act(chen, alert.id, "acknowledge", version).json()
    assert chen.get(path).json()["door_code"] == code
    assert code in chen.get(f"/homes/{home_id}", headers={"accept": "text/html"}).text
    assert code not in xu.get(path).text
    assert code not in xu.get(f"/homes/{home_id}", headers={"accept": "text/html"}).text
    act(chen, alert.id, "resolve", held["version"], what_it_was="test", what_was_done="on_site")
    assert code not in chen.get(path).text


def test_somebody_is_away_and_comes_back(hub: RunningHub, chen: httpx.Client, home_id: str) -> None:
    now = hub.clock.now()
    dates = {"from_at": now.isoformat(), "until_at": (now + timedelta(days=3)).isoformat()}
    path = f"/api/v1/homes/{home_id}/away"
    card = chen.post(path, json={"kind": "children", **dates}).json()
    assert [one["kind"] for one in card["away"]] == ["children"]
    backwards = {"from_at": dates["until_at"], "until_at": dates["from_at"]}
    assert chen.post(path, json={"kind": "children", **backwards}).status_code == 422
    assert chen.delete(path).json()["away"] == []
    assert chen.delete(path).status_code == 404


def test_homes_are_found_by_name_address_and_telephone(
    hub: RunningHub, chen: httpx.Client, home_id: str
) -> None:
    profile = hub.engine.homes()[home_id].profile
    for words in (profile.residents[0].name, profile.phone, home_id.upper(), profile.address):
        found = chen.get("/api/v1/homes", params={"q": words}).json()["items"]
        assert home_id in [one["id"] for one in found], words
    assert chen.get("/api/v1/homes", params={"q": "%"}).json()["items"] == []


def test_devices_rejected_messages_and_duty_can_be_looked_at(
    hub: RunningHub, chen: httpx.Client, home_id: str
) -> None:
    hub.press(home_id)
    pressed = hub.caller(home_id).id
    devices = {
        one["id"]: one for one in chen.get("/api/v1/devices", params={"home": home_id}).json()["items"]
    }
    assert devices[pressed]["state"] == "ok"
    assert devices[pressed]["last_seen_at"] is not None
    silent = chen.get("/api/v1/devices", params={"home": home_id, "problem": "any"}).json()
    assert pressed not in {one["id"] for one in silent["items"]}
    hub.deliver(f"care/v1/demo/{home_id}/nobody/vital", b"\xff\x00{")
    newest = chen.get("/api/v1/rejected", params={"limit": 1}).json()
    assert (newest["items"][0]["hex"], newest["items"][0]["text"]) == ("ff 00 7b", "")
    assert newest["items"][0]["reason"] == "not_utf8"
    roles = {one["role"] for one in chen.get("/api/v1/people/on-duty").json()}
    assert "operator" in roles
