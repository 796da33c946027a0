"""What an import would change, as somebody reads it who wrote no ids: first how much, then names, and whose people they are."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from hub.directory.model import Directory
from hub.ledger.ids import is_derived
from hub.ledger.plan import plan
from hub.ledger.reading import read_ledger
from hub.ledger.told import summary, told
from tests.ledger.ledgers import AT, book_bytes, rows_of

Tables = Mapping[str, Sequence[Mapping[str, Any]]]


def living(name: str, flat: str, contact: str = "王明", **more: Any) -> Mapping[str, Any]:
    row = {"姓名": name, "小区": "梧桐苑", "楼栋": "3", "单元": "2", "房号": flat, "管家": "张伟"}
    row |= {"管家电话": "13900001111", "联系人1": contact, "联系人1电话": f"137{flat:0>8}"}
    return {**row, **more}


STREET: Tables = {
    "老人": [living("李桂芳", "501"), living("王德明", "502")],
    "坐席": [{"姓名": "孙丽", "电话": "13900002222"}],
    "班表": [{"人员": "孙丽", "岗位": "坐席", "星期": "每天", "上班时间": "08:00", "下班时间": "08:00"}],
    "设备": [{"设备编号": "D1", "设备类型": "一键呼叫器", "老人": "李桂芳", "安装位置": "卧室"}],
}


def said(tables: Tables, language: Any = "zh", before: Directory | None = None) -> list[str]:
    files = {"台账.xlsx": book_bytes({name: rows_of(rows) for name, rows in tables.items()})}
    found = plan(before, read_ledger(files), AT)
    assert found.errors == ()
    return list(summary(told(found, before, language, dry_run=True), language))


def test_how_much_comes_first_table_by_table() -> None:
    lines = said(STREET)
    changes = next(number for number, line in enumerate(lines) if line.startswith("变化（"))
    assert [line for line in lines[:changes] if line.startswith(("人员", "老人", "服务关系"))] == [
        "人员：新增 4",
        "老人：新增 2",
        "服务关系：新增 4",
    ]
    assert not [line for line in lines[:changes] if line.startswith("  ")]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh", "  新增 人员 王明（紧急联系人：李桂芳）"),
        ("zh", "  新增 人员 王明（紧急联系人：王德明）"),
        ("zh", "  新增 人员 张伟（养老管家：李桂芳、王德明）"),
        ("zh", "  新增 人员 孙丽（坐席）"),
        ("zh", "  新增 老人 李桂芳（梧桐苑 3号楼 2单元 501室）"),
        ("zh", "  新增 房间 梧桐苑 3号楼 2单元 501室 卧室"),
        ("zh", "  新增 设备 一键呼叫器 D1"),
        ("zh", "  新增 班表 孙丽 坐席 每天 08:00-08:00"),
        ("en", "  added people 王明 (emergency contact: 王德明)"),
    ],
)
def test_names_stand_for_what_is_new(language: str, line: str) -> None:
    assert line in said(STREET, language)


def test_no_id_is_shown_that_nobody_wrote() -> None:
    words = " ".join(said(STREET)).replace("（", " ").split()
    assert not [word for word in words if is_derived(word)]


def test_a_written_id_stands_behind_the_name() -> None:
    lines = said({"老人": [living("李桂芳", "501", 编号="e1")]})
    assert "  新增 老人 李桂芳 e1（梧桐苑 3号楼 2单元 501室）" in lines


def test_what_is_written_over_stands_before_what_is_new() -> None:
    """Of thousands of changes only the first are shown."""
    before = plan(
        None, read_ledger({"台账.xlsx": book_bytes({"老人": rows_of(STREET["老人"])})}), AT
    ).directory
    added = [living(f"老人{number}", str(500 + number)) for number in range(3, 9)]
    lines = said({"老人": [*added, living("李桂芳", "501", 联系人1电话="13700009999")]}, before=before)
    begin = next(number for number, line in enumerate(lines) if line.startswith("变化（")) + 1
    kinds = [line.split()[0] for line in lines[begin:] if line.startswith("  ")]
    assert kinds[0] == "修改"
    assert "新增" in kinds


def test_of_a_full_list_some_are_named_and_all_counted() -> None:
    elders = [living(f"老人{number}", str(500 + number)) for number in range(1, 6)]
    assert "  新增 人员 张伟（养老管家：老人1、老人2、老人3 等 5 位）" in said({"老人": elders})
    (one,) = (line for line in said({"老人": elders}, "en") if "care butler: " in line)
    assert one.endswith("(care butler: 老人1, 老人2, 老人3 and 2 more)")


def test_a_change_and_who_is_missing_are_told_by_name() -> None:
    before = plan(
        None, read_ledger({"台账.xlsx": book_bytes({"老人": rows_of(STREET["老人"])})}), AT
    ).directory
    assert before is not None
    lines = said({"老人": [living("李桂芳", "501", 联系人1电话="13700009999")]}, before=before)
    (changed,) = (line for line in lines if line.startswith("  修改 人员 王明（紧急联系人：李桂芳）："))
    assert "电话 13700000501 → 13700009999" in changed
    assert "台账里没有的老人（保持不变）1 位：王德明" in lines
