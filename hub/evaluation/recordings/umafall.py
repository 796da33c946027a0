"""UMAFall (Casilari 2017): a telephone in the pocket at about 200 Hz, sensors at waist, wrist, chest and ankle at about 20 Hz.

`<subject>/<Fall|ADL>_<what>_<trial>_<when>.csv` with t_ms,position,sensor,x,y,z; acceleration in g in rows of sensor `acc`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from firmware_contracts.vocabulary import Placement
from hub.evaluation.recordings.trials import Trial, rate_of, usable
from hub.evaluation.report import Skipped

_NAME = re.compile(r"(?P<activity>(?P<kind>Fall|ADL)_[A-Za-z_]+?)_\d+_\d{4}-")
_PLACES = {
    "RIGHTPOCKET": Placement.POCKET,
    "LEFTPOCKET": Placement.POCKET,
    "WAIST": Placement.WAIST,
    "CHEST": Placement.CHEST,
    "WRIST": Placement.WRIST,
}
"""Of an ankle the contract knows nothing: left out."""


def read(folder: Path, skipped: list[Skipped]) -> Iterator[Trial]:
    """Every trial of every sensor below the folder."""
    for file in sorted(folder.rglob("*.csv")):
        named = _NAME.match(file.name)
        if named is None:
            continue
        by_place: dict[str, list[tuple[float, float, float, float]]] = {}
        broken = 0
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines()[1:]:
            cells = line.split(",")
            try:
                _, place, sensor = cells[:3]
                if sensor == "acc":
                    t_ms, x, y, z = (float(cells[index]) for index in (0, 3, 4, 5))
                    by_place.setdefault(place, []).append((t_ms / 1000, x, y, z))
            except (ValueError, IndexError):
                broken += bool(line.strip())
        subject = file.parent.name
        for place, found in by_place.items():
            where = f"{subject}/{file.stem} {place.lower()}"
            if place not in _PLACES:
                skipped.append(Skipped(where, "worn at a place that the contract does not know"))
                continue
            values = np.array(found)
            values = values[np.isfinite(values).all(axis=1)]
            trial = Trial(
                "umafall",
                subject,
                where,
                named["activity"],
                _PLACES[place],
                rate_of(values[:, 0]),
                values[:, 1:],
                fell=named["kind"] == "Fall",
            )
            yield from usable(trial, broken, where, skipped)
