"""How each kind of column is read from a cell and written back; every reader is pure and raises Damage."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from firmware_contracts.vocabulary import ID_PATTERN
from hub.core.context import ContactMethod
from hub.core.home import Flag
from hub.core.opening import Opening, SpecialHours
from hub.directory.doors import number_in_chinese
from hub.ledger import cells, hours
from hub.ledger.cells import CLEARED, Raw
from hub.ledger.choices import (
    CROSSES,
    DAY_TYPE,
    DEVICE_KIND,
    FAMILY,
    FLAG,
    GENDER,
    LEAVE,
    LEVEL,
    MEMBERSHIP,
    NO,
    ON_DAYS,
    PLACEMENT,
    ROLE,
    ROOM_KIND,
    TAKES,
    TICKS,
    YES,
    Choice,
    folded,
)
from hub.ledger.findings import Damage, Kind
from hub.web.words.said import Language

_ID = re.compile(ID_PATTERN)
_LONGEST = 2_000
_EPOCH = date(1899, 12, 30)
_SPLIT = re.compile(r"[,，、;；/|\n]+|\s{1,}")


@dataclass(frozen=True, slots=True)
class Noted:
    """A value that could be read, and something to tell about it."""

    value: object
    kind: Kind
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reader:
    """`read` gives a value or Noted, raises Damage; `write` gives a text, a number, or None for an empty cell.
    `clears`: words for nothing (`cells.CLEARED`) take away what was there."""

    read: Callable[[Raw, tzinfo], Any]
    write: Callable[[Any, Language, tzinfo], str | int | float | None]
    clears: bool = True
    example: str = ""


def _plain(value: Any, language: Language, zone: tzinfo) -> str | None:
    return str(value) if value not in (None, "") else None


def _checked(text: str, most: int = 200) -> str:
    if len(text) > most:
        raise Damage(Kind.TEXT_TOO_LONG, most=most, length=len(text))
    return text


def _line(raw: Raw, zone: tzinfo) -> str:
    return _checked(cells.line(raw))


def _name(raw: Raw, zone: tzinfo) -> str:
    """A person's name: 王 芳 is 王芳."""
    return _checked(re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", cells.line(raw)), 60)


def _prose(raw: Raw, zone: tzinfo) -> str:
    return _checked(cells.prose(raw), _LONGEST)


def _id(raw: Raw, zone: tzinfo) -> str:
    text = cells.digits_of(raw)
    if not _ID.match(text):
        raise Damage(Kind.ID_NOT_ALLOWED)
    return text


def _reference(raw: Raw, zone: tzinfo) -> str:
    cells.digits_of(raw)
    return _name(raw, zone)


def _door(raw: Raw, zone: tzinfo) -> str:
    return _checked(cells.no_date(raw), 60)


def _secret(raw: Raw, zone: tzinfo) -> str:
    """A door code, kept as it is typed on the door."""
    return _checked(cells.no_date(raw) if not isinstance(raw, str) else cells.line(raw), 60)


def _identity(raw: Raw, zone: tzinfo) -> str:
    """A number of 18 (or 15) digits; only the year of birth and the sex are taken from it."""
    text = cells.digits_of(raw).upper().replace(" ", "").replace("-", "")
    if re.fullmatch(r"\d{15}000", text):
        raise Damage(Kind.DIGITS_ZEROED)
    if not re.fullmatch(r"\d{17}[\dX]|\d{15}", text):
        raise Damage(Kind.IDENTITY_NUMBER_WRONG, length=len(text))
    if len(text) == 18:
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(weight * int(digit) for weight, digit in zip(weights, text, strict=False))
        if "10X98765432"[total % 11] != text[-1]:
            raise Damage(Kind.IDENTITY_NUMBER_WRONG, length=18)
    return text


def _phone(raw: Raw, zone: tzinfo) -> Any:
    text = cells.digits_of(raw)
    shorter = cells.lost_decimal(text)
    if shorter is not None:
        return Noted(_one_phone(shorter), Kind.DECIMAL_REMOVED, {"value": shorter})
    numbers = [part for part in re.split(r"[,，、;；/\n]|(?<=\d{7})\s+(?=\d{7,})|或", text) if part.strip()]
    if len(numbers) > 1:
        first = _one_phone(numbers[0].strip())
        return Noted(first, Kind.TWO_PHONES, {"value": first})
    return _one_phone(text)


def _one_phone(text: str) -> str:
    digits = re.sub(r"[\s()（）-]", "", text.split("转", maxsplit=1)[0])
    if not re.fullmatch(r"\+?\d+", digits):
        raise Damage(Kind.PHONE_WRONG)
    bare = digits.removeprefix("+86") if digits.startswith("+86") else digits
    if digits.startswith("+") and bare is digits:
        return text
    if bare.startswith("86") and len(bare) == 13:
        bare = bare[2:]
    if len(bare) < 7:
        raise Damage(Kind.PHONE_TOO_SHORT, length=len(bare))
    if bare[0] == "0" or len(bare) <= 8 or bare.startswith(("400", "800", "95", "96")):
        if len(bare) > 12 and "-" not in text:
            raise Damage(Kind.PHONE_WRONG)
        return text
    if len(bare) in (9, 10, 11) and not bare.startswith("1"):
        raise Damage(Kind.LEADING_ZERO_LOST, maybe=f"0{text}")
    if len(bare) < 11:
        raise Damage(Kind.PHONE_TOO_SHORT, length=len(bare))
    if not re.fullmatch(r"1[3-9]\d{9}", bare):
        raise Damage(Kind.PHONE_WRONG)
    return text


def _whole(raw: Raw) -> int | None:
    if isinstance(raw, datetime | date | time | timedelta):
        raise Damage(Kind.BECAME_DATE, maybe="")
    text = cells.token(raw)
    found = re.fullmatch(r"(-?\d+)(?:\.0+)?", text)
    return int(found.group(1)) if found else None


def _level(raw: Raw, zone: tzinfo) -> int:
    text = cells.token(raw)
    words = {
        "能力完好": 0,
        "轻度": 1,
        "轻度失能": 1,
        "中度": 2,
        "中度失能": 2,
        "重度": 3,
        "重度失能": 3,
        "完全失能": 4,
    }
    words |= {"完好": 0, "完全丧失": 4}
    number = words.get(text) if text in words else _whole(text.removesuffix("级"))
    if number is None:
        raise Damage(Kind.LEVEL_OUT_OF_RANGE)
    if not 0 <= number <= 4:
        raise Damage(Kind.LEVEL_OUT_OF_RANGE)
    return number


def _number(raw: Raw, zone: tzinfo) -> int:
    number = _whole(raw)
    if number is None:
        raise Damage(Kind.NOT_A_NUMBER)
    return number


def _floor(raw: Raw, zone: tzinfo) -> int:
    """Storeys are counted from 1; -1 is the first below the ground."""
    if isinstance(raw, datetime | date):
        raise Damage(Kind.BECAME_DATE, maybe=f"{raw.month}/{raw.day}")
    text = cells.token(raw)
    below = re.fullmatch(r"(?:b|地下|负|-)([一二三四五六七八九]|\d)(?:层|楼|f)?", text, re.IGNORECASE)
    above = re.fullmatch(
        r"(?:第)?(\d{1,3}|[一二三四五六七八九十]{1,3})(?:层|楼|f|\.0)?(?:/\d+)?", text, re.IGNORECASE
    )
    number = 0
    if below or above:
        part = (below or above)[1]  # type: ignore[index]
        number = int(part) if part.isdecimal() else number_in_chinese(part)
    if not 1 <= number <= (5 if below else 150):
        raise Damage(Kind.FLOOR_IMPOSSIBLE)
    return -number if below else number


_BIRTH = re.compile(
    r"^(?P<year>\d{4})(?:\.0$|$|(?P<eight>\d{4})$|年|[-/.](?=\d))(?:(?P<month>\d+)(?:[-/.月](?P<day>\d+))?)?"
)


def _birth(raw: Raw, zone: tzinfo) -> Any:
    """The year, from a year or a date; a day that no calendar has is told. The thirtieth of February is in the old calendar."""
    if isinstance(raw, datetime | date):
        return raw.year
    text = cells.token(raw)
    if re.fullmatch(r"\d{5}(\.0)?", text):
        return (_EPOCH + timedelta(days=int(float(text)))).year
    found = _BIRTH.match(text)
    if not found:
        raise Damage(Kind.BIRTH_YEAR_IMPOSSIBLE)
    year, eight = int(found["year"]), found["eight"]
    month, day = (eight[:2], eight[2:]) if eight else (found["month"] or "1", found["day"] or "1")
    last = 30 if int(month) == 2 else 31
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= last):
        return Noted(year, Kind.BIRTH_DAY_IMPOSSIBLE, {"year": str(year)})
    return year


