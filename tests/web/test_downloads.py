"""A file's name in both forms, whatever stands in it."""

from urllib.parse import unquote

import pytest

from hub.web.downloads import attachment


@pytest.mark.parametrize(
    ("name", "plain", "told", "latin"),
    [
        ("日报-2026-11-22-全部", "report-2026-11-22-all", "日报-2026-11-22-全部.xlsx", "report-2026-11-22-all.xlsx"),
        # A centre's name is typed by people: nothing in it ends the header or leaves the folder.
        ('日报-五一路"/..\\站\r\nx: y', "report-a b", "日报-五一路_.._站_x_y.xlsx", "report-a_b.xlsx"),
        ("站" * 300, "站", "站" * 120 + ".xlsx", "download.xlsx"),
    ],
)  # fmt: skip
def test_a_file_is_named_in_characters_and_in_latin_letters(
    name: str, plain: str, told: str, latin: str
) -> None:
    header = attachment(name, plain, "xlsx")["content-disposition"]
    assert header.isascii()
    assert header.partition("; filename*=")[0] == f'attachment; filename="{latin}"'
    assert unquote(header.partition("UTF-8''")[2]) == told
