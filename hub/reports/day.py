"""Asks the store for a period's facts and has them reckoned: what pages, exports and other programs call."""

from datetime import date, datetime, timedelta, tzinfo

from hub.reports.figures import Report
from hub.reports.period import Period
from hub.reports.reckoning import Sees, reckon
from hub.store.queries import Queries
from hub.store.report_rows import report_rows

MAX_DAYS = 92
"""The longest period of one report: a quarter."""


def day_report(
    queries: Queries,
    day: date,
    timezone: tzinfo,
    sees: Sees | None,
    *,
    now: datetime,
    on_site_within: timedelta,
) -> Report:
    """The report of one local day, of the homes that `sees` lets through (None: all)."""
    return period_report(queries, Period(day, day, timezone), sees, now=now, on_site_within=on_site_within)


def period_report(
    queries: Queries, period: Period, sees: Sees | None, *, now: datetime, on_site_within: timedelta
) -> Report:
    """The report of some days in a row: their daily figures added up, and what was left at the end of the last one."""
    known_at = min(now, period.until_at)
    rows = queries.read(lambda connection: report_rows(connection, period.from_at, period.until_at, known_at))
    return reckon(rows, period, now, on_site_within, sees)
