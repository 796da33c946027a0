"""Every page, in both languages, on a desk's screen and on a telephone: nothing that axe-core objects to, and nothing that stands
out of a narrow screen."""

import re
from typing import TYPE_CHECKING

import pytest

from hub.web.words import WORDS
from tests.browser.street import context, everywhere, hub, opened, paths, violations
from tests.web.running import RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

__all__ = ["context", "hub"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

BARE_KEY = re.compile(rf"\b(?:{'|'.join({re.escape(key.split('.')[0]) for key in WORDS})})\.[a-z_]+\b")
"""What a page shows when a script asks for words that it does not carry."""


@everywhere
def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_the_screen(
    hub: RunningHub, context: "BrowserContext"
) -> None:
    page = context.new_page()
    found: list[str] = []
    for path in paths(hub):
        found += violations(opened(page, hub, path), path)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{path}: wider than the screen")
        if keys := BARE_KEY.findall(page.inner_text("body")):
            found.append(f"{path}: shows {keys}")
    assert not found, "\n".join(found)
