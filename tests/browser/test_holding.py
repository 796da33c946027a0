"""Somebody holds an alert: a key of somebody else asks first, records for the holder, and takes over only by choice."""

import os
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import APIResponse, Route, expect

from hub.core.alerts import Alert, AlertState, Role
from hub.core.events import Acknowledge, Actor, ActorRole, GoOnTheWay
from hub.core.outcome import Done
from hub.core.taking import who_may_go
from tests.browser.conftest import Opener
from tests.web.running import RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser]

SHOTS = os.environ.get("CARE_SHOTS")
PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 360, "height": 640}


def picture(page: "Page", name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def set_out(hub: RunningHub) -> tuple[Alert, str, str]:
    """A press; the home's butler is on the way. The alert, the butler's id and name."""
    home_id = hub.home_ids()[12]
    alert = hub.emergency(home_id)
    (butler,) = hub.engine.homes()[home_id].profile.people[Role.BUTLER][:1]
    assert isinstance(hub.command(GoOnTheWay(home_id, alert.id, Actor(butler, ActorRole.RESPONDER))), Done), (
        "the butler was asked"
    )
    return now(hub, alert), butler, hub.engine.context().people[butler].name


def now(hub: RunningHub, alert: Alert) -> Alert:
    return hub.engine.homes()[alert.home_id].alerts[alert.id]


def chosen(page: "Page", alert: Alert) -> None:
    page.locator(f'#queue .row[data-id="{alert.id}"] .row-main').click()
    expect(page.locator(".detail-name")).to_be_visible()


def test_a_step_that_the_butler_told_is_recorded_for_the_butler(
    hub: RunningHub, open_console: Opener
) -> None:
    alert, butler, name = set_out(hub)
    page = open_console()
    chosen(page, alert)
    expect(page.locator(".detail-state")).to_contain_text(f"{name}（养老管家）")
    picture(page, "20-held-detail")
    page.keyboard.press("s")
    dialog = page.locator("#holding-dialog")
    expect(dialog.locator("[data-held]")).to_contain_text(f"{name}（养老管家）")
    expect(dialog.locator("[data-held]")).to_contain_text("已出发，在路上")
    picture(page, "21-held-dialog")
    assert now(hub, alert).state is AlertState.ON_THE_WAY, "a key alone records nothing"
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#timeline")).to_contain_text(f"{name}已到场（陈静代记）")
    hold = now(hub, alert).hold
    assert hold is not None
    assert hold.by == butler
    expect(page.locator("#said")).to_contain_text(f"{name}（代记）")


def test_a_step_that_is_recorded_already_can_only_be_taken_over(
    hub: RunningHub, open_console: Opener
) -> None:
    alert, butler, name = set_out(hub)
    page = open_console()
    chosen(page, alert)
    page.keyboard.press("g")
    dialog = page.locator("#holding-dialog")
    expect(dialog.locator("[data-recorded]")).to_contain_text("已经记过")
    page.keyboard.press("g")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    picture(page, "22-held-recorded")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    hold = now(hub, alert).hold
    assert hold is not None
    assert hold.by == butler
    assert name


def test_the_operator_who_has_it_says_with_two_keys_who_goes(hub: RunningHub, open_console: Opener) -> None:
    home_id = hub.home_ids()[12]
    alert = hub.emergency(home_id)
    profile, context = hub.engine.homes()[home_id].profile, hub.engine.context()
    # By day the home's own butler, at night and at the weekend whoever is on duty for it.
    butler, _ = next(who_may_go(profile, alert, context, hub.engine.now()))
    name = context.people[butler].name
    page = open_console()
    chosen(page, alert)
    page.keyboard.press("a")
    expect(page.locator(".detail-state")).to_contain_text("陈静")
    page.keyboard.press("g")
    dialog = page.locator("#holding-dialog")
    expect(dialog.locator("h2")).to_have_text("谁去？")
    expect(dialog.locator(".choice").first).to_contain_text(f"{name}（养老管家）")
    picture(page, "28-who-goes")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#timeline")).to_contain_text(f"{name}已出发（陈静代记）")
    page.keyboard.press("s")
    expect(dialog.get_by_role("radio")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#timeline")).to_contain_text(f"{name}已到场（陈静代记）")
    hold = now(hub, alert).hold
    assert hold is not None
    assert (hold.by, now(hub, alert).state) == (butler, AlertState.ON_SITE)


def test_no_key_is_lost_between_two_steps(hub: RunningHub, open_console: Opener) -> None:
    """The queue tells of a step before its dialog closes; who types on then gets the next step, for the same alert."""
    alert, butler, name = set_out(hub)
    page = open_console()
    chosen(page, alert)
    answers: list[Route] = []

    def hold_back(route: Route) -> None:
        answers.append(route)

    page.route("**/on-site", hold_back)
    page.keyboard.press("s")
    dialog = page.locator("#holding-dialog")
    page.keyboard.press("Enter")
    expect(dialog).to_have_attribute("data-sending", "")
    page.keyboard.press("n")
    expect(page.locator("#note-dialog")).to_be_hidden()
    answers[0].continue_()
    expect(page.locator("#note-dialog")).to_be_visible()
    expect(dialog).to_be_hidden()
    hold = now(hub, alert).hold
    assert hold is not None
    assert (hold.by, now(hub, alert).state) == (butler, AlertState.ON_SITE), name


def test_how_sending_ended_is_told_though_the_dialog_was_closed(
    hub: RunningHub, open_console: Opener
) -> None:
    alert, _, _ = set_out(hub)
    page = open_console()
    chosen(page, alert)
    held: list[Route] = []

    def hold_back(route: Route) -> None:
        held.append(route)

    page.route("**/notes", hold_back)
    dialog, said = page.locator("#note-dialog"), page.locator("#said")
    page.keyboard.press("n")
    page.keyboard.type("the daughter says she fell")
    for number in range(2):
        page.keyboard.press("Control+Enter")
        expect(dialog).to_have_attribute("data-sending", "")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        if number == 0:
            held[0].abort()
            expect(said).to_contain_text("没有成功")
            page.keyboard.press("n")
            expect(dialog.locator("textarea")).to_have_value("the daughter says she fell")
        else:
            held[1].continue_()
            expect(said).to_contain_text("已经记录")
            page.keyboard.press("n")
            expect(dialog.locator("textarea")).to_have_value("")


def test_a_closed_dialog_keeps_no_key(hub: RunningHub, open_console: Opener) -> None:
    alert, _, _ = set_out(hub)
    page = open_console()
    chosen(page, alert)
    page.keyboard.press("s")
    dialog = page.locator("#holding-dialog")
    expect(dialog.get_by_role("radio")).to_have_count(1)
    page.evaluate(
        """() => {
          const dialog = document.getElementById("holding-dialog");
          new MutationObserver((_, observer) => {
            if (dialog.open) return;
            observer.disconnect();
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "r", code: "KeyR", bubbles: true }));
          }).observe(dialog, { attributeFilter: ["open"] });
        }"""
    )
    page.keyboard.press("Enter")
    expect(page.locator("#resolve-dialog")).to_be_visible()
    assert now(hub, alert).state is AlertState.ON_SITE


def test_taking_over_is_a_key_of_its_own_and_is_told(hub: RunningHub, open_console: Opener) -> None:
    alert, butler, _ = set_out(hub)
    page = open_console()
    chosen(page, alert)
    page.keyboard.press("t")
    dialog = page.locator("#holding-dialog")
    expect(dialog.get_by_role("radio")).to_have_count(1)
    expect(dialog.locator(".choice")).to_contain_text("会收到“不用再去”")
    page.keyboard.press("t")
    assert now(hub, alert).hold == alert.hold, "the key alone takes nothing"
    picture(page, "23-take-over")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#timeline")).to_contain_text("陈静已接警，接手自")
    hold = now(hub, alert).hold
    assert hold is not None
    assert (hold.by, hold.role) == ("chen", Role.OPERATOR)
    told = [
        entry.entry.data
        for entry in hub.queries.alert(alert.id).timeline  # type: ignore[union-attr]
        if entry.entry.data.get("reason") == "taken_over"
    ]
    assert {one["person_id"] for one in told} == {butler}


def test_who_loses_an_alert_sees_who_has_it_now(hub: RunningHub, open_console: Opener) -> None:
    home_id = hub.home_ids()[12]
    alert = hub.emergency(home_id)
    hub.command(Acknowledge(home_id, alert.id, Actor("chen", ActorRole.OPERATOR)))
    chen, xu = open_console("chen"), open_console("xu")
    for page in (chen, xu):
        expect(page.locator("#queue .row.held")).to_have_count(1)
    chosen(xu, alert)
    # Nobody is on the way yet: who goes is not the first thing that a second desk has to say.
    expect(xu.locator(".actions button")).to_have_count(6)
    expect(xu.locator(".actions .primary")).to_have_count(0)
    xu.keyboard.press("s")
    expect(xu.locator("#holding-dialog h2")).to_have_text("谁到了？")
    xu.keyboard.press("Escape")
    xu.locator("[data-action=take_over]").click()
    expect(xu.locator("#holding-dialog .choice")).to_contain_text("屏幕上会说明")
    xu.locator("#holding-dialog .primary").click()
    expect(chen.locator("#said")).to_contain_text("徐敏（坐席）")
    expect(chen.locator("#said")).to_contain_text("不再由您负责")
    expect(chen.locator(".card")).to_contain_text("只有 徐敏 看得到")
    expect(chen.locator(".card .code")).to_have_count(0)
    picture(chen, "24-lost")


@pytest.mark.parametrize("size", [PHONE, SMALL_PHONE], ids=["390x844", "360x640"])
@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_on_a_telephone_every_dialogs_button_is_in_sight(
    hub: RunningHub, open_console: Opener, size: dict[str, int], english: bool
) -> None:
    alert, _, name = set_out(hub)
    page = open_console(viewport=size, has_touch=True)
    if english:
        page.locator("#language").click()
        page.wait_for_selector("html[lang=en][data-ready]")
    shot = f"{size['width']}-{'en' if english else 'zh'}"
    picture(page, f"25-queue-{shot}")
    page.locator("#queue .row .row-name").tap()
    picture(page, f"25-detail-{shot}")
    for action, dialog_id in (("resolve", "resolve"), ("on_site", "holding")):
        page.locator(f"[data-action={action}]").tap()
        dialog = page.locator(f"#{dialog_id}-dialog")
        expect(dialog).to_contain_text(name)
        picture(page, f"26-{action}-{shot}")
        expect(dialog.locator(".primary")).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        if action == "resolve":
            dialog.locator(".choice").last.scroll_into_view_if_needed()
            expect(dialog.locator(".primary")).to_be_in_viewport(ratio=1)
            dialog.locator("[data-cancel]").tap()
            expect(dialog).to_be_hidden()
    page.locator("#holding-dialog .primary").tap()
    expect(page.locator("#holding-dialog")).to_be_hidden()
    assert now(hub, alert).state is AlertState.ON_SITE


@pytest.mark.parametrize("width", [390, 360])
def test_every_entry_of_the_menu_is_in_sight_on_a_telephone(
    hub: RunningHub, open_console: Opener, width: int
) -> None:
    page = open_console(viewport={"width": width, "height": 844})
    links = page.locator(".top nav a:visible")
    assert "排班" in links.all_inner_texts()
    for link in links.all():
        box = link.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        middle = (box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
        hit = page.evaluate("([x, y]) => document.elementFromPoint(x, y)?.textContent", middle)
        assert hit == link.inner_text(), "nothing lies on its end"
    picture(page, f"27-menu-{width}")


def test_an_answer_that_comes_late_takes_nothing_from_the_timeline(
    hub: RunningHub, open_console: Opener
) -> None:
    alert, _, _ = set_out(hub)
    page = open_console()
    late: list[tuple[Route, APIResponse]] = []
    page.route(f"**/api/v1/alerts/{alert.id}", lambda route: late.append((route, route.fetch())))
    chosen(page, alert)
    page.keyboard.press("t")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline")).to_contain_text("陈静已接警，接手自")
    assert late, "the timeline was asked for when the alert was chosen"
    route, response = late[0]
    with page.expect_response(f"**/api/v1/alerts/{alert.id}"):
        route.fulfill(response=response)
    expect(page.locator("#timeline")).to_contain_text("触发：按下求救键")
    expect(page.locator("#timeline")).to_contain_text("陈静已接警，接手自")
