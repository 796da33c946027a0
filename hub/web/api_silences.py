"""The API of silences: for a while nobody is told of some kind of sign of a home. No call, fall, hazard or emergency is one."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.core.events import EndSilence, SetSilence
from hub.core.home import Home
from hub.core.silences import LONGEST, Silence, SilenceOf, SilenceReason
from hub.notify.reason_texts import reason_text
from hub.web.access import MAY_SILENCE, Permission
from hub.web.commands import done_id, obey
from hub.web.guard import User
from hub.web.models import TextOut
from hub.web.models_silences import HeldSignOut, SilenceIn, SilenceOut, SilencesPage
from hub.web.parts import Parts, PartsDep, ViewHomes, allowed
from hub.web.problems import RESPONSES, Problem
from hub.web.visibility import see_home, visible_homes
from hub.web.words import both

router = APIRouter(prefix="/api/v1", responses=RESPONSES)

Silences = Annotated[User, Depends(allowed(Permission.SILENCE))]
Offset = Annotated[int, Query(ge=0)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/silences", tags=["silences"])
async def list_silences(
    parts: PartsDep, user: ViewHomes, limit: Limit = 100, offset: Offset = 0
) -> SilencesPage:
    """Every silence that lasts or is planned, with what it holds back: what nobody is told, for whoever answers for homes."""
    found = await asyncio.to_thread(lambda: sorted(_all(parts, user), key=_ends))
    items = [shown(parts, home, one) for home, one in found[offset : offset + limit]]
    return SilencesPage(items=items, total=len(found))


@router.get("/homes/{home_id}/silences", tags=["silences"])
async def get_silences(home_id: str, parts: PartsDep, user: ViewHomes) -> list[SilenceOut]:
    """Those of one home."""
    return of_home(parts, user, see_home(parts, user, home_id))


@router.post("/homes/{home_id}/silences", tags=["silences"])
async def set_silence(home_id: str, body: SilenceIn, parts: PartsDep, user: Silences) -> list[SilenceOut]:
    """For a while nobody is told of such signs; what lasts is told when it ends. A press, a fall, smoke, gas, water and every
    emergency go through it. Of the same kind and device the newer one takes the place of the older."""
    see_home(parts, user, home_id, Permission.SILENCE)
    _check(parts, user, body)
    from_at = body.from_at or parts.hub.now()
    command = SetSilence(
        *(home_id, user.actor, body.of, body.reason, from_at, body.until_at, body.device_id, body.note)
    )
    done_id(await obey(parts, command))
    return of_home(parts, user, see_home(parts, user, home_id))


@router.delete("/homes/{home_id}/silences/{silence_id}", tags=["silences"])
async def end_silence(home_id: str, silence_id: str, parts: PartsDep, user: Silences) -> list[SilenceOut]:
    """Earlier than was said. What it held back and what lasts is told at once."""
    home = see_home(parts, user, home_id, Permission.SILENCE)
    if any(one.id == silence_id and one.of not in MAY_SILENCE[user.role] for one in home.silences):
        raise _not_yours()
    done_id(await obey(parts, EndSilence(home_id, user.actor, silence_id)))
    return of_home(parts, user, see_home(parts, user, home_id))


def of_home(parts: Parts, user: User, home: Home) -> list[SilenceOut]:
    """The silences of a home that this log-in may know of."""
    known = MAY_SILENCE.get(user.role, frozenset())
    return [shown(parts, home, one) for one in sorted(home.silences, key=_end) if one.of in known]


def shown(parts: Parts, home: Home, silence: Silence) -> SilenceOut:
    device = home.profile.devices.get(silence.device_id) if silence.device_id else None
    return SilenceOut(
        id=silence.id,
        home_id=home.id,
        address=home.profile.address,
        of=silence.of,
        reason=silence.reason,
        note=silence.note,
        by=parts.views.person(silence.by),
        device_id=silence.device_id,
        device_kind=device.kind if device is not None else None,
        from_at=silence.from_at,
        until_at=silence.until_at,
        now=silence.from_at <= parts.hub.now(),
        held=[
            HeldSignOut(
                kind=sign.kind,
                severity=sign.severity,
                reason=TextOut(
                    **dict(zip(("zh", "en"), reason_text(sign.reason.code, sign.reason.data), strict=True))
                ),
                at=sign.at,
                times=sign.times,
                device_id=sign.device_id,
            )
            for sign in sorted(silence.held.values(), key=lambda one: (one.severity.rank, one.at))
        ],
    )


def _all(parts: Parts, user: User) -> Iterator[tuple[Home, Silence]]:
    visible, known = visible_homes(parts, user), MAY_SILENCE.get(user.role, frozenset())
    for home in parts.hub.homes().values():
        if home.silences and (visible is None or home.id in visible):
            yield from ((home, one) for one in home.silences if one.of in known)


def _check(parts: Parts, user: User, body: SilenceIn) -> None:
    if body.of not in MAY_SILENCE[user.role]:
        raise _not_yours()
    from_at, now = body.from_at or parts.hub.now(), parts.hub.now()
    if body.until_at <= max(from_at, now):
        raise _problem("silence.order", "until_at", "order")
    if body.until_at - max(from_at, now) > LONGEST[body.of]:
        raise _problem("silence.too_long", "until_at", "too_long", days=LONGEST[body.of].days)
    if body.reason is SilenceReason.OTHER and not body.note.strip():
        raise _problem("silence.needs_note", "note", "needs_note")


def _problem(word: str, where: str, code: str, **values: object) -> Problem:
    said = both(word, **values)
    return Problem(
        409, f"silence_{code}", said.en, where=where, remedy="Correct it and send it again.", zh=said.zh
    )


def _not_yours() -> Problem:
    said = both("silence.not_yours")
    return Problem(
        403, "silence_not_yours", said.en, where="of", remedy="Ask the desk to set it.", zh=said.zh
    )


def _end(silence: Silence) -> tuple[object, str]:
    return silence.until_at, silence.id


def _ends(found: tuple[Home, Silence]) -> tuple[object, str]:
    return _end(found[1])


def may_set(user: User) -> list[SilenceOf]:
    """Which kinds this log-in may set, in their order."""
    return [of for of in SilenceOf if of in MAY_SILENCE.get(user.role, frozenset())]
