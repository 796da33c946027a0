"""What came of a seed: nothing, or the broken promise, with the command that replays it and the shortest story that breaks it."""

import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from tests.simulation.life import Life
from tests.simulation.plan import Act, Plan, draw
from tests.simulation.watch import Violation

IN_MEMORY = Path("/dev/shm")
"""Where the simulated disk lies when it is there: what dies here is a process, never a machine."""

Defect = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Lived:
    """A seed's life. `law` and `told` are empty when every promise was kept."""

    plan: Plan
    law: str
    told: str
    story: tuple[str, ...]
    faults: Counter[str]
    presses: int
    alerts: int


@contextmanager
def _folder() -> Iterator[Path]:
    where = IN_MEMORY if IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="life-", dir=where) as name:
        yield Path(name)


def live(plan: Plan, defect: Defect = nullcontext) -> Lived:
    """Play a plan; whatever the hub itself raises breaks a promise too."""
    law = told = ""
    with _folder() as folder, defect():
        life = Life(plan, folder)
        try:
            life.run()
        except Violation as broken:
            law, told = broken.law, str(broken)
        except Exception as error:  # noqa: BLE001  (the hub's thread would have ended)
            law, told = f"raised {type(error).__name__}", repr(error)
    faults = Counter(act.what.value for act in plan.acts)
    watcher = life.watcher
    return Lived(plan, law, told, tuple(life.story), faults, len(watcher.presses), len(watcher.alerts))


def shortened(lived: Lived, defect: Defect = nullcontext) -> Lived:
    """The same promise broken by as few acts as can be found by leaving out one after the other."""
    found = lived
    while True:
        for number in range(len(found.plan.acts)):
            acts = without(found.plan.acts, number)
            shorter = live(replace(found.plan, acts=acts), defect)
            if shorter.law == found.law:
                found = shorter
                break
        else:
            return found


def without(acts: tuple[Act, ...], number: int) -> tuple[Act, ...]:
    return acts[:number] + acts[number + 1 :]


def explain(lived: Lived, defect_name: str = "", defect: Defect = nullcontext) -> str:
    """For whoever has to mend it: what broke, how to see it again, and the shortest story."""
    short = shortened(lived, defect)
    option = f' --defect "{defect_name}"' if defect_name else ""
    return "\n".join(
        (
            f"seed {lived.plan.seed}: {lived.told}",
            f"replay: python -m tests.simulation --seed {lived.plan.seed}{option}",
            f"shortest story, from {short.plan.starts_at:%Y-%m-%d %H:%M} {short.plan.zone}: {short.told}",
            *short.story,
        )
    )


def lives(seeds: Iterable[int], defect: Defect = nullcontext) -> Iterator[Lived]:
    """One life after the other, without the hub's own log."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        for seed in seeds:
            yield live(draw(seed), defect)
    finally:
        logging.disable(before)
