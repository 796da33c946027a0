"""What the hub's care costs: messages a second that become safe, against a subscriber that does nothing with them."""

from pathlib import Path

from hub.evaluation.figures import Figure
from tests.benchmarks import ingest
from tests.benchmarks.measurement import broker_in


def measure(folder: Path, *, homes: int = 500, messages: int = 80_000, pairs: int = 3) -> tuple[Figure, ...]:
    """The ratio as the benchmarks measure it, on a broker of its own."""
    server, _ = broker_in(folder / "broker")
    with server:
        found = ingest.measure(folder / "homes", server.host, server.port, homes, messages, pairs)
    return tuple(
        Figure(one.name, one.value, one.unit, one.limit, at_least=True)
        for one in found
        if one.name in {"ingest_ratio", "ingest_per_s"}
    )
