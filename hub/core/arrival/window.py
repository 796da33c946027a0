"""The place of a number among the last 128 of a life."""

from firmware_contracts.vocabulary import SEQUENCE_WINDOW
from hub.core.arrival.verdict import Freshness

WINDOW_MASK = (1 << SEQUENCE_WINDOW) - 1


def place(top: int, window: int, seq: int) -> tuple[int, int, Freshness]:
    """The newest number and the window with `seq` in it, and whether it is new, repeated, or too far behind to know."""
    behind = top - seq
    if behind < 0:
        window = ((window << -behind) | 1) & WINDOW_MASK if -behind < SEQUENCE_WINDOW else 1
        return seq, window, Freshness.LIVE
    if behind >= SEQUENCE_WINDOW:
        return top, window, Freshness.HISTORY
    if window >> behind & 1:
        return top, window, Freshness.REPEATED
    return top, window | 1 << behind, Freshness.LIVE
