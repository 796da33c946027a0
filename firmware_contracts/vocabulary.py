"""The closed lists and limits of the contract: plain types that the wire models, the hub's core and the simulator share."""

from enum import StrEnum

CONTRACT_VERSION = 1
"""The envelope's `v`. A change that an old hub or an old device would misread gets a new number and a new topic root."""

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
"""Cells, homes and devices in a topic: no space, dot, slash or wildcard (some brokers drop a publisher for them)."""

EVENT_ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$"
"""The id of one press or one fall: at least 8 characters, the same in every repetition, never used again for 90 days."""

MAX_PAYLOAD_BYTES = 65_536
"""A larger payload is refused (`too_large`). An acceleration window of 30 s at 50 Hz stays below it."""

MAX_COUNT = 2**53 - 1
"""The largest counter: beyond it many JSON parsers round to a neighbour, and two messages would share a number."""

MAX_DEPTH = 200
"""Levels of brackets that are certainly read, far more than any message has; deeper nesting is refused (`too_deep`)."""

SEQUENCE_WINDOW = 128
"""Within one boot, a message up to this many sequence numbers behind the newest is still live; older is history."""

UNHEARD_AFTER_S = 60
"""A device that was not *heard* for this long says so itself (voice, lamp) and tries its second path, if it has one."""

REPEAT_AFTER_S = (2, 4, 8, 16, 32, 60)
"""Pauses between repetitions of an unheard call or fall; the last one repeats for ever. Each with +-20 % jitter."""

REPEAT_JITTER = 0.2
"""Each pause is longer or shorter by up to this share, so that a building after a power cut does not speak in unison."""

HEARTBEAT_EVERY_S = 900
"""A device sends something at least this often; after three missed ones it is offline."""


QOS = 1
"""Every message, both ways: QoS 0 is lost without a trace, and repetition is recognised anyway."""

KEEP_ALIVE_MAINS_S = 60
KEEP_ALIVE_BATTERY_S = 900
"""Longest MQTT keep-alive; the broker speaks the last will of a silent device after 1.5 times this."""

RECONNECT_FIRST_S = 1
RECONNECT_LONGEST_S = 60
"""Pauses between attempts to connect: doubled from the first to the longest, each longer or shorter by `REPEAT_JITTER`."""

SESSION_BREAK_S = 60
"""After a longer break a device first connects once with a clean session: what waited for it is no longer true."""


class Kind(StrEnum):
    """The last segment of an upward topic."""

    CALL = "call"
    FALL = "fall"
    VITAL = "vital"
    BED = "bed"
    MOTION = "motion"
    CONTACT = "contact"
    ENVIRONMENT = "environment"
    STATUS = "status"
    HEARTBEAT = "heartbeat"
    FAULT = "fault"


URGENT_KINDS = frozenset({Kind.CALL, Kind.FALL, Kind.FAULT})
"""Kinds that travel in the hub's urgent session, before any telemetry."""

RETAINED_KINDS = frozenset({Kind.STATUS})
"""Kinds that a device publishes with RETAIN; every other one would come again at each start of the hub."""

COMMAND_SEGMENT = "cmd"
"""The last segment of the downward topic of a device."""


class CallAction(StrEnum):
    EMERGENCY = "emergency"
    CANCEL = "cancel"
    SERVICE = "service"
    TEST = "test"


class ServiceCategory(StrEnum):
    """The 6+X services. `URGENT_HELP` (助急) is an emergency, whatever key it came from."""

    MEALS = "meals"
    RECREATION = "recreation"
    MEDICAL = "medical"
    CLEANING = "cleaning"
    SHOPPING = "shopping"
    URGENT_HELP = "urgent_help"
    OTHER = "other"


class FallPhase(StrEnum):
    SUSPECTED = "suspected"
    LYING = "lying"
    GOT_UP = "got_up"


class Placement(StrEnum):
    """Where an accelerometer is worn: no single threshold carries from one place to another."""

    WAIST = "waist"
    CHEST = "chest"
    WRIST = "wrist"
    POCKET = "pocket"
    NECK = "neck"


class Measure(StrEnum):
    """Vital signs; the unit is part of the name."""

    HEART_RATE_BPM = "heart_rate_bpm"
    SPO2_PERCENT = "spo2_percent"
    RESPIRATION_PER_MIN = "respiration_per_min"
    TEMPERATURE_C = "temperature_c"
    SYSTOLIC_MMHG = "systolic_mmhg"
    DIASTOLIC_MMHG = "diastolic_mmhg"
    GLUCOSE_MMOL_L = "glucose_mmol_l"


PLAUSIBLE: dict[Measure, tuple[float, float]] = {
    Measure.HEART_RATE_BPM: (20, 300),
    Measure.SPO2_PERCENT: (50, 100),
    Measure.RESPIRATION_PER_MIN: (4, 60),
    Measure.TEMPERATURE_C: (30, 45),
    Measure.SYSTOLIC_MMHG: (40, 300),
    Measure.DIASTOLIC_MMHG: (20, 200),
    Measure.GLUCOSE_MMOL_L: (0.6, 40),
}
"""Inclusive bounds of a reading that a living person can have. Outside them a reading is valid on the wire and becomes a
technical alert about the device: neither dropped nor normal (ranges: common monitor limits; configurable per rule)."""


class BedState(StrEnum):
    IN_BED = "in_bed"
    OUT_OF_BED = "out_of_bed"
    RESTLESS = "restless"
    NO_BREATHING = "no_breathing"


class ContactState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Hazard(StrEnum):
    """Environment signals that are yes or no."""

    SMOKE = "smoke"
    GAS = "gas"
    WATER = "water"
    CARBON_MONOXIDE = "carbon_monoxide"


class Fault(StrEnum):
    BATTERY_LOW = "battery_low"
    BATTERY_GONE = "battery_gone"
    MAINS_FAILED = "mains_failed"
    MAINS_RESTORED = "mains_restored"
    TAMPER = "tamper"
    JAMMING = "jamming"
    SELF_TEST_FAILED = "self_test_failed"


class CallState(StrEnum):
    """Where a call stands, as the elder's device shows it."""

    HEARD = "heard"
    ASKING = "asking"
    LOOKING = "looking"
    TAKEN = "taken"
    ON_THE_WAY = "on_the_way"
    CLOSED = "closed"


class RejectReason(StrEnum):
    """Why a message could not be read. What then becomes of it is the hub's decision: nothing is dropped in silence."""

    NOT_THIS_CONTRACT = "not_this_contract"
    BAD_ID = "bad_id"
    UNKNOWN_KIND = "unknown_kind"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    NOT_AN_OBJECT = "not_an_object"
    WRONG_VERSION = "wrong_version"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_VALUE = "unknown_value"
    BAD_EVENT_ID = "bad_event_id"
    INCONSISTENT = "inconsistent"
