"""One alert that cannot be shown keeps no other from being seen, and is seen itself: which it is, in which home."""

import logging
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, text

from tests.web.running import RunningHub

WORDS = "This alert cannot be shown: open the page of its home, reach the elder, and tell who runs the hub"


def listed(client: httpx.Client) -> dict[str, Any]:
    answer = client.get("/api/v1/alerts", params={"open": True, "limit": 200})
    assert answer.status_code == 200, answer.text
    return {one["id"]: one for one in answer.json()["items"]}


def test_a_text_that_fails_is_an_outline_and_the_others_are_whole(
    hub: RunningHub,
    chen: httpx.Client,
    home_id: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad = hub.emergency(home_id)
    good = hub.emergency(hub.home_ids()[-1])

    before = listed(chen)[good.id]
    profile = hub.app.state.parts.views.profile
    monkeypatch.setattr(
        hub.app.state.parts.views, "profile", lambda home: 1 / 0 if home == home_id else profile(home)
    )
    with caplog.at_level(logging.ERROR, "hub.web.views"):
        found = listed(chen)
    assert found[good.id] == before
    shown = found[bad.id]
    assert (shown["home_id"], shown["kind"], shown["severity"]) == (home_id, "emergency_call", "emergency")
    assert (shown["state"], shown["version"]) == ("triggered", bad.version)
    assert shown["address"] == home_id, "who watches must be able to find the home"
    assert shown["reason"]["en"] == WORDS
    assert f"alert {bad.id} of home {home_id} cannot be shown (ZeroDivisionError at " in caplog.text
    assert chen.get(f"/api/v1/alerts/{bad.id}").json()["reason_code"] == "cannot_be_shown"
    assert chen.get("/").status_code == 200


def test_a_row_that_cannot_be_read_is_an_outline_and_the_others_are_whole(
    hub: RunningHub, chen: httpx.Client, home_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    bad = hub.emergency(home_id)
    good = hub.emergency(hub.home_ids()[-2])
    before = listed(chen)

    def damage(connection: Connection) -> None:
        body = connection.execute(
            text("SELECT body FROM alert WHERE alert_id = :id"), {"id": bad.id}
        ).scalar_one()
        connection.execute(
            text("UPDATE alert SET body = :body WHERE alert_id = :id"),
            {"id": bad.id, "body": body.replace('"opened_at"', '"opened_when"') + "李淑兰"},
        )

    hub.engine.write(damage).result(10)
    found = listed(chen)
    assert found.keys() == before.keys()
    assert found[good.id] == before[good.id]
    shown = found[bad.id]
    for key in ("home_id", "kind", "severity", "state", "open", "version", "opened_at", "address"):
        assert shown[key] == before[bad.id][key]
    assert shown["reason"]["en"] == WORDS
    assert f"alert {bad.id} of home {home_id} cannot be read (ValidationError)" in caplog.text
    assert "李淑兰" not in caplog.text
    detail = chen.get(f"/api/v1/alerts/{bad.id}").json()
    assert detail["timeline"][0]["kind"] == "alert_triggered", detail
    taken = chen.post(f"/api/v1/alerts/{bad.id}/acknowledge", json={"version": shown["version"]})
    assert taken.status_code == 200, "it can be taken all the same"
    assert taken.json()["state"] == "acknowledged"
