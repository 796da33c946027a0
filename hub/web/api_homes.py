"""The API of homes, devices, rejected messages and people on duty."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from hub.core.events import EndAway, SetAway
from hub.core.home import Home
from hub.core.roster import on_shift
from hub.web.commands import done_id, obey
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
from hub.web.parts import Parts, PartsDep, UserDep
from hub.web.problems import RESPONSES, not_found

router = APIRouter(prefix="/api/v1", responses=RESPONSES)

Limit = Annotated[int, Query(ge=1, le=200)]
Search = Annotated[str, Query(max_length=100)]
SHOWN_BYTES = 4096
"""Of a rejected message, so that a page of them stays a page."""


@router.get("/homes", tags=["homes"])
async def list_homes(
    parts: PartsDep, q: Search = "", limit: Limit = 50, after: str | None = None
) -> HomePage:
    """Homes by id. `q` finds a part of an id, a name, an address or a telephone number."""
    found = await asyncio.to_thread(parts.queries.list_homes, search=q.strip(), limit=limit, after=after)
    homes = [parts.hub.home(summary.home_id) for summary in found]
    return HomePage(
        items=[parts.views.home_row(home) for home in homes if home is not None],
        next=found[-1].home_id if len(found) == limit else None,
    )


@router.get("/homes/{home_id}", tags=["homes"])
async def get_home(home_id: str, parts: PartsDep, user: UserDep) -> CareCard:
    """The care card. The door code is there only for whom holds an open alert of this home."""
    return parts.views.care_card(_home(parts, home_id), user.login)


@router.post("/homes/{home_id}/away", tags=["homes"])
async def set_away(home_id: str, body: AwayIn, parts: PartsDep, user: UserDep) -> CareCard:
    """Somebody is away between two instants: sensor rules pause, a button never does."""
    _home(parts, home_id)
    done_id(
        await obey(
            parts, SetAway(home_id, user.actor, body.kind, body.from_at, body.until_at, body.resident_id)
        )
    )
    return parts.views.care_card(_home(parts, home_id), user.login)


@router.delete("/homes/{home_id}/away", tags=["homes"])
async def end_away(home_id: str, parts: PartsDep, user: UserDep, resident_id: Id | None = None) -> CareCard:
    """Back home earlier; without `resident_id`, what was entered for everybody ends."""
    _home(parts, home_id)
    done_id(await obey(parts, EndAway(home_id, user.actor, resident_id)))
    return parts.views.care_card(_home(parts, home_id), user.login)


@router.get("/devices", tags=["devices"])
async def list_devices(
    parts: PartsDep,
    q: Search = "",
    home: str | None = None,
    problems: bool = False,
    limit: Limit = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> DevicePage:
    """Enrolled devices. `problems`: only those that are silent, offline, never heard, or have a fault."""
    found = await asyncio.to_thread(find_devices, parts, q, home, problems)
    return DevicePage(items=found[offset : offset + limit], total=len(found))


def find_devices(parts: Parts, q: str, home_id: str | None, problems: bool) -> list[DeviceOut]:
    """From the engine's homes, which are newer than what is saved."""
    words = q.strip().casefold()
    if home_id is None:
        homes = list(parts.hub.homes().values())
    else:
        one = parts.hub.home(home_id)
        homes = [one] if one is not None else []
    found: list[DeviceOut] = []
    for home in homes:
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
async def list_rejected(parts: PartsDep, limit: Limit = 50, before: int | None = None) -> RejectedPage:
    """Messages that nobody could read, newest first, kept as they came (the first 4096 bytes are shown)."""
    found = await asyncio.to_thread(parts.queries.rejected, limit=limit, before=before)
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
async def list_on_duty(parts: PartsDep, centre: str | None = None) -> list[OnDutyOut]:
    """Who is on shift now, and how many emergencies wait for them or are held by them."""
    context, now = parts.hub.context(), parts.hub.now()
    shifts = {
        (shift.person_id, shift.role, shift.centre_id)
        for shift in context.shifts
        if on_shift(shift, now, context) and (centre is None or shift.centre_id == centre)
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


def _home(parts: Parts, home_id: str) -> Home:
    home = parts.hub.home(home_id)
    if home is None:
        raise not_found("home", "home_id")
    return home
