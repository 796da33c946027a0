"""Zigbee devices as Zigbee2MQTT names their models, for `ingest/zigbee2mqtt`: what each one's words mean. A device is a row.

Keys and values are those of the public device list (zigbee-herdsman-converters). Words that every model shares (water_leak,
battery, tamper, ...) are read the same way for all and stand in no row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from firmware_contracts.vocabulary import FallPhase
from hub.core.home import DeviceKind


class Occupancy(StrEnum):
    """What `occupancy` and `presence` of a model tell."""

    MOVEMENT = "movement"
    """Somebody moved (passive infrared)."""
    PRESENCE = "presence"
    """Somebody is there, perhaps lying still on the floor: no sign of movement, only its absence when nobody is."""
    BED = "bed"
    """Somebody lies on it."""


@dataclass(frozen=True, slots=True)
class DeviceModel:
    """A row. `presses`: actions that call for help. `other_actions`: actions known to mean nothing here.

    `falls`: key -> value -> phase, None for a value that says that nobody fell. `moves`: keys and values that show movement.
    `handled`: its actions say only that somebody handled the thing. `climate`: its temperature is the room's.
    """

    name: str
    vendor: str
    kind: DeviceKind
    presses: frozenset[str] = frozenset()
    other_actions: frozenset[str] = frozenset()
    falls: Mapping[str, Mapping[str, FallPhase | None]] = field(default_factory=dict)
    moves: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    occupancy: Occupancy = Occupancy.MOVEMENT
    handled: bool = False
    climate: bool = False
    also: tuple[str, ...] = ()

    @property
    def signals(self) -> bool:
        """Whether it exists to call for help or to see falls: what cannot be read from it may be just that."""
        return bool(self.falls) or self.kind in _CALLS


_CALLS = frozenset({DeviceKind.BUTTON, DeviceKind.PENDANT, DeviceKind.PULL_CORD})

EMERGENCY_WORDS = frozenset({"emergency", "sos", "panic"})
"""Actions that call for help whatever the model."""

_EMERGENCY = frozenset({"emergency"})
_EVERY_PRESS = frozenset({"single", "double", "hold"})
"""A button made for emergencies: frightened people press twice, or hold."""
_ANY_WORD = EMERGENCY_WORDS | _EVERY_PRESS
_RELEASED = frozenset({"off"})
_ARMING = frozenset(
    {
        "disarm",
        "arm_all_zones",
        "arm_day_zones",
        "arm_night_zones",
        "arm_partial_zones",
        "arm_home",
        "arm_away",
        "exit_delay",
        "entry_delay",
        "home",
        "away",
        "sleep",
    }
)


def _button(vendor: str, name: str, presses: frozenset[str], *also: str) -> DeviceModel:
    return DeviceModel(name, vendor, DeviceKind.BUTTON, presses=presses, other_actions=_RELEASED, also=also)


def _keypad(vendor: str, name: str, *also: str) -> DeviceModel:
    return DeviceModel(
        name, vendor, DeviceKind.BUTTON, presses=EMERGENCY_WORDS, other_actions=_ARMING, also=also
    )


MODELS: tuple[DeviceModel, ...] = (
    # --- buttons made for emergencies ---
    _button("Tuya", "TS0601_sos", _EMERGENCY),
    _button("Tuya", "TS0215A_sos", _EMERGENCY, "TS0215A"),
    _button("Loginovo", "ZG-101Z", _ANY_WORD),
    _button("Feibit", "SEB01ZB", EMERGENCY_WORDS),
    # Its emergency press is called "single".
    _button("Heiman", "HS1EB", _ANY_WORD, "HS1EB-E", "HS1EB/HS1EB-E", "SOS-EM", "SOS-EF-3.0"),
    _button("MultIR", "MIR-SO100", _ANY_WORD),
    _button("ORVIBO", "SE20-O", _ANY_WORD),
    _button("ORVIBO", "SE21", _ANY_WORD),
    # --- keypads and key fobs with an emergency key ---
    _keypad("Climax", "KP-23EL-ZBS-ACE"),
    _keypad("Develco", "KEYZB-110"),
    _keypad("Immax", "07505L"),
    _keypad("Adeo", "LDSENK09"),
    _keypad("Hive", "KEYPAD001"),
    _keypad("Linkind", "ZS130000078"),
    _keypad("Linkind", "ZS130000178"),
    _keypad("Swann", "SWO-KEF1PA"),
    # --- fall radars; "unknown" is no all-clear and therefore stands in no row ---
    DeviceModel(
        "HS2FD-EF1-3.0",
        "Heiman",
        DeviceKind.FALL_RADAR,
        falls={
            "fall_status": {
                "normal": None,
                "fall_warning": FallPhase.SUSPECTED,
                "fall_alarm": FallPhase.LYING,
            }
        },
        moves={"sensor_status": {"activity": True, "none": False}},
        occupancy=Occupancy.PRESENCE,
        also=("HS2FD",),
    ),
    DeviceModel(
        "FDS315",
        "OWON",
        DeviceKind.FALL_RADAR,
        falls={
            "status": {
                "unoccupied": None,
                "occupied": None,
                "sitting": None,
                "on_the_bed": None,
                "low_posture": None,
                "falling": FallPhase.SUSPECTED,
            }
        },
        occupancy=Occupancy.PRESENCE,
    ),
    DeviceModel(
        "MIR-HE200-TY",
        "Tuya",
        DeviceKind.FALL_RADAR,
        # "fall" comes when nobody got up for the minutes of tumble_alarm_time.
        falls={
            "fall_down_status": {"none": None, "maybe_fall": FallPhase.SUSPECTED, "fall": FallPhase.LYING}
        },
        occupancy=Occupancy.PRESENCE,
        also=("MIR-HE200-TY_fall",),
    ),
    # --- bed ---
    DeviceModel("TS0601_bed_presence_sensor", "Tuya", DeviceKind.BED_MAT, occupancy=Occupancy.BED),
    DeviceModel("ZG-210Z", "HOBEIAN", DeviceKind.BED_MAT, occupancy=Occupancy.BED, climate=True),
    # --- presence and movement ---
    DeviceModel(
        "ZY-M100-S_1", "Tuya", DeviceKind.MOTION, occupancy=Occupancy.PRESENCE, also=("ZY-M100-S", "ZY-M100")
    ),
    DeviceModel("RTCGQ11LM", "Aqara", DeviceKind.MOTION),
    DeviceModel("TS0202", "Tuya", DeviceKind.MOTION),
    # --- doors, shaken things ---
    DeviceModel("MCCGQ11LM", "Aqara", DeviceKind.CONTACT),
    DeviceModel("TS0203", "Tuya", DeviceKind.CONTACT),
    # The action "fall" of these is a thing that fell, not a person.
    DeviceModel("DJT11LM", "Aqara", DeviceKind.VIBRATION, handled=True),
    DeviceModel("DJT12LM", "Aqara", DeviceKind.VIBRATION, handled=True),
    DeviceModel("MFKZQ01LM", "Aqara", DeviceKind.VIBRATION, handled=True),
    # --- hazards and climate ---
    DeviceModel("SJCGQ11LM", "Aqara", DeviceKind.WATER),
    DeviceModel("WS-15ZBS", "Climax", DeviceKind.WATER),
    DeviceModel("JTYJ-GD-01LM/BW", "Xiaomi", DeviceKind.SMOKE, also=("JTYJ-GD-01LM",)),
    DeviceModel("JTQJ-BF-01LM/BW", "Xiaomi", DeviceKind.GAS, also=("JTQJ-BF-01LM",)),
    DeviceModel("CO-8ZBS", "Climax", DeviceKind.GAS),
    DeviceModel("WSDCGQ11LM", "Aqara", DeviceKind.CLIMATE, climate=True),
    DeviceModel("TS0201", "Tuya", DeviceKind.CLIMATE, climate=True),
)

_BY_NAME = {name.casefold(): model for model in MODELS for name in (model.name, *model.also)}
_LONGEST_FIRST = sorted(_BY_NAME, key=len, reverse=True)


def model_named(name: str | None) -> DeviceModel | None:
    """The row of a model name as Zigbee2MQTT writes it, None when the table has none."""
    return _BY_NAME.get(name.casefold()) if name else None


def model_mentioned(text: str) -> DeviceModel | None:
    """The row whose model name stands somewhere in a text; the longest name wins."""
    folded = text.casefold()
    return next((_BY_NAME[name] for name in _LONGEST_FIRST if name in folded), None)
