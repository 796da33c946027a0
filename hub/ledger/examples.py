"""An example for each column of a ledger, as templates and the page of columns show it. Nobody of these exists."""

from collections.abc import Mapping

from hub.ledger.tables import TableName

Example = tuple[str, str]
"""Chinese, English."""

_SHARED: Mapping[str, Example] = {
    "district": ("槐荫区", "Huaiyin District"),
    "street": ("槐荫街道", "Huaiyin Street"),
    "community": ("梧桐社区", "Wutong Community"),
    "compound": ("梧桐苑", "Wutong Court"),
    "building": ("3号楼", "3"),
    "stair": ("2单元", "2"),
    "flat": ("501室", "501"),
    "house_number": ("3-2-501", "3-2-501"),
    "address": (
        "槐荫区槐荫街道梧桐社区梧桐苑3号楼2单元501室",
        "Huaiyin District, Huaiyin Street, Wutong Community, Wutong Court 3-2-501",
    ),
    "floor": ("5", "5"),
    "lift": ("否", "no"),
    "door_code": ("2580", "2580"),
    "adapted": ("是", "yes"),
    "care_bed": ("否", "no"),
    "home_phone": ("0371-55501234", "0371-55501234"),
    "home_note": ("单元门朝北", "the entrance is on the north side"),
    "centre": ("梧桐社区养老服务站", "Wutong Day-Care Centre"),
    "company": ("颐康养老服务公司", "Yikang Care Company"),
    "butler": ("张伟", "Zhang Wei"),
    "butler_phone": ("13900001111", "13900001111"),
    "membership": ("未开通", "not yet open"),
    "elder": ("王秀英", "Wang Xiuying"),
    "room": ("卧室", "bedroom"),
    "from_at": ("2026-03-01", "2026-03-01"),
    "starts": ("08:00", "08:00"),
    "ends": ("20:00", "20:00"),
}
_ELDERS: Mapping[str, Example] = {
    "name": ("王秀英", "Wang Xiuying"),
    "call_name": ("王奶奶", "Mrs Wang"),
    "gender": ("女", "woman"),
    "birth_year": ("1941", "1941"),
    "level": ("2", "2"),
    "flags": ("独居、高龄", "lives alone; very old"),
    "note": ("听不清，请大声些", "hard of hearing: speak up"),
    "contact_1": ("王丽", "Wang Li"),
    "contact_1_phone": ("13900002222", "13900002222"),
    "contact_1_relation": ("女儿", "daughter"),
    "contact_2": ("王强", "Wang Qiang"),
    "contact_2_phone": ("13900003333", "13900003333"),
    "contact_2_relation": ("儿子", "son"),
    "keyholder_1": ("赵敏", "Zhao Min"),
    "keyholder_1_phone": ("13900004444", "13900004444"),
    "keyholder_1_relation": ("邻居", "neighbour"),
    "doctor_1": ("刘洋", "Liu Yang"),
    "doctor_1_phone": ("13900005555", "13900005555"),
}


_NONE: Example = ("", "")


def _person(zh: str, en: str, phone: str, **more: Example) -> Mapping[str, Example]:
    return {"name": (zh, en), "phone": (phone, phone), **more}


_OF_TABLE: Mapping[TableName, Mapping[str, Example]] = {
    TableName.REGIONS: {
        "name": ("梧桐苑", "Wutong Court"),
        "level": ("小区", "compound"),
        "parent": ("梧桐社区", "Wutong Community"),
    },
    TableName.COMPANIES: {"name": ("颐康养老服务公司", "Yikang Care Company")},
    TableName.CENTRES: {
        "name": ("梧桐社区养老服务站", "Wutong Day-Care Centre"),
        "phone": ("0371-55505678", "0371-55505678"),
        "openings": ("周一至周六 08:00-18:00", "Mon-Sat 08:00-18:00"),
        "special_hours": ("2026-10-01 休", "2026-10-01 closed"),
    },
    TableName.PEOPLE: _person("张伟", "Zhang Wei", "13900001111", surname=("张", "Zhang")),
    TableName.BUTLERS: _person("张伟", "Zhang Wei", "13900001111"),
    TableName.DEPUTIES: _person("李娜", "Li Na", "13900006666", of_butler=("张伟", "Zhang Wei")),
    TableName.HELPERS: _person("孙燕", "Sun Yan", "13900007777"),
    TableName.DESKS: _person("吴霞", "Wu Xia", "13900008888"),
    TableName.OPERATORS: _person("陈静", "Chen Jing", "13900009999"),
    TableName.MANAGERS: _person("周强", "Zhou Qiang", "13900010000"),
    TableName.GUARDS: _person("梧桐苑值班室", "Wutong Court guards", "0371-55509999", company=_NONE),
    TableName.GRID_WORKERS: _person("郑凯", "Zheng Kai", "13900012222", company=_NONE),
    TableName.INSTITUTIONS: _person("梧桐养老院", "Wutong Care Home", "0371-55508888", company=_NONE),
    TableName.DOCTORS: _person("刘洋", "Liu Yang", "13900005555", company=_NONE),
    TableName.ELDERS: _ELDERS,
    TableName.CONTACTS: _person(
        "王丽", "Wang Li", "13900002222", company=_NONE, relation=("女儿", "daughter")
    ),
    TableName.KEYHOLDERS: _person(
        "赵敏", "Zhao Min", "13900004444", company=_NONE, relation=("邻居", "neighbour")
    ),
    TableName.PARTNERS: _person(
        "冯军", "Feng Jun", "13900013333", company=_NONE, relation=("同楼", "same house")
    ),
    TableName.ROOMS: {"kind": ("卧室", "bedroom"), "name": ("北卧", "north bedroom")},
    TableName.DEVICES: {
        "kind": ("一键呼叫器", "button"),
        "speaks": ("否", "no"),
        "one_way": ("否", "no"),
    },
    TableName.BONDS: {"role": ("物业值班", "property guard"), "region": ("梧桐苑", "Wutong Court")},
    TableName.SHIFTS: {
        "person": ("陈静", "Chen Jing"),
        "role": ("坐席", "operator"),
        "centre": _NONE,
        "weekdays": ("周一至周日", "Mon-Sun"),
        "ends": ("08:00", "08:00"),
    },
    TableName.DATED_SHIFTS: {
        "person": ("陈静", "Chen Jing"),
        "role": ("坐席", "operator"),
        "centre": _NONE,
        "on": ("2026-03-01", "2026-03-01"),
        "in_place": ("是", "yes"),
    },
    TableName.LEAVES: {
        "person": ("张伟", "Zhang Wei"),
        "until_at": ("2026-03-08", "2026-03-08"),
        "kind": ("病假", "ill"),
    },
    TableName.COVERS: {
        "covered": ("张伟", "Zhang Wei"),
        "by": ("李娜", "Li Na"),
        "until_at": ("2026-03-08", "2026-03-08"),
        "takes": ("全部", "everything"),
    },
    TableName.HOLIDAYS: {
        "on": ("2026-10-01", "2026-10-01"),
        "day_type": ("放假", "rest day"),
        "name": ("国庆节", "National Day"),
    },
}


def example(table: TableName, key: str) -> Example:
    """What a column of a table may hold; empty where an example would mislead (ids, the number of a home)."""
    return _OF_TABLE.get(table, {}).get(key, _SHARED.get(key, _NONE))
