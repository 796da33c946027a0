"""What a log-in sees follows the directory at once: covers, companies, roles, people who leave; open streams too."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from firmware_contracts.vocabulary import Kind
from hub.core.alerts import Role
from hub.core.events import Acknowledge, Actor, ActorRole
from hub.core.shifts import Cover, Takes
from hub.directory.model import Directory
from hub.store import change_log
from hub.store.change_log import Change, What
from tests.web.running import PASSWORD, RunningHub
from tests.web.test_live import stream

pytestmark = pytest.mark.slow

BEAT = timedelta(milliseconds=150)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with RunningHub(tmp_path, homes=400, heartbeat_every=BEAT) as running:
        yield running


def log_in_for(hub: RunningHub, login: str, role: str, **more: Any) -> None:
    with hub.client("admin") as admin:
        body = {"login": login, "name": login, "role": role, "password": PASSWORD, **more}
        made = admin.post("/api/v1/accounts", json=body)
        assert made.status_code == 201, made.text


def two_butlers(hub: RunningHub) -> tuple[str, str, str]:
    """A butler, another who has nothing to do with their homes, and a home of the first."""
    homes = [home.profile for home in hub.engine.homes().values() if home.profile.people.get(Role.BUTLER)]
    for one in homes:
        owner = one.people[Role.BUTLER][0]
        mine = [profile for profile in homes if profile.people[Role.BUTLER][0] == owner]
        near = {
            person
            for profile in mine
            for role in (Role.BUTLER, Role.DEPUTY)
            for person in profile.people.get(role, ())
        }
        other = next(
            (
                profile.people[Role.BUTLER][0]
                for profile in homes
                if profile.people[Role.BUTLER][0] not in near
            ),
            None,
        )
        if other is not None and any(can_press(hub, profile.home_id) for profile in mine):
            return owner, other, next(p.home_id for p in mine if can_press(hub, p.home_id))
    raise AssertionError("the demo's butlers all know each other's homes")


def can_press(hub: RunningHub, home_id: str) -> bool:
    try:
        hub.caller(home_id)
    except StopIteration:
        return False
    return True


def covered(hub: RunningHub, cover: Cover) -> None:
    def change(directory: Directory) -> Directory:
        others = tuple(one for one in directory.covers if one.id != cover.id)
        return replace(directory, covers=(*others, cover))

    hub.keeper.edit(change, Change(hub.clock.now(), "admin", What.ROSTER_CHANGED, "cover", cover.id))


def next_of(events: Iterator[dict[str, Any]], *kinds: str) -> dict[str, Any]:
    return next(event for event in events if event.get("event") in kinds)


def test_a_cover_shows_the_homes_while_it_lasts_also_to_a_stream_that_is_open(hub: RunningHub) -> None:
    owner, other, home_id = two_butlers(hub)
    log_in_for(hub, "other", "butler", person_id=other)
    log_in_for(hub, "owner", "butler", person_id=owner)
    now = hub.clock.now()
    cover = Cover(
        *("cover-1", owner, other, now - timedelta(minutes=1), now + timedelta(days=3)),
        takes=Takes.HOMES,
        requested_at=now,
        by_confirmed_at=now,
        covered_confirmed_at=now,
        covered_agreed_by=owner,
    )
    with hub.client("other") as client, hub.client("owner") as own, stream(client) as events:
        next_of(events, "hello")
        assert client.get(f"/api/v1/homes/{home_id}").status_code == 403
        covered(hub, replace(cover, by_confirmed_at=None))
        assert client.get(f"/api/v1/homes/{home_id}").status_code == 403, "nobody has agreed to it yet"
        covered(hub, cover)
        assert client.get(f"/api/v1/homes/{home_id}").status_code == 200
        assert own.get(f"/api/v1/homes/{home_id}").status_code == 200, "the own list stays one's own"
        assert next_of(events, "reset", "journal")["event"] == "reset", "the screen reads everything anew"
        hub.press(home_id)
        assert next_of(events, "journal")["data"]["home_id"] == home_id
        covered(hub, replace(cover, until_at=hub.clock.now()))
        assert next_of(events, "reset")["data"]["number"] > 0
        # The alert about which this person was asked stays theirs; the home does not.
        assert own.get(f"/api/v1/homes/{home_id}").status_code == 200


def test_a_stream_holds_the_lines_of_the_own_homes_only_and_resumes_behind_what_it_left_out(
    hub: RunningHub,
) -> None:
    _, other, home_id = two_butlers(hub)
    log_in_for(hub, "other", "butler", person_id=other)
    with hub.client("other") as client, stream(client) as events:
        before = next_of(events, "hello")["data"]["number"]
        hub.press(home_id)
        newest = hub.queries.journal_range().newest
        assert newest > before
        reached = before
        for event in events:
            assert event.get("event") != "journal", "a line of a home that is not theirs"
            reached = max(reached, int(event.get("id", 0)))
            if reached >= newest:
                break
        with stream(client, after=reached) as again:
            next_of(again, "hello")
            assert next_of(again, "comment", "journal", "reset")["event"] == "comment"


def test_centres_stand_under_theirs_in_the_order_of_their_names(hub: RunningHub) -> None:
    def named(directory: Directory) -> Directory:
        tenth, second = [one for one in directory.centres if one.parent_id][:2]
        names = {tenth.id: "第10站", second.id: "第2站"}
        centres = tuple(replace(one, name=names.get(one.id, one.name)) for one in directory.centres)
        return replace(directory, centres=centres)

    hub.keeper.edit(named, Change(hub.clock.now(), "admin", What.DIRECTORY_EDITED, "directory", "demo"))
    with hub.client("admin") as admin:
        centres = admin.get("/api/v1/centres").json()
    assert centres[0]["parent"] is None
    parents = {one["parent"]["id"] for one in centres[1:]}
    assert parents == {centres[0]["id"]}
    shown = [one["name"] for one in centres]
    assert shown.index("第2站") + 1 == shown.index("第10站")


def test_a_centre_that_moves_takes_homes_and_history_to_the_other_company(hub: RunningHub) -> None:
    home_id = next(one for one in hub.home_ids() if can_press(hub, one))
    profile = hub.engine.homes()[home_id].profile
    other = next(one.id for one in hub.directory.companies if one.id != profile.company_id)
    for login, company in (("before", profile.company_id), ("after", other)):
        log_in_for(hub, login, "duty_manager", scope={"kind": "company", "id": company})
    alert = hub.emergency(home_id)
    with hub.client("before") as before, hub.client("after") as after, hub.client("admin") as admin:
        resolved = {"version": before.get(f"/api/v1/alerts/{alert.id}").json()["version"]}
        resolved |= {"what_it_was": "test", "what_was_done": "by_phone"}
        assert before.post(f"/api/v1/alerts/{alert.id}/resolve", json=resolved).status_code == 200
        assert sees(before, home_id, alert.id) == (200, True)
        assert sees(after, home_id, alert.id) == (403, False)
        moved = admin.post(
            f"/api/v1/centres/{profile.centre_id}/company", json={"company_id": other, "alone": True}
        )
        assert moved.status_code == 200, moved.text
        assert moved.json()["homes"] > 0
        assert sees(before, home_id, alert.id) == (403, False)
        assert sees(after, home_id, alert.id) == (200, True)
        again = admin.post(f"/api/v1/centres/{profile.centre_id}/company", json={"company_id": other})
        assert (again.status_code, again.json()["type"]) == (409, "urn:care-alert-hub:same_company")
    line = newest_line(hub, What.CENTRE_MOVED)
    assert (line.by, line.about_id) == ("admin", profile.centre_id)
    assert (line.data["company_before"], line.data["company"]) == (profile.company_id, other)


def sees(client: httpx.Client, home_id: str, alert_id: str) -> tuple[int, bool]:
    """The home's card, and whether its old alert stands in the list."""
    card = client.get(f"/api/v1/homes/{home_id}").status_code
    return card, alert_id in client.get("/api/v1/alerts?limit=200").text


