"""What can happen to a home: device events, commands of people, ticks of the clock, reports of the senders.

Decoded facts only: how they came over the wire is known in `hub/ingest`, what they mean is decided in `hub/core/step.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from firmware_contracts.vocabulary import (
    BedState,
    CallAction,
    ContactState,
    FallPhase,
    Fault,
    Hazard,
    Measure,
    Placement,
    ServiceCategory,
)
from hub.core.alerts import Role, WhatItWas, WhatWasDone
from hub.core.home import AwayKind, Profile, Routine
from hub.core.record import record
from hub.core.service_requests import CancelReason, Remedy, RequestCategory, RequestState
from hub.core.silences import SilenceOf, SilenceReason

# --- facts that devices tell ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """A key was pressed. `event_id` is None for a foreign device, which has no ids."""

    event_id: str | None
    age: timedelta
    action: CallAction
    category: ServiceCategory | None = None
    cancels: str | None = None

    @property
    def urgent(self) -> bool:
        """A red key, or 助急 from whatever key."""
        return self.action is CallAction.EMERGENCY or (
            self.action is CallAction.SERVICE and self.category is ServiceCategory.URGENT_HELP
        )


@dataclass(frozen=True, slots=True)
class Window:
    """Acceleration around a suspected fall: samples in g, oldest first, gravity included. `impact_index`: the sample that the
    device took for the impact."""

    placement: Placement
    rate_hz: float
    range_g: float
    samples_g: tuple[tuple[float, float, float], ...]
    impact_index: int | None = None


@dataclass(frozen=True, slots=True)
class Fall:
    event_id: str | None
    age: timedelta
    phase: FallPhase
    window: Window | None = None


@record
class Vital:
    """Vital signs measured together; None where the device measured but got no value."""

    readings: Mapping[Measure, float | None]
    age: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Bed:
    state: BedState


@dataclass(frozen=True, slots=True)
class Motion:
    moving: bool


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody is there, or nobody is (a radar). Not movement: who lies still on the floor is present all day."""

    present: bool


@dataclass(frozen=True, slots=True)
class Contact:
    state: ContactState


@dataclass(frozen=True, slots=True)
class Environment:
    """Hazards that were measured (True or False) and room climate."""

    hazards: Mapping[Hazard, bool] = field(default_factory=dict)
    temperature_c: float | None = None
    humidity_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Vibration:
    """Something was moved or shaken (a foreign vibration sensor): a sign of life, not a fall."""


@dataclass(frozen=True, slots=True)
class Status:
    """Birth or last will. Retained by the broker, so it may be old: it never proves life by itself."""

    online: bool
    boot: int | None = None
    model: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True)
class Alive:
    """The device lives and says nothing else."""


@dataclass(frozen=True, slots=True)
class FaultReport:
    """A fault came (`active`) or went."""

    fault: Fault
    active: bool = True
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class UnreadableSignal:
    """A message on a call or fall topic of a known device that could not be read: urgent, for it may be a press; or, of a
    detector of this `hazard`, its alarm."""

    reason: str
    hazard: Hazard | None = None


@dataclass(frozen=True, slots=True)
class UnreadableTelemetry:
    """Any other message of a known device that could not be read: technical, never normal."""

    reason: str


Fact = (
    Call
    | Fall
    | Vital
    | Bed
    | Motion
    | Presence
    | Contact
    | Environment
    | Vibration
    | Status
    | Alive
    | FaultReport
    | UnreadableSignal
    | UnreadableTelemetry
)

# --- inputs -----------------------------------------------------------------------------------------------------------


