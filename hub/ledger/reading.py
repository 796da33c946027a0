"""Reads a ledger: every file, every sheet, every row, with everything that is wrong told at once. Pure: bytes in, rows out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cache
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from hub.ledger import cells, headings
from hub.ledger.cells import CLEARED, Raw
from hub.ledger.findings import Damage, Finding, Kind, Place
from hub.ledger.headings import Header
from hub.ledger.sheets import OTHER_SEPARATORS, RawSheet, mojibake, read_file
from hub.ledger.tables import Column, Table, TableName
from hub.ledger.template_sheets import is_example, is_notes
from hub.ledger.values import Noted

ZONE = ZoneInfo("Asia/Shanghai")
"""Where the dates of a ledger are, unless told otherwise."""

_SUMS = re.compile(
    r"^((合计|总计|小计|共计|total|sum)\s*([:：].*|[\d.,]*\s*[人户位名台]?)"
    r"|(填表|制表|审核|填报)(人|员|者|日期|时间|单位|部门)?\s*([:：].*)?"
    r"|(注|说明|备注)\s*[:：].*)$",
    re.IGNORECASE | re.DOTALL,
)
"""A line below a table: the word alone, with a number, or before a colon. "Total Care Ltd" is a company, 审核小组 a desk."""
_MOST_CELLS_OF_A_SUM = 4
_NO_TABLE = frozenset({Kind.SHEET_IGNORED, Kind.SHEET_OF_NOTES})
_NOTES = frozenset({"note", "home_note"})
_EXAMPLE = re.compile(r"^[(（]?(示例|例|example)[)）]?\s*([:：].*|\d*)$", re.IGNORECASE)
"""The example of a template, however full: the word alone, numbered, or before a colon. "Example Care Ltd" is a company."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that could be read. A key that is missing was not said; None: said to be nothing."""

    table: Table
    place: Place
    values: Mapping[str, Any]
    columns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Key -> heading and letter, as the sheet has them."""

    def get(self, key: str) -> Any:
        return self.values.get(key)

    def says(self, key: str) -> bool:
        return key in self.values

    def at(self, *keys: str) -> Place:
        """The place of the first of these columns that the sheet has."""
        for key in keys:
            if key in self.columns:
                return self.place.at(*self.columns[key])
        return self.place

    def missing(self, key: str) -> Finding:
        """What this row must have and has not: a value; or, told once for the sheet, the whole column."""
        if key in self.columns:
            return self.finding(Kind.MISSING_VALUE, key)
        column = self.table.column(key)
        said = {"column_zh": column.zh, "column_en": column.en}
        return Finding(Kind.COLUMN_MISSING, Place(self.place.file, self.place.sheet), data=said)

    def finding(self, kind: Kind, key: str = "", found: object = None, **data: object) -> Finding:
        shown = found if found is not None else self.values.get(key, "")
        return Finding(kind, self.at(key), str(shown), {name: str(value) for name, value in data.items()})


@dataclass(frozen=True, slots=True)
class Ledger:
    """All rows in the order of files, sheets and lines; what was wrong with them or is worth telling.

    `sheets`: file and sheet, in the order in which the files were given and have them."""

    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()
    sheets: tuple[tuple[str, str], ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.is_error)

    def of(self, *tables: TableName) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.table.name in tables)


def read_ledger(files: Mapping[str, bytes], zone: tzinfo = ZONE) -> Ledger:
    """Read these files, by name. What is wrong stands in the ledger's findings; nothing is raised for it."""
    rows: list[Row] = []
    findings: list[Finding] = []
    sheets: list[tuple[str, str]] = []
    for name, data in files.items():
        sheets.append((name, ""))
        tables = 0
        ignored: list[Finding] = []
        try:
            for sheet in read_file(data):
                sheets.append((name, sheet.name))
                found = _Sheet(name, sheet, zone)
                found.read()
                if sheet.hidden:
                    # Read, last year's elders would come back; left out, this year's would be lost: a person says which.
                    holds = found.rows or any(one.is_error for one in found.findings)
                    kind, count = Kind.HIDDEN_TABLE if holds else Kind.SHEET_HIDDEN, str(len(found.rows))
                    told = Finding(kind, Place(name, sheet.name), data={"count": count})
                    (findings if told.is_error else ignored).append(told)
                    continue
                rows += found.rows
                tables += found.is_table
                for finding in found.findings:
                    (ignored if finding.kind in _NO_TABLE else findings).append(finding)
        except Damage as damage:
            findings.append(Finding(damage.kind, Place(name), data=damage.data))
            continue
        if tables == 0 and not any(finding.is_error and finding.place.file == name for finding in findings):
            findings.append(Finding(Kind.NOT_A_TABLE, Place(name)))
        findings += ignored
    if not rows and not any(finding.is_error for finding in findings):
        findings.append(Finding(Kind.NO_ROWS, Place(", ".join(files))))
    return Ledger(tuple(rows), tuple(findings), tuple(dict.fromkeys(sheets)))


