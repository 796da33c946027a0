"""Alive, ready, numbers and logs: what monitoring sees, and that it says nothing about people."""

import logging
from pathlib import Path

import httpx
import pytest

from tests.web.running import RunningHub


def test_alive_and_ready(stranger: httpx.Client) -> None:
    assert stranger.get("/healthz").text == "alive\n"
    ready = stranger.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"ready": True, "problems": [], "notices": []},
    )


def test_without_a_channel_the_screens_say_that_nobody_is_told(tmp_path: Path) -> None:
    """It is a choice of the settings: the hub is ready, and nobody who opens homes may miss it."""
    said = "告警只在屏幕上响，管家、家属收不到"
    for tells_people in (True, False):
        with (
            RunningHub(
                tmp_path / str(tells_people),
                homes=0,
                ways_to_people=frozenset({"webhook"} if tells_people else ()),
            ) as hub,
            hub.client("admin") as admin,
        ):
            ready = admin.get("/readyz")
            assert (ready.status_code, ready.json()["ready"]) == (200, True)
            assert [one["code"] for one in ready.json()["notices"]] == (
                [] if tells_people else ["no_channel"]
            )
            assert admin.get("/api/v1/unprotected").json()["people_are_told"] is tells_people
            bar = admin.get("/", headers={"accept": "text/html"}).text.split('id="told-bar"')[1]
            assert ("hidden" in bar.split(">")[0]) is tells_people
            assert said in bar.split("</div>")[0]
            gaps = admin.get("/unprotected", headers={"accept": "text/html"}).text
            assert (said in gaps) is not tells_people
            assert ("[webhook]" in gaps) is not tells_people
            elders = admin.get("/protection", headers={"accept": "text/html"}).text
            assert (said in elders) is not tells_people


def test_ready_says_what_is_missing(hub: RunningHub, stranger: httpx.Client) -> None:
    hub.engine._store_problem = "the disk is full; free some space"
    try:
        answer = stranger.get("/readyz")
    finally:
        hub.engine._store_problem = None
    assert answer.status_code == 503
    assert {"code": "store", "detail": "the disk is full; free some space"} in answer.json()["problems"]


def test_metrics_count_alerts_and_answer_times(
    hub: RunningHub, stranger: httpx.Client, chen: httpx.Client, home_id: str
) -> None:
    hub.press(home_id)
    alert = hub.emergency(home_id)
    text = stranger.get("/metrics").text
    assert 'care_hub_alerts_open{severity="emergency",state="triggered"} 1.0' in text
    assert "care_hub_messages 2.0" in text
    version = chen.get(f"/api/v1/alerts/{alert.id}").json()["version"]
    chen.post(f"/api/v1/alerts/{alert.id}/acknowledge", json={"version": version})
    text = stranger.get("/metrics").text
    assert 'care_hub_alerts_open{severity="emergency",state="acknowledged"} 1.0' in text
    assert 'care_hub_answer_seconds_bucket{le="20",severity="emergency"} 1.0' in text
    assert 'care_hub_answer_seconds_count{severity="emergency"} 1.0' in text


def test_numbers_and_logs_name_nobody(
    hub: RunningHub,
    chen: httpx.Client,
    stranger: httpx.Client,
    home_id: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    profile = hub.engine.homes()[home_id].profile
    personal = {profile.residents[0].name, profile.address, profile.phone, "陈静", "胸口疼"}
    with caplog.at_level(logging.DEBUG, logger="hub"):
        alert = hub.emergency(home_id)
        for name in personal:
            chen.get("/api/v1/homes", params={"q": name})
            chen.get("/homes", params={"q": name}, headers={"accept": "text/html"})
        version = chen.get(f"/api/v1/alerts/{alert.id}").json()["version"]
        outcome = {"what_it_was": "illness", "what_was_done": "by_phone", "note": "胸口疼"}
        chen.post(f"/api/v1/alerts/{alert.id}/resolve", json={"version": version, **outcome})
        chen.post(f"/api/v1/alerts/{alert.id}/resolve", json={"version": version, "note": "胸口疼"})
        numbers = stranger.get("/metrics").text + stranger.get("/readyz").text
    for name in personal:
        assert name not in numbers
        assert name not in caplog.text
