"""A real Chromium before a hub that runs. Without Chromium these tests are skipped, or fail where nothing may be missing."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers import missing
from tests.web.running import PASSWORD, RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is the same browser without what a window would need: half the time a page."""
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=document-user-activation-required",
)
DESK = {"width": 1366, "height": 768}
Opener = Callable[..., "Page"]


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        missing("Chromium is not installed: sudo apt install chromium-headless-shell (or chromium)")
    from playwright.sync_api import expect, sync_playwright

    # A bound for what never comes; five seconds, the default, a busy machine needs for a page now and then.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with RunningHub(tmp_path / "hub", homes=24) as running:
        yield running


@pytest.fixture
def open_console(hub: RunningHub, chromium: "Browser") -> Iterator[Opener]:
    """Opens the console as a log-in in a browser of its own; whatever a page complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(login: str = "chen", viewport: dict[str, int] | None = None, **more: object) -> "Page":
        context = chromium.new_context(viewport=viewport or DESK, locale="zh-CN", **more)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(30_000)
        cookie = _session(hub, login)
        context.add_cookies([{"name": "care_session", "value": cookie, "url": hub.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if "Content Security" in message.text else None,
        )
        page.goto(hub.url)
        page.wait_for_selector("html[data-ready]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints


def _session(hub: RunningHub, login: str) -> str:
    with hub.browser(login) as client:
        return str(client.cookies["care_session"])


__all__ = ["DESK", "PASSWORD", "Opener"]
