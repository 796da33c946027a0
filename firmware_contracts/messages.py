"""The wire messages, version 1: one pydantic model per kind upward, one per command downward.

Unknown fields are ignored, so that a newer device is still heard by an older hub; known fields are strict (a number is a
number, never a string). A message is UTF-8 JSON of at most `MAX_PAYLOAD_BYTES`.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from firmware_contracts.vocabulary import (
    EVENT_ID_PATTERN,
    ID_PATTERN,
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

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
Number = Annotated[float, Field(allow_inf_nan=False)]
EventId = Annotated[str, Field(pattern=EVENT_ID_PATTERN)]
DeviceId = Annotated[str, Field(pattern=ID_PATTERN)]


class WireModel(BaseModel):
    """Common settings: strict types, unknown fields ignored, immutable."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Envelope(WireModel):
    """What every upward message carries."""

    v: Literal[1]
    boot: Count = Field(description="Counter of boots, kept over power loss; one higher at each start.")
    seq: Count = Field(
        description="One higher with each new message of this boot; a repetition keeps its number."
    )
    uptime_ms: Count = Field(
        description="Milliseconds since this boot, monotonic, when the message was sent."
    )
    device_time: AwareDatetime | None = Field(
        default=None, description="The device's own clock with offset, or null: never trusted alone."
    )
    gateway: DeviceId | None = Field(
        default=None, description="The gateway that speaks for a one-way device."
    )
    rssi_dbm: Annotated[int, Field(ge=-150, le=20)] | None = None
    battery_percent: Annotated[int, Field(ge=0, le=100)] | None = None


class CallMessage(Envelope):
    """A key was pressed. Repeated with the same `event_id` and a growing `age_ms` until heard. Never retained."""

    event_id: EventId
    age_ms: Count = Field(description="Milliseconds from the press to the sending of this copy.")
    action: CallAction
    category: ServiceCategory | None = Field(
        default=None, description="Mandatory for `service`, absent otherwise."
    )
    cancels: EventId | None = Field(
        default=None, description="For `cancel`: the event it takes back, if known."
    )

    @model_validator(mode="after")
    def _category_belongs_to_service(self) -> "CallMessage":
        if (self.action is CallAction.SERVICE) != (self.category is not None):
            raise ValueError("category is mandatory for action 'service' and absent for every other action")
        return self


Sample = Annotated[list[Number], Field(min_length=3, max_length=3)]


class AccelerationWindow(WireModel):
    """Acceleration around a suspected fall, oldest sample first."""

    placement: Placement
    rate_hz: Annotated[Number, Field(ge=20, le=200)]
    range_g: Annotated[Number, Field(ge=2, le=32)]
    impact_index: Annotated[int, Field(ge=0)] | None = None
    samples_g: Annotated[list[Sample], Field(min_length=20, max_length=2000)] = Field(
        description="[x, y, z] in g, gravity included."
    )


class FallMessage(Envelope):
    """A fall is suspected, the person still lies, or got up. Repeated until heard, like a call."""

    event_id: EventId
    age_ms: Count
    phase: FallPhase
    window: AccelerationWindow | None = None


class VitalMessage(Envelope):
    """One or several vital signs measured together. Implausible numbers are accepted here and judged in the hub."""

    readings: Annotated[dict[Measure, Number | None], Field(min_length=1)] = Field(
        description="Null: measured, but no value came out (finger out, cuff loose). Never taken as normal."
    )
    age_ms: Count = Field(default=0, description="Milliseconds from the measurement to the sending.")


class BedMessage(Envelope):
    state: BedState


class MotionMessage(Envelope):
    moving: bool


class ContactMessage(Envelope):
    state: ContactState


class EnvironmentMessage(Envelope):
    """Hazards (true, false, or absent when not measured) and room climate; at least one of them."""

    smoke: bool | None = None
    gas: bool | None = None
    water: bool | None = None
    carbon_monoxide: bool | None = None
    temperature_c: Number | None = None
    humidity_percent: Annotated[Number, Field(ge=0, le=100)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "EnvironmentMessage":
        if all(
            value is None
            for value in (
                self.smoke,
                self.gas,
                self.water,
                self.carbon_monoxide,
                self.temperature_c,
                self.humidity_percent,
            )
        ):
            raise ValueError("an environment message names at least one hazard or climate value")
        return self


class StatusMessage(WireModel):
    """Birth (`online`: true, retained) or last will (`online`: false, retained). A will is written before the boot counter's
    sequence is known, so it carries only the boot."""

    v: Literal[1]
    online: bool
    boot: Count
    model: str | None = Field(default=None, max_length=64)
    firmware: str | None = Field(default=None, max_length=64)


class HeartbeatMessage(Envelope):
    """Nothing but the envelope: the device is alive."""


class FaultMessage(Envelope):
    fault: Fault
    detail: str | None = Field(default=None, max_length=200)


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

    v: Literal[1] = 1
    type: Literal["call_state"] = "call_state"
    event_id: EventId
    state: CallState
    by: str | None = Field(
        default=None, max_length=64, description="For taken and on_the_way: the role and surname to show."
    )
    say: str | None = Field(
        default=None,
        max_length=200,
        description="The sentence to speak, in the elder's language; said twice.",
    )
    valid_for_s: Annotated[int, Field(ge=1, le=3600)]


class SelfTestCommand(WireModel):
    """Run the self-test; the answer is a call with action `test` (audible false) or a fault `self_test_failed`."""

    v: Literal[1] = 1
    type: Literal["self_test"] = "self_test"
    audible: bool = False


class SpeakCommand(WireModel):
    v: Literal[1] = 1
    type: Literal["speak"] = "speak"
    say: Annotated[str, Field(min_length=1, max_length=200)]
    times: Annotated[int, Field(ge=1, le=5)] = 2


class BlinkCommand(WireModel):
    v: Literal[1] = 1
    type: Literal["blink"] = "blink"
    for_s: Annotated[int, Field(ge=1, le=3600)]


class SirenCommand(WireModel):
    """`for_s` 0 silences the siren."""

    v: Literal[1] = 1
    type: Literal["siren"] = "siren"
    for_s: Annotated[int, Field(ge=0, le=600)]


Command = Annotated[
    CallStateCommand | SelfTestCommand | SpeakCommand | BlinkCommand | SirenCommand,
    Field(discriminator="type"),
]

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
