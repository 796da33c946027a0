"""Who may put whom on a roster: roles x scopes x people, some of another company; and nobody gains power over a person by it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from hub.core.alerts import Role
from hub.core.context import ContactMethod
from hub.core.events import ActorRole
from hub.core.roster import on_duty
from hub.directory.model import Directory, PersonEntry
from hub.store.accounts import add_account
from hub.store.change_log import Change, What, changes
from hub.store.store import Connection
from tests.web.running import _HASH, RunningHub

LARGE, SMALL, OTHER = "centre-00", "centre-01", "centre-07"
NEWCOMER = PersonEntry("newcomer", "新来的", "新", (ContactMethod("webhook", "newcomer"),), "", "company-1")
PEOPLE = ("b01", "desk-01", "b07", "desk-07", "op1", "dm1", NEWCOMER.id)
"""A butler with homes at the small centre and its desk; a butler and a desk of the other company; the call-centre's; somebody of
the first company who has nothing to do yet. All butlers have their weekly shifts at the first company's large centre."""

NOBODY: tuple[str, ...] = ()
TABLE: dict[str, tuple[ActorRole, str, str | None, str, tuple[str, ...]]] = {
    "admin-all": (ActorRole.ADMINISTRATOR, "everything", None, SMALL, PEOPLE),
    "manager-all": (ActorRole.DUTY_MANAGER, "everything", None, SMALL, PEOPLE),
    "manager-first": (
        *(ActorRole.DUTY_MANAGER, "company", "company-1", SMALL),
        ("b01", "desk-01", "b07", NEWCOMER.id),
    ),
    "manager-other": (ActorRole.DUTY_MANAGER, "company", "company-2", OTHER, ("b01", "b07", "desk-07")),
    "manager-region": (ActorRole.DUTY_MANAGER, "region", "region", SMALL, ("b01", "desk-01")),
    "desk-large": (ActorRole.CENTRE_DUTY, "centre", LARGE, SMALL, ("b01", "desk-01", "b07", "desk-07")),
    "desk-small": (ActorRole.CENTRE_DUTY, "centre", SMALL, SMALL, ("b01", "desk-01")),
    "butler-own": (ActorRole.BUTLER, "own", "b01", SMALL, NOBODY),
    "operator-all": (ActorRole.OPERATOR, "everything", None, SMALL, NOBODY),
    "operator-first": (ActorRole.OPERATOR, "company", "company-1", SMALL, NOBODY),
    "installer-all": (ActorRole.INSTALLER, "everything", None, SMALL, NOBODY),
    "supervisor-all": (ActorRole.SUPERVISOR, "everything", None, SMALL, NOBODY),
}
"""A log-in: role, scope, of what; the centre whose roster it writes; whom it may put there."""
TELLING = ("desk-told", "desk-told-too")
"""Desks of the small centre that were not refused so often that their lines in the change log are counted only."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("rosters"), homes=228) as running:
        region = next(one.region_id for one in running.directory.centres if one.id == SMALL)
        now = running.clock.now()

        def add(connection: Connection) -> None:
            for login, (role, scope, of, _, _) in TABLE.items():
                person = of if scope == "own" else None
                of_what = region if scope == "region" else of
                add_account(connection, login, login, role, _HASH, now, scope, of_what, person)
            for login in TELLING:
                add_account(connection, login, login, ActorRole.CENTRE_DUTY, _HASH, now, "centre", SMALL)

        running.engine.write(add).result(10)
        hire(running)
        yield running


def hire(hub: RunningHub) -> None:
    def edit(directory: Directory) -> Directory:
        return replace(directory, persons=(*directory.persons, NEWCOMER))

    hub.keeper.edit(edit, Change(hub.clock.now(), "admin-all", What.PERSON_CHANGED, "person", NEWCOMER.id))


@pytest.fixture(autouse=True)
def as_it_was(hub: RunningHub) -> Iterator[None]:
    before = hub.keeper.directory
    assert before is not None
    yield
    hub.keeper.adopt(before)


def on(hub: RunningHub, days: int = 3) -> date:
    return hub.engine.context().local(hub.clock.now() + timedelta(days=days)).date()


def weekly(person: str, place: str, **more: Any) -> dict[str, Any]:
    hours = {"starts": "22:00", "ends": "23:00", "days": "every_day", "weekdays": []}
    return {"person_id": person, "role": "centre_duty", "centre_id": place, **hours, **more}


def dated(hub: RunningHub, person: str, place: str, **more: Any) -> dict[str, Any]:
    hours = {"on": on(hub).isoformat(), "starts": "03:00", "ends": "03:30"}
    return {"person_id": person, "role": "centre_duty", "centre_id": place, **hours, **more}


def leave(hub: RunningHub, person: str) -> dict[str, Any]:
    from_at = hub.clock.now() + timedelta(days=40)
    until_at = from_at + timedelta(days=1)
    return {"person_id": person, "from_at": from_at.isoformat(), "until_at": until_at.isoformat()}


def add_weekly(hub: RunningHub, person: str, place: str) -> str:
    """By somebody who reaches everybody."""
    with hub.client("manager-all") as manager:
        added = manager.post("/api/v1/roster/shifts", json=weekly(person, place, ends="23:15"))
        assert added.status_code == 201, added.text
        return str(added.json()["id"])


def every_way(
    hub: RunningHub, client: httpx.Client, person: str, place: str, old: str
) -> dict[str, httpx.Response]:
    """Each way to put a person on a roster, by interface and page. `old`: a weekly shift there of somebody in reach."""
    shifts, page = "/api/v1/roster", {"accept": "text/html"}
    form = {"centre": place, "person": person, "role": "centre_duty", "starts": "05:00", "ends": "06:00"}
    return {
        "weekly": client.post(f"{shifts}/shifts", json=weekly(person, place)),
        "replace": client.put(f"{shifts}/shifts/{old}", json=weekly(person, place, ends="22:30")),
        "dated": client.post(f"{shifts}/dated-shifts", json=dated(hub, person, place)),
        "in place": client.post(
            f"{shifts}/dated-shifts", json=dated(hub, person, place, in_place=True, ends="03:45")
        ),
        "page weekly": client.post("/roster/shift", data=form | {"days": "every_day"}, headers=page),
        "page dated": client.post("/roster/dated", data=form | {"on": on(hub).isoformat()}, headers=page),
    }


@pytest.mark.parametrize("login", TABLE)
def test_a_log_in_rosters_those_it_reaches_and_gains_no_power_over_anybody_else(
    hub: RunningHub, login: str
) -> None:
    _, _, _, place, reach = TABLE[login]
    wrong = []
    with hub.client(login) as client:
        for person in PEOPLE:
            old = add_weekly(hub, f"desk-{place[-2:]}", place)
            card = client.get(f"/api/v1/people/{person}").status_code
            answers = every_way(hub, client, person, place, old)
            expected = (200, 201, 303) if person in reach else (403,)
            wrong += [
                f"{person}, {way}: {answer.status_code} {answer.text[:200]}"
                for way, answer in answers.items()
                if answer.status_code not in expected
            ]
            away = client.post("/api/v1/roster/leaves", json=leave(hub, person)).status_code
            if away != (201 if person in reach else 403):
                wrong.append(f"{person}, leave: {away}")
            after = client.get(f"/api/v1/people/{person}").status_code
            if person not in reach and after != card:
                wrong.append(f"{person}, card: {card}, then {after}")
            if person not in reach:
                with hub.client("manager-all") as manager:
                    assert manager.delete(f"/api/v1/roster/shifts/{old}").status_code == 204
    assert not wrong


def test_a_refused_shift_stands_in_the_change_log_with_the_person(hub: RunningHub) -> None:
    with hub.client("desk-told") as desk:
        for path, body in (("shifts", weekly("b10", SMALL)), ("dated-shifts", dated(hub, "b10", SMALL))):
            assert desk.post(f"/api/v1/roster/{path}", json=body).status_code == 403
            # Somebody who does not exist is no refusal.
            unknown = desk.post(f"/api/v1/roster/{path}", json=body | {"person_id": "nobody"})
            assert unknown.status_code == 404
    told = [one for _, one in hub.engine.write(changes).result(10)]
    refused = {
        one.data["path"].rsplit("/", 1)[-1]
        for one in told
        if one.what is What.ACCESS_REFUSED
        and (one.by, one.about_kind, one.about_id) == ("desk-told", "person", "b10")
    }
    assert refused == {"shifts", "dated-shifts"}


def test_whom_the_manager_puts_on_a_centres_weekly_roster_its_desk_keeps_from_then_on(
    hub: RunningHub,
) -> None:
    key = add_weekly(hub, "op1", SMALL)
    with hub.client("desk-small") as desk:
        assert desk.post("/api/v1/roster/leaves", json=leave(hub, "op1")).status_code == 201
        changed = desk.put(f"/api/v1/roster/shifts/{key}", json=weekly("op1", SMALL, ends="22:30"))
        assert changed.status_code == 200
        assert desk.delete(f"/api/v1/roster/shifts/{changed.json()['id']}").status_code == 204
        assert desk.post("/api/v1/roster/shifts", json=weekly("op1", SMALL)).status_code == 403


def test_a_shift_of_one_date_brings_nobody_into_reach(hub: RunningHub) -> None:
    with hub.client("manager-all") as manager:
        lent = manager.post("/api/v1/roster/dated-shifts", json=dated(hub, "op1", SMALL))
        assert lent.status_code == 201
    with hub.client("desk-small") as desk:
        assert desk.post("/api/v1/roster/shifts", json=weekly("op1", SMALL)).status_code == 403
        assert desk.post("/api/v1/roster/leaves", json=leave(hub, "op1")).status_code == 403
        assert desk.get("/api/v1/people/op1").status_code == 403


def test_a_shift_in_place_takes_nobody_away_from_a_place_of_others(hub: RunningHub) -> None:
    """The first butler has homes at the small centre, and the weekly shifts at the large one."""
    body = dated(hub, "b01", SMALL, role="butler")
    with hub.client("desk-told-too") as desk:
        refused = desk.post("/api/v1/roster/dated-shifts", json=body | {"in_place": True})
        assert refused.status_code == 403
        assert desk.post("/api/v1/roster/dated-shifts", json=body).status_code == 201
    told = [one for _, one in hub.engine.write(changes).result(10)]
    assert any(
        one.what is What.ACCESS_REFUSED and (one.by, one.about_id) == ("desk-told-too", LARGE) for one in told
    )
    home = hub.engine.home("h0001")
    assert home is not None
    context = hub.engine.context()
    noon = context.local(hub.clock.now() + timedelta(days=3)).replace(hour=12)
    assert on_duty(Role.BUTLER, home.profile, noon, context) == ("b01",)
    with hub.client("desk-large") as desk:
        moved = desk.post("/api/v1/roster/dated-shifts", json=body | {"in_place": True, "ends": "04:00"})
        assert moved.status_code == 201
    assert on_duty(Role.BUTLER, home.profile, noon, hub.engine.context()) != ("b01",)


def test_a_shift_in_place_of_any_hour_stays_with_who_keeps_all_the_homes(hub: RunningHub) -> None:
    """Without weekly shifts it takes a butler away from the whole list; the fourth one's lies at several centres."""
    assert hub.keeper.directory is not None
    weekly_less = tuple(one for one in hub.keeper.directory.shifts if one.person_id != "b04")
    hub.keeper.adopt(replace(hub.keeper.directory, shifts=weekly_less))
    body = dated(hub, "b04", SMALL, role="butler", in_place=True)
    with hub.client("desk-small") as desk:
        assert desk.post("/api/v1/roster/dated-shifts", json=body).status_code == 403
        assert desk.post("/api/v1/roster/dated-shifts", json=body | {"in_place": False}).status_code == 201
    with hub.client("desk-large") as desk:
        answer = desk.post("/api/v1/roster/dated-shifts", json=body | {"ends": "04:00"})
        assert answer.status_code == 201