def _yes(raw: Raw, zone: tzinfo) -> bool:
    if isinstance(raw, bool):
        return raw
    text = cells.token(raw)
    word = folded(text)
    if text in TICKS or word in YES:
        return True
    if text in CROSSES or text in CLEARED or word in NO:
        return False
    raise Damage(Kind.NOT_YES_OR_NO)


def _instant(raw: Raw, zone: tzinfo) -> Any:
    """A date (from its first minute) or an instant, local unless it names its offset."""
    if isinstance(raw, datetime):
        return raw.replace(tzinfo=raw.tzinfo or zone).astimezone(UTC)
    if isinstance(raw, date):
        return datetime.combine(raw, time(), zone).astimezone(UTC)
    text = cells.token(raw)
    if re.fullmatch(r"[1-7]\d{4}(\.0)?", text):
        on = _EPOCH + timedelta(days=int(float(text)))
        return Noted(
            datetime.combine(on, time(), zone).astimezone(UTC), Kind.SERIAL_AS_DATE, {"date": on.isoformat()}
        )
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[ T]+(.+))?", text)
    try:
        if re.fullmatch(r"\d{8}", text):
            return datetime.combine(date.fromisoformat(text), time(), zone).astimezone(UTC)
        if found is None:
            raise Damage(Kind.NOT_A_DATE)
        on = date(int(found.group(1)), int(found.group(2)), int(found.group(3) or 1))
        clock = time.fromisoformat(found.group(4).rjust(5, "0")) if found.group(4) else time()
    except ValueError as error:
        raise Damage(Kind.NOT_A_DATE) from error
    if not 1900 <= on.year <= 2200:
        raise Damage(Kind.NOT_A_DATE)
    return datetime.combine(on, clock, clock.tzinfo or zone).astimezone(UTC)


