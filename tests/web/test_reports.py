"""Reports over HTTP: the page in both languages, figures as JSON, the workbook; who sees what, and who is written down."""

import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from openpyxl import load_workbook

from hub.core.alerts import Alert
from hub.core.events import ActorRole
from hub.reports.period import midnight
from hub.store import change_log
from hub.store.accounts import add_account
from hub.store.store import Connection
from hub.web.passwords import hash_password
from tests.reports.past import tell_of_a_day
from tests.story import SHANGHAI
from tests.web.running import PASSWORD, RunningHub

READERS = (
    ("zhao", "赵监管", ActorRole.SUPERVISOR, "everything", None),
    ("desk", "站点", ActorRole.CENTRE_DUTY, "centre", "centre"),
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """Homes of several centres."""
    with RunningHub(tmp_path_factory.mktemp("hub"), homes=160) as running:
        yield running


@pytest.fixture(scope="module")
def yesterday(hub: RunningHub) -> date:
    return hub.clock.now().astimezone(SHANGHAI).date() - timedelta(days=1)


@pytest.fixture(scope="module")
def told(hub: RunningHub, yesterday: date) -> list[Alert]:
    """Sixty alerts of yesterday, and readers of reports: an authority, and the desk of the centre that has most of them."""
    found = tell_of_a_day(hub, midnight(yesterday, SHANGHAI))
    hashed, now = hash_password(PASSWORD), hub.clock.now()
    centre = centre_of(found)
    for login, name, role, kind, about in READERS:
        where = centre if about else None
        given = (login, name, role, hashed, now, kind, where)
        hub.engine.write(partial(_add, given)).result(10)
    return found


def _add(given: tuple[Any, ...], connection: Connection) -> None:
    add_account(connection, *given)


def centre_of(alerts: list[Alert]) -> str:
    """A centre that has some of the alerts."""
    centres = sorted({alert.in_charge.centre_id or "" for alert in alerts if alert.in_charge})
    return centres[0]


@pytest.fixture
def admin(hub: RunningHub, told: list[Alert]) -> Iterator[httpx.Client]:
    with hub.browser("admin") as client:
        yield client


def rows(page: str, part: str) -> str:
    """One table of the page, by the id of its heading."""
    found = re.search(rf'id="{part}".*?</section>', page, re.DOTALL)
    assert found, part
    return found.group()


def test_the_page_says_what_the_api_says(admin: httpx.Client, told: list[Alert], yesterday: date) -> None:
    page = admin.get(f"/reports?day={yesterday}").text
    figures = admin.get(f"/api/v1/reports?day={yesterday}").json()
    total = figures["total"]
    assert figures["final"]
    assert sum(one["count"] for one in total["opened"]) == len(told) == 60
    assert total["closed"] == sum(alert.resolved_at is not None for alert in told)
    assert sum(sum(one["count"] for one in centre["opened"]) for centre in figures["centres"]) == 60
    assert f"日报 {yesterday}" in page
    assert f">{total['response']['within_60']} / {total['response']['calls']} · 目标 97.5 %<" in page
    assert "已定稿" in page
    assert "记录从" in page
    answerers = {one["name"]: one["response"]["answered"] for one in figures["answerers"]}
    assert f'<th scope="row">陈静</th><td>{answerers["陈静"]}</td>' in rows(page, "answerers")


def test_english_too(admin: httpx.Client, yesterday: date) -> None:
    admin.cookies.set("care_language", "en")
    page = admin.get(f"/reports?day={yesterday}").text
    assert "Report of the day" in page
    # Names of people and places stay as they are; words are English.
    words = re.sub(r"<t[dh][^>]*>.*?</t[dh]>", "", page, flags=re.DOTALL)
    words = re.sub(r'<button class="plain".*?</button>|<span class="who-name">.*?</span>', "", words)
    assert not re.findall(r"[\u4e00-\u9fff]+", words)


def test_a_quiet_centre_has_its_line(hub: RunningHub, admin: httpx.Client, yesterday: date) -> None:
    page = admin.get(f"/reports?day={yesterday - timedelta(days=300)}").text
    centres = rows(page, "centres")
    for centre in hub.engine.context().centres.values():
        assert centre.name in centres
    assert "这一时段没有报警" in page


def test_today_is_not_final_and_has_no_day_after(admin: httpx.Client) -> None:
    page = admin.get("/reports").text
    assert "还没有结束" in page
    assert "后一天" not in page
    assert "前一天" in page


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("from=2026-03-05&until=2026-03-01", "开始日期在结束日期之后"),
        ("from=2026-01-01&until=2026-12-31", "一次最多 92 天"),
        ("day=0001-01-01", "没有这一年的记录"),
        ("day=yesterday", "日期不对"),
    ],
)
def test_wrong_days_are_told(admin: httpx.Client, query: str, why: str) -> None:
    answer = admin.get(f"/reports?{query}")
    assert answer.status_code == 422
    assert why in answer.text
    refused = admin.get(f"/api/v1/reports?{query}")
    assert refused.status_code == 422
    assert refused.json()["remedy"]


