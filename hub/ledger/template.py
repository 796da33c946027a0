"""Empty ledgers to fill in: a workbook of sheets with headings, an example that the import skips, and what each column takes."""

from hub.ledger.tables import BY_NAME
from hub.ledger.template_sheets import NOTES_TITLE, SHEETS, columns, example_row, notes
from hub.ledger.workbook import csv_file, packed, workbook
from hub.web.words.said import Language


def template(language: Language) -> bytes:
    """The workbook of templates, with a sheet of notes at the end."""
    tables = [BY_NAME[name] for name in SHEETS]
    sheets = [(table, columns(table), [example_row(table, language)]) for table in tables]
    return workbook(sheets, language, notes=notes(language), notes_title=NOTES_TITLE[language])


def template_csv(language: Language) -> bytes:
    """The same tables as CSV files in one zip, in UTF-8 with the mark by which Excel knows it."""
    return packed(
        {
            f"{table.title(language)}.csv": csv_file(
                [column.title(language) for column in columns(table)], [example_row(table, language)]
            )
            for table in (BY_NAME[name] for name in SHEETS)
        }
    )