def write_instant(at: datetime | None, language: Language, zone: tzinfo) -> str | None:
    """Local time, as short as it is exact; with an offset in the hour that comes twice."""
    if at is None:
        return None
    local = at.astimezone(zone)
    if local.replace(fold=0).astimezone(UTC) != at:
        return local.isoformat(" ")
    bare = local.replace(tzinfo=None)
    if bare.time() == time():
        return f"{bare:%Y-%m-%d}"
    return bare.isoformat(" ", "minutes" if bare.second == bare.microsecond == 0 else "auto")


def _choice(choice: Choice[Any]) -> Reader:
    def read(raw: Raw, zone: tzinfo) -> Any:
        text = cells.line(raw)
        found = choice.find(text)
        if found is None:
            raise unknown(choice, text)
        return found

    def write(value: Any, language: Language, zone: tzinfo) -> str | None:
        # What an earlier release let in stands as it is.
        return (
            None if value is None else choice.word(value, language) if value in choice.words else str(value)
        )

    return Reader(read, write)


def unknown(choice: Choice[Any], text: str) -> Damage:
    return Damage(
        Kind.UNKNOWN_CHOICE,
        near_zh=choice.nearest(text, "zh"),
        near_en=choice.nearest(text, "en"),
        allowed_zh=choice.allowed("zh"),
        allowed_en=choice.allowed("en"),
    )


def _flags(raw: Raw, zone: tzinfo) -> frozenset[Flag]:
    found: set[Flag] = set()
    text = cells.line(raw)
    whole = FLAG.find(text)
    for word in [text] if whole is not None else _SPLIT.split(text):
        flag = FLAG.find(word)
        if flag is not None:
            found.add(flag)
        elif word:
            raise unknown(FLAG, word)
    return frozenset(found)


def _write_flags(flags: frozenset[Flag], language: Language, zone: tzinfo) -> str | None:
    words = (FLAG.word(flag, language) for flag in Flag if flag in flags)
    return ("、" if language == "zh" else "; ").join(words) or None


def _flags_en(raw: Raw, zone: tzinfo) -> frozenset[Flag]:
    """English flags have spaces in them: semicolons and commas part them first."""
    text = cells.line(raw)
    words = [word.strip() for word in re.split(r"[,，、;；|\n]+", text) if word.strip()]
    if words and all(FLAG.find(word) is not None for word in words):
        return frozenset(flag for word in words if (flag := FLAG.find(word)) is not None)
    return _flags(raw, zone)


def _methods(raw: Raw, zone: tzinfo) -> tuple[ContactMethod, ...]:
    """`channel:address`, several parted by line breaks or spaces."""
    found: list[ContactMethod] = []
    for part in re.split(r"[\n;；]+", cells.prose(raw)):
        channel, colon, address = part.strip().partition(":")
        if not colon or not channel.strip() or not address.strip():
            raise Damage(Kind.NOT_A_METHOD)
        found.append(ContactMethod(channel.strip(), address.strip()))
    return tuple(found)


def _write_methods(methods: Iterable[ContactMethod], language: Language, zone: tzinfo) -> str | None:
    return "; ".join(f"{one.channel}:{one.address}" for one in methods) or None


def _overrides(raw: Raw, zone: tzinfo) -> dict[str, dict[str, float]]:
    """`rule.parameter=number`, several parted by semicolons."""
    found: dict[str, dict[str, float]] = {}
    for part in re.split(r"[\n;；]+", cells.prose(raw)):
        one = re.fullmatch(r"([\w-]+)\.([\w-]+)=(-?[\d.]+(?:e-?\d+)?)", part.strip())
        if one is None:
            raise Damage(Kind.NOT_OVERRIDES)
        found.setdefault(one.group(1), {})[one.group(2)] = float(one.group(3))
    return found


