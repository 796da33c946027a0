"""Stairs walked with a belt tag at 125 Hz, nobody falls: SET|PARTICIPANT|TIMESTAMP|SOURCE|X|Y|Z|..., in g, rows of source TAG."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from firmware_contracts.vocabulary import Placement
from hub.evaluation.recordings.trials import Trial, usable
from hub.evaluation.report import Skipped

_RATE_HZ = 125.0


def read(folder: Path, skipped: list[Skipped]) -> Iterator[Trial]:
    """Every walk below the folder."""
    for file in sorted(folder.rglob("*.psv")):
        found: list[tuple[float, float, float]] = []
        broken = 0
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines()[1:]:
            cells = line.split("|")
            try:
                if cells[3] == "TAG":
                    found.append((float(cells[4]), float(cells[5]), float(cells[6])))
            except (ValueError, IndexError):
                broken += bool(line.strip())
        samples = np.array(found).reshape(-1, 3)
        samples = samples[np.isfinite(samples).all(axis=1)]
        trial = Trial(
            "stairs",
            file.stem.split("_")[-1],
            file.stem,
            "stairs",
            Placement.WAIST,
            _RATE_HZ,
            samples,
            fell=False,
        )
        yield from usable(trial, broken, file.name, skipped)
