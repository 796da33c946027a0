"""The tables of a ledger about people, and for whom they answer."""

from hub.core.alerts import Role
from hub.ledger import values as v
from hub.ledger.columns import (
    ADDRESS_SHOWN,
    COMPANY,
    DATES,
    ELDER,
    FROM,
    HOME,
    NAME_SHOWN,
    PERSON,
    PHONE_ALSO,
    ROLE,
    UNTIL,
    YES,
    Column,
    Table,
    TableName,
    changed,
    id_column,
)


def people(
    name: TableName,
    role: Role,
    zh: str,
    en: str,
    *also: str,
    family: bool = False,
    region: bool = False,
    extra: tuple[Column, ...] = (),
) -> Table:
    """A table of people of one role, and for whom each answers."""
    whose = (
        ELDER,
        HOME,
        Column("relation", "关系", "relation", v.LINE, ("与老人关系", "关系说明", "relationship")),
        Column(
            "rank",
            "顺序",
            "order",
            v.NUMBER,
            ("序位", "优先级", "联系顺序", "rank", "priority"),
            hint=("1 最先联系", "1 is asked first"),
        ),
        FROM,
        UNTIL,
    )
    where = (
        Column(
            "region",
            "负责区域",
            "region",
            v.REFERENCE,
            ("负责小区", "小区", "管理小区", "区域", "社区", "compound", "community"),
            hint=("小区的名称或编号", "id or name of a compound"),
        ),
    )
    columns = (
        id_column("人员编号", "person id", "工号", "员工编号", f"{zh}编号", f"{en} id"),
        Column(
            "name",
            "姓名",
            "name",
            v.NAME,
            (
                f"{zh}姓名",
                f"{zh}",
                "名字",
                "人员姓名",
                "联系人姓名",
                "联系人",
                "管家姓名",
                "医生姓名",
                "机构名称",
                "名称",
                "full name",
                f"{en} name",
            ),
            required=True,
        ),
        Column("phone", "电话", "phone", v.PHONE, (*PHONE_ALSO, f"{zh}电话")),
        Column("methods", "通知方式", "contact methods", v.METHODS, ("通知渠道", "methods"), derived=True),
        COMPANY,
        *(whose if family else ()),
        *(where if region else ()),
        *extra,
    )
    return Table(name, zh, en, columns, also, role, exported=False)


OF_BUTLER = Column(
    "of_butler",
    "所代管家",
    "butler",
    v.REFERENCE,
    ("代班对象", "被代管家", "对应管家", "管家", "stands in for"),
    hint=("为哪位管家代班", "whose deputy this is"),
)

PEOPLE = Table(
    TableName.PEOPLE,
    "人员",
    "people",
    (
        id_column("人员编号", "person id", "工号", "员工编号"),
        Column("name", "姓名", "name", v.NAME, ("人员姓名", "名字", "full name"), required=True),
        Column(
            "surname",
            "姓氏",
            "surname",
            v.NAME,
            ("姓", "family name"),
            derived=True,
            hint=("语音里报的姓", "spoken to the elder"),
        ),
        Column("phone", "电话", "phone", v.PHONE, PHONE_ALSO),
        Column(
            "methods",
            "通知方式",
            "contact methods",
            v.METHODS,
            ("通知渠道", "methods"),
            derived=True,
            hint=("渠道:地址；不填按电话通知", "channel:address; if empty, by the telephone number"),
        ),
        COMPANY,
        Column("until_at", "离职日期", "left on", v.INSTANT, ("离开日期", "离职时间", "until"), hint=DATES),
    ),
    ("员工", "通讯录", "staff", "persons"),
)

BUTLERS = people(TableName.BUTLERS, Role.BUTLER, "养老管家", "butlers", "管家", "管家名单", "care butlers")

DEPUTIES = people(
    TableName.DEPUTIES, Role.DEPUTY, "代班管家", "deputies", "代班", "代班人员", extra=(OF_BUTLER,)
)

HELPERS = people(TableName.HELPERS, Role.ELDER_HELPER, "助老员", "elder helpers", "助老")

DESKS = people(TableName.DESKS, Role.CENTRE_DUTY, "站点值班员", "centre duty", "站点值班", "centre desks")

OPERATORS = people(TableName.OPERATORS, Role.OPERATOR, "坐席", "operators", "坐席员", "接线员")

MANAGERS = people(TableName.MANAGERS, Role.DUTY_MANAGER, "值班长", "duty managers")

GUARDS = people(
    TableName.GUARDS,
    Role.PROPERTY_GUARD,
    "物业值班",
    "property guards",
    "物业",
    "保安",
    "物业门卫",
    "guards",
    family=True,
    region=True,
)

GRID_WORKERS = people(
    TableName.GRID_WORKERS, Role.GRID_WORKER, "网格员", "grid workers", "网格", family=True, region=True
)

INSTITUTIONS = people(
    TableName.INSTITUTIONS,
    Role.CARE_INSTITUTION,
    "责任机构",
    "care institutions",
    "养老机构",
    "床位机构",
    family=True,
)

DOCTORS = people(
    TableName.DOCTORS,
    Role.FAMILY_DOCTOR,
    "家庭医生",
    "family doctors",
    "签约医生",
    "医生",
    "doctors",
    family=True,
)

CONTACTS = people(
    TableName.CONTACTS,
    Role.CONTACT,
    "紧急联系人",
    "contacts",
    "联系人",
    "家属",
    "emergency contacts",
    family=True,
)

KEYHOLDERS = people(
    TableName.KEYHOLDERS, Role.KEYHOLDER, "钥匙保管人", "keyholders", "钥匙", "持钥匙人", family=True
)

PARTNERS = people(TableName.PARTNERS, Role.PARTNER, "结对伙伴", "partners", "伙伴", "时间银行", family=True)

BONDS = Table(
    TableName.BONDS,
    "服务关系",
    "bonds",
    (
        changed(PERSON, exported=True, required=True),
        NAME_SHOWN,
        changed(ROLE, exported=True, required=True),
        HOME,
        Column(
            "region",
            "负责区域",
            "region",
            v.REFERENCE,
            ("区域", "小区"),
            hint=("物业、网格员填小区", "a compound, for guards"),
        ),
        FROM,
        UNTIL,
        Column("cover", "代管", "cover", v.YES_NO, ("是否代管",), hint=YES),
        Column("rank", "顺序", "order", v.NUMBER, ("序位", "优先级", "rank")),
        Column("relation", "关系", "relation", v.LINE, ("与老人关系",)),
        ADDRESS_SHOWN,
    ),
    ("关系", "责任关系", "who answers"),
)
