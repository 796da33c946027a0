"""What a request handler works with: the hub, the store's read side, the views and the user who asks."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from hub.directory.keeper import DirectoryKeeper
from hub.store.queries import Queries
from hub.web.access import Permission
from hub.web.answer_memory import Answers
from hub.web.answer_times import AnswerTimes
from hub.web.chain import ChainFacts
from hub.web.guard import SessionCookies, User
from hub.web.hub import Hub
from hub.web.ledger_checks import LedgerChecks
from hub.web.live import LiveStream
from hub.web.logins import Logins
from hub.web.problems import Problem
from hub.web.protection_counts import ProtectionCounts
from hub.web.reach import Visibility
from hub.web.refusals import Forbidden, Refusals
from hub.web.settings import WebSettings
from hub.web.tokens import Tokens
from hub.web.views import Views
from hub.web.written_openings import WrittenOpenings

__all__ = ["Forbidden", "Parts", "PartsDep", "UserDep", "allowed"]


@dataclass(slots=True)
class Parts:
    """Made once per app."""

    hub: Hub
    queries: Queries
    settings: WebSettings
    views: Views
    logins: Logins
    tokens: Tokens
    sessions: SessionCookies
    live: LiveStream
    answers: Answers
    answer_times: AnswerTimes
    keeper: DirectoryKeeper
    visibility: Visibility
    refusals: Refusals
    ledgers: LedgerChecks = field(default_factory=LedgerChecks)
    chain_facts: Callable[[], ChainFacts] = ChainFacts
    opened_cards: WrittenOpenings = field(default_factory=WrittenOpenings)
    protection_counts: ProtectionCounts = field(default_factory=ProtectionCounts)
    reporting: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One report is reckoned at a time: a quarter of a district is long work, and calls go first."""


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def _user(request: Request) -> User:
    user: User | None = request.state.user
    if user is None:
        # The guard lets nobody in without a log-in; a path that it leaves open by mistake ends here.
        raise Problem(
            401, "not_logged_in", "This needs a log-in.", where="Cookie", remedy="Log in at /login."
        )
    return user


@dataclass(frozen=True, slots=True)
class allowed:
    """A dependency: the user, when their role has the permission; refused and written down otherwise.

    Every route has one (`tests/web/routes.txt` holds them all), or stands in the short list of what any log-in may open.
    """

    permission: Permission

    def __call__(self, request: Request) -> User:
        user = _user(request)
        if not user.may(self.permission):
            raise Forbidden(user, self.permission)
        return user


PartsDep = Annotated[Parts, Depends(_parts)]
UserDep = Annotated[User, Depends(_user)]
"""Any log-in: only for what is about oneself."""
ViewAlerts = Annotated[User, Depends(allowed(Permission.VIEW_ALERTS))]
ActOnAlerts = Annotated[User, Depends(allowed(Permission.ACT_ON_ALERTS))]
RaiseAlert = Annotated[User, Depends(allowed(Permission.RAISE_ALERT))]
ViewHomes = Annotated[User, Depends(allowed(Permission.VIEW_HOMES))]
SetsAway = Annotated[User, Depends(allowed(Permission.SET_AWAY))]
ViewDevices = Annotated[User, Depends(allowed(Permission.VIEW_DEVICES))]
ViewRejected = Annotated[User, Depends(allowed(Permission.VIEW_REJECTED))]
ViewRequests = Annotated[User, Depends(allowed(Permission.VIEW_REQUESTS))]
ActOnRequests = Annotated[User, Depends(allowed(Permission.ACT_ON_REQUESTS))]
ViewRoster = Annotated[User, Depends(allowed(Permission.VIEW_ROSTER))]
AdministratorDep = Annotated[User, Depends(allowed(Permission.MANAGE_ACCOUNTS))]