def _write_overrides(
    overrides: Mapping[str, Mapping[str, float]], language: Language, zone: tzinfo
) -> str | None:
    return (
        "; ".join(
            f"{rule}.{name}={value!r}" for rule, values in overrides.items() for name, value in values.items()
        )
        or None
    )


MOST_MINUTES = 366 * 24 * 60
"""A device that may be silent for more than a year is not watched at all."""


def _minutes(raw: Raw, zone: tzinfo) -> timedelta:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:min|分钟)?", cells.token(raw))
    if not found or not 0 < float(found.group(1)) <= MOST_MINUTES:
        raise Damage(Kind.MINUTES_IMPOSSIBLE, most=MOST_MINUTES)
    return timedelta(minutes=float(found.group(1)))


def _write_minutes(value: timedelta | None, language: Language, zone: tzinfo) -> float | int | None:
    if value is None:
        return None
    minutes = value.total_seconds() / 60
    return int(minutes) if minutes.is_integer() else minutes


def _clock(raw: Raw, zone: tzinfo) -> time:
    return hours.clock(raw)


def _write_clock(value: time | None, language: Language, zone: tzinfo) -> str | None:
    return None if value is None else hours.spoken(value)


def _weekdays(raw: Raw, zone: tzinfo) -> frozenset[int]:
    return hours.weekdays(cells.token(raw))


def _write_weekdays(days: frozenset[int], language: Language, zone: tzinfo) -> str | None:
    return hours.write_weekdays(days, language) or None


def _openings(raw: Raw, zone: tzinfo) -> tuple[Opening, ...]:
    return hours.openings(cells.prose(raw))


def _write_openings(openings: tuple[Opening, ...], language: Language, zone: tzinfo) -> str | None:
    return hours.write_openings(openings, language) or None


def _special(raw: Raw, zone: tzinfo) -> tuple[SpecialHours, ...]:
    return hours.special_hours(cells.prose(raw))


def _write_special(special: tuple[SpecialHours, ...], language: Language, zone: tzinfo) -> str | None:
    return hours.write_special_hours(special, language) or None


def _day(raw: Raw, zone: tzinfo) -> Any:
    """A date of the calendar."""
    found = _instant(raw, zone)
    if isinstance(found, Noted):
        return Noted(_local_date(found.value, zone), found.kind, found.data)
    return _local_date(found, zone)


def _local_date(at: object, zone: tzinfo) -> date:
    if not isinstance(at, datetime):
        raise TypeError(f"{at!r} is no instant")
    return at.astimezone(zone).date()


def _write_day(on: date | None, language: Language, zone: tzinfo) -> str | None:
    return None if on is None else on.isoformat()


def _write_yes(value: bool, language: Language, zone: tzinfo) -> str:
    return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")


def _write_number(value: Any, language: Language, zone: tzinfo) -> int | None:
    return None if value is None else int(value)


LINE = Reader(_line, _plain)
NAME = Reader(_name, _plain)
PROSE = Reader(_prose, _plain)
ID = Reader(_id, _plain, clears=False)
REFERENCE = Reader(_reference, _plain)
DOOR = Reader(_door, _plain)
SECRET = Reader(_secret, _plain)
IDENTITY = Reader(_identity, _plain)
PHONE = Reader(_phone, _plain)
LEVEL_0_4 = Reader(_level, _write_number)
NUMBER = Reader(_number, _write_number)
FLOOR = Reader(_floor, _write_number)
BIRTH = Reader(_birth, _write_number)
YES_NO = Reader(_yes, _write_yes, clears=False)
INSTANT = Reader(_instant, write_instant)
FLAGS = Reader(_flags_en, _write_flags)
METHODS = Reader(_methods, _write_methods)
OVERRIDES = Reader(_overrides, _write_overrides)
MINUTES = Reader(_minutes, _write_minutes)
CLOCK = Reader(_clock, _write_clock, clears=False)
WEEKDAYS = Reader(_weekdays, _write_weekdays, clears=False)
OPENINGS = Reader(_openings, _write_openings)
SPECIAL_HOURS = Reader(_special, _write_special)
DAY = Reader(_day, _write_day)
IS_MEMBERSHIP = _choice(MEMBERSHIP)
IS_DEVICE = _choice(DEVICE_KIND)
IS_FAMILY = _choice(FAMILY)
IS_ROLE = _choice(ROLE)
IS_ROOM = _choice(ROOM_KIND)
IS_LEVEL = _choice(LEVEL)
IS_PLACEMENT = _choice(PLACEMENT)
IS_GENDER = _choice(GENDER)
IS_DAYS = _choice(ON_DAYS)
IS_LEAVE = _choice(LEAVE)
IS_TAKES = _choice(TAKES)
IS_DAY_TYPE = _choice(DAY_TYPE)
