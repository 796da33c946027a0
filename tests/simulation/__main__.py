"""`python -m tests.simulation`: replay one seed, or live through many; `make soak` calls it."""

import argparse
import logging
import sys
import time
from collections import Counter
from contextlib import nullcontext

from tests.simulation.defects import DEFECTS
from tests.simulation.plan import draw
from tests.simulation.verdict import explain, live, lives

FAILED = 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay this one and tell its story")
    parser.add_argument("--seeds", type=int, default=300, metavar="N", help="how many to live through")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="the first of them")
    parser.add_argument("--defect", choices=list(DEFECTS), help="with this defect switched on")
    parser.add_argument("--log", action="store_true", help="with the hub's own log")
    args = parser.parse_args()
    defect = DEFECTS[args.defect] if args.defect else nullcontext
    if args.seed is not None:
        if not args.log:
            logging.disable(logging.CRITICAL)
        lived = live(draw(args.seed), defect)
        print("\n".join(lived.story))
        if lived.law:
            print(explain(lived, args.defect or "", defect))
        else:
            print(f"every promise was kept: {lived.presses} presses, {lived.alerts} alerts")
        return FAILED if lived.law else 0
    began = time.monotonic()
    broken = 0
    faults: Counter[str] = Counter()
    for lived in lives(range(args.first, args.first + args.seeds), defect):
        faults += lived.faults
        if lived.law:
            broken += 1
            print(explain(lived, args.defect or "", defect), flush=True)
    took = time.monotonic() - began
    print(f"{args.seeds} seeds, {faults.total()} deeds and faults, {broken} violations, {took:.0f} s")
    return FAILED if broken else 0


if __name__ == "__main__":
    sys.exit(main())
