"""One service request that cannot be shown keeps no other from being seen, and is seen itself: which it is, in which home."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, text

from firmware_contracts.vocabulary import CallAction, ServiceCategory
from hub.core.journal import Entry, EntryKind
from hub.core.outcome import Outcome
from hub.core.service_requests import RequestState
from hub.store.queries import Queries
from hub.store.report_rows import ReportRows, report_rows
from hub.store.request_bodies import UnreadableRequest
from hub.store.store import Effect, Store
from tests.store import samples
from tests.store.samples import CELL, at
from tests.web.running import RunningHub
from tests.web.test_live import stream

WORDS = "This request cannot be shown: open the page of its home, ask the elder what is wanted, and tell who runs the hub"
NAME = "李淑兰"
DAMAGE: dict[str, Callable[[str], str]] = {
    "a field that is not there": lambda body: body.replace('"opened_at"', '"opened_when"') + NAME,
    "half of it": lambda body: body[: len(body) // 2],
    "nothing": lambda body: "",
    "another thing": lambda body: "[]",
    "a wrong instant": lambda body: body.replace('"due_at":', f'"due_at":"{NAME}","was":'),
}
"""What a row's body can have become, by a disk or by a hand."""


def listed(client: httpx.Client, **query: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/requests", params={"limit": 200, **query})
    assert answer.status_code == 200, answer.text
    return {one["id"]: one for one in answer.json()["items"]}


def asked(hub: RunningHub, home_id: str, category: ServiceCategory = ServiceCategory.MEALS) -> str:
    hub.press(home_id, CallAction.SERVICE, category)
    home = hub.engine.home(home_id)
    assert home is not None
    return next(one.id for one in home.requests.values() if one.category.value == category.value)


def damage(connection: Connection, one: str, how: str, table: str = "service_request") -> None:
    key = {"service_request": "request_id", "alert": "alert_id"}[table]
    body = connection.execute(text(f"SELECT body FROM {table} WHERE {key} = :id"), {"id": one}).scalar_one()
    changed = {"id": one, "body": DAMAGE[how](body)}
    connection.execute(text(f"UPDATE {table} SET body = :body WHERE {key} = :id"), changed)


@pytest.fixture
def browser(hub: RunningHub) -> Iterator[httpx.Client]:
    with hub.browser("chen") as client:
        client.headers.update({"accept": "text/html", "accept-language": "en"})
        yield client


def test_a_text_that_fails_is_an_outline_and_the_others_are_whole(
    hub: RunningHub,
    chen: httpx.Client,
    browser: httpx.Client,
    home_id: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad = asked(hub, home_id, ServiceCategory.CLEANING)
    good = asked(hub, hub.home_ids()[-1], ServiceCategory.CLEANING)
    before = listed(chen)
    profile = hub.app.state.parts.views.profile
    monkeypatch.setattr(
        hub.app.state.parts.views, "profile", lambda home: 1 / 0 if home == home_id else profile(home)
    )
    with caplog.at_level(logging.ERROR, "hub.web.views"):
        found = listed(chen)
    assert found[good] == before[good]
    for key in ("home_id", "category", "state", "version", "opened_at"):
        assert found[bad][key] == before[bad][key]
    assert found[bad]["cannot_be_shown"]["en"] == WORDS
    assert before[bad]["cannot_be_shown"] is None
    assert f"service request {bad} of home {home_id} cannot be shown (ZeroDivisionError at " in caplog.text
    board = browser.get("/requests")
    assert board.status_code == 200
    assert f'data-id="{bad}"' in board.text
    assert f'data-id="{good}"' in board.text
    assert board.text.count('<p class="notice">') == 1
    opened = browser.get(f"/requests/{bad}")
    assert opened.status_code == 200, "its own page opens, and says what to do"
    assert '<p class="notice">' in opened.text


def test_the_stream_tells_of_such_a_request_and_goes_on(
    hub: RunningHub, chen: httpx.Client, home_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = hub.app.state.parts.views.profile
    monkeypatch.setattr(
        hub.app.state.parts.views, "profile", lambda home: 1 / 0 if home == home_id else profile(home)
    )
    with stream(chen) as events:
        while next(events).get("event") != "hello":
            pass
        bad = asked(hub, home_id, ServiceCategory.SHOPPING)
        good = asked(hub, hub.home_ids()[-3], ServiceCategory.SHOPPING)
        heard: dict[str, Any] = {}
        while good not in heard:
            event = next(events)
            # "reset" would have every screen read all of it anew.
            assert event.get("event") != "reset"
            if event.get("event") == "journal" and event["data"]["request"]:
                heard.setdefault(event["data"]["request_id"], event["data"]["request"])
    assert heard[bad]["cannot_be_shown"]["en"] == WORDS
    assert heard[good]["cannot_be_shown"] is None


@pytest.mark.parametrize("how", DAMAGE)
def test_an_ended_request_whose_row_cannot_be_read_is_an_outline_and_the_others_are_whole(
    hub: RunningHub,
    chen: httpx.Client,
    browser: httpx.Client,
    caplog: pytest.LogCaptureFixture,
    how: str,
) -> None:
    homes = hub.home_ids()[-2:]
    bad, good = (asked(hub, one, ServiceCategory.MEDICAL) for one in homes)
    for one in (bad, good):
        done = chen.post(f"/api/v1/requests/{one}/move", json={"version": 1, "state": "done"})
        assert done.status_code == 200, done.text
    before = listed(chen, open=False)
    hub.engine.write(lambda connection: damage(connection, bad, how)).result(10)
    found = listed(chen, open=False)
    assert found.keys() == before.keys()
    assert found[good] == before[good]
    for key in ("home_id", "category", "state", "version", "opened_at", "done_at", "address"):
        assert found[bad][key] == before[bad][key]
    assert found[bad]["cannot_be_shown"]["en"] == WORDS
    assert f"service request {bad} of home {homes[0]} cannot be read" in caplog.text
    assert NAME not in caplog.text
    board = browser.get("/requests").text
    assert f'data-id="{bad}"' in board
    assert f'data-id="{good}"' in board
    detail = chen.get(f"/api/v1/requests/{bad}").json()
    assert detail["timeline"][0]["kind"] == "request_opened", detail
    assert browser.get(f"/requests/{bad}").status_code == 200
    with hub.client("admin") as admin:
        report = admin.get("/api/v1/reports")
        assert report.status_code == 200, report.text


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Store]:
    """Two open requests and two alerts of one home, in a store."""
    home = samples.home()
    requests = tuple(samples.request(home, one) for one in ("bad", "good"))
    alerts = tuple(samples.alert(home, one) for one in ("bad", "good"))
    journal = tuple(
        Entry(EntryKind.REQUEST_OPENED, home.id, at(0), request_id=one.id, data={}) for one in requests
    )
    after = replace(home, requests={one.id: one for one in requests})
    outcome = Outcome(after, alerts=alerts, requests=requests, journal=journal)
    with Store.open(tmp_path / "cell.sqlite", CELL) as store:
        store.commit(samples.enrolled(home))
        store.commit(samples.batch(Effect(2, at(0), home, after, outcome)))
        yield store


@pytest.mark.parametrize("how", DAMAGE)
def test_a_hub_starts_with_an_open_request_that_cannot_be_read(
    kept: Store, tmp_path: Path, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    kept.write(lambda connection: damage(connection, "bad", how))
    (home,) = kept.load().homes.values()
    assert home.requests["good"] == samples.request(home, "good")
    lost = home.requests["bad"]
    assert isinstance(lost, UnreadableRequest)
    assert (lost.state, lost.category.value, lost.version) == (RequestState.NEW, "meals", 1)
    assert NAME not in caplog.text
    with Queries(tmp_path / "cell.sqlite") as queries:
        lines = queries.journal_after(0, 10)
        assert lines is not None
        told = [line.request.id for line in lines if line.request]
        assert told == ["bad", "good"], "a screen that comes back gets both"


@pytest.mark.parametrize("how", DAMAGE)
def test_a_report_counts_what_cannot_be_read_by_its_columns(
    kept: Store, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    def read() -> ReportRows:
        return kept.write(lambda connection: report_rows(connection, at(-60), at(60), at(60)))

    whole = read()
    kept.write(lambda connection: damage(connection, "bad", how))
    kept.write(lambda connection: damage(connection, "bad", how, "alert"))
    found = read()
    assert [one.id for one in found.requests] == [one.id for one in found.alerts] == ["bad", "good"]
    assert (found.requests[1], found.alerts[1]) == (whole.requests[1], whole.alerts[1])
    for one, was in ((found.requests[0], whole.requests[0]), (found.alerts[0], whole.alerts[0])):
        assert (one.home_id, one.opened_at, one.centre_id) == (was.home_id, was.opened_at, was.centre_id)
    assert found.alerts[0].kind is whole.alerts[0].kind
    assert found.requests[0].category is whole.requests[0].category
    assert NAME not in caplog.text
