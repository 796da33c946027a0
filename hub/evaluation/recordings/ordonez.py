"""Ordonez (2013): homes with bed and seat pressure, doors, movement: `<home>_Sensors.txt` and `<home>_ADLs.txt`.

Separated by spaces or tabs: start date, start time, end date, end time, then location, type, place; or the activity. Two lines
of head.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from hub.evaluation.recordings.home_days import HomeDays, Kind, Span, kind_of, signs
from hub.evaluation.report import Skipped

_SENSORS = "_Sensors.txt"


def holds(folder: Path) -> bool:
    """Whether such a recording lies below the folder."""
    return next(_files(folder), None) is not None


def read(folder: Path, skipped: list[Skipped]) -> Iterator[HomeDays]:
    """Every home below the folder."""
    for file in _files(folder):
        home = file.name.removesuffix(_SENSORS)
        spans = []
        for start, end, words in _rows(file, skipped):
            location, type_ = words[0], words[1] if len(words) > 1 else ""
            kind = Kind.RUNS_OUT if type_ in {"Flush", "Electric"} else kind_of(f"{location} {type_}")
            spans.append(
                Span(start, end, Kind.EXIT_DOOR if location == "Maindoor" else kind, " ".join(words))
            )
        labels = file.with_name(f"{home}_ADLs.txt")
        told = list(_rows(labels, skipped)) if labels.exists() else []
        yield HomeDays(
            "ordonez",
            home,
            signs(spans, file.name, skipped),
            asleep=tuple(
                (start, end) for start, end, words in told if words[0] == "Sleeping" and start < end
            ),
            out=tuple((start, end) for start, end, words in told if words[0] == "Leaving" and start < end),
        )


def _files(folder: Path) -> Iterator[Path]:
    files = sorted(folder.rglob(f"*{_SENSORS}")) if folder.is_dir() else [folder]
    return (file for file in files if file.name.endswith(_SENSORS))


def _rows(file: Path, skipped: list[Skipped]) -> Iterator[tuple[datetime, datetime, list[str]]]:
    for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith(("Start", "---")):
            continue
        try:
            start, end = _instant(words[0], words[1]), _instant(words[2], words[3])
            words[4]
        except (ValueError, IndexError):
            skipped.append(Skipped(f"{file.name}:{number}", "is not two instants and a name"))
            continue
        yield start, end, words[4:]


def _instant(date: str, time: str) -> datetime:
    return datetime.strptime(f"{date} {time}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
