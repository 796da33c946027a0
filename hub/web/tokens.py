"""Tokens with which scripts and partner systems log in: made, checked and revoked. Belongs to the event loop.

A token is `care_<id>_<secret>`. The secret is 256 random bits, so its plain hash is kept; what it lets in is a log-in of its own,
with a role and a scope, and never more than whoever made it may.
"""

import asyncio
import hashlib
import hmac
import logging
import math
import re
import secrets
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta

from hub.core.events import ActorRole
from hub.store import api_tokens, change_log
from hub.store.accounts import Account
from hub.store.api_tokens import Token
from hub.store.change_log import Change, What
from hub.store.queries import Queries
from hub.store.store import Connection
from hub.web.access import PERMISSIONS, TOKEN_MARK, Permission, Scope, ScopeKind
from hub.web.hub import Hub, answer
from hub.web.logins import Logins
from hub.web.problems import Problem

log = logging.getLogger(__name__)

LOCAL = "local"
"""Made on the hub's own machine by the command line, which nobody disables."""
_FORM = re.compile(r"care_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_REMEMBERED = timedelta(seconds=2)
"""A token that was revoked elsewhere (the command line) is refused after this; one revoked here at once."""
_USED_EVERY = timedelta(days=1)


def new_token(
    name: str, role: ActorRole, scope: Scope, by: str, now: datetime, lasts: timedelta | None
) -> tuple[Token, str]:
    """What is kept, and the token as it is shown once."""
    token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    token = Token(
        *(token_id, name, _hash(secret), role, scope.kind.value, scope.id, by, now),
        expires_at=now + lasts if lasts is not None else None,
    )
    return token, f"care_{token_id}_{secret}"


def add(connection: Connection, token: Token) -> None:
    """With its line in the change log."""
    api_tokens.add(connection, token)
    access = f"{token.role.value} {Scope(ScopeKind(token.scope_kind), token.scope_id)}"
    data = {"access": access}
    note = Change(token.made_at, token.made_by, What.TOKEN_MADE, "token", token.id, data)
    change_log.note(connection, note)


def revoke(connection: Connection, token_id: str, by: str, now: datetime) -> Token:
    """With its line in the change log. Raises NoSuchToken."""
    before = api_tokens.find(connection, token_id)
    token = api_tokens.revoke(connection, token_id, by, now)
    if before is not None and before.revoked_at is None:
        change_log.note(connection, Change(now, by, What.TOKEN_REVOKED, "token", token.id))
    return token


class Tokens:
    """`when_revoked` gets the log-in that a token stood for: its open screens end."""

    def __init__(self, hub: Hub, queries: Queries, logins: Logins) -> None:
        self._hub = hub
        self._queries = queries
        self._logins = logins
        self._known: dict[str, tuple[datetime, Token | None]] = {}
        self._noted: dict[str, datetime] = {}
        self.when_revoked: Callable[[str], None] = lambda login: None

    async def check(self, text: str, address: str) -> Account | None:
        """The log-in that the token stands for, None for a wrong one; raises `Problem` 429 after too many wrong ones.

        A right one is never refused for them: nobody guesses it, and whoever knows its id must not be able to lock it.
        """
        found, now = _FORM.fullmatch(text.strip()), self._hub.now()
        token_id, secret = found.groups() if found else ("", "")
        counted = f"{TOKEN_MARK}{token_id}"
        token = await self._get(token_id) if found else None
        right = hmac.compare_digest(_hash(secret), token.secret_hash if token else _hash("nobody's"))
        account = await self.account(counted) if token is not None and right else None
        if account is None:
            self._wrong(counted, address, now)
            return None
        self._note_use(token_id, now)
        return account

    def _wrong(self, counted: str, address: str, now: datetime) -> None:
        wait = self._logins.limit.wait(counted, address, now)
        if wait:
            raise Problem(
                429,
                "too_many_attempts",
                "Too many wrong tokens.",
                where="Authorization",
                remedy="Wait, or ask the administrator for a new token.",
                headers={"Retry-After": str(math.ceil(wait.total_seconds()))},
            )
        self._logins.limit.begun(counted, address, now)

    async def account(self, login: str) -> Account | None:
        """The log-in of a token that is alive, made by somebody who may still make one."""
        token, now = await self._get(login.removeprefix(TOKEN_MARK)), self._hub.now()
        if token is None or not token.lives(now) or not await self._answered_for(token):
            return None
        self._logins.names[login] = token.name
        return Account(
            *(login, token.name, token.role, "", True, 0, token.made_at),
            scope_kind=token.scope_kind,
            scope_id=token.scope_id,
        )

    async def every(self) -> list[Token]:
        found = await asyncio.to_thread(self._queries.read, api_tokens.every)
        self._logins.names.update({f"{TOKEN_MARK}{one.id}": one.name for one in found})
        return found

    async def works(self, token: Token) -> bool:
        """Whether it lets anybody in at this moment."""
        return token.lives(self._hub.now()) and await self._answered_for(token)

    async def add(self, token: Token) -> None:
        await answer(self._hub.write(lambda connection: add(connection, token)))

    async def revoke(self, token_id: str, by: str) -> Token:
        """At once. Raises NoSuchToken."""
        now = self._hub.now()
        token = await answer(self._hub.write(lambda connection: revoke(connection, token_id, by, now)))
        self._known[token_id] = (now, token)
        self.when_revoked(f"{TOKEN_MARK}{token_id}")
        return token

    async def _answered_for(self, token: Token) -> bool:
        if token.made_by == LOCAL:
            return True
        maker = await self._logins.get(token.made_by)
        return maker is not None and maker.active and Permission.MANAGE_ACCOUNTS in PERMISSIONS[maker.role]

    async def _get(self, token_id: str) -> Token | None:
        now = self._hub.now()
        known = self._known.get(token_id)
        if known is not None and now - known[0] < _REMEMBERED:
            return known[1]
        token = await asyncio.to_thread(
            self._queries.read, lambda connection: api_tokens.find(connection, token_id)
        )
        meanwhile = self._known.get(token_id)
        if meanwhile is not None and meanwhile[0] >= now:
            # Revoked while it was being read.
            return meanwhile[1]
        if len(self._known) > 1000:
            self._known.clear()
        self._known[token_id] = (now, token)
        return token

    def _note_use(self, token_id: str, now: datetime) -> None:
        """To a day, and nobody waits for it."""
        known = self._known.get(token_id)
        last = max(
            (
                at
                for at in (known[1].used_at if known and known[1] else None, self._noted.get(token_id))
                if at
            ),
            default=None,
        )
        if last is not None and now - last < _USED_EVERY:
            return
        self._noted[token_id] = now
        self._hub.write(lambda connection: api_tokens.used(connection, token_id, now)).add_done_callback(
            _written
        )


def _written(writing: "Future[None]") -> None:
    if not writing.cancelled() and writing.exception() is not None:
        log.warning("when a token was used last could not be written", exc_info=writing.exception())


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
