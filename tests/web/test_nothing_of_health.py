"""Nothing of how somebody is, and no number or code of theirs, in a log line, an address of a page, a metric or a notification.

One story is played in a home whose every word can be told apart: presses, readings, notes, requests, refusals, what cannot be
read, a judgement that fails. Then everything is looked through that lies open to others than those who may read it.
"""

import html
import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import CallAction, Kind, Measure, ServiceCategory
from hub.core.events import SetProfile
from hub.core.home import DeviceKind, Flag, Home
from hub.core.reasons import ReasonCode
from hub.engine import turn
from hub.log_lines import FORMAT, WithoutWords
from hub.notify.texts import alert_text
from hub.notify.webhook import webhook_body
from hub.store.errors import StoreUnavailable
from tests.notify.notifications import notification
from tests.notify.test_texts import REASONS
from tests.web.running import SYSTEM, RunningHub

pytestmark = pytest.mark.slow

CONDITION = "甲亢ZZ三型"
NOTE = "ZZ胸口闷"
OF_HEALTH = (CONDITION, NOTE, "161.75", "31.625")
"""What somebody suffers from, what was noted, and two readings."""
NUMBERS = ("ZZ4711#", "0371-9990001")
"""The door's code and the telephone."""
PERSON = ("甄独特", "甄称呼", "ZZ街77号")
"""Names and address: in no log line either; in a notification they say who and where."""


@dataclass(frozen=True, slots=True)
class Story:
    hub: RunningHub
    home: Home
    log: str
    pages: dict[str, str]
    answers: list[str]


def told_apart(hub: RunningHub) -> str:
    """A home with a door that can be called from and an oximeter, whose words are ours."""
    home_id = next(
        home_id
        for home_id in hub.home_ids()[12:]
        if any(
            one.kind is DeviceKind.OXIMETER for one in hub.engine.homes()[home_id].profile.devices.values()
        )
    )
    profile = hub.engine.homes()[home_id].profile
    elder = replace(
        profile.residents[0],
        name=PERSON[0],
        call_name=PERSON[1],
        note=CONDITION,
        flags=frozenset({Flag.ON_OXYGEN}),
    )
    changed = replace(
        profile,
        residents=(elder, *profile.residents[1:]),
        address=f"演示区 {PERSON[2]} 3号楼 2单元 501室",
        note=CONDITION,
        door_code=NUMBERS[0],
        phone=NUMBERS[1],
    )
    hub.command(SetProfile(home_id, SYSTEM, changed))
    return home_id


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The log as the hub's process writes it, at its most talkative, and what every page and call answered."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(WithoutWords(FORMAT))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with RunningHub(tmp_path_factory.mktemp("health"), homes=40) as hub:
            home_id = told_apart(hub)
            answers = play(hub, home_id)
            pages = look(hub, home_id)
            break_things(hub, home_id)
            yield Story(hub, hub.engine.homes()[home_id], lines.getvalue(), pages, answers)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def play(hub: RunningHub, home_id: str) -> list[str]:
    """What happens in the home, and what people do about it; the answers of the API to what was wrong."""
    devices = hub.engine.homes()[home_id].profile.devices
    oximeter = next(one.id for one in devices.values() if one.kind is DeviceKind.OXIMETER)
    alert = hub.emergency(home_id)
    hub.press(home_id, CallAction.SERVICE, ServiceCategory.MEALS)
    for value in (161.75, 31.625, 31.625):
        hub.say(home_id, oximeter, Kind.VITAL, {"readings": {Measure.SPO2_PERCENT.value: value}, "age_ms": 0})
    garbled = json.dumps({"v": 1, "readings": {CONDITION: "161.75"}, "said": NOTE}, ensure_ascii=False)
    hub.deliver(f"care/v1/demo/{home_id}/{oximeter}/vital", garbled.encode())
    hub.deliver(f"care/v1/demo/{home_id}/{oximeter}/call", garbled.encode())
    wrong: list[str] = []
    with hub.client("chen") as chen:
        path = f"/api/v1/alerts/{alert.id}"
        version = chen.get(path).json()["version"]
        assert chen.post(f"{path}/acknowledge", json={"version": version}).status_code == 200
        assert chen.post(f"{path}/notes", json={"note": NOTE}).status_code == 200
        away = {"kind": "hospital", "from_at": CONDITION, "until_at": NOTE}
        for answer in (
            chen.post(f"{path}/notes", json={"note": NOTE, "noted": CONDITION}),
            chen.post(f"{path}/notes", content=f'{{"note": "{NOTE}'.encode()),
            chen.post(f"/api/v1/homes/{home_id}/away", json=away),
            chen.post(f"/api/v1/homes/{home_id}/care-card", json={"reason": CONDITION}),
            chen.get("/api/v1/alerts", params={"before": NOTE, "limit": CONDITION}),
            chen.get("/api/v1/alerts/nothing"),
        ):
            assert 400 <= answer.status_code < 500
            wrong.append(answer.text)
    return wrong


