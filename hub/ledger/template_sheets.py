"""What a template brings: its sheets, an example in each, its notes; an import knows them again and says nothing of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from functools import cache
from typing import Any

from hub.ledger import cells
from hub.ledger.cells import Raw
from hub.ledger.examples import example
from hub.ledger.findings import Damage
from hub.ledger.tables import BY_NAME, Column, Table, TableName
from hub.web.words.said import Language

SHEETS = (
    TableName.ELDERS,
    TableName.BUTLERS,
    TableName.DEPUTIES,
    TableName.CENTRES,
    TableName.COMPANIES,
    TableName.GUARDS,
    TableName.DEVICES,
    TableName.OPERATORS,
    TableName.MANAGERS,
    TableName.DESKS,
    TableName.SHIFTS,
)
"""What a centre begins with; the other tables are in an export."""

_LEFT_OUT = frozenset(
    {
        "methods",
        "city",
        "region",
        "rank",
        "partner_1",
        "partner_1_phone",
        "partner_1_relation",
        "contact_3",
        "contact_3_phone",
        "contact_3_relation",
        "doctor_1_relation",
        "special_hours",
        "family",
        "silent_after",
        "days",
        "identity",
        "house_number",
        "address",
    }
)
NOTES_TITLE: Mapping[Language, str] = {"zh": "说明", "en": "notes"}
_MARK: Mapping[Language, str] = {"zh": "示例", "en": "example"}
"""What stands in the first cell of an example: an import skips the row."""


def columns(table: Table) -> list[Column]:
    """Those that a template shows."""
    return [column for column in table.columns if not column.shown and column.key not in _LEFT_OUT]


def example_row(table: Table, language: Language) -> list[str]:
    """A row that an import skips, by its first cell."""
    row = [example(table.name, column.key)[0 if language == "zh" else 1] for column in columns(table)]
    return [_MARK[language], *row[1:]]


def notes(language: Language) -> list[list[str]]:
    """What each column takes, below headings."""
    zh = language == "zh"
    told = [["表", "列", "怎么填"] if zh else ["table", "column", "what to write"]]
    for table in (BY_NAME[name] for name in SHEETS):
        for column in columns(table):
            must = ("必填。" if zh else "Must be given. ") if column.required else ""
            told.append([table.title(language), column.title(language), must + column.hint[0 if zh else 1]])
    return told


def is_example(table: Table, known: Mapping[int, Column], row: Sequence[Raw], zone: tzinfo) -> bool:
    """Whether a row that begins as an example says nothing but what the template's example says."""
    at = [index for index, raw in enumerate(row) if not cells.is_blank(raw)]
    return all(
        index in known
        and any(
            _reads_as(known[index], row[index], said, zone) for said in example(table.name, known[index].key)
        )
        for index in at[1:]
    )


def is_notes(rows: Iterable[Sequence[Raw]]) -> bool:
    """Whether rows are those of a template's notes, and nothing else."""
    return all(tuple(filter(None, map(cells.line, row))) in _told() for row in rows)


@cache
def _told() -> frozenset[tuple[str, ...]]:
    languages: tuple[Language, ...] = ("zh", "en")
    return frozenset(
        {tuple(filter(None, map(cells.line, row))) for language in languages for row in notes(language)}
        | {()}
    )


def _reads_as(column: Column, raw: Raw, said: str, zone: tzinfo) -> bool:
    """A spreadsheet may have made a number or a time of it since."""
    try:
        return bool(said) and _read(column, raw, zone) == _read(column, said, zone)
    except Damage:
        return False


def _read(column: Column, raw: Raw, zone: tzinfo) -> Any:
    return column.reader.read(raw, zone)
