"""SisFall (Sucerquia 2017): a waist sensor at 200 Hz; falls F01-F15, daily life D01-D19; subjects SA (adults), SE (elders).

`<subject>/<code>_<subject>_R<nn>.csv` with a header ax,ay,az,gx,gy,gz in raw bits, or the original `.txt` without a header,
whose lines end in a semicolon. The first three columns are the ADXL345 of 13 bits and +-16 g.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from firmware_contracts.vocabulary import Placement
from hub.evaluation.recordings.trials import Trial, rows, usable
from hub.evaluation.report import Skipped

_NAME = re.compile(r"(?P<code>[DF]\d\d)_(?P<subject>S[AE]\d\d)_R\d\d\.(csv|txt)$")
_G_PER_BIT = 32 / 8192
_RATE_HZ = 200.0


def read(folder: Path, skipped: list[Skipped]) -> Iterator[Trial]:
    """Every trial below the folder."""
    for file in sorted(folder.rglob("*")):
        named = _NAME.match(file.name)
        if named is None:
            continue
        values, broken = rows(file, (0, 1, 2), header=0 if file.suffix == ".txt" else 1)
        code, subject = named["code"], named["subject"]
        trial = Trial(
            "sisfall",
            subject,
            file.stem,
            code,
            Placement.WAIST,
            _RATE_HZ,
            values * _G_PER_BIT,
            fell=code.startswith("F"),
            elder=subject.startswith("SE"),
        )
        yield from usable(trial, broken, file.name, skipped)
