"""The whole table of roles, scopes and resources (`who_sees_what.txt`), asked of a running hub row by row: what each log-in sees,
and what it is refused."""

import io
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import openpyxl
import pytest

from hub.core.alerts import Role
from hub.core.context import ContactMethod
from hub.directory.model import Bond, PersonEntry
from hub.store import change_log
from hub.store.accounts import add_account
from hub.store.change_log import What
from hub.web.access import LOG_IN_ROLES, ScopeKind
from tests.web.running import _HASH
from tests.web.test_live import stream
from tests.web.two_homes import WHO, Place, Who, World, two_homes

pytestmark = pytest.mark.slow

TABLE = Path(__file__).with_name("who_sees_what.txt")

_HEAD, *_ROWS = [
    line.split("|")
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
RESOURCES = _HEAD[1].split()
EXPECTED = {
    (tuple(who.split()), resource): cell
    for who, cells in _ROWS
    for resource, cell in zip(RESOURCES, cells.split(), strict=True)
}
ROWS = [tuple(who.split()) for who, _ in _ROWS]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with two_homes(tmp_path_factory.mktemp("who")) as world:
        yield world


@pytest.fixture(scope="module")
def logins(world: World) -> Mapping[Who, str]:
    return world.logins


def status(answer: httpx.Response) -> str:
    """A refusal of another kind (already joined, out of date) comes from behind the gate."""
    assert answer.status_code < 500, answer.text
    return "REFUSED" if answer.status_code == 403 else "yes"


def listed(answer: httpx.Response, found: Callable[[httpx.Response], bool]) -> str:
    return "REFUSED" if answer.status_code == 403 else "yes" if found(answer) else "hidden"


def ask(world: World, client: httpx.Client, resource: str, place: Place) -> str:
    home, alert, request = place.home_id, place.alert_id, place.request_id
    match resource:
        case "home":
            return status(client.get(f"/api/v1/homes/{home}"))
        case "homes":
            return listed(
                client.get("/api/v1/homes?limit=200", params={"q": home}), lambda got: home in got.text
            )
        case "alert":
            return status(client.get(f"/api/v1/alerts/{alert}"))
        case "alerts":
            return listed(client.get("/api/v1/alerts?limit=200"), lambda got: alert in got.text)
        case "take":
            return status(client.post(f"/api/v1/alerts/{alert}/acknowledge", json={"version": 9999}))
        case "raise":
            key = {"idempotency-key": f"who-{client.auth}-{home}"[-40:]}
            return status(client.post("/api/v1/alerts", json={"home_id": home}, headers=key))
        case "request":
            body = {"version": 9999, "state": "done"}
            return status(client.post(f"/api/v1/requests/{request}/move", json=body))
        case "requests":
            return listed(client.get("/api/v1/requests?limit=200"), lambda got: request in got.text)
        case "board":
            return listed(client.get("/requests/board"), lambda got: request in got.text)
        case "open":
            key = {"idempotency-key": f"open-{client.auth}-{home}"[-40:]}
            body = {"home_id": home, "category": "cleaning"}
            return status(client.post("/api/v1/requests", json=body, headers=key))
        case "devices":
            return listed(client.get("/api/v1/devices", params={"q": home}), lambda got: home in got.text)
        case "stream":
            return _in_stream(world, client, home)
        case "page":
            return status(client.get(f"/homes/{home}", headers={"accept": "text/html"}))
        case "ledger":
            return status(client.get("/ledger", headers={"accept": "text/html"}))
        case "report":
            return listed(client.get("/api/v1/reports"), lambda got: place.centre_id in got.text)
        case "export":
            return listed(client.get("/api/v1/reports.xlsx"), lambda got: place.centre_name in _cells(got))
        case "rejected":
            return listed(client.get("/api/v1/rejected?limit=200"), lambda got: f"/{home}/" in got.text)
        case "enrol":
            return status(client.post(f"/api/v1/enrol/homes/{home}/rooms", json={"kind": "balcony"}))
        case "roster":
            return status(client.get("/api/v1/roster/week", params={"centre": place.centre_id}))
        case "shift" | "leave" | "cover" | "decide" | "telephone" | "hours" | "holiday":
            return status(_change_roster(client, resource, place))
        case "lends":
            (keeper,) = {
                shift.person_id
                for shift in world.hub.directory.shifts
                if shift.role is Role.CENTRE_DUTY and shift.centre_id == place.centre_id
            }
            lent = replace(world.inside, butler_id=keeper)
            return status(_change_roster(client, "shift", lent))
        case _:
            return status(client.get(f"/api/v1/{resource}"))


def _change_roster(client: httpx.Client, resource: str, place: Place) -> httpx.Response:
    """What is asked for does not fit, so that it is refused behind the gate and the roster stays as it is."""
    roster, butler, never = (
        "/api/v1/roster",
        place.butler_id,
        ["2027-01-02T00:00:00Z", "2027-01-01T00:00:00Z"],
    )
    span = dict(zip(("from_at", "until_at"), never, strict=True))
    match resource:
        case "shift":
            shift = {"person_id": butler, "role": "contact", "starts": "08:00", "ends": "18:00"}
            return client.post(f"{roster}/shifts", json=shift | {"centre_id": place.centre_id})
        case "leave":
            return client.post(f"{roster}/leaves", json={"person_id": butler} | span)
        case "cover":
            return client.post(f"{roster}/covers", json={"covered_id": butler, "by_id": butler} | span)
        case "decide":
            return client.post(f"{roster}/covers/{place.cover_id}/confirm")
        case "telephone":
            path = f"{roster}/covers/{place.cover_id}/confirm-by-telephone"
            return client.post(path, json={"person_id": "nobody"})
        case "hours":
            same = [{"opens": "08:00", "closes": "08:00", "days": "every_day"}]
            return client.put(f"{roster}/centres/{place.centre_id}/openings", json=same)
        case _:
            return client.delete(f"{roster}/holidays/2027-01-01")


def _in_stream(world: World, client: httpx.Client, home_id: str) -> str:
    if client.get("/api/v1/alerts?limit=1").status_code == 403:
        return "REFUSED" if client.get("/api/v1/events").status_code == 403 else "yes"
    with stream(client, after=world.before) as events:
        seen = {
            event["data"]["home_id"]
            for event in itertools.takewhile(lambda event: event.get("event") != "comment", events)
            if event.get("event") == "journal"
        }
    return "yes" if home_id in seen else "hidden"


def _cells(answer: httpx.Response) -> str:
    book = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)
    return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)


