"""What goes on paper: an elder's card on one sheet without the door code, an alert with its whole course, what protects whom."""

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.web.running import RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def sheets(page: "Page") -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def test_a_card_is_one_sheet_and_never_shows_the_door_code(hub: RunningHub, open_console: Opener) -> None:
    page = open_console()
    home_id = next(one for one in hub.home_ids()[12:] if hub.engine.homes()[one].profile.door_code)
    code = hub.engine.homes()[home_id].profile.door_code
    alert = hub.emergency(home_id)
    page.locator("#queue .row .take").click()
    expect(page.locator(".card .code")).to_have_text(code)
    for one in (home_id, "h0004"):
        page.goto(f"{hub.url}/homes/{one}")
        assert sheets(page) == 1, one
    page.goto(f"{hub.url}/homes/{home_id}")
    expect(page.locator(".code")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".code")).to_be_hidden()
    expect(page.locator("body")).not_to_contain_text(code, use_inner_text=True)
    for _, phone in hub.engine.homes()[home_id].profile.callers:
        expect(page.get_by_text(phone)).to_be_visible()
    page.goto(f"{hub.url}/alerts/{alert.id}")
    expect(page.locator(".timeline")).to_contain_text("陈静已接警")
    expect(page.locator("nav")).to_be_hidden()


def test_the_button_prints(hub: RunningHub, open_console: Opener) -> None:
    page = open_console()
    page.add_init_script("window.print = () => document.documentElement.setAttribute('data-printed', 'true')")
    page.goto(f"{hub.url}/homes/h0004")
    page.get_by_role("button", name="打印").click()
    expect(page.locator("html")).to_have_attribute("data-printed", "true")


def test_what_protects_whom_is_a_table_on_paper_and_says_of_whom(
    hub: RunningHub, open_console: Opener
) -> None:
    """A sheet is as narrow as a telephone, where each elder takes a screen: some twenty sheets for one shift."""
    page = open_console()
    page.goto(f"{hub.url}/protection?only=everybody&centre=centre-01")
    elders = page.locator("tr[data-elder]").count()
    assert elders >= 15
    assert sheets(page) <= 1 + elders // 15
    page.set_viewport_size({"width": 690, "height": 1000})
    page.emulate_media(media="print")
    expect(page.get_by_role("columnheader", name="跌倒感应")).to_be_visible()
    expect(page.locator(".fold-word").first).to_be_hidden()
    centre = next(one.name for one in hub.directory.centres if one.id == "centre-01")
    expect(page.get_by_text(f"{centre} · 全部老人")).to_be_visible()
