"""What comes out of decoding a message: an event, or the reason why there is none; read by the engine and `hub decode`."""

from dataclasses import dataclass
from enum import StrEnum

from firmware_contracts.vocabulary import RejectReason
from hub.core.events import DeviceEvent


class IgnoreReason(StrEnum):
    """Messages that are in order and mean nothing to the hub."""

    EMPTY = "empty"
    """No bytes: how a retained message is taken off a broker."""
    COMMAND = "command"
    """Somebody speaks to a device: never a sign from one."""
    GATEWAY_TALK = "gateway_talk"
    """A gateway about itself and its network: devices joined, lists, answers, logs."""
    REPEATED_ATTRIBUTE = "repeated_attribute"
    """One value of a message that comes whole on the device's own topic."""


@dataclass(frozen=True, slots=True)
class Ignored:
    reason: IgnoreReason
    home_id: str | None = None
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that could not be read. `signal`: it may be a press or a fall, so a known device's counts as urgent.

    `detail` holds no value of the message: it may stand in a log.
    """

    reason: RejectReason
    detail: str
    home_id: str | None = None
    device_id: str | None = None
    signal: bool = False


Decoded = DeviceEvent | Ignored | Rejected
