"""The findings of a ledger in the order in which somebody mends it, and as a list beside the spreadsheet: xlsx or CSV."""

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from hub.ledger import finding_texts
from hub.ledger.findings import Finding, Place
from hub.ledger.workbook import csv_file, text_cell
from hub.web.words.said import Language

_TITLES: Mapping[Language, tuple[str, ...]] = {
    "zh": ("种类", "文件", "工作表", "行", "列", "列名", "现在的内容", "哪里不对", "怎么改"),
    "en": ("kind", "file", "sheet", "line", "column", "heading", "found", "what is wrong", "what to do"),
}
_KINDS: Mapping[Language, tuple[str, str]] = {"zh": ("错误", "提示"), "en": ("error", "note")}
_WIDTHS = (8, 22, 14, 8, 8, 16, 26, 60, 60)


class Order(StrEnum):
    """`LINE`: down the sheet; `COLUMN`: one column after the other, as a whole column is mended at once; `KIND`: like by like."""

    LINE = "line"
    COLUMN = "column"
    KIND = "kind"


def ordered(
    findings: Iterable[Finding], sheets: Sequence[tuple[str, str]], order: Order = Order.LINE
) -> list[Finding]:
    """What concerns no sheet first; then sheet after sheet as the files have them (`Ledger.sheets`), and by place in each."""
    found = list(findings)
    kinds = Counter(finding.kind for finding in found)
    ranks = {sheet: rank for rank, sheet in enumerate(sheets)}

    def key(finding: Finding) -> tuple[Any, ...]:
        place = finding.place
        line, column = place.line or 0, (len(place.letter), place.letter)
        sheet = ranks.get((place.file, place.sheet), -1)
        match order:
            case Order.LINE:
                return (sheet, line, column)
            case Order.COLUMN:
                return (sheet, column, line)
            case Order.KIND:
                return (-kinds[finding.kind], finding.kind.value, sheet, line, column)

    return sorted(found, key=key)


def columns(findings: Iterable[Finding]) -> list[tuple[Place, int]]:
    """Which columns of which sheets have findings, and how many: most first."""
    found = Counter(column_of(finding.place) for finding in findings)
    return found.most_common()


def column_of(place: Place) -> Place:
    """The place without its line."""
    return Place(place.file, place.sheet, None, place.column, place.letter)


def rows(findings: Iterable[Finding], language: Language) -> list[list[str | int | None]]:
    """A row for each finding: kind, file, sheet, line, column's letter and heading, what was found, what is wrong, what to do."""
    told: list[list[str | int | None]] = []
    for finding in findings:
        place = finding.place
        kind = _KINDS[language][0 if finding.is_error else 1]
        what, remedy = finding_texts.said(finding, language)
        told.append(
            [
                kind,
                place.file,
                place.sheet,
                place.line,
                place.letter,
                place.column,
                finding.found,
                what,
                remedy,
            ]
        )
    return told


def as_csv(findings: Iterable[Finding], language: Language) -> bytes:
    return csv_file(
        _TITLES[language],
        [["" if cell is None else cell for cell in row] for row in rows(findings, language)],
    )


def as_workbook(findings: Iterable[Finding], language: Language) -> bytes:
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book: Any = Workbook(write_only=True)
    sheet = book.create_sheet("错误" if language == "zh" else "errors")
    sheet.freeze_panes = "A2"
    for index, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.append(list(_TITLES[language]))
    told = rows(findings, language)
    for row in told:
        sheet.append([text_cell(sheet, cell) if isinstance(cell, str) else cell for cell in row])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_WIDTHS))}{len(told) + 1}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
