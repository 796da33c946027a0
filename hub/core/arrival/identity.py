"""Whether a call or fall report is a new one, one that is known, or doubtful: then a person has to ask."""

from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.arrival.verdict import Arrival, Freshness
from hub.core.events import Call, DeviceEvent, Fall
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


def report_key(told: Call | Fall) -> str:
    """The name under which a report of a device is known. A number counts once for each thing that it tells: a press is not
    known because a test bore its number, nor a fall that goes on because it began."""
    if isinstance(told, Fall):
        return f"{told.event_id}/{told.phase.value}"
    return str(told.event_id) if told.urgent else f"{told.event_id}/{told.action.value}"


def event_keys(event: DeviceEvent) -> tuple[tuple[str, str], ...]:
    """(device id, key) pairs by which a call or fall is recognised as known.

    The device id is qualified by the home the topic names; a retained message is known by its bytes as well.
    """
    device = f"{event.claimed_home or event.home_id}/{event.device_id}"
    told = [fact for fact in event.facts if isinstance(fact, Call | Fall)]
    keys = [(device, report_key(fact)) for fact in told if fact.event_id is not None]
    if told and event.retained:
        keys.append((device, f"retained/{event.fingerprint:08x}"))
    return tuple(keys)


def keys_to_remember(event: DeviceEvent) -> tuple[tuple[str, str], ...]:
    """Those of the keys under which this message is remembered, so that it counts once.

    A retained copy is remembered by its bytes alone: the same event heard live afterwards is still a call.
    """
    keys = event_keys(event)
    return keys[-1:] if event.retained else keys
