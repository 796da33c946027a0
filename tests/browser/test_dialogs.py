"""Every dialog of the console, in both languages, on a desk's screen and on a telephone: nothing that axe-core objects to."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.street import context, everywhere, hub, opened, two_elders, violations
from tests.web.running import RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

__all__ = ["context", "hub"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@everywhere
def test_axe_finds_nothing_in_any_dialog(hub: RunningHub, context: "BrowserContext") -> None:
    page = opened(context.new_page(), hub, "/")
    found: list[str] = []
    page.locator("#queue .row.waiting .row-main").first.click()
    page.wait_for_selector(".detail .card")
    found += violations(page, "an alert chosen")
    for action in ("resolve", "note", "ambulance"):
        page.locator(f"[data-action={action}]").click()
        page.wait_for_selector(f"#{action}-dialog[open]")
        found += violations(page, action)
        page.keyboard.press("Escape")
        page.wait_for_selector(f"#{action}-dialog:not([open])", state="attached")
    if page.locator(".back").is_visible():
        page.locator(".back").click()
    page.locator("#queue .row.held .row-main").first.click()
    page.locator("[data-action=on_site]").click()
    page.wait_for_selector("#holding-dialog[open]")
    found += violations(page, "held by somebody else")
    page.keyboard.press("Escape")
    page.wait_for_selector("#holding-dialog:not([open])", state="attached")
    if page.locator(".back").is_visible():
        page.locator(".back").click()
    page.locator("#raise-button").click()
    found += violations(page, "raise, nothing typed")
    page.locator("#raise-dialog [name=q]").fill("no such person")
    page.wait_for_selector("#raise-none:not(:empty)")
    found += violations(page, "raise, nothing found")
    page.locator("#raise-dialog [name=q]").fill(two_elders(hub))
    page.wait_for_selector("#raise-found [role=option]")
    found += violations(page, "raise, found")
    page.locator("#raise-dialog .danger").click()
    page.wait_for_selector("#raised-dialog[open]")
    found += violations(page, "raised")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector("#help-dialog[open]")
    found += violations(page, "help")
    assert not found, "\n".join(found)
