"""A message that is not of the life that is believed: a device that restarted, an old message, or a second device.

A higher boot that can have begun after the current life was last heard is a restart, believed at once. For any other, uptime
decides: a living device's grows as time passes, while what a queue gives back comes faster than it was spoken. A life whose
messages go on agreeing on when it began is alive. If the current one fell silent, it takes its place; if both go on, two devices
bear one id. Until then its telemetry is history, and if nothing else comes, a person is told.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.core.arrival.timing import DISTINCT_AFTER, EPOCH, MILLISECOND, WITNESSES, agrees, drift_of
from hub.core.arrival.verdict import NO_DELAY, Arrival, Finding, Freshness
from hub.core.arrival.window import place
from hub.core.events import Call, DeviceEvent, Fall
from hub.core.home import DeviceState, Footing, OtherLife
from hub.core.rules import DeviceRule

BELIEVED_AFTER = timedelta(seconds=60)
"""A life whose messages have agreed for so long, three of them, is alive."""

REORDERED_WITHIN = timedelta(seconds=30)
"""So long after a life ended, a message of it may still come behind the first of the next."""

ALONE_AFTER = timedelta(hours=1)
"""One of two devices having been silent for so long, there is one again. Devices speak every 15 minutes at least."""

TOLD_AFTER = timedelta(minutes=20)
"""Messages that are not believed for so long are told. Three heartbeats of 15 minutes are enough to be believed."""


def judge_stranger(
    state: DeviceState, event: DeviceEvent, offset_ms: int, now: datetime, rule: DeviceRule
) -> Arrival:
    """Judge a message that does not fit the current life."""
    boot, seq = event.boot or 0, event.seq or 0
    other = state.other
    known = other if other is not None and other.boot == boot else None
    if known is not None and known.rival and known.agreed >= WITNESSES:
        arrival = _judge_rival(state, known, event, seq, offset_ms, now, rule)
        if arrival is not None:
            return arrival
    if known is None and boot > (state.boot or 0) and _can_have_begun(state, offset_ms, rule):
        return Arrival(Freshness.LIVE, NO_DELAY, began(state, event, offset_ms, now))
    if known is None and _is_held(other, now):
        return _doubted(state, event, other, now)
    if known is None or not agrees(known, offset_ms, now, rule):
        if known is not None and _held_up_a_little(known, seq, offset_ms, now, rule):
            return _doubted(state, event, known, now)
        rival = known is not None and known.rival  # The second device began anew.
        return _doubted(state, event, OtherLife(boot, seq, 1, offset_ms, now, now, rival=rival), now)

    life = _advanced(known, seq, offset_ms, now, rule)
    if life.agreed < WITNESSES or now - life.since_at < BELIEVED_AFTER:
        return _doubted(state, event, life, now)
    seen = heard_live(state, event, now)
    if state.live_at is not None and state.live_at - life.since_at > REORDERED_WITHIN:
        rivals = replace(seen, other=replace(life, rival=True), online=True, doubted_since_at=None)
        return Arrival(Freshness.LIVE, None, rivals)
    lost = boot < (state.boot or 0) or (boot == state.boot and seq <= state.top_seq)
    believed = _current(seen, life, _past(state), now)
    return Arrival(Freshness.LIVE, NO_DELAY, believed, Finding.COUNTER_LOST if lost else None)


def began(state: DeviceState, event: DeviceEvent, offset_ms: int, now: datetime) -> DeviceState:
    """The device at the first message of a life that is believed at once."""
    other = state.other
    if not _is_held(other, now):
        other = _past(state)
    life = OtherLife(event.boot or 0, event.seq or 0, 1, offset_ms, now, now)
    return replace(_current(heard_live(state, event, now), life, other, now), footing=Footing.FRESH)


def heard(state: DeviceState, now: datetime) -> DeviceState:
    """What any message tells of its device: it is there."""
    return replace(state, last_seen_at=now)


def heard_live(state: DeviceState, event: DeviceEvent, now: datetime) -> DeviceState:
    """What a message of now tells besides. An old one must not say how full a battery is: it would be known, and never judged."""
    return replace(
        state,
        last_seen_at=now,
        battery_percent=state.battery_percent if event.battery_percent is None else event.battery_percent,
        rssi_dbm=state.rssi_dbm if event.rssi_dbm is None else event.rssi_dbm,
    )


def _judge_rival(
    state: DeviceState,
    rival: OtherLife,
    event: DeviceEvent,
    seq: int,
    offset_ms: int,
    now: datetime,
    rule: DeviceRule,
) -> Arrival | None:
    """A message of the second device: judged by its own numbers. None where it fits them no more."""
    late_ms = offset_ms - rival.offset_ms
    drift_ms = drift_of(rule, now - rival.at)
    within_ms = rule.live_within_ms
    late = late_ms > within_ms + drift_ms
    longest_ms = (now - rival.at) // MILLISECOND + within_ms
    if late_ms < -within_ms - drift_ms or (late and (seq <= rival.top_seq or late_ms > longest_ms)):
        return None
    top, window, freshness = place(rival.top_seq, rival.window, seq)
    if freshness is not Freshness.LIVE or late:
        kept = replace(rival, top_seq=top, window=window)
        return Arrival(Freshness.HISTORY if late else freshness, None, replace(heard(state, now), other=kept))
    life = _advanced(rival, seq, min(offset_ms, rival.offset_ms + drift_ms), now, rule)
    seen = heard_live(state, event, now)
    if state.live_at is None or now - state.live_at >= ALONE_AFTER:
        return Arrival(Freshness.LIVE, NO_DELAY, _current(seen, life, None, now))
    return Arrival(Freshness.LIVE, None, replace(seen, other=life, online=True, doubted_since_at=None))


def _held_up_a_little(life: OtherLife, seq: int, offset_ms: int, now: datetime, rule: DeviceRule) -> bool:
    """A message that shows nothing: of this life, and somewhat late. Where nothing else comes, it shows when the life began."""
    late_ms = offset_ms - life.offset_ms
    return seq > life.top_seq and 0 < late_ms <= rule.live_within_ms and now - life.at < BELIEVED_AFTER


def _is_held(other: OtherLife | None, now: datetime) -> bool:
    """Whether the second life is a device that still speaks: no third takes its place in memory."""
    return other is not None and other.rival and now - other.at < ALONE_AFTER


def _can_have_begun(state: DeviceState, offset_ms: int, rule: DeviceRule) -> bool:
    """Whether a life can be the one after the current: it began when that had been heard for the last time, or the uptime simply
    goes on over the restart. An old one of a device that has lost its counter since began before."""
    within_ms = rule.live_within_ms
    if state.live_at is None or abs(offset_ms - state.offset_ms) <= within_ms:
        return True
    return offset_ms >= (state.live_at - EPOCH) // MILLISECOND - within_ms


def _advanced(life: OtherLife, seq: int, offset_ms: int, now: datetime, rule: DeviceRule) -> OtherLife:
    """A life after one more message that agrees. Its beginning follows the drift of its clock and nothing else: a queue that
    gives back a little faster than it was filled would lead it away, step by step."""
    drift_ms = drift_of(rule, now - life.at)
    moved_ms = max(-drift_ms, min(drift_ms, offset_ms - life.offset_ms))
    top, window, _ = place(life.top_seq, life.window, seq)
    life = replace(life, top_seq=top, window=window, offset_ms=life.offset_ms + moved_ms)
    if life.agreed and now - life.at < DISTINCT_AFTER:
        return life
    return replace(life, at=now, agreed=life.agreed + 1)


def _current(state: DeviceState, life: OtherLife, other: OtherLife | None, now: datetime) -> DeviceState:
    """The device with this life as the one that is believed."""
    return replace(
        state,
        boot=life.boot,
        top_seq=life.top_seq,
        window=life.window,
        offset_ms=life.offset_ms,
        offset_at=now,
        late=None,
        live_at=now,
        footing=Footing.FIRM,
        other=other,
        online=True,
        doubted_since_at=None,
        standing=None,
    )


def _past(state: DeviceState) -> OtherLife | None:
    """The current life, remembered when another takes its place: what still comes of it is recognised."""
    if state.boot is None or state.offset_at is None:
        return None
    since_at = state.live_at or state.offset_at
    return OtherLife(state.boot, state.top_seq, state.window, state.offset_ms, since_at, since_at, agreed=0)


def _doubted(state: DeviceState, event: DeviceEvent, other: OtherLife | None, now: datetime) -> Arrival:
    """A message that is kept and not believed."""
    since_at, told = disbelief(state, event, now)
    return Arrival(
        Freshness.HISTORY, None, replace(heard(state, now), other=other, doubted_since_at=since_at), told
    )


def disbelief(
    state: DeviceState, event: DeviceEvent, now: datetime, tolerated: timedelta | None = None
) -> tuple[datetime | None, Finding | None]:
    """Since when messages have come of which none was live, and what to tell once that is no longer `tolerated`. A call counts
    all the same, and its repetitions bear one number."""
    if is_signal(event):
        return state.doubted_since_at, None
    since_at = state.doubted_since_at or now
    return since_at, Finding.NOT_BELIEVED if now - since_at >= (tolerated or TOLD_AFTER) else None


def is_signal(event: DeviceEvent) -> bool:
    return any(isinstance(fact, Call | Fall) for fact in event.facts)
