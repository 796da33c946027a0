"""The API of reports: figures as JSON, and the workbook. Which days are asked for, and who may know what, is decided here."""

import asyncio
from datetime import date, datetime, timedelta, tzinfo
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from hub.reports.day import MAX_DAYS, period_report
from hub.reports.figures import Report
from hub.reports.period import Period
from hub.store.change_log import Change, What
from hub.web.access import Permission, ScopeKind
from hub.web.api_accounts import place_name
from hub.web.downloads import attachment
from hub.web.guard import User
from hub.web.models_reports import ReportOut
from hub.web.parts import Parts, PartsDep, allowed
from hub.web.problems import RESPONSES, Problem
from hub.web.report_names import names_for, with_quiet_centres
from hub.web.visibility import visible_homes
from hub.web.words import Language, say

router = APIRouter(prefix="/api/v1", responses=RESPONSES, tags=["reports"])

ViewReports = Annotated[User, Depends(allowed(Permission.VIEW_REPORTS))]
ExportReports = Annotated[User, Depends(allowed(Permission.EXPORT))]
Day = Annotated[date | None, Query()]
From = Annotated[date | None, Query(alias="from")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WrongDays(ValueError):
    """The days do not fit together; `word` says why, in words with `values`."""

    def __init__(self, word: str, **values: int) -> None:
        super().__init__(say("en", word, **values))
        self.word = word
        self.values = values


def today(parts: Parts) -> date:
    return parts.hub.now().astimezone(parts.settings.timezone).date()


def period_of(parts: Parts, day: date | None, first: date | None, last: date | None) -> Period:
    """The day, or the days from first until last (one of them alone is a day); today where nothing is asked. Raises WrongDays."""
    begin = first or last or day or today(parts)
    end = last or begin
    if end < begin:
        raise WrongDays("report.wrong_order")
    if (end - begin).days >= MAX_DAYS:
        raise WrongDays("report.too_many_days", days=MAX_DAYS)
    if not 2000 <= begin.year <= 2200:
        # Beyond this, midnights cannot be reckoned everywhere, and no hub was ever asked.
        raise WrongDays("report.wrong_year")
    return Period(begin, end, parts.settings.timezone)


async def report_for(parts: Parts, user: User, period: Period) -> Report:
    """The report of what the user may see."""
    homes = visible_homes(parts, user)
    async with parts.reporting:
        report = await asyncio.to_thread(
            partial(
                period_report,
                *(parts.queries, period, None if homes is None else homes.__contains__),
                now=parts.hub.now(),
                on_site_within=parts.settings.on_site_within,
            )
        )
    return with_quiet_centres(parts, user, report)


@router.get("/reports")
async def get_report(
    parts: PartsDep,
    user: ViewReports,
    day: Day = None,
    first: From = None,
    until: Day = None,
    language: Language | None = None,
) -> ReportOut:
    """The report of a day (today, where none is named), or of the days `from` until `until`. Local days, midnight to midnight."""
    report = await report_for(parts, user, _period(parts, day, first, until))
    return ReportOut.of(report, names_for(parts, user, report, language or parts.settings.language))


@router.get("/reports.xlsx", response_class=Response, responses={200: {"content": {XLSX: {}}}})
async def get_workbook(
    parts: PartsDep,
    user: ExportReports,
    day: Day = None,
    first: From = None,
    until: Day = None,
    language: Language | None = None,
) -> Response:
    """The same as a workbook: summary, the alerts one a line, by butler. Written down in the change log."""
    # With the first export: 15 MB that a gateway at rest does without.
    from hub.reports.workbook import Names, workbook

    period = _period(parts, day, first, until)
    report = await report_for(parts, user, period)
    chosen = language or parts.settings.language
    names = names_for(parts, user, report, chosen)
    words = partial(say, chosen)
    async with parts.reporting:
        file = await asyncio.to_thread(
            workbook,
            *(report, title_of(period, chosen), remarks_of(parts, report, chosen), words),
            Names(names.centre, names.butler, names.person, names.home if names.with_names else None),
        )
    about = f"{period.first}" if period.days == 1 else f"{period.first}--{period.last}"
    line = Change(
        parts.hub.now(), user.login, What.REPORT_EXPORTED, "report", about, {"alerts": len(report.alerts)}
    )
    await asyncio.to_thread(parts.keeper.note, line)
    return Response(
        file,
        media_type=XLSX,
        headers=file_name(parts, user, period, chosen),
    )


def file_name(parts: Parts, user: User, period: Period, language: Language) -> dict[str, str]:
    """日报-2026-11-22-五一路站.xlsx: what it is, of which days, and of whose homes."""
    days = f"{period.first}" if period.days == 1 else f"{period.first}_{period.last}"
    kind = say(language, "report.file_day" if period.days == 1 else "report.file_days")
    scope = user.scope
    place = place_name(parts.keeper.directory, scope)
    everything = scope.kind is ScopeKind.EVERYTHING
    of = say(language, "report.file_all") if everything else place or scope.id or scope.kind.value
    plain = "all" if everything else scope.id or scope.kind.value
    return attachment(f"{kind}-{days}-{of}", f"report-{days}-{plain}", "xlsx")


def title_of(period: Period, language: Language) -> str:
    """What the report is, and of which days."""
    if period.days > 1:
        days = say(language, "report.from_until", first=period.first, last=period.last)
        return f"{say(language, 'report.title_days')} {days}"
    weekday = say(language, f"report.weekday_{period.first.weekday()}")
    return f"{say(language, 'report.title_day')} {period.first} {weekday}"


def remarks_of(parts: Parts, report: Report, language: Language) -> list[str]:
    """When it was made, and whether it can still change."""

    timezone = parts.settings.timezone
    made = say(language, "report.made_at", at=minute(parts.hub.now(), timezone))
    standing = (
        say(language, "report.final")
        if report.final
        else say(language, "report.not_final", at=minute(report.known_at, timezone))
    )
    minutes = int(report.on_site_within / timedelta(minutes=1))
    remarks = [made, standing, say(language, "report.on_site_within", minutes=minutes)]
    if not report.complete:
        since = minute(report.kept_from_at or parts.hub.now(), timezone)
        remarks.append(say(language, "report.kept_from", at=since))
    return remarks


def minute(at: datetime, timezone: tzinfo) -> str:
    """Local date and time, without the seconds that nobody needs here."""
    return f"{at.astimezone(timezone):%Y-%m-%d %H:%M}"


def _period(parts: Parts, day: date | None, first: date | None, until: date | None) -> Period:
    try:
        return period_of(parts, day, first, until)
    except WrongDays as wrong:
        raise Problem(
            422, "wrong_days", str(wrong), where="from, until", remedy="Correct the dates and ask again."
        ) from None
