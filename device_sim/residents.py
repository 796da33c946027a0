"""A resident's day: sleep, rising, rooms, meals, out of home, nights; the devices around notice it as deeds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from random import Random

from device_sim.deeds import BedChange, Door, Movement
from device_sim.spec import DeviceKind
from firmware_contracts.vocabulary import BedState, ContactState

LOCAL = timezone(timedelta(hours=8))
"""The one civil time of the homes; it knows no summer time."""

BEDROOM = "bedroom"
BATHROOM = "bathroom"
KITCHEN = "kitchen"
LIVING_ROOM = "living_room"
ENTRANCE = "entrance"

_READING_AT_NIGHT_EVERY = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class TakeReading:
    """The resident uses a device of this kind, or lies on it."""

    kind: DeviceKind


@dataclass(frozen=True, slots=True)
class Activity:
    """Something a resident does at an instant; `room` is where a motion or door sensor would see it."""

    at: datetime
    what: Movement | Door | BedChange | TakeReading
    room: str | None = None


@dataclass(frozen=True, slots=True)
class Habits:
    """What a person's days have in common; each day varies around it."""

    wakes: time = time(6, 0)
    to_bed: time = time(21, 0)
    goes_out: time = time(9, 0)
    outing: timedelta = timedelta(minutes=75)
    goes_out_chance: float = 0.8
    toilet_visits_at_night: int = 1
    varies_by: timedelta = timedelta(minutes=15)


def habits_of(rng: Random) -> Habits:
    """One person's habits: no two wake at the same minute."""
    return Habits(
        wakes=time(5, rng.randint(0, 59)),
        to_bed=time(rng.choice((20, 21)), rng.randint(0, 59)),
        goes_out=time(rng.choice((8, 9, 15)), rng.randint(0, 59)),
        outing=timedelta(minutes=rng.randint(30, 120)),
        goes_out_chance=rng.uniform(0.5, 0.95),
        toilet_visits_at_night=rng.choice((0, 1, 1, 2)),
    )


def plan_day(day: date, habits: Habits, rng: Random) -> list[Activity]:
    """One local day from midnight to midnight, in order of time."""

    def around(clock: time) -> datetime:
        spread = habits.varies_by
        return datetime.combine(day, clock, LOCAL) + rng.uniform(-1, 1) * spread

    midnight = datetime.combine(day, time(0), LOCAL)
    wakes, to_bed = around(habits.wakes), around(habits.to_bed)
    planned: list[Activity] = []
    planned += _asleep(midnight, wakes, habits.toilet_visits_at_night, rng)
    planned += _rises(wakes, rng)
    leaves = around(habits.goes_out) if rng.random() < habits.goes_out_chance else None
    back = leaves + habits.outing if leaves else None
    for at, room in _rooms(wakes + timedelta(minutes=40), to_bed - timedelta(minutes=10), rng):
        if leaves and back and leaves <= at <= back:
            continue
        planned.append(Activity(at, Movement(), room))
    if leaves and back:
        planned += [*_through_the_door(leaves, leaving=True), *_through_the_door(back, leaving=False)]
    planned.append(Activity(to_bed - timedelta(minutes=20), TakeReading(DeviceKind.OXIMETER)))
    planned.append(Activity(to_bed, BedChange(BedState.IN_BED), BEDROOM))
    planned += _readings_in_bed(to_bed, midnight + timedelta(days=1))
    end = midnight + timedelta(days=1)
    return sorted(
        (activity for activity in planned if midnight <= activity.at < end), key=lambda item: item.at
    )


def wandering(at: datetime, lasts: timedelta, rng: Random, *, leaves_home: bool) -> list[Activity]:
    """A night in which somebody gets up, walks from room to room and perhaps out of the door."""
    planned = [Activity(at, BedChange(BedState.OUT_OF_BED), BEDROOM)]
    walks_at = at + timedelta(seconds=10)
    while walks_at < at + lasts:
        planned.append(
            Activity(walks_at, Movement(), rng.choice((BEDROOM, LIVING_ROOM, KITCHEN, BATHROOM, ENTRANCE)))
        )
        walks_at += timedelta(seconds=rng.uniform(40, 150))
    end = at + lasts
    if leaves_home:
        return [*planned, *_through_the_door(end, leaving=True)]
    return [*planned, Activity(end, BedChange(BedState.IN_BED), BEDROOM)]


def _asleep(midnight: datetime, wakes: datetime, toilet_visits: int, rng: Random) -> Iterator[Activity]:
    up_from = sorted(
        midnight + rng.uniform(0.1, 0.9) * (wakes - midnight - timedelta(minutes=30))
        for _ in range(toilet_visits)
    )
    yield Activity(midnight + timedelta(minutes=1), BedChange(BedState.IN_BED), BEDROOM)
    yield from _readings_in_bed(midnight, wakes)
    for at in up_from:
        yield Activity(at, BedChange(BedState.OUT_OF_BED), BEDROOM)
        yield Activity(at + timedelta(seconds=5), Movement(), BEDROOM)
        yield Activity(at + timedelta(seconds=40), Movement(), BATHROOM)
        back = at + timedelta(minutes=rng.uniform(3, 9))
        yield Activity(back, BedChange(BedState.IN_BED), BEDROOM)


def _readings_in_bed(start: datetime, end: datetime) -> Iterator[Activity]:
    at = start + _READING_AT_NIGHT_EVERY
    while at < end:
        yield Activity(at, TakeReading(DeviceKind.BED_MAT), BEDROOM)
        at += _READING_AT_NIGHT_EVERY


def _rises(at: datetime, rng: Random) -> Iterator[Activity]:
    yield Activity(at, BedChange(BedState.OUT_OF_BED), BEDROOM)
    yield Activity(at + timedelta(seconds=20), Movement(), BEDROOM)
    yield Activity(at + timedelta(minutes=3), Movement(), BATHROOM)
    yield Activity(at + timedelta(minutes=15), Movement(), KITCHEN)
    measured_at = at + timedelta(minutes=rng.uniform(25, 35))
    for number, kind in enumerate(
        (DeviceKind.OXIMETER, DeviceKind.CUFF, DeviceKind.THERMOMETER, DeviceKind.GLUCOMETER)
    ):
        yield Activity(measured_at + timedelta(minutes=2 * number), TakeReading(kind))


def _rooms(start: datetime, end: datetime, rng: Random) -> Iterator[tuple[datetime, str]]:
    """Where the person moves while awake at home: the kitchen at meal times, mostly the living room."""
    at = start
    while at < end:
        near_meal = at.hour in {7, 11, 12, 17, 18}
        room = rng.choices(
            (LIVING_ROOM, KITCHEN, BEDROOM, BATHROOM), (4, 5, 1, 1) if near_meal else (6, 1, 2, 1)
        )[0]
        yield at, room
        at += timedelta(minutes=rng.uniform(4, 20))


def _through_the_door(at: datetime, *, leaving: bool) -> Iterator[Activity]:
    if leaving:
        yield Activity(at - timedelta(seconds=10), Movement(), ENTRANCE)
    yield Activity(at, Door(ContactState.OPEN), ENTRANCE)
    yield Activity(at + timedelta(seconds=12), Door(ContactState.CLOSED), ENTRANCE)
    if not leaving:
        yield Activity(at + timedelta(seconds=20), Movement(), ENTRANCE)
