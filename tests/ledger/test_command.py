"""`hub directory` as a manager types it, with no hub on the store: import, dry run, export, template, and what it says."""

import stat
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.directory.model import Directory
from hub.store import change_log, directory_rows
from hub.store.store import Store
from tests.ledger.ledgers import book_bytes, csv_bytes, elder, rows_of
from tests.ledger.test_sheets_of_offices import hiding
from tests.servers import free_port

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "hub.toml"
    path.write_text(
        f'[hub]\ncell = "desk"\ndata_dir = "data"\nrules = "{PROJECT}/config/rules.toml"\n'
        f'policies = "{PROJECT}/config/policies.toml"\n[mqtt]\nhost = "127.0.0.1"\nport = {free_port()}\n[web]\nport = 0\n',
        encoding="utf-8",
    )
    return path


def hub(config: Path, *arguments: object) -> int:
    return main(["directory", *map(str, arguments), "--config", str(config)])


def stored(config: Path) -> tuple[Directory | None, list[change_log.Change]]:
    with Store.open(config.parent / "data" / "hub.sqlite", "desk", create=False) as store:
        lines = store.write(change_log.changes)
        return store.write(directory_rows.load), [line for _, line in lines]


def ledger(tmp_path: Path, **changed: object) -> Path:
    path = tmp_path / "老人.csv"
    path.write_bytes(csv_bytes(elder(**changed), encoding="gb18030"))
    return path


def test_a_dry_run_says_what_would_change_and_keeps_nothing(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hub(config, "import", ledger(tmp_path), "--dry-run") == 0
    assert "新增 老人 王秀英 e1（梧桐苑 3号楼 2单元 501室）" in capsys.readouterr().out
    assert stored(config) == (None, [])


def test_an_import_is_kept_and_noted_without_names(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hub(config, "import", ledger(tmp_path), "--language", "en") == 0
    assert "Imported." in capsys.readouterr().out
    directory, (line,) = stored(config)
    assert directory is not None
    assert [one.name for one in directory.elders] == ["王秀英"]
    assert (line.by, line.what) == ("local", change_log.What.DIRECTORY_IMPORTED)
    assert line.data["elders_added"] == 1
    assert "王" not in str(line.data)
    assert hub(config, "import", ledger(tmp_path)) == 0
    assert "没有变化" in capsys.readouterr().out
    assert len(stored(config)[1]) == 1


def test_errors_are_told_and_nothing_is_kept(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hub(config, "import", ledger(tmp_path, 能力等级="5")) == 2
    said = capsys.readouterr().out
    assert "老人.csv 第 2 行 G 列“能力等级”：能力等级“5”不存在；请填 0 到 4" in said
    assert "什么都没有导入" in said
    assert stored(config) == (None, [])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "台账.xlsx 老人2：隐藏的工作表，里面有台账的内容（读得出 1 行）；要导入，请取消隐藏"),
        ("en", "a hidden sheet with rows of a ledger (1 could be read); show it if it should be imported"),
    ],
)
def test_a_hidden_sheet_of_elders_is_an_error_in_both_languages(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, words: str
) -> None:
    path = tmp_path / "台账.xlsx"
    data = book_bytes({"老人": rows_of([elder()]), "老人2": rows_of([elder(编号="e2", 姓名="李德山")])})
    path.write_bytes(hiding(data, "老人2"))
    assert hub(config, "import", path, "--language", language) == 2
    assert words in capsys.readouterr().out
    assert stored(config) == (None, [])


@pytest.mark.parametrize("arguments", [(), ("--csv",)])
def test_an_export_imports_as_no_change(
    config: Path, tmp_path: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    hub(config, "import", ledger(tmp_path, 备注="=1+1"))
    target = tmp_path / ("out" if arguments else "out.xlsx")
    assert hub(config, "export", target, *arguments) == 0
    files = sorted(target.iterdir()) if arguments else [target]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    capsys.readouterr()
    assert hub(config, "import", *files) == 0
    assert "没有变化" in capsys.readouterr().out
    assert [line.what.value for line in stored(config)[1]] == ["directory_exported", "directory_imported"]


def test_a_template_filled_in_is_a_ledger(config: Path, tmp_path: Path) -> None:
    target = tmp_path / "模板.xlsx"
    assert hub(config, "template", target) == 0
    assert target.stat().st_size > 5_000


def test_a_policy_that_the_settings_do_not_have_is_an_error_of_its_cell(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "台账.xlsx"
    home = {"住户编号": "h1", "小区": "梧桐苑", "求救流程": "mine"}
    path.write_bytes(book_bytes({"住户": rows_of([home])}))
    assert hub(config, "import", path) == 2
    assert "台账.xlsx 住户 第 2 行 C 列“求救流程”：没有求救流程“mine”" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_said(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hub(config, "import", tmp_path / "nowhere.xlsx") == 2
    assert "nowhere.xlsx: cannot be read" in capsys.readouterr().err
