"""The tables of a ledger about elders and their homes; one sheet of elders may say it all."""

from hub.ledger import values as v
from hub.ledger.columns import (
    ADDRESS_SHOWN,
    CENTRE,
    ELDERS_SHOWN,
    FROM,
    PHONE_ALSO,
    UNTIL,
    YES,
    Column,
    Table,
    TableName,
    changed,
    id_column,
)

ADDRESS = (
    Column("city", "市", "city", v.LINE, ("城市",)),
    Column("district", "区县", "district", v.LINE, ("区", "县", "县区", "区（县）", "所在区", "county")),
    Column("street", "街道", "street", v.LINE, ("街道乡镇", "乡镇", "镇", "街道办", "街道/乡镇", "township")),
    Column(
        "community", "社区", "community", v.LINE, ("社区村", "村", "居委会", "村居", "社区/村", "village")
    ),
    Column(
        "compound",
        "小区",
        "compound",
        v.LINE,
        ("楼院", "小区名称", "院落", "住宅小区", "小区/楼院", "estate"),
    ),
    Column("building", "楼栋", "building", v.DOOR, ("楼号", "栋", "楼", "幢", "栋号", "几号楼", "block")),
    Column("stair", "单元", "stair", v.DOOR, ("单元号", "门栋", "entrance", "unit")),
    Column("flat", "房号", "flat", v.DOOR, ("室", "房间号", "户号室", "室号", "apartment", "flat number")),
    Column(
        "house_number",
        "门牌号",
        "house number",
        v.DOOR,
        ("楼栋单元房号", "楼单元室", "门牌", "楼房号", "房屋门牌", "door"),
        hint=("3-2-501：3号楼2单元501室", "3-2-501: building 3, stair 2, flat 501"),
    ),
    Column(
        "address",
        "住址",
        "address",
        v.LINE,
        ("地址", "家庭住址", "家庭地址", "居住地址", "现住址", "详细地址", "详细住址", "home address"),
        hint=("××区××街道××社区××小区3号楼2单元501室", "one line, from the district to the flat"),
    ),
)

FACTS = (
    Column(
        "floor",
        "楼层",
        "floor",
        v.FLOOR,
        ("所在楼层", "层", "居住楼层", "storey"),
        hint=("地下一层写 -1", "-1 is the basement"),
    ),
    Column("lift", "有无电梯", "lift", v.YES_NO, ("电梯", "是否有电梯", "elevator"), hint=YES),
    Column(
        "door_code",
        "门锁密码",
        "door code",
        v.SECRET,
        ("门禁密码", "门禁", "单元门密码", "密码", "entry code"),
    ),
    Column(
        "adapted",
        "适老化改造",
        "adapted home",
        v.YES_NO,
        ("是否适老化改造", "适老化", "适老改造", "adapted"),
        hint=YES,
    ),
    Column(
        "care_bed",
        "家庭养老床位",
        "care bed",
        v.YES_NO,
        ("养老床位", "是否家庭养老床位", "家庭床位", "family care bed"),
        hint=YES,
    ),
    Column(
        "home_phone",
        "家中电话",
        "home phone",
        v.PHONE,
        ("家庭电话", "座机", "固定电话", "家里电话", "宅电", "landline"),
        hint=("手机或带区号的座机", "with the area code"),
    ),
    Column("home_note", "住户备注", "home note", v.PROSE, ("家庭备注", "note on the home")),
    CENTRE,
)

NAMED = (
    Column(
        "institution",
        "责任机构",
        "institution",
        v.REFERENCE,
        ("床位责任机构", "签约机构", "养老机构", "责任养老机构", "care institution"),
    ),
    Column("institution_phone", "责任机构电话", "institution phone", v.PHONE, ("机构电话",)),
    Column(
        "butler",
        "养老管家",
        "butler",
        v.REFERENCE,
        ("管家", "管家姓名", "责任管家", "管家编号", "所属管家", "butler name", "care butler"),
    ),
    Column("butler_phone", "管家电话", "butler phone", v.PHONE, ("养老管家电话", "管家手机", "管家联系电话")),
)

SLOTS = 3


