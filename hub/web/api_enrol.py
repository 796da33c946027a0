"""The API of a home's life: enrol, move and recover, membership, the installer's checklist, who is unprotected."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends

from hub.core.alerts import Alert
from hub.core.events import RaiseByHand, TellWhere
from hub.core.home import DeviceKind, Family, Home, Profile
from hub.directory import credentials
from hub.directory.model import DeviceEntry, Directory
from hub.directory.moves import assignment_of, device_of
from hub.directory.profiles import region_path
from hub.directory.protection import ToFetch, not_proven, to_fetch, unprotected
from hub.directory.refusals import EditRefusal, EditRefused
from hub.directory.validation import DirectoryProblems
from hub.store.change_log import passwords_made
from hub.web import checklist, enrolling
from hub.web.access import Permission, ScopeKind
from hub.web.care_cards import card_for
from hub.web.commands import done_id, move_alert, obey
from hub.web.enrolling import Edit, refusal_words
from hub.web.guard import User
from hub.web.models import AlertOut, CareCard, ResidentRef
from hub.web.models_enrol import (
    Checklist,
    CredentialsOut,
    DeviceIn,
    DeviceMoveIn,
    ElderIn,
    EnrolledOut,
    GapOut,
    HomeIn,
    MadeOut,
    MembershipIn,
    NotProvenOut,
    PasswordsMadeIn,
    ProtectionOut,
    RoomIn,
    ToFetchOut,
    UnprotectedOut,
    WhereIn,
)
from hub.web.parts import ActOnAlerts, Forbidden, Parts, PartsDep, ViewHomes, allowed
from hub.web.problems import RESPONSES, Problem
from hub.web.reach import tree
from hub.web.views import short_address
from hub.web.visibility import see_alert, see_home, visible_centres, visible_homes

router = APIRouter(prefix="/api/v1", responses=RESPONSES)

Enrols = Annotated[User, Depends(allowed(Permission.ENROL))]
ChangesMembership = Annotated[User, Depends(allowed(Permission.CHANGE_MEMBERSHIP))]

_UNKNOWN = frozenset(
    {
        *(EditRefusal.UNKNOWN_HOME, EditRefusal.UNKNOWN_ELDER, EditRefusal.UNKNOWN_DEVICE),
        *(EditRefusal.UNKNOWN_ROOM, EditRefusal.UNKNOWN_PERSON),
    }
)
_REMEDIES = {
    EditRefusal.NOT_FROM_HERE: "Set one of the states that it names first. Who is back or was recorded by mistake becomes "
    "not yet open, and active by a call that a person answers.",
    EditRefusal.WAS_HERE_BEFORE: "By mistake: set not_yet_open in the home that it names. The same person, who left: "
    "send it with comes_back. Somebody else: another id, or none.",
}
"""Where the same again would never fit."""


def directory_of(parts: Parts) -> Directory:
    return parts.keeper.directory or Directory(parts.hub.cell)


async def keep(parts: Parts, user: User, edit: Edit) -> None:
    """Make the edit; raises the problem that says, in both languages, why it does not fit."""
    try:
        await asyncio.to_thread(parts.keeper.edit, edit.change, edit.line(parts.hub.now(), user.login))
    except EditRefused as refused:
        words = refusal_words(refused, partial(_address, parts, user))
        raise Problem(
            404 if refused.code in _UNKNOWN else 409,
            refused.code.value,
            words.en,
            where=edit.about_kind,
            remedy=_REMEDIES.get(refused.code, "Correct it and send it again."),
            zh=words.zh,
            about=refused.about,
        ) from refused
    except DirectoryProblems as problems:
        raise Problem(
            409,
            "does_not_fit",
            str(problems),
            where=edit.about_kind,
            remedy="Mend what is named and send it again.",
            zh=f"与名册不符：{problems}",
        ) from problems


@router.post("/enrol/homes", tags=["homes"], status_code=201)
async def enrol_home(body: HomeIn, parts: PartsDep, user: Enrols) -> MadeOut:
    """A home with its rooms, that nobody lives in yet. It must lie in the log-in's own scope."""
    directory = directory_of(parts)
    if not _in_scope(parts, user, directory, body):
        raise Forbidden(user, Permission.ENROL, body.region_id, "region")
    edit = enrolling.home_edit(directory, body)
    await keep(parts, user, edit)
    return MadeOut(id=edit.about_id, home_id=edit.about_id)


