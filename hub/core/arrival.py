"""Where a message stands in its sender's sequence: live, repeated, or history; and how late it came.

The device's clock is never asked. Its uptime is: the smallest difference between hub time and uptime seen in this boot is the
time a message needs when nothing holds it up; what exceeds it is delay. A queue that empties brings every message less late than
the one before; a delay that stays the same is none: hub time was stepped, or the device's counter stood still while it slept.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from firmware_contracts.vocabulary import SEQUENCE_WINDOW
from hub.core.events import DeviceEvent
from hub.core.home import DeviceState
from hub.core.record import record
from hub.core.rules import DeviceRule

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WINDOW_MASK = (1 << SEQUENCE_WINDOW) - 1
_NO_DELAY = timedelta()
_MILLISECOND = timedelta(milliseconds=1)

STEADY_FOR = timedelta(minutes=5)
STEADY_WITHIN_MS = 2000
"""Late by the same, within so much, for so long: from then on this is what no delay looks like."""

HALF_A_COUNTER_MS = 2**31
"""A counter of 32 bits that fell by more ran over."""

LOWER_FOR = timedelta(seconds=60)
"""A lower boot that speaks steadily for so long is a device that lost its counter (an empty battery), not an old message."""


class Freshness(StrEnum):
    LIVE = "live"
    REPEATED = "repeated"
    HISTORY = "history"


@record
class Arrival:
    """`late_by` is the transport delay, None when the sender tells no uptime. `state` already counts this message.

    `counter_lost`: the device counts from the beginning again, and is believed from here on. `behind`: late by its uptime and
    not newer by its number, so the lateness may be a counter that began anew.
    """

    freshness: Freshness
    late_by: timedelta | None
    state: DeviceState
    counter_lost: bool = False
    behind: bool = False


def judge_arrival(state: DeviceState, event: DeviceEvent, now: datetime, rule: DeviceRule) -> Arrival:
    """Judge one message of a device and advance what is remembered of the device's sequence."""
    if event.retained:
        return Arrival(Freshness.LIVE, None, state)
    if event.boot is None or event.seq is None or event.uptime is None:
        return _judge_foreign(state, event, now, rule)
    boot, seq = event.boot, event.seq
    offset_ms = (now - _EPOCH - event.uptime) // _MILLISECOND
    if state.boot is not None and boot < state.boot:
        since_at = _lower_since_at(state, boot, offset_ms, now, rule)
        if now - since_at >= LOWER_FOR:
            return Arrival(Freshness.LIVE, _NO_DELAY, _began(state, event, offset_ms, now), counter_lost=True)
        return Arrival(
            Freshness.HISTORY, None, _candidate(_seen(state, event, now), boot, offset_ms, since_at)
        )
    if boot != state.boot:
        return Arrival(Freshness.LIVE, _NO_DELAY, _began(state, event, offset_ms, now))

    late_ms = 0
    late_offset_ms, late_since_at = 0, None
    base_ms, base_at = state.offset_ms, state.offset_at
    if base_at is not None:
        drift_ms = int((now - base_at).total_seconds() * rule.drift_ppm / 1000)
        if offset_ms <= base_ms + drift_ms:
            if offset_ms < base_ms or drift_ms > 1000:
                base_ms, base_at = offset_ms, now
        elif seq > state.top_seq and _ran_over(event.uptime, base_ms, base_at):
            base_ms, base_at = offset_ms, now
        else:
            late_ms = offset_ms - base_ms
            if late_ms * _MILLISECOND > rule.live_within:
                late_offset_ms, late_since_at = state.late_offset_ms, state.late_since_at
                if late_since_at is None or offset_ms < late_offset_ms - STEADY_WITHIN_MS:
                    late_offset_ms, late_since_at = offset_ms, now
                elif now - late_since_at >= STEADY_FOR:
                    base_ms, base_at = min(late_offset_ms, offset_ms), now
                    late_ms = offset_ms - base_ms
                    late_offset_ms, late_since_at = 0, None
    else:
        base_ms, base_at = offset_ms, now
    late_by = timedelta(milliseconds=late_ms) if late_ms else _NO_DELAY
    if seq <= state.top_seq and late_by > rule.live_within:
        # Out of a queue; or a device that cannot keep its boot counter has begun anew and counts from the beginning.
        since_at = _lower_since_at(state, boot, offset_ms, now, rule)
        if now - since_at >= LOWER_FOR:
            return Arrival(Freshness.LIVE, _NO_DELAY, _began(state, event, offset_ms, now), counter_lost=True)
        seen = _candidate(_seen(state, event, now), boot, offset_ms, since_at)
        return Arrival(Freshness.HISTORY, late_by, seen, behind=True)

    top, window = state.top_seq, state.window
    behind = top - seq
    if behind < 0:
        window = ((window << -behind) | 1) & _WINDOW_MASK if -behind < SEQUENCE_WINDOW else 1
        top = seq
        freshness = Freshness.LIVE
    elif behind >= SEQUENCE_WINDOW:
        freshness = Freshness.HISTORY
    elif window >> behind & 1:
        freshness = Freshness.REPEATED
    else:
        window |= 1 << behind
        freshness = Freshness.LIVE
    if freshness is Freshness.LIVE and late_by > rule.live_within:
        freshness = Freshness.HISTORY
    return Arrival(
        freshness,
        late_by,
        DeviceState(
            boot,
            top,
            window,
            base_ms,
            base_at,
            now,
            True,
            state.battery_percent if event.battery_percent is None else event.battery_percent,
            state.rssi_dbm if event.rssi_dbm is None else event.rssi_dbm,
            state.faults,
            state.last_fingerprint,
            state.last_fingerprint_at,
            state.model,
            state.firmware,
            late_offset_ms,
            late_since_at,
        ),
    )


