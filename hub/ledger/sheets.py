"""From the bytes of a file to sheets of raw cells: CSV as offices save it, workbooks, and what is neither."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from hub.ledger import cells
from hub.ledger.cells import Formula, Raw
from hub.ledger.findings import Damage, Kind

MOST_BYTES = 50_000_000
MOST_UNPACKED_BYTES = 500_000_000
SEPARATORS = (",", ";", "\t")
OTHER_SEPARATORS = ("|", "，", "；", "、", "^")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MERGED = re.compile(rb'<mergeCell\s[^>]*ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_LOCKED = 0x1
"""Of a file's flags in a zip: it needs a password."""
_HIDDEN = re.compile(rb'<(row|col)\s([^>]*\bhidden="(?:1|true)"[^>]*)>')
_NUMBER = re.compile(rb'\b(r|min|max)="(\d+)"')
_LONGEST_TAG = 600
"""Bytes of what is looked for: a tag that begins in one piece of a sheet and ends in the next is found in the second."""
_HAS_FORMULA = re.compile(rb"<f[ >/]")


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells that were made one: columns from 0, lines from 1, all inclusive."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class RawSheet:
    """`name` is empty for a CSV file. `rows`: line number and cells; read once."""

    name: str
    rows: Iterable[tuple[int, Sequence[Raw]]]
    merges: tuple[Merge, ...] = ()
    text: bool = field(default=False)
    """A text file, of which separators and encodings may be wrong."""
    hidden: bool = field(default=False)
    """Nobody sees it who opens the workbook."""
    hidden_lines: frozenset[int] = frozenset()
    hidden_columns: tuple[range, ...] = ()
    """From 0, as `rows` have them."""


