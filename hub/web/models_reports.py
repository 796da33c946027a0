"""What the API tells of a report: the figures as `hub/reports/figures` defines them."""

from datetime import date

from pydantic import AwareDatetime

from hub.core.alerts import AlertKind, Severity, WhatItWas, WhatWasDone
from hub.reports.figures import Figures, Report, RequestCounts, Response
from hub.reports.outcomes import OutcomeClass
from hub.web.models import Out
from hub.web.report_names import ReportNames


class ResponseOut(Out):
    """How fast calls were answered; times in seconds, None where the rank falls on a call that nobody answered."""

    calls: int
    waiting: int
    within_60: int
    within_180: int
    answered: int
    median_s: float | None
    p95_s: float | None

    @classmethod
    def of(cls, response: Response) -> "ResponseOut":
        return cls(
            calls=response.calls,
            waiting=response.waiting,
            within_60=response.within_60,
            within_180=response.within_180,
            answered=response.answered,
            median_s=None if response.median is None else response.median.total_seconds(),
            p95_s=None if response.p95 is None else response.p95.total_seconds(),
        )


class KindCount(Out):
    kind: AlertKind
    severity: Severity
    count: int


class RequestCountsOut(Out):
    opened: int
    done: int
    cancelled: int
    overdue: int

    @classmethod
    def of(cls, counts: RequestCounts) -> "RequestCountsOut":
        return cls(opened=counts.opened, done=counts.done, cancelled=counts.cancelled, overdue=counts.overdue)


class FiguresOut(Out):
    """Of everything, a centre or a butler (`id` None: nobody's)."""

    id: str | None = None
    name: str | None = None
    opened: list[KindCount]
    response: ResponseOut
    late: ResponseOut
    by_own_butler: int
    lapsed: int
    closed: int
    by_itself: int
    what_it_was: dict[WhatItWas, int]
    what_was_done: dict[WhatWasDone, int]
    classes: dict[OutcomeClass, int]
    mistakes: int
    visits: int
    visits_on_time: int
    visits_unrecorded: int
    still_open: dict[Severity, int]
    oldest_open_at: AwareDatetime | None
    requests: RequestCountsOut
    tasks: RequestCountsOut
    homes_not_yet_open: int
    homes_silent: int

    @classmethod
    def of(cls, figures: Figures, key: str | None = None, name: str | None = None) -> "FiguresOut":
        return cls(
            id=key,
            name=name,
            opened=[
                KindCount(kind=kind, severity=severity, count=count)
                for (kind, severity), count in sorted(figures.opened.items())
            ],
            response=ResponseOut.of(figures.response),
            late=ResponseOut.of(figures.late),
            by_own_butler=figures.by_own_butler,
            lapsed=figures.lapsed,
            closed=figures.closed,
            by_itself=figures.by_itself,
            what_it_was=dict(figures.what_it_was),
            what_was_done=dict(figures.what_was_done),
            classes=dict(figures.classes),
            mistakes=figures.mistakes,
            visits=figures.visits.made,
            visits_on_time=figures.visits.on_time,
            visits_unrecorded=figures.visits.unrecorded,
            still_open=dict(figures.still_open),
            oldest_open_at=figures.oldest_open_at,
            requests=RequestCountsOut.of(figures.requests),
            tasks=RequestCountsOut.of(figures.tasks),
            homes_not_yet_open=figures.not_yet_open,
            homes_silent=figures.silent,
        )


class AnswererOut(Out):
    id: str | None
    name: str
    response: ResponseOut


class ReportOut(Out):
    """The report of some local days. `final`: nothing in it changes any more. `kept_from_at`: what was closed before it is not
    kept, so that the figures of days before it are not complete."""

    first: date
    last: date
    known_at: AwareDatetime
    final: bool
    kept_from_at: AwareDatetime | None
    on_site_within_s: float
    total: FiguresOut
    centres: list[FiguresOut]
    butlers: list[FiguresOut]
    answerers: list[AnswererOut]

    @classmethod
    def of(cls, report: Report, names: ReportNames) -> "ReportOut":
        return cls(
            first=report.period.first,
            last=report.period.last,
            known_at=report.known_at,
            final=report.final,
            kept_from_at=report.kept_from_at,
            on_site_within_s=report.on_site_within.total_seconds(),
            total=FiguresOut.of(report.total),
            centres=[FiguresOut.of(one, key, names.centre(key)) for key, one in report.centres.items()],
            butlers=[
                FiguresOut.of(one, names.person_id(key), names.butler(key))
                for key, one in report.butlers.items()
            ],
            answerers=[
                AnswererOut(id=names.person_id(key), name=names.person(key), response=ResponseOut.of(one))
                for key, one in report.answerers.items()
            ],
        )
