"""An inertial unit at the waist (LSM6DSO, 100 Hz): `fall_*.csv` and `adl_*.csv`, index,|a|,ax,ay,az,... in thousandths of g."""

from collections.abc import Iterator
from pathlib import Path

from firmware_contracts.vocabulary import Placement
from hub.evaluation.recordings.trials import Trial, rows, usable
from hub.evaluation.report import Skipped

_RATE_HZ = 100.0


def read(folder: Path, skipped: list[Skipped]) -> Iterator[Trial]:
    """Every trial below the folder."""
    for file in sorted(folder.rglob("*.csv")):
        kind = file.name.split("_")[0]
        if kind not in {"fall", "adl"}:
            continue
        values, broken = rows(file, (2, 3, 4), header=0)
        trial = Trial(
            "imu", "one", file.stem, file.stem, Placement.WAIST, _RATE_HZ, values / 1000, fell=kind == "fall"
        )
        yield from usable(trial, broken, file.name, skipped)
