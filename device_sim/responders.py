"""The people of the demo: receives the hub's webhook, plays butler, family and duty desk, and answers in their names.

    python -m device_sim.responders --port 8090 --secret-file FILE --hub http://127.0.0.1:8080 --behaviour demo

Its page lists who was asked for what, with buttons to answer by hand. Loopback only. The signature is made here from its
description: HMAC-SHA256 over the timestamp, a dot and the body, as `v1=<hex>`.
"""

import argparse
import hashlib
import hmac
import json
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime, tzinfo
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from device_sim.responders_page import page
from device_sim.responders_people import BEHAVIOURS, Asked, Behaviour, People, about, actions_of

TOLERANCE_S: Final = 300
MAX_BODY_BYTES: Final = 65_536
_ANSWER_TIMEOUT_S: Final = 5
_ANSWER_RETRIES_S: Final = (1, 2, 4, 8)


def sign(secret: bytes, timestamp: str, body: bytes) -> str:
    """The signature header's value."""
    return "v1=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def genuine(secret: bytes, timestamp: str, signature: str, body: bytes, now_s: float) -> bool:
    """Whether a request was signed with our secret within the last minutes."""
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(now_s - int(timestamp)) > TOLERANCE_S:
        return False
    return hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode(errors="replace"))


_PROBLEM_BYTES = 500
"""As much of a refusal as is shown."""


class Answers:
    """Posts signed answers to the hub."""

    def __init__(self, hub: str, secret: bytes) -> None:
        self._url = f"{hub.rstrip('/')}/api/v1/answers"
        self._secret = secret
        # No proxy of the environment between two programs of one machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def post(self, asked: Asked, action: str, outcome: tuple[str, str], key: str) -> str | None:
        """None when the hub took it, else why not. A hub that does not answer raises OSError."""
        answer = {
            key: asked.notification.get(key)
            for key in ("notification_id", "alert_id", "request_id", "home_id", "person_id")
            if asked.notification.get(key) is not None
        }
        answer["action"] = action
        if action == "resolve":
            answer["what_it_was"], answer["what_was_done"] = outcome
        elif action == "done" and asked.notification.get("category") == "mistaken_presses":
            answer["remedy"] = "shown"
        body = json.dumps(answer).encode()
        timestamp = str(int(time.time()))
        request = urllib.request.Request(  # noqa: S310 - the hub's address comes from the command line
            self._url,
            data=body,
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": key,
                "X-Care-Timestamp": timestamp,
                "X-Care-Signature": sign(self._secret, timestamp, body),
            },
        )
        try:
            with self._opener.open(request, timeout=_ANSWER_TIMEOUT_S):
                return None
        except urllib.error.HTTPError as error:
            with error:
                if error.code >= 500:
                    raise ConnectionError(f"HTTP {error.code}") from error
                return f"HTTP {error.code} {error.read(_PROBLEM_BYTES).decode(errors='replace')}"


