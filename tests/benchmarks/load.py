"""Readings at a steady rate, from a process of its own: prints a line when it begins, and the rate that it reached."""

import sys

from tests.benchmarks.publisher import Publisher
from tests.benchmarks.street import Devices, home_ids


def steadily(host: str, port: int, cell: str, homes: int, per_second: float, seconds: float) -> None:
    devices, ids = Devices(cell, homes), home_ids(homes)
    readings = [devices.vital(ids[number % homes]) for number in range(int(per_second * seconds))]
    with Publisher(host, port, "readings") as publisher:
        sys.stdout.write("begins\n")
        sys.stdout.flush()
        sys.stdout.write(f"{publisher.publish_steadily(readings, per_second)}\n")


if __name__ == "__main__":
    _, host, port, cell, homes, per_second, seconds = sys.argv[1:]
    steadily(host, int(port), cell, int(homes), float(per_second), float(seconds))
