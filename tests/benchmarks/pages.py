"""How long somebody waits who looks for an elder among a whole district's, and what a page costs: bytes on the wire and time."""

import random
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx

from hub.core.home import Device, DeviceKind, Profile, Resident
from hub.directory import search
from hub.directory.demo_names import adult_name, elder_name
from hub.evaluation.figures import Figure
from hub.store import statements
from hub.store.queries import Queries
from hub.store.store import Store
from tests.benchmarks.measurement import quantile
from tests.web.running import RunningHub

TYPED = (
    ("王秀兰", "name"),
    ("wxl", "initials"),
    ("wang xiu lan", "pinyin"),
    ("13800012345", "telephone"),
    ("3-2-501", "door"),
    ("3号楼 wxl", "both"),
    ("h01234", "id"),
    ("w", "one_letter"),
)
PAGES = (("/", "console"), ("/homes", "homes"), ("/homes/h0013", "card"), ("/devices", "devices"))
HTML = {"accept": "text/html"}
_LINKED = re.compile(r'(?:src|href)="(/static/[^"]+)"')
_IMPORTED = re.compile(r'from "\./([^"]+)"')


def measure(folder: Path, homes: int, times: int) -> Iterator[Figure]:
    folder.mkdir()
    yield from _searches(folder / "district.sqlite", homes, times)
    yield from _pages(folder / "hub", times)


def profiles(homes: int) -> Iterator[Profile]:
    """A district: names as they are frequent, two relatives a home, six devices."""
    rng, at = random.Random(homes), datetime(2026, 1, 1, tzinfo=UTC)
    kinds = (
        DeviceKind.BUTTON,
        DeviceKind.PULL_CORD,
        DeviceKind.OXIMETER,
        DeviceKind.SMOKE,
        DeviceKind.MOTION,
        DeviceKind.CONTACT,
    )
    for number in range(homes):
        home_id, name = f"h{number:05d}", elder_name(rng)
        street = f"演示区 福华街道 {number % 60}社区 {('桂花', '海棠', '永安')[number % 3]}花园"
        door = f"{number % 23 + 1}号楼 {number % 4 + 1}单元 {number % 18 + 1}0{number % 4 + 1}室"
        yield Profile(
            home_id,
            f"{street} {door}",
            (Resident(f"e{number:05d}", name.full, name.call_name),),
            {
                f"{kind.value}-{number:05d}": Device(
                    f"{kind.value}-{number:05d}", kind, at, timedelta(days=1)
                )
                for kind in kinds
            },
            phone=f"0371-{10_000_000 + number}",
            callers=tuple((adult_name(rng).full, f"138{rng.randrange(10**8):08d}") for _ in range(2)),
        )


def _searches(path: Path, homes: int, times: int) -> Iterator[Figure]:
    rows = [(one.home_id, search.VERSION, search.text_of(one)) for one in profiles(homes)]
    with Store.open(path, "bench") as store:
        store.write(lambda connection: statements.SEARCH.run(connection, rows))
        with Queries(path) as queries:
            for typed, name in TYPED:
                took = [_ms(partial(queries.find_homes, typed)) for _ in range(times)]
                yield Figure(f"search_{name}_p50_ms", quantile(took, 0.5), "ms", 50)


def _pages(folder: Path, times: int) -> Iterator[Figure]:
    with RunningHub(folder, homes=228) as hub, hub.client() as client:
        for path, name in PAGES:
            took = [_ms(partial(client.get, path, headers=HTML)) for _ in range(times)]
            yield Figure(f"page_{name}_p50_ms", quantile(took, 0.5), "ms")
            yield Figure(f"page_{name}_kb", _bytes(client, path) / 1000, "kB with all it loads")


def _bytes(client: httpx.Client, path: str) -> int:
    """Of the page, its style, its scripts and what they import, as they come over the wire."""
    total, text = _wire(client, path)
    seen: set[str] = set()
    waiting = _LINKED.findall(text)
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            size, text = _wire(client, one)
            total += size
            waiting += [f"/static/{name}" for name in _IMPORTED.findall(text)]
    return total


def _wire(client: httpx.Client, path: str) -> tuple[int, str]:
    answer = client.get(path, headers={"accept": "text/html, */*", "accept-encoding": "gzip"})
    answer.raise_for_status()
    return answer.num_bytes_downloaded, answer.text


def _ms(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000
