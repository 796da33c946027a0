"""The page of the change log speaks the language of who reads it: no key, no instant of a machine, no number too long."""

import html
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from hub.core.alerts import Role
from hub.core.events import ActorRole
from hub.store import change_log
from hub.store.accounts import add_account
from hub.store.change_log import Change, What
from hub.web.report_names import ReportNames
from hub.web.views import short_address
from hub.web.words import Language
from tests.web.running import _HASH, RunningHub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """Homes of more than one compound."""
    with RunningHub(tmp_path_factory.mktemp("changes"), homes=60) as running:
        yield running


def shown(hub: RunningHub, language: str, change: Change) -> str:
    """The newest line, as the page shows it."""
    hub.engine.write(lambda connection: change_log.note(connection, change)).result(10)
    with hub.browser("admin") as page:
        page.cookies.set("care_language", language)
        text = page.get("/changes", params={"what": change.what.value}).text
    row = re.findall(r"<tr><td.*?</tr>", text, re.DOTALL)[0]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", row)))


@pytest.mark.parametrize(
    ("what", "kind", "about", "data", "zh", "en"),
    [
        (
            What.DIRECTORY_IMPORTED,
            "directory",
            None,
            {"bonds_added": 3, "files": 1},
            "服务关系新增: 3",
            "added: 3",
        ),
        (
            What.ACCESS_REFUSED,
            "centre",
            "call-centre",
            {"permission": "edit_roster"},
            "站点 呼叫中心",
            "centre call-centre",
        ),
        (
            What.MEMBERSHIP_CHANGED,
            "elder",
            "e0001-1",
            {"to": "paused", "from_at": "2026-03-03T04:00+00:00", "until_at": "2026-03-09T04:00+00:00"},
            "到: 2026-03-09 12:00",
            "until: 2026-03-09 12:00",
        ),
        (
            What.PASSWORDS_MADE,
            "device",
            None,
            {"centre": "centre-01", "devices": [f"key-{number}" for number in range(700)]},
            "key-19、……（共 700）",
            "… (700 in all)",
        ),
        (What.ROSTER_CHANGED, "roster", "2026-05-01", {"day_type": "rest_day"}, "休息日", "rest day"),
    ],
)
def test_details_are_in_words(
    hub: RunningHub, what: What, kind: str, about: str | None, data: dict[str, Any], zh: str, en: str
) -> None:
    for language, told in (("zh", zh), ("en", en)):
        assert told in shown(hub, language, Change(hub.clock.now(), "admin", what, kind, about, data))


def test_who_and_where_are_named_with_the_id_beside_and_nothing_of_a_machine_is_shown(
    hub: RunningHub,
) -> None:
    at, home = hub.clock.now(), hub.engine.home("h0003")
    assert home is not None
    elder, butler = home.profile.residents[0], home.profile.people[Role.BUTLER][0]
    name = hub.engine.context().people[butler].name
    button = hub.caller("h0003").id
    proof = {
        "to": "active",
        "home_id": "h0003",
        "device_id": button,
        "answered_by": butler,
        "from_at": "2026-11-22T13:50+00:00",
    }
    line = shown(hub, "zh", Change(at, "admin", What.MEMBERSHIP_CHANGED, "elder", elder.id, proof))
    assert f"老人 {elder.name} {elder.id}" in line
    assert f"住户: {elder.name} " in line
    assert f"{short_address(home.profile.address)} h0003" in line
    assert f"应答人: {name} {butler}" in line
    assert "从: 2026-11-22 21:50" in line
    assert "变为: 在册" in line
    refused = {
        "permission": "edit_roster",
        "role": "butler",
        "path": "/api/v1/roster/centres/{centre_id}/openings",
    }
    centre = hub.directory.centres[1]
    line = shown(hub, "en", Change(at, "admin", What.ACCESS_REFUSED, "centre", centre.id, refused))
    assert f"centre {centre.name} {centre.id}" in line
    assert "page: Roster" in line
    access = {"access": f"centre_duty centre:{centre.id}", "fields": ["access"]}
    line = shown(hub, "zh", Change(at, "admin", What.ACCOUNT_CHANGED, "account", "chen", access))
    assert f"站点值班员 · 站点 · {centre.name}" in line
    leave = {"change": "leave_set", "from": "2026-12-01T00:00:00+08:00", "until": "2026-12-03T16:00:00+00:00"}
    line = shown(hub, "zh", Change(at, "admin", What.ROSTER_CHANGED, "person", butler, leave))
    assert f"人员 {name} {butler}" in line
    assert "改动: 登记请假" in line
    assert "2026-12-04 00:00" in line
    assert not re.search(r"T\d\d:|/api/|\{|_", line)


