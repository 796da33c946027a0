"""How many messages a second become safe, against a subscriber that does nothing with them.

Backlog style: the messages wait in a persistent session, nobody publishes any more, then the receiver connects and drains
them. On a machine of two cores a live publisher takes a core from the broker and the receiver alike, and its speed, not
theirs, would be the limit. Counted from the moment the session is connected to the last acknowledgement, for both. The hub
acknowledges after its commit; the subscriber when its callback returns.
"""

import json
import sqlite3
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hub.core.alerts import AlertKind
from hub.evaluation.figures import Figure
from hub.store.batch import InputSource
from tests.benchmarks.measurement import program
from tests.benchmarks.publisher import Publisher
from tests.benchmarks.street import Devices, Place, prepare


@dataclass(frozen=True, slots=True)
class Drained:
    """What one receiver did."""

    per_second: float
    processor_us: float


def measure(folder: Path, host: str, port: int, homes: int, messages: int, pairs: int) -> list[Figure]:
    hubs: list[Drained] = []
    plain: list[Drained] = []
    for number in range(pairs):
        hubs.append(_hub(folder / f"hub{number}", f"hub{number}", host, port, homes, messages))
        plain.append(_plain(f"raw{number}", host, port, homes, messages))
    ratios = [hub.per_second / bare.per_second for hub, bare in zip(hubs, plain, strict=True)]
    processor = [bare.processor_us / hub.processor_us for hub, bare in zip(hubs, plain, strict=True)]
    return [
        Figure("ingest_ratio", statistics.median(ratios), "of a plain subscriber", 0.6, at_least=True),
        Figure("ingest_per_s", statistics.median(one.per_second for one in hubs), "messages/s"),
        Figure("plain_per_s", statistics.median(one.per_second for one in plain), "messages/s"),
        Figure("ingest_processor_ratio", statistics.median(processor), "of a plain subscriber"),
        Figure("ingest_processor_us", statistics.median(one.processor_us for one in hubs), "us/message"),
        Figure("plain_processor_us", statistics.median(one.processor_us for one in plain), "us/message"),
    ]


def _hub(folder: Path, cell: str, host: str, port: int, homes: int, messages: int) -> Drained:
    place = prepare(folder, cell, homes, host, port)
    load = list(Devices(cell, homes).mixed(messages))
    with Publisher(host, port, "load") as publisher:
        publisher.publish_all(load)
    drained = _run("hub", str(place.config), str(messages))
    _check(place, load)
    return drained


def _plain(cell: str, host: str, port: int, homes: int, messages: int) -> Drained:
    _run("plain", host, str(port), cell, "0")
    with Publisher(host, port, "load") as publisher:
        publisher.publish_all(Devices(cell, homes).mixed(messages))
    return _run("plain", host, str(port), cell, str(messages))


def _run(*arguments: str) -> Drained:
    process = program("tests.benchmarks.receivers", *arguments, stdout=subprocess.PIPE)
    output, _ = process.communicate(timeout=180)
    if process.returncode:
        raise RuntimeError(f"the receiver {arguments[0]} ended with {process.returncode}")
    if not output:
        return Drained(0, 0)
    told = json.loads(output)
    return Drained(told["messages"] / told["seconds"], told["processor_s"] / told["messages"] * 1e6)


def _check(place: Place, load: list[tuple[str, bytes]]) -> None:
    """Every message is a row of the input log, every home that called or fell has its alert."""
    topics = [topic.split("/") for topic, _ in load]
    expected = {
        kind: len({topic[3] for topic in topics if topic[5] == last})
        for kind, last in ((AlertKind.EMERGENCY_CALL, "call"), (AlertKind.FALL, "fall"))
    }
    with sqlite3.connect(place.store) as store:
        rows = store.execute(
            "SELECT count(*) FROM input_log WHERE source = ?", (InputSource.MESSAGE,)
        ).fetchone()[0]
        alerts = dict(store.execute("SELECT kind, count(*) FROM alert GROUP BY kind"))
    store.close()
    if rows != len(load) or any(alerts.get(kind.value) != count for kind, count in expected.items()):
        raise RuntimeError(
            f"{len(load)} messages became {rows} rows; alerts {alerts}, expected {expected}: the numbers above mean nothing"
        )
