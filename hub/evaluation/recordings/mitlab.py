"""MIT (Tapia 2004): homes with switches on everything that is touched: `activities_data.csv` with `sensors.csv` beside it.

Five lines an activity: name,m/d/y,start,end; numbers of the sensors; their names; when each went on; when each went off. Only
what was touched during an activity that somebody wrote down is there: a silence of the recording is not always one of the home.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.evaluation.recordings.home_days import HomeDays, Kind, Span, kind_of, signs
from hub.evaluation.report import Skipped

_DATA = "activities_data.csv"
_HEAD = re.compile(r"[^,]*,\s*\d+/\d+/\d+\s*,\s*\d+:\d+:\d+\s*,\s*\d+:\d+:\d+\s*,?\s*$")
_INNER = re.compile(r"bath|bed|office|study|kitchen|closet|pantry|laundry", re.IGNORECASE)
"""A switch called `Door` in any other room is taken for the one by which the home is left."""
_HALF_A_DAY = timedelta(hours=12)


def holds(folder: Path) -> bool:
    """Whether such a recording lies below the folder."""
    return next(_files(folder), None) is not None


def read(folder: Path, skipped: list[Skipped]) -> Iterator[HomeDays]:
    """Every home below the folder."""
    for file in _files(folder):
        rooms = _rooms(file.with_name("sensors.csv"))
        spans: list[Span] = []
        asleep = []
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        heads = [index for index, line in enumerate(lines) if _HEAD.match(line)]
        for index, after in zip(heads, [*heads[1:], len(lines)], strict=True):
            where = f"{file.name}:{index + 1}"
            try:
                name, start, end = _activity(lines[index])
                spans += _touched(lines[index + 1 : after], start, rooms)
            except (ValueError, OverflowError) as error:
                skipped.append(Skipped(where, f"cannot be read: {error}"))
                continue
            if name.startswith("Sleep"):
                asleep.append((start, end))
        yield HomeDays("mitlab", file.parent.name, signs(spans, file.name, skipped), asleep=tuple(asleep))


def _files(folder: Path) -> Iterator[Path]:
    files = sorted(folder.rglob(_DATA)) if folder.is_dir() else [folder]
    return (file for file in files if file.name == _DATA)


def _rooms(file: Path) -> dict[int, str]:
    if not file.exists():
        return {}
    rows = (line.split(",") for line in file.read_text(encoding="utf-8", errors="replace").splitlines())
    return {int(row[0]): row[1].strip() for row in rows if len(row) >= 3 and row[0].strip().isdecimal()}


def _activity(line: str) -> tuple[str, datetime, datetime]:
    name, date, began, ended = (cell.strip() for cell in line.rstrip(", ").split(","))
    month, day, year = (int(part) for part in date.split("/"))
    midnight = datetime(year, month, day, tzinfo=UTC)
    start, end = midnight + _clock(began), midnight + _clock(ended)
    return name, start, end if end >= start else end + timedelta(days=1)


def _touched(lines: Sequence[str], start: datetime, rooms: dict[int, str]) -> Iterator[Span]:
    rows = [line.rstrip(",").split(",") for line in lines if line.strip()]
    if len(rows) != 4 or len({len(row) for row in rows}) != 1:
        raise ValueError("not four lines of equal length after the activity")
    midnight = start.replace(hour=0, minute=0, second=0)
    for number, name, on, off in zip(*rows, strict=True):
        sensor = name.strip()
        began = midnight + _clock(on)
        if start - began > _HALF_A_DAY:
            began += timedelta(days=1)
        ended = midnight + _clock(off)
        while ended < began:
            ended += timedelta(days=1)
        kind = kind_of(sensor)
        room = rooms.get(int(number), "")
        if sensor == "Door" and room and not _INNER.search(room):
            kind = Kind.EXIT_DOOR
        # Within half a day the date of the end is sure: it bears none.
        yield Span(began, ended if ended - began < _HALF_A_DAY else None, kind, f"{sensor} {number.strip()}")


def _clock(text: str) -> timedelta:
    hours, minutes, seconds = (int(part) for part in text.strip().split(":"))
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 60):
        raise ValueError(f"{text.strip()} is no time of a day")
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
