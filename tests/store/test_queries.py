"""What screens ask for, they get: filtered, in pages without gaps, beside a running writer."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hub.core.alerts import (
    Alert,
    AlertKind,
    AlertState,
    Severity,
    WhatItWas,
    WhatWasDone,
    acknowledge,
    resolve,
)
from hub.core.home import DeviceState, Home, Resident
from hub.core.journal import Entry, EntryKind
from hub.core.outcome import DeliveryUpdate, Outcome, Reading
from hub.core.service_requests import RequestState
from hub.store.errors import StoreMissing
from hub.store.queries import Queries
from hub.store.store import Batch, Effect, Failure, Rejection, Retention, Store
from hub.store.views import MinuteReading, RejectedMessage
from tests.store import samples
from tests.store.samples import CELL, at, batch, changed, enrolled, message, pressed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a cell?.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, CELL) as opened:
        yield opened


@pytest.fixture
def queries(store: Store, path: Path) -> Iterator[Queries]:
    with Queries(path) as opened:
        yield opened


def raised(home: Home, alert: Alert, seq: int) -> Effect:
    after = replace(home, alerts={**home.alerts, alert.id: alert})
    entry = Entry(EntryKind.ALERT_TRIGGERED, home.id, alert.opened_at, alert.id)
    return Effect(seq, alert.opened_at, home, after, Outcome(after, alerts=(alert,), journal=(entry,)))


@pytest.fixture
def town(store: Store) -> dict[str, Home]:
    """Two homes in two centres: four alerts of which one is resolved and one held, and two requests."""
    first = samples.home("home-1", centre_id="fuhua")
    second = samples.home("home-2", centre_id="daxue")
    resident = Resident("r-2", "Zhou Wei", "周师傅")
    second = replace(
        second, profile=replace(second.profile, address="大学路 100% 小区", residents=(resident,))
    )
    store.commit(enrolled(first, second))
    one = pressed(first, "a-1", 2)
    two = raised(second, replace(samples.alert(second, "a-2", 10), kind=AlertKind.FALL), 3)
    three = raised(one.after, samples.alert(first, "a-3", 20, Severity.TECHNICAL), 4)
    four = raised(two.after, samples.alert(second, "a-4", 30, Severity.URGENT), 5)
    held = changed(
        three.after,
        acknowledge(one.outcome.alerts[0], "p-wang", at(40)),
        *(EntryKind.ALERT_ACKNOWLEDGED, 6, 40.0),
    )
    done = resolve(two.outcome.alerts[0], "op-1", at(50), WhatItWas.FALL_UNHURT, WhatWasDone.ON_SITE)
    closed = changed(four.after, done, EntryKind.ALERT_RESOLVED, 7, 50, "op-1")
    asked = samples.request(first, "q-1", 60)
    served = replace(samples.request(second, "q-2", 61), state=RequestState.DONE)
    with_request = replace(held.after, requests={"q-1": asked})
    opened = Entry(EntryKind.REQUEST_OPENED, "home-1", at(60), request_id="q-1")
    requests = (
        Effect(
            *(8, at(60), held.after, with_request),
            Outcome(with_request, requests=(asked,), journal=(opened,)),
        ),
        Effect(9, at(61), closed.after, closed.after, Outcome(closed.after, requests=(served,))),
    )
    store.commit(batch(one, two, three, four, held, closed, *requests))
    return {"home-1": with_request, "home-2": closed.after}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["a-4", "a-3", "a-2", "a-1"]),
        ({"is_open": True}, ["a-4", "a-3", "a-1"]),
        ({"is_open": False}, ["a-2"]),
        ({"states": [AlertState.ACKNOWLEDGED, AlertState.RESOLVED]}, ["a-2", "a-1"]),
        ({"severities": [Severity.URGENT, Severity.TECHNICAL]}, ["a-4", "a-3"]),
        ({"kinds": [AlertKind.FALL]}, ["a-2"]),
        ({"home_id": "home-1"}, ["a-3", "a-1"]),
        ({"centre_id": "daxue"}, ["a-4", "a-2"]),
        ({"centre_id": "daxue", "is_open": True}, ["a-4"]),
        ({"search": "周师傅"}, ["a-4", "a-2"]),
        ({"search": "ZHOU"}, ["a-4", "a-2"]),
        ({"search": "福华街"}, ["a-3", "a-1"]),
        ({"search": "100%"}, ["a-4", "a-2"]),
        ({"search": "1_0"}, []),
        ({"search": "a-3"}, ["a-3"]),
        ({"limit": 2}, ["a-4", "a-3"]),
        ({"limit": 2, "before": "a-3"}, ["a-2", "a-1"]),
        ({"is_open": True, "before": "a-3"}, ["a-1"]),
        ({"before": "never-was"}, []),
    ],
    ids=str,
)
def test_alerts(queries: Queries, town: dict[str, Home], asked: dict[str, Any], found: list[str]) -> None:
    assert [alert.id for alert in queries.list_alerts(**asked)] == found


def test_an_alert_with_what_happened_in_order(queries: Queries, town: dict[str, Home]) -> None:
    detail = queries.alert("a-1")
    assert detail is not None
    assert detail.alert == town["home-1"].alerts["a-1"]
    assert [line.entry.kind for line in detail.timeline] == [
        EntryKind.ALERT_TRIGGERED,
        EntryKind.NOTIFICATION_QUEUED,
        EntryKind.ALERT_ACKNOWLEDGED,
    ]
    assert [line.number for line in detail.timeline] == [1, 2, 6]
    assert detail.timeline[2].entry == Entry(
        EntryKind.ALERT_ACKNOWLEDGED, "home-1", at(40), "a-1", by="p-wang", data={"地点": "床头", "step": 1}
    )
    assert queries.alert("a-0") is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["q-2", "q-1"]),
        ({"states": [RequestState.NEW]}, ["q-1"]),
        ({"centre_id": "daxue"}, ["q-2"]),
        ({"search": "赵阿姨"}, ["q-1"]),
        ({"before": "q-2"}, ["q-1"]),
    ],
    ids=str,
)
def test_requests(queries: Queries, town: dict[str, Home], asked: dict[str, Any], found: list[str]) -> None:
    assert [request.id for request in queries.list_requests(**asked)] == found


def test_a_request_with_what_happened(queries: Queries, town: dict[str, Home]) -> None:
    detail = queries.request("q-1")
    assert detail is not None
    assert detail.request == town["home-1"].requests["q-1"]
    assert [line.entry.kind for line in detail.timeline] == [EntryKind.REQUEST_OPENED]
    assert queries.request("q-0") is None


def test_homes(queries: Queries, town: dict[str, Home]) -> None:
    found = queries.list_homes()
    assert [(home.home_id, home.open_alerts, home.unjudged) for home in found] == [
        ("home-1", 2, False),
        ("home-2", 1, False),
    ]
    assert found[1].profile == town["home-2"].profile
    assert [home.home_id for home in queries.list_homes(search="周师傅")] == ["home-2"]
    assert [home.home_id for home in queries.list_homes(search="button-1")] == ["home-1", "home-2"]
    assert [home.home_id for home in queries.list_homes(search="address")] == []
    assert [home.home_id for home in queries.list_homes(limit=1, after="home-1")] == ["home-2"]


def test_one_home_whole(queries: Queries, town: dict[str, Home]) -> None:
    assert queries.home("home-1") == town["home-1"]
    assert queries.home("home-2") == town["home-2"]
    assert queries.home("home-3") is None


def test_devices_with_what_is_known_of_them(queries: Queries, store: Store) -> None:
    home = replace(samples.home(), devices={"mat-1": samples.home().devices["mat-1"]})
    store.commit(enrolled(home, samples.home("home-2")))
    assert [(view.device.id, view.state) for view in queries.devices("home-1")] == [
        ("button-1", DeviceState()),
        ("mat-1", home.devices["mat-1"]),
    ]
    assert {view.home_id for view in queries.devices()} == {"home-1", "home-2"}


def test_the_stream_resumes_without_a_gap(queries: Queries, town: dict[str, Home]) -> None:
    lines = queries.journal_after(0, 1000)
    assert lines is not None
    assert [line.number for line in lines] == list(range(1, 9))
    collected, number = [], 0
    while some := queries.journal_after(number, 3):
        collected += some
        number = some[-1].number
    assert collected == lines
    assert queries.journal_after(8) == []
    assert lines[0].alert == town["home-1"].alerts["a-1"]
    assert lines[7].request == town["home-1"].requests["q-1"]
    assert (queries.journal_range().oldest, queries.journal_range().newest) == (1, 8)


def test_the_stream_says_when_lines_are_gone(queries: Queries, store: Store, town: dict[str, Home]) -> None:
    samples.keep_running(store, at(35) + Retention().journal)
    store.retain(at(35) + Retention().journal, Retention())
    journal = queries.journal_range()
    assert (journal.oldest, journal.newest) == (6, 8)
    assert queries.journal_after(4) is None
    after = queries.journal_after(5)
    assert after is not None
    assert [line.number for line in after] == [6, 7, 8]
    samples.keep_running(store, at(99) + Retention().journal)
    store.retain(at(99) + Retention().journal, Retention())
    assert (queries.journal_range().oldest, queries.journal_range().newest) == (None, 8)
    assert queries.journal_after(7) is None
    assert queries.journal_after(8) == []


def test_the_journal_of_a_home_page_by_page(queries: Queries, town: dict[str, Home]) -> None:
    newest = queries.journal_of_home("home-1", limit=2)
    assert [line.number for line in newest] == [6, 8]
    assert [line.number for line in queries.journal_of_home("home-1", limit=2, before=6)] == [2, 4]


def test_the_notifications_of_an_alert(queries: Queries, store: Store, town: dict[str, Home]) -> None:
    home = town["home-1"]
    updates = (DeliveryUpdate("a-1-2", "queued", 3, at(200)),)
    store.commit(batch(Effect(10, at(100), home, home, Outcome(home, deliveries=updates))))
    entries = queries.outbox("a-1")
    assert [(entry.notification.id, entry.state, entry.attempts) for entry in entries] == [
        ("a-1-1", "cancelled", 0),
        ("a-1-2", "queued", 3),
    ]
    assert (entries[0].done_at, entries[0].next_attempt_at) == (at(40), None)
    assert (entries[1].done_at, entries[1].next_attempt_at) == (None, at(200))


def test_readings_for_a_chart(queries: Queries, store: Store) -> None:
    minutes = [at(0).replace(minute=31 + n, second=0, microsecond=0) for n in range(5)]
    values = [
        Reading("home-1", "r-1", "heart_rate_bpm", minute + timedelta(seconds=59.9), 70.0 + n)
        for n, minute in enumerate(minutes)
    ]
    others = [
        Reading("home-1", "r-1", "spo2_percent", minutes[1], 97),
        Reading("home-2", "r-1", "heart_rate_bpm", minutes[1], 50),
    ]
    store.save([], [*values, *others], 1, at(400))
    found = queries.readings("home-1", "r-1", "heart_rate_bpm", minutes[1], minutes[3])
    assert found == [MinuteReading(minutes[1], 71, 71, 71, 1), MinuteReading(minutes[2], 72, 72, 72, 1)]


def test_what_could_not_be_read_and_what_failed(queries: Queries, store: Store) -> None:
    rejected = [Rejection(n, at(n), f"care/{n}", b"\xff", "not_json", "byte 0") for n in range(1, 6)]
    store.commit(Batch(at(9), rejections=rejected, failures=[Failure(7, at(7), "home-1", "Traceback")]))
    page = queries.rejected(limit=2)
    assert [message.input_seq for message in page] == [5, 4]
    following = queries.rejected(limit=9, before=page[-1].id)
    assert [one.input_seq for one in following] == [3, 2, 1]
    assert following[0] == RejectedMessage(3, 3, at(3), "care/3", b"\xff", "not_json", "byte 0")
    assert [(one.input_seq, one.home_id, one.traceback) for one in queries.failed()] == [
        (7, "home-1", "Traceback")
    ]


def test_counts(queries: Queries, store: Store, town: dict[str, Home]) -> None:
    unjudged = replace(samples.home("home-3"), unjudged=True)
    store.commit(enrolled(unjudged, seq=10))
    store.commit(Batch(at(0), rejections=[Rejection(11, at(0), "t", b"", "too_large", "")] * 2))
    counts = queries.counts()
    assert counts.open_alerts == {
        (Severity.EMERGENCY, AlertState.ACKNOWLEDGED): 1,
        (Severity.TECHNICAL, AlertState.TRIGGERED): 1,
        (Severity.URGENT, AlertState.TRIGGERED): 1,
    }
    assert (counts.open_requests, counts.outbox_queued, counts.rejected) == (1, 1, {"too_large": 2})
    assert (counts.homes, counts.unjudged_homes) == (3, 1)


def test_an_empty_store_has_nothing_and_says_so(queries: Queries) -> None:
    assert (queries.list_alerts(), queries.list_homes(), queries.rejected()) == ([], [], [])
    assert (queries.journal_range().oldest, queries.journal_range().newest) == (None, 0)
    assert queries.counts().homes == queries.counts().unjudged_homes == 0


def test_readers_change_nothing(queries: Queries, town: dict[str, Home]) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only"):
        queries.read(lambda connection: connection.execute(text("DELETE FROM journal")))
    assert queries.journal_range().newest == 8


def test_a_closed_store_can_still_be_read(path: Path) -> None:
    with Store.open(path, CELL) as store:
        store.commit(enrolled(samples.home()))
    with Queries(path) as queries:
        assert queries.home("home-1") == samples.home()


def test_a_missing_store_is_named(tmp_path: Path) -> None:
    with Queries(tmp_path / "none.sqlite") as queries, pytest.raises(StoreMissing, match=r"none\.sqlite"):
        queries.counts()


def test_many_threads_read_while_one_writes(queries: Queries, store: Store) -> None:
    """Each read sees whole batches: an alert comes with both its journal lines and its notifications."""
    home = samples.home()
    store.commit(enrolled(home))
    wrong: list[str] = []
    reading, done = threading.Barrier(4), threading.Event()

    def read() -> None:
        reading.wait()
        while not done.is_set():
            newest = queries.journal_range().newest
            alerts = queries.counts()
            if newest % 2 or alerts.outbox_queued % 2:
                wrong.append(f"{newest} lines, {alerts.outbox_queued} queued")

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    reading.wait()
    for number in range(60):
        effect = pressed(home, f"a-{number}", number + 2, number)
        store.commit(batch(effect, inputs=[message(number + 2, number)]))
        home = effect.after
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert queries.counts().outbox_queued == 120
