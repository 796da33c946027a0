"""Recovery: the inputs logged since the homes were saved are stepped again, as if nothing had happened in between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from hub.core.events import DeviceEvent, Tick
from hub.engine.reading import from_gateway, unreadable_event
from hub.engine.turn import Turn
from hub.ingest.decode import Decoded, Rejected
from hub.ingest.message import RawMessage
from hub.ingest.zigbee2mqtt import BRIDGE_ID
from hub.store import codec
from hub.store.store import InputSource, JournalLine, Loaded, LoggedInput, Store

BATCH = 200


def recover(
    store: Store,
    loaded: Loaded,
    new_turn: Callable[[datetime], Turn],
    commit: Callable[[Turn], list[JournalLine]],
    read: Callable[[RawMessage], Decoded],
    now: Callable[[], datetime],
) -> int:
    """Step every input after the checkpoint that its home does not hold yet; returns how many.

    Effects of an input were committed with it and its home saved in the same transaction, so what is stepped here is telemetry;
    should it have an effect now (a rule has become stricter), that is committed like any other.
    """
    stepped = 0
    for logged in store.inputs_after(loaded.checkpoint_seq):
        if logged.home_id is None or logged.seq <= loaded.saved_seq.get(logged.home_id, 0):
            continue
        turn = new_turn(logged.at)
        home = turn.home(logged.home_id)
        if home is None or not _step(turn, logged, read):
            continue
        turn.batch.hub_time_at = now()
        commit(turn)
        stepped += 1
    return stepped


def _step(turn: Turn, logged: LoggedInput, read: Callable[[RawMessage], Decoded]) -> bool:
    home = turn.home(logged.home_id or "")
    if home is None:
        return False
    if logged.source is InputSource.MESSAGE:
        message = RawMessage(
            logged.topic or "", logged.payload, logged.qos, logged.retained, logged.duplicate
        )
        decoded = read(message)
        event = unreadable_event(message, decoded) if isinstance(decoded, Rejected) else decoded
        if not isinstance(event, DeviceEvent):
            return False
        if event.device_id == BRIDGE_ID:
            told = from_gateway(home, event)
            if told is None:
                return False
            event = told
        if event.home_id != home.id:
            event = replace(event, home_id=home.id, claimed_home=event.home_id)
        turn.replay(home, replace(event, seen=logged.seen), logged.seq)
    elif logged.source is InputSource.COMMAND:
        turn.replay(home, codec.COMMAND.load(logged.payload), logged.seq)
    elif logged.source is InputSource.DELIVERY:
        turn.replay(home, codec.DELIVERY_REPORT.load(logged.payload), logged.seq)
    else:
        turn.replay(home, Tick(home.id), logged.seq)
    return True
