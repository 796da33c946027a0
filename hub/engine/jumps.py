"""A jump of hub time is told to a person, once it is saved: before anything is judged at the new time."""

import logging

from hub.engine.committed import Committed
from hub.store.store import StoreUnavailable

log = logging.getLogger(__name__)


def tell_of_jumps(committed: Committed) -> None:
    """Raises StoreUnavailable when the alert must wait; it comes with the next look. It never stops anything else."""
    while committed.untold:
        turn = committed.new_turn(committed.instant())
        try:
            turn.tell_of_jump(committed.untold[0])
            lines = committed.commit(turn)
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("a jump of hub time could not be told")
        else:
            committed.perform(turn, (), (), lines)
        committed.untold.pop(0)
