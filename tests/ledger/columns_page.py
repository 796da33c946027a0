"""The columns of every table, as `docs/ledger-columns.md` has them: `python -m tests.ledger.columns_page` writes them anew."""

from pathlib import Path

from hub.ledger.columns import Column, Table
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
    lines += ["| 列 | column | 别的写法 other headings | 怎么填 what to write |", "|---|---|---|---|"]
    lines += [_column(column) for column in table.columns if not column.shown]
    return "\n".join([*lines, ""])


def _column(column: Column) -> str:
    star = " *" if column.required else ""
    also = "、".join(column.also[:6])
    hint = (
        column.hint[0]
        if column.hint[0] == column.hint[1]
        else " / ".join(part for part in column.hint if part)
    )
    return f"| {column.zh}{star} | {column.en}{star} | {also} | {hint} |"


def page(text: str) -> str:
    """The page with its tables anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
