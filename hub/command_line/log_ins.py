"""Log-ins from the command line: asked of the running hub, or written into its store while none runs (the first
administrator of an installation, a way back in)."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx

from hub.clock import wall_now
from hub.command_line import local
from hub.config.settings import ConfigProblems, load
from hub.core.events import ActorRole
from hub.data_dir import store_path
from hub.store.accounts import (
    AccountExists,
    LastAdministrator,
    NoSuchAccount,
    find_account,
    list_accounts,
)
from hub.store.errors import StoreError, StoreLocked
from hub.store.store import Connection, Store
from hub.web import account_changes
from hub.web.access import LOG_IN_ROLES, SCOPES, Scope, ScopeKind
from hub.web.account_rules import (
    RESERVED,
    Access,
    access_of,
    password_wrongs,
    read_scope,
    usual_access,
    wrongs,
)
from hub.web.account_texts import in_words
from hub.web.passwords import hash_password

T = TypeVar("T")

ROLES = tuple(role.value for role in LOG_IN_ROLES)
BY = "local"

_ALLOWED = {
    "login": "the log-in needs 2 to 32 letters, digits, dots, dashes or underscores, a letter or digit first",
    "name": "the name needs 1 to 40 characters",
    "password": "the password needs 10 to 256 characters",
}
"""What the console's own form allows, in words."""


class Refused(Exception):
    """The text says why, and what to do."""


def add_login(
    config: Path,
    login: str,
    name: str,
    password: str,
    *,
    role: str = ActorRole.OPERATOR.value,
    scope: str = "",
    person: str | None = None,
) -> int:
    """Add a log-in, in a new store if there is none yet; returns the exit code and says what is wrong."""

    def do() -> str:
        _allow(login, name, password)
        access = access_for(ActorRole(role), scope, person)
        body = {
            "login": login,
            "name": name,
            "role": role,
            "password": password,
            "scope": {"kind": access.scope.kind.value, "id": access.scope.id},
            "person_id": person,
        }
        if ask(config, "POST", "/api/v1/accounts", body) is None:
            hashed = hash_password(password)

            def add(connection: Connection) -> None:
                fits(connection, login, access)
                account_changes.add(connection, login, name, access, hashed, BY, wall_now())

            write(config, add, create=True)
        return f"{login} may log in as {access.role.value}, for {access.scope}"

    return finished(do)


def change_login(
    config: Path, login: str, *, role: str | None = None, scope: str = "", person: str | None = None
) -> int:
    """Give a log-in another role, scope or person, which ends its sessions; returns the exit code."""

    def do() -> str:
        if role is None and not scope and person is None:
            raise Refused("nothing to change: say --role, --scope or --person")

        def change(connection: Connection) -> str:
            known = {account.login: account for account in list_accounts(connection)}
            before = known.get(login.casefold())
            if before is None:
                raise NoSuchAccount(f"there is no log-in {login!r}; `hub user list` shows them")
            of = person or before.person_id
            if role is None and not scope:
                access = Access(before.role, access_of(before).scope, of)
                if access.scope.kind is ScopeKind.OWN:
                    access = Access(before.role, Scope(ScopeKind.OWN, of), of)
            else:
                access = access_for(ActorRole(role) if role else before.role, scope, of)
            fits(connection, before.login, access)
            account_changes.change(connection, login, BY, wall_now(), access=access)
            return str(access)

        body: dict[str, Any] = {} if role is None else {"role": role}
        if scope:
            asked = _read(scope, person)
            body["scope"] = {
                "kind": asked.kind.value,
                "id": None if asked.kind is ScopeKind.OWN else asked.id,
            }
        if person is not None:
            body["person_id"] = person
        changed = ask(config, "PATCH", f"/api/v1/accounts/{login}", body)
        if changed is None:
            return f"{login} may now log in as {write(config, change)}"
        return f"{login} may now log in as {_shown(changed)}"

    return finished(do)


def set_login_password(config: Path, login: str, password: str) -> int:
    """Give a log-in another password, which ends its sessions; returns the exit code."""

    def do() -> str:
        _allow(login, "-", password)
        if ask(config, "PATCH", f"/api/v1/accounts/{login}", {"password": password}) is None:
            hashed = hash_password(password)

            def change(connection: Connection) -> None:
                known = find_account(connection, login)
                _strong(password, login, known.name if known is not None else "")
                account_changes.change(connection, login, BY, wall_now(), password_hash=hashed)

            write(config, change)
        return f"{login} has a new password"

    return finished(do)


