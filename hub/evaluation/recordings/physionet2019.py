"""PhysioNet 2019, as stays of one file each: a line an hour with hour, HR, O2Sat, Temp, SBP, DBP, Resp, FiO2 (0.21 to 1) and
SepsisLabel (1 from six hours before sepsis was diagnosed); empty is not measured. Separated by commas or by bars."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from hub.evaluation.report import Skipped

MEASURES = {
    "HR": "heart_rate_bpm",
    "O2Sat": "spo2_percent",
    "Temp": "temperature_c",
    "SBP": "systolic_mmhg",
    "Resp": "respiration_per_min",
}
_AIR = 0.21


@dataclass(frozen=True, slots=True)
class Hour:
    """What was measured in one hour. `on_oxygen` None: not known."""

    readings: Mapping[str, float]
    on_oxygen: bool | None
    ill: bool


@dataclass(frozen=True, slots=True)
class Stay:
    id: str
    hours: tuple[Hour, ...]


def holds(folder: Path) -> bool:
    """Whether such a recording lies below the folder."""
    return any(_is_one(file) for file in _files(folder))


def read(folder: Path, skipped: list[Skipped]) -> Iterator[Stay]:
    """Every stay below the folder, by name."""
    for file in _files(folder):
        if not _is_one(file):
            continue
        hours = []
        text = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        for number, row in enumerate(csv.DictReader(text, delimiter=_delimiter(text[0])), start=2):
            try:
                label = float(row["SepsisLabel"] or "nan")
                oxygen = float(row.get("FiO2") or "nan")
                given = {name: float(row[name] or "nan") for name in MEASURES if row.get(name)}
                if not isfinite(label):
                    raise ValueError
            except (KeyError, ValueError):
                skipped.append(Skipped(f"{file.name}:{number}", "is no hour with numbers and a label"))
                continue
            readings = {MEASURES[name]: value for name, value in given.items() if isfinite(value)}
            on_oxygen = oxygen > _AIR + 0.005 if isfinite(oxygen) else None
            hours.append(Hour(readings, on_oxygen, label > 0))
        if hours:
            yield Stay(file.stem, tuple(hours))


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return
    yield from sorted(file for file in folder.rglob("*") if file.suffix.lower() in (".csv", ".psv"))


def _is_one(file: Path) -> bool:
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        heading = lines.readline()
    return "SepsisLabel" in heading and "O2Sat" in heading


def _delimiter(heading: str) -> str:
    return "|" if "|" in heading else ","
