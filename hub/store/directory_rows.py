"""Saves and loads the directory of a cell, whole or by what changed; `hub/directory` knows what it means."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, time, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import Connection, delete, func, insert, inspect, select, update
from sqlmodel import SQLModel

from firmware_contracts.vocabulary import Placement
from hub.core.alerts import Role
from hub.core.calendar import DayType, Holiday, OnDays
from hub.core.context import ContactMethod, Shift
from hub.core.home import DeviceKind, Flag, Membership
from hub.core.opening import Opening, SpecialHours
from hub.core.shifts import Cover, DatedShift, Leave, LeaveKind, Takes
from hub.directory import model
from hub.directory.model import Directory, alike
from hub.store import directory_tables as tables

Code = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Mapping:
    """A field of the directory, its entries' class and table; how fields that are no plain column are written and read."""

    field: str
    entry: type[Any]
    row: type[SQLModel]
    write: Mapping[str, Code]
    read: Mapping[str, Code]


def _optional(code: Code) -> Code:
    return lambda value: None if value is None else code(value)


def _digits(weekdays: frozenset[int]) -> str:
    return "".join(str(day) for day in sorted(weekdays))


def _days(digits: str) -> frozenset[int]:
    return frozenset(int(digit) for digit in digits)


def _hours(at: time) -> str:
    return at.isoformat("minutes")


def _write_openings(openings: tuple[Opening, ...]) -> str:
    return json.dumps(
        [[_digits(one.weekdays), _hours(one.opens), _hours(one.closes), one.days] for one in openings]
    )


def _read_openings(body: str) -> tuple[Opening, ...]:
    """Hours that an earlier release wrote name no kind of days: they are of weekdays."""
    return tuple(
        Opening(_days(days), time.fromisoformat(opens), time.fromisoformat(closes), *map(OnDays, kind))
        for days, opens, closes, *kind in json.loads(body)
    )


def _write_special_hours(special: tuple[SpecialHours, ...]) -> str:
    return json.dumps(
        [
            [one.on.isoformat(), *(None if at is None else _hours(at) for at in (one.opens, one.closes))]
            for one in special
        ]
    )


def _read_special_hours(body: str) -> tuple[SpecialHours, ...]:
    return tuple(
        SpecialHours(
            date.fromisoformat(on), *(None if at is None else time.fromisoformat(at) for at in hours)
        )
        for on, *hours in json.loads(body)
    )


def _write_methods(methods: tuple[ContactMethod, ...]) -> str:
    return json.dumps([[one.channel, one.address] for one in methods], ensure_ascii=False)


def _read_methods(body: str) -> tuple[ContactMethod, ...]:
    return tuple(ContactMethod(channel, address) for channel, address in json.loads(body))


def _write_flags(flags: frozenset[Flag]) -> str:
    return json.dumps(sorted(flags))


def _read_flags(body: str) -> frozenset[Flag]:
    return frozenset(Flag(flag) for flag in json.loads(body))


def _write_overrides(overrides: Mapping[str, Mapping[str, float]]) -> str:
    return json.dumps({rule: dict(values) for rule, values in overrides.items()}, ensure_ascii=False)


_SHIFT_HOURS: dict[str, Code] = {"weekdays": _digits, "starts": _hours, "ends": _hours}
_READ_HOURS: dict[str, Code] = {"starts": time.fromisoformat, "ends": time.fromisoformat}

_MAPPINGS = (
    _Mapping("regions", model.Region, tables.RegionRow, {}, {"level": model.Level}),
    _Mapping("companies", model.Company, tables.CompanyRow, {}, {}),
    _Mapping(
        "centres",
        model.CentreEntry,
        tables.CentreRow,
        {"openings": _write_openings, "special_hours": _write_special_hours},
        {"openings": _read_openings, "special_hours": _read_special_hours},
    ),
    _Mapping("elders", model.Elder, tables.ElderRow, {"flags": _write_flags}, {"flags": _read_flags}),
    _Mapping("residences", model.Residence, tables.ResidenceRow, {}, {"membership": Membership}),
    _Mapping(
        "homes",
        model.HomeEntry,
        tables.HomeEntryRow,
        {"overrides": _write_overrides},
        {"overrides": json.loads},
    ),
    _Mapping("rooms", model.Room, tables.RoomRow, {}, {"kind": model.RoomKind}),
    _Mapping(
        "devices",
        model.DeviceEntry,
        tables.DeviceEntryRow,
        {"silent_after": _optional(timedelta.total_seconds)},
        {"kind": DeviceKind, "silent_after": _optional(lambda seconds: timedelta(seconds=seconds))},
    ),
    _Mapping("assignments", model.Assignment, tables.AssignmentRow, {}, {"placement": _optional(Placement)}),
    _Mapping(
        "persons",
        model.PersonEntry,
        tables.PersonRow,
        {"methods": _write_methods},
        {"methods": _read_methods},
    ),
    _Mapping("bonds", model.Bond, tables.BondRow, {}, {"role": Role}),
    _Mapping(
        "shifts",
        Shift,
        tables.ShiftRow,
        _SHIFT_HOURS,
        {"role": Role, "weekdays": _days, "days": OnDays, **_READ_HOURS},
    ),
    _Mapping(
        "dated_shifts",
        DatedShift,
        tables.DatedShiftRow,
        {"on": date.isoformat, "starts": _hours, "ends": _hours},
        {"on": date.fromisoformat, "role": Role, **_READ_HOURS},
    ),
    _Mapping("leaves", Leave, tables.LeaveRow, {}, {"kind": LeaveKind}),
    _Mapping("covers", Cover, tables.CoverRow, {}, {"takes": Takes}),
    _Mapping(
        "holidays",
        Holiday,
        tables.HolidayRow,
        {"on": date.isoformat},
        {"on": date.fromisoformat, "day_type": DayType},
    ),
)


