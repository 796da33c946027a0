"""Who stands in a list and is never notified is told; who is, by whatever part of the ledger or of the hub, is not."""

from collections.abc import Mapping
from typing import Any

import pytest

from hub.ledger.finding_texts import line
from hub.ledger.findings import Finding, Kind
from hub.ledger.plan import Plan
from tests.ledger.ledgers import elder
from tests.ledger.test_merge import LATER, after
from tests.ledger.test_numbers import NEW, OTHER, Rows, reading

BASE: Mapping[str, Rows] = {
    "养老管家": [{"姓名": "张伟", "电话": "13812345678"}],
    "老人": [elder()],
    "站点": [{"站点名称": "梧桐站"}],
}
WANG, ZHOU = {"姓名": "王芳", "电话": NEW}, {"姓名": "周强", "电话": OTHER}


def shift(name: str, role: str, **more: Any) -> dict[str, Any]:
    return {"姓名": name, "岗位": role, "星期": "每天", "上班时间": "08:00", "下班时间": "08:00", **more}


def told(done: Plan) -> list[Finding]:
    assert done.errors == (), [line(one, "zh") for one in done.errors]
    return [one for one in done.findings if one.kind is Kind.NEVER_ASKED]


@pytest.mark.parametrize(
    ("sheet", "missing", "remedy"),
    [
        ("代班管家", "没有排班，也没有所代管家：不会被通知到", "所代管家"),
        ("值班长", "没有排班：不会被通知到", "班表"),
        ("坐席", "没有排班：不会被通知到", "班表"),
        ("站点值班员", "没有排班：不会被通知到", "班表"),
        ("助老员", "没有排班：不会被通知到", "班表"),
        ("物业值班", "也没有写老人、住户或负责区域", "负责区域"),
        ("家庭医生", "也没有写老人或住户", "住户编号"),
    ],
)
def test_who_stands_in_a_list_and_answers_for_nothing_is_told_with_line_and_remedy(
    sheet: str, missing: str, remedy: str
) -> None:
    (note,) = told(reading(None, {**BASE, sheet: [WANG]}))
    assert (note.place.sheet, note.place.line, note.place.column, note.found) == (sheet, 2, "姓名", "王芳")
    what, do = line(note, "zh").split("；", 1)
    assert missing in what
    assert remedy in do
    assert "{" not in line(note, "en")


@pytest.mark.parametrize(
    "tables",
    [
        {"代班管家": [{**WANG, "所代管家": "张伟"}]},
        {"代班管家": [WANG], "班表": [shift("王芳", "代班管家", 所属站点="梧桐站")]},
        {"值班长": [ZHOU], "班表": [shift("周强", "值班长")]},
        {"物业值班": [{**WANG, "负责小区": "梧桐苑"}]},
        {"家庭医生": [{**WANG, "老人": "王秀英"}]},
    ],
)
def test_who_is_notified_is_not_told_now_or_by_a_later_ledger(tables: Mapping[str, Rows]) -> None:
    done = reading(None, {**BASE, **tables})
    assert told(done) == []
    bare = {
        name: [{"姓名": row["姓名"], "电话": row["电话"]} for row in rows]
        for name, rows in tables.items()
        if name != "班表"
    }
    assert told(reading(after(done), {**BASE, **bare}, LATER)) == []


def test_a_shift_in_another_role_is_none_in_this_one() -> None:
    (note,) = told(reading(None, {**BASE, "值班长": [ZHOU], "班表": [shift("周强", "坐席")]}))
    assert note.found == "周强"


def test_an_operator_under_a_centre_serves_the_whole_cell_and_the_note_says_so() -> None:
    tables = {"班表": [shift("王芳", "坐席", 所属站点="呼叫中心")]}
    done = reading(None, {**BASE, "坐席": [WANG], **tables})
    (note,) = [one for one in done.findings if one.kind is Kind.CENTRE_NOT_NEEDED]
    assert note.found == "呼叫中心"
    assert [one.centre_id for one in after(done).shifts] == [None]