def test_empty_fields_of_the_form_ask_for_today(admin: httpx.Client) -> None:
    assert admin.get("/reports?from=&until=").status_code == 200


def test_a_month_of_neighbours(admin: httpx.Client) -> None:
    page = admin.get("/reports?from=2026-03-01&until=2026-03-31").text
    assert 'href="/reports?from=2026-02-01&amp;until=2026-02-28"' in page
    assert 'href="/reports?from=2026-04-01&amp;until=2026-04-30"' in page
    week = admin.get("/reports?from=2026-03-02&until=2026-03-08").text
    assert 'href="/reports?from=2026-02-23&amp;until=2026-03-01"' in week


def test_the_workbook_is_written_down(
    hub: RunningHub, admin: httpx.Client, told: list[Alert], yesterday: date
) -> None:
    link = re.search(r'id="xlsx" href="([^"]+)"', admin.get(f"/reports?day={yesterday}").text)
    assert link
    answer = admin.get(link.group(1).replace("&amp;", "&"))
    assert answer.status_code == 200
    named = answer.headers["content-disposition"]
    assert named.startswith(f'attachment; filename="report-{yesterday}-all.xlsx"; ')
    assert unquote(named.partition("filename*=UTF-8''")[2]) == f"日报-{yesterday}-全部.xlsx"
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["汇总", "报警明细", "按管家"]
    assert book["报警明细"].max_row == 61
    newest = hub.engine.write(lambda connection: change_log.changes(connection, limit=1)).result(10)
    ((_, change),) = newest
    assert (change.by, change.what, change.about_id) == ("admin", "report_exported", str(yesterday))


def test_the_authority_reads_figures_and_no_name(hub: RunningHub, told: list[Alert], yesterday: date) -> None:
    with hub.browser("zhao") as client:
        page = client.get(f"/reports?day={yesterday}").text
        figures = client.get(f"/api/v1/reports?day={yesterday}")
        assert client.get(f"/api/v1/reports.xlsx?day={yesterday}").status_code == 403
    secret = {"陈静"} | {alert.home_id for alert in told}
    for person in hub.engine.context().people.values():
        secret |= {person.name, person.id}
    for home in hub.engine.homes().values():
        for resident in home.profile.residents:
            secret |= {resident.name, resident.id}
    assert "人员 1" in page
    for text in (page, figures.text):
        assert not [one for one in secret if re.search(rf"(?<![\w.-]){re.escape(one)}(?![\w-])", text)]
    assert "导出 Excel" not in page
    assert sum(one["count"] for one in figures.json()["total"]["opened"]) == 60


def test_a_centre_reads_its_own(hub: RunningHub, told: list[Alert], yesterday: date) -> None:
    centre = centre_of(told)
    with hub.browser("desk") as client:
        figures = client.get(f"/api/v1/reports?day={yesterday}").json()
        page = client.get(f"/reports?day={yesterday}").text
    own = [alert for alert in told if alert.in_charge and alert.in_charge.centre_id == centre]
    assert 0 < len(own) < 60
    assert sum(one["count"] for one in figures["total"]["opened"]) == len(own)
    assert {one["id"] for one in figures["centres"]} == {centre}
    assert all(f"/homes/{alert.home_id}" in page for alert in own if alert.opened_as == "emergency")
    others = {alert.home_id for alert in told} - {alert.home_id for alert in own}
    assert not [home_id for home_id in others if f"/homes/{home_id}" in page]


def test_an_operator_reads_none(hub: RunningHub, told: list[Alert]) -> None:
    with hub.browser("chen") as client:
        assert client.get("/reports", headers={"accept": "text/html"}).status_code == 403
        assert client.get("/api/v1/reports").status_code == 403
        assert "/reports" not in client.get("/", headers={"accept": "text/html"}).text
