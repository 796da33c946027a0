"""A flood of alerts in the console: one row for each cause and place, an emergency always by itself, each alert a key away."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from firmware_contracts.vocabulary import Kind
from hub.core.home import DeviceKind
from tests.browser.conftest import Opener
from tests.browser.street import violations
from tests.web.running import RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

BEGINS = 10


KEYS = (DeviceKind.BUTTON, DeviceKind.PULL_CORD, DeviceKind.PENDANT)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with RunningHub(tmp_path / "hub", homes=60) as running:
        yield running


def with_keys(hub: RunningHub) -> list[tuple[str, str]]:
    """A key of each home that has one which tells of its faults."""
    found = {
        home.id: device.id
        for home in hub.engine.homes().values()
        for device in home.profile.devices.values()
        if device.kind in KEYS and device.family == "native"
    }
    return sorted(found.items())


def faults(hub: RunningHub, first: int, last: int) -> None:
    for home_id, device_id in with_keys(hub)[first:last]:
        hub.say(home_id, device_id, Kind.FAULT, {"fault": "tamper"})


def rows(page: "Page") -> int:
    return page.locator("#queue .row:not(.flood)").count()


def test_nine_are_read_one_by_one_and_the_tenth_makes_a_flood(hub: RunningHub, open_console: Opener) -> None:
    faults(hub, 0, BEGINS - 1)
    page = open_console()
    expect(page.locator("#queue .row")).to_have_count(BEGINS - 1)
    expect(page.locator("#flood-bar")).to_be_hidden()
    faults(hub, BEGINS - 1, BEGINS)
    expect(page.locator("#flood-bar")).to_contain_text("告警潮：10 条")
    expect(page.locator("#queue .row.flood .row-name").first).to_contain_text("条")
    assert (
        sum(int(text.split()[0]) for text in page.locator(".flood .row-name").all_inner_texts()) + rows(page)
        == BEGINS
    )
    assert violations(page, "/") == []


def test_an_emergency_stands_by_itself_above_the_groups(hub: RunningHub, open_console: Opener) -> None:
    faults(hub, 0, 12)
    page = open_console()
    expect(page.locator("#queue .row.flood").first).to_be_visible()
    hub.press(with_keys(hub)[0][0])
    first = page.locator("#queue .row").first
    expect(first).to_have_class("row severity-emergency waiting selected")
    first.get_by_role("button", name="接警").click()
    expect(page.locator("#queue .row.held")).to_have_count(1)


def test_a_group_unfolds_and_what_is_taken_leaves_it(hub: RunningHub, open_console: Opener) -> None:
    faults(hub, 0, 12)
    page = open_console()
    group = page.locator("#queue .row.flood").first
    count = int(group.locator(".row-name").inner_text().split()[0])
    alone = rows(page)
    group.locator(".row-main").click()
    expect(page.locator("#queue .row:not(.flood)")).to_have_count(alone + count)
    page.locator("#queue .row.flood + .row").get_by_role("button", name="接警").click()
    expect(group.locator(".row-name")).to_have_text(f"{count - 1} 条")
    page.locator("#flood-bar").click()
    expect(page.locator("#queue .row.flood")).to_have_count(0)
    expect(page.locator("#queue .row")).to_have_count(12)


def test_by_keys_alone_every_alert_is_reached(hub: RunningHub, open_console: Opener) -> None:
    faults(hub, 0, 12)
    page = open_console()
    expect(page.locator("#queue .row.flood").first).to_be_visible()
    seen = set()
    for _ in range(16):
        page.keyboard.press("j")
        page.wait_for_selector("#queue .row.selected")
        seen.add(page.locator("#queue .row.selected").get_attribute("data-id"))
    assert len(seen) == 12
