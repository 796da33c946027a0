"""A ledger beside a running hub: import with errors, mend, look, import; the homes follow at once; everything comes out again."""

import logging
import signal
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.command_line import local
from tests.command_line.test_local import running, settings
from tests.ledger.ledgers import csv_bytes, elder, xlsx

pytestmark = pytest.mark.slow

__all__ = ["settings"]


def hub(config: Path, *arguments: object) -> int:
    return main(["directory", *map(str, arguments), "--config", str(config)])


def names(config: Path) -> list[str]:
    """The residents of every home that the hub knows."""
    answer = local.call(config, "GET", "/api/v1/homes")
    assert answer is not None
    return [one["name"] for home in answer.json()["items"] for one in home["residents"]]


def test_a_ledger_into_a_running_hub(
    settings: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.getLogger("httpx"), "level", logging.NOTSET)
    caplog.set_level(logging.INFO)
    ledger = tmp_path / "老人.xlsx"
    with running(settings) as (process, _):
        ledger.write_bytes(xlsx(elder(能力等级=5), elder(编号="e2", 姓名="李德山", 门牌号="3-2-502")))
        assert hub(settings, "import", ledger) == 2
        assert "老人.xlsx 老人 第 2 行 G 列“能力等级”" in capsys.readouterr().out
        assert "HTTP Request" not in caplog.text, "only the command's own sentences"
        assert "王秀英" not in names(settings)

        ledger.write_bytes(xlsx(elder(能力等级=3), elder(编号="e2", 姓名="李德山", 门牌号="3-2-502")))
        assert hub(settings, "import", ledger, "--dry-run") == 0
        assert "试运行" in capsys.readouterr().out
        assert "王秀英" not in names(settings)

        assert hub(settings, "import", ledger) == 0
        assert "已导入" in capsys.readouterr().out
        assert sorted(names(settings)) == ["李德山", "王秀英"]

        changes = local.call(settings, "GET", "/api/v1/changes")
        assert changes is not None
        assert "directory_imported" in changes.text
        assert "王秀英" not in changes.text

        folder = tmp_path / "out"
        assert hub(settings, "export", folder, "--csv", "--language", "en") == 0
        capsys.readouterr()
        assert hub(settings, "import", *sorted(folder.iterdir()), "--language", "en") == 0
        assert "Nothing differs" in capsys.readouterr().out
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    # The same ledger with the hub stopped: the store has it already.
    (tmp_path / "again.csv").write_bytes(csv_bytes(elder(能力等级=3)))
    assert hub(settings, "import", tmp_path / "again.csv") == 0
    said = capsys.readouterr().out
    assert "没有变化" in said
    assert "1 位：李德山 e2" in said