def save(connection: Connection, directory: Directory) -> None:
    """Replace the stored directory by this one, in the caller's transaction."""
    stored: list[type[SQLModel]] = [tables.DirectoryRow, *(mapping.row for mapping in _MAPPINGS)]
    for table in stored:
        connection.execute(delete(table))
    connection.execute(insert(tables.DirectoryRow), [{"number": 1, "cell": directory.cell}])
    for mapping in _MAPPINGS:
        _insert(connection, mapping, getattr(directory, mapping.field), first=1)


def save_changes(connection: Connection, before: Directory, after: Directory) -> None:
    """Write only what differs from `before`, which is what is stored. `after` must be `arranged` after it."""
    for mapping in _MAPPINGS:
        old, new = getattr(before, mapping.field), getattr(after, mapping.field)
        if old is new or old == new:
            continue
        number = inspect(mapping.row).columns["number"]
        begin, end = alike(old, new)
        old, new = old[begin : len(old) - end], new[begin : len(new) - end]
        # The rows of the entries between: a district's 200,000 devices are not gone through for one of them.
        between = select(number).order_by(number).offset(begin).limit(len(old))
        numbers = list(connection.scalars(between)) if old else []
        row_of = dict(zip(_keys(old), zip(numbers, old, strict=True), strict=True))
        added: list[Any] = []
        changed: list[tuple[int, Any]] = []
        for key, entry in zip(_keys(new), new, strict=True):
            found = row_of.pop(key, None)
            if found is None:
                added.append(entry)
            elif found[1] != entry:
                changed.append((found[0], entry))
        # What is gone goes first: an id may come again as another entry.
        for gone, _ in row_of.values():
            connection.execute(delete(mapping.row).where(number == gone))
        for place, entry in changed:
            connection.execute(update(mapping.row).where(number == place).values(_to_row(mapping, entry)))
        if added:
            last = connection.scalar(select(func.max(number))) or 0
            _insert(connection, mapping, added, first=max(last, *numbers, 0) + 1)


def arranged(before: Directory, after: Directory) -> Directory:
    """`after` in the order in which `save_changes` stores it: what was there keeps its place, the new comes last."""
    changed: dict[str, Any] = {}
    for mapping in _MAPPINGS:
        old, new = getattr(before, mapping.field), getattr(after, mapping.field)
        if old is new or old == new:
            continue
        begin, end = alike(old, new)
        wanted = new[begin : len(new) - end]
        by_key = dict(zip(_keys(wanted), wanted, strict=True))
        kept = [by_key.pop(key) for key in _keys(old[begin : len(old) - end]) if key in by_key]
        changed[mapping.field] = (*new[:begin], *kept, *new[len(new) - end :], *by_key.values())
    return replace(after, **changed)


def _keys(entries: Sequence[Any]) -> list[Any]:
    """What tells entries of one table apart: the id, or for those without one all they say, and which of equal ones."""
    seen: Counter[Any] = Counter()
    keys: list[Any] = []
    for entry in entries:
        key = getattr(entry, "id", entry)
        keys.append((key, seen[key]))
        seen[key] += 1
    return keys


def _insert(connection: Connection, mapping: _Mapping, entries: Sequence[Any], first: int) -> None:
    rows = [
        {"number": number, **_to_row(mapping, entry)} for number, entry in enumerate(entries, start=first)
    ]
    if rows:
        connection.execute(insert(mapping.row), rows)


def load(connection: Connection) -> Directory | None:
    """The stored directory in its old order; None when none was ever saved."""
    cell = connection.execute(select(inspect(tables.DirectoryRow).columns["cell"])).scalar()
    if cell is None:
        return None
    return Directory(
        cell=cell, **{mapping.field: tuple(_entries(connection, mapping)) for mapping in _MAPPINGS}
    )


def _entries(connection: Connection, mapping: _Mapping) -> list[Any]:
    columns = inspect(mapping.row).columns
    names = [field.name for field in fields(mapping.entry)]
    query = select(*(columns[name] for name in names)).order_by(columns["number"])
    readers = [mapping.read.get(name) for name in names]
    return [
        mapping.entry(
            **{
                name: value if reader is None else reader(value)
                for name, reader, value in zip(names, readers, row, strict=True)
            }
        )
        for row in connection.execute(query)
    ]


def _to_row(mapping: _Mapping, entry: Any) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in fields(mapping.entry):
        value = getattr(entry, field.name)
        code = mapping.write.get(field.name)
        if code is not None:
            value = code(value)
        row[field.name] = value.value if isinstance(value, Enum) else value
    return row
