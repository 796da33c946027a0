"""The command line: run the hub, play the demo, decode messages, import a ledger, keep log-ins, check settings.

Each command loads what it needs when it is the one that was typed: on a gateway the rest would take seconds of every start.
"""

import argparse
import logging
import os
import select
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hub.log_lines import FORMAT, WithoutWords

DEFAULT_CONFIG = Path("config/gateway.toml")


_READER_GONE = 141
"""What a shell says of a program that SIGPIPE ended (128 + 13): `head` has read enough, which is no mistake."""


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    try:
        try:
            return _command(argv)
        finally:
            sys.stdout.flush()  # Also what argparse prints before it exits.
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        if not _reader_gone():
            raise
        # What is still buffered would be written once more when the interpreter ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for descriptor in (1, 2):
            os.dup2(nowhere, descriptor)
        return _READER_GONE


def _reader_gone() -> bool:
    """Whether nobody reads what this process says; the pipe that broke may also be one of the hub's own connections."""
    said = select.poll()
    said.register(1, 0)
    said.register(2, 0)
    return any(event & select.POLLERR for _, event in said.poll(0))


def _command(argv: Sequence[str] | None) -> int:
    parser = _parser()
    args = parser.parse_args(argv)
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(WithoutWords(FORMAT))
    logging.basicConfig(level=logging.DEBUG if args.verbose else logging.INFO, handlers=[lines])
    code: int = args.run(args)
    return code


class _Command(argparse.ArgumentParser):
    """A command whose arguments are added by `fill` when it is the one that was typed."""

    def __init__(
        self, *args: Any, fill: Callable[[argparse.ArgumentParser], None] | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self._fill = fill

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self._fill is not None:
            fill, self._fill = self._fill, None
            fill(self)
        return super().parse_known_args(args, namespace)


def _fill_decode(parser: argparse.ArgumentParser) -> None:
    from hub.command_line import decode

    decode.add_arguments(parser)
    parser.set_defaults(run=decode.run)


def _fill_evaluate(parser: argparse.ArgumentParser) -> None:
    from hub.command_line import evaluate

    evaluate.add_arguments(parser)


def _fill_rules(parser: argparse.ArgumentParser) -> None:
    from hub.command_line import rules

    rules.add_arguments(parser)


def _fill_replay(parser: argparse.ArgumentParser) -> None:
    from hub.command_line import replay

    replay.add_arguments(parser, _add_config)


def _fill_contract(parser: argparse.ArgumentParser) -> None:
    from hub.command_line import contract

    contract.add_arguments(parser)


def _fill_directory(parser: argparse.ArgumentParser) -> None:
    from hub.command_line import directory

    directory.add_arguments(parser, _add_config)


def _fill_enrol(parser: argparse.ArgumentParser) -> None:
    from hub.command_line import enrol

    enrol.add_arguments(parser, _add_config)


def _fill_centre(parser: argparse.ArgumentParser) -> None:
    from hub.command_line import centre

    centre.add_arguments(parser, _add_config)


def _fill_certificates(parser: argparse.ArgumentParser) -> None:
    from hub.command_line import certificates

    certificates.add_arguments(parser)


def _fill_user(parser: argparse.ArgumentParser) -> None:
    from hub.command_line import user

    user.add_arguments(parser, _add_config)


def _fill_backup(parser: argparse.ArgumentParser) -> None:
    from hub.command_line import backup

    backup.add_backup(parser, _add_config)


def _fill_restore(parser: argparse.ArgumentParser) -> None:
    from hub.command_line import backup

    backup.add_restore(parser, _add_config)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hub", description="The alert hub for elders who live at home.")
    parser.add_argument("-v", "--verbose", action="store_true", help="log more")
    commands = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND", parser_class=_Command
    )

    run = commands.add_parser("run", help="run the hub until SIGTERM or Ctrl-C")
    _add_config(run)
    run.set_defaults(run=_run)

    demo = commands.add_parser("demo", help="a street of simulated homes on this machine")
    demo.add_argument("--reset", action="store_true", help="forget what earlier demos kept")
    demo.add_argument("--scenario", default="street", help="what the homes play (see: device-sim list)")
    demo.add_argument(
        "--speed", type=float, default=1.0, help="60: an hour of the scenario passes in a minute"
    )
    demo.add_argument("--config", type=Path, default=None, help="other settings than config/demo.toml")
    demo.set_defaults(run=_demo)

    commands.add_parser("decode", help="what the hub makes of recorded messages", fill=_fill_decode)

    commands.add_parser(
        "evaluate", help="how good the detectors are on somebody's recordings", fill=_fill_evaluate
    )

    commands.add_parser("rules", help="try rules on series that are written down", fill=_fill_rules)

    commands.add_parser(
        "replay", help="what other rules would have made of the recorded days", fill=_fill_replay
    )

    commands.add_parser(
        "contract", help="a device at the bench: does it keep the contract?", fill=_fill_contract
    )

    check = commands.add_parser(
        "check-config", help="read settings, rules and policies, and list every error"
    )
    _add_config(check)
    check.set_defaults(run=_check_config)

    commands.add_parser(
        "directory", help="a centre's ledger: import, export, templates", fill=_fill_directory
    )
    commands.add_parser(
        "enrol",
        help="homes, elders and devices of a running hub: enrol, move, check, who is unprotected",
        fill=_fill_enrol,
    )
    commands.add_parser(
        "certificates", help="certificates for the broker and its devices", fill=_fill_certificates
    )
    commands.add_parser(
        "centre", help="who runs which centre; move one to another company", fill=_fill_centre
    )

    commands.add_parser("backup", help="copy the store, while a hub runs or not", fill=_fill_backup)
    commands.add_parser("restore", help="put a copy back; the present store is set aside", fill=_fill_restore)
    commands.add_parser("user", help="log-ins of the console, whether a hub runs or not", fill=_fill_user)
    return parser


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, default=DEFAULT_CONFIG, help=f"settings file (default {DEFAULT_CONFIG})"
    )


def _run(args: argparse.Namespace) -> int:
    from hub.app import Hub
    from hub.broker import BrokerError
    from hub.config.settings import ConfigProblems, load
    from hub.serving import CannotServe
    from hub.store.errors import StoreError, StoreUnavailable

    try:
        settings = load(args.config)
        hub = Hub(settings)
    except StoreUnavailable as error:
        from hub.closed import is_supervised, stay_closed

        _complain(error)
        if is_supervised():
            stay_closed(settings.web, str(error))
        return 2
    except (ConfigProblems, StoreError, CannotServe) as error:
        return _complain(error)
    try:
        hub.start()
        return hub.serve(lambda: logging.getLogger("hub").info("console at %s", hub.base_url))
    except BrokerError as error:
        return _complain(error)
    finally:
        hub.stop()


def _demo(args: argparse.Namespace) -> int:
    from hub.demo import DemoError, run_demo

    try:
        return run_demo(args.config, reset=args.reset, scenario=args.scenario, speed=args.speed)
    except DemoError as error:
        return _complain(error)


def _check_config(args: argparse.Namespace) -> int:
    from hub.config.settings import ConfigProblems, load

    try:
        settings = load(args.config)
    except ConfigProblems as error:
        return _complain(error)
    for warning in settings.warnings:
        print(f"warning: {warning}")
    print(f"{args.config}: all settings, rules and policies are in order")
    return 0


def _complain(error: Exception) -> int:
    print(error, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
