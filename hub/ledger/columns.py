"""What a ledger's table and column are, and the columns that several tables share."""

from dataclasses import dataclass
from enum import StrEnum

from hub.core.alerts import Role
from hub.ledger import values as v
from hub.ledger.values import Reader
from hub.web.words.said import Language


class TableName(StrEnum):
    REGIONS = "regions"
    COMPANIES = "companies"
    CENTRES = "centres"
    PEOPLE = "people"
    BUTLERS = "butlers"
    DEPUTIES = "deputies"
    HELPERS = "helpers"
    DESKS = "desks"
    OPERATORS = "operators"
    MANAGERS = "managers"
    GUARDS = "guards"
    GRID_WORKERS = "grid_workers"
    INSTITUTIONS = "institutions"
    DOCTORS = "doctors"
    HOMES = "homes"
    ELDERS = "elders"
    RESIDENCES = "residences"
    CONTACTS = "contacts"
    KEYHOLDERS = "keyholders"
    PARTNERS = "partners"
    ROOMS = "rooms"
    DEVICES = "devices"
    ASSIGNMENTS = "assignments"
    BONDS = "bonds"
    SHIFTS = "shifts"
    DATED_SHIFTS = "dated_shifts"
    LEAVES = "leaves"
    COVERS = "covers"
    HOLIDAYS = "holidays"


@dataclass(frozen=True, slots=True)
class Column:
    """`also`: other headings for it. `derived`: what is empty is made up from other columns. `shown`: on export only, for people
    to read; ignored on import. `hint`: what stands in it, Chinese and English. `old`: for hand-kept ledgers, not exported."""

    key: str
    zh: str
    en: str
    reader: Reader = v.LINE
    also: tuple[str, ...] = ()
    required: bool = False
    derived: bool = False
    shown: bool = False
    exported: bool = True
    hint: tuple[str, str] = ("", "")

    def title(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Table:
    """`role`: everybody in it has this one. `exported`: part of a full export (the others are other ways to say the same)."""

    name: TableName
    zh: str
    en: str
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()
    role: Role | None = None
    exported: bool = True
    hint: tuple[str, str] = ("", "")

    def title(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


def changed(column: Column, *, exported: bool = False, required: bool = False) -> Column:
    return Column(
        column.key,
        column.zh,
        column.en,
        column.reader,
        column.also,
        required,
        column.derived,
        exported=exported,
        hint=column.hint,
    )


DATES = ("日期（2026-03-01）", "a date (2026-03-01)")

YES = ("是/否", "yes/no")

FROM = Column(
    "from_at",
    "开始日期",
    "from",
    v.INSTANT,
    (
        "起",
        "开始",
        "开始时间",
        "起始日期",
        "生效日期",
        "服务开始日期",
        "入住日期",
        "安装日期",
        "签约日期",
        "since",
        "start",
        "start date",
    ),
    hint=DATES,
)

UNTIL = Column(
    "until_at",
    "结束日期",
    "until",
    v.INSTANT,
    ("止", "结束", "结束时间", "截止日期", "终止日期", "到期日期", "end", "end date", "to"),
    hint=DATES,
)

PHONE_ALSO = (
    "联系电话",
    "手机",
    "手机号",
    "手机号码",
    "电话号码",
    "联系方式",
    "固定电话",
    "telephone",
    "tel",
    "mobile",
    "phone number",
)

CENTRE = Column(
    "centre",
    "所属站点",
    "centre",
    v.REFERENCE,
    (
        "站点",
        "照料中心",
        "日间照料中心",
        "服务站",
        "服务中心",
        "养老服务中心",
        "责任站点",
        "day care centre",
        "center",
    ),
    derived=True,
    hint=("站点的编号或名称", "id or name of a centre"),
)

COMPANY = Column(
    "company",
    "运营机构",
    "company",
    v.REFERENCE,
    ("运营公司", "公司", "所属公司", "operating company", "operator company"),
    hint=("运营机构的编号或名称", "id or name of a company"),
)

ELDER = Column(
    "elder",
    "老人",
    "elder",
    v.REFERENCE,
    ("老人姓名", "老人编号", "服务对象", "老人姓名/编号", "elder name", "elder id", "resident"),
    hint=("老人的编号或姓名", "id or name of an elder"),
)

HOME = Column(
    "home",
    "住户编号",
    "home id",
    v.REFERENCE,
    ("住户", "户号", "家庭编号", "home", "household", "household id"),
    hint=("住户的编号或地址", "id or address of a home"),
)

PERSON = Column(
    "person",
    "人员编号",
    "person id",
    v.REFERENCE,
    ("姓名", "人员", "人员姓名", "值班人", "值班人员", "name", "person", "staff"),
    hint=("人员的编号或姓名", "id or name of a person"),
)

ROLE = Column("role", "岗位", "role", v.IS_ROLE, ("角色", "身份", "职务", "duty", "position"))

NAME_SHOWN = Column("shown_name", "人员姓名（参考）", "person's name (to read)", shown=True)

ADDRESS_SHOWN = Column("shown_address", "住址（参考）", "address (to read)", shown=True)

ELDERS_SHOWN = Column("shown_elders", "老人（参考）", "elders (to read)", shown=True)


def id_column(zh: str, en: str, *also: str) -> Column:
    return Column(
        "id",
        zh,
        en,
        v.ID,
        ("编号", "id", "代码", "code", *also),
        hint=("字母、数字、- 和 _", "letters, digits, - and _"),
    )
