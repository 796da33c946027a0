"""Whether a call or fall report is a new one, one that is known, or doubtful: then a person has to ask."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from firmware_contracts.vocabulary import CallAction
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
    here, because a life that began anew looks late too. Hub time may have been stepped before `resumed_at`. An id of which nobody
    knows what it told may have been a test: an emergency under it is asked about, never swallowed.
    """
    if event.retained:
        return Identity.KNOWN if event.seen and not event.seen_untold else Identity.DOUBTFUL
    if event_id is None:
        return Identity.KNOWN if arrival.freshness is Freshness.REPEATED else Identity.NEW
    if not event.seen:
        return Identity.NEW
    once_more = Identity.DOUBTFUL if event.seen_untold else Identity.KNOWN
    if event.seen_at is None:
        return once_more
    drift = (now - event.seen_at) * rule.drift_ppm / 1_000_000
    younger_by = now - age - event.seen_at
    if younger_by <= SAME_PRESS_WITHIN + drift:
        return once_more
    if younger_by > OTHER_PRESS_AFTER + drift and arrival.sure and event.seen_at >= resumed_at:
        return Identity.NEW
    return Identity.DOUBTFUL


def report_key(told: Call | Fall) -> str:
    """The name under which a report of a device is known. A number counts once for each thing that it tells: a press is not
    known because a test bore its number, nor a fall that goes on because it began."""
    if isinstance(told, Fall):
        return f"{told.event_id}/{told.phase.value}"
    action = CallAction.EMERGENCY if told.urgent else told.action
    return f"{told.event_id}/{action.value}"


def event_keys(event: DeviceEvent) -> tuple[tuple[str, str], ...]:
    """(device id, key) pairs by which a call or fall may be known: as this release remembers it, and as older ones did."""
    return _keys(event) + _older_keys(event)


def keys_to_remember(event: DeviceEvent) -> tuple[tuple[str, str], ...]:
    """Those of the keys under which this message is remembered, so that it counts once.

    A retained copy is remembered by its bytes alone: the same event heard live afterwards is still a call.
    """
    keys = _keys(event)
    return keys[-1:] if event.retained else keys


def recognise(event: DeviceEvent, known: Mapping[tuple[str, str], datetime]) -> DeviceEvent:
    """The event with whether, and when, it was known already; `known` has the instants at which keys were remembered."""
    for keys, untold in ((_keys(event), False), (_older_keys(event), True)):
        seen_at = [known[key] for key in keys if key in known]
        if seen_at:
            return replace(event, seen=True, seen_at=max(seen_at), seen_untold=untold)
    return event


def _keys(event: DeviceEvent) -> tuple[tuple[str, str], ...]:
    """The device id is qualified by the home the topic names; a retained message is known by its bytes as well."""
    device = _device(event)
    told = [fact for fact in event.facts if isinstance(fact, Call | Fall)]
    keys = [(device, report_key(fact)) for fact in told if fact.event_id is not None]
    if told and event.retained:
        keys.append((device, f"retained/{event.fingerprint:08x}"))
    return tuple(keys)


def _older_keys(event: DeviceEvent) -> tuple[tuple[str, str], ...]:
    """Older releases remembered calls by their ids alone, whatever they told: it matters to an emergency."""
    calls = [fact for fact in event.facts if isinstance(fact, Call) and fact.urgent]
    return tuple((_device(event), call.event_id) for call in calls if call.event_id is not None)


def _device(event: DeviceEvent) -> str:
    return f"{event.claimed_home or event.home_id}/{event.device_id}"
