"""The home: unit of consistency. Its profile (what the directory says), its live state, and nothing of any other home."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from firmware_contracts.vocabulary import Fault, Hazard, Placement
from hub.core.alerts import Alert, Role
from hub.core.detection.battery import Course
from hub.core.detection.days import Days
from hub.core.detection.wellbeing import Wellbeing
from hub.core.record import record
from hub.core.service_requests import ServiceRequest
from hub.core.silences import Silence

UNASSIGNED_HOME_ID = "unassigned"
"""The home of a cell that receives calls of devices nobody has enrolled; its policy begins at the call-centre."""


class Membership(StrEnum):
    NOT_YET_OPEN = "not_yet_open"
    ACTIVE = "active"
    PAUSED = "paused"
    DECEASED = "deceased"
    LEFT = "left"


GONE = frozenset({Membership.DECEASED, Membership.LEFT})
"""Who lives in the home no more, though the directory may still name it."""


class Flag(StrEnum):
    """Who is first in line, and what a helper must know at the door."""

    VERY_OLD = "very_old"
    CARE_DEPENDENT = "care_dependent"
    DEMENTIA = "dementia"
    LIVES_ALONE = "lives_alone"
    EMPTY_NEST = "empty_nest"
    IN_HARDSHIP = "in_hardship"
    LOST_ONLY_CHILD = "lost_only_child"
    FAMILY_PLANNING_CASE = "family_planning_case"
    HARD_OF_HEARING = "hard_of_hearing"
    ON_OXYGEN = "on_oxygen"
    NO_LIFT = "no_lift"


class DeviceKind(StrEnum):
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


class Family(StrEnum):
    """Whose wire format a device speaks."""

    NATIVE = "native"
    ZIGBEE2MQTT = "zigbee2mqtt"


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device as it is assigned now. `wearer_id` None: it belongs to the home (or room), not to one person.

    `model` chooses the row of the family's table. `room` is the room's name for people, `room_kind` what sort of room it is.
    `silent_after` is how long it may say nothing before it counts as offline. `speaks`: it can say sentences and show where a
    call stands (voice unit, two-way button).
    """

    id: str
    kind: DeviceKind
    enrolled_at: datetime
    silent_after: timedelta
    family: str = "native"
    model: str | None = None
    room: str | None = None
    wearer_id: str | None = None
    placement: Placement | None = None
    speaks: bool = False
    one_way: bool = False
    room_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Resident:
    """An elder. Names are for the screen, the voice and the care card; never for a log.

    `call_name` is what they are called by (称呼), spoken before a sentence. `ability_level` 0-4 by GB/T 42195.
    """

    id: str
    name: str
    call_name: str
    ability_level: int = 0
    membership: Membership = Membership.ACTIVE
    flags: frozenset[Flag] = frozenset()
    birth_year: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the directory says about a home: who lives there, what hangs on the walls, and who answers for it.

    `people` names the persons bound to this home by role (own butler, deputy, contacts, keyholders, partner...); other roles
    (centre duty, operator, duty manager) come from the roster. `centre_id` is the centre that answers; `regions` the ids from
    district to compound. `overrides` holds per-home rule values: rule name -> parameter -> number. `callers` are names and
    telephones of those who may telephone about this home: it is found by them. `relations` says what a person is to the elder.
    """

    home_id: str
    address: str = ""
    residents: tuple[Resident, ...] = ()
    devices: Mapping[str, Device] = field(default_factory=dict)
    people: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)
    centre_id: str | None = None
    company_id: str | None = None
    regions: tuple[str, ...] = ()
    floor: int | None = None
    lift: bool = True
    door_code: str = ""
    care_bed: bool = False
    phone: str = ""
    note: str = ""
    emergency_policy: str = "emergency"
    overrides: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    callers: tuple[tuple[str, str], ...] = ()
    relations: Mapping[str, str] = field(default_factory=dict)

    def resident(self, resident_id: str | None) -> Resident | None:
        return next((resident for resident in self.residents if resident.id == resident_id), None)

    @property
    def living(self) -> tuple[Resident, ...]:
        """Who lives there: not who left or died."""
        return tuple(resident for resident in self.residents if resident.membership not in GONE)

    @property
    def nobody_lives_there(self) -> bool:
        """Nobody that the directory knows. Who presses there is a resident to be confirmed (住户待核实)."""
        return self.home_id != UNASSIGNED_HOME_ID and not self.living


class AwayKind(StrEnum):
    HOSPITAL = "hospital"
    CHILDREN = "children"
    DAY_CARE = "day_care"
    FESTIVAL = "festival"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Routine:
    """Away again every week: on these weekdays (0 = Monday) from `leaves` to `returns`, local time; `returns` <= `leaves` runs
    past midnight."""

    weekdays: frozenset[int]
    leaves: time
    returns: time


@dataclass(frozen=True, slots=True)
class Away:
    """Not at home between two instants, or between them as `routine` says; `resident_id` None means everybody.

    `returned_at`: who is away by routine came back earlier; it goes on with the next time.
    """

    kind: AwayKind
    from_at: datetime
    until_at: datetime
    resident_id: str | None = None
    routine: Routine | None = None
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """The newest real press of a device, who answered it, and the newest one that was answered and brought to its end (`proven`):
    from this key a human voice was reached. `proven_pressed_at`: when that one was pressed; None where only its end is known."""

    at: datetime
    alert_id: str
    answered_at: datetime | None = None
    answered_by: str | None = None
    proven_at: datetime | None = None
    proven_by: str | None = None
    proven_pressed_at: datetime | None = None


class Footing(StrEnum):
    """How well the beginning of a life is known: only begun, fed from a queue as it turned out, or well."""

    FRESH = "fresh"
    FALLING = "falling"
    FIRM = "firm"


@record
class Delay:
    """How late everything has come lately: `offset_ms` by the latest of such messages, since `since_at`. It has not shrunk, in
    `seen` messages at intervals, the last of them at `at`."""

    offset_ms: int
    since_at: datetime
    at: datetime
    seen: int = 1


@record
class OtherLife:
    """A life that speaks beside the current one: past, or a candidate for being believed, or (`rival`) a second device.

    `offset_ms` is when it began by hub time. Of its numbers, `top_seq` and `window` are remembered as of the current life.
    `since_at`: since when it has been speaking (a past life: when it was last heard live), `agreed` how many messages have
    agreed on its beginning since, the last of them at `at`.
    """

    boot: int
    top_seq: int
    window: int
    offset_ms: int
    since_at: datetime
    at: datetime
    agreed: int = 1
    rival: bool = False


@record
class Standing:
    """A device that speaks on under numbers it has used, since `since_at`: in `seen` messages, each of something new. The newest
    of them tells of the moment `told_ms` of its uptime."""

    since_at: datetime
    told_ms: int
    seen: int = 1


@dataclass(frozen=True, slots=True)
class HazardTold:
    """A message that told of a hazard and has, or had, its alert: first heard at `at`. `asked`: its numbers came again, and a
    person was asked what that was."""

    hazard: Hazard
    boot: int
    seq: int
    uptime_ms: int
    at: datetime
    asked: bool = False


@record
class Same:
    """What a sensor told at every look since `since_at`, the newest at `at`: `looks` of them, `told` stands for the values."""

    told: int
    since_at: datetime
    at: datetime
    looks: int = 1


@record
class DeviceState:
    """What the hub remembers of a device.

    The current life: `boot`, its newest number `top_seq`, in `window` a bit for each of the last 128 numbers that came,
    `offset_ms` the smallest (hub time - uptime), which is when it began, `offset_at` when that was seen, `footing` how well it is
    known, `live_at` when it last spoke live, `late` the delay that its messages have now. `other` is a second life, and
    `doubted_since_at` since when messages have come of which none was believed.
    `last_seen_at` None: never heard since it was enrolled. `online` is what its birth or will said.
    `last_fingerprint` and the `earlier_fingerprint` before it join repeated foreign messages. `standing` is set while its numbers
    stand still. `hazards_told` are its newest messages of a hazard that had an alert, oldest first: a copy makes no other.
    `battery` is what its battery lost so far, `same` since when it has been telling the same.
    """

    boot: int | None = None
    top_seq: int = -1
    window: int = 0
    offset_ms: int = 0
    offset_at: datetime | None = None
    last_seen_at: datetime | None = None
    online: bool | None = None
    battery_percent: int | None = None
    rssi_dbm: int | None = None
    faults: frozenset[Fault] = frozenset()
    last_fingerprint: int = 0
    last_fingerprint_at: datetime | None = None
    model: str | None = None
    firmware: str | None = None
    late: Delay | None = None
    live_at: datetime | None = None
    footing: Footing = Footing.FIRM
    other: OtherLife | None = None
    doubted_since_at: datetime | None = None
    earlier_fingerprint: int = 0
    standing: Standing | None = None
    hazards_told: tuple[HazardTold, ...] = ()
    battery: Course | None = None
    same: Same | None = None


class RulePhase(StrEnum):
    PENDING = "pending"
    FIRING = "firing"
    CLEARING = "clearing"
    """Over, and not believed yet: it came and went too often. Its alert stays open until it was calm for a while."""


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule that is not inactive for one subject: pending since an instant, or firing since it alerted (or since that alert was
    resolved). `last_at` is the last reading that supported it, `check_at` when time alone will decide. `told_by`: boot and number
    of the message that told it last, for what ends by being told."""

    phase: RulePhase
    since_at: datetime
    last_at: datetime
    value: float | None = None
    check_at: datetime | None = None
    told_by: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class MistakenPress:
    """An alert that turned out to be a press by mistake, and when the key was pressed."""

    alert_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MistakeCount:
    """Presses by mistake that count still, oldest first. `since_at`: those before belong to a task that has ended."""

    presses: tuple[MistakenPress, ...] = ()
    since_at: datetime | None = None


