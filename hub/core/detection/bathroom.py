"""Somebody went into the bathroom and was not heard anywhere else since: falls happen there, and a closed door hides them. Pure.

Signs inside do not make a stay shorter: who lies on the floor may move. How long is too long is learned from the person's own
stays; no source gives figures, all of them are the hub's own.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Figures:
    """The hub's own."""

    first: timedelta = timedelta(minutes=45)
    """Until `stays_needed` stays are known."""
    shortest: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(minutes=90)
    factor: float = 1.5
    """Times the longest of the newest stays."""
    stays_needed: int = 20
    stays_kept: int = 100


SHIPPED = Figures()


@dataclass(frozen=True, slots=True)
class Stay:
    """`entered_at`: inside since; `stays_s`: how long the newest stays were that ended by themselves, in seconds."""

    entered_at: datetime | None = None
    stays_s: tuple[int, ...] = ()


def inside(stay: Stay, now: datetime) -> Stay:
    """A sign from the bathroom."""
    return stay if stay.entered_at is not None else replace(stay, entered_at=now)


def elsewhere(stay: Stay, now: datetime, figures: Figures = SHIPPED) -> Stay:
    """A sign from any other room. A stay that was too long is not one to learn from."""
    if stay.entered_at is None:
        return stay
    lasted = now - stay.entered_at
    if lasted > limit(stay, figures):
        return replace(stay, entered_at=None)
    return Stay(None, (*stay.stays_s, round(lasted.total_seconds()))[-figures.stays_kept :])


def limit(stay: Stay, figures: Figures = SHIPPED) -> timedelta:
    """How long this person may stay."""
    if len(stay.stays_s) < figures.stays_needed:
        return figures.first
    own = timedelta(seconds=max(stay.stays_s)) * figures.factor
    return min(max(own, figures.shortest), figures.longest)


def too_long_at(stay: Stay, figures: Figures = SHIPPED) -> datetime | None:
    """When the stay becomes an alert if nothing is heard elsewhere."""
    return None if stay.entered_at is None else stay.entered_at + limit(stay, figures)
