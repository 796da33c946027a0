"""The simulated lives of the soak: as many seeds as wished and as long as wished, on every processor; and the named defects."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count, islice

from hub.evaluation.figures import Figure
from tests.simulation.defects import DEFECTS
from tests.simulation.verdict import explain, lives

GROUP = 10
"""Seeds that a process lives through before the clock is looked at."""
DEFECT_WITHIN = 300
"""Seeds."""


@dataclass(slots=True)
class Tally:
    """What came of some seeds. `broken`: each with its replay command and shortest story."""

    seeds: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    presses: int = 0
    alerts: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.seeds += other.seeds
        self.faults += other.faults
        self.presses += other.presses
        self.alerts += other.alerts
        self.broken += other.broken


def lived(seeds: tuple[int, ...]) -> Tally:
    """These seeds, one after the other."""
    tally = Tally()
    for life in lives(seeds):
        tally.add(Tally(1, life.faults, life.presses, life.alerts, [explain(life)] if life.law else []))
    return tally


def caught(name: str) -> int | None:
    """How many seeds it took until the defect broke a promise; None if none did."""
    return next(
        (tried for tried, life in enumerate(lives(range(DEFECT_WITHIN), DEFECTS[name]), 1) if life.law), None
    )


def groups(seeds: int, until: float, clock: Callable[[], float]) -> Iterator[tuple[int, ...]]:
    """Groups of seeds: at least `seeds` of them, and further ones until `clock` shows `until`."""
    for first in count(0, GROUP):
        if first >= seeds and clock() >= until:
            return
        yield tuple(range(first, first + GROUP))


def measure(seeds: int, atleast: timedelta, say: Callable[[str], None]) -> tuple[Figure, ...]:
    """Live through `seeds`, and on until the time is over; then switch on one defect after the other. `say` gets every broken
    promise as soon as it is known."""
    began = time.monotonic()
    tally = Tally()
    processors = os.cpu_count() or 1
    with ProcessPoolExecutor(processors) as pool:
        waiting = groups(seeds, began + atleast.total_seconds(), time.monotonic)
        running = [pool.submit(lived, group) for group in islice(waiting, processors + 1)]
        while running:
            done = running.pop(0).result()
            running += [pool.submit(lived, group) for group in islice(waiting, 1)]
            tally.add(done)
            for story in done.broken:
                say(story)
        found = dict(zip(DEFECTS, pool.map(caught, DEFECTS), strict=True))
    for name, took in found.items():
        if took is None:
            say(f"defect not caught within {DEFECT_WITHIN} seeds: {name}")
    return (
        Figure("simulated_seeds", tally.seeds, "seeds", seeds, at_least=True),
        Figure("simulated_faults", tally.faults.total(), "deeds and faults"),
        Figure("simulated_fault_kinds", len(tally.faults), "kinds"),
        Figure("simulated_presses", tally.presses, "presses"),
        Figure("simulated_alerts", tally.alerts, "alerts"),
        Figure("simulated_violations", len(tally.broken), "seeds", 0),
        Figure("defects_named", len(DEFECTS), "defects"),
        Figure(
            "defects_caught",
            sum(took is not None for took in found.values()),
            "defects",
            len(DEFECTS),
            at_least=True,
        ),
        Figure(
            "defect_caught_latest_after",
            max((took for took in found.values() if took is not None), default=0),
            "seeds",
            DEFECT_WITHIN,
        ),
    )
