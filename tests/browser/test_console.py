"""The operators' console in a real browser: an alert comes by itself, is taken and closed by keyboard or mouse, and is heard."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from firmware_contracts.vocabulary import CallAction, Kind, ServiceCategory
from hub.core.alerts import Alert
from hub.core.events import Acknowledge, Actor, ActorRole, SetAway
from hub.core.home import AwayKind
from hub.core.outcome import Done
from tests.browser.conftest import PASSWORD, Opener
from tests.web.running import RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

DESK = Actor("chen", ActorRole.OPERATOR)


def door(hub: RunningHub, number: int = 0) -> str:
    return hub.home_ids()[12 + number]


def elder(hub: RunningHub, home_id: str) -> str:
    return hub.engine.homes()[home_id].profile.residents[0].name


def the_alert(hub: RunningHub, home_id: str) -> Alert:
    return next(iter(hub.engine.homes()[home_id].alerts.values()))


def settled(page: "Page") -> None:
    """The selection has just followed a new alert: keys count again after a moment."""
    page.wait_for_function("() => performance.now() > Number(document.documentElement.dataset.keysFrom)")


def test_a_press_appears_by_itself_and_is_closed_by_keyboard_alone(
    hub: RunningHub, open_console: Opener
) -> None:
    page = open_console()
    expect(page.locator("#queue-empty")).to_be_visible()
    home_id = door(hub)
    hub.press(home_id)
    row = page.locator("#queue .row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(elder(hub, home_id))
    expect(row).to_contain_text("待接警")
    expect(page).to_have_title(re.compile(r"^\(1\)"))
    expect(page.locator(".detail-name")).to_contain_text(elder(hub, home_id))
    settled(page)
    page.keyboard.press("a")
    expect(row).to_contain_text("陈静 已接")
    for key, state in (("g", "已出发"), ("s", "已到场")):
        page.keyboard.press(key)
        expect(page.locator("#holding-dialog")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.locator("#holding-dialog")).to_be_hidden()
        expect(row).to_contain_text(state)
    page.keyboard.press("r")
    dialog = page.locator("#resolve-dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog.locator("[data-notice]")).to_have_text("请两项都选上。")
    page.keyboard.press("3")
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(row).to_have_count(0)
    expect(page.locator("#queue-empty")).to_be_visible()
    (closed,) = hub.queries.list_alerts(home_id=home_id)
    assert (closed.what_it_was, closed.what_was_done) == ("fall_unhurt", "on_site")
    assert closed.resolved_by == "chen"


def test_the_same_by_mouse(hub: RunningHub, open_console: Opener) -> None:
    page = open_console()
    home_id = door(hub)
    hub.press(home_id)
    page.locator("#queue .row .take").click()
    expect(page.locator("#queue .row")).to_contain_text("陈静 已接")
    timeline = page.locator("#timeline")
    expect(timeline).to_contain_text("陈静已接警")
    page.locator("[data-action=note]").click()
    page.locator("#note-dialog textarea").fill("电话里说没事")
    page.locator("#note-dialog .primary").click()
    expect(timeline).to_contain_text("陈静记录：电话里说没事")
    page.locator("[data-action=resolve]").click()
    dialog = page.locator("#resolve-dialog")
    dialog.get_by_label("误按").check()
    dialog.get_by_label("电话处置").check()
    dialog.locator(".primary").click()
    expect(page.locator("#queue .row")).to_have_count(0)
    assert hub.queries.list_alerts(home_id=home_id)[0].what_it_was == "mistake"


def test_the_gravest_and_newest_stand_on_top_and_requests_apart(
    hub: RunningHub, open_console: Opener
) -> None:
    page = open_console()
    first, second, third = (door(hub, number) for number in range(3))
    hub.say(third, hub.caller(third).id, Kind.FAULT, {"fault": "battery_low"})
    hub.press(first)
    hub.press(third, CallAction.SERVICE, ServiceCategory.MEALS)
    hub.press(second)
    names = page.locator("#queue .row .row-name")
    expect(names).to_have_count(3)
    seen = names.all_inner_texts()
    for home_id, text in zip((second, first, third), seen, strict=True):
        assert elder(hub, home_id) in text
    expect(page.locator("#requests .row")).to_have_count(1)
    expect(page.locator("#requests .row")).to_contain_text("助餐")
    page.locator("#requests .take").click()
    expect(page.locator("#requests .row")).to_contain_text("已派单")


def test_what_the_hard_of_hearing_need_is_said_first(hub: RunningHub, open_console: Opener) -> None:
    page = open_console()
    hub.press("h0004")
    expect(page.locator(".detail .warning").first).to_have_text("听力障碍：直接上门，不要等回答")
    code = hub.engine.homes()["h0004"].profile.door_code
    expect(page.locator(".card")).to_contain_text("接警后才能看到")
    settled(page)
    page.keyboard.press("a")
    expect(page.locator(".card .code")).to_have_text(code)


def test_who_is_too_late_sees_who_took_it_and_keeps_what_was_typed(
    hub: RunningHub, open_console: Opener
) -> None:
    page = open_console("chen")
    home_id = door(hub)
    hub.press(home_id)
    expect(page.locator("#queue .row")).to_have_count(1)
    settled(page)
    page.keyboard.press("r")
    dialog = page.locator("#resolve-dialog")
    dialog.locator("textarea").fill("邻居说人在家")
    page.keyboard.press("Tab")
    dialog.get_by_label("误按").check()
    dialog.get_by_label("电话处置").check()
    # While the stream is held up, somebody else takes the alert.
    page.route("**/api/v1/alerts/*/resolve", lambda route: _take_first(hub, home_id, route))
    dialog.locator(".primary").click()
    expect(dialog.locator("[data-notice]")).to_contain_text("徐敏")
    expect(dialog.locator("[data-notice]")).to_contain_text("您填的内容还在")
    assert dialog.locator("textarea").input_value() == "邻居说人在家"
    page.unroute("**/api/v1/alerts/*/resolve")
    dialog.locator(".primary").click()
    expect(dialog).to_be_hidden()
    assert hub.queries.list_alerts(home_id=home_id)[0].note == "邻居说人在家"


def _take_first(hub: RunningHub, home_id: str, route: object) -> None:
    alert = the_alert(hub, home_id)
    if alert.hold is None:
        result = hub.command(Acknowledge(home_id, alert.id, Actor("xu", ActorRole.OPERATOR)))
        assert isinstance(result, Done)
    route.continue_()  # type: ignore[attr-defined]


def test_raising_by_hand_takes_a_few_letters_and_two_keys(hub: RunningHub, open_console: Opener) -> None:
    page = open_console()
    home_id = door(hub, 3)
    phone = hub.engine.homes()[home_id].profile.phone
    page.keyboard.press("h")
    page.keyboard.type(phone)
    expect(page.locator("#raise-found [aria-selected=true]")).to_contain_text(elder(hub, home_id))
    page.keyboard.press("Enter")
    expect(page.locator("#raise-dialog")).to_be_hidden()
    expect(page.locator("#queue .row")).to_contain_text(elder(hub, home_id))
    expect(page.locator("#queue .row")).to_contain_text("坐席手工建单")
    assert the_alert(hub, home_id).severity == "emergency"


def test_a_key_meant_for_the_alert_before_does_not_take_the_new_one(
    hub: RunningHub, open_console: Opener
) -> None:
    page = open_console()
    first, second = door(hub), door(hub, 1)
    hub.press(first)
    expect(page.locator("#queue .row.selected")).to_contain_text(elder(hub, first))
    settled(page)
    page.keyboard.press("j")  # chosen by hand: the selection stays where it is
    hub.press(second)
    expect(page.locator("#queue .row")).to_have_count(2)
    expect(page.locator("#queue .row.selected")).to_contain_text(elder(hub, first))
    page.keyboard.press("a")
    expect(page.locator("#queue .row.held")).to_contain_text(elder(hub, first))
    assert the_alert(hub, second).hold is None


def test_sound_that_the_browser_blocks_is_said_and_a_key_opens_it(
    hub: RunningHub, open_console: Opener
) -> None:
    page = open_console()
    bar = page.locator("#sound-bar")
    expect(bar).to_have_text("声音没有打开：按任意键或点这里打开")
    page.keyboard.press("Shift")
    expect(bar).to_be_hidden()
    hub.press(door(hub))
    expect(page.locator("html")).to_have_attribute("data-last-burst", "880:10")
    page.keyboard.press("m")
    expect(bar).to_contain_text("暂停不等于接警")
    expect(page.locator("#queue .row")).to_contain_text("待接警")
    # A new emergency ends the pause.
    hub.press(door(hub, 1))
    expect(bar).to_be_hidden()


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_who_holds_an_alert_hears_and_sees_that_it_was_pressed_again(
    hub: RunningHub, open_console: Opener, english: bool
) -> None:
    page = open_console()
    if english:
        page.locator("#language").click()
        page.wait_for_selector("html[lang=en][data-ready]")
    page.keyboard.press("Shift")
    home_id = door(hub)
    hub.press(home_id)
    row = page.locator("#queue .row")
    expect(row).to_have_count(1)
    page.locator("#queue .row .take").click()
    expect(row).to_have_class(re.compile("held"))
    expect(row.locator(".tag-again")).to_have_count(0)
    for count in (1, 2):
        page.evaluate("document.documentElement.removeAttribute('data-last-burst')")
        hub.press(home_id)
        words = f"pressed again: {count}" if english else f"又按了 {count} 次"
        expect(row.locator(".tag-again")).to_have_text(words)
        expect(page.locator("#announce[aria-live]")).to_contain_text(words)
        expect(page.locator("#announce")).to_contain_text(elder(hub, home_id))
        if count == 1:
            expect(page.locator("html")).to_have_attribute("data-last-burst", "880:10")
    row.locator(".row-name").click()
    expect(row.locator(".tag-again")).to_have_count(0)
    hub.press(home_id)
    expect(row.locator(".tag-again")).to_have_text("pressed again: 1" if english else "又按了 1 次")


def test_a_held_emergency_pressed_again_is_heard_above_a_lesser_alert_that_waits(
    hub: RunningHub, open_console: Opener
) -> None:
    page = open_console()
    page.keyboard.press("Shift")
    held, other = door(hub), door(hub, 1)
    hub.press(held)
    page.locator("#queue .row .take").click()
    expect(page.locator("#queue .row")).to_have_class(re.compile("held"))
    hub.say(other, hub.caller(other).id, Kind.FAULT, {"fault": "battery_low"})
    expect(page.locator("#queue .row")).to_have_count(2)
    page.evaluate("document.documentElement.removeAttribute('data-last-burst')")
    hub.press(held)
    expect(page.locator("#queue .row.again")).to_contain_text(elder(hub, held))
    expect(page.locator("html")).to_have_attribute("data-last-burst", "880:10")


def test_a_lost_connection_is_said_and_what_was_missed_comes_after(
    hub: RunningHub, open_console: Opener
) -> None:
    page = open_console()
    page.context.set_offline(offline=True)
    page.evaluate("window.stop()")
    expect(page.locator("#line-bar")).to_contain_text("连接断了")
    hub.press(door(hub))
    expect(page.locator("#queue .row")).to_have_count(0)
    page.context.set_offline(offline=False)
    expect(page.locator("#queue .row")).to_have_count(1)
    expect(page.locator("#line-bar")).to_be_hidden()


def test_two_operators_see_each_other_act(hub: RunningHub, open_console: Opener) -> None:
    chen, xu = open_console("chen"), open_console("xu")
    hub.press(door(hub))
    expect(xu.locator("#queue .row")).to_have_count(1)
    chen.locator("#queue .take").click()
    expect(xu.locator("#queue .row")).to_contain_text("陈静 已接")
    settled(xu)
    xu.keyboard.press("a")
    expect(xu.locator("#said")).to_contain_text("陈静")
    assert the_alert(hub, door(hub)).hold is not None


def test_the_language_switches_and_stays(hub: RunningHub, open_console: Opener) -> None:
    page = open_console()
    hub.press(door(hub))
    expect(page.locator("#queue .row")).to_contain_text("求救")
    page.locator("#language").click()
    page.wait_for_selector("html[lang=en][data-ready]")
    expect(page.locator("#queue .row")).to_contain_text("emergency call")
    page.goto(f"{hub.url}/homes")
    expect(page.locator("h1")).to_have_text("Homes")


def test_a_telephone_shows_the_queue_and_opens_an_alert(hub: RunningHub, open_console: Opener) -> None:
    page = open_console(viewport={"width": 390, "height": 844}, has_touch=True)
    home_id = door(hub)
    hub.press(home_id)
    row = page.locator("#queue .row")
    expect(row).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= 390")
    row.locator(".row-name").tap()
    expect(page.locator(".detail-name")).to_be_visible()
    page.locator("[data-action=acknowledge]").tap()
    expect(page.locator(".detail-state")).to_contain_text("已接警")
    page.locator(".back").tap()
    expect(row).to_contain_text("陈静 已接")
    # The telephone's own back key uncovers the list as well.
    row.locator(".row-name").tap()
    expect(page.locator(".detail-name")).to_be_visible()
    page.go_back()
    expect(page.locator(".detail-name")).to_be_hidden()
    expect(row).to_be_visible()


@pytest.mark.parametrize("path", ["/homes", "/homes/h0004", "/devices", "/rejected", "/accounts"])
@pytest.mark.parametrize("width", [1366, 390])
def test_no_page_is_wider_than_its_screen(
    hub: RunningHub, open_console: Opener, path: str, width: int
) -> None:
    hub.deliver("care/v1/demo/h0004/nobody/vital", b"{" + b"x" * 500)
    page = open_console("admin", viewport={"width": width, "height": 800})
    page.goto(hub.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").first.inner_text()


def test_marking_somebody_as_away(hub: RunningHub, open_console: Opener) -> None:
    page = open_console()
    home_id = door(hub)
    page.goto(f"{hub.url}/homes/{home_id}")
    page.locator("select[name=kind]").select_option("hospital")
    page.locator("#away-form .primary").click()
    expect(page.locator(".plain-list").first).to_contain_text("住院")
    page.wait_for_load_state()
    # The page has come anew: its buttons do something once its script has run.
    expect(page.locator("section[aria-labelledby=life-lines]")).to_contain_text("陈静登记")
    (away,) = hub.engine.homes()[home_id].away
    assert abs((away.from_at - hub.clock.now()).total_seconds()) < 120
    page.locator("[data-end-away]").click()
    expect(page.locator(".plain-list li")).to_have_count(0)


def test_an_absence_names_whose_it_is_and_one_word_ends_it_on_both_pages(
    hub: RunningHub, open_console: Opener
) -> None:
    page = open_console()
    home_id = next(one for one in hub.home_ids() if len(hub.engine.homes()[one].profile.residents) == 2)
    first, second = hub.engine.homes()[home_id].profile.residents
    now = hub.clock.now()
    for begins, resident in ((now, second.id), (now + timedelta(days=3), first.id)):
        away = SetAway(
            home_id, DESK, AwayKind.HOSPITAL, begins, begins + timedelta(days=1), resident_id=resident
        )
        assert isinstance(hub.command(away), Done)
    page.goto(f"{hub.url}/homes/{home_id}/life")
    expect(page.get_by_role("button", name="已回家")).to_have_count(1)
    page.goto(f"{hub.url}/homes/{home_id}")
    rows = page.locator(".plain-list li")
    expect(rows).to_have_count(2)
    theirs = rows.filter(has_text=second.name)
    to_come = rows.filter(has_text=first.name)
    button = theirs.get_by_role("button", name="已回家")
    words = button.evaluate(
        "one => { const range = document.createRange(); range.selectNodeContents(one);"
        " return [range.getClientRects().length, getComputedStyle(one).borderTopColor]; }"
    )
    assert words[0] == 1, "on one line"
    assert words[1] != "rgba(0, 0, 0, 0)", "seen as a button"
    # Nobody comes back from what has not begun.
    expect(to_come.get_by_role("button")).to_have_text("取消登记")
    to_come.get_by_role("button").click()
    expect(rows).to_have_count(1)
    (left,) = hub.engine.homes()[home_id].away
    assert left.resident_id == second.id
    page.wait_for_load_state()
    button.click()
    expect(rows).to_have_count(0)


def test_a_long_absence_is_asked_about_and_then_marked(hub: RunningHub, open_console: Opener) -> None:
    page = open_console()
    home_id = door(hub)
    page.goto(f"{hub.url}/homes/{home_id}")
    page.locator("select[name=kind]").select_option("children")
    page.locator("#away-form [name=from_at]").fill("2036-01-01T08:00")
    page.locator("#away-form [name=until_at]").fill("2037-01-01T08:00")
    page.locator("#away-form .primary").click()
    expect(page.locator("#away-form [data-notice]")).to_contain_text("外出 366 天")
    assert not hub.engine.homes()[home_id].away
    page.locator("#away-form .primary").click()
    expect(page.locator("[data-end-away]")).to_have_count(1)
    assert len(hub.engine.homes()[home_id].away) == 1


def test_log_in_and_out(hub: RunningHub, chromium: "Browser") -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{hub.url}/homes")
    page.fill("#login", "chen")
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("不对")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{hub.url}/homes")
    page.get_by_role("button", name="退出").click()
    expect(page).to_have_url(f"{hub.url}/login")
    page.goto(hub.url)
    expect(page).to_have_url(re.compile("/login"))
    context.close()
