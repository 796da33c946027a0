"""A butler's day with the phone: sees the own elders' calls, and of somebody else's elder nothing, however it is asked; the duty
manager reads in the change log that it was tried."""

from typing import TYPE_CHECKING, Any

import pytest

from hub.core.alerts import Role
from tests.browser.conftest import Opener
from tests.web.running import PASSWORD, RunningHub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PHONE = {"width": 390, "height": 844}

CARD = "home => fetch(`/api/v1/homes/${home}`).then((answer) => answer.json())"
ALERT = "alert => fetch(`/api/v1/alerts/${alert}`).then((answer) => answer.json())"
TAKE = """([alert, version]) => fetch(`/api/v1/alerts/${alert}/acknowledge`, {
  method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify({version}),
}).then((answer) => answer.json())"""
LISTEN = """async (after) => {
  const abort = new AbortController();
  const answer = await fetch(`/api/v1/events?after=${after}`, {signal: abort.signal});
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\\n: ")) text += (await reader.read()).value;
  abort.abort();
  return text;
}"""
"""What the stream holds from a line on, until its first heartbeat."""


@pytest.fixture
def hub(tmp_path: "Path") -> "Iterator[RunningHub]":
    from datetime import timedelta

    with RunningHub(tmp_path / "hub", homes=400, heartbeat_every=timedelta(milliseconds=400)) as running:
        yield running


def two_homes(hub: RunningHub) -> tuple[str, str, str]:
    """A butler, a home of theirs, and one of somebody else's, each with a button."""
    pressable = []
    for home_id in hub.home_ids():
        try:
            hub.caller(home_id)
        except StopIteration:
            continue
        pressable.append(hub.engine.homes()[home_id].profile)
    mine = pressable[0]
    butler = mine.people[Role.BUTLER][0]
    other = next(
        profile
        for profile in pressable
        if butler not in {one for people in profile.people.values() for one in people}
    )
    return butler, mine.home_id, other.home_id


def test_a_butler_sees_the_own_elders_and_of_others_nothing(
    hub: RunningHub, chromium: "Browser", open_console: Opener
) -> None:
    butler, mine, other = two_homes(hub)
    before = hub.queries.journal_range().newest
    own_call, other_call = hub.emergency(mine), hub.emergency(other)
    elder = hub.engine.homes()[mine].profile.residents[0].name
    stranger = hub.engine.homes()[other].profile.residents[0].name

    # The administrator gives the butler a log-in, on the page.
    admin = open_console("admin")
    admin.goto(f"{hub.url}/accounts?person={butler}")
    admin.fill("input[name=login]", "wang")
    assert admin.input_value("select[name=role]") == "butler"
    assert admin.input_value("select[name=person]") == butler
    admin.fill("form#add input[name=password]", PASSWORD)
    admin.click("form#add button")
    admin.wait_for_selector("text=wang")

    phone = log_in(chromium, hub)
    try:
        # The own call is there, the other is not: in the queue, in the list, on a page, by search.
        phone.wait_for_selector(f"text={elder}")
        assert stranger not in phone.inner_text("body")
        menu = phone.locator("header nav a").all_inner_texts()
        assert "账号" not in menu
        assert "改动记录" not in menu
        phone.goto(f"{hub.url}/homes")
        assert elder in phone.inner_text("main")
        assert stranger not in phone.inner_text("main")
        assert fits(phone)

        # The butler takes the call, and whoever holds it reads the door code.
        phone.goto(f"{hub.url}/?alert={own_call.id}")
        phone.wait_for_selector("html[data-ready]")
        assert phone.evaluate(CARD, mine)["door_code"] is None
        version = phone.evaluate(ALERT, own_call.id)["version"]
        phone.evaluate(TAKE, [own_call.id, version])
        phone.goto(f"{hub.url}/alerts/{own_call.id}")
        assert phone.evaluate(ALERT, own_call.id)["holder"]["id"] == butler
        card = phone.evaluate(CARD, mine)
        assert bool(card["door_code"]) is card["door_code_known"]

        # Somebody else's elder: by page, by the interface, by the stream, by the export.
        for path in (f"/homes/{other}", f"/alerts/{other_call.id}"):
            answer = phone.goto(f"{hub.url}{path}")
            assert answer is not None
            assert answer.status == 403
            assert "没有权限" in phone.inner_text("main")
            assert stranger not in phone.inner_text("body")
            assert fits(phone)
        for path in (f"/api/v1/homes/{other}", f"/api/v1/alerts/{other_call.id}", "/api/v1/reports.xlsx"):
            assert phone.evaluate("path => fetch(path).then((answer) => answer.status)", path) == 403
        heard: str = phone.evaluate(LISTEN, before)
        assert own_call.id in heard
        assert other_call.id not in heard
        assert other not in heard
        # A call in that home while the phone looks at the queue does not come to it either.
        phone.goto(hub.url)
        phone.wait_for_selector("html[data-ready]")
        hub.press(other)
        hub.press(mine)
        phone.wait_for_selector(f"text={elder}")
        assert stranger not in phone.inner_text("body")
    finally:
        phone.context.close()

    # Refused, and written down: who, what, which.
    admin.goto(f"{hub.url}/changes?by=wang&what=access_refused")
    told = admin.inner_text("table")
    for about in (other, other_call.id):
        assert about in told
    assert hub.engine.context().people[butler].name in told
    assert "导出" in told
    assert "报表" in told


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


def fits(page: "Page") -> bool:
    """Nothing sticks out of the narrow screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
