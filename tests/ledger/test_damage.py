"""Every kind of damage that ledgers come with: recognised, told at its place, and nothing is imported."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any

import pytest

from hub.directory.demo import demo_directory
from hub.directory.model import Directory
from hub.ledger.finding_texts import line
from hub.ledger.findings import NOTES, Kind
from hub.ledger.plan import Plan, plan
from hub.ledger.reading import read_ledger
from hub.ledger.tables import BY_NAME
from tests.ledger.ledgers import AT, book_bytes, csv_bytes, elder, rows_of, text_bytes, xlsx

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Case:
    """A ledger with one damage; where it is told (line, letter), None: at the file or sheet as a whole."""

    kind: Kind
    files: Files
    line: int | None = 2
    letter: str = ""
    found: str = ""
    before: Directory | None = None


def one(
    kind: Kind, column: str, value: Any, found: str | None = None, *, book: bool = False, **more: Any
) -> Case:
    """One bad cell of an elders' sheet with one row."""
    row = {**elder(), column: value, **more}
    letter = chr(65 + list(row).index(column))
    data = {"老人.xlsx": xlsx(row)} if book else {"老人.csv": csv_bytes(row)}
    return Case(kind, data, 2, letter, str(value) if found is None else found)


def sheets(
    kind: Kind,
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    at_line: int | None = 2,
    letter: str = "",
    found: str = "",
) -> Case:
    """A workbook of several tables."""
    return Case(
        kind,
        {"台账.xlsx": book_bytes({name: rows_of(rows) for name, rows in tables.items()})},
        at_line,
        letter,
        found,
    )


def _encrypted() -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )


def _locked() -> bytes:
    """Packed with a password: each part says so, where it stands and in the list at the end."""
    data = bytearray(xlsx(elder()))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            data[place + flags] |= 1
    return bytes(data)


def _cut() -> bytes:
    return xlsx(elder())[:-300]


def _without_values() -> bytes:
    return xlsx(elder(楼层="=1+4"))


def _twenty_one() -> list[dict[str, Any]]:
    return [elder(编号=f"e{n}", 姓名=f"老人{n:02d}", 门牌号=f"3-1-{100 + n}") for n in range(1, 22)]


STREET = demo_directory(7, AT)
HEADS = list(elder())
PLAIN = text_bytes(rows_of([elder()]))
MIXED = PLAIN.decode()
BUTLER = {"编号": "b1", "姓名": "张伟", "电话": "13812345678"}
HOMES = [
    {"住户编号": "h1", "小区": "梧桐苑", "楼栋": "3号楼", "房号": "501室"},
    {"住户编号": "h2", "小区": "梧桐苑", "楼栋": "3号楼", "房号": "502室"},
]
OLDER = [elder(住户编号="h1", 养老管家="b1")]

