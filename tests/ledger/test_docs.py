"""The manager's page says what the code takes."""

import re

from hub.ledger.findings import NOTES, Kind
from hub.ledger.plan import plan
from hub.ledger.reading import read_ledger
from tests.ledger.columns_page import PAGE, page
from tests.ledger.ledgers import AT, text_bytes


def test_the_columns_of_the_page_are_those_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run: python -m tests.ledger.columns_page"


def test_the_example_of_the_page_is_a_ledger() -> None:
    lines = PAGE.with_name("ledger.md").read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("| 姓名 | 小区 |"))
    rows = [re.split(r"\s*\|\s*", lines[number].strip("| ")) for number in (first, first + 2)]
    done = plan(None, read_ledger({"老人.csv": text_bytes(rows)}), AT)
    assert done.errors == ()
    assert done.directory is not None
    assert done.directory.elders[0].note == "听不见：直接上门"


def test_the_page_is_right_about_how_many_kinds_are_known() -> None:
    assert 70 <= len(Kind) - len(NOTES) <= 90
