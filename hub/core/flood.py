"""Who sends more than anybody has to say: messages of each device are counted, and of a mad one's only some of each sort go on.

Pure, with the instant as an argument. What is held back is only counted here; that it may be (a press whose alert is open, a
reading) is judged where the home is known, in `engine/floods`; what becomes of the count in `core/detection/flooding`.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from hub.core.rules import FloodRule

TOLD_AFTER_S = 5.0
"""So long a flood is counted before it is told: its figure then says something."""
TOLD_EVERY_S = 60.0
MOST_SORTS = 256
"""Sorts of one sender that are told apart. With more of them all go on anew: never the other way round."""
MOST_ANSWERS_PER_S = 10
"""Confirmations of held-back presses, each second: the messages to one device must not keep others from hearing theirs."""
FORGOTTEN_AFTER_S = 600.0
"""A sender that was silent for so long begins anew."""

Sender = tuple[str, str, bool]
"""Home and device of the topic, and whether its signals (calls and falls) are counted or the rest."""


@dataclass(frozen=True, slots=True)
class Flood:
    """What a device sent too much of since it was last told: `per_minute` messages, most of them of `kind`; `held_back` of them
    were counted and not judged."""

    home_id: str
    device_id: str
    signals: bool
    kind: str
    per_minute: int
    held_back: int


class _Counted:
    """One sender. `free_at_s` is when all it sent would have come at the rate allowed (a bucket that leaks)."""

    __slots__ = (
        "answered",
        "answered_in_s",
        "came",
        "free_at_s",
        "held_back",
        "in_minute",
        "minute",
        "over_at_s",
        "passed_at_s",
        "since_s",
        "told_at_s",
    )

    def __init__(self) -> None:
        self.minute: object = None
        self.in_minute = 0
        self.free_at_s = 0.0
        self.since_s: float | None = None
        self.over_at_s = 0.0
        self.told_at_s: float | None = None
        self.came: dict[str, int] = {}
        self.held_back = 0
        self.passed_at_s: dict[Hashable, float] = {}
        self.answered_in_s = 0
        self.answered = 0


class Meter:
    """Counts the messages of every device. `now_s` never goes back within one meter."""

    def __init__(self) -> None:
        self._lately: dict[Sender, _Counted] = {}
        self._before: dict[Sender, _Counted] = {}
        self._turned_at_s: float | None = None
        self._flooding: dict[Sender, _Counted] = {}

    def forget(self) -> None:
        """What went on may not have been committed: everything is let through anew."""
        self._lately, self._before, self._flooding = {}, {}, {}

    def is_over(self, sender: Sender, minute: object, weight: int, now_s: float, rule: FloodRule) -> bool:
        """Count a message; whether its sender has had its share. `minute` is the minute in which it came and was spoken, by
        the sender's own clock (what a device gives back after an outage was spoken slowly); None counts the long run only."""
        one = self._lately.get(sender)
        if one is None:
            one = self._find(sender, now_s)
        limit = rule.signals_per_minute if sender[2] else rule.readings_per_minute
        share_s = 60.0 / limit
        earliest = now_s - rule.backlog_at_most * share_s
        free_at_s = max(one.free_at_s, earliest) + weight * share_s
        if minute is None:
            over = False
        elif one.minute == minute:
            one.in_minute += weight
            over = one.in_minute > limit
        else:
            one.minute, one.in_minute = minute, weight
            over = False
        if free_at_s <= now_s:
            one.free_at_s = free_at_s
            return over
        return True

    def goes_on(self, sender: Sender, sort: Hashable, kind: str, now_s: float, rule: FloodRule) -> bool:
        """Of a sender that is over: whether this message goes on, as one of each sort does now and then. Signals are their own
        sorts by what they say."""
        one = self._lately[sender]
        if one.since_s is None or now_s - one.over_at_s > TOLD_EVERY_S:
            one.since_s, one.told_at_s, one.came = now_s, None, {}
        one.over_at_s = now_s
        one.came[kind] = one.came.get(kind, 0) + 1
        self._flooding[sender] = one
        passed_at_s = one.passed_at_s.get(sort)
        if passed_at_s is not None and now_s - passed_at_s < rule.let_through_every.total_seconds():
            return False
        if len(one.passed_at_s) >= MOST_SORTS:
            one.passed_at_s.clear()
        one.passed_at_s[sort] = now_s
        return True

    def hold_back(self, sender: Sender) -> None:
        """This one is only counted."""
        self._lately[sender].held_back += 1

    def may_answer(self, sender: Sender, now_s: float) -> bool:
        """Whether a held-back press is confirmed to its device: so many a second are."""
        one = self._lately[sender]
        second = int(now_s)
        if one.answered_in_s != second:
            one.answered_in_s, one.answered = second, 0
        one.answered += 1
        return one.answered <= MOST_ANSWERS_PER_S

    def is_due(self, now_s: float) -> bool:
        """Whether there is a flood to be told now."""
        return bool(self._flooding) and any(_due(one, now_s) for one in self._flooding.values())

    def due(self, now_s: float) -> list[Flood]:
        """The floods that are to be told now: each soon after it began, then every minute, and what came last of it."""
        found: list[Flood] = []
        if not self._flooding:
            return found
        for sender, one in list(self._flooding.items()):
            if not _due(one, now_s):
                continue
            since_s = one.told_at_s if one.told_at_s is not None else (one.since_s or now_s)
            came = sum(one.came.values())
            if came:
                kind = max(one.came, key=lambda kind: one.came[kind])
                per_minute = round(came * 60.0 / max(now_s - since_s, 1.0))
                found.append(Flood(*sender, kind, per_minute, one.held_back))
            else:
                one.since_s = None
                del self._flooding[sender]
            one.told_at_s, one.came, one.held_back = now_s, {}, 0
        return found

    def _find(self, sender: Sender, now_s: float) -> _Counted:
        """Two generations: who was silent through one of them is forgotten, without a look at all of them."""
        if self._turned_at_s is None or now_s - self._turned_at_s > FORGOTTEN_AFTER_S:
            self._turned_at_s = now_s
            self._before, self._lately = self._lately, {}
        one = self._before.get(sender) or self._flooding.get(sender) or _Counted()
        self._lately[sender] = one
        return one


def _due(one: _Counted, now_s: float) -> bool:
    if one.told_at_s is None:
        return one.since_s is not None and now_s - one.since_s >= TOLD_AFTER_S
    return now_s - one.told_at_s >= TOLD_EVERY_S
