"""The demo's people: made up for demo, but on the same wire as a real receiver and a real answer."""

import json
import queue
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from device_sim.responders_outcomes import OUTCOMES
from device_sim.responders_people import BEHAVIOURS, STEPS, Asked, Behaviour, People, role_of
from hub.clock import wall_now
from hub.core.alerts import AlertKind, Role, WhatItWas, WhatWasDone
from hub.core.notifications import Notification, NotifyReason, Template
from hub.core.reasons import ReasonCode
from hub.notify.channel import PermanentFailure, Received
from hub.notify.signature import verify
from hub.notify.webhook import WebhookChannel, WebhookSettings, webhook_body
from tests.notify.notifications import notification

SECRET = b"sixteen bytes or more"
AWAY = "Pacific/Kiritimati"
"""No machine of ours is set to it."""
EAGER = Behaviour(1, 20, 15, 60, 40)


def body(number: int = 1, **changes: Any) -> dict[str, Any]:
    return json.loads(json.dumps(webhook_body(notification(number, **changes), "http://127.0.0.1/")))  # type: ignore[no-any-return]


def played(people: People, until_s: float) -> list[tuple[float, str, str]]:
    """Every second once: (when, who, what) of each answer, all of them taken by the hub."""
    answers: list[tuple[float, str, str]] = []
    for second in range(int(until_s) + 1):
        while (due := people.due(second)) is not None:
            asked, action = due
            answers.append((second, str(asked.notification["person_id"]), action))
            people.answered(asked, action, None, second)
    return answers


def test_a_butler_answers_step_by_step() -> None:
    people = People({"butler": EAGER})
    people.receive(body(), "08:31", 0)
    assert played(people, 200) == [
        (20, "butler-1", "acknowledge"),
        (35, "butler-1", "on_the_way"),
        (95, "butler-1", "on_site"),
        (135, "butler-1", "resolve"),
    ]


def request(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A service request is somebody's now."""
    told = replace(
        notification(number, reason=NotifyReason.ASSIGNED, person_id="butler-1"),
        request_id=changes.pop("request_id", "R-1"),
        template=changes.pop("template", Template.REQUEST_ASSIGNED),
        data={"severity": "routine", "category": "meals", "role": "butler"},
    )
    return json.loads(json.dumps(webhook_body(told, "http://127.0.0.1/")))  # type: ignore[no-any-return]


def test_a_butler_takes_a_service_request_to_its_end() -> None:
    people = People({"butler": EAGER})
    people.receive(request(), "08:31", 0)
    assert [action for _, _, action in played(people, 300)] == ["accept", "start", "done"]


def test_who_lost_a_request_says_no_more_about_it_and_goes_on_with_others() -> None:
    people = People({"butler": EAGER})
    people.receive(request(1, request_id="R-1"), "08:31", 0)
    people.receive(request(2, request_id="R-2"), "08:31", 0)
    people.receive(request(3, request_id="R-1", template=Template.REQUEST_TAKEN_BACK), "08:31", 5)
    answered = played(people, 300)
    assert [action for _, _, action in answered] == ["accept", "start", "done"]


def test_a_copy_with_the_same_id_is_acted_on_once() -> None:
    people = People({"butler": EAGER})
    assert people.receive(body(), "08:31", 0) is not None
    assert people.receive(body(), "08:32", 5) is None
    assert [what for _, _, what in played(people, 200)] == list(STEPS)
    assert people.listed()[0].copies == 2


def test_asked_again_about_the_same_alert_nobody_answers_twice() -> None:
    people = People({"butler": EAGER})
    people.receive(body(1), "08:31", 0)
    people.receive(body(2, person_id="butler-1"), "08:32", 10)
    assert [what for _, _, what in played(people, 300)] == list(STEPS)


def test_who_hears_that_another_has_it_stays_at_home() -> None:
    people = People({"butler": EAGER})
    people.receive(body(1), "08:31", 0)
    people.receive(body(2), "08:31", 0)
    people.receive(body(3, person_id="butler-1", template=Template.TAKEN), "08:31", 10)
    assert {who for _, who, _ in played(people, 300)} == {"butler-2"}


def test_a_refused_answer_ends_the_plan() -> None:
    people = People({"butler": EAGER})
    people.receive(body(), "08:31", 0)
    due = people.due(20)
    assert due is not None
    people.answered(due[0], "acknowledge", "HTTP 409", 20)
    assert played(people, 300) == []
    assert people.listed()[0].state == "acknowledge: HTTP 409"


def test_the_seed_decides_and_the_chance_is_kept() -> None:
    def answering(seed: int) -> set[str]:
        people = People({"butler": Behaviour(0.7, 20)}, seed)
        for number in range(200):
            people.receive(body(number), "08:31", 0)
        return {who for _, who, _ in played(people, 30)}

    assert answering(1) == answering(1)
    assert answering(1) != answering(2)
    assert 110 <= len(answering(1)) <= 170


def test_family_reads_and_says_nothing() -> None:
    people = People(BEHAVIOURS["demo"])
    for number in range(50):
        people.receive(body(number, person_id=f"family-{number}", data={"role": "contact"}), "08:31", 0)
    assert played(people, 600) == []


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ({"role": "deputy", "person_id": "butler-1"}, "deputy"),
        ({"role": None, "person_id": "p-centre-duty-3", "address": ""}, "centre_duty"),
        ({"role": None, "person_id": "p7", "address": "butler:7"}, "butler"),
        ({"role": None, "person_id": "p7", "address": None}, "unknown"),
    ],
)
def test_whose_role_is_played(said: dict[str, Any], role: str) -> None:
    assert role_of(said, BEHAVIOURS["demo"]) == role