@router.post("/enrol/homes/{home_id}/elders", tags=["homes"], status_code=201)
async def enrol_elder(home_id: str, body: ElderIn, parts: PartsDep, user: Enrols) -> MadeOut:
    """An elder moves in: not yet open until a press was answered by a person."""
    see_home(parts, user, home_id, Permission.ENROL)
    directory = directory_of(parts)
    # Whoever lived somewhere before is written over only by somebody who may see where.
    for lived in {one.home_id for one in directory.residences if one.elder_id == body.id}:
        see_home(parts, user, lived, Permission.ENROL)
    edit = enrolling.elder_edit(directory, home_id, body, parts.hub.now())
    await keep(parts, user, edit)
    return MadeOut(id=edit.about_id, home_id=home_id)


@router.post("/enrol/homes/{home_id}/rooms", tags=["homes"], status_code=201)
async def add_room(home_id: str, body: RoomIn, parts: PartsDep, user: Enrols) -> MadeOut:
    see_home(parts, user, home_id, Permission.ENROL)
    before = {room.id for room in directory_of(parts).rooms}
    await keep(parts, user, enrolling.room_edit(home_id, body))
    made = [
        room.id for room in directory_of(parts).rooms if room.id not in before and room.home_id == home_id
    ]
    return MadeOut(id=made[-1], home_id=home_id)


@router.post("/enrol/homes/{home_id}/devices", tags=["devices"], status_code=201)
async def enrol_device(home_id: str, body: DeviceIn, parts: PartsDep, user: Enrols) -> EnrolledOut:
    """A device of the home from now on, with fresh credentials: shown in this answer and never again."""
    see_home(parts, user, home_id, Permission.ENROL)
    await keep(parts, user, enrolling.device_edit(home_id, body, parts.hub.now()))
    return enrolled(parts, home_id, device_of(directory_of(parts), body.id))


@router.post("/devices/{device_id}/move", tags=["devices"])
async def move_device(device_id: str, body: DeviceMoveIn, parts: PartsDep, user: Enrols) -> EnrolledOut:
    """The device belongs to this home from now on. Its name at the broker changes with the home, and so its credentials."""
    see_home(parts, user, body.home_id, Permission.ENROL)
    before = _assigned(parts, user, device_id)
    await keep(parts, user, enrolling.move_edit(directory_of(parts), device_id, body, parts.hub.now()))
    device = device_of(directory_of(parts), device_id)
    if before == body.home_id:
        return EnrolledOut(
            device_id=device_id,
            home_id=before,
            credentials=None,
            base_topic=base_topic(parts, before, device),
        )
    old = (credentials.removal(parts.hub.cell, before, device_id),) if before else ()
    return enrolled(parts, body.home_id, device, old)


@router.post("/devices/{device_id}/recover", tags=["devices"])
async def recover_device(device_id: str, parts: PartsDep, user: Enrols) -> EnrolledOut:
    """The device was fetched: it belongs to no home from now on."""
    before = _assigned(parts, user, device_id)
    await keep(parts, user, enrolling.recovery_edit(directory_of(parts), device_id, parts.hub.now()))
    return EnrolledOut(
        device_id=device_id,
        home_id=before or "",
        credentials=None,
        base_topic="",
        remove=(credentials.removal(parts.hub.cell, before, device_id),) if before else (),
    )


@router.post("/devices/{device_id}/credentials", tags=["devices"])
async def renew_credentials(device_id: str, parts: PartsDep, user: Enrols) -> EnrolledOut:
    """Fresh ones for a device whose password got lost. The old ones work until the broker has the new line."""
    home_id = _assigned(parts, user, device_id)
    if home_id is None:
        refused = refusal_words(EditRefused(EditRefusal.NOT_ASSIGNED, id=device_id))
        raise Problem(
            409, "not_assigned", refused.en, where="device", remedy="Enrol it in a home first.", zh=refused.zh
        )
    await _note_passwords(parts, user, {device_id: home_id})
    return enrolled(parts, home_id, device_of(directory_of(parts), device_id))


