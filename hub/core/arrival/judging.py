"""A message of the life that is believed, which nearly every message is: its place among the numbers, and its delay.

The device's clock is never asked. Its uptime is: hub time - uptime is when its life began, or later by as much as the message
was held up. The smallest seen is the beginning; what exceeds it is delay. What cannot be of this life is judged in `strange`.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from firmware_contracts.vocabulary import SEQUENCE_WINDOW
from hub.core.arrival.standing import go_on_standing, spoken_since
from hub.core.arrival.strange import ALONE_AFTER, began, disbelief, heard_live, judge_stranger
from hub.core.arrival.timing import (
    DISTINCT_AFTER,
    EPOCH,
    MILLISECOND,
    STEADY_WITHIN_MS,
    WITNESSES,
    agrees,
    drift_of,
)
from hub.core.arrival.verdict import NO_DELAY, Arrival, Finding, Freshness
from hub.core.arrival.window import WINDOW_MASK, place
from hub.core.events import DeviceEvent
from hub.core.home import Delay, DeviceState, Footing
from hub.core.record import record
from hub.core.rules import DeviceRule

STEADY_FOR = timedelta(minutes=5)
"""A delay that has not shrunk for so long is none: hub time was stepped, or the device's counter stands still while it sleeps. (A
queue that is emptied no faster than it fills looks the same.)"""

SETTLES_AFTER = timedelta(seconds=30)
"""Two messages so far apart that agree on it show when their life began."""

LATE_TOLD_AFTER = timedelta(hours=2)
"""A queue is emptied in minutes, now and then in parts. What has been late for so long has a clock that runs wrong, or is never
sent at once: somebody must know that nothing of it is judged."""

SILENCE_COUNTS = timedelta(minutes=45)
"""Of a silence of more than an hour, towards those two hours: three of them are one too many for a queue."""

LONGEST_MS = 100 * 366 * 86_400_000
"""A delay of a century is a broken counter; an instant so long ago can still be told."""

COUNTER_MS = 2**32
"""A counter of 32 bits begins anew after 49 days."""


_LIVE, _REPEATED, _HISTORY = Freshness.LIVE, Freshness.REPEATED, Freshness.HISTORY
_FIRM, _FRESH, _FALLING = Footing.FIRM, Footing.FRESH, Footing.FALLING
"""Bound once: to look a member up in its enum five times would be a sixth of what a message costs here."""


@record
class _Fit:
    """How the beginning of the current life looks after one more message of it."""

    offset_ms: int
    offset_at: datetime
    late_ms: int
    footing: Footing
    late: Delay | None = None


def judge_arrival(state: DeviceState, event: DeviceEvent, now: datetime, rule: DeviceRule) -> Arrival:
    """Judge one message of a device and advance what is remembered of the device's lives."""
    if event.retained:
        return Arrival(_LIVE, None, state)
    boot, seq, uptime = event.boot, event.seq, event.uptime
    if boot is None or seq is None or uptime is None:
        return _judge_foreign(state, event, now, rule)
    offset_ms = (now - EPOCH - uptime) // MILLISECOND
    base_ms, base_at = state.offset_ms, state.offset_at
    if base_at is None:
        return Arrival(_LIVE, NO_DELAY, began(state, event, offset_ms, now))
    if boot != state.boot:
        return judge_stranger(state, event, offset_ms, now, rule)

    late_ms = offset_ms - base_ms
    drift_ms = int((now - base_at).total_seconds() * rule.drift_ppm / 1000)
    within_ms = rule.live_within_ms
    footing = state.footing
    late = None
    if footing is _FIRM and state.late is None and -STEADY_WITHIN_MS <= late_ms <= within_ms:
        if late_ms <= drift_ms:
            if late_ms < 0 or drift_ms > 1000:
                base_ms, base_at = offset_ms, now
            late_ms = 0
    elif (
        footing is _FRESH
        and state.late is None
        and now - base_at < SETTLES_AFTER
        and -within_ms <= late_ms <= within_ms
    ):
        # It has just begun, and nothing speaks against it: too soon to settle when.
        late_ms = max(late_ms, 0)
    else:
        fit = _refit(state, event, seq, offset_ms, late_ms, drift_ms, within_ms, now, rule)
        if fit is None:
            return judge_stranger(state, event, offset_ms, now, rule)
        base_ms, base_at, late_ms = fit.offset_ms, fit.offset_at, fit.late_ms
        footing, late = fit.footing, fit.late

    top = state.top_seq
    if 0 < seq - top < SEQUENCE_WINDOW:
        window, top, freshness = ((state.window << seq - top) | 1) & WINDOW_MASK, seq, _LIVE
    else:
        top, window, freshness = place(top, state.window, seq)
    if freshness is _HISTORY and late_ms <= within_ms:
        # Spoken just now, and far behind what was spoken just now: another device counts here.
        return judge_stranger(state, event, offset_ms, now, rule)
    live_at, doubted_since_at, other = state.live_at, state.doubted_since_at, state.other
    standing = state.standing
    battery_percent, rssi_dbm = state.battery_percent, state.rssi_dbm
    finding = None
    if freshness is _LIVE:
        if late_ms > within_ms or footing is _FALLING:
            freshness = _HISTORY
            doubted_since_at, finding = _late_for(state, event, now)
        else:
            live_at, doubted_since_at, standing = now, None, None
            battery_percent = battery_percent if event.battery_percent is None else event.battery_percent
            rssi_dbm = rssi_dbm if event.rssi_dbm is None else event.rssi_dbm
            if other is not None and other.rival and now - other.at >= ALONE_AFTER:
                other = None
    elif freshness is _REPEATED and spoken_since(state, event, offset_ms, drift_ms, footing, now):
        standing, proven = go_on_standing(state.standing, event, uptime, now)
        if proven:
            freshness, finding, live_at, doubted_since_at = _LIVE, Finding.COUNTER_STANDS, now, None
    return Arrival(
        freshness,
        timedelta(0, 0, min(late_ms, LONGEST_MS) * 1000) if late_ms else NO_DELAY,
        DeviceState(
            boot,
            top,
            window,
            base_ms,
            base_at,
            now,
            True,
            battery_percent,
            rssi_dbm,
            state.faults,
            state.last_fingerprint,
            state.last_fingerprint_at,
            state.model,
            state.firmware,
            late,
            live_at,
            footing,
            other,
            doubted_since_at,
            state.earlier_fingerprint,
            standing,
            state.hazards_told,
            state.battery,
            state.same,
        ),
        finding,
    )


