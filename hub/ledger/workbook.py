"""Ledgers written: the whole directory as one workbook or as CSV files, and empty templates. No cell of them can run."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from hub.directory.model import Directory
from hub.ledger import cells
from hub.ledger.export import Cell, tables
from hub.ledger.reading import ZONE
from hub.ledger.tables import Column, Table
from hub.web.words.said import Language

_WIDEST, _NARROWEST = 42, 8


def write_workbook(directory: Directory, language: Language, at: datetime, zone: tzinfo = ZONE) -> bytes:
    """The directory as an xlsx file with a sheet for each table; empty tables have their headings."""
    return workbook(
        (
            (table, [column for column in table.columns if column.exported], rows)
            for table, rows in tables(directory, language, at, zone)
        ),
        language,
    )


def write_csv(
    directory: Directory, language: Language, at: datetime, zone: tzinfo = ZONE
) -> Mapping[str, bytes]:
    """The directory as CSV files by name, UTF-8 with the mark by which Excel knows it."""
    return {
        f"{table.title(language)}.csv": csv_file(
            [column.title(language) for column in table.columns if column.exported], rows
        )
        for table, rows in tables(directory, language, at, zone)
    }


def exported(directory: Directory, language: Language, at: datetime, zone: tzinfo, *, as_csv: bool) -> bytes:
    """The whole directory as a workbook, or as CSV files packed into one zip."""
    if not as_csv:
        return write_workbook(directory, language, at, zone)
    return packed(write_csv(directory, language, at, zone))


def packed(files: Mapping[str, bytes]) -> bytes:
    """Files by name in one zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of such a zip by name, without folders: what is unpacked stays where it is put."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {re.split(r"[/\\]", name)[-1]: archive.read(name) for name in archive.namelist()}


def csv_file(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(titles)
    for row in rows:
        writer.writerow([cells.for_csv(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def workbook(
    sheets: Iterable[tuple[Table, Sequence[Column], Iterable[Sequence[Cell]]]],
    language: Language,
    *,
    notes: Sequence[Sequence[str]] = (),
    notes_title: str = "",
) -> bytes:
    """Sheets with their headings frozen and marked; every text stays a text, whatever it begins with."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book: Any = Workbook(write_only=True)
    for table, columns, rows in sheets:
        sheet = book.create_sheet(table.title(language))
        sheet.freeze_panes = "A2"
        for index, column in enumerate(columns, start=1):
            title = column.title(language)
            wide = 2 + sum(2 if ord(char) > 0x2E7F else 1 for char in title)
            wide = max(
                wide, 26 if column.key in ("note", "home_note", "shown_address", "methods", "address") else 0
            )
            sheet.column_dimensions[get_column_letter(index)].width = min(_WIDEST, max(_NARROWEST, wide))
        sheet.append([_title(sheet, column.title(language), column) for column in columns])
        for row in rows:
            sheet.append([text_cell(sheet, cell) if isinstance(cell, str) else cell for cell in row])
    if notes:
        sheet = book.create_sheet(notes_title)
        sheet.column_dimensions["A"].width = 24
        sheet.column_dimensions["B"].width = 24
        sheet.column_dimensions["C"].width = 90
        for note in notes:
            sheet.append([text_cell(sheet, cell) for cell in note])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text_cell(sheet: Any, text: str) -> Any:
    """A cell that is a text and stays one when somebody edits it."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    if text[:1] not in cells.RUNS and text[:1] != "'" and not text[:1].isdigit():
        return text
    cell: Any = WriteOnlyCell(sheet, value=None)
    # Set beside the value: openpyxl takes a text that begins with = for a formula.
    cell._value = text
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True
    return cell


def _title(sheet: Any, text: str, column: Column) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font, PatternFill

    cell: Any = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True, color="808080" if column.shown else "000000")
    cell.fill = PatternFill("solid", fgColor="F8CBAD" if column.required else "E2EFDA")
    return cell
