"""UCI 427 (Shinmoto Torres 2013): a tag on the chest of people of 66 to 86, heard by antennas of the room:
`d<room>p<number><M|F>`.

Separated by commas: seconds, acceleration towards the front, upwards and sideways in g, number of the antenna, signal in dBm,
phase, frequency in MHz, and what the person did: 1 sits on the bed, 2 sits on a chair, 3 lies, 4 walks. The tag has no
battery and is heard only where an antenna reaches it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from hub.core.detection.bed_tag import Reading
from hub.evaluation.report import Skipped

_NAME = re.compile(r"d\d+p\d+[MF](\.csv|\.txt)?$")
_IN_BED = frozenset({1, 3})
_KNOWN = frozenset({1, 2, 3, 4})


@dataclass(frozen=True, slots=True)
class TagDays:
    """One sitting of one person. `exits_s`: when the bed was left, seconds as in `readings`."""

    person: str
    readings: tuple[Reading, ...]
    exits_s: tuple[float, ...]


def holds(folder: Path) -> bool:
    """Whether such a recording lies below the folder."""
    return next(_files(folder), None) is not None


def read(folder: Path, skipped: list[Skipped]) -> Iterator[TagDays]:
    """Every sitting below the folder, one a file."""
    for file in _files(folder):
        readings: list[Reading] = []
        exits: list[float] = []
        in_bed = False
        for number, line in enumerate(
            file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        ):
            if not line.strip():
                continue
            cells = line.split(",")
            try:
                at_s, front, up, side, antenna, signal = (float(cell) for cell in cells[:6])
                does = int(float(cells[8]))
                if does not in _KNOWN or not (isfinite(at_s) and -20 < front + up + side < 20):
                    raise ValueError
                reading = Reading(at_s, front, up, side, int(antenna), signal)
            except (ValueError, IndexError, OverflowError):
                skipped.append(Skipped(f"{file.name}:{number}", "is not a reading with what the person did"))
                continue
            if readings and at_s < readings[-1].at_s:
                skipped.append(Skipped(f"{file.name}:{number}", "is earlier than the line before"))
                continue
            if in_bed and does not in _IN_BED:
                exits.append(at_s)
            in_bed = does in _IN_BED
            readings.append(reading)
        yield TagDays(file.stem, tuple(readings), tuple(exits))


def _files(folder: Path) -> Iterator[Path]:
    files = sorted(folder.rglob("d*p*")) if folder.is_dir() else [folder]
    return (file for file in files if _NAME.match(file.name) and file.is_file())
