"""From the directory to what the core reads at an instant: profiles of homes, people, shifts and centres."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from hub.core.alerts import Role
from hub.core.context import Centre, Context, Person, Shift
from hub.core.home import Device, Profile, Resident
from hub.directory.model import (
    Assignment,
    Bond,
    Directory,
    HomeEntry,
    PersonEntry,
    Region,
    Residence,
    Room,
    holds,
)
from hub.directory.supervision import USUAL, Supervision

EMERGENCY_POLICY = "emergency"
CARE_BED_POLICY = "emergency_care_bed"
UNASSIGNED_POLICY = "unassigned"

LOOKS_BACK = timedelta(days=93)
"""Of the roster's dated entries the core knows those of the last months: pages show them."""
_OfHome = TypeVar("_OfHome", Residence, Assignment)
CALLERS = frozenset({Role.CONTACT, Role.KEYHOLDER, Role.PARTNER})


def profiles(
    directory: Directory,
    at: datetime,
    supervision: Supervision = USUAL,
    only: Collection[str] | None = None,
) -> dict[str, Profile]:
    """Every home of the directory (`only`: those of these that it has) as it is at this instant, by id."""
    regions = {region.id: region for region in directory.regions}
    companies = {centre.id: centre.company_id for centre in directory.centres}
    residents = _residents(directory, at, only)
    devices = _devices(directory, at, supervision, only)
    by_home, by_region = _bonds(directory, at, only)
    persons = {person.id: person for person in directory.persons}
    found: dict[str, Profile] = {}
    for home in directory.homes:
        if only is not None and home.id not in only:
            continue
        path = region_path(regions, home.region_id)
        bonds = [*by_home[home.id], *(bond for region in path for bond in by_region[region.id])]
        found[home.id] = Profile(
            home_id=home.id,
            address=address(home, path),
            residents=tuple(residents[home.id]),
            devices=devices[home.id],
            people=_people_by_role(bonds),
            centre_id=home.centre_id,
            company_id=companies.get(home.centre_id) if home.centre_id is not None else None,
            regions=tuple(region.id for region in path),
            floor=home.floor,
            lift=home.lift,
            door_code=home.door_code,
            care_bed=home.care_bed,
            phone=home.phone,
            note=home.note,
            emergency_policy=emergency_policy(home),
            overrides=home.overrides,
            callers=_callers(bonds, persons),
            relations={bond.person_id: bond.relation for bond in bonds if bond.relation},
        )
    return found


def people_by_home(directory: Directory, at: datetime) -> dict[str, dict[Role, tuple[str, ...]]]:
    """Who is bound to each home at this instant, by role, first asked first."""
    regions = {region.id: region for region in directory.regions}
    by_home, by_region = _bonds(directory, at)
    found: dict[str, dict[Role, tuple[str, ...]]] = {}
    for home in directory.homes:
        path = region_path(regions, home.region_id) if by_region else ()
        bonds = [*by_home[home.id], *(bond for region in path for bond in by_region[region.id])]
        found[home.id] = _people_by_role(bonds)
    return found


def left_behind(profile: Profile) -> Profile:
    """A home that the directory does not name any more: an address without people and devices. What is open there stays open,
    for the desk of its centre."""
    return Profile(
        home_id=profile.home_id,
        address=profile.address,
        centre_id=profile.centre_id,
        company_id=profile.company_id,
        regions=profile.regions,
    )


def with_people(context: Context, directory: Directory, at: datetime) -> Context:
    """The context with the people, roster and centres of this instant. What is over for a while is left out of it."""
    present = people(directory, at)
    recent = at - LOOKS_BACK
    return replace(
        context,
        people=present,
        shifts=tuple(shift for shift in directory.shifts if shift.person_id in present),
        dated_shifts=tuple(
            shift
            for shift in directory.dated_shifts
            if shift.person_id in present and shift.on >= recent.date()
        ),
        leaves=tuple(leave for leave in directory.leaves if leave.until_at > recent),
        covers=tuple(
            cover for cover in directory.covers if cover.by_id in present and cover.until_at > recent
        ),
        calendar=context.calendar.changed_by(directory.holidays),
        centres=centres(directory),
        device_homes=device_homes(directory, at),
    )


def device_homes(directory: Directory, at: datetime) -> dict[str, str]:
    """Where each device hangs at this instant, by device id."""
    return {entry.device_id: entry.home_id for entry in directory.assignments if holds(entry, at)}


def people(directory: Directory, at: datetime) -> dict[str, Person]:
    """Everybody who can be asked at this instant, by id."""
    return {
        person.id: Person(person.id, person.name, person.surname, person.methods, person.phone)
        for person in directory.persons
        if person.until_at is None or at < person.until_at
    }


def shifts(directory: Directory, at: datetime) -> tuple[Shift, ...]:
    """The weekly duties of everybody who is still there."""
    present = people(directory, at)
    return tuple(shift for shift in directory.shifts if shift.person_id in present)


def centres(directory: Directory) -> dict[str, Centre]:
    return {
        centre.id: Centre(
            *(centre.id, centre.name, centre.parent_id, centre.company_id),
            openings=centre.openings,
            special_hours=centre.special_hours,
        )
        for centre in directory.centres
    }


