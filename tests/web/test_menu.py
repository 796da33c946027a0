"""The menu leads every role only where the role may go. What each route asks for stands in `routes.txt`."""

import re

import pytest

from hub.core.events import ActorRole
from hub.store.accounts import add_account
from hub.store.store import Connection
from hub.web.access import LOG_IN_ROLES, SCOPES
from tests.web.running import _HASH, RunningHub

pytestmark = pytest.mark.slow


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


def test_the_menu_leads_only_where_the_role_may_go(hub: RunningHub, everybody: dict[ActorRole, str]) -> None:
    for role, login in everybody.items():
        with hub.client(login, headers={"accept": "text/html"}, follow_redirects=True) as client:
            page = client.get("/")
            links = re.findall(r'<a href="(/[^"]*)"', page.text[: page.text.index("</header>")])
            for link in dict.fromkeys(links):
                assert client.get(link).status_code == 200, (role, link)
