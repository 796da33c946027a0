"""A suspected fall on the console: a pre-alarm without a sound, then an emergency, or nothing where it was taken back."""

from firmware_contracts.vocabulary import CallAction
from tests.browser.conftest import Opener
from tests.web.running import RunningHub


def test_a_pre_alarm_says_that_the_wearer_is_asked_and_goes_when_taken_back(
    hub: RunningHub, open_console: Opener
) -> None:
    home_id = next(
        home.id
        for home in hub.engine.homes().values()
        if len(home.profile.living) == 1 and any(one.speaks for one in home.profile.devices.values())
    )
    page = open_console()
    hub.fall(home_id, hub.caller(home_id).id)
    row = page.locator(".row", has_text="疑似跌倒")
    row.wait_for()
    assert row.locator(".state").inner_text() == "预警，先问老人"
    assert "后" in row.locator(".next").inner_text()
    row.locator(".row-main").click()
    page.locator("#detail .state", has_text="预警，先问老人").wait_for()
    home = hub.engine.home(home_id)
    assert home is not None
    (alert_id,) = home.alerts
    hub.press(home_id, CallAction.CANCEL)
    row.wait_for(state="detached")
    page.goto(f"{hub.url}/alerts/{alert_id}")
    page.get_by_text("老人说没事，预警取消，没有惊动别人").wait_for()
