"""What a report's tables hold, column by column: pages, workbooks and the API show the same figures under the same words.

A word's key stands for the words themselves, which `hub/web/words/reports` has in Chinese and English.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from hub.core.alerts import AlertKind, Severity, WhatItWas, WhatWasDone
from hub.directory.in_order import in_order
from hub.reports.figures import Figures, Report, Response
from hub.reports.outcomes import CLASS_OF, OutcomeClass


class Ratio(NamedTuple):
    """So many of so many; nothing measured (`whole` 0) is neither good nor bad."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        return 100 * self.part / self.whole if self.whole else None


class Took(NamedTuple):
    """How long an answer took. None: nobody answered; where there were no calls, there is no `Took`."""

    time: timedelta | None


Value = int | Ratio | Took | datetime | None


class Shape(Enum):
    """What the values of a column are, also where one is missing."""

    NUMBER = "number"
    RATIO = "ratio"
    TIME = "time"
    INSTANT = "instant"


class Column(NamedTuple):
    """A figure of one group. `word` is its key."""

    word: str
    value: Callable[[Figures], Value]
    shape: Shape = Shape.NUMBER


def within_60(response: Response) -> Ratio:
    return Ratio(response.within_60, response.calls)


def within_180(response: Response) -> Ratio:
    return Ratio(response.within_180, response.calls)


def median(response: Response) -> Took | None:
    return Took(response.median) if response.calls else None


def p95(response: Response) -> Took | None:
    return Took(response.p95) if response.calls else None


def _of_class(one: OutcomeClass) -> Column:
    return Column(f"outcome_class.{one.value}", lambda figures: figures.classes.get(one, 0))


ANSWERS = (
    Column("report.opened", lambda figures: figures.opened_in_all),
    Column("report.emergencies", lambda figures: figures.emergencies),
    Column("report.within_60", lambda figures: within_60(figures.response), Shape.RATIO),
    Column("report.within_180", lambda figures: within_180(figures.response), Shape.RATIO),
    Column("report.median", lambda figures: median(figures.response), Shape.TIME),
    Column("report.p95", lambda figures: p95(figures.response), Shape.TIME),
    Column("report.by_own_butler", lambda figures: figures.by_own_butler),
    Column("report.on_site", lambda figures: Ratio(figures.visits.on_time, figures.visits.made), Shape.RATIO),
)
"""How fast: of the alerts that began in the period; on site of those closed in it."""

RESULTS = (
    Column("report.closed", lambda figures: figures.closed),
    *(_of_class(one) for one in OutcomeClass),
    Column("report.mistakes", lambda figures: figures.mistakes),
    Column("report.still_open", lambda figures: figures.open_in_all),
    Column("report.requests_opened", lambda figures: figures.requests.opened),
    Column("report.requests_done", lambda figures: figures.requests.done),
    Column("report.requests_overdue", lambda figures: figures.requests.overdue),
    Column("report.unprotected", lambda figures: figures.unprotected),
)
"""What came of it, and what is left."""


class Section(NamedTuple):
    """A part of the summary: the key of its heading, and its lines."""

    word: str
    lines: tuple[Column, ...]


