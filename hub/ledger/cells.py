"""One cell as a file holds it: its text without what spreadsheets leave in it, and what spreadsheets did to it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hub.ledger.findings import Damage, Kind


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of which nobody knows the value."""

    text: str


Raw = str | int | float | bool | datetime | date | time | timedelta | Formula | None

CLEARED = frozenset({"无", "没有", "空", "-", "--", "—", "——", "/", "\\", "none", "n.a.", "n/a", "nil"})
"""What people write where there is nothing: said, unlike an empty cell, which says nothing."""

_ERRORS = re.compile(r"^#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)", re.IGNORECASE)
_HASHES = re.compile(r"^#{3,}$")
_PROTECTED = re.compile(r'^="(.*)"$', re.DOTALL)
_EXPONENT = re.compile(r"^\d(?:[.,]\d+)?[eE]\+?\d{1,2}$")
_FORMULA = re.compile(r"^=[A-Za-z_(+\-$'{@]")
RUNS = frozenset("=+-@\t\r\n＝＋－＠")
"""What a text begins with that a spreadsheet may run; where full-width signs are typed, it may take those for the others."""
_CONTROLS = "".join(map(chr, [*range(0x09), *range(0x0E, 0x20), 0x7F]))
"""No workbook can hold them."""
_TURNS = "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
"""A name that holds one reads backwards."""
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f" + _CONTROLS + _TURNS))
_BREAKS = dict.fromkeys(map(ord, "\x0b\x0c"), "\n")
"""Line breaks of word processors."""
_FULL_WIDTH = {
    code: code - 0xFEE0
    for first, last in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for code in range(first, last + 1)
}
_SPACES = {0x3000: " ", 0xA0: " ", 0x2003: " ", 0x2002: " ", 0x2009: " "}
_SIGNS = {ord("－"): "-", ord("＃"): "#", ord("＋"): "+", ord("．"): ".", ord("／"): "/", ord("＿"): "_"}
_NARROW = {**_INVISIBLE, **_FULL_WIDTH, **_SPACES}

_DATE_TEXTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}$",
        r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}( \d{1,2}:\d{2}(:\d{2})?)?$",
        r"^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ]\d{1,4}$",
        r"^\d{1,2}[- ](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*([- ]\d{2,4})?$",
        r"^\d{1,2}月\d{1,2}日$",
        r"^\d{2,4}年\d{1,2}月(\d{1,2}日)?$",
    )
)
_SERIALS = range(36_526, 58_000)
"""Days since 1900 that are dates from 2000 to 2058."""


def as_text(raw: Raw) -> str:
    """The cell as it is shown to people."""
    if raw is None:
        return ""
    if isinstance(raw, Formula):
        return raw.text
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e21:
        return format(Decimal(repr(raw)), "f").removesuffix(".0")
    if isinstance(raw, datetime):
        return raw.strftime("%Y-%m-%d" if raw.time() == time() else "%Y-%m-%d %H:%M:%S")
    return str(raw)


def is_blank(raw: Raw) -> bool:
    if not isinstance(raw, str):
        return raw is None
    stripped = raw.strip()
    # What nobody sees is not printable.
    return not stripped or (not stripped.isprintable() and not raw.translate(_NARROW).strip())


def prose(raw: Raw) -> str:
    """A text that people wrote: as it stands, without what surrounds it."""
    return (
        as_text(raw)
        .translate({**_INVISIBLE, **_BREAKS})
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .strip(" \t\n\u3000\xa0")
    )


def line(raw: Raw) -> str:
    """A text of one line: full-width digits and letters narrowed, line breaks and doubled spaces gone."""
    return " ".join(as_text(raw).translate(_NARROW).split())


def token(raw: Raw) -> str:
    """Something that is no sentence: an id, a number, a telephone."""
    return line(raw).translate(_SIGNS)


def from_csv(text: str) -> Raw:
    """A field of a CSV file without the marks that keep a spreadsheet from changing or running it."""
    if text[:1] == "'":
        return text[1:]
    if text[:1] == "=":
        protected = _PROTECTED.match(text)
        if protected:
            return protected.group(1).replace('""', '"')
        if _FORMULA.match(text):
            return Formula(text)
    return text or None


def for_csv(text: str) -> str:
    """A text as a CSV field that no spreadsheet runs: `from_csv` gives it back."""
    return f"'{text}" if text[:1] in RUNS or text[:1] == "'" else text


def check(raw: Raw) -> None:
    """Raises Damage for what no column can hold: errors of formulas, lost characters."""
    if isinstance(raw, Formula):
        raise Damage(Kind.FORMULA_NOT_COMPUTED)
    if not isinstance(raw, str):
        return
    text = raw.strip()
    if text[:1] == "#":
        if _ERRORS.match(text):
            raise Damage(Kind.FORMULA_ERROR)
        if _HASHES.match(text):
            raise Damage(Kind.CELL_OF_HASHES)
    if "\ufffd" in text or "锟斤拷" in text or (len(text) > 1 and set(text) <= {"?", "？"}):
        raise Damage(Kind.LOST_CHARACTERS)


def no_date(raw: Raw) -> str:
    """The text of a door number, which spreadsheets like to take for a date. Raises Damage."""
    if isinstance(raw, datetime | date):
        raise Damage(Kind.BECAME_DATE, maybe=f"{raw.month}-{raw.day}" if raw.year == 1900 else _meant(raw))
    if isinstance(raw, int | float) and not isinstance(raw, bool) and int(raw) in _SERIALS:
        meant = date(1899, 12, 30) + timedelta(days=int(raw))
        raise Damage(Kind.BECAME_SERIAL, date=meant.isoformat(), maybe=_meant(meant))
    text = token(raw)
    if any(shape.match(text) for shape in _DATE_TEXTS):
        raise Damage(Kind.BECAME_DATE, maybe=_meant_by(text))
    return text


def digits_of(raw: Raw) -> str:
    """The text of a long number (identity, telephone, id). Raises Damage where its digits are lost."""
    if isinstance(raw, datetime | date):
        raise Damage(Kind.BECAME_DATE, maybe=_meant(raw))
    if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= 1e15:
        raise Damage(Kind.DIGITS_ZEROED if abs(raw) < 1e18 else Kind.EXPONENT)
    text = token(raw)
    if _EXPONENT.match(text):
        raise Damage(Kind.EXPONENT)
    return text


def lost_decimal(text: str) -> str | None:
    """Digits that came with the `.0` of a floating-point number, without it; None when that is not so."""
    found = re.fullmatch(r"(\d{5,})\.0+", text)
    return found.group(1) if found else None


def _meant(on: date) -> str:
    """What may have been typed: a year of this century was a two-digit number."""
    last = on.year % 100 if 1930 <= on.year <= 2029 else on.year
    return f"{on.month}-{on.day}-{last}"


def _meant_by(text: str) -> str:
    parts = re.findall(r"\d+|[A-Za-z]{3}", text)
    months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    numbers = [
        str(months.index(part[:3].lower()) + 1) if part[0].isalpha() else str(int(part)) for part in parts[:3]
    ]
    if len(numbers) == 3 and len(parts[0]) == 4:
        numbers = [*numbers[1:], str(int(numbers[0]) % 100)]
    return "-".join(numbers)
