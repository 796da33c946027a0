"""The roster page: a week at a centre, what is to settle ahead, and what its forms offer; for a butler the own shifts."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import TypeAdapter

from hub.core.alerts import Role
from hub.core.calendar import DayType, OnDays
from hub.core.roster import CENTRE_ROLES
from hub.core.shifts import CELL_ROLES, Cover, CoverState, LeaveKind, Takes
from hub.directory import cover_edits
from hub.directory.in_order import in_order, name_in_order
from hub.directory.model import PersonEntry
from hub.web import api_roster, roster_changes
from hub.web.access import Permission
from hub.web.guard import User
from hub.web.models_roster import (
    Day,
)
from hub.web.pages.rendering import pages_of
from hub.web.pages.roster_told import ahead, elsewhere, entered_word, on_which, place_word, when
from hub.web.parts import Parts, PartsDep, ViewRoster
from hub.web.roster_authors import authors_of
from hub.web.roster_changes import directory_of
from hub.web.roster_week import CALL_CENTRE, Week
from hub.web.staff import staff
from hub.web.words import say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

AHEAD_SHOWN = 12
"""So many at once; the others unfold."""
_ORDER = (Role.BUTLER, Role.DEPUTY, Role.ELDER_HELPER, Role.CENTRE_DUTY, Role.OPERATOR, Role.DUTY_MANAGER)
_DAY: TypeAdapter[date] = TypeAdapter(Day)

Typed = Annotated[str, Form()]


@router.get("/roster")
async def roster_page(request: Request, parts: PartsDep, user: ViewRoster) -> Response:
    return await shown(request, parts, user)


# --- the page ---------------------------------------------------------------------------------------------------------


async def shown(
    request: Request,
    parts: Parts,
    user: User,
    messages: tuple[str, ...] = (),
    status: int = 200,
    typed: Mapping[str, Any] | None = None,
) -> Response:
    pages = pages_of(request)
    language = pages.language(request)
    asked = typed if typed is not None else request.query_params
    place = api_roster.place_for(parts, user, asked.get("centre") or None)
    try:
        day = _DAY.validate_python(asked["week"]) if asked.get("week") else None
    except ValueError:
        messages, status, day = (say(language, "roster.wrong_form"),), 422, None
    week = api_roster.week_for(parts, user, place, day)
    found = await api_roster.outlooks_of(request).ahead(parts)
    to_settle = ahead(parts, roster_changes.of_concern(parts, user, found), language)
    own = roster_changes.own_only(user)
    authors = await authors_of(parts, week)
    centre = next((one for one in directory_of(parts).centres if one.id == place), None)
    today = parts.hub.context().local(parts.hub.now()).date()
    return pages.page(
        request,
        "roster.html",
        status,
        here="/roster",
        messages=messages,
        typed=typed or {},
        own=own,
        week=week,
        last=week.first + timedelta(days=6),
        place=place,
        centre=centre,
        places=sorted(
            ((one, place_word(parts, one, language)) for one in roster_changes.places_of(parts, user)),
            key=lambda one: (one[0] != CALL_CENTRE, in_order(one[1])),
        ),
        links=_links(place, week, own),
        problems=to_settle[:AHEAD_SHOWN],
        more=to_settle[AHEAD_SHOWN:],
        waiting=[one for one in week.covers if user.person_id in _waits(one)],
        may_edit=user.may(Permission.EDIT_ROSTER),
        may_edit_all=user.may(Permission.EDIT_ROSTER)
        and CALL_CENTRE in roster_changes.places_of(parts, user),
        may_cover=user.may(Permission.CONFIRM_COVER) and (not own or user.person_id is not None),
        decides=partial(_decides, parts, user, await parts.logins.people_who_may(Permission.CONFIRM_COVER)),
        waits=_waits,
        name=parts.views.name,
        place_name=lambda one: place_word(parts, one or CALL_CENTRE, language),
        when=partial(when, parts, language),
        on_which=partial(on_which, language),
        entered=lambda entry_id: entered_word(parts, authors.get(entry_id), language),
        elsewhere=partial(elsewhere, place, own),
        now=parts.hub.now(),
        today=today,
        until=today + timedelta(days=1),
        holidays=sorted(
            (one for one in directory_of(parts).holidays if one.on >= today), key=lambda one: one.on
        ),
        **_choices(parts, user, place),
    )


def _links(place: str, week: Week, own: bool) -> dict[str, str]:
    def to(first: date | None) -> str:
        asked = {} if own else {"centre": place}
        return "/roster?" + urlencode(asked | ({"week": first.isoformat()} if first is not None else {}))

    return {
        "before": to(week.first - timedelta(days=7)),
        "after": to(week.first + timedelta(days=7)),
        "this": to(None),
    }


def _choices(parts: Parts, user: User, place: str) -> dict[str, Any]:
    """What the forms offer."""
    directory, now = directory_of(parts), parts.hub.now()
    reach = roster_changes.people_in_reach(parts, user)
    rostered = {
        one.person_id for one in directory.shifts if one.role in CENTRE_ROLES or one.role in CELL_ROLES
    } | {one.person_id for one in directory.bonds if one.role in CENTRE_ROLES}
    people = sorted(staff(directory, now), key=lambda one: (name_in_order(one.name), one.id))
    of_the_name = Counter(one.name for one in people)

    def called(one: PersonEntry) -> str:
        """Two of one name are told apart by their ids, as on the log-ins' page."""
        return f"{one.name}（{one.id}）" if of_the_name[one.name] > 1 else one.name

    roles = [role for role in _ORDER if (role in CELL_ROLES) is (place == CALL_CENTRE)]
    return {
        "staff": [
            (one.id, called(one)) for one in people if one.methods and (reach is None or one.id in reach)
        ],
        "people": [
            (one.id, called(one))
            for one in people
            if one.id in rostered and (reach is None or one.id in reach)
        ],
        "colleagues": [
            (one.id, called(one)) for one in people if one.id in rostered and one.id != user.person_id
        ],
        "roles": [role.value for role in roles],
        "on_days": [one.value for one in OnDays],
        "leave_kinds": [one.value for one in LeaveKind],
        "takes": [one.value for one in Takes],
        "day_types": [one.value for one in DayType],
    }


def _waits(cover: Cover) -> list[str]:
    return list(cover_edits.awaits(cover))


def _decides(parts: Parts, user: User, confirming: frozenset[str], cover: Cover) -> dict[str, Any]:
    """Which buttons a cover has for this log-in, and for whom it may record what was said on the telephone."""
    now = parts.hub.now()
    mine = user.person_id in (cover.covered_id, cover.by_id)
    reach = roster_changes.people_in_reach(parts, user)
    edits = user.may(Permission.EDIT_ROSTER) and (reach is None or cover.covered_id in reach)
    over = cover.until_at <= now
    waits = _waits(cover)
    open_ = cover.state is CoverState.REQUESTED and not over
    return {
        "confirm": open_ and user.person_id in waits,
        "confirm_for": open_
        and edits
        and roster_changes.for_the_ill(user) is not None
        and cover_edits.may_agree_for_covered(cover, directory_of(parts)),
        "by_telephone": [
            one
            for one in waits
            if open_ and edits and one not in confirming and (reach is None or one in reach)
        ],
        "decline": open_ and (mine or edits),
        "end": cover.state is CoverState.CONFIRMED
        and (edits or user.person_id == cover.covered_id)
        and not over,
    }
