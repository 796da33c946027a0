"""Tokens of scripts: they let in what they are for, are shown once and kept nowhere, and end at once when they are revoked."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub.core.events import ActorRole
from hub.store import api_tokens, change_log
from hub.store.accounts import add_account, set_active
from hub.store.change_log import What
from hub.web.access import LOG_IN_ROLES, SCOPES, ScopeKind
from tests.web.running import _HASH, RunningHub
from tests.web.test_live import stream

pytestmark = pytest.mark.slow

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def make(admin: httpx.Client) -> Make:
    def made(role: str = "operator", **more: Any) -> dict[str, Any]:
        answer = admin.post("/api/v1/tokens", json={"name": "partner", "role": role, **more})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return made


def script(hub: RunningHub, made: dict[str, Any]) -> httpx.Client:
    return hub.client(None, headers={"authorization": f"Bearer {made['token']}"})


@pytest.fixture
def other_administrator(hub: RunningHub) -> str:
    login = "admin-2"
    hub.engine.write(
        lambda connection: add_account(
            connection, login, login, ActorRole.ADMINISTRATOR, _HASH, hub.clock.now()
        )
    ).result(10)
    return login


def test_a_token_is_a_log_in_of_its_own(
    hub: RunningHub, make: Make, admin: httpx.Client, home_id: str
) -> None:
    made = make()
    with script(hub, made) as client:
        assert client.get("/api/v1/alerts").status_code == 200
        assert client.get("/api/v1/reports").status_code == 403
        assert client.get("/api/v1/accounts/me").json()["name"] == "partner"
        alert = client.post(
            "/api/v1/alerts", json={"home_id": home_id}, headers={"idempotency-key": "a-partner-system"}
        ).json()
        timeline = client.get(f"/api/v1/alerts/{alert['id']}").json()["timeline"]
    assert {"id": f"token:{made['id']}", "name": "partner"} in [entry["by"] for entry in timeline]
    listed = next(one for one in admin.get("/api/v1/tokens").json() if one["id"] == made["id"])
    assert listed["works"]
    assert listed["used_at"]
    assert listed["made_by"] == "admin"


def test_what_lets_in_is_kept_nowhere(hub: RunningHub, make: Make, admin: httpx.Client) -> None:
    made = make()
    secret = made["token"].rpartition("_")[2]
    assert secret not in admin.get("/api/v1/tokens").text
    assert secret not in admin.get("/changes", headers={"accept": "text/html"}).text
    for file in hub.settings.data_dir.glob("hub.db*"):
        assert secret.encode() not in file.read_bytes()


def test_a_revoked_token_ends_at_once_and_what_it_holds_open_too(
    hub: RunningHub, make: Make, admin: httpx.Client
) -> None:
    made = make()
    with script(hub, made) as client, stream(client) as events:
        assert any(event.get("event") == "hello" for event in events)
        revoked = admin.delete(f"/api/v1/tokens/{made['id']}").json()
        assert (revoked["works"], revoked["revoked_at"] is not None) == (False, True)
        assert client.get("/api/v1/alerts").status_code == 401
        assert sum(1 for _ in events) < 100, "the stream ends"
    lines = [
        (line.what, line.by)
        for _, line in hub.queries.read(lambda connection: change_log.changes(connection, limit=500))
        if line.about_id == made["id"]
    ]
    assert lines == [(What.TOKEN_REVOKED, "admin"), (What.TOKEN_MADE, "admin")]


def test_it_ends_with_whoever_made_it(hub: RunningHub, other_administrator: str) -> None:
    with hub.client(other_administrator) as client:
        made = client.post("/api/v1/tokens", json={"name": "old", "role": "operator"}).json()
    with script(hub, made) as client:
        assert client.get("/api/v1/alerts").status_code == 200
        with hub.client("admin") as admin:
            path = f"/api/v1/accounts/{other_administrator}"
            assert admin.patch(path, json={"active": False}).status_code == 200
            assert client.get("/api/v1/alerts").status_code == 401
            # Let in again, but an administrator no more.
            body = {"active": True, "role": "operator"}
            assert admin.patch(path, json=body).status_code == 200
            assert client.get("/api/v1/alerts").status_code == 401


def test_it_ends_when_its_time_is_over(hub: RunningHub, make: Make) -> None:
    made = make(days=1)
    with script(hub, made) as client:
        assert client.get("/api/v1/alerts").status_code == 200
    token = hub.queries.read(lambda connection: api_tokens.find(connection, made["id"]))
    assert token is not None
    assert token.lives(hub.clock.now() + timedelta(hours=23))
    assert not token.lives(hub.clock.now() + timedelta(hours=25))


def test_it_travels_encrypted_or_not_at_all(hub: RunningHub, make: Make) -> None:
    with script(hub, make()) as client:
        far = client.get("/api/v1/alerts", headers={"x-forwarded-for": "203.0.113.9"})
    assert far.status_code == 403
    assert "not_encrypted" in far.text


def test_guessing_is_slowed_down_and_keeps_nobody_else_out(hub: RunningHub, make: Make) -> None:
    made, right = make(), make()
    with hub.client(None) as client:
        tried = [
            client.get(
                "/api/v1/alerts", headers={"authorization": f"Bearer care_{made['id']}_{'x' * 42}{end}"}
            ).status_code
            for end in "abcdefg"
        ]
        assert tried == [401, 401, 401, 401, 401, 429, 429]
        # Who knows its id locks nobody out of it.
        asked = {"authorization": f"Bearer {made['token']}"}
        assert client.get("/api/v1/alerts", headers=asked).status_code == 200
        for nonsense in (b"", b"care_", b"care_0_0", "é".encode(), b"x" * 5000):
            headers = [(b"authorization", b"Bearer _" + nonsense)]
            assert client.get("/api/v1/alerts", headers=headers).status_code in {401, 429}
    with script(hub, right) as client:
        assert client.get("/api/v1/alerts").status_code == 200


def test_a_token_makes_no_tokens_and_no_log_ins(hub: RunningHub, make: Make) -> None:
    with script(hub, make("administrator")) as client:
        assert client.get("/api/v1/changes").status_code == 200
        for method, path in itertools.product(("GET", "POST"), ("/api/v1/tokens", "/api/v1/accounts")):
            assert client.request(method, path, json={}).status_code == 403


@pytest.mark.parametrize("role", LOG_IN_ROLES)
def test_a_scope_is_one_that_the_role_may_have(hub: RunningHub, admin: httpx.Client, role: ActorRole) -> None:
    directory = hub.directory
    ids = {
        ScopeKind.EVERYTHING: None,
        ScopeKind.OWN: None,
        ScopeKind.COMPANY: directory.companies[0].id,
        ScopeKind.REGION: directory.regions[0].id,
        ScopeKind.CENTRE: directory.centres[0].id,
    }
    for kind in ScopeKind:
        body = {"name": "a system", "role": role.value, "scope": {"kind": kind.value, "id": ids[kind]}}
        may = kind in SCOPES[role] and kind is not ScopeKind.OWN
        assert admin.post("/api/v1/tokens", json=body).status_code == (201 if may else 422), (role, kind)


def test_the_page_shows_it_once(hub: RunningHub) -> None:
    with hub.browser("admin") as browser:
        headers = {"accept": "text/html"}
        wrong = browser.post(
            "/tokens", data={"name": "x", "role": "butler", "scope": "everything"}, headers=headers
        )
        assert wrong.status_code == 422
        made = browser.post(
            "/tokens",
            data={"name": "社区平台", "role": "operator", "scope": "everything", "days": "90"},
            headers=headers,
        )
        assert made.status_code == 200
        token = made.text.partition('id="token">')[2].partition("<")[0]
        assert made.headers["cache-control"] == "no-store"
        again = browser.get("/tokens", headers=headers).text
        assert "社区平台" in again
        assert token not in again
        with hub.client(None, headers={"authorization": f"bearer {token}"}) as client:
            assert client.get("/api/v1/homes").status_code == 200
            token_id = token.split("_")[1]
            sent = browser.post(f"/tokens/{token_id}/revoke", headers=headers)
            assert sent.headers["location"] == "/tokens?revoked=1"
            assert "已吊销" in browser.get("/tokens?revoked=1", headers=headers).text
            assert client.get("/api/v1/homes").status_code == 401


def test_who_made_it_and_left_takes_it_along(hub: RunningHub, make: Make) -> None:
    """As a store would stand in which somebody was disabled by hand."""
    made = make()
    token = hub.queries.read(lambda connection: api_tokens.find(connection, made["id"]))
    assert token is not None

    def disabled(connection: Any) -> None:
        add_account(connection, "gone", "gone", ActorRole.ADMINISTRATOR, _HASH, hub.clock.now())
        set_active(connection, "gone", False)
        connection.exec_driver_sql(f"UPDATE api_token SET made_by = 'gone' WHERE id = '{token.id}'")

    hub.engine.write(disabled).result(10)
    with script(hub, made) as client:
        assert client.get("/api/v1/alerts").status_code == 401
