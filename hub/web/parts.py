"""What a request handler works with: the hub, the store's read side, the views and the user who asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from hub.directory.keeper import DirectoryKeeper
from hub.store.queries import Queries
from hub.web.access import Permission
from hub.web.answer_memory import Answers
from hub.web.answer_times import AnswerTimes
from hub.web.guard import SessionCookies, User
from hub.web.hub import Hub
from hub.web.live import LiveStream
from hub.web.logins import Logins
from hub.web.problems import Problem
from hub.web.settings import WebSettings
from hub.web.views import Views


@dataclass(slots=True)
class Parts:
    """Made once per app."""

    hub: Hub
    queries: Queries
    settings: WebSettings
    views: Views
    logins: Logins
    sessions: SessionCookies
    live: LiveStream
    answers: Answers
    answer_times: AnswerTimes
    keeper: DirectoryKeeper


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


def allowed(permission: Permission) -> Callable[[Request], User]:
    """A dependency: the user, when their role has the permission; refused and written down otherwise."""

    def check(request: Request) -> User:
        user = _user(request)
        if not user.may(permission):
            raise Forbidden(user, permission)
        return user

    return check


class Forbidden(Problem):
    """Somebody asked for what their log-in does not allow."""

    def __init__(self, user: User, permission: Permission, about: str | None = None) -> None:
        super().__init__(
            403,
            "not_allowed",
            "This log-in may not do this.",
            where="account",
            remedy="Ask the administrator for the role or the scope that it needs.",
        )
        self.user = user
        self.permission = permission
        self.about = about


PartsDep = Annotated[Parts, Depends(_parts)]
UserDep = Annotated[User, Depends(_user)]
AdministratorDep = Annotated[User, Depends(allowed(Permission.MANAGE_ACCOUNTS))]
