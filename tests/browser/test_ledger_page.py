"""The ledger in a real browser: a manager brings a damaged one, sees every place, mends it, sees what would change, imports it,
and finds the elders; on a desk's screen, on a telephone and by keyboard."""

import io
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from playwright.sync_api import FilePayload, expect

from hub.core.events import ActorRole
from hub.directory.model import Directory
from hub.store.accounts import add_account
from hub.store.change_log import Change, What
from hub.web.guard import LEDGER_BYTES
from tests.browser.conftest import DESK, Opener
from tests.browser.street import violations
from tests.ledger.ledgers import csv_bytes, elder, xlsx
from tests.web.running import _HASH, RunningHub

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
SHOTS = os.environ.get("CARE_SHOTS")
"""Where pictures of each step go, to be looked at."""
Row = dict[str, Any]
FLAT, IDENTITY, CENTRE = "9-1-102", "410105194003074526", "梧桐社区日间照料中心"


def picture(page: "Page", name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"ledger-{name}.png", full_page=True)


def good() -> list[Row]:
    """Twenty elders of a new butler; three of them are active by the ledger's word."""
    return [
        elder(
            编号=f"new{number}",
            姓名=f"新老人{number:02d}",
            门牌号=f"9-1-{100 + number}",
            身份证号=IDENTITY if number == 4 else None,
            站点=CENTRE,
            服务状态="在册" if number <= 3 else "未开通",
        )
        for number in range(1, 21)
    ]


def damaged() -> list[Row]:
    """As a spreadsheet and a tired person leave it: four places in rows 3, 5, 7 and 22."""
    rows = good()
    rows[1]["门牌号"] = datetime(2001, 3, 2)  # noqa: DTZ001 - as a cell holds it
    rows[3]["身份证号"] = 4.1e17
    rows[5]["站点"] = "没有的站点"
    twenty_first = {**rows[0], "编号": "new21", "姓名": "新老人21", "门牌号": "9-1-121"}
    return [*rows, twenty_first]


def chosen(page: "Page", *files: tuple[str, bytes]) -> None:
    page.locator("#files").set_input_files(
        [FilePayload(name=name, mimeType="application/octet-stream", buffer=data) for name, data in files]
    )


def check(page: "Page", *files: tuple[str, bytes]) -> None:
    chosen(page, *files)
    page.get_by_role("button", name="核对（不写入）").click()
    expect(page.locator("#result")).to_be_focused()


def errors(page: "Page") -> list[list[str]]:
    """File and sheet, line, column, found, what, remedy."""
    return [
        [cell.inner_text().strip() for cell in row.locator("td").all()]
        for row in page.locator(".ledger-errors tbody tr").all()
    ]


@pytest.fixture
def ledger(hub: RunningHub, open_console: Opener) -> Callable[..., "Page"]:
    def opened(**more: Any) -> "Page":
        page = open_console("admin", **more)
        page.goto(f"{hub.url}/ledger")
        return page

    return opened