@router.post("/enrol/passwords", tags=["devices"], status_code=204)
async def note_passwords(body: PasswordsMadeIn, parts: PartsDep, user: Enrols) -> None:
    """A line of the change log: these devices got passwords beside the hub. Those that hang nowhere any more are left out."""
    homes = {one: home_id for one in body.device_ids if (home_id := _assigned(parts, user, one)) is not None}
    if homes:
        await _note_passwords(parts, user, homes)


@router.post("/homes/{home_id}/residents/{elder_id}/membership", tags=["homes"])
async def set_membership(
    home_id: str, elder_id: str, body: MembershipIn, parts: PartsDep, user: ChangesMembership
) -> CareCard:
    """Paused, back, left, deceased: everything that hangs on it starts or stops. What is open stays open."""
    home = see_home(parts, user, home_id, Permission.CHANGE_MEMBERSHIP)
    if home.profile.resident(elder_id) is None:
        words = refusal_words(EditRefused(EditRefusal.NOT_A_RESIDENT, id=elder_id, home=home_id))
        raise Problem(
            404, "not_a_resident", words.en, where="elder_id", remedy="Look at the card.", zh=words.zh
        )
    await keep(parts, user, enrolling.membership_edit(home_id, elder_id, body, parts.hub.now()))
    return await card_for(parts, user, home_id)


@router.get("/homes/{home_id}/checklist", tags=["homes"])
async def get_checklist(home_id: str, parts: PartsDep, user: ViewHomes) -> Checklist:
    """What is done of an installation: every key, its last press, who answered, and whether the home is open."""
    home = see_home(parts, user, home_id)
    return checklist.checklist(parts.views, directory_of(parts), home, parts.hub.now())


@router.get("/unprotected", tags=["homes"])
async def list_unprotected(parts: PartsDep, user: ViewHomes) -> ProtectionOut:
    """Homes that cannot rely on a call now, why and since when; and devices that wait to be fetched."""
    return await asyncio.to_thread(_protection, parts, user)


@router.post("/alerts/{alert_id}/where", tags=["alerts"])
async def tell_where(alert_id: str, body: WhereIn, parts: PartsDep, user: ActOnAlerts) -> AlertOut:
    """Of an alert that names two homes: which one it is. Said of the other one, an emergency is raised there, too."""
    found = await see_alert(parts, user, alert_id, Permission.ACT_ON_ALERTS)
    alert: Alert = found.alert
    if body.home_id != alert.home_id and body.home_id == alert.other_home_id:
        raised = RaiseByHand(
            body.home_id, user.actor, f"where-{alert_id}", note=f"{alert.home_id} {alert.device_id or ''}"
        )
        done_id(await obey(parts, raised))
    command = TellWhere(alert.home_id, alert_id, user.actor, body.home_id, body.version)
    return await move_alert(parts, command, alert.home_id, alert_id)


# --- inside -----------------------------------------------------------------------------------------------------------


def enrolled(parts: Parts, home_id: str, device: DeviceEntry, remove: tuple[str, ...] = ()) -> EnrolledOut:
    made = credentials.of_device(parts.hub.cell, home_id, device)
    return EnrolledOut(
        device_id=device.id,
        home_id=home_id,
        credentials=CredentialsOut(
            username=made.username,
            password=made.password,
            line=made.line,
            command=made.command,
            access=made.access,
        )
        if made
        else None,
        base_topic=base_topic(parts, home_id, device),
        remove=remove,
    )


def _address(parts: Parts, user: User, home_id: str) -> str | None:
    """Of a home that the log-in may see."""
    seen, home = visible_homes(parts, user), parts.hub.home(home_id)
    if home is None or (seen is not None and home_id not in seen):
        return None
    return short_address(home.profile.address) or None


