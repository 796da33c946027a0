"""Whatever page somebody works at: an emergency that nobody has taken shows there."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.web.running import RunningHub

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("path", ["/requests", "/homes", "/roster", "/changes"])
def test_an_emergency_shows_in_a_bar_and_the_title_until_somebody_has_it(
    hub: RunningHub, open_console: Opener, path: str
) -> None:
    page = open_console()
    page.goto(f"{hub.url}{path}")
    bar = page.locator("#calls-bar")
    expect(bar).to_be_hidden()
    alert = hub.emergency("h0002")
    expect(bar).to_have_text("有 1 起紧急求助没有人接警，点这里去告警台")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    with hub.browser("admin") as client:
        client.post(
            f"/api/v1/alerts/{alert.id}/acknowledge", json={"version": alert.version}
        ).raise_for_status()
    expect(bar).to_be_hidden()
    expect(page).not_to_have_title(re.compile(r"^\("))
