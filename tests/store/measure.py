"""What the store costs: `python -m tests.store.measure [FOLDER]` prints microseconds; it judges nothing.

FOLDER says on which disk; every commit waits for it (synchronous=FULL).
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from hub.core.home import DeviceState
from hub.store.queries import Queries
from hub.store.store import Batch, InputSource, LoggedInput, Store
from tests.store import samples
from tests.store.samples import CELL, at, batch, enrolled, pressed

PAYLOAD = b"x" * 174
HOMES = 2000


def say(what: str, count: int, do: Callable[[], object]) -> None:
    """The time on the clock and the processor's, for one of `count` things."""
    began, began_cpu = time.perf_counter(), time.process_time()
    do()
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    sys.stdout.write(f"{what:<54}{wall / count * 1e6:9.1f} us, processor {cpu / count * 1e6:9.1f} us\n")


def commit_all(store: Store, batches: Iterable[Batch]) -> None:
    for one in batches:
        store.commit(one)


def telemetry(first: int, size: int) -> Batch:
    topic = f"care/v1/{CELL}/home-1234/mat-5678/vital"
    return Batch(
        at(0),
        inputs=[
            LoggedInput(seq, at(0), InputSource.MESSAGE, "home-1234", topic, PAYLOAD)
            for seq in range(first, first + size)
        ],
    )


def measure(path: Path) -> None:
    seq = 2
    with Store.open(path, CELL) as store, Queries(path) as queries:
        for size, times in ((1, 300), (10, 300), (100, 300), (200, 150)):
            batches = [telemetry(seq + n * size, size) for n in range(times)]
            seq += size * times
            say(f"telemetry, batches of {size}: one input", size * times, partial(commit_all, store, batches))

        homes = [samples.home(f"home-{number}") for number in range(HOMES)]
        store.commit(enrolled(*homes, seq=1))
        effects = [pressed(home, f"a-{home.id}", seq + n) for n, home in enumerate(homes)]
        half = HOMES // 2
        alone = [batch(effect) for effect in effects[:half]]
        tens = [batch(*effects[n : n + 10]) for n in range(half, HOMES, 10)]
        say("press (2 lines, 2 notifications) alone in its commit", half, lambda: commit_all(store, alone))
        say("press, ten in a commit: one press", half, lambda: commit_all(store, tens))

        moved = DeviceState(boot=1)
        after = [effect.after for effect in effects]
        dirty = [(one, replace(one, devices={**one.devices, "mat-1": moved}), seq) for one in after]
        say("lazy save: one home with one device", HOMES, lambda: store.save(dirty, [], seq, at(1)))
        say("load, homes with an open alert: one home", HOMES, store.load)
        pairs = [("button-1", f"event-a-home-{n}") for n in range(100)]
        for _ in range(2):  # the first call prepares the statements
            say("are 100 event ids known", 1, lambda: store.seen_event_ids(pairs))
            say("screen: 100 open alerts", 1, lambda: queries.list_alerts(is_open=True))
            say("screen: search", 1, lambda: queries.list_alerts(search="home-77"))
            say("screen: one alert with its journal", 1, lambda: queries.alert("a-home-7"))
            say("metrics: counts", 1, queries.counts)
    sys.stdout.write(f"size of the file {path.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        measure(Path(folder) / "cell.sqlite")
