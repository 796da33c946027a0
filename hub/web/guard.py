"""The door of the web: every request passes here first, and only a few paths are open without a log-in.

Who comes is decided by session cookie (people), or by token or HTTP Basic (scripts, over loopback or https only); the command
line comes over a socket of its own that only the hub's user can open. Requests that change something must come from our own
pages; see `_same_origin`.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import ipaddress
import os
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

from hub.core.events import LOG_IN_MARK, Actor, ActorRole
from hub.web.access import EVERYTHING, PERMISSIONS, TOKEN_MARK, Permission, Scope, ScopeKind
from hub.web.logins import Login, Logins
from hub.web.problems import Problem
from hub.web.sessions import COOKIE, Session, Sessions
from hub.web.tokens import Tokens

OPEN_PATHS = frozenset({"/login", "/language", "/healthz"})
"""Without a log-in, from anywhere."""
SIGNED_PATHS = frozenset({"/api/v1/answers"})
"""Without a log-in: each request carries a signature of its own."""
LOG_PATHS = frozenset({"/login", "/logout"})
"""They write the cookie themselves."""
LOOPBACK_PATHS = frozenset({"/readyz", "/metrics"})
"""Without a log-in from this machine only."""
STATIC = "/static/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_BODY_BYTES = 64 * 1024
LEDGER_BYTES = 32 * 1024 * 1024
LARGE_BODIES = {
    "/api/v1/directory/import": (Permission.IMPORT, LEDGER_BYTES),
    "/ledger": (Permission.IMPORT, LEDGER_BYTES),
}
"""Paths (and what lies below them) where whoever has the permission may send more than `MAX_BODY_BYTES`."""
LOCAL = "care.local"
"""Set in the ASGI scope of a connection that came over the command line's socket, by the server and by nothing that is sent."""
RENEW_AFTER = timedelta(hours=1)
_BASIC_REMEMBERED = timedelta(seconds=60)
_BASIC_MAX = 100

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True, slots=True)
class User:
    """Who makes this request."""

    login: str
    name: str
    role: ActorRole
    scope: Scope = EVERYTHING
    person_id: str | None = None
    named_like_a_person: bool = False
    """The log-in is spelled as the id of a person whom it does not stand for."""

    @property
    def actor(self) -> Actor:
        """Whose name stands in journals: the person's for whom the log-in stands, else the log-in's own.

        It says who did something. What somebody may see is asked of `person_id` and `scope`, never of this.
        """
        mark = LOG_IN_MARK if self.named_like_a_person else ""
        return Actor(self.person_id or f"{mark}{self.login}", self.role)

    def may(self, permission: Permission) -> bool:
        """Whether the role allows it, for the homes of the scope. A token makes no log-ins and no tokens."""
        if permission is Permission.MANAGE_ACCOUNTS and self.login.startswith(TOKEN_MARK):
            return False
        return permission in PERMISSIONS.get(self.role, frozenset())


LOCAL_USER = User("local", "local", ActorRole.ADMINISTRATOR)
"""The command line on the hub's own machine, run by the hub's user."""


def over_local_socket(app: ASGIApp) -> ASGIApp:
    """The same app for the command line's socket."""

    async def marked(scope: Connection, receive: Receive, send: Send) -> None:
        await app({**scope, LOCAL: True}, receive, send)

    return marked


class SessionCookies:
    """Writes the session cookie: never readable by scripts, never sent by other sites, over https only where there is https."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def end(self, request: Request, now: datetime) -> tuple[Session, datetime] | None:
        """End the request's session wherever its cookie was copied to; it, and until when that must be remembered."""
        session = self._sessions.read(request.cookies.get(COOKIE, ""), now)
        return None if session is None else (session, self._sessions.end(session, now))

    def cookie(self, session: Session | None, request: Request) -> str:
        """The Set-Cookie value that begins a session, or ends it (None)."""
        response = Response()
        if session is None:
            response.delete_cookie(
                COOKIE, path="/", httponly=True, samesite="strict", secure=_secure(request)
            )
        else:
            response.set_cookie(
                COOKIE,
                self._sessions.write(session),
                max_age=int(self._sessions.lasts.total_seconds()),
                path="/",
                httponly=True,
                samesite="strict",
                secure=_secure(request),
            )
        return response.headers["set-cookie"]


