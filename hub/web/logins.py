"""Who may log in: accounts of the store, remembered for a moment, checked against passwords, changed through the engine."""

import asyncio
import math
from datetime import datetime, timedelta
from functools import cached_property

from hub.core.events import ActorRole
from hub.store import accounts
from hub.store.accounts import Account
from hub.store.queries import Queries
from hub.web.hub import Hub, answer
from hub.web.login_limit import LoginLimit
from hub.web.passwords import hash_password, verify_password
from hub.web.problems import Problem

Login = Account

_REMEMBERED = timedelta(seconds=2)
"""A change made elsewhere (the command line) counts after this; one made here at once."""
_AT_ONCE = 2
"""Password checks at the same time: each takes 16 MB and a core."""


class Logins:
    """Accounts as the web needs them. Belongs to the event loop."""

    def __init__(self, hub: Hub, queries: Queries) -> None:
        self._hub = hub
        self._queries = queries
        self._known: dict[str, tuple[datetime, Account | None]] = {}
        self._checks = asyncio.Semaphore(_AT_ONCE)
        self.names: dict[str, str] = {}
        self.limit = LoginLimit()

    async def get(self, login: str) -> Account | None:
        login, now = login.casefold(), self._hub.now()
        known = self._known.get(login)
        if known and now - known[0] < _REMEMBERED:
            return known[1]
        account = await asyncio.to_thread(
            self._queries.read, lambda connection: accounts.find_account(connection, login)
        )
        if len(self._known) > 1000:
            self._known.clear()
        self._known[login] = (now, account)
        if account is not None:
            self.names[account.login] = account.name
        return account

    async def all(self) -> list[Account]:
        found = await asyncio.to_thread(self._queries.read, accounts.list_accounts)
        self.names.update({account.login: account.name for account in found})
        return found

    async def check(self, login: str, password: str, address: str, now: datetime) -> Account | None:
        """The account if the password is right; raises `Problem` 429 while this log-in has to wait.

        An unknown log-in takes as long as a wrong password.
        """
        login = login.casefold()[:64]
        wait = self.limit.wait(login, address, now)
        if wait:
            raise Problem(
                429,
                "too_many_attempts",
                "Too many wrong passwords.",
                where="login",
                remedy="Wait, or ask the administrator for a new password.",
                headers={"Retry-After": str(math.ceil(wait.total_seconds()))},
            )
        # Counted before the slow check, so that many guesses sent at once do not slip through together.
        self.limit.failed(login, address, now)
        account = await self.get(login)
        stored = account.password_hash if account else self._nobody
        async with self._checks:
            right = await asyncio.to_thread(verify_password, stored, password[:256])
        if account is None or not right or not account.active:
            return None
        self.limit.succeeded(login, address)
        return account

    async def add(self, login: str, name: str, role: ActorRole, password: str) -> Account:
        """Raises AccountExists."""
        hashed = await asyncio.to_thread(hash_password, password)
        now = self._hub.now()
        return self._changed(
            await answer(
                self._hub.write(
                    lambda connection: accounts.add_account(connection, login, name, role, hashed, now)
                )
            )
        )

    async def set_password(self, login: str, password: str) -> Account:
        """Raises NoSuchAccount."""
        hashed = await asyncio.to_thread(hash_password, password)
        return self._changed(
            await answer(
                self._hub.write(lambda connection: accounts.set_password_hash(connection, login, hashed))
            )
        )

    async def set_active(self, login: str, active: bool) -> Account:
        """Raises NoSuchAccount."""
        return self._changed(
            await answer(self._hub.write(lambda connection: accounts.set_active(connection, login, active)))
        )

    def _changed(self, account: Account) -> Account:
        self._known.pop(account.login, None)
        self.names[account.login] = account.name
        return account

    @cached_property
    def _nobody(self) -> str:
        """Something to compare with when there is no such account."""
        return hash_password("nobody has this password")
