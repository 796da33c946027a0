"""A recorded trial of somebody who fell or did not, and how rows of numbers are read out of files that may be broken."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware_contracts.vocabulary import Placement
from hub.core.detection.fall_window import Samples
from hub.evaluation.report import Skipped

GRAVITY = 9.80665
"""Standard gravity in m/s2."""
SLOWEST_HZ, FASTEST_HZ = 20.0, 200.0
"""Rates that the contract allows."""
_SHORTEST_S = 1.0
_JUMP_S = 0.5


@dataclass(frozen=True, slots=True)
class Trial:
    """One sensor's recording of one trial. `samples` in g; `fell`: it holds a fall; `elder`: an old person wore it."""

    source: str
    subject: str
    name: str
    activity: str
    placement: Placement
    rate_hz: float
    samples: Samples
    fell: bool
    elder: bool = False

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate_hz


Reader = Callable[[Path, list[Skipped]], Iterator[Trial]]
"""Every trial of a folder in name order; what cannot be read is added to the list."""


def rows(
    file: Path, columns: Sequence[int], *, width: int | None = None, separator: str = ",", header: int = 1
) -> tuple[Samples, int]:
    """The numbers of these columns, one row a line, and how many lines after the header were broken: too short, not `width`
    wide, or with something that is no finite number."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[header:]
    found, broken = [], 0
    last = max(columns)
    for line in lines:
        cells = line.split(separator)
        if len(cells) <= last or (width is not None and len(cells) != width):
            broken += bool(line.strip())
            continue
        try:
            values = [float(cells[column]) for column in columns]
        except ValueError:
            broken += 1
            continue
        if all(map(math.isfinite, values)):
            found.append(values)
        else:
            broken += 1
    return np.array(found, dtype=np.float64).reshape(-1, len(columns)), broken


def rate_of(seconds: Samples) -> float:
    """Samples a second by stamps that come in bursts, jump or run backwards: jumps of more than half a second either way are left
    out. Within the rates of the contract."""
    steps = np.diff(seconds)
    steps = steps[np.abs(steps) <= _JUMP_S]
    passed = float(steps.sum())
    rate = len(steps) / passed if passed > 0 else FASTEST_HZ
    return min(max(rate, SLOWEST_HZ), FASTEST_HZ)


def usable(trial: Trial, broken: int, where: str, skipped: list[Skipped]) -> Iterator[Trial]:
    """The trial, unless it is too short to judge; broken lines of it are told."""
    if broken:
        skipped.append(Skipped(f"{where} ({broken} lines)", "broken lines"))
    if trial.seconds < _SHORTEST_S:
        skipped.append(Skipped(where, f"shorter than {_SHORTEST_S:g} s"))
    else:
        yield trial
