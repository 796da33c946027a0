"""Recovery: the inputs logged since the homes were saved are stepped again, as if nothing had happened in between."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from hub.core.arrival import event_keys, recognise
from hub.core.events import DeviceEvent, Tick
from hub.core.home import Home
from hub.engine.placing import place, read
from hub.engine.turn import Turn
from hub.ingest.message import RawMessage
from hub.store import codec
from hub.store.store import InputSource, JournalLine, Loaded, LoggedInput, Store, StoreUnavailable

log = logging.getLogger(__name__)


def recover(
    store: Store,
    loaded: Loaded,
    new_turn: Callable[[datetime], Turn],
    commit: Callable[[Turn], list[JournalLine]],
    now: Callable[[], datetime],
) -> int:
    """Step every input after the checkpoint that its home does not hold yet; returns how many.

    Effects of an input were committed with it and its home saved in the same transaction, so what is stepped here is telemetry;
    should it have an effect now (a rule has become stricter), that is committed like any other. One that cannot be stepped costs
    no other.
    """
    stepped = 0
    for logged in store.inputs_after(loaded.checkpoint_seq):
        if logged.home_id is None or logged.seq <= loaded.saved_seq.get(logged.home_id, 0):
            continue
        try:
            turn = new_turn(logged.at)
            home = turn.home(logged.home_id)
            if home is None or not _step(store, turn, home, logged):
                continue
            turn.batch.hub_time_at = now()
            commit(turn)
        except StoreUnavailable:
            raise
        except Exception:
            # Its effects stand; a hub that ended here would end here at every start.
            log.exception(
                "input %d of home %s cannot be stepped again and is left out", logged.seq, logged.home_id
            )
            continue
        stepped += 1
    return stepped


def _step(store: Store, turn: Turn, home: Home, logged: LoggedInput) -> bool:
    if logged.source is InputSource.MESSAGE:
        event = _event(store, home, logged, turn.context.device_homes)
        if event is None:
            return False
        turn.replay(home, event, logged.seq)
    elif logged.source is InputSource.COMMAND:
        turn.replay(home, codec.COMMAND.load(logged.payload), logged.seq)
    elif logged.source is InputSource.DELIVERY:
        turn.replay(home, codec.DELIVERY_REPORT.load(logged.payload), logged.seq)
    else:
        turn.replay(home, Tick(home.id), logged.seq)
    return True


def _event(
    store: Store, home: Home, logged: LoggedInput, enrolled_in: Mapping[str, str]
) -> DeviceEvent | None:
    """What the message said to the home that judged it; no other home is asked, for it judged there."""
    message = RawMessage(logged.topic or "", logged.payload, logged.qos, logged.retained, logged.duplicate)
    only = {home.id: home}
    placed = place(only.get, lambda: home, message, read(message, only, enrolled_in), enrolled_in)
    if placed.event is None or placed.event.home_id != home.id:
        return None
    if not logged.seen:
        return placed.event
    known = store.seen_event_ids(event_keys(placed.event), before_seq=logged.seq)
    return replace(recognise(placed.event, known), seen=True)
