"""A report as an xlsx workbook: summary, the alerts one a line, by butler. Written row by row, so that a quarter fits in memory.

Nothing that a person typed can become a formula: text cells are written as text, marked as quoted.
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from hub.core.alerts import Severity
from hub.reports.figures import Figures, Report
from hub.reports.outcomes import CLASS_OF
from hub.reports.tables import (
    ANSWERS,
    DEFINITIONS,
    RESULTS,
    SUMMARY,
    Column,
    Ratio,
    Shape,
    Took,
    Value,
    kinds,
    measures,
    ordered,
    outcomes,
)
from hub.reports.wording import Say
from hub.store.report_rows import AlertFacts

MAX_ALERTS = 50_000
"""Of the lines in the second sheet; a last one says that there are more."""

_BOLD = Font(bold=True)
_TITLE = Font(bold=True, size=14)
_HEAD = PatternFill("solid", fgColor="E3F0F7")
_WRAP = Alignment(wrap_text=True, vertical="top")
_INSTANT = "yyyy-mm-dd hh:mm:ss"
_PERCENT = "0.0%"

Name = Callable[[str | None], str]


@dataclass(frozen=True, slots=True)
class Names:
    """How a workbook calls what a report names by id. `home` None: the reader may not know who lives there."""

    centre: Name
    butler: Name
    person: Name
    home: Callable[[str], str] | None = None


def workbook(report: Report, title: str, remarks: Sequence[str], say: Say, names: Names) -> bytes:
    """The file. `remarks`: lines under the title (when it was made, whether it is final)."""
    book = Workbook(write_only=True)
    writer = _Writer(report.period.timezone, say)
    _summary(book.create_sheet(say("report.sheet_summary")), report, title, remarks, writer, names)
    _alerts(book.create_sheet(say("report.sheet_alerts")), report, writer, names)
    _groups(
        book.create_sheet(say("report.sheet_butlers")),
        *(report.butlers, say("report.butler"), names.butler, report.total, writer),
    )
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class _Writer:
    """Puts values into the cells of one row."""

    timezone: tzinfo
    say: Say

    def row(
        self, sheet: WriteOnlyWorksheet, values: Iterable[Value | str | timedelta], font: Font | None = None
    ) -> None:
        cells = [cell for value in values for cell in self.cells(sheet, value)]
        if font is not None:
            for cell in cells:
                cell.font = font
        sheet.append(cells)

    def head(self, sheet: WriteOnlyWorksheet, words: Iterable[str]) -> None:
        cells = [self.text(sheet, word) for word in words]
        for cell in cells:
            cell.font, cell.fill, cell.alignment = _BOLD, _HEAD, _WRAP
        sheet.append(cells)

    def cells(self, sheet: WriteOnlyWorksheet, value: Value | str | timedelta) -> list[Cell]:
        """One cell, or two for a ratio: how many, and the share."""
        match value:
            case None:
                return [WriteOnlyCell(sheet)]
            case str():
                return [self.text(sheet, value)]
            case Ratio(part, whole):
                share = WriteOnlyCell(sheet, part / whole if whole else None)
                share.number_format = _PERCENT
                return [WriteOnlyCell(sheet, part), share]
            case Took(None):
                return [self.text(sheet, self.say("report.nobody"))]
            case Took(timedelta() as took) | (timedelta() as took):
                return [WriteOnlyCell(sheet, round(took.total_seconds(), 1))]
            case datetime():
                # Workbooks know no time zones: local time, as on the page.
                cell = WriteOnlyCell(sheet, value.astimezone(self.timezone).replace(tzinfo=None))
                cell.number_format = _INSTANT
                return [cell]
            case int():
                return [WriteOnlyCell(sheet, value)]
        raise TypeError(f"a report has no {type(value).__name__}")

    def text(self, sheet: WriteOnlyWorksheet, value: str) -> Cell:
        """Text that stays text, whatever sign it begins with, also when somebody edits the cell."""
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"
        if value[:1] in _COULD_BE_A_FORMULA:
            cell.quotePrefix = True
        return cell


_COULD_BE_A_FORMULA = tuple("=+-@＝＋－＠\t\r\n")


def _widths(sheet: Any, *widths: float) -> None:
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def _summary(
    sheet: WriteOnlyWorksheet,
    report: Report,
    title: str,
    remarks: Sequence[str],
    writer: _Writer,
    names: Names,
) -> None:
    say, total = writer.say, report.total
    _widths(sheet, 34, *[13] * 24)
    writer.row(sheet, [title], _TITLE)
    for remark in remarks:
        writer.row(sheet, [remark])
    for section in SUMMARY:
        writer.row(sheet, [])
        writer.head(sheet, [say(section.word), say("report.value"), say("report.share")])
        for line in section.lines:
            writer.row(sheet, [_heads(line, say)[0], line.value(total)])
    writer.row(sheet, [])
    writer.head(
        sheet,
        [
            say("report.by_kind"),
            *(say(f"severity.{severity.value}") for severity in Severity),
            say("report.sum"),
        ],
    )
    for kind in kinds(total):
        writer.row(sheet, [say(f"kind.{kind.kind.value}"), *kind.by_severity, kind.total])
    writer.row(sheet, [])
    writer.head(sheet, [say("report.what_it_was"), say("report.count"), say("report.counts_as")])
    for row in outcomes(total):
        writer.row(
            sheet,
            [say(f"what_it_was.{row.what.value}"), row.number, say(f"outcome_class.{row.counts_as.value}")],
        )
    writer.row(sheet, [])
    writer.head(sheet, [say("report.what_was_done"), say("report.count")])
    for done, number in measures(total):
        writer.row(sheet, [say(f"what_was_done.{done.value}"), number])
    writer.row(sheet, [])
    writer.row(sheet, [say("report.by_centre")], _BOLD)
    _group_rows(sheet, report.centres, say("report.centre"), names.centre, total, writer)
    writer.row(sheet, [])
    writer.row(sheet, [say("report.definitions")], _BOLD)
    for word in DEFINITIONS:
        writer.row(sheet, [say(word)])


def _groups(
    sheet: WriteOnlyWorksheet,
    groups: Mapping[str | None, Figures],
    word: str,
    name: Name,
    total: Figures,
    writer: _Writer,
) -> None:
    _widths(sheet, 22, *[12] * 28)
    sheet.freeze_panes = "B2"
    _group_rows(sheet, groups, word, name, total, writer)


def _group_rows(
    sheet: WriteOnlyWorksheet,
    groups: Mapping[str | None, Figures],
    word: str,
    name: Name,
    total: Figures,
    writer: _Writer,
) -> None:
    """One row a group, and their sum."""
    columns = (*ANSWERS, *RESULTS)
    writer.head(sheet, [word, *(head for column in columns for head in _heads(column, writer.say))])
    for called, figures in ordered(groups, name):
        writer.row(sheet, [called, *(column.value(figures) for column in columns)])
    writer.row(sheet, [writer.say("report.sum"), *(column.value(total) for column in columns)], _BOLD)


def _heads(column: Column, say: Say) -> list[str]:
    word = say(column.word)
    match column.shape:
        case Shape.RATIO:
            return [word, f"{word} %"]
        case Shape.TIME:
            return [f"{word} ({say('report.unit_seconds')})"]
        case _:
            return [word]


def _alerts(sheet: WriteOnlyWorksheet, report: Report, writer: _Writer, names: Names) -> None:
    say = writer.say
    home = names.home
    _widths(sheet, 25, 20, *([34] if home else []), *[15] * 16)
    sheet.freeze_panes = "B2"
    seconds = say("report.unit_seconds")
    writer.head(
        sheet,
        [
            *(say("report.alert"), say("report.began")),
            *([say("report.home")] if home else []),
            *(say("report.centre"), say("report.butler"), say("report.kind"), say("report.severity")),
            *(f"{say('report.came_late')} ({seconds})", f"{say('report.answered_after')} ({seconds})"),
            *(say("report.answered_by"), f"{say('report.on_site_after')} ({seconds})"),
            *(say("report.ended"), say("report.ended_by")),
            *(say("report.what_it_was"), say("report.counts_as"), say("report.what_was_done")),
        ],
    )
    for alert in report.alerts[:MAX_ALERTS]:
        writer.row(sheet, _alert(alert, say, names))
    if len(report.alerts) > MAX_ALERTS:
        writer.row(sheet, [say("report.alerts_cut", shown=MAX_ALERTS, count=len(report.alerts))], _BOLD)


def _alert(alert: AlertFacts, say: Say, names: Names) -> list[Value | str | timedelta]:
    it_was, was_done = alert.what_it_was, alert.what_was_done
    by_itself = alert.resolved_at is not None and alert.resolved_by is None
    return [
        *(alert.id, alert.opened_at),
        *([names.home(alert.home_id)] if names.home else []),
        *(names.centre(alert.centre_id), names.butler(alert.butler_id)),
        *(say(f"kind.{alert.kind.value}"), say(f"severity.{alert.opened_as.value}")),
        timedelta(seconds=alert.late_s) if alert.late_s else None,
        alert.first_answer_at - alert.opened_at if alert.first_answer_at else None,
        names.person(alert.first_answer_by) if alert.first_answer_at else None,
        alert.on_site_at - alert.opened_at if alert.on_site_at else None,
        alert.resolved_at,
        say("report.itself") if by_itself else alert.resolved_by and names.person(alert.resolved_by),
        say(f"what_it_was.{it_was.value}") if it_was else None,
        say(f"outcome_class.{CLASS_OF[it_was].value}") if it_was else None,
        say(f"what_was_done.{was_done.value}") if was_done else None,
    ]
