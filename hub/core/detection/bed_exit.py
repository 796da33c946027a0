"""Out of bed at night and not back: how long each person may stay up, and in which hours. Pure and incremental.

A bed that tells its state (a pad, a radar, a care bed) is enough; other sensors of the home help: who is heard about the home
is up and not lying on the floor, who sits down elsewhere is up for now. A care bed tells two more things: breathing that it
does not see, and restless lying.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median, quantiles

from hub.core.detection.inactivity import Sign

_NOON = 12 * 60
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Figures:
    """Per person. Local minutes of the day; `night_from` None: learned, and until then `first_night`."""

    return_within: timedelta = timedelta(minutes=30)
    """Bed sensors in the UK and Ireland: 30 min as delivered, 15 s to 2 h to be set, in set hours only."""
    quiet_for: timedelta = timedelta(minutes=15)
    """Who is heard elsewhere has this long again after the last sign (the hub's own)."""
    night_from: int | None = None
    night_until: int | None = None
    first_night: tuple[int, int] = (22 * 60, 6 * 60)
    """Until the hours are learned (the hub's own)."""
    no_breathing_for: timedelta = timedelta(seconds=30)
    """A bed that was just left sees no breathing either; what lasts longer, in bed, is an emergency (the hub's own)."""
    restless_for: timedelta = timedelta(hours=1)
    """Restless lying told over this long, without a quiet quarter of an hour, is told to the butler (the hub's own)."""
    restless_pause: timedelta = timedelta(minutes=15)


SHIPPED = Figures()

_NIGHTS_KEPT, _NIGHTS_NEEDED = 28, 7
_EARLIEST_FROM, _LATEST_FROM = 19 * 60 - _NOON, 26 * 60 - _NOON
_EARLIEST_UNTIL, _LATEST_UNTIL = 28 * 60 - _NOON, 32 * 60 - _NOON
"""Learned hours stay within 19:00 to 02:00, and 04:00 to 08:00 (the hub's own); minutes after noon."""
_BEFORE_RISING = 30
"""So long before the earliest tenth of the risings the night ends."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What is kept of one bed. `left_at`: out of it since, left at night and missed. `lay_down`, `rose`: minutes after noon
    of the first lying down and the last rising of the newest nights; `night` is the one that runs, counted by its noon."""

    in_bed: bool = False
    left_at: datetime | None = None
    heard_at: datetime | None = None
    no_breathing_since: datetime | None = None
    restless_since: datetime | None = None
    restless_at: datetime | None = None
    exits: int = 0
    night: int = 0
    down_at: int | None = None
    up_at: int | None = None
    lay_down: tuple[int, ...] = ()
    rose: tuple[int, ...] = ()


def begin() -> Watch:
    """A bed of which nothing is known yet."""
    return Watch()


def night_hours(watch: Watch, figures: Figures = SHIPPED) -> tuple[int, int]:
    """From and until, local minutes of the day: as set for the person, as learned, or the first ones."""
    if figures.night_from is not None and figures.night_until is not None:
        return figures.night_from, figures.night_until
    if min(len(watch.lay_down), len(watch.rose)) < _NIGHTS_NEEDED:
        return figures.first_night
    begins = min(max(round(median(watch.lay_down)), _EARLIEST_FROM), _LATEST_FROM)
    earliest = quantiles(watch.rose, n=10)[0] - _BEFORE_RISING
    ends = min(max(round(earliest), _EARLIEST_UNTIL), _LATEST_UNTIL)
    return (begins + _NOON) % _DAY, (ends + _NOON) % _DAY


def heard(watch: Watch, sign: Sign, now: datetime, local: datetime, figures: Figures = SHIPPED) -> Watch:
    """The watch after a sign of life; `local` is the same instant on the wall clock of the place."""
    watch = _this_night(watch, local)
    minutes = (local.hour * 60 + local.minute - _NOON) % _DAY
    if sign is Sign.IN_BED:
        down_at = minutes if watch.down_at is None and minutes >= _EARLIEST_FROM else watch.down_at
        return replace(watch, in_bed=True, left_at=None, heard_at=now, down_at=down_at)
    if sign is Sign.OUT_OF_BED:
        at_night = is_night(watch, local, figures)
        return replace(
            watch,
            in_bed=False,
            left_at=now if at_night else None,
            heard_at=now,
            no_breathing_since=None,
            restless_since=None,
            restless_at=None,
            exits=watch.exits + at_night,
            up_at=minutes if watch.down_at is not None and minutes <= _LATEST_UNTIL + 4 * 60 else watch.up_at,
        )
    if watch.left_at is None:
        return watch
    # Sitting elsewhere, gone out of the house (another rule's matter), or about when the night is over: up, not missed.
    up = sign in {Sign.SAT_DOWN, Sign.EXIT_DOOR} or not is_night(watch, local, figures)
    return replace(watch, left_at=None if up else watch.left_at, heard_at=now)


def missing_at(watch: Watch, figures: Figures = SHIPPED) -> datetime | None:
    """When they are missed if nothing more is heard: out of bed longer than they may, and quiet."""
    if watch.left_at is None or watch.heard_at is None:
        return None
    return max(watch.left_at + figures.return_within, watch.heard_at + figures.quiet_for)


def no_breathing(watch: Watch, now: datetime) -> Watch:
    """The bed sees somebody and no breathing."""
    return watch if watch.no_breathing_since is not None else replace(watch, no_breathing_since=now)


def restless(watch: Watch, now: datetime, figures: Figures = SHIPPED) -> Watch:
    """The bed tells restless lying: breathing, too."""
    lasts = watch.restless_at is not None and now - watch.restless_at <= figures.restless_pause
    since = watch.restless_since if lasts else now
    return replace(watch, restless_since=since, restless_at=now, no_breathing_since=None)


def breathes(watch: Watch) -> Watch:
    """The bed sees somebody who breathes."""
    return replace(watch, no_breathing_since=None)


def no_breathing_at(watch: Watch, figures: Figures = SHIPPED) -> datetime | None:
    """When unseen breathing becomes an emergency if it is not seen again and the bed is not left."""
    since = watch.no_breathing_since
    return None if since is None else since + figures.no_breathing_for


def is_restless(watch: Watch, figures: Figures = SHIPPED) -> bool:
    """Whether restless lying was told for so long that somebody should look in the morning."""
    since, last = watch.restless_since, watch.restless_at
    return since is not None and last is not None and last - since >= figures.restless_for


def is_night(watch: Watch, local: datetime, figures: Figures = SHIPPED) -> bool:
    """Whether the bed is watched at this local time."""
    begins, ends = night_hours(watch, figures)
    minute = local.hour * 60 + local.minute
    return begins <= minute < ends if begins <= ends else minute >= begins or minute < ends


def _this_night(watch: Watch, local: datetime) -> Watch:
    night = local.toordinal() - (local.hour < 12)
    if night == watch.night:
        return watch
    lay_down, rose = watch.lay_down, watch.rose
    if watch.down_at is not None and watch.up_at is not None:
        lay_down = (*lay_down, watch.down_at)[-_NIGHTS_KEPT:]
        rose = (*rose, watch.up_at)[-_NIGHTS_KEPT:]
    return replace(watch, night=night, exits=0, down_at=None, up_at=None, lay_down=lay_down, rose=rose)
