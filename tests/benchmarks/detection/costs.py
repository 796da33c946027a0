"""What judging costs: each detector by itself, and a whole step of the core for each kind of message, in microseconds."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np

from device_sim.waveforms import fall_window
from firmware_contracts.vocabulary import BedState, CallAction, FallPhase, Measure, Placement
from hub.core.detection import inactivity, wellbeing
from hub.core.detection.fall_charts import CHARTS
from hub.core.detection.fall_window import judge
from hub.core.detection.inactivity import Sign
from hub.core.detection.wellbeing import Wellbeing
from hub.core.events import Alive, Bed, Call, DeviceEvent, Environment, Fact, Fall, Motion, Vital, Window
from hub.core.home import Device, DeviceKind, Home
from hub.core.step import step
from hub.evaluation.figures import Figure
from tests.story import story_context, street

START = datetime(2026, 3, 2, tzinfo=UTC)
_ROUNDS, _TIMES = 5, 400
_WEEKS = timedelta(days=400)


def costs() -> Iterator[Figure]:
    """All of them."""
    for name, do in _detectors():
        yield Figure(f"cost_{name}", _best_us(do), "us")
    for name, fact in _messages():
        yield Figure(f"cost_step_{name}", _step_us(fact), "us")


def _best_us(do: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        for _ in range(_TIMES):
            do()
        best = min(best, time.perf_counter() - began)
    return best / _TIMES * 1e6


def _detectors() -> Iterator[tuple[str, Callable[[], object]]]:
    drawn = fall_window(Random(1))
    samples = np.array(drawn.samples_g)
    place = Placement.WAIST
    yield "fall_window", lambda: judge(samples, 50.0, place, CHARTS[place], drawn.impact_index)
    state, day = Wellbeing(), timedelta(days=1)
    for number in range(28):
        at = START + number * day
        for measure, value in (("systolic_mmhg", 131.0 + number % 7), ("heart_rate_bpm", 70.0 + number % 5)):
            state, _ = wellbeing.read(state, measure, value, at, at.toordinal(), at_rest=True)
    now = START + 28 * day
    ordinal = now.toordinal()
    yield "wellbeing", lambda: wellbeing.read(state, "systolic_mmhg", 139.0, now, ordinal, at_rest=True)
    yield "early_warning_score", lambda: wellbeing.score_of(state, now)
    life = inactivity.begin(START, START)
    for minute in range(7 * 60, 20 * 24 * 60, 25):
        at = START + timedelta(minutes=minute)
        if 7 <= at.hour < 22:
            life = inactivity.heard(life, Sign.MOVED, at, at)
    later = life.last_at + timedelta(minutes=12)
    yield "inactivity_sign", lambda: inactivity.heard(life, Sign.MOVED, later, later)
    yield "inactivity_outlook", lambda: inactivity.outlook(life)


def _messages() -> Iterator[tuple[str, tuple[str, Fact]]]:
    readings = {Measure.SPO2_PERCENT: 97.0, Measure.HEART_RATE_BPM: 71.0}
    window = fall_window(Random(1))
    samples = tuple((x, y, z) for x, y, z in window.samples_g)
    yield "heartbeat", ("button", Alive())
    yield "vital", ("oximeter", Vital(readings))
    yield "motion", ("motion", Motion(moving=True))
    yield "bed", ("mat", Bed(BedState.IN_BED))
    yield "climate", ("climate", Environment(temperature_c=20.5, humidity_percent=40.0))
    yield "call", ("button", Call("press", timedelta(), CallAction.EMERGENCY))
    yield (
        "fall_with_window",
        (
            "belt",
            Fall(
                "fall",
                timedelta(),
                FallPhase.SUSPECTED,
                Window(window.placement, window.rate_hz, window.range_g, samples, window.impact_index),
            ),
        ),
    )


def _step_us(said: tuple[str, Fact]) -> float:
    """Of a home that is quiet, with the state of the message before; a call and a fall each in a home without an alert."""
    device_id, fact = said
    profile = street()["h1"]
    more = {
        "motion": DeviceKind.MOTION,
        "mat": DeviceKind.BED_MAT,
        "climate": DeviceKind.CLIMATE,
        "belt": DeviceKind.FALL_WEARABLE,
    }
    hung = {name: Device(name, kind, START, _WEEKS) for name, kind in more.items()}
    known = {name: replace(one, silent_after=_WEEKS) for name, one in profile.devices.items()}
    home = Home("h1", replace(profile, devices={**known, **hung}))
    context, signal = story_context(START), isinstance(fact, Call | Fall)
    best = float("inf")
    for _ in range(_ROUNDS):
        state, spent = home, 0.0
        for number in range(1, _TIMES + 1):
            now = START + timedelta(seconds=10 * number)
            event = DeviceEvent(
                *("h1", device_id, (fact,)),
                boot=1,
                seq=number,
                uptime=now - START,
                battery_percent=80,
                fingerprint=number,
            )
            before = home if signal else state
            began = time.perf_counter()
            outcome = step(before, event, now, context)
            spent += time.perf_counter() - began
            state = outcome.home
        best = min(best, spent)
    return best / _TIMES * 1e6
