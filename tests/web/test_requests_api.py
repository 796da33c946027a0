"""The API of service requests, and the answers of those to whom they were given."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from firmware_contracts.vocabulary import CallAction, ServiceCategory
from hub.core.alerts import Role
from hub.core.context import Shift
from hub.core.events import ActorRole
from hub.notify.signature import IDEMPOTENCY_HEADER, signed_headers
from hub.store.accounts import add_account
from hub.web.access import CARERS, ScopeKind
from tests.web.running import _HASH, ANSWER_SECRET, RunningHub

REQUESTS = "/api/v1/requests"


def opened(chen: httpx.Client, home_id: str, key: str = "key-0001", **more: Any) -> dict[str, Any]:
    body = {"home_id": home_id, "category": "meals", **more}
    answer = chen.post(REQUESTS, json=body, headers={"Idempotency-Key": f"{key}-{home_id}"})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def move(chen: httpx.Client, request: dict[str, Any], state: str, **more: Any) -> httpx.Response:
    body = {"version": request["version"], "state": state, **more}
    return chen.post(f"{REQUESTS}/{request['id']}/move", json=body)


def butler_of(hub: RunningHub, home_id: str) -> str:
    home = hub.engine.home(home_id)
    assert home is not None
    return home.profile.people[Role.BUTLER][0]


def answer(hub: RunningHub, client: httpx.Client, key: str = "", **body: Any) -> httpx.Response:
    signed = json.dumps(body).encode()
    key = key or f"{body.get('request_id')}-{body.get('action')}"[-60:]
    headers = signed_headers(ANSWER_SECRET, signed, hub.clock.now()) | {IDEMPOTENCY_HEADER: key}
    return client.post("/api/v1/answers", content=signed, headers=headers)


def test_a_service_request_waits_in_its_own_queue(hub: RunningHub, chen: httpx.Client, home_id: str) -> None:
    hub.press(home_id, CallAction.SERVICE, ServiceCategory.MEALS)
    query: dict[str, Any] = {"open": True, "home": home_id}
    assert chen.get("/api/v1/alerts", params=query).json()["items"] == []
    (request,) = chen.get(REQUESTS, params=query).json()["items"]
    assert (request["category"], request["state"], request["overdue"]) == ("meals", "new", False)
    assigned = move(chen, request, "assigned", assignee_id=butler_of(hub, home_id)).json()
    assert assigned["assignee"]["id"] == butler_of(hub, home_id)
    stale = move(chen, request, "done")
    assert (stale.status_code, stale.json()["current"]["state"]) == (409, "assigned")
    assert move(chen, assigned, "done").json()["state"] == "done"
    assert chen.get(REQUESTS, params=query).json()["items"] == []
    assert len(chen.get(REQUESTS, params={"open": False, "home": home_id}).json()["items"]) == 1
    over = move(chen, assigned, "in_progress")
    assert (over.status_code, over.json()["current"]["state"]) == (409, "done")


def test_opened_for_a_caller_it_is_there_once(hub: RunningHub, chen: httpx.Client, home_id: str) -> None:
    first = opened(chen, home_id, category="medical", note="周四复诊")["request"]
    again = opened(chen, home_id, category="medical", note="周四复诊")["request"]
    assert again["id"] == first["id"]
    assert (first["note"], first["opened_by"]["id"], first["state"]) == ("周四复诊", "chen", "new")
    assert first["due_at"] is not None
    detail = chen.get(f"{REQUESTS}/{first['id']}").json()
    assert [entry["text"]["zh"] for entry in detail["timeline"]] == ["陈静开单：助医"]
    no_key = chen.post(REQUESTS, json={"home_id": home_id, "category": "meals"})
    assert (no_key.status_code, no_key.json()["type"]) == (400, "urn:care-alert-hub:no_idempotency_key")


def test_urgent_help_by_page_or_telephone_is_an_emergency(
    hub: RunningHub, chen: httpx.Client, home_id: str
) -> None:
    found = opened(chen, home_id, category="urgent_help", note="女儿来电")
    assert found["request"] is None
    assert (found["alert"]["severity"], found["alert"]["state"]) == ("emergency", "triggered")
    assert (
        opened(chen, home_id, category="urgent_help", note="女儿来电")["alert"]["id"] == found["alert"]["id"]
    )
    assert chen.get(REQUESTS, params={"home": home_id}).json()["items"] == []


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"home_id": "nowhere"}, 404),
        ({"resident_id": "nobody"}, 404),
        ({"category": "mistaken_presses"}, 422),
        ({"category": "gossip"}, 422),
    ],
)
def test_what_cannot_be_opened(chen: httpx.Client, home_id: str, wrong: dict[str, str], status: int) -> None:
    body = {"home_id": home_id, "category": "meals", **wrong}
    answered = chen.post(REQUESTS, json=body, headers={"Idempotency-Key": f"wrong-{home_id}"})
    assert answered.status_code == status, answered.text


def test_it_is_cancelled_with_a_reason_only(hub: RunningHub, chen: httpx.Client, home_id: str) -> None:
    request = opened(chen, home_id)["request"]
    assert move(chen, request, "cancelled").status_code == 422
    cancelled = move(chen, request, "cancelled", cancel_reason="withdrawn").json()
    assert (cancelled["state"], cancelled["cancel_reason"]) == ("cancelled", "withdrawn")
    timeline = chen.get(f"{REQUESTS}/{request['id']}").json()["timeline"]
    assert timeline[-1]["text"] == {
        "zh": "陈静取消：老人不需要了",
        "en": "陈静 cancelled it: withdrawn by the elder",
    }


def test_who_can_do_it_begins_with_the_homes_own_butler(
    hub: RunningHub, chen: httpx.Client, home_id: str
) -> None:
    request = opened(chen, home_id)["request"]
    people = chen.get(f"{REQUESTS}/{request['id']}/assignees").json()
    assert (people[0]["id"], people[0]["role"]) == (butler_of(hub, home_id), "butler")
    assert len({one["id"] for one in people}) == len(people)
    assert move(chen, request, "assigned").json()["assignee"]["id"] == butler_of(hub, home_id)


def test_everybody_of_the_centre_can_be_asked_also_a_butler_on_no_shift(
    hub: RunningHub, chen: httpx.Client, home_id: str
) -> None:
    own, home = butler_of(hub, home_id), hub.engine.home(home_id)
    assert home is not None
    second = next(
        butler
        for one in hub.engine.homes().values()
        if one.profile.centre_id == home.profile.centre_id
        for butler in one.profile.people.get(Role.BUTLER, ())
        if butler != own
    )
    request = opened(chen, home_id, "k-second")["request"]
    without = replace(
        hub.directory, shifts=tuple(one for one in hub.directory.shifts if one.person_id != second)
    )
    try:
        hub.keeper.adopt(without)
        people = chen.get(f"{REQUESTS}/{request['id']}/assignees").json()
        page = chen.get(f"/requests/{request['id']}", headers={"accept": "text/html"}).text
    finally:
        hub.keeper.adopt(hub.directory)
    groups = [one["group"] for one in people]
    assert groups == sorted(groups, key=["own", "deputies", "centre"].index)
    (found,) = (one for one in people if one["id"] == second)
    assert (found["role"], found["group"]) == ("butler", "centre")
    others = page.split('<optgroup label="本站其他人">')[1].split("</optgroup>")[0]
    assert f'value="{second}"' in others
    assert move(chen, request, "assigned", assignee_id=second).json()["assignee"]["id"] == second


@pytest.mark.parametrize(
    ("centre", "begins_h", "on_duty"),
    [
        pytest.param("own", -3, True, id="on shift, and not the one whose turn it is"),
        pytest.param("other", -3, True, id="on shift at another centre"),
        pytest.param("", 0, True, id="on no shift: called at any hour"),
        pytest.param("own", 3, False, id="on a shift that has not begun"),
    ],
)
def test_of_everybody_who_can_be_asked_it_says_what_the_roster_says(
    hub: RunningHub, chen: httpx.Client, home_id: str, centre: str, begins_h: int, on_duty: bool
) -> None:
    own, home = butler_of(hub, home_id), hub.engine.home(home_id)
    assert home is not None
    second = next(
        butler
        for one in hub.engine.homes().values()
        if one.profile.centre_id == home.profile.centre_id
        for butler in one.profile.people.get(Role.BUTLER, ())
        if butler != own
    )
    places = {
        "own": home.profile.centre_id,
        "other": next(one.id for one in hub.directory.centres if one.id != home.profile.centre_id),
    }
    begins = hub.clock.now().astimezone(hub.settings.timezone) + timedelta(hours=begins_h)
    hours = (begins.time(), (begins + timedelta(hours=6)).time())
    shift = Shift(second, Role.BUTLER, frozenset(range(7)), *hours, places.get(centre))
    request = opened(chen, home_id, f"k-{centre}-{begins_h:+}")["request"]
    shifts = tuple(one for one in hub.directory.shifts if one.person_id != second)
    try:
        hub.keeper.adopt(replace(hub.directory, shifts=(*shifts, shift) if centre else shifts))
        people = chen.get(f"{REQUESTS}/{request['id']}/assignees").json()
    finally:
        hub.keeper.adopt(hub.directory)
    (found,) = (one for one in people if one["id"] == second)
    assert found["on_duty"] is on_duty


def test_a_list_of_one_category(hub: RunningHub, chen: httpx.Client, home_id: str) -> None:
    opened(chen, home_id, "k-meals-01")
    opened(chen, home_id, "k-shop-01", category="shopping")
    found = chen.get(REQUESTS, params={"home": home_id, "category": "shopping"}).json()["items"]
    assert [one["category"] for one in found] == ["shopping"]


def test_who_does_a_request_sees_the_home_as_long_as_they_do_it(
    hub: RunningHub, chen: httpx.Client, home_id: str
) -> None:
    own = butler_of(hub, home_id)
    other = next(
        person_id
        for home in hub.engine.homes().values()
        for person_id in home.profile.people.get(Role.DEPUTY, ())
        if person_id
        not in (
            own,
            *(one for role in CARERS for one in hub.engine.homes()[home_id].profile.people.get(role, ())),
        )
    )
    row = (other, "帮忙的", ActorRole.BUTLER, _HASH, hub.clock.now())
    hub.engine.write(
        lambda connection: add_account(connection, *row, ScopeKind.OWN.value, other, other)
    ).result(10)
    request = opened(chen, home_id)["request"]
    with hub.client(other) as helper:
        assert helper.get(f"{REQUESTS}/{request['id']}").status_code == 403
        assigned = move(chen, request, "assigned", assignee_id=other).json()
        assert helper.get(f"{REQUESTS}/{request['id']}").status_code == 200
        assert helper.get(f"/api/v1/homes/{home_id}").status_code == 200
        done = move(helper, assigned, "done").json()
        assert done["done_by"]["id"] == other
        assert helper.get(f"/api/v1/homes/{home_id}").status_code == 403


def test_a_key_used_again_for_something_else_hides_neither_wish_nor_emergency(
    hub: RunningHub, chen: httpx.Client, home_id: str
) -> None:
    def sent(category: str) -> httpx.Response:
        body = {"home_id": home_id, "category": category}
        return chen.post(REQUESTS, json=body, headers={"Idempotency-Key": "the-form-was-sent-once"})

    meals, cleaning, urgent = (sent(one) for one in ("meals", "cleaning", "urgent_help"))
    assert [one.status_code for one in (meals, cleaning, urgent)] == [201] * 3, urgent.text
    assert meals.json()["request"]["id"] != cleaning.json()["request"]["id"]
    assert urgent.json()["alert"]["severity"] == "emergency"
    assert sent("meals").json()["request"]["id"] == meals.json()["request"]["id"]
    assert sent("urgent_help").json()["alert"]["id"] == urgent.json()["alert"]["id"]
    raised = chen.post(
        "/api/v1/alerts", json={"home_id": home_id}, headers={"Idempotency-Key": "the-form-was-sent-once"}
    )
    assert raised.status_code == 201, raised.text


def test_only_who_works_for_the_home_is_assigned(hub: RunningHub, chen: httpx.Client, home_id: str) -> None:
    request = opened(chen, home_id)["request"]
    profile = hub.engine.homes()[home_id].profile
    daughter = profile.people[Role.CONTACT][0]
    refused = move(chen, request, "assigned", assignee_id=daughter)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:care-alert-hub:not_an_assignee")
    assert move(chen, request, "assigned", assignee_id=butler_of(hub, home_id)).status_code == 200


# --- answers of the assignee ------------------------------------------------------------------------------------------


def test_the_assignee_accepts_begins_and_finishes(
    hub: RunningHub, chen: httpx.Client, stranger: httpx.Client, home_id: str
) -> None:
    request = opened(chen, home_id)["request"]
    butler = butler_of(hub, home_id)
    about = {"request_id": request["id"], "person_id": butler}
    too_early = answer(hub, stranger, **about, action="accept")
    assert too_early.status_code == 403, "nobody has asked yet"
    move(chen, request, "assigned")
    for action, state in (("accept", "assigned"), ("start", "in_progress"), ("done", "done")):
        taken = answer(hub, stranger, **about, action=action)
        assert (taken.status_code, taken.json()["state"]) == (200, state), taken.text
    now = chen.get(f"{REQUESTS}/{request['id']}").json()
    assert (now["done_by"]["id"], now["accepted_at"] is not None) == (butler, True)


def test_the_assignee_declines_and_has_no_say_any_more(
    hub: RunningHub, chen: httpx.Client, stranger: httpx.Client, home_id: str
) -> None:
    request = opened(chen, home_id)["request"]
    about = {"request_id": request["id"], "person_id": butler_of(hub, home_id)}
    move(chen, request, "assigned")
    assert answer(hub, stranger, **about, action="decline", note="陪诊中").json()["state"] == "new"
    late = answer(hub, stranger, **about, action="done")
    assert (late.status_code, late.json()["type"]) == (409, "urn:care-alert-hub:held_by_other")
    assert chen.get(f"{REQUESTS}/{request['id']}").json()["note"] == "陪诊中"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "acknowledge"}, 422),
        ({"action": "cancel"}, 422),
        ({"action": "accept", "alert_id": "A-1"}, 422),
        ({"action": "accept", "request_id": None}, 422),
        ({"action": "accept", "request_id": "R-unknown"}, 404),
        ({"action": "accept", "person_id": "somebody-else"}, 403),
    ],
)
def test_answers_that_fit_nothing(
    hub: RunningHub,
    chen: httpx.Client,
    stranger: httpx.Client,
    home_id: str,
    body: dict[str, Any],
    status: int,
) -> None:
    request = opened(chen, home_id)["request"]
    move(chen, request, "assigned")
    about = {"request_id": request["id"], "person_id": butler_of(hub, home_id), **body}
    refused = answer(hub, stranger, f"wrong-answer-{home_id}", **about)
    assert refused.status_code == status, refused.text
