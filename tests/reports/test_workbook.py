"""The workbook, opened again: the figures of the report, numbers as numbers, and no text that could become a formula."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from hub.core.alerts import Severity, WhatItWas, WhatWasDone
from hub.reports import workbook as module
from hub.reports.figures import Report
from hub.reports.period import Period
from hub.reports.reckoning import reckon
from hub.reports.tables import Ratio, Took
from hub.reports.wording import duration, how_long, percentage
from hub.reports.workbook import Names, workbook
from hub.store.report_rows import AlertFacts, ReportRows
from hub.web.words import WORDS, Language, say
from tests.reports.test_reckoning import HALF_AN_HOUR, LATER, PERIOD, facts

DANGEROUS = ['=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)", "\t=1", "王\x07某"]


def day(number: int = 2) -> Report:
    """Some emergencies, answered after 40 s, closed after an hour, of homes whose people have dangerous names."""
    alerts = []
    for one in range(number):
        call = facts(one, centre_id="small-1", butler_id=DANGEROUS[one % len(DANGEROUS)])
        alerts.append(
            AlertFacts(
                **{name: getattr(call, name) for name in ("id", "home_id", "kind", "opened_at", "reason")},
                opened_as=Severity.EMERGENCY,
                centre_id="small-1",
                butler_id=call.butler_id,
                first_answer_at=call.opened_at + timedelta(seconds=40 + 60 * one),
                first_answer_by=call.butler_id,
                on_site_at=call.opened_at + timedelta(minutes=20),
                resolved_at=call.opened_at + timedelta(hours=1),
                resolved_by=call.butler_id,
                what_it_was=WhatItWas.ILLNESS,
                what_was_done=WhatWasDone.ON_SITE,
            )
        )
    return reckon(ReportRows(PERIOD.from_at, PERIOD.until_at, tuple(alerts)), PERIOD, LATER, HALF_AN_HOUR)


def plain(key: str | None) -> str:
    return key or "-"


def sheets(
    report: Report, language: Language = "zh", home: Callable[[str], str] | None = plain
) -> list[list[tuple[object, ...]]]:
    def words(key: str, **values: object) -> str:
        return say(language, key, **values)

    made = workbook(report, "日报", ["一", "二"], words, Names(plain, plain, plain, home))
    book = load_workbook(io.BytesIO(made))
    return [[tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]


def line(rows: list[tuple[object, ...]], key: str, language: Language = "zh") -> tuple[object, ...]:
    word = say(language, key)
    return next(row for row in rows if isinstance(row[0], str) and row[0].startswith(word))


def test_the_summary_holds_the_figures_as_numbers() -> None:
    summary, _, butlers = sheets(day())
    assert summary[0][0] == "日报"
    assert line(summary, "report.emergencies")[1] == 2
    assert line(summary, "report.within_60")[1:3] == (1, 0.5)
    assert line(summary, "report.within_180")[1:3] == (2, 1)
    assert line(summary, "report.median")[1] == 40
    assert line(summary, "report.on_site")[1:3] == (2, 1)
    assert line(summary, "outcome_class.real")[1] == 2
    assert line(butlers, "report.sum")[1] == 2
    assert len(butlers) == 4


def test_one_line_for_each_alert_in_local_time() -> None:
    _, (head, first, second), _ = sheets(day())
    row = dict(zip(head, first, strict=True))
    assert str(row[say("zh", "report.began")]) == "2026-02-28 01:00:00"
    assert row[say("zh", "report.home")] == "h0"
    assert row["接警用时 (秒)"] == 40
    assert row["到场用时 (秒)"] == 1200
    assert row[say("zh", "report.what_it_was")] == "突发疾病"
    assert row[say("zh", "report.counts_as")] == "真实险情"
    assert second[0] == "A-1"


def test_whoever_may_not_know_homes_gets_no_column_of_homes() -> None:
    _, (head, *_), _ = sheets(day(), home=None)
    assert say("zh", "report.home") not in head


@pytest.mark.parametrize("language", ["zh", "en"])
def test_in_both_languages(language: Language) -> None:
    summary, alerts, _ = sheets(day(), language)
    assert line(summary, "report.within_60", language)[1] == 1
    assert alerts[0][0] == say(language, "report.alert")


def test_no_text_becomes_a_formula() -> None:
    made = workbook(
        day(6), "=1+1", ["+2", "＝3", "＠x"], lambda key, **_: key, Names(plain, plain, plain, plain)
    )
    book = load_workbook(io.BytesIO(made))
    texts = [
        cell
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert not [cell.coordinate for cell in texts if cell.data_type == "f"]
    guarded = [cell for cell in texts if isinstance(cell.value, str) and cell.value[:1] in "=+-@＝＠\t"]
    assert {cell.value for cell in guarded} >= {"=1+1", "+2", "＝3", "＠x", *DANGEROUS[:4]}
    assert all(cell.quotePrefix for cell in guarded)
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        assert not any(b"<f>" in file.read(name) for name in file.namelist())


def test_a_day_with_nothing_is_still_a_workbook() -> None:
    summary, alerts, butlers = sheets(day(0))
    assert line(summary, "report.within_60")[1:3] == (0, None)
    assert (len(alerts), len(butlers)) == (1, 2)


def test_what_does_not_fit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ALERTS", 3)
    _, alerts, _ = sheets(day(5))
    assert len(alerts) == 5
    assert alerts[-1][0] == say("zh", "report.alerts_cut", shown=3, count=5)


def test_every_word_of_a_report_exists() -> None:
    asked: set[str] = set()

    def listening(key: str, **values: object) -> str:
        asked.add(key)
        return say("zh", key, **values)

    workbook(day(), "", [], listening, Names(plain, plain, plain, plain))
    assert len(asked) > 60
    assert asked <= WORDS.keys()


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "—"), (0, 3, "0 %"), (2, 3, "66.7 %"), (9999, 10_000, "99.9 %"), (5, 5, "100 %")],
)
def test_percentages_never_flatter(part: int, whole: int, text: str) -> None:
    assert percentage(Ratio(part, whole), "—") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (50.001, "50 s"),
        (60.4, "61 s"),
        (119, "119 s"),
        (120, "2 min 0 s"),
        (7199, "119 min 59 s"),
        (7200, "2 h 0 min"),
        (90_000, "25 h 0 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(timedelta(seconds=seconds), lambda key, **values: say("en", key, **values)) == text


def test_how_long_tells_nobody_from_nothing() -> None:
    def english(key: str, **values: object) -> str:
        return say("en", key, **values)

    assert how_long(None, english) == "—"
    assert how_long(Took(None), english) == "nobody answered"


def test_a_period_needs_a_day() -> None:
    with pytest.raises(ValueError, match="has no day"):
        Period(date(2026, 3, 2), date(2026, 3, 1), ZoneInfo("Asia/Shanghai"))