class Guard:
    """ASGI middleware: puts the user into `request.state.user`, or answers itself."""

    def __init__(
        self,
        app: ASGIApp,
        logins: Logins,
        sessions: Sessions,
        tokens: Tokens,
        now: Callable[[], datetime],
    ) -> None:
        self._app = app
        self._logins = logins
        self._tokens = tokens
        self._sessions = sessions
        self._cookies = SessionCookies(sessions)
        self._now = now
        self._basic_key = os.urandom(32)
        self._basic_known: OrderedDict[bytes, tuple[datetime, str, int]] = OrderedDict()
        self._basic_checking: dict[tuple[bytes, str], asyncio.Future[Login | None]] = {}

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        body = _LimitedBody(receive)
        sending = _with_headers(send, dynamic=not request.scope["path"].startswith(STATIC))
        try:
            login, session = await self._who(request)
            user = LOCAL_USER if scope.get(LOCAL) is True else self._user(login) if login else None
            refusal = self._refuse(request, user, by_cookie=session is not None)
        except Problem as problem:
            refusal, user, login, session = problem.response(), None, None, None
        if refusal is not None:
            await refusal(scope, body, sending)
            return
        body.limit = _body_limit(request.scope["path"], user)
        scope.setdefault("state", {})["user"] = user
        scope["state"]["still_valid"] = self._still_valid(login, session)
        if session is not None and self._now() - session.began_at > RENEW_AFTER and _is_active(request):
            renewed = replace(session, began_at=self._now())
            sending = _with_cookie(sending, self._cookies.cookie(renewed, request))
        await self._app(scope, body, sending)

    def _user(self, login: Login) -> User:
        scope = Scope(ScopeKind(login.scope_kind), login.scope_id)
        return User(
            *(login.login, login.name, login.role, scope, login.person_id),
            named_like_a_person=login.person_id is None and self._logins.is_a_person(login.login),
        )

    async def _who(self, request: Request) -> tuple[Login | None, Session | None]:
        cookie = request.cookies.get(COOKIE)
        if cookie:
            session = self._sessions.read(cookie, self._now())
            login = await self._logins.get(session.login) if session else None
            if session and login and login.active and login.generation == session.generation:
                return login, session
        authorization = request.headers.get("authorization", "")
        kind, _, credentials = authorization.partition(" ")
        if kind.lower() not in {"basic", "bearer"}:
            return None, None
        if not (_secure(request) or from_loopback(request)):
            raise Problem(
                403,
                "not_encrypted",
                "A password or token may not travel unencrypted.",
                where="Authorization",
                remedy="Use https, or call from the hub's own machine.",
            )
        if kind.lower() == "bearer":
            return await self._tokens.check(credentials, client_address(request)), None
        return await self._basic(request, credentials.strip()), None

    async def _basic(self, request: Request, credentials: str) -> Login | None:
        try:
            name, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        now = self._now()
        digest = hmac.digest(self._basic_key, credentials.encode(), hashlib.sha256)
        known = self._basic_known.get(digest)
        if known and now - known[0] < _BASIC_REMEMBERED:
            login = await self._logins.get(known[1])
            if login and login.active and login.generation == known[2]:
                return login
        login = await self._once(digest, name, password, client_address(request), now)
        if login is None:
            return None
        self._basic_known[digest] = (now, login.login, login.generation)
        while len(self._basic_known) > _BASIC_MAX:
            self._basic_known.popitem(last=False)
        return login

    async def _once(
        self, digest: bytes, name: str, password: str, address: str, now: datetime
    ) -> Login | None:
        """A script that asks many things at once is one log-in, not as many tries."""
        asked = (digest, address)
        checking = self._basic_checking.get(asked)
        if checking is None:
            checking = asyncio.ensure_future(self._logins.check(name, password, address, now))
            self._basic_checking[asked] = checking
            checking.add_done_callback(lambda _: self._basic_checking.pop(asked, None))
        # Who goes away does not end it for the others.
        return await asyncio.shield(checking)

    def _refuse(self, request: Request, user: User | None, *, by_cookie: bool) -> Response | None:
        path = request.scope["path"]
        if path.startswith(STATIC) or path in SIGNED_PATHS:
            return None
        if request.method not in SAFE_METHODS and not _same_origin(
            request, required=by_cookie or path in OPEN_PATHS
        ):
            return Problem(
                403,
                "other_origin",
                "This request changes something and does not come from the hub's own pages.",
                where="Origin",
                remedy="Use the console, or a token or HTTP Basic from a script.",
            ).response()
        if user is not None or path in OPEN_PATHS or (path in LOOPBACK_PATHS and from_loopback(request)):
            return None
        if _is_page(request):
            back = quote(path + (f"?{request.url.query}" if request.url.query else ""), safe="")
            return RedirectResponse(f"/login?then={back}", 303)
        return Problem(
            401,
            "not_logged_in",
            "This needs a log-in.",
            where="Cookie",
            remedy="Log in at /login, or send a token or HTTP Basic over https or from the hub's own machine.",
        ).response()

    def _goes_on(self, session: Session) -> bool:
        return not self._sessions.has_ended(session) and self._now() < session.began_at + self._sessions.lasts

    def _still_valid(self, began: Login | None, session: Session | None) -> Callable[[], Awaitable[bool]]:
        """Whether who asked could still ask: no new password, no other role or scope, not left, the session not over."""

        async def check() -> bool:
            if began is None:
                return True
            one_of = self._tokens.account if began.login.startswith(TOKEN_MARK) else self._logins.get
            login = await one_of(began.login)
            return bool(
                login
                and login.active
                and login.generation == began.generation
                and (session is None or self._goes_on(session))
            )

        return check