def test_a_manager_mends_a_damaged_ledger_and_brings_it_in(hub: RunningHub, open_console: Opener) -> None:
    page = open_console("admin")
    page.get_by_role("button", name="更多").click()
    page.get_by_role("link", name="台账").click()
    picture(page, "1-begin")
    before = hub.keeper.directory

    check(page, ("老人.xlsx", xlsx(*damaged())))
    expect(page.locator("#result")).to_have_text("有 4 处错误，什么都没有导入")
    picture(page, "2-errors")
    told = errors(page)
    assert [(row[0].split(), row[1], row[2], row[3]) for row in told] == [
        (["老人.xlsx", "老人"], "3", "D 门牌号", "2001-03-02"),
        (["老人.xlsx", "老人"], "5", "G 身份证号", "410000000000000000"),
        (["老人.xlsx", "老人"], "7", "H 站点", "没有的站点"),
        (["老人.xlsx", "老人"], "22", "E 管家", "张伟"),
    ]
    assert "改成日期" in told[0][4]
    assert "文本" in told[0][5]
    assert "21 位" in told[3][4]
    assert hub.keeper.directory is before
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载全部错误（Excel）").click()
    book = load_workbook(io.BytesIO(Path(coming.value.path()).read_bytes()))
    (sheet,) = book.worksheets
    assert [row[3] for row in sheet.iter_rows(min_row=2, values_only=True)] == [3, 5, 7, 22]

    check(page, ("老人.xlsx", xlsx(*good())))
    expect(page.locator("#result")).to_contain_text("可以导入")
    expect(page.locator(".ledger-next")).to_contain_text("现在什么都没有写入")
    expect(page.locator("main")).to_contain_text("3 位写“在册”")
    expect(page.locator("#note-not_proven .count")).to_have_text("3")
    counted = page.locator(".ledger-counts tr", has=page.get_by_role("link", name="老人", exact=True))
    assert counted.locator("td").all_inner_texts()[:3] == ["20", "–", "–"]
    absent = page.locator(".ledger-absent summary")
    expect(absent).to_contain_text("保持不变，不会删除")
    picture(page, "3-changes")
    assert hub.keeper.directory is before

    page.get_by_role("button", name="导入这").click()
    expect(page.locator("#result")).to_contain_text("已导入")
    expect(page.locator("#result")).to_be_focused()
    picture(page, "4-imported")
    page.goto(f"{hub.url}/homes?q=新老人")
    for name in ("新老人01", "新老人20"):
        expect(page.get_by_role("link", name=name)).to_be_visible()
    page.goto(f"{hub.url}/unprotected")
    page.locator("#not-proven summary").click()
    while not page.locator("#not-proven", has_text="新老人03").count():
        page.locator("#not-proven").get_by_role("link", name="下一页").click()
    expect(page.locator("#not-proven")).not_to_contain_text("新老人04")
    picture(page, "5-not-proven")

    page.goto(f"{hub.url}/ledger")
    check(page, ("老人.xlsx", xlsx(*good())))
    expect(page.locator("#result")).to_have_text("与系统一致，没有变化")
    expect(page.get_by_role("button", name="导入这")).to_have_count(0)

    check_changed = [{**row, "能力等级": 3 if row["编号"] == "new7" else None} for row in good()]
    page.goto(f"{hub.url}/ledger")
    check(page, ("老人.xlsx", xlsx(*check_changed)))
    expect(page.locator(".ledger-changes > li")).to_have_count(1)
    expect(page.locator(".ledger-changes > li")).to_contain_text("新老人07")
    expect(page.locator(".ledger-fields")).to_contain_text("能力等级")
    expect(page.locator(".ledger-fields ins")).to_have_text("3")
    picture(page, "6-one-change")


def test_what_was_changed_after_the_check_is_shown_and_not_written_over(
    hub: RunningHub, ledger: Callable[..., "Page"]
) -> None:
    assert hub.keeper.directory is not None
    one = hub.keeper.directory.elders[0]
    page = ledger()
    check(page, ("老人.csv", f"编号,姓名,备注\n{one.id},{one.name},台账里的话\n".encode()))
    expect(page.locator("#result")).to_have_text("可以导入：1 处变化")

    def noted(directory: Directory) -> Directory:
        elders = (replace(directory.elders[0], note="刚刚写的话"), *directory.elders[1:])
        return replace(directory, elders=elders)

    line = Change(hub.clock.now(), "chen", What.DIRECTORY_EDITED, "elder", one.id, {})
    hub.keeper.edit(noted, line)
    page.get_by_role("button", name="导入这 1 处变化").click()
    expect(page.locator("#result")).to_contain_text("没有导入：核对以后，系统里的内容变了")
    expect(page.locator(".ledger-fields del")).to_have_text("刚刚写的话")
    picture(page, "7-stale")
    assert hub.keeper.directory.elders[0].note == "刚刚写的话"
    page.get_by_role("button", name="导入这 1 处变化").click()
    expect(page.locator("#result")).to_have_text("已导入 1 处变化")
    assert hub.keeper.directory.elders[0].note == "台账里的话"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("老人.xlsx", b"", "文件是空的"),
        ("老人.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(60), "不是 xlsx 也不是 CSV"),
        ("老人.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧格式"),
        (
            "老人.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(80) + "EncryptedPackage".encode("utf-16-le"),
            "打开密码",
        ),
        ("老人.xlsx", xlsx(elder())[:-300], "文件损坏"),
    ],
    ids=["empty", "a picture", "old Excel", "a password", "half"],
)
def test_a_file_that_is_no_ledger_is_told_in_words(
    ledger: Callable[..., "Page"], name: str, data: bytes, words: str
) -> None:
    page = ledger()
    check(page, (name, data))
    expect(page.locator("#result")).to_have_text("有 1 处错误，什么都没有导入")
    (told,) = errors(page)
    assert told[0] == name
    assert words in told[4]


