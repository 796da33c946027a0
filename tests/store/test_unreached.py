"""Whom the newest notifications did not reach: what a failure says of a person, and what only of a channel or an old address."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from hub.core.context import ContactMethod
from hub.core.notifications import Notification, NotifyReason, Template
from hub.core.outcome import DeliveryUpdate
from hub.directory.model import Directory, PersonEntry
from hub.store import directory_rows
from hub.store.outbox import CANCELLED, FAILED, QUEUED, RECEIVED, SENT, OutboxWrites, unreached
from hub.store.store import Store
from tests.store.samples import CELL, at

HOUR = 3600
PEOPLE = ("wang", "zhou", "li")


def person(person_id: str, *addresses: str) -> PersonEntry:
    methods = tuple(ContactMethod(*address.split(":")) for address in addresses)
    return PersonEntry(person_id, person_id, person_id, methods)


DIRECTORY = Directory(CELL, persons=tuple(person(one, f"webhook:{one}-1") for one in PEOPLE))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "unreached.db", CELL)
    yield opened
    opened.close()


Told = tuple[str, str, float]
"""To whom (with channel and address, where it is not the usual one), how it ended, after how many seconds; it was made a second
before."""


def found(store: Store, *told: Told, directory: Directory = DIRECTORY) -> frozenset[str]:
    def lay(connection: Connection) -> frozenset[str]:
        directory_rows.save(connection, directory)
        for number, (to, state, seconds) in enumerate(told):
            person_id, channel, address = to.split(":") if ":" in to else (to, "webhook", f"{to}-1")
            writes = OutboxWrites()
            page = Notification(
                *(f"n{number}", "a", "h", channel, person_id, address, Template.ALERT, NotifyReason.STEP),
                created_at=at(seconds - 1),
                cancel_on_answer=False,
            )
            writes.add(page.created_at, (), (page,), ())
            if state != QUEUED:
                writes.add(at(seconds), (), (), (DeliveryUpdate(page.id, state, 1, None),))
            writes.run(connection)
        return unreached(connection, at(0))

    return store.write(lay)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("zhou", RECEIVED, 10), ("zhou", FAILED, 20)], {"zhou"}),
        ([("zhou", FAILED, 10), ("zhou", SENT, 20)], set()),
        ([("zhou", FAILED, 10), ("zhou", QUEUED, 20)], {"zhou"}),
        ([("zhou", FAILED, 10), ("zhou", CANCELLED, 20)], {"zhou"}),
        ([("zhou", FAILED, -9 * HOUR)], set()),
    ],
    ids=["failed last", "reached since", "one still waits", "one was called off", "long ago"],
)
def test_the_newest_counts_that_came_to_an_end(store: Store, told: list[Told], expected: set[str]) -> None:
    assert found(store, *told) == expected


def test_a_channel_that_reached_nobody_is_no_fault_of_anybodys_telephone(store: Store) -> None:
    """One outage of an hour in the night would otherwise stand against everybody who was told in it, for a week."""
    outage = [(one, FAILED, HOUR + number) for number, one in enumerate(PEOPLE)]
    assert found(store, ("zhou", SENT, 10), *outage) == frozenset()


def test_whom_a_channel_fails_that_reaches_others_is_not_reached(store: Store) -> None:
    told = [("wang", FAILED, 10), ("zhou", SENT, 10.2), ("li", FAILED, 10.4)]
    assert found(store, *told) == {"wang", "li"}


def test_an_address_that_was_corrected_is_not_held_against_anybody(store: Store) -> None:
    corrected = replace(DIRECTORY, persons=(person("zhou", "webhook:zhou-2"),))
    assert found(store, ("zhou", FAILED, 10), directory=corrected) == frozenset()


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("zhou:webhook:zhou-1", FAILED, 10), ("zhou:sms:138", SENT, 11)], set()),
        ([("zhou:sms:138", SENT, 10), ("zhou:webhook:zhou-1", FAILED, 11)], set()),
        ([("zhou:webhook:zhou-1", FAILED, 10), ("zhou:sms:138", FAILED, 11)], {"zhou"}),
        ([("zhou:webhook:zhou-1", FAILED, 10)], set()),
    ],
    ids=["the second", "the first", "neither", "the second was never tried"],
)
def test_who_has_two_ways_is_reached_by_either(store: Store, told: list[Told], expected: set[str]) -> None:
    both = replace(DIRECTORY, persons=(person("zhou", "webhook:zhou-1", "sms:138"),))
    assert found(store, *told, directory=both) == expected


def test_nobody_who_left_the_directory_is_named(store: Store) -> None:
    assert (
        found(store, ("gone", FAILED, 10), ("zhou", SENT, timedelta(hours=1).total_seconds())) == frozenset()
    )
