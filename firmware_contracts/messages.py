"""The wire messages, version 1: one pydantic model per kind upward, one per command downward.

Unknown fields are ignored, so that a newer device is still heard by an older hub; known fields are strict (a number is a
number, never a string). A message is UTF-8 JSON of at most `MAX_PAYLOAD_BYTES`; `reading.py` reads it.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    Field,
    TypeAdapter,
    model_validator,
)
from pydantic_core import PydanticCustomError

from firmware_contracts.vocabulary import (
    EVENT_ID_PATTERN,
    ID_PATTERN,
    MAX_COUNT,
    BedState,
    CallAction,
    CallState,
    ContactState,
    FallPhase,
    Fault,
    Kind,
    Measure,
    Placement,
    ServiceCategory,
)


def _device_clock(value: object) -> datetime | None:
    """The time that a device claims, or None when its clock says nothing usable.

    A clock chip that lost its battery gives any digits. That must not cost a press, so an impossible time counts as none;
    only a value that is no text at all is an error.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    elif value is not None and not isinstance(value, datetime):
        raise PydanticCustomError("string_type", "Input should be a time as text, or null")
    if value is None or value.tzinfo is None or not 2000 <= value.year < 2100:
        return None
    return value


Version = Annotated[int, Field(ge=1, le=1, json_schema_extra={"const": 1})]
Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]
Number = Annotated[float, Field(allow_inf_nan=False)]
EventId = Annotated[str, Field(pattern=EVENT_ID_PATTERN)]
DeviceId = Annotated[str, Field(pattern=ID_PATTERN)]
DeviceTime = Annotated[AwareDatetime | None, BeforeValidator(_device_clock)]


