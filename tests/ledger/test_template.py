"""The project's own template: fitting examples, and nothing told of what it brought itself."""

import io
from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from openpyxl import load_workbook

from hub.ledger.examples import example
from hub.ledger.findings import Kind
from hub.ledger.plan import plan
from hub.ledger.reading import ZONE, Ledger, read_ledger
from hub.ledger.tables import TABLES, TableName
from hub.ledger.template import template
from hub.web.words.said import LANGUAGES, Language
from tests.ledger.ledgers import AT


def filled(change: Callable[[Any], None], language: Language = "zh") -> Ledger:
    """The template after somebody worked in it."""
    book = load_workbook(io.BytesIO(template(language)))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return read_ledger({"台账.xlsx": out.getvalue()})


def add_an_elder(book: Any) -> None:
    row = {
        "姓名": "李桂芳",
        "小区": "梧桐苑",
        "房号": "3-2-502",
        "养老管家": "张伟",
        "管家电话": "13900001111",
    }
    sheet = book["老人"]
    sheet.append([row.get(cell.value) for cell in sheet[1]])


def test_nothing_is_told_of_what_the_template_brought() -> None:
    ledger = filled(add_an_elder)
    assert [row.get("name") for row in ledger.rows] == ["李桂芳"]
    assert ledger.findings == ()


def test_an_example_that_a_spreadsheet_made_numbers_and_times_of_is_still_the_template_s() -> None:
    def change(book: Any) -> None:
        add_an_elder(book)
        book["老人"]["E2"] = 1941
        book["班表"]["D2"] = time(8)

    assert filled(change).findings == ()


@pytest.mark.parametrize("cell", ["B2", "I2"])
def test_an_example_that_somebody_wrote_over_is_told_with_what_to_do(cell: str) -> None:
    def change(book: Any) -> None:
        add_an_elder(book)
        book["老人"][cell] = "李大爷"

    (note,) = filled(change).findings
    assert (note.kind, note.place.sheet, note.place.line, note.found) == (
        Kind.EXAMPLE_SKIPPED,
        "老人",
        2,
        "示例",
    )


def test_what_somebody_wrote_into_the_notes_of_the_template_is_told() -> None:
    def change(book: Any) -> None:
        add_an_elder(book)
        book["说明"].append(["李桂芳三月搬家"])

    (note,) = filled(change).findings
    assert (note.kind, note.place.sheet) == (Kind.SHEET_OF_NOTES, "说明")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_together_are_a_ledger_without_an_error(language: Language) -> None:
    """With an id, or the person of a shift, where the template says that it is an example."""

    def change(book: Any) -> None:
        for number, sheet in enumerate(book.worksheets[:-1], start=1):
            person = sheet.title in ("班表", "shifts")
            sheet["A2"] = (
                example(TableName.SHIFTS, "person")[LANGUAGES.index(language)] if person else f"n{number}"
            )

    ledger = filled(change, language)
    done = plan(None, ledger, AT)
    assert done.errors == ()
    assert done.directory is not None
    names = [one.name for one in done.directory.persons]
    names += [one.name for one in done.directory.elders]
    names += [one.name for one in done.directory.companies]
    assert len(set(names)) == len(names) > 10
    (centre,) = done.directory.centres
    assert centre.name not in names
    (home,) = done.directory.homes
    assert home.centre_id == centre.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_is_read(language: Language) -> None:
    """Also those of tables that no template has; raises for one that is not."""
    for table in TABLES:
        for column in table.columns:
            said = example(table.name, column.key)[LANGUAGES.index(language)]
            if said:
                assert column.reader.read(said, ZONE) not in (None, ""), (table.name, column.key)
