"""Which table a sheet holds and which column is which: by the names of file and sheet, by the headings, wherever they stand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from hub.ledger import cells
from hub.ledger.cells import Raw
from hub.ledger.sheets import Merge
from hub.ledger.tables import TABLES, Column, Table

_NOTES = frozenset(
    {"说明", "填写说明", "填表说明", "使用说明", "notes", "note", "readme", "目录", "字典", "示例", "example"}
)
_SURE = 3
"""Headings by which a table is known where nothing is named after it."""

LOOKED_AT = 15
"""Lines in which headings are looked for: titles and dates stand above them."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as it stands in the sheet; `column` None: nothing that the table knows."""

    index: int
    text: str
    column: Column | None


@dataclass(frozen=True, slots=True)
class Header:
    """The table, the last line of its headings, and the headings by column index."""

    table: Table
    line: int
    headings: tuple[Heading, ...]

    @property
    def known(self) -> tuple[tuple[int, Column], ...]:
        return tuple((one.index, one.column) for one in self.headings if one.column is not None)


def folded(heading: str) -> str:
    """A heading as it is compared: what is in brackets is a hint, stars mark what must be given."""
    text = re.sub(r"[（(\[【].*?[）)\]】]", "", heading)
    return re.sub(r"[\s*＊:：_./\\-]", "", text or heading).casefold()


def find(
    file: str, sheet: str, rows: Sequence[tuple[int, Sequence[Raw]]], merges: Sequence[Merge]
) -> Header | None:
    """The header of the first rows of a sheet; None when they are no table of a ledger."""
    named = (named_table(sheet) or named_table(_stem(file))) if sheet else named_table(_stem(file))
    if is_of_notes(sheet):
        return None
    best: tuple[tuple[int, int, int], Header] | None = None
    for place, (line, row) in enumerate(rows[:LOOKED_AT]):
        below = rows[place + 1][1] if place + 1 < len(rows) else ()
        for texts, last in _readings(line, row, below, merges):
            for table in [named] if named else TABLES:
                header = _header(table, texts, last)
                if header is None:
                    continue
                if not named and len(header.known) < min(_SURE, len(header.headings)):
                    continue
                missing = sum(
                    1 for column in table.columns if column.required and column not in _columns(header)
                )
                if missing and not named:
                    continue
                score = (len(header.known), -missing, -place)
                if best is None or score > best[0]:
                    best = (score, header)
    return best[1] if best else None


def is_of_notes(sheet: str) -> bool:
    """Whether a sheet says by its name that nothing in it is to be read."""
    return _plain(sheet) in _NOTES


def named_table(name: str) -> Table | None:
    """The table that a sheet's or file's name means."""
    wanted = _plain(name)
    if not wanted:
        return None
    found = [(len(word), table) for table in TABLES for word in _names(table.name) if word and word in wanted]
    # The longest name inside: 老人紧急联系人 is about contacts.
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _header(table: Table, texts: Mapping[int, str], line: int) -> Header | None:
    by_heading = _by_heading(table.name)
    headings = tuple(
        Heading(index, text, by_heading.get(_with_brackets(text)) or by_heading.get(folded(text)))
        for index, text in texts.items()
        if text
    )
    known = [one for one in headings if one.column is not None]
    if len(known) >= 2 or (
        len(known) == 1 and len(headings) == 1 and known[0].column and known[0].column.required
    ):
        return Header(table, line, headings)
    return None


def _columns(header: Header) -> set[Column]:
    return {column for _, column in header.known}


def _readings(
    line: int, row: Sequence[Raw], below: Sequence[Raw], merges: Sequence[Merge]
) -> list[tuple[dict[int, str], int]]:
    """The line as headings; where some of them span several columns, also joined with the line below."""
    texts = {index: cells.line(raw) for index, raw in enumerate(row)}
    wide = [one for one in merges if one.top == line and one.right > one.left]
    if not wide or not any(one.bottom == line for one in wide):
        return [(texts, line)]
    joined = dict(texts)
    for one in wide:
        for index in range(one.left, one.right + 1):
            sub = cells.line(below[index]) if index < len(below) else ""
            joined[index] = texts.get(one.left, "") + sub
    for index, raw in enumerate(below):
        if not joined.get(index):
            joined[index] = cells.line(raw)
    return [(joined, line + 1), (texts, line)]


def _with_brackets(text: str) -> str:
    return re.sub(r"[\s*＊:：_./\\（）()-]", "", text).casefold()


def _stem(file: str) -> str:
    return re.split(r"[/\\]", file)[-1].rsplit(".", 1)[0]


def _plain(name: str) -> str:
    return re.sub(r"[\s\d_.（）()-]", "", name).casefold()


@cache
def _names(name: str) -> tuple[str, ...]:
    table = next(table for table in TABLES if table.name == name)
    return tuple(_plain(word) for word in (table.zh, table.en, table.name.value, *table.also))


@cache
def _by_heading(name: str) -> Mapping[str, Column]:
    table = next(table for table in TABLES if table.name == name)
    found: dict[str, Column] = {}
    for column in table.columns:
        for word in (column.zh, column.en, column.key, *column.also):
            for form in (_with_brackets(word),) if column.shown else (folded(word), _with_brackets(word)):
                found.setdefault(form, column)
    # A column's own titles go before other words for its neighbours.
    for column in table.columns:
        for word in (column.zh, column.en):
            found[_with_brackets(word)] = column
    return found
