"""What a gateway costs its small machine: memory at rest, the time to start, what an uneventful day writes to the card."""

import time
from pathlib import Path

from hub.evaluation.figures import Figure
from tests.benchmarks.latency import running
from tests.benchmarks.publisher import Publisher
from tests.benchmarks.street import FITTED, Devices, home_ids, prepare

MIB = 1024 * 1024
HEARTBEATS_A_DAY = 96
"""One every 15 minutes."""
GATEWAY = {"urgent_queue": 1000, "telemetry_queue": 2000, "save_every_s": 600, "telemetry_linger_s": 2}
"""The engine's settings of config/gateway.toml."""
HURRIED = {**GATEWAY, "save_every_s": 0.01, "telemetry_linger_s": 0.0}


def measure(folder: Path, host: str, port: int, rest_s: float, heartbeats: int) -> list[Figure]:
    place = prepare(folder / "gateway", "gateway", 1, host, port, **GATEWAY)
    began = time.perf_counter()
    with running(place) as process:
        started = time.perf_counter() - began
        time.sleep(rest_s)
        resident = _status(process.pid, "VmRSS")
    return [
        Figure("gateway_rss_mb", resident / 1024, "MB", 110),
        Figure("start_to_ready_s", started, "s", 3),
        *_written(folder / "card", host, port, heartbeats),
    ]


def _written(folder: Path, host: str, port: int, heartbeats: int) -> list[Figure]:
    """A heartbeat every 50 ms, each committed and its home saved by itself as on a quiet day, when none meets another within
    `telemetry_linger_s` or `save_every_s` (a whole day as it is: `tests.soak.growth`). Bytes a heartbeat, times those of a day:
    what the process itself has the kernel write (/proc/PID/io), checkpoints of the write-ahead log included."""
    place = prepare(folder, "card", 1, host, port, **HURRIED)
    devices = Devices("card", 1)
    home = home_ids(1)[0]
    with running(place) as process, Publisher(host, port, "card") as publisher:
        time.sleep(1)
        before = _written_bytes(process.pid)
        for number in range(heartbeats):
            publisher.publish(*devices.heartbeat(home, FITTED[number % len(FITTED)]))
            time.sleep(0.05)
        time.sleep(0.5)
        each = (_written_bytes(process.pid) - before) / heartbeats
    day = each * len(FITTED) * HEARTBEATS_A_DAY
    return [
        Figure("bytes_written_per_heartbeat", each, "bytes"),
        Figure("bytes_written_per_day_idle_home_mb", day / MIB, "MB"),
    ]


def _written_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


def _status(pid: int, name: str) -> int:
    """A line of /proc/PID/status, in kB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
