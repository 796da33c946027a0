"""Falls on people apart: each trial judged by a chart fitted without its wearer, and by one that never saw its data set.

`python -m tests.benchmarks.detection.falls FOLDER --write` fits the charts on everybody and writes `fall_charts.py` of the core.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware_contracts.vocabulary import Placement
from hub.core.detection.fall_window import Chart, Sign, evenly, signs
from hub.evaluation.falls import AIMS, AT_MOST, READERS, Judged, add_tables, judged, suspicions
from hub.evaluation.recordings.trials import Trial
from hub.evaluation.report import Report, Skipped, lines
from tests.benchmarks.detection.fitting import ORDER, Fit, Flags, Values, fit
from tests.benchmarks.measurement import PROJECT

CHARTS = PROJECT / "hub" / "core" / "detection" / "fall_charts.py"
FOLDS = 6
_NEVER_SEEN = (0.90, 0.05)


@dataclass(frozen=True, slots=True)
class Family:
    """Placements that share a chart: which signs it asks for, how much each source counts (1 where nothing is said), how much
    large weights are held back, and from which score (logits) on it is a fall."""

    placements: tuple[Placement, ...]
    signs: tuple[Sign, ...]
    counts: Mapping[str, float]
    smoothing: float
    threshold: float


FAMILIES = {
    "TRUNK": Family(
        (Placement.WAIST, Placement.CHEST, Placement.NECK),
        (Sign.IMPACT, Sign.STOP, Sign.TURN, Sign.SWING, Sign.UNSTEADY, Sign.ALONE, Sign.QUIET),
        {"imu": 0.1, "stairs": 0.3},
        0.0005,
        1.1,
    ),
    "WRIST": Family(
        (Placement.WRIST,),
        (
            Sign.IMPACT,
            Sign.STOP,
            Sign.JOLT,
            Sign.TURN,
            Sign.TURN_KEPT,
            Sign.REPEATS,
            Sign.QUIET,
            Sign.BUSY,
        ),
        # Its watches lost much of their data: a trial labelled a fall often holds none.
        {"smartfallmm": 0.1},
        0.002,
        1.25,
    ),
    "POCKET": Family(
        (Placement.POCKET,),
        (Sign.IMPACT, Sign.STOP, Sign.TURN, Sign.SWING, Sign.UNSTEADY, Sign.ALONE, Sign.QUIET),
        {},
        0.002,
        0.75,
    ),
}


@dataclass(frozen=True, slots=True)
class Windows:
    """Every suspected window: which trial it is of, and its signs (columns as in `ORDER`), the strongest of a trial first."""

    of: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    values: Values


def windows(trials: Sequence[Trial]) -> Windows:
    """What devices would ask about in these trials."""
    of: list[int] = []
    values: list[list[float]] = []
    for number, trial in enumerate(trials):
        even = evenly(trial.samples, trial.rate_hz, trial.placement)
        for index in suspicions(even)[:AT_MOST]:
            found = signs(even, index)
            of.append(number)
            values.append([found[sign] for sign in ORDER])
    return Windows(np.array(of, dtype=np.int64), np.array(values).reshape(-1, len(ORDER)))


def fitted(trials: Sequence[Trial], seen: Windows, family: Family, use: Flags) -> Fit:
    """A fit to the trials that `use` marks. Which window of a fall is the fall nobody says: at first the strongest, then the
    one that looks most like a fall."""
    fell = np.array([trial.fell for trial in trials])
    source = np.array([trial.source for trial in trials])
    mine = use[seen.of]
    likely = -np.arange(len(seen.of), dtype=np.float64)
    best = _best(seen, mine & fell[seen.of], likely)
    for _ in range(3):
        chosen = mine & (~fell[seen.of] | best)
        weight = np.zeros(len(seen.of))
        for name in sorted(set(source[use])):
            for kind in (False, True):
                part = chosen & (source[seen.of] == name) & (best == kind)
                if part.any():
                    weight[part] = family.counts.get(str(name), 1.0) / part.sum()
        found = fit(seen.values[chosen], best[chosen], weight[chosen], family.signs, family.smoothing)
        best = _best(seen, mine & fell[seen.of], found.score(seen.values))
    return found


def _best(seen: Windows, among: Flags, score: Values) -> Flags:
    """The window of the highest score of each trial."""
    best = np.zeros(len(seen.of), dtype=bool)
    taken: set[int] = set()
    for index in np.argsort(-score, kind="stable"):
        trial = int(seen.of[index])
        if among[index] and trial not in taken:
            taken.add(trial)
            best[index] = True
    return best


def people_apart(trials: Sequence[Trial]) -> Iterator[Judged]:
    """Each trial judged by a chart of its placement, fitted on other people."""
    for _, own, seen, family in _families(trials):
        people = sorted({(trial.source, trial.subject) for trial in own})
        fold = {person: number % FOLDS for number, person in enumerate(people)}
        of = np.array([fold[trial.source, trial.subject] for trial in own])
        for number in range(FOLDS):
            yield from _by(fitted(own, seen, family, of != number), own, family, of == number)


def sources_apart(trials: Sequence[Trial]) -> Iterator[Judged]:
    """Each trial judged by a chart that was fitted on other data sets alone, where there are any of its placement."""
    for _, own, seen, family in _families(trials):
        source = np.array([trial.source for trial in own])
        for name in sorted(set(source)):
            others = source != name
            if any(trial.fell for trial, other in zip(own, others, strict=True) if other):
                yield from _by(fitted(own, seen, family, others), own, family, ~others)


def _families(trials: Sequence[Trial]) -> Iterator[tuple[str, Sequence[Trial], Windows, Family]]:
    for name, family in FAMILIES.items():
        own = [trial for trial in trials if trial.placement in family.placements]
        if own:
            yield name, own, windows(own), family


def _by(found: Fit, trials: Sequence[Trial], family: Family, use: Flags) -> Iterator[Judged]:
    charts = dict.fromkeys(family.placements, found.chart(family.threshold))
    for trial, wanted in zip(trials, use, strict=True):
        if wanted:
            yield judged(trial, charts)


def charts_of(trials: Sequence[Trial]) -> Mapping[str, Chart]:
    """The charts to ship: fitted on everybody."""
    return {
        name: fitted(own, seen, family, np.ones(len(own), dtype=bool)).chart(family.threshold)
        for name, own, seen, family in _families(trials)
    }


def source_text(charts: Mapping[str, Chart]) -> str:
    """The module `fall_charts`."""
    parts = [_HEAD]
    for name, chart in charts.items():
        parts.append(f"{name}: Chart = {{\n")
        for sign, scale in chart.items():
            last = ", logarithm=True" if scale.logarithm else ""
            parts.append(f"    Sign.{sign.name}: Scale({scale.values}, {scale.points}{last}),\n")
        parts.append("}\n")
    parts.append("\nCHARTS: Mapping[Placement, Chart] = {\n")
    for name in charts:
        parts += [f"    Placement.{place.name}: {name},\n" for place in FAMILIES[name].placements]
    parts.append("}\n")
    return "".join(parts)


_HEAD = '''"""The charts of points for falls, one for each family of places: written by `tests.benchmarks.detection.falls`.

