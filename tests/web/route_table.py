"""The table of all routes (`routes.txt`): read, held against the app's own, and each row asked with every role and scope."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route

from hub.core.events import ActorRole
from hub.store.accounts import add_account, find_account, set_active
from hub.store.store import Connection
from hub.web.access import PERMISSIONS, Permission
from hub.web.parts import allowed
from hub.web.sessions import COOKIE, Session, Sessions, load_secret
from tests.web.running import _HASH
from tests.web.two_homes import Place, Who, World

TABLE = Path(__file__).with_name("routes.txt")
WITHOUT_PERMISSION = frozenset({"open", "loopback", "signed", "any log-in"})
ROUTE = tuple[str, str]
"""Method and path."""


@dataclass(frozen=True, slots=True)
class Row:
    method: str
    path: str
    decision: str
    scope: str

    @property
    def route(self) -> ROUTE:
        return self.method, self.path

    @property
    def is_page(self) -> bool:
        return self.method == "GET" and not self.path.startswith("/api/")


def rows() -> list[Row]:
    """In the table's order."""
    found = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            route, decision, scope = (cell.strip() for cell in line.split("|"))
            method, path = route.split()
            found.append(Row(method, path, decision, scope))
    return found


# --- what the app has -------------------------------------------------------------------------------------------------


def routes(app: FastAPI) -> Iterator[tuple[str, str, frozenset[Permission]]]:
    """Every method, path and the permissions that it asks for."""
    for route in flat(app.routes):
        if isinstance(route, APIRoute):
            for method in sorted(route.methods or ()):
                yield method, route.path, frozenset(_permissions(route.dependant))
        elif isinstance(route, Mount):
            yield "GET", f"{route.path}/{{file}}", frozenset()
        else:
            assert isinstance(route, Route), f"{route} has no path that can be looked at"
            yield "GET", route.path, frozenset()