def newest_line(hub: RunningHub, what: What) -> Change:
    lines = hub.queries.read(lambda connection: change_log.changes(connection, limit=500))
    return next(line for _, line in lines if line.what is what)


def test_another_role_or_scope_ends_sessions_and_streams_at_once(hub: RunningHub) -> None:
    with (
        hub.client("admin") as admin,
        hub.browser("xu") as xu,
        hub.client("xu") as script,
        stream(xu) as screen,
        stream(script) as scripted,
    ):
        next_of(screen, "hello")
        next_of(scripted, "hello")
        company = hub.directory.companies[0].id
        changed = admin.patch("/api/v1/accounts/xu", json={"scope": {"kind": "company", "id": company}})
        assert changed.json()["scope"]["id"] == company
        # Both end by themselves: otherwise these would wait for ever.
        assert all(event.get("event") != "journal" for event in (*screen, *scripted))
        assert xu.get("/api/v1/accounts/me").status_code == 401
        assert script.get("/api/v1/accounts/me").json()["scope"]["kind"] == "company"


def test_who_has_left_does_not_log_in_any_more(hub: RunningHub) -> None:
    with hub.client("admin") as admin:
        made = admin.post("/api/v1/people", json={"name": "周安", "methods": []}).json()
        log_in_for(hub, "zhou", "installer", person_id=made["id"])
        with hub.client("zhou") as zhou:
            assert zhou.get("/api/v1/accounts/me").status_code == 200
            assert admin.post(f"/api/v1/people/{made['id']}/leave", json={}).status_code == 200
            assert zhou.get("/api/v1/accounts/me").status_code == 401
        assert admin.get("/api/v1/accounts/zhou").json()["left"] is True
        assert admin.delete(f"/api/v1/people/{made['id']}/leave").status_code == 200
        with hub.client("zhou") as zhou:
            assert zhou.get("/api/v1/accounts/me").status_code == 200


