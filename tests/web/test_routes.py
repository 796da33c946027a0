"""Every route of the app has a row in `routes.txt`, and answers every role and scope, and nobody, as its row says."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import APIRouter

from hub.core.events import ActorRole
from hub.store import change_log
from hub.store.accounts import add_account
from hub.store.change_log import What
from hub.web import visibility
from hub.web.parts import allowed
from tests.web.route_table import disagreements, prove, rows
from tests.web.running import _HASH
from tests.web.two_homes import World, two_homes

pytestmark = pytest.mark.slow

_OFTEN = timedelta(milliseconds=60)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with two_homes(tmp_path_factory.mktemp("routes"), homes=150, heartbeat=_OFTEN) as world:
        yield world


def test_every_route_has_a_row_and_every_row_a_route(world: World) -> None:
    found = disagreements(world.hub.app)
    assert not found, "\n".join(found)


def test_a_new_route_without_a_row_is_told(world: World) -> None:
    router = APIRouter()
    router.add_api_route("/api/v1/diaries/{home_id}", lambda home_id: home_id)
    world.hub.app.router.routes.append(router.routes[0])
    try:
        (told,) = disagreements(world.hub.app)
    finally:
        world.hub.app.router.routes.pop()
    assert told.startswith("GET /api/v1/diaries/{home_id} has no row: say in tests/web/routes.txt")


def test_every_row_is_as_it_says_for_everybody(world: World) -> None:
    proof = prove(world)
    assert proof.checked > 3000
    assert not proof.wrong, "\n".join(proof.wrong)


@pytest.mark.parametrize("path", ["/people", "/api/v1/people"])
def test_a_form_that_may_not_be_sent_is_refused_and_written_down_as_a_call_is(
    world: World, path: str
) -> None:
    def refusals() -> list[str]:
        lines = world.hub.queries.read(lambda connection: change_log.changes(connection, limit=500))
        return [
            line.data["path"] for _, line in lines if line.by == login and line.what is What.ACCESS_REFUSED
        ]

    login = f"region-{path.strip('/').replace('/', '-')}"
    region = world.hub.directory.regions[-1].id
    row = (login, login, ActorRole.DUTY_MANAGER, _HASH, world.hub.clock.now(), "region", region)
    world.hub.engine.write(lambda connection: add_account(connection, *row)).result(10)
    sent = {"json": {"name": "某人"}} if path.startswith("/api/") else {"data": {"name": "某人"}}
    with world.hub.client(login) as client:
        assert client.post(path, **sent).status_code == 403  # type: ignore[arg-type]
    assert refusals() == [path]


def test_a_page_that_forgets_to_ask_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [row for row in rows() if row.route in {("GET", "/homes/{home_id}"), ("GET", "/api/v1/alerts")}]
    with monkeypatch.context() as patch:
        patch.setattr(visibility, "_must_see", lambda *asked: None)
        wrong = prove(world, few).wrong
        assert "GET /homes/{home_id} as butler own: 200, expected 403" in wrong
    with monkeypatch.context() as patch:
        patch.setattr(type(world.hub.app.state.parts.visibility), "homes", lambda self, user: None)
        assert any("alert listed: False" in one for one in prove(world, few).wrong)
    with monkeypatch.context() as patch:
        patch.setattr(allowed, "__call__", lambda self, request: request.state.user)
        assert "GET /api/v1/alerts as supervisor region: 200, expected 403" in prove(world, few).wrong


@pytest.mark.parametrize("named", ["x/login?", "x/static/", "x/api/v1/answers?", "x/healthz#"])
def test_no_name_of_a_host_opens_another_path(world: World, named: str) -> None:
    """The guard asks about the path that is routed, not about one read out of an address that the sender composes."""
    with world.hub.client(None) as client:
        plain = client.get("/api/v1/alerts")
        answer = client.get("/api/v1/alerts", headers={"host": named})
    assert plain.status_code == 401
    assert answer.status_code in {400, 401}, answer.text