def test_the_page_offers_those_whom_the_log_in_may_roster(hub: RunningHub) -> None:
    with hub.client("desk-small", headers={"accept": "text/html"}) as desk:
        page = desk.get("/roster").text
    form = page[page.index('action="/roster/shift"') :]
    form = form[: form.index("</form>")]
    assert 'value="b01"' in form
    assert 'value="desk-01"' in form
    for person in ("b06", "b07", "op1", NEWCOMER.id):
        assert f'value="{person}"' not in form


def test_what_somebody_out_of_reach_agreed_to_on_the_telephone_is_recorded_by_who_reaches_both(
    hub: RunningHub,
) -> None:
    """A desk asks a butler of another company to stand in; that it said yes is not for the desk to say."""
    span = {
        "from_at": (hub.clock.now() + timedelta(days=1)).isoformat(),
        "until_at": (hub.clock.now() + timedelta(days=3)).isoformat(),
    }
    with hub.client("desk-small") as desk, hub.client("manager-all") as manager:
        asked = desk.post("/api/v1/roster/covers", json={"covered_id": "b01", "by_id": "b07", **span})
        path = f"/api/v1/roster/covers/{asked.json()['id']}/confirm-by-telephone"
        assert desk.post(path, json={"person_id": "b07"}).status_code == 403
        assert manager.post(path, json={"person_id": "b07"}).status_code == 200