async def _note_passwords(parts: Parts, user: User, homes: dict[str, str]) -> None:
    centres = {home.id: home.centre_id for home in directory_of(parts).homes}
    for line in passwords_made(parts.hub.now(), user.login, homes, centres):
        await asyncio.to_thread(parts.keeper.note, line)


def base_topic(parts: Parts, home_id: str, device: DeviceEntry) -> str:
    cell = parts.hub.cell
    return f"care/v1/{cell}/{home_id}" if device.family != Family.ZIGBEE2MQTT else f"z2m/v1/{cell}/{home_id}"


def _assigned(parts: Parts, user: User, device_id: str) -> str | None:
    """The home where the device hangs now, which the user must be allowed to see."""
    assignment = assignment_of(directory_of(parts), device_id, parts.hub.now())
    if assignment is None:
        return None
    see_home(parts, user, assignment.home_id, Permission.ENROL)
    return assignment.home_id


def _in_scope(parts: Parts, user: User, directory: Directory, body: HomeIn) -> bool:
    """Whether a home that does not exist yet would lie in the scope."""
    scope = user.scope
    match scope.kind:
        case ScopeKind.EVERYTHING:
            return True
        case ScopeKind.REGION:
            regions = {region.id: region for region in directory.regions}
            inside = any(region.id == scope.id for region in region_path(regions, body.region_id))
            # A centre that serves homes elsewhere alone would get a home by somebody who sees none of its own.
            served = {home.profile.centre_id for home in parts.hub.homes().values()}
            seen = visible_centres(parts, user)
            return inside and (body.centre_id not in served or seen is None or body.centre_id in seen)
        case ScopeKind.CENTRE:
            return body.centre_id in tree(scope.id, parts.hub.context().centres)
        case ScopeKind.COMPANY:
            centre = parts.hub.context().centres.get(body.centre_id or "")
            return centre is not None and centre.company_id == scope.id
        case _:
            return False


def _protection(parts: Parts, user: User) -> ProtectionOut:
    directory, homes, now = directory_of(parts), parts.hub.homes(), parts.hub.now()
    seen, context = visible_homes(parts, user), parts.hub.context()
    kinds = {device.id: device.kind for device in directory.devices}
    gaps = [
        UnprotectedOut(
            home_id=one.home_id,
            gravity=one.gravity,
            address=homes[one.home_id].profile.address,
            residents=_residents(homes[one.home_id].profile),
            centre=parts.views.centre(homes[one.home_id].profile.centre_id),
            gaps=[GapOut(gap=gap, since_at=since_at) for gap, since_at in one.gaps],
        )
        for one in unprotected(directory, homes, now, context.resumed_at, context.rules.device.offline_after)
        if seen is None or one.home_id in seen
    ]
    fetch = [
        _to_fetch(one, homes.get(one.home_id), kinds.get(one.device_id))
        for one in to_fetch(directory, now)
        if seen is None or one.home_id in seen
    ]
    by_word = [
        NotProvenOut(
            home_id=one.home_id,
            address=homes[one.home_id].profile.address,
            residents=_residents(homes[one.home_id].profile),
            centre=parts.views.centre(homes[one.home_id].profile.centre_id),
            since_at=one.since_at,
        )
        for one in not_proven(directory, homes, now)
        if seen is None or one.home_id in seen
    ]
    return ProtectionOut(
        people_are_told=parts.settings.tells_people, unprotected=gaps, not_proven=by_word, to_fetch=fetch
    )


def _to_fetch(one: ToFetch, home: Home | None, kind: DeviceKind | None) -> ToFetchOut:
    device = home.profile.devices.get(one.device_id) if home is not None else None
    return ToFetchOut(
        device_id=one.device_id,
        kind=kind,
        home_id=one.home_id,
        address=home.profile.address if home is not None else "",
        room=device.room if device is not None else None,
        since_at=one.since_at,
    )


def _residents(profile: Profile) -> list[ResidentRef]:
    return [ResidentRef(id=one.id, name=one.name, call_name=one.call_name) for one in profile.living]
