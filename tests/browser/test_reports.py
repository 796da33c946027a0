"""A day's report in a real browser: on a desk's screen, on a phone, on paper; found by the menu, printed, taken along."""

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from hub.reports.period import midnight
from tests.browser.conftest import DESK, Opener
from tests.browser.street import violations
from tests.reports.past import tell_of_a_day
from tests.story import SHANGHAI
from tests.web.running import RunningHub

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
A4_POINTS = (595, 842)


@pytest.fixture
def yesterday(hub: RunningHub) -> date:
    """With sixty alerts, the day before with thirty."""
    day = hub.clock.now().astimezone(SHANGHAI).date() - timedelta(days=1)
    tell_of_a_day(hub, midnight(day - timedelta(days=1), SHANGHAI), 30, seed=8)
    tell_of_a_day(hub, midnight(day, SHANGHAI))
    return day


def test_from_the_menu_to_the_day_before_yesterday(
    hub: RunningHub, open_console: Opener, yesterday: date
) -> None:
    page = open_console("admin")
    page.get_by_role("navigation").get_by_role("link", name="报表").click()
    expect(page.locator("h1")).to_contain_text("日报")
    page.get_by_role("link", name="前一天").click()
    expect(page.locator("h1")).to_contain_text(str(yesterday))
    expect(page.locator("#alerts + * tbody tr")).to_have_count(60)
    page.get_by_role("link", name="前一天").click()
    expect(page.locator("h1")).to_contain_text(str(yesterday - timedelta(days=1)))
    page.get_by_label("从").fill(str(yesterday - timedelta(days=1)))
    page.get_by_label("到（含）").fill(str(yesterday))
    page.get_by_role("button", name="查看").click()
    expect(page.locator("h1")).to_contain_text(f"{yesterday - timedelta(days=1)} 至 {yesterday}")
    expect(page.locator("#per-day + * tbody tr")).to_have_count(2)


def test_the_workbook_comes_down(open_console: Opener, hub: RunningHub, yesterday: date) -> None:
    page = open_console("admin")
    page.goto(f"{hub.url}/reports?day={yesterday}")
    with page.expect_download() as coming:
        page.get_by_role("link", name="导出 Excel").click()
    assert coming.value.suggested_filename == f"日报-{yesterday}-全部.xlsx"
    book = load_workbook(io.BytesIO(Path(coming.value.path()).read_bytes()))
    assert book["报警明细"].max_row == 61


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_wider_than_the_screen_and_axe_finds_nothing(
    open_console: Opener, hub: RunningHub, yesterday: date, viewport: dict[str, int], language: str
) -> None:
    page = open_console("admin", viewport)
    page.context.add_cookies([{"name": "care_language", "value": language, "url": hub.url}])
    for query in (f"day={yesterday}", f"from={yesterday - timedelta(days=40)}&until={yesterday}"):
        page.goto(f"{hub.url}/reports?{query}")
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        # What is wider scrolls in a frame that the keyboard reaches.
        frames = page.locator(".table-frame")
        assert frames.count() == page.locator(".table-frame[tabindex='0'][aria-labelledby]").count() > 3
        assert violations(page, query) == []


def test_on_paper(open_console: Opener, hub: RunningHub, yesterday: date) -> None:
    """A4, without menu and buttons; what a script would do for it, the stylesheet does alone."""
    page = open_console("admin")
    page.goto(f"{hub.url}/reports?day={yesterday}")
    expect(page.get_by_role("button", name="打印")).to_be_visible()
    page.emulate_media(media="print")
    for gone in (".top", ".report-tools"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.locator(".tiles")).to_be_visible()
    page.set_viewport_size({"width": 720, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    printed = page.pdf(prefer_css_page_size=True)
    assert (
        b"/MediaBox [0 0 %d" % (A4_POINTS[0] - 1) in printed or b"/MediaBox [0 0 %d" % A4_POINTS[0] in printed
    )
    assert 2 <= printed.count(b"/Type /Page\n") <= 12
