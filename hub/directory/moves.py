"""What an installer does to the directory: homes, rooms and devices come, move and go. Pure: a directory in, a directory out.

Every edit raises EditRefused when it would not fit. Who lives in a home stands in `residences`.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from firmware_contracts.vocabulary import ID_PATTERN, Placement
from hub.core.home import UNASSIGNED_HOME_ID
from hub.directory.doors import Door
from hub.directory.model import (
    Assignment,
    DeviceEntry,
    Directory,
    HomeEntry,
    Residence,
    Room,
    RoomKind,
    holds,
)
from hub.directory.refusals import EditRefusal, EditRefused

_ID = re.compile(ID_PATTERN)


def enrol_home(
    directory: Directory,
    home: HomeEntry,
    rooms: Iterable[RoomKind] = (),
    *,
    second_household: bool = False,
) -> Directory:
    """A home that nobody lives in yet, with its rooms.

    `second_household`: another family lives behind the same door, under an id of its own. Without it a door that is enrolled
    already is refused: two homes of one family would each hear half of its devices.
    """
    check_id(home.id)
    if home.id == UNASSIGNED_HOME_ID or any(entry.id == home.id for entry in directory.homes):
        raise EditRefused(EditRefusal.ID_TAKEN, id=home.id)
    if all(region.id != home.region_id for region in directory.regions):
        raise EditRefused(EditRefusal.UNKNOWN_REGION, id=home.region_id)
    if home.centre_id is not None and all(centre.id != home.centre_id for centre in directory.centres):
        raise EditRefused(EditRefusal.UNKNOWN_CENTRE, id=home.centre_id)
    known = None if second_household else _same_door(directory, home)
    if known is not None:
        raise EditRefused(EditRefusal.ADDRESS_TAKEN, home=known.id)
    directory = replace(directory, homes=(*directory.homes, home))
    for kind in rooms:
        directory, _ = add_room(directory, home.id, kind)
    return directory


def add_room(directory: Directory, home_id: str, kind: RoomKind, name: str = "") -> tuple[Directory, str]:
    """One more room, and the id that it was given. A second one of a kind should have a name of its own."""
    home_of(directory, home_id)
    taken = {room.id for room in directory.rooms}
    stem = f"{home_id}-{kind.value.replace('_', '-')}"
    number = 1
    while (room_id := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    check_id(room_id)
    return replace(directory, rooms=(*directory.rooms, Room(room_id, home_id, kind, name))), room_id


def enrol_device(
    directory: Directory,
    device: DeviceEntry,
    home_id: str,
    at: datetime,
    *,
    room_id: str | None = None,
    wearer_id: str | None = None,
    placement: Placement | None = None,
) -> Directory:
    """A new device, or one from the stock, hangs in this home from `at` on. One that hangs elsewhere is moved instead."""
    check_id(device.id)
    assigned = assignment_of(directory, device.id, at)
    if assigned is not None:
        if assigned.home_id == home_id:
            raise EditRefused(EditRefusal.ALREADY_HERE, id=device.id, home=home_id)
        raise EditRefused(EditRefusal.ASSIGNED_ELSEWHERE, id=device.id, home=assigned.home_id)
    known = next((entry for entry in directory.devices if entry.id == device.id), None)
    if known is not None and known.kind is not device.kind:
        raise EditRefused(EditRefusal.OTHER_KIND, id=device.id, kind=known.kind.value)
    stock = tuple(device if entry.id == device.id else entry for entry in directory.devices)
    directory = replace(directory, devices=stock if known is not None else (*stock, device))
    return _assign(directory, Assignment(device.id, home_id, at, None, room_id, wearer_id, placement))


def move_device(
    directory: Directory,
    device_id: str,
    home_id: str,
    at: datetime,
    *,
    room_id: str | None = None,
    wearer_id: str | None = None,
    placement: Placement | None = None,
) -> Directory:
    """The device hangs in this home from `at` on: what it was assigned to before ends then.

    Into another room of the same home it is only put: nothing that is known of it is forgotten, unless somebody else wears it.
    """
    device_of(directory, device_id)
    now = assignment_of(directory, device_id, at)
    moved = Assignment(device_id, home_id, at, None, room_id, wearer_id, placement)
    if now is not None and now.home_id == home_id and now.wearer_id == wearer_id:
        moved = replace(moved, from_at=now.from_at, until_at=now.until_at)
        _check(directory, moved)
        return replace(
            directory,
            assignments=tuple(moved if entry == now else entry for entry in directory.assignments),
        )
    return _assign(_end(directory, now, at), moved)


def recover_device(directory: Directory, device_id: str, at: datetime) -> Directory:
    """The device was fetched: it belongs to no home from `at` on, and is in the stock."""
    device_of(directory, device_id)
    now = assignment_of(directory, device_id, at)
    if now is None:
        raise EditRefused(EditRefusal.NOT_ASSIGNED, id=device_id)
    return _end(directory, now, at)


# --- looking things up ------------------------------------------------------------------------------------------------


def check_id(key: str) -> None:
    if not _ID.match(key):
        raise EditRefused(EditRefusal.ID_NOT_ALLOWED, id=key)


def home_of(directory: Directory, home_id: str) -> HomeEntry:
    found = next((home for home in directory.homes if home.id == home_id), None)
    if found is None:
        raise EditRefused(EditRefusal.UNKNOWN_HOME, id=home_id)
    return found


def device_of(directory: Directory, device_id: str) -> DeviceEntry:
    found = next((device for device in directory.devices if device.id == device_id), None)
    if found is None:
        raise EditRefused(EditRefusal.UNKNOWN_DEVICE, id=device_id)
    return found


def assignment_of(directory: Directory, device_id: str, at: datetime) -> Assignment | None:
    """Where the device belongs at this instant."""
    return next(
        (entry for entry in directory.assignments if entry.device_id == device_id and holds(entry, at)), None
    )


def residents_of(directory: Directory, home_id: str, at: datetime) -> tuple[Residence, ...]:
    """Who belongs to the home at this instant, in whatever state."""
    return tuple(entry for entry in directory.residences if entry.home_id == home_id and holds(entry, at))


# --- inside -----------------------------------------------------------------------------------------------------------


def _same_door(directory: Directory, home: HomeEntry) -> HomeEntry | None:
    door = Door(home.building, home.stair, home.flat)
    if not door:
        return None
    here = (known for known in directory.homes if known.region_id == home.region_id)
    return next(
        (known for known in here if Door(known.building, known.stair, known.flat).key == door.key), None
    )


def _assign(directory: Directory, assignment: Assignment) -> Directory:
    _check(directory, assignment)
    later = [
        entry
        for entry in directory.assignments
        if entry.device_id == assignment.device_id and entry.from_at >= assignment.from_at
    ]
    if later:
        raise EditRefused(
            EditRefusal.PLANNED_ALREADY, id=assignment.device_id, at=f"{later[0].from_at:%Y-%m-%d}"
        )
    return replace(directory, assignments=(*directory.assignments, assignment))


def _check(directory: Directory, assignment: Assignment) -> None:
    home_of(directory, assignment.home_id)
    if assignment.room_id is not None:
        room = next((room for room in directory.rooms if room.id == assignment.room_id), None)
        if room is None:
            raise EditRefused(EditRefusal.UNKNOWN_ROOM, id=assignment.room_id)
        if room.home_id != assignment.home_id:
            raise EditRefused(EditRefusal.ROOM_OF_OTHER_HOME, id=room.id, home=room.home_id)
    wearer = assignment.wearer_id
    living = residents_of(directory, assignment.home_id, assignment.from_at)
    if wearer is not None and all(entry.elder_id != wearer for entry in living):
        raise EditRefused(EditRefusal.NOT_A_RESIDENT, id=wearer, home=assignment.home_id)


def _end(directory: Directory, now: Assignment | None, at: datetime) -> Directory:
    """The assignment ends at `at`; one that began at this very instant never was."""
    if now is None:
        return directory
    ended = () if now.from_at == at else (replace(now, until_at=at),)
    kept = (part for entry in directory.assignments for part in (ended if entry == now else (entry,)))
    return replace(directory, assignments=tuple(kept))