@record
class DeviceEvent:
    """One decoded message: who sent it, where it stands in the sender's sequence, and the facts it tells.

    `boot`, `seq` and `uptime` are None for foreign devices. `fingerprint` tells identical bytes apart from others of the
    same device. `seen` is set by the engine: the event id was
    committed before (unique for 90 days), at `seen_at` where that is known; `seen_untold` besides, where an older release
    remembered the id and not what it told. `claimed_home` is the home in the topic when the device is unknown there and the event
    went to the cell's `unassigned` home. `elsewhere` is the home to which the device is assigned, when that is another one than
    the topic names.
    """

    home_id: str
    device_id: str
    facts: tuple[Fact, ...]
    boot: int | None = None
    seq: int | None = None
    uptime: timedelta | None = None
    observed_at: datetime | None = None
    gateway_id: str | None = None
    battery_percent: int | None = None
    rssi_dbm: int | None = None
    qos: int = 1
    retained: bool = False
    duplicate: bool = False
    fingerprint: int = 0
    seen: bool = False
    claimed_home: str | None = None
    seen_at: datetime | None = None
    elsewhere: str | None = None
    seen_untold: bool = False


class ActorRole(StrEnum):
    """In whose name a command is given."""

    OPERATOR = "operator"
    DUTY_MANAGER = "duty_manager"
    CENTRE_DUTY = "centre_duty"
    BUTLER = "butler"
    INSTALLER = "installer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    RESPONDER = "responder"
    SYSTEM = "system"


LOG_IN_MARK = "login:"
"""Before a log-in that is spelled as some other person's id: no person's id holds a colon, so journals tell the two apart."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command: a log-in's or a person's id, never a name (names are joined when shown)."""

    id: str
    role: ActorRole


@dataclass(frozen=True, slots=True)
class RaiseByHand:
    """Somebody telephoned: the operator raises an emergency for a home; same clock, same chain. `seen` is set by the engine: this
    command was carried out before."""

    home_id: str
    by: Actor
    command_id: str
    resident_id: str | None = None
    note: str = ""
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """`expected_version` None means: whatever the version (a responder's answer); otherwise compare and swap.
    `take_over_from` names who holds the alert and shall hold it no longer: nobody loses one to a slip of a key."""

    home_id: str
    alert_id: str
    by: Actor
    expected_version: int | None = None
    take_over_from: str | None = None


@dataclass(frozen=True, slots=True)
class GoOnTheWay:
    """`on_behalf_of` names who set out, as `by` was told by telephone: theirs the alert stays, or becomes."""

    home_id: str
    alert_id: str
    by: Actor
    expected_version: int | None = None
    take_over_from: str | None = None
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class ArriveOnSite:
    home_id: str
    alert_id: str
    by: Actor
    expected_version: int | None = None
    take_over_from: str | None = None
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class Resolve:
    """Of an alert that may be about either of two homes `at_home_id` says which it was; `home_unknown` that nobody can tell."""

    home_id: str
    alert_id: str
    by: Actor
    what_it_was: WhatItWas
    what_was_done: WhatWasDone
    note: str = ""
    expected_version: int | None = None
    at_home_id: str | None = None
    home_unknown: bool = False


@dataclass(frozen=True, slots=True)
class RecordAmbulance:
    """A person has telephoned 120 and says so; the elder is told. The hub itself never calls 120."""

    home_id: str
    alert_id: str
    by: Actor
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class AddNote:
    home_id: str
    alert_id: str
    by: Actor
    note: str


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """Somebody telephoned, or asked at the desk: a wish is opened for a home. `seen` is set by the engine: this command was
    carried out before."""

    home_id: str
    by: Actor
    command_id: str
    category: RequestCategory
    resident_id: str | None = None
    note: str = ""
    seen: bool = False


@dataclass(frozen=True, slots=True)
class AcceptRequest:
    """The assignee says yes; begun is it not yet."""

    home_id: str
    request_id: str
    by: Actor
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """A service request goes to another state. Assigned without `assignee_id`: to the home's own butler, or the cover.
    Cancelled needs `cancel_reason`; a task that is done, `remedy`."""

    home_id: str
    request_id: str
    by: Actor
    state: RequestState
    assignee_id: str | None = None
    note: str = ""
    expected_version: int | None = None
    cancel_reason: CancelReason | None = None
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class SetAway:
    """`resident_id` None: everybody of the home. Sensor rules pause between the dates; a button never does."""

    home_id: str
    by: Actor
    kind: AwayKind
    from_at: datetime
    until_at: datetime
    resident_id: str | None = None
    routine: Routine | None = None