def test_the_tables_use_the_words_of_the_hub() -> None:
    assert {role for table in BEHAVIOURS.values() for role in table} <= set(Role)
    for shares in OUTCOMES.values():
        for what_it_was, what_was_done in shares:
            assert what_it_was in set(WhatItWas)
            assert what_was_done in set(WhatWasDone)
    assert set(OUTCOMES) - set(AlertKind) == {ReasonCode.RAISED_BY_HAND}


def test_outcomes_fit_the_alert_and_differ_among_alerts() -> None:
    def written(**data: str) -> set[str]:
        people = People({"butler": EAGER})
        return {
            people.outcome(asked)[0]
            for number in range(100)
            if (asked := people.receive({**body(number, data=data), "alert_id": f"A-{number}"}, "08:31", 0))
        }

    pressed = written(kind="emergency_call", reason_code="call_pressed")
    by_hand = written(kind="emergency_call", reason_code="raised_by_hand")
    assert {"mistake", "illness", "wanted_company"} <= pressed
    assert len(by_hand) > 2
    assert not by_hand & {"mistake", "visitor_mistake", "device_false"}
    assert written(kind="technical") == {"device_false"}


def test_each_row_says_what_became_of_it() -> None:
    """Who came first, who was told so, the family who says nothing, and after the end all of them."""
    people = People({})

    def states() -> dict[str, str]:
        return {one.id: one.state for one in people.listed()}

    butler = people.receive(body(1), "08:31", 0)
    assert butler is not None
    family = people.receive(body(2), "08:31", 0)
    assert family is not None
    assert set(states().values()) == {""}
    people.answered(butler, "acknowledge", None, 5)
    told = people.receive(body(3, person_id="butler-2", template=Template.TAKEN), "08:32", 6)
    assert told is not None
    assert states() == {butler.id: "acknowledge", family.id: "taken", told.id: "told"}
    over = people.receive(body(4, template=Template.RESOLVED), "08:33", 60)
    assert over is not None
    assert states() == {butler.id: "resolve", family.id: "resolve", told.id: "told", over.id: "told"}


def test_who_is_reminded_of_a_request_still_has_it() -> None:
    people = People({"butler": EAGER})
    asked = people.receive(request(1), "08:31", 0)
    assert asked is not None
    people.receive(request(2, template=Template.REQUEST_OVERDUE), "08:31", 5)
    assert [action for _, _, action in played(people, 300)] == ["accept", "start", "done"]
    assert asked.state == "done"


@dataclass
class Answer:
    path: str
    genuine: bool
    key: str
    body: dict[str, Any]


