"""The tables of a ledger about duty: weeks, single dates, leave, covers, holidays."""

from dataclasses import replace

from hub.ledger import values as v
from hub.ledger.columns import (
    CENTRE,
    DATES,
    FROM,
    NAME_SHOWN,
    PERSON,
    ROLE,
    UNTIL,
    YES,
    Column,
    Table,
    TableName,
    changed,
    id_column,
)

NOT_FOR_THE_CELL = ("坐席、值班长不填", "empty for operators and duty managers")

SHIFTS = Table(
    TableName.SHIFTS,
    "班表",
    "shifts",
    (
        changed(PERSON, exported=True, required=True),
        NAME_SHOWN,
        changed(ROLE, exported=True, required=True),
        Column(
            "weekdays",
            "星期",
            "weekdays",
            v.WEEKDAYS,
            ("周几", "值班日", "工作日", "days"),
            hint=("周一至周五", "Mon-Fri"),
        ),
        Column(
            "days",
            "日期类型",
            "kind of days",
            v.IS_DAYS,
            ("按日类型",),
            hint=("不填按星期", "by weekday if empty"),
        ),
        Column(
            "starts",
            "上班时间",
            "starts",
            v.CLOCK,
            ("开始时间", "开始", "从", "上班", "start"),
            required=True,
            hint=("08:00", "08:00"),
        ),
        Column(
            "ends",
            "下班时间",
            "ends",
            v.CLOCK,
            ("结束时间", "结束", "到", "下班", "end"),
            required=True,
            hint=("08:00；早于上班时间算次日", "08:00; the next day if not later"),
        ),
        replace(CENTRE, hint=NOT_FOR_THE_CELL),
    ),
    ("排班表", "排班", "值班表", "roster", "weekly shifts"),
)

DATED_SHIFTS = Table(
    TableName.DATED_SHIFTS,
    "单日班次",
    "dated shifts",
    (
        id_column("班次编号", "shift id"),
        changed(PERSON, exported=True, required=True),
        NAME_SHOWN,
        changed(ROLE, exported=True, required=True),
        Column("on", "日期", "on", v.DAY, ("值班日期", "date"), required=True, hint=DATES),
        Column("starts", "上班时间", "starts", v.CLOCK, ("开始时间", "start"), required=True),
        Column("ends", "下班时间", "ends", v.CLOCK, ("结束时间", "end"), required=True),
        replace(CENTRE, hint=NOT_FOR_THE_CELL),
        Column("in_place", "替代当日班表", "instead of the week's", v.YES_NO, ("替代",), hint=YES),
    ),
    ("单日排班", "临时班次"),
)

LEAVES = Table(
    TableName.LEAVES,
    "请假",
    "leave",
    (
        id_column("请假编号", "leave id"),
        changed(PERSON, exported=True, required=True),
        NAME_SHOWN,
        changed(FROM, exported=True, required=True),
        changed(UNTIL, exported=True, required=True),
        Column("kind", "请假类型", "kind", v.IS_LEAVE, ("类型", "假别")),
    ),
    ("休假", "leaves"),
)

COVERS = Table(
    TableName.COVERS,
    "代管",
    "covers",
    (
        id_column("代管编号", "cover id"),
        Column(
            "covered",
            "被代管人",
            "covered",
            v.REFERENCE,
            ("原管家", "被代班人", "covered person"),
            required=True,
        ),
        Column("by", "代管人", "covered by", v.REFERENCE, ("代管管家", "代班人", "by"), required=True),
        changed(FROM, exported=True, required=True),
        changed(UNTIL, exported=True, required=True),
        Column("takes", "代管内容", "takes", v.IS_TAKES, ("内容",)),
        Column("requested_at", "申请时间", "requested at", v.INSTANT),
        Column("by_confirmed_at", "代管人确认", "confirmed by the cover", v.INSTANT),
        Column("covered_confirmed_at", "被代管人确认", "confirmed by the covered", v.INSTANT),
        Column("covered_agreed_by", "确认登记人", "agreed by", v.LINE),
        Column("declined_at", "拒绝时间", "declined at", v.INSTANT),
        Column("declined_by", "拒绝人", "declined by", v.LINE),
    ),
    ("代管登记", "代班登记"),
)

HOLIDAYS = Table(
    TableName.HOLIDAYS,
    "节假日",
    "holidays",
    (
        Column("on", "日期", "date", v.DAY, ("on",), required=True, hint=DATES),
        Column("day_type", "上班或放假", "kind of day", v.IS_DAY_TYPE, ("类型", "上班/放假"), required=True),
        Column("name", "名称", "name", v.LINE, ("节日",)),
    ),
    ("调休", "假期"),
)