@dataclass(frozen=True, slots=True)
class EndAway:
    """They are back: ends what has begun; of a routine, this time only. One that is still to come, or a whole routine, is
    ended by naming when it begins."""

    home_id: str
    by: Actor
    resident_id: str | None = None
    from_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SetSilence:
    """For a while nobody is told of such signs of the home, or (`device_id`) of one of its devices; what lasts is told at the
    end. `reason` is why, OTHER with a `note`."""

    home_id: str
    by: Actor
    of: SilenceOf
    reason: SilenceReason
    from_at: datetime
    until_at: datetime
    device_id: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class EndSilence:
    home_id: str
    by: Actor
    silence_id: str


@dataclass(frozen=True, slots=True)
class TellWho:
    """An alert about everybody of the home is about one of them (or, for None, about everybody after all)."""

    home_id: str
    alert_id: str
    by: Actor
    resident_id: str | None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class TellWhere:
    """An alert that names two homes is about this one of them."""

    home_id: str
    alert_id: str
    by: Actor
    at_home_id: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class SetProfile:
    """The directory changed: the home as it is from now on."""

    home_id: str
    by: Actor
    profile: Profile


@dataclass(frozen=True, slots=True)
class StartHandTest:
    """Somebody stands beside the elder and tests the keys (试按): presses of the next minutes are marked so. They stay presses:
    everybody is told as ever."""

    home_id: str
    by: Actor


@dataclass(frozen=True, slots=True)
class PassHandTest:
    """Whoever tests the keys says of the alert of a press that this was their test: it is over, and its keys are proven."""

    home_id: str
    alert_id: str
    by: Actor


@dataclass(frozen=True, slots=True)
class ShiftGap:
    """An empty place of the shift that begins, or of this one, or somebody on it who cannot be told; `kind` as the roster's
    outlook names it. `place` and `person` are names, `from_local` is the people's time; empty: it has begun already."""

    key: str
    kind: str
    role: Role | None = None
    place: str = ""
    person: str = ""
    from_local: str = ""
    elders: int = 0


@dataclass(frozen=True, slots=True)
class TellShiftGaps:
    """All that is wrong with the shift that begins and with the one that lasts: what is new is told, what is not named any more
    is over."""

    home_id: str
    by: Actor
    gaps: tuple[ShiftGap, ...]


@dataclass(frozen=True, slots=True)
class ChannelOutage:
    """A way to people over which nothing comes through since an instant of the people's time; `unreached` notifications have
    failed since then, one after the other."""

    channel: str
    since_local: str
    unreached: int = 0


@dataclass(frozen=True, slots=True)
class TellChannelOutages:
    """All ways to people over which nothing comes through: what is new is told, what is not named any more is over."""

    home_id: str
    by: Actor
    outages: tuple[ChannelOutage, ...]


Command = (
    RaiseByHand
    | Acknowledge
    | GoOnTheWay
    | ArriveOnSite
    | Resolve
    | RecordAmbulance
    | AddNote
    | OpenRequest
    | AcceptRequest
    | MoveRequest
    | SetAway
    | EndAway
    | SetSilence
    | EndSilence
    | TellWho
    | TellWhere
    | SetProfile
    | StartHandTest
    | PassHandTest
    | TellShiftGaps
    | TellChannelOutages
)


@dataclass(frozen=True, slots=True)
class Tick:
    """The home's `wake_at` has come."""

    home_id: str


class DeliveryOutcome(StrEnum):
    """What became of an attempt. `RECEIVED`: a receipt came back from the person's device or the home's."""

    SENT = "sent"
    RECEIVED = "received"
    RETRY = "retry"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A sender tells what became of an attempt; `detail` holds no address and no text of the message. `alert_id` and `request_id`
    are those of the notification."""

    home_id: str
    notification_id: str
    alert_id: str
    outcome: DeliveryOutcome
    attempt: int
    next_attempt_at: datetime | None = None
    detail: str = ""
    request_id: str | None = None


Input = DeviceEvent | Command | Tick | DeliveryReport
