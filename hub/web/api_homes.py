"""The API of homes, devices, rejected messages and people on duty."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from hub.core.events import EndAway, SetAway
from hub.core.home import DeviceKind, Flag, Membership, Routine
from hub.core.roster import duties
from hub.web.access import Permission
from hub.web.api_changes import LAST
from hub.web.care_cards import card_for, open_card
from hub.web.commands import done_id, obey
from hub.web.finding import DeviceFilter, HomeFilter, find_devices, find_homes
from hub.web.models import (
    AwayIn,
    CareCard,
    DevicePage,
    HomePage,
    Id,
    OnDutyOut,
    OpenCardIn,
    PersonRef,
    RejectedOut,
    RejectedPage,
)
from hub.web.models_finding import DeviceProblem
from hub.web.parts import PartsDep, SetsAway, ViewDevices, ViewHomes, ViewRejected, ViewRoster
from hub.web.problems import RESPONSES, Problem
from hub.web.visibility import see_home, visible_centres, visible_homes
from hub.web.words import both

router = APIRouter(prefix="/api/v1", responses=RESPONSES)

Offset = Annotated[int, Query(ge=0)]
Limit = Annotated[int, Query(ge=1, le=200)]
Search = Annotated[str, Query(max_length=100)]
Before = Annotated[int | None, Query(ge=1, le=LAST)]
UNASKED = timedelta(days=92)
"""So long somebody may be away without anybody being asked twice."""
SHOWN_BYTES = 4096
"""Of a rejected message, so that a page of them stays a page."""


@router.get("/homes", tags=["homes"])
async def list_homes(
    parts: PartsDep,
    user: ViewHomes,
    q: Search = "",
    centre: str | None = None,
    butler: str | None = None,
    membership: Membership | None = None,
    flag: Flag | None = None,
    unprotected: bool = False,
    away: bool = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> HomePage:
    """Homes, the best fit first, without `q` by address. `q`: words in any order, each a part of a name (in characters or as it
    is typed with Latin letters, in full or initials), of an id, an address (3-2-501, 3号楼2单元501) or a telephone number of the
    home or a contact. A number stands in the answer where it was typed; all others on the care card."""
    reads_conditions = user.may(Permission.VIEW_ALERTS)
    wanted = HomeFilter(centre, butler, membership, flag if reads_conditions else None, unprotected, away)
    found = await asyncio.to_thread(find_homes, parts, user, q, wanted)
    items = [parts.views.home_row(home, q) for home in found[offset : offset + limit]]
    if not reads_conditions:
        items = [one.model_copy(update={"flags": []}) for one in items]
    return HomePage(items=items, total=len(found))


@router.get("/homes/{home_id}", tags=["homes"])
async def get_home(home_id: str, parts: PartsDep, user: ViewHomes) -> CareCard:
    """The care card, open for whom holds an open alert of the home, for the desks while there is one, and for whom said why
    (`POST /homes/{id}/care-card`); a short one without telephone numbers and conditions otherwise."""
    return await card_for(parts, user, home_id)


@router.post("/homes/{home_id}/care-card", tags=["homes"])
async def open_care_card(home_id: str, body: OpenCardIn, parts: PartsDep, user: ViewHomes) -> CareCard:
    """Open the care card for a stated reason and a quarter of an hour. It is written down who read whose card, when and why."""
    return await open_card(parts, user, home_id, body.reason, body.note)


@router.post("/homes/{home_id}/away", tags=["homes"])
async def set_away(home_id: str, body: AwayIn, parts: PartsDep, user: SetsAway) -> CareCard:
    """Somebody is away between two instants: sensor rules pause, a button never does. More than 92 days on end need
    `confirmed`: a slip of the year would leave a home without its sensors for good."""
    see_home(parts, user, home_id, Permission.SET_AWAY)
    if body.from_at < body.until_at <= parts.hub.now():
        said = both("away.over")
        raise Problem(
            409, "away_over", said.en, where="until_at", remedy="Correct it and send it again.", zh=said.zh
        )
    days = (body.until_at - body.from_at).days
    if body.routine is None and body.until_at - body.from_at > UNASKED and not body.confirmed:
        said = both("away.long", days=days)
        raise Problem(
            409,
            "long_away",
            said.en,
            where="until_at",
            remedy="Correct it, or send it again with `confirmed`.",
            zh=said.zh,
            days=days,
        )
    done_id(
        await obey(
            parts,
            SetAway(
                *(home_id, user.actor, body.kind, body.from_at, body.until_at, body.resident_id),
                routine=Routine(body.routine.weekdays, body.routine.leaves, body.routine.returns)
                if body.routine
                else None,
            ),
        )
    )
    return await card_for(parts, user, home_id)


@router.delete("/homes/{home_id}/away", tags=["homes"])
async def end_away(
    home_id: str,
    parts: PartsDep,
    user: SetsAway,
    resident_id: Id | None = None,
    from_at: AwareDatetime | None = None,
) -> CareCard:
    """Back home earlier; without `resident_id`, what was entered for everybody ends. Of a routine this time ends; the whole of
    it, or what is still to come, is ended by `from_at`, when it begins."""
    see_home(parts, user, home_id, Permission.SET_AWAY)
    done_id(await obey(parts, EndAway(home_id, user.actor, resident_id, from_at)))
    return await card_for(parts, user, home_id)


@router.get("/devices", tags=["devices"])
async def list_devices(
    parts: PartsDep,
    user: ViewDevices,
    q: Search = "",
    home: str | None = None,
    problem: DeviceProblem | None = None,
    kind: DeviceKind | None = None,
    centre: str | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> DevicePage:
    """Enrolled devices, the worst first. `problem`: only those with this one, or with `any`."""
    if home is not None:
        see_home(parts, user, home, Permission.VIEW_DEVICES)
    wanted = DeviceFilter(problem, kind, centre)
    found = await asyncio.to_thread(find_devices, parts, user, q, home, wanted)
    shown = [parts.views.device(*one) for one in found[offset : offset + limit]]
    return DevicePage(items=shown, total=len(found))


@router.get("/rejected", tags=["devices"])
async def list_rejected(
    parts: PartsDep, user: ViewRejected, limit: Limit = 50, before: Before = None
) -> RejectedPage:
    """Messages that nobody could read, newest first, kept as they came (the first 4096 bytes are shown).

    With a scope: those whose topic names a home of it.
    """
    found = await asyncio.to_thread(
        parts.queries.rejected, limit=limit, before=before, homes=visible_homes(parts, user)
    )
    return RejectedPage(
        items=[
            RejectedOut(
                id=message.id,
                at=message.at,
                topic=message.topic,
                reason=message.reason,
                detail=message.detail,
                size=len(message.payload),
                text=_as_text(message.payload),
                hex=message.payload[:SHOWN_BYTES].hex(" "),
            )
            for message in found
        ],
        next=str(found[-1].id) if len(found) == limit else None,
    )


def _as_text(payload: bytes) -> str:
    try:
        return payload.decode()[:SHOWN_BYTES]
    except UnicodeDecodeError:
        return ""


@router.get("/people/on-duty", tags=["people"])
async def list_on_duty(parts: PartsDep, user: ViewRoster, centre: str | None = None) -> list[OnDutyOut]:
    """Who is on shift now, and how many emergencies wait for them or are held by them: the desks of the call-centre, and the
    centres of the scope."""
    visible = visible_centres(parts, user)
    context, now = parts.hub.context(), parts.hub.now()
    shifts = {
        (duty.person_id, duty.role, duty.centre_id)
        for duty in duties(now, context)
        if (centre is None or duty.centre_id == centre)
        and (visible is None or duty.centre_id is None or duty.centre_id in visible)
    }
    return [
        OnDutyOut(
            person=PersonRef(id=person_id, name=parts.views.name(person_id)),
            role=role,
            centre=parts.views.centre(centre_id),
            reachable=bool(context.people[person_id].methods) if person_id in context.people else False,
            open_emergencies=len(context.load.get(person_id, ())),
        )
        for person_id, role, centre_id in sorted(shifts, key=lambda one: (one[1], one[0], one[2] or ""))
    ]
