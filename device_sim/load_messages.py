"""What the load generator sends: payloads made ready for every device of a fleet, mixed by share."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from device_sim.deeds import (
    MEASURES,
    SPEAKS_AS,
    BedChange,
    Deed,
    Door,
    Fall,
    Measured,
    Movement,
    Press,
    can_do,
)
from device_sim.spec import DeviceKind, Family, FleetSpec, SpecError
from device_sim.waveforms import fall_window
from firmware_contracts.topics import address
from firmware_contracts.vocabulary import CONTRACT_VERSION, Measure

MIX: dict[str, type[Deed]] = {
    "vitals": Measured,
    "calls": Press,
    "falls": Fall,
    "motions": Movement,
    "contacts": Door,
    "beds": BedChange,
}
URGENT = frozenset({"calls", "falls"})

_VARIANTS = 32

_NORMAL: dict[Measure, tuple[float, float]] = {
    Measure.HEART_RATE_BPM: (60, 85),
    Measure.SPO2_PERCENT: (96, 99),
    Measure.RESPIRATION_PER_MIN: (13, 19),
    Measure.TEMPERATURE_C: (36.3, 37.2),
    Measure.SYSTOLIC_MMHG: (115, 145),
    Measure.DIASTOLIC_MMHG: (65, 85),
    Measure.GLUCOSE_MMOL_L: (4.5, 7.5),
}


def parse_mix(text: str) -> dict[str, float]:
    """`vitals=98,calls=1,falls=1` as shares; raises SpecError with every mistake."""
    mix: dict[str, float] = {}
    mistakes: list[str] = []
    for part in text.split(","):
        name, _, share = part.partition("=")
        if name not in MIX:
            mistakes.append(f"--mix: unknown kind {name!r}; known: {', '.join(MIX)}")
        try:
            mix[name] = float(share)
        except ValueError:
            mistakes.append(f"--mix: the share of {name!r} is {share!r}, which is no number")
    if not mistakes and (min(mix.values()) < 0 or sum(mix.values()) <= 0):
        mistakes.append("--mix: shares may not be negative, and one must be above 0")
    if mistakes:
        raise SpecError("\n".join(mistakes))
    return mix


@dataclass(slots=True)
class Source:
    """One device that sends one kind of message; its sequence is its own."""

    topic: bytes
    head: bytes
    tails: tuple[bytes, ...]
    event: str | None
    clock: list[int]
    """The device's last sequence number, shared by all kinds of message it sends."""

    def payload(self, uptime_ms: int, boot: int) -> tuple[bytes, str | None]:
        """The next message and its event id."""
        self.clock[0] += 1
        seq = self.clock[0]
        event_id = f"{self.event}-{boot}-{seq}" if self.event is not None else None
        event = b"" if event_id is None else b'"event_id":"%s","age_ms":0,' % event_id.encode()
        tail = self.tails[seq % len(self.tails)]
        return b'%s"seq":%d,"uptime_ms":%d,%s%s' % (self.head, seq, uptime_ms, event, tail), event_id


def sources(fleet: FleetSpec, mix: dict[str, float], boot: int, rng: Random) -> dict[str, list[Source]]:
    """The senders of each kind; raises SpecError when a kind of the mix has none."""
    found: dict[str, list[Source]] = {name: [] for name, share in mix.items() if share > 0}
    head = b'{"v":%d,"boot":%d,"battery_percent":80,' % (CONTRACT_VERSION, boot)
    ready: dict[tuple[str, DeviceKind], tuple[bytes, ...]] = {}
    number = 0
    for home in fleet.homes:
        for device in home.devices:
            number += 1
            clock = [0]
            place = address(fleet.cell, home.id, device.id)
            for name, senders in found.items():
                deed = MIX[name]
                if device.family is not Family.NATIVE or not can_do(device.kind, deed):
                    continue
                if (name, device.kind) not in ready:
                    ready[name, device.kind] = _tails(name, MEASURES.get(device.kind, ()), rng)
                event = f"load{number}" if name in URGENT else None
                topic = place.up(SPEAKS_AS[deed]).encode()
                senders.append(Source(topic, head, ready[name, device.kind], event, clock))
    missing = [name for name, senders in found.items() if not senders]
    if missing:
        raise SpecError(f"--mix: no device of this fleet can send {', '.join(missing)}")
    return found


def _tails(name: str, measures: tuple[Measure, ...], rng: Random) -> tuple[bytes, ...]:
    def encoded(content: dict[str, Any]) -> bytes:
        return json.dumps(content, separators=(",", ":"))[1:].encode()

    match name:
        case "vitals":
            return tuple(
                encoded({"readings": {m: round(rng.uniform(*_NORMAL[m]), 1) for m in measures}})
                for _ in range(_VARIANTS)
            )
        case "calls":
            return (encoded({"action": "emergency"}),)
        case "falls":
            window = fall_window(rng).model_dump(mode="json")
            return (encoded({"phase": "suspected", "window": window}),)
        case "motions":
            return encoded({"moving": True}), encoded({"moving": False})
        case "contacts":
            return encoded({"state": "open"}), encoded({"state": "closed"})
        case _:
            return encoded({"state": "in_bed"}), encoded({"state": "out_of_bed"})


Message = Callable[[int], tuple[str, bytes, bytes, str | None]]


def messages(
    senders: dict[str, list[Source]], mix: dict[str, float], boot: int, rng: Random
) -> Iterator[Message]:
    """An endless shuffled sequence of messages; each is filled in with the uptime when it is sent."""
    names = list(senders)
    weights = [mix[name] for name in names]
    turns = dict.fromkeys(names, 0)
    for source_list in senders.values():
        rng.shuffle(source_list)
    while True:
        for name in rng.choices(names, weights, k=1000):
            source = senders[name][turns[name] % len(senders[name])]
            turns[name] += 1

            def fill(
                uptime_ms: int, name: str = name, source: Source = source
            ) -> tuple[str, bytes, bytes, str | None]:
                payload, event_id = source.payload(uptime_ms, boot)
                return name, source.topic, payload, event_id

            yield fill
