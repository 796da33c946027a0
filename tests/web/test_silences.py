"""Silences over the API and on the pages: who may set which, what is refused and why, what everybody sees of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.core.events import ActorRole
from hub.core.home import Home
from hub.core.silences import SilenceOf
from hub.store.accounts import add_account
from hub.web.access import MAY_SILENCE, PERMISSIONS, Permission
from tests.web.running import _HASH, RunningHub

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("silences")) as running:
        row = ("install", "install", ActorRole.INSTALLER, _HASH, running.clock.now(), "everything", None)
        running.engine.write(lambda connection: add_account(connection, *row)).result(10)
        yield running


@pytest.fixture
def home(hub: RunningHub) -> Iterator[Home]:
    """A home without silences; what a test sets is ended after it."""
    found = hub.engine.homes()[hub.home_ids()[3]]
    yield found
    with hub.client("chen") as client:
        for one in client.get(f"/api/v1/homes/{found.id}/silences").json():
            assert client.delete(f"/api/v1/homes/{found.id}/silences/{one['id']}").status_code == 200


def asked(hub: RunningHub, hours: float = 4, **more: object) -> dict[str, Any]:
    until = hub.clock.now() + timedelta(hours=hours)
    return {"of": "devices", "reason": "maintenance", "until_at": until.isoformat(), **more}


def test_set_seen_and_ended(hub: RunningHub, home: Home) -> None:
    path = f"/api/v1/homes/{home.id}/silences"
    with hub.client("chen") as client:
        (one,) = client.post(path, json=asked(hub, note="油漆工")).json()
        assert (one["of"], one["reason"], one["note"], one["now"], one["held"]) == (
            *("devices", "maintenance", "油漆工", True),
            [],
        )
        assert one["by"]["id"] == "chen"
        listed = client.get("/api/v1/silences").json()
        assert [found["id"] for found in listed["items"]] == [one["id"]]
        assert listed["total"] == 1
        page = client.get(f"/homes/{home.id}").text
        assert "暂停提醒中" in page
        assert "油漆工" in page
        assert "检修" in client.get("/silences").text
        assert client.delete(f"{path}/{one['id']}").json() == []
        assert client.delete(f"{path}/{one['id']}").status_code == 404


@pytest.mark.parametrize(
    ("more", "code", "where"),
    [
        ({"until_at": "2020-01-01T00:00:00Z"}, "silence_order", "until_at"),
        ({"of": "readings", "hours": 24 * 4}, "silence_too_long", "until_at"),
        ({"reason": "other"}, "silence_needs_note", "note"),
    ],
)
def test_what_is_refused_says_where_and_what_to_do(
    hub: RunningHub, home: Home, more: dict[str, Any], code: str, where: str
) -> None:
    body = asked(hub, **{"hours": 4, **more})
    body.pop("hours", None)
    if "hours" in more:
        body = asked(hub, more["hours"], of=more["of"])
    with hub.client("chen") as client:
        refused = client.post(f"/api/v1/homes/{home.id}/silences", json=body)
        assert refused.status_code == 409
        said = refused.json()
        assert (said["type"], said["where"]) == (f"urn:care-alert-hub:{code}", where)
        assert said["remedy"]
        assert client.get(f"/api/v1/homes/{home.id}/silences").json() == []


def test_who_sees_no_alerts_silences_and_sees_things_only(hub: RunningHub, home: Home) -> None:
    path = f"/api/v1/homes/{home.id}/silences"
    with hub.client("chen") as desk, hub.client("install") as installer:
        desk.post(path, json=asked(hub, of="readings", reason="being_dealt_with"))
        assert installer.get(path).json() == []
        assert installer.get("/api/v1/silences").json()["total"] == 0
        refused = installer.post(path, json=asked(hub, of="readings"))
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:care-alert-hub:silence_not_yours")
        (reading,) = desk.get(path).json()
        assert installer.delete(f"{path}/{reading['id']}").status_code == 403
        assert [one["of"] for one in installer.post(path, json=asked(hub)).json()] == ["devices"]
        assert "体征读数" not in installer.get(f"/homes/{home.id}/silences").text


def test_the_form_sets_it_and_what_is_wrong_stays_typed(hub: RunningHub, home: Home) -> None:
    path = f"/homes/{home.id}/silences"
    local: datetime = hub.clock.now().astimezone(hub.app.state.parts.settings.timezone)
    until = (local + timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M")
    form = {"of": "days", "reason": "other", "until_at": until}
    with hub.client("chen") as client:
        refused = client.post(path, data={**form, "device_id": ""})
        assert refused.status_code == 409
        assert "要写说明" in refused.text
        assert f'value="{until}"' in refused.text
        done = client.post(path, data={**form, "note": "孙子来住"}, follow_redirects=True)
        assert done.status_code == 200
        assert "孙子来住" in done.text
        (one,) = client.get(f"/api/v1{path}").json()
        ended = client.post(f"{path}/{one['id']}/end", follow_redirects=True)
        assert "孙子来住" not in ended.text
        record = client.get(f"/homes/{home.id}").text
        assert "暂停提醒：作息与夜间（其他）" in record
        assert "暂停提醒结束：作息与夜间" in record


def test_every_role_that_may_silence_has_its_kinds() -> None:
    may = {role for role, permissions in PERMISSIONS.items() if Permission.SILENCE in permissions}
    assert set(MAY_SILENCE) == may
    for role in may:
        sees_alerts = Permission.VIEW_ALERTS in PERMISSIONS[role]
        assert (SilenceOf.READINGS in MAY_SILENCE[role]) is sees_alerts
