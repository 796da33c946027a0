"""The columns of every table and what is understood in them, as `docs/ledger-columns.md` has them.

`python -m tests.ledger.columns_page` writes them anew.
"""

from pathlib import Path
from typing import Any

from hub.ledger import choices
from hub.ledger import values as v
from hub.ledger.choices import Choice
from hub.ledger.columns import Column, Table
from hub.ledger.examples import example
from hub.ledger.reading import ZONE
from hub.ledger.tables import TABLES

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "ledger-columns.md"
COLUMNS, WORDS, FORMS = "columns", "words", "forms"

_CHOICES: tuple[tuple[str, Choice[Any]], ...] = (
    ("服务状态 membership", choices.MEMBERSHIP),
    ("老人类别 flags", choices.FLAG),
    ("性别 sex", choices.GENDER),
    ("设备类型 kind of device", choices.DEVICE_KIND),
    ("佩戴部位 placement", choices.PLACEMENT),
    ("协议 family", choices.FAMILY),
    ("安装位置、房间类型 room", choices.ROOM_KIND),
    ("岗位 role", choices.ROLE),
    ("日期类型 kind of days", choices.ON_DAYS),
    ("请假类型 leave", choices.LEAVE),
    ("代管内容 what a cover takes", choices.TAKES),
    ("上班或放假 kind of day", choices.DAY_TYPE),
    ("区域级别 level of a region", choices.LEVEL),
)
_FORMS: tuple[tuple[str, v.Reader, tuple[str, ...]], ...] = (
    ("楼层 floor", v.FLOOR, ("3", "3层", "三楼", "十二楼", "第三层", "3/6", "3F", "B1", "地下一层")),
    (
        "开放时间 opening hours",
        v.OPENINGS,
        (
            "周一至周六 08:00-18:00",
            "周一到周六 8点-18点",
            "每天 8:00~18:00",
            "8点半-17点半",
            "上午8点-下午6点",
            "Mon-Fri 9:00-17:00",
            "Mon-Fri 9 am - 5:30 pm",
        ),
    ),
    ("星期 weekdays", v.WEEKDAYS, ("周一至周五", "一三五", "周六、周日", "每天", "1-5", "Mon-Fri")),
    ("上班时间 starts", v.CLOCK, ("08:00", "8点", "8点半", "下午2点", "2 pm", "24:00")),
    ("能力等级 ability level", v.LEVEL_0_4, ("2", "2级", "中度", "中度失能", "能力完好", "完全失能")),
    ("出生年份 birth year", v.BIRTH, ("1941", "1941-05-03", "1941年5月", "19410503")),
    ("日期 date", v.DAY, ("2026-03-01", "2026/3/1", "2026年3月1日", "20260301")),
    ("是/否 yes/no", v.YES_NO, ("是", "有", "√", "已改造", "否", "无", "×", "未改造")),
)
"""What people write, and what is made of it: found by the readers themselves."""


def tables() -> str:
    """A heading and a table for each of the ledger's tables."""
    return "\n".join(_table(table) for table in TABLES)


def _table(table: Table) -> str:
    lines = [f"### {table.zh} {table.en}", ""]
    if table.also:
        lines += [f"也叫 also: {'、'.join(table.also)}", ""]
    if any(table.hint):
        lines += [f"{table.hint[0]} / {table.hint[1]}", ""]
    lines += [
        "| 列 | column | 别的写法 other headings | 怎么填 what to write | 例 example |",
        "|---|---|---|---|---|",
    ]
    lines += [_column(table, column) for column in table.columns if not column.shown]
    return "\n".join([*lines, ""])


def _column(table: Table, column: Column) -> str:
    star = " *" if column.required else ""
    also = "、".join(column.also[:6])
    hint, shown = _both(*column.hint), _both(*example(table.name, column.key))
    return f"| {column.zh}{star} | {column.en}{star} | {also} | {hint} | {shown} |"


def _both(zh: str, en: str) -> str:
    return zh if zh == en else " / ".join(part for part in (zh, en) if part)


def words() -> str:
    """A table for each closed list: its words, and what else is understood."""
    lines: list[str] = []
    for title, choice in _CHOICES:
        lines += [f"### {title}", "", "| 词 | word | 也看得懂 also understood |", "|---|---|---|"]
        for member, (zh, en) in choice.words.items():
            lines.append(f"| {zh} | {en} | {'、'.join(choice.also.get(member, ()))} |")
        lines.append("")
    return "\n".join(lines)


def forms() -> str:
    """What is not of a closed list: as it is written, and as it is read."""
    lines = ["| 列 column | 写的 written | 读作 read as |", "|---|---|---|"]
    for title, reader, written in _FORMS:
        for text in written:
            read = reader.read(text, ZONE)
            lines.append(f"| {title} | `{text}` | {reader.write(read, 'zh', ZONE)} |")
    return "\n".join([*lines, ""])


def page(text: str) -> str:
    """The page with its tables anew."""
    for name, made in ((COLUMNS, tables()), (WORDS, words()), (FORMS, forms())):
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n\n{made}\n{end}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
