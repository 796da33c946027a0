"""Every page and dialog, in both languages, on a desk's screen and on a telephone: nothing that axe-core objects to, everything
reached by keyboard, the focus seen, and nothing that stands out of a narrow screen."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe

from firmware_contracts.vocabulary import CallAction, Kind, ServiceCategory
from hub.core.service_requests import ServiceRequest
from hub.web.pages.menu import MENU
from hub.web.words import WORDS
from tests.browser.conftest import DESK
from tests.web.running import RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = {"width": 390, "height": 844}
SCREENS = {"desk": DESK, "phone": PHONE}
LANGUAGES = ("zh", "en")
axe = Axe()
BARE_KEY = re.compile(rf"\b(?:{'|'.join({re.escape(key.split('.')[0]) for key in WORDS})})\.[a-z_]+\b")
"""What a page shows when a script asks for words that it does not carry."""


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
        f"/requests/new?home={two_elders(hub)}",
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
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


everywhere = pytest.mark.parametrize(
    "context",
    [(screen, language) for screen in SCREENS for language in LANGUAGES],
    ids="-".join,
    indirect=True,
)


def violations(page: "Page", where: str) -> list[str]:
    """Each as a readable line: rule, what it says, the first elements."""
    said = axe.run(page).response
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


SEEN = """() => {
  const active = document.activeElement;
  if (!active || active === document.body) return null;
  const outlined = (one) => {
    const style = one && getComputedStyle(one);
    return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const ringed = (one) => one && (/ 0px 0px 0px [2-9]px/.test(getComputedStyle(one).boxShadow) || ringed(one.parentElement));
  const stand = active.matches("[type=radio], [type=checkbox]") && active.nextElementSibling;
  const box = active.getBoundingClientRect();
  const words = active.getAttribute("href") || active.textContent.trim().slice(0, 30) || active.tagName;
  return {
    at: [...document.querySelectorAll("*")].indexOf(active),
    name: active.id || active.name || words,
    seen: outlined(active) || ringed(active) || (stand && outlined(stand)),
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""
# Of the choices of a group, the Tab key comes to one: the arrows go on.
REACHABLE = """() => {
  const groups = new Set();
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter((one) => {
    if (one.disabled || one.tabIndex < 0 || one.type === "hidden" || !one.checkVisibility()) return false;
    return one.type !== "radio" || (!groups.has(one.name) && groups.add(one.name));
  }).length;
}"""


@pytest.mark.parametrize("context", [("desk", "zh"), ("phone", "en")], ids="-".join, indirect=True)
def test_the_tab_key_comes_to_everything_is_seen_and_leaves_again(
    hub: RunningHub, context: "BrowserContext"
) -> None:
    page = context.new_page()
    wrong: list[str] = []
    for path in paths(hub):
        opened(page, hub, path)
        # From the very top, also where a field has the focus at first.
        page.evaluate("document.querySelector('.skip').focus()")
        reachable = page.evaluate(REACHABLE)
        places: list[int] = [page.evaluate(SEEN)["at"]]
        # A date's field holds the focus for each of its parts.
        for _ in range(3 * reachable + 5):
            page.keyboard.press("Tab")
            here = page.evaluate(SEEN)
            if places and here is not None and here["at"] == places[-1]:
                continue
            if here is None or here["at"] in places:
                break
            places.append(here["at"])
            if not here["seen"]:
                wrong.append(f"{path}: the focus on {here['name']} is not seen")
            if not here["inside"]:
                wrong.append(f"{path}: {here['name']} has the focus off the screen")
        if len(places) < reachable * 0.9:
            wrong.append(f"{path}: {len(places)} of {reachable} reached")
    assert not wrong, "\n".join(wrong)