Fitted to SisFall, UMAFall and SmartFallMM (waist), WEDA-FALL, UMAFall and SmartFallMM (wrist), UMAFall (pocket): their falls were
acted, most of them by the young. Nobody recorded falls with a pendant: the neck takes the chart of the trunk.
"""

from collections.abc import Mapping

from firmware_contracts.vocabulary import Placement
from hub.core.detection.fall_window import Chart, Scale, Sign

'''


def everything(folder: Path, skipped: list[Skipped]) -> list[Trial]:
    """Every trial of every format below the folder."""
    return [trial for read in READERS.values() for trial in read(folder, skipped)]


def report_on(trials: Sequence[Trial], skipped: list[Skipped]) -> Report:
    """The two tables, people apart and data sets apart."""
    report = Report(skipped=skipped)
    add_tables(
        report,
        people_apart(trials),
        lambda placement: AIMS.get(placement, _NEVER_SEEN),
        "Falls, people apart: each judged by a chart fitted without its wearer",
    )
    add_tables(
        report,
        sources_apart(trials),
        lambda placement: _NEVER_SEEN,
        "Falls, data sets apart: each judged by a chart that never saw its data set",
        "falls_unseen",
    )
    return report


def main(say: Callable[[str], None] = print) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the unpacked recordings")
    parser.add_argument("--write", action="store_true", help="fit the charts on everybody and write them")
    args = parser.parse_args()
    skipped: list[Skipped] = []
    trials = everything(args.folder, skipped)
    if args.write:
        CHARTS.write_text(source_text(charts_of(trials)), encoding="utf-8")
        say(f"written: {CHARTS.relative_to(PROJECT)}")
    for line in lines(report_on(trials, skipped)):
        say(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
