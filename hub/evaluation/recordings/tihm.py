"""TIHM (Palermo and others, 2023): people with dementia at home. A folder with `Physiology.csv` (patient_id, date, device_type,
value, unit) and `Labels.csv` (patient_id, date, type), the events that a monitoring team of nurses confirmed."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from pathlib import Path

from hub.evaluation.report import Skipped

MEASURES = {
    "Systolic blood pressure": "systolic_mmhg",
    "Diastolic blood pressure": "diastolic_mmhg",
    "Heart rate": "heart_rate_bpm",
    "Body Temperature": "temperature_c",
    "Body weight": "weight_kg",
    "Total body water": "body_water_percent",
}
"""What the hub judges. Skin temperature and muscle mass are told, and no doctor's event is about them."""

_NOT_JUDGED = frozenset({"Skin Temperature", "O/E - muscle mass"})


@dataclass(frozen=True, slots=True)
class Measured:
    at: datetime
    measure: str
    value: float


@dataclass(frozen=True, slots=True)
class Patient:
    """One person: readings in order of time, and the days on which an event was confirmed, by its kind."""

    id: str
    readings: tuple[Measured, ...]
    events: dict[str, frozenset[date]]


def holds(folder: Path) -> bool:
    """Whether such a recording lies in the folder or below it."""
    return next(_folders(folder), None) is not None


def read(folder: Path, skipped: list[Skipped]) -> Iterator[Patient]:
    """Every person of every such folder, by id."""
    for one in _folders(folder):
        yield from _people(one, skipped)


def _folders(folder: Path) -> Iterator[Path]:
    found = folder.rglob("Physiology.csv") if folder.is_dir() else ()
    yield from sorted(file.parent for file in found)


def _people(folder: Path, skipped: list[Skipped]) -> Iterator[Patient]:
    readings: dict[str, list[Measured]] = {}
    for where, row in _rows(folder / "Physiology.csv", skipped):
        kind = row.get("device_type") or ""
        if kind in _NOT_JUDGED:
            skipped.append(Skipped(where, f"{kind} is not judged"))
            continue
        if kind not in MEASURES:
            skipped.append(Skipped(f"{where} ({kind})", "is of a kind that the hub does not know"))
            continue
        try:
            value, at = float(row["value"] or ""), datetime.fromisoformat(row["date"] or "")
            if not isfinite(value):
                raise ValueError
        except (KeyError, ValueError):
            skipped.append(Skipped(where, "is no reading with a date and a number"))
            continue
        readings.setdefault(str(row["patient_id"]), []).append(Measured(at, MEASURES[kind], value))
    events: dict[str, dict[str, set[date]]] = {}
    labels = folder / "Labels.csv"
    if not labels.is_file():
        skipped.append(Skipped(str(labels), "is missing: nothing can be held against events"))
        return
    for where, row in _rows(labels, skipped):
        try:
            day = datetime.fromisoformat(row["date"] or "").date()
            events.setdefault(str(row["patient_id"]), {}).setdefault(row["type"] or "", set()).add(day)
        except (KeyError, ValueError):
            skipped.append(Skipped(where, "is no event with a date and a kind"))
    for patient in sorted(readings.keys() | events.keys()):
        told = {kind: frozenset(days) for kind, days in events.get(patient, {}).items()}
        in_order = sorted(readings.get(patient, ()), key=lambda one: (one.at, one.measure))
        yield Patient(patient, tuple(in_order), told)


def _rows(file: Path, skipped: list[Skipped]) -> Iterator[tuple[str, dict[str, str | None]]]:
    try:
        text = file.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        skipped.append(Skipped(file.name, f"cannot be read ({error.strerror})"))
        return
    for number, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        if not row.get("patient_id"):
            skipped.append(Skipped(f"{file.name}:{number}", "names no patient"))
            continue
        yield f"{file.name}:{number}", row
