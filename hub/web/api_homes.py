"""The API of homes, devices, rejected messages and people on duty."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from hub.core.events import EndAway, SetAway
from hub.core.home import Home
from hub.core.roster import on_shift
from hub.web.access import Permission
from hub.web.commands import done_id, obey
from hub.web.guard import User
from hub.web.models import (
    AwayIn,
    CareCard,
    DeviceOut,
    DevicePage,
    HomePage,
    Id,
    OnDutyOut,
    PersonRef,
    RejectedOut,
    RejectedPage,
)
from hub.web.parts import Parts, PartsDep, SetsAway, ViewDevices, ViewHomes, ViewRejected, ViewRoster
from hub.web.problems import RESPONSES
from hub.web.visibility import see_home, visible_centres, visible_homes

router = APIRouter(prefix="/api/v1", responses=RESPONSES)

Limit = Annotated[int, Query(ge=1, le=200)]
Search = Annotated[str, Query(max_length=100)]
SHOWN_BYTES = 4096
"""Of a rejected message, so that a page of them stays a page."""


@router.get("/homes", tags=["homes"])
async def list_homes(
    parts: PartsDep, user: ViewHomes, q: Search = "", limit: Limit = 50, after: str | None = None
) -> HomePage:
    """Homes by id. `q` finds a part of an id, a name, an address or a telephone number."""
    found = await asyncio.to_thread(
        parts.queries.list_homes,
        search=q.strip(),
        limit=limit,
        after=after,
        homes=visible_homes(parts, user),
    )
    homes = [parts.hub.home(summary.home_id) for summary in found]
    return HomePage(
        items=[parts.views.home_row(home) for home in homes if home is not None],
        next=found[-1].home_id if len(found) == limit else None,
    )


@router.get("/homes/{home_id}", tags=["homes"])
async def get_home(home_id: str, parts: PartsDep, user: ViewHomes) -> CareCard:
    """The care card. The door code is there only for whom holds an open alert of this home."""
    return care_card(parts, user, home_id)


@router.post("/homes/{home_id}/away", tags=["homes"])
async def set_away(home_id: str, body: AwayIn, parts: PartsDep, user: SetsAway) -> CareCard:
    """Somebody is away between two instants: sensor rules pause, a button never does."""
    see_home(parts, user, home_id, Permission.SET_AWAY)
    done_id(
        await obey(
            parts, SetAway(home_id, user.actor, body.kind, body.from_at, body.until_at, body.resident_id)
        )
    )
    return care_card(parts, user, home_id)


@router.delete("/homes/{home_id}/away", tags=["homes"])
async def end_away(home_id: str, parts: PartsDep, user: SetsAway, resident_id: Id | None = None) -> CareCard:
    """Back home earlier; without `resident_id`, what was entered for everybody ends."""
    see_home(parts, user, home_id, Permission.SET_AWAY)
    done_id(await obey(parts, EndAway(home_id, user.actor, resident_id)))
    return care_card(parts, user, home_id)


@router.get("/devices", tags=["devices"])
async def list_devices(
    parts: PartsDep,
    user: ViewDevices,
    q: Search = "",
    home: str | None = None,
    problems: bool = False,
    limit: Limit = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> DevicePage:
    """Enrolled devices. `problems`: only those that are silent, offline, never heard, or have a fault."""
    if home is not None:
        see_home(parts, user, home, Permission.VIEW_DEVICES)
    found = await asyncio.to_thread(find_devices, parts, user, q, home, problems)
    return DevicePage(items=found[offset : offset + limit], total=len(found))


def find_devices(parts: Parts, user: User, q: str, home_id: str | None, problems: bool) -> list[DeviceOut]:
    """From the engine's homes, which are newer than what is saved; of the user's scope."""
    words = q.strip().casefold()
    visible = visible_homes(parts, user)
    wanted = None if home_id is None else {home_id}
    found: list[DeviceOut] = []
    for home in parts.hub.homes().values():
        if (visible is not None and home.id not in visible) or (wanted is not None and home.id not in wanted):
            continue
        in_home = words in _words_of(home)
        for device in home.profile.devices.values():
            if not in_home and words not in device.id.casefold():
                continue
            shown = parts.views.device(home, device)
            if not problems or shown.state != "ok" or shown.faults:
                found.append(shown)
    return found


def _words_of(home: Home) -> str:
    profile = home.profile
    names = (resident.name for resident in profile.residents)
    return "\n".join((home.id, profile.address, profile.phone, *names)).casefold()


@router.get("/rejected", tags=["devices"])
async def list_rejected(
    parts: PartsDep, user: ViewRejected, limit: Limit = 50, before: int | None = None
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
        (shift.person_id, shift.role, shift.centre_id)
        for shift in context.shifts
        if on_shift(shift, now, context)
        and (centre is None or shift.centre_id == centre)
        and (visible is None or shift.centre_id is None or shift.centre_id in visible)
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


def care_card(parts: Parts, user: User, home_id: str) -> CareCard:
    """What this user may know of the home: whoever may not see alerts gets a card without them. Raises as `see_home`."""
    card = parts.views.care_card(see_home(parts, user, home_id), user.actor.id)
    hidden: dict[str, object] = {}
    if not user.may(Permission.VIEW_ALERTS):
        hidden |= {"alerts": [], "door_code": None, "door_code_known": False}
    if not user.may(Permission.VIEW_REQUESTS):
        hidden |= {"requests": []}
    return card.model_copy(update=hidden) if hidden else card