class Hop(StrEnum):
    """How far a test call was seen to come when it did not come back."""

    NOT_SENT = "not_sent"
    """The command did not leave: the broker did not take it."""
    NO_SIGN = "no_sign"
    """It left, and of the device nothing was heard since."""
    NO_CALL = "no_call"
    """The device speaks, but its test call did not come."""
    DEVICE_FAILED = "device_failed"
    """The device said that its self-test failed."""


@dataclass(frozen=True, slots=True)
class ChainTest:
    """The home's silent test calls. `due_at`: when the next one or the next try begins, or the wait for an answer ends.

    `device_id` was asked last, at `asked_at`, by the notification `asked_by`; `awaited` while its call is expected, `tries` so
    far, `sent` once the broker had the command. One came back last at `proven_at`, from `proven_device_id`, after `took_ms`.
    `failed_at`, `hop`, `detail`: since when none came back, and how far the newest was seen to come.
    """

    due_at: datetime | None = None
    device_id: str | None = None
    asked_at: datetime | None = None
    asked_by: str | None = None
    awaited: bool = False
    tries: int = 0
    sent: bool = False
    proven_at: datetime | None = None
    proven_device_id: str | None = None
    took_ms: int | None = None
    failed_at: datetime | None = None
    hop: Hop | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class HandTest:
    """Somebody beside the elder tests the keys by hand (试按): presses until then are marked so, and go to everybody as ever."""

    by: str
    since_at: datetime
    until_at: datetime