def _late_for(
    state: DeviceState, event: DeviceEvent, now: datetime
) -> tuple[datetime | None, Finding | None]:
    """Since when the current life has been late without a break, and what to tell of it. A silence counts for a part of itself: a
    queue may come back in parts, and some devices speak every few hours only."""
    since_at, last_at = state.doubted_since_at, state.last_seen_at
    if since_at is not None and last_at is not None and now - last_at > ALONE_AFTER:
        state = replace(state, doubted_since_at=since_at + (now - last_at) - SILENCE_COUNTS)
    return disbelief(state, event, now, LATE_TOLD_AFTER)


def _refit(
    state: DeviceState,
    event: DeviceEvent,
    seq: int,
    offset_ms: int,
    late_ms: int,
    drift_ms: int,
    within_ms: int,
    now: datetime,
    rule: DeviceRule,
) -> _Fit | None:
    """The rare cases: the life is not known well yet, or the message came quicker or later than it explains. None: it is not of
    this life."""
    base_ms, base_at = state.offset_ms, state.offset_at or now
    if late_ms > max(within_ms, drift_ms):
        return _held_up(state, event, seq, offset_ms, within_ms, now, rule)
    footing = state.footing
    if footing is Footing.FIRM:
        slept = state.late
        if slept is not None and slept.seen >= WITNESSES and offset_ms > slept.offset_ms + STEADY_WITHIN_MS:
            return _Fit(offset_ms, now, 0, footing, replace(slept, offset_ms=offset_ms))
        if late_ms > drift_ms:
            return _Fit(base_ms, base_at, late_ms, footing)
        if late_ms >= -STEADY_WITHIN_MS - drift_ms:
            return _Fit(offset_ms, now, 0, footing)
        if late_ms < -within_ms - drift_ms:
            return None
        footing, base_at = Footing.FRESH, now  # It came quicker than any before: is a queue being emptied?
    fallen_ms = within_ms if footing is Footing.FRESH else STEADY_WITHIN_MS
    if late_ms < -fallen_ms - drift_ms or state.late is not None:
        # What came before had waited, perhaps longer than this message shows; so may this one have.
        return _Fit(min(offset_ms, base_ms), now, 0, Footing.FALLING)
    stood_for = now - base_at
    agreed = abs(late_ms) <= STEADY_WITHIN_MS + drift_ms
    if stood_for >= STEADY_FOR or (agreed and stood_for >= SETTLES_AFTER):
        if late_ms <= drift_ms:
            return _Fit(offset_ms, now, 0, Footing.FIRM)
        return _Fit(base_ms, base_at, late_ms, Footing.FIRM)
    return _Fit(base_ms, base_at, max(late_ms, 0), footing)


