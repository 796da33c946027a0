"""`make soak`: everything that takes longer than a test suite may, with a table and build/soak.json of what was found."""

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path

from hub.evaluation.figures import Figure, figure_line, write_figures
from tests.soak import access, growth, ingesting, kills, living, poison

PROJECT = Path(__file__).resolve().parent.parent.parent
RESULT = PROJECT / "build" / "soak.json"
NOT_KEPT = 1


Part = Callable[[], Iterable[Figure]]


def parts(folder: Path, args: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Part]:
    """What there is to measure, in the order in which it is done."""
    return {
        "lives": lambda: living.measure(args.seeds, timedelta(minutes=args.minutes), say),
        "kills": lambda: kills.measure(args.kills, folder / "kills"),
        "access": lambda: access.measure(folder / "access"),
        "poison": lambda: poison.measure(folder / "poison"),
        "growth": lambda: growth.measure(folder / "growth"),
        "ingest": lambda: ingesting.measure(folder / "ingest"),
    }


def soak(wanted: Mapping[str, Part], say: Callable[[str], None]) -> list[Figure]:
    """Each part is told as soon as it is known. One that raises is a figure of its own, never the end of the others."""
    found: list[Figure] = []
    for name, measure in wanted.items():
        say(f"-- {name}")
        try:
            figures = tuple(measure())
        except Exception as error:  # noqa: BLE001  (the other parts still have something to tell)
            say("".join(traceback.format_exception(error)))
            figures = (Figure(f"{name}_failed", 1, "parts", 0),)
        for figure in figures:
            say(figure_line(figure))
        found += figures
    return found


def told(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="simulated lives, at least")
    parser.add_argument("--minutes", type=float, default=0, help="go on with further seeds so long")
    parser.add_argument("--kills", type=int, default=100, help="cycles of kill -9 and a new start")
    parser.add_argument("--only", action="append", metavar="PART", help="this part; may be given again")
    args = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="care-soak-") as folder:
        known = parts(Path(folder), args, told)
        if unknown := set(args.only or ()) - set(known):
            parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        found = soak({name: part for name, part in known.items() if name in (args.only or known)}, told)
    write_figures(RESULT, found)
    broken = [one.name for one in found if not one.kept]
    print(f"{time.monotonic() - began:.0f} s; written to {RESULT.relative_to(PROJECT)}")
    if broken:
        print(f"not kept: {', '.join(broken)}")
    return NOT_KEPT if broken else 0


if __name__ == "__main__":
    sys.exit(main())
