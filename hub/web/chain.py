"""The chain from a press to a person, link by link: which holds, which does not, since when. Facts in, links out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from hub.core.detection.self_test import Proofs


class LinkName(StrEnum):
    """In the order of a press's way. Words are `chain.<value>`, what to do about each `chain_help.<value>`."""

    BROKER = "broker"
    ENGINE = "engine"
    STORE = "store"
    PEOPLE = "people"
    AUDITOR = "auditor"
    TEST_CALLS = "test_calls"
    HEARTBEAT = "heartbeat"
    CLOCK = "clock"
    DISK = "disk"
    BACKUP = "backup"
    SUPERVISOR = "supervisor"


class LinkState(StrEnum):
    """Words are `link_state.<value>`."""

    HOLDS = "holds"
    BROKEN = "broken"
    NOT_SET_UP = "not_set_up"
    """Somebody chose to do without: the chain works, and nobody would notice if this part of it did not."""


CODES: Final[Mapping[str, LinkName]] = {
    "mqtt": LinkName.BROKER,
    "broker_memory": LinkName.BROKER,
    "recovering": LinkName.ENGINE,
    "stalled": LinkName.ENGINE,
    "fatal": LinkName.ENGINE,
    "unplaced": LinkName.ENGINE,
    "store": LinkName.STORE,
    "store_read": LinkName.STORE,
    "channel": LinkName.PEOPLE,
    "auditor": LinkName.AUDITOR,
    "clock": LinkName.CLOCK,
    "disk": LinkName.DISK,
    "backup": LinkName.BACKUP,
}
"""Which link a problem of the hub's health breaks; one that is not here breaks the engine."""


@dataclass(frozen=True, slots=True)
class BeatFact:
    """An outside heartbeat: the last that was taken, and why the newest was not."""

    way: str
    sent_at: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """What the process knows beside its health. `since_at`: when each problem was first seen, by its code."""

    since_at: Mapping[str, datetime] = field(default_factory=dict)
    beats: Sequence[BeatFact] = ()
    withheld: str | None = None
    copied_at: datetime | None = None
    copy_every: timedelta = timedelta()
    supervised: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """`at` is the newest proof that it holds, `since_at` when it broke, `details` the sentences of what is wrong."""

    name: LinkName
    state: LinkState
    at: datetime | None = None
    since_at: datetime | None = None
    details: tuple[str, ...] = ()


def links(
    problems: Sequence[tuple[str, str]],
    facts: ChainFacts,
    proofs: Proofs,
    now: datetime,
    *,
    tells_people: bool,
) -> tuple[Link, ...]:
    """Every link once, in order. `now` is the wall clock."""
    broken: dict[LinkName, list[tuple[str, str]]] = {}
    for code, detail in problems:
        broken.setdefault(CODES.get(code, LinkName.ENGINE), []).append((code, detail))
    found = []
    for name in LinkName:
        own = broken.get(name, [])
        link = _own(name, facts, proofs, now, tells_people=tells_people)
        if own:
            since = [facts.since_at[code] for code, _ in own if code in facts.since_at]
            link = Link(
                name, LinkState.BROKEN, link.at, min(since, default=None), tuple(detail for _, detail in own)
            )
        found.append(link)
    return tuple(found)


def _own(name: LinkName, facts: ChainFacts, proofs: Proofs, now: datetime, *, tells_people: bool) -> Link:
    """What is known of a link apart from the problems of the hub's health."""
    match name:
        case LinkName.PEOPLE if not tells_people:
            return Link(name, LinkState.NOT_SET_UP)
        case LinkName.HEARTBEAT:
            return _heartbeat(facts)
        case LinkName.BACKUP:
            return _backup(facts, now)
        case LinkName.SUPERVISOR if not facts.supervised:
            return Link(name, LinkState.NOT_SET_UP)
        case LinkName.TEST_CALLS:
            return _test_calls(proofs)
        case _:
            return Link(name, LinkState.HOLDS)


def _heartbeat(facts: ChainFacts) -> Link:
    name = LinkName.HEARTBEAT
    if not facts.beats:
        return Link(name, LinkState.NOT_SET_UP)
    newest = max((beat.sent_at for beat in facts.beats if beat.sent_at), default=None)
    wrong = tuple(f"{beat.way}: {beat.problem}" for beat in facts.beats if beat.problem)
    if facts.withheld is not None:
        wrong = (facts.withheld,)
    return Link(name, LinkState.BROKEN if wrong else LinkState.HOLDS, newest, None, wrong)


def _backup(facts: ChainFacts, now: datetime) -> Link:
    """A copy is missed when the newest is older than two of the times in which one is due."""
    name = LinkName.BACKUP
    if not facts.copy_every:
        return Link(name, LinkState.NOT_SET_UP)
    late = facts.copied_at is not None and now - facts.copied_at > 2 * facts.copy_every
    return Link(name, LinkState.BROKEN if late else LinkState.HOLDS, facts.copied_at)


def _test_calls(proofs: Proofs) -> Link:
    """A home that never proved itself yet is new; one that did and no longer does is a broken chain."""
    name = LinkName.TEST_CALLS
    if not proofs.proven + proofs.not_proven + proofs.never:
        return Link(name, LinkState.NOT_SET_UP)
    return Link(name, LinkState.BROKEN if proofs.not_proven else LinkState.HOLDS)
