"""Names and numbers of a ledger: a new number is a change, two numbers under one name are never one person in silence."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from hub.core.alerts import Role
from hub.directory import people_edits
from hub.directory.model import Directory, PersonEntry
from hub.ledger.changes import ChangeKind
from hub.ledger.finding_texts import line
from hub.ledger.findings import Finding, Kind
from hub.ledger.plan import Plan, plan
from hub.ledger.reading import read_ledger
from hub.ledger.told import summary, told
from tests.ledger.ledgers import AT, book_bytes, elder, rows_of
from tests.ledger.test_merge import LATER, after, people

OLD, NEW, OTHER = "13812345678", "13877776666", "13999999999"
Rows = Sequence[Mapping[str, Any]]


def second(**changed: Any) -> dict[str, Any]:
    return elder(**{"编号": "e2", "姓名": "李德山", "门牌号": "3-2-502", **changed})


def reading(before: Directory | None, tables: Mapping[str, Rows], at: Any = AT) -> Plan:
    files = {"台账.xlsx": book_bytes({name: rows_of(rows) for name, rows in tables.items()})}
    return plan(before, read_ledger(files), at)


def stored(tables: Mapping[str, Rows]) -> Directory:
    done = reading(None, tables)
    assert done.errors == (), [line(one, "zh") for one in done.errors]
    return after(done)


def kinds(found: Sequence[Finding]) -> list[Kind]:
    return [one.kind for one in found]


def numbers(directory: Directory, name: str = "张伟") -> list[str]:
    return [person.phone for person in directory.persons if person.name == name]


def test_a_butlers_new_number_in_the_elders_row_is_shown_and_called() -> None:
    directory = stored({"老人": [elder()]})
    done = reading(directory, {"老人": [elder(管家电话=NEW)]}, LATER)
    (person,) = after(done).persons
    assert (person.id, person.phone) == (directory.persons[0].id, NEW)
    assert [one.address for one in person.methods] == [f"tel:{NEW}"]
    assert [(one.kind, one.table) for one in done.changes] == [(ChangeKind.CHANGED, "persons")]
    (note,) = done.findings
    assert (note.kind, note.place.line, note.place.column) == (Kind.PHONE_CHANGED, 2, "管家电话")
    assert f"{OLD} → {NEW}" in line(note, "zh")
    assert f"{OLD} → {NEW}" in "\n".join(summary(told(done, directory, "zh", dry_run=True), "zh"))
    assert reading(after(done), {"老人": [elder(管家电话=NEW)]}, LATER).changes == ()


def test_a_number_that_is_written_another_way_is_the_same_number() -> None:
    directory = stored({"老人": [elder()]})
    for written in ("138 1234 5678", "138-1234-5678", "+86 13812345678", "8613812345678"):
        done = reading(directory, {"老人": [elder(管家电话=written)]}, LATER)
        assert (done.changes, done.findings) == ((), ()), written
    spaced = stored({"老人": [elder(管家电话="0371 55501234")]})
    assert reading(spaced, {"老人": [elder(管家电话="0371-55501234")]}, LATER).changes == ()


def test_a_new_number_reaches_a_method_among_others_too() -> None:
    directory = stored({"老人": [elder()]})
    person = directory.persons[0]
    mail = replace(person.methods[0], channel="mail", address="zw@example.org")
    directory = replace(directory, persons=(replace(person, methods=(mail, *person.methods)),))
    (person,) = after(reading(directory, {"老人": [elder(管家电话=NEW)]}, LATER)).persons
    assert [one.address for one in person.methods] == ["zw@example.org", f"tel:{NEW}"]


@pytest.mark.parametrize(
    ("name", "phone", "role"),
    [
        ("管家", "管家电话", Role.BUTLER),
        ("责任机构", "责任机构电话", Role.CARE_INSTITUTION),
        ("联系人1", "联系人1电话", Role.CONTACT),
        ("钥匙保管人", "钥匙保管人电话", Role.KEYHOLDER),
        ("结对伙伴", "结对伙伴电话", Role.PARTNER),
        ("家庭医生", "家庭医生电话", Role.FAMILY_DOCTOR),
    ],
)
def test_a_new_number_in_any_column_of_people_is_a_change_of_the_same_person(
    name: str, phone: str, role: Role
) -> None:
    row = elder(**{name: "周安", phone: "13700000001"})
    directory = stored({"老人": [row]})
    done = after(reading(directory, {"老人": [{**row, phone: "13700000002"}]}, LATER))
    assert numbers(done, "周安") == ["13700000002"]
    assert people(done, role, done.homes[0].id, LATER) == [("周安", "")]


TWO: Mapping[str, tuple[Mapping[str, Rows], int, str]] = {
    "elders' rows": ({"老人": [elder(), second(管家电话=OTHER)]}, 3, "管家电话"),
    "the usual number is not the one that is told": (
        {
            "老人": [
                elder(管家电话=OTHER),
                second(),
                elder(编号="e3", 姓名="赵玉兰", 门牌号="3-2-503"),
            ]
        },
        2,
        "管家电话",
    ),
    "the butlers' sheet": (
        {"养老管家": [{"姓名": "张伟", "电话": "13800000001"}], "老人": [elder()]},
        2,
        "管家电话",
    ),
    "the butlers' sheet, with an id": (
        {"养老管家": [{"编号": "b1", "姓名": "张伟", "电话": "13800000001"}], "老人": [elder(管家="b1")]},
        2,
        "管家电话",
    ),
    "butlers and deputies": (
        {
            "养老管家": [{"姓名": "张伟", "电话": OLD}, {"姓名": "赵敏", "电话": NEW}],
            "代班管家": [{"姓名": "张伟", "电话": OTHER, "所代管家": "赵敏"}],
        },
        2,
        "电话",
    ),
    "an institution": (
        {
            "老人": [
                elder(责任机构="护理院", 责任机构电话="0371-55501234"),
                second(责任机构="护理院", 责任机构电话="0371-55501235"),
            ]
        },
        3,
        "责任机构电话",
    ),
    "the daughter of a couple": (
        {
            "老人": [
                elder(联系人1="王丽", 联系人1电话=NEW),
                elder(编号="e2", 姓名="李德山", 联系人1="王丽", 联系人1电话=OTHER),
            ]
        },
        3,
        "联系人1电话",
    ),
    "a contact's column and the contacts' sheet": (
        {
            "老人": [elder(联系人1="王丽", 联系人1电话=NEW)],
            "紧急联系人": [{"姓名": "王丽", "电话": OTHER, "老人": "王秀英"}],
        },
        2,
        "电话",
    ),
    "the institutions' sheet": (
        {
            "老人": [elder(), second()],
            "责任机构": [
                {"姓名": "护理院", "电话": "0371-55501234", "老人": "王秀英"},
                {"姓名": "护理院", "电话": "0371-55501235", "老人": "李德山"},
            ],
        },
        3,
        "电话",
    ),
    "one contact twice in a row": (
        {"老人": [elder(联系人1="王丽", 联系人1电话=NEW, 联系人2="王丽", 联系人2电话=OTHER)]},
        2,
        "联系人2电话",
    ),
}


@pytest.mark.parametrize("case", TWO)
def test_two_numbers_under_one_name_are_told_with_both_places(case: str) -> None:
    tables, at_line, column = TWO[case]
    done = reading(None, tables)
    assert kinds(done.errors) == [Kind.PHONE_DIFFERS], [line(one, "zh") for one in done.errors]
    (error,) = done.errors
    assert (error.place.line, error.place.column) == (at_line, column)
    assert done.directory is None
    said = line(error, "zh")
    file, sheet, _ = error.data["other"].split()
    assert f"{file} {sheet} 第 " in said
    assert error.data["other_phone"] in said


def test_two_butlers_of_one_name_have_a_row_each_and_are_told_apart_by_their_numbers() -> None:
    tables = {
        "养老管家": [{"姓名": "张伟", "电话": OLD}, {"姓名": "张伟", "电话": OTHER}],
        "老人": [elder(), second(管家电话=OTHER)],
    }
    done = reading(None, tables)
    assert kinds(done.findings) == [Kind.NAMESAKES]
    directory = after(done)
    assert sorted(numbers(directory)) == [OLD, OTHER]
    butlers = {bond.home_id: bond.person_id for bond in directory.bonds if bond.role is Role.BUTLER}
    phones = {person.id: person.phone for person in directory.persons}
    assert [phones[butlers[home.id]] for home in directory.homes] == [OLD, OTHER]
    turned = {**tables, "养老管家": tables["养老管家"][::-1]}
    assert reading(directory, tables, LATER).changes == ()
    assert reading(directory, turned, LATER).changes == ()


def test_a_second_butler_of_a_name_takes_nothing_from_the_first_whichever_stands_above() -> None:
    directory = stored({"老人": [elder()]})
    for butlers in ([OTHER, OLD], [OLD, OTHER]):
        tables = {"养老管家": [{"姓名": "张伟", "电话": phone} for phone in butlers]}
        done = after(reading(directory, tables, LATER))
        assert sorted(numbers(done)) == [OLD, OTHER]
        assert next(one for one in done.persons if one.id == directory.persons[0].id).phone == OLD


@pytest.mark.parametrize(
    "tables",
    [
        {"老人": [second(管家电话=OTHER)]},
        {"养老管家": [{"姓名": "张伟", "电话": OTHER}]},
        {"养老管家": [{"姓名": "张伟", "电话": OTHER}], "老人": [second(管家电话=OTHER)]},
    ],
)
def test_a_number_that_only_another_centre_knows_is_a_question_and_an_id_answers_it(
    tables: Mapping[str, Rows],
) -> None:
    directory = stored({"老人": [elder()]})
    first = directory.persons[0].id
    asked = reading(directory, tables, LATER)
    assert set(kinds(asked.errors)) == {Kind.PHONE_NOT_KNOWN}
    assert asked.errors[0].place.column in ("电话", "管家电话")
    assert first in line(asked.errors[0], "zh")
    apart = {**tables, "养老管家": [{"编号": "b9", "姓名": "张伟", "电话": OTHER}]}
    assert sorted(numbers(after(reading(directory, apart, LATER)))) == [OLD, OTHER]
    same = {**tables, "养老管家": [{"编号": first, "姓名": "张伟", "电话": OTHER}]}
    assert numbers(after(reading(directory, same, LATER))) == [OTHER]


def test_a_new_number_in_the_butlers_sheet_is_his_when_his_elders_stand_beside_it() -> None:
    directory = stored({"老人": [elder(), second()]})
    tables = {
        "养老管家": [{"姓名": "张伟", "电话": NEW}],
        "老人": [elder(管家电话=None), second(管家电话=NEW)],
    }
    done = reading(directory, tables, LATER)
    assert (numbers(after(done)), kinds(done.findings)) == ([NEW], [Kind.PHONE_CHANGED])


def test_half_a_ledger_with_the_new_number_and_half_with_the_old_is_told() -> None:
    directory = stored({"老人": [elder(), second()]})
    done = reading(directory, {"老人": [elder(管家电话=NEW), second()]}, LATER)
    assert [(one.kind, one.place.line) for one in done.errors] == [(Kind.PHONE_DIFFERS, 2)]


def test_a_doctor_and_a_butler_of_one_name_are_two_and_so_are_two_doctors() -> None:
    rows = [
        elder(家庭医生="张伟", 家庭医生电话=NEW),
        second(家庭医生="张伟", 家庭医生电话=OTHER),
    ]
    done = reading(None, {"老人": rows})
    assert sorted(numbers(after(done))) == sorted([OLD, NEW, OTHER])
    assert kinds(done.findings) == [Kind.NAMESAKES]
    assert reading(after(done), {"老人": rows}, LATER).changes == ()


def test_of_two_who_are_known_only_the_one_whose_homes_stand_beside_it_has_a_new_number() -> None:
    butlers = [{"姓名": "张伟", "电话": OLD}, {"姓名": "张伟", "电话": OTHER}]
    doctors = (
        {"家庭医生": "刘医生", "家庭医生电话": "13600000001"},
        {"家庭医生": "刘医生", "家庭医生电话": "13600000002"},
    )
    rows = [elder(**doctors[0]), second(管家电话=OTHER, **doctors[1])]
    directory = stored({"养老管家": butlers, "老人": rows})
    rows[1] |= {"管家电话": NEW, "家庭医生电话": "13600000009"}
    done = reading(directory, {"老人": rows}, LATER)
    assert kinds(done.findings) == [Kind.PHONE_CHANGED] * 2
    assert sorted(numbers(after(done))) == [OLD, NEW]
    assert sorted(numbers(after(done), "刘医生")) == ["13600000001", "13600000009"]
    assert len(after(done).bonds) == len(directory.bonds)
    third = [*butlers, {"姓名": "张伟", "电话": NEW}]
    assert kinds(reading(directory, {"养老管家": third[::2]}, LATER).errors) == [Kind.PHONE_NOT_KNOWN]


def test_a_number_beside_an_empty_name_is_told() -> None:
    directory = stored({"老人": [elder()]})
    done = reading(directory, {"老人": [elder(管家=None, 管家电话=NEW)]}, LATER)
    assert [(one.kind, one.place.column) for one in done.errors] == [(Kind.CONTACT_WITHOUT_NAME, "管家电话")]


def test_somebody_whom_the_page_gave_a_number_is_called_by_it() -> None:
    directory = stored({"老人": [elder()]})
    added = people_edits.add_person(directory, PersonEntry("bx9", "赵敏", "赵", phone=NEW))
    assert [one.address for one in added.persons[-1].methods] == [f"tel:{NEW}"]
    moved = people_edits.change_person(added, replace(added.persons[-1], phone=OTHER))
    assert [one.address for one in moved.persons[-1].methods] == [f"tel:{OTHER}"]
    # As an earlier version left them.
    duty = {"岗位": "助老员", "星期": "每天", "上班时间": "08:00", "下班时间": "18:00"}
    bare = replace(directory, persons=(*directory.persons, PersonEntry("bx9", "赵敏", "赵", phone=NEW)))
    done = reading(bare, {"老人": [elder(管家="bx9", 管家电话=None)]}, LATER)
    assert done.errors == (), [line(one, "zh") for one in done.errors]
    assert [one.address for one in after(done).persons[-1].methods] == [f"tel:{NEW}"]
    rostered = reading(bare, {"班表": [{"姓名": "赵敏", **duty}]}, LATER)
    assert [one.address for one in after(rostered).persons[-1].methods] == [f"tel:{NEW}"]


def test_a_number_that_is_changed_in_an_exported_workbook_is_called_although_the_methods_stand_beside_it() -> (
    None
):
    directory = stored({"老人": [elder()]})
    row = {"人员编号": directory.persons[0].id, "姓名": "张伟", "电话": OLD, "通知方式": f"webhook:tel:{OLD}"}
    assert reading(directory, {"人员": [row]}, LATER).changes == ()
    (person,) = after(reading(directory, {"人员": [{**row, "电话": NEW}]}, LATER)).persons
    assert (person.phone, [one.address for one in person.methods]) == (NEW, [f"tel:{NEW}"])
    both = {**row, "电话": NEW, "通知方式": "webhook:zhang-1"}
    (person,) = after(reading(directory, {"人员": [both]}, LATER)).persons
    assert [one.address for one in person.methods] == ["zhang-1"]


def test_a_contact_without_a_number_is_told_at_the_contacts_own_cell() -> None:
    for row, column in (
        (elder(联系人1="王丽", 联系人1电话=None), "联系人1电话"),
        (elder(联系人1="王丽", 联系人1电话=NEW, 钥匙保管人="李四"), "钥匙保管人"),
    ):
        (error,) = reading(None, {"老人": [row]}).errors
        assert (error.kind, error.place.column) == (Kind.NOT_REACHABLE, column)


def test_the_twenty_first_elder_of_a_butler_whom_the_hub_knows_is_told_at_its_row_and_by_name() -> None:
    rows = [elder(编号=f"e{n}", 姓名=f"老人{n:02d}", 门牌号=f"3-1-{100 + n}") for n in range(1, 23)]
    directory = stored({"老人": rows[:19]})
    done = reading(directory, {"老人": rows[17:]}, LATER)
    (error,) = done.errors
    assert (error.kind, error.place.line, error.place.column) == (Kind.BUTLER_LIST_FULL, 5, "管家")
    said = line(error, "zh")
    assert "张伟" in said
    assert "22 位" in said
    assert "butler" not in said
    assert directory.persons[0].id not in said


def test_a_list_that_a_sheet_of_bonds_makes_too_long_is_told_at_the_row_of_the_bond() -> None:
    rows = [elder(编号=f"e{n}", 姓名=f"老人{n:02d}", 门牌号=f"3-1-{100 + n}") for n in range(1, 21)]
    other = elder(编号="e21", 姓名="老人21", 门牌号="3-1-121", 管家="赵敏", 管家电话=NEW)
    directory = stored({"老人": [*rows, other]})
    homes = {one.elder_id: one.home_id for one in directory.residences}
    butlers = [one for one in directory.bonds if one.role is Role.BUTLER]
    known, last = butlers[0], butlers[-1]
    ends = {
        "人员编号": last.person_id,
        "岗位": "养老管家",
        "住户编号": homes["e21"],
        "结束日期": "2026-03-12 12:00",
    }
    begins = {**ends, "人员编号": known.person_id, "开始日期": "2026-03-12 12:00", "结束日期": None}
    stays = {"人员编号": known.person_id, "岗位": "养老管家", "住户编号": homes["e1"]}
    (error,) = reading(directory, {"服务关系": [stays, ends, begins]}, LATER).errors
    assert (error.kind, error.place.line, error.place.column) == (Kind.BUTLER_LIST_FULL, 4, "人员编号")