SUMMARY = (
    Section(
        "report.section_answers",
        (
            Column("report.opened", lambda figures: figures.opened_in_all),
            Column("report.emergencies", lambda figures: figures.emergencies),
            Column("report.within_60", lambda figures: within_60(figures.response), Shape.RATIO),
            Column("report.within_180", lambda figures: within_180(figures.response), Shape.RATIO),
            Column("report.median", lambda figures: median(figures.response), Shape.TIME),
            Column("report.p95", lambda figures: p95(figures.response), Shape.TIME),
            Column("report.unanswered", lambda figures: figures.response.calls - figures.response.answered),
            Column("report.waiting", lambda figures: figures.response.waiting),
            Column("report.lapsed", lambda figures: figures.lapsed),
            Column("report.by_own_butler", lambda figures: figures.by_own_butler),
            Column("report.late", lambda figures: figures.late.calls + figures.late.waiting),
            Column("report.late_within_60", lambda figures: within_60(figures.late), Shape.RATIO),
            Column("report.late_within_180", lambda figures: within_180(figures.late), Shape.RATIO),
        ),
    ),
    Section(
        "report.section_visits",
        (
            Column("report.visits", lambda figures: figures.visits.made),
            Column(
                "report.on_site",
                lambda figures: Ratio(figures.visits.on_time, figures.visits.made),
                Shape.RATIO,
            ),
            Column("report.unrecorded", lambda figures: figures.visits.unrecorded),
        ),
    ),
    Section(
        "report.section_outcomes",
        (
            Column("report.closed", lambda figures: figures.closed),
            *(_of_class(one) for one in OutcomeClass),
            Column("report.mistakes", lambda figures: figures.mistakes),
            Column("report.by_itself", lambda figures: figures.by_itself),
        ),
    ),
    Section(
        "report.section_requests",
        (
            Column("report.requests_opened", lambda figures: figures.requests.opened),
            Column("report.requests_done", lambda figures: figures.requests.done),
            Column("report.requests_cancelled", lambda figures: figures.requests.cancelled),
            Column("report.requests_overdue", lambda figures: figures.requests.overdue),
            Column("report.tasks_opened", lambda figures: figures.tasks.opened),
            Column("report.tasks_done", lambda figures: figures.tasks.done),
            Column("report.tasks_overdue", lambda figures: figures.tasks.overdue),
        ),
    ),
    Section(
        "report.section_left",
        (
            Column("report.still_open", lambda figures: figures.open_in_all),
            Column("report.emergencies_open", lambda figures: figures.still_open.get(Severity.EMERGENCY, 0)),
            Column("report.oldest_open", lambda figures: figures.oldest_open_at, Shape.INSTANT),
            Column("report.not_yet_open", lambda figures: figures.not_yet_open),
            Column("report.silent", lambda figures: figures.silent),
        ),
    ),
)


class KindRow(NamedTuple):
    """Alerts of a kind that began in the period, by severity in the order of `Severity`."""

    kind: AlertKind
    by_severity: tuple[int, ...]
    total: int


def kinds(figures: Figures) -> list[KindRow]:
    """A row for each kind that there was."""
    return [
        KindRow(
            kind,
            tuple(figures.opened.get((kind, severity), 0) for severity in Severity),
            figures.opened_of(kind),
        )
        for kind in AlertKind
        if figures.opened_of(kind)
    ]


class OutcomeRow(NamedTuple):
    what: WhatItWas
    counts_as: OutcomeClass
    number: int


def outcomes(figures: Figures) -> list[OutcomeRow]:
    """What the closed alerts were, in the order of the list; only what there was."""
    return [
        OutcomeRow(what, CLASS_OF[what], figures.what_it_was[what])
        for what in WhatItWas
        if figures.what_it_was.get(what)
    ]


def measures(figures: Figures) -> list[tuple[WhatWasDone, int]]:
    return [(done, figures.what_was_done[done]) for done in WhatWasDone if figures.what_was_done.get(done)]


def answerers(report: Report) -> Iterator[tuple[str | None, Response]]:
    """Who answered first, the busiest first."""
    yield from sorted(report.answerers.items(), key=lambda item: (-item[1].answered, item[0] or ""))


def ordered(
    groups: Mapping[str | None, Figures], name: Callable[[str | None], str]
) -> list[tuple[str, Figures]]:
    """Groups by name; what belongs to nobody comes last."""
    found = sorted(groups.items(), key=lambda item: (item[0] is None, in_order(name(item[0])), item[0] or ""))
    return [(name(key), figures) for key, figures in found]


DEFINITIONS = (
    *("report.define_answers", "report.define_times", "report.define_visits"),
    *("report.define_outcomes", "report.define_left"),
)
"""How each figure is defined, in words: below the page and in the workbook."""