def look(hub: RunningHub, home_id: str) -> dict[str, str]:
    """Every page about the home, as an administrator reads it."""
    home = hub.engine.homes()[home_id]
    alerts = [f"/alerts/{one}" for one in home.alerts]
    requests = [f"/requests/{one}" for one in home.requests]
    of_home = [f"/homes/{home_id}", f"/homes/{home_id}/life", f"/enrol/{home_id}", f"/enrol/{home_id}/check"]
    lists = [
        "/",
        "/homes",
        "/requests",
        "/requests/board",
        "/unprotected",
        "/devices",
        "/rejected",
        "/changes",
    ]
    with hub.client("admin", headers={"accept": "text/html"}) as admin:
        assert admin.post(f"/homes/{home_id}/care-card", data={"reason": "data"}).status_code == 303
        pages = {path: admin.get(path) for path in [*lists, *of_home, *alerts, *requests]}
    assert {page.status_code for page in pages.values()} == {200}
    return {path: page.text for path, page in pages.items()}


def break_things(hub: RunningHub, home_id: str) -> None:
    """What fails tells what it was working with: a judgement, a page, a store."""
    patch = pytest.MonkeyPatch()
    try:

        def judge(*asked: object) -> None:
            try:
                float(f"{CONDITION} 31.625")
            except ValueError as error:
                raise KeyError(PERSON[0]) from error

        patch.setattr(turn, "step", judge)
        hub.press(home_id)
        patch.undo()

        def show(*asked: object) -> None:
            raise RuntimeError(f"{PERSON[2]} {NOTE} {NUMBERS[0]}")

        patch.setattr(type(hub.app.state.parts.views), "care_card", show)
        with hub.client("chen") as chen:
            assert chen.get(f"/api/v1/homes/{home_id}").status_code == 500
        patch.undo()
        hub.press(home_id)
    finally:
        patch.undo()


def found_in(text: str, *secrets: str) -> list[str]:
    escaped = (json.dumps(one)[1:-1] for one in secrets)
    return [one for one, other in zip(secrets, escaped, strict=True) if one in text or other in text]


def test_the_log_names_ids_and_nothing_else(story: Story) -> None:
    assert "judging home" in story.log, "what failed is told"
    assert "KeyError" in story.log
    assert not found_in(story.log, *OF_HEALTH, *NUMBERS, *PERSON)


def test_an_error_repeats_nothing_of_what_was_sent(story: Story) -> None:
    assert not found_in("\n".join(story.answers), *OF_HEALTH)


def test_no_address_of_a_page_holds_anything_of_a_person(story: Story) -> None:
    for path, page in story.pages.items():
        links = html.unescape("\n".join(re.findall(r'(?:href|src|action)="((?!tel:)[^"]*)"', page)))
        assert not found_in(links, *OF_HEALTH, *NUMBERS, *PERSON), path
    assert any(PERSON[0] in page for page in story.pages.values()), "the pages are about this person"


def test_metrics_count_and_name_nobody(story: Story) -> None:
    with story.hub.client(None) as client:
        told = "\n".join(client.get(path).text for path in ("/metrics", "/readyz", "/healthz"))
    assert "care_hub_alerts_open" in told
    assert not found_in(told, *OF_HEALTH, *NUMBERS, *PERSON, story.home.id)


def test_a_notification_says_who_where_and_what_kind(story: Story) -> None:
    told = [
        webhook_body(entry.notification, "https://hub.example/api/v1/answers")
        for alert_id in story.home.alerts
        for entry in story.hub.queries.outbox(alert_id)
    ]
    assert told
    text = json.dumps(told, ensure_ascii=False)
    assert PERSON[0] in text
    assert not found_in(text, *OF_HEALTH, *NUMBERS)


@pytest.mark.parametrize(
    ("code", "data"),
    [(code, data) for code, data, *_ in REASONS if "measure" in data],
)
def test_what_was_measured_stands_in_no_notification(code: ReasonCode, data: dict[str, object]) -> None:
    asked = notification(data={"reason_code": code, **{f"reason_{key}": one for key, one in data.items()}})
    text = " ".join(alert_text(asked))
    assert not re.search(rf"(?<!\d){data.get('value', '血氧')}(?!\d)", text)
    assert not re.search("血氧|SpO2|心率|heart rate|血糖|glucose|体温|temperature", text)


def test_the_errors_of_the_hub_itself_keep_their_sentences() -> None:
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(WithoutWords(FORMAT))
    record_of = logging.LogRecord("hub.store", logging.ERROR, __file__, 1, "not written", (), None)
    try:
        try:
            raise ValueError(NOTE)
        except ValueError as error:
            raise StoreUnavailable("the disk is full; free some space") from error
    except StoreUnavailable as error:
        record_of.exc_info = (type(error), error, error.__traceback__)
    handler.emit(record_of)
    said = lines.getvalue()
    assert "the disk is full; free some space" in said
    assert "ValueError" in said
    assert Path(__file__).name in said
    assert NOTE not in said
