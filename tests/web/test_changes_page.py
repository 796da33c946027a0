"""The page of the change log speaks the language of who reads it: no key, no instant of a machine, no number too long."""

import html
import re
from typing import Any

import httpx
import pytest

from hub.store import change_log
from hub.store.change_log import Change, What
from hub.web.report_names import ReportNames
from hub.web.words import Language
from tests.web.running import RunningHub


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
        (What.ROSTER_CHANGED, "roster", "2026-05-01", {"day_type": "rest_day"}, "休息日", "rest day"),
    ],
)
def test_details_are_in_words(
    hub: RunningHub, what: What, kind: str, about: str | None, data: dict[str, Any], zh: str, en: str
) -> None:
    for language, told in (("zh", zh), ("en", en)):
        assert told in shown(hub, language, Change(hub.clock.now(), "admin", what, kind, about, data))


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
