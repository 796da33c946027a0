"""Values of a report as people read them: percentages that never flatter, durations in minutes and seconds."""

import math
from collections.abc import Callable
from datetime import timedelta

from hub.reports.tables import Ratio, Took

Say = Callable[..., str]
"""The words for a key in the language of the reader; further values are filled in."""


def percentage(ratio: Ratio, none: str) -> str:
    """One decimal; only all of them are 100 %. `none` where nothing was measured."""
    if ratio.percent is None:
        return none
    rounded = round(ratio.percent, 1)
    if rounded == 100 and ratio.part < ratio.whole:
        rounded = 99.9
    return f"{rounded:g} %"


def duration(took: timedelta, say: Say) -> str:
    """Begun seconds count, so that 60.4 s is not shown as kept within 60 s."""
    seconds = math.ceil(round(took.total_seconds(), 1))
    if seconds < 120:
        return say("report.seconds", s=seconds)
    minutes, seconds = divmod(seconds, 60)
    if minutes < 120:
        return say("report.minutes", m=minutes, s=seconds)
    hours, minutes = divmod(minutes, 60)
    return say("report.hours", h=hours, m=minutes)


def how_long(took: Took | None, say: Say) -> str:
    """How long it took; that nobody answered; or nothing, where nobody called."""
    if took is None:
        return say("report.none")
    return say("report.nobody") if took.time is None else duration(took.time, say)
