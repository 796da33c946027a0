"""Tokens with which scripts and partner systems log in: rows added, found, used and revoked within the caller's transaction.

Only the hash of a token's secret is kept: a copy of the store lets nobody in.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from hub.core.events import ActorRole
from hub.store.tables import ApiTokenRow, table_of

_TOKEN = table_of(ApiTokenRow)


@dataclass(frozen=True, slots=True)
class Token:
    """`made_by`: the log-in that answers for it (`local`: the command line). `used_at`: the last time, to a day."""

    id: str
    name: str
    secret_hash: str
    role: ActorRole
    scope_kind: str
    scope_id: str | None
    made_by: str
    made_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    def lives(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class NoSuchToken(Exception):
    """There is no such token."""


def add(connection: Connection, token: Token) -> None:
    row = {field: getattr(token, field) for field in Token.__dataclass_fields__}
    connection.execute(insert(_TOKEN).values(row | {"role": token.role.value}))


def find(connection: Connection, token_id: str) -> Token | None:
    row = connection.execute(select(_TOKEN).where(_TOKEN.c.id == token_id)).one_or_none()
    return None if row is None else _token(row)


def every(connection: Connection) -> list[Token]:
    """All, those that are revoked too, the newest first."""
    rows = connection.execute(select(_TOKEN).order_by(_TOKEN.c.made_at.desc()))
    return [token for token in map(_token, rows) if token is not None]


def used(connection: Connection, token_id: str, at: datetime) -> None:
    connection.execute(update(_TOKEN).where(_TOKEN.c.id == token_id).values(used_at=at))


def revoke(connection: Connection, token_id: str, by: str, at: datetime) -> Token:
    """Raises NoSuchToken; one that is revoked already stays as it was."""
    statement = update(_TOKEN).where(_TOKEN.c.id == token_id, _TOKEN.c.revoked_at.is_(None))
    connection.execute(statement.values(revoked_at=at, revoked_by=by))
    token = find(connection, token_id)
    if token is None:
        raise NoSuchToken(f"there is no token {token_id!r}; `hub user token list` shows them")
    return token


def _token(row: Any) -> Token | None:
    """None for a damaged row: it lets nobody in and keeps nobody else out."""
    if row.role not in set(ActorRole):
        return None
    values = {field: getattr(row, field) for field in Token.__dataclass_fields__}
    return Token(**values | {"role": ActorRole(row.role)})