def _is_active(request: Request) -> bool:
    """Whether a person did something: opened a page, gave a command. What a screen asks by itself keeps no session alive."""
    return _is_page(request) or (
        request.method not in SAFE_METHODS and request.scope["path"] not in LOG_PATHS
    )


def _is_page(request: Request) -> bool:
    return request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", "")


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"


def client_address(request: Request) -> str:
    return request.client.host if request.client else ""


def from_loopback(request: Request) -> bool:
    """Whether the client itself is on this machine: a forwarding proxy on this machine speaks for somebody else."""
    if any(header in request.headers for header in ("x-forwarded-for", "forwarded", "x-real-ip")):
        return False
    try:
        return ipaddress.ip_address(client_address(request)).is_loopback
    except ValueError:
        return False


def _same_origin(request: Request, *, required: bool) -> bool:
    """Browsers say where a request comes from; one from elsewhere is refused, and with a cookie silence is refused too."""
    headers: Headers = request.headers
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    if origin is not None:
        # The host alone is compared: behind a proxy that ends TLS the hub itself sees http.
        return urlsplit(origin).netloc == headers.get("host", "")
    return site is not None or not required


class _LimitedBody:
    """A body longer than any of ours ends the request before it fills the memory, also without a log-in."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._taken = 0
        self.limit = MAX_BODY_BYTES

    async def __call__(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        if self._taken > self.limit:
            raise HTTPException(413, "The body is too large.")
        return message


def _body_limit(path: str, user: User | None) -> int:
    for place, (permission, limit) in LARGE_BODIES.items():
        if user is not None and user.may(permission) and (path == place or path.startswith(f"{place}/")):
            return limit
    return MAX_BODY_BYTES


def _with_headers(send: Send, *, dynamic: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            # Static files are asked for again with their ETag: after an update no screen mixes old and new scripts.
            headers.setdefault("cache-control", "no-store" if dynamic else "no-cache")
        await send(message)

    return sending


def _with_cookie(send: Send, cookie: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return sending