@record
class Home:
    """Everything the hub knows and decides about one home.

    `alerts` and `requests` hold the open ones only, by id. `rules` holds rule states by `rule|subject`; an absent key means
    inactive. `presses` holds what is known of each pressed key, by device. `unjudged` is set when a step for this home raised:
    its calls still alert, its rules are not trusted.
    `mistakes` holds the presses by mistake that count still, by device, elder or home. `days` is what was learned of its days and
    nights; None until a sensor told of life. `wellbeing` is each person's newest readings and own normal, by elder, or by
    device where nobody wears it. `silences` are those that last or are planned, with what they hold back.
    """

    id: str
    profile: Profile
    devices: Mapping[str, DeviceState] = field(default_factory=dict)
    rules: Mapping[str, RuleState] = field(default_factory=dict)
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    requests: Mapping[str, ServiceRequest] = field(default_factory=dict)
    away: tuple[Away, ...] = ()
    unjudged: bool = False
    wake_at: datetime | None = None
    presses: Mapping[str, Press] = field(default_factory=dict)
    mistakes: Mapping[str, MistakeCount] = field(default_factory=dict)
    chain_test: ChainTest = ChainTest()
    hand_test: HandTest | None = None
    days: Days | None = None
    wellbeing: Mapping[str, Wellbeing] = field(default_factory=dict)
    silences: tuple[Silence, ...] = ()

    def alert_for(self, dedup_key: str) -> Alert | None:
        """The open alert of this key, of which there is at most one."""
        for alert in self.alerts.values():
            if alert.dedup_key == dedup_key or dedup_key in alert.also:
                return alert
        return None
