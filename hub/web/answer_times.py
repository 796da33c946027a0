"""How fast alerts were answered: counted from the engine's journal lines, read by the metrics."""

import threading
from collections.abc import Iterable, Sequence
from datetime import timedelta

from hub.core.alerts import Severity
from hub.core.journal import EntryKind
from hub.store.store import JournalLine

BUCKETS_S = (5, 10, 20, 30, 60, 120, 180, 300, 600, 1800, 3600)
"""Borders of the answer times: service levels name 20, 60 and 180 s."""
_ANSWERS = frozenset(
    {
        EntryKind.ALERT_ACKNOWLEDGED,
        EntryKind.ALERT_ON_THE_WAY,
        EntryKind.ALERT_ON_SITE,
        EntryKind.ALERT_RESOLVED,
    }
)


class AnswerTimes:
    """From an alert's opening to its first answer, by severity. Fed in the engine's thread, read in any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets = {severity: [0] * (len(BUCKETS_S) + 1) for severity in Severity}
        self._sums = dict.fromkeys(Severity, timedelta())

    def hear(self, lines: Sequence[JournalLine]) -> None:
        for line in lines:
            alert = line.alert
            if alert is None or line.entry.kind not in _ANSWERS or alert.first_answer_at != line.entry.at:
                continue
            took = line.entry.at - alert.opened_at
            index = sum(took.total_seconds() > border for border in BUCKETS_S)
            with self._lock:
                self._buckets[alert.severity][index] += 1
                self._sums[alert.severity] += took

    def read(self) -> Iterable[tuple[Severity, list[tuple[str, float]], float]]:
        """For each severity the cumulative buckets and the sum in seconds."""
        with self._lock:
            buckets = {severity: list(counts) for severity, counts in self._buckets.items()}
            sums = dict(self._sums)
        for severity, counts in buckets.items():
            total, cumulative = 0, []
            for border, count in zip((*map(str, BUCKETS_S), "+Inf"), counts, strict=True):
                total += count
                cumulative.append((border, float(total)))
            yield severity, cumulative, sums[severity].total_seconds()
