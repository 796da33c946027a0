"""What hangs on the walls of the demo: a key that speaks in almost every home, sensors in the adapted ones, and the odd cases."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from firmware_contracts.vocabulary import Placement
from hub.core.home import DeviceKind, Family, Flag
from hub.directory.model import Assignment, DeviceEntry, Elder, HomeEntry, Room, RoomKind


@dataclass(frozen=True, slots=True)
class Fitting:
    """A device to be fitted: `worn` by the first resident, in a room."""

    kind: DeviceKind
    room: RoomKind | None
    model: str
    worn: bool = False
    placement: Placement | None = None
    family: str = "native"
    speaks: bool = False
    one_way: bool = False


BUTTON = Fitting(DeviceKind.BUTTON, RoomKind.BEDROOM, "demo-button-voice", speaks=True)
CORD = Fitting(DeviceKind.PULL_CORD, RoomKind.BATHROOM, "demo-cord")
PENDANT = Fitting(DeviceKind.PENDANT, None, "demo-pendant", worn=True, placement=Placement.NECK)
ONE_WAY = Fitting(
    DeviceKind.PENDANT, None, "demo-pendant-433", worn=True, placement=Placement.NECK, one_way=True
)
WEARABLE = Fitting(DeviceKind.FALL_WEARABLE, None, "demo-belt", worn=True, placement=Placement.WAIST)
WATCH = Fitting(DeviceKind.WATCH, None, "demo-watch-4g", worn=True, placement=Placement.WRIST)
VITALS = (
    Fitting(DeviceKind.OXIMETER, RoomKind.BEDROOM, "demo-oximeter", worn=True),
    Fitting(DeviceKind.CUFF, RoomKind.BEDROOM, "demo-cuff", worn=True),
)
THERMOMETER = Fitting(DeviceKind.THERMOMETER, RoomKind.BEDROOM, "demo-thermometer", worn=True)
BED_MAT = Fitting(DeviceKind.BED_MAT, RoomKind.BEDROOM, "demo-bed-mat", worn=True)
ADAPTED = (
    Fitting(DeviceKind.MOTION, RoomKind.LIVING_ROOM, "demo-motion"),
    Fitting(DeviceKind.MOTION, RoomKind.BATHROOM, "demo-motion"),
    Fitting(DeviceKind.CONTACT, RoomKind.HALL, "demo-contact"),
)
SMOKE = Fitting(DeviceKind.SMOKE, RoomKind.KITCHEN, "demo-smoke")
GAS = Fitting(DeviceKind.GAS, RoomKind.KITCHEN, "demo-gas")
WATER = Fitting(DeviceKind.WATER, RoomKind.BATHROOM, "demo-water")
FOREIGN = (
    Fitting(DeviceKind.BUTTON, RoomKind.BEDROOM, "TS0215A_sos", family=Family.ZIGBEE2MQTT, one_way=True),
    Fitting(DeviceKind.MOTION, RoomKind.LIVING_ROOM, "RTCGQ11LM", family=Family.ZIGBEE2MQTT, one_way=True),
    Fitting(DeviceKind.CONTACT, RoomKind.HALL, "MCCGQ11LM", family=Family.ZIGBEE2MQTT, one_way=True),
    Fitting(DeviceKind.WATER, RoomKind.BATHROOM, "SJCGQ11LM", family=Family.ZIGBEE2MQTT, one_way=True),
)
"""Bought elsewhere, spoken to by nobody: the home is told nothing by a voice."""


@dataclass
class Fitter:
    """Numbers devices through the whole cell and collects what was fitted where."""

    rng: Random
    from_at: datetime
    rooms: list[Room] = field(default_factory=list)
    devices: list[DeviceEntry] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    _numbers: dict[DeviceKind, int] = field(default_factory=dict)

    def fit(self, home: HomeEntry, elder: Elder, fittings: Iterator[Fitting]) -> None:
        rooms = {kind: Room(f"{home.id}-{kind.value}", home.id, kind) for kind in RoomKind}
        self.rooms += [rooms[kind] for kind in RoomKind if kind is not RoomKind.BALCONY]
        for one in fittings:
            number = self._numbers[one.kind] = self._numbers.get(one.kind, 0) + 1
            device_id = f"{one.kind.value.replace('_', '-')}-{number:04d}"
            self.devices.append(
                DeviceEntry(
                    device_id, one.kind, one.family, one.model, speaks=one.speaks, one_way=one.one_way
                )
            )
            self.assignments.append(
                Assignment(
                    device_id,
                    home.id,
                    self.from_at,
                    room_id=rooms[one.room].id if one.room is not None else None,
                    wearer_id=elder.id if one.worn else None,
                    placement=one.placement,
                )
            )


def usual(rng: Random, home: HomeEntry, elder: Elder) -> Iterator[Fitting]:
    """What a home gets: a key at the bed, one within reach of the floor of the bathroom, and what the elder needs."""
    yield BUTTON
    yield CORD if rng.random() < 0.6 else PENDANT
    if home.care_bed:
        yield BED_MAT
    if home.care_bed or Flag.ON_OXYGEN in elder.flags or rng.random() < 0.25:
        yield from VITALS
        yield THERMOMETER
    if Flag.DEMENTIA in elder.flags:
        yield WATCH
    elif rng.random() < 0.1:
        yield WEARABLE
    if rng.random() < 0.3:
        yield from ADAPTED
    if rng.random() < 0.4:
        yield SMOKE
        yield GAS
    if rng.random() < 0.15:
        yield WATER
