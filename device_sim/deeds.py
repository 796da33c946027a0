"""What can happen to a device: the words that residents and scenarios use, and which kind of device knows which."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from device_sim.spec import DeviceKind
from firmware_contracts.messages import AccelerationWindow
from firmware_contracts.vocabulary import (
    BedState,
    CallAction,
    ContactState,
    Fault,
    Kind,
    Measure,
    ServiceCategory,
)


class CannotDo(ValueError):
    """A device was asked for something that its kind does not have; the text names both."""


@dataclass(frozen=True, slots=True)
class Press:
    action: CallAction = CallAction.EMERGENCY
    category: ServiceCategory | None = None


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall is suspected. `window` None: the device sends none."""

    window: AccelerationWindow | None = None


@dataclass(frozen=True, slots=True)
class Lie:
    """The person of the last fall still lies."""


@dataclass(frozen=True, slots=True)
class GetUp:
    """The person of the last fall got up."""


@dataclass(frozen=True, slots=True)
class Measured:
    readings: Mapping[Measure, float | None]


@dataclass(frozen=True, slots=True)
class BedChange:
    state: BedState


@dataclass(frozen=True, slots=True)
class Movement:
    moving: bool = True


@dataclass(frozen=True, slots=True)
class Door:
    state: ContactState


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Hazards and climate by the field names of the contract's environment message."""

    values: Mapping[str, bool | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trouble:
    fault: Fault
    detail: str | None = None


Deed = Press | Fall | Lie | GetUp | Measured | BedChange | Movement | Door | Surroundings | Trouble

SPEAKS_AS: dict[type[Deed], Kind] = {
    Press: Kind.CALL,
    Fall: Kind.FALL,
    Lie: Kind.FALL,
    GetUp: Kind.FALL,
    Measured: Kind.VITAL,
    BedChange: Kind.BED,
    Movement: Kind.MOTION,
    Door: Kind.CONTACT,
    Surroundings: Kind.ENVIRONMENT,
    Trouble: Kind.FAULT,
}

_KNOWS: dict[DeviceKind, frozenset[Kind]] = {
    DeviceKind.BUTTON: frozenset({Kind.CALL}),
    DeviceKind.PULL_CORD: frozenset({Kind.CALL}),
    DeviceKind.PENDANT: frozenset({Kind.CALL, Kind.FALL}),
    DeviceKind.FALL_WEARABLE: frozenset({Kind.CALL, Kind.FALL}),
    DeviceKind.FALL_RADAR: frozenset({Kind.FALL, Kind.MOTION}),
    DeviceKind.OXIMETER: frozenset({Kind.VITAL}),
    DeviceKind.CUFF: frozenset({Kind.VITAL}),
    DeviceKind.THERMOMETER: frozenset({Kind.VITAL}),
    DeviceKind.GLUCOMETER: frozenset({Kind.VITAL}),
    DeviceKind.BED_MAT: frozenset({Kind.BED, Kind.VITAL}),
    DeviceKind.MOTION: frozenset({Kind.MOTION}),
    DeviceKind.CONTACT: frozenset({Kind.CONTACT}),
    DeviceKind.SMOKE: frozenset({Kind.ENVIRONMENT}),
    DeviceKind.GAS: frozenset({Kind.ENVIRONMENT}),
    DeviceKind.WATER: frozenset({Kind.ENVIRONMENT}),
    DeviceKind.CLIMATE: frozenset({Kind.ENVIRONMENT}),
    DeviceKind.VIBRATION: frozenset({Kind.MOTION}),
    DeviceKind.WATCH: frozenset({Kind.CALL, Kind.FALL, Kind.VITAL}),
    DeviceKind.GATEWAY: frozenset({Kind.CALL}),
    DeviceKind.VOICE_UNIT: frozenset({Kind.CALL}),
}

MEASURES: dict[DeviceKind, tuple[Measure, ...]] = {
    DeviceKind.OXIMETER: (Measure.SPO2_PERCENT, Measure.HEART_RATE_BPM),
    DeviceKind.CUFF: (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG, Measure.HEART_RATE_BPM),
    DeviceKind.THERMOMETER: (Measure.TEMPERATURE_C,),
    DeviceKind.GLUCOMETER: (Measure.GLUCOSE_MMOL_L,),
    DeviceKind.BED_MAT: (Measure.RESPIRATION_PER_MIN, Measure.HEART_RATE_BPM),
    DeviceKind.WATCH: (Measure.HEART_RATE_BPM,),
}
"""Which vital signs each kind measures together."""


def can_do(kind: DeviceKind, deed: type[Deed]) -> bool:
    """Whether devices of this kind know this deed; every device can report a fault."""
    return deed is Trouble or SPEAKS_AS[deed] in _KNOWS[kind]