def test_gbk_and_several_files_at_once(hub: RunningHub, ledger: Callable[..., "Page"]) -> None:
    page = ledger()
    first, second = good()[:1], good()[1:2]
    check(page, ("甲.csv", csv_bytes(*first, encoding="gbk")), ("乙.csv", csv_bytes(*second)))
    expect(page.locator("#result")).to_contain_text("可以导入")
    expect(page.locator(".sub")).to_contain_text("甲.csv、乙.csv")


def test_too_much_is_told_before_it_is_sent_and_a_file_saved_anew_is_asked_for_again(
    ledger: Callable[..., "Page"], tmp_path: Path
) -> None:
    page = ledger()
    huge = tmp_path / "图片很多.xlsx"
    with huge.open("wb") as file:
        file.truncate(LEDGER_BYTES + 2_000_000)
    page.locator("#files").set_input_files(huge)
    told = page.locator("#files-chosen")
    expect(told).to_contain_text("超过 32 MB")
    address = page.url
    page.get_by_role("button", name="核对（不写入）").click()
    assert page.url == address

    mended = tmp_path / "老人.csv"
    mended.write_bytes(csv_bytes(*good()))
    page.locator("#files").set_input_files(mended)
    expect(told).to_contain_text("已选：老人.csv")
    mended.write_bytes(csv_bytes(*good()[:5]))
    os.utime(mended, (1_900_000_000, 1_900_000_000))
    page.get_by_role("button", name="核对（不写入）").click()
    expect(told).to_contain_text("请再选一次")
    assert page.url == address


# A page that is about to be left answers no question: it writes down itself what it showed.
WATCHING = """() => new MutationObserver(() => {
  const busy = document.querySelector(".ledger-busy");
  if (busy === null) return;
  sessionStorage.setItem("shown", busy.textContent);
  sessionStorage.setItem("bar", String(busy.querySelector("progress").checkVisibility()));
  sessionStorage.setItem("button", String(document.querySelector(".ledger-choose button").disabled));
}).observe(document.body, { subtree: true, childList: true, attributes: true })"""


def test_something_is_seen_to_go_on_while_it_is_read(ledger: Callable[..., "Page"]) -> None:
    page = ledger()
    page.evaluate(WATCHING)
    check(page, ("老人.xlsx", xlsx(*good())))
    shown = {key: page.evaluate(f"sessionStorage.getItem({key!r})") for key in ("shown", "bar", "button")}
    assert "正在核对，已 0 秒" in shown["shown"]
    assert (shown["bar"], shown["button"]) == ("true", "true")
    page.go_back()
    expect(page.get_by_role("button", name="核对（不写入）")).to_be_enabled()


def test_without_scripts_it_works_all_the_same(hub: RunningHub, chromium: Any) -> None:
    with hub.browser("admin") as client:
        cookie = client.cookies["care_session"]
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "care_session", "value": cookie, "url": hub.url}])
    page = context.new_page()
    page.goto(f"{hub.url}/ledger")
    chosen(page, ("老人.xlsx", xlsx(*good())))
    page.get_by_role("button", name="核对（不写入）").click()
    expect(page.locator("#result")).to_contain_text("可以导入")
    page.get_by_role("button", name="导入这").click()
    expect(page.locator("#result")).to_contain_text("已导入")
    context.close()