def set_login_active(config: Path, login: str, *, active: bool) -> int:
    """Let a log-in in, or keep it out; returns the exit code."""

    def do() -> str:
        if ask(config, "PATCH", f"/api/v1/accounts/{login}", {"active": active}) is None:
            write(
                config,
                lambda connection: account_changes.change(connection, login, BY, wall_now(), active=active),
            )
        return f"{login} may log in again" if active else f"{login} may no longer log in"

    return finished(do)


def list_logins(config: Path) -> int:
    """Print every log-in with its role and scope; returns the exit code."""

    def do() -> str:
        listed = ask(config, "GET", "/api/v1/accounts")
        if listed is None:
            lines = write(
                config,
                lambda connection: [
                    _line(account.login, str(access_of(account)), active=account.active)
                    for account in list_accounts(connection)
                ],
            )
        else:
            lines = [_line(one["login"], _shown(one), active=one["active"]) for one in listed]
        return "\n".join(lines)

    return finished(do)


def _line(login: str, access: str, *, active: bool) -> str:
    return f"{login}\t{access}\t{'active' if active else 'disabled'}"


def _shown(account: Mapping[str, Any]) -> str:
    scope = account["scope"]
    return str(Access(ActorRole(account["role"]), Scope(ScopeKind(scope["kind"]), scope["id"])))


def access_for(role: ActorRole, scope: str, person: str | None) -> Access:
    return Access(role, _read(scope, person), person) if scope else usual_access(role, person)


def _read(scope: str, person: str | None) -> Scope:
    found = read_scope(scope, person)
    if found is None:
        kinds = ", ".join(ScopeKind)
        raise Refused(f"--scope {scope!r} is none of {kinds}; a place has its id, as in centre:wuyi-road")
    return found


def _allow(login: str, name: str, password: str) -> None:
    from pydantic import ValidationError

    from hub.web.models_accounts import AccountIn

    try:
        AccountIn(login=login, name=name, role=ActorRole.OPERATOR, password=password)
    except ValidationError as error:
        raise Refused("\n".join(_ALLOWED[str(problem["loc"][0])] for problem in error.errors())) from None
    if login.casefold() in RESERVED:
        raise Refused(f"the log-in {login!r} is kept for the hub itself; choose another")
    _strong(password, login, name)


def _strong(password: str, login: str, name: str) -> None:
    """Raises Refused for a password that anybody would try first."""
    found = [in_words(wrong, "en") for wrong in password_wrongs(password, login, name)]
    if found:
        raise Refused("\n".join(found))


def fits(connection: Connection, login: str, access: Access) -> None:
    """Raises Refused with everything that does not fit."""
    from hub.store import directory_rows

    others = [other for other in list_accounts(connection) if other.login != login.casefold()]
    found = wrongs(login, access, directory_rows.load(connection), wall_now(), others)
    said = [in_words(wrong, "en") for wrong in found]
    if said:
        raise Refused("\n".join(said))


def ask(config: Path, method: str, path: str, body: Any = None) -> Any:
    """What the running hub answers; None when none runs."""
    answer = local.call(config, method, path, json=body)
    if answer is None:
        return None
    if answer.is_error:
        raise Refused(local.complaint(answer))
    return answer.json()


def write(config: Path, do: Callable[[Connection], T], *, create: bool = False) -> T:
    settings = load(config)
    with Store.open(store_path(settings), settings.hub.cell, create=create) as store:
        return store.write(do)


def finished(do: Callable[[], str]) -> int:
    try:
        said = do()
    except StoreLocked as error:
        print(
            f"{error}. It does not answer on its socket yet: try again, or use the console's page of log-ins.",
            file=sys.stderr,
        )
        return 2
    except (
        *(Refused, ConfigProblems, StoreError, local.NotAllowed, httpx.HTTPError),
        *(AccountExists, NoSuchAccount, LastAdministrator),
    ) as error:
        print(error, file=sys.stderr)
        return 2
    if said:
        print(said)
    return 0


__all__ = [
    "ROLES",
    "SCOPES",
    "add_login",
    "change_login",
    "list_logins",
    "set_login_active",
    "set_login_password",
]
