"""A butler's telephone: a call that they hold shows whom to telephone without a click; without one they say why, and it is
told."""

from typing import TYPE_CHECKING, Any

import pytest

from hub.core.alerts import Role
from hub.core.events import ActorRole
from hub.core.home import DeviceKind
from hub.store.accounts import add_account
from tests.browser.conftest import Opener
from tests.web.running import _HASH, PASSWORD, RunningHub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def hub(tmp_path: "Path") -> "Iterator[RunningHub]":
    with RunningHub(tmp_path / "hub", homes=40) as running:
        yield running


def log_in(chromium: "Browser", hub: RunningHub) -> "Page":
    more: dict[str, Any] = {"is_mobile": True, "has_touch": True, "locale": "zh-CN"}
    page = chromium.new_context(viewport=PHONE, **more).new_page()  # type: ignore[arg-type]
    page.context.set_default_timeout(30_000)
    page.goto(hub.url)
    page.fill("input[name=login]", "wang")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_selector("html[data-ready]")
    return page


def test_whoever_holds_the_call_never_clicks_and_everybody_else_says_why(
    hub: RunningHub, chromium: "Browser", open_console: Opener
) -> None:
    homes = hub.engine.homes()
    calling, quiet = [
        one
        for one in hub.home_ids()
        if homes[one].profile.people[Role.BUTLER] == homes[hub.home_ids()[14]].profile.people[Role.BUTLER]
        and any(
            (device.kind, device.family) == (DeviceKind.BUTTON, "native")
            for device in homes[one].profile.devices.values()
        )
    ][:2]
    butler, now = homes[quiet].profile.people[Role.BUTLER][0], hub.clock.now()
    hub.engine.write(
        lambda connection: add_account(
            connection, "wang", "王管家", ActorRole.BUTLER, _HASH, now, "own", butler, butler
        )
    ).result(10)
    phone = log_in(chromium, hub)
    try:
        # No alert: the short card, and what the rest is for.
        number = homes[quiet].profile.phone
        phone.goto(f"{hub.url}/homes/{quiet}")
        assert number not in phone.inner_text("main")
        phone.select_option("select[name=reason]", "visit")
        phone.click(".open-card button")
        phone.wait_for_selector(f"text={number}")

        # A call: asked about it, the butler reads that it opens by taking it, and takes it.
        alert, number = hub.emergency(calling), homes[calling].profile.phone
        phone.goto(f"{hub.url}/?alert={alert.id}")
        phone.wait_for_selector("text=接警后自动打开")
        assert number not in phone.inner_text("#detail-body")
        phone.click("[data-action=acknowledge]")
        phone.wait_for_selector(f"#detail-body >> text={number}")
        assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    finally:
        phone.context.close()

    admin = open_console("admin")
    for home_id, why in ((quiet, "准备上门"), (calling, "处理告警")):
        admin.goto(f"{hub.url}/homes/{home_id}")
        told = admin.locator("section[aria-labelledby=openings]").inner_text()
        assert "王管家" in told
        assert why in told
