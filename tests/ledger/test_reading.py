"""Ledgers as they really look: titles above the table, merged cells, odd encodings; and whatever else a file may hold."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.home import Flag
from hub.ledger.finding_texts import line
from hub.ledger.findings import Kind
from hub.ledger.plan import plan
from hub.ledger.reading import Ledger, read_ledger
from hub.ledger.tables import TABLES, TableName
from hub.ledger.told import summary, told
from tests.ledger.ledgers import AT, book_bytes, csv_bytes, elder, rows_of, text_bytes, xlsx

TITLES: list[list[Any]] = [["槐荫街道养老服务中心老人台账"], ["填表日期：2026年3月1日", None, "共 1 人"], []]


def values(ledger: Ledger) -> list[dict[str, Any]]:
    assert [one for one in ledger.findings if one.is_error] == []
    return [dict(row.values) for row in ledger.rows]


PLAIN = values(read_ledger({"老人.csv": csv_bytes(elder())}))


@pytest.mark.parametrize(
    "data",
    [
        csv_bytes(elder(), encoding="gb18030"),
        csv_bytes(elder(), encoding="utf-8-sig"),
        csv_bytes(elder(), encoding="utf-16"),
        csv_bytes(elder(), separator=";"),
        csv_bytes(elder(), separator="\t", encoding="gbk"),
        b"sep=;\r\n" + csv_bytes(elder(), separator=";"),
        csv_bytes(elder()).replace(b"\r\n", b"\n").rstrip(),
        text_bytes([*TITLES, *rows_of([elder()]), ["合计", "1人"]]),
        xlsx(elder()),
        book_bytes({"老人": [*TITLES, *rows_of([elder()]), ["制表人：", "赵敏"]]}),
        xlsx(elder(), sheet="Sheet1"),
        book_bytes({"说明": [["怎么填"], ["a", "b", "c"]], "老人花名册2026": rows_of([elder()]), "Sheet3": []}),
        xlsx(dict(reversed(elder().items()))),
        xlsx({f"{key} *（必填）": value for key, value in elder().items()}),
        xlsx(elder(编号="ｅ１", 姓名="王 秀　英", 门牌号=" ３－２－５０１ ", 管家电话="138-1234-5678")),
        xlsx(elder(编号="e1\u200b", 姓名="王\n秀英 ", 管家电话=13812345678)),
    ],
)  # fmt: skip
def test_the_same_row_in_every_form(data: bytes) -> None:
    name = "老人.xlsx" if data.startswith(b"PK") else "老人.csv"
    (found,) = values(read_ledger({name: data}))
    found["butler_phone"] = found["butler_phone"].replace("-", "")
    assert found == PLAIN[0]


@pytest.mark.parametrize("first", ["示例", "（示例）", "示例1", "示例：", "example", "(Example)", "例：e0"])
def test_the_example_of_a_template_is_left_out(first: str) -> None:
    rows = rows_of([elder(编号=first), elder()])
    assert len(values(read_ledger({"老人.csv": text_bytes(rows)}))) == 1


@pytest.mark.parametrize("first", ["示例养老公司-1", "Example-Care-1", "Total-Care-2", "审核-3", "sum-4"])
def test_a_full_row_that_only_begins_like_one_is_read(first: str) -> None:
    rows = rows_of([elder(编号=first), elder()])
    found = read_ledger({"老人.csv": text_bytes(rows)})
    assert len(found.rows) == 2, [one.kind for one in found.findings]


@pytest.mark.parametrize(
    "first",
    ["Total Care Ltd", "Sum Care", "Example Care", "合计养老公司", "审核小组", "填报中心", "示例养老公司"],
)
def test_a_short_row_that_only_begins_like_a_total_is_read(first: str) -> None:
    for rows in ([["编号", "名称"], ["c1", first]], [["名称", "编号"], [first, "c1"]], [["名称"], [first]]):
        (company,) = values(read_ledger({"运营公司.csv": text_bytes(rows)}))
        assert company["name"] == first


def test_a_row_whose_note_stands_first_and_begins_like_a_remark_is_read() -> None:
    rows = [["备注", "姓名", "门牌号", "管家"], ["注：独居", "王秀英", "3-2-501", "张伟"], ["注：截至三月"]]
    found = read_ledger({"老人.csv": text_bytes(rows)})
    assert [row.get("name") for row in found.rows] == ["王秀英"]
    assert [one.kind for one in found.findings] == [Kind.ROW_SKIPPED]


@pytest.mark.parametrize(
    "first",
    [
        "合计",
        "总计：3人",
        "共计 12 户",
        "Total",
        "total 23",
        "Sum: 4",
        "审核人：李四",
        "制表",
        "注：截至三月",
    ],
)
def test_a_line_below_a_table_is_left_out_and_told(first: str) -> None:
    found = read_ledger({"运营公司.csv": text_bytes([["名称", "编号"], ["甲公司", "c1"], [first, ""]])})
    assert [row.get("name") for row in found.rows] == ["甲公司"]
    assert [(one.kind, one.place.line) for one in found.findings] == [(Kind.ROW_SKIPPED, 3)]


@pytest.mark.parametrize(
    ("sheet", "rows", "column"),
    [
        ("设备", [["设备类型", "老人"], ["一键呼叫器", "王秀英"], ["拉绳", "王秀英"]], "设备编号"),
        ("班表", [["人员", "岗位", "上班时间", "下班时间"], ["陈静", "坐席", "08:00", "08:00"]], "星期"),
    ],
)
def test_a_column_that_rows_need_and_the_sheet_has_not_is_named_once(
    sheet: str, rows: list[list[str]], column: str
) -> None:
    sheets = {"老人": rows_of([elder()]), "坐席": [["姓名", "电话"], ["陈静", "13900009999"]], sheet: rows}
    (error,) = plan(None, read_ledger({"台账.xlsx": book_bytes(sheets)}), AT).errors
    said = line(error, "zh")
    assert (error.place.sheet, f"缺少必填的列“{column}”" in said) == (sheet, True), said


def test_a_heading_over_several_columns_is_read_with_the_line_below() -> None:
    rows = [
        ["编号", "姓名", "小区", "门牌号", "管家", "管家电话", "紧急联系人", None, None],
        [None, None, None, None, None, None, "姓名", "电话", "关系"],
        [*elder().values(), "王丽", "13900001111", "女儿"],
    ]
    (found,) = values(read_ledger({"老人.xlsx": book_bytes({"老人": rows}, merged=["G1:I1"])}))
    assert (found["contact_1"], found["contact_1_phone"], found["contact_1_relation"]) == (
        "王丽",
        "13900001111",
        "女儿",
    )


def test_cells_merged_downwards_count_for_every_row_and_are_told() -> None:
    entries = [
        elder(),
        elder(编号="e2", 姓名="李德山", 小区=None, 门牌号="3-2-502", 管家=None, 管家电话=None),
    ]
    ledger = read_ledger({"老人.xlsx": xlsx(*entries, merged=["C2:C3", "E2:E3"])})
    assert [row.get("compound") for row in ledger.rows] == ["梧桐苑", "梧桐苑"]
    assert [row.get("butler") for row in ledger.rows] == ["张伟", "张伟"]
    assert [one.kind for one in ledger.findings] == [Kind.MERGED_FILLED] * 2


def test_a_table_is_known_by_its_columns_where_nothing_is_named() -> None:
    files = {
        "1.csv": csv_bytes({"设备编号": "k1", "设备类型": "拉绳", "老人姓名": "王秀英"}),
        "2.csv": csv_bytes(
            {"人员": "o1", "岗位": "坐席", "星期": "每天", "上班时间": "8:00", "下班时间": "20:00"}
        ),
        "3.csv": csv_bytes(elder()),
    }
    assert [row.table.name for row in read_ledger(files).rows] == [
        TableName.DEVICES,
        TableName.SHIFTS,
        TableName.ELDERS,
    ]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name.value)
def test_every_table_is_known_by_its_names_and_every_column_by_its_headings(table: Any) -> None:
    for language in ("zh", "en"):
        for form in range(2):
            columns = [column for column in table.columns if not column.shown]
            heads = [column.title(language) for column in columns]
            if form and language == "zh":
                heads = [column.also[0] if column.also else column.zh for column in columns]
            rows: Sequence[Sequence[Any]] = [list(dict.fromkeys(heads)), ["x"]]
            ledger = read_ledger({f"{table.title(language)}.csv": text_bytes(rows)})
            kinds = {one.kind for one in ledger.findings}
            assert not kinds & {Kind.NOT_A_TABLE, Kind.COLUMN_TWICE}, (heads, ledger.findings)
            if not form:
                assert Kind.COLUMN_IGNORED not in kinds, [one.found for one in ledger.findings]
                assert Kind.COLUMN_MISSING not in kinds


def test_other_words_for_the_same() -> None:
    (found,) = values(
        read_ledger(
            {
                "老人.csv": csv_bytes(
                    elder(标签="耳背；独居老人", 状态="去世", 电梯="√", 楼层="地下一层", 能力等级="重度")
                )
            }
        )
    )
    assert found["flags"] == {Flag.HARD_OF_HEARING, Flag.LIVES_ALONE}
    assert (found["membership"].value, found["lift"], found["floor"], found["level"]) == (
        "deceased",
        True,
        -1,
        3,
    )


def test_notes_say_what_was_read_otherwise_than_it_stands() -> None:
    row = elder(
        开始日期=45231,
        家中电话="37155501234.0",
        联系人="王丽",
        联系人电话="13900001111、13900002222",
        血型="A",
    )
    ledger = read_ledger({"老人.csv": csv_bytes({**row, "家中电话": "13900003333.0"})})
    kinds = {one.kind for one in ledger.findings}
    assert kinds == {Kind.SERIAL_AS_DATE, Kind.DECIMAL_REMOVED, Kind.TWO_PHONES, Kind.COLUMN_IGNORED}
    assert ledger.rows[0].get("from_at") == datetime(2023, 10, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize("number", ["13700000000", 13700000000, "0371-50000000"])
def test_a_number_that_ends_in_zeros_is_a_number(number: Any) -> None:
    ledger = read_ledger({"老人.xlsx": xlsx(elder(管家电话=number))})
    assert ledger.findings == ()
    assert ledger.rows[0].get("butler_phone") == str(number)


@pytest.mark.parametrize(
    "born", ["1980-13-02", "1980/0/5", "1980-5-32", "1980年13月2日", "19801302", "1980.2.31", "1980-13"]
)
def test_a_birthday_that_no_calendar_has_is_told_with_the_year_that_is_kept(born: str) -> None:
    ledger = read_ledger({"老人.csv": csv_bytes(elder(出生日期=born))})
    (note,) = ledger.findings
    assert (note.kind, note.place.column, note.found) == (Kind.BIRTH_DAY_IMPOSSIBLE, "出生日期", born)
    assert "1980" in line(note, "zh").replace(born, "")
    assert ledger.rows[0].get("birth_year") == 1980


@pytest.mark.parametrize(
    "born",
    [
        "1941",
        1941,
        "1941.0",
        "1941年",
        "1941年5月",
        "1941年腊月初八",
        "1941-05",
        "1941.5.3",
        "1941-05-03 00:00:00",
        "19410503",
        "1941年5月3日",
        "1941/2/30",
        date(1941, 5, 3),
    ],
)
def test_a_birthday_that_is_read_as_it_stands_needs_no_note(born: Any) -> None:
    ledger = read_ledger({"老人.xlsx": xlsx(elder(出生日期=born))})
    assert ledger.findings == ()
    assert ledger.rows[0].get("birth_year") == 1941


HEADINGS = sorted(
    {word for table in TABLES for column in table.columns for word in (column.zh, *column.also[:1])}
)
CELLS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.integers(-(10**19), 10**19),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2200, 1, 1)),
    st.times().map(lambda at: at.replace(microsecond=0)),
    st.sampled_from(
        [
            "h1",
            "e1",
            "b1",
            "王秀英",
            "2026-03-01",
            "在册",
            "坐席",
            "08:00",
            "卧室",
            "拉绳",
            "小区",
            "3-2-501",
            "13812345678",
            "是",
            "#REF!",
            "=1+1",
            "1e99",
            "9" * 400,
        ]
    ),
)
NAMES = st.sampled_from([table.zh for table in TABLES] + ["Sheet1"])


@settings(max_examples=150, deadline=None)
@given(
    name=NAMES,
    heads=st.lists(st.sampled_from(HEADINGS), min_size=1, max_size=9),
    rows=st.lists(st.lists(CELLS, max_size=10), max_size=4),
)
def test_whatever_stands_in_a_table_is_told_and_never_breaks_the_import(
    name: str, heads: list[str], rows: list[list[Any]]
) -> None:
    printable = [
        [
            ("".join(char for char in cell if char.isprintable()) if isinstance(cell, str) else cell)
            for cell in row
        ]
        for row in rows
    ]
    for data in (text_bytes([heads, *rows]), text_bytes([heads, *printable], ";")):
        done = plan(None, read_ledger({f"{name}.csv": data}), AT)
        assert (done.directory is None) == bool(done.errors)
        assert list(summary(told(done, None, "zh", dry_run=True), "zh"))


@settings(max_examples=30, deadline=None)
@given(name=NAMES, heads=st.lists(st.sampled_from(HEADINGS), min_size=2, max_size=9), seed=st.integers())
def test_a_whole_workbook_of_anything_never_breaks_the_import(name: str, heads: list[str], seed: int) -> None:
    draw = random.Random(seed)
    cells: list[Any] = [
        None,
        "h1",
        "e1",
        "王秀英",
        AT.replace(tzinfo=None),
        time(8),
        4.1e17,
        -1,
        0.5,
        True,
        "是",
        "=A1",
        "#N/A",
        timedelta(hours=30),
        date(2026, 3, 1),
        "在册",
        "3-2-501",
    ]
    rows = [[draw.choice(cells) for _ in heads] for _ in range(4)]
    done = plan(None, read_ledger({"台账.xlsx": book_bytes({name: [heads, *rows]})}), AT)
    assert (done.directory is None) == bool(done.errors)


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=400), name=st.sampled_from(["老人.xlsx", "老人.csv", "x"]))
def test_any_bytes_are_told(data: bytes, name: str) -> None:
    for content in (data, b"PK\x03\x04" + data, data + csv_bytes(elder())):
        ledger = read_ledger({name: content})
        assert ledger.rows or ledger.errors
