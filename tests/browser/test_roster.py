"""The roster in a real browser: leave, a request for a cover, a confirmation on the phone, and the gap is gone."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from hub.core.events import ActorRole
from hub.store.accounts import add_account
from hub.store.store import Connection
from hub.web.access import ScopeKind
from tests.browser.conftest import Opener
from tests.web.running import _HASH, RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def log_ins(hub: RunningHub) -> None:
    now = hub.clock.now()
    people = hub.engine.context().people

    def add(connection: Connection) -> None:
        for login in ("b01", "b02"):
            add_account(
                *(connection, login, people[login].name, ActorRole.BUTLER, _HASH, now),
                *(ScopeKind.OWN.value, login, login),
            )
        add_account(connection, "manager", "周值班长", ActorRole.DUTY_MANAGER, _HASH, now)

    hub.engine.write(add).result(10)


def roster(page: "Page", hub: RunningHub, query: str = "") -> "Page":
    page.goto(f"{hub.url}/roster{query}")
    return page


def test_leave_a_request_and_a_confirmation_close_the_gap(hub: RunningHub, open_console: Opener) -> None:
    log_ins(hub)
    names = {one: hub.engine.context().people[one].name for one in ("b01", "b02")}
    today = hub.engine.context().local(hub.clock.now()).date()
    first, last = (str(today + timedelta(days=one)) for one in (1, 2))

    # The manager enters leave, with the keyboard alone.
    manager = roster(open_console("manager"), hub, "?centre=centre-00")
    leave = manager.locator("section[aria-labelledby=leaves]")
    leave.locator("summary").focus()
    manager.keyboard.press("Enter")
    leave.get_by_label("人员").select_option(label=names["b01"])
    leave.get_by_label("从（日期）").fill(first)
    leave.get_by_label("到（最后一天）").fill(last)
    leave.get_by_label("到（最后一天）").press("Enter")
    manager.wait_for_url("**#leaves")
    ahead = manager.locator("section[aria-labelledby=ahead]")
    expect(ahead).to_contain_text(f"{names['b01']}休假，没有人代管，20 位老人没有自己的管家")

    # The butler asks a colleague, who finds the request on top of the phone's page.
    asking = roster(open_console("b01", PHONE), hub)
    covers = asking.locator("section[aria-labelledby=covers]")
    covers.locator("summary").click()
    covers.get_by_label("对方").select_option(label=names["b02"])
    covers.get_by_label("从（日期）").fill(first)
    covers.get_by_label("到（最后一天）").fill(last)
    covers.get_by_role("button", name="申请代管").click()
    expect(covers).to_contain_text(f"还差：{names['b02']}")

    confirming = roster(open_console("b02", PHONE), hub)
    expect(confirming.locator("#mine")).to_have_text("等您确认的代管")
    confirming.locator("section.wait").get_by_role("button", name="确认").click()
    expect(confirming.locator("section[aria-labelledby=covers]")).to_contain_text("已确认")
    confirming.wait_for_load_state()  # Its words are there before its style.
    assert confirming.evaluate("document.documentElement.scrollWidth <= innerWidth")

    roster(manager, hub, "?centre=centre-00")
    expect(ahead).not_to_contain_text(f"{names['b01']}休假，没有人代管")
    expect(ahead).to_contain_text(f"{names['b02']}代管期间共 40 位老人（自己名下 20 位）")
    expect(manager.locator("table.week")).to_contain_text(f"由{names['b02']}代")
