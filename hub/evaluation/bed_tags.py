"""Bed exits found by a tag on the chest, against what people wrote down."""

from collections.abc import Iterable, Sequence
from statistics import median

from hub.core.detection.bed_tag import TagState, taken
from hub.evaluation.figures import Figure
from hub.evaluation.recordings.uci427 import TagDays
from hub.evaluation.report import Report, Table

WINDOWS_S = (10.0, 30.0, 60.0, 90.0)
"""An alarm is right where the bed is left within so many seconds after it, or was left within `LATE_S` before."""
LATE_S = 10.0


def alarms(sitting: TagDays) -> list[float]:
    """When the shipped detector speaks, in seconds of the recording."""
    found, state = [], TagState()
    for reading in sitting.readings:
        state = taken(state, reading)
        if state.got_up_at_s is not None:
            found.append(state.got_up_at_s)
    return found


def matched(spoken_s: Sequence[float], exits_s: Sequence[float], window_s: float) -> list[float]:
    """Of every exit that was found, how long before it the alarm came; each alarm finds the first exit, and each is found
    once."""
    left = list(exits_s)
    leads = []
    for at in spoken_s:
        for exit_at in left:
            if exit_at - window_s <= at <= exit_at + LATE_S:
                leads.append(exit_at - at)
                left.remove(exit_at)
                break
    return leads


def tell(report: Report, sittings: Iterable[TagDays]) -> None:
    """Adds table and figures. Nothing is fitted, so every person is an unseen one."""
    judged = [(alarms(sitting), sitting.exits_s) for sitting in sittings if sitting.readings]
    exits = sum(len(left) for _, left in judged)
    spoken = sum(len(found) for found, _ in judged)
    if not judged or not exits:
        return
    rows = []
    for window_s in WINDOWS_S:
        leads = [lead for found, left in judged for lead in matched(found, left, window_s)]
        precision = len(leads) / spoken if spoken else 0.0
        rows.append(
            (
                f"up to {window_s:.0f} s before",
                f"{exits}",
                f"{spoken}",
                f"{len(leads)}",
                f"{precision:.2f}",
                f"{len(leads) / exits:.2f}",
                f"{median(leads):.0f} s" if leads else "-",
            )
        )
        report.figures += [
            Figure(f"homes_uci427_bed_exit_precision_{window_s:.0f}s", precision, "share"),
            Figure(f"homes_uci427_bed_exit_recall_{window_s:.0f}s", len(leads) / exits, "share"),
        ]
    headings = ("alarm", "exits", "alarms", "right", "precision", "recall", "median lead")
    report.tables.append(
        Table(f"Bed exits by a tag on the chest, uci427, {len(judged)} sittings", headings, rows)
    )
