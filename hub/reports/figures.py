"""The figures of a report and how each is defined. Every figure rests on facts that never change once the day is over.

Three bases, so that no alert is lost or counted twice over the days: how fast it was answered counts on the day it opened; what
it was, what was done and who went there on the day it was closed; what is left is what stood open at the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hub.core.alerts import AlertKind, Severity, WhatItWas, WhatWasDone
from hub.reports.outcomes import MISTAKES, OutcomeClass
from hub.reports.period import Period
from hub.store.report_rows import AlertFacts

WITHIN_S = (60, 180)
"""The two limits of an answer: 97.5 % within 60 s, 99 % within 180 s (UK TSA code of practice)."""


@dataclass(frozen=True, slots=True)
class Response:
    """How fast a number of calls were answered: from the instant the hub heard a call until a named person took it, set out,
    arrived or closed it, by hub time. A limit is kept when the answer came at the limit or before.

    `calls`: those that were answered, or have waited for more than 180 s; `waiting`: those that have not, which are in no other
    figure here (only while the day lasts). `answered`: at all, until three minutes after the end of the day at which they were
    opened. `median` and `p95` by the nearest rank over all `calls`, where one without an answer took longer than any other:
    None when the rank falls on such a one, or when there were no calls.
    """

    calls: int = 0
    waiting: int = 0
    within_60: int = 0
    within_180: int = 0
    answered: int = 0
    median: timedelta | None = None
    p95: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Visits:
    """Emergencies closed in the period to which somebody went: an arrival was recorded, or the outcome says that it was settled
    on site, that nobody opened, or that the door was forced.

    `on_time`: the arrival was recorded at most the contract's minutes after the call was heard. `unrecorded`: no arrival was
    recorded, so nobody knows; counted as not on time.
    """

    made: int = 0
    on_time: int = 0
    unrecorded: int = 0


@dataclass(frozen=True, slots=True)
class RequestCounts:
    """`opened`, `done` and `cancelled` in the period; `overdue`: due before its end (or now), and not ended by then."""

    opened: int = 0
    done: int = 0
    cancelled: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of everything, of a centre or of a butler.

    `opened`: alerts that began in the period, by kind and by the severity they began with.
    `response`: of the emergencies among them (by the severity they began with; tests, mistakes and calls raised by hand
    included). `late`: of those among these that had happened well before the hub heard them (a link was cut), measured from
    when it heard them. `by_own_butler`: emergencies whose first answer came from the home's own butler.
    `lapsed`: emergencies that somebody took and did not go on with, so that they waited for an answer again.
    `closed`: alerts that ended in the period, whenever they began, `by_itself` of them without a person (a device spoke again).
    `what_it_was`, `what_was_done`, `classes`: of the others, of every severity.
    `visits`: see there. `still_open`: alerts that were open at its end (or now), by the severity they began with;
    `oldest_open_at`: when the longest open of them began.
    `requests`: what elders asked for. `tasks`: what the hub asked of a butler, after presses by mistake again and again.
    `not_yet_open`: homes where at its end nobody had answered a test press yet; `silent`: other homes of which
    every device that a hand can press had not been heard for too long.
    """

    opened: Mapping[tuple[AlertKind, Severity], int] = field(default_factory=dict)
    response: Response = Response()
    late: Response = Response()
    by_own_butler: int = 0
    lapsed: int = 0
    closed: int = 0
    by_itself: int = 0
    what_it_was: Mapping[WhatItWas, int] = field(default_factory=dict)
    what_was_done: Mapping[WhatWasDone, int] = field(default_factory=dict)
    classes: Mapping[OutcomeClass, int] = field(default_factory=dict)
    visits: Visits = Visits()
    still_open: Mapping[Severity, int] = field(default_factory=dict)
    oldest_open_at: datetime | None = None
    requests: RequestCounts = RequestCounts()
    tasks: RequestCounts = RequestCounts()
    not_yet_open: int = 0
    silent: int = 0

    @property
    def opened_in_all(self) -> int:
        return sum(self.opened.values())

    def opened_as(self, severity: Severity) -> int:
        return sum(count for (_, began_as), count in self.opened.items() if began_as is severity)

    def opened_of(self, kind: AlertKind) -> int:
        return sum(count for (of, _), count in self.opened.items() if of is kind)

    @property
    def emergencies(self) -> int:
        return self.opened_as(Severity.EMERGENCY)

    @property
    def mistakes(self) -> int:
        """Closed as pressed by mistake, by the elder or by a visitor."""
        return sum(self.what_it_was.get(one, 0) for one in MISTAKES)

    @property
    def open_in_all(self) -> int:
        return sum(self.still_open.values())

    @property
    def unprotected(self) -> int:
        return self.not_yet_open + self.silent


@dataclass(frozen=True, slots=True)
class Stretch:
    """One bar: an hour of a single day (`hour`, local; on a day of changed clocks an hour may be told twice), or a day of
    several. `opened`: alerts of every severity; `emergencies`: among them."""

    day: date
    hour: int | None
    opened: int
    emergencies: int
    response: Response


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a period. It names ids only; whoever shows it joins the names, or does not.

    `final`: nothing in it changes any more. `known_at`: until when it counts (the end, or now). `centres` and `butlers`: whose
    home it was when the alert or request began (on the dates of a cover, the cover's); None: nobody's. Their figures add up
    to `total`. `answerers`: who gave the first answer to the emergencies of the period, whoever's homes they were (None: an
    alert of an older release does not tell). `alerts`: what was opened or closed in the period, oldest first, without what
    became known after it. `kept_from_at`: what was closed before this instant is not kept (any more); None: nothing is.
    """

    period: Period
    known_at: datetime
    final: bool
    on_site_within: timedelta
    total: Figures
    centres: Mapping[str | None, Figures]
    butlers: Mapping[str | None, Figures]
    answerers: Mapping[str | None, Response]
    stretches: tuple[Stretch, ...]
    alerts: tuple[AlertFacts, ...]
    kept_from_at: datetime | None

    @property
    def complete(self) -> bool:
        """Whether everything of the period is kept."""
        return self.kept_from_at is not None and self.kept_from_at <= self.period.from_at


def percent(part: int, whole: int) -> float | None:
    """None when there was nothing to measure: never a hundred."""
    return None if whole == 0 else 100 * part / whole
