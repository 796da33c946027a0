"""What a ledger does to a directory: added, changed, ended; and everything that it leaves alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from hub.core.alerts import Role
from hub.core.home import Flag, Membership
from hub.directory.demo import demo_directory
from hub.directory.model import Assignment, Bond, DeviceEntry, Directory, holds
from hub.directory.moves import enrol_device
from hub.ledger.changes import ChangeKind
from hub.ledger.finding_texts import line
from hub.ledger.findings import Kind
from hub.ledger.plan import Plan, plan
from hub.ledger.reading import read_ledger
from hub.ledger.told import summary, told
from tests.ledger.ledgers import AT, book_bytes, csv_bytes, elder, rows_of

LATER = AT + timedelta(days=10)

WHOLE: Mapping[str, Any] = elder(
    性别="女",
    能力等级=2,
    老人类别="独居、高龄、听不见",
    服务状态="在册",
    出生日期="1941-05-03",
    楼层=5,
    有无电梯="无",
    门锁密码="0123#",
    适老化改造="是",
    家庭养老床位="是",
    责任机构="槐荫护理院",
    责任机构电话="0371-55501234",
    家中电话="0371-55500001",
    联系人1="王丽",
    联系人1电话="13900001111",
    联系人1关系="女儿",
    联系人2="王强",
    联系人2电话="13900002222",
    联系人2关系="儿子",
    钥匙保管人="李四",
    钥匙保管人电话="13900003333",
    备注="听不见：直接上门",
)


def importing(directory: Directory | None, *rows: Mapping[str, Any], at: Any = AT) -> Plan:
    """One sheet of elders, merged; it must be in order."""
    return merging(directory, {"老人": rows}, at)


def merging(directory: Directory | None, tables: Mapping[str, Any], at: Any = AT) -> Plan:
    files = {"台账.xlsx": book_bytes({name: rows_of(rows) for name, rows in tables.items()})}
    done = plan(directory, read_ledger(files), at)
    assert done.errors == (), [line(one, "zh") for one in done.errors]
    return done


def after(done: Plan) -> Directory:
    assert done.directory is not None
    return done.directory


def people(directory: Directory, role: Role, home_id: str, at: Any = AT) -> list[tuple[str, str]]:
    names = {person.id: person for person in directory.persons}
    found = sorted(
        (
            bond
            for bond in directory.bonds
            if bond.role is role and bond.home_id == home_id and holds(bond, at)
        ),
        key=lambda bond: bond.rank,
    )
    return [(names[bond.person_id].name, bond.relation) for bond in found]


def test_one_sheet_gives_elder_home_residence_butler_contacts_and_keyholder() -> None:
    directory = after(importing(None, WHOLE))
    (one,) = directory.elders
    assert (one.id, one.name, one.call_name, one.ability_level, one.birth_year) == (
        "e1",
        "王秀英",
        "王奶奶",
        2,
        1941,
    )
    assert one.flags == {Flag.LIVES_ALONE, Flag.VERY_OLD, Flag.HARD_OF_HEARING}
    assert one.note == "听不见：直接上门"
    (home,) = directory.homes
    assert (home.building, home.stair, home.flat) == ("3号楼", "2单元", "501室")
    assert (home.floor, home.lift, home.door_code, home.adapted, home.care_bed) == (
        5,
        False,
        "0123#",
        True,
        True,
    )
    assert home.phone == "0371-55500001"
    (residence,) = directory.residences
    assert (residence.home_id, residence.membership, residence.from_at) == (home.id, Membership.ACTIVE, AT)
    assert people(directory, Role.BUTLER, home.id) == [("张伟", "")]
    assert people(directory, Role.CONTACT, home.id) == [("王丽", "女儿"), ("王强", "儿子")]
    assert people(directory, Role.KEYHOLDER, home.id) == [("李四", "")]
    assert people(directory, Role.CARE_INSTITUTION, home.id) == [("槐荫护理院", "")]
    # Everybody can be reached: by the number that the ledger gives.
    assert all(person.methods and person.phone for person in directory.persons)


def test_the_same_ledger_again_changes_nothing_even_later() -> None:
    directory = after(importing(None, WHOLE, elder(编号="e2", 姓名="李德山", 门牌号="3-2-502")))
    again = importing(directory, WHOLE, elder(编号="e2", 姓名="李德山", 门牌号="3-2-502"), at=LATER)
    assert again.changes == ()
    assert again.directory == directory


def test_without_ids_the_same_ledger_again_changes_nothing_and_a_corrected_year_is_the_same_person() -> None:
    rows = [
        {
            "姓名": "王秀英",
            "住址": "槐荫街道梧桐社区梧桐苑3号楼2单元501室",
            "出生年份": 1941,
            "管家": "张伟",
            "管家电话": "13812345678",
        },
        {
            "姓名": "王秀英",
            "住址": "槐荫街道梧桐社区梧桐苑3号楼2单元502室",
            "出生年份": 1941,
            "管家": "张伟",
            "管家电话": "13812345678",
        },
    ]
    directory = after(importing(None, *rows))
    assert len(directory.elders) == len(directory.homes) == 2
    assert importing(directory, *rows, at=LATER).changes == ()
    corrected = importing(directory, {**rows[0], "出生年份": 1942}, rows[1], at=LATER)
    (change,) = corrected.changes
    assert (change.kind, change.table, [one.name for one in change.fields]) == (
        ChangeKind.CHANGED,
        "elders",
        ["birth_year"],
    )


def test_an_elder_whom_the_ledger_leaves_out_stays_and_is_listed() -> None:
    directory = after(importing(None, elder(), elder(编号="e2", 姓名="李德山", 门牌号="3-2-502")))
    done = importing(directory, elder(), at=LATER)
    assert done.absent == ("e2",)
    assert after(done) == directory


def test_an_empty_cell_says_nothing_and_the_word_for_nothing_takes_away() -> None:
    directory = after(importing(None, WHOLE))
    assert importing(directory, {**WHOLE, "门锁密码": None, "备注": ""}, at=LATER).changes == ()
    done = after(importing(directory, {**WHOLE, "门锁密码": "无", "备注": "无", "老人类别": "无"}, at=LATER))
    assert (done.homes[0].door_code, done.elders[0].note, done.elders[0].flags) == ("", "", frozenset())


def test_another_butler_begins_when_the_first_ends() -> None:
    directory = after(importing(None, elder()))
    done = after(importing(directory, elder(管家="赵敏", 管家电话="13700001111"), at=LATER))
    first, second = done.bonds
    assert (first.until_at, second.from_at, second.until_at) == (LATER, LATER, None)
    assert people(done, Role.BUTLER, done.homes[0].id, LATER) == [("赵敏", "")]


def test_a_corrected_contact_takes_the_place_of_the_first_and_a_new_number_is_a_change() -> None:
    directory = after(importing(None, WHOLE))
    done = after(importing(directory, {**WHOLE, "联系人1": "王莉", "联系人2电话": "13900009999"}, at=LATER))
    assert people(done, Role.CONTACT, done.homes[0].id, LATER) == [("王莉", "女儿"), ("王强", "儿子")]
    son = next(person for person in done.persons if person.name == "王强")
    assert (son.phone, son.methods[0].address) == ("13900009999", "tel:13900009999")


def test_contacts_change_places_without_anybody_being_lost() -> None:
    directory = after(importing(None, WHOLE))
    swapped = {**WHOLE}
    for key in ("联系人{}", "联系人{}电话", "联系人{}关系"):
        swapped[key.format(1)], swapped[key.format(2)] = WHOLE[key.format(2)], WHOLE[key.format(1)]
    done = after(importing(directory, swapped, at=LATER))
    assert people(done, Role.CONTACT, done.homes[0].id, LATER) == [("王强", "儿子"), ("王丽", "女儿")]
    assert len(done.bonds) == len(directory.bonds)


def test_a_state_follows_the_one_before() -> None:
    directory = after(importing(None, elder(服务状态="在册")))
    done = after(importing(directory, elder(服务状态="暂停"), at=LATER))
    first, second = done.residences
    assert (first.membership, first.until_at) == (Membership.ACTIVE, LATER)
    assert (second.membership, second.from_at) == (Membership.PAUSED, LATER)


def test_a_ledger_that_is_out_of_date_opens_and_shuts_nobody() -> None:
    opened = after(importing(None, elder(服务状态="在册")))
    stale = importing(opened, elder(服务状态="未开通"), at=LATER)
    assert (stale.changes, [one.kind for one in stale.findings]) == ((), [Kind.STAYS_OPEN])
    waiting = after(importing(None, elder(服务状态="未开通")))
    hoped = importing(waiting, elder(服务状态="在册"), at=LATER)
    assert (hoped.changes, [one.kind for one in hoped.findings]) == ((), [Kind.STAYS_NOT_OPEN])


def test_who_is_active_by_the_word_of_the_ledger_alone_is_told_with_the_place() -> None:
    rows = (elder(服务状态="在册"), elder(编号="e2", 姓名="李德山", 门牌号="3-2-502", 服务状态="未开通"))
    done = importing(None, *rows)
    (note,) = done.findings
    assert (note.kind, note.is_error, note.place.line, note.place.column) == (
        Kind.NOT_PROVEN,
        False,
        2,
        "服务状态",
    )
    assert "未试通" in line(note, "zh")
    memberships = {one.elder_id: one.membership for one in after(done).residences}
    assert memberships == {"e1": Membership.ACTIVE, "e2": Membership.NOT_YET_OPEN}
    assert importing(after(done), *rows, at=LATER).findings == ()


def test_into_a_home_where_a_press_was_answered_somebody_moves_without_a_note() -> None:
    directory = after(importing(None, elder(服务状态="在册")))
    second = elder(编号="e2", 姓名="李德山", 服务状态="在册")
    ledger = read_ledger({"老人.xlsx": book_bytes({"老人": rows_of([second])})})
    home_id = directory.homes[0].id
    assert plan(directory, ledger, LATER, proven={home_id}).findings == ()
    assert [one.kind for one in plan(directory, ledger, LATER).findings] == [Kind.NOT_PROVEN]


def test_an_elder_moves_with_the_address() -> None:
    directory = after(importing(None, elder()))
    done = after(importing(directory, elder(门牌号="5-1-302"), at=LATER))
    first, second = done.residences
    assert (first.until_at, second.from_at, first.home_id != second.home_id) == (LATER, LATER, True)
    assert second.membership is first.membership
    assert {home.id: home.building for home in done.homes}[second.home_id] == "5号楼"


def test_what_pages_did_is_not_undone_by_a_ledger_that_does_not_speak_of_it() -> None:
    directory = after(importing(None, WHOLE))
    home_id = directory.homes[0].id
    kind = demo_directory(7, AT).devices[0].kind
    edited = enrol_device(directory, DeviceEntry("k1", kind), home_id, AT, wearer_id="e1")
    edited = replace(
        edited, bonds=(*edited.bonds, Bond(edited.persons[1].id, Role.CONTACT, AT, home_id=home_id, rank=3))
    )
    street = demo_directory(7, AT)
    edited = replace(
        edited,
        shifts=tuple(
            replace(one, person_id=edited.persons[0].id, centre_id=None) for one in street.shifts[:3]
        ),
    )
    assert importing(edited, WHOLE, at=LATER).changes == ()


def test_devices_are_found_by_elder_and_move_with_their_row() -> None:
    rows = [WHOLE, elder(编号="e2", 姓名="李德山", 门牌号="3-2-502")]
    device = {
        "设备编号": "00K1",
        "设备类型": "一键呼叫",
        "老人姓名": "王秀英",
        "安装位置": "床头",
        "可播报": "是",
    }
    directory = after(merging(None, {"老人": rows, "设备": [device]}))
    (hung,) = directory.assignments
    assert (hung.home_id, hung.from_at) == (directory.homes[0].id, AT)
    assert directory.rooms[0].id == hung.room_id
    moved = merging(directory, {"老人": rows, "设备": [{**device, "老人姓名": "李德山"}]}, LATER)
    first, second = after(moved).assignments
    assert (first.until_at, second.from_at, second.home_id) == (LATER, LATER, directory.homes[1].id)
    assert merging(after(moved), {"设备": [{**device, "老人姓名": "李德山"}]}, LATER).changes == ()
    stock = after(
        merging(
            after(moved),
            {"设备": [{"设备编号": "00K1", "设备类型": "一键呼叫器", "住户编号": "无"}]},
            LATER + timedelta(days=1),
        )
    )
    assert not [one for one in stock.assignments if holds(one, LATER + timedelta(days=2))]


def test_a_roster_in_a_ledger_replaces_the_shifts_of_whom_it_names_only() -> None:
    operators = [
        {"编号": "o1", "姓名": "赵敏", "电话": "13812345678"},
        {"编号": "o2", "姓名": "钱进", "电话": "13812345679"},
    ]
    shifts = [
        {"人员": "赵敏", "岗位": "坐席", "星期": "周一至周日", "上班时间": "08:00", "下班时间": "20:00"},
        {"人员": "o2", "岗位": "坐席", "星期": "每天", "上班时间": "20:00", "下班时间": "08:00"},
    ]
    directory = after(merging(None, {"坐席": operators, "班表": shifts}))
    assert len(directory.shifts) == 2
    done = after(merging(directory, {"班表": [{**shifts[0], "下班时间": "20:30"}]}, LATER))
    assert [(one.person_id, one.ends) for one in done.shifts] == [("o2", time(8)), ("o1", time(20, 30))]
    gap = plan(done, read_ledger({"班表.csv": csv_bytes({**shifts[0], "星期": "周一至周五"})}), LATER)
    assert [(one.kind, one.place.line) for one in gap.errors] == [(Kind.DESK_GAP, 2)] * 2


def test_deputies_stand_behind_a_butler_and_covers_may_exceed_the_list() -> None:
    elders = [elder(编号=f"e{n}", 姓名=f"老人{n}", 门牌号=f"3-1-{100 + n}", 管家="b1") for n in range(1, 21)]
    theirs = {"管家": "b2", "管家电话": "13812345679"}
    others = [elder(编号=f"f{n}", 姓名=f"人{n}", 门牌号=f"4-1-{100 + n}", **theirs) for n in range(1, 21)]
    tables: dict[str, Any] = {
        "养老管家": [
            {"编号": "b1", "姓名": "张伟", "电话": "13812345678"},
            {"编号": "b2", "姓名": "赵敏", "电话": "13812345679"},
        ],
        "代班管家": [{"编号": "d1", "姓名": "周婷", "电话": "13812345670", "所代管家": "张伟"}],
        "老人": [*elders, *others],
    }
    directory = after(merging(None, tables))
    assert sum(1 for bond in directory.bonds if bond.role is Role.DEPUTY) == 20
    homes = [bond.home_id for bond in directory.bonds if bond.role is Role.BUTLER and bond.person_id == "b2"]
    covers = [
        {
            "人员": "b1",
            "岗位": "养老管家",
            "住户编号": home,
            "代管": "是",
            "开始日期": "2026-03-10",
            "结束日期": "2026-03-20",
        }
        for home in homes
    ]
    done = after(merging(directory, {"服务关系": covers}))
    assert sum(1 for bond in done.bonds if bond.cover) == 20
    assert merging(done, {"服务关系": covers}, LATER).changes == ()


def test_two_elders_of_one_home_share_it_and_their_daughter() -> None:
    both = {"联系人1": "王丽", "联系人1电话": "13900001111"}
    directory = after(importing(None, elder(**both), elder(编号="e2", 姓名="李德山", **both)))
    assert (len(directory.homes), len(directory.residences)) == (1, 2)
    assert people(directory, Role.CONTACT, directory.homes[0].id) == [("王丽", "")]


def test_one_person_may_stand_in_several_sheets_and_rows() -> None:
    tables: dict[str, Any] = {
        "养老管家": [{"姓名": "张伟", "电话": "13812345678"}, {"姓名": "赵敏", "电话": "13812345679"}],
        "代班管家": [{"姓名": "赵敏", "所代管家": "张伟"}, {"姓名": "张伟", "所代管家": "赵敏"}],
        "家庭医生": [
            {"姓名": "孙医生", "电话": "13812340000", "老人": "王秀英"},
            {"姓名": "孙医生", "电话": "13812340000", "老人": "李德山"},
        ],
        "老人": [
            elder(管家电话=None),
            elder(编号="e2", 姓名="李德山", 门牌号="3-2-502", 管家="赵敏", 管家电话=None),
        ],
    }
    done = after(merging(None, tables))
    assert len(done.persons) == 3
    first, second = (home.id for home in done.homes)
    assert people(done, Role.DEPUTY, first) == [("赵敏", "")]
    assert people(done, Role.DEPUTY, second) == [("张伟", "")]
    assert (
        people(done, Role.FAMILY_DOCTOR, first)
        == people(done, Role.FAMILY_DOCTOR, second)
        == [("孙医生", "")]
    )
    assert merging(done, tables, LATER).changes == ()
    tables["家庭医生"][1]["电话"] = "13812349999"
    files = {"台账.xlsx": book_bytes({name: rows_of(rows) for name, rows in tables.items()})}
    apart = after(plan(None, read_ledger(files), AT))
    assert len(apart.persons) == 4, "another number is another doctor of that name"


def test_centres_without_tables_of_regions_and_companies_make_them_and_answer_for_their_communities() -> None:
    tables: dict[str, Any] = {
        "站点": [
            {
                "站点名称": "槐荫街养老服务中心",
                "运营机构": "安和居",
                "所在区域": "槐荫街道",
                "开放时间": "每天 07:00-21:00",
            },
            {
                "站点名称": "梧桐站",
                "上级站点": "槐荫街养老服务中心",
                "运营机构": "安和居",
                "所在区域": "梧桐社区",
            },
        ],
        "老人": [
            {**elder(门牌号=None, 小区=None), "住址": "槐荫街道梧桐社区梧桐苑3号楼2单元501室"},
            {
                **elder(门牌号=None, 小区=None, 编号="e2", 姓名="李德山"),
                "住址": "槐荫街道银杏社区老家属院1号楼东单元3楼西户",
            },
        ],
    }
    done = after(merging(None, tables))
    levels = {region.name: region.parent_id for region in done.regions}
    assert len(done.regions) == len(levels) == 5
    street = next(region.id for region in done.regions if region.name == "槐荫街道")
    assert levels["梧桐社区"] == levels["银杏社区"] == street
    assert [one.name for one in done.companies] == ["安和居"]
    centres = {one.id: one.name for one in done.centres}
    assert [centres[home.centre_id or ""] for home in done.homes] == ["梧桐站", "槐荫街养老服务中心"]
    assert merging(done, tables, LATER).changes == ()


def test_guards_answer_for_a_compound() -> None:
    done = after(
        merging(
            None,
            {"老人": [elder()], "物业": [{"姓名": "孙强", "电话": "0371-55509999", "负责小区": "梧桐苑"}]},
        )
    )
    (guard,) = [bond for bond in done.bonds if bond.role is Role.PROPERTY_GUARD]
    assert guard.region_id == done.homes[0].region_id


def test_a_broken_row_keeps_everything_out() -> None:
    files = {"老人.csv": csv_bytes(elder(), elder(编号="e2", 姓名="李德山", 门牌号="3-2-502", 能力等级="5"))}
    done = plan(None, read_ledger(files), AT)
    assert (done.directory, done.changes, len(done.errors)) == (None, (), 1)


def test_errors_of_all_files_are_told_at_once() -> None:
    files = {
        "老人.csv": csv_bytes(elder(能力等级="7", 楼层="0")),
        "设备.csv": csv_bytes({"设备编号": "k 1", "设备类型": "呼叫机", "住户编号": "h9"}),
        "旧.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
    }
    done = plan(None, read_ledger(files), AT)
    assert [(one.place.file, one.place.letter) for one in done.errors] == [
        ("老人.csv", "G"),
        ("老人.csv", "H"),
        ("设备.csv", "A"),
        ("设备.csv", "B"),
        ("旧.xls", ""),
    ]


def test_the_summary_hides_door_codes_and_names_who_stays() -> None:
    directory = after(importing(None, WHOLE, elder(编号="e2", 姓名="李德山", 门牌号="3-2-502")))
    done = importing(directory, {**WHOLE, "门锁密码": "9876#"}, at=LATER)
    answer = told(done, directory, "zh", dry_run=True)
    lines = "\n".join(summary(answer, "zh"))
    assert "9876" not in lines
    assert "门锁密码 ••• → •••" in lines
    assert "1 位：李德山 e2" in lines
    assert "试运行" in lines


def test_an_assignment_that_is_known_keeps_its_beginning() -> None:
    directory = after(
        merging(None, {"老人": [elder()], "设备": [{"设备编号": "k1", "设备类型": "拉绳", "老人": "e1"}]})
    )
    done = after(
        merging(
            directory,
            {"设备": [{"设备编号": "k1", "设备类型": "拉绳", "老人": "e1", "安装位置": "卫生间"}]},
            LATER,
        )
    )
    assert done.assignments == (Assignment("k1", done.homes[0].id, AT, room_id=done.rooms[0].id),)
