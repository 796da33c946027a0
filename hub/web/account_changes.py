"""Changes of log-ins with their lines of the change log, in the transaction of their caller: console and command line."""

from datetime import datetime
from typing import Any

from hub.store import accounts, change_log
from hub.store.accounts import Account
from hub.store.change_log import Change, What
from hub.store.store import Connection
from hub.web.account_rules import Access, access_of


def add(
    connection: Connection, login: str, name: str, access: Access, password_hash: str, by: str, now: datetime
) -> Account:
    """Raises AccountExists."""
    account = accounts.add_account(
        *(connection, login, name, access.role, password_hash, now),
        *(access.scope.kind.value, access.scope.id, access.person_id),
    )
    data = {"access": str(access), "person_id": access.person_id}
    change_log.note(connection, Change(now, by, What.ACCOUNT_ADDED, "account", account.login, data))
    return account


def change(
    connection: Connection,
    login: str,
    by: str,
    now: datetime,
    *,
    name: str | None = None,
    password_hash: str | None = None,
    active: bool | None = None,
    access: Access | None = None,
) -> Account:
    """What is not None; the account as it stood when nothing is new. Raises NoSuchAccount, LastAdministrator."""
    before = accounts.find_account(connection, login)
    values: dict[str, Any] = {}
    data: dict[str, Any] = {}
    if name is not None and (before is None or name != before.name):
        values["name"] = name
    if password_hash is not None:
        values["password_hash"] = password_hash
    if active is not None and (before is None or active is not before.active):
        values["active"] = data["active"] = active
    if access is not None and (before is None or access != access_of(before)):
        values |= {
            "role": access.role.value,
            "scope_kind": access.scope.kind.value,
            "scope_id": access.scope.id,
            "person_id": access.person_id,
        }
        data |= {"access": str(access), "person_id": access.person_id}
        if before is not None:
            data["access_before"] = str(access_of(before))
    if before is not None and not values:
        return before
    account = accounts.change_account(connection, login, **values)
    data["fields"] = sorted({"role": "access"}.get(key, key) for key in values if key not in _OF_ACCESS)
    change_log.note(connection, Change(now, by, What.ACCOUNT_CHANGED, "account", account.login, data))
    return account


_OF_ACCESS = {"scope_kind", "scope_id", "person_id"}
"""Told together with the role, as access."""
