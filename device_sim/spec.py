"""Which homes, devices and residents are simulated: read from a fleet file or made up by number, before a world is built."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from firmware_contracts.vocabulary import HEARTBEAT_EVERY_S, ID_PATTERN, Placement

Id = Annotated[str, Field(pattern=ID_PATTERN)]


class SpecError(ValueError):
    """A fleet file or a scenario cannot be used; the text names every mistake, one a line."""


class DeviceKind(StrEnum):
    """What a device is; the same words as in the directory of the hub."""

    BUTTON = "button"
    PULL_CORD = "pull_cord"
    PENDANT = "pendant"
    FALL_WEARABLE = "fall_wearable"
    FALL_RADAR = "fall_radar"
    OXIMETER = "oximeter"
    CUFF = "cuff"
    THERMOMETER = "thermometer"
    GLUCOMETER = "glucometer"
    BED_MAT = "bed_mat"
    MOTION = "motion"
    CONTACT = "contact"
    SMOKE = "smoke"
    GAS = "gas"
    WATER = "water"
    CLIMATE = "climate"
    VIBRATION = "vibration"
    WATCH = "watch"
    GATEWAY = "gateway"
    VOICE_UNIT = "voice_unit"


MAINS_POWERED = frozenset(
    {DeviceKind.GATEWAY, DeviceKind.VOICE_UNIT, DeviceKind.GAS, DeviceKind.FALL_RADAR, DeviceKind.BED_MAT}
)
"""Kinds that hang on the mains: a power cut reaches them, a battery does not run out."""

SPEAKING = frozenset({DeviceKind.BUTTON, DeviceKind.VOICE_UNIT})


class Family(StrEnum):
    """Whose wire format a device speaks."""

    NATIVE = "native"
    ZIGBEE2MQTT = "zigbee2mqtt"


class DeviceSpec(BaseModel):
    """One device. `room` and `wearer` decide what of a resident's day it notices; unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    kind: DeviceKind
    family: Family = Family.NATIVE
    model: str | None = None
    wearer: str | None = None
    room: str | None = None
    silent_after_s: Annotated[int, Field(gt=0)] = 3 * HEARTBEAT_EVERY_S
    placement: Placement | None = None
    speaks: bool | None = Field(default=None, description="None: as its kind usually does.")
    one_way: bool = Field(default=False, description="Its gateway repeats and listens for it.")
    gateway: Id | None = None

    @property
    def can_speak(self) -> bool:
        """Whether it says sentences; a one-way device can be told nothing."""
        usual = self.kind in SPEAKING if self.speaks is None else self.speaks
        return usual and not self.one_way


class ResidentSpec(BaseModel):
    """One elder, by id only."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str


class HomeSpec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    devices: tuple[DeviceSpec, ...] = ()
    residents: tuple[ResidentSpec, ...] = ()

    @field_validator("residents", mode="before")
    @classmethod
    def _plain_ids(cls, value: Any) -> Any:
        """A resident may be written as a bare id."""
        if isinstance(value, list | tuple):
            return [{"id": item} if isinstance(item, str) else item for item in value]
        return value

    @model_validator(mode="after")
    def _ids_differ(self) -> "HomeSpec":
        ids = [device.id for device in self.devices]
        doubled = sorted(device_id for device_id, count in Counter(ids).items() if count > 1)
        if doubled:
            raise ValueError(f"device ids must differ within a home; more than once: {', '.join(doubled)}")
        return self


class FleetSpec(BaseModel):
    """All simulated homes of one cell."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    cell: Id
    homes: tuple[HomeSpec, ...]

    @model_validator(mode="after")
    def _ids_differ(self) -> "FleetSpec":
        if not self.homes:
            raise ValueError("a fleet needs at least one home")
        ids = [home.id for home in self.homes]
        doubled = sorted(home_id for home_id, count in Counter(ids).items() if count > 1)
        if doubled:
            raise ValueError(f"home ids must differ; more than once: {', '.join(doubled)}")
        return self


