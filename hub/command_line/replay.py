"""`hub replay`: what other rules would have made of the recorded days, beside what the rules in force make of them."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from hub.config.rules import load_rules
from hub.config.settings import load
from hub.core.alerts import Policy
from hub.core.context import Context
from hub.core.rules import Rules
from hub.data_dir import store_path
from hub.evaluation.report import table_lines
from hub.replay.comparing import Compared, page, tables
from hub.replay.playing import Played, play
from hub.store.homes import load_homes
from hub.store.input_rows import inputs_since, newest_at
from hub.store.queries import Queries
from hub.store.store import Connection

_WRONG = 2
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def add_arguments(
    parser: argparse.ArgumentParser, add_config: Callable[[argparse.ArgumentParser], None]
) -> None:
    """The options of `hub replay`."""
    add_config(parser)
    parser.add_argument("--rules", type=Path, required=True, metavar="FILE", help="the rules to be tried")
    parser.add_argument(
        "--since", default="7d", metavar="30d", help="how far back: hours (h), days (d) or weeks (w)"
    )
    parser.add_argument(
        "--page", type=Path, metavar="FILE", help="write tables and timeline as one page (HTML)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: compared; 2: something could not be read, or nothing was recorded. Changes nothing in the store."""
    span = re.fullmatch(r"(\d+)([hdw])", args.since)
    if span is None:
        return _complain(f"--since {args.since}: write a number and h, d or w, like 30d")
    rules, problems = load_rules(args.rules)
    if rules is None:
        return _complain("\n".join(map(str, problems)))
    settings = load(args.config, os.environ)
    queries = Queries(store_path(settings))
    try:
        found = queries.read(
            lambda connection: compare(
                connection, int(span[1]) * _UNITS[span[2]], settings.rules, rules, settings.policies
            )
        )
    finally:
        queries.close()
    if not found.before.inputs:
        return _complain(
            f"nothing was recorded in the last {args.since}; the log is kept as [retention] input_log_days says"
        )
    print(
        f"{found.before.inputs} inputs of {found.days:.1f} days, {found.before.failed} could not be stepped; "
        f"{len(found.gone)} alerts gone, {len(found.new)} new"
    )
    for table in tables(found):
        print()
        print("\n".join(table_lines(table)))
    if args.page is not None:
        args.page.parent.mkdir(parents=True, exist_ok=True)
        args.page.write_text(page(found, f"Replay of {args.since} under {args.rules.name}"), encoding="utf-8")
    return 0


def compare(
    connection: Connection,
    span: timedelta,
    in_force: Rules,
    tried: Rules,
    policies: Mapping[str, Policy],
) -> Compared:
    """Both replays of what was logged in the last `span` before the newest input."""
    newest = newest_at(connection)
    if newest is None:
        return Compared(Played(), Played())
    profiles = {home_id: home.profile for home_id, home in load_homes(connection)[0].items()}
    inputs = list(inputs_since(connection, newest - span))
    before, after = (
        play(inputs, profiles, Context(1, rules, policies, newest - span)) for rules in (in_force, tried)
    )
    return Compared(before, after)


def _complain(said: str) -> int:
    print(f"hub replay: {said}", file=sys.stderr)
    return _WRONG
