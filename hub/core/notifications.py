"""What the core wants said, to whom, and why: effects as data, performed by `hub/notify`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class NotifyReason(StrEnum):
    """Why a notification was sent. "Why did he call me?" is a query."""

    STEP = "step"
    STEP_REPEATED = "step_repeated"
    BUSY_BUTLER = "busy_butler"
    PRESSED_AGAIN = "pressed_again"
    SEVERITY_RAISED = "severity_raised"
    TAKEN_BY_OTHER = "taken_by_other"
    TAKEN_OVER = "taken_over"
    HOLD_EXPIRED = "hold_expired"
    RESOLVED = "resolved"
    CALL_STATE = "call_state"
    REASSURE = "reassure"
    RESIDENT_GONE = "resident_gone"
    ASSIGNED = "assigned"
    OVERDUE = "overdue"
    TAKEN_BACK = "taken_back"
    CHAIN_TEST = "chain_test"


class HoldReason(StrEnum):
    """Why a notification was not sent. "Why did nobody call?" is a query."""

    NOBODY_ON_DUTY = "nobody_on_duty"
    NO_CONTACT_METHOD = "no_contact_method"
    OUTSIDE_HOURS = "outside_hours"
    HOME_CANNOT_SPEAK = "home_cannot_speak"
    RESIDENT_UNCONFIRMED = "resident_unconfirmed"


HOME_CHANNEL = "home"
"""The channel that speaks into the elder's room: commands of the contract over MQTT. `address` is the device id."""


class Template(StrEnum):
    """What is said; senders turn it into words or into a command of the contract.

    ALERT: come, this happened. TAKEN: somebody has it, stand down. RESOLVED: it is over.
    REQUEST_ASSIGNED: this service request is yours. REQUEST_OVERDUE: it is late. REQUEST_TAKEN_BACK: it is not yours any more.
    Home templates are the rows of the table *Spoken to the elder*; HOME_SELF_TEST asks a device for a test call, silently;
    HOME_ARE_YOU_WELL asks a home in which nothing was heard for long; HOME_MEASURE_AGAIN asks for a strange reading once more.
    """

    ALERT = "alert"
    TAKEN = "taken"
    RESOLVED = "resolved"
    REQUEST_ASSIGNED = "request_assigned"
    REQUEST_OVERDUE = "request_overdue"
    REQUEST_TAKEN_BACK = "request_taken_back"
    HOME_ASKING = "home_asking"
    HOME_LOOKING = "home_looking"
    HOME_TAKEN = "home_taken"
    HOME_ON_THE_WAY = "home_on_the_way"
    HOME_AMBULANCE = "home_ambulance"
    HOME_MISTAKE = "home_mistake"
    HOME_CLOSED = "home_closed"
    HOME_SELF_TEST = "home_self_test"
    HOME_ARE_YOU_WELL = "home_are_you_well"
    HOME_MEASURE_AGAIN = "home_measure_again"


@dataclass(frozen=True, slots=True)
class Notification:
    """One message to one address over one channel. `id` is the idempotency key: re-sent with the same one.

    `data` holds what the words need (resident and person ids, surname to speak, severity, device, reason code...), never a
    secret. `cancel_on_answer`: not begun before somebody answered, it is never begun. `alert_id` is what it is about: an alert,
    or the service request that `request_id` names.
    """

    id: str
    alert_id: str
    home_id: str
    channel: str
    person_id: str | None
    address: str
    template: Template
    reason: NotifyReason
    created_at: datetime
    cancel_on_answer: bool
    data: Mapping[str, str | float | int | bool | None] = field(default_factory=dict)
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """Told to the pressing device right after the commit: the hub has it. Said again for every repetition.
    Not `spoken` where nobody lives who should be spoken to: the device only shows it."""

    home_id: str
    device_id: str
    event_id: str
    urgent: bool = True
    spoken: bool = True
