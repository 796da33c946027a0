"""Workbooks as offices keep them: hidden sheets of last year, rosters by name; and elders who moved without an id."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from hub.ledger.finding_texts import line
from hub.ledger.findings import Kind
from hub.ledger.plan import Plan, plan
from hub.ledger.reading import read_ledger
from tests.ledger.ledgers import AT, book_bytes, elder, rows_of
from tests.ledger.test_merge import LATER, after, merging

OLD = elder(编号="e9", 姓名="旧老人", 门牌号="3-2-509")


def hiding(data: bytes, *names: str, state: Any = "hidden") -> bytes:
    book = load_workbook(io.BytesIO(data))
    for name in names:
        book[name].sheet_state = state
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_with_elders_is_a_question_and_nothing_is_imported_before_the_answer(
    state: str,
) -> None:
    """Last year's would come back, or this year's be lost: neither without a word."""
    data = book_bytes({"老人": rows_of([elder()]), "老人旧": rows_of([OLD])})
    shown = plan(None, read_ledger({"台账.xlsx": data}), AT)
    assert len(after(shown).elders) == 2
    done = plan(None, read_ledger({"台账.xlsx": hiding(data, "老人旧", state=state)}), AT)
    assert done.directory is None
    (error,) = done.errors
    assert (error.kind, error.place.sheet, error.place.file) == (Kind.HIDDEN_TABLE, "老人旧", "台账.xlsx")
    assert "取消隐藏" in line(error, "zh")
    assert "1 行" in line(error, "zh")
    assert "show it" in line(error, "en")
    # The other answer that it names.
    named = book_bytes({"老人": rows_of([elder()]), "说明": rows_of([OLD])})
    left_out = plan(None, read_ledger({"台账.xlsx": hiding(named, "说明", state=state)}), AT)
    assert [one.name for one in after(left_out).elders] == ["王秀英"]


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([["是", "否"], ["男", "女"]], Kind.SHEET_HIDDEN),
        (rows_of([elder()])[:1], Kind.SHEET_HIDDEN),
        (rows_of([{**elder(), "姓名": None}]), Kind.HIDDEN_TABLE),
    ],
)
def test_a_hidden_sheet_is_asked_about_where_something_may_be_lost(rows: list[list[Any]], kind: Kind) -> None:
    data = book_bytes({"老人": rows_of([elder()]), "老人旧": rows})
    (told,) = read_ledger({"台账.xlsx": hiding(data, "老人旧")}).findings
    assert (told.kind, told.place.sheet) == (kind, "老人旧")


def test_rows_behind_a_filter_and_hidden_columns_are_read_and_told() -> None:
    """A filter that somebody left on must not lose elders; and nobody imports what they did not see without being told."""
    book = load_workbook(
        io.BytesIO(book_bytes({"老人": rows_of([elder(), *(old(n) for n in (2, 3, 4, 5))])}))
    )
    sheet = book["老人"]
    for line_at in (2, 3, 5, 40):
        sheet.row_dimensions[line_at].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet.column_dimensions["AX"].hidden = True
    out = io.BytesIO()
    book.save(out)
    done = plan(None, read_ledger({"台账.xlsx": out.getvalue()}), AT)
    assert len(after(done).elders) == 5
    found = {one.kind: one for one in done.findings}
    assert set(found) == {Kind.ROWS_HIDDEN, Kind.COLUMN_HIDDEN}, (
        "of lines and columns with nothing in them no word"
    )
    assert not any(one.is_error for one in done.findings)
    assert found[Kind.COLUMN_HIDDEN].place.letter == "B"
    rows, column = (line(found[kind], "zh") for kind in (Kind.ROWS_HIDDEN, Kind.COLUMN_HIDDEN))
    assert "台账.xlsx 老人" in rows
    assert "3 行" in rows
    assert "2-3, 5" in rows
    assert "B 列" in column


def old(number: int) -> dict[str, Any]:
    return elder(编号=f"e{number}", 姓名=f"旧老人{number}", 门牌号=f"3-2-51{number}")


OPERATORS = [{"姓名": "赵敏", "电话": "13812345678"}, {"姓名": "钱进", "电话": "13812345679"}]
SHIFT = {"岗位": "坐席", "星期": "每天", "上班时间": "08:00", "下班时间": "08:00"}
AWAY = {"开始日期": "2026-03-05", "结束日期": "2026-03-08"}


def test_rosters_and_leave_take_a_column_of_names_under_its_usual_heading() -> None:
    done = after(
        merging(
            None,
            {"坐席": OPERATORS, "班表": [{"姓名": "赵敏", **SHIFT}], "请假": [{"姓名": "钱进", **AWAY}]},
        )
    )
    names = {person.id: person.name for person in done.persons}
    assert [names[one.person_id] for one in done.shifts] == ["赵敏"]
    assert [names[one.person_id] for one in done.leaves] == ["钱进"]


@pytest.mark.parametrize("heads", [("姓名", "人员编号"), ("人员编号", "姓名")])
def test_a_column_of_ids_goes_before_one_of_names_wherever_it_stands(heads: tuple[str, str]) -> None:
    operators = [{"编号": f"o{n}", "姓名": "赵敏", "电话": f"1381234567{n}"} for n in (1, 2)]
    person = {"姓名": "赵敏", "人员编号": "o2"}
    row = {**{head: person[head] for head in heads}, **SHIFT}
    (shift,) = after(merging(None, {"坐席": operators, "班表": [row]})).shifts
    assert shift.person_id == "o2"


def test_a_roster_by_a_name_that_two_have_asks_for_the_id() -> None:
    operators = [{"编号": f"o{n}", "姓名": "赵敏", "电话": f"1381234567{n}"} for n in (1, 2)]
    tables = {"坐席": operators, "班表": [{"姓名": "赵敏", **SHIFT}]}
    files = {"台账.xlsx": book_bytes({name: rows_of(rows) for name, rows in tables.items()})}
    (error,) = plan(None, read_ledger(files), AT).errors
    assert (error.kind, error.place.column) == (Kind.AMBIGUOUS_REFERENCE, "姓名")


def moving(first: dict[str, Any], then: dict[str, Any]) -> Plan:
    directory = after(merging(None, {"老人": [first]}))
    return merging(directory, {"老人": [then]}, LATER)


LONE = {key: value for key, value in elder(出生年份="1941").items() if key != "编号"}
ELSEWHERE = {"小区": "银杏苑", "门牌号": "5-1-101"}


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        (LONE, {**LONE, **ELSEWHERE}, True),
        ({**LONE, "出生年份": None}, {**LONE, **ELSEWHERE, "出生年份": None}, True),
        (LONE, {**LONE, **ELSEWHERE, "管家": "赵敏", "管家电话": "13700001111"}, True),
        (
            LONE,
            {**LONE, **ELSEWHERE, "出生年份": "1950", "管家": "赵敏", "管家电话": "13700001111"},
            False,
        ),
        (LONE, {**LONE, **ELSEWHERE, "姓名": "李德山"}, False),
        ({**LONE, "服务状态": "退出"}, {**LONE, **ELSEWHERE}, False),
    ],
)
def test_somebody_new_who_may_be_an_elder_who_moved_is_told(
    first: dict[str, Any], then: dict[str, Any], told: bool
) -> None:
    done = moving(first, then)
    notes = [one for one in done.findings if one.kind is Kind.MAYBE_MOVED]
    assert len(notes) == told
    if told:
        assert (notes[0].place.line, notes[0].place.column) == (2, "姓名")
        (left_out,) = done.absent
        assert left_out in line(notes[0], "zh")
        # The id that the note names is the answer: one elder, who lives elsewhere now.
        directory = after(merging(None, {"老人": [first]}))
        answered = merging(directory, {"老人": [{"编号": left_out, **then}]}, LATER)
        assert len(after(answered).elders) == 1


def test_two_elders_of_one_name_who_both_stand_in_the_ledger_are_no_news() -> None:
    directory = after(merging(None, {"老人": [LONE]}))
    done = merging(directory, {"老人": [LONE, {**LONE, **ELSEWHERE}]}, LATER)
    assert Kind.MAYBE_MOVED not in {one.kind for one in done.findings}