class Responders:
    """The server, the people, and the thread that lets them answer."""

    def __init__(
        self,
        port: int,
        secret: bytes,
        hub: str,
        behaviours: Mapping[str, Behaviour],
        seed: int = 1,
        timezone: tzinfo | None = None,
    ) -> None:
        """`timezone` is the page's and the log's; None: this machine's."""
        self._timezone = timezone
        self.people = People(behaviours, seed)
        self.secret = secret
        self._answers = Answers(hub, secret)
        self._stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.1,), name="responders-http"),
            threading.Thread(target=self._answer_due, name="responders-answers"),
        ]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End both threads; an answer on its way is finished first."""
        self._stopping.set()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()

    def receive(self, notification: Mapping[str, Any]) -> None:
        asked = self.people.receive(notification, self._clock(), time.monotonic())
        if asked is not None:
            self.say(
                f"asked {asked.role} {notification.get('person_id')}: {notification.get('template')} "
                f"{notification.get('kind') or notification.get('category')} ({notification.get('reason')}) {about(notification)}"
            )

    def answer(self, asked: Asked, action: str) -> None:
        """Answer in the name of the person asked, several times if the hub does not answer, and note what came of it."""
        refusal: str | None = None
        # The same in every repetition, another one when somebody answers the same again later.
        key = f"{asked.id}-{action}-{time.time_ns() // 1_000_000}"
        for pause_s in (*_ANSWER_RETRIES_S, None):
            try:
                refusal = self._answers.post(asked, action, self.people.outcome(asked), key)
                break
            except OSError as error:
                refusal = f"hub not reached ({type(error).__name__})"
            if pause_s is None or self._stopping.wait(pause_s):
                break
        self.say(f"{asked.role} {asked.notification.get('person_id')}: {action} {refusal or 'taken'}")
        self.people.answered(asked, action, refusal, time.monotonic())

    def say(self, line: str) -> None:
        """A line of the log."""
        print(f"{self._clock()} {line}", flush=True)

    def _clock(self) -> str:
        return datetime.now(self._timezone).strftime("%H:%M:%S")

    def _answer_due(self) -> None:
        while not self._stopping.is_set():
            due = self.people.due(time.monotonic())
            if due is None:
                self._stopping.wait(0.2)
            else:
                self.answer(*due)


def _handler(responders: Responders) -> type[BaseHTTPRequestHandler]:
    """The request handler of one server."""

    class Handler(BaseHTTPRequestHandler):
        server_version = "responders"
        sys_version = ""
        timeout = 10

        def do_GET(self) -> None:
            if not self._from_here():
                self._reply(403, b"loopback only")
            elif self.path == "/":
                self._reply(200, page(responders.people.listed()), "text/html; charset=utf-8")
            else:
                self._reply(404, b"not found")

        def do_POST(self) -> None:
            body = self._body()
            if body is None:
                self._reply(413, b"too large or without length")
            elif self.path == "/answer" and self._from_here():
                self._answer_by_hand(body)
            elif self.path == "/":
                self._receive(body)
            else:
                self._reply(404, b"not found")

        def _receive(self, body: bytes) -> None:
            timestamp = self.headers.get("X-Care-Timestamp", "")
            signature = self.headers.get("X-Care-Signature", "")
            if not genuine(responders.secret, timestamp, signature, body, time.time()):
                self._reply(401, b"the signature does not fit: compare the secrets and the clocks")
                return
            try:
                notification = json.loads(body)
            except ValueError:
                notification = None
            key = self.headers.get("Idempotency-Key")
            if not isinstance(notification, dict) or not key or notification.get("notification_id") != key:
                self._reply(400, b"a JSON object whose notification_id is the Idempotency-Key is needed")
                return
            responders.receive(notification)
            self._reply(200, b'{"received": true}', "application/json")

        def _answer_by_hand(self, body: bytes) -> None:
            form = parse_qs(body.decode(errors="replace"))
            action = form.get("action", [""])[0]
            asked = responders.people.take_over(form.get("notification_id", [""])[0])
            if asked is None or action not in actions_of(asked.notification):
                self._reply(404, b"this notification is no longer kept")
                return
            asked.ended = True  # the plan ends: from here on a human being answers
            responders.answer(asked, action)
            self.send_response(303)
            self.send_header("Location", "/")
            self.end_headers()

        def _from_here(self) -> bool:
            """Whether the page itself asks: another site in the same browser must not press these buttons."""
            hosts = {responders.url, responders.url.replace("127.0.0.1", "localhost")}
            origin = self.headers.get("Origin")
            return f"http://{self.headers.get('Host')}" in hosts and origin in {None, *hosts}

        def _body(self) -> bytes | None:
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdigit()) or int(length) > MAX_BODY_BYTES:
                return None
            return self.rfile.read(int(length))

        def _reply(self, status: int, body: bytes, content_type: str = "text/plain; charset=utf-8") -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent: what counts is said by `say`."""

    return Handler


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="device_sim.responders", description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=8090, help="loopback port; 0 takes a free one")
    parser.add_argument("--secret-file", type=Path, required=True, help="the webhook's secret")
    parser.add_argument("--hub", default="http://127.0.0.1:8080", help="where answers go")
    parser.add_argument("--behaviour", choices=sorted(BEHAVIOURS), default="demo")
    parser.add_argument("--seed", type=int, default=1, help="who answers which alert follows from it")
    parser.add_argument(
        "--timezone", type=_zone, help="of the times that are shown (default: this machine's)"
    )
    options = parser.parse_args(arguments)
    try:
        secret = options.secret_file.read_bytes().strip()
    except OSError as error:
        parser.error(f"--secret-file {options.secret_file}: {error.strerror}")
    if not secret:
        parser.error(f"--secret-file {options.secret_file} is empty: write the hub's webhook secret into it")
    # Waited for, not handled: a handler that is interrupted by the next signal would wait for its own lock for ever. Threads
    # started from here on block them, too.
    endings = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)
    try:
        responders = Responders(
            options.port, secret, options.hub, BEHAVIOURS[options.behaviour], options.seed, options.timezone
        )
    except OSError as error:
        parser.error(f"--port {options.port}: {error.strerror}; choose another, or 0 for a free one")
    responders.start()
    responders.say(f"responders listen on {responders.url}/ and answer to {options.hub}")
    signal.sigwait(endings)
    responders.stop()
    return 0


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{name!r} is no time zone; write one like Asia/Shanghai") from error


if __name__ == "__main__":
    sys.exit(main())
