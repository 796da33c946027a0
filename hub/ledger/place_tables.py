"""The tables of a ledger about regions, companies, centres, rooms and devices."""

from hub.ledger import values as v
from hub.ledger.columns import (
    ADDRESS_SHOWN,
    COMPANY,
    ELDER,
    FROM,
    HOME,
    PHONE_ALSO,
    UNTIL,
    YES,
    Column,
    Table,
    TableName,
    changed,
    id_column,
)

REGIONS = Table(
    TableName.REGIONS,
    "区域",
    "regions",
    (
        id_column("区域编号", "region id"),
        Column("name", "名称", "name", v.LINE, ("区域名称", "region", "region name"), required=True),
        Column("level", "级别", "level", v.IS_LEVEL, ("层级", "类型", "区域级别"), required=True),
        Column(
            "parent",
            "上级区域",
            "part of",
            v.REFERENCE,
            ("上级", "所属区域", "parent", "parent id"),
            hint=("上级的编号或名称", "id or name of the wider one"),
        ),
    ),
    ("行政区域", "小区列表", "小区"),
)

COMPANIES = Table(
    TableName.COMPANIES,
    "运营机构",
    "companies",
    (
        id_column("机构编号", "company id"),
        Column(
            "name",
            "名称",
            "name",
            v.LINE,
            ("机构名称", "公司名称", "运营机构", "运营机构名称", "company", "company name"),
            required=True,
        ),
    ),
    ("运营公司", "公司", "operating companies"),
)

CENTRES = Table(
    TableName.CENTRES,
    "站点",
    "centres",
    (
        id_column("站点编号", "centre id"),
        Column(
            "name",
            "站点名称",
            "name",
            v.LINE,
            ("名称", "中心名称", "站点", "照料中心", "centre", "centre name"),
            required=True,
        ),
        Column(
            "parent",
            "上级站点",
            "backs up to",
            v.REFERENCE,
            ("上级", "上级中心", "后备站点", "parent"),
            hint=("上级站点的编号或名称", "id or name of the large centre"),
        ),
        COMPANY,
        Column(
            "region",
            "所在区域",
            "region",
            v.REFERENCE,
            ("区域", "所在社区", "社区", "街道"),
            hint=("区域的编号或名称", "id or name of a region"),
        ),
        Column("phone", "电话", "phone", v.PHONE, PHONE_ALSO),
        Column(
            "openings",
            "开放时间",
            "opening hours",
            v.OPENINGS,
            ("营业时间", "服务时间", "开放时段", "hours"),
            hint=("周一至周六 08:00-18:00", "Mon-Sat 08:00-18:00"),
        ),
        Column(
            "special_hours",
            "特殊日期开放时间",
            "hours of special dates",
            v.SPECIAL_HOURS,
            ("节假日开放时间",),
            hint=("2026-10-01 休; 2026-10-02 09:00-12:00", "2026-10-01 closed; 2026-10-02 09:00-12:00"),
        ),
    ),
    ("照料中心", "日间照料中心", "养老服务中心", "服务站", "centers", "day care centres"),
)

ROOMS = Table(
    TableName.ROOMS,
    "房间",
    "rooms",
    (
        id_column("房间编号", "room id"),
        Column("home", "住户编号", "home id", v.REFERENCE, ("住户", "户号", "home"), required=True),
        Column(
            "kind",
            "房间类型",
            "kind",
            v.IS_ROOM,
            ("类型", "房间", "room", "room kind", "room type"),
            required=True,
        ),
        Column(
            "name",
            "房间名称",
            "name",
            v.LINE,
            ("名称", "别名", "room name"),
            hint=("第二间卧室才需要", "for a second bedroom"),
        ),
    ),
    ("房间表",),
)

DEVICES = Table(
    TableName.DEVICES,
    "设备",
    "devices",
    (
        id_column(
            "设备编号", "device id", "设备号", "设备ID", "序列号", "SN", "IMEI", "MAC", "serial number"
        ),
        Column(
            "kind",
            "设备类型",
            "kind",
            v.IS_DEVICE,
            ("类型", "设备名称", "设备种类", "种类", "device", "device kind", "device type", "type"),
            required=True,
        ),
        Column(
            "family",
            "协议",
            "family",
            v.IS_FAMILY,
            ("通信协议", "接入方式", "protocol"),
            hint=("native（默认）或 zigbee2mqtt", "native (the default) or zigbee2mqtt"),
        ),
        Column("model", "型号", "model", v.LINE, ("设备型号", "规格型号")),
        Column("speaks", "可播报", "speaks", v.YES_NO, ("能说话", "语音播报", "双向"), hint=YES),
        Column("one_way", "单向", "one-way", v.YES_NO, ("单向设备", "只发不收", "one way"), hint=YES),
        Column(
            "silent_after",
            "失联判定（分钟）",
            "silent after (min)",
            v.MINUTES,
            ("失联判定", "失联分钟", "silent after"),
        ),
        HOME,
        changed(ELDER),
        Column(
            "room",
            "安装位置",
            "room",
            v.REFERENCE,
            ("房间", "位置", "安装房间", "place"),
            hint=("卧室、卫生间…", "bedroom, bathroom ..."),
        ),
        Column(
            "wearer",
            "佩戴人",
            "worn by",
            v.REFERENCE,
            ("佩戴老人", "佩戴者", "wearer"),
            hint=("老人的编号或姓名", "id or name of an elder"),
        ),
        Column("placement", "佩戴部位", "placement", v.IS_PLACEMENT, ("部位", "worn at")),
        FROM,
        UNTIL,
        ADDRESS_SHOWN,
    ),
    ("设备清单", "设备台账", "终端", "终端设备"),
)

ASSIGNMENTS = Table(
    TableName.ASSIGNMENTS,
    "设备安装记录",
    "assignments",
    (
        Column("device", "设备编号", "device id", v.REFERENCE, ("设备", "device"), required=True),
        changed(HOME, exported=True, required=True),
        Column("room", "安装位置", "room", v.REFERENCE, ("房间", "位置")),
        Column("wearer", "佩戴人", "worn by", v.REFERENCE, ("佩戴老人", "wearer")),
        Column("placement", "佩戴部位", "placement", v.IS_PLACEMENT, ("部位",)),
        changed(FROM, exported=True, required=True),
        UNTIL,
    ),
    ("安装记录",),
    hint=(
        "以前装在哪里；现在的在设备表里",
        "where devices hung before; the present place stands with the device",
    ),
)
