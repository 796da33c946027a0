"""The harness itself, with small numbers: every measurement is made and none is empty. (What they are is not judged.)"""

import math
from pathlib import Path

from tests.benchmarks.__main__ import Size, run

EXPECTED = {
    "ingest_ratio",
    "press_to_screen_idle_p50_ms",
    "press_to_screen_idle_p99_ms",
    "press_to_screen_half_load_p99_ms",
    "press_behind_backlog_ms",
    "gateway_rss_mb",
    "start_to_ready_s",
    "bytes_written_per_day_idle_home_mb",
    "step_us",
    "ledger_import_s",
    "ledger_import_mb",
    "decode_us",
    "store_us_per_input",
    "sse_fanout_p99_ms",
    "search_initials_p50_ms",
    "page_console_p50_ms",
    "page_homes_kb",
}
SMALL = Size(
    homes=10,
    messages=300,
    pairs=1,
    presses=5,
    backlog=300,
    screens=5,
    rest_s=0.1,
    heartbeats=5,
    readings=200,
    ledger=30,
    district=100,
    looks=2,
)


def test_every_measurement_is_made(tmp_path: Path) -> None:
    found = {one.name: one.value for one in run(tmp_path, SMALL, lambda line: None)}
    assert found.keys() >= EXPECTED
    del found["load_average_before"]
    # Thirty elders may need no page of memory that was not there before; a folder in memory writes nothing to a disk.
    for name in ("ledger_import_mb", "bytes_written_per_heartbeat", "bytes_written_per_day_idle_home_mb"):
        assert found.pop(name) >= 0
    nothing = {name: value for name, value in found.items() if not (math.isfinite(value) and value > 0)}
    assert not nothing
