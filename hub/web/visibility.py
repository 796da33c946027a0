"""What every page, call and export asks before it shows a home, an alert or a request: may this log-in see it?

Something that exists outside of the scope is refused, and the refusal is written into the change log; lists are filtered.
"""

import asyncio

from hub.core.home import Home
from hub.store.views import AlertDetail, RequestDetail
from hub.web.access import Permission
from hub.web.guard import User
from hub.web.parts import Parts
from hub.web.problems import not_found
from hub.web.reach import took_part
from hub.web.refusals import Forbidden


def visible_homes(parts: Parts, user: User) -> frozenset[str] | None:
    """The ids of the homes in the user's scope now; None: all homes of the cell."""
    return parts.visibility.homes(user)


def visible_centres(parts: Parts, user: User) -> frozenset[str] | None:
    """The ids of the centres in the user's scope (of reports, rosters, people); None: all."""
    return parts.visibility.centres(user)


def see_home(parts: Parts, user: User, home_id: str, permission: Permission = Permission.VIEW_HOMES) -> Home:
    """The home. Raises 404 for an unknown one, Forbidden for one outside of the scope."""
    home = parts.hub.home(home_id)
    if home is None:
        raise not_found("home", "home_id")
    _must_see(parts, user, home_id, permission, "home", home_id)
    return home


async def see_alert(
    parts: Parts, user: User, alert_id: str, permission: Permission = Permission.VIEW_ALERTS
) -> AlertDetail:
    """The alert with its journal. Raises as `see_home`, but not for somebody who was asked about it."""
    found = await asyncio.to_thread(parts.queries.alert, alert_id)
    if found is None:
        raise not_found("alert", "alert_id")
    if user.person_id is None or user.person_id not in took_part(found.alert):
        _must_see(parts, user, found.alert.home_id, permission, "alert", alert_id)
    return found


async def see_request(
    parts: Parts, user: User, request_id: str, permission: Permission = Permission.VIEW_REQUESTS
) -> RequestDetail:
    """The service request with its journal. Raises as `see_home`."""
    found = await asyncio.to_thread(parts.queries.request, request_id)
    if found is None:
        raise not_found("request", "request_id")
    _must_see(parts, user, found.request.home_id, permission, "request", request_id)
    return found


def _must_see(parts: Parts, user: User, home_id: str, permission: Permission, kind: str, about: str) -> None:
    homes = visible_homes(parts, user)
    if homes is not None and home_id not in homes:
        raise Forbidden(user, permission, about, kind)
