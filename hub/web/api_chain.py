"""The API of the chain: whether everything works that a press needs, link by link."""

import asyncio
from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from hub.clock import wall_now
from hub.core.detection.self_test import Proofs, proofs
from hub.store.errors import StoreError
from hub.web.chain import Link, LinkName, LinkState, links
from hub.web.models import Out
from hub.web.parts import Parts, PartsDep, ViewDevices

router = APIRouter(prefix="/api/v1", tags=["status"])


class LinkOut(Out):
    """One link of the chain from a press to a person."""

    name: LinkName
    state: LinkState
    at: datetime | None = Field(description="The newest proof that it holds, where there is one.")
    since_at: datetime | None = Field(description="When it was first seen broken.")
    details: list[str] = Field(description="What is wrong, in sentences; no personal data.")


class TestCallsOut(Out):
    """Homes by how far their chain has proved itself by a silent test call."""

    __test__ = False

    proven: int = Field(description="A test call came back within the last 26 hours.")
    not_proven: int = Field(description="The last one that came back is older than that.")
    never: int = Field(description="None has come back yet.")
    without: int = Field(description="No device there can make one.")


class ChainOut(Out):
    """The chain as it is now. `holds`: every link that is set up does."""

    holds: bool
    checked_at: datetime
    links: list[LinkOut]
    test_calls: TestCallsOut


@router.get("/chain")
async def read_chain(parts: PartsDep, user: ViewDevices) -> ChainOut:
    """Whether everything works that a press needs. The same for everybody who may see it: it is about no home."""
    return await asyncio.to_thread(chain_of, parts)


def chain_of(parts: Parts) -> ChainOut:
    """Asks hub, store and homes; not for the event loop's thread."""
    health = parts.hub.health()
    problems = [*health.problems, *health.notices]
    try:
        parts.queries.journal_range()
    except StoreError as error:
        problems.append(("store_read", str(error)))
    proven = proofs(parts.hub.homes().values(), parts.hub.now(), parts.hub.context())
    now = wall_now()
    found = links(problems, parts.chain_facts(), proven, now, tells_people=parts.settings.tells_people)
    return ChainOut(
        holds=all(link.state is not LinkState.BROKEN for link in found),
        checked_at=now,
        links=[_out(link) for link in found],
        test_calls=_counts(proven),
    )


def _out(link: Link) -> LinkOut:
    return LinkOut(
        name=link.name, state=link.state, at=link.at, since_at=link.since_at, details=list(link.details)
    )


def _counts(proven: Proofs) -> TestCallsOut:
    return TestCallsOut(
        proven=proven.proven, not_proven=proven.not_proven, never=proven.never, without=proven.without
    )
