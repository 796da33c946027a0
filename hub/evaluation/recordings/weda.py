"""WEDA-FALL (Marques 2023): a wrist watch of nominally 50 Hz with stamps in bursts, cut at 4 g; elders (U21 up) do not fall.

`<subject>/<code>_R<nn>_accel.csv`: seconds and three axes in m/s2, or one folder for each activity with
`<subject>_R<nn>_accel.csv` as published.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from firmware_contracts.vocabulary import Placement
from hub.evaluation.recordings.trials import GRAVITY, Trial, rate_of, rows, usable
from hub.evaluation.report import Skipped

_BY_SUBJECT = re.compile(r"(?P<code>[DF]\d\d)_R\d\d_accel\.csv$")
_BY_ACTIVITY = re.compile(r"(?P<subject>U\d\d)_R\d\d_accel\.csv$")
_FIRST_ELDER = 21


def read(folder: Path, skipped: list[Skipped]) -> Iterator[Trial]:
    """Every trial below the folder."""
    for file in sorted(folder.rglob("*_accel.csv")):
        beside = file.parent.name
        if named := _BY_SUBJECT.match(file.name):
            code, subject = named["code"], beside
        elif named := _BY_ACTIVITY.match(file.name):
            code, subject = beside, named["subject"]
        else:
            continue
        values, broken = rows(file, (0, 1, 2, 3))
        trial = Trial(
            "weda",
            subject,
            f"{subject}/{file.stem}",
            code,
            Placement.WRIST,
            rate_of(values[:, 0]),
            values[:, 1:] / GRAVITY,
            fell=code.startswith("F"),
            elder=subject[1:].isdigit() and int(subject[1:]) >= _FIRST_ELDER,
        )
        yield from usable(trial, broken, trial.name, skipped)
