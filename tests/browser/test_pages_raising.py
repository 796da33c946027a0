"""The telephone rings: a daughter says that her mother does not answer. Raised in two keys, the rest is written down after it."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from hub.directory.pinyin import spellings
from tests.browser.conftest import Opener
from tests.browser.test_console import door, elder, the_alert
from tests.web.running import RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def couple(hub: RunningHub) -> str:
    return next(one for one in hub.home_ids() if len(hub.engine.homes()[one].profile.residents) == 2)


def said(page: "Page") -> str:
    return page.locator("#timeline").inner_text()


def test_the_daughters_call(hub: RunningHub, open_console: Opener) -> None:
    page = open_console()
    home_id = door(hub, 3)
    initials = spellings(elder(hub, home_id))[-1]
    page.keyboard.press("h")
    page.keyboard.type(f"{initials} {home_id}")
    expect(page.locator("#raise-found [aria-selected=true]")).to_contain_text(elder(hub, home_id))
    page.keyboard.press("Enter")
    # Raised: the clock runs and people are told while she is still speaking.
    dialog = page.locator("#raised-dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("[data-told]")).to_contain_text("已开始通知")
    alert = the_alert(hub, home_id)
    assert alert.severity == "emergency"
    assert [entry.notification.id for entry in hub.queries.outbox(alert.id)]
    expect(dialog.locator("textarea")).to_be_focused()
    page.keyboard.type("妈妈从早上起不接电话")
    name, _ = hub.engine.homes()[home_id].profile.callers[0]
    dialog.get_by_label(name).check()
    page.keyboard.press("Control+Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#timeline")).to_contain_text(f"来电：{name}")
    expect(page.locator("#timeline")).to_contain_text("妈妈从早上起不接电话")
    expect(page.locator("#queue .row.selected")).to_contain_text(elder(hub, home_id))


def test_a_number_says_who_telephones_and_what_was_said_of_other_words_goes(
    hub: RunningHub, open_console: Opener
) -> None:
    page = open_console()
    profile = hub.engine.homes()[door(hub, 3)].profile
    name, phone = profile.callers[0]
    dialog, notice = page.locator("#raise-dialog"), page.locator("#raise-dialog [data-notice]")
    page.keyboard.press("h")
    page.keyboard.type("zzzz")
    page.keyboard.press("Enter")
    expect(notice).to_have_text("没有找到住户")
    page.keyboard.press("Control+a")
    page.keyboard.type(phone)
    row = dialog.locator("[aria-selected=true]")
    expect(row).to_contain_text(f"{name} · ")
    expect(row).to_contain_text(phone)
    expect(notice).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#raised-dialog").get_by_label(name)).to_be_checked()


def test_what_was_raised_stays_raised_when_nothing_more_is_written_down(
    hub: RunningHub, open_console: Opener
) -> None:
    page = open_console()
    home_id = door(hub, 4)
    page.keyboard.press("h")
    page.keyboard.type(hub.engine.homes()[home_id].profile.phone)
    expect(page.locator("#raise-found [aria-selected=true]")).to_contain_text(elder(hub, home_id))
    page.keyboard.press("Enter")
    expect(page.locator("#raised-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#raised-dialog")).to_be_hidden()
    expect(page.locator("#queue .row")).to_contain_text("坐席手工建单")
    assert "来电" not in said(page)


def test_of_two_elders_one_is_named_by_one_key_after_raising(hub: RunningHub, open_console: Opener) -> None:
    page = open_console()
    home_id = couple(hub)
    first, second = hub.engine.homes()[home_id].profile.residents
    page.keyboard.press("h")
    page.keyboard.type(f"{spellings(second.name)[0]} {home_id}")
    expect(page.locator("#raise-found [aria-selected=true]")).to_contain_text(second.name)
    page.keyboard.press("Enter")
    dialog = page.locator("#raised-dialog")
    expect(dialog.get_by_label("还不知道")).to_be_checked()
    assert set(the_alert(hub, home_id).resident_ids) == {first.id, second.id}
    page.keyboard.press("2")
    expect(dialog.get_by_label(second.name, exact=False).first).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(dialog).to_be_hidden()
    assert the_alert(hub, home_id).resident_ids == (second.id,)
    expect(page.locator(".detail-name")).not_to_contain_text(first.name)


def test_of_two_elders_one_is_named_later_in_the_detail(hub: RunningHub, open_console: Opener) -> None:
    page = open_console()
    home_id = couple(hub)
    hub.press(home_id)
    first, second = hub.engine.homes()[home_id].profile.residents
    expect(page.locator(".detail .which")).to_contain_text("是哪位老人")
    page.locator(".detail .which").get_by_role("button", name=first.name).click()
    expect(page.locator(".detail .which")).to_have_count(0)
    assert the_alert(hub, home_id).resident_ids == (first.id,)
    assert second.name not in page.locator(".detail-name").inner_text()


def test_a_call_that_is_open_is_said_before_and_joined(hub: RunningHub, open_console: Opener) -> None:
    page = open_console()
    home_id = door(hub, 5)
    hub.press(home_id)
    expect(page.locator("#queue .row")).to_have_count(1)
    page.keyboard.press("h")
    page.keyboard.type(home_id)
    expect(page.locator("#raise-found [aria-selected=true]")).to_contain_text("有 1 条未结告警")
    page.keyboard.press("Enter")
    expect(page.locator("#raised-dialog h2")).to_have_text("已并入未结的告警")
    page.keyboard.press("Escape")
    expect(page.locator("#queue .row")).to_have_count(1)
    assert len(hub.engine.homes()[home_id].alerts) == 1
    expect(page.locator("#queue .row")).to_contain_text("又有 1 次信号")


def test_an_answer_that_was_lost_is_asked_for_again_and_raises_once(
    hub: RunningHub, open_console: Opener
) -> None:
    """The same key goes with the second try: one alert, however often Enter is pressed."""
    page = open_console()
    home_id = door(hub, 6)
    lost: list[str] = []

    def lose(route: object) -> None:
        if route.request.method == "POST" and not lost:  # type: ignore[attr-defined]
            lost.append(route.request.headers["idempotency-key"])  # type: ignore[attr-defined]
            route.fetch()  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/api/v1/alerts", lose)
    page.keyboard.press("h")
    page.keyboard.type(home_id)
    expect(page.locator("#raise-found [aria-selected=true]")).to_contain_text(elder(hub, home_id))
    page.keyboard.press("Enter")
    expect(page.locator("#raise-dialog [data-notice]")).to_contain_text("没有回应")
    page.keyboard.press("Enter")
    expect(page.locator("#raised-dialog")).to_be_visible()
    (alert,) = hub.engine.homes()[home_id].alerts.values()
    assert (len(alert.evidence), len(lost)) == (0, 1)
