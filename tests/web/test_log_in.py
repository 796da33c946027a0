"""Who gets in: every path asks for a log-in, guessing is slowed down, other sites cannot act, and old sessions end."""

import re
import runpy
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from hub.web import passwords
from hub.web.login_limit import LIMITS, WINDOW, LoginLimit
from hub.web.passwords import hash_password, verify_password
from hub.web.sessions import COOKIE, SECRET_FILE, Session, Sessions, load_secret
from tests.web.running import PASSWORD, RunningHub

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
OPEN = {"/login", "/language", "/healthz"}
SIGNED = {"/api/v1/answers"}


def calls(hub: RunningHub) -> Iterator[tuple[str, str]]:
    """Every method and path that the hub answers, with ids filled in."""
    schema = hub.app.openapi()
    for path, methods in schema["paths"].items():
        for method in methods:
            yield method.upper(), re.sub(r"\{\w+\}", "x", path)
    for path in (
        "/",
        "/homes",
        "/homes/x",
        "/devices",
        "/rejected",
        "/accounts",
        "/api/v1/openapi.json",
        "/nonsense",
    ):
        yield "GET", path
    for path in ("/logout", "/accounts", "/accounts/x/active", "/accounts/x/password"):
        yield "POST", path


def test_every_path_asks_for_a_log_in(hub: RunningHub, stranger: httpx.Client) -> None:
    # As through a proxy on this machine: that is not a client on this machine.
    far = {"x-forwarded-for": "203.0.113.9"}
    asked = list(calls(hub))
    assert len(asked) > 30
    for method, path in asked:
        if path in OPEN | SIGNED:
            continue
        answer = stranger.request(method, path, headers=far)
        assert answer.status_code == 401, (method, path)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["remedy"]


