"""SmartFallMM (2024): a watch of nominally 32 Hz (m/s2) and a hip sensor of 50 Hz (g); old people do daily life only.

`<young|old>_S<nn>/A<nn>T<nn>_<watch|meta_hip>.csv` without headers; falls are A10 to A14. Stamps jump, run backwards and come in
bursts; some trials hold nothing but rest.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np

from firmware_contracts.vocabulary import Placement
from hub.core.detection.fall_window import Samples
from hub.evaluation.recordings.trials import GRAVITY, Trial, rate_of, rows, usable
from hub.evaluation.report import Skipped

_NAME = re.compile(r"A(?P<activity>\d\d)T\d\d_(?P<sensor>watch|meta_hip)\.csv$")
_FIRST_FALL = 10
_HIP_CELLS = 6


def read(folder: Path, skipped: list[Skipped]) -> Iterator[Trial]:
    """Every trial of both sensors below the folder."""
    for file in sorted(folder.rglob("*.csv")):
        named = _NAME.match(file.name)
        if named is None:
            continue
        subject = file.parent.name
        if named["sensor"] == "meta_hip":
            values, broken = rows(file, (0, 3, 4, 5), width=_HIP_CELLS, header=0)
            seconds, samples, placement = values[:, 0] / 1000, values[:, 1:], Placement.WAIST
        else:
            seconds, samples, broken = _watch(file)
            placement = Placement.WRIST
        activity = int(named["activity"])
        where = f"{subject}/{file.stem}"
        trial = Trial(
            "smartfallmm",
            subject,
            where,
            f"A{activity:02}",
            placement,
            rate_of(seconds),
            samples,
            fell=activity >= _FIRST_FALL,
            elder=subject.startswith("old"),
        )
        yield from usable(trial, broken, where, skipped)


def _watch(file: Path) -> tuple[Samples, Samples, int]:
    """Seconds, samples in g, and how many lines were broken."""
    found: list[tuple[float, float, float, float]] = []
    broken = 0
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        cells = line.split(",")
        try:
            stamp, x, y, z = cells
            found.append((datetime.fromisoformat(stamp).timestamp(), float(x), float(y), float(z)))
        except (ValueError, OverflowError):
            broken += bool(line.strip())
    values = np.array(found).reshape(-1, 4)
    values = values[np.isfinite(values).all(axis=1)]
    return values[:, 0], values[:, 1:] / GRAVITY, broken
