"""One door however a ledger writes it: in columns, in the flat's column alone, as one number; never two homes for it."""

from typing import Any

import pytest

from hub.ledger.finding_texts import line
from hub.ledger.findings import Kind
from hub.ledger.plan import Plan, plan
from hub.ledger.reading import read_ledger
from tests.ledger.ledgers import AT, book_bytes, elder, rows_of
from tests.ledger.test_merge import LATER, after, importing, merging

COLUMNS = {"楼栋": "1", "单元": "1", "房号": "101"}


def at_door(**parts: Any) -> dict[str, Any]:
    return elder(**{"门牌号": None, **parts})


@pytest.mark.parametrize(
    "other",
    [
        {"房号": "1-1-101"},
        {"房号": "1-1-101室"},
        {"房号": "1号楼1单元101室"},
        {"房号": "1-1-101", "楼栋": "1栋", "单元": "1单元"},
        {"门牌号": "1-1-101"},
        {"小区": None, "住址": "梧桐苑1号楼1单元101室"},
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_couple_whose_door_is_written_in_two_ways_has_one_home(other: dict[str, Any], turned: bool) -> None:
    rows = [at_door(**COLUMNS), at_door(编号="e2", 姓名="李德山", **other)]
    directory = after(importing(None, *(rows[::-1] if turned else rows)))
    (home,) = directory.homes
    assert len(directory.residences) == 2
    assert (home.building.rstrip("栋号楼"), home.stair, home.flat) == ("1", "1单元", "101室")
    assert importing(directory, *rows, at=LATER).changes == ()


def test_a_stair_before_the_flat_is_the_stair_of_the_building_beside_it() -> None:
    rows = [
        at_door(楼栋="3", 单元="2", 房号="501"),
        at_door(编号="e2", 姓名="李德山", 楼栋="3", 房号="2-501"),
        # It may name the building again, or the third stair: it stays as it was written, and another door.
        at_door(编号="e3", 姓名="赵玉兰", 楼栋="3", 房号="3-501"),
    ]
    directory = after(importing(None, *rows))
    assert [(one.building, one.stair, one.flat) for one in directory.homes] == [
        ("3号楼", "2单元", "501室"),
        ("3号楼", "", "3-501"),
    ]


def read(tables: dict[str, Any], before: Any = None) -> Plan:
    return plan(before, read_ledger({"台账.xlsx": book_bytes(tables)}), LATER if before else AT)


@pytest.mark.parametrize(
    ("beside", "other"),
    [
        ({"楼栋": "2", "单元": "1"}, "楼栋、单元 写“2号楼1单元”"),
        ({"楼栋": "1", "单元": "3"}, "楼栋、单元 写“1号楼3单元”"),
        ({"楼栋": "2"}, "楼栋 写“2号楼”"),
    ],
)
def test_a_flat_that_names_another_building_than_stands_beside_it_is_a_question(
    beside: dict[str, Any], other: str
) -> None:
    for extra in ({}, {"住户编号": "h1"}):
        (error,) = read({"老人": rows_of([at_door(房号="1-1-101", **beside, **extra)])}).errors
        assert (error.kind, error.place.column, error.found) == (Kind.CONTRADICTION, "房号", "1-1-101")
        assert other in line(error, "zh")


def test_a_home_of_a_sheet_of_homes_moves_as_a_whole_or_not_at_all() -> None:
    home = {"住户编号": "h1", "小区": "梧桐苑"}
    directory = after(merging(None, {"住户": [{**home, **COLUMNS}]}))
    same = {**home, "房号": "1-1-101"}
    assert merging(directory, {"住户": [same]}, LATER).changes == ()
    (moved,) = after(merging(directory, {"住户": [{**home, "房号": "2-3-402"}]}, LATER)).homes
    assert (moved.building, moved.stair, moved.flat) == ("2号楼", "3单元", "402室")
    (error,) = read({"住户": rows_of([{**home, "楼栋": "5", "房号": "1-1-101"}])}, directory).errors
    assert (error.kind, error.place.column) == (Kind.CONTRADICTION, "房号")


def test_an_elder_who_stands_twice_is_told_at_the_name_with_both_lines() -> None:
    row = {**at_door(**COLUMNS), "编号": None}
    tables = {
        "老人": rows_of(
            [row, {**elder(编号=None), "姓名": "李德山"}, {**row, "房号": "1-1-101", "楼栋": None}]
        )
    }
    (error,) = read(tables).errors
    assert (error.kind, error.place.line, error.place.column, error.found) == (
        Kind.DUPLICATE_ID,
        4,
        "姓名",
        "王秀英",
    )
    said = line(error, "zh")
    assert "台账.xlsx 老人 第 2 行" in said
    assert "台账.xlsx 老人 line 2" in line(error, "en")
    assert "e-" not in said


def test_several_of_one_name_are_told_apart_by_lines_doors_and_numbers_not_by_ids_that_nobody_wrote() -> None:
    rows = [elder(编号=None, 管家电话=None), elder(编号=None, 管家电话=None, 门牌号="3-2-502")]
    butlers = [{"编号": "b1", "姓名": "张伟", "电话": "13812345678"}, {"姓名": "张伟", "电话": "13900001111"}]
    device = {"设备编号": "k1", "类型": "挂坠", "老人": "王秀英"}
    files = {"老人": rows_of(rows), "养老管家": rows_of(butlers), "设备": rows_of([device])}
    found = {one.found: line(one, "zh") for one in read(files).errors}
    assert set(found) == {"张伟", "王秀英"}
    assert (
        "台账.xlsx 老人 第 2 行, 梧桐苑 3号楼 2单元 501室; 台账.xlsx 老人 第 3 行, 梧桐苑 3号楼 2单元 502室"
        in found["王秀英"]
    )
    assert (
        "b1 (台账.xlsx 养老管家 第 2 行, 13812345678); 台账.xlsx 养老管家 第 3 行, 13900001111"
        in found["张伟"]
    )
    assert not any("e-" in said or "p-" in said for said in found.values())
    # Whom the hub has is named by the id that it needs.
    directory = after(importing(None, *(elder(**{**row, "管家电话": "13812345678"}) for row in rows)))
    (error,) = read({"设备": rows_of([device])}, directory).errors
    assert all(f"{one.id} (梧桐苑 3号楼 2单元" in line(error, "zh") for one in directory.elders)


def test_the_home_and_the_elder_of_a_device_that_does_not_fit_are_named_and_not_numbered() -> None:
    rows = [elder(编号=None), elder(编号=None, 姓名="李德山", 门牌号="3-2-502")]
    device = {"设备编号": "k1", "类型": "挂坠", "老人": "王秀英", "佩戴人": "李德山"}
    (error,) = read({"老人": rows_of(rows), "设备": rows_of([device])}).errors
    assert error.kind is Kind.WORN_BY_STRANGER
    assert "李德山 不住在 梧桐苑 3号楼 2单元 501室" in line(error, "zh")
