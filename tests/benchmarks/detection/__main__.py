"""`make bench-detection`: how good the hub's judgement is, on recordings and on simulated months, and what it costs.

The recordings are those of the folder that CARE_DATA names (`../shared/data`, as archives or unpacked); without them only what
needs none is measured. Prints every table and writes build/detection.json. About five minutes.
"""

import os
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from hub.command_line.evaluate import judge
from hub.evaluation.figures import Figure, figure_line, write_figures
from hub.evaluation.report import Skipped, lines, table_lines
from tests.benchmarks.detection import falls, months
from tests.benchmarks.detection.costs import costs
from tests.benchmarks.detection.likeness import likeness
from tests.benchmarks.measurement import PROJECT

RESULT = PROJECT / "build" / "detection.json"
USUAL_DATA = PROJECT.parent / "shared" / "data"
BUTLERS, DAYS = 3, 44


def unpacked(data: Path, into: Path) -> Path:
    """The folder with the archives of it unpacked that hold recordings of people, and what was no archive beside them."""
    for archive in sorted(data.glob("*.tar.xz")):
        if archive.name.startswith("torture"):
            continue
        with tarfile.open(archive) as tar:
            tar.extractall(into, filter="data")
    for folder in data.iterdir():
        if folder.is_dir() and not (into / folder.name).exists():
            (into / folder.name).symlink_to(folder)
    return into


def on_recordings(data: Path, keep: "Keep") -> None:
    """Every table of `hub evaluate`, and falls with people and data sets apart."""
    for subject, where in (("news2", data / "news2"), ("vitals", data), ("homes", data)):
        report = judge(subject, where, None)
        keep.say(f"== {subject}")
        for table in report.tables:
            keep.lines(table_lines(table))
        keep.lines(report.notes)
        keep.figures(report.figures)
    skipped: list[Skipped] = []
    trials = falls.everything(data, skipped)
    keep.say("== falls")
    report = falls.report_on(trials, skipped)
    keep.lines(lines(report))
    keep.quietly(report.figures)
    keep.say("== simulated windows beside recorded ones")
    keep.figures(likeness(trials))


class Keep:
    """Prints as it comes and keeps the figures."""

    def __init__(self) -> None:
        self.found: list[Figure] = []

    def say(self, line: str) -> None:
        print(line, flush=True)

    def lines(self, some: Iterable[str]) -> None:
        for line in some:
            self.say(line)

    def quietly(self, some: Iterable[Figure]) -> None:
        self.found += some

    def figures(self, some: Iterable[Figure]) -> None:
        for figure in some:
            self.found.append(figure)
            self.say(figure_line(figure))


def main() -> int:
    began, keep = time.perf_counter(), Keep()
    data = Path(os.environ.get("CARE_DATA", USUAL_DATA))
    if data.is_dir():
        with tempfile.TemporaryDirectory(prefix="care-data-") as folder:
            on_recordings(unpacked(data, Path(folder)), keep)
    else:
        keep.say(f"no recordings at {data}: set CARE_DATA to the folder that holds them")
    keep.say("== simulated months")
    told = months.butlers(BUTLERS, DAYS)
    keep.lines(months.table(told))
    keep.figures(months.figures(told))
    keep.say("== cost")
    keep.figures(costs())
    write_figures(RESULT, keep.found)
    keep.say(f"{time.perf_counter() - began:.0f} s; written to {RESULT.relative_to(PROJECT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
