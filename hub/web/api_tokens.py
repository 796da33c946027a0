"""The API of tokens, for administrators: made and shown once, listed, revoked."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from hub.core.events import ActorRole
from hub.store.api_tokens import NoSuchToken, Token
from hub.web.access import LOG_IN_ROLES, SCOPES, TOKEN_MARK, Scope, ScopeKind
from hub.web.account_rules import Access, usual_access
from hub.web.api_accounts import check_access, place_name, read_scope
from hub.web.models import In, Out
from hub.web.models_accounts import Name, ScopeIn, ScopeOut
from hub.web.parts import AdministratorDep, Parts, PartsDep
from hub.web.problems import RESPONSES, not_found
from hub.web.tokens import new_token

router = APIRouter(prefix="/api/v1", tags=["accounts"], responses=RESPONSES)

TOKEN_ROLES = tuple(role for role in LOG_IN_ROLES if SCOPES[role] != (ScopeKind.OWN,))
"""A token is nobody of the directory: it has no list of its own homes."""
MOST_DAYS = 3660


class TokenIn(In):
    """Without `scope`: the one that usually goes with the role. Without `days` it lasts until it is revoked."""

    name: Name
    role: ActorRole
    scope: ScopeIn | None = None
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = None


class TokenOut(Out):
    """`used_at`: when it was used last, to a day. `works`: it is not revoked, not over, and who made it still may."""

    id: str
    name: str
    role: ActorRole
    scope: ScopeOut
    made_by: str
    made_at: AwareDatetime
    expires_at: AwareDatetime | None
    used_at: AwareDatetime | None
    revoked_at: AwareDatetime | None
    works: bool


class MadeTokenOut(TokenOut):
    """`token` stands in this answer and nowhere else: the hub keeps only its hash."""

    token: str = Field(repr=False)


@router.get("/tokens")
async def list_tokens(parts: PartsDep, user: AdministratorDep) -> list[TokenOut]:
    """All, also those that are revoked, the newest first."""
    return [await _out(parts, token) for token in await parts.tokens.every()]


@router.post("/tokens", status_code=201)
async def make_token(body: TokenIn, parts: PartsDep, user: AdministratorDep) -> MadeTokenOut:
    """A token for `Authorization: Bearer`, over https or from the hub's own machine. It ends with the log-in that makes it."""
    access = (
        usual_access(body.role) if body.scope is None else Access(body.role, read_scope(body.scope, None))
    )
    now = parts.hub.now()
    lasts = timedelta(days=body.days) if body.days is not None else None
    token, shown = new_token(body.name.strip(), access.role, access.scope, user.login, now, lasts)
    await check_access(parts, f"{TOKEN_MARK}{token.id}", access)
    await parts.tokens.add(token)
    return MadeTokenOut(**(await _out(parts, token)).model_dump(), token=shown)


@router.delete("/tokens/{token_id}")
async def revoke_token(token_id: str, parts: PartsDep, user: AdministratorDep) -> TokenOut:
    """From now on it lets nobody in; what it holds open ends."""
    try:
        return await _out(parts, await parts.tokens.revoke(token_id, user.login))
    except NoSuchToken:
        raise not_found("token", "token_id") from None


async def _out(parts: Parts, token: Token) -> TokenOut:
    scope = Scope(ScopeKind(token.scope_kind), token.scope_id)
    return TokenOut(
        id=token.id,
        name=token.name,
        role=token.role,
        scope=ScopeOut(kind=scope.kind, id=scope.id, name=place_name(parts.keeper.directory, scope)),
        made_by=token.made_by,
        made_at=token.made_at,
        expires_at=token.expires_at,
        used_at=token.used_at,
        revoked_at=token.revoked_at,
        works=await parts.tokens.works(token),
    )
