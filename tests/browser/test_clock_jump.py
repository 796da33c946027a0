"""A clock that went forward stands in the console as what it is: the hub's own trouble, with no resident to be found out."""

import re
from datetime import timedelta

import pytest

from hub.clock import wall_now
from tests.browser.conftest import Opener
from tests.web.running import RunningHub


def test_the_console_names_the_hub_and_the_span(
    hub: RunningHub, open_console: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_console()
    monkeypatch.setattr(hub.clock, "_wall", lambda: wall_now() + timedelta(hours=3, minutes=2))
    row = page.locator(".row", has_text="系统时间一下快进了3小时2分钟")
    row.wait_for()
    assert row.locator(".row-name").inner_text() == "本系统"
    assert row.locator(".row-place").inner_text() == "时钟"
    row.locator(".row-main").click()
    detail = page.locator("#detail")
    detail.get_by_text(re.compile("时钟被向前拨过，或主机睡眠过")).first.wait_for()
    assert "住户待核实" not in detail.inner_text()
    (alert,) = (one for home in hub.engine.homes().values() for one in home.alerts.values())
    page.goto(f"{hub.url}/alerts/{alert.id}")
    heading = page.locator(".detail-head").inner_text()
    assert "本系统" in heading
    assert "住户待核实" not in heading
