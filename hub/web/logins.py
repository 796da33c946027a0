"""Who may log in: accounts of the store, remembered for a moment, checked against passwords, changed through the engine."""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property

from hub.directory.keeper import DirectoryKeeper
from hub.directory.model import Directory
from hub.store import accounts, change_log, ended_sessions
from hub.store.accounts import Account
from hub.store.change_log import Change, What
from hub.store.errors import StoreError
from hub.store.queries import Queries
from hub.store.store import Connection
from hub.web import account_changes
from hub.web.access import PERMISSIONS, Permission
from hub.web.account_rules import Access
from hub.web.hub import Hub, answer
from hub.web.login_limit import LoginLimit, TooManyWaiting, Turns
from hub.web.passwords import hash_password, verify_password
from hub.web.problems import Problem
from hub.web.sessions import Session

log = logging.getLogger(__name__)

Login = Account

_REMEMBERED = timedelta(seconds=2)
"""A change made elsewhere (the command line) counts after this; one made here at once."""
_AT_ONCE = 2
"""Password checks at the same time: each takes 16 MB and a core."""
_WAITING_AT_MOST = 100
"""For a check; they are through in some three seconds."""
BUSY_S = 5


class Logins:
    """Accounts as the web needs them. Belongs to the event loop."""

    def __init__(self, hub: Hub, queries: Queries, keeper: DirectoryKeeper) -> None:
        self._hub = hub
        self._keeper = keeper
        self._persons: tuple[Directory | None, Mapping[str, datetime | None]] = (None, {})
        self._queries = queries
        self._known: dict[str, tuple[datetime, Account | None]] = {}
        self._checks = asyncio.Semaphore(_AT_ONCE)
        self.names: dict[str, str] = {}
        self.limit = LoginLimit()
        self.turns = Turns()
        self._comparing = 0
        self.when_changed: Callable[[str], None] = lambda login: None

    async def get(self, login: str) -> Account | None:
        login, now = login.casefold(), self._hub.now()
        known = self._known.get(login)
        if known and now - known[0] < _REMEMBERED:
            return self._as_it_is(known[1])
        account = await asyncio.to_thread(
            self._queries.read, lambda connection: accounts.find_account(connection, login)
        )
        if len(self._known) > 1000:
            self._known.clear()
        self._known[login] = (now, account)
        if account is not None:
            self.names[account.login] = account.name
        return self._as_it_is(account)

    async def all(self) -> list[Account]:
        found = await asyncio.to_thread(self._queries.read, accounts.list_accounts)
        self.names.update({account.login: account.name for account in found})
        return found

    async def people_who_may(self, permission: Permission) -> frozenset[str]:
        """Ids of the people with a log-in that lets them do so themselves."""
        return frozenset(
            account.person_id
            for account in map(self._as_it_is, await self.all())
            if account is not None
            and account.active
            and account.person_id is not None
            and permission in PERMISSIONS.get(account.role, ())
        )

    async def check(self, login: str, password: str, address: str, now: datetime) -> Account | None:
        """The account if the password is right; raises `Problem` 429 while this log-in has to wait, or too many do.

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
        crowded = self.limit.is_crowded(login, address, now)
        self.limit.begun(login, address, now)
        try:
            async with self.turns.turn(address) if crowded else nullcontext():
                account, right = await self._compare(login, password)
        except TooManyWaiting:
            self.limit.not_tried(login, address, now)
            raise Problem(
                429,
                "too_many_waiting",
                "Too many log-ins are being tried at this moment.",
                where="login",
                remedy="Try again in some seconds.",
                headers={"Retry-After": str(BUSY_S)},
            ) from None
        if account is None or not right or not account.active:
            return None
        self.limit.succeeded(login, address, now)
        return account

    async def _compare(self, login: str, password: str) -> tuple[Account | None, bool]:
        """Raises TooManyWaiting: each comparison takes a core for a while, and calls need it too."""
        account = await self.get(login)
        stored = account.password_hash if account else self._nobody
        if self._comparing >= _WAITING_AT_MOST:
            raise TooManyWaiting
        self._comparing += 1
        try:
            async with self._checks:
                return account, await asyncio.to_thread(verify_password, stored, password[:256])
        finally:
            self._comparing -= 1

    async def add(self, login: str, name: str, access: Access, password: str, by: str) -> Account:
        """Raises AccountExists."""
        hashed = await asyncio.to_thread(hash_password, password)
        now = self._hub.now()
        return self._changed(
            await answer(
                self._hub.write(
                    lambda connection: account_changes.add(connection, login, name, access, hashed, by, now)
                )
            )
        )

    async def change(
        self,
        login: str,
        by: str,
        *,
        name: str | None = None,
        password: str | None = None,
        active: bool | None = None,
        access: Access | None = None,
    ) -> Account:
        """What is not None; the log-in's sessions and streams end. Raises NoSuchAccount, LastAdministrator."""
        hashed = None if password is None else await asyncio.to_thread(hash_password, password)
        now = self._hub.now()

        def write(connection: Connection) -> Account:
            return account_changes.change(
                connection, login, by, now, name=name, password_hash=hashed, active=active, access=access
            )

        account = self._changed(await answer(self._hub.write(write)))
        self.when_changed(account.login)
        return account

    async def note_log_in(self, account: Account, address: str) -> None:
        """Who logged in, when and from which address of the network, in the change log."""
        line = Change(
            self._hub.now(), account.login, What.LOGGED_IN, "account", account.login, {"from": address}
        )
        try:
            await answer(self._hub.write(lambda connection: change_log.note(connection, line)))
        except (TimeoutError, StoreError):
            # Who answers calls gets in, whatever the disk does.
            log.exception("the log-in %s could not be written into the change log", account.login)

    async def end_session(self, session: Session, until_at: datetime) -> None:
        """Somebody logged out: it stays ended after a restart, and its open screens end now."""
        now = self._hub.now()
        try:
            await answer(
                self._hub.write(lambda connection: ended_sessions.end(connection, session.id, until_at, now))
            )
        except (TimeoutError, StoreError):
            log.exception("a log-out of %s could not be stored: a restart would undo it", session.login)
        self.when_changed(session.login)

    def _changed(self, account: Account) -> Account:
        self._known.pop(account.login, None)
        self.names[account.login] = account.name
        return account

    def _as_it_is(self, account: Account | None) -> Account | None:
        """Whoever has left the directory does not log in, from that instant on."""
        return replace(account, active=False) if account is not None and self.left(account) else account

    def left(self, account: Account) -> bool:
        """Whether the log-in's person has left."""
        if account.person_id is None:
            return False
        until_at = self._people().get(account.person_id)
        return until_at is not None and until_at <= self._hub.now()

    def is_a_person(self, id_: str) -> bool:
        """Whether the directory has a person with this id."""
        return id_ in self._people()

    def _people(self) -> Mapping[str, datetime | None]:
        directory = self._keeper.directory
        if self._persons[0] is not directory:
            people = () if directory is None else directory.persons
            self._persons = directory, {person.id: person.until_at for person in people}
        return self._persons[1]

    @cached_property
    def _nobody(self) -> str:
        """Something to compare with when there is no such account."""
        return hash_password("nobody has this password")
