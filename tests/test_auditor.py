"""The auditor remembers since when something is wrong, and the outside heartbeat stops when it lasts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hub.auditor import LASTS_S, Auditor
from hub.core.audit import Finding, Lapse
from hub.heartbeat import TOPIC, Beat, Heartbeat, HeartbeatFailed, WayState, to_broker, to_url
from hub.ingest.mqtt import Published

OVERDUE = Finding(Lapse.OVERDUE, "h1", "alert-1")
UNREACHABLE = Finding(Lapse.UNREACHABLE, "h2", "alert-2")
AT = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


class World:
    """What the auditor would find, and the time."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.found: set[Finding] = set()
        self.failing = False
        self.auditor = Auditor(self.look, lambda: self.now_s)

    def look(self) -> set[Finding]:
        if self.failing:
            raise TimeoutError
        return self.found

    def pass_(self, seconds: float, every_s: float = 5.0) -> str | None:
        end = self.now_s + seconds
        while self.now_s < end:
            self.now_s += every_s
            self.auditor.look()
        return self.auditor.problem


@pytest.fixture
def world() -> World:
    return World()


def test_what_is_over_within_half_a_minute_is_no_problem(world: World) -> None:
    world.found = {OVERDUE}
    assert world.pass_(LASTS_S) is None
    world.found = set()
    world.pass_(5)
    world.found = {OVERDUE}
    assert world.pass_(LASTS_S) is None


def test_what_lasts_is_told_with_the_alert_and_ends_by_itself(world: World) -> None:
    world.found = {OVERDUE}
    told = world.pass_(LASTS_S + 5)
    assert told == "overdue alert-1"
    world.found = {OVERDUE, UNREACHABLE}
    world.pass_(LASTS_S + 5)
    assert [one.finding for one in world.auditor.lasting()] == [OVERDUE, UNREACHABLE]
    world.found = set()
    assert world.pass_(5) is None


def test_many_are_told_by_their_number(world: World) -> None:
    world.found = {Finding(Lapse.OVERDUE, "h1", f"alert-{number}") for number in range(9)}
    told = world.pass_(LASTS_S + 5)
    assert told is not None
    assert told.endswith("and 6 more")


def test_an_auditor_without_an_answer_vouches_for_nothing(world: World) -> None:
    world.failing = True
    told = world.pass_(LASTS_S)
    assert told is not None
    assert "no answer for 30 s (TimeoutError)" in told
    world.failing = False
    assert world.pass_(5) is None


def test_an_auditor_that_stands_still_vouches_for_nothing(world: World) -> None:
    world.pass_(5)
    world.now_s += LASTS_S
    assert world.auditor.problem is not None


# --- the outside heartbeat --------------------------------------------------------------------------------------------


class Outside:
    """Who hears the heartbeats, and why there may be none."""

    def __init__(self) -> None:
        self.beats: list[Beat] = []
        self.refuses: Exception | None = None
        self.why_not: str | None = None
        self.heart = Heartbeat("cell", 60, {"way": self.hear}, lambda: self.why_not, lambda: AT)

    def hear(self, beat: Beat) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.beats.append(beat)


def test_it_beats_while_all_is_well_and_only_then(caplog: pytest.LogCaptureFixture) -> None:
    outside = Outside()
    outside.heart.beat("way")
    outside.why_not = "auditor"
    outside.heart.beat("way")
    outside.heart.beat("way")
    withheld = outside.heart.withheld
    assert withheld == "auditor"
    assert [beat.number for beat in outside.beats] == [1]
    assert caplog.messages == ["the outside heartbeat is withheld: auditor"]
    outside.why_not = None
    outside.heart.beat("way")
    assert outside.heart.withheld is None
    assert [beat.number for beat in outside.beats] == [1, 2]


@pytest.mark.parametrize(
    "error", [HeartbeatFailed("HTTP 500"), ValueError("https://watch.example.org/secret")]
)
def test_one_that_is_not_taken_is_told_without_the_address(
    caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    outside = Outside()
    outside.heart.beat("way")
    outside.refuses = error
    outside.heart.beat("way")
    state = outside.heart.states()["way"]
    assert state.sent_at == AT
    assert state.problem in ("HTTP 500", "ValueError")
    assert "secret" not in caplog.text
    outside.refuses = None
    outside.heart.beat("way")
    assert outside.heart.states()["way"] == WayState(AT)


def test_a_way_that_hangs_holds_up_no_other() -> None:
    ending, hanging, heard = threading.Event(), threading.Event(), threading.Event()
    ways = {"hangs": lambda beat: hanging.wait(20), "works": lambda beat: heard.set()}
    heart = Heartbeat("cell", 0.01, ways, lambda: None, lambda: AT)  # type: ignore[arg-type]
    heart.start(ending)
    try:
        assert heard.wait(10)
    finally:
        ending.set()
        hanging.set()


@contextmanager
def service(status: int) -> Iterator[tuple[str, list[str]]]:
    """A watching service on loopback that answers so; its URL, and what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ping/secret", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


BEAT = Beat("cell", 1, AT, 60)


def test_a_watching_service_is_called() -> None:
    with service(200) as (url, asked):
        to_url(url)(BEAT)
    assert asked == ["/ping/secret"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_service_that_refuses_has_not_heard_it(status: int) -> None:
    with service(status) as (url, _), pytest.raises(HeartbeatFailed, match=f"HTTP {status}"):
        to_url(url)(BEAT)


def test_a_service_that_is_away_has_not_heard_it() -> None:
    with service(200) as (url, _):
        pass
    with pytest.raises(HeartbeatFailed, match="not reached") as failed:
        to_url(url)(BEAT)
    assert "secret" not in str(failed.value)


def test_the_broker_keeps_the_last_one() -> None:
    said: list[tuple[object, ...]] = []

    def publish(topic: str, payload: bytes, qos: int, *, retain: bool) -> Published:
        said.append((topic, payload, qos, retain))
        return Published.ACCEPTED

    to_broker(publish)(BEAT)
    ((topic, payload, qos, retain),) = said
    assert (topic, qos, retain) == (TOPIC.format(cell="cell"), 1, True)
    assert payload == b'{"v": 1, "number": 1, "at": "2026-03-03T12:00:00+00:00", "every_s": 60}'
    with pytest.raises(HeartbeatFailed, match="broker"):
        to_broker(lambda *_, **__: Published.NOT_CONNECTED)(BEAT)