def _ran_over(uptime: timedelta, base_ms: int, base_at: datetime) -> bool:
    """Whether the uptime's counter began anew since the offset was taken: no message is weeks late."""
    then_ms = (base_at - _EPOCH) // _MILLISECOND - base_ms
    return then_ms - uptime // _MILLISECOND > HALF_A_COUNTER_MS


def after_time_step(state: DeviceState, by: timedelta) -> DeviceState:
    """The device as it stands after hub time jumped forward while its uptime did not: nothing is late because of that."""
    if state.offset_at is None:
        return state
    by_ms = by // _MILLISECOND
    late_since_at = state.late_since_at
    return replace(
        state,
        offset_ms=state.offset_ms + by_ms,
        offset_at=state.offset_at + by,
        late_offset_ms=state.late_offset_ms + by_ms if late_since_at is not None else 0,
        late_since_at=late_since_at + by if late_since_at is not None else None,
    )


def _began(state: DeviceState, event: DeviceEvent, offset_ms: int, now: datetime) -> DeviceState:
    """The device at the first message of a life: its sequence and its offset begin here."""
    return DeviceState(
        boot=event.boot,
        top_seq=event.seq or 0,
        window=1,
        offset_ms=offset_ms,
        offset_at=now,
        last_seen_at=now,
        online=True,
        battery_percent=state.battery_percent if event.battery_percent is None else event.battery_percent,
        rssi_dbm=state.rssi_dbm if event.rssi_dbm is None else event.rssi_dbm,
        faults=state.faults,
        last_fingerprint=state.last_fingerprint,
        last_fingerprint_at=state.last_fingerprint_at,
        model=state.model,
        firmware=state.firmware,
    )


def _candidate(state: DeviceState, boot: int, offset_ms: int, since_at: datetime) -> DeviceState:
    """Remember that a device may have lost its counter since an instant."""
    first_ms = state.lower_offset_ms if state.lower_since_at == since_at else offset_ms
    return replace(state, lower_boot=boot, lower_offset_ms=first_ms, lower_since_at=since_at)


def _lower_since_at(
    state: DeviceState, boot: int, offset_ms: int, now: datetime, rule: DeviceRule
) -> datetime:
    """Since when a device with smaller counters has been speaking as a living one does: its uptime grows as time passes. What a
    queue gives back of an older life comes at once instead, each message with an uptime of its own."""
    since_at = state.lower_since_at
    if state.lower_boot == boot and since_at is not None:
        drift_ms = int((now - since_at).total_seconds() * rule.drift_ppm / 1000)
        if abs(offset_ms - state.lower_offset_ms) <= STEADY_WITHIN_MS + drift_ms:
            return since_at
    return now


def _judge_foreign(state: DeviceState, event: DeviceEvent, now: datetime, rule: DeviceRule) -> Arrival:
    """Without ids exactly-once is not claimed: identical bytes, or a redelivery, within two seconds are one message."""
    recent = state.last_fingerprint_at is not None and now - state.last_fingerprint_at <= rule.join_within
    # A press comes with its release; a redelivery brings both again, in turn.
    same = recent and event.fingerprint in (state.last_fingerprint, state.earlier_fingerprint)
    seen = replace(
        _seen(state, event, now),
        online=True,
        last_fingerprint=event.fingerprint,
        last_fingerprint_at=now,
        earlier_fingerprint=state.last_fingerprint,
    )
    return Arrival(Freshness.REPEATED if same else Freshness.LIVE, None, seen)


def _seen(state: DeviceState, event: DeviceEvent, now: datetime) -> DeviceState:
    return replace(
        state,
        last_seen_at=now,
        battery_percent=state.battery_percent if event.battery_percent is None else event.battery_percent,
        rssi_dbm=state.rssi_dbm if event.rssi_dbm is None else event.rssi_dbm,
    )
