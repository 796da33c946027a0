"""What happens in one simulated life of the hub, drawn from a seed as plain data: it can be printed, cut short and replayed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

LIVELY_FOR = timedelta(minutes=25)
"""Faults and deeds fall into this time; what began in it may last a little longer."""
QUIET_FOR = timedelta(minutes=19)
"""Then everything works again, and every promise must have been kept at the end."""


class What(StrEnum):
    """Deeds of people in their homes, and faults of everything between them and the people who come."""

    PRESS = "press"
    PRESS_TWICE = "press twice"
    FALL = "fall"
    GREEN_KEY = "green key"
    MEASURE = "measure"
    MEASURE_LOW = "measure low"
    BY_HAND = "raised by hand"
    AWAY = "away"
    CUT = "line cut"
    REBOOT = "device reboot"
    CLOCK_WRONG = "device clock wrong"
    DUPLICATE = "duplicate"
    LATE = "late"
    REORDER = "reorder"
    GARBAGE = "garbage"
    DROP = "drop"
    RETAINED_PRESS = "retained press"
    RETAINED_COPY = "retained copy of a press"
    EMPTY_RETAINED = "empty retained payload"
    SESSIONS_LOST = "hub's connections lost"
    BROKER_RESTART = "broker restart"
    BROKER_FORGETS = "broker restart without memory"
    CRASH = "crash"
    CRASH_BEFORE_COMMIT = "crash before a commit"
    CRASH_IN_COMMIT = "crash inside a commit"
    CRASH_AT_COMMIT = "crash at the commit"
    CRASH_AFTER_COMMIT = "crash after a commit"
    CRASH_BEFORE_HEARD = "crash before heard"
    STORE_BUSY = "store busy"
    STORE_FULL = "store full"
    STORE_FAILS = "store fails"
    LOST_WHILE_BUSY = "connections lost while the store is busy"
    STEP_RAISES = "step raises"
    CHANNEL_DOWN = "channel down"
    CHANNEL_RAISES = "channel raises"
    CHANNEL_HANGS = "channel hangs"
    WALL_FORWARD = "wall clock forward"
    WALL_BACK = "wall clock back"


DEEDS = {
    What.PRESS: 10,
    What.PRESS_TWICE: 4,
    What.FALL: 2,
    What.GREEN_KEY: 1,
    What.MEASURE: 4,
    What.MEASURE_LOW: 3,
    What.BY_HAND: 1,
    What.AWAY: 2,
}
FAULTS = {
    **dict.fromkeys(What, 1),
    **dict.fromkeys((What.CHANNEL_HANGS, What.CHANNEL_DOWN), 3),
    **dict.fromkeys((What.CRASH, What.SESSIONS_LOST, What.CRASH_IN_COMMIT, What.CRASH_AFTER_COMMIT), 3),
    **dict.fromkeys((What.STORE_FULL, What.BROKER_RESTART, What.RETAINED_PRESS, What.LOST_WHILE_BUSY), 2),
}
CALLERS = (("h1", "button"), ("h2", "cord"), ("h3", "pendant"), ("h3", "sos"))
DEVICES = (*CALLERS, ("h1", "oximeter"), ("h1", "radar"), ("h1", "smoke"), ("h3", "voice"))
_OF_DEVICE = {What.CUT, What.REBOOT, What.CLOCK_WRONG, What.DUPLICATE, What.LATE, What.REORDER}
_OF_DEVICE |= {What.GARBAGE, What.DROP}
_OF_CALLER = {What.PRESS, What.PRESS_TWICE, What.RETAINED_PRESS, What.RETAINED_COPY, What.EMPTY_RETAINED}

STARTS: Sequence[tuple[str, str]] = (
    ("Asia/Shanghai", "2026-03-03 10:00"),
    ("Asia/Shanghai", "2026-03-03 23:40"),
    ("Asia/Shanghai", "2026-02-28 23:45"),
    ("Asia/Shanghai", "2026-03-03 20:45"),
    ("Asia/Shanghai", "2026-03-03 06:45"),
    ("Europe/Berlin", "2026-03-29 01:40"),
    ("Europe/Berlin", "2026-10-25 02:40"),
)
"""By day, across midnight, a month's end, into and out of the night, and the two nights on which the clocks change."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happens `at` after the beginning, and `lasts` where it does. `number` chooses among what it can be."""

    at: timedelta
    what: What
    home: str = ""
    device: str = ""
    lasts: timedelta = timedelta()
    number: int = 0

    def __str__(self) -> str:
        where = f" {self.home}/{self.device}".rstrip("/ ") if self.home else ""
        lasts = f" for {self.lasts.total_seconds():.0f} s" if self.lasts else ""
        return f"{self.at.total_seconds():7.1f} s  {self.what}{where}{lasts} (#{self.number})"


@dataclass(frozen=True, slots=True)
class Plan:
    """A seed's life: where and when it begins, and what happens in it."""

    seed: int
    zone: str
    starts_at: datetime
    acts: tuple[Act, ...]


def draw(seed: int) -> Plan:
    """The plan of a seed: the same in every process and on every machine."""
    rng = Random(f"plan/{seed}")
    zone, local = rng.choice(STARTS)
    deeds = rng.choices(list(DEEDS), list(DEEDS.values()), k=rng.randint(6, 16))
    wrong = [what for what in What if what not in DEEDS]
    faults = rng.choices(wrong, [FAULTS[what] for what in wrong], k=rng.randint(2, 10))
    acts = sorted((_act(rng, what) for what in (*deeds, *faults)), key=lambda act: act.at)
    return Plan(seed, zone, datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)), tuple(acts))


def _act(rng: Random, what: What) -> Act:
    home, device = "", ""
    if what in _OF_CALLER:
        home, device = rng.choice(CALLERS)
    elif what in _OF_DEVICE:
        home, device = rng.choice(DEVICES)
    elif what in (What.STEP_RAISES, What.BY_HAND, What.AWAY):
        home = rng.choice(("h1", "h2", "h3"))
    at = timedelta(seconds=round(rng.uniform(1, LIVELY_FOR.total_seconds()), 1))
    longest = 1500.0 if what is What.AWAY else rng.choice((3.0, 40.0, 400.0))
    lasts = timedelta(seconds=round(rng.uniform(0.2, longest), 1))
    return Act(at, what, home, device, lasts, rng.randrange(1_000_000))
