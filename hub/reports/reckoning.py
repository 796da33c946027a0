"""From the facts of a period to its report: pure. How each figure is defined stands in `figures`."""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from hub.core.alerts import Severity, WhatWasDone
from hub.core.reasons import ReasonCode
from hub.core.service_requests import RequestCategory
from hub.reports.figures import Figures, Report, RequestCounts, Response, Stretch, Visits
from hub.reports.outcomes import CLASS_OF
from hub.reports.period import FINAL_AFTER, Period, midnight
from hub.store.report_rows import AlertFacts, ReportRows, RequestFacts, UnopenedHome

Sees = Callable[[str], bool]
"""Whether a home, by its id, belongs into a report."""

K = TypeVar("K")

SILENT = frozenset({ReasonCode.DEVICE_SILENT, ReasonCode.DEVICE_OFFLINE})
"""Why an alert was raised that says of a device, while it is open, that no call can be expected from it."""

TASK = RequestCategory.MISTAKEN_PRESSES

AT_THE_DOOR = frozenset({WhatWasDone.ON_SITE, WhatWasDone.NO_ENTRY, WhatWasDone.FORCED_ENTRY})
"""What can only be done there."""


def reckon(
    rows: ReportRows, period: Period, now: datetime, on_site_within: timedelta, sees: Sees | None = None
) -> Report:
    """The report of a period, of the homes that are seen (None: all). `now` matters only while the period lasts."""
    clock = _Clock(period, min(now, period.until_at), now)
    everything = _Share(
        [clock.as_known(one) for one in rows.alerts if sees is None or sees(one.home_id)],
        [one for one in rows.requests if sees is None or sees(one.home_id)],
        [one for one in rows.unopened if sees is None or sees(one.home_id)],
    )
    everything.find_silent(rows.callers)
    reckoned = _Reckoning(clock, on_site_within)
    emergencies = [one for one in everything.alerts if clock.opened(one) and _is_emergency(one)]
    return Report(
        period=period,
        known_at=clock.known_at,
        final=now >= period.final_at,
        on_site_within=on_site_within,
        total=reckoned.figures(everything),
        centres={key: reckoned.figures(share) for key, share in everything.by(_centre).items()},
        butlers={key: reckoned.figures(share) for key, share in everything.by(_butler).items()},
        answerers={
            key: clock.response(found)
            for key, found in _grouped(
                (one for one in emergencies if clock.answered(one)), lambda one: one.first_answer_by
            ).items()
        },
        stretches=tuple(_stretches(everything.alerts, clock)),
        alerts=tuple(one for one in everything.alerts if clock.opened(one) or period.holds(one.resolved_at)),
        kept_from_at=rows.kept_from_at,
    )


@dataclass(frozen=True, slots=True)
class _Clock:
    """What is in the period, and what was known at its end (`known_at`, or now when that is earlier)."""

    period: Period
    known_at: datetime
    now: datetime
    _bounds: dict[int, datetime] = field(default_factory=dict)
    _in_time: dict[str, bool] = field(default_factory=dict)
    """By alert: every share asks it again."""

    def opened(self, one: AlertFacts | RequestFacts) -> bool:
        return self.period.holds(one.opened_at)

    def as_known(self, alert: AlertFacts) -> AlertFacts:
        """The alert without what came after the report was closed."""
        until_at = self.period.until_at
        answered_at = alert.first_answer_at
        if (
            answered_at is not None
            and answered_at >= until_at
            and answered_at >= self._answer_until(alert.opened_at)
        ):
            alert = replace(alert, first_answer_at=None, first_answer_by=None)
        if alert.on_site_at is not None and alert.on_site_at >= until_at:
            alert = replace(alert, on_site_at=None)
        if alert.resolved_at is not None and alert.resolved_at >= until_at:
            alert = replace(alert, resolved_at=None, resolved_by=None, what_it_was=None, what_was_done=None)
        return alert

    def answered(self, alert: AlertFacts) -> bool:
        """Whether its first answer came in time to count on the day when it opened."""
        in_time = self._in_time.get(alert.id)
        if in_time is None:
            at = alert.first_answer_at
            in_time = at is not None and at < self._answer_until(alert.opened_at)
            self._in_time[alert.id] = in_time
        return in_time

    def _answer_until(self, opened_at: datetime) -> datetime:
        day = self.period.day_of(opened_at)
        until_at = self._bounds.get(day.toordinal())
        if until_at is None:
            until_at = midnight(day + timedelta(days=1), self.period.timezone) + FINAL_AFTER
            self._bounds[day.toordinal()] = until_at
        return until_at

    def response(self, calls: Iterable[AlertFacts]) -> Response:
        took: list[timedelta] = []
        unanswered = waiting = 0
        for call in calls:
            if call.first_answer_at is not None and self.answered(call):
                took.append(call.first_answer_at - call.opened_at)
            elif self.now - call.opened_at <= FINAL_AFTER:
                waiting += 1
            else:
                unanswered += 1
        took.sort()
        count = len(took) + unanswered
        return Response(
            calls=count,
            waiting=waiting,
            within_60=bisect_right(took, timedelta(seconds=60)),
            within_180=bisect_right(took, timedelta(seconds=180)),
            answered=len(took),
            median=_nearest_rank(took, 0.5, count),
            p95=_nearest_rank(took, 0.95, count),
        )


def _nearest_rank(sorted_: Sequence[timedelta], part: float, count: int) -> timedelta | None:
    """The smallest value that at least this part of `count` do not exceed; those that are not in the list exceed all."""
    rank = math.ceil(part * count)
    return sorted_[rank - 1] if 0 < rank <= len(sorted_) else None


