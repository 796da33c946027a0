"""Between the core's frozen dataclasses and the JSON text in the store's columns; adapters are built at first use.

A field that older text does not have takes its default, so a new field of a stored type must have one. Numbers are finite:
the contract lets no other reading in.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from types import UnionType
from typing import Any, Generic, TypeVar, get_args
from zlib import crc32

from pydantic import TypeAdapter

from hub.core.alerts import Alert
from hub.core.detection.days import Days
from hub.core.detection.habits import Habits
from hub.core.detection.wellbeing import Wellbeing
from hub.core.events import Command, DeliveryReport, DeviceEvent, Fact, Tick
from hub.core.home import Away, ChainTest, DeviceState, HandTest, MistakeCount, Press, Profile, RuleState
from hub.core.notifications import Notification
from hub.core.service_requests import ServiceRequest
from hub.core.silences import Silence
from hub.store.damaged import DamagedText

T = TypeVar("T")


class Codec(Generic[T]):
    """JSON of one type."""

    def __init__(self, of: Any) -> None:
        self._of = of

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self._of)

    def dump(self, value: T) -> str:
        return self._adapter.dump_json(value).decode()

    def load(self, text: str | bytes) -> T:
        """Raises `pydantic.ValidationError` for text that this type never wrote, ValueError for what is no text."""
        if isinstance(text, DamagedText):
            raise ValueError("it is not UTF-8")
        return self._adapter.validate_json(text)


_SEAL = b',"sum":"'
_SEALED_BY = len(_SEAL) + 8 + len(b'"}')


class SealedCodec(Codec[T]):
    """JSON of one type whose last member is a checksum of the others: one flipped bit can make another instant of a deadline, and
    text that reads well. What an older release wrote has none and is taken as it stands."""

    def __init__(self, of: Any, leave_out: Any = None) -> None:
        super().__init__(of)
        self._leave_out = leave_out

    def dump(self, value: T) -> str:
        text = self._adapter.dump_json(value, exclude=self._leave_out)
        return f'{text[:-1].decode()}{_SEAL.decode()}{crc32(text):08x}"}}'

    def load(self, text: str | bytes) -> T:
        """Raises as `Codec.load`, and ValueError for text that is not what was written."""
        return super().load(text if isinstance(text, DamagedText) else _unsealed(text))


def _unsealed(text: str | bytes) -> bytes:
    stored = text.encode() if isinstance(text, str) else text
    if stored[-_SEALED_BY : 8 - _SEALED_BY] != _SEAL:
        return stored
    plain = stored[:-_SEALED_BY] + b"}"
    if int(stored[-10:-2], 16) != crc32(plain):
        raise ValueError("it is not what was written")
    return plain


class UnionCodec(Generic[T]):
    """JSON of one of several types: `{"type": "Acknowledge", "data": {...}}`."""

    def __init__(self, of: UnionType) -> None:
        self._codecs: dict[str, Codec[Any]] = {member.__name__: Codec(member) for member in get_args(of)}

    def dump(self, value: T) -> str:
        name = type(value).__name__
        return f'{{"type":"{name}","data":{self._codecs[name].dump(value)}}}'

    def load(self, text: str | bytes) -> T:
        if isinstance(text, DamagedText):
            raise ValueError("it is not UTF-8")
        return self.load_plain(json.loads(text))

    def load_plain(self, tagged: Mapping[str, Any]) -> T:
        """From the already parsed object."""
        codec = self._codecs.get(tagged["type"])
        if codec is None:
            raise ValueError(f"unknown type {tagged['type']!r}; known: {', '.join(self._codecs)}")
        value: T = codec.load(json.dumps(tagged["data"]))
        return value


@dataclass(frozen=True, slots=True)
class HomeBody:
    """What a home's own row holds beside its columns."""

    away: tuple[Away, ...] = ()
    presses: Mapping[str, Press] = field(default_factory=dict)
    mistakes: Mapping[str, MistakeCount] = field(default_factory=dict)
    chain_test: ChainTest = field(default_factory=ChainTest)
    hand_test: HandTest | None = None
    silences: tuple[Silence, ...] = ()


class DeviceEventCodec:
    """A device event with its facts tagged by their type."""

    _event: Codec[DeviceEvent] = Codec(DeviceEvent)
    _fact: UnionCodec[Fact] = UnionCodec(Fact)

    def dump(self, event: DeviceEvent) -> str:
        facts = ",".join(self._fact.dump(fact) for fact in event.facts)
        return f'{{"event":{self._event.dump(replace(event, facts=()))},"facts":[{facts}]}}'

    def load(self, text: str | bytes) -> DeviceEvent:
        plain = json.loads(text)
        event = self._event.load(json.dumps(plain["event"]))
        return replace(event, facts=tuple(self._fact.load_plain(fact) for fact in plain["facts"]))


ALERT: Codec[Alert] = SealedCodec(Alert)
REQUEST: Codec[ServiceRequest] = SealedCodec(ServiceRequest)
DEVICE_STATE: Codec[DeviceState] = SealedCodec(DeviceState)
WELLBEING: Codec[Wellbeing] = SealedCodec(Wellbeing)
RULE_STATE: Codec[RuleState] = SealedCodec(RuleState)
PROFILE: Codec[Profile] = SealedCodec(Profile)
HOME_BODY: Codec[HomeBody] = SealedCodec(HomeBody)
DAYS: Codec[Days] = SealedCodec(Days, leave_out={"life": {"habits"}})
"""Without the habits, which are larger and change once a day."""
HABITS: Codec[Habits] = SealedCodec(Habits)
NOTIFICATION: Codec[Notification] = SealedCodec(Notification)
COMMAND: UnionCodec[Command] = UnionCodec(Command)
DELIVERY_REPORT: Codec[DeliveryReport] = Codec(DeliveryReport)
TICK: Codec[Tick] = Codec(Tick)
DEVICE_EVENT = DeviceEventCodec()


def _plain(value: object) -> object:
    """How a journal entry's data writes what JSON has no word for."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


_canonical = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False, default=_plain
)


def canonical(value: object) -> str:
    """One text for one value: keys sorted, no spaces. The journal's hash chain runs over it."""
    return _canonical.encode(value)
