"""Log-ins from the command line, while no hub runs on the store: the first administrator of an installation, a way back in."""

import sys
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from hub.clock import wall_now
from hub.config.settings import ConfigProblems, load
from hub.core.events import ActorRole
from hub.data_dir import store_path
from hub.store.accounts import (
    AccountExists,
    NoSuchAccount,
    add_account,
    list_accounts,
    set_active,
    set_password_hash,
)
from hub.store.errors import StoreError, StoreLocked
from hub.store.store import Connection, Store
from hub.web.models import AccountIn
from hub.web.passwords import hash_password

_ALLOWED = {
    "login": "the log-in needs 2 to 32 letters, digits, dots, dashes or underscores, a letter or digit first",
    "name": "the name needs 1 to 40 characters",
    "password": "the password needs 10 to 256 characters",
}
"""What the console's own form allows, in words."""


def add_login(config: Path, login: str, name: str, password: str, *, administrator: bool) -> int:
    """Add a log-in, in a new store if there is none yet; returns the exit code and says what is wrong."""
    role = ActorRole.ADMINISTRATOR if administrator else ActorRole.OPERATOR
    if not _allowed(login, name, password):
        return 2
    hashed = hash_password(password)

    def add(connection: Connection) -> None:
        add_account(connection, login, name, role, hashed, wall_now())

    return _write(config, add, f"{login} may log in as {role.value}", create=True)


def set_login_password(config: Path, login: str, password: str) -> int:
    """Give a log-in another password, which ends its sessions; returns the exit code."""
    if not _allowed("any", "any", password):
        return 2
    hashed = hash_password(password)
    return _write(
        config, lambda connection: set_password_hash(connection, login, hashed), f"{login} has a new password"
    )


def set_login_active(config: Path, login: str, *, active: bool) -> int:
    """Let a log-in in, or keep it out; returns the exit code."""
    done = f"{login} may log in again" if active else f"{login} may no longer log in"
    return _write(config, lambda connection: set_active(connection, login, active), done)


def list_logins(config: Path) -> int:
    """Print every log-in with its role; returns the exit code."""

    def show(connection: Connection) -> None:
        for account in list_accounts(connection):
            print(f"{account.login}\t{account.role.value}\t{'active' if account.active else 'disabled'}")

    return _write(config, show)


def _allowed(login: str, name: str, password: str) -> bool:
    try:
        AccountIn(login=login, name=name, role="operator", password=password)
    except ValidationError as error:
        for problem in error.errors():
            print(_ALLOWED[str(problem["loc"][0])], file=sys.stderr)
        return False
    return True


def _write(config: Path, do: Callable[[Connection], object], done: str = "", *, create: bool = False) -> int:
    try:
        settings = load(config)
        with Store.open(store_path(settings), settings.hub.cell, create=create) as store:
            store.write(do)
    except StoreLocked as error:
        print(
            f"{error}. While a hub runs, an administrator keeps log-ins on the console's accounts page.",
            file=sys.stderr,
        )
        return 2
    except (ConfigProblems, StoreError, AccountExists, NoSuchAccount) as error:
        print(error, file=sys.stderr)
        return 2
    if done:
        print(done)
    return 0
