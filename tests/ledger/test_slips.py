"""A name with a slip is a question, never somebody new: nobody would see whose elders those are."""

from collections.abc import Mapping

import pytest

from hub.ledger.finding_texts import line
from hub.ledger.findings import Kind
from hub.ledger.slips import one_apart
from tests.ledger.ledgers import elder
from tests.ledger.test_merge import LATER, after
from tests.ledger.test_numbers import NEW, OLD, OTHER, Rows, numbers, reading, second, stored

SHEET = {"姓名": "张伟", "电话": OLD}
KEYS = {"姓名": "李四", "电话": OTHER, "老人": "王秀英"}

SLIPS: Mapping[str, tuple[Mapping[str, Rows], int, str, str]] = {
    "a butler of the sheet, with his number": (
        {"养老管家": [SHEET], "老人": [elder(), second(管家="张韦")]},
        3,
        "管家",
        "张伟",
    ),
    "another name altogether, with his number": (
        {"养老管家": [SHEET], "老人": [elder(), second(管家="赵敏")]},
        3,
        "管家",
        "张伟",
    ),
    "a butler of the sheet, with a number of his own": (
        {"养老管家": [SHEET], "老人": [elder(管家="张韦", 管家电话=NEW)]},
        2,
        "管家",
        "张伟",
    ),
    "the rarer of two names for one number": (
        {"老人": [elder(管家="张韦"), second(), elder(编号="e3", 姓名="赵玉兰", 门牌号="3-2-503")]},
        2,
        "管家",
        "张伟",
    ),
    "a deputy's row": (
        {"养老管家": [SHEET], "代班管家": [{"姓名": "张韦", "电话": OLD, "所代管家": "张伟"}]},
        2,
        "姓名",
        "张伟",
    ),
    "a keyholder of the sheet": (
        {"钥匙保管人": [KEYS], "老人": [elder(钥匙保管人="李泗", 钥匙保管人电话=OTHER)]},
        2,
        "钥匙保管人",
        "李四",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_slip_in_a_name_is_a_question_at_its_cell(case: str) -> None:
    tables, at_line, column, meant = SLIPS[case]
    (error,) = reading(None, tables).errors
    assert (error.kind, error.place.line, error.place.column) == (Kind.MISTYPED_PERSON, at_line, column)
    said = line(error, "zh")
    assert f"也许是“{meant}”" in said
    assert "（）" not in said
    assert "()" not in line(error, "en")


def test_a_butler_whom_only_the_hub_has_is_asked_about_too() -> None:
    directory = stored({"老人": [elder(管家="欧阳小伟")]})
    for row in (elder(管家="张韦"), elder(管家="欧阳小为", 管家电话=NEW)):
        (error,) = reading(directory, {"老人": [row]}, LATER).errors
        assert (error.kind, error.data["other"]) == (Kind.MISTYPED_PERSON, "欧阳小伟")
        assert f"系统里，{directory.persons[0].id}" in line(error, "zh")
    answered: dict[str, Rows] = {
        "养老管家": [{"姓名": "欧阳小为", "电话": NEW}],
        "老人": [elder(管家="欧阳小为", 管家电话=NEW)],
    }
    assert numbers(after(reading(directory, answered, LATER)), "欧阳小为") == [NEW]


@pytest.mark.parametrize(
    "tables",
    [
        # Two characters, a number of her own, no list: somebody new as often as not.
        {"老人": [elder(), second(管家="张敏", 管家电话=NEW)]},
        # A desk's telephone that several have.
        {"老人": [elder(管家电话="0371-55501234"), second(管家="赵敏", 管家电话="0371-55501234")]},
        {"养老管家": [SHEET], "老人": [elder(), second(管家="赵敏", 管家电话=NEW)]},
        {
            "养老管家": [SHEET, {"姓名": "张玮", "电话": NEW}],
            "老人": [elder(), second(管家="张玮", 管家电话=NEW)],
        },
        {
            "养老管家": [SHEET, {"编号": "b2", "姓名": "张玮", "电话": OLD}],
            "老人": [elder(), second(管家="张玮")],
        },
        {"钥匙保管人": [KEYS], "老人": [elder(), second(钥匙保管人="李泗", 钥匙保管人电话=NEW)]},
    ],
)
def test_somebody_new_stays_possible(tables: Mapping[str, Rows]) -> None:
    done = reading(None, tables)
    assert done.errors == (), [line(one, "zh") for one in done.errors]
    again = reading(after(done), tables, LATER)
    assert (again.errors, again.changes) == ((), ())


def test_a_number_that_was_handed_to_a_successor_is_no_slip_of_a_list() -> None:
    directory = stored({"老人": [elder()]})
    tables: dict[str, Rows] = {"养老管家": [{"姓名": "赵敏", "电话": OLD}], "老人": [elder(管家="赵敏")]}
    assert numbers(after(reading(directory, tables, LATER)), "赵敏") == [OLD]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("张伟", "张韦", True),
        ("张伟", "张小伟", True),
        ("张小伟", "张伟小", True),
        ("张 伟", "张伟", False),
        ("张伟", "李玮", False),
        ("张伟", "张小小伟", False),
        ("Ann Li", "Anne Li", True),
        ("张伟小", "伟小张", False),
    ],
)
def test_one_character_apart(one: str, other: str, apart: bool) -> None:
    assert one_apart(one, other) is one_apart(other, one) is apart