class _Sheet:
    """One sheet on its way into rows."""

    def __init__(self, file: str, raw: RawSheet, zone: tzinfo) -> None:
        self.rows: list[Row] = []
        self.findings: list[Finding] = []
        self.is_table = False
        self._whole = True
        """Every column that must be there is."""
        self._place = Place(file, raw.name)
        self._raw = raw
        self._zone = zone
        self._unseen: list[int] = []
        """Lines that were read and are hidden."""

    def read(self) -> None:
        """Fill `rows` and `findings`."""
        rows = iter(self._raw.rows)
        head: list[tuple[int, Sequence[Raw]]] = []
        try:
            for line, row in rows:
                if not all(cells.is_blank(raw) for raw in row):
                    head.append((line, row))
                if len(head) > headings.LOOKED_AT:
                    break
            header = headings.find(self._place.file, self._place.sheet, head, self._raw.merges)
            if header is None:
                if not (
                    headings.is_of_notes(self._raw.name) and is_notes(row for _, row in chain(head, rows))
                ):
                    self._no_table(head)
                return
            self.is_table = True
            columns = self._columns(header)
            below = ((line, row) for line, row in chain(head, rows) if line > header.line)
            self._tell_hidden_columns(header, columns)
            self._read_rows(header.table, columns, below)
            self._tell_hidden_rows()
        except Damage as damage:
            line_at = int(damage.data["line"]) if "line" in damage.data else None
            self._say(damage.kind, Place(self._place.file, self._place.sheet, line_at), **damage.data)

    def _say(self, kind: Kind, place: Place, found: object = "", **data: object) -> None:
        self.findings.append(
            Finding(kind, place, str(found), {key: str(value) for key, value in data.items()})
        )

    def _tell_hidden_columns(self, header: Header, columns: Mapping[int, Column]) -> None:
        """A hidden column counts like the others: whoever looks at the sheet should know that it does."""
        for index, column in columns.items():
            if any(index in hidden for hidden in self._raw.hidden_columns):
                place = Place(self._place.file, self._place.sheet, header.line)
                self._say(Kind.COLUMN_HIDDEN, place.at(*self._titles[column.key]))

    def _tell_hidden_rows(self) -> None:
        """A filter hides rows: left out, its elders would be lost without a word."""
        if self._unseen:
            self._say(Kind.ROWS_HIDDEN, self._place, count=len(self._unseen), lines=_spans(self._unseen))

    def _no_table(self, head: Sequence[tuple[int, Sequence[Raw]]]) -> None:
        """Say why there is no table here."""
        if not head:
            if self._raw.text:
                self._say(Kind.EMPTY_FILE, self._place)
            return
        first = " ".join(cells.as_text(raw) for raw in head[0][1] if raw is not None)
        for line, row in head:
            mended = [mojibake(raw) or raw if isinstance(raw, str) else raw for raw in row]
            if mended != list(row) and headings.find(
                self._place.file, self._place.sheet, [(line, mended)], ()
            ):
                self._say(Kind.MOJIBAKE, Place(self._place.file, self._place.sheet, line), first[:60])
                self.is_table = True
                return
            if self._raw.text:
                whole = ",".join(cells.as_text(raw) for raw in row)
                for separator in OTHER_SEPARATORS:
                    parted: list[Raw] = list(whole.split(separator))
                    if len(parted) > 2 and headings.find(self._place.file, "", [(line, parted)], ()):
                        self._say(Kind.WRONG_SEPARATOR, Place(self._place.file, "", line), separator)
                        return
        kind = Kind.NOT_A_TABLE if self._raw.text else Kind.SHEET_IGNORED
        if headings.is_of_notes(self._raw.name):
            kind = Kind.SHEET_OF_NOTES
        self._say(kind, self._place, first[:60])

    def _columns(self, header: Header) -> dict[int, Column]:
        """The columns to be read, by index; tells what is missing, twice or ignored."""
        columns: dict[int, Column] = {}
        texts: dict[str, str] = {}
        named = _own_titles(header)
        for one in header.headings:
            place = Place(self._place.file, self._place.sheet, header.line, one.text, _letter(one.index))
            if one.column is None:
                self._say(Kind.COLUMN_IGNORED, place, one.text)
            elif one.column.key not in texts and named.get(one.column.key, one.index) == one.index:
                columns[one.index] = one.column
                texts[one.column.key] = one.text
            elif texts.get(one.column.key) == one.text:
                self._say(Kind.COLUMN_TWICE, place, one.text)
            else:
                self._say(Kind.COLUMN_IGNORED, place, one.text)
        for column in header.table.columns:
            if column.required and column.key not in texts:
                place = Place(self._place.file, self._place.sheet, header.line)
                self._say(Kind.COLUMN_MISSING, place, "", column_zh=column.zh, column_en=column.en)
                self._whole = False
        self._titles = {column.key: (texts[column.key], _letter(index)) for index, column in columns.items()}
        return {index: column for index, column in columns.items() if not column.shown}

    def _read_rows(
        self, table: Table, columns: Mapping[int, Column], rows: Iterator[tuple[int, Sequence[Raw]]]
    ) -> None:
        filled: dict[tuple[int, int], Raw] = {}
        down = {
            (one.top, one.left): one
            for one in self._raw.merges
            if one.bottom > one.top and one.left == one.right
        }
        across = {(one.top, one.left): one for one in self._raw.merges if one.right > one.left}
        last = max(columns, default=0)
        for line, bare in rows:
            if not any(value is not None and value != "" for value in bare) and not filled:
                continue
            place = Place(self._place.file, self._place.sheet, line)
            row = bare
            if down or across or filled:
                row = self._unmerged(bare, place, columns, filled, down, across)
            if all(cells.is_blank(raw) for raw in row) or self._is_skipped(table, row, place, columns):
                continue
            if (
                self._raw.text
                and len(row) > last + 1
                and any(not cells.is_blank(raw) for raw in row[last + 1 :])
            ):
                known = max((index for index, _ in self._all_headings()), default=last)
                if len(row) > known + 1 and any(not cells.is_blank(raw) for raw in row[known + 1 :]):
                    self._say(Kind.ROW_TOO_LONG, place, cells.as_text(row[known + 1]), columns=known + 1)
                    continue
            if line in self._raw.hidden_lines:
                self._unseen.append(line)
            self._read_row(table, columns, place, row)

    def _all_headings(self) -> list[tuple[int, str]]:
        return [(_index(letter), title) for title, letter in self._titles.values()] + [
            (_index(one.place.letter), one.found)
            for one in self.findings
            if one.kind in (Kind.COLUMN_IGNORED, Kind.COLUMN_TWICE)
        ]

    def _read_row(
        self, table: Table, columns: Mapping[int, Column], place: Place, row: Sequence[Raw]
    ) -> None:
        values: dict[str, Any] = {}
        broken = False
        for index, column in columns.items():
            raw = row[index] if index < len(row) else None
            if raw is None or cells.is_blank(raw):
                if column.required:
                    self._say(Kind.MISSING_VALUE, place.at(*self._titles[column.key]))
                    broken = True
                continue
            try:
                cells.check(raw)
                if column.reader.clears and isinstance(raw, str) and raw.strip().lower() in CLEARED:
                    if column.required:
                        raise Damage(Kind.MISSING_VALUE)
                    values[column.key] = None
                    continue
                value = column.reader.read(raw, self._zone)
            except Damage as damage:
                shown = cells.as_text(raw)[:80]
                kind = damage.kind
                if isinstance(raw, str) and kind not in _NEVER_MOJIBAKE and mojibake(raw):
                    kind = Kind.MOJIBAKE
                self._say(kind, place.at(*self._titles[column.key]), shown, **damage.data)
                broken = True
                continue
            if isinstance(value, Noted):
                self._say(value.kind, place.at(*self._titles[column.key]), cells.as_text(raw), **value.data)
                value = value.value
            elif column.required and isinstance(value, str) and len(value) > 1 and mojibake(value):
                self._say(Kind.MOJIBAKE, place.at(*self._titles[column.key]), value)
                broken = True
            values[column.key] = value
        # A row with a broken cell still counts for what others refer to; nothing is imported anyway.
        if self._whole and (
            not broken or all(column.key in values for column in table.columns if column.required)
        ):
            self.rows.append(Row(table, place, values, self._titles))

    def _is_skipped(
        self, table: Table, row: Sequence[Raw], place: Place, columns: Mapping[int, Column]
    ) -> bool:
        """A line of totals or of signatures below the table, or the example of a template."""
        at = [index for index, raw in enumerate(row) if not cells.is_blank(raw)]
        first = cells.as_text(row[at[0]]).strip()
        if _EXAMPLE.match(first):
            if not is_example(table, columns, row, self._zone):
                self._say(Kind.EXAMPLE_SKIPPED, place, first[:40])
            return True
        if not _SUMS.match(first) or len(at) > _MOST_CELLS_OF_A_SUM:
            return False
        # A note of somebody's row may begin with 注： too, where notes stand in the first column.
        column = columns.get(at[0])
        if column is not None and column.key in _NOTES and len(at) > 1:
            return False
        self._say(Kind.ROW_SKIPPED, place, first[:40])
        return True

    def _unmerged(
        self,
        row: Sequence[Raw],
        place: Place,
        columns: Mapping[int, Column],
        filled: dict[tuple[int, int], Raw],
        down: Mapping[tuple[int, int], Any],
        across: Mapping[tuple[int, int], Any],
    ) -> Sequence[Raw]:
        """The row with the values of cells that were merged downwards."""
        line = place.line or 0
        whole = list(row)
        for index in columns:
            wide = across.get((line, index))
            if wide is not None and sum(1 for other in columns if wide.left <= other <= wide.right) > 1:
                shown = cells.as_text(whole[index]) if index < len(whole) else ""
                self._say(Kind.MERGED_ACROSS, place.at(*self._titles[columns[index].key]), shown)
            one = down.get((line, index))
            if one is not None and index < len(whole) and whole[index] is not None:
                for below in range(line + 1, one.bottom + 1):
                    filled[(below, index)] = whole[index]
                self._say(
                    Kind.MERGED_FILLED,
                    place.at(*self._titles[columns[index].key]),
                    cells.as_text(whole[index]),
                    until=one.bottom,
                )
            if (line, index) in filled:
                value = filled.pop((line, index))
                whole += [None] * (index + 1 - len(whole))
                if whole[index] is None:
                    whole[index] = value
        return whole


def _own_titles(header: Header) -> dict[str, int]:
    """Key -> the heading that is the column's own title: it goes before other words for the same, wherever they stand."""
    found: dict[str, int] = {}
    for index, column in header.known:
        text = next(one.text for one in header.headings if one.index == index)
        if headings.folded(text) in (headings.folded(column.zh), headings.folded(column.en)):
            found.setdefault(column.key, index)
    return found


_NEVER_MOJIBAKE = frozenset(
    {Kind.MISSING_VALUE, Kind.FORMULA_ERROR, Kind.FORMULA_NOT_COMPUTED, Kind.EXPONENT}
)


_MOST_SPANS = 12


def _spans(lines: Sequence[int]) -> str:
    """3-7, 12: lines in their order, as many as can be read at a glance."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    said = [str(first) if first == last else f"{first}-{last}" for first, last in spans]
    return ", ".join(said[:_MOST_SPANS]) + (" ..." if len(said) > _MOST_SPANS else "")


@cache
def _letter(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _index(letter: str) -> int:
    index = 0
    for char in letter:
        index = index * 26 + ord(char) - 64
    return index - 1
