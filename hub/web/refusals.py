"""Writes into the change log who asked for what they may not: so many lines a log-in that no script fills the disk."""

import asyncio
import logging
from collections import OrderedDict, deque
from datetime import datetime, timedelta

from hub.directory.keeper import DirectoryKeeper
from hub.store.change_log import Change, What
from hub.web.access import Permission
from hub.web.guard import User
from hub.web.hub import Hub
from hub.web.problems import Problem

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=10)
LINES_A_WINDOW = 20
"""Of one log-in; what is refused beyond that is counted and told with the next line."""
_MAX_LOGINS = 1000

Asked = tuple[str, str, str | None]


class Forbidden(Problem):
    """Somebody asked for what their log-in does not allow; the web's error handler writes it into the change log.

    `about` is the id of something that exists, of the kind `about_kind`; None: the page or call as such.
    """

    def __init__(
        self, user: User, permission: Permission, about: str | None = None, about_kind: str = "page"
    ) -> None:
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
        self.about_kind = about_kind


class Refusals:
    """Belongs to the event loop."""

    def __init__(self, hub: Hub, keeper: DirectoryKeeper) -> None:
        self._hub = hub
        self._keeper = keeper
        self._recent: OrderedDict[str, deque[tuple[datetime, Asked]]] = OrderedDict()
        self._untold: dict[str, int] = {}

    async def note(self, refused: Forbidden, path: str) -> None:
        """`path`: the route's, without the ids that were put into it.

        Returns when the line is written. When the store cannot write, the refusal stands all the same, and the log tells it.
        """
        line = self._line(refused, path, self._hub.now())
        if line is not None:
            try:
                await asyncio.to_thread(self._keeper.note, line)
            except Exception:
                log.exception("a refused access could not be written into the change log")

    def _line(self, refused: Forbidden, path: str, now: datetime) -> Change | None:
        """None for what was told already within the window, and for more lines than one log-in may cause."""
        login = refused.user.login
        recent = self._recent.setdefault(login, deque())
        self._recent.move_to_end(login)
        while len(self._recent) > _MAX_LOGINS:
            gone, _ = self._recent.popitem(last=False)
            self._untold.pop(gone, None)
        while recent and recent[0][0] <= now - WINDOW:
            recent.popleft()
        asked: Asked = (path, refused.about_kind, refused.about)
        if len(recent) >= LINES_A_WINDOW or any(one == asked for _, one in recent):
            self._untold[login] = self._untold.get(login, 0) + 1
            return None
        recent.append((now, asked))
        data: dict[str, object] = {
            "permission": refused.permission.value,
            "role": refused.user.role.value,
            "path": path,
        }
        untold = self._untold.pop(login, 0)
        if untold:
            data["more_before"] = untold
        return Change(now, login, What.ACCESS_REFUSED, refused.about_kind, refused.about, data)
