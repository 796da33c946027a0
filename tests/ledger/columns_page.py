"""The columns of every table, as `docs/ledger-columns.md` has them: `python -m tests.ledger.columns_page` writes them anew."""

from pathlib import Path

from hub.ledger.columns import Column, Table
from hub.ledger.examples import example
from hub.ledger.tables import TABLES

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "ledger-columns.md"
BEGIN, END = "<!-- columns -->", "<!-- /columns -->"


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


def page(text: str) -> str:
    """The page with its tables anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
