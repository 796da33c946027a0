"""From a press to the screen: published over MQTT by a device, until the event is read by a client of the console.

The hub is the whole process as `hub run` starts it. A press comes from a home of its own each time, so that every one opens
an alert, which is the longest way.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.evaluation.figures import Figure
from tests.benchmarks.measurement import ended, program, quantile, ready
from tests.benchmarks.publisher import Publisher
from tests.benchmarks.screens import Screens
from tests.benchmarks.street import Devices, Place, home_ids, prepare

PRESS_EVERY_S = 0.05
FANNED_OUT = 10
"""Presses sent to many screens at once."""


@contextmanager
def running(place: Place) -> Iterator["subprocess.Popen[bytes]"]:
    """The hub of this place, ready."""
    with (place.config.parent / "hub.log").open("ab") as log:
        process = program("hub", "run", "--config", str(place.config), stdout=log, stderr=log)
        try:
            ready(place.web_port)
            yield process
        finally:
            ended(process)


class Presser:
    """Presses the buttons of one home after the other and says how long each took to the screen, in ms."""

    def __init__(self, publisher: Publisher, screens: Screens, cell: str, homes: int) -> None:
        self._publisher = publisher
        self._screens = screens
        self._devices = Devices(cell, homes)
        self._homes = iter(home_ids(homes))
        self._pressed = 0

    def press(self, screens: int = 1) -> list[float]:
        """One press, waited for; one number for each screen."""
        self._pressed += 1
        event_id = f"event-press-{os.getpid()}-{self._pressed:05d}"
        home = next(self._homes)
        topic, payload = self._devices.call(home, event_id)
        began = time.perf_counter()
        self._publisher.publish(topic, payload)
        return [(at - began) * 1000 for at in self._screens.wait(home, screens)]

    def presses(self, count: int) -> list[float]:
        """Presses at a steady pace; one number for each."""
        found: list[float] = []
        for _ in range(count):
            found += self.press()
            time.sleep(PRESS_EVERY_S)
        return found


def measure(
    folder: Path, host: str, port: int, presses: int, half_load_per_s: float, backlog: int, screens: int
) -> list[Figure]:
    """All latencies from one running hub."""
    homes = 2 * presses + 100
    place = prepare(folder, "lat", homes, host, port)
    with (
        running(place) as hub,
        Publisher(host, port, "buttons") as buttons,
        Publisher(host, port, "others") as others,
    ):
        screen = Screens(place.web_port)
        presser = Presser(buttons, screen, place.cell, homes)
        presser.presses(5)
        idle = presser.presses(presses)
        loaded, reached = _half_load(presser, host, port, place, presses, half_load_per_s)
        behind = _behind_backlog(hub, presser, others, place, backlog)
        screen.close()
        fanout = _fan_out(place, buttons, homes, screens)
    return [
        Figure("press_to_screen_idle_p50_ms", quantile(idle, 0.5), "ms", 5),
        Figure("press_to_screen_idle_p99_ms", quantile(idle, 0.99), "ms"),
        Figure("press_to_screen_half_load_p50_ms", quantile(loaded, 0.5), "ms"),
        Figure("press_to_screen_half_load_p99_ms", quantile(loaded, 0.99), "ms", 50),
        Figure("half_load_per_s", reached, "messages/s"),
        Figure("press_behind_backlog_ms", behind, "ms", 100),
        Figure("sse_fanout_p50_ms", quantile(fanout, 0.5), f"ms, {screens} screens"),
        Figure("sse_fanout_p99_ms", quantile(fanout, 0.99), f"ms, {screens} screens"),
    ]


def _half_load(
    presser: Presser, host: str, port: int, place: Place, presses: int, per_second: float
) -> tuple[list[float], float]:
    """Readings come from a process of their own, so that it does not slow down the stop-watch."""
    seconds = presses * PRESS_EVERY_S * 1.3 + 1
    load = ["steadily", host, str(port), place.cell, str(place.homes), str(per_second), str(seconds)]
    publishing = program("tests.benchmarks.load", *load, stdout=subprocess.PIPE)
    assert publishing.stdout is not None
    publishing.stdout.readline()
    time.sleep(0.5)
    found = presser.presses(presses)
    output, _ = publishing.communicate(timeout=60)
    return found, float(output)


def _behind_backlog(
    hub: "subprocess.Popen[bytes]", presser: Presser, others: Publisher, place: Place, backlog: int
) -> float:
    """The hub stands still while the readings queue up in its telemetry session, as while it restarts; then a press comes in the
    same instant as it goes on. The worst of a few presses while the backlog is worked off."""
    devices = Devices(place.cell, place.homes)
    homes = home_ids(place.homes)
    load = [devices.vital(homes[number % len(homes)]) for number in range(backlog)]
    os.kill(hub.pid, signal.SIGSTOP)
    try:
        others.publish_all(load)
    finally:
        os.kill(hub.pid, signal.SIGCONT)
    return max(presser.press()[0] for _ in range(5))


def _fan_out(place: Place, buttons: Publisher, homes: int, count: int) -> list[float]:
    """Every screen's delay, with many open."""
    screens = Screens(place.web_port, count)
    presser = Presser(buttons, screens, place.cell, homes)
    # From the other end of the district: homes whose button was not pressed yet.
    presser._homes = iter(reversed(home_ids(homes)))
    presser._pressed = 1_000
    found: list[float] = []
    for _ in range(FANNED_OUT):
        found += presser.press(count)
        time.sleep(PRESS_EVERY_S)
    screens.close()
    return found
