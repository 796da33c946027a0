"""Kasteren (2008): homes with switches on doors, cupboards and flush.

`<home>.sensors` and `.activities`, separated by white space: start as a local time in Unix seconds, duration in seconds,
number of the sensor or of the activity. `.sensor_names` and `.activity_names`: number and name.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.evaluation.recordings.home_days import HomeDays, Span, kind_of, signs
from hub.evaluation.report import Skipped

_ASLEEP = re.compile(r"bed|sleep", re.IGNORECASE)
_OUT = re.compile(r"leav", re.IGNORECASE)


def holds(folder: Path) -> bool:
    """Whether such a recording lies below the folder."""
    return next(_files(folder), None) is not None


def read(folder: Path, skipped: list[Skipped]) -> Iterator[HomeDays]:
    """Every home below the folder."""
    for file in _files(folder):
        names = _names(file.with_suffix(".sensor_names"))
        spans = []
        nameless = set()
        for start, end, number in _rows(file, skipped):
            if number not in names:
                nameless.add(number)
            name = names.get(number, f"sensor {number}")
            spans.append(Span(start, end, kind_of(name), name))
        skipped += [
            Skipped(
                f"{file.name}, sensor {number}", "has no name: its signs count, what it is on is not known"
            )
            for number in sorted(nameless)
        ]
        activities = _names(file.with_suffix(".activity_names"))
        labels = file.with_suffix(".activities")
        told = list(_rows(labels, skipped)) if labels.exists() else []
        yield HomeDays(
            "kasteren",
            file.stem,
            signs(spans, file.name, skipped),
            asleep=tuple(
                (a, b) for a, b, number in told if _ASLEEP.search(activities.get(number, "")) and a < b
            ),
            out=tuple((a, b) for a, b, number in told if _OUT.search(activities.get(number, "")) and a < b),
        )


def _files(folder: Path) -> Iterator[Path]:
    files = sorted(folder.rglob("*.sensors")) if folder.is_dir() else [folder]
    return (file for file in files if file.name.endswith(".sensors"))


def _names(file: Path) -> dict[int, str]:
    if not file.exists():
        return {}
    rows = (
        line.split(maxsplit=1) for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
    )
    return {int(row[0]): row[1].strip() for row in rows if len(row) == 2 and row[0].isdecimal()}


def _rows(file: Path, skipped: list[Skipped]) -> Iterator[tuple[datetime, datetime, int]]:
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            start, lasts, what = (int(float(word)) for word in line.split())
            began = datetime.fromtimestamp(start, UTC)
            yield began, began + timedelta(seconds=lasts), what
        except (ValueError, OverflowError, OSError):
            skipped.append(Skipped(f"{file.name}:{number}", "is not a start, a duration and a number"))
