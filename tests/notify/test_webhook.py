"""The webhook against a real HTTP server on loopback: what each answer becomes, time limits, signature, repetition."""

import json
import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

import pytest

from hub.core.notifications import NotifyReason, Template
from hub.notify.channel import Attempt, PermanentFailure, Received, Sent, TemporaryFailure
from hub.notify.sender import Sender
from hub.notify.signature import verify
from hub.notify.webhook import WebhookChannel, WebhookSettings
from tests.notify.notifications import START, notification
from tests.servers import free_port

SECRET = b"sixteen bytes or more"
ANSWERS = "http://127.0.0.1:8080/api/v1/answers"


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        parsed = json.loads(self.body)
        assert isinstance(parsed, dict)
        return parsed


Reply = Callable[[BaseHTTPRequestHandler], None]


def reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return send


ENDING = threading.Event()
"""Set when a test ends: hanging answers end with it."""


def dripping(first: bytes) -> Reply:
    """Begin an answer and never end it, a byte at a time, each well within the hub's time limit."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(first)
        while not ENDING.wait(0.05):
            handler.wfile.write(b"x")

    return send


def hanging(_: BaseHTTPRequestHandler) -> None:
    ENDING.wait(30)


class Receiver:
    """A server that answers by a script, its last entry for ever, and keeps what it was sent."""

    def __init__(self, script: list[Reply]) -> None:
        self.requests: queue.Queue[Request] = queue.Queue()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.put(Request(self.path, dict(self.headers), body))
                act = script.pop(0) if len(script) > 1 else script[0]
                try:
                    act(self)
                except OSError:
                    self.close_connection = True  # the hub hung up, as it should

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/pages"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Receiver]]:
    ENDING.clear()
    started: list[Receiver] = []

    def start(*script: Reply) -> Receiver:
        receiver = Receiver(list(script))
        started.append(receiver)
        return receiver

    yield start
    ENDING.set()
    for receiver in started:
        receiver.close()


@pytest.fixture
def channel() -> Iterator[Callable[..., WebhookChannel]]:
    opened: list[WebhookChannel] = []

    def make(url: str, timeout_s: float = 5.0) -> WebhookChannel:
        made = WebhookChannel(WebhookSettings(url, SECRET, timeout_s), ANSWERS, lambda: START)
        opened.append(made)
        return made

    yield make
    for made in opened:
        made.close()


RECEIPT = b'{"received": true, "id": "m-1"}'


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (reply(200), Sent()),
        (reply(204), Sent()),
        (reply(202, b"queued"), Sent()),
        (reply(200, RECEIPT), Received()),
        (reply(200, b'{"received": "yes"}'), Sent()),
        (reply(200, b"[true]"), Sent()),
        (reply(200, b"[" * 30_000), Sent()),
        (reply(200, b" " * 70_000 + RECEIPT), Sent()),
        (reply(404), PermanentFailure("HTTP 404")),
        (reply(401), PermanentFailure("HTTP 401")),
        (reply(408), TemporaryFailure("HTTP 408")),
        (reply(500), TemporaryFailure("HTTP 500")),
        (reply(503, Retry_After="7"), TemporaryFailure("HTTP 503", timedelta(seconds=7))),
        (reply(429, Retry_After="soon"), TemporaryFailure("HTTP 429")),
        (
            reply(429, Retry_After=format_datetime(START + timedelta(seconds=90), usegmt=True)),
            TemporaryFailure("HTTP 429", timedelta(seconds=90)),
        ),
        (
            reply(503, Retry_After=format_datetime(START - timedelta(days=1), usegmt=True)),
            TemporaryFailure("HTTP 503", timedelta(0)),
        ),
    ],
)
def test_what_an_answer_becomes(
    serve: Callable[..., Receiver], channel: Callable[..., WebhookChannel], answer: Reply, result: Attempt
) -> None:
    assert channel(serve(answer).url).send(notification(), 1) == result


def test_a_redirect_is_not_followed(
    serve: Callable[..., Receiver], channel: Callable[..., WebhookChannel]
) -> None:
    """What is said about people goes to the address of the settings and nowhere else."""
    elsewhere = serve(reply(200))
    receiver = serve(reply(307, Location=elsewhere.url))
    result = channel(receiver.url).send(notification(), 1)
    assert isinstance(result, PermanentFailure)
    assert "307" in result.detail
    assert elsewhere.requests.empty()


@pytest.mark.parametrize(
    "first",
    [b"", b"HTTP/1.1 503 Service Unavailable\r\nX-Slow: "],
    ids=["nothing", "a header without end"],
)
def test_a_slow_receiver_costs_its_time_limit_and_no_more(
    serve: Callable[..., Receiver], channel: Callable[..., WebhookChannel], first: bytes
) -> None:
    receiver = serve(dripping(first) if first else hanging)
    started_s = monotonic()
    result = channel(receiver.url, timeout_s=0.4).send(notification(), 1)
    assert result == TemporaryFailure("no answer within 0.4 s")
    assert monotonic() - started_s < 3


def test_accepted_but_never_finished_counts_as_sent_within_the_time_limit(
    serve: Callable[..., Receiver], channel: Callable[..., WebhookChannel]
) -> None:
    receiver = serve(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"))
    started_s = monotonic()
    assert channel(receiver.url, timeout_s=0.4).send(notification(), 1) == Sent()
    assert monotonic() - started_s < 3


def test_nobody_listening_is_temporary(channel: Callable[..., WebhookChannel]) -> None:
    result = channel(f"http://127.0.0.1:{free_port()}/").send(notification(), 1)
    assert result == TemporaryFailure("not reached: ConnectError")


def test_a_connection_cut_in_the_middle_is_temporary(channel: Callable[..., WebhookChannel]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def cut() -> None:
            connection, _ = listener.accept()
            connection.recv(1)
            connection.close()

        cutter = threading.Thread(target=cut)
        cutter.start()
        result = channel(f"http://127.0.0.1:{listener.getsockname()[1]}/").send(notification(), 1)
        cutter.join()
    assert isinstance(result, TemporaryFailure)


def test_what_the_receiver_gets(
    serve: Callable[..., Receiver], channel: Callable[..., WebhookChannel]
) -> None:
    receiver = serve(reply(200))
    channel(receiver.url).send(notification(), 2)
    request = receiver.requests.get_nowait()
    assert verify(SECRET, request.headers, request.body, START)
    assert request.headers["Idempotency-Key"] == "alert-1-1"
    assert request.headers["Content-Type"] == "application/json"
    body = request.json
    assert body.pop("text_zh").startswith("【紧急】求救")
    assert body.pop("text_en").startswith("[emergency] emergency call")
    assert body == {
        "notification_id": "alert-1-1",
        "alert_id": "alert-1",
        "home_id": "home-1",
        "person_id": "butler-1",
        "address": "address-1",
        "role": "butler",
        "template": "alert",
        "reason": "step",
        "severity": "emergency",
        "kind": "emergency_call",
        "reason_code": "call_pressed",
        "created_at": START.isoformat(),
        "answer": {
            "url": ANSWERS,
            "actions": ["acknowledge", "on_the_way", "on_site", "resolve", "note"],
        },
    }


def test_the_other_home_of_a_swapped_device_is_sent_with_its_address(serve: Callable[..., Receiver]) -> None:
    receiver = serve(reply(200))
    made = WebhookChannel(
        WebhookSettings(receiver.url, SECRET, 2.0),
        ANSWERS,
        lambda: START,
        address_of={"h0007": "海棠花园3号楼"}.get,
    )
    made.send(notification(data={"other_home_id": "h0007"}), 1)
    made.close()
    assert "海棠花园3号楼" in receiver.requests.get_nowait().json["text_zh"]


@pytest.mark.parametrize("template", [Template.TAKEN, Template.RESOLVED])
def test_who_is_told_to_stand_down_is_not_asked_to_come(
    serve: Callable[..., Receiver], channel: Callable[..., WebhookChannel], template: Template
) -> None:
    receiver = serve(reply(200))
    channel(receiver.url).send(notification(template=template, reason=NotifyReason.TAKEN_BY_OTHER), 1)
    assert receiver.requests.get_nowait().json["answer"]["actions"] == ["note"]


def test_failed_then_well_goes_out_again_with_the_same_id(
    serve: Callable[..., Receiver], channel: Callable[..., WebhookChannel]
) -> None:
    receiver = serve(reply(500), reply(200, RECEIPT))
    now = START
    outcomes: list[str] = []
    sender = Sender(
        {"webhook": channel(receiver.url)},
        lambda _: True,
        lambda report: outcomes.append(report.outcome),
        lambda: now,
    )
    sender.enqueue([notification()])
    sender.run_due(now)
    now += timedelta(seconds=2)
    sender.run_due(now)
    assert outcomes == ["retry", "received"]
    keys = [receiver.requests.get_nowait().headers["Idempotency-Key"] for _ in range(2)]
    assert keys == ["alert-1-1", "alert-1-1"]


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"url": "ftp://x"}, "must begin with http"),
        ({"secret": b""}, "secret is empty"),
        ({"timeout_s": 0}, "must be above 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        WebhookSettings(**{"url": "http://127.0.0.1/", "secret": SECRET, **settings})


def test_the_secret_is_never_printed() -> None:
    assert SECRET.decode() not in repr(WebhookSettings("http://127.0.0.1/", SECRET))


def test_an_idle_hub_does_not_load_the_http_client() -> None:
    """It would cost a gateway memory and start-up time; a subprocess, because the tests have loaded it already."""
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, hub.notify.sender, hub.notify.webhook; print('httpx' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "False"
