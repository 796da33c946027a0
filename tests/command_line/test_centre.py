"""`hub centre` on a store while no hub runs: the move, its line of the change log, and what is refused."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.clock import wall_now
from hub.directory.demo import demo_directory
from hub.store import change_log, directory_rows
from hub.store.store import Store
from tests.servers import free_port

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "hub.toml"
    path.write_text(
        f'[hub]\ncell = "demo"\ndata_dir = "data"\nrules = "{PROJECT}/config/rules.toml"\n'
        f'policies = "{PROJECT}/config/policies.toml"\n[mqtt]\nhost = "127.0.0.1"\nport = {free_port()}\n',
        encoding="utf-8",
    )
    (tmp_path / "data").mkdir()
    directory = demo_directory(7, wall_now() - timedelta(days=1), "demo")
    with Store.open(tmp_path / "data" / "hub.sqlite", "demo") as store:
        store.write(lambda connection: directory_rows.save(connection, directory))
    return path


def test_a_centre_moves_with_its_homes_and_it_is_recorded(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = run(settings, "list", capsys)
    key, company, homes, _ = listed.splitlines()[1].split("\t")
    other = next(line.split("\t")[1] for line in listed.splitlines() if line.split("\t")[1] != company)
    assert run(settings, "move", capsys, key, "--company", other) == (
        f"{key} now belong to {other}, {homes} homes with their history\n"
    )
    assert run(settings, "list", capsys).splitlines()[1].split("\t")[1] == other
    with Store.open(settings.parent / "data" / "hub.sqlite", "demo") as store:
        ((_, line),) = store.write(change_log.changes)
    assert (line.by, line.what.value, line.about_id) == ("local", "centre_moved", key)
    assert line.data["company_before"] == company


@pytest.mark.parametrize(
    ("centre", "company", "says"),
    [
        ("centre-99", "company-1", 'there is no centre "centre-99"'),
        ("centre-01", "company-99", 'there is no company "company-99"'),
        ("centre-00", "SAME", "already"),
    ],
)
def test_a_move_that_cannot_be_says_why(
    settings: Path, capsys: pytest.CaptureFixture[str], centre: str, company: str, says: str
) -> None:
    same = run(settings, "list", capsys).splitlines()[0].split("\t")[1]
    arguments = [
        "centre",
        "move",
        "--config",
        str(settings),
        centre,
        "--company",
        company.replace("SAME", same),
    ]
    assert main(arguments) == 2
    assert says in capsys.readouterr().err


def run(settings: Path, action: str, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert main(["centre", action, "--config", str(settings), *more]) == 0
    return capsys.readouterr().out