def test_the_table_has_every_role_with_every_scope_that_it_may_have() -> None:
    assert set(ROWS) == set(WHO)


@pytest.mark.parametrize("who", WHO, ids=" ".join)
def test_who_sees_what(world: World, logins: Mapping[Who, str], who: tuple[str, ...]) -> None:
    wrong = []
    with world.hub.client(logins[who]) as client:
        for resource in RESOURCES:
            expected = EXPECTED[who, resource]
            inside = ask(world, client, resource, world.inside)
            outside = ask(world, client, resource, world.outside)
            found = f"{inside}/{outside}" if "/" in expected else inside
            if found != expected or ("/" not in expected and outside != inside):
                wrong.append(f"{resource}: {inside}/{outside}, expected {expected}")
    assert not wrong


def test_each_refusal_stands_in_the_change_log(world: World, logins: Mapping[Who, str]) -> None:
    login = logins["butler", "own"]
    with world.hub.client(login) as client:
        assert client.get(f"/api/v1/alerts/{world.outside.alert_id}").status_code == 403
        # An id that does not exist is no refusal, and nothing that a stranger could fill the log with.
        assert client.get("/api/v1/alerts/A-nothing").status_code == 404
    lines = [
        line
        for _, line in world.hub.queries.read(lambda connection: change_log.changes(connection, limit=500))
        if line.by == login and line.what is What.ACCESS_REFUSED
    ]
    about = {(line.about_kind, line.about_id) for line in lines}
    assert ("alert", world.outside.alert_id) in about
    outside = world.outside
    assert all(
        one[1]
        in {
            *(None, outside.home_id, outside.alert_id, outside.request_id),
            *(outside.centre_id, outside.butler_id, outside.cover_id),
        }
        for one in about
    )


def test_a_script_that_tries_everything_does_not_fill_the_change_log(
    world: World, logins: Mapping[Who, str]
) -> None:
    login = logins["centre_duty", "centre"]
    with world.hub.client(login) as client:
        visible = {one["id"] for one in client.get("/api/v1/homes?limit=200").json()["items"]}
        for home_id in [one for one in world.hub.home_ids() if one not in visible][:60]:
            assert client.get(f"/api/v1/homes/{home_id}").status_code == 403
    lines = world.hub.queries.read(lambda connection: change_log.changes(connection, limit=500))
    refused = [line for _, line in lines if line.by == login and line.what is What.ACCESS_REFUSED]
    assert 10 <= len(refused) <= 20


def test_what_is_outside_is_not_even_counted(world: World, logins: Mapping[Who, str]) -> None:
    with world.hub.client(logins["butler", "own"]) as client:
        homes = client.get("/api/v1/homes?limit=200").json()
        assert 0 < homes["total"] < 60
        assert len(homes["items"]) == homes["total"]
        alerts = client.get("/api/v1/alerts?limit=1").json()
        assert [one["id"] for one in alerts["items"]] == [world.inside.alert_id]


