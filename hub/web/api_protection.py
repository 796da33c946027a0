"""The API of what protects each elder now: button, fall sensor, bed, vital signs, link, butler on duty, reachable contact."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from hub.core.alerts import Role
from hub.core.home import UNASSIGNED_HOME_ID
from hub.directory.elder_protection import ElderNow, Part, Protection
from hub.directory.in_order import in_order
from hub.directory.protection import unprotected
from hub.shift_watch import UNREACHED_SINCE
from hub.web.guard import User
from hub.web.models import ResidentRef
from hub.web.models_protection import ElderProtectionOut, ElderProtectionPage, Only, PartOut
from hub.web.parts import Parts, PartsDep, ViewHomes
from hub.web.problems import RESPONSES
from hub.web.roster_changes import directory_of
from hub.web.visibility import visible_homes

router = APIRouter(prefix="/api/v1", responses=RESPONSES)

Offset = Annotated[int, Query(ge=0)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/protection", tags=["homes"])
async def list_protection(
    parts: PartsDep,
    user: ViewHomes,
    centre: str | None = None,
    butler: str | None = None,
    only: Only = Only.EVERYBODY,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ElderProtectionPage:
    """Each elder and what protects them now. Who is unprotected stands first, the longest first; then who has most that is
    broken; then by address."""
    return await asyncio.to_thread(_page, parts, user, centre, butler, only, limit, offset)


def protection_of_all(parts: Parts) -> tuple[list[ElderNow], Mapping[str, datetime]]:
    """Everybody of the cell, and since when each unprotected home is."""
    hub = parts.hub
    homes, now, context = hub.homes(), hub.now(), hub.context()
    unreached = parts.queries.unreached(now - UNREACHED_SINCE)
    elders = Protection(now, context, unreached, parts.settings.ways_to_people).elders(
        home for home in homes.values() if home.id != UNASSIGNED_HOME_ID
    )
    offline_after = context.rules.device.offline_after
    gaps = unprotected(directory_of(parts), homes, now, context.resumed_at, offline_after)
    return list(elders), {one.home_id: one.since_at for one in gaps}


def minutes(now: datetime, since_at: datetime) -> int:
    """Whole minutes, as one says them."""
    return max(now - since_at, timedelta()) // timedelta(minutes=1)


def _page(
    parts: Parts, user: User, centre: str | None, butler: str | None, only: Only, limit: int, offset: int
) -> ElderProtectionPage:
    seen, now = visible_homes(parts, user), parts.hub.now()
    every, since = protection_of_all(parts)
    asked = [
        one
        for one in every
        if (seen is None or one.home.id in seen)
        and centre in (None, one.home.profile.centre_id)
        and (butler is None or butler in one.home.profile.people.get(Role.BUTLER, ()))
    ]
    shown = [one for one in asked if _is_shown(one, only)]
    shown.sort(
        key=lambda one: (
            *(not one.unprotected, since.get(one.home.id, now) if one.unprotected else now),
            *(-len(one.broken), in_order(one.home.profile.address), one.home.id, one.resident.id),
        )
    )
    broken = Counter(part.part for one in asked for part in one.broken)
    return ElderProtectionPage(
        items=[_elder(parts, one, since, now) for one in shown[offset : offset + limit]],
        total=len(shown),
        elders=len(asked),
        unprotected=sum(one.unprotected for one in asked),
        broken={part: broken[part] for part in Part},
    )


def _is_shown(one: ElderNow, only: Only) -> bool:
    if only is Only.UNPROTECTED:
        return one.unprotected
    return only is Only.EVERYBODY or one.unprotected or bool(one.broken)


def _elder(parts: Parts, one: ElderNow, since: Mapping[str, datetime], now: datetime) -> ElderProtectionOut:
    profile, resident = one.home.profile, one.resident
    since_at = since.get(one.home.id, now) if one.unprotected else None
    return ElderProtectionOut(
        resident=ResidentRef(id=resident.id, name=resident.name, call_name=resident.call_name),
        home_id=one.home.id,
        address=profile.address,
        centre=parts.views.centre(profile.centre_id),
        butler=next(map(parts.views.person, profile.people.get(Role.BUTLER, ())), None),
        membership=resident.membership,
        away=one.away,
        unprotected_since_at=since_at,
        unprotected_minutes=minutes(now, since_at) if since_at is not None else None,
        parts=[
            PartOut(part=part.part, state=part.state, since_at=part.since_at, why=part.why)
            for part in one.parts
        ],
    )
