"""What the board of service requests shows: one column a state, late ones first, narrowed to a centre, a butler, a category.

Open requests come from the engine's homes, which are newer than what is saved; those of today that have ended from the store.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.core.alerts import Role
from hub.core.home import Home
from hub.core.roster import Moment
from hub.core.service_requests import RequestCategory, RequestState, ServiceRequest
from hub.core.shifts import Takes
from hub.store.request_rows import ended_requests
from hub.web.commands import current_request
from hub.web.guard import User
from hub.web.models import PersonRef, RequestOut
from hub.web.outlines import request_outline
from hub.web.parts import Parts
from hub.web.problems import not_found
from hub.web.visibility import visible_homes

log = logging.getLogger(__name__)

COLUMNS = (RequestState.NEW, RequestState.ASSIGNED, RequestState.IN_PROGRESS, RequestState.DONE)
"""The last one holds what ended today, cancelled ones too."""


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """None: not by this. A butler's board has the requests of that butler's own list and those they do themselves."""

    centre: str | None = None
    butler: str | None = None
    category: RequestCategory | None = None

    def holds(self, request: ServiceRequest, home: Home | None) -> bool:
        if self.category is not None and request.category is not self.category:
            return False
        centre_id = home.profile.centre_id if home else None
        if self.centre is not None and centre_id != self.centre:
            return False
        if self.butler is None:
            return True
        butlers = home.profile.people.get(Role.BUTLER, ()) if home else ()
        return self.butler in (*butlers, request.assignee_id)


@dataclass(frozen=True, slots=True)
class Card:
    """A request on the board. `late`: for how long it has been due. `suggested`: the home's own butler, or the cover."""

    request: RequestOut
    late: timedelta | None
    due_in_days: int | None
    suggested: PersonRef | None


@dataclass(frozen=True, slots=True)
class Board:
    """`centres` and `butlers` are those to choose from: of everything this log-in sees here, not only of what is shown."""

    columns: tuple[tuple[RequestState, tuple[Card, ...]], ...]
    centres: tuple[PersonRef, ...]
    butlers: tuple[PersonRef, ...]
    overdue: int
    number: int


async def board(parts: Parts, user: User, wanted: BoardFilter) -> Board:
    """The board as this log-in may see it now."""
    number = (await asyncio.to_thread(parts.queries.journal_range)).newest
    homes = visible_homes(parts, user)
    now = parts.hub.now()
    midnight = now.astimezone(parts.settings.timezone).replace(hour=0, minute=0, second=0, microsecond=0)
    ended = await asyncio.to_thread(
        parts.queries.read, lambda connection: ended_requests(connection, midnight, homes)
    )
    open_ = [
        (request, home)
        for home in _homes(parts, homes)
        if home.requests
        for request in home.requests.values()
    ]
    known = [*open_, *((request, parts.hub.home(request.home_id)) for request in ended)]
    shown = [request for request, home in known if wanted.holds(request, home)]
    moment = Moment(now, parts.hub.context())
    columns = tuple(
        (
            state,
            tuple(
                _card(parts, request, now, moment)
                for request in sorted(
                    _of(shown, state), key=_newest_end if state is RequestState.DONE else _due_first
                )
            ),
        )
        for state in COLUMNS
    )
    return Board(
        columns,
        centres=_choices(parts.views.centre(home.profile.centre_id) for _, home in known if home),
        butlers=_choices(
            parts.views.person(person_id)
            for request, home in known
            for person_id in (*_butlers(home), request.assignee_id)
        ),
        overdue=sum(one.late is not None for _, cards in columns for one in cards),
        number=number,
    )


async def card_now(parts: Parts, request: RequestOut) -> Card:
    """One request as the board would show it now."""
    now = parts.hub.now()
    current = await current_request(parts, request.home_id, request.id)
    if current is None:
        raise not_found("request", "request_id")
    return _card(parts, current, now, Moment(now, parts.hub.context()))


def _card(parts: Parts, request: ServiceRequest, now: datetime, moment: Moment) -> Card:
    """One that cannot be shown is an outline: the board holds all the others too."""
    try:
        return _whole_card(parts, request, now, moment)
    except Exception as error:  # noqa: BLE001  (whatever it is, the others must be seen)
        told = (request.id, request.home_id, type(error).__name__)
        log.error("service request %s of home %s cannot be shown on the board (%s)", *told)
        return Card(request_outline(request), None, None, None)


def _whole_card(parts: Parts, request: ServiceRequest, now: datetime, moment: Moment) -> Card:
    shown = parts.views.request(request)
    late = now - request.due_at if shown.overdue and request.due_at else None
    days = None
    if request.due_at is not None:
        zone = parts.settings.timezone
        days = (request.due_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    home = parts.hub.home(request.home_id)
    return Card(shown, late, days, _suggested(parts, home, moment) if request.open else None)


def _suggested(parts: Parts, home: Home | None, moment: Moment) -> PersonRef | None:
    for owner in _butlers(home):
        person_id = moment.stand_in(owner, Takes.HOMES)
        if person_id in parts.hub.context().people and not moment.away(person_id):
            return parts.views.person(person_id)
    return None


def _butlers(home: Home | None) -> tuple[str, ...]:
    return home.profile.people.get(Role.BUTLER, ()) if home else ()


def _homes(parts: Parts, visible: frozenset[str] | None) -> Iterator[Home]:
    if visible is None:
        yield from tuple(parts.hub.homes().values())
        return
    for home_id in visible:
        home = parts.hub.home(home_id)
        if home is not None:
            yield home


def _of(requests: Iterable[ServiceRequest], state: RequestState) -> Iterator[ServiceRequest]:
    """Those of a column: what was cancelled stands with what is done."""
    for request in requests:
        if request.state is state or (state is RequestState.DONE and not request.open):
            yield request


def _due_first(request: ServiceRequest) -> tuple[bool, datetime, str]:
    """The one that is due first, or late the longest."""
    return request.due_at is None, request.due_at or request.opened_at, request.id


def _newest_end(request: ServiceRequest) -> tuple[float, str]:
    return -(request.done_at or request.opened_at).timestamp(), request.id


def _choices(people: Iterable[PersonRef | None]) -> tuple[PersonRef, ...]:
    known = {one.id: one for one in people if one is not None}
    return tuple(sorted(known.values(), key=lambda one: (one.name, one.id)))
