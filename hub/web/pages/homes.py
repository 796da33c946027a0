"""Homes: the list, and one home with its care card."""

import asyncio
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.core.home import AwayKind, Flag, Membership
from hub.core.journal import EntryKind
from hub.store.care_cards import OpeningReason
from hub.web import api_alerts, api_homes, api_key_tests, api_silences, care_cards, finding
from hub.web.access import Permission
from hub.web.care_cards import open_card
from hub.web.guard import User
from hub.web.models import CareCard
from hub.web.pages.life import planned_states
from hub.web.pages.lists import chosen, pager
from hub.web.pages.rendering import pages_of
from hub.web.parts import Parts, PartsDep, ViewHomes
from hub.web.problems import Problem
from hub.web.visibility import see_home
from hub.web.words import say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

HOMES_A_PAGE = 50
_WARNINGS = {
    Flag.HARD_OF_HEARING: "card.go_to_door",
    Flag.ON_OXYGEN: "card.oxygen",
    Flag.DEMENTIA: "card.dementia",
}


@router.get("/homes")
async def homes_page(
    request: Request,
    parts: PartsDep,
    user: ViewHomes,
    q: api_homes.Search = "",
    centre: str = "",
    butler: str = "",
    membership: str = "",
    flag: str = "",
    only: str = "",
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """A filter that names nothing known is no filter: forms send empty ones."""
    found = await api_homes.list_homes(
        parts,
        user,
        q,
        centre=centre or None,
        butler=butler or None,
        membership=chosen(Membership, membership),
        flag=chosen(Flag, flag),
        unprotected=only == "unprotected",
        away=only == "away",
        limit=HOMES_A_PAGE,
        offset=(page - 1) * HOMES_A_PAGE,
    )
    return pages_of(request).page(
        request,
        "homes.html",
        here="/homes",
        q=q,
        items=found.items,
        filters={"centre": centre, "butler": butler, "membership": membership, "flag": flag, "only": only},
        centres=await asyncio.to_thread(finding.centres, parts, user),
        butlers=await asyncio.to_thread(finding.butlers, parts, user),
        memberships=list(Membership),
        flags=list(Flag) if user.may(Permission.VIEW_ALERTS) else [],
        pager=pager(request, page, HOMES_A_PAGE, found.total),
    )


@router.get("/homes/{home_id}")
async def home_page(request: Request, home_id: str, parts: PartsDep, user: ViewHomes) -> Response:
    return await _page(request, parts, user, home_id)


@router.post("/homes/{home_id}/care-card")
async def open_care_card(
    request: Request,
    home_id: str,
    parts: PartsDep,
    user: ViewHomes,
    reason: Annotated[str, Form(max_length=40)] = "",
    note: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Back to the page, on which the card is open now."""
    language, why = pages_of(request).language(request), chosen(OpeningReason, reason)
    if why is None:
        see_home(parts, user, home_id)
        return await _page(request, parts, user, home_id, say(language, "card.reason_choose"))
    try:
        await open_card(parts, user, home_id, why, note)
    except Problem as error:
        if error.code != "no_reason":
            raise
        return await _page(request, parts, user, home_id, say(language, "card.reason_missing"), why)
    return RedirectResponse(f"/homes/{quote(home_id, safe='')}", 303)


async def _page(
    request: Request,
    parts: Parts,
    user: User,
    home_id: str,
    message: str = "",
    reason: OpeningReason | None = None,
) -> Response:
    """`message` and `reason`: what was wrong of opening the card, and what was chosen."""
    pages, language = pages_of(request), pages_of(request).language(request)
    card = await api_homes.get_home(home_id, parts, user)
    history = (
        (await api_alerts.list_alerts(parts, user, home=home_id, limit=50)).items
        if user.may(Permission.VIEW_ALERTS)
        else []
    )
    life = await asyncio.to_thread(
        parts.queries.journal_of_home, home_id, limit=LINES_OF_LIFE, kinds=_OF_LIFE
    )
    local = parts.hub.now().astimezone(parts.settings.timezone)
    return pages.page(
        request,
        "home.html",
        422 if message else 200,
        here="/homes",
        page_data=pages.data(request, "home.js"),
        card=card,
        planned=planned_states(parts, see_home(parts, user, home_id)),
        may_enrol=user.may(Permission.ENROL),
        history=history,
        life=parts.views.timeline(life),
        visit=api_key_tests.of_home(parts, user, see_home(parts, user, home_id)),
        silences=api_silences.of_home(parts, user, see_home(parts, user, home_id)),
        may_set_rules=user.may(Permission.SET_RULES),
        warnings=[say(language, key) for key in _warnings(card)],
        away_kinds=[kind.value for kind in AwayKind],
        away_from=local.strftime("%Y-%m-%dT%H:%M"),
        away_until=(local + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
        year=local.year,
        may_set_away=user.may(Permission.SET_AWAY),
        printed_at=local,
        message=message,
        reason=reason,
        reasons=list(OpeningReason),
        openings=[(one, parts.views.name(one.login)) for one in await care_cards.openings(parts, home_id)]
        if user.may(Permission.VIEW_CHANGES)
        else None,
    )


LINES_OF_LIFE = 30
_OF_LIFE = (
    *(EntryKind.AWAY_SET, EntryKind.AWAY_ENDED, EntryKind.MEMBERSHIP_CHANGED),
    *(EntryKind.HOME_OPENED, EntryKind.CALL_TEST, EntryKind.CHAIN_TEST_FAILED),
    *(EntryKind.HAND_TEST_STARTED, EntryKind.HAND_TEST_ENDED),
    *(EntryKind.SILENCE_SET, EntryKind.SILENCE_ENDED),
)
"""What a home's own record tells besides its alerts."""


def _warnings(card: CareCard) -> list[str]:
    flags = {flag for resident in card.residents for flag in resident.flags}
    keys = [key for flag, key in _WARNINGS.items() if flag in flags]
    return [*keys, "card.unjudged"] if card.unjudged else keys