CASES: dict[str, Case] = {
    # --- the file
    "nothing in it": Case(Kind.EMPTY_FILE, {"老人.csv": b"\xef\xbb\xbf\r\n"}, None),
    "a picture": Case(Kind.UNKNOWN_FORMAT, {"老人.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(50)}, None),
    "a text document": Case(
        Kind.UNKNOWN_FORMAT,
        {"老人.docx": book_bytes({"x": [["a"]]}).replace(b"xl/workbook", b"wd/document")},
        None,
    ),
    "old Excel": Case(Kind.OLD_EXCEL, {"老人.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)}, None),
    "a password": Case(Kind.PASSWORD_PROTECTED, {"老人.xlsx": _encrypted()}, None),
    "packed with a password": Case(Kind.PASSWORD_PROTECTED, {"老人.xlsx": _locked()}, None),
    "half a workbook": Case(Kind.BROKEN_WORKBOOK, {"老人.xlsx": _cut()}, None),
    "a web page called xls": Case(
        Kind.WEB_PAGE, {"老人.xls": b"<html><table><tr><td>x</td></tr></table>"}, None
    ),
    "no encoding": Case(Kind.WRONG_ENCODING, {"老人.csv": b"\x81\x30\xff\xff\x80\x80\xfe,\xff\xa0"}, None),
    "UTF-8 read as GBK and saved": Case(
        Kind.MOJIBAKE, {"老人.csv": PLAIN.decode("gb18030", "replace").encode()}, 1
    ),
    "GBK read as Latin and saved": Case(
        Kind.MOJIBAKE, {"老人.csv": MIXED.encode("gb18030").decode("latin-1").encode()}, 1
    ),
    "garbled in a workbook": Case(
        Kind.MOJIBAKE,
        {"老人.xlsx": book_bytes({"老人": [[head.encode().decode("gb18030", "replace") for head in HEADS]]})},
        1,
    ),
    "a garbled name": one(Kind.MOJIBAKE, "姓名", "王秀英英".encode().decode("gb18030")),
    "parted by bars": Case(Kind.WRONG_SEPARATOR, {"老人.csv": csv_bytes(elder(), separator="|")}, 1, "", "|"),
    "parted by Chinese commas": Case(
        Kind.WRONG_SEPARATOR, {"老人.csv": csv_bytes(elder(), separator="，")}, 1, "", "，"
    ),
    "a quotation mark without its pair": Case(
        Kind.UNCLOSED_QUOTE, {"老人.csv": PLAIN.replace("王秀英".encode(), '"王秀英'.encode())}
    ),
    # --- the sheet
    "no headings": Case(
        Kind.NOT_A_TABLE, {"甲.csv": text_bytes([["王秀英", "3-2-501"], ["李德山", "3-2-502"]])}, None
    ),
    "no headings in a workbook": Case(
        Kind.NOT_A_TABLE, {"甲.xlsx": book_bytes({"表1": [["王秀英", "x"]]})}, None
    ),
    "headings only": Case(Kind.NO_ROWS, {"老人.csv": text_bytes([HEADS])}, None),
    "no column of names": Case(
        Kind.COLUMN_MISSING, {"老人.csv": csv_bytes({"编号": "e1", "小区": "梧桐苑"})}, 1
    ),
    "a column twice": Case(
        Kind.COLUMN_TWICE,
        {"老人.csv": text_bytes([[*HEADS, "小区"], [*elder().values(), "另一个"]])},
        1,
        "G",
        "小区",
    ),
    "a comma within a text": Case(
        Kind.ROW_TOO_LONG, {"老人.csv": text_bytes([HEADS, [*elder().values(), "多出来"]])}, 2, "", "多出来"
    ),
    "cells merged across columns": Case(
        Kind.MERGED_ACROSS, {"老人.xlsx": xlsx(elder(), merged=["C2:D2"])}, 2, "C", "梧桐苑"
    ),
    # --- what Excel did
    "a flat as a date cell": one(
        Kind.BECAME_DATE,
        "门牌号",
        datetime(2001, 3, 2, tzinfo=UTC).replace(tzinfo=None),
        "2001-03-02",
        book=True,
    ),
    "a flat as a day cell": one(Kind.BECAME_DATE, "房号", date(2025, 12, 1), "2025-12-01", book=True),
    "a flat as 3/2/2501": one(Kind.BECAME_DATE, "门牌号", "3/2/2501"),
    "a flat as Mar-01": one(Kind.BECAME_DATE, "门牌号", "Mar-01"),
    "a flat as 2-Mar": one(Kind.BECAME_DATE, "房号", "2-Mar"),
    "a flat as 3月2日": one(Kind.BECAME_DATE, "门牌号", "3月2日"),
    "a flat as 2001/3/2": one(Kind.BECAME_DATE, "门牌号", "2001/3/2"),
    "a flat as 2001-03-02 00:00:00": one(Kind.BECAME_DATE, "门牌号", "2001-03-02 00:00:00"),
    "a flat as a date's number": one(Kind.BECAME_SERIAL, "房号", 44257, book=True),
    "an identity number as 4.1E+17": one(Kind.EXPONENT, "身份证号", "4.1E+17"),
    "an identity number as a float": one(Kind.DIGITS_ZEROED, "身份证号", 410102194105031000, book=True),
    "an identity number with zeros": one(Kind.DIGITS_ZEROED, "身份证号", "410102194105031000"),
    "a telephone as 1.38E+10": one(Kind.EXPONENT, "管家电话", "1.38E+10"),
    "a telephone that became a longer number": one(
        Kind.DIGITS_ZEROED, "管家电话", 1381234567813912, book=True
    ),
    "an area code without its zero": one(Kind.LEADING_ZERO_LOST, "联系人电话", "37155501234", 联系人="王丽"),
    "an id without its zeros": sheets(
        Kind.LEADING_ZERO_LOST,
        {"养老管家": [{**BUTLER, "编号": "007"}], "老人": [elder(管家="7", 管家电话=None)]},
        2,
        "E",
        "7",
    ),
    "a formula that failed": one(Kind.FORMULA_ERROR, "楼层", "#REF!"),
    "a value that is not there": one(Kind.FORMULA_ERROR, "管家", "#N/A", book=True),
    "a formula in a CSV file": one(Kind.FORMULA_NOT_COMPUTED, "楼层", "=VLOOKUP(A2)"),
    "a formula nobody computed": Case(
        Kind.FORMULA_NOT_COMPUTED, {"老人.xlsx": _without_values()}, 2, "G", "=1+4"
    ),
    "a column that was too narrow": one(Kind.CELL_OF_HASHES, "出生日期", "########"),
    "question marks for characters": one(Kind.LOST_CHARACTERS, "姓名", "???"),
    "lost characters": one(Kind.LOST_CHARACTERS, "备注", "听不见锟斤拷"),
    # --- what people typed
    "no name": one(Kind.MISSING_VALUE, "姓名", None, ""),
    "a flag nobody knows": one(Kind.UNKNOWN_CHOICE, "老人类别", "独具"),
    "a state nobody knows": one(Kind.UNKNOWN_CHOICE, "服务状态", "已开童"),
    "ability level 5": one(Kind.LEVEL_OUT_OF_RANGE, "能力等级", "5"),
    "neither yes nor no": one(Kind.NOT_YES_OR_NO, "有无电梯", "大概"),
    "floor 0": one(Kind.FLOOR_IMPOSSIBLE, "楼层", "0"),
    "the nineteenth basement": one(Kind.FLOOR_IMPOSSIBLE, "楼层", "-19"),
    "born in 1041": one(Kind.BIRTH_YEAR_IMPOSSIBLE, "出生年份", "1041"),
    "born next year": one(Kind.BIRTH_YEAR_IMPOSSIBLE, "出生年份", "2027"),
    "two birth years": one(Kind.BIRTH_YEARS_DIFFER, "出生年份", "1951", 身份证号="410102194105031026"),
    "an identity number with a slip": one(Kind.IDENTITY_NUMBER_WRONG, "身份证号", "410102194105031025"),
    "a short telephone": one(Kind.PHONE_TOO_SHORT, "家中电话", "5550"),
    "ten digits of a mobile": one(Kind.PHONE_TOO_SHORT, "管家电话", "1381234567"),
    "words for a telephone": one(Kind.PHONE_WRONG, "家中电话", "问邻居"),
    "no such date": one(Kind.NOT_A_DATE, "开始日期", "2026-02-30"),
    "an id with a dot": one(Kind.ID_NOT_ALLOWED, "编号", "e.1"),
    "a name of a hundred characters": one(Kind.TEXT_TOO_LONG, "姓名", "王" * 100, "王" * 80),
    "hours in words": sheets(
        Kind.NOT_HOURS, {"站点": [{"站点名称": "梧桐站", "开放时间": "看情况"}]}, 2, "B", "看情况"
    ),
    "a time of day with 25 hours": sheets(
        Kind.NOT_A_TIME,
        {
            "坐席": [{"姓名": "赵敏", "电话": "13812345678"}],
            "班表": [
                {"人员": "赵敏", "岗位": "坐席", "星期": "每天", "上班时间": "25:00", "下班时间": "08:00"}
            ],
        },
        2,
        "D",
        "25:00",
    ),
    "a week with an eighth day": sheets(
        Kind.NOT_WEEKDAYS,
        {
            "坐席": [{"姓名": "赵敏", "电话": "13812345678"}],
            "班表": [
                {"人员": "赵敏", "岗位": "坐席", "星期": "周八", "上班时间": "08:00", "下班时间": "08:00"}
            ],
        },
        2,
        "C",
        "周八",
    ),
    "a contact's number without a name": one(Kind.CONTACT_WITHOUT_NAME, "联系人电话", "13900001111"),
    "no address": Case(Kind.NO_ADDRESS, {"老人.csv": csv_bytes({"姓名": "王秀英", "能力等级": "2"})}),
    # --- rows together
    "an id twice": Case(
        Kind.DUPLICATE_ID,
        {"老人.csv": csv_bytes(elder(), elder(姓名="李德山", 门牌号="3-2-502"))},
        3,
        "A",
        "e1",
    ),
    "one person in two homes": Case(
        Kind.SAME_PERSON_TWICE,
        {
            "老人.csv": csv_bytes(
                elder(身份证号="410102194105031026"),
                elder(编号="e2", 门牌号="3-2-502", 身份证号="410102194105031026"),
            )
        },
        3,
        "B",
        "王秀英",
    ),
    "one home, two floors": Case(
        Kind.CONTRADICTION,
        {"老人.csv": csv_bytes(elder(楼层="5"), elder(编号="e2", 姓名="李德山", 楼层="6"))},
        3,
        "G",
        "6",
    ),
    "a butler nobody knows": Case(
        Kind.UNKNOWN_REFERENCE,
        {
            "老人.csv": csv_bytes(
                elder(), elder(编号="e2", 姓名="李德山", 门牌号="3-2-502", 管家="张维", 管家电话=None)
            )
        },
        3,
        "E",
        "张维",
    ),
    "a centre nobody knows": one(Kind.UNKNOWN_REFERENCE, "所属站点", "梧桐站"),
    "two butlers of one name": sheets(
        Kind.AMBIGUOUS_REFERENCE,
        {
            "养老管家": [BUTLER, {**BUTLER, "编号": "b2", "电话": "13800001111"}],
            "老人": [elder(管家电话=None)],
        },
        2,
        "E",
        "张伟",
    ),
    "two butlers for a couple": Case(
        Kind.TWO_BUTLERS,
        {
            "老人.csv": csv_bytes(
                elder(), elder(编号="e2", 姓名="李德山", 管家="赵敏", 管家电话="13700001111")
            )
        },
        3,
        "E",
    ),
    "the twenty-first elder": Case(Kind.BUTLER_LIST_FULL, {"老人.csv": csv_bytes(*_twenty_one())}, 22, "E"),
    "no butler": one(Kind.NO_BUTLER, "管家", None, "", 管家电话=None),
    "a care bed on its own": one(Kind.NO_INSTITUTION, "家庭养老床位", "是", ""),
    "a device in another's room": sheets(
        Kind.ROOM_OF_OTHER_HOME,
        {
            "住户": HOMES,
            "养老管家": [BUTLER],
            "老人": OLDER,
            "房间": [{"房间编号": "r2", "住户编号": "h2", "类型": "卧室"}],
            "设备": [{"设备编号": "k1", "类型": "一键呼叫器", "住户": "h1", "安装位置": "r2"}],
        },
    ),
    "a device that a stranger wears": sheets(
        Kind.WORN_BY_STRANGER,
        {
            "住户": HOMES,
            "养老管家": [BUTLER],
            "老人": OLDER,
            "设备": [{"设备编号": "k1", "类型": "挂坠", "住户": "h2", "佩戴人": "e1"}],
        },
    ),
    "a protocol nobody speaks": sheets(
        Kind.UNKNOWN_CHOICE,
        {
            "住户": HOMES,
            "设备": [{"设备编号": "k1", "类型": "挂坠", "住户": "h2", "协议": "涂鸦"}],
        },
        letter="D",
        found="涂鸦",
    ),
    "more minutes than there are": sheets(
        Kind.MINUTES_IMPOSSIBLE,
        {
            "住户": HOMES,
            "设备": [
                {"设备编号": "k1", "类型": "挂坠", "住户": "h2", "失联判定（分钟）": "999999999999999999"}
            ],
        },
        letter="D",
        found="999999999999999999",
    ),
    "a device twice": sheets(
        Kind.DUPLICATE_ID,
        {
            "住户": HOMES,
            "设备": [
                {"设备编号": "k1", "类型": "挂坠", "住户": "h2"},
                {"设备编号": "k1", "类型": "挂坠", "住户": "h1"},
            ],
        },
        3,
        "A",
        "k1",
    ),
    "a device of no kind": sheets(
        Kind.UNKNOWN_CHOICE,
        {"住户": HOMES, "设备": [{"设备编号": "k1", "类型": "挂坠2", "住户": "h2"}]},
        2,
        "B",
        "挂坠2",
    ),
    "a guard nobody can call": sheets(
        Kind.NOT_REACHABLE, {"老人": [elder()], "物业": [{"姓名": "孙强", "负责小区": "梧桐苑"}]}
    ),
    "a contact of nobody": sheets(
        Kind.NOBODY_NAMED, {"老人": [elder()], "紧急联系人": [{"姓名": "王丽", "电话": "13900001111"}]}
    ),
    "a cover for ever": sheets(
        Kind.COVER_WITHOUT_DATES,
        {
            "老人": [elder(住户编号="h1")],
            "养老管家": [BUTLER],
            "服务关系": [{"人员": "b1", "岗位": "养老管家", "住户编号": "h1", "代管": "是"}],
        },
    ),
    "leave that ends before it begins": sheets(
        Kind.ENDS_BEFORE_BEGIN,
        {"养老管家": [BUTLER], "请假": [{"人员": "b1", "开始日期": "2026-03-05", "结束日期": "2026-03-01"}]},
        2,
        "C",
    ),
    "a desk bound to a home": sheets(
        Kind.DESK_IS_ROSTERED,
        {
            "坐席": [{"编号": "o1", "姓名": "赵敏", "电话": "13812345678"}],
            "住户": HOMES,
            "服务关系": [{"人员": "o1", "岗位": "坐席", "住户编号": "h1"}],
        },
    ),
    "a butler of a whole compound": sheets(
        Kind.BUTLER_OF_REGION,
        {
            "区域": [{"编号": "k", "名称": "梧桐苑", "级别": "小区"}],
            "养老管家": [BUTLER],
            "服务关系": [{"人员": "b1", "岗位": "养老管家", "区域": "k"}],
        },
    ),
    "centre duty at no centre": sheets(
        Kind.DUTY_WITHOUT_CENTRE,
        {
            "站点值班员": [{"姓名": "赵敏", "电话": "13812345678"}],
            "班表": [
                {
                    "人员": "赵敏",
                    "岗位": "站点值班员",
                    "星期": "每天",
                    "上班时间": "08:00",
                    "下班时间": "18:00",
                }
            ],
        },
    ),
    "a street in a community": sheets(
        Kind.REGION_TOO_NARROW,
        {
            "区域": [
                {"编号": "a", "名称": "梧桐", "级别": "社区"},
                {"编号": "b", "名称": "槐荫", "级别": "街道", "上级区域": "a"},
            ]
        },
        3,
    ),
    "centres in a circle": sheets(
        Kind.CENTRE_CIRCLE,
        {
            "站点": [
                {"编号": "a", "名称": "甲", "上级站点": "b"},
                {"编号": "b", "名称": "乙", "上级站点": "a"},
            ]
        },
    ),
    "a policy nobody wrote": sheets(
        Kind.NOT_OVERRIDES, {"住户": [{**HOMES[0], "规则参数": "血氧 87"}]}, 2, "E", "血氧 87"
    ),
    "a method without an address": sheets(
        Kind.NOT_A_METHOD, {"养老管家": [{**BUTLER, "通知方式": "短信"}]}, 2, "D", "短信"
    ),
    "an elder who died comes back": Case(
        Kind.COMES_BACK,
        {"老人.csv": csv_bytes({"编号": "e0001-1", "姓名": STREET.elders[0].name, "服务状态": "在册"})},
        2,
        "C",
    ),
}


def read(case: Case) -> Plan:
    ledger = read_ledger(case.files)
    if case.kind is Kind.COMES_BACK:
        gone = read_ledger(
            {"老人.csv": csv_bytes({"编号": "e0001-1", "姓名": STREET.elders[0].name, "服务状态": "离世"})}
        )
        return plan(plan(STREET, gone, AT).directory, ledger, AT)
    return plan(case.before, ledger, AT)


@pytest.mark.parametrize("name", CASES)
def test_damage_is_told_at_its_place_and_nothing_is_imported(name: str) -> None:
    case = CASES[name]
    done = read(case)
    found = [one for one in done.errors if one.kind is case.kind]
    assert found, [line(one, "en") for one in done.findings]
    assert done.directory is None
    first = found[0]
    assert first.place.file == next(iter(case.files))
    assert first.place.line == case.line
    if case.letter:
        assert (first.place.letter, first.place.column != "") == (case.letter, True)
    if case.found:
        assert first.found == case.found
    # One damage is one error: what follows from it is not told as well.
    assert {one.kind for one in done.errors} == {case.kind}, [line(one, "en") for one in done.errors]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_finding_is_a_sentence_with_its_place_and_a_remedy(name: str, language: str) -> None:
    case = CASES[name]
    for finding in read(case).errors:
        said = line(finding, "zh" if language == "zh" else "en")
        assert next(iter(case.files)) in said
        assert "{" not in said.replace(finding.found, "")
        assert ("；" if language == "zh" else "; ") in said


def test_more_than_thirty_kinds_are_recognised() -> None:
    assert len({case.kind for case in CASES.values()}) >= 60
    assert len(Kind) - len(NOTES) >= 60


def test_whatever_is_broken_in_a_workbook_is_told_and_never_raised() -> None:
    chance = Random(3)
    told: Counter[Kind] = Counter()
    for _ in range(150):
        data = bytearray(xlsx(elder()))
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        told.update({finding.kind for finding in read_ledger({"老人.xlsx": bytes(data)}).errors})
    assert told[Kind.BROKEN_WORKBOOK] > 20


HOSTILE: Sequence[Any] = (
    *("=cmd|calc!A1", "+1", "@SUM", "-", "𠮷", "１２３", "4.1E+17", 4.1e17, 1e308, -1, 0, 999999999999999999),
    *(datetime(2501, 3, 2), date(1900, 1, 1), time(1, 3), True, False, " ", "\n", "长" * 3_000, "<script>"),  # noqa: DTZ001
    *(
        "NaN",
        "inf",
        "3-2-501",
        "9999-12-31",
        "0000-00-00",
        "2026-02-30 25:61",
        "1/0",
        "#REF!",
        "#N/A",
        "全天",
    ),
    *(
        "周八",
        "25:00-26:00",
        "00:00-00:00",
        "：",
        "，",
        "；",
        "\u202e",
        "\ufeff",
        "0371-",
        "138 0000 1111",
        "²",
    ),
    *(
        "９" * 400,
        "1" * 400,
        "-0",
        "1e999",
        "99999999999999.5",
        "٣",
        "Ⅻ",
        "一百二十亿",
        "2026年13月40日",
        "1899-12-30",
    ),
)


def test_no_value_in_any_column_raises() -> None:
    for table in BY_NAME.values():
        heads = [column.title("zh") for column in table.columns]
        rows = [
            [value if number == place else None for number in range(len(heads))]
            for place in range(len(heads))
            for value in HOSTILE
        ]
        ledger = read_ledger({"台账.xlsx": book_bytes({table.title("zh"): [heads, *rows]})})
        assert plan(None, ledger, AT, cell="demo").findings, table.name
