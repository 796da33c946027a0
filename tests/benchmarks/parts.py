"""What each part of a reading's way costs by itself, in one thread, the best of several rounds."""

import gc
import time
from collections.abc import Callable
from pathlib import Path

from hub.app import Hub
from hub.config.settings import load
from hub.core.events import DeviceEvent
from hub.core.step import step
from hub.evaluation.figures import Figure
from hub.ingest.decode import decode
from hub.ingest.message import RawMessage
from hub.store.store import Batch, InputSource, LoggedInput
from tests.benchmarks.street import Devices, home_ids, prepare

BATCH = 200
ROUNDS = 5


def _best_us(count: int, do: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        do()
        best = min(best, time.perf_counter() - began)
    return best / count * 1e6


def measure(folder: Path, host: str, port: int, homes: int, count: int) -> list[Figure]:
    place = prepare(folder, "parts", homes, host, port)
    devices, ids = Devices(place.cell, homes), home_ids(homes)
    messages = [RawMessage(*devices.vital(ids[number % homes])) for number in range(count)]
    hub = Hub(load(place.config, {}))
    try:
        hub.engine.recover()
        events = [event for one in messages if isinstance(event := decode(one, _no_model), DeviceEvent)]
        assert len(events) == count, "a reading of the load cannot be read"
        context, now, homes_now = hub.context(), hub.now(), dict(hub.homes())

        def steps() -> None:
            state = dict(homes_now)
            for event in events:
                state[event.home_id] = step(state[event.home_id], event, now, context).home

        seq = hub.engine.health().last_seq

        def commits() -> None:
            nonlocal seq
            for first in range(0, count, BATCH):
                inputs = [
                    LoggedInput(seq + number, now, InputSource.MESSAGE, ids[0], one.topic, one.payload)
                    for number, one in enumerate(messages[first : first + BATCH], start=1)
                ]
                seq += len(inputs)
                hub.store.commit(Batch(now, inputs=inputs))

        gc.collect()
        gc.freeze()
        return [
            Figure("decode_us", _best_us(count, lambda: [decode(one, _no_model) for one in messages]), "us"),
            Figure("step_us", _best_us(count, steps), "us"),
            Figure("store_us_per_input", _best_us(count, commits), "us, batches of 200"),
        ]
    finally:
        gc.unfreeze()
        hub.stop()


def _no_model(home_id: str, device_id: str) -> None:
    return None
