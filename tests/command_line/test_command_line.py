"""The command line as an installer meets it: what it says when something is wrong, and that it never says it as a traceback.

Most commands are called in the test's own process, with what they read and print as an installer would see it; some are
started as typed, so that the way from the shell to these calls is tested as well.
"""

import os
import re
import socket
import stat
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest import mock

import pytest

from hub.__main__ import main
from hub.store.store import Store
from tests.servers import free_port

PROJECT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "long enough to keep"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Settings that are in order, of a hub that has not run yet."""
    return write(tmp_path)


def write(folder: Path, *, hub: str = 'data_dir = "data"', mqtt: str = "", web: str = "port = 0") -> Path:
    path = folder / "hub.toml"
    path.write_text(
        f'[hub]\ncell = "desk"\nrules = "{PROJECT}/config/rules.toml"\npolicies = "{PROJECT}/config/policies.toml"\n'
        f'{hub}\n[mqtt]\nhost = "127.0.0.1"\nport = {free_port()}\n{mqtt}\n[web]\n{web}\n',
        encoding="utf-8",
    )
    return path


def started(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """A process of its own, as typed; nothing it says may be a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "hub", *arguments],
        input=typed, capture_output=True, text=True, cwd=PROJECT, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """The same in this process: an exception that nobody turned into words fails the test."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), mock.patch.object(sys, "stdin", StringIO(typed)):
        code = main(arguments)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def user(settings: Path, action: str, *more: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return run("user", action, "--config", str(settings), *more, typed=typed)


# --- what is wrong is said, all at once, where it stands, and what to do ----------------------------------------------


def test_everything_wrong_in_the_settings_is_listed_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_text(
        '[hub]\ncell = "no spaces please"\ndata_dir = "data"\nrules = "nowhere.toml"\n'
        f'policies = "{PROJECT}/config/policies.toml"\n[web]\nport = 99999\ncolour = "red"\n',
        encoding="utf-8",
    )
    for call, command in ((run, "check-config"), (started, "run")):
        done = call(command, "--config", str(path))
        assert done.returncode == 2
        for line, word in ((2, "cell"), (7, "port"), (8, "colour")):
            assert any(f"hub.toml:{line}" in said and word in said for said in done.stderr.splitlines()), (
                done.stderr
            )
        assert "nowhere.toml" in done.stderr
    assert not (tmp_path / "data").exists(), "nothing is made for settings that are wrong"


@pytest.mark.parametrize("command", ["run", "check-config"])
def test_a_missing_settings_file_is_named(command: str, tmp_path: Path) -> None:
    done = run(command, "--config", str(tmp_path / "none.toml"))
    assert done.returncode == 2
    assert "none.toml" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["demo", "gateway", "centre"])
def test_the_shipped_settings_are_in_order(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARE_MQTT_PASSWORD", "not the one in use")
    assert main(["check-config", "--config", str(PROJECT / "config" / f"{name}.toml")]) == 0
    assert "in order" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["check-config", "decode", "template", "user list"])
def test_a_reader_who_has_read_enough_is_no_mistake(command: str, settings: Path) -> None:
    """`hub ... | head`: what nobody reads any more ends the command, without a word, as it ends others in a shell."""
    user(settings, "add", "desk", typed=f"{PASSWORD}\n")
    recorded = settings.parent / "recorded.jsonl"
    recorded.write_text('{"topic": "care/v1/desk/h1/b1/heartbeat", "payload": "{}"}\n' * 2_000)
    words = {
        "decode": ["decode", str(recorded)],
        "template": [
            "directory",
            "template",
            str(settings.parent / "ledger.xlsx"),
            "--config",
            str(settings),
        ],
        "user list": ["user", "list", "--config", str(settings)],
        "check-config": ["check-config", "--config", str(settings)],
    }[command]
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "hub", *words],
            stdout=writer, stderr=subprocess.PIPE, text=True, cwd=PROJECT, timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


# --- why a hub does not start -----------------------------------------------------------------------------------------


def test_a_taken_console_port_is_a_sentence_and_nothing_was_begun(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = started("run", "--config", str(write(tmp_path, web=f"port = {port}")))
    assert done.returncode == 2
    assert f"[web] port {port} on 127.0.0.1 cannot be used (Address already in use)" in done.stderr
    assert "set another port" in done.stderr
    assert "MQTT" not in done.stderr


def test_a_certificate_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    for name in ("a.crt", "a.key"):
        (tmp_path / name).write_text("not a certificate")
    web = 'port = 0\ntls_cert_file = "a.crt"\ntls_key_file = "a.key"'
    done = run("run", "--config", str(write(tmp_path, web=web)))
    assert done.returncode == 2
    assert "a.crt" in done.stderr
    assert "PEM" in done.stderr


def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = write(tmp_path, hub='data_dir = "file/data"')
    for done in (run("run", "--config", str(path)), user(path, "list")):
        assert done.returncode == 2
        assert "cannot be made (Not a directory)" in done.stderr
        assert "data_dir" in done.stderr


def test_a_store_of_another_cell_is_not_touched(settings: Path) -> None:
    data = settings.parent / "data"
    data.mkdir()
    with Store.open(data / "hub.sqlite", "another"):
        pass
    for done in (run("run", "--config", str(settings)), user(settings, "add", "chen", typed=f"{PASSWORD}\n")):
        assert done.returncode == 2
        assert "another" in done.stderr
        assert "desk" in done.stderr


def test_a_damaged_store_is_a_sentence(settings: Path) -> None:
    data = settings.parent / "data"
    data.mkdir()
    (data / "hub.sqlite").write_bytes(b"not a database at all" * 100)
    done = run("run", "--config", str(settings))
    assert done.returncode == 2
    assert "restore it from a backup" in done.stderr


def test_a_demo_with_a_broker_of_its_own_forgets_nothing(settings: Path) -> None:
    kept = settings.parent / "data" / "kept"
    kept.parent.mkdir()
    kept.touch()
    done = run("demo", "--reset", "--config", str(settings))
    assert done.returncode == 2
    assert "leave [mqtt] host out" in done.stderr
    assert kept.exists()


# --- log-ins ----------------------------------------------------------------------------------------------------------


def test_a_log_in_is_added_listed_changed_disabled_and_enabled(settings: Path) -> None:
    added = user(settings, "add", "chen", "--administrator", "--name", "陈静", typed=f"{PASSWORD}\n")
    assert (added.returncode, added.stdout) == (0, "chen may log in as administrator, for everything\n")
    assert user(settings, "add", "xu", typed=f"{PASSWORD}\n").returncode == 0
    assert user(settings, "disable", "xu").stdout == "xu may no longer log in\n"
    assert (
        user(settings, "list").stdout
        == "chen\tadministrator everything\tactive\nxu\toperator everything\tdisabled\n"
    )
    assert user(settings, "enable", "xu").stdout == "xu may log in again\n"
    assert user(settings, "password", "xu", typed="another long one\n").stdout == "xu has a new password\n"
    assert (
        user(settings, "list").stdout
        == "chen\tadministrator everything\tactive\nxu\toperator everything\tactive\n"
    )


def test_a_log_in_is_added_and_listed_as_typed(settings: Path) -> None:
    """In processes of their own: the password comes down a pipe, the words and the exit codes come back."""
    config = ("--config", str(settings))
    added = started(
        "user", "add", *config, "chen", "--administrator", "--name", "陈静", typed=f"{PASSWORD}\n"
    )
    assert (added.returncode, added.stdout) == (0, "chen may log in as administrator, for everything\n")
    refused = started("user", "add", *config, "xu", typed="short\n")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "the password needs 10 to 256 characters" in refused.stderr
    listed = started("user", "list", *config)
    assert (listed.returncode, listed.stdout) == (0, "chen\tadministrator everything\tactive\n")


def test_the_data_folder_is_for_its_owner_only(settings: Path) -> None:
    assert user(settings, "add", "chen", typed=f"{PASSWORD}\n").returncode == 0
    data = settings.parent / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("action", "login", "typed", "says"),
    [
        ("add", "chen", "short\n", "the password needs 10 to 256 characters"),
        ("add", "chen", "", "the password needs 10 to 256 characters"),
        ("add", "陈静", f"{PASSWORD}\n", "the log-in needs 2 to 32 letters"),
        ("add", "xu", f"{PASSWORD}\n", "the log-in 'xu' exists already; choose another"),
        ("password", "xu", "short\n", "the password needs 10 to 256 characters"),
        ("password", "nobody", f"{PASSWORD}\n", "there is no log-in 'nobody'; `hub user list` shows them"),
        ("disable", "nobody", "", "there is no log-in 'nobody'; `hub user list` shows them"),
        ("add --role butler", "wang", f"{PASSWORD}\n", "needs a person"),
        ("add --role butler --person p-9", "wang", f"{PASSWORD}\n", "Add the person on the people page"),
        ("add --scope centre:c-1", "wang", f"{PASSWORD}\n", "The scope of a log-in as operator may be"),
        ("add --role centre_duty --scope centre:c-1", "wang", f"{PASSWORD}\n", "no centre with the id c-1"),
        ("add --scope town:x", "wang", f"{PASSWORD}\n", "none of everything, company, region, centre, own"),
        ("add --role butlr", "wang", "", "known: operator, duty_manager"),
        ("add", "local", f"{PASSWORD}\n", "kept for the hub itself"),
        ("change", "xu", "", "say --role, --scope or --person"),
        ("change --role administrator", "nobody", "", "there is no log-in 'nobody'"),
    ],
)
def test_a_log_in_that_cannot_be_is_refused_in_words(
    settings: Path,
    action: str,
    login: str,
    typed: str,
    says: str,
) -> None:
    assert user(settings, "add", "xu", typed=f"{PASSWORD}\n").returncode == 0
    done = user(settings, *action.split(), login, typed=typed)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert user(settings, "list").stdout == "xu\toperator everything\tactive\n"


@pytest.mark.parametrize(("action", "more"), [("list", ()), ("disable", ("xu",)), ("password", ("xu",))])
def test_where_there_is_no_store_none_is_made(settings: Path, action: str, more: tuple[str, ...]) -> None:
    done = user(settings, action, *more, typed=f"{PASSWORD}\n")
    assert done.returncode == 2
    assert "there is no store; start the hub once, or look at the path" in done.stderr
    assert not (settings.parent / "data" / "hub.sqlite").exists()


def test_the_last_administrator_stays(settings: Path) -> None:
    assert user(settings, "add", "chen", "--administrator", typed=f"{PASSWORD}\n").returncode == 0
    for arguments in (("disable", "chen"), ("change", "--role", "operator", "chen")):
        done = user(settings, *arguments)
        assert done.returncode == 2
        assert "the last administrator who can log in: make another one first" in done.stderr
    assert user(settings, "add", "xu", "--role", "administrator", typed=f"{PASSWORD}\n").returncode == 0
    changed = user(settings, "change", "chen", "--role", "operator")
    assert changed.stdout == "chen may now log in as operator everything\n"


def test_while_a_hub_holds_the_store_and_does_not_answer_nothing_is_written(settings: Path) -> None:
    (settings.parent / "data").mkdir()
    with Store.open(settings.parent / "data" / "hub.sqlite", "desk"):
        done = started("user", "add", "--config", str(settings), "chen", typed=f"{PASSWORD}\n")
    assert done.returncode == 2
    assert f"held by process {os.getpid()}" in done.stderr
    assert "console's page of log-ins" in done.stderr


# --- help -------------------------------------------------------------------------------------------------------------


def test_help_names_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    for arguments, words in (
        (["--help"], ["run", "demo", "decode", "check-config", "user"]),
        (["user", "--help"], ["add", "list", "password", "disable", "enable"]),
        (["demo", "--help"], ["--reset", "--scenario", "--speed"]),
        (["decode", "--help"], ["--json", "--z2m-base", "--model"]),
        (["directory", "--help"], ["import", "export", "template"]),
        (["enrol", "--help"], ["home", "elder", "device", "unprotected"]),
        (["centre", "move", "--help"], ["--company", "--alone"]),
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        said = capsys.readouterr().out
        assert [word for word in words if word not in said] == []


HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "fastapi", "uvicorn", "httpx", "numpy", "openpyxl", "paho")


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["--help"], HEAVY),
        (["user", "--help"], HEAVY),
        # It reads and writes the store, but no page.
        (["user", "list", "--config", "none.toml"], ("fastapi", "uvicorn", "numpy", "openpyxl", "paho")),
    ],
    ids=["help", "help of a command", "user list"],
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], heavy: tuple[str, ...]) -> None:
    """On a gateway each of these takes a part of a second, or some, of every start."""
    listing = (
        "import sys\nfrom hub.__main__ import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print(*sys.modules, sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", listing, *arguments],
        capture_output=True, text=True, cwd=PROJECT, timeout=60, check=True,
    )  # fmt: skip
    loaded = set(done.stdout.splitlines())
    assert "hub.__main__" in loaded
    assert loaded.isdisjoint(heavy), loaded & set(heavy)


def test_a_command_that_does_not_exist_is_refused_with_those_that_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["start"])
    assert ended.value.code == 2
    assert "check-config" in capsys.readouterr().err


def test_tokens_while_no_hub_runs(settings: Path) -> None:
    assert user(settings, "add", "chen", "--administrator", typed=f"{PASSWORD}\n").returncode == 0
    made = run(
        "user", "token", "add", "--config", str(settings), "partner", "--role", "operator", "--days", "30"
    )
    assert re.fullmatch(r"care_[0-9a-f]{12}_[\w-]{43}\n", made.stdout), made.stderr
    token_id = made.stdout.split("_")[1]
    listed = run("user", "token", "list", "--config", str(settings)).stdout
    assert listed == f"{token_id}\tpartner\toperator everything\tby local\tnever used\tworks\n"
    revoked = run("user", "token", "revoke", "--config", str(settings), token_id)
    assert revoked.stdout == f"{token_id} lets nobody in any more\n"
    assert run("user", "token", "list", "--config", str(settings)).stdout.endswith("ended\n")
    unknown = run("user", "token", "revoke", "--config", str(settings), "nothing")
    assert (unknown.returncode, unknown.stderr) == (
        2,
        "there is no token 'nothing'; `hub user token list` shows them\n",
    )
    butler = run("user", "token", "add", "--config", str(settings), "x", "--role", "butler")
    assert butler.returncode == 2
    assert butler.stderr
