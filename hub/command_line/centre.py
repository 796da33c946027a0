"""`hub centre`: who runs which centre, and moving one to another company; over a running hub's own socket, else on its store."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import httpx

from hub.clock import wall_now
from hub.command_line import local
from hub.config.settings import ConfigProblems, load
from hub.data_dir import store_path
from hub.directory.model import Directory
from hub.directory.people_edits import NoSuchEntry, move_centre
from hub.store import change_log, directory_rows
from hub.store.change_log import Change, What
from hub.store.errors import StoreError
from hub.store.store import Connection, Store

BY = "local"


class Refused(Exception):
    """The text says why, and what to do."""


def add_arguments(
    parser: argparse.ArgumentParser, add_config: Callable[[argparse.ArgumentParser], None]
) -> None:
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="all centres: id, company, homes, name")
    add_config(listing)
    listing.set_defaults(run=_list)
    move = actions.add_parser("move", help="give a centre to another company, its homes and history with it")
    add_config(move)
    move.add_argument("centre", help="the centre's id; `hub centre list` shows them")
    move.add_argument("--company", required=True, help="the id of the company that takes it over")
    move.add_argument("--alone", action="store_true", help="leave the small centres that back up to it")
    move.set_defaults(run=_move)


def _list(args: argparse.Namespace) -> int:
    def do() -> str:
        answer = local.call(args.config, "GET", "/api/v1/centres")
        if answer is None:
            directory = _read(args.config)
            homes = [home.centre_id for home in directory.homes]
            lines = [(one.id, one.company_id, homes.count(one.id), one.name) for one in directory.centres]
        else:
            _must_be_done(answer)
            lines = [
                (one["id"], one["company"] and one["company"]["id"], one["homes"], one["name"])
                for one in answer.json()
            ]
        return "\n".join(f"{key}\t{company or '-'}\t{homes}\t{name}" for key, company, homes, name in lines)

    return _told(do)


def _move(args: argparse.Namespace) -> int:
    def do() -> str:
        body = {"company_id": args.company, "alone": args.alone}
        answer = local.call(args.config, "POST", f"/api/v1/centres/{args.centre}/company", json=body)
        if answer is None:
            centres, homes = _move_in_store(args.config, args.centre, args.company, alone=args.alone)
        else:
            _must_be_done(answer)
            done = answer.json()
            centres, homes = [one["id"] for one in done["centres"]], done["homes"]
        return f"{', '.join(centres)} now belong to {args.company}, {homes} homes with their history"

    return _told(do)


def _move_in_store(config: Path, centre: str, company: str, *, alone: bool) -> tuple[list[str], int]:
    """Profiles of homes follow when the hub starts."""

    def write(connection: Connection) -> tuple[list[str], int]:
        stored = directory_rows.load(connection)
        if stored is None:
            raise Refused("the store holds no directory yet: import a ledger first")
        moved = move_centre(stored, centre, company, alone=alone)
        if moved.company_before == company:
            raise Refused(f"{centre} belongs to {company} already")
        directory_rows.save_changes(connection, stored, directory_rows.arranged(stored, moved.directory))
        data = {
            "company_before": moved.company_before,
            "company": company,
            "centres": list(moved.centres),
            "homes": moved.homes,
        }
        change_log.note(connection, Change(wall_now(), BY, What.CENTRE_MOVED, "centre", centre, data))
        return list(moved.centres), moved.homes

    settings = load(config)
    with Store.open(store_path(settings), settings.hub.cell, create=False) as store:
        return store.write(write)


def _read(config: Path) -> Directory:
    settings = load(config)
    with Store.open(store_path(settings), settings.hub.cell, create=False) as store:
        return store.write(directory_rows.load) or Directory(settings.hub.cell)


def _must_be_done(answer: httpx.Response) -> None:
    if answer.is_error:
        raise Refused(local.complaint(answer))


def _told(do: Callable[[], str]) -> int:
    try:
        print(do())
    except NoSuchEntry as error:
        print(f"{error}; `hub centre list` shows centres and companies", file=sys.stderr)
        return 2
    except (Refused, ConfigProblems, StoreError, local.NotAllowed, httpx.HTTPError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0
