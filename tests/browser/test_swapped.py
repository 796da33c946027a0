"""A button that hangs in the wrong flat is pressed: the console names both homes, and the operator says which it is."""

import os
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from firmware_contracts.vocabulary import Kind
from hub.core.events import ActorRole
from hub.store.accounts import add_account
from tests.browser.conftest import Opener
from tests.web.running import _HASH, RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser]

SHOTS = os.environ.get("CARE_SHOTS")


def picture(page: "Page", name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_a_call_between_two_homes(hub: RunningHub, open_console: Opener) -> None:
    hub.keeper.adopt(hub.directory)
    here, there = hub.home_ids()[:2]
    page = open_console()
    press = {"event_id": "event-swapped", "age_ms": 0, "action": "emergency"}
    hub.say(here, hub.caller(there).id, Kind.CALL, press)
    row = page.locator("#queue .row.severity-emergency")
    expect(row).to_have_count(1)
    row.locator(".row-main").click()
    called = row.get_attribute("data-id")
    other = page.locator(".other-home")
    profiles = {home_id: hub.engine.homes()[home_id].profile for home_id in (here, there)}
    expect(other).to_contain_text(profiles[there].address)
    expect(page.locator(".detail-place")).to_contain_text(profiles[here].address)
    picture(page, "10-two-homes")
    other.get_by_role("button", name="在这一户（另建一单）").click()
    expect(other).to_contain_text("已说明")
    page.locator("#queue .row.severity-technical .row-main").click()
    expect(page.locator(".other-home")).to_contain_text(profiles[there].address)
    expect(page.locator(".other-home button")).to_have_count(0)
    page.locator(f'#queue .row[data-id="{called}"] .row-main').click()
    raised = [alert.reason.code for alert in hub.engine.homes()[there].alerts.values()]
    assert raised == ["raised_by_hand"]
    expect(page.locator("#timeline")).to_contain_text(f"说明了是住户{profiles[there].address}")


@pytest.mark.parametrize("size", [None, {"width": 390, "height": 844}], ids=["desk", "phone"])
def test_closing_a_call_between_two_homes_asks_which_it_was(
    hub: RunningHub, open_console: Opener, size: dict[str, int] | None
) -> None:
    hub.keeper.adopt(hub.directory)
    here, there = hub.home_ids()[:2]
    page = open_console(viewport=size)
    press = {"event_id": "event-which", "age_ms": 0, "action": "emergency"}
    hub.say(here, hub.caller(there).id, Kind.CALL, press)
    page.locator("#queue .row.severity-emergency .row-main").click()
    expect(page.locator(".detail-why")).to_contain_text("一键呼叫器")
    flat = hub.engine.homes()[there].profile.address.split(" ")[-1]
    other = page.locator("#queue .row.severity-emergency .row-other")
    expect(other).to_contain_text(flat)
    page.locator("[data-action=ambulance]").click()
    expect(page.locator("#ambulance-dialog .read-out")).to_contain_text(flat)
    page.keyboard.press("Escape")
    page.locator("[data-action=resolve]").click()
    dialog = page.locator("#resolve-dialog")
    for key in ("5", "a", "Enter"):
        page.keyboard.press(key)
    expect(dialog.locator("[data-notice]")).to_have_text("请选是哪一户。")
    homes = dialog.locator("[data-where] .choice")
    expect(homes).to_have_count(3)
    addresses = [hub.engine.homes()[home_id].profile.address for home_id in (here, there)]
    for number, address in enumerate(addresses):
        expect(homes.nth(number)).to_contain_text(address)
    page.keyboard.press("x")
    picture(page, f"13-which-home-{'phone' if size else 'desk'}")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(other).to_have_count(0)
    closed = hub.queries.list_alerts(home_id=here, is_open=False)[0]
    assert closed.settled_home_id == there


def test_what_became_of_an_elder_is_recorded_on_a_page(hub: RunningHub, open_console: Opener) -> None:
    hub.keeper.adopt(hub.directory)
    manager = ("manager", "值班长", ActorRole.DUTY_MANAGER, _HASH, hub.clock.now())
    hub.engine.write(lambda connection: add_account(connection, *manager)).result(10)
    home_id = hub.home_ids()[0]
    page = open_console("manager")
    page.goto(f"{hub.url}/homes/{home_id}")
    page.get_by_role("link", name="办理变动").click()
    page.locator("form.panel").first.locator("input[value=deceased]").check()
    picture(page, "11-life-manager")
    page.locator("form.panel").first.get_by_role("button", name="登记").click()
    expect(page.locator(".notice")).to_contain_text("我已核实")
    page.locator("form.panel").first.locator("input[value=deceased]").check()
    page.locator("form.panel").first.locator("input[name=sure]").check()
    page.locator("form.panel").first.get_by_role("button", name="登记").click()
    expect(page.locator("form.panel").first).to_contain_text("离世")
    page.goto(f"{hub.url}/unprotected")
    expect(page.locator(".panel", has_text="待收回的设备")).to_contain_text(
        next(iter(hub.engine.homes()[home_id].profile.devices))
    )


def test_day_care_every_week_is_entered_and_cancelled_on_a_page(
    hub: RunningHub, open_console: Opener
) -> None:
    home_id = hub.home_ids()[0]
    page = open_console()
    page.goto(f"{hub.url}/homes/{home_id}/life")
    page.select_option("select[name=kind]", "day_care")
    for day in ("0", "2", "4"):
        page.locator(f"input[name=weekdays][value='{day}']").check()
    page.get_by_role("button", name="登记外出").click()
    entry = page.locator(".hung li")
    expect(entry).to_contain_text("周一 周三 周五 08:00–17:00")
    (away,) = hub.engine.homes()[home_id].away
    assert away.routine is not None
    picture(page, "12-day-care")
    entry.get_by_role("button", name="取消登记").click()
    expect(page.locator(".hung")).to_contain_text("没有登记外出")
    assert hub.engine.homes()[home_id].away == ()
