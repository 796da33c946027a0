"""Installation: a home, its elders and devices are enrolled, its keys pressed; and the list of homes that are unprotected.

Everything but the live list works without scripts: an installer stands in a bathroom with an old telephone.
"""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from hub.core.alerts import Role
from hub.core.home import UNASSIGNED_HOME_ID, DeviceKind, Flag
from hub.directory.in_order import in_order, name_in_order
from hub.directory.model import MAX_OWN_ELDERS, Directory, RoomKind, holds
from hub.directory.profiles import region_path, room_name
from hub.directory.protection import CALLERS, Gap, Gravity
from hub.directory.residences import CARED_FOR, own_elders
from hub.web import api_enrol
from hub.web.access import Permission
from hub.web.care_cards import short_card
from hub.web.guard import User
from hub.web.models_enrol import DeviceIn, DeviceMoveIn, ElderIn, EnrolledOut, HomeIn, RoomIn, UnprotectedOut
from hub.web.pages.lists import pager
from hub.web.pages.rendering import pages_of
from hub.web.parts import Forbidden, Parts, PartsDep, ViewHomes, allowed
from hub.web.problems import Problem
from hub.web.visibility import see_home, visible_centres, visible_homes
from hub.web.words import say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Enrols = Annotated[User, Depends(allowed(Permission.ENROL))]

_KINDS = (*sorted(CALLERS, key=list(DeviceKind).index), *(kind for kind in DeviceKind if kind not in CALLERS))
GAPS_ON_A_PAGE = 100
USUAL_ROOMS = (RoomKind.BEDROOM, RoomKind.BATHROOM, RoomKind.KITCHEN, RoomKind.LIVING_ROOM)


@router.get("/enrol")
async def enrol_page(request: Request, parts: PartsDep, user: Enrols) -> Response:
    return await _start(request, parts, user)


@router.post("/enrol")
async def enrol_home(request: Request, parts: PartsDep, user: Enrols) -> Response:
    form = await request.form()
    typed = typed_fields(form, HomeIn, lists=("rooms",), flags=("lift", "care_bed", "second_household"))
    try:
        made = await api_enrol.enrol_home(HomeIn.model_validate(typed), parts, user)
    except (Problem, ValidationError) as error:
        taken = error if isinstance(error, Problem) and error.code == "address_taken" else None
        return await _start(
            request, parts, user, message=told(request, error), typed=typed, status=409, taken=taken
        )
    return RedirectResponse(f"/enrol/{made.home_id}", 303)


@router.get("/enrol/{home_id}")
async def home_page(request: Request, home_id: str, parts: PartsDep, user: Enrols) -> Response:
    return await _home(request, parts, user, home_id)


@router.post("/enrol/{home_id}/elder")
async def enrol_elder(request: Request, home_id: str, parts: PartsDep, user: Enrols) -> Response:
    typed = typed_fields(await request.form(), ElderIn, lists=("flags",))
    try:
        await api_enrol.enrol_elder(home_id, ElderIn.model_validate(typed), parts, user)
    except (Problem, ValidationError) as error:
        return await _home(request, parts, user, home_id, message=told(request, error), typed=typed)
    return RedirectResponse(f"/enrol/{home_id}", 303)


@router.post("/enrol/{home_id}/room")
async def add_room(request: Request, home_id: str, parts: PartsDep, user: Enrols) -> Response:
    typed = typed_fields(await request.form(), RoomIn)
    try:
        await api_enrol.add_room(home_id, RoomIn.model_validate(typed), parts, user)
    except (Problem, ValidationError) as error:
        return await _home(request, parts, user, home_id, message=told(request, error), typed=typed)
    return RedirectResponse(f"/enrol/{home_id}", 303)


@router.post("/enrol/{home_id}/device")
async def enrol_device(request: Request, home_id: str, parts: PartsDep, user: Enrols) -> Response:
    """A device that belongs elsewhere is not taken from there without a second word."""
    typed = typed_fields(await request.form(), DeviceIn, flags=("speaks", "one_way"))
    try:
        made = await api_enrol.enrol_device(home_id, DeviceIn.model_validate(typed), parts, user)
    except (Problem, ValidationError) as error:
        elsewhere = isinstance(error, Problem) and error.code == "assigned_elsewhere"
        return await _home(
            request, parts, user, home_id, message=told(request, error), typed=typed, offer_move=elsewhere
        )
    return await _home(request, parts, user, home_id, made=made)


@router.post("/enrol/{home_id}/move")
async def move_device(request: Request, home_id: str, parts: PartsDep, user: Enrols) -> Response:
    form = await request.form()
    typed = {**typed_fields(form, DeviceMoveIn), "home_id": home_id}
    body = DeviceMoveIn.model_validate(typed)
    return await _done(request, parts, user, home_id, api_enrol.move_device(_id(form), body, parts, user))


