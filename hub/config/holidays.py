"""Reads the folder of holidays, one TOML file a year, into the calendar that rosters and opening hours follow."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from hub.config.lines import Path as KeyPath
from hub.config.problems import Problem, Section, Source
from hub.core.calendar import Calendar, DayType, Holiday, calendar_of

_SATURDAY = 5
_LONGEST = timedelta(days=16)
"""Spring Festival has nine days; a longer one is a mistyped month."""
_AROUND = timedelta(days=14)
"""The days around New Year may belong to the neighbouring year."""


class HolidayTable(Section):
    """`until` is the last free day; `working` are the Saturdays and Sundays that are worked for it."""

    name: Annotated[str, Field(min_length=1)]
    from_: Annotated[date, Field(alias="from")]
    until: date
    working: tuple[date, ...] = ()


class HolidaysFile(Section):
    year: Annotated[int, Field(ge=2000, le=2999)]
    source: str = ""
    holiday: Annotated[tuple[HolidayTable, ...], Field(min_length=1)]


_YEAR: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=2000, le=2999)])
_HOLIDAY = TypeAdapter(HolidayTable)


def load_holidays(folder: Path) -> tuple[Calendar | None, tuple[Problem, ...]]:
    """The calendar of all years in a folder, or None and everything that is wrong in its files."""
    holidays: dict[date, Holiday] = {}
    years: set[int] = set()
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.toml")):
        source = Source(path, _words)
        parsed = source.read(HolidaysFile) if source.readable else None
        year = parsed.year if parsed is not None else source.part(_YEAR, ("year",))
        if year is not None:
            if path.stem != str(year):
                source.complain(
                    ("year",), f"found {year} in {path.name}", "name the file by its year", "year"
                )
            years.add(year)
            here: dict[date, Holiday] = {}
            for index, table in _tables(source, parsed):
                for one in _days(source, ("holiday", index), year, table):
                    _once(source, ("holiday", index), here, one)
                    _put(source, ("holiday", index), holidays, one)
        problems.extend(source.problems)
    return (None if problems else calendar_of(holidays.values(), years)), tuple(problems)


def _tables(source: Source, parsed: HolidaysFile | None) -> Iterator[tuple[int, HolidayTable]]:
    """The holidays of a file; of one with a broken value those that can be read."""
    if parsed is not None:
        yield from enumerate(parsed.holiday)
        return
    given = source.data.get("holiday")
    for index in range(len(given) if isinstance(given, list) else 0):
        table = source.part(_HOLIDAY, ("holiday", index))
        if table is not None:
            yield index, table


def _words(path: KeyPath, data: Mapping[str, Any]) -> str:
    """`holiday 2 "春节" working`."""
    words: list[str] = []
    for part in path:
        words.append(str(part + 1) if isinstance(part, int) else part)
        if isinstance(part, int) and words[0] == "holiday" and len(words) == 2:
            tables = data.get("holiday")
            table = tables[part] if isinstance(tables, list) and part < len(tables) else None
            if isinstance(table, dict) and isinstance(table.get("name"), str):
                words.append(f'"{table["name"]}"')
    return " ".join(words)


def _days(source: Source, path: KeyPath, year: int, table: HolidayTable) -> Iterator[Holiday]:
    if table.until < table.from_:
        source.complain(
            (*path, "until"), f"found {table.until}, before {table.from_}", "give the last free day"
        )
        return
    if table.until - table.from_ > _LONGEST:
        days = (table.until - table.from_).days + 1
        source.complain((*path, "until"), f"found {table.until}: {days} free days", "correct the month")
        return
    on = table.from_
    while on <= table.until:
        if _belongs(source, (*path, "from"), year, on):
            yield Holiday(on, DayType.REST_DAY, table.name)
        on += timedelta(days=1)
    for on in table.working:
        if on.weekday() < _SATURDAY:
            found = f"found {on}, a {on:%A}, which is worked anyway"
            source.complain((*path, "working"), found, "name the Saturdays and Sundays that are worked")
        elif _belongs(source, (*path, "working"), year, on):
            yield Holiday(on, DayType.WORKDAY, table.name)


def _belongs(source: Source, path: KeyPath, year: int, on: date) -> bool:
    if date(year, 1, 1) - _AROUND <= on <= date(year, 12, 31) + _AROUND:
        return True
    source.complain(path, f"found {on}, which is not in {year}", "correct the year")
    return False


def _once(source: Source, path: KeyPath, here: dict[date, Holiday], one: Holiday) -> None:
    """Within one file a day stands once; the days around New Year may stand in both years' files."""
    known = here.setdefault(one.on, one)
    if known is not one and known.day_type is one.day_type:
        stands = "worked" if one.day_type is DayType.WORKDAY else "free"
        said = "twice" if known.name == one.name else f'for "{known.name}" and for "{one.name}"'
        source.complain(path, f"{one.on} is {stands} {said}", "name each day once")


def _put(source: Source, path: KeyPath, holidays: dict[date, Holiday], one: Holiday) -> None:
    known = holidays.setdefault(one.on, one)
    if known.day_type is not one.day_type:
        free, worked = (known, one) if known.day_type is DayType.REST_DAY else (one, known)
        found = f'{one.on} is free for "{free.name}" and worked for "{worked.name}"'
        source.complain(path, found, "keep one of them")
