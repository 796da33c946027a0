"""`python -m tests.benchmarks`: measure everything, print a table, write build/bench.json. About three minutes."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from hub.evaluation.figures import Figure, figure_line, write_figures
from tests.benchmarks import footprint, ingest, latency, ledger, pages, parts
from tests.benchmarks.measurement import PROJECT, broker_in

RESULT = PROJECT / "build" / "bench.json"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done of each."""

    homes: int = 500
    messages: int = 80_000
    pairs: int = 3
    presses: int = 150
    backlog: int = 40_000
    screens: int = 200
    rest_s: float = 10
    heartbeats: int = 300
    readings: int = 4_000
    ledger: int = ledger.ELDERS
    district: int = 32_840
    looks: int = 21


def run(folder: Path, size: Size, say: Callable[[str], None]) -> list[Figure]:
    """Every measurement, in order; each group is printed as soon as it is known."""
    found: list[Figure] = []
    busy = os.getloadavg()[0]
    server, name = broker_in(folder / "broker")
    say(f"broker: {name}, {'tuned as shipped' if name == 'Mosquitto' else 'Mosquitto is not installed'}")

    def keep(some: Iterable[Figure]) -> None:
        for one in some:
            found.append(one)
            say(figure_line(one))

    # Whoever reads the numbers has to know whether the machine did something else as well.
    keep([Figure("load_average_before", busy, f"on {os.cpu_count()} processors")])
    with server:
        at = server.host, server.port
        keep(ledger.measure(folder / "ledger", size.ledger))
        keep(parts.measure(folder / "parts", *at, size.homes, size.readings))
        keep(ingest.measure(folder / "ingest", *at, size.homes, size.messages, size.pairs))
        capacity = next(one.value for one in found if one.name == "ingest_per_s")
        keep(latency.measure(folder / "latency", *at, size.presses, capacity / 2, size.backlog, size.screens))
        keep(footprint.measure(folder / "footprint", *at, size.rest_s, size.heartbeats))
        keep(pages.measure(folder / "pages", size.district, size.looks))
    return found


def main() -> int:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="care-bench-") as folder:
        found = run(Path(folder), Size(), print)
    write_figures(RESULT, found)
    print(f"{time.perf_counter() - began:.0f} s; written to {RESULT.relative_to(PROJECT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