def slots(role: str, zh: str, en: str, count: int, also: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Numbered columns for the people of one home: name, telephone, relation."""
    found: list[Column] = []
    for number in range(1, count + 1):
        end = "" if count == 1 else str(number)
        names = [zh, *also]
        heads = [f"{name}{end}" for name in names]
        if number == 1 and count > 1:
            heads += names
        ordinal = "第" + "一二三"[number - 1]
        heads += [f"{ordinal}{name}" for name in names] + [f"{name}{'一二三'[number - 1]}" for name in names]
        phones = ("电话", "手机", "手机号", "联系电话", "联系方式", "电话号码")
        found += [
            Column(
                f"{role}_{number}",
                f"{zh}{end}",
                f"{en} {end}".strip(),
                v.NAME,
                (*heads, *(f"{head}姓名" for head in heads), f"{en} {end} name"),
            ),
            Column(
                f"{role}_{number}_phone",
                f"{zh}{end}电话",
                f"{en} {end} phone".replace("  ", " "),
                v.PHONE,
                tuple(f"{head}{word}" for head in heads for word in phones),
            ),
            Column(
                f"{role}_{number}_relation",
                f"{zh}{end}关系",
                f"{en} {end} relation".replace("  ", " "),
                v.LINE,
                tuple(f"{head}{word}" for head in heads for word in ("关系", "与老人关系")),
            ),
        ]
    return tuple(found)


HOMES = Table(
    TableName.HOMES,
    "住户",
    "homes",
    (
        id_column("住户编号", "home id", "户号", "家庭编号"),
        Column(
            "region",
            "所在区域",
            "region",
            v.REFERENCE,
            ("区域", "区域编号", "region id"),
            hint=("小区的编号", "id of the compound"),
        ),
        *(changed(column, exported=column.key in ("building", "stair", "flat")) for column in ADDRESS),
        *FACTS[:5],
        Column(
            "home_phone",
            "家中电话",
            "home phone",
            v.PHONE,
            (*FACTS[5].also, *PHONE_ALSO),
            hint=FACTS[5].hint,
        ),
        Column("home_note", "备注", "note", v.PROSE, ("住户备注", "说明", "remark", "home note")),
        CENTRE,
        *(changed(column) for column in NAMED),
        Column("policy", "求救流程", "emergency policy", v.LINE, ("流程", "policy")),
        Column(
            "overrides",
            "规则参数",
            "rule values",
            v.OVERRIDES,
            ("单独参数", "overrides"),
            hint=("spo2_low.limit=87", "spo2_low.limit=87"),
        ),
        ADDRESS_SHOWN,
        ELDERS_SHOWN,
    ),
    ("住户表", "家庭", "房屋", "households"),
)

ELDERS = Table(
    TableName.ELDERS,
    "老人",
    "elders",
    (
        id_column("老人编号", "elder id", "档案号", "档案编号"),
        Column(
            "name",
            "姓名",
            "name",
            v.NAME,
            ("老人姓名", "名字", "老人", "服务对象", "elder", "elder name", "full name"),
            required=True,
        ),
        Column(
            "call_name",
            "称呼",
            "called",
            v.NAME,
            ("日常称呼", "昵称", "call name", "addressed as"),
            derived=True,
            hint=("王奶奶；语音里这样叫", "as the voice says it"),
        ),
        Column(
            "gender",
            "性别",
            "sex",
            v.IS_GENDER,
            ("男女", "gender"),
            exported=False,
            hint=("只用来定称呼，不保存", "only to find the form of address; not kept"),
        ),
        Column(
            "identity",
            "身份证号",
            "identity number",
            v.IDENTITY,
            (
                "身份证",
                "身份证号码",
                "证件号",
                "证件号码",
                "公民身份号码",
                "id card",
                "id number",
                "national id",
            ),
            exported=False,
            hint=("只用来核对出生年和性别，不保存", "only to check year and sex; not kept"),
        ),
        Column(
            "birth_year",
            "出生年份",
            "birth year",
            v.BIRTH,
            (
                "出生年",
                "出生日期",
                "出生年月",
                "生日",
                "year of birth",
                "date of birth",
                "birthday",
                "born",
            ),
            hint=("1941 或 1941-05-03", "1941 or 1941-05-03"),
        ),
        Column(
            "level",
            "能力等级",
            "ability level",
            v.LEVEL_0_4,
            ("能力评估", "评估等级", "失能等级", "能力级别", "老年人能力等级", "level"),
            hint=("0–4（GB/T 42195）", "0-4 (GB/T 42195)"),
        ),
        Column(
            "flags",
            "老人类别",
            "flags",
            v.FLAGS,
            ("标签", "类别", "人群类别", "特殊情况", "重点类别", "tags"),
            hint=("独居、高龄、听力障碍…", "lives alone; very old; ..."),
        ),
        Column(
            "membership",
            "服务状态",
            "membership",
            v.IS_MEMBERSHIP,
            ("状态", "在册状态", "开通状态", "status", "state"),
            hint=("未开通、在册、暂停、离世、退出", "not yet open, active, paused, deceased, left"),
        ),
        Column(
            "home",
            "住户编号",
            "home id",
            v.REFERENCE,
            ("住户", "户号", "家庭编号", "home"),
            hint=("住户表里的编号；也可以直接写住址", "id from the homes table; an address will do"),
        ),
        FROM,
        UNTIL,
        Column(
            "note",
            "备注",
            "note",
            v.PROSE,
            ("老人备注", "注意事项", "特别说明", "说明", "remark", "remarks", "notes"),
            hint=("听不见：直接上门", "does not hear: go to the door"),
        ),
        *(changed(column) for column in ADDRESS),
        *(changed(column) for column in FACTS[:5]),
        Column(
            "home_phone",
            "家中电话",
            "home phone",
            v.PHONE,
            (*FACTS[5].also, *PHONE_ALSO, "老人电话", "本人电话"),
            exported=False,
            hint=FACTS[5].hint,
        ),
        changed(FACTS[6]),
        changed(CENTRE),
        *(changed(column) for column in NAMED),
        *(
            changed(column)
            for column in (
                *slots("contact", "紧急联系人", "contact", SLOTS, ("联系人", "家属", "监护人")),
                *slots("keyholder", "钥匙保管人", "keyholder", 1, ("持钥匙人", "备用钥匙")),
                *slots("partner", "结对伙伴", "partner", 1, ("伙伴",)),
                *slots("doctor", "家庭医生", "doctor", 1, ("签约医生",)),
            )
        ),
        ADDRESS_SHOWN,
    ),
    ("老人名单", "老人台账", "老人信息", "服务对象", "台账", "花名册", "residents", "elder list"),
)

RESIDENCES = Table(
    TableName.RESIDENCES,
    "居住记录",
    "residences",
    (
        Column("elder", "老人编号", "elder id", v.REFERENCE, ("老人", "老人姓名", "elder"), required=True),
        Column("home", "住户编号", "home id", v.REFERENCE, ("住户", "户号", "home"), required=True),
        Column("membership", "服务状态", "membership", v.IS_MEMBERSHIP, ("状态", "status"), required=True),
        changed(FROM, exported=True, required=True),
        UNTIL,
    ),
    ("居住历史", "状态记录"),
    hint=(
        "以前的住处和状态；现在的在老人表里",
        "earlier homes and states; the present ones stand with the elder",
    ),
)