def test_a_name_outside_of_the_readers_scope_is_not_told(hub: RunningHub) -> None:
    inside = next(one for one in hub.directory.homes if one.id == "h0003").region_id
    outside = next(
        home
        for home in hub.engine.homes().values()
        if home.profile.residents and inside not in home.profile.regions
    )
    at, elder = hub.clock.now(), outside.profile.residents[0]
    near = ("near", "近", ActorRole.DUTY_MANAGER, _HASH, at, "region", inside)
    hub.engine.write(lambda connection: add_account(connection, *near)).result(10)
    # What one did oneself one may read, also where one had no business.
    lines = [
        Change(at, "near", What.ACCESS_REFUSED, "home", outside.id, {"permission": "view_homes"}),
        Change(at, "near", What.ACCESS_REFUSED, "home", "h0003", {"permission": "view_homes"}),
        Change(at, "near", What.ACCESS_REFUSED, "elder", elder.id, {"permission": "view_homes"}),
    ]
    for line in lines:
        hub.engine.write(partial(change_log.note, change=line)).result(10)
    with hub.browser("near") as page:
        text = page.get("/changes", params={"what": "access_refused", "by": "near"}).text
    inner = hub.engine.home("h0003")
    assert inner is not None
    assert outside.id in text
    assert inner.profile.residents[0].name in text
    assert elder.name not in text
    assert short_address(outside.profile.address) not in text


def test_the_end_of_a_pause_is_kept(hub: RunningHub, admin: httpx.Client, home_id: str) -> None:
    home = hub.engine.home(home_id)
    assert home is not None
    elder = home.profile.residents[0].id
    until = "2031-03-09T12:00:00+08:00"
    body = {"to": "paused", "until_at": until}
    moved = admin.post(f"/api/v1/homes/{home_id}/residents/{elder}/membership", json=body)
    assert moved.status_code < 300, moved.text
    line = admin.get("/api/v1/changes", params={"about": elder}).json()["items"][0]
    assert line["data"]["until_at"] == "2031-03-09T12:00+08:00"


@pytest.mark.parametrize("before", ["99999999999999999999999", "0", "-1", "x"])
def test_a_number_that_no_line_has_is_told(admin: httpx.Client, before: str) -> None:
    refused = admin.get("/api/v1/changes", params={"before": before})
    assert refused.status_code == 422
    assert "before" in refused.json()["where"]
    page = admin.get("/changes", params={"before": before}, headers={"accept": "text/html"})
    assert page.status_code == 422
    assert "<html" in page.text


@pytest.mark.parametrize(("language", "between"), [("zh", "、"), ("en", ", ")])
def test_names_in_a_report_are_joined_as_the_language_does(
    hub: RunningHub, language: Language, between: str
) -> None:
    names = ReportNames(hub.app.state.parts, language)
    couple = next(home for home in hub.engine.homes().values() if len(home.profile.residents) == 2)
    one, other = (resident.name for resident in couple.profile.residents)
    assert names.residents(couple.id) == f"{one}{between}{other}"


def test_log_ins_hide_no_change_and_are_there_for_who_asks(hub: RunningHub) -> None:
    at = hub.clock.now()
    for what in (What.ACCOUNT_ADDED, *[What.LOGGED_IN] * 60):
        line = Change(at, "chen", what, "account", "chen")
        hub.engine.write(partial(change_log.note, change=line)).result(10)
    with hub.browser("admin") as page:
        page.cookies.set("care_language", "zh")

        def rows(**asked: str) -> list[str]:
            return re.findall(r"<tr><td.*?</tr>", page.get("/changes", params=asked).text, re.DOTALL)

        assert not any("登录系统" in row or ">登录<" in row for row in rows())
        assert any("chen" in row for row in rows())
        assert all(">登录<" in row for row in rows(what="all"))
        assert len(rows(what="logged_in")) == len(rows(what="all")) == 50
