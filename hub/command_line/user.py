"""`hub user`: what is typed about log-ins; passwords come from the terminal, unseen, or from standard input.

Its help needs no store: each action loads what it does when it is done.
"""

import argparse
import getpass
import sys
from collections.abc import Callable


def add_arguments(
    parser: argparse.ArgumentParser, add_config: Callable[[argparse.ArgumentParser], None]
) -> None:
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")

    def action(
        name: str, help_text: str, run: Callable[[argparse.Namespace], int]
    ) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, help=help_text)
        add_config(made)
        made.add_argument("login")
        made.set_defaults(run=run)
        return made

    add = action("add", "add a log-in; asks for its password", _add)
    add.add_argument("--name", default="", help="the name shown in the console")
    _add_access(add)
    add.add_argument(
        "--administrator",
        action="store_const",
        const="administrator",
        dest="role",
        help="as --role administrator",
    )
    _add_access(action("change", "give a log-in another role, scope or person", _change))
    action("password", "give a log-in another password", _set_password)
    action("disable", "keep a log-in out", _disable)
    action("enable", "let a disabled log-in in again", _enable)
    listing = actions.add_parser("list", help="all log-ins")
    add_config(listing)
    listing.set_defaults(run=_list)
    _add_tokens(actions.add_parser("token", help="tokens with which scripts call the API"), add_config)


def _add_tokens(
    parser: argparse.ArgumentParser, add_config: Callable[[argparse.ArgumentParser], None]
) -> None:
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    make = actions.add_parser("add", help="make a token and print it: it is shown once")
    add_config(make)
    make.add_argument("name", help="which system uses it")
    make.add_argument("--role", required=True, help="what it may do, as for a log-in")
    make.add_argument("--scope", default="", help="of whose homes, as for a log-in")
    make.add_argument("--days", type=int, help="until it ends; without it, until it is revoked")
    make.set_defaults(run=_make_token)
    revoke = actions.add_parser("revoke", help="let nobody in with it any more")
    add_config(revoke)
    revoke.add_argument("id", help="as `hub user token list` shows it")
    revoke.set_defaults(run=_revoke_token)
    listing = actions.add_parser("list", help="all tokens, without what lets in")
    add_config(listing)
    listing.set_defaults(run=_list_tokens)


def _add_access(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--role",
        help="operator (as usual), duty_manager, centre_duty, butler, installer, supervisor or administrator",
    )
    parser.add_argument(
        "--scope",
        default="",
        help="everything, own, or company:ID, region:ID, centre:ID; as usual for the role when left out",
    )
    parser.add_argument("--person", help="the id of the person of the directory whose log-in it is")


def _add(args: argparse.Namespace) -> int:
    from hub.command_line import log_ins

    if _unknown(args.role):
        return 2
    return log_ins.add_login(
        *(args.config, args.login, args.name or args.login, _password()),
        role=args.role or "operator",
        scope=args.scope,
        person=args.person,
    )


def _change(args: argparse.Namespace) -> int:
    from hub.command_line import log_ins

    if _unknown(args.role):
        return 2
    return log_ins.change_login(args.config, args.login, role=args.role, scope=args.scope, person=args.person)


def _unknown(role: str | None) -> bool:
    from hub.command_line import log_ins

    if role is None or role in log_ins.ROLES:
        return False
    print(f"--role {role}: there is no such role; known: {', '.join(log_ins.ROLES)}", file=sys.stderr)
    return True


def _set_password(args: argparse.Namespace) -> int:
    from hub.command_line import log_ins

    return log_ins.set_login_password(args.config, args.login, _password())


def _disable(args: argparse.Namespace) -> int:
    from hub.command_line import log_ins

    return log_ins.set_login_active(args.config, args.login, active=False)


def _enable(args: argparse.Namespace) -> int:
    from hub.command_line import log_ins

    return log_ins.set_login_active(args.config, args.login, active=True)


def _list(args: argparse.Namespace) -> int:
    from hub.command_line import log_ins

    return log_ins.list_logins(args.config)


def _make_token(args: argparse.Namespace) -> int:
    from hub.command_line import tokens

    if _unknown(args.role):
        return 2
    if args.days is not None and not 1 <= args.days <= 3660:
        print("--days needs a number from 1 to 3660", file=sys.stderr)
        return 2
    return tokens.make(args.config, args.name, role=args.role, scope=args.scope, days=args.days)


def _revoke_token(args: argparse.Namespace) -> int:
    from hub.command_line import tokens

    return tokens.revoke(args.config, args.id)


def _list_tokens(args: argparse.Namespace) -> int:
    from hub.command_line import tokens

    return tokens.show_all(args.config)


def _password() -> str:
    """From the terminal unseen and twice, or a line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    while True:
        password = getpass.getpass("password: ")
        if getpass.getpass("the same again: ") == password:
            return password
        print("these two differ; once more", file=sys.stderr)
