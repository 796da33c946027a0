"""The live stream: what is committed is on the screen, a screen that comes back misses nothing, a slow one harms nobody."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.core.events import AddNote
from hub.core.journal import EntryKind
from hub.store.store import JournalLine
from tests.web.running import PASSWORD, SYSTEM, RunningHub

Event = dict[str, Any]


@contextmanager
def stream(
    client: httpx.Client, after: int | None = None, headers: dict[str, str] | None = None
) -> Iterator[Iterator[Event]]:
    """The events of a stream as they come: `event`, `id`, `data`; heartbeats as event `comment`."""
    query = {} if after is None else {"after": after}
    with client.stream("GET", "/api/v1/events", params=query, headers=headers) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer)


def _events(answer: httpx.Response) -> Iterator[Event]:
    event: Event = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(":")
        if line == "":
            if event:
                yield event
            event = {}
        elif name == "":
            yield {"event": "comment", "data": value.strip()}
        elif name == "data":
            event["data"] = json.loads(value)
        else:
            event[name] = value.strip()


def journal(events: Iterator[Event], until: str) -> list[Event]:
    """Journal events up to and with the first of a kind."""
    found: list[Event] = []
    for event in events:
        if event.get("event") != "journal":
            continue
        found.append(event)
        if event["data"]["kind"] == until:
            return found
    raise AssertionError(f"the stream ended before {until}")


def newest(client: httpx.Client) -> int:
    number = client.get("/api/v1/alerts?limit=1").json()["number"]
    assert isinstance(number, int)
    return number


def test_a_press_comes_to_the_screen_with_its_row(hub: RunningHub, chen: httpx.Client, home_id: str) -> None:
    with stream(chen) as events:
        hello = next(event for event in events if event.get("event") == "hello")
        assert hello["data"]["cell"] == "demo"
        hub.press(home_id)
        event = journal(events, "alert_triggered")[-1]
    assert event["id"] == str(event["data"]["number"])
    row = event["data"]["alert"]
    listed = chen.get("/api/v1/alerts", params={"home": home_id}).json()["items"][0]
    assert row == listed


def test_a_screen_that_comes_back_gets_everything_once(
    hub: RunningHub, chen: httpx.Client, home_id: str
) -> None:
    before = newest(chen)
    alert = hub.emergency(home_id)
    with stream(chen, headers={"Last-Event-ID": str(before)}) as events:
        seen = journal(events, "alert_escalated")
        last = int(seen[-1]["id"])
    version = chen.get(f"/api/v1/alerts/{alert.id}").json()["version"]
    chen.post(f"/api/v1/alerts/{alert.id}/acknowledge", json={"version": version})
    with stream(chen, after=last) as events:
        seen += journal(events, "alert_acknowledged")
    numbers = [int(event["id"]) for event in seen]
    assert numbers == list(range(before + 1, before + 1 + len(numbers)))


def test_lines_of_many_steps_come_in_their_order(tmp_path: Path) -> None:
    with RunningHub(tmp_path, homes=14) as hub, hub.client() as client:
        with stream(client) as events:
            hello = next(event for event in events if event.get("event") == "hello")
            for home_id in hub.home_ids()[12:14] * 5:
                hub.press(home_id)
            last = newest(client)
            numbers: list[int] = []
            for event in events:
                if event.get("event") == "journal":
                    numbers.append(int(event["id"]))
                    if numbers[-1] >= last:
                        break
        assert numbers == list(range(hello["data"]["number"] + 1, last + 1))


def test_the_first_line_is_on_the_screen_before_the_others_are_encoded(
    hub: RunningHub, chen: httpx.Client, home_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = hub.app.state.parts.live
    encode = live._encode
    on_screen = threading.Event()
    waited: list[bool] = []

    def after_the_first_is_read(line: JournalLine) -> object:
        if line.entry.kind is not EntryKind.ALERT_TRIGGERED and not waited:
            waited.append(on_screen.wait(5))
        return encode(line)

    monkeypatch.setattr(live, "_encode", after_the_first_is_read)
    with stream(chen) as events:
        next(event for event in events if event.get("event") == "hello")
        hub.press(home_id)
        assert len(journal(events, "alert_triggered")) == 1
        on_screen.set()
        journal(events, "alert_escalated")
    assert waited == [True]


def test_a_line_that_cannot_be_shown_lets_screens_read_anew_and_the_next_ones_come(
    hub: RunningHub, chen: httpx.Client, home_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = hub.app.state.parts.live
    encode = live._encode
    failed: list[int] = []

    def failing(line: JournalLine) -> object:
        if not failed:
            failed.append(line.number)
            raise ValueError("cannot be shown")
        return encode(line)

    monkeypatch.setattr(live, "_encode", failing)
    with stream(chen) as events:
        next(event for event in events if event.get("event") == "hello")
        hub.press(home_id)
        reset = next(event for event in events if event.get("event") in {"reset", "journal"})
        assert (reset["event"], reset["data"]["number"]) == ("reset", failed[0])
        assert journal(events, "alert_escalated")[0]["data"]["number"] == failed[0] + 1


def test_one_that_was_away_for_long_reads_from_the_store(tmp_path: Path) -> None:
    with RunningHub(tmp_path, homes=14, stream_memory=4) as hub, hub.client() as client:
        homes = hub.home_ids()[12:14]
        before = newest(client)
        for home_id in homes:
            hub.press(home_id)
        expected = newest(client)
        with stream(client, after=before) as events:
            numbers = []
            for event in events:
                if event.get("event") == "journal":
                    numbers.append(int(event["id"]))
                    if numbers[-1] == expected:
                        break
        assert numbers == list(range(before + 1, expected + 1))
        assert len(numbers) > 8


def test_a_number_from_another_life_gets_reset(chen: httpx.Client) -> None:
    now = newest(chen)
    with stream(chen, after=now + 1000) as events:
        reset = next(event for event in events if event.get("event") == "reset")
    assert reset["data"]["number"] == now
    assert reset["id"] == str(now)


def test_a_number_older_than_retention_gets_reset(tmp_path: Path) -> None:
    with RunningHub(tmp_path, homes=13, stream_memory=2) as hub, hub.client() as client:
        home_id = hub.home_ids()[12]
        alert = hub.emergency(home_id)
        version = client.get(f"/api/v1/alerts/{alert.id}").json()["version"]
        outcome = {"what_it_was": "test", "what_was_done": "by_phone"}
        client.post(f"/api/v1/alerts/{alert.id}/resolve", json={"version": version, **outcome})
        hub.forget_everything()
        with stream(client, after=1) as events:
            reset = next(event for event in events if event.get("event") in {"reset", "journal"})
        assert reset["event"] == "reset"


def test_a_quiet_stream_beats_with_hub_time(tmp_path: Path) -> None:
    with (
        RunningHub(tmp_path, homes=1, heartbeat_every=timedelta(milliseconds=50)) as hub,
        hub.client() as client,
        stream(client) as events,
    ):
        beat = next(event for event in events if event.get("event") == "comment")
        assert beat["data"].startswith(str(hub.clock.now().year))


def test_a_session_that_ended_ends_its_stream(tmp_path: Path) -> None:
    with (
        RunningHub(tmp_path, homes=1, heartbeat_every=timedelta(milliseconds=50)) as hub,
        hub.browser("xu") as xu,
        hub.client("admin") as admin,
        stream(xu) as events,
    ):
        next(event for event in events if event.get("event") == "comment")
        assert admin.patch("/api/v1/accounts/xu", json={"active": False}).status_code == 200
        # The stream ends by itself: otherwise this would wait for ever.
        assert all(event["event"] == "comment" for event in events)


def test_a_screen_that_does_not_read_is_cut_off_and_the_others_go_on(tmp_path: Path) -> None:
    with RunningHub(tmp_path, homes=13, stream_queue=64) as hub, hub.client() as client:
        deaf = _open_without_reading(hub)
        live = hub.app.state.parts.live
        home_id = hub.home_ids()[12]
        # A device that pressed so often would only be counted after a while.
        note = AddNote(home_id, hub.emergency(home_id).id, SYSTEM, "x" * 500)
        with stream(client, after=newest(client)) as events:
            for _ in range(4000):
                hub.command(note)
                if live.cut_off:
                    break
            assert live.cut_off == 1
            assert next(event for event in events if event.get("event") == "journal")
        deaf.close()


def _open_without_reading(hub: RunningHub) -> socket.socket:
    """A stream whose bytes nobody takes."""
    import base64

    who = base64.b64encode(f"chen:{PASSWORD}".encode()).decode()
    screen = socket.socket()
    screen.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    screen.connect(("127.0.0.1", hub.port))
    screen.sendall(
        f"GET /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Basic {who}\r\n\r\n".encode()
    )
    assert screen.recv(12) == b"HTTP/1.1 200"
    return screen


def test_the_stream_can_be_read_without_a_number_or_with_a_bad_one(chen: httpx.Client) -> None:
    with stream(chen) as events:
        assert next(event for event in events if event.get("event"))["event"] == "hello"
    assert chen.get("/api/v1/events", params={"after": -1}).status_code == 422


@pytest.mark.parametrize("header", ["not-a-number", "-3"])
def test_a_bad_event_id_is_a_problem_not_a_gap(chen: httpx.Client, header: str) -> None:
    answer = chen.get("/api/v1/events", headers={"Last-Event-ID": header})
    assert answer.status_code == 422
