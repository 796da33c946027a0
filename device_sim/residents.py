"""A resident's days: sleep, rising, rooms, meals, naps, long sits, out of home, visits, bad nights; the devices around notice
them as deeds. No two days are the same, and now and then one is unlike all others: by that a quiet home is told from a silent
one.
"""

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
    nap_chance: float = 0.4
    sits_for: timedelta = timedelta(minutes=9)
    """Between two movements that a sensor sees, half of the times less than this; the longest sits are twenty times as long."""
    visited_on: frozenset[int] = frozenset()
    """Weekdays (0 = Monday) on which somebody visits, most weeks."""
    out_all_day_on: frozenset[int] = frozenset()
    """Weekdays of a long way: the market, day care, the children's."""


def habits_of(rng: Random) -> Habits:
    """One person's habits: no two wake at the same minute."""
    return Habits(
        wakes=time(5, rng.randint(0, 59)),
        to_bed=time(rng.choice((20, 21)), rng.randint(0, 59)),
        goes_out=time(rng.choice((8, 9, 15)), rng.randint(0, 59)),
        outing=timedelta(minutes=rng.randint(30, 120)),
        goes_out_chance=rng.uniform(0.5, 0.95),
        toilet_visits_at_night=rng.choice((0, 1, 1, 2)),
        nap_chance=rng.uniform(0, 0.9),
        sits_for=timedelta(minutes=rng.uniform(6, 14)),
        visited_on=frozenset(rng.sample(range(7), rng.choice((0, 1, 1, 2)))),
        out_all_day_on=frozenset(rng.sample(range(7), rng.choice((0, 0, 1)))),
    )


def plan_day(day: date, habits: Habits, rng: Random) -> list[Activity]:
    """One local day from midnight to midnight, in order of time."""

    def around(clock: time) -> datetime:
        spread = habits.varies_by
        return datetime.combine(day, clock, LOCAL) + rng.uniform(-1, 1) * spread

    midnight = datetime.combine(day, time(0), LOCAL)
    wakes, to_bed = around(habits.wakes), around(habits.to_bed)
    if rng.random() < _LATE_MORNING:
        wakes += timedelta(minutes=rng.uniform(40, 110))
    bad_night = rng.random() < _BAD_NIGHT
    planned: list[Activity] = []
    planned += _asleep(midnight, wakes, habits.toilet_visits_at_night + (2 if bad_night else 0), rng)
    planned += _rises(wakes, rng)
    leaves = around(habits.goes_out) if rng.random() < habits.goes_out_chance else None
    back = leaves + habits.outing * rng.uniform(0.6, 1.6) if leaves else None
    if day.weekday() in habits.out_all_day_on:
        leaves, back = around(time(8, 30)), around(time(16, 30))
    rests = _nap(day, rng) if rng.random() < habits.nap_chance else None
    for at, room in _rooms(
        wakes + timedelta(minutes=40), to_bed - timedelta(minutes=10), habits.sits_for, rng
    ):
        if leaves and back and leaves <= at <= back:
            continue
        if rests and rests[0] <= at <= rests[1]:
            continue
        planned.append(Activity(at, Movement(), room))
    at_home = not (leaves and back and rests and leaves <= rests[1] and rests[0] <= back)
    if rests and at_home:
        planned.append(Activity(rests[0], Movement(), BEDROOM))
        planned.append(Activity(rests[0], BedChange(BedState.IN_BED), BEDROOM))
        planned.append(Activity(rests[1], BedChange(BedState.OUT_OF_BED), BEDROOM))
        planned.append(Activity(rests[1] + timedelta(seconds=15), Movement(), BEDROOM))
    if leaves and back:
        planned += [*_through_the_door(leaves, leaving=True), *_through_the_door(back, leaving=False)]
    if day.weekday() in habits.visited_on and rng.random() < _VISIT_HAPPENS:
        planned += _visit(around(time(15, 0)), rng)
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


_LATE_MORNING = 0.05
_BAD_NIGHT = 0.08
_VISIT_HAPPENS = 0.8


def _nap(day: date, rng: Random) -> tuple[datetime, datetime]:
    """After the midday meal, half an hour to two hours."""
    begins = datetime.combine(day, time(12, 30), LOCAL) + timedelta(minutes=rng.uniform(0, 45))
    return begins, begins + timedelta(minutes=rng.uniform(30, 120))


def _visit(at: datetime, rng: Random) -> Iterator[Activity]:
    """Somebody comes, moves about for an hour or three, and goes."""
    leaves = at + timedelta(minutes=rng.uniform(60, 180))
    yield from _through_the_door(at, leaving=False)
    while at < leaves:
        yield Activity(at, Movement(), rng.choice((LIVING_ROOM, KITCHEN, LIVING_ROOM, BATHROOM)))
        at += timedelta(minutes=rng.uniform(2, 12))
    yield from _through_the_door(leaves, leaving=True)
    # Who lives there stays, and is heard behind the closed door.
    yield Activity(leaves + timedelta(minutes=rng.uniform(1, 6)), Movement(), LIVING_ROOM)


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
        yield Activity(back - timedelta(seconds=20), Movement(), BEDROOM)
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


_SPREAD = 0.9
"""Of the logarithm of a sit: one in a hundred is eight times the usual one."""
_LONGEST_SIT = timedelta(hours=2.5)


def _rooms(
    start: datetime, end: datetime, sits_for: timedelta, rng: Random
) -> Iterator[tuple[datetime, str]]:
    """Where the person moves while awake at home: the kitchen at meal times, mostly the living room."""
    at = start
    while at < end:
        near_meal = at.hour in {7, 11, 12, 17, 18}
        room = rng.choices(
            (LIVING_ROOM, KITCHEN, BEDROOM, BATHROOM), (4, 5, 1, 1) if near_meal else (6, 1, 2, 1)
        )[0]
        yield at, room
        if room == BATHROOM:
            # Nobody sits there for an hour: the next room is seen soon.
            at += timedelta(minutes=rng.uniform(2, 14))
            yield at, rng.choice((LIVING_ROOM, BEDROOM))
        at += min(sits_for * rng.lognormvariate(0, _SPREAD), _LONGEST_SIT)


def _through_the_door(at: datetime, *, leaving: bool) -> Iterator[Activity]:
    if leaving:
        yield Activity(at - timedelta(seconds=10), Movement(), ENTRANCE)
    yield Activity(at, Door(ContactState.OPEN), ENTRANCE)
    yield Activity(at + timedelta(seconds=12), Door(ContactState.CLOSED), ENTRANCE)
    if not leaving:
        yield Activity(at + timedelta(seconds=20), Movement(), ENTRANCE)
