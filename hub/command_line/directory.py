"""`hub directory`: a ledger in, the directory out, empty templates; over a running hub's own socket, else on its store."""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx

from hub.clock import wall_now
from hub.command_line import local
from hub.config.settings import ConfigProblems, Settings, load
from hub.data_dir import store_path
from hub.directory import log_in_names, validation
from hub.directory.model import Directory
from hub.directory.problems import DirectoryProblems, Problem
from hub.directory.protection import proven
from hub.ledger.keeping import change_line
from hub.ledger.plan import Plan, plan
from hub.ledger.reading import read_ledger
from hub.ledger.template import template
from hub.ledger.told import summary, told
from hub.ledger.workbook import exported, unpacked
from hub.store import change_log, directory_rows
from hub.store.change_log import What
from hub.store.errors import StoreError
from hub.store.homes import load_homes
from hub.store.store import Connection, Store
from hub.web.words.said import Language

IMPORT, EXPORT = "/api/v1/directory/import", "/api/v1/directory/export"
BY = "local"
WRONG = 2


class Refused(Exception):
    """The hub said no, or a file cannot be read or written; the text says why."""


def add_arguments(
    parser: argparse.ArgumentParser, add_config: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Give the command its actions."""
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    importing = actions.add_parser(
        "import", help="read a ledger (xlsx, CSV): all of it, or nothing when anything is wrong"
    )
    importing.add_argument("files", nargs="+", type=Path, metavar="FILE")
    importing.add_argument("--dry-run", action="store_true", help="only show what would change")
    importing.set_defaults(run=_import)
    exporting = actions.add_parser(
        "export", help="write everything into a workbook, or into CSV files of a folder"
    )
    exporting.add_argument("target", type=Path, metavar="FILE.xlsx|DIR")
    exporting.add_argument("--csv", action="store_true", help="CSV files in UTF-8 instead of a workbook")
    exporting.set_defaults(run=_export)
    blank = actions.add_parser("template", help="write an empty ledger to fill in")
    blank.add_argument("target", type=Path, nargs="?", default=None, metavar="FILE.xlsx")
    blank.set_defaults(run=_template)
    for action in (importing, exporting, blank):
        add_config(action)
        action.add_argument("--language", choices=("zh", "en"), default=None, help="of messages and headings")


def _import(args: argparse.Namespace) -> int:
    return _told(lambda: _import_files(args))


def _export(args: argparse.Namespace) -> int:
    return _told(lambda: _export_files(args))


def _template(args: argparse.Namespace) -> int:
    language: Language = args.language or "zh"
    target: Path = args.target or Path("台账模板.xlsx" if language == "zh" else "ledger.xlsx")

    def write() -> int:
        _write(target, template(language))
        return 0

    return _told(write)


def _told(do: Callable[[], int]) -> int:
    try:
        return do()
    except (
        *(Refused, ConfigProblems, StoreError, DirectoryProblems),
        *(local.NotAllowed, httpx.HTTPError),
    ) as error:
        print(str(error) or type(error).__name__, file=sys.stderr)
        return WRONG


# --- in ---------------------------------------------------------------------------------------------------------------


def _import_files(args: argparse.Namespace) -> int:
    files = {path.name: _read(path) for path in args.files}
    if len(files) < len(args.files):
        raise Refused("two files have the same name; rename one, so that errors can name it")
    settings = load(args.config)
    language = _language(args, settings)
    answer = local.call(
        args.config,
        "POST",
        IMPORT,
        files=[("files", (name, data)) for name, data in files.items()],
        params={"dry_run": "true" if args.dry_run else "false", "language": language},
    )
    if answer is None:
        said = _import_into_store(settings, files, language, dry_run=args.dry_run)
    elif answer.status_code in (200, 422) and "findings" in (body := answer.json()):
        said = body
    else:
        raise Refused(local.complaint(answer))
    for line in summary(said, language):
        print(line)
    return WRONG if said["refused"] else 0


def _import_into_store(
    settings: Settings, files: Mapping[str, bytes], language: Language, *, dry_run: bool
) -> dict[str, Any]:
    """With no hub on the store: read, judge and save in one transaction."""
    zone = ZoneInfo(settings.hub.timezone)
    ledger = read_ledger(files, zone)
    at = wall_now()
    answer: dict[str, Any] = {}

    def work(connection: Connection) -> None:
        stored = directory_rows.load(connection)
        heard = proven(load_homes(connection)[0])
        problems = _problems(settings, at)
        found = plan(stored, ledger, at, cell=settings.hub.cell, zone=zone, problems=problems, proven=heard)
        answer.update(told(found, stored, language, dry_run=dry_run, zone=zone))
        if found.directory is not None and found.changes and not dry_run:
            save(connection, stored, found, at, BY, tuple(files))

    with Store.open(store_path(settings), settings.hub.cell, create=True) as store:
        store.write(work)
    return answer


def save(
    connection: Connection,
    stored: Directory | None,
    found: Plan,
    at: datetime,
    by: str,
    files: tuple[str, ...],
) -> None:
    """Write what a plan changes, and its line of the change log, in the caller's transaction."""
    if found.directory is None:
        raise ValueError("a refused ledger is never saved")
    log_in_names.keep_apart(connection, stored, found.directory)
    if stored is None:
        directory_rows.save(connection, found.directory)
    else:
        directory_rows.save_changes(connection, stored, directory_rows.arranged(stored, found.directory))
    change_log.note(connection, change_line(found, at, by, len(files)))


def _problems(settings: Settings, at: datetime) -> Callable[[Directory], tuple[Problem, ...]]:
    def problems(directory: Directory) -> tuple[Problem, ...]:
        return (
            *validation.problems(directory, at),
            *validation.override_problems(directory, settings.rules),
            *validation.policy_problems(directory, settings.policies),
        )

    return problems


# --- out --------------------------------------------------------------------------------------------------------------


def _export_files(args: argparse.Namespace) -> int:
    settings = load(args.config)
    language = _language(args, settings)
    target: Path = args.target
    as_csv = args.csv
    answer = local.call(
        args.config, "GET", EXPORT, params={"format": "csv" if as_csv else "xlsx", "language": language}
    )
    if answer is None:
        data = _export_from_store(settings, language, as_csv=as_csv)
    elif answer.status_code == 200:
        data = answer.content
    else:
        raise Refused(local.complaint(answer))
    if not as_csv:
        _write(target if target.suffix else target / _name(language), data)
        return 0
    for name, content in unpacked(data).items():
        _write(target / name, content)
    return 0


def _export_from_store(settings: Settings, language: Language, *, as_csv: bool) -> bytes:
    at = wall_now()
    with Store.open(store_path(settings), settings.hub.cell, create=False) as store:
        directory = store.write(directory_rows.load) or Directory(settings.hub.cell)
        line = change_log.Change(at, BY, What.DIRECTORY_EXPORTED, "directory", None, {"csv": as_csv})
        store.write(lambda connection: change_log.note(connection, line))
    return exported(directory, language, at, ZoneInfo(settings.hub.timezone), as_csv=as_csv)


def _name(language: Language) -> str:
    return "台账.xlsx" if language == "zh" else "ledger.xlsx"


def _language(args: argparse.Namespace, settings: Settings) -> Language:
    return cast(Language, args.language or settings.web.language)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: cannot be read ({error.strerror}); name an existing file") from error


def _write(path: Path, data: bytes) -> None:
    """Readable by its owner only: it holds people."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(data)
    except OSError as error:
        raise Refused(f"{path}: cannot be written ({error.strerror}); name another place") from error
    print(path)
