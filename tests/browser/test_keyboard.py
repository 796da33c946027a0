"""Every page by keyboard alone: everything is reached, the focus is seen, and the page is left again."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.street import context, hub, opened, paths
from tests.web.running import RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

__all__ = ["context", "hub"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

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