def emergency_policy(home: HomeEntry) -> str:
    """The name of the policy for this home's emergencies: its own, else by whether it has a care bed."""
    if home.emergency_policy is not None:
        return home.emergency_policy
    return CARE_BED_POLICY if home.care_bed else EMERGENCY_POLICY


def region_path(regions: Mapping[str, Region], region_id: str | None) -> tuple[Region, ...]:
    """The regions from the widest down to this one; stops where a parent is missing or comes a second time."""
    path: list[Region] = []
    while region_id is not None and region_id in regions and regions[region_id] not in path:
        path.append(regions[region_id])
        region_id = regions[region_id].parent_id
    return tuple(reversed(path))


def address(home: HomeEntry, path: Iterable[Region]) -> str:
    """How a helper finds the door, from the district to the flat."""
    return " ".join(
        part for part in (*(region.name for region in path), home.building, home.stair, home.flat) if part
    )


def _residents(
    directory: Directory, at: datetime, only: Collection[str] | None
) -> Mapping[str, list[Resident]]:
    elders = {elder.id: elder for elder in directory.elders}
    found: defaultdict[str, list[Resident]] = defaultdict(list)
    for residence in _of(directory.residences, only):
        elder = elders.get(residence.elder_id)
        if elder is None or not holds(residence, at):
            continue
        found[residence.home_id].append(
            Resident(
                id=elder.id,
                name=elder.name,
                call_name=elder.call_name,
                ability_level=elder.ability_level,
                membership=residence.membership,
                flags=elder.flags,
                birth_year=elder.birth_year,
                note=elder.note,
            )
        )
    return found


def _of(entries: Sequence[_OfHome], only: Collection[str] | None) -> Iterable[_OfHome]:
    return entries if only is None else (entry for entry in entries if entry.home_id in only)


def _devices(
    directory: Directory, at: datetime, supervision: Supervision, only: Collection[str] | None
) -> Mapping[str, dict[str, Device]]:
    entries = {device.id: device for device in directory.devices}
    rooms = {room.id: room for room in directory.rooms}
    found: defaultdict[str, dict[str, Device]] = defaultdict(dict)
    for assignment in _of(directory.assignments, only):
        entry = entries.get(assignment.device_id)
        if entry is None or not holds(assignment, at):
            continue
        found[assignment.home_id][entry.id] = Device(
            id=entry.id,
            kind=entry.kind,
            # In this home: how long nothing was heard counts from here.
            enrolled_at=assignment.from_at,
            silent_after=supervision.silent_after(entry),
            family=entry.family,
            model=entry.model,
            room=room_name(rooms.get(assignment.room_id)) if assignment.room_id is not None else None,
            wearer_id=assignment.wearer_id,
            placement=assignment.placement,
            speaks=entry.speaks,
            one_way=entry.one_way,
            room_kind=_room_kind(rooms.get(assignment.room_id)) if assignment.room_id is not None else None,
        )
    return found


def _room_kind(room: Room | None) -> str | None:
    return None if room is None else room.kind.value


def room_name(room: Room | None) -> str | None:
    """The room's own name, else its kind (which screens translate)."""
    return None if room is None else room.name or room.kind.value


def _bonds(
    directory: Directory, at: datetime, only: Collection[str] | None = None
) -> tuple[Mapping[str, list[Bond]], Mapping[str, list[Bond]]]:
    present = {person.id for person in directory.persons if person.until_at is None or at < person.until_at}
    by_home: defaultdict[str, list[Bond]] = defaultdict(list)
    by_region: defaultdict[str, list[Bond]] = defaultdict(list)
    for bond in directory.bonds:
        if only is not None and bond.home_id is not None and bond.home_id not in only:
            continue
        if bond.person_id not in present or not holds(bond, at):
            continue
        if bond.home_id is not None:
            by_home[bond.home_id].append(bond)
        elif bond.region_id is not None:
            by_region[bond.region_id].append(bond)
    return by_home, by_region


def _callers(bonds: Iterable[Bond], persons: Mapping[str, PersonEntry]) -> tuple[tuple[str, str], ...]:
    """Who telephones about one home alone, not about half a street: family, neighbours, partners."""
    callers = dict.fromkeys(bond.person_id for bond in bonds if bond.role in CALLERS)
    return tuple((persons[one].name, persons[one].phone) for one in callers)


def _people_by_role(bonds: Iterable[Bond]) -> dict[Role, tuple[str, ...]]:
    """Person ids by role, first asked first. A butler's cover takes the own butler's place."""
    by_role: defaultdict[Role, list[Bond]] = defaultdict(list)
    for bond in bonds:
        by_role[bond.role].append(bond)
    if any(bond.cover for bond in by_role[Role.BUTLER]):
        by_role[Role.BUTLER] = [bond for bond in by_role[Role.BUTLER] if bond.cover]
    return {
        # The same person may be bound by home and by region; named once.
        role: tuple(dict.fromkeys(bond.person_id for bond in sorted(found, key=lambda bond: bond.rank)))
        for role, found in by_role.items()
        if found
    }
