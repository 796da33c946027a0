"""The page of the chain: what holds, what is broken and since when, what nobody set up."""

import html
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from hub.core.detection.self_test import Proofs
from hub.web.chain import CODES, BeatFact, ChainFacts, Link, LinkName, LinkState, links
from tests.web.running import RunningHub

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=7)
PROVEN = Proofs(proven=3, not_proven=0, never=1, without=2)
GOOD = ChainFacts(
    beats=(BeatFact("url", EARLIER, None),),
    copied_at=EARLIER,
    copy_every=timedelta(hours=24),
    supervised=True,
)
NOTHING = ChainFacts()


def chain(
    problems: tuple[tuple[str, str], ...] = (),
    facts: ChainFacts = GOOD,
    proofs: Proofs = PROVEN,
    *,
    tells_people: bool = True,
) -> dict[LinkName, Link]:
    return {link.name: link for link in links(problems, facts, proofs, NOW, tells_people=tells_people)}


def test_where_all_is_well_every_link_holds() -> None:
    assert {link.state for link in chain().values()} == {LinkState.HOLDS}
    assert list(chain()) == list(LinkName)


@pytest.mark.parametrize(("code", "name"), CODES.items())
def test_a_problem_breaks_its_link_and_no_other(code: str, name: LinkName) -> None:
    facts = ChainFacts(
        since_at={code: EARLIER}, beats=GOOD.beats, supervised=True, copy_every=GOOD.copy_every
    )
    found = chain(((code, "what is wrong"),), facts)
    assert [link.name for link in found.values() if link.state is LinkState.BROKEN] == [name]
    assert found[name].details == ("what is wrong",)
    assert found[name].since_at == EARLIER


def test_a_problem_that_nobody_placed_is_not_lost() -> None:
    assert chain((("something new", "what"),))[LinkName.ENGINE].details == ("what",)


@pytest.mark.parametrize(
    ("facts", "name", "state"),
    [
        (NOTHING, LinkName.HEARTBEAT, LinkState.NOT_SET_UP),
        (ChainFacts(beats=(BeatFact("url", EARLIER, "HTTP 500"),)), LinkName.HEARTBEAT, LinkState.BROKEN),
        (ChainFacts(beats=GOOD.beats, withheld="auditor"), LinkName.HEARTBEAT, LinkState.BROKEN),
        (NOTHING, LinkName.BACKUP, LinkState.NOT_SET_UP),
        (ChainFacts(copy_every=timedelta(hours=3)), LinkName.BACKUP, LinkState.HOLDS),
        (
            ChainFacts(copy_every=timedelta(hours=3), copied_at=NOW - timedelta(hours=7)),
            LinkName.BACKUP,
            LinkState.BROKEN,
        ),
        (NOTHING, LinkName.SUPERVISOR, LinkState.NOT_SET_UP),
    ],
)
def test_what_the_process_knows_of_itself(facts: ChainFacts, name: LinkName, state: LinkState) -> None:
    assert chain((), facts)[name].state is state


@pytest.mark.parametrize(
    ("proofs", "state"),
    [
        (Proofs(0, 0, 0, 9), LinkState.NOT_SET_UP),
        (Proofs(0, 0, 9, 0), LinkState.HOLDS),
        (Proofs(9, 1, 0, 0), LinkState.BROKEN),
    ],
)
def test_what_test_calls_say(proofs: Proofs, state: LinkState) -> None:
    assert chain((), GOOD, proofs)[LinkName.TEST_CALLS].state is state


def test_nobody_is_told_where_nobody_set_that_up() -> None:
    assert chain(tells_people=False)[LinkName.PEOPLE].state is LinkState.NOT_SET_UP


@pytest.fixture
def client(hub: RunningHub) -> httpx.Client:
    return hub.client()


def test_the_page_and_the_api_say_the_same(hub: RunningHub, client: httpx.Client) -> None:
    told = client.get("/api/v1/chain").json()
    assert told["holds"] is True
    assert [link["name"] for link in told["links"]] == list(LinkName)
    page = html.unescape(client.get("/chain", headers={"accept": "text/html"}).text)
    assert "整条链路正常" in page
    assert "本系统整个停掉时，外面没有人会知道" in page


def test_what_is_broken_stands_first_with_what_to_do(hub: RunningHub, client: httpx.Client) -> None:
    hub.app.state.parts.chain_facts = lambda: ChainFacts(beats=(BeatFact("url", None, "HTTP 404"),))
    page = html.unescape(client.get("/chain", headers={"accept": "text/html"}).text)
    assert "1 环有问题" in page
    assert page.index("url: HTTP 404") < page.index("三路会话都已连上")
    assert "怎么办：" in page
