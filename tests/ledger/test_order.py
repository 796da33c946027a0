"""What is wrong with a ledger is told down its sheets, whatever the order in which it is found."""

import pytest

from hub.ledger.complaints import Order, ordered
from hub.ledger.plan import plan
from hub.ledger.reading import read_ledger
from hub.ledger.told import summary, told
from hub.web.words.said import Language
from tests.ledger.ledgers import AT, book_bytes, elder, rows_of


def wrong_all_over() -> bytes:
    """设备 stands before 老人. Cells that cannot be read, rows that contradict others and what the directory refuses are found
    in three passes."""
    elders = [
        elder(编号="e1", 所属站点="没有的站", 能力等级=2),
        elder(编号="e2", 能力等级=9, 出生年份="甲", 门牌号="3-2-502"),
        elder(编号="e1", 能力等级=1),
        elder(编号="e4", 能力等级=8, 门牌号="3-2-503"),
    ]
    devices = [
        {"设备编号": "d1", "设备类型": "一键呼叫器", "老人": "没有的人"},
        {"设备编号": "d2", "设备类型": "不知道", "老人": "e4"},
    ]
    return book_bytes({"设备": rows_of(devices), "老人": rows_of(elders)})


WHERE = [("设备", 2), ("设备", 3), ("老人", 2), ("老人", 3), ("老人", 3), ("老人", 4), ("老人", 5)]


def test_errors_are_told_in_the_order_of_the_workbook() -> None:
    answer = told(plan(None, read_ledger({"台账.xlsx": wrong_all_over()}), AT), None, "zh", dry_run=True)
    assert [(one["sheet"], one["line"]) for one in answer["findings"]] == WHERE
    assert [one["letter"] for one in answer["findings"] if one["line"] == 3 and one["sheet"] == "老人"] == [
        "H",
        "I",
    ]


@pytest.mark.parametrize(("language", "line"), [("zh", "第 {} 行"), ("en", "line {}")])
def test_the_command_line_tells_them_in_that_order(language: Language, line: str) -> None:
    found = plan(None, read_ledger({"台账.xlsx": wrong_all_over()}), AT)
    said = list(summary(told(found, None, language, dry_run=True), language))[1:-1]
    starts = [f"  台账.xlsx {sheet} {line.format(number)}" for sheet, number in WHERE]
    assert [text.startswith(start) for text, start in zip(said, starts, strict=True)] == [True] * len(WHERE)


def test_files_come_as_they_were_given_and_what_is_of_no_sheet_first() -> None:
    files = {
        "二.xlsx": wrong_all_over(),
        "一.xls": b"\xd0\xcf\x11\xe0",
        "三.csv": "姓名,管家\n,张伟\n".encode(),
    }
    found = plan(None, read_ledger(files), AT)
    seen = list(dict.fromkeys(one.place.file for one in ordered(found.findings, found.sheets)))
    assert [one for one in seen if one] == ["二.xlsx", "一.xls", "三.csv"]
    columns = ordered(found.errors, found.sheets, Order.COLUMN)
    assert [one.place.sheet for one in columns if one.place.file == "二.xlsx"] == [one for one, _ in WHERE]
