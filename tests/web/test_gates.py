"""No page, call, stream or export without a gate: every route of the app names the permission that it needs, and keeps to it."""

import re
from collections.abc import Iterable, Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route

from hub.core.events import ActorRole
from hub.store.accounts import add_account
from hub.store.store import Connection
from hub.web.access import LOG_IN_ROLES, PERMISSIONS, SCOPES, Permission
from hub.web.guard import LOOPBACK_PATHS, OPEN_PATHS, SIGNED_PATHS
from hub.web.parts import allowed
from tests.web.running import _HASH, RunningHub

pytestmark = pytest.mark.slow

ANY_LOG_IN = {"/", "/logout", "/api/v1/accounts/me", "/api/v1/openapi.json"}
"""About oneself, or the same for everybody. `/` leads to the first page that the log-in may open."""
WITHOUT_ROUTES = {"/static"}


def routes(hub: RunningHub) -> Iterator[tuple[str, str, set[Permission]]]:
    """Every method, path and the permissions that it asks for."""
    for route in _flat(hub.app.routes):
        if isinstance(route, APIRoute):
            for method in sorted(route.methods or ()):
                yield method, route.path, set(_permissions(route.dependant))
        elif isinstance(route, Mount):
            assert route.path in WITHOUT_ROUTES
        else:
            assert isinstance(route, Route), f"{route} has no path that can be looked at"
            yield "GET", route.path, set()


def _flat(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Routes of included routers stand in these."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from _flat(inner.routes)


def _permissions(dependant: Dependant) -> Iterator[Permission]:
    if isinstance(dependant.call, allowed):
        yield dependant.call.permission
    for one in dependant.dependencies:
        yield from _permissions(one)


def test_every_route_has_a_gate(hub: RunningHub) -> None:
    without = OPEN_PATHS | SIGNED_PATHS | LOOPBACK_PATHS | ANY_LOG_IN
    found = list(routes(hub))
    assert len(found) > 30
    open_by_mistake = [
        f"{method} {path}" for method, path, permissions in found if not permissions and path not in without
    ]
    assert not open_by_mistake, f"add allowed(Permission...) to: {', '.join(open_by_mistake)}"
    gated_and_open = [path for _, path, permissions in found if permissions and path in without - {"/"}]
    assert not gated_and_open


@pytest.fixture(scope="module")
def everybody(hub: RunningHub) -> dict[ActorRole, str]:
    """A log-in of each role."""
    now = hub.clock.now()
    made = {role: f"gate-{role.value.replace('_', '-')}" for role in LOG_IN_ROLES}

    def add(connection: Connection) -> None:
        for role, login in made.items():
            add_account(connection, login, login, role, _HASH, now, SCOPES[role][0].value, "x", None)

    hub.engine.write(add).result(10)
    return made


@pytest.mark.parametrize("role", LOG_IN_ROLES)
def test_a_role_comes_through_its_own_gates_only(
    hub: RunningHub, everybody: dict[ActorRole, str], role: ActorRole
) -> None:
    """All routes, asked with ids that do not exist: what the role may not do is 403 before anything else is looked at."""
    wrong = []
    with hub.client(everybody[role]) as client:
        for method, path, permissions in routes(hub):
            if not permissions or path == "/api/v1/events":
                continue
            answer = client.request(method, re.sub(r"\{[^}]+\}", "nothing", path))
            may = permissions <= PERMISSIONS[role]
            if (answer.status_code == 403) is may:
                wrong.append(f"{method} {path}: {answer.status_code}, but may is {may}")
    assert not wrong


def test_the_menu_leads_only_where_the_role_may_go(hub: RunningHub, everybody: dict[ActorRole, str]) -> None:
    for role, login in everybody.items():
        with hub.client(login, headers={"accept": "text/html"}, follow_redirects=True) as client:
            page = client.get("/")
            links = re.findall(r'<a href="(/[^"]*)"', page.text[: page.text.index("</header>")])
            for link in dict.fromkeys(links):
                assert client.get(link).status_code == 200, (role, link)
