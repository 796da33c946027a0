"""What a recording of a home comes to: signs of life in order, and where they stand, when the person slept and was out."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.detection.inactivity import Sign
from hub.evaluation.report import Skipped


class Kind(StrEnum):
    """What a sensor tells when it switches on and off."""

    BED = "bed"
    SEAT = "seat"
    EXIT_DOOR = "exit_door"
    TOUCHED = "touched"
    """On and off are both a hand: doors, drawers, taps, lamps, and movement that begins and ends."""
    RUNS_OUT = "runs_out"
    """Only on is a hand: a machine ends by itself, a cistern fills."""


@dataclass(frozen=True, slots=True)
class Span:
    """A sensor that was on from `start` to `end`; None: its end is not to be believed. Local time, marked as UTC."""

    start: datetime
    end: datetime | None
    kind: Kind
    sensor: str


@dataclass(frozen=True, slots=True)
class HomeDays:
    """One home. `asleep` and `out` are what people wrote down; empty: nobody did."""

    source: str
    home: str
    signs: tuple[tuple[datetime, Sign], ...]
    asleep: tuple[tuple[datetime, datetime], ...] = ()
    out: tuple[tuple[datetime, datetime], ...] = ()


_BED = re.compile(r"(?<![a-z])bed(?!room|[a-z])", re.IGNORECASE)
_SEAT = re.compile(r"(?<![a-z])(seat|sofa|couch|chair|armchair)(?![a-z])", re.IGNORECASE)
_PRESSED = re.compile(r"pressure|mat(?![a-z])|sensor|^seat$", re.IGNORECASE)
_BESIDE_BED = re.compile(
    r"door|light|lamp|drawer|table|closet|curtain|window|side|pir(?![a-z])|motion", re.IGNORECASE
)
_EXIT_DOOR = re.compile(
    r"\b(front|main|entrance|entry|exit|outside|outer|apartment|house)[ _-]*door", re.IGNORECASE
)
_RUNS_OUT = re.compile(
    r"flush|microwave|toaster|oven|burner|stove|coffee|dish\s*washer|washing|washer|laundry|dryer|kettle|radio|\btv\b|dvd|stereo",
    re.IGNORECASE,
)


def kind_of(sensor: str) -> Kind:
    """What a sensor of this name tells; the names are those of the recordings, in English."""
    if _EXIT_DOOR.search(sensor):
        return Kind.EXIT_DOOR
    if _BED.search(sensor) and not _BESIDE_BED.search(sensor):
        return Kind.BED
    if _SEAT.search(sensor) and _PRESSED.search(sensor) and "toilet" not in sensor.lower():
        return Kind.SEAT
    return Kind.RUNS_OUT if _RUNS_OUT.search(sensor) else Kind.TOUCHED


_APART = timedelta(days=400)
LONGEST_SPAN = timedelta(days=2)
"""A sensor that was on for longer had stopped, not lasted."""


def signs(spans: Iterable[Span], where: str, skipped: list[Skipped]) -> tuple[tuple[datetime, Sign], ...]:
    """The signs of life in order. A bed of several mats is left when the last one is; spans told twice count once; what lies
    more than 400 days from the middle of the recording has a wrong date."""
    known = sorted(set(spans), key=lambda span: (span.start, span.sensor))
    if not known:
        return ()
    middle = known[len(known) // 2].start
    changes: list[tuple[datetime, int, Span]] = []
    for span in known:
        if abs(span.start - middle) > _APART:
            skipped.append(Skipped(f"{where}, {span.start:%Y-%m-%d}", "has a date far from all the others"))
            continue
        changes.append((span.start, 1, span))
        if span.end is not None and not span.start <= span.end <= span.start + LONGEST_SPAN:
            skipped.append(
                Skipped(
                    f"{where}, {span.start:%Y-%m-%d %H:%M:%S} {span.sensor}",
                    "ends before it began, or days later",
                )
            )
        elif span.end is not None:
            changes.append((span.end, 0, span))
    return tuple(_in_order(sorted(changes, key=lambda change: (change[0], change[1]))))


def _in_order(changes: Iterable[tuple[datetime, int, Span]]) -> Iterator[tuple[datetime, Sign]]:
    pressed = {Kind.BED: 0, Kind.SEAT: 0}
    taken = {Kind.BED: Sign.IN_BED, Kind.SEAT: Sign.SAT_DOWN}
    left = {Kind.BED: Sign.OUT_OF_BED, Kind.SEAT: Sign.STOOD_UP}
    for at, on, span in changes:
        if span.kind in pressed:
            # One without an end presses for a moment only: nobody knows when it was left.
            lasting = span.end is not None and span.start <= span.end <= span.start + LONGEST_SPAN
            if not lasting:
                yield at, Sign.MOVED
                continue
            pressed[span.kind] += 1 if on else -1
            if on and pressed[span.kind] == 1:
                yield at, taken[span.kind]
            elif not on and pressed[span.kind] == 0:
                yield at, left[span.kind]
            else:
                yield at, Sign.MOVED
        elif span.kind is Kind.EXIT_DOOR:
            yield at, Sign.EXIT_DOOR
        elif on or span.kind is Kind.TOUCHED:
            yield at, Sign.MOVED
