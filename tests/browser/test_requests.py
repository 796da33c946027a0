"""The board of service requests in a real browser: the green key, the desk, the butler's phone, the third press by mistake."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from firmware_contracts.vocabulary import CallAction, ServiceCategory
from hub.core.alerts import Role, WhatItWas, WhatWasDone
from hub.core.events import Actor, ActorRole, Resolve
from hub.core.service_requests import Remedy, RequestState, ServiceRequest
from hub.store.accounts import add_account
from hub.web.access import ScopeKind
from hub.web.passwords import hash_password
from tests.browser.conftest import PASSWORD, Opener
from tests.web.running import RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def door(hub: RunningHub, number: int = 0) -> str:
    return hub.home_ids()[12 + number]


def elder(hub: RunningHub, home_id: str) -> str:
    return hub.engine.homes()[home_id].profile.residents[0].name


def butler_of(hub: RunningHub, home_id: str) -> str:
    return hub.engine.homes()[home_id].profile.people[Role.BUTLER][0]


def the_request(hub: RunningHub, request_id: str) -> ServiceRequest:
    found = hub.queries.request(request_id)
    assert found is not None
    return found.request


def on(page: "Page", hub: RunningHub, path: str = "/requests") -> "Page":
    page.goto(hub.url + path)
    page.wait_for_selector("html[data-ready]")
    return page


def log_in_for(hub: RunningHub, person_id: str) -> str:
    """A log-in for a butler of the directory: sees the own list and nothing else."""
    add = (person_id, hub.engine.context().people[person_id].name, ActorRole.BUTLER, hash_password(PASSWORD))
    hub.engine.write(
        lambda connection: add_account(
            connection, *add, hub.clock.now(), ScopeKind.OWN.value, person_id, person_id
        )
    ).result(10)
    return person_id


def press_by_mistake(hub: RunningHub, home_id: str) -> None:
    alert = hub.emergency(home_id)
    outcome = (WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)
    hub.command(Resolve(home_id, alert.id, Actor("chen", ActorRole.OPERATOR), *outcome))
    hub.settle()


def test_the_green_key_goes_over_the_board_by_keyboard_alone(hub: RunningHub, open_console: Opener) -> None:
    page = on(open_console(), hub)
    home_id = door(hub)
    hub.press(home_id, CallAction.SERVICE, ServiceCategory.MEALS)
    new, assigned, begun, done = (
        page.locator(f"#column-{state} .ticket") for state in ("new", "assigned", "in_progress", "done")
    )
    expect(new).to_have_count(1)
    expect(new).to_contain_text(elder(hub, home_id))
    expect(new).to_contain_text("助餐")
    page.keyboard.press("a")
    expect(page.locator("#said")).to_have_text("请先用方向键选一条请求。")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    expect(assigned).to_contain_text(hub.engine.context().people[butler_of(hub, home_id)].name)
    expect(assigned.locator("h3 a")).to_be_focused()
    page.keyboard.press("s")
    expect(begun).to_have_count(1)
    expect(begun.locator("h3 a")).to_be_focused()
    page.keyboard.press("d")
    expect(done).to_contain_text(elder(hub, home_id))
    assert hub.engine.homes()[home_id].requests == {}


# With a Chinese input method the key sends the wide sign.
@pytest.mark.parametrize("sign", ["?", "\uff1f"])
def test_the_keys_of_the_board_are_shown_by_one_key(hub: RunningHub, open_console: Opener, sign: str) -> None:
    page = on(open_console(), hub)
    hub.press(door(hub), CallAction.SERVICE, ServiceCategory.MEALS)
    expect(page.locator("#column-new .ticket")).to_have_count(1)
    keys = page.locator(".board-help .keys")
    expect(keys).to_be_hidden()
    press = f"document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{key: '{sign}', bubbles: true}}))"
    page.evaluate(press)
    expect(keys).to_be_in_viewport(ratio=1)
    expect(keys).to_contain_text("派给所属管家")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("?")
    expect(keys).to_be_in_viewport(ratio=1)
    page.keyboard.press("?")
    expect(keys).to_be_hidden()


def test_a_daughter_telephones_for_a_service_by_keyboard_alone(hub: RunningHub, open_console: Opener) -> None:
    page = on(open_console(), hub)
    home_id = door(hub)
    page.keyboard.press("n")
    page.wait_for_url("**/requests/new")
    expect(page.locator("[name=q]")).to_be_focused()
    page.wait_for_selector("html[data-ready]")
    page.keyboard.type(hub.engine.homes()[home_id].profile.phone)
    # Found as one types, without Enter; the first that is found is chosen.
    expect(page.locator(".home-choices [aria-selected=true]")).to_contain_text(elder(hub, home_id))
    page.keyboard.press("Enter")
    page.wait_for_url("**home=*")
    expect(page.locator("[name=category]").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".request-state")).to_have_text("待受理")
    (request,) = hub.engine.homes()[home_id].requests.values()
    assert request.category == "recreation"
    assert request.opened_by == "chen"


def test_the_home_of_a_new_request_is_chosen_with_the_arrows_and_escape_leads_back(
    hub: RunningHub, open_console: Opener
) -> None:
    page = on(open_console(), hub, "/requests/new")
    rows = page.locator(".home-choices a")
    page.keyboard.type("街")
    expect(rows).to_have_count(12)
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    second = rows.nth(1).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{second}")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("Escape")
    page.wait_for_url("**/requests")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("n")
    page.wait_for_url("**/requests/new")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.type("zzzz")
    expect(page.locator(".empty")).to_contain_text("没有找到住户")
    page.keyboard.press("Enter")
    expect(page.locator(".empty")).to_contain_text("没有找到住户")
    page.keyboard.press("Escape")
    page.wait_for_url("**/requests")


def test_the_third_press_by_mistake_becomes_a_task_on_the_butlers_phone(
    hub: RunningHub, open_console: Opener
) -> None:
    home_id, other = (
        door(hub),
        next(one for one in hub.home_ids() if butler_of(hub, one) != butler_of(hub, door(hub))),
    )
    login = log_in_for(hub, butler_of(hub, home_id))
    page = on(open_console(login, viewport=PHONE), hub)
    hub.press(other, CallAction.SERVICE, ServiceCategory.CLEANING)
    for _ in range(2):
        press_by_mistake(hub, home_id)
    expect(page.locator(".ticket")).to_have_count(0)
    press_by_mistake(hub, home_id)
    task = page.locator("#column-assigned .ticket")
    expect(task).to_have_count(1)
    expect(task).to_contain_text("误按 3 次")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    task.locator("h3 a").click()
    expect(page.get_by_role("link", name="第 3 次")).to_be_visible()
    page.get_by_role("button", name="接单").click()
    expect(page.locator(".facts")).to_contain_text("已接单")
    page.get_by_role("button", name="开始服务").click()
    expect(page.locator(".request-state")).to_have_text("服务中")
    page.get_by_label("加了盖").check()
    page.locator("#finish button").click()
    expect(page.locator(".request-state")).to_have_text("已完成")
    (ended,) = hub.queries.list_requests(home_id=home_id)
    assert (ended.state, ended.remedy, ended.done_by) == (RequestState.DONE, Remedy.COVERED, login)
    on(page, hub)
    expect(page.locator(".ticket")).to_have_count(1)


def test_two_at_the_board_at_once_and_nothing_is_done_twice(hub: RunningHub, open_console: Opener) -> None:
    page = on(open_console(), hub)
    home_id = door(hub)
    hub.press(home_id, CallAction.SERVICE, ServiceCategory.SHOPPING)
    button = page.locator("#column-new .primary")
    expect(button).to_have_count(1)
    page.context.set_offline(True)
    (request,) = hub.engine.homes()[home_id].requests.values()
    with hub.client("xu") as xu:
        body = {"version": request.version, "state": "cancelled", "cancel_reason": "withdrawn"}
        assert xu.post(f"/api/v1/requests/{request.id}/move", json=body).status_code == 200
    page.context.set_offline(False)
    button.click()
    expect(page.locator("#column-done .ticket")).to_contain_text("老人不需要了")
    assert the_request(hub, request.id).state is RequestState.CANCELLED
