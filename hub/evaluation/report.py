"""What an evaluation comes to: tables for people, figures for programs, and what was left out and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from hub.evaluation.figures import Figure, figure_line


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, line or reading that was not judged, and why. `what` says where it is, `why` is the same for all of a kind."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` as text, each as long as `headings`."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(slots=True)
class Report:
    """`notes` are whole sentences for who reads the tables; `picture` is one in SVG."""

    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    picture: str | None = None


_EXAMPLES = 3


def lines(report: Report) -> Iterator[str]:
    """The report as a person reads it on a terminal."""
    for table in report.tables:
        yield from table_lines(table)
        yield ""
    yield from report.notes
    if report.figures:
        yield ""
    for figure in report.figures:
        yield figure_line(figure)
    reasons = Counter(skipped.why for skipped in report.skipped)
    if reasons:
        yield ""
        yield f"{len(report.skipped)} skipped:"
    for why, times in reasons.most_common():
        examples = [skipped.what for skipped in report.skipped if skipped.why == why][:_EXAMPLES]
        more = " ..." if times > _EXAMPLES else ""
        yield f"  {times:>6}  {why}: {', '.join(examples)}{more}"


def table_lines(table: Table) -> Iterator[str]:
    """The table in columns; the first one to the left, the others to the right."""
    columns = [[str(heading)] for heading in table.headings]
    for row in table.rows:
        for column, cell in zip(columns, row, strict=True):
            column.append(cell)
    widths = [max(len(cell) for cell in column) for column in columns]
    yield table.title
    for row in (table.headings, *table.rows):
        yield "  " + "  ".join(_aligned(row, widths))


def _aligned(row: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    for index, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.rjust(width) if index else cell.ljust(width)
