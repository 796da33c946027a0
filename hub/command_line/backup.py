"""`hub backup` and `hub restore`: a copy of the store while the hub runs, and putting one back while it does not."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from hub.clock import wall_now
from hub.config.settings import ConfigProblems, Settings, load
from hub.data_dir import damaged_mark, store_path
from hub.store import backup
from hub.store.errors import StoreError, StoreMissing

AddConfig = Callable[[argparse.ArgumentParser], None]


def add_backup(parser: argparse.ArgumentParser, add_config: AddConfig) -> None:
    add_config(parser)
    parser.add_argument(
        "--to", type=Path, metavar="FOLDER", help="instead of the folder of the settings ([backup] folder)"
    )
    parser.set_defaults(run=_backup)


def add_restore(parser: argparse.ArgumentParser, add_config: AddConfig) -> None:
    add_config(parser)
    parser.add_argument(
        "copy", type=Path, nargs="?", metavar="FILE", help="the copy (default: the newest that is whole)"
    )
    parser.add_argument("--list", action="store_true", help="only tell which copies there are")
    parser.add_argument(
        "--without-inputs",
        action="store_true",
        help="leave out what the present store knows of the time since the copy: the state of the copy and nothing else",
    )
    parser.set_defaults(run=_restore)


def _backup(args: argparse.Namespace) -> int:
    try:
        settings = load(args.config)
        store = store_path(settings)
        if not store.exists():
            raise StoreMissing(f"{store}: there is no store; start the hub once, or look at the path")
        folder = args.to or settings.backup_folder
        copy = backup.take(store, folder, settings.hub.cell, wall_now())
    except (ConfigProblems, StoreError) as error:
        return _complain(error)
    print(
        f"{copy.path}: {copy.size_bytes / 1e6:.1f} MB, whole, up to input {copy.last_seq} ({_when(settings, copy)})"
    )
    return 0


def _restore(args: argparse.Namespace) -> int:
    try:
        settings = load(args.config)
        store, cell = store_path(settings), settings.hub.cell
        if args.list:
            return _list(settings)
        copy = backup.look_at(args.copy, cell) if args.copy else backup.newest(settings.backup_folder, cell)
        done = backup.put_back(store, copy, wall_now(), with_inputs=not args.without_inputs)
        damaged_mark(store).unlink(missing_ok=True)
    except (ConfigProblems, StoreError) as error:
        return _complain(error)
    print(f"{copy.path} is the store now: up to input {copy.last_seq} ({_when(settings, copy)})")
    if done.aside is not None:
        print(
            f"the former store is kept as {done.aside}; inputs since the copy that go along: {done.saved_inputs}"
        )
    print("start the hub; then telephone the homes that called since the copy, and compare the directory")
    return 0


def _list(settings: Settings) -> int:
    found = backup.copies(settings.backup_folder, settings.hub.cell)
    for path in found:
        try:
            copy = backup.look_at(path, settings.hub.cell)
        except StoreError as error:
            print(f"not usable: {error}")
        else:
            print(
                f"{path}: {copy.size_bytes / 1e6:.1f} MB, up to input {copy.last_seq} ({_when(settings, copy)})"
            )
    if not found:
        print(f"{settings.backup_folder}: no copies of cell {settings.hub.cell}")
    return 0


def _when(settings: Settings, copy: backup.Copy) -> str:
    return (
        copy.at.astimezone(settings.timezone).strftime("%Y-%m-%d %H:%M:%S")
        if copy.at
        else "of an unknown time"
    )


def _complain(error: Exception) -> int:
    print(error, file=sys.stderr)
    return 2