class StubHub:
    """Takes answers as the hub's API does: verifies the signature with the hub's own code."""

    def __init__(self) -> None:
        self.answers: queue.Queue[Answer] = queue.Queue()
        self.statuses: list[int] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                genuine = verify(SECRET, dict(self.headers), raw, wall_now())
                hub.answers.put(Answer(self.path, genuine, self.headers["Idempotency-Key"], json.loads(raw)))
                self.send_response(hub.statuses.pop(0) if hub.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def hub() -> Iterator[StubHub]:
    stub = StubHub()
    yield stub
    stub.close()


@dataclass
class Program:
    process: "subprocess.Popen[str]"
    url: str

    def channel(self, secret: bytes = SECRET) -> WebhookChannel:
        return WebhookChannel(WebhookSettings(self.url, secret), "http://127.0.0.1/", wall_now)

    def send(self, page: Notification, secret: bytes = SECRET) -> object:
        channel = self.channel(secret)
        try:
            return channel.send(page, 1)
        finally:
            channel.close()

    def get(self) -> str:
        with _OPENER.open(self.url, timeout=10) as answer:
            return str(answer.read().decode())

    def press(self, action: str, notification_id: str = "alert-1-1", **headers: str) -> int:
        """Send the page's form; the status, of a redirect's target too."""
        form = urllib.parse.urlencode({"action": action, "notification_id": notification_id}).encode()
        request = urllib.request.Request(f"{self.url}answer", data=form, headers=headers)
        try:
            with _OPENER.open(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture
def program(request: pytest.FixtureRequest, hub: StubHub, tmp_path: Path) -> Iterator[Program]:
    """The real program, on a free port; parametrise indirectly with a behaviour."""
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET + b"\n")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "device_sim.responders", "--port", "0", "--secret-file", str(secret)),
            *("--hub", hub.url, "--behaviour", getattr(request, "param", "silent"), "--timezone", AWAY),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process, process.stdout:
        found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        assert found is not None
        yield Program(process, found.group())
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize("program", ["prompt"], indirect=True)
def test_a_page_over_the_wire_is_answered_with_a_signature_that_the_hub_accepts(
    program: Program, hub: StubHub
) -> None:
    assert program.send(notification()) == Received()
    answers = [hub.answers.get(timeout=10) for _ in range(2)]
    assert [answer.body["action"] for answer in answers] == ["acknowledge", "on_the_way"]
    for answer in answers:
        assert answer.genuine
        assert answer.path == "/api/v1/answers"
        assert answer.body["notification_id"] == "alert-1-1"
        assert answer.body["alert_id"] == "alert-1"
        assert answer.body["home_id"] == "home-1"
        assert answer.body["person_id"] == "butler-1"
    assert answers[0].key != answers[1].key


def test_a_wrong_signature_is_refused_and_nothing_is_listed(program: Program) -> None:
    assert program.send(notification(), b"another secret") == PermanentFailure("HTTP 401")
    assert "王秀英" not in program.get()


def test_the_page_lists_who_was_asked_and_its_buttons_answer(program: Program, hub: StubHub) -> None:
    program.send(notification(data={"resident_names": "<b>王秀英</b>"}))
    program.send(notification(data={"resident_names": "<b>王秀英</b>"}))
    shown = program.get()
    assert "&lt;b&gt;王秀英" in shown
    assert "<b>王秀英" not in shown
    assert "养老管家" in shown
    assert "重复 repeated 1" in shown
    assert program.press("resolve") == 200
    answer = hub.answers.get(timeout=10)
    assert answer.genuine
    assert answer.body["action"] == "resolve"
    assert answer.body["what_it_was"] in set(WhatItWas)
    assert answer.body["what_was_done"] in set(WhatWasDone)
    assert "已处置 resolved" in program.get()


def test_the_page_tells_the_time_of_the_hubs_time_zone(program: Program) -> None:
    program.send(notification())
    local = wall_now().astimezone(ZoneInfo(AWAY)).strftime("%H:")
    before = (wall_now() - timedelta(minutes=1)).astimezone(ZoneInfo(AWAY)).strftime("%H:")
    assert re.search(rf"· ({local}|{before})\d\d:\d\d", program.get())


def test_a_refusal_of_the_hub_shows_on_the_page(program: Program, hub: StubHub) -> None:
    program.send(notification())
    hub.statuses = [409]
    program.press("acknowledge")
    assert "HTTP 409" in program.get()


@pytest.mark.parametrize(
    ("action", "notification_id", "headers", "status"),
    [
        ("acknowledge", "alert-1-1", {"Origin": "http://evil.example"}, 404),
        ("acknowledge", "alert-1-1", {"Host": "evil.example"}, 404),
        ("acknowledge", "no such", {}, 404),
        ("explode", "alert-1-1", {}, 404),
    ],
)
def test_what_the_page_did_not_send_presses_no_button(
    program: Program, hub: StubHub, action: str, notification_id: str, headers: dict[str, str], status: int
) -> None:
    program.send(notification())
    assert program.press(action, notification_id, **headers) == status
    assert hub.answers.empty()


def test_it_ends_when_its_parent_says_so(program: Program) -> None:
    program.send(notification())
    program.process.send_signal(signal.SIGTERM)
    assert program.process.wait(10) == 0


def test_a_secret_file_that_is_missing_is_said(tmp_path: Path) -> None:
    missing = tmp_path / "none"
    ended = subprocess.run(
        [sys.executable, "-m", "device_sim.responders", "--port", "0", "--secret-file", str(missing)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ended.returncode == 2
    assert f"--secret-file {missing}: No such file" in ended.stderr


def test_only_the_newest_are_kept() -> None:
    people = People({})
    for number in range(700):
        people.receive(body(number), "08:31", 0)
    listed: list[Asked] = people.listed()
    assert len(listed) == 500
    assert listed[0].id == "alert-1-699"
