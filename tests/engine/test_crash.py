"""The state after a crash at any point is the state without one."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import CallAction, FallPhase, Fault, Kind, ServiceCategory
from hub.core.alerts import Alert, WhatItWas, WhatWasDone
from hub.core.events import (
    Acknowledge,
    Actor,
    ActorRole,
    MoveRequest,
    OpenRequest,
    RaiseByHand,
    Resolve,
    SetAway,
    SetProfile,
)
from hub.core.home import AwayKind, Home
from hub.core.service_requests import Remedy, RequestCategory, RequestState
from hub.engine.health import EngineSettings
from hub.ingest.message import RawMessage, SessionName
from hub.store import codec
from hub.store.store import Batch, JournalLine, Store
from tests.story import CELL, SYSTEM, Story, actor

pytestmark = pytest.mark.slow

Step = Callable[[Story], object]


class Crash(BaseException):
    """The process dies here."""


def offer(
    story: Story, home_id: str, device_id: str, kind: Kind, body: dict[str, Any], **delivery: Any
) -> None:
    story.send(home_id, device_id, kind, body, run=False, **delivery)


def vital(story: Story, value: float | None, device_id: str = "oximeter") -> None:
    offer(story, "h1", device_id, Kind.VITAL, {"readings": {"spo2_percent": value, "heart_rate_bpm": 72}})


def press(story: Story, home_id: str, device_id: str, event_id: str, **more: Any) -> None:
    action = more.pop("action", CallAction.EMERGENCY)
    body = {"event_id": event_id, "age_ms": 0, "action": action.value, **more.pop("body", {})}
    offer(story, home_id, device_id, Kind.CALL, body, **more)


def submit(story: Story, make: Callable[[Story], Any]) -> None:
    story.engine.submit(make(story))


def pressed(story: Story) -> Alert:
    alert = story.home("h1").alert_for("call|li")
    assert alert is not None
    return alert


def take(story: Story) -> None:
    story.engine.submit(Acknowledge("h1", pressed(story).id, actor("butler-wang")))


def close(story: Story) -> None:
    outcome = (WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)
    story.engine.submit(Resolve("h1", pressed(story).id, actor("operator-chen"), *outcome))


def late(story: Story) -> None:
    """A reading that waited five minutes somewhere."""
    envelope = story.envelope("h1", "oximeter")
    envelope["uptime_ms"] -= 300_000
    topic = Address(CELL, "h1", "oximeter").up(Kind.VITAL)
    story.publish(
        topic, {**envelope, "readings": {"spo2_percent": 70}}, session=SessionName.TELEMETRY, run=False
    )


DESK = Actor("op", ActorRole.OPERATOR)


def move_request(story: Story, state: RequestState, **more: Any) -> None:
    (request,) = story.home("h2").requests.values()
    submit(story, lambda _: MoveRequest("h2", request.id, DESK, state, **more))


def request_done(story: Story) -> None:
    move_request(story, RequestState.DONE)


def mistaken(story: Story, event_id: str) -> None:
    """Pressed and closed as a mistake, both in one batch or a crash apart."""
    press(story, "h2", "cord", event_id)
    story.run()
    alert = story.home("h2").alert_for("call|h2")
    assert alert is not None
    outcome = (WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)
    submit(story, lambda _: Resolve("h2", alert.id, actor("operator-chen"), *outcome))


MISTAKES = [partial(mistaken, event_id=f"event-{number:04d}") for number in (7, 8, 9)]


def task_done(story: Story) -> None:
    (task,) = (one for one in story.home("h2").requests.values() if one.is_task)
    done = MoveRequest("h2", task.id, DESK, RequestState.DONE, remedy=Remedy.SHOWN)
    submit(story, lambda _: done)


def new_profile(story: Story) -> None:
    profile = story.home("h1").profile
    submit(story, lambda _: SetProfile("h1", SYSTEM, replace(profile, note="钥匙在物业")))


def both(story: Story) -> None:
    """A press and, behind it in the same batch, telemetry of the same home."""
    press(story, "h1", "button", "event-9001")
    vital(story, 96)
    vital(story, 95)


SCRIPT: list[Step] = [
    lambda story: vital(story, 97),
    lambda story: vital(story, 90),
    lambda story: offer(story, "h1", "radar", Kind.HEARTBEAT, {"battery_percent": 12}),
    lambda story: press(story, "h1", "button", "event-0001"),
    lambda story: press(story, "h1", "button", "event-0001"),
    both,
    lambda story: vital(story, 96.5),
    lambda story: press(story, "h2", "cord", "event-0002"),
    take,
    lambda story: vital(story, None),
    late,
    lambda story: story.zigbee("h3", "sos", {"action": "emergency", "battery": 60}, run=False),
    lambda story: story.zigbee("h3", "sos", {"action": "emergency", "battery": 60}, run=False),
    lambda story: offer(story, "h1", "radar", Kind.FALL, fall_body("event-0003")),
    lambda story: offer(story, "h1", "radar", Kind.FAULT, {"fault": Fault.MAINS_FAILED.value}),
    lambda story: press(story, "h9", "stranger", "event-0004"),
    lambda story: press(story, "h1", "button", "event-0005", retained=True),
    lambda story: story.publish(Address(CELL, "h1", "button").up(Kind.CALL), b"?", run=False),
    lambda story: story.publish(Address(CELL, "h1", "oximeter").up(Kind.VITAL), b"{", run=False),
    lambda story: story.publish(Address(CELL, "h7", "x").up(Kind.VITAL), b"{", run=False),
    lambda story: offer(story, "h1", "smoke", Kind.ENVIRONMENT, {"smoke": True, "temperature_c": 31.5}),
    lambda story: press(
        story,
        "h2",
        "cord",
        "event-0006",
        action=CallAction.SERVICE,
        body={"category": ServiceCategory.MEALS.value},
    ),
    lambda story: vital(story, 80),
    new_profile,
    lambda story: submit(story, lambda s: RaiseByHand("h3", actor("op"), "hand-1", "sun")),
    lambda story: vital(story, 88),
    close,
    lambda story: move_request(story, RequestState.ASSIGNED, assignee_id="butler-wang"),
    request_done,
    lambda story: submit(story, lambda s: OpenRequest("h3", DESK, "open-1", RequestCategory.MEDICAL)),
    *MISTAKES,
    task_done,
    lambda story: submit(
        story,
        lambda s: SetAway("h3", SYSTEM, AwayKind.CHILDREN, s.started_at, s.started_at + timedelta(minutes=4)),
    ),
    lambda story: offer(story, "h1", "radar", Kind.FAULT, {"fault": Fault.MAINS_RESTORED.value}),
    lambda story: offer(story, "h3", "pendant", Kind.HEARTBEAT, {"battery_percent": 90, "rssi_dbm": -70}),
    lambda story: vital(story, 94),
]
PAUSE_S = 7


def fall_body(event_id: str) -> dict[str, Any]:
    return {"event_id": event_id, "age_ms": 0, "phase": FallPhase.SUSPECTED.value}


def told(path: Path, crash: Callable[[Story, int], None], save_every_s: float) -> Story:
    """Run the script; `crash(story, k)` may kill the hub after input k."""
    story = Story(path, settings=EngineSettings(save_every_s=save_every_s))
    for number, step in enumerate(SCRIPT):
        step(story)
        crash(story, number)
        story.run()
        story.advance(seconds=PAUSE_S)
    story.advance(minutes=2)
    story.engine.stop()
    return story


QUERIES = {
    "journal": "select home_id, alert_id, request_id, kind, by, data from journal order by home_id, number",
    "alerts": "select alert_id, home_id, kind, severity, state, version, body from alert order by alert_id",
    "requests": "select request_id, category, state, version from service_request order by request_id",
    "outbox": "select notification_id, state, attempts, channel, person_id from outbox order by notification_id",
    "readings": "select subject_id, measure, minute_at, value, low, high, count from reading "
    "order by subject_id, measure, minute_at",
    "history": "select home_id, device_id, boot, seq from history order by boot, seq",
    "rejected": "select topic, payload, reason from rejected_message order by topic, payload",
    "events": "select device_id, event_id from event_id order by device_id, event_id",
    "failed": "select * from failed_input",
}


def state(story: Story) -> dict[str, object]:
    """All that a person or a screen can see of the cell. Instants to the millisecond, and ids that follow from an instant by the
    order in which they were given."""
    triggered = story.rows(
        "select alert_id from journal where kind = 'alert_triggered' order by home_id, number"
    )
    names = {identifier: f"alert-{number}" for number, (identifier,) in enumerate(triggered)}

    def plain(value: object) -> str:
        text = INSTANT.sub(r"\1", SEAL.sub("", repr(value)))
        return ALERT_ID.sub(lambda found: names[found[0]], text)

    found: dict[str, object] = {
        name: sorted(map(plain, story.rows(query))) for name, query in QUERIES.items()
    }
    found["journal"] = [plain(row) for row in story.rows(QUERIES["journal"])]
    for home_id, home in engine_homes(story):
        found[home_id] = sorted(map(plain, parts_of(home)))
    reports = [story.store.verify_chain(home_id) for home_id in ("h1", "h2", "h3", "unassigned")]
    found["chains"] = [report.intact for report in reports]
    return found


ALERT_ID = re.compile(r"A-[0-9a-f]{20}")
SEAL = re.compile(r',"sum":"[0-9a-f]{8}"')
"""The checksum of a body: of ids and microseconds, too."""
INSTANT = re.compile(r"(:\d\d(?:\.\d{3})?)(?:\d{3})?(?=Z|\+00:00)")


def engine_homes(story: Story) -> list[tuple[str, Home]]:
    return sorted(story.engine.homes().items())


def parts_of(home: Home) -> Iterator[object]:
    """A home as its rows hold it."""
    yield codec.PROFILE.dump(codec.PROFILE.load(codec.PROFILE.dump(home.profile)))
    yield from ((key, codec.DEVICE_STATE.dump(one)) for key, one in home.devices.items())
    yield from ((key, codec.RULE_STATE.dump(one)) for key, one in home.rules.items())
    yield from map(codec.ALERT.dump, home.alerts.values())
    yield from map(codec.REQUEST.dump, home.requests.values())
    yield codec.HOME_BODY.dump(codec.HomeBody(home.away, home.presses, home.mistakes))
    yield home.unjudged


def nothing(story: Story, number: int) -> None:
    """No crash."""


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    return state(told(tmp_path_factory.mktemp("calm") / "calm.sqlite", nothing, 5.0))


def compare(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for name, value in expected.items():
        if isinstance(value, list):
            odd = (
                [one for one in found[name] if one not in value],
                [one for one in value if one not in found[name]],
            )
            assert odd == ([], []), name
        assert found[name] == value, name


def test_the_script_moves_everything_that_is_compared(uninterrupted: dict[str, object]) -> None:
    for name in QUERIES.keys() - {"failed"}:
        assert uninterrupted[name], f"the script leaves {name} empty"
    assert uninterrupted["failed"] == []
    assert uninterrupted["chains"] == [True] * 4


@pytest.mark.parametrize("save_every_s", [0.0, 60.0, 1e9])
def test_when_telemetry_is_saved_changes_nothing(
    tmp_path: Path, uninterrupted: dict[str, object], save_every_s: float
) -> None:
    compare(state(told(tmp_path / "lazy.sqlite", nothing, save_every_s)), uninterrupted)


SAVES = (0.0, 5.0, 1e9)
DEATHS = ("before", "in the middle", "after")


@pytest.mark.parametrize("number", range(len(SCRIPT)))
def test_a_crash_after_any_commit_changes_nothing(
    tmp_path: Path, uninterrupted: dict[str, object], number: int
) -> None:
    """The batch is committed; senders and lazy saves have not had their turn."""

    def crash(story: Story, at: int) -> None:
        if at == number:
            story.engine.turn()
            story.crash()

    compare(state(told(tmp_path / "crash.sqlite", crash, SAVES[number % 3])), uninterrupted)


@pytest.mark.parametrize("save_every_s", SAVES)
def test_a_crash_after_every_commit_changes_nothing(
    tmp_path: Path, uninterrupted: dict[str, object], save_every_s: float
) -> None:
    def crash(story: Story, at: int) -> None:
        story.engine.turn()
        story.crash()

    compare(state(told(tmp_path / "crash.sqlite", crash, save_every_s)), uninterrupted)


@contextmanager
def dying(when: str) -> Iterator[None]:
    """The next commit kills the process: before its transaction, in its middle, or right after it."""
    original = Store.commit

    def commit(self: Store, batch: Batch) -> list[JournalLine]:
        if when == "before":
            raise Crash
        if when == "in the middle":

            def die(_: object) -> None:
                raise Crash

            batch.extra.append(die)
        lines = original(self, batch)
        raise Crash(lines)

    Store.commit = commit  # type: ignore[method-assign]
    try:
        yield
    finally:
        Store.commit = original  # type: ignore[method-assign]


def die_around(story: Story, number: int, when: str) -> None:
    """Kill the hub around the next commit; what it had not acknowledged comes again, as broker and operators bring it again."""
    inbox = story.engine._inbox
    messages = [message for queue in inbox.messages.values() for message in queue]
    commands = [ordered.command for ordered in (*inbox.orders, *inbox.profiles)]
    acknowledged, heard = len(story.acknowledged), len(story.rooms.commands)
    with dying(when), pytest.raises(Crash):
        story.engine.turn()
    assert len(story.acknowledged) == acknowledged, "acknowledged before it was safe"
    assert len(story.rooms.commands) == heard, "heard before it was safe"
    story.crash()
    if when == "after" and SCRIPT[number] in WITHOUT_AN_ID:
        return
    for message in messages:
        story.engine.offer(replace(message, duplicate=True))
    for command in commands:
        story.engine.submit(command)


@pytest.mark.parametrize("number", range(len(SCRIPT)))
def test_a_crash_around_any_transaction_changes_nothing(
    tmp_path: Path, uninterrupted: dict[str, object], number: int
) -> None:
    def crash(story: Story, at: int) -> None:
        if at == number:
            die_around(story, number, DEATHS[number % 3])

    compare(state(told(tmp_path / "crash.sqlite", crash, 5.0)), uninterrupted)


@pytest.mark.parametrize("when", DEATHS)
def test_a_crash_around_every_transaction_changes_nothing(
    tmp_path: Path, uninterrupted: dict[str, object], when: str
) -> None:
    def crash(story: Story, at: int) -> None:
        die_around(story, at, when)

    compare(state(told(tmp_path / "crash.sqlite", crash, 5.0)), uninterrupted)


UNREADABLE = [SCRIPT[index] for index in (17, 18, 19)]
WITHOUT_AN_ID = {*UNREADABLE, close, request_done, *MISTAKES, task_done}
"""Unreadable bytes have no id to be known by; what is closed cannot be closed again, and says so. What then
happens is told below."""


def test_redelivered_bytes_without_an_id_are_told_twice_rather_than_lost(tmp_path: Path) -> None:
    story = Story(tmp_path / "twice.sqlite")
    raw = RawMessage(Address(CELL, "h1", "button").up(Kind.CALL), b"?", 1, False, False, SessionName.URGENT)
    story.engine.offer(raw)
    with dying("after"), pytest.raises(Crash):
        story.engine.turn()
    story.crash()
    story.engine.offer(replace(raw, duplicate=True))
    story.run()
    assert len(story.alert().evidence) == 1


def test_values_behind_an_effect_in_its_batch_are_kept_once(tmp_path: Path) -> None:
    story = Story(tmp_path / "once.sqlite", settings=EngineSettings(save_every_s=1e9))
    vital(story, 97)
    story.run()  # the first save comes at once, the next one never
    both(story)
    story.engine.turn()
    story.crash()
    story.engine.stop()
    assert story.rows("select measure, count, value from reading order by measure") == [
        ("heart_rate_bpm", 3, 72.0),
        ("spo2_percent", 3, 95.0),
    ]
