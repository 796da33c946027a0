"""Whatever a device does to its counters: while it speaks, it is judged, or somebody is told that it is not."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from hub.core.arrival import Freshness, judge_arrival, judging, strange
from hub.core.events import Alive, DeviceEvent
from hub.core.home import DeviceState
from tests.story import TUESDAY_MORNING, shipped

RULE = shipped()[0].device
TOLERATED = timedelta(hours=4)
"""Two hours of lateness are borne; whoever speaks less than hourly has to speak five times."""

Counters = tuple[int, int, int]
"""Boot, number, uptime in milliseconds."""

BROKEN: dict[str, Callable[[random.Random, int, int], Counters]] = {
    "uptime stands": lambda _, n, up: (5, n, 1234),
    "uptime in seconds": lambda _, n, up: (5, n, up // 1000),
    "uptime of 16 bits": lambda _, n, up: (5, n, up % 65_536),
    "uptime drawn": lambda drawn, n, up: (5, n, drawn.randrange(10**9)),
    "uptime falls": lambda _, n, up: (5, n, 10**10 - up),
    "uptime runs twice": lambda _, n, up: (5, n, 2 * up),
    "boot drawn": lambda drawn, n, up: (drawn.randrange(2**31), n, up),
    "boot falls": lambda _, n, up: (10**6 - n, n, up),
    "boot and number stand, uptime begins": lambda drawn, n, up: (5, 1, drawn.randrange(500, 900)),
    "number stands": lambda _, n, up: (5, 7, up),
    "number nought": lambda _, n, up: (5, 0, up),
    "number of 8 bits": lambda _, n, up: (5, n % 256, up),
    "number falls": lambda _, n, up: (5, 10**6 - n, up),
    "number drawn": lambda drawn, n, up: (5, drawn.randrange(2**31), up),
    "number drawn from few": lambda drawn, n, up: (5, drawn.randrange(50), up),
    "everything stands": lambda _, n, up: (5, 7, 1234),
    "everything drawn": lambda drawn, n, up: (
        drawn.randrange(9),
        drawn.randrange(99),
        drawn.randrange(10**9),
    ),
}


@pytest.mark.parametrize("every_s", [20, 300, 900, 3_000, 3_700, 7_200])
@pytest.mark.parametrize("broken", BROKEN)
def test_no_device_is_muted_without_a_word(broken: str, every_s: int) -> None:
    drawn = random.Random(f"{broken}/{every_s}")
    state, now = DeviceState(), TUESDAY_MORNING
    judged_at = told_at = now
    for number in range(1, max(20, 2 * 86_400 // every_s)):
        now += timedelta(seconds=every_s)
        boot, seq, uptime_ms = BROKEN[broken](
            drawn, number, int((now - TUESDAY_MORNING).total_seconds() * 1000)
        )
        event = DeviceEvent(
            "h1", "d", (Alive(),), boot, seq, timedelta(milliseconds=uptime_ms), fingerprint=number
        )
        arrival = judge_arrival(state, event, now, RULE)
        state = arrival.state
        if arrival.freshness is Freshness.LIVE:
            judged_at = now
        if arrival.finding is not None or arrival.two_devices:
            told_at = now
        tolerated = max(TOLERATED, timedelta(seconds=5 * every_s))
        assert now - max(judged_at, told_at) <= tolerated, f"message {number}: muted since {judged_at}"


@pytest.mark.parametrize(
    ("broken", "where", "name", "value"),
    [
        ("number stands", judging, "spoken_since", lambda *_: False),
        ("boot and number stand, uptime begins", strange, "TOLD_AFTER", timedelta(days=9)),
        ("uptime runs twice", judging, "SILENCE_COUNTS", timedelta()),
    ],
)
def test_a_rule_that_is_taken_away_is_missed(
    broken: str, where: object, name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, name, value)
    with pytest.raises(AssertionError, match="muted since"):
        test_no_device_is_muted_without_a_word(broken, 3_700)
