"""Where a message stands in its sender's sequence, and how late it came."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_contracts.vocabulary import SEQUENCE_WINDOW
from hub.core.arrival import Freshness, judge_arrival
from hub.core.arrival.judging import STEADY_FOR
from hub.core.events import Alive, DeviceEvent
from hub.core.home import DeviceState
from hub.core.rules import DeviceRule

RULE = DeviceRule()
START_AT = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
LIVE, REPEATED, HISTORY = Freshness.LIVE, Freshness.REPEATED, Freshness.HISTORY


class Wire:
    """A device and the way its messages take; times in seconds since it started."""

    def __init__(self) -> None:
        self.state = DeviceState()
        self.late_by: timedelta | None = None

    def hear(self, seq: int, *, boot: int = 1, sent_s: float = 0, at_s: float | None = None) -> Freshness:
        now = START_AT + timedelta(seconds=sent_s if at_s is None else at_s)
        event = DeviceEvent("h", "d", (Alive(),), boot=boot, seq=seq, uptime=timedelta(seconds=sent_s))
        arrival = judge_arrival(self.state, event, now, RULE)
        self.state, self.late_by = arrival.state, arrival.late_by
        return arrival.freshness


def heard(*numbers: int) -> Wire:
    wire = Wire()
    for number in numbers:
        wire.hear(number)
    return wire


@pytest.mark.parametrize(
    ("before", "seq", "expected"),
    [
        ((), 0, LIVE),
        ((5,), 6, LIVE),
        ((5,), 5, REPEATED),
        ((5,), 4, LIVE),
        ((5, 4), 4, REPEATED),
        ((5,), 5_000_000, LIVE),
        ((200,), 200 - SEQUENCE_WINDOW + 1, LIVE),
        ((200,), 200 - SEQUENCE_WINDOW, HISTORY),
        ((100, 100 + SEQUENCE_WINDOW - 1), 100, REPEATED),
        ((100, 100 + SEQUENCE_WINDOW), 100, HISTORY),
        ((100, 100 + SEQUENCE_WINDOW), 101, LIVE),
        ((2**53 - 1,), 2**53 - 1, REPEATED),
    ],
)
def test_the_window_of_128_numbers(before: tuple[int, ...], seq: int, expected: Freshness) -> None:
    assert heard(*before).hear(seq) is expected


def test_a_new_boot_begins_anew_and_the_old_one_is_history() -> None:
    wire = heard(50)
    assert wire.hear(0, boot=2) is LIVE
    assert wire.hear(51, boot=1) is HISTORY
    assert wire.hear(0, boot=2) is REPEATED
    assert (wire.state.boot, wire.state.top_seq) == (2, 0)


def test_faults_and_battery_outlive_a_boot() -> None:
    wire = Wire()
    event = DeviceEvent("h", "d", (Alive(),), 1, 1, timedelta(), battery_percent=40, rssi_dbm=-60)
    wire.state = judge_arrival(wire.state, event, START_AT, RULE).state
    wire.hear(0, boot=2)
    assert (wire.state.battery_percent, wire.state.rssi_dbm) == (40, -60)


def test_a_retained_copy_leaves_no_trace() -> None:
    wire = heard(5)
    event = DeviceEvent("h", "d", (Alive(),), 9, 99, timedelta(hours=9), retained=True)
    assert judge_arrival(wire.state, event, START_AT + timedelta(days=1), RULE).state is wire.state


@pytest.mark.parametrize(
    ("delay_s", "freshness"), [(0, LIVE), (119, LIVE), (120, LIVE), (121, HISTORY), (90_000, HISTORY)]
)
def test_delay_is_measured_against_the_best_of_this_boot(delay_s: float, freshness: Freshness) -> None:
    wire = heard(1)
    # Right after the start the clock cannot have run off by more than the delay tells.
    assert wire.hear(2, sent_s=1, at_s=1 + delay_s) is freshness
    assert wire.late_by is not None
    assert abs(wire.late_by.total_seconds() - delay_s) <= delay_s * RULE.drift_ppm / 1e6 + 0.001


def test_a_first_message_that_was_slow_is_corrected_by_a_quicker_one() -> None:
    wire = Wire()
    wire.hear(1, sent_s=0, at_s=300)
    wire.hear(2, sent_s=400)
    assert wire.late_by == timedelta()
    assert wire.hear(3, sent_s=500, at_s=800) is HISTORY


@pytest.mark.parametrize("ppm", [100, 500, -100, -500])
def test_a_clock_that_runs_off_is_never_late(ppm: int) -> None:
    """A month of heartbeats from a device whose uptime runs slow or fast."""
    wire = Wire()
    for number in range(2_880):
        at_s = number * 900.0
        event = DeviceEvent("h", "d", (Alive(),), 1, number, timedelta(seconds=at_s * (1 - ppm / 1e6)))
        arrival = judge_arrival(wire.state, event, START_AT + timedelta(seconds=at_s), RULE)
        wire.state = arrival.state
        assert arrival.freshness is LIVE
        assert arrival.late_by is not None
        assert arrival.late_by < timedelta(seconds=1)


def test_a_queue_that_empties_stays_history_however_long_it_takes() -> None:
    """Two hours of buffer, sent at one a second: all of it is old until the end is reached."""
    wire = heard(0)
    for number in range(1, 720):
        sent_s = number * 10.0
        assert wire.hear(number, sent_s=sent_s, at_s=7_400 + number * 0.3) is (
            HISTORY if 7_400 + number * 0.3 - sent_s > 120 else LIVE
        )


def test_a_slow_leak_of_a_queue_stays_history() -> None:
    """Sent hardly faster than it grows: nine minutes of the past in ten minutes."""
    wire = heard(0)
    for number in range(1, 60):
        assert wire.hear(number, sent_s=number * 11.0, at_s=7_200 + number * 10.0) is HISTORY


def test_a_delay_that_stays_the_same_is_none_after_five_minutes() -> None:
    """Hub time was stepped by two days, or the device's counter stood still while it slept."""
    wire = heard(0)
    step_s = 172_800.0
    results = [
        wire.hear(number, sent_s=number * 30.0, at_s=step_s + number * 30.0) for number in range(1, 20)
    ]
    told = int(STEADY_FOR.total_seconds() // 30)
    assert results == [HISTORY] * told + [LIVE] * (19 - told)
    assert wire.late_by == timedelta()
    assert wire.hear(99, sent_s=600, at_s=step_s + 600 + 500) is HISTORY, "and lateness is seen again"


def test_an_old_message_between_live_ones_does_not_move_the_measure() -> None:
    wire = heard(0)
    for number in range(1, 40):
        assert wire.hear(2 * number, sent_s=number * 60.0) is LIVE
        assert wire.hear(2 * number + 1, sent_s=1.0, at_s=number * 60.0 + 200) is HISTORY


@given(st.lists(st.integers(0, 400), max_size=80))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_number_is_live_twice_and_what_is_new_in_the_window_is_live(numbers: list[int]) -> None:
    wire, live, top = Wire(), set(), -1
    for number in numbers:
        freshness = wire.hear(number)
        if top - number >= SEQUENCE_WINDOW:
            assert freshness is HISTORY
        elif number in live:
            assert freshness is REPEATED
        else:
            assert freshness is LIVE
            live.add(number)
        top = max(top, number)
        assert wire.state.top_seq == top
        assert 0 < wire.state.window < 1 << SEQUENCE_WINDOW


@given(st.lists(st.tuples(st.floats(0, 5000), st.floats(0, 5000)), min_size=1, max_size=40))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_lateness_is_never_negative_and_never_more_than_the_true_delay(
    moments: list[tuple[float, float]],
) -> None:
    wire = Wire()
    now_s = sent_s = 0.0
    for number, (pause_s, delay_s) in enumerate(moments):
        now_s += pause_s
        sent_s = max(now_s - delay_s, sent_s)  # What has a higher number was not sent before.
        freshness = wire.hear(number, sent_s=sent_s, at_s=now_s)
        if wire.late_by is None:
            assert freshness is HISTORY, "what is not understood is not believed"
            continue
        assert timedelta() <= wire.late_by <= timedelta(seconds=now_s - sent_s, milliseconds=2)


FOREIGN = DeviceEvent("h", "d", (Alive(),), fingerprint=7)


@pytest.mark.parametrize(
    ("after_s", "fingerprint", "expected"),
    [(0, 7, REPEATED), (2, 7, REPEATED), (2.1, 7, LIVE), (0, 8, LIVE)],
)
def test_identical_foreign_bytes_join_for_two_seconds(
    after_s: float, fingerprint: int, expected: Freshness
) -> None:
    first = judge_arrival(DeviceState(), FOREIGN, START_AT, RULE)
    assert first.freshness is LIVE
    assert first.late_by is None
    event = DeviceEvent("h", "d", (Alive(),), fingerprint=fingerprint)
    assert (
        judge_arrival(first.state, event, START_AT + timedelta(seconds=after_s), RULE).freshness is expected
    )