def _held_up(
    state: DeviceState,
    event: DeviceEvent,
    seq: int,
    offset_ms: int,
    within_ms: int,
    now: datetime,
    rule: DeviceRule,
) -> _Fit | None:
    """A message that comes late by its uptime. None where no delay explains it: its number is an old one (a life that began
    anew under the same boot, unless the broker itself says that it delivers it again), or newer than what was live meanwhile."""
    base_ms, base_at = state.offset_ms, state.offset_at or now
    late_ms = offset_ms - base_ms
    other = state.other
    if seq <= state.top_seq:
        return _Fit(base_ms, base_at, late_ms, state.footing) if event.duplicate else None
    if (
        other is not None
        and other.boot == event.boot
        and other.agreed
        and agrees(other, offset_ms, now, rule)
    ):
        return None
    if late_ms > COUNTER_MS // 2:
        base_ms = min(base_ms + COUNTER_MS, offset_ms)
        late_ms = offset_ms - base_ms
        if late_ms <= drift_of(rule, now - base_at):
            return _Fit(offset_ms, now, 0, state.footing)
        if late_ms <= within_ms:
            return _Fit(base_ms, base_at, late_ms, state.footing)
    elif state.live_at is not None and late_ms > (now - state.live_at) // MILLISECOND + within_ms:
        return None
    late = state.late
    if late is None or offset_ms < late.offset_ms - STEADY_WITHIN_MS:
        late = Delay(offset_ms, now, now)
    else:
        apart = now - late.at >= DISTINCT_AFTER
        late = Delay(
            max(offset_ms, late.offset_ms),
            late.since_at,
            now if apart else late.at,
            late.seen + 1 if apart else late.seen,
        )
    if late.seen < WITNESSES or now - late.since_at < STEADY_FOR:
        return _Fit(base_ms, base_at, late_ms, state.footing, late)
    return _Fit(offset_ms, now, 0, Footing.FIRM, late)


def after_time_step(state: DeviceState, by: timedelta) -> DeviceState:
    """The device as it stands after hub time jumped forward while its uptime did not: nothing is late because of that."""
    if state.offset_at is None:
        return state
    by_ms = by // MILLISECOND
    late, other, standing = state.late, state.other, state.standing
    if standing is not None:
        standing = replace(standing, since_at=standing.since_at + by)
    if late is not None:
        late = Delay(late.offset_ms + by_ms, late.since_at + by, late.at + by, late.seen)
    if other is not None:
        other = replace(
            other, offset_ms=other.offset_ms + by_ms, since_at=other.since_at + by, at=other.at + by
        )
    return replace(
        state,
        offset_ms=state.offset_ms + by_ms,
        offset_at=state.offset_at + by,
        late=late,
        live_at=_moved(state.live_at, by),
        doubted_since_at=_moved(state.doubted_since_at, by),
        other=other,
        standing=standing,
    )


def _moved(at: datetime | None, by: timedelta) -> datetime | None:
    return None if at is None else at + by


def _judge_foreign(state: DeviceState, event: DeviceEvent, now: datetime, rule: DeviceRule) -> Arrival:
    """Without ids exactly-once is not claimed: identical bytes, or a redelivery, within two seconds are one message."""
    recent = state.last_fingerprint_at is not None and now - state.last_fingerprint_at <= rule.join_within
    # A press comes with its release; a redelivery brings both again, in turn.
    same = recent and event.fingerprint in (state.last_fingerprint, state.earlier_fingerprint)
    if same:
        # The two seconds are counted from the first: somebody who goes on pressing is heard again and again.
        return Arrival(Freshness.REPEATED, None, replace(heard_live(state, event, now), online=True))
    seen = replace(
        heard_live(state, event, now),
        online=True,
        last_fingerprint=event.fingerprint,
        last_fingerprint_at=now,
        earlier_fingerprint=state.last_fingerprint,
    )
    return Arrival(Freshness.LIVE, None, seen)
