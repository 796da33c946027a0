"""Where no channel to people is set up the console says so as long as it lasts, also to a screen that nobody loads anew."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.street import violations
from tests.web.running import RunningHub

pytestmark = pytest.mark.browser


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with RunningHub(tmp_path / "hub", homes=3, ways_to_people=frozenset()) as running:
        yield running


def test_the_line_leads_to_what_to_do_and_goes_when_a_channel_was_set_up(
    hub: RunningHub, open_console: Opener
) -> None:
    page = open_console()
    line = page.locator("#told-bar")
    expect(line).to_contain_text("管家、家属收不到")
    assert violations(page, "/") == []
    line.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("[webhook]")
    assert violations(page, "/unprotected") == []

    page.clock.install()
    with page.expect_response("**/readyz"):
        page.goto(hub.url)
    page.wait_for_selector("html[data-ready]")
    expect(line).to_be_visible()
    # As after a restart with [webhook]: the same address, other settings.
    parts = hub.app.state.parts
    hub.app.state.parts = replace(
        parts, settings=replace(parts.settings, ways_to_people=frozenset({"webhook"}))
    )
    with page.expect_response("**/readyz"):
        page.clock.run_for(31_000)
    expect(line).to_be_hidden()