class WireModel(BaseModel):
    """Common settings: strict types, unknown fields ignored, immutable."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Envelope(WireModel):
    """What every upward message except `status` carries."""

    v: Version = Field(description="Version of the contract: 1.")
    boot: Count = Field(description="Counter of boots, kept over power loss; one higher at each start.")
    seq: Count = Field(
        description="One higher with each new message of this boot; a repetition keeps its number."
    )
    uptime_ms: Count = Field(
        description="Milliseconds since this boot, monotonic, when this copy of the message was sent."
    )
    device_time: DeviceTime = Field(
        default=None,
        description="The device's own clock with offset (RFC 3339), or null. Never trusted alone; an impossible time "
        "counts as null.",
    )
    gateway: DeviceId | None = Field(
        default=None, description="The device id of the gateway that speaks for a one-way device."
    )
    rssi_dbm: Annotated[int, Field(ge=-150, le=20)] | None = Field(
        default=None,
        description="Strength of the radio signal, in dBm, at the receiving end of the weakest hop.",
    )
    battery_percent: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=None, description="Charge that is left, in percent; absent or null on a mains device."
    )


_CATEGORY_RULE: dict[str, Any] = {
    "if": {"properties": {"action": {"const": "service"}}},
    "then": {"required": ["category"], "properties": {"category": {"type": "string"}}},
    "else": {"properties": {"category": {"type": "null"}}},
}


class CallMessage(Envelope):
    """A key was pressed. Repeated with the same `event_id` and a growing `age_ms` until heard. Never retained."""

    model_config = ConfigDict(json_schema_extra=_CATEGORY_RULE)

    event_id: EventId = Field(
        description="The id of this press: new for each press, the same in each repetition, not reused for 90 days."
    )
    age_ms: Count = Field(description="Milliseconds from the press to the sending of this copy.")
    action: CallAction = Field(description="What the key, or the self-test, means.")
    category: ServiceCategory | None = Field(
        default=None, description="Mandatory for `service`, absent or null otherwise."
    )
    cancels: EventId | None = Field(
        default=None, description="For `cancel`: the event it takes back, if known; ignored otherwise."
    )

    @model_validator(mode="after")
    def _category_belongs_to_service(self) -> Self:
        if (self.action is CallAction.SERVICE) != (self.category is not None):
            raise ValueError("category is mandatory for action 'service' and absent for every other action")
        return self


Sample = Annotated[list[Number], Field(min_length=3, max_length=3), FailFast()]


class AccelerationWindow(WireModel):
    """Acceleration around a suspected fall, oldest sample first."""

    placement: Placement = Field(description="Where the sensor is worn.")
    rate_hz: Annotated[Number, Field(ge=20, le=200)] = Field(description="Samples per second.")
    range_g: Annotated[Number, Field(ge=2, le=32)] = Field(
        description="Largest magnitude the sensor can tell, in g: a sample at it is clipped."
    )
    impact_index: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="Index of the sample that the device takes for the impact, counted from 0."
    )
    samples_g: Annotated[list[Sample], Field(min_length=20, max_length=2000), FailFast()] = Field(
        description="[x, y, z] in g, gravity included."
    )

    @model_validator(mode="after")
    def _impact_is_a_sample(self) -> Self:
        if self.impact_index is not None and self.impact_index >= len(self.samples_g):
            raise ValueError("impact_index points past the last sample")
        return self


class FallMessage(Envelope):
    """A fall is suspected, the person still lies, or got up. Repeated until heard, like a call. Never retained."""

    event_id: EventId = Field(
        description="The id of this finding: each phase has its own, the same in each repetition, not reused for 90 days."
    )
    age_ms: Count = Field(description="Milliseconds from the finding to the sending of this copy.")
    phase: FallPhase = Field(description="What the device found.")
    window: AccelerationWindow | None = Field(
        default=None,
        description="The acceleration that led to the finding, so that the hub can judge it again.",
    )


class VitalMessage(Envelope):
    """One or several vital signs measured together. Implausible numbers are accepted here and judged in the hub."""

    readings: Annotated[dict[Measure, Number | None], Field(min_length=1, max_length=len(Measure))] = Field(
        description="Null: measured, but no value came out (finger out, cuff loose). Never taken as normal."
    )
    age_ms: Count = Field(default=0, description="Milliseconds from the measurement to the sending.")


class BedMessage(Envelope):
    """A bed mat or radar tells where the person is, at each change and with at most one heartbeat between."""

    state: BedState = Field(description="What the bed sensor sees now.")


class MotionMessage(Envelope):
    """A motion sensor sees movement, or has seen none for its hold time."""

    moving: bool = Field(description="True: movement now. False: the hold time ended without any.")


class ContactMessage(Envelope):
    """A door, window or drawer was opened or closed."""

    state: ContactState = Field(description="How the contact stands now.")


class EnvironmentMessage(Envelope):
    """Hazards (true, false, or absent when not measured) and room climate; at least one of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {
                    "required": [name],
                    "properties": {name: {"type": "boolean" if index < 4 else "number"}},
                }
                for index, name in enumerate(
                    ("smoke", "gas", "water", "carbon_monoxide", "temperature_c", "humidity_percent")
                )
            ]
        }
    )

    smoke: bool | None = Field(default=None, description="Smoke is seen. Null or absent: not measured.")
    gas: bool | None = Field(
        default=None, description="Combustible gas is sensed. Null or absent: not measured."
    )
    water: bool | None = Field(
        default=None, description="Water stands at the sensor. Null or absent: not measured."
    )
    carbon_monoxide: bool | None = Field(
        default=None, description="Carbon monoxide is over the alarm level. Null or absent: not measured."
    )
    temperature_c: Number | None = Field(
        default=None, description="Room temperature in degrees Celsius; null: not measured."
    )
    humidity_percent: Annotated[Number, Field(ge=0, le=100)] | None = Field(
        default=None, description="Relative humidity of the room in percent; null: not measured."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if (
            self.smoke is None
            and self.gas is None
            and self.water is None
            and self.carbon_monoxide is None
            and self.temperature_c is None
            and self.humidity_percent is None
        ):
            raise ValueError("an environment message names at least one hazard or climate value")
        return self


class StatusMessage(WireModel):
    """Birth (`online`: true) or last will (`online`: false); both retained, so each replaces the other.

    A will is handed to the broker when the device connects and spoken later by the broker: a sequence number or uptime in
    it would be a lie by then, so of the envelope only `v` and `boot` remain. The boot tells a will of an earlier life, which
    says nothing any more, from the news that this one ended.
    """

    v: Version = Field(description="Version of the contract: 1.")
    online: bool = Field(description="True in the birth, false in the last will.")
    boot: Count = Field(description="Counter of boots, kept over power loss; the same as in the envelope.")
    model: str | None = Field(default=None, max_length=64, description="Maker's name of the device type.")
    firmware: str | None = Field(default=None, max_length=64, description="Version of the firmware.")


class HeartbeatMessage(Envelope):
    """Nothing but the envelope: the device is alive."""


class FaultMessage(Envelope):
    """Something is wrong with the device, or right again. Sent once per change, in the urgent session."""

    fault: Fault = Field(description="What is wrong, or what it is about when `active` is false.")
    active: bool = Field(default=True, description="True: the fault came. False: it is gone.")
    detail: str | None = Field(
        default=None,
        max_length=200,
        description="For the technician: codes and measurements, never about a person.",
    )


UpMessage = (
    CallMessage
    | FallMessage
    | VitalMessage
    | BedMessage
    | MotionMessage
    | ContactMessage
    | EnvironmentMessage
    | StatusMessage
    | HeartbeatMessage
    | FaultMessage
)

MESSAGES: dict[Kind, type[UpMessage]] = {
    Kind.CALL: CallMessage,
    Kind.FALL: FallMessage,
    Kind.VITAL: VitalMessage,
    Kind.BED: BedMessage,
    Kind.MOTION: MotionMessage,
    Kind.CONTACT: ContactMessage,
    Kind.ENVIRONMENT: EnvironmentMessage,
    Kind.STATUS: StatusMessage,
    Kind.HEARTBEAT: HeartbeatMessage,
    Kind.FAULT: FaultMessage,
}


class CallStateCommand(WireModel):
    """Where a call stands; the device shows it for `valid_for_s` and then falls back to its own unheard or idle state."""

    v: Version = Field(default=1, description="Version of the contract: 1.")
    type: Literal["call_state"] = Field(default="call_state", description="Which command this is.")
    event_id: EventId = Field(description="The call or fall that it is about, as the device named it.")
    state: CallState = Field(description="Where it stands.")
    by: str | None = Field(
        default=None, max_length=64, description="For taken and on_the_way: the role and surname to show."
    )
    say: str | None = Field(
        default=None,
        max_length=200,
        description="The sentence to speak, in the elder's language; said twice.",
    )
    valid_for_s: Annotated[int, Field(ge=1, le=3600)] = Field(
        description="Seconds for which this is true; after them the device no longer shows or says it."
    )


class SelfTestCommand(WireModel):
    """Run the self-test; the answer is a call with action `test`, or a fault `self_test_failed`."""

    v: Version = Field(default=1, description="Version of the contract: 1.")
    type: Literal["self_test"] = Field(default="self_test", description="Which command this is.")
    audible: bool = Field(
        default=False, description="True: the test may be heard and seen. False: nobody is disturbed."
    )


class SpeakCommand(WireModel):
    """Say a sentence through the loudspeaker."""

    v: Version = Field(default=1, description="Version of the contract: 1.")
    type: Literal["speak"] = Field(default="speak", description="Which command this is.")
    say: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="The sentence to speak.")
    times: Annotated[int, Field(ge=1, le=5)] = Field(default=2, description="How often it is said.")


class BlinkCommand(WireModel):
    """Blink, so that somebody in the room can tell which device is meant."""

    v: Version = Field(default=1, description="Version of the contract: 1.")
    type: Literal["blink"] = Field(default="blink", description="Which command this is.")
    for_s: Annotated[int, Field(ge=1, le=3600)] = Field(description="Seconds to blink.")


class SirenCommand(WireModel):
    """Sound the siren, or silence it."""

    v: Version = Field(default=1, description="Version of the contract: 1.")
    type: Literal["siren"] = Field(default="siren", description="Which command this is.")
    for_s: Annotated[int, Field(ge=0, le=600)] = Field(description="Seconds to sound; 0 silences it.")


Command = Annotated[
    CallStateCommand | SelfTestCommand | SpeakCommand | BlinkCommand | SirenCommand,
    Field(discriminator="type"),
]

COMMANDS: dict[str, type[BaseModel]] = {
    "call_state": CallStateCommand,
    "self_test": SelfTestCommand,
    "speak": SpeakCommand,
    "blink": BlinkCommand,
    "siren": SirenCommand,
}

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
