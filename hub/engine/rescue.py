"""What becomes of an input whose outcome cannot be committed: it is kept, a person is told, and the hub goes on."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from hub.core.events import DeviceEvent, Tick
from hub.core.unjudged import TRY_AGAIN_AFTER
from hub.engine.committed import Committed, Unplaced
from hub.engine.inbox import Item, Ordered, settle
from hub.engine.placing import Placed
from hub.engine.reading import sender_of, sort_of
from hub.engine.turn import Turn
from hub.ingest.message import RawMessage
from hub.store.store import StoreUnavailable

log = logging.getLogger(__name__)

FAILED = "failed"
"""Why a message is kept as rejected whose outcome the store does not take."""


def give_up(
    committed: Committed, item: Item, placed: Callable[[Turn, RawMessage], Placed], error: Exception
) -> None:
    """Keep the input with its traceback; the home that it names is unjudged.

    Raises StoreUnavailable when the store takes nothing now, or no emergency at all: then nothing is acknowledged, the hub says
    that it is not ready, and the input comes again. So a press is never kept without a person who is told of it.
    """
    log.error("an input could not be committed; it is kept among the failed ones", exc_info=error)
    if not isinstance(item, RawMessage):
        if isinstance(item, Ordered):
            settle(item.result, error=error)
        return
    message = item
    not_placed: Exception | None = None

    def found_in(turn: Turn) -> Placed:
        nonlocal not_placed
        try:
            found, not_placed = placed(turn, message), None
        except Exception as why:
            not_placed = why
            raise
        return found

    detail = f"the hub failed to keep it ({type(error).__name__})"

    def in_its_home(turn: Turn) -> None:
        found = found_in(turn)
        if found.home is None or found.event is None:
            turn.reject(message, FAILED, detail)
        else:
            seq = turn.log_message(message, found.home.id, seen=found.event.seen)
            turn.give_up(found.home, found.event, seq, error)

    def in_the_unassigned_home(turn: Turn) -> None:
        seq = turn.reject(message, FAILED, detail)
        found = found_in(turn)
        if found.home is not None and found.event is not None:
            _tell_elsewhere(turn, found.home.id, found.event, seq)

    def as_bytes_of_nobody(turn: Turn) -> None:
        seq = turn.reject(message, FAILED, detail)
        turn.give_up_bytes(sender_of(message.topic), seq, error)

    _first_that_commits(committed, [message], (in_its_home, in_the_unassigned_home, as_bytes_of_nobody))
    if not_placed is not None:
        committed.unplaced = Unplaced(sort_of(message), sender_of(message.topic), type(not_placed).__name__)


def give_up_tick(committed: Committed, home_id: str, error: Exception) -> None:
    """What a wake time brought cannot be kept: the home is unjudged, and is woken again later.

    Raises StoreUnavailable when the store takes no emergency at all: it comes again, and the hub says that it is not ready.
    """
    log.error("home %s: what its wake time brought could not be committed", home_id, exc_info=error)
    home = committed.homes[home_id]

    def in_its_home(turn: Turn) -> None:
        turn.give_up_tick(home, error)

    def in_the_unassigned_home(turn: Turn) -> None:
        _tell_elsewhere(turn, home_id, Tick(home_id), turn.last_seq)

    _first_that_commits(committed, (), (in_its_home, in_the_unassigned_home))
    home = committed.homes[home_id]
    if home.wake_at is not None and home.wake_at <= committed.instant():
        # In memory alone: a home that is never woken again would be forgotten.
        committed.homes[home_id] = home = replace(home, wake_at=committed.instant() + TRY_AGAIN_AFTER)
        committed.wakes.arm(home)


def tell_of_the_unread(committed: Committed, damaged: Collection[str]) -> None:
    """At the start: a home of which something could not be read is unjudged, and an emergency says so. It is written whole again
    with that emergency."""
    for home_id in sorted(damaged):
        if home_id in committed.homes:
            give_up_tick(
                committed, home_id, RowsUnread("not everything that the store has of it can be read")
            )


class RowsUnread(Exception):
    """Why the emergency of such a home was raised."""


class _CannotStandIn(Exception):
    """Why the unassigned home tells nothing of itself."""


def _tell_elsewhere(turn: Turn, home_id: str, input_: DeviceEvent | Tick, seq: int) -> None:
    home = turn.home(home_id)
    if home is None or home.id == turn.unassigned().id:
        raise _CannotStandIn("the unassigned home cannot stand in for itself")
    turn.tell_elsewhere(home, input_, seq)


def _first_that_commits(
    committed: Committed, messages: Sequence[RawMessage], ways: Sequence[Callable[[Turn], None]]
) -> None:
    for number, way in enumerate(ways):
        turn = committed.new_turn(committed.instant())
        try:
            way(turn)
            lines = committed.commit(turn)
        except StoreUnavailable:
            raise
        except Exception as error:
            if number == len(ways) - 1:
                raise StoreUnavailable(
                    f"it takes no emergency ({type(error).__name__}); look at the disk and the log, restore a backup if "
                    f"it is damaged, and start the hub again"
                ) from error
            log.exception("a failed input could not be kept like this; trying with less")
        else:
            committed.perform(turn, messages, (), lines)
            return