@router.post("/enrol/{home_id}/recover")
async def recover_device(request: Request, home_id: str, parts: PartsDep, user: Enrols) -> Response:
    device_id = _id(await request.form())
    return await _done(
        request, parts, user, home_id, api_enrol.recover_device(device_id, parts, user), gone=True
    )


@router.post("/enrol/{home_id}/credentials")
async def new_password(request: Request, home_id: str, parts: PartsDep, user: Enrols) -> Response:
    device_id = _id(await request.form())
    return await _done(request, parts, user, home_id, api_enrol.renew_credentials(device_id, parts, user))


@router.get("/enrol/{home_id}/check")
async def check_page(request: Request, home_id: str, parts: PartsDep, user: ViewHomes) -> Response:
    """What to press now, who answered, and whether the home is open; kept current by a script."""
    pages = pages_of(request)
    return pages.page(
        request,
        "enrol_check.html",
        here="/enrol",
        page_data=pages.data(request),
        list=await api_enrol.get_checklist(home_id, parts, user),
    )


@router.get("/unprotected")
async def unprotected_page(
    request: Request,
    parts: PartsDep,
    user: ViewHomes,
    page: Annotated[int, Query(ge=1)] = 1,
    by_word: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """Both lists have pages of their own: `page` of the gaps, `by_word` of the homes that nothing has proven."""
    visible = visible_homes(parts, user)
    found = await api_enrol.list_unprotected(parts, user)
    shown, not_proven = ((number - 1) * GAPS_ON_A_PAGE for number in (page, by_word))
    return pages_of(request).page(
        request,
        "unprotected.html",
        here="/unprotected",
        found=found,
        groups=_by_gravity(found.unprotected, found.unprotected[shown : shown + GAPS_ON_A_PAGE]),
        pager=pager(request, page, GAPS_ON_A_PAGE, len(found.unprotected)),
        not_proven=found.not_proven[not_proven : not_proven + GAPS_ON_A_PAGE],
        not_proven_pager=pager(request, by_word, GAPS_ON_A_PAGE, len(found.not_proven), "by_word"),
        any_home=any(
            one != UNASSIGNED_HOME_ID for one in parts.hub.homes() if visible is None or one in visible
        ),
        may_enrol=user.may(Permission.ENROL),
        may_import=user.may(Permission.IMPORT),
        asked_by_word=by_word > 1,
    )


# --- inside -----------------------------------------------------------------------------------------------------------


def _by_gravity(
    found: list[UnprotectedOut], shown: list[UnprotectedOut]
) -> list[tuple[str, int, list[UnprotectedOut]]]:
    """The homes that are shown under how grave it is, with how many there are of it in all."""
    return [
        (gravity.value, sum(one.gravity is gravity for one in found), here)
        for gravity in Gravity
        if (here := [one for one in shown if one.gravity is gravity])
    ]


class Typed(dict[str, Any]):
    """What somebody typed into a form that is shown once more; nothing where they typed nothing."""

    def __missing__(self, key: str) -> str:
        return ""


async def _start(
    request: Request,
    parts: Parts,
    user: User,
    *,
    message: str = "",
    typed: dict[str, Any] | None = None,
    status: int = 200,
    taken: Problem | None = None,
) -> Response:
    """`taken`: somebody entered a door that is enrolled already."""
    directory = api_enrol.directory_of(parts)
    protection = await api_enrol.list_unprotected(parts, user)
    seen = visible_homes(parts, user)
    housed = {residence.home_id for residence in directory.residences}
    empty = [one for one in directory.homes if one.id not in housed and (seen is None or one.id in seen)]
    homes = parts.hub.homes()
    centres = visible_centres(parts, user)
    return pages_of(request).page(
        request,
        "enrol.html",
        status,
        here="/enrol",
        message=message,
        taken=taken is not None,
        taken_by=_visible(parts, user, taken.extra["about"]["home"]) if taken is not None else None,
        typed=Typed(typed or {"rooms": [kind.value for kind in USUAL_ROOMS], "lift": True}),
        waiting=sorted(
            (one for one in protection.unprotected if any(gap.gap is Gap.NOT_YET_OPEN for gap in one.gaps)),
            key=lambda one: (in_order(one.address), one.home_id),
        ),
        empty=sorted(
            ((one.id, homes[one.id].profile.address if one.id in homes else one.flat) for one in empty),
            key=lambda one: (in_order(one[1]), one[0]),
        ),
        regions=_regions(directory),
        centres=sorted(
            ((one.id, one.name) for one in directory.centres if centres is None or one.id in centres),
            key=lambda one: in_order(one[1]),
        ),
        room_kinds=list(RoomKind),
    )


def _visible(parts: Parts, user: User, home_id: str) -> str | None:
    seen = visible_homes(parts, user)
    return home_id if seen is None or home_id in seen else None


async def _home(
    request: Request,
    parts: Parts,
    user: User,
    home_id: str,
    *,
    message: str = "",
    typed: dict[str, Any] | None = None,
    made: EnrolledOut | None = None,
    gone: bool = False,
    offer_move: bool = False,
) -> Response:
    home = see_home(parts, user, home_id, Permission.ENROL)
    directory, now = api_enrol.directory_of(parts), parts.hub.now()
    rooms = [(room.id, room_name(room) or room.id) for room in directory.rooms if room.home_id == home_id]
    return pages_of(request).page(
        request,
        "enrol_home.html",
        409 if message else 200,
        here="/enrol",
        home=home.profile,
        card=short_card(parts, user, home_id),
        rooms=rooms,
        message=message,
        typed=Typed(typed or {}),
        made=made,
        gone=gone,
        offer_move=offer_move,
        has_butler=bool(home.profile.people.get(Role.BUTLER)),
        butlers=await asyncio.to_thread(_butlers, parts, directory, now),
        limit=MAX_OWN_ELDERS,
        kinds=_KINDS,
        room_kinds=list(RoomKind),
        flags=list(Flag),
        living={resident.id for resident in home.profile.residents if resident.membership in CARED_FOR},
    )


async def _done(
    request: Request,
    parts: Parts,
    user: User,
    home_id: str,
    deed: Awaitable[EnrolledOut],
    *,
    gone: bool = False,
) -> Response:
    try:
        made = await deed
    except Problem as error:
        return await _home(request, parts, user, home_id, message=told(request, error))
    return await _home(request, parts, user, home_id, made=made, gone=gone)


def _id(form: FormData) -> str:
    return str(form.get("id", ""))


def typed_fields(
    form: FormData, model: type[BaseModel], *, lists: tuple[str, ...] = (), flags: tuple[str, ...] = ()
) -> dict[str, Any]:
    """What a form says of a model's fields: an empty field says nothing, an unticked box says no."""
    typed: dict[str, Any] = {name: name in form for name in flags}
    for name in model.model_fields:
        if name in lists:
            typed[name] = [str(value) for value in form.getlist(name)]
        elif name not in flags and str(form.get(name, "")).strip():
            typed[name] = str(form[name]).strip()
    return typed


def told(request: Request, error: Problem | ValidationError) -> str:
    """What a page says about it, in its language. What is not allowed is not told here but refused."""
    language = pages_of(request).language(request)
    if isinstance(error, Forbidden):
        raise error
    if isinstance(error, ValidationError):
        fields = (f"enrol.{detail['loc'][0]}" for detail in error.errors())
        named = "、".join(dict.fromkeys(_field(request, key) for key in fields))
        return say(language, "enrol.check_fields", fields=named)
    return str(error.extra.get("zh", error.detail)) if language == "zh" else error.detail


_FIELDS = {
    "enrol.id": "enrol.device_id",
    "enrol.region_id": "enrol.region",
    "enrol.ability_level": "enrol.level",
    "enrol.until_at": "life.until",
    "enrol.to": "life.becomes",
}


def _field(request: Request, key: str) -> str:
    key = _FIELDS.get(key, key)
    try:
        return say(pages_of(request).language(request), key)
    except KeyError:
        return key.partition(".")[2]


def _regions(directory: Directory) -> list[tuple[str, str]]:
    """Those that no other lies in, with their whole way down."""
    by_id = {region.id: region for region in directory.regions}
    wider = {region.parent_id for region in directory.regions}
    narrowest = [
        (region.id, " ".join(one.name for one in region_path(by_id, region.id)))
        for region in directory.regions
        if region.id not in wider
    ]
    return sorted(narrowest, key=lambda one: in_order(one[1]))


def _butlers(parts: Parts, directory: Directory, now: Any) -> list[tuple[str, str, int]]:
    """Everybody who is a butler, with how many own elders they have; who has room comes first."""
    ids = {bond.person_id for bond in directory.bonds if bond.role is Role.BUTLER and holds(bond, now)}
    ids |= {shift.person_id for shift in directory.shifts if shift.role is Role.BUTLER}
    found = [(one, parts.views.name(one), len(own_elders(directory, one, now))) for one in ids]
    return sorted(found, key=lambda one: (one[2], name_in_order(one[1]), one[0]))
