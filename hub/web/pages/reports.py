"""The report page: a day, a week, a month; on a screen, on a phone, on paper."""

from calendar import monthrange
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from hub.core.alerts import Severity
from hub.reports import tables
from hub.reports.figures import Report, Stretch
from hub.reports.outcomes import CLASS_OF
from hub.reports.period import Period
from hub.reports.tables import Column, Ratio, Took, Value
from hub.reports.wording import Say, duration, how_long, percentage
from hub.web.access import Permission
from hub.web.api_reports import ViewReports, WrongDays, period_of, remarks_of, report_for, title_of, today
from hub.web.pages.rendering import pages_of
from hub.web.parts import Parts, PartsDep
from hub.web.report_names import names_for
from hub.web.words import Language, say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ALERTS_SHOWN = 200
TARGETS = {60: 97.5, 180: 99.0}
"""Percent of calls to be answered within so many seconds (UK TSA code of practice)."""
_TIGHT_DAYS = 14
"""More days than this get a label only every week."""


class Bar(NamedTuple):
    """A share as a bar; `target` percent, where there is one. `kept` None: nothing was measured."""

    word: str
    ratio: Ratio
    target: float | None

    @property
    def width(self) -> float:
        return round(self.ratio.percent or 0, 1)

    @property
    def kept(self) -> bool | None:
        if self.ratio.percent is None:
            return None
        return self.target is None or self.ratio.percent >= self.target


class Pillar(NamedTuple):
    """An hour or a day of the chart: heights in percent of the highest one."""

    label: str
    shown: bool
    opened: int
    emergencies: int
    height: float
    emergencies_height: float


class Link(NamedTuple):
    word: str
    href: str


@router.get("/reports")
async def reports_page(request: Request, parts: PartsDep, user: ViewReports) -> Response:
    pages = pages_of(request)
    language = pages.language(request)
    words: Say = partial(say, language)
    message, status = "", 200
    try:
        period = period_of(parts, *(_date(request, name) for name in ("day", "from", "until")))
    except WrongDays as wrong:
        message, status = f"{words('report.wrong_days')} {words(wrong.word, **wrong.values)}", 422
        period = period_of(parts, None, None, None)
    except ValueError:
        message, status = words("report.wrong_days"), 422
        period = period_of(parts, None, None, None)
    report = await report_for(parts, user, period)
    names = names_for(parts, user, report, language)
    total = report.total
    return pages.page(
        request,
        "reports.html",
        status,
        here="/reports",
        message=message,
        report=report,
        period=period,
        title=title_of(period, language),
        remarks=remarks_of(parts, report, language),
        links=_links(parts, period),
        xlsx=_xlsx(period, language) if user.may(Permission.EXPORT) else None,
        bars=_bars(report),
        pillars=_pillars(report, words),
        total=total,
        severities=list(Severity),
        kinds=tables.kinds(total),
        outcomes=tables.outcomes(total),
        measures=tables.measures(total),
        sections=tables.SUMMARY,
        answers=tables.ANSWERS,
        results=tables.RESULTS,
        centres=tables.ordered(report.centres, names.centre),
        butlers=tables.ordered(report.butlers, names.butler),
        answerers=[(names.person(key), found) for key, found in tables.answerers(report)],
        alerts=report.alerts[:ALERTS_SHOWN],
        names=names,
        class_of=CLASS_OF,
        definitions=tables.DEFINITIONS,
        shown=_shown(parts, words),
        took=lambda time: duration(time, words),
        percentage=lambda ratio: percentage(ratio, words("report.none")),
        median=how_long(tables.median(total.response), words),
        p95=how_long(tables.p95(total.response), words),
        per_day=[_per_day(one) for one in report.stretches] if period.days > 1 else [],
    )


def _date(request: Request, name: str) -> date | None:
    """An empty field of the form asks for nothing. Raises ValueError for what is no date."""
    told = request.query_params.get(name, "")
    return date.fromisoformat(told) if told else None


def _shown(parts: Parts, words: Say) -> Any:
    """Puts a figure into the words of a table cell."""

    def shown(column: Column, figures: Any) -> str:
        value: Value = column.value(figures)
        match value:
            case Ratio():
                return percentage(value, words("report.none"))
            case int():
                return f"{value}"
            case None | Took():
                return how_long(value, words)
            case _:
                return f"{value.astimezone(parts.settings.timezone):%m-%d %H:%M}"

    return shown


def _bars(report: Report) -> list[Bar]:
    response, visits = report.total.response, report.total.visits
    return [
        Bar("report.within_60", tables.within_60(response), TARGETS[60]),
        Bar("report.within_180", tables.within_180(response), TARGETS[180]),
        Bar("report.on_site", Ratio(visits.on_time, visits.made), None),
    ]


def _per_day(stretch: Stretch) -> dict[str, Any]:
    return {
        "day": stretch.day,
        "weekday": f"report.weekday_{stretch.day.weekday()}",
        "opened": stretch.opened,
        "emergencies": stretch.emergencies,
        "within_60": tables.within_60(stretch.response),
        "within_180": tables.within_180(stretch.response),
    }


def _pillars(report: Report, words: Say) -> list[Pillar]:
    highest = max((one.opened for one in report.stretches), default=0) or 1
    tight = report.period.days > _TIGHT_DAYS
    return [
        Pillar(
            label=words("report.hour", hour=one.hour) if one.hour is not None else f"{one.day:%m-%d}",
            shown=one.hour % 3 == 0 if one.hour is not None else not tight or one.day.weekday() == 0,
            opened=one.opened,
            emergencies=one.emergencies,
            height=round(100 * one.opened / highest, 1),
            emergencies_height=round(100 * one.emergencies / highest, 1),
        )
        for one in report.stretches
    ]


# --- where to go from here --------------------------------------------------------------------------------------------


def _links(parts: Parts, period: Period) -> dict[str, Any]:
    """Before and after, and the usual periods."""
    now = today(parts)
    monday = now - timedelta(days=now.weekday())
    last_of_last_month = now.replace(day=1) - timedelta(days=1)
    before, after = _neighbours(period)
    single = period.days == 1
    return {
        "previous": Link("report.previous_day" if single else "report.previous", _href(*before)),
        "next": Link("report.next_day" if single else "report.next", _href(*after))
        if after[0] <= now
        else None,
        "usual": [
            Link("report.today", _href(now, now)),
            Link("report.yesterday", _href(now - timedelta(days=1), now - timedelta(days=1))),
            Link("report.week", _href(monday, monday + timedelta(days=6))),
            Link("report.month", _href(*_month(now))),
            Link("report.last_month", _href(*_month(last_of_last_month))),
        ],
        "here": _href(period.first, period.last),
    }


def _neighbours(period: Period) -> tuple[tuple[date, date], tuple[date, date]]:
    """The period before and after: the next month where it is a whole month, else as many days."""
    if (period.first, period.last) == _month(period.first):
        return _month(period.first - timedelta(days=1)), _month(period.last + timedelta(days=1))
    length = timedelta(days=period.days)
    return (period.first - length, period.last - length), (period.first + length, period.last + length)


def _month(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def _href(first: date, last: date) -> str:
    return f"/reports?{_days(first, last)}"


def _xlsx(period: Period, language: Language) -> str:
    return f"/api/v1/reports.xlsx?{_days(period.first, period.last)}&language={language}"


def _days(first: date, last: date) -> str:
    return urlencode({"day": first} if first == last else {"from": first, "until": last})