def test_a_log_in_is_written_down(hub: RunningHub) -> None:
    with hub.browser("chen"):
        line = newest_line(hub, What.LOGGED_IN)
    assert (line.by, line.data["from"]) == ("chen", "127.0.0.1")


def test_a_butler_who_was_asked_about_a_home_of_somebody_else_sees_that_alert(hub: RunningHub) -> None:
    _, other, home_id = two_butlers(hub)
    log_in_for(hub, "other", "butler", person_id=other)
    alert = hub.emergency(home_id)
    with hub.client("other") as client:
        assert client.get(f"/api/v1/alerts/{alert.id}").status_code == 403
        # Taken in that person's name: as when somebody near was asked and said yes.
        hub.command(Acknowledge(home_id, alert.id, Actor(other, ActorRole.RESPONDER)))
        assert client.get(f"/api/v1/alerts/{alert.id}").status_code == 200
        assert client.get(f"/api/v1/homes/{home_id}").json()["door_code_known"] in {True, False}
        assert alert.id in client.get("/api/v1/alerts").text


def test_a_butler_reads_where_the_other_home_of_a_swapped_device_is_and_not_its_card(hub: RunningHub) -> None:
    """It is on nobody's list of theirs: the door to go to and whom to ask for, and no more."""
    hub.keeper.adopt(hub.directory)
    _, other, there = two_butlers(hub)
    here = next(
        home.id for home in hub.engine.homes().values() if other in home.profile.people.get(Role.BUTLER, ())
    )
    log_in_for(hub, "near", "butler", person_id=other)
    say = {"event_id": "event-swapped", "age_ms": 0, "action": "emergency"}
    hub.say(here, hub.caller(there).id, Kind.CALL, say)
    home = hub.engine.home(there)
    assert home is not None
    with hub.client("near") as client:
        found = client.get("/api/v1/alerts", params={"home": here}).json()["items"]
        call = next(one for one in found if one["kind"] == "emergency_call")
        assert call["other_home"]["id"] == there
        assert call["other_home"]["address"] == home.profile.address
        assert [one["id"] for one in call["other_home"]["residents"]] == [
            one.id for one in home.profile.living
        ]
        assert client.get(f"/api/v1/homes/{there}").status_code == 403
        page = client.get(f"/api/v1/alerts/{call['id']}").text
    assert home.profile.phone
    for hidden in (home.profile.phone, *filter(None, (home.profile.door_code,))):
        assert hidden not in page