def test_people_are_those_of_the_scope(world: World, logins: Mapping[Who, str]) -> None:
    homes = world.hub.engine.homes()
    mine = homes[world.inside.home_id].profile.people[Role.BUTLER][0]
    other = homes[world.outside.home_id].profile.people[Role.CONTACT][0]
    with world.hub.client(logins["centre_duty", "centre"]) as client:
        listed_ids = {one["id"] for one in client.get("/api/v1/people?show=all&limit=200").json()["items"]}
        assert mine in listed_ids
        assert other not in listed_ids
        assert client.get(f"/api/v1/people/{mine}").json()["homes"] > 0
        assert client.get(f"/api/v1/people/{other}").status_code == 403
        assert client.get(f"/people/{other}", headers={"accept": "text/html"}).status_code == 403
    with world.hub.client(logins["duty_manager", "company"]) as client:
        body = {"name": "别处的人"}
        assert client.put(f"/api/v1/people/{other}", json=body).status_code == 403
        assert client.post(f"/api/v1/people/{other}/leave", json={}).status_code == 403


def test_who_went_to_a_home_elsewhere_is_kept_by_whoever_keeps_that_home(
    world: World, logins: Mapping[Who, str]
) -> None:
    """A number that the former place could change is one that rings for nobody."""
    now = world.hub.clock.now()
    begun, ended = now - timedelta(days=9), now - timedelta(days=1)
    reached = (ContactMethod("webhook", "family"),)
    left, moved = (
        PersonEntry(*one, reached) for one in (("was-here", "从前", "从"), ("went-there", "搬走", "搬"))
    )
    bonds = (
        *(Bond(one.id, Role.CONTACT, begun, ended, world.inside.home_id, rank=9) for one in (left, moved)),
        Bond(moved.id, Role.CONTACT, ended, None, world.outside.home_id, rank=9),
    )
    world.hub.keeper.edit(
        lambda directory: replace(
            directory, persons=(*directory.persons, left, moved), bonds=(*directory.bonds, *bonds)
        ),
        change_log.Change(now, "admin", What.PERSON_CHANGED, "person", moved.id),
    )
    with world.hub.client(logins["duty_manager", "company"]) as client:
        listed_ids = {
            one["id"]
            for name in (left.name, moved.name)
            for one in client.get("/api/v1/people", params={"show": "all", "q": name}).json()["items"]
        }
        assert left.id in listed_ids
        assert moved.id not in listed_ids
        assert client.get(f"/api/v1/people/{left.id}").status_code == 200
        assert client.put(f"/api/v1/people/{moved.id}", json={"name": "别处的人"}).status_code == 403
        assert client.post(f"/api/v1/people/{moved.id}/leave", json={}).status_code == 403


def test_an_installer_reads_no_alert_and_no_door_code_on_a_card(
    world: World, logins: Mapping[Who, str]
) -> None:
    with world.hub.client(logins["installer", "everything"]) as client:
        card = client.get(f"/api/v1/homes/{world.inside.home_id}").json()
        page = client.get(f"/homes/{world.inside.home_id}", headers={"accept": "text/html"}).text
    assert (card["alerts"], card["requests"], card["door_code"], card["door_code_known"]) == (
        [],
        [],
        None,
        False,
    )
    assert world.inside.alert_id not in page


def test_calls_of_unknown_devices_go_to_the_call_centre_only(
    world: World, logins: Mapping[Who, str], tmp_path: Path
) -> None:
    hub = world.hub
    hub.deliver(
        "care/v1/demo/nowhere/stray-1/call",
        b'{"v":1,"boot":1,"seq":1,"uptime_ms":1000,"event_id":"stray-000001","age_ms":0,"action":"emergency"}',
    )
    home = hub.engine.home("unassigned")
    assert home is not None
    (alert_id,) = home.alerts
    seen = {}
    for who, login in logins.items():
        with hub.client(login) as client:
            seen[who] = client.get(f"/api/v1/alerts/{alert_id}").status_code == 200
    assert {who for who, sees in seen.items() if sees} == {
        who for who in WHO if who[0] in {"operator", "duty_manager", "administrator"}
    }


def test_a_scope_that_a_role_may_not_have_shows_nothing(world: World) -> None:
    """As a mistake in the store would leave it: nobody sees more by it."""
    row = (
        "stray",
        "stray",
        next(one for one in LOG_IN_ROLES if one == "butler"),
        _HASH,
        world.hub.clock.now(),
    )
    world.hub.engine.write(
        lambda connection: add_account(connection, *row, ScopeKind.EVERYTHING.value, None, None)
    ).result(10)
    with world.hub.client("stray") as client:
        assert client.get("/api/v1/homes").json()["items"] == []
        assert client.get(f"/api/v1/homes/{world.inside.home_id}").status_code == 403
