"""A duty manager reads what was done in its scope, every kind of change of it, and nothing of anybody else's."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from hub.core.events import ActorRole
from hub.core.home import Home
from hub.store import change_log
from hub.store.accounts import add_account
from hub.store.change_log import Change, What
from tests.web.running import _HASH, PASSWORD, RunningHub

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Side:
    """A company with a home, its people and its places."""

    company_id: str
    centre_id: str
    region_id: str
    home_id: str
    elder_id: str
    device_id: str
    helper_id: str
    room_id: str

    @property
    def manager(self) -> str:
        return f"manager-{self.company_id}"

    @property
    def region_manager(self) -> str:
        return f"manager-{self.region_id}"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("changes"), homes=400) as running:
        yield running


@pytest.fixture(scope="module")
def sides(hub: RunningHub) -> tuple[Side, Side]:
    """Two companies whose homes share neither community nor carers, each with duty managers."""
    homes = [home for home in hub.engine.homes().values() if home.id in hub.home_ids()[12:]]
    homes = [home for home in homes if home.profile.devices]
    for one, other in itertools.permutations(homes, 2):
        if one.profile.company_id != other.profile.company_id:
            found = _side(hub, one), _side(hub, other)
            break
    else:
        raise AssertionError("the demo has no two homes so far apart")
    now = hub.clock.now()
    with hub.client("admin") as admin:
        for side in found:
            # The demo's own people work for both companies.
            helper: dict[str, Any] = {"id": side.helper_id, "name": "助老", "company_id": side.company_id}
            helper |= {"methods": [{"channel": "webhook", "address": side.helper_id}]}
            assert admin.post("/api/v1/people", json=helper).status_code == 201
            assert _shift(hub, admin, side, "05:00").status_code == 201
    for side in found:
        for login, kind, of in (
            (side.manager, "company", side.company_id),
            (side.region_manager, "region", side.region_id),
        ):
            add = partial(
                add_account,
                login=login,
                name=login,
                role=ActorRole.DUTY_MANAGER,
                password_hash=_HASH,
                now=now,
                scope_kind=kind,
                scope_id=of,
            )
            hub.engine.write(add).result(10)
    return found


def _side(hub: RunningHub, home: Home) -> Side:
    profile = home.profile
    assert profile.company_id is not None
    assert profile.centre_id is not None
    return Side(
        *(profile.company_id, profile.centre_id, profile.regions[-2], home.id, profile.residents[0].id),
        *(next(iter(profile.devices)), f"helper-{profile.company_id}"),
        next(room.id for room in hub.directory.rooms if room.home_id == home.id),
    )


def day(hub: RunningHub, days: int) -> str:
    return (hub.clock.now() + timedelta(days=days)).isoformat()


Make = Callable[[RunningHub, httpx.Client, Side], httpx.Response | None]


def _shift(hub: RunningHub, admin: httpx.Client, side: Side, starts: str = "02:00") -> httpx.Response:
    body = {
        "person_id": side.helper_id,
        "role": "centre_duty",
        "weekdays": [0],
        "starts": starts,
        "ends": "06:00",
        "centre_id": side.centre_id,
    }
    return admin.post("/api/v1/roster/shifts", json=body)


def _leave(hub: RunningHub, admin: httpx.Client, side: Side) -> httpx.Response:
    body = {
        "person_id": side.helper_id,
        "from_at": day(hub, 30),
        "until_at": day(hub, 31),
        "kind": "planned",
    }
    return admin.post("/api/v1/roster/leaves", json=body)


def _membership(hub: RunningHub, admin: httpx.Client, side: Side) -> httpx.Response:
    body = {"to": "paused", "until_at": day(hub, 3)}
    return admin.post(f"/api/v1/homes/{side.home_id}/residents/{side.elder_id}/membership", json=body)


def _account(hub: RunningHub, admin: httpx.Client, side: Side) -> httpx.Response:
    body = {
        "login": f"op-{side.company_id}",
        "name": "坐席",
        "role": "operator",
        "scope": {"kind": "company", "id": side.company_id},
        "password": PASSWORD,
    }
    return admin.post("/api/v1/accounts", json=body)


def _person(hub: RunningHub, admin: httpx.Client, side: Side) -> httpx.Response:
    known = admin.get(f"/api/v1/people/{side.helper_id}").json()
    body = {key: known[key] for key in ("name", "surname", "methods")} | {
        "phone": "0371-5550199",
        "company_id": side.company_id,
    }
    return admin.put(f"/api/v1/people/{side.helper_id}", json=body)


def _refused(hub: RunningHub, admin: httpx.Client, side: Side) -> None:
    """Somebody of another company asks for an alert of this one."""
    alert = hub.emergency(side.home_id)
    other = next(one.id for one in hub.directory.companies if one.id != side.company_id)
    hub.engine.write(
        lambda connection: add_account(
            *(connection, f"nosy-{other}", "外人", ActorRole.OPERATOR, _HASH, hub.clock.now()),
            *("company", other),
        )
    ).result(10)
    with hub.client(f"nosy-{other}") as nosy:
        assert nosy.get(f"/api/v1/alerts/{alert.id}").status_code == 403


def _report(hub: RunningHub, admin: httpx.Client, side: Side) -> httpx.Response:
    with hub.client(side.region_manager) as manager:
        return manager.get("/api/v1/reports.xlsx")


def _log_in(hub: RunningHub, admin: httpx.Client, side: Side) -> None:
    with hub.browser(side.region_manager):
        pass


def _ledger(hub: RunningHub, admin: httpx.Client, side: Side) -> httpx.Response:
    rows = f"编号,备注\n{side.home_id},按两次门铃\n".encode()
    answer = admin.post(
        "/api/v1/directory/import",
        files={"files": ("住户.csv", rows, "text/csv")},
    )
    assert not answer.json()["refused"], answer.text
    return answer


KINDS: dict[str, tuple[What, Make]] = {
    "a home's room": (
        What.DIRECTORY_EDITED,
        lambda hub, admin, side: admin.post(
            f"/api/v1/enrol/homes/{side.home_id}/rooms", json={"kind": "kitchen"}
        ),
    ),
    "membership": (What.MEMBERSHIP_CHANGED, _membership),
    "device enrolled": (
        What.DEVICE_ENROLLED,
        lambda hub, admin, side: admin.post(
            f"/api/v1/enrol/homes/{side.home_id}/devices",
            json={"id": f"new-{side.company_id}", "kind": "button", "room_id": side.room_id},
        ),
    ),
    "device passwords": (
        What.PASSWORDS_MADE,
        lambda hub, admin, side: admin.post(
            "/api/v1/enrol/passwords", json={"device_ids": [f"new-{side.company_id}", side.device_id]}
        ),
    ),
    "device fetched": (
        What.DEVICE_RECOVERED,
        lambda hub, admin, side: admin.post(f"/api/v1/devices/new-{side.company_id}/recover", json={}),
    ),
    "shift": (What.ROSTER_CHANGED, _shift),
    "leave": (What.ROSTER_CHANGED, _leave),
    "opening hours": (
        What.ROSTER_CHANGED,
        lambda hub, admin, side: admin.put(
            f"/api/v1/roster/centres/{side.centre_id}/special-hours/{day(hub, 9)[:10]}", json=[]
        ),
    ),
    "person": (What.PERSON_CHANGED, _person),
    "log-in": (What.ACCOUNT_ADDED, _account),
    "refused": (What.ACCESS_REFUSED, _refused),
    "report": (What.REPORT_EXPORTED, _report),
    "logged in": (What.LOGGED_IN, _log_in),
}

ONLY = {"log-in": (True, False), "report": (False, True), "logged in": (False, True)}
"""Who reads it, of the company's and the region's manager: a log-in is in the scope that it has itself."""


def numbers(hub: RunningHub, login: str, after: int) -> dict[int, dict[str, Any]]:
    with hub.client(login) as client:
        answer = client.get("/api/v1/changes", params={"limit": 200})
        assert answer.status_code == 200, answer.text
        return {line["number"]: line for line in answer.json()["items"] if line["number"] > after}


def newest(hub: RunningHub) -> int:
    return max(number for number, _ in hub.queries.read(change_log.changes))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_change_is_read_in_its_scope_alone(
    hub: RunningHub, sides: tuple[Side, Side], admin: httpx.Client, kind: str
) -> None:
    mine, others = sides
    what, make = KINDS[kind]
    before = max((number for number, _ in hub.queries.read(change_log.changes)), default=0)
    answer = make(hub, admin, mine)
    assert answer is None or answer.status_code < 300, answer.text
    (line,) = [number for number, one in numbers(hub, "admin", before).items() if one["what"] == what.value]
    of_company, of_region = ONLY.get(kind, (True, True))
    assert (line in numbers(hub, mine.manager, before)) is of_company
    assert (line in numbers(hub, mine.region_manager, before)) is of_region
    assert line not in numbers(hub, others.manager, before)
    assert line not in numbers(hub, others.region_manager, before)


def test_who_may_not_read_a_line_does_not_read_its_author_either(
    hub: RunningHub, sides: tuple[Side, Side]
) -> None:
    mine, others = sides
    with hub.browser(mine.manager), hub.client(others.manager) as client:
        page = client.get("/changes", headers={"accept": "text/html"})
    assert mine.manager not in page.text


def test_a_device_that_moves_between_companies_is_told_to_both(
    hub: RunningHub, sides: tuple[Side, Side], admin: httpx.Client
) -> None:
    mine, others = sides
    before = newest(hub)
    body = {"home_id": others.home_id, "room_id": others.room_id}
    moved = admin.post(f"/api/v1/devices/{mine.device_id}/move", json=body)
    assert moved.status_code < 300, moved.text
    assert set(numbers(hub, mine.manager, before)) == set(numbers(hub, others.manager, before)) != set()


def test_a_holiday_is_told_to_everybody(
    hub: RunningHub, sides: tuple[Side, Side], admin: httpx.Client
) -> None:
    before = newest(hub)
    on = day(hub, 40)[:10]
    body = {"day_type": "rest_day", "name": "庙会"}
    assert admin.put(f"/api/v1/roster/holidays/{on}", json=body).status_code == 204
    assert all(numbers(hub, side.manager, before) for side in sides)


def test_an_import_is_told_to_whose_homes_it_changed(
    hub: RunningHub, sides: tuple[Side, Side], admin: httpx.Client
) -> None:
    mine, others = sides
    before = newest(hub)
    _ledger(hub, admin, mine)
    (line,) = numbers(hub, "admin", before)
    assert line in numbers(hub, mine.manager, before)
    assert line not in numbers(hub, others.manager, before)


def test_a_home_takes_its_lines_along_when_its_centre_moves(
    hub: RunningHub, sides: tuple[Side, Side], admin: httpx.Client
) -> None:
    mine, others = sides
    before = newest(hub)
    assert (
        admin.post(
            f"/api/v1/enrol/homes/{mine.home_id}/rooms", json={"kind": "bathroom", "name": "东"}
        ).status_code
        < 300
    )
    (told,) = numbers(hub, mine.manager, before)
    moved = admin.post(f"/api/v1/centres/{mine.centre_id}/company", json={"company_id": others.company_id})
    assert moved.status_code == 200, moved.text
    hub.settle()
    (move,) = (
        number
        for number, line in numbers(hub, "admin", before).items()
        if line["what"] == What.CENTRE_MOVED.value
    )
    assert set(numbers(hub, mine.manager, before)) == {move}
    assert set(numbers(hub, others.manager, before)) == {told, move}


def test_a_line_about_a_person_stays_where_it_was_written(hub: RunningHub, sides: tuple[Side, Side]) -> None:
    """Who changes to another company takes no old lines there."""
    mine, others = sides
    before = newest(hub)
    now = hub.clock.now()

    def write(connection: Any) -> None:
        change_log.note(connection, Change(now, "admin", What.PERSON_CHANGED, "person", others.helper_id, {}))

    hub.engine.write(write).result(10)
    assert len(numbers(hub, others.manager, before)) == 1
    assert not numbers(hub, mine.manager, before)
