"""Log-ins: added once, found whatever the capital letters, and old sessions end when something about them changes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.core.events import ActorRole
from hub.store import accounts
from hub.store.accounts import Account, AccountExists, NoSuchAccount
from hub.store.store import Store
from tests.store.samples import CELL, at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "cell.sqlite", CELL) as opened:
        opened.write(
            lambda connection: accounts.add_account(
                connection, "Zhang", "张敏", ActorRole.OPERATOR, "scrypt1$x", at(0)
            )
        )
        yield opened


def find(store: Store, login: str) -> Account | None:
    return store.write(lambda connection: accounts.find_account(connection, login))


def test_an_account_comes_back_as_it_was_added(store: Store) -> None:
    expected = Account("zhang", "张敏", ActorRole.OPERATOR, "scrypt1$x", True, 1, at(0))
    assert find(store, "zhang") == find(store, "ZHANG") == expected
    assert find(store, "li") is None


def test_a_login_is_taken_only_once(store: Store) -> None:
    with pytest.raises(AccountExists, match="'ZHANG' exists already"):
        store.write(
            lambda connection: accounts.add_account(
                connection, "ZHANG", "张", ActorRole.ADMINISTRATOR, "scrypt1$y", at(1)
            )
        )
    assert [account.role for account in store.write(accounts.list_accounts)] == [ActorRole.OPERATOR]


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        (
            lambda connection: accounts.set_password_hash(connection, "zhang", "scrypt1$new"),
            *("password_hash", "scrypt1$new"),
        ),
        (lambda connection: accounts.set_active(connection, "Zhang", False), "active", False),
        (
            lambda connection: accounts.set_access(
                connection, "zhang", ActorRole.ADMINISTRATOR, "everything", None, None
            ),
            *("role", ActorRole.ADMINISTRATOR),
        ),
    ],
    ids=["password", "disabled", "role"],
)
def test_a_change_ends_older_sessions(
    store: Store, change: Callable[[Connection], Account], field: str, value: Any
) -> None:
    changed = store.write(change)
    assert (getattr(changed, field), changed.generation) == (value, 2)
    assert find(store, "zhang") == changed


def test_disabled_accounts_are_still_listed(store: Store) -> None:
    store.write(lambda connection: accounts.set_active(connection, "zhang", False))
    store.write(
        lambda connection: accounts.add_account(
            connection, "an", "安", ActorRole.ADMINISTRATOR, "scrypt1$z", at(1)
        )
    )
    listed = store.write(accounts.list_accounts)
    assert [(account.login, account.active) for account in listed] == [("an", True), ("zhang", False)]


def test_who_is_not_there_cannot_be_changed(store: Store) -> None:
    with pytest.raises(NoSuchAccount, match="'li'"):
        store.write(lambda connection: accounts.set_active(connection, "li", False))
