"""The manager's page says what the code takes."""

import re
from datetime import time

from hub.core.home import DeviceKind, Membership
from hub.core.opening import Opening
from hub.directory.model import RoomKind
from hub.ledger.findings import NOTES, Kind
from hub.ledger.plan import plan
from hub.ledger.reading import read_ledger
from tests.ledger.columns_page import PAGE, page
from tests.ledger.ledgers import AT, book_bytes, elder, rows_of, text_bytes


def test_the_columns_of_the_page_are_those_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run: python -m tests.ledger.columns_page"


def test_the_example_of_the_page_is_a_ledger() -> None:
    lines = PAGE.with_name("ledger.md").read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("| 姓名 | 小区 |"))
    rows = [re.split(r"\s*\|\s*", lines[number].strip("| ")) for number in (first, first + 2)]
    done = plan(None, read_ledger({"老人.csv": text_bytes(rows)}), AT)
    assert done.errors == ()
    assert done.directory is not None
    assert done.directory.elders[0].note == "听不见：直接上门"


def test_what_the_page_says_is_understood_comes_in_so() -> None:
    """Words of offices beside those of the page: no error, no note but the one that nobody has pressed there yet."""
    tables = {
        "老人": [elder(状态="正常", 楼层="三楼")],
        "站点": [{"站点名称": "梧桐站", "开放时间": "周一到周六 8点半-18点"}],
        "设备": [{"设备编号": "D1", "设备类型": "一键呼叫", "老人": "王秀英", "安装位置": "床头"}],
    }
    ledger = read_ledger({"台账.xlsx": book_bytes({name: rows_of(rows) for name, rows in tables.items()})})
    done = plan(None, ledger, AT)
    assert {one.kind for one in done.findings} == {Kind.NOT_PROVEN}
    found = done.directory
    assert found is not None
    assert found.residences[0].membership is Membership.ACTIVE
    assert (found.homes[0].floor, found.devices[0].kind) == (3, DeviceKind.BUTTON)
    opening = Opening(frozenset(range(6)), time(8, 30), time(18))
    assert (found.centres[0].openings, found.rooms[0].kind) == ((opening,), RoomKind.BEDROOM)


def test_the_page_is_right_about_how_many_kinds_are_known() -> None:
    assert 70 <= len(Kind) - len(NOTES) <= 90
