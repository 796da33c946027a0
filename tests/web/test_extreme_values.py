"""No number, date or text in an address makes the hub fail: every GET route is asked with what nobody would type."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
from fastapi.routing import APIRoute

from tests.web.route_table import flat
from tests.web.running import RunningHub

EXTREMES = [
    "99999999999999999999999999",
    "-99999999999999999999999999",
    "9223372036854775807",
    "9223372036854775808",
    "9" * 5000,
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "NaN",
    "1e999",
    "-1",
    "0",
    "",
    "\0",
    "\x7f\u202e\ufffd",
    "%",
    "'",
    "٣",
]
STREAMS = {"/api/v1/events"}
"""Without an end; asked below."""


def questions(hub: RunningHub) -> Iterator[tuple[str, str]]:
    """Each GET route with each of its parameters, those of the path too."""
    for route in flat(hub.app.routes):
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and route.path not in STREAMS:
            yield from ((route.path, name) for name in parameters(route))


def parameters(route: APIRoute) -> set[str]:
    found = {one.alias for one in route.dependant.path_params}
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        found |= {one.alias for one in dependant.query_params}
        waiting += dependant.dependencies
    return found


def asked(client: httpx.Client, path: str, name: str, value: str) -> httpx.Response:
    for part in re.findall(r"{(\w+)(?::\w+)?}", path):
        path = re.sub(r"{" + part + r"(:\w+)?}", quote(value if part == name else "x", safe=""), path)
    return client.get(path, params={name: value}, follow_redirects=False)


def test_no_get_route_fails_by_what_stands_in_its_address(hub: RunningHub) -> None:
    failed = []
    with hub.client("chen") as operator, hub.client("admin") as admin:
        found = list(questions(hub))
        assert len(found) > 40
        for path, name in found:
            for number, value in enumerate(EXTREMES):
                # Who has a scope goes other ways: the two take turns.
                for client in (admin,) if number % 3 else (operator, admin):
                    answer = asked(client, path, name, value)
                    if answer.status_code >= 500:
                        failed.append(f"{path} {name}={value[:40]!r}: {answer.status_code}")
    assert sorted(set(failed)) == []
