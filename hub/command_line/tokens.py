"""Tokens of scripts from the command line: asked of the running hub, or written into its store while none runs."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from hub.clock import wall_now
from hub.command_line.log_ins import BY, Refused, access_for, ask, finished, fits, write
from hub.core.events import ActorRole
from hub.store import api_tokens
from hub.store.api_tokens import NoSuchToken, Token
from hub.store.store import Connection
from hub.web import tokens
from hub.web.access import TOKEN_MARK, Scope, ScopeKind
from hub.web.account_rules import Access


def make(config: Path, name: str, *, role: str, scope: str = "", days: int | None = None) -> int:
    """Make a token and print it, once; returns the exit code and says what is wrong."""

    def do() -> str:
        if not 1 <= len(name.strip()) <= 40:
            raise Refused("the name needs 1 to 40 characters: say which system uses the token")
        access = access_for(ActorRole(role), scope, None)
        body: dict[str, Any] = {
            "name": name,
            "role": role,
            "scope": {"kind": access.scope.kind.value, "id": access.scope.id},
            "days": days,
        }
        made = ask(config, "POST", "/api/v1/tokens", body)
        if made is not None:
            return str(made["token"])
        lasts = timedelta(days=days) if days is not None else None
        token, shown = tokens.new_token(name.strip(), access.role, access.scope, BY, wall_now(), lasts)

        def add(connection: Connection) -> None:
            fits(connection, f"{TOKEN_MARK}{token.id}", access)
            tokens.add(connection, token)

        write(config, add)
        return shown

    return finished(do)


def revoke(config: Path, token_id: str) -> int:
    """From now on it lets nobody in; returns the exit code."""

    def do() -> str:
        if ask(config, "DELETE", f"/api/v1/tokens/{token_id}") is None:
            try:
                write(config, lambda connection: tokens.revoke(connection, token_id, BY, wall_now()))
            except NoSuchToken as error:
                raise Refused(str(error)) from None
        return f"{token_id} lets nobody in any more"

    return finished(do)


def show_all(config: Path) -> int:
    """Print every token without its secret; returns the exit code."""

    def do() -> str:
        listed = ask(config, "GET", "/api/v1/tokens")
        if listed is None:
            lines: Iterable[str] = map(_line, write(config, api_tokens.every))
        else:
            lines = (
                _row(one, one["used_at"], ScopeKind(one["scope"]["kind"]), one["scope"]["id"], one["works"])
                for one in listed
            )
        return "\n".join(lines)

    return finished(do)


def _line(token: Token) -> str:
    one = {"id": token.id, "name": token.name, "role": token.role.value, "made_by": token.made_by}
    used = token.used_at.isoformat() if token.used_at else None
    return _row(one, used, ScopeKind(token.scope_kind), token.scope_id, works=token.lives(wall_now()))


def _row(one: dict[str, Any], used_at: str | None, kind: ScopeKind, of: str | None, works: bool) -> str:
    access = Access(ActorRole(one["role"]), Scope(kind, of))
    used = f"used {used_at[:10]}" if used_at else "never used"
    return "\t".join(
        (one["id"], one["name"], str(access), f"by {one['made_by']}", used, "works" if works else "ended")
    )
