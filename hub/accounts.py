"""Log-ins from the command line, while no hub runs on the store: the first administrator of a new installation."""

import sys
from pathlib import Path

from hub.clock import wall_now
from hub.config import ConfigProblems, Settings, load
from hub.core.events import ActorRole
from hub.store.accounts import AccountExists, add_account, list_accounts
from hub.store.errors import StoreError
from hub.store.store import Connection, Store
from hub.web.passwords import MIN_LENGTH, hash_password


def add_login(config: Path, login: str, name: str, password: str, *, administrator: bool) -> int:
    """Add a log-in; returns the exit code and says what is wrong."""
    if len(password) < MIN_LENGTH:
        print(f"the password is too short: at least {MIN_LENGTH} characters", file=sys.stderr)
        return 2
    role = ActorRole.ADMINISTRATOR if administrator else ActorRole.OPERATOR
    hashed = hash_password(password)

    def add(connection: Connection) -> None:
        add_account(connection, login, name, role, hashed, wall_now())

    try:
        with _store(load(config)) as store:
            store.write(add)
    except (ConfigProblems, StoreError, AccountExists) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{login} may log in as {role.value}")
    return 0


def list_logins(config: Path) -> int:
    """Print every log-in with its role."""
    try:
        with _store(load(config)) as store:
            accounts = store.write(list_accounts)
    except (ConfigProblems, StoreError) as error:
        print(error, file=sys.stderr)
        return 2
    for account in accounts:
        print(f"{account.login}\t{account.role.value}\t{'active' if account.active else 'disabled'}")
    return 0


def _store(settings: Settings) -> Store:
    settings.hub.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Store.open(settings.hub.data_dir / "hub.sqlite", settings.hub.cell)
