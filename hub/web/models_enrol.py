"""What enrolment takes and gives over the API, typed."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from firmware_contracts.vocabulary import Placement
from hub.core.home import DeviceKind, Family, Flag, Membership
from hub.directory.model import RoomKind
from hub.directory.protection import Gap, Gravity
from hub.web.models import Id, In, Note, Out, PersonRef, ResidentRef
from hub.web.typed import Line

Word = Annotated[Line, Field(max_length=60)]
NewId = Annotated[str, Field(max_length=64, description="Empty: the hub gives one.")]


class HomeIn(In):
    """A home that nobody lives in yet. `region_id` is its compound, or the narrowest region it lies in."""

    id: NewId = ""
    region_id: Id
    building: Word = ""
    stair: Word = ""
    flat: Word = ""
    floor: Annotated[int, Field(ge=-5, le=120)] | None = None
    lift: bool = True
    door_code: Word = ""
    phone: Word = ""
    note: Note = ""
    care_bed: bool = False
    centre_id: Id | None = None
    rooms: tuple[RoomKind, ...] = ()
    second_household: bool = False


class ElderIn(In):
    """An elder who moves in, not yet open. `butler_id`: needed where the home has no care butler yet; `comes_back`: the id is
    that of somebody who left, and this is the same person."""

    id: NewId = ""
    name: Annotated[Line, Field(min_length=1, max_length=40)]
    call_name: Annotated[Line, Field(min_length=1, max_length=20)]
    ability_level: Annotated[int, Field(ge=0, le=4)] = 0
    flags: tuple[Flag, ...] = ()
    birth_year: Annotated[int, Field(ge=1890, le=2100)] | None = None
    note: Note = ""
    butler_id: Id | None = None
    comes_back: bool = False


class RoomIn(In):
    kind: RoomKind
    name: Word = ""


class PlaceIn(In):
    """Where a device hangs, or who wears it."""

    room_id: Id | None = None
    wearer_id: Id | None = None
    placement: Placement | None = None


class DeviceIn(PlaceIn):
    """A new device, or one from the stock. `speaks`: it can say sentences and show where a call stands."""

    id: Id
    kind: DeviceKind
    family: Family = Family.NATIVE
    model: Word = ""
    speaks: bool = False
    one_way: bool = False


class DeviceMoveIn(PlaceIn):
    home_id: Id


class MembershipIn(In):
    """`from_at`: now, where it is missing. `until_at`: of a pause."""

    to: Membership
    from_at: AwareDatetime | None = None
    until_at: AwareDatetime | None = None


class PasswordsMadeIn(In):
    """Devices that got passwords beside the hub: their lines were written into the broker's file by a command."""

    device_ids: Annotated[list[Id], Field(min_length=1, max_length=500)]


class MadeOut(Out):
    """What was made, by its id."""

    id: str
    home_id: str


class CredentialsOut(Out):
    """Shown once: the hub keeps no password. `line` goes into the broker's password file, or `command` makes it; `access`, of a
    gateway that speaks for its home, into the broker's access list."""

    username: str
    password: str
    line: str
    command: str
    access: tuple[str, ...] = ()


class EnrolledOut(Out):
    """`credentials` None: a foreign device, which its gateway speaks for under `base_topic`/its id. `remove`: commands that
    take names from the broker which the device no longer uses."""

    device_id: str
    home_id: str
    credentials: CredentialsOut | None
    base_topic: str
    remove: tuple[str, ...] = ()


class CheckedDevice(Out):
    """A device of a home on the installer's list. `proven_at`: a press of it was answered by a person and brought to its end."""

    id: str
    kind: DeviceKind
    room: str | None
    room_kind: RoomKind | None
    wearer: ResidentRef | None
    state: str
    last_seen_at: AwareDatetime | None
    battery_percent: int | None
    caller: bool
    pressed_at: AwareDatetime | None
    alert_id: str | None
    answered_at: AwareDatetime | None
    answered_by: PersonRef | None
    proven_at: AwareDatetime | None


class Step(Out):
    """One thing to do before the home counts as open. Words are `check.<key>`."""

    key: str
    done: bool


class Checklist(Out):
    """`open`: everybody who lives here is active. `proven`: a press was answered; a home that is not open
    opens by that, and one that is open without it is so by the word of a ledger."""

    home_id: str
    address: str
    open: bool
    proven: bool
    opened_at: AwareDatetime | None
    now: AwareDatetime
    steps: list[Step]
    devices: list[CheckedDevice]


class GapOut(Out):
    gap: Gap
    since_at: AwareDatetime


class UnprotectedOut(Out):
    home_id: str
    gravity: Gravity
    address: str
    residents: list[ResidentRef]
    centre: PersonRef | None
    gaps: list[GapOut]


class NotProvenOut(Out):
    """Active by the word of a ledger: no press from there was answered by a person so far."""

    home_id: str
    address: str
    residents: list[ResidentRef]
    centre: PersonRef | None
    since_at: AwareDatetime


class ToFetchOut(Out):
    device_id: str
    kind: DeviceKind | None
    home_id: str
    address: str
    room: str | None
    since_at: AwareDatetime


class ProtectionOut(Out):
    """Who is unprotected now, the gravest first; who is protected by word alone, and which devices wait to be fetched. The oldest
    first, then by address. `people_are_told`: false where no channel to people is set up; alerts of any home then reach nobody
    but the screens."""

    people_are_told: bool
    unprotected: list[UnprotectedOut]
    not_proven: list[NotProvenOut]
    to_fetch: list[ToFetchOut]


class WhereIn(In):
    home_id: Id
    version: int | None = None