def test_the_present_ledger_and_templates_come_down(ledger: Callable[..., "Page"]) -> None:
    page = ledger()
    for part, names in (
        (
            "export",
            [r"台账-.*-全部\.xlsx", r"台账-.*-全部\.zip", r"ledger-.*-all\.xlsx", r"ledger-.*-all\.zip"],
        ),
        (
            "template",
            [r"台账模板\.xlsx", r"台账模板\.zip", r"ledger-template\.xlsx", r"ledger-template\.zip"],
        ),
    ):
        links = page.locator(f"a[href*='/directory/{part}']")
        assert links.count() == 4
        for index, name in enumerate(names):
            with page.expect_download() as coming:
                links.nth(index).click()
            assert re.fullmatch(name, coming.value.suggested_filename)
            data = Path(coming.value.path()).read_bytes()
            if name.endswith("xlsx"):
                sheets = load_workbook(io.BytesIO(data)).sheetnames
                assert ("老人" if "台账" in name else "elders") in sheets
            else:
                assert len(ZipFile(io.BytesIO(data)).namelist()) > 10


def test_five_hundred_errors_can_be_worked_through(hub: RunningHub, ledger: Callable[..., "Page"]) -> None:
    rows = [
        elder(
            编号=f"many{n}", 姓名=f"老人{n:03d}", 门牌号=f"8-1-{n}", 能力等级=9 if n % 5 else 2, 楼层="很高"
        )
        for n in range(1, 281)
    ]
    page = ledger()
    check(page, ("老人.xlsx", xlsx(*rows)))
    expect(page.locator("#result")).to_have_text("有 504 处错误，什么都没有导入")
    expect(page.locator(".ledger-errors tbody tr")).to_have_count(100)
    page.get_by_role("link", name="下一页").click()
    expect(page.locator(".pager")).to_contain_text("第 101–200 条，共 504 条")
    page.get_by_label("只看这一列").select_option(label="老人.xlsx 老人 G 列“能力等级” (224)")
    page.get_by_role("button", name="查看").click()
    expect(page.locator(".pager")).to_contain_text("共 224 条")
    assert {row[2] for row in errors(page)} == {"G 能力等级"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_is_wider_than_the_screen_and_axe_finds_nothing(
    hub: RunningHub, ledger: Callable[..., "Page"], viewport: dict[str, int], language: str
) -> None:
    page = ledger(viewport=viewport)
    page.context.add_cookies([{"name": "care_language", "value": language, "url": hub.url}])
    size = f"{language}-{viewport['width']}"

    def looks_well(name: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, name
        assert violations(page, name) == []
        picture(page, f"{name}-{size}")

    page.goto(f"{hub.url}/ledger")
    looks_well("start")
    for name, rows in (("errors", damaged()), ("ready", good())):
        chosen(page, ("老人.xlsx", xlsx(*rows)))
        page.locator(".ledger-choose button").click()
        expect(page.locator("#result")).to_be_focused()
        looks_well(name)
        if name == "ready":
            for fold in page.locator("details summary").all()[:8]:
                fold.click()
            looks_well("unfolded")
    page.locator(".ledger-do button").click()
    expect(page.locator(".ledger-kept")).to_be_focused()
    looks_well("kept")


def test_by_keyboard_alone(hub: RunningHub, ledger: Callable[..., "Page"]) -> None:
    page = ledger()
    chosen(page, ("老人.xlsx", xlsx(*good())))
    page.locator("#files").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_be_focused()
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.ledger-do button')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_contain_text("已导入")
    expect(page.locator("#result")).to_be_focused()


def test_who_may_not_import_sees_neither_the_entry_nor_the_page(
    hub: RunningHub, open_console: Opener
) -> None:
    row = ("station", "站长", ActorRole.DUTY_MANAGER, _HASH, hub.clock.now(), "everything", None, None)
    hub.engine.write(lambda connection: add_account(connection, *row)).result(10)
    page = open_console("station")
    assert page.locator("a[href='/ledger']").count() == 0
    page.goto(f"{hub.url}/ledger")
    expect(page.locator("main")).to_contain_text("没有权限")
