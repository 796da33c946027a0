"""A street on which something of everything has happened, and every page of it: what accessibility is asked of."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe

from firmware_contracts.vocabulary import CallAction, Kind, ServiceCategory
from hub.core.service_requests import ServiceRequest
from hub.web.pages.menu import MENU
from tests.browser.conftest import DESK
from tests.web.running import RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PHONE = {"width": 390, "height": 844}
SCREENS = {"desk": DESK, "phone": PHONE}
LANGUAGES = ("zh", "en")
axe = Axe()
EVERY_RULE: dict[str, Any] = {"resultTypes": ["violations"]}
"""Of rules that found nothing, one element is told instead of all."""
ALL_BUT_CONTRAST = {**EVERY_RULE, "rules": {"color-contrast": {"enabled": False}}}
"""Most of the price. Both languages have the same colours, so the desk is looked at in Chinese, the telephone in English."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A street on which something of everything has happened."""
    with RunningHub(tmp_path_factory.mktemp("axe") / "hub", homes=60) as running:
        first, second, third, fourth = running.home_ids()[12:16]
        taken = running.emergency(first)
        with running.client("chen") as chen:
            answer = chen.post(f"/api/v1/alerts/{taken.id}/acknowledge", json={"version": taken.version})
            assert answer.status_code == 200, answer.text
        running.press(first)
        running.press(two_elders(running))
        running.press("h0004")
        running.press(third, CallAction.SERVICE, ServiceCategory.MEALS)
        running.say(second, running.caller(second).id, Kind.FAULT, {"fault": "battery_low"})
        running.deliver(f"care/v1/demo/{fourth}/nobody/vital", b"\xff\x00{")
        yield running


def two_elders(hub: RunningHub) -> str:
    return next(one for one in hub.home_ids() if len(hub.engine.homes()[one].profile.residents) == 2)


def an_alert(hub: RunningHub) -> str:
    return next(iter(hub.engine.homes()[hub.home_ids()[12]].alerts))


def a_request(hub: RunningHub) -> ServiceRequest:
    return next(iter(hub.engine.homes()[hub.home_ids()[14]].requests.values()))


def paths(hub: RunningHub) -> list[str]:
    """All of the menu, and the pages behind a link."""
    behind = [
        f"/homes/{two_elders(hub)}",
        f"/homes/{two_elders(hub)}/life",
        f"/enrol/{two_elders(hub)}",
        f"/enrol/{two_elders(hub)}/check",
        f"/alerts/{an_alert(hub)}",
        "/homes?q=nobody%20at%20all",
        "/devices?problem=fault",
        f"/requests/{a_request(hub).id}",
        "/requests/new",
        "/requests/new?q=街",
        f"/requests/new?home={two_elders(hub)}",
        f"/key-tests/{two_elders(hub)}",
        "/key-tests?show=all",
        f"/homes/{two_elders(hub)}/silences",
        f"/homes/{two_elders(hub)}/rules",
        "/protection?only=everybody",
        "/tokens",
        "/nothing",
    ]
    return [item.path for item in MENU] + behind


@pytest.fixture
def context(
    request: pytest.FixtureRequest, hub: RunningHub, chromium: "Browser"
) -> Iterator["BrowserContext"]:
    """A browser in which the administrator, who may open every page, is logged in."""
    screen, language = request.param
    touch = screen == "phone"
    opened = chromium.new_context(viewport=cast("Any", SCREENS[screen]), locale="zh-CN", has_touch=touch)
    with hub.browser("admin") as client:
        session = str(client.cookies["care_session"])
    opened.add_cookies(
        [
            {"name": "care_session", "value": session, "url": hub.url},
            {"name": "care_language", "value": language, "url": hub.url},
        ]
    )
    opened.set_default_timeout(30_000)
    yield opened
    opened.close()


everywhere = pytest.mark.parametrize(
    "context",
    [(screen, language) for screen in SCREENS for language in LANGUAGES],
    ids="-".join,
    indirect=True,
)


EVERY_SHAPE_TWICE = """() => {
  const shape = (one) => [one, ...one.querySelectorAll('*')]
    .map((part) => part.tagName + '.' + part.getAttributeNames().sort() + '.' + part.className).join();
  for (const parent of document.querySelectorAll('tbody, ul, ol, dl, select, section, div')) {
    if (parent.children.length < 12) continue;
    const seen = new Map();
    for (const child of parent.children) {
      const made = shape(child);
      const times = (seen.get(made) ?? 0) + 1;
      seen.set(made, times);
      if (times > 2) { child.dataset.asSeen = child.style.display; child.style.display = 'none'; }
    }
  }
}"""
"""Of rows made alike (tags, attributes, classes) two stay: so much longer a list, so much longer axe looks, and sees the same."""
ALL_AGAIN = """() => {
  for (const one of document.querySelectorAll('[data-as-seen]')) {
    one.style.display = one.dataset.asSeen;
    delete one.dataset.asSeen;
  }
}"""


def violations(page: "Page", where: str) -> list[str]:
    """Each as a readable line: rule, what it says, the first elements."""
    page.evaluate(EVERY_SHAPE_TWICE)
    wide = page.evaluate("innerWidth > 600")
    chinese = page.evaluate("document.documentElement.lang.startsWith('zh')")
    said = axe.run(page, options=EVERY_RULE if wide == chinese else ALL_BUT_CONTRAST).response
    page.evaluate(ALL_AGAIN)
    assert len(said["passes"]) > 5, f"{where}: axe has not looked"
    return [
        f"{where}: {found['id']} ({found['impact']}): {found['help']}: "
        + "; ".join(f"{node['target'][-1]} {_why(node)}" for node in found["nodes"][:4])
        for found in said["violations"]
    ]


def _why(node: dict[str, Any]) -> str:
    return " ".join(one["message"] for one in (*node["any"], *node["all"], *node["none"]))[:160]


def opened(page: "Page", hub: RunningHub, path: str) -> "Page":
    answer = page.goto(hub.url + path)
    assert answer is not None
    assert answer.status < 500, f"{path}: {answer.status}"
    if path == "/":
        page.wait_for_selector("html[data-ready]")
        page.wait_for_selector("#queue .row")
    return page
