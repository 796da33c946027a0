"""Up and about at night, and the door opened at odd hours: for people with dementia. Pure and incremental.

Whoever lives in the home and moves at night looks the same to a sensor, so this is for those of whom the care card says that
they wander. No source gives figures for it; all of them are the hub's own and a person's may differ.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.core.detection.inactivity import Sign


@dataclass(frozen=True, slots=True)
class Figures:
    """Local minutes of the day; the hub's own."""

    night_from: int = 22 * 60
    night_until: int = 6 * 60
    about_for: timedelta = timedelta(minutes=20)
    """Longer than the toilet takes."""
    pause: timedelta = timedelta(minutes=10)
    """A longer silence, or bed, ends a round."""
    rounds: int = 3
    """As many rounds in a night are wandering, however short: each at least `round_of`."""
    round_of: timedelta = timedelta(minutes=5)
    back_within: timedelta = timedelta(minutes=3)
    """A sign inside so soon after the door: it was only looked out of."""


SHIPPED = Figures()


@dataclass(frozen=True, slots=True)
class Rounds:
    """`since`: the round that goes on; `ended`: the rounds of `night` that are over and counted. `door_at`: the door was
    opened at an odd hour and nobody was heard inside since."""

    night: int = 0
    since: datetime | None = None
    last_at: datetime | None = None
    ended: int = 0
    door_at: datetime | None = None


def is_odd_hour(local: datetime, figures: Figures = SHIPPED) -> bool:
    """Whether this local time is in the night."""
    minute = local.hour * 60 + local.minute
    begins, ends = figures.night_from, figures.night_until
    return begins <= minute < ends if begins <= ends else minute >= begins or minute < ends


def heard(rounds: Rounds, sign: Sign, now: datetime, local: datetime, figures: Figures = SHIPPED) -> Rounds:
    """The rounds after a sign; `local` is the same instant on the wall clock of the place."""
    night = local.toordinal() - (local.hour < 12)
    if night != rounds.night:
        rounds = Rounds(night=night, door_at=rounds.door_at)
    if sign is Sign.EXIT_DOOR:
        # Who comes home at night opens it too: a door that is followed by steps inside is over at once.
        opened_at = now if is_odd_hour(local, figures) else None
        rounds = replace(rounds, door_at=rounds.door_at or opened_at)
    elif rounds.door_at is not None and now > rounds.door_at:
        rounds = replace(rounds, door_at=None)
    if not is_odd_hour(local, figures) or sign in {Sign.IN_BED, Sign.SAT_DOWN}:
        return _over(rounds, figures)
    if rounds.last_at is not None and now - rounds.last_at > figures.pause:
        rounds = _over(rounds, figures)
    return replace(rounds, since=rounds.since or now, last_at=now)


def is_wandering(rounds: Rounds, figures: Figures = SHIPPED) -> bool:
    """Whether this round is long, or one more of many."""
    lasted = _lasted(rounds)
    so_far = rounds.ended + (lasted >= figures.round_of)
    return lasted >= figures.about_for or so_far >= figures.rounds


def gone_out_at(rounds: Rounds, figures: Figures = SHIPPED) -> datetime | None:
    """When the door of the night becomes an alert if nobody is heard inside."""
    return None if rounds.door_at is None else rounds.door_at + figures.back_within


def _lasted(rounds: Rounds) -> timedelta:
    if rounds.since is None or rounds.last_at is None:
        return timedelta()
    return rounds.last_at - rounds.since


def _over(rounds: Rounds, figures: Figures) -> Rounds:
    counts = _lasted(rounds) >= figures.round_of
    return replace(rounds, since=None, last_at=None, ended=rounds.ended + counts)
