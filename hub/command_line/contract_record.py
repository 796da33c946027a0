"""What `hub contract check` saw, said and asked, in order: the bench fills it, the judges read it."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from firmware_contracts.messages import CallMessage, Envelope, FallMessage, StatusMessage
from firmware_contracts.reading import Received, Unreadable, receive
from firmware_contracts.topics import ROOT, Address
from firmware_contracts.vocabulary import COMMAND_SEGMENT, HEARTBEAT_EVERY_S


@dataclass(frozen=True, slots=True)
class Times:
    """How long things may take. `speed` belongs to a simulated device, whose minute passes in a second at 60."""

    speed: float = 1.0
    act_within: timedelta = timedelta(seconds=60)
    """For what a person does at the bench, and for what is to be seen of it."""
    will_within: timedelta = timedelta(seconds=100)
    """Keep-alive times 1.5, and what a network adds."""
    heard_after: timedelta = timedelta(seconds=1)
    repetitions: int = 5
    heartbeat: timedelta | None = timedelta(seconds=HEARTBEAT_EVERY_S)
    """None: heartbeats are not waited for."""
    slack: timedelta = timedelta(milliseconds=400)
    """What the way from the device to the bench may cost, in real time."""

    def real_s(self, seconds: float) -> float:
        """How long a stretch of the device's time takes here."""
        return seconds / self.speed

    @property
    def slack_s(self) -> float:
        """The slack in the device's time."""
        return self.slack.total_seconds() * self.speed


class Mark(StrEnum):
    """What the bench asked for, or said."""

    POWER = "power"
    PRESS = "press"
    CUT = "cut"
    RESTORE = "restore"
    BATTERY = "battery"
    HEARD = "heard"
    WAITED = "waited"


@dataclass(frozen=True, slots=True)
class Seen:
    """One message as the bench received it. `life` and `press` count from 0; -1: before the first. `stored`: out of the
    broker's store, not live."""

    at_s: float
    topic: str
    payload: bytes
    qos: int
    stored: bool
    life: int = -1
    press: int = -1
    content: Received | Unreadable | None = None

    @property
    def envelope(self) -> Envelope | None:
        """The message, if it has an envelope."""
        message = self.content.message if isinstance(self.content, Received) else None
        return message if isinstance(message, Envelope) else None

    @property
    def signal(self) -> CallMessage | FallMessage | None:
        """The message, if it is a call or a fall."""
        message = self.content.message if isinstance(self.content, Received) else None
        return message if isinstance(message, CallMessage | FallMessage) else None

    @property
    def status(self) -> StatusMessage | None:
        """The message, if it is a birth or a last will."""
        message = self.content.message if isinstance(self.content, Received) else None
        return message if isinstance(message, StatusMessage) else None


@dataclass(frozen=True, slots=True)
class Marked:
    """One entry of what was asked or said. `found`: what was waited for and came."""

    at_s: float
    mark: Mark
    press: int = -1
    event_id: str = ""
    what: str = ""
    found: Seen | None = None


@dataclass(slots=True)
class Record:
    """Everything, in the order of time. `shown`: what the person at the bench answered, None when nobody was asked."""

    device: Address
    times: Times
    has_signal: bool
    has_battery: bool
    seen: list[Seen] = field(default_factory=list)
    marks: list[Marked] = field(default_factory=list)
    stored_before: list[Seen] = field(default_factory=list)
    stored_after: list[Seen] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    shown: bool | None = None
    ended_early: str = ""

    def live(self, life: int | None = None) -> list[Seen]:
        """What the device published while the bench looked on."""
        return [seen for seen in self.seen if life is None or seen.life == life]

    def copies(self, press: int) -> list[Seen]:
        """The copies of one press."""
        return [seen for seen in self.seen if seen.press == press and seen.signal is not None]

    def marked(self, *marks: Mark) -> list[Marked]:
        """The entries of these kinds."""
        return [entry for entry in self.marks if entry.mark in marks]

    def waited(self, what: str) -> list[Marked]:
        """What was waited for under this name."""
        return [entry for entry in self.marks if entry.mark is Mark.WAITED and entry.what == what]

    def silent_stretches(self) -> list[tuple[float, float]]:
        """From each cut or loss of power to the next restoring: nothing can come then."""
        stretches, since = [], None
        for entry in self.marks:
            if entry.mark in {Mark.CUT, Mark.POWER} and since is None:
                since = entry.at_s
            elif since is not None and (
                entry.mark is Mark.RESTORE or (entry.mark is Mark.WAITED and entry.what == "birth")
            ):
                stretches.append((since, entry.at_s))
                since = None
        return stretches


def is_of(device: Address, topic: str) -> bool:
    """Whether a topic is the device's, or looks like a mistaken one of it: another home's devices are left alone."""
    if topic.startswith(f"{ROOT}/{device.cell}/{device.home}/{device.device}/"):
        return not topic.endswith(f"/{COMMAND_SEGMENT}")
    parts = topic.split("/")
    if len(parts) == 6 and topic.startswith(f"{ROOT}/"):
        # Written as it should be, so the sender is who it says: another one.
        return False
    return device.device in parts


def look(at_s: float, topic: str, payload: bytes, qos: int, *, stored: bool) -> Seen:
    """A message with its content read."""
    return Seen(at_s, topic, payload, qos, stored, content=receive(topic, payload))


def told(payload: bytes) -> Any:
    """What a payload says, for a report; None when it is no JSON."""
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None
