"""Log-ins: rows added, found and changed through a connection that the caller's transaction belongs to.

A change of password or role, and disabling, raise the generation: sessions of an older one are no longer valid.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from hub.core.events import ActorRole
from hub.store.tables import AccountRow, table_of

_ACCOUNT = table_of(AccountRow)


@dataclass(frozen=True, slots=True)
class Account:
    """`scope_kind` and `scope_id` as in `hub/web/access`; `person_id`: who of the directory this is, if anybody."""

    login: str
    name: str
    role: ActorRole
    password_hash: str
    active: bool
    generation: int
    created_at: datetime
    scope_kind: str = "everything"
    scope_id: str | None = None
    person_id: str | None = None


class AccountExists(Exception):
    """The log-in is taken."""


class NoSuchAccount(Exception):
    """There is no such log-in."""


class LastAdministrator(Exception):
    """Nobody would be left who can keep log-ins."""


def add_account(
    connection: Connection,
    login: str,
    name: str,
    role: ActorRole,
    password_hash: str,
    now: datetime,
    scope_kind: str = "everything",
    scope_id: str | None = None,
    person_id: str | None = None,
) -> Account:
    """Raises AccountExists; log-ins differ by more than capital letters."""
    if find_account(connection, login) is not None:
        raise AccountExists(f"the log-in {login!r} exists already; choose another")
    account = Account(
        *(login.casefold(), name, role, password_hash, True, 1, now),
        *(scope_kind, scope_id, person_id),
    )
    row = {field: getattr(account, field) for field in Account.__dataclass_fields__}
    try:
        connection.execute(insert(_ACCOUNT).values(row | {"role": role.value}))
    except IntegrityError as error:
        raise AccountExists(f"the log-in {login!r} exists already; choose another") from error
    return account


def find_account(connection: Connection, login: str) -> Account | None:
    row = connection.execute(select(_ACCOUNT).where(_ACCOUNT.c.login == login.casefold())).one_or_none()
    return None if row is None else _account(row)


def list_accounts(connection: Connection) -> list[Account]:
    """All, disabled ones too, by log-in."""
    return [_account(row) for row in connection.execute(select(_ACCOUNT).order_by(_ACCOUNT.c.login))]


def set_password_hash(connection: Connection, login: str, password_hash: str) -> Account:
    """Raises NoSuchAccount."""
    return change_account(connection, login, password_hash=password_hash)


def set_active(connection: Connection, login: str, active: bool) -> Account:
    """Disable or enable. Raises NoSuchAccount, LastAdministrator."""
    return change_account(connection, login, active=active)


def set_access(
    connection: Connection,
    login: str,
    role: ActorRole,
    scope_kind: str,
    scope_id: str | None,
    person_id: str | None,
) -> Account:
    """What the log-in may do, and of whose homes. Raises NoSuchAccount, LastAdministrator."""
    return change_account(
        connection,
        login,
        role=role.value,
        scope_kind=scope_kind,
        scope_id=scope_id,
        person_id=person_id,
    )


def change_account(connection: Connection, login: str, **values: Any) -> Account:
    """Change columns of a log-in; its sessions end. Raises NoSuchAccount, LastAdministrator."""
    before = find_account(connection, login)
    if before is None:
        raise NoSuchAccount(f"there is no log-in {login!r}; `hub user list` shows them")
    connection.execute(
        update(_ACCOUNT)
        .where(_ACCOUNT.c.login == login.casefold())
        .values(generation=_ACCOUNT.c.generation + 1, **values)
    )
    after = find_account(connection, login) or before
    if (
        _administers(before)
        and not _administers(after)
        and not any(map(_administers, list_accounts(connection)))
    ):
        raise LastAdministrator(
            f"{before.login} is the last administrator who can log in: make another one first"
        )
    return after


def _administers(account: Account) -> bool:
    return account.active and account.role is ActorRole.ADMINISTRATOR


def _account(row: Any) -> Account:
    return Account(
        *(row.login, row.name, ActorRole(row.role), row.password_hash),
        *(row.active, row.generation, row.created_at),
        *(row.scope_kind, row.scope_id, row.person_id),
    )