def flat(found: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Routes of included routers stand in these."""
    for route in found:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from flat(inner.routes)


def _permissions(dependant: Dependant) -> Iterator[Permission]:
    if isinstance(dependant.call, allowed):
        yield dependant.call.permission
    for one in dependant.dependencies:
        yield from _permissions(one)


def disagreements(app: FastAPI) -> list[str]:
    """Where table and app say different things, in words that say what to do."""
    table, found = rows(), list(routes(app))
    decisions = {row.route: row.decision for row in table}
    wrong = [
        f"{row.method} {row.path} stands in {TABLE.name} more than once" for row in _more_than_once(table)
    ]
    for method, path, permissions in found:
        decision = decisions.pop((method, path), None)
        asks_for = "+".join(sorted(permissions))
        if decision is None:
            wrong.append(
                f"{method} {path} has no row: say in tests/web/{TABLE.name} who comes in (its code asks for "
                f"{asks_for or 'no permission'}) and of whose homes, and what to send in tests/web/route_table.py"
            )
        elif decision != asks_for and (permissions or decision not in WITHOUT_PERMISSION):
            wrong.append(f"{method} {path}: {decision} by {TABLE.name}, {asks_for or 'nothing'} by its code")
    return wrong + [f"{method} {path} stands in {TABLE.name} and is no route" for method, path in decisions]


def _more_than_once(table: list[Row]) -> list[Row]:
    return [row for place, row in enumerate(table) if row.route in {one.route for one in table[:place]}]


# --- what is sent -----------------------------------------------------------------------------------------------------

Sent = Callable[[Place], Mapping[str, Any]]
_NEVER = ("2027-01-02T00:00:00Z", "2027-01-01T00:00:00Z")
"""From and until of what does not fit: refused behind the gate, so that everything stays as it is for the next who asks."""
_SPAN = dict(zip(("from_at", "until_at"), _NEVER, strict=True))
_LONG_AGO = {"from_at": "2020-01-01T00:00:00Z", "until_at": "2020-01-02T00:00:00Z"}
_DAYS = {"first": "2027-01-02", "last": "2027-01-01"}
_OLD_VERSION = {"version": 9999}
_KEY = {"idempotency-key": "the-table-of-routes"}


def _json(**body: Any) -> Sent:
    return lambda place: {"json": body}


def _form(**fields: str) -> Sent:
    return lambda place: {"data": fields}


def _shift(place: Place) -> dict[str, Any]:
    shift = {"person_id": place.butler_id, "role": "contact", "starts": "08:00", "ends": "18:00"}
    return shift | {"centre_id": place.centre_id}


def _shift_form(place: Place) -> dict[str, str]:
    fields = {"person": place.butler_id, "role": "contact", "starts": "08:00", "ends": "18:00"}
    return fields | {"centre": place.centre_id, "days": "every_day", "on": "2020-01-01"}


_VERSIONED = _json(**_OLD_VERSION)
SENT: dict[ROUTE, Sent] = {
    ("GET", "/api/v1/alerts"): lambda place: {"params": {"limit": 200}},
    ("GET", "/api/v1/requests"): lambda place: {"params": {"limit": 200}},
    ("GET", "/api/v1/homes"): lambda place: {"params": {"q": place.home_id}},
    ("GET", "/api/v1/devices"): lambda place: {"params": {"q": place.home_id}},
    ("GET", "/api/v1/rejected"): lambda place: {"params": {"limit": 200}},
    ("GET", "/api/v1/people"): lambda place: {"params": {"q": place.contact_id, "show": "all"}},
    ("GET", "/api/v1/roster/week"): lambda place: {"params": {"centre": place.centre_id}},
    ("GET", "/api/v1/changes"): lambda place: {"params": {"by": "admin"}},
    ("GET", "/changes"): lambda place: {"params": {"by": "admin"}},
    ("GET", "/homes"): lambda place: {"params": {"q": place.home_id}},
    ("GET", "/devices"): lambda place: {"params": {"q": place.home_id}},
    ("GET", "/people"): lambda place: {"params": {"q": place.contact_id, "show": "all"}},
    ("GET", "/requests/new"): lambda place: {"params": {"home": place.home_id}},
    ("GET", "/roster"): lambda place: {"params": {"centre": place.centre_id}},
    ("POST", "/api/v1/alerts"): lambda place: {"json": {"home_id": place.home_id}, "headers": _KEY},
    ("POST", "/api/v1/alerts/{alert_id}/acknowledge"): _VERSIONED,
    ("POST", "/api/v1/alerts/{alert_id}/on-the-way"): _VERSIONED,
    ("POST", "/api/v1/alerts/{alert_id}/on-site"): _VERSIONED,
    ("POST", "/api/v1/alerts/{alert_id}/ambulance"): _VERSIONED,
    ("POST", "/api/v1/alerts/{alert_id}/resolve"): _json(
        **_OLD_VERSION, what_it_was="illness", what_was_done="ambulance"
    ),
    ("POST", "/api/v1/alerts/{alert_id}/who"): _VERSIONED,
    ("POST", "/api/v1/alerts/{alert_id}/where"): lambda place: {
        "json": _OLD_VERSION | {"home_id": place.home_id}
    },
    ("POST", "/api/v1/alerts/{alert_id}/notes"): _json(note="seen"),
    ("POST", "/api/v1/requests"): lambda place: {
        "json": {"home_id": place.home_id, "category": "cleaning"},
        "headers": _KEY,
    },
    ("POST", "/api/v1/requests/{request_id}/move"): _json(**_OLD_VERSION, state="done"),
    ("POST", "/api/v1/requests/{request_id}/accept"): _VERSIONED,
    ("POST", "/api/v1/homes/{home_id}/away"): _json(kind="hospital", **_LONG_AGO),
    ("POST", "/api/v1/homes/{home_id}/care-card"): _json(reason="data"),
    ("POST", "/homes/{home_id}/care-card"): _form(reason="data"),
    ("POST", "/api/v1/enrol/homes"): lambda place: {
        "json": {"region_id": place.region_id, "centre_id": place.centre_id, "flat": "9-9-9999"}
    },
    ("POST", "/api/v1/enrol/homes/{home_id}/elders"): lambda place: {
        "json": {"id": place.elder_id, "name": "谁", "call_name": "谁"}
    },
    ("POST", "/api/v1/enrol/homes/{home_id}/rooms"): _json(kind="balcony"),
    ("POST", "/api/v1/enrol/homes/{home_id}/devices"): lambda place: {
        "json": {"id": place.device_id, "kind": "button", "room_id": "nowhere"}
    },
    ("POST", "/api/v1/devices/{device_id}/move"): lambda place: {
        "json": {"home_id": place.home_id, "room_id": "nowhere"}
    },
    ("POST", "/api/v1/enrol/passwords"): lambda place: {"json": {"device_ids": [place.device_id]}},
    ("POST", "/api/v1/homes/{home_id}/residents/{elder_id}/membership"): _json(to="paused", **_LONG_AGO),
    ("POST", "/api/v1/people"): _json(name="某人"),
    ("PUT", "/api/v1/people/{person_id}"): _json(name="某人"),
    ("POST", "/api/v1/people/{person_id}/leave"): _json(until_at="2020-01-01T00:00:00Z"),
    ("POST", "/api/v1/roster/shifts"): lambda place: {"json": _shift(place)},
    ("PUT", "/api/v1/roster/shifts/{shift_id}"): lambda place: {"json": _shift(place)},
    ("POST", "/api/v1/roster/dated-shifts"): lambda place: {"json": _shift(place) | {"on": "2020-01-01"}},
    ("POST", "/api/v1/roster/leaves"): lambda place: {"json": {"person_id": place.butler_id} | _SPAN},
    ("POST", "/api/v1/roster/covers"): lambda place: {
        "json": {"covered_id": place.butler_id, "by_id": place.butler_id} | _SPAN
    },
    ("POST", "/api/v1/roster/covers/{cover_id}/confirm-by-telephone"): _json(person_id="nobody"),
    ("PUT", "/api/v1/roster/holidays/{on}"): _json(day_type="rest_day"),
    ("PUT", "/api/v1/roster/centres/{centre_id}/openings"): lambda place: {
        "json": [{"opens": "08:00", "closes": "08:00", "days": "every_day"}]
    },
    ("PUT", "/api/v1/roster/centres/{centre_id}/special-hours/{on}"): lambda place: {
        "json": [{"opens": "08:00", "closes": "08:00"}]
    },
    ("POST", "/requests/new"): lambda place: {
        "data": {"home_id": place.home_id, "key": "the-table-of-routes", "category": "cleaning"}
    },
    ("POST", "/requests/{request_id}/move"): _form(version="9999", state="done"),
    ("POST", "/requests/{request_id}/accept"): _form(version="9999"),
    ("POST", "/enrol"): lambda place: {
        "data": {"region_id": place.region_id, "centre_id": place.centre_id, "flat": "9-9-9998"}
    },
    ("POST", "/enrol/{home_id}/elder"): lambda place: {
        "data": {"id": place.elder_id, "name": "谁", "call_name": "谁"}
    },
    ("POST", "/enrol/{home_id}/room"): _form(kind="balcony"),
    ("POST", "/enrol/{home_id}/device"): lambda place: {
        "data": {"id": place.device_id, "kind": "button", "room_id": "nowhere"}
    },
    ("POST", "/enrol/{home_id}/move"): lambda place: {"data": {"id": place.device_id, "room_id": "nowhere"}},
    ("POST", "/enrol/{home_id}/recover"): lambda place: {"data": {"id": place.device_id}},
    ("POST", "/enrol/{home_id}/credentials"): lambda place: {"data": {"id": place.device_id}},
    ("POST", "/homes/{home_id}/life/membership"): lambda place: {
        "data": {"elder": place.elder_id, "to": "paused", "until_at": "2020-01-01T00:00"}
    },
    ("POST", "/homes/{home_id}/life/away"): _form(
        kind="hospital", from_at="2020-01-01T00:00", until_at="2020-01-02T00:00"
    ),
    ("POST", "/api/v1/homes/{home_id}/key-tests/passed"): _json(alert_id="no-such-alert"),
    ("POST", "/key-tests/{home_id}/passed"): _form(alert_id="no-such-alert"),
    ("POST", "/api/v1/homes/{home_id}/silences"): _json(of="devices", reason="maintenance", **_SPAN),
    ("POST", "/homes/{home_id}/silences"): _form(
        of="devices", reason="maintenance", from_at="2027-01-02T00:00", until_at="2027-01-01T00:00"
    ),
    ("PUT", "/api/v1/homes/{home_id}/rules/{rule}"): _json(values={}, why="trial"),
    ("POST", "/homes/{home_id}/rules/{rule}"): _form(limit="much", why="trial"),
    ("POST", "/tokens"): _form(role="nobody"),
    ("POST", "/people"): _form(name="某人"),
    ("POST", "/people/{person_id}"): _form(name="某人"),
    ("POST", "/people/{person_id}/leave"): _form(until_at="2020-01-01"),
    ("POST", "/roster/leave"): lambda place: {"data": {"person": place.butler_id, "kind": "planned"} | _DAYS},
    ("POST", "/roster/cover"): lambda place: {
        "data": {"covered": place.butler_id, "by": place.butler_id, "other": place.butler_id}
        | {"takes": "everything"}
        | _DAYS
    },
    ("POST", "/roster/cover/{cover_id}/confirm-by-telephone"): _form(person="nobody"),
    ("POST", "/roster/shift"): lambda place: {"data": _shift_form(place)},
    ("POST", "/roster/dated"): lambda place: {"data": _shift_form(place)},
    ("POST", "/roster/holiday"): _form(on="2027-01-01", day_type="rest_day"),
    ("POST", "/roster/openings"): lambda place: {
        "data": {"centre": place.centre_id} | {"days-0": "every_day", "opens-0": "08:00", "closes-0": "08:00"}
    },
    ("POST", "/roster/special"): lambda place: {
        "data": {"centre": place.centre_id, "on": "2027-01-01", "opens": "08:00", "closes": "08:00"}
    },
    ("POST", "/roster/special/{on}/clear"): lambda place: {"data": {"centre": place.centre_id}},
}
"""Of routes whose scope is in the body, or that look at a body before they ask about the scope."""


def _path(row: Row, place: Place) -> str:
    about = {
        **{name: getattr(place, name) for name in Place.__slots__},
        **({"shift_id": place.dated_id} if "dated" in row.path else {}),
        "person_id": place.contact_id,
        "on": "2027-01-01",
        "file": "app.css",
    }
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: about.get(found[1], "nothing"), row.path)


# --- what comes of it -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Proof:
    """How many answers were looked at, and those that are not as the table says."""

    checked: int = 0
    wrong: list[str] = field(default_factory=list)

    def expect(self, right: bool, who: str, row: Row, answer: httpx.Response, expected: str) -> None:
        self.checked += 1
        if not right:
            said = f"{row.method} {row.path} as {who}: {answer.status_code}, expected {expected}"
            self.wrong.append(said)


def prove(world: World, table: Iterable[Row] | None = None) -> Proof:
    """Ask every row: without a log-in, with one that was disabled, from another site, and with every role and scope. Who sees
    everything asks last: what they end is still there for all others."""
    proof, table = Proof(), list(rows() if table is None else table)
    with ExitStack() as stack:
        nobody = stack.enter_context(world.hub.client(None, headers=_OWN_PAGES))
        gone = stack.enter_context(_browser(world, _disabled(world)))
        for row in table:
            _without_a_log_in(proof, world, row, nobody, "nobody")
            _without_a_log_in(proof, world, row, gone, "a disabled log-in")
            _from_another_site(proof, world, row)
    for who in sorted(world.logins, key=lambda one: one[1] == "everything"):
        with _browser(world, world.logins[who]) as client:
            for row in table:
                if row.path == "/logout":
                    with _browser(world, world.logins[who]) as another:
                        _with_a_log_in(proof, world, row, another, who)
                else:
                    _with_a_log_in(proof, world, row, client, who)
    return proof


_OWN_PAGES = {"sec-fetch-site": "same-origin", "accept-encoding": "identity"}


def _browser(world: World, login: str) -> httpx.Client:
    """A client with the session cookie of a log-in, made without its password."""
    sessions = Sessions(load_secret(world.hub.settings.data_dir), timedelta(hours=1))
    cookie = sessions.write(Session(login, 1, world.hub.clock.now()))
    return world.hub.client(None, cookies={COOKIE: cookie}, headers=_OWN_PAGES)


def _disabled(world: World) -> str:
    """Of an administrator who is one no more."""
    now = world.hub.clock.now()

    def write(connection: Connection) -> None:
        if find_account(connection, "was-here") is None:
            add_account(connection, "was-here", "was-here", ActorRole.ADMINISTRATOR, _HASH, now)
        set_active(connection, "was-here", False)

    world.hub.engine.write(write).result(10)
    return "was-here"


def _ask(
    world: World, client: httpx.Client, row: Row, place: Place, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """The answer, read; of the live stream what there is up to the first sign of life."""
    sent = dict(SENT[row.route](place)) if row.route in SENT else {}
    accept = {"accept": "text/html"} if not row.path.startswith("/api/") else {}
    sent["headers"] = {**accept, **sent.get("headers", {}), **(headers or {})}
    if row.path == "/api/v1/events":
        sent["params"] = {"after": world.before}
    with client.stream(row.method, _path(row, place), **sent) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
            return answer
        seen = itertools.takewhile(lambda line: not line.startswith(":"), answer.iter_lines())
        return httpx.Response(answer.status_code, text="\n".join(seen))


def _without_a_log_in(proof: Proof, world: World, row: Row, client: httpx.Client, who: str) -> None:
    elsewhere = {"x-forwarded-for": "203.0.113.7"}
    answer = _ask(world, client, row, world.inside, elsewhere)
    if row.decision == "open":
        proof.expect(answer.status_code < 500 and answer.status_code != 401, who, row, answer, "an answer")
    elif row.decision == "signed":
        proof.expect(answer.status_code in {401, 403, 422}, who, row, answer, "no answer without a signature")
    elif row.is_page:
        led = answer.status_code == 303 and answer.headers["location"].startswith("/login")
        proof.expect(led, who, row, answer, "the log-in page")
    else:
        proof.expect(answer.status_code == 401, who, row, answer, "401")
    if row.decision == "loopback":
        answer = _ask(world, client, row, world.inside)
        proof.expect(answer.status_code == 200, who, row, answer, "an answer on this machine")


def _from_another_site(proof: Proof, world: World, row: Row) -> None:
    """Another site lets an administrator's browser send something, with the cookie: refused, and so is a silent browser."""
    if row.method == "GET" or row.decision == "signed":
        return
    with _browser(world, world.logins["administrator", "everything"]) as client:
        for site in ("cross-site", "same-site", None):
            client.headers.pop("sec-fetch-site", None)
            answer = _ask(world, client, row, world.inside, {"sec-fetch-site": site} if site else {})
            refused = answer.status_code == 403 and "other_origin" in answer.text
            proof.expect(refused, f"an administrator's browser ({site})", row, answer, "403 other_origin")


def _with_a_log_in(proof: Proof, world: World, row: Row, client: httpx.Client, who: Who) -> None:
    role, scope = who
    name, everything = " ".join(who), scope == "everything"
    if row.decision in {"open", "loopback", "any log-in", "signed"}:
        answer = _ask(world, client, row, world.inside)
        fine = answer.status_code < 500 and (row.decision == "signed" or answer.status_code not in {401, 403})
        proof.expect(fine, name, row, answer, "an answer")
        return
    wanted = {Permission(one) for one in row.decision.split("+")}
    may = wanted <= PERMISSIONS[ActorRole(role)]
    general, _, special = row.scope.partition("; ")
    how, _, what = (f"- {special}" if scope == special.split(":")[0] else general).partition(" ")
    if how == "only":
        may = may and scope in what.split()
    for place in (world.inside, world.outside):
        if place is world.outside and how in {"-", "only"}:
            return
        answer = _ask(world, client, row, place)
        inside = place is world.inside or everything
        if not may or (how == "of" and not inside):
            proof.expect(answer.status_code == 403, name, row, answer, "403")
            continue
        let_in = answer.status_code not in {401, 403} and answer.status_code < 500
        if row.method == "GET" and how != "-":
            let_in = let_in and answer.status_code == 200
        proof.expect(let_in, f"{name} ({'in' if inside else 'out of'} scope)", row, answer, "an answer")
        if how == "lists" and what:
            listed = _marker(row, what, place) in answer.text
            proof.expect(listed is inside, name, row, answer, f"{what} listed: {inside}")
        if not everything and place is world.inside:
            leaked = [one for one in _ids(world.outside) if one in answer.text]
            proof.expect(not leaked, name, row, answer, f"nothing from outside, not {leaked}")


def _marker(row: Row, what: str, place: Place) -> str:
    """What only stands there where the thing is shown: a page repeats what was searched for."""
    found = place.contact_id if what == "person" else str(getattr(place, f"{what}_id"))
    return f"/{found}" if what in {"home", "person"} and (row.is_page or "rejected" in row.path) else found


def _ids(place: Place) -> tuple[str, ...]:
    return place.home_id, place.alert_id, place.request_id, place.elder_id, place.device_id
