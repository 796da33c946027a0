"""Falls: recorded trials, judged with the shipped charts, beside the naive rule of one threshold."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware_contracts.vocabulary import Placement
from hub.core.detection.fall_charts import CHARTS
from hub.core.detection.fall_window import (
    AFTER_S,
    BEFORE_S,
    LIMIT,
    RATE_HZ,
    Chart,
    Samples,
    evenly,
    judge,
)
from hub.evaluation.figures import Figure
from hub.evaluation.recordings import imu, sisfall, smartfallmm, stairs, umafall, weda
from hub.evaluation.recordings.trials import Reader, Trial
from hub.evaluation.report import Report, Table

READERS: Mapping[str, Reader] = {
    "sisfall": sisfall.read,
    "weda": weda.read,
    "umafall": umafall.read,
    "smartfallmm": smartfallmm.read,
    "imu": imu.read,
    "stairs": stairs.read,
}
FORMATS = tuple(READERS)

SUSPICION_G = 1.5
"""A device asks the hub from this magnitude on (at 50 Hz), as the contract says."""
APART_S = 0.8
"""Of peaks nearer than this it sends the strongest."""
AT_MOST = 8
"""So many windows of one trial are looked at, the strongest first."""
NAIVE_G = 2.5
"""The rule to beat: a fall is a sample beyond this."""

AIMS = {Placement.WAIST: (0.98, 0.02), Placement.CHEST: (0.98, 0.02), Placement.WRIST: (0.95, 0.05)}
_UNSEEN = (0.90, 0.05)


@dataclass(frozen=True, slots=True)
class Judged:
    """A trial with the points of its most suspicious window (0 where nothing was suspected), what the naive rule says, and how
    many windows the device would have sent. `falls`: how many separate windows were judged falls."""

    trial: Trial
    points: float
    naive: bool
    windows: int
    falls: int

    @property
    def found(self) -> bool:
        return self.points >= LIMIT


def suspicions(even: Samples) -> Sequence[int]:
    """Where a device would ask: peaks from `SUSPICION_G` on, the strongest first, none nearer to a stronger than `APART_S`."""
    strength = np.linalg.norm(even, axis=1)
    taken: list[int] = []
    for index in np.argsort(-strength, kind="stable"):
        if strength[index] < SUSPICION_G:
            break
        if all(abs(index - other) > APART_S * RATE_HZ for other in taken):
            taken.append(int(index))
    return taken


def judged(trial: Trial, charts: Mapping[Placement, Chart] = CHARTS) -> Judged:
    """One trial as a device and the hub would take it: each suspicion a window of its own, none of which knows of the others."""
    even = evenly(trial.samples, trial.rate_hz, trial.placement)
    found = suspicions(even)
    points = [_points(trial, index, charts) for index in found[:AT_MOST]]
    return Judged(
        trial,
        max(points, default=0.0),
        bool(np.linalg.norm(trial.samples, axis=1).max() >= NAIVE_G),
        len(found),
        sum(one >= LIMIT for one in points),
    )


def _points(trial: Trial, index: int, charts: Mapping[Placement, Chart]) -> float:
    at = round(index / RATE_HZ * trial.rate_hz)
    first = max(0, at - round((BEFORE_S + 0.1) * trial.rate_hz))
    window = trial.samples[first : at + round((AFTER_S + 0.1) * trial.rate_hz) + 1]
    chart = charts[trial.placement]
    return judge(window, trial.rate_hz, trial.placement, chart, min(at - first, len(window) - 1)).total


def evaluate(path: Path, format_: str | None) -> Report:
    """Every trial at `path`, read as `format_` or as each format that finds something there."""
    report = Report()
    trials: list[Judged] = []
    for name in [format_] if format_ else FORMATS:
        trials += [judged(trial) for trial in READERS[name](path, report.skipped)]
    if trials:
        add_tables(report, trials, lambda placement: AIMS.get(placement, _UNSEEN))
    return report


def add_tables(
    report: Report,
    trials: Iterable[Judged],
    aim: Callable[[Placement], tuple[float, float]],
    title: str = "Falls found and false, of trials; beside the naive rule (a sample of 2.5 g or more)",
    prefix: str = "falls",
) -> None:
    """One row for each source and placement, and the figures of it."""
    groups: dict[tuple[str, Placement], list[Judged]] = {}
    for one in trials:
        groups.setdefault((one.trial.source, one.trial.placement), []).append(one)
    rows = []
    for (source, placement), group in sorted(groups.items()):
        falls = [one for one in group if one.trial.fell]
        daily = [one for one in group if not one.trial.fell]
        elders = [one for one in daily if one.trial.elder]
        hours = sum(one.trial.seconds for one in daily) / 3600
        name = f"{prefix}_{source}_{placement.value}"
        least, most = aim(placement)
        if falls:
            report.figures.append(
                Figure(f"{name}_sensitivity", _share(falls), f"of {len(falls)} falls", least, at_least=True)
            )
        if daily:
            report.figures.append(
                Figure(f"{name}_false", _share(daily), f"of {len(daily)} daily-life trials", most)
            )
            per_hour = sum(one.falls for one in daily) / hours
            report.figures.append(
                Figure(f"{name}_false_per_hour", per_hour, f"false an hour, {hours:.1f} h of daily life")
            )
        if elders:
            report.figures.append(
                Figure(f"{name}_false_elders", _share(elders), f"of {len(elders)} elders' trials", most)
            )
        rows.append(
            (
                f"{source} {placement.value}",
                str(len({one.trial.subject for one in group})),
                _percent(falls),
                _percent(daily),
                _percent(elders),
                f"{sum(one.falls for one in daily) / hours:.2f}" if daily else "-",
                f"{sum(one.windows for one in daily) / hours:.0f}" if daily else "-",
                _naive(falls),
                _naive(daily),
                _naive(elders),
            )
        )
    headings = (
        "source, worn at",
        "people",
        "found",
        "false",
        "of elders",
        "false/h",
        "asked/h",
        "naive found",
        "naive false",
        "of elders",
    )
    report.tables.append(Table(title, headings, rows))


def _share(group: Sequence[Judged]) -> float:
    return sum(one.found for one in group) / len(group)


def _percent(group: Sequence[Judged]) -> str:
    return f"{sum(one.found for one in group)}/{len(group)} = {_share(group):.3f}" if group else "-"


def _naive(group: Sequence[Judged]) -> str:
    return f"{sum(one.naive for one in group) / len(group):.3f}" if group else "-"