def test_a_browser_without_a_session_is_sent_to_the_log_in(stranger: httpx.Client) -> None:
    answer = stranger.get("/homes?q=a", headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?then=%2Fhomes%3Fq%3Da"


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(hub: RunningHub) -> None:
    with hub.client(None, headers={"sec-fetch-site": "same-origin"}) as client:
        answer = client.post("/login", data={"login": "CHEN", "password": PASSWORD, "then": "/homes"})
        cookie = answer.headers["set-cookie"]
        assert answer.headers["location"] == "/homes"
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert client.get("/api/v1/accounts/me").json()["login"] == "chen"
        assert client.post("/logout").status_code == 303
        assert client.get("/api/v1/accounts/me").status_code == 401


def test_a_log_out_ends_the_session_and_no_other_device(tmp_path: Path) -> None:
    def answers(hub: RunningHub, cookie: str) -> int:
        with hub.client(None) as client:
            client.cookies.set(COOKIE, cookie)
            return client.get("/api/v1/accounts/me").status_code

    with RunningHub(tmp_path, homes=2) as hub:
        with hub.browser("chen") as here, hub.browser("chen") as there:
            copied, other = here.cookies[COOKIE], there.cookies[COOKIE]
            assert answers(hub, copied) == 200
            assert here.post("/logout").status_code == 303
        assert (answers(hub, copied), answers(hub, other)) == (401, 200)
        hub.serve_again()
        assert (answers(hub, copied), answers(hub, other)) == (401, 200)


def test_a_renewed_session_is_still_the_one_that_a_log_out_ends() -> None:
    sessions = Sessions("a secret of this test", timedelta(hours=12))
    session = Session("chen", 1, NOON)
    later = NOON + timedelta(hours=2)
    cookies = [sessions.write(session), sessions.write(replace(session, began_at=later))]
    sessions.end(session, later)
    for cookie in cookies:
        assert sessions.read(cookie, later) is None
    assert sessions.read(sessions.write(Session("chen", 1, later)), later) is not None


@pytest.mark.parametrize(
    "then", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"]
)
def test_the_log_in_leads_nowhere_else(hub: RunningHub, then: str) -> None:
    with hub.client(None, headers={"sec-fetch-site": "same-origin"}) as client:
        answer = client.post("/login", data={"login": "chen", "password": PASSWORD, "then": then})
        assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_only_our_own_pages_may_act_with_a_session(
    hub: RunningHub, headers: dict[str, str], *, allowed: bool
) -> None:
    with hub.browser("chen") as client:
        del client.headers["sec-fetch-site"]
        answer = client.post("/language", data={"language": "zh"}, headers=headers)
        assert (answer.status_code == 303) is allowed, answer.text
        raised = client.post("/api/v1/alerts", json={"home_id": "nowhere"}, headers=headers)
        assert raised.status_code == (400 if allowed else 403)


def test_guessing_is_slowed_down_and_says_how_long(hub: RunningHub) -> None:
    same = {"sec-fetch-site": "same-origin"}
    with hub.client(None, headers=same) as client:
        for _ in range(LIMITS["pair"]):
            assert client.post("/login", data={"login": "nobody", "password": "wrong"}).status_code == 401
        refused = client.post("/login", data={"login": "nobody", "password": "wrong"})
        assert refused.status_code == 429
        assert "5 分钟" in refused.text
        # Another person at the same address is not locked out.
        assert client.post("/login", data={"login": "xu", "password": PASSWORD}).status_code == 303


def test_a_failure_is_forgotten_after_the_window() -> None:
    limit = LoginLimit()
    for _ in range(LIMITS["pair"]):
        limit.begun("chen", "10.0.0.1", NOON)
    assert limit.wait("chen", "10.0.0.1", NOON) == WINDOW
    assert limit.wait("chen", "10.0.0.2", NOON) == timedelta()
    assert limit.wait("chen", "10.0.0.1", NOON + WINDOW) == timedelta()


def test_a_new_password_ends_sessions_and_a_disabled_account_has_none(
    hub: RunningHub, admin: httpx.Client
) -> None:
    account = {"login": "Temp", "name": "临时", "role": "operator", "password": PASSWORD}
    assert admin.post("/api/v1/accounts", json=account).status_code == 201
    assert admin.post("/api/v1/accounts", json=account).status_code == 409
    with hub.browser("temp") as temp:
        assert temp.get("/api/v1/accounts/me").status_code == 200
        changed = admin.patch("/api/v1/accounts/temp", json={"password": "another long password"})
        assert changed.status_code == 200
        assert temp.get("/api/v1/accounts/me").status_code == 401
    with hub.client(None) as script:
        new = ("temp", "another long password")
        assert script.get("/api/v1/accounts/me", auth=new).status_code == 200
        assert admin.patch("/api/v1/accounts/temp", json={"active": False}).json()["active"] is False
        assert script.get("/api/v1/accounts/me", auth=new).status_code == 401


def test_an_operator_is_no_administrator(chen: httpx.Client) -> None:
    assert chen.get("/api/v1/accounts").status_code == 403
    assert chen.post("/api/v1/accounts", json={}).status_code in {403, 422}
    page = chen.get("/accounts", headers={"accept": "text/html"})
    assert page.status_code == 403
    assert "管理员" in page.text


def test_an_administrator_cannot_lock_everybody_out(admin: httpx.Client) -> None:
    answer = admin.patch("/api/v1/accounts/ADMIN", json={"active": False})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:care-alert-hub:own_account")


def test_a_password_does_not_travel_unencrypted(stranger: httpx.Client) -> None:
    far = {"x-forwarded-for": "203.0.113.9"}
    answer = stranger.get("/api/v1/alerts", auth=("chen", PASSWORD), headers=far)
    assert answer.json()["type"] == "urn:care-alert-hub:not_encrypted"


def test_pages_forbid_foreign_scripts_and_frames(chen: httpx.Client) -> None:
    page = chen.get("/", headers={"accept": "text/html"})
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    scripts = re.findall(r"<script[^>]*>", page.text)
    assert scripts
    assert all("src=" in script or "application/json" in script for script in scripts)
    assert not re.search(r"\son\w+=|style=", page.text)


def test_who_works_stays_logged_in_and_who_logs_out_is_out(hub: RunningHub) -> None:
    sessions = hub.app.state.parts.sessions._sessions
    old = sessions.write(Session("chen", 1, hub.clock.now() - timedelta(hours=11)))
    with hub.client(None, headers={"sec-fetch-site": "same-origin"}) as client:
        client.cookies.set("care_session", old)
        assert "set-cookie" not in client.get("/api/v1/alerts").headers
        renewed = client.post("/api/v1/alerts/A-none/notes", json={"note": "x"}).headers["set-cookie"]
        assert sessions.read(renewed.split("=")[1].split(";")[0], hub.clock.now() + timedelta(hours=11))
    with hub.client(
        None, headers={"sec-fetch-site": "same-origin", "cookie": f"care_session={old}"}
    ) as client:
        (ended,) = client.post("/logout").headers.get_list("set-cookie")
        assert "Max-Age=0" in ended


def test_what_is_stored_for_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    # As it is shipped: the tests together make theirs cheap.
    monkeypatch.setattr(passwords, "LOG2_N", runpy.run_path(passwords.__file__)["LOG2_N"])
    stored = hash_password("correct horse")
    assert re.fullmatch(r"scrypt1\$14\$8\$1\$[\w+/=]{24}\$[\w+/=]{44}", stored)
    assert stored != hash_password("correct horse")
    assert verify_password(stored, "correct horse")
    assert not verify_password(stored, "correct horsf")
    assert not verify_password("plain$correct horse", "correct horse")


def test_a_session_cannot_be_forged_and_ends() -> None:
    sessions = Sessions("s" * 64, timedelta(hours=12))
    session = Session("chen", 1, NOON)
    cookie = sessions.write(session)
    assert sessions.read(cookie, NOON + timedelta(hours=11)) == session
    assert sessions.read(cookie, NOON + timedelta(hours=12)) is None
    assert sessions.read(cookie.swapcase(), NOON) is None
    assert Sessions("t" * 64, timedelta(hours=12)).read(cookie, NOON) is None


def test_the_secret_is_made_once_and_readable_by_the_hub_alone(tmp_path: Path) -> None:
    secret = load_secret(tmp_path)
    assert load_secret(tmp_path) == secret
    assert len(secret) == 64
    assert stat.S_IMODE((tmp_path / SECRET_FILE).stat().st_mode) == 0o600
