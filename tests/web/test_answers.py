"""Answers by webhook: signed, in the name of somebody who was asked, and counted once however often they come."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.clock import wall_now
from hub.notify.signature import IDEMPOTENCY_HEADER, signed_headers
from hub.web.answer_memory import Answers
from hub.web.problems import Problem
from tests.web.running import ANSWER_SECRET, RunningHub

START = datetime(2024, 3, 1, 0, 31, tzinfo=UTC)


def send(
    hub: RunningHub,
    client: httpx.Client,
    answer: Mapping[str, Any],
    key: str,
    *,
    secret: bytes = ANSWER_SECRET,
    at: datetime | None = None,
    body: bytes | None = None,
) -> httpx.Response:
    signed = json.dumps(answer).encode()
    headers = signed_headers(secret, signed, at or hub.clock.now()) | {IDEMPOTENCY_HEADER: key}
    return client.post("/api/v1/answers", content=signed if body is None else body, headers=headers)


def test_who_was_asked_takes_the_alert(
    hub: RunningHub, stranger: httpx.Client, chen: httpx.Client, home_id: str
) -> None:
    alert = hub.emergency(home_id)
    person = alert.asked[0]
    for action, state in (
        ("acknowledge", "acknowledged"),
        ("on_the_way", "on_the_way"),
        ("on_site", "on_site"),
    ):
        answer = {"alert_id": alert.id, "person_id": person, "action": action}
        taken = send(hub, stranger, answer, f"{alert.id}-{action}")
        assert taken.status_code == 200, taken.text
        assert taken.json()["state"] == state
    assert chen.get(f"/api/v1/alerts/{alert.id}").json()["holder"]["id"] == person
    end = {"what_it_was": "fall_unhurt", "what_was_done": "on_site", "note": "已扶起"}
    resolve = {"alert_id": alert.id, "person_id": person, "action": "resolve", **end}
    assert send(hub, stranger, resolve, "the-end-of-it").json()["state"] == "resolved"


def test_the_same_answer_twice_counts_once(
    hub: RunningHub, stranger: httpx.Client, chen: httpx.Client, home_id: str
) -> None:
    alert = hub.emergency(home_id)
    note = {"alert_id": alert.id, "person_id": alert.asked[0], "action": "note", "note": "在路上堵车"}
    first, second = (send(hub, stranger, note, "one-note-only") for _ in range(2))
    assert first.json() == second.json()
    timeline = chen.get(f"/api/v1/alerts/{alert.id}").json()["timeline"]
    assert sum(entry["kind"] == "alert_note" for entry in timeline) == 1
    other = send(hub, stranger, note | {"note": "到了"}, "one-note-only")
    assert (other.status_code, other.json()["type"]) == (422, "urn:care-alert-hub:key_used")


def test_who_was_not_asked_takes_nothing(hub: RunningHub, stranger: httpx.Client, home_id: str) -> None:
    alert = hub.emergency(home_id)
    other = next(person for person in hub.engine.context().people if person not in alert.asked)
    refused = send(
        hub, stranger, {"alert_id": alert.id, "person_id": other, "action": "acknowledge"}, "not-my-alert"
    )
    assert (refused.status_code, refused.json()["where"]) == (403, "person_id")


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": b"another secret"},
        {"at": timedelta(minutes=-6)},
        {"at": timedelta(minutes=6)},
        {"body": b'{"alert_id": "A-1", "person_id": "p", "action": "resolve"}'},
    ],
)
def test_a_wrong_old_or_tampered_signature_is_refused(
    hub: RunningHub, stranger: httpx.Client, wrong: dict[str, Any]
) -> None:
    if "at" in wrong:
        wrong = {"at": hub.clock.now() + wrong["at"]}
    answer = {"alert_id": "A-1", "person_id": "p", "action": "acknowledge"}
    refused = send(hub, stranger, answer, "whatever-key", **wrong)
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:care-alert-hub:bad_signature")


def test_a_body_without_end_is_refused_before_it_is_read(stranger: httpx.Client) -> None:
    refused = stranger.post("/api/v1/answers", content=iter([b"x" * 16_384] * 16))
    assert (refused.status_code, refused.json()["type"]) == (413, "urn:care-alert-hub:too_large")


def test_an_answer_recorded_before_the_hub_began_is_not_played_again(
    hub: RunningHub, stranger: httpx.Client
) -> None:
    """The memory of keys begins with the process; within the signature's tolerance an older answer could come twice."""
    answer = {"alert_id": "A-1", "person_id": "p", "action": "acknowledge"}
    before = hub.app.state.parts.answers._began_at - timedelta(seconds=2)
    assert send(hub, stranger, answer, "whatever-key", at=before).status_code == 401


def test_resolving_without_an_outcome_is_refused(
    hub: RunningHub, stranger: httpx.Client, home_id: str
) -> None:
    alert = hub.emergency(home_id)
    answer = {"alert_id": alert.id, "person_id": alert.asked[0], "action": "resolve"}
    refused = send(hub, stranger, answer, "half-an-answer")
    assert (refused.status_code, refused.json()["where"]) == (422, "what_it_was, what_was_done")


def test_who_signs_knows_only_the_wall_clock(tmp_path: Path) -> None:
    """Hub time never goes back: after a clock that was set back it stays ahead of everybody else's."""
    behind = timedelta(minutes=10)
    with (
        RunningHub(tmp_path / "hub", wall=lambda: wall_now() - behind) as hub,
        hub.client(None) as stranger,
    ):
        alert = hub.emergency(hub.home_ids()[12])
        answer = {"alert_id": alert.id, "person_id": alert.asked[0], "action": "acknowledge"}
        by_hub_time = send(hub, stranger, answer, "signed-by-hub-time")
        assert by_hub_time.status_code == 401
        taken = send(hub, stranger, answer, "signed-by-the-wall", at=wall_now() - behind)
        assert (taken.status_code, taken.json().get("state")) == (200, "acknowledged")


def test_a_wall_clock_set_back_after_the_start_does_not_shut_people_out() -> None:
    """A Pi that began with a clock an hour ahead, until the network put it right."""
    wall = [START]
    hub_time = [START]
    answers = Answers(ANSWER_SECRET, lambda: hub_time[0], lambda: wall[0])
    hub_time[0] += timedelta(minutes=1)
    wall[0] += timedelta(minutes=1) - timedelta(hours=1)
    answers.check(_lower(signed_headers(ANSWER_SECRET, b"{}", wall[0])), b"{}")
    before = signed_headers(ANSWER_SECRET, b"{}", wall[0] - timedelta(minutes=2))
    with pytest.raises(Problem):
        answers.check(_lower(before), b"{}")


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
