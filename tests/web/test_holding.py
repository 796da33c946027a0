"""Who holds an alert over the API and by answers: a call that would change it without saying so is refused, and told how."""

from typing import Any

import httpx
import pytest

from firmware_contracts.vocabulary import Kind
from hub.core.alerts import Alert, Role
from hub.core.events import Actor, ActorRole, GoOnTheWay
from tests.web.running import RunningHub
from tests.web.test_answers import send

OUTCOME = {"what_it_was": "mistake", "what_was_done": "by_phone"}


@pytest.fixture
def coming(hub: RunningHub, home_id: str) -> tuple[Alert, str, str]:
    """The home's butler is on the way; their id and name."""
    alert = hub.emergency(home_id)
    butler = hub.engine.homes()[home_id].profile.people[Role.BUTLER][0]
    hub.command(GoOnTheWay(home_id, alert.id, Actor(butler, ActorRole.RESPONDER)))
    return hub.engine.homes()[home_id].alerts[alert.id], butler, hub.engine.context().people[butler].name


def act(client: httpx.Client, alert: Alert, action: str, **body: Any) -> httpx.Response:
    return client.post(f"/api/v1/alerts/{alert.id}/{action}", json={"version": alert.version, **body})


@pytest.mark.parametrize("action", ["acknowledge", "on-the-way", "on-site"])
def test_it_is_refused_with_who_holds_it_and_how_to_take_it_over(
    chen: httpx.Client, coming: tuple[Alert, str, str], action: str
) -> None:
    alert, butler, name = coming
    refused = act(chen, alert, action)
    assert refused.status_code == 409
    told = refused.json()
    assert told["type"] == "urn:care-alert-hub:held_by_other"
    assert f"{name} (care butler) is on the way since" in told["detail"]
    assert f"acknowledge with take_over_from={butler}" in told["remedy"]
    assert f"{name}（养老管家）" in told["zh"]
    holder = told["current"]["holder"]
    assert (holder["id"], holder["name"], holder["role"]) == (butler, name, "butler")
    assert told["current"]["version"] == alert.version


def test_recorded_for_the_butler_it_stays_the_butlers(
    chen: httpx.Client, coming: tuple[Alert, str, str]
) -> None:
    alert, butler, name = coming
    there = act(chen, alert, "on-site", on_behalf_of=butler)
    assert there.status_code == 200, there.text
    assert (there.json()["state"], there.json()["holder"]["id"]) == ("on_site", butler)
    lines = chen.get(f"/api/v1/alerts/{alert.id}").json()["timeline"]
    assert f"{name}已到场（陈静代记）" in [line["text"]["zh"] for line in lines]


def test_what_another_desk_records_names_who_goes_and_who_wrote_it_down(
    hub: RunningHub, chen: httpx.Client, home_id: str
) -> None:
    alert = hub.emergency(home_id)
    with hub.client("xu") as xu:
        version = xu.get(f"/api/v1/alerts/{alert.id}").json()["version"]
        assert act(xu, alert, "acknowledge", version=version).status_code == 200
    shown = chen.get(f"/api/v1/alerts/{alert.id}").json()
    goer = shown["may_go"][0]
    assert goer["role"] == "butler"
    gone = act(chen, alert, "on-the-way", on_behalf_of=goer["id"], version=shown["version"])
    assert (gone.status_code, gone.json()["holder"]["id"]) == (200, goer["id"])
    lines = chen.get(f"/api/v1/alerts/{alert.id}").json()["timeline"]
    said = [line["text"] for line in lines if line["kind"] == "alert_on_the_way"]
    assert [text["zh"] for text in said] == [f"{goer['name']}已出发（陈静代记），接手自徐敏"]
    assert goer["name"] in said[0]["en"]


def test_taken_over_by_name(chen: httpx.Client, coming: tuple[Alert, str, str]) -> None:
    alert, butler, name = coming
    wrong = act(chen, alert, "acknowledge", take_over_from="somebody-else")
    assert wrong.status_code == 409
    taken = act(chen, alert, "acknowledge", take_over_from=butler)
    assert (taken.status_code, taken.json()["holder"]["id"]) == (200, "chen")
    assert taken.json()["holder"]["role"] == "operator"
    lines = chen.get(f"/api/v1/alerts/{alert.id}").json()["timeline"]
    assert f"陈静已接警，接手自{name}" in [line["text"]["zh"] for line in lines]


def test_an_answer_takes_an_alert_from_nobody_but_by_name(
    hub: RunningHub, stranger: httpx.Client, coming: tuple[Alert, str, str]
) -> None:
    alert, butler, name = coming
    other = next(person for person in alert.asked if person != butler)
    answer = {"alert_id": alert.id, "person_id": other, "action": "on_site"}
    refused = send(hub, stranger, answer, "on-site-unnamed")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:care-alert-hub:held_by_other")
    assert name in refused.json()["zh"]
    taken = send(hub, stranger, answer | {"take_over_from": butler}, "on-site-by-name")
    assert (taken.status_code, taken.json().get("state")) == (200, "on_site")


def test_closing_what_names_two_homes_says_which(hub: RunningHub, chen: httpx.Client) -> None:
    hub.keeper.adopt(hub.directory)
    here, there = hub.home_ids()[:2]
    hub.say(
        here, hub.caller(there).id, Kind.CALL, {"event_id": "event-two", "age_ms": 0, "action": "emergency"}
    )
    alert = next(one for one in hub.engine.homes()[here].alerts.values() if one.kind == "emergency_call")
    refused = act(chen, alert, "resolve", **OUTCOME)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:care-alert-hub:which_home")
    for home_id in (here, there):
        assert hub.engine.homes()[home_id].profile.address in refused.json()["zh"]
        assert home_id in refused.json()["remedy"]
    closed = act(chen, alert, "resolve", **OUTCOME, at_home_id=there)
    assert closed.status_code == 200, closed.text
    assert closed.json()["other_home"]["settled"] is True