def read_file(data: bytes) -> Iterator[RawSheet]:
    """The sheets of a file, whatever it is. Raises Damage for one that cannot be read, also while rows are read."""
    if not data.strip(b"\x00 \r\n\t\xef\xbb\xbf"):
        raise Damage(Kind.EMPTY_FILE)
    if len(data) > MOST_BYTES:
        raise Damage(Kind.TOO_LARGE, most=MOST_BYTES // 1_000_000)
    if data.startswith(_OLE):
        raise Damage(Kind.PASSWORD_PROTECTED if _ENCRYPTED in data else Kind.OLD_EXCEL)
    if data.startswith(b"PK"):
        yield from _workbook(data)
        return
    head = data[:2_000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<head", b"<meta")):
        raise Damage(Kind.WEB_PAGE)
    if head.startswith(
        (b"%pdf", b"{\\rtf", b"\x89png", b"\xff\xd8", b"gif8", b"rar!", b"7z", b"sqlite format")
    ):
        raise Damage(Kind.UNKNOWN_FORMAT)
    yield RawSheet("", _csv(decoded(data)), text=True)


# --- text files -------------------------------------------------------------------------------------------------------


def decoded(data: bytes) -> str:
    """UTF-8, else what Windows writes in China, else UTF-16 where it says so. Raises Damage."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise Damage(Kind.UNKNOWN_FORMAT)
        return text
    raise Damage(Kind.WRONG_ENCODING)


def mojibake(text: str) -> str | None:
    """How a text looked before it was read in the wrong encoding; None when it was not."""
    if text.isascii() or len(text) < 3:
        return None
    for wrong, right in (
        ("gb18030", "utf-8"),
        ("cp1252", "gb18030"),
        ("latin-1", "gb18030"),
        ("latin-1", "utf-8"),
    ):
        if (wrong == "gb18030") is not any(char > "\u2e7f" for char in text):
            continue
        try:
            wired = text.encode(wrong)
        except UnicodeError:
            continue
        # The last character of a line is often cut in two.
        for cut in (0, 1, 2) if len(text) > 4 else (0,):
            try:
                mended = wired[: len(wired) - cut].decode(right)
            except UnicodeError:
                continue
            if sum("\u4e00" <= char <= "\u9fff" for char in mended) * 3 >= len(mended) > 0:
                return mended
    return None


def _csv(text: str) -> Iterator[tuple[int, Sequence[Raw]]]:
    separator = separator_of(text)
    # Excel writes this line for itself.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for row in reader:
            line, before = before + 1, reader.line_num
            if line == 1 and len(row) <= 2 and row and row[0].lower().startswith("sep="):
                continue
            yield line, [cells.from_csv(field) for field in row]
    except csv.Error as error:
        raise Damage(Kind.UNCLOSED_QUOTE, line=before + 1) from error


def separator_of(text: str) -> str:
    """The one that parts the first lines into the most fields, the same number in each."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    if lines and (named := re.fullmatch(r'"?sep=(.)"?[,;\t]*', lines[0], re.IGNORECASE)):
        return named.group(1)

    def fields(separator: str) -> int:
        counts = sorted(line.count(separator) for line in lines)
        return counts[len(counts) // 2] * 100 + counts[-1] if counts else 0

    return max(SEPARATORS, key=fields)


# --- workbooks --------------------------------------------------------------------------------------------------------


def _workbook(data: bytes) -> Iterator[RawSheet]:
    from openpyxl import load_workbook

    with _readable(), zipfile.ZipFile(io.BytesIO(data)) as packed:
        names = set(packed.namelist())
        if "xl/workbook.xml" not in names:
            raise Damage(Kind.UNKNOWN_FORMAT)
        if any(info.flag_bits & _LOCKED for info in packed.infolist()):
            raise Damage(Kind.PASSWORD_PROTECTED)
        if sum(info.file_size for info in packed.infolist()) > MOST_UNPACKED_BYTES:
            raise Damage(Kind.TOO_LARGE, most=MOST_BYTES // 1_000_000)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            marks = _marks(packed, sheet)
            raw = _with_formulas(sheet, data) if marks.formulas else _rows(sheet)
            yield RawSheet(
                sheet.title,
                _whole(raw),
                tuple(marks.merges),
                hidden=sheet.sheet_state != "visible",
                hidden_lines=frozenset(marks.hidden_lines),
                hidden_columns=tuple(marks.hidden_columns),
            )
        book.close()


@contextmanager
def _readable() -> Iterator[None]:
    """What a damaged workbook raises somewhere within, as Damage."""
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        yield
    except Damage:
        raise
    except (
        *(zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, EOFError, OSError),
        # A workbook whose parts contradict each other fails anywhere in the reader.
        *(LookupError, ValueError, TypeError, AttributeError, RuntimeError),
    ) as error:
        raise Damage(Kind.BROKEN_WORKBOOK) from error


def _whole(rows: Iterable[tuple[int, Sequence[Raw]]]) -> Iterator[tuple[int, Sequence[Raw]]]:
    """The same rows: they are read from the file one by one, and any of them may be the damaged one."""
    with _readable():
        yield from rows


def _rows(sheet: Any) -> Iterator[tuple[int, Sequence[Raw]]]:
    # What a program wrote about the size may be wrong.
    sheet.reset_dimensions()
    return enumerate(sheet.iter_rows(values_only=True), start=1)


def _with_formulas(sheet: Any, data: bytes) -> Iterator[tuple[int, Sequence[Raw]]]:
    """Rows of values, and the formula where no program has computed one."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True)
    twin = book[sheet.title]
    twin.reset_dimensions()
    for (line, row), formulas in zip(_rows(sheet), twin.iter_rows(values_only=True), strict=False):
        yield (
            line,
            [
                Formula(formula)
                if value is None and isinstance(formula, str) and formula.startswith("=")
                else value
                for value, formula in zip(row, formulas, strict=False)
            ],
        )
    book.close()


@dataclass(slots=True)
class _Marks:
    merges: list[Merge] = field(default_factory=list)
    formulas: bool = False
    hidden_lines: set[int] = field(default_factory=set)
    hidden_columns: list[range] = field(default_factory=list)


def _marks(packed: zipfile.ZipFile, sheet: Any) -> _Marks:
    """What a streamed sheet does not tell: which cells are merged, which rows and columns hidden, whether there are formulas."""
    from openpyxl.utils import column_index_from_string

    path = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
    marks = _Marks()
    with packed.open(path) as stream:
        tail = b""
        while chunk := stream.read(1 << 18):
            block = tail + chunk
            marks.formulas = marks.formulas or _HAS_FORMULA.search(block) is not None
            end = 0
            for found in _MERGED.finditer(block):
                end = found.end()
                left, top, right, bottom = found.groups()
                marks.merges.append(
                    Merge(
                        column_index_from_string(left.decode()) - 1,
                        int(top),
                        column_index_from_string(right.decode()) - 1,
                        int(bottom),
                    )
                )
            for found in _HIDDEN.finditer(block):
                numbers = {key: int(number) for key, number in _NUMBER.findall(found.group(2))}
                if found.group(1) == b"row":
                    marks.hidden_lines |= {numbers[b"r"]} if b"r" in numbers else set()
                else:
                    marks.hidden_columns.append(range(numbers[b"min"] - 1, numbers[b"max"]))
            tail = block[max(end, len(block) - _LONGEST_TAG) :]
    return marks
