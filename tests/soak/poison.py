"""Floods and poison: how long a press of another home takes meanwhile, and that no bad input ends, hides or loses anything."""

import os
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from hub.evaluation.figures import Figure
from tests.soak.floods import SORTS, Flooding, flooding
from tests.soak.poison_api import Answered, bodies, body_routes, texts
from tests.soak.poison_ingest import Found, at_ingest
from tests.soak.poisons import BYTES, TEXTS, generated, hostile_strings, json_suite, recorded
from tests.story import Story
from tests.web.running import RunningHub

PROMISED_MS = 1_000
PRESSES = 20
SECONDS = 10.0
AS_FAST_AS_IT_GOES = ("readings", "presses")


def measure(folder: Path, *, presses: int = PRESSES, seconds: float = SECONDS) -> tuple[Figure, ...]:
    """Everything, with the recorded sets where CARE_DATA names them."""
    named = os.environ.get("CARE_DATA")
    data = Path(named) if named else None
    ingest = _ingest(folder / "ingest", data)
    api = _api(folder / "api", data)
    for wrong in (*ingest.wrong, *api.wrong):
        print(wrong, flush=True)
    with flooding(folder / "floods") as street:
        floods = tuple(_floods(street, presses, seconds))
    return (
        Figure("bad_inputs_tried", ingest.tried + api.tried, "inputs"),
        Figure("bad_inputs_recorded", float(data is not None), "set of recordings"),
        Figure("bad_inputs_crashes", len(ingest.crashed) + len(api.crashed), "inputs", 0),
        Figure("bad_inputs_lost", len(ingest.lost) + len(api.changed), "inputs", 0),
        Figure(
            "bad_inputs_refused_without_reason",
            len(ingest.without_reason) + len(api.without_reason),
            "inputs",
            0,
        ),
        Figure("bad_calls_silent", len(ingest.silent), "inputs", 0),
        Figure("pages_broken_by_texts", len(api.broken_pages), "pages", 0),
        *floods,
    )


def _ingest(folder: Path, data: Path | None) -> Found:
    folder.mkdir(parents=True)
    story = Story(folder / "hub.sqlite")
    try:
        more = recorded(data, everywhere=True) if data is not None else ()
        return at_ingest(story, chain(generated(), more))
    finally:
        story.store.close()


def _api(folder: Path, data: Path | None) -> Answered:
    found = Answered()
    with RunningHub(folder, homes=40) as hub:
        payloads = {**BYTES, **(json_suite(data) if data is not None else {})}
        _add(found, bodies(hub, payloads.items(), body_routes(hub)))
        hostile = (*TEXTS, *(hostile_strings(data) if data is not None else ()))
        _add(found, texts(hub, hub.home_ids()[20], hostile))
    return found


def _add(found: Answered, more: Answered) -> None:
    found.tried += more.tried
    found.refused += more.refused
    found.crashed += more.crashed
    found.without_reason += more.without_reason
    found.changed += more.changed
    found.broken_pages += more.broken_pages


def _floods(street: Flooding, presses: int, seconds: float) -> Iterable[Figure]:
    for sort in SORTS:
        found = street.flood(sort, presses, seconds)
        yield Figure(f"press_during_flood_ms_{sort}", found.slowest_ms, "ms, the slowest", PROMISED_MS)
        yield Figure(f"flood_{sort}_per_s", found.per_second, "messages/s")
    for sort in AS_FAST_AS_IT_GOES:
        found = street.flood(sort, presses, seconds, per_second=0)
        yield Figure(f"press_during_fastest_{sort}_ms", found.slowest_ms, "ms, the slowest")
        yield Figure(f"flood_fastest_{sort}_per_s", found.per_second, "messages/s")
