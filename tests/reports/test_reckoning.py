"""How figures are reckoned from facts: tables of single figures, and laws that hold for any day."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from hub.core.alerts import AlertKind, Severity, WhatItWas, WhatWasDone
from hub.core.reasons import ReasonCode
from hub.core.service_requests import RequestCategory
from hub.reports.figures import Figures, Report, RequestCounts, Visits, percent
from hub.reports.outcomes import CLASS_OF
from hub.reports.period import Period
from hub.reports.reckoning import reckon
from hub.reports.tables import ordered
from hub.store.report_rows import AlertFacts, ReportRows, RequestFacts, UnopenedHome

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 2, 28)
"""The last day of a month."""
PERIOD = Period(DAY, DAY, SHANGHAI)
LATER = PERIOD.until_at + timedelta(days=3)
HALF_AN_HOUR = timedelta(minutes=30)


def facts(number: int = 0, opened_s: float = 3600, **more: object) -> AlertFacts:
    """An emergency of the day, so many seconds after midnight."""
    told = AlertFacts(
        id=f"A-{number}",
        home_id=f"h{number % 3}",
        kind=AlertKind.EMERGENCY_CALL,
        opened_as=Severity.EMERGENCY,
        opened_at=PERIOD.from_at + timedelta(seconds=opened_s),
        reason=ReasonCode.CALL_PRESSED,
    )
    return replace(told, **more)  # type: ignore[arg-type]


def answered(*seconds: float | None) -> list[AlertFacts]:
    """One call for each number: answered after so many seconds, or never."""
    calls = [facts(number) for number in range(len(seconds))]
    return [
        call
        if took is None
        else replace(
            call, first_answer_at=call.opened_at + timedelta(seconds=took), first_answer_by="operator"
        )
        for call, took in zip(calls, seconds, strict=True)
    ]


def figures_of(alerts: list[AlertFacts], period: Period = PERIOD, now: datetime = LATER) -> Figures:
    return report_of(alerts, period, now).total


def report_of(alerts: list[AlertFacts], period: Period = PERIOD, now: datetime = LATER) -> Report:
    return reckon(ReportRows(period.from_at, period.until_at, tuple(alerts)), period, now, HALF_AN_HOUR)


@pytest.mark.parametrize(
    ("took", "within_60", "within_180", "median", "p95"),
    [
        ([], 0, 0, None, None),
        ([60], 1, 1, 60, 60),
        ([60.001], 0, 1, 60.001, 60.001),
        ([180], 0, 1, 180, 180),
        ([180.001], 0, 0, 180.001, 180.001),
        ([10, 20], 2, 2, 10, 20),
        ([30, 10, 20], 3, 3, 20, 30),
        # Of twenty, the 19th; of twenty-one, the 20th.
        ([*range(1, 21)], 20, 20, 10, 19),
        ([*range(1, 22)], 21, 21, 11, 20),
        # Whoever was never answered waited longer than all others.
        ([None], 0, 0, None, None),
        ([5, None], 1, 1, 5, None),
        ([5, None, None], 1, 1, None, None),
        ([*[1] * 19, None], 19, 19, 1, 1),
    ],
)
def test_how_fast(
    took: list[float | None], within_60: int, within_180: int, median: float | None, p95: float | None
) -> None:
    response = figures_of(answered(*took)).response
    assert (response.within_60, response.within_180) == (within_60, within_180)
    assert (response.calls, response.answered) == (len(took), len([one for one in took if one is not None]))
    assert [one and one.total_seconds() for one in (response.median, response.p95)] == [median, p95]


@pytest.mark.parametrize(
    ("arrived_min", "done", "expected"),
    [
        (30, WhatWasDone.ON_SITE, Visits(1, 1, 0)),
        (30.01, WhatWasDone.ON_SITE, Visits(1, 0, 0)),
        (10, WhatWasDone.AMBULANCE, Visits(1, 1, 0)),
        (None, WhatWasDone.ON_SITE, Visits(1, 0, 1)),
        (None, WhatWasDone.NO_ENTRY, Visits(1, 0, 1)),
        (None, WhatWasDone.FORCED_ENTRY, Visits(1, 0, 1)),
        (None, WhatWasDone.BY_PHONE, Visits()),
        (None, WhatWasDone.FAMILY_TOOK_OVER, Visits()),
    ],
)
def test_who_went_there(arrived_min: float | None, done: WhatWasDone, expected: Visits) -> None:
    call = facts()
    closed = replace(
        call,
        on_site_at=None if arrived_min is None else call.opened_at + timedelta(minutes=arrived_min),
        resolved_at=call.opened_at + timedelta(hours=1),
        what_it_was=WhatItWas.ILLNESS,
        what_was_done=done,
    )
    assert figures_of([closed]).visits == expected
    assert figures_of([replace(closed, opened_as=Severity.ROUTINE)]).visits == Visits()


def test_every_outcome_has_its_class() -> None:
    assert set(CLASS_OF) == set(WhatItWas)


def test_what_cleared_by_itself_has_no_outcome() -> None:
    gone = facts(opened_as=Severity.TECHNICAL, resolved_at=PERIOD.from_at + timedelta(hours=2))
    total = figures_of([gone])
    assert (total.closed, total.by_itself, sum(total.classes.values())) == (1, 1, 0)


@pytest.mark.parametrize(
    ("due_h", "done_h", "overdue"),
    [(12, 11, 0), (12, 13, 0), (12, None, 1), (12, 25, 1), (24, None, 0), (None, None, 0), (30, None, 0)],
)
def test_overdue_is_what_was_due_and_not_done_at_the_end(
    due_h: float | None, done_h: float | None, overdue: int
) -> None:
    def at(hours: float | None) -> datetime | None:
        return None if hours is None else PERIOD.from_at + timedelta(hours=hours)

    wish = RequestFacts("R-1", "h1", RequestCategory.MEALS, PERIOD.from_at, at(due_h), at(done_h))
    rows = ReportRows(PERIOD.from_at, PERIOD.until_at, requests=(wish,))
    assert reckon(rows, PERIOD, LATER, HALF_AN_HOUR).total.requests.overdue == overdue


def test_tasks_are_no_wishes_and_what_was_given_up_is_not_done() -> None:
    opened_at, ended_at = PERIOD.from_at, PERIOD.from_at + timedelta(hours=1)
    requests = (
        RequestFacts("R-1", "h1", RequestCategory.MEALS, opened_at, ended_at=ended_at),
        RequestFacts("R-2", "h1", RequestCategory.CLEANING, opened_at, ended_at=ended_at, cancelled=True),
        RequestFacts("R-3", "h1", RequestCategory.MISTAKEN_PRESSES, opened_at, ended_at),
    )
    total = reckon(
        ReportRows(PERIOD.from_at, PERIOD.until_at, requests=requests), PERIOD, LATER, HALF_AN_HOUR
    ).total
    assert total.requests == RequestCounts(opened=2, done=1, cancelled=1)
    assert total.tasks == RequestCounts(opened=1, overdue=1)


@pytest.mark.parametrize(
    ("callers", "silent_devices", "silent"),
    [
        ({"button"}, ["button"], 1),
        ({"button"}, ["radar"], 0),
        ({"button", "cord"}, ["button"], 0),
        ({"button", "cord"}, ["cord", "radar", "button"], 1),
        # The directory names nothing to press: whatever is silent counts.
        (set(), ["radar"], 1),
    ],
)
def test_a_home_is_silent_when_nothing_in_it_can_be_pressed(
    callers: set[str], silent_devices: list[str], silent: int
) -> None:
    alerts = tuple(
        facts(
            3 * number,
            opened_as=Severity.TECHNICAL,
            reason=ReasonCode.DEVICE_SILENT,
            device_id=device_id,
            centre_id="small-1",
        )
        for number, device_id in enumerate(silent_devices)
    )
    rows = ReportRows(
        PERIOD.from_at, PERIOD.until_at, alerts, callers={"h0": frozenset(callers)} if callers else {}
    )
    day = reckon(rows, PERIOD, LATER, HALF_AN_HOUR)
    assert (day.total.silent, day.centres["small-1"].silent) == (silent, silent)


def test_a_home_not_yet_open_is_not_silent_as_well() -> None:
    silent = facts(0, opened_as=Severity.TECHNICAL, reason=ReasonCode.DEVICE_SILENT)
    rows = ReportRows(
        PERIOD.from_at,
        PERIOD.until_at,
        (silent, replace(silent, id="A-9"), replace(silent, id="A-8", home_id="h8")),
        unopened=(UnopenedHome("h0", "small-1", "wang"), UnopenedHome("h7")),
    )
    day = reckon(rows, PERIOD, LATER, HALF_AN_HOUR)
    assert (day.total.not_yet_open, day.total.silent) == (2, 1)
    assert day.centres["small-1"].not_yet_open == 1


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Asia/Shanghai", date(2026, 2, 28), 24),
        ("Europe/London", date(2026, 3, 29), 23),
        ("Europe/London", date(2026, 10, 25), 25),
        # The clocks jump at midnight: the day begins at one o'clock.
        ("America/Havana", date(2026, 3, 8), 23),
    ],
)
def test_a_day_lasts_from_midnight_to_midnight(zone: str, day: date, hours: int) -> None:
    period = Period(day, day, ZoneInfo(zone))
    assert (period.until_at - period.from_at) == timedelta(hours=hours)
    assert period.day_of(period.from_at) == day
    assert period.day_of(period.until_at) == day + timedelta(days=1)


def test_nothing_measured_is_not_a_hundred_percent() -> None:
    assert percent(0, 0) is None
    assert percent(1, 2) == 50


# --- laws -------------------------------------------------------------------------------------------------------------

SECONDS = st.one_of(st.integers(-90_000, 180_000), st.sampled_from([-1, 0, 86_399, 86_400, 172_800]))
DELAYS = st.one_of(st.none(), st.integers(0, 700), st.integers(0, 200_000))


@st.composite
def some_alerts(draw: st.DrawFn) -> list[AlertFacts]:
    made = []
    for number in range(draw(st.integers(0, 12))):
        opened_at = PERIOD.from_at + timedelta(seconds=draw(SECONDS))

        def later(delay: int | None, since: datetime = opened_at) -> datetime | None:
            return None if delay is None else since + timedelta(seconds=delay)

        answered_at = later(draw(DELAYS))
        resolved_at = later(draw(DELAYS), answered_at) if answered_at else None
        made.append(
            facts(
                number,
                opened_at=opened_at,
                kind=draw(st.sampled_from(AlertKind)),
                opened_as=draw(st.sampled_from(Severity)),
                centre_id=draw(st.sampled_from([None, "small-1", "small-2"])),
                butler_id=draw(st.sampled_from([None, "wang", "he"])),
                late_s=draw(st.sampled_from([0, 0, 600])),
                first_answer_at=answered_at,
                first_answer_by=draw(st.sampled_from(["wang", "operator"])) if answered_at else None,
                on_site_at=answered_at if draw(st.booleans()) else None,
                resolved_at=resolved_at,
                what_it_was=draw(st.sampled_from(WhatItWas)) if resolved_at else None,
                what_was_done=draw(st.sampled_from(WhatWasDone)) if resolved_at else None,
            )
        )
    return made


def countable(total: Figures) -> Counter[str]:
    """The figures that add up, by name."""
    found: Counter[str] = Counter(
        {
            **{f"opened {kind} {severity}": count for (kind, severity), count in total.opened.items()},
            **{f"was {one}": count for one, count in total.what_it_was.items()},
            **{f"done {one}": count for one, count in total.what_was_done.items()},
            **{f"class {one}": count for one, count in total.classes.items()},
            **{f"open {one}": count for one, count in total.still_open.items()},
        }
    )
    for name, response in (("in all", total.response), ("late", total.late)):
        for field in ("calls", "waiting", "within_60", "within_180", "answered"):
            found[f"{name} {field}"] = getattr(response, field)
    for field in ("made", "on_time", "unrecorded"):
        found[field] = getattr(total.visits, field)
    for field in ("closed", "by_itself", "by_own_butler"):
        found[field] = getattr(total, field)
    return found


@given(some_alerts())
@settings(deadline=None)
def test_centres_add_up_to_the_total_and_so_do_butlers(alerts: list[AlertFacts]) -> None:
    day = report_of(alerts)
    for groups in (day.centres, day.butlers):
        added: Counter[str] = Counter()
        for group in groups.values():
            added.update(countable(group))
        assert +added == +countable(day.total)


@given(some_alerts())
@settings(deadline=None)
def test_days_add_up_to_the_period_and_no_alert_is_lost_or_counted_twice(alerts: list[AlertFacts]) -> None:
    dates = [DAY + timedelta(days=number) for number in range(-2, 7)]
    added: Counter[str] = Counter()
    for day in dates:
        daily = countable(figures_of(alerts, Period(day, day, SHANGHAI)))
        added.update({name: count for name, count in daily.items() if not name.startswith("open ")})
    whole = figures_of(alerts, Period(dates[0], dates[-1], SHANGHAI), LATER + timedelta(days=30))
    period = countable(whole)
    assert +added == +Counter({name: count for name, count in period.items() if not name.startswith("open ")})
    assert whole.opened_in_all == len(alerts)
    assert whole.closed + whole.open_in_all == len(alerts)


@given(some_alerts(), st.integers(181, 400_000))
@settings(deadline=None)
def test_a_final_report_hears_of_nothing_that_comes_later(alerts: list[AlertFacts], after_s: int) -> None:
    """Told when it became final, with only what was known then, a report is what it is told ever after."""
    now = PERIOD.until_at + timedelta(seconds=after_s)
    known = [
        replace(
            one,
            first_answer_at=one.first_answer_at
            if one.first_answer_at and one.first_answer_at < now
            else None,
            first_answer_by=one.first_answer_by
            if one.first_answer_at and one.first_answer_at < now
            else None,
            on_site_at=one.on_site_at if one.on_site_at and one.on_site_at < now else None,
            resolved_at=one.resolved_at if one.resolved_at and one.resolved_at < now else None,
            what_it_was=one.what_it_was if one.resolved_at and one.resolved_at < now else None,
            what_was_done=one.what_was_done if one.resolved_at and one.resolved_at < now else None,
        )
        for one in alerts
        if one.opened_at < PERIOD.until_at
    ]
    everything = [one for one in alerts if one.opened_at < PERIOD.until_at]
    assert report_of(known, now=now) == report_of(everything, now=now + timedelta(days=400))


def test_an_aware_instant_of_another_zone_is_the_same_instant() -> None:
    call = facts(opened_at=(PERIOD.from_at + timedelta(hours=1)).astimezone(UTC))
    assert figures_of([call]).opened_in_all == 1


def test_groups_come_in_the_order_that_people_look_for() -> None:
    names = {"c1": "槐荫第10站", "c2": "槐荫第2站", None: "不属于任何站点"}
    groups: dict[str | None, Figures] = {"c1": Figures(), None: Figures(), "c2": Figures()}
    assert [name for name, _ in ordered(groups, names.__getitem__)] == [
        "槐荫第2站",
        "槐荫第10站",
        "不属于任何站点",
    ]
