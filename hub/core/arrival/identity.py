"""Whether a call or fall report is a new one, one that is known, or doubtful: then a person has to ask."""

from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.arrival.verdict import Arrival, Freshness
from hub.core.events import DeviceEvent
from hub.core.rules import DeviceRule

SAME_PRESS_WITHIN = timedelta(seconds=60)
"""A press told to be younger than the first sight of its id by no more than this is that press once more. A copy may have been
under way so long, and its alert is no older than this."""

OTHER_PRESS_AFTER = timedelta(hours=1)
"""A press told, by a life that is known well, to be so much younger than the first sight of its id is another press."""


class Identity(StrEnum):
    NEW = "new"
    KNOWN = "known"
    DOUBTFUL = "doubtful"


def identify(
    event: DeviceEvent,
    event_id: str | None,
    age: timedelta,
    arrival: Arrival,
    *,
    now: datetime,
    resumed_at: datetime,
    rule: DeviceRule,
) -> Identity:
    """Judge a report by its event id and the `age` it tells.

    A repetition tells the age of its press, so its press lies before the id was first seen (`event.seen_at`). One that tells to
    be younger is another press under a number given out again, or a copy that waited somewhere: how late it came says nothing
    here, because a life that began anew looks late too. Hub time may have been stepped before `resumed_at`.
    """
    if event.retained:
        return Identity.KNOWN if event.seen else Identity.DOUBTFUL
    if event_id is None:
        return Identity.KNOWN if arrival.freshness is Freshness.REPEATED else Identity.NEW
    if not event.seen:
        return Identity.NEW
    if event.seen_at is None:
        return Identity.KNOWN
    drift = (now - event.seen_at) * rule.drift_ppm / 1_000_000
    younger_by = now - age - event.seen_at
    if younger_by <= SAME_PRESS_WITHIN + drift:
        return Identity.KNOWN
    if younger_by > OTHER_PRESS_AFTER + drift and arrival.sure and event.seen_at >= resumed_at:
        return Identity.NEW
    return Identity.DOUBTFUL
