"""A place of the roster that is empty, in the console: told as the hub's own, with the way to the page where it is settled."""

import pytest
from playwright.sync_api import expect

from hub.core.alerts import Role
from hub.core.events import ShiftGap, TellShiftGaps
from hub.core.home import UNASSIGNED_HOME_ID
from tests.browser.conftest import Opener
from tests.web.running import SYSTEM, RunningHub

pytestmark = pytest.mark.browser


def test_an_empty_place_leads_to_the_roster_and_to_nobodys_care_card(
    hub: RunningHub, open_console: Opener
) -> None:
    gap = ShiftGap("nobody|butler|centre-01|", "nobody", Role.BUTLER, "东河站", from_local="03-03 08:00")
    hub.command(TellShiftGaps(UNASSIGNED_HOME_ID, SYSTEM, (gap,)))
    page = open_console("admin")
    row = page.locator(".row", has_text="03-03 08:00起东河站没有当班的养老管家")
    expect(row.locator(".row-place")).to_have_text("班表")
    row.locator(".row-main").click()
    detail = page.locator("#detail")
    expect(detail.get_by_role("heading", name="本系统")).to_be_visible()
    expect(detail.locator(".card")).to_have_count(0)
    detail.get_by_role("link", name="打开排班").click()
    page.wait_for_url("**/roster")
