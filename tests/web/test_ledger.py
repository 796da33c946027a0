"""The ledger over the API and its page: what was shown is written or nothing; who may, and whose check it is."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from hub.core.events import ActorRole
from hub.directory.model import Directory
from hub.ledger.ids import is_derived
from hub.ledger.keeping import Worked
from hub.ledger.plan import Plan
from hub.store import change_log
from hub.store.accounts import add_account
from hub.store.change_log import Change, What
from hub.web.access import ScopeKind
from hub.web.ledger_checks import LASTS, MOST, LedgerChecks
from tests.ledger.ledgers import book_bytes, csv_bytes, elder, rows_of
from tests.ledger.test_order import WHERE, wrong_all_over
from tests.ledger.test_sheets_of_offices import hiding
from tests.web.running import _HASH, RunningHub

IMPORT = "/api/v1/directory/import"
PAGE = {"accept": "text/html"}


def note_of(hub: RunningHub, number: int, words: str) -> bytes:
    one = hub.directory.elders[number]
    return f"编号,姓名,备注\n{one.id},{one.name},{words}\n".encode()


def stored(hub: RunningHub, number: int) -> str:
    assert hub.keeper.directory is not None
    return hub.keeper.directory.elders[number].note


def somebody_notes(hub: RunningHub, number: int, words: str) -> None:
    def change(directory: Directory) -> Directory:
        elders = list(directory.elders)
        elders[number] = replace(elders[number], note=words)
        return replace(directory, elders=tuple(elders))

    hub.keeper.edit(change, Change(hub.clock.now(), "xu", What.DIRECTORY_EDITED, "directory"))


def send(client: httpx.Client, data: bytes, **asked: Any) -> httpx.Response:
    return client.post(IMPORT, params=asked, files=[("files", ("老人.csv", data))])


@pytest.fixture
def manager(hub: RunningHub) -> Iterator[httpx.Client]:
    """The administrator in a browser."""
    with hub.browser("admin") as client:
        client.headers.update({**PAGE, "origin": hub.url})
        yield client


def checked(client: httpx.Client, *files: tuple[str, bytes]) -> str:
    """The page of the check."""
    answer = client.post("/ledger/checks", files=[("files", one) for one in files])
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def lines(hub: RunningHub, what: What) -> list[Change]:
    found = hub.queries.read(lambda connection: change_log.changes(connection, limit=500))
    return [line for _, line in found if line.what is what]


def test_a_dry_run_is_named_by_a_digest_and_only_that_is_imported(
    hub: RunningHub, admin: httpx.Client
) -> None:
    data = note_of(hub, 0, "第一次")
    shown = send(admin, data, dry_run=True).json()
    assert (shown["stale"], shown["changes"][0]["fields"][0]["after"]) == (False, "第一次")
    assert send(admin, data, dry_run=True).json()["digest"] == shown["digest"]

    somebody_notes(hub, 0, "别人写的")
    refused = send(admin, data, expect=shown["digest"])
    assert refused.status_code == 409
    told = refused.json()
    assert told["stale"] is True
    assert told["changes"][0]["fields"][0]["before"] == "别人写的"
    assert stored(hub, 0) == "别人写的"

    done = send(admin, data, expect=told["digest"])
    assert (done.status_code, done.json()["stale"]) == (200, False)
    assert stored(hub, 0) == "第一次"


def test_another_file_than_the_one_that_was_shown_is_not_imported(
    hub: RunningHub, admin: httpx.Client
) -> None:
    shown = send(admin, note_of(hub, 1, "看过的"), dry_run=True).json()
    before = stored(hub, 1)
    assert send(admin, note_of(hub, 1, "没看过的"), expect=shown["digest"]).status_code == 409
    assert stored(hub, 1) == before
    assert send(admin, note_of(hub, 1, "看过的"), expect=shown["digest"]).status_code == 200
    assert stored(hub, 1) == "看过的"


def test_a_ledger_that_has_become_wrong_tells_its_errors(hub: RunningHub, admin: httpx.Client) -> None:
    one = hub.directory.elders[8]
    shown = send(admin, note_of(hub, 8, "对的"), dry_run=True).json()
    wrong = f"编号,姓名,能力等级\n{one.id},{one.name},9\n".encode()
    answer = send(admin, wrong, expect=shown["digest"])
    assert (answer.status_code, answer.json()["errors"]) == (422, 1)


def test_what_others_did_elsewhere_keeps_nothing_back(hub: RunningHub, admin: httpx.Client) -> None:
    data = note_of(hub, 2, "台账里的")
    shown = send(admin, data, dry_run=True).json()
    somebody_notes(hub, 3, "另一位")
    assert send(admin, data, expect=shown["digest"]).status_code == 200
    assert (stored(hub, 2), stored(hub, 3)) == ("台账里的", "另一位")


def test_the_check_that_was_shown_is_imported_once_and_stays_to_be_read(
    hub: RunningHub, manager: httpx.Client
) -> None:
    path = checked(manager, ("老人.csv", note_of(hub, 4, "从页面来")))
    assert "从页面来" in manager.get(path).text
    assert stored(hub, 4) != "从页面来"
    before = len(lines(hub, What.DIRECTORY_IMPORTED))
    for _ in range(2):
        assert manager.post(f"{path}/import").status_code == 303
        assert "已导入 1 处变化" in manager.get(path).text
    assert stored(hub, 4) == "从页面来"
    written = lines(hub, What.DIRECTORY_IMPORTED)
    assert len(written) == before + 1
    assert (written[0].by, written[0].data) == ("admin", {"files": 1, "elders_changed": 1})


def test_a_check_belongs_to_the_log_in_that_made_it(hub: RunningHub, manager: httpx.Client) -> None:
    row = ("other", "另一位管理员", ActorRole.ADMINISTRATOR, _HASH, hub.clock.now(), "everything", None, None)
    hub.engine.write(lambda connection: add_account(connection, *row)).result(10)
    path = checked(manager, ("老人.csv", note_of(hub, 5, "不给别人看")))
    with hub.browser("other") as other:
        other.headers.update({**PAGE, "origin": hub.url})
        for answer in (
            other.get(path),
            other.get(f"{path}/findings"),
            other.post(f"{path}/import"),
        ):
            assert answer.status_code == 404
            assert "不给别人看" not in answer.text
    assert stored(hub, 5) != "不给别人看"


def test_an_empty_form_is_told_and_a_second_check_replaces_the_first(
    hub: RunningHub, manager: httpx.Client
) -> None:
    empty = manager.post("/ledger/checks", files=[("files", ("", b""))])
    assert (empty.status_code, "还没有选文件" in empty.text) == (422, True)
    first = checked(manager, ("老人.csv", note_of(hub, 6, "一")))
    checked(manager, ("老人.csv", note_of(hub, 6, "二")))
    gone = manager.get(first)
    assert (gone.status_code, "请重新选择文件" in gone.text) == (404, True)


def test_the_list_of_errors_is_read_by_a_spreadsheet_and_runs_nothing(
    hub: RunningHub, manager: httpx.Client
) -> None:
    row = elder(姓名="=HYPERLINK(1)", 能力等级="=1+1", 楼层="很高")
    path = checked(manager, ("老人.csv", csv_bytes(row)))
    listed = manager.get(f"{path}/findings", params={"format": "csv", "language": "en"})
    assert listed.text.startswith("\ufeffkind,file,sheet,line")
    book = load_workbook(io.BytesIO(manager.get(f"{path}/findings").content))
    assert book.active is not None
    cells = [cell for found in book.active.iter_rows(min_row=2) for cell in found]
    assert any(cell.value == "很高" for cell in cells)
    assert not [cell.value for cell in cells if cell.data_type == "f"]


def test_the_page_of_changes_names_people_and_shows_no_id_that_nobody_wrote(manager: httpx.Client) -> None:
    row = elder(姓名="钱惠珍", 门牌号="9-1-101", 联系人1="钱小宝", 联系人1电话="13700001234")
    path = checked(manager, ("老人.csv", csv_bytes({key: row[key] for key in row if key != "编号"})))
    changes = manager.get(path).text.partition('<ul class="ledger-changes">')[2]
    text = re.sub(r"<[^>]*>", "", changes)
    assert "人员 钱小宝（紧急联系人：钱惠珍）" in text
    assert "老人 钱惠珍（梧桐苑 9号楼 1单元 101室）" in text
    assert not [word for word in re.findall(r"[\w-]+", text) if is_derived(word)]


def test_page_and_list_go_down_the_sheets_of_the_workbook(manager: httpx.Client) -> None:
    path = checked(manager, ("台账.xlsx", wrong_all_over()))
    table = manager.get(path).text.partition('class="cards ledger-errors"')[2]
    shown = re.findall(r'ledger-sheet">(.*?)</span>.*?<td class="number" [^>]*>(\d+)</td>', table, re.DOTALL)
    book = load_workbook(io.BytesIO(manager.get(f"{path}/findings").content))
    assert book.active is not None
    listed = [(row[2], row[3]) for row in book.active.iter_rows(min_row=2, values_only=True)]
    assert ([(sheet, int(line)) for sheet, line in shown], listed) == (WHERE, WHERE)


def test_each_page_is_in_the_language_of_who_reads_it(hub: RunningHub, manager: httpx.Client) -> None:
    path = checked(manager, ("老人.csv", csv_bytes(elder(楼层="很高"))))
    assert "有 1 处错误" in manager.get(path).text
    manager.cookies.set("care_language", "en")
    english = manager.get(path).text
    assert "Errors: 1. Nothing was imported" in english
    main = re.sub(r"<[^>]*>", "", english[english.index("<tbody>") : english.index("</tbody>")])
    assert "floor" in main.lower()


def test_a_hidden_sheet_of_elders_keeps_the_button_away_in_both_languages(manager: httpx.Client) -> None:
    data = book_bytes({"老人": rows_of([elder()]), "老人2": rows_of([elder(编号="e2", 姓名="李德山")])})
    path = checked(manager, ("台账.xlsx", hiding(data, "老人2")))
    page = manager.get(path).text
    assert "隐藏的工作表，里面有台账的内容（读得出 1 行）" in page
    assert f"{path}/import" not in page
    manager.cookies.set("care_language", "en")
    assert "a hidden sheet with rows of a ledger (1 could be read)" in manager.get(path).text
    path = checked(manager, ("台账.xlsx", data))
    assert f"{path}/import" in manager.get(path).text


@pytest.mark.parametrize(
    ("login", "role", "scope"),
    [
        ("part", ActorRole.ADMINISTRATOR, ScopeKind.CENTRE),
        ("desk", ActorRole.DUTY_MANAGER, ScopeKind.EVERYTHING),
    ],
)
def test_who_sees_a_part_only_or_may_not_import_is_refused_everywhere_and_written_down(
    hub: RunningHub, login: str, role: ActorRole, scope: ScopeKind
) -> None:
    """An administrator of one centre cannot be made; as a mistake in the store would leave it."""
    row = (login, login, role, _HASH, hub.clock.now(), scope.value, None, None)
    hub.engine.write(lambda connection: add_account(connection, *row)).result(10)
    with hub.client(login) as client:
        asked = [
            ("GET", "/ledger", "/ledger"),
            ("POST", "/ledger/checks", "/ledger/checks"),
            ("GET", "/ledger/checks/x", "/ledger/checks/{check_id}"),
            ("POST", "/ledger/checks/x/import", "/ledger/checks/{check_id}/import"),
            ("GET", "/ledger/checks/x/findings", "/ledger/checks/{check_id}/findings"),
            ("GET", "/api/v1/directory/export", "/api/v1/directory/export"),
            ("GET", "/api/v1/directory/template", "/api/v1/directory/template"),
        ]
        for method, path, _ in asked:
            assert client.request(method, path).status_code == 403, path
        assert send(client, note_of(hub, 7, "不行")).status_code == 403
    told = {line.data["path"] for line in lines(hub, What.ACCESS_REFUSED) if line.by == login}
    assert told == {path for _, _, path in asked} | {IMPORT}


def test_more_than_a_ledger_may_weigh_is_told_in_words(manager: httpx.Client) -> None:
    huge = manager.post("/ledger/checks", files=[("files", ("老人.xlsx", bytes(33 * 1024 * 1024)))])
    assert huge.status_code == 413
    assert "太大" in huge.text


def test_checks_are_kept_for_a_while_and_a_few_of_them() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    worked = Worked(Plan(Directory("cell")), None, "digest")
    checks = LedgerChecks()
    first = checks.keep("one", at, {"a.csv": b"a"}, worked)
    assert checks.get(first.id, "one", at + LASTS - timedelta(seconds=1)) == first
    assert checks.get(first.id, "two", at) is None
    assert checks.get(first.id, "one", at + LASTS) is None
    assert checks.get(first.id, "one", at) is None, "forgotten, not hidden"
    kept = [checks.keep(f"login-{number}", at, {}, worked) for number in range(MOST + 1)]
    alive = [one for one in kept if checks.get(one.id, one.login, at) is not None]
    assert alive == kept[1:]


def test_after_an_import_the_files_are_forgotten() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    worked = Worked(Plan(Directory("cell")), None, "digest")
    checks = LedgerChecks()
    begun = checks.keep("one", at, {"a.csv": b"a"}, worked)
    done = checks.again(begun, at, replace(worked, kept=True))
    assert (done.files, done.names) == ({}, ("a.csv",))
    assert checks.again(begun, at, replace(worked, stale=True)) == done
    assert "a.csv" not in repr(begun)


def test_an_import_that_ends_after_another_check_began_is_told_all_the_same() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    worked = Worked(Plan(Directory("cell")), None, "digest")
    checks = LedgerChecks()
    importing = checks.keep("one", at, {"a.csv": b"a"}, worked)
    checks.keep("one", at, {"b.csv": b"b"}, worked)
    checks.again(importing, at, replace(worked, kept=True))
    told = checks.get(importing.id, "one", at)
    assert told is not None
    assert told.worked.kept


def test_a_template_of_csv_files_holds_headings_and_examples_only(admin: httpx.Client) -> None:
    from hub.ledger.findings import Kind
    from hub.ledger.reading import read_ledger
    from hub.ledger.workbook import unpacked

    for language in ("zh", "en"):
        answer = admin.get("/api/v1/directory/template", params={"format": "csv", "language": language})
        found = read_ledger(unpacked(answer.content))
        assert [finding.kind for finding in found.findings] == [Kind.NO_ROWS]
    assert read_ledger({"x.xlsx": admin.get("/api/v1/directory/template").content}).rows == ()
