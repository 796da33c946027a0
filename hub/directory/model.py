"""The whole directory of a cell as plain data: what imports bring, `hub/store/directory_rows` keeps and `profiles` reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from firmware_contracts.vocabulary import Placement
from hub.core.alerts import Role
from hub.core.calendar import Holiday
from hub.core.context import ContactMethod, Shift
from hub.core.home import DeviceKind, Flag, Membership
from hub.core.opening import Opening, SpecialHours
from hub.core.shifts import Cover, DatedShift, Leave

MAX_OWN_ELDERS = 20
"""One butler for every twenty elders, handed over by name: the limit of a butler's own list."""


class Level(StrEnum):
    """What a region is; listed from wide to narrow, for a region lies in a wider one. Which levels exist differs by place."""

    CITY = "city"
    DISTRICT = "district"
    COUNTY = "county"
    STREET = "street"
    TOWNSHIP = "township"
    COMMUNITY = "community"
    VILLAGE = "village"
    COMPOUND = "compound"

    @property
    def depth(self) -> int:
        """0 is the widest; levels of town and country that stand side by side share a number."""
        return _DEPTH[self]


_DEPTH = {
    Level.CITY: 0,
    Level.DISTRICT: 1,
    Level.COUNTY: 1,
    Level.STREET: 2,
    Level.TOWNSHIP: 2,
    Level.COMMUNITY: 3,
    Level.VILLAGE: 3,
    Level.COMPOUND: 4,
}


class RoomKind(StrEnum):
    BEDROOM = "bedroom"
    BATHROOM = "bathroom"
    KITCHEN = "kitchen"
    LIVING_ROOM = "living_room"
    HALL = "hall"
    BALCONY = "balcony"


@dataclass(frozen=True, slots=True)
class Region:
    id: str
    name: str
    level: Level
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Company:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class CentreEntry:
    """A day-care centre. Service requests fall due by its opening hours; who is on duty at its desk stands in the shifts."""

    id: str
    name: str
    parent_id: str | None = None
    company_id: str | None = None
    region_id: str | None = None
    phone: str = ""
    openings: tuple[Opening, ...] = ()
    special_hours: tuple[SpecialHours, ...] = ()


@dataclass(frozen=True, slots=True)
class Elder:
    """Somebody who is cared for; where and since when stands in the residences. `ability_level` 0-4 by GB/T 42195."""

    id: str
    name: str
    call_name: str
    ability_level: int = 0
    flags: frozenset[Flag] = frozenset()
    birth_year: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Residence:
    """An elder belongs to a home in this state from an instant until another (None: until further notice).

    Who left or died keeps the home with that membership, until the devices are recovered and the residence ends.
    """

    elder_id: str
    home_id: str
    membership: Membership
    from_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HomeEntry:
    """A home: where it is, how to get in, who answers for it.

    `region_id` is its compound (or the narrowest region it lies in). `emergency_policy` None: the usual one, or the one for
    care beds. `overrides` holds rule values of this home: rule name -> parameter -> number. `adapted`: rebuilt for an old person
    (适老化改造).
    """

    id: str
    region_id: str
    building: str = ""
    stair: str = ""
    flat: str = ""
    floor: int | None = None
    lift: bool = True
    door_code: str = ""
    care_bed: bool = False
    phone: str = ""
    note: str = ""
    centre_id: str | None = None
    emergency_policy: str | None = None
    overrides: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    adapted: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """`name` only where the kind does not tell it (a second bedroom)."""

    id: str
    home_id: str
    kind: RoomKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """A device of the stock; where it hangs stands in the assignments. `silent_after` None: as usual for its kind."""

    id: str
    kind: DeviceKind
    family: str = "native"
    model: str | None = None
    speaks: bool = False
    one_way: bool = False
    silent_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A device belongs to a home (its room, its wearer) from an instant until another."""

    device_id: str
    home_id: str
    from_at: datetime
    until_at: datetime | None = None
    room_id: str | None = None
    wearer_id: str | None = None
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """Somebody who can be asked: butler, contact, guard, desk of an institution. `phone` is dialled by a person;
    `methods` are what the hub uses. `until_at`: gone since."""

    id: str
    name: str
    surname: str
    methods: tuple[ContactMethod, ...] = ()
    phone: str = ""
    company_id: str | None = None
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bond:
    """A person answers in a role for one home, or for every home of a region (a guard for the compound).

    `cover` marks a butler's dated cover (代管): on its dates it takes the own butler's place and may exceed the limit of
    a list. `rank` orders the people of one role (1 is asked first); `relation` says what a contact is to the elder.
    """

    person_id: str
    role: Role
    from_at: datetime
    until_at: datetime | None = None
    home_id: str | None = None
    region_id: str | None = None
    cover: bool = False
    rank: int = 1
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything of one cell. Entries refer to each other by id; `validation.problems` says where they do not fit.

    `holidays` are dates that this cell sees otherwise than the calendar of its settings.
    """

    cell: str
    regions: tuple[Region, ...] = ()
    companies: tuple[Company, ...] = ()
    centres: tuple[CentreEntry, ...] = ()
    elders: tuple[Elder, ...] = ()
    residences: tuple[Residence, ...] = ()
    homes: tuple[HomeEntry, ...] = ()
    rooms: tuple[Room, ...] = ()
    devices: tuple[DeviceEntry, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    persons: tuple[PersonEntry, ...] = ()
    bonds: tuple[Bond, ...] = ()
    shifts: tuple[Shift, ...] = ()
    dated_shifts: tuple[DatedShift, ...] = ()
    leaves: tuple[Leave, ...] = ()
    covers: tuple[Cover, ...] = ()
    holidays: tuple[Holiday, ...] = ()


def holds(entry: Residence | Assignment | Bond, at: datetime) -> bool:
    """Whether it holds at this instant: from inclusive, until exclusive."""
    return entry.from_at <= at and (entry.until_at is None or at < entry.until_at)


def overlap(one: Residence | Assignment | Bond, other: Residence | Assignment | Bond) -> bool:
    """Whether there is an instant at which both hold."""
    return (one.until_at is None or other.from_at < one.until_at) and (
        other.until_at is None or one.from_at < other.until_at
    )


def alike(old: Sequence[object], new: Sequence[object]) -> tuple[int, int]:
    """How many entries are the same ones at the beginning, and of the others at the end."""
    shorter = min(len(old), len(new))
    begin = next((place for place in range(shorter) if old[place] is not new[place]), shorter)
    end = next((place for place in range(shorter - begin) if old[-1 - place] is not new[-1 - place]), None)
    return begin, shorter - begin if end is None else end
