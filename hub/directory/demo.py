"""The synthetic street of the demo and of many tests: 240 elders in 228 homes, every case of the domain once at a known door."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from hub.core.home import Away, AwayKind, Flag, Membership
from hub.directory.demo_devices import FOREIGN, ONE_WAY, Fitter, usual
from hub.directory.demo_names import elder_name
from hub.directory.demo_people import BUTLERS, HOMES_EACH, People, around, leave, on_leave, staff
from hub.directory.demo_places import COMPANIES, home_id, places
from hub.directory.model import Directory, Elder, HomeEntry, Residence, holds
from hub.directory.supervision import USUAL


class DemoCase(StrEnum):
    """What a home of the demo shows."""

    FOREIGN_DEVICES = "foreign_devices"
    TWO_ELDERS = "two_elders"
    NO_FAMILY = "no_family"
    HARD_OF_HEARING = "hard_of_hearing"
    AT_HOSPITAL = "at_hospital"
    WITH_CHILDREN = "with_children"
    ON_OXYGEN = "on_oxygen"
    DEMENTIA = "dementia"
    CARE_BED = "care_bed"
    NOT_YET_OPEN = "not_yet_open"
    ONE_WAY_DEVICE = "one_way_device"
    PAUSED = "paused"
    NO_LIFT = "no_lift"
    COVERED_BUTLER = "covered_butler"


CASES = {
    DemoCase.FOREIGN_DEVICES: home_id(1),
    DemoCase.TWO_ELDERS: home_id(2),
    DemoCase.NO_FAMILY: home_id(3),
    DemoCase.HARD_OF_HEARING: home_id(4),
    DemoCase.AT_HOSPITAL: home_id(5),
    DemoCase.WITH_CHILDREN: home_id(6),
    DemoCase.ON_OXYGEN: home_id(7),
    DemoCase.DEMENTIA: home_id(8),
    DemoCase.CARE_BED: home_id(9),
    DemoCase.NOT_YET_OPEN: home_id(10),
    DemoCase.ONE_WAY_DEVICE: home_id(11),
    DemoCase.PAUSED: home_id(12),
    DemoCase.NO_LIFT: home_id(48),
    DemoCase.COVERED_BUTLER: home_id(228),
}
"""The door behind which each case is found; the compound of the power cut is `demo_places.POWER_CUT_COMPOUND_ID`."""

_CASE_AT = {home: case for case, home in CASES.items()}
_CASE_FLAGS = {
    DemoCase.NO_FAMILY: Flag.LOST_ONLY_CHILD,
    DemoCase.HARD_OF_HEARING: Flag.HARD_OF_HEARING,
    DemoCase.ON_OXYGEN: Flag.ON_OXYGEN,
    DemoCase.DEMENTIA: Flag.DEMENTIA,
    DemoCase.CARE_BED: Flag.CARE_DEPENDENT,
}
_CASE_MEMBERSHIP = {DemoCase.NOT_YET_OPEN: Membership.NOT_YET_OPEN, DemoCase.PAUSED: Membership.PAUSED}
_CASE_NOTES = {
    DemoCase.NO_FAMILY: "没有家属：先联系邻居和社区",
    DemoCase.HARD_OF_HEARING: "听力不好：直接上门，不要等回话",
    DemoCase.ON_OXYGEN: "家用制氧机，停电时优先",
    DemoCase.DEMENTIA: "会走失，戴定位手表",
    DemoCase.CARE_BED: "家庭养老床位",
    DemoCase.NOT_YET_OPEN: "新住户，设备刚装好",
    DemoCase.PAUSED: "暂停服务，按键照常报警",
}
_MORE_ON_OXYGEN = frozenset({home_id(25), home_id(33)})
_CARE_BED_EVERY = 38


def demo_directory(seed: int, started_at: datetime, cell: str = "demo", *, foreign: bool = True) -> Directory:
    """The street as it stands at `started_at` (aware UTC); the same seed and instant give the same street.

    `foreign` False: the flat with Zigbee2MQTT devices gets native ones, for a broker that carries native topics only.
    """
    rng = Random(seed)
    where = places(rng)
    people = People(rng, started_at - timedelta(days=30))
    staff(people, where)
    fitter = Fitter(rng, started_at)
    elders: list[Elder] = []
    residences: list[Residence] = []
    homes: list[HomeEntry] = []
    for number, bare in enumerate(where.homes, start=1):
        case = _CASE_AT.get(bare.id)
        care_bed = case is DemoCase.CARE_BED or number % _CARE_BED_EVERY == 0
        home = replace(bare, care_bed=care_bed, note=_CASE_NOTES.get(case, "") if case is not None else "")
        # One couple on each butler's list.
        mine = tuple(
            _elders(rng, number, home, case, couple=number % HOMES_EACH == 2, born_before=started_at.year)
        )
        membership = _CASE_MEMBERSHIP.get(case, Membership.ACTIVE) if case is not None else Membership.ACTIVE
        homes.append(home)
        elders += mine
        residences += [Residence(elder.id, home.id, membership, people.from_at) for elder in mine]
        around(people, number, home, mine)
        if case is DemoCase.FOREIGN_DEVICES and foreign:
            fitter.fit(home, mine[0], iter(FOREIGN))
        elif case is DemoCase.ONE_WAY_DEVICE:
            fitter.fit(home, mine[0], iter((ONE_WAY,)))
        else:
            fitter.fit(home, mine[0], usual(rng, home, mine[0]))
    leave(people, started_at, butler=BUTLERS, cover=BUTLERS - 1)
    directory = Directory(
        cell=cell,
        regions=where.regions,
        companies=COMPANIES,
        centres=where.centres,
        elders=tuple(elders),
        residences=tuple(residences),
        homes=tuple(homes),
        rooms=tuple(fitter.rooms),
        devices=tuple(fitter.devices),
        assignments=tuple(fitter.assignments),
        persons=tuple(people.persons),
        bonds=tuple(people.bonds),
        shifts=tuple(people.shifts),
    )
    return on_leave(directory, started_at)


def demo_absences(started_at: datetime) -> dict[str, Away]:
    """Who is not at home when the demo begins, by home; given to the hub as its operators would."""
    since = started_at - timedelta(days=2)
    return {
        CASES[DemoCase.AT_HOSPITAL]: Away(AwayKind.HOSPITAL, since, started_at + timedelta(days=5)),
        CASES[DemoCase.WITH_CHILDREN]: Away(AwayKind.CHILDREN, since, started_at + timedelta(days=10)),
    }


def fleet_spec(directory: Directory, at: datetime | None = None) -> dict[str, Any]:
    """What a simulator needs to play the homes of this directory, as JSON values; `at` None: the newest assignments."""
    devices = {device.id: device for device in directory.devices}
    rooms = {room.id: room.kind.value for room in directory.rooms}
    spec: dict[str, dict[str, Any]] = {
        home.id: {"id": home.id, "devices": [], "residents": []} for home in directory.homes
    }
    for assignment in directory.assignments:
        if not (holds(assignment, at) if at is not None else assignment.until_at is None):
            continue
        device = devices[assignment.device_id]
        spec[assignment.home_id]["devices"].append(
            {
                "id": device.id,
                "kind": device.kind.value,
                "family": device.family,
                "model": device.model,
                "room": rooms[assignment.room_id] if assignment.room_id is not None else None,
                "wearer": assignment.wearer_id,
                "placement": assignment.placement.value if assignment.placement is not None else None,
                "speaks": device.speaks,
                "one_way": device.one_way,
                "silent_after_s": int(USUAL.silent_after(device).total_seconds()),
            }
        )
    for residence in directory.residences:
        if holds(residence, at) if at is not None else residence.until_at is None:
            spec[residence.home_id]["residents"].append({"id": residence.elder_id})
    return {"cell": directory.cell, "homes": list(spec.values())}


def _elders(
    rng: Random, number: int, home: HomeEntry, case: DemoCase | None, *, couple: bool, born_before: int
) -> Iterator[Elder]:
    woman = True if couple else None
    for place in range(2 if couple else 1):
        name = elder_name(rng, woman)
        woman = False
        age = rng.randint(66, 94)
        flags = {Flag.EMPTY_NEST if couple else Flag.LIVES_ALONE}
        if age >= 80:
            flags.add(Flag.VERY_OLD)
        if not home.lift and home.floor is not None and home.floor > 1:
            flags.add(Flag.NO_LIFT)
        if home.care_bed:
            flags.add(Flag.CARE_DEPENDENT)
        if home.id in _MORE_ON_OXYGEN:
            flags.add(Flag.ON_OXYGEN)
        if case in _CASE_FLAGS and case is not None:
            flags.add(_CASE_FLAGS[case])
        # Rarer than in life, so that the named doors stay the ones to find.
        flags |= {
            flag
            for flag, share in ((Flag.IN_HARDSHIP, 0.05), (Flag.HARD_OF_HEARING, 0.08))
            if rng.random() < share
        }
        level = 3 if home.care_bed or case is DemoCase.DEMENTIA else rng.choices((0, 1, 2), (5, 3, 2))[0]
        yield Elder(
            id=f"e{number:04d}-{place + 1}",
            name=name.full,
            call_name=name.call_name,
            ability_level=level,
            flags=frozenset(flags),
            birth_year=born_before - age,
        )
