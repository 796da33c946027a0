"""Small ledgers for tests: rows in, files out, in the formats of offices."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)

ELDERS: Mapping[str, Any] = {
    "编号": "e1",
    "姓名": "王秀英",
    "小区": "梧桐苑",
    "门牌号": "3-2-501",
    "管家": "张伟",
    "管家电话": "13812345678",
}
"""A row of elders that fits."""


def elder(**changed: Any) -> dict[str, Any]:
    return {**ELDERS, **changed}


def rows_of(entries: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Headings, then a row for each entry; a missing key is an empty cell."""
    heads = list(dict.fromkeys(key for entry in entries for key in entry))
    return [heads, *([entry.get(head) for head in heads] for entry in entries)]


def csv_bytes(*entries: Mapping[str, Any], separator: str = ",", encoding: str = "utf-8") -> bytes:
    return text_bytes(rows_of(entries), separator, encoding)


def text_bytes(rows: Sequence[Sequence[Any]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    lines = [separator.join("" if cell is None else str(cell) for cell in row) for row in rows]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def book_bytes(sheets: Mapping[str, Sequence[Sequence[Any]]], merged: Sequence[str] = ()) -> bytes:
    """A workbook; `merged`: ranges of the first sheet."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for area in merged:
        book.worksheets[0].merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx(*entries: Mapping[str, Any], sheet: str = "老人", merged: Sequence[str] = ()) -> bytes:
    return book_bytes({sheet: rows_of(entries)}, merged)
