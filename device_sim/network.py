"""How messages are spoilt between a device and the broker: doubled, late, overtaken, or joined by garbage."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from device_sim.publication import Publication
from device_sim.scenario import Distortion
from firmware_contracts.vocabulary import MAX_PAYLOAD_BYTES

# Longer than the pauses between messages of a busy device, so that the next one overtakes.
OVERTAKEN_WITHIN = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class Active:
    """One distortion and how long it lasts."""

    how: Distortion
    chance: float
    delay: timedelta
    until: datetime


@dataclass(slots=True)
class Distortions:
    """What lies on one device's way."""

    active: list[Active] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Spoilt:
    """One message as it arrives, and how much later."""

    publication: Publication
    delay: timedelta = timedelta(0)
    garbled: bool = False


def spoil(publication: Publication, distortions: Distortions, now: datetime, rng: Random) -> list[Spoilt]:
    """What becomes of one message; without distortions the message itself, at once."""
    if not distortions.active:
        return [Spoilt(publication)]
    distortions.active = [active for active in distortions.active if now < active.until]
    delay = timedelta(0)
    more: list[Spoilt] = []
    for active in distortions.active:
        if rng.random() >= active.chance:
            continue
        match active.how:
            case Distortion.DUPLICATE:
                more.append(Spoilt(publication, rng.random() * active.delay))
            case Distortion.LATE:
                delay += rng.uniform(0.1, 1.0) * active.delay
            case Distortion.REORDER:
                delay += rng.random() * OVERTAKEN_WITHIN
            case Distortion.GARBAGE:
                more.append(Spoilt(garbled(publication, rng), garbled=True))
    return [Spoilt(publication, delay), *more]


def garbled(publication: Publication, rng: Random) -> Publication:
    """Bytes on the same topic that break the contract, never retained."""
    payload = publication.payload
    content = json.loads(payload)
    kinds = (
        b"",
        b"\xff\xfe\x00\x01",
        b"null",
        b"[]",
        payload[: len(payload) // 2],
        json.dumps({**content, "v": "one", "seq": "many"}).encode(),
        json.dumps({**content, "v": 99}).encode(),
        json.dumps({**content, "v": float("nan")}).encode(),
        payload[:-1] + b"," + b" " * MAX_PAYLOAD_BYTES + b"}",
    )
    return Publication(publication.topic, rng.choice(kinds), publication.qos, retain=False)