@dataclass(slots=True)
class _Share:
    """What belongs to everything, a centre or a butler. `silent`: an alert for each home that nobody can call
    from."""

    alerts: list[AlertFacts] = field(default_factory=list)
    requests: list[RequestFacts] = field(default_factory=list)
    unopened: list[UnopenedHome] = field(default_factory=list)
    silent: list[AlertFacts] = field(default_factory=list)

    def find_silent(self, callers: Mapping[str, frozenset[str]]) -> None:
        """Each home of which every device that a hand can press is silent (any device, where the directory names none to
        press), by its newest such alert; a home that is not yet open is counted as that."""
        unopened = {one.home_id for one in self.unopened}
        by_home: defaultdict[str, list[AlertFacts]] = defaultdict(list)
        for one in self.alerts:
            if one.resolved_at is None and one.reason in SILENT and one.home_id not in unopened:
                by_home[one.home_id].append(one)
        self.silent = [
            found[-1]
            for home_id, found in by_home.items()
            if callers.get(home_id, frozenset()) <= {one.device_id for one in found}
        ]

    def by(
        self, key: Callable[[AlertFacts | RequestFacts | UnopenedHome], str | None]
    ) -> Mapping[str | None, "_Share"]:
        found: defaultdict[str | None, _Share] = defaultdict(_Share)
        for alert in self.alerts:
            found[key(alert)].alerts.append(alert)
        for request in self.requests:
            found[key(request)].requests.append(request)
        for home in self.unopened:
            found[key(home)].unopened.append(home)
        for alert in self.silent:
            found[key(alert)].silent.append(alert)
        return found


@dataclass(frozen=True, slots=True)
class _Reckoning:
    clock: _Clock
    on_site_within: timedelta

    def figures(self, share: _Share) -> Figures:
        clock, period = self.clock, self.clock.period
        opened = [one for one in share.alerts if clock.opened(one)]
        closed = [one for one in share.alerts if period.holds(one.resolved_at)]
        left = [one for one in share.alerts if one.resolved_at is None]
        emergencies = [one for one in opened if _is_emergency(one)]
        told = [one.what_it_was for one in closed if one.what_it_was is not None]
        return Figures(
            opened=Counter((one.kind, one.opened_as) for one in opened),
            response=clock.response(emergencies),
            late=clock.response(one for one in emergencies if one.late_s > 0),
            by_own_butler=sum(
                one.butler_id is not None and one.first_answer_by == one.butler_id and clock.answered(one)
                for one in emergencies
            ),
            lapsed=sum(one.lapsed > 0 for one in emergencies),
            closed=len(closed),
            by_itself=len(closed) - len(told),
            what_it_was=Counter(told),
            what_was_done=Counter(one.what_was_done for one in closed if one.what_was_done is not None),
            classes=Counter(CLASS_OF[one] for one in told),
            visits=self._visits(closed),
            still_open=Counter(one.opened_as for one in left),
            oldest_open_at=min((one.opened_at for one in left), default=None),
            requests=self._requests(one for one in share.requests if one.category is not TASK),
            tasks=self._requests(one for one in share.requests if one.category is TASK),
            not_yet_open=len(share.unopened),
            silent=len(share.silent),
        )

    def _visits(self, closed: Iterable[AlertFacts]) -> Visits:
        made = on_time = unrecorded = 0
        for alert in closed:
            if not _is_emergency(alert):
                continue
            if alert.on_site_at is not None:
                made += 1
                on_time += alert.on_site_at - alert.opened_at <= self.on_site_within
            elif alert.what_was_done in AT_THE_DOOR:
                made += 1
                unrecorded += 1
        return Visits(made, on_time, unrecorded)

    def _requests(self, requests: Iterable[RequestFacts]) -> RequestCounts:
        opened = done = cancelled = overdue = 0
        for one in requests:
            opened += self.clock.opened(one)
            if self.clock.period.holds(one.ended_at):
                done += not one.cancelled
                cancelled += one.cancelled
            left = one.ended_at is None or one.ended_at >= self.clock.known_at
            overdue += left and one.due_at is not None and one.due_at < self.clock.known_at
        return RequestCounts(opened, done, cancelled, overdue)


def _stretches(alerts: Iterable[AlertFacts], clock: _Clock) -> Iterable[Stretch]:
    """The hours of a day, or the days of more than one."""
    period = clock.period
    opened = [one for one in alerts if clock.opened(one)]
    if period.days == 1:
        hours = _grouped(opened, lambda one: one.opened_at.astimezone(period.timezone).hour)
        for hour in range(24):
            yield _stretch(period, 0, hour, hours.get(hour, []), clock)
        return
    days = _grouped(opened, lambda one: (period.day_of(one.opened_at) - period.first).days)
    for number in range(period.days):
        yield _stretch(period, number, None, days.get(number, []), clock)


def _stretch(
    period: Period, number: int, hour: int | None, opened: Sequence[AlertFacts], clock: _Clock
) -> Stretch:
    emergencies = [one for one in opened if _is_emergency(one)]
    day = period.first + timedelta(days=number)
    return Stretch(day, hour, len(opened), len(emergencies), clock.response(emergencies))


def _grouped(alerts: Iterable[AlertFacts], key: Callable[[AlertFacts], K]) -> dict[K, list[AlertFacts]]:
    found: defaultdict[K, list[AlertFacts]] = defaultdict(list)
    for alert in alerts:
        found[key(alert)].append(alert)
    return found


def _is_emergency(alert: AlertFacts) -> bool:
    return alert.opened_as is Severity.EMERGENCY


def _centre(one: AlertFacts | RequestFacts | UnopenedHome) -> str | None:
    return one.centre_id


def _butler(one: AlertFacts | RequestFacts | UnopenedHome) -> str | None:
    return one.butler_id