def load_fleet(path: Path) -> FleetSpec:
    """Read a fleet file; raises SpecError with every mistake at once."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SpecError(
            f"{path}: cannot be read ({error.strerror}); name an existing file or use --homes N"
        ) from None
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise SpecError(f"{path}:{error.lineno} is not JSON: {error.msg}") from None
    try:
        return FleetSpec.model_validate(content)
    except ValidationError as error:
        raise SpecError("\n".join(complaints(str(path), error))) from None


def complaints(
    file: str, error: ValidationError, place: Callable[[tuple[int | str, ...]], str] | None = None
) -> Iterator[str]:
    """One line for each mistake: where it stands, what is wrong with it, what was found."""
    for mistake in error.errors(include_url=False, include_context=False):
        where = place(mistake["loc"]) if place else f"{file} {'.'.join(str(part) for part in mistake['loc'])}"
        found = mistake["input"]
        # A whole table as "found" hides the mistake rather than showing it.
        shown = "" if isinstance(found, dict | list) else f"; found {found!r}"
        yield f"{where.rstrip()}: {mistake['msg']}{shown}"


def synthesise(homes: int, cell: str = "demo") -> FleetSpec:
    """`homes` made-up homes h0001, h0002 ... with one resident each; every third has the kit of an adapted home."""
    return FleetSpec(cell=cell, homes=tuple(_home(number) for number in range(1, homes + 1)))


def _home(number: int) -> HomeSpec:
    resident = f"r{number:04d}"

    def device(
        name: str,
        kind: DeviceKind,
        *,
        worn: bool = False,
        room: str | None = None,
        family: Family = Family.NATIVE,
        model: str | None = None,
        placement: Placement | None = None,
    ) -> DeviceSpec:
        return DeviceSpec(
            id=name,
            kind=kind,
            room=room,
            family=family,
            model=model,
            wearer=resident if worn else None,
            placement=placement,
        )

    z2m = Family.ZIGBEE2MQTT
    devices = [
        device("gateway01", DeviceKind.GATEWAY),
        device("button01", DeviceKind.BUTTON, room="bedroom"),
        device("cord01", DeviceKind.PULL_CORD, room="bathroom"),
        device("wearable01", DeviceKind.FALL_WEARABLE, worn=True, placement=Placement.WAIST),
        device("oximeter01", DeviceKind.OXIMETER, worn=True),
        device("motion01", DeviceKind.MOTION, room="bedroom"),
        device("motion02", DeviceKind.MOTION, room="living_room"),
        device("contact01", DeviceKind.CONTACT, room="entrance"),
    ]
    if number % 3 == 1:
        devices += [
            device("voice01", DeviceKind.VOICE_UNIT, room="bedroom"),
            device("pendant01", DeviceKind.PENDANT, worn=True, placement=Placement.NECK),
            device("cuff01", DeviceKind.CUFF, worn=True),
            device("thermometer01", DeviceKind.THERMOMETER, worn=True),
            device("bedmat01", DeviceKind.BED_MAT, worn=True, room="bedroom"),
            device("smoke01", DeviceKind.SMOKE, room="kitchen"),
            device("gas01", DeviceKind.GAS, room="kitchen"),
            device("water01", DeviceKind.WATER, room="bathroom", family=z2m, model="SJCGQ11LM"),
            device("sos01", DeviceKind.BUTTON, room="bathroom", family=z2m, model="TS0215A_sos"),
            device("motion03", DeviceKind.MOTION, room="kitchen", family=z2m, model="RTCGQ11LM"),
            device("contact02", DeviceKind.CONTACT, room="kitchen", family=z2m, model="MCCGQ11LM"),
            device("climate01", DeviceKind.CLIMATE, room="living_room", family=z2m, model="WSDCGQ11LM"),
        ]
    return HomeSpec(id=f"h{number:04d}", devices=tuple(devices), residents=(ResidentSpec(id=resident),))
