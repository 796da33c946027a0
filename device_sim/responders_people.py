"""Who plays whom in the demo, between the webhook's receiver and the answers: what came, who makes up their mind, and when."""

import heapq
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from device_sim.responders_outcomes import Outcome, outcome_of

KEPT: Final = 500
"""Notifications kept for the page and against repetition; the oldest leave first."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How one role answers. Each pause counts from the step before; None: this step and those after it are left out.

    `probability` is the chance that somebody of this role answers at all.
    """

    probability: float
    acknowledge_after_s: float | None = None
    on_the_way_after_s: float | None = None
    on_site_after_s: float | None = None
    resolve_after_s: float | None = None


SILENT: Final = Behaviour(probability=0)

BEHAVIOURS: Final[Mapping[str, Mapping[str, Behaviour]]] = {
    # A butler mostly comes; the desks look after what nobody took; family reads and says nothing.
    "demo": {
        "butler": Behaviour(0.7, 20, 15, 60, 40),
        "deputy": Behaviour(0.8, 25, 20, 70, 40),
        "elder_helper": Behaviour(0.5, 30, 20, 60, 40),
        "centre_duty": Behaviour(0.6, 45, None, None, None),
        "property_guard": Behaviour(0.3, 40, 10, 45, None),
    },
    "prompt": {
        role: Behaviour(1, 1, 1, 2, 2)
        for role in ("butler", "deputy", "elder_helper", "centre_duty", "duty_manager", "operator")
    },
    "silent": {},
}

TOLD: Final = "told"
TAKEN: Final = "taken"
RESOLVED: Final = "resolve"
TAKEN_BACK: Final = "taken_back"
ASKING: Final = ("alert", "request_assigned")
"""Templates that want an answer; the others tell."""

STEPS: Final = ("acknowledge", "on_the_way", "on_site", "resolve")
REQUEST_STEPS: Final = ("accept", "start", "done")
"""What an assignee says about a service request, with the pauses of the first three steps."""


def steps_of(notification: Mapping[str, Any]) -> tuple[str, ...]:
    return STEPS if notification.get("request_id") is None else REQUEST_STEPS


def actions_of(notification: Mapping[str, Any]) -> tuple[str, ...]:
    """What can be answered by hand."""
    return STEPS if notification.get("request_id") is None else (*REQUEST_STEPS, "decline")


def about(notification: Mapping[str, Any]) -> Any:
    """The alert or the service request that it speaks of."""
    return notification.get("alert_id") or notification.get("request_id")


@dataclass(slots=True)
class Asked:
    """A notification that came, and what became of it: `state` is the newest action that the hub took, a refusal, what
    somebody else did (TAKEN, RESOLVED, TAKEN_BACK), or TOLD where nothing was asked."""

    notification: Mapping[str, Any]
    role: str
    came_at: str
    copies: int = 1
    state: str = ""
    ended: bool = False

    @property
    def id(self) -> str:
        return str(self.notification["notification_id"])


@dataclass(frozen=True, slots=True, order=True)
class Planned:
    """An answer that falls due; `step` indexes the steps of its notification."""

    due_s: float
    order: int
    notification_id: str = field(compare=False)
    step: int = field(compare=False)


def role_of(notification: Mapping[str, Any], known: Mapping[str, Behaviour]) -> str:
    """The role that was asked: as the hub says, else as the person's id or address names it."""
    said = notification.get("role")
    if isinstance(said, str) and said:
        return said
    named = f"{notification.get('person_id')} {notification.get('address')}".replace("-", "_")
    return next((role for role in sorted(known, key=len, reverse=True) if role in named), "unknown")


class People:
    """Everybody who can be asked: what came, and which answers are planned. Time is given in seconds by the caller."""

    def __init__(self, behaviours: Mapping[str, Behaviour], seed: int = 1) -> None:
        self._behaviours = behaviours
        self._seed = seed
        self._asked: dict[str, Asked] = {}
        self._planned: list[Planned] = []
        self._orders = 0
        self._lock = threading.Lock()

    def receive(self, notification: Mapping[str, Any], came_at: str, now_s: float) -> Asked | None:
        """Note a notification and plan the answers; None when it came before (acted on once)."""
        with self._lock:
            known = self._asked.get(str(notification["notification_id"]))
            if known is not None:
                known.copies += 1
                return None
            asked = Asked(notification, role_of(notification, self._behaviours), came_at)
            self._asked[asked.id] = asked
            while len(self._asked) > KEPT:
                del self._asked[next(iter(self._asked))]
            if notification.get("template") in ASKING:
                self._decide(asked, now_s)
            else:
                asked.state = TOLD
                self._stand_down(notification)
            return asked

    def _decide(self, asked: Asked, now_s: float) -> None:
        """One person makes up their mind once for an alert, however often they are asked about it."""
        behaviour = self._behaviours.get(asked.role, SILENT)
        person, alert = asked.notification.get("person_id"), about(asked.notification)
        chance = random.Random(f"{self._seed}|{person}|{alert}").random()
        same = (
            other
            for other in self._asked.values()
            if other is not asked
            and not other.ended
            and (other.notification.get("person_id"), about(other.notification)) == (person, alert)
            and any(planned.notification_id == other.id for planned in self._planned)
        )
        if chance < behaviour.probability and next(same, None) is None:
            self._plan(asked, 0, now_s)

    def _plan(self, asked: Asked, step: int, now_s: float) -> None:
        behaviour = self._behaviours.get(asked.role, SILENT)
        pauses = (
            behaviour.acknowledge_after_s,
            behaviour.on_the_way_after_s,
            behaviour.on_site_after_s,
            behaviour.resolve_after_s,
        )
        pause_s = pauses[step] if step < len(steps_of(asked.notification)) else None
        if pause_s is not None:
            self._orders += 1
            heapq.heappush(self._planned, Planned(now_s + pause_s, self._orders, asked.id, step))

    def _stand_down(self, notification: Mapping[str, Any]) -> None:
        """Somebody else has it, or it is over: who was told so answers no more about this alert."""
        same_person = [
            asked
            for asked in self._about_the_same(notification)
            if asked.notification.get("person_id") == notification.get("person_id")
        ]
        match notification.get("template"):
            case "taken":
                self._taken_by_another(notification)
            case "resolved":
                self._over(notification)
            case "request_taken_back":
                for asked in same_person:
                    asked.state = TAKEN_BACK
            case _:
                return  # It is late, and still theirs.
        for asked in same_person:
            asked.ended = True

    def _about_the_same(self, notification: Mapping[str, Any]) -> list[Asked]:
        """Everybody who was asked to do something about this alert or request."""
        return [
            asked
            for asked in self._asked.values()
            if asked.notification.get("template") in ASKING
            and about(asked.notification) == about(notification)
        ]

    def _taken_by_another(self, notification: Mapping[str, Any]) -> None:
        for asked in self._about_the_same(notification):
            if asked.id != notification["notification_id"] and not asked.state:
                asked.state = TAKEN

    def _over(self, notification: Mapping[str, Any]) -> None:
        for asked in self._about_the_same(notification):
            asked.state, asked.ended = RESOLVED, True

    def due(self, now_s: float) -> tuple[Asked, str] | None:
        """The next answer that is due, taken off the plan, and its action."""
        with self._lock:
            while self._planned and self._planned[0].due_s <= now_s:
                planned = heapq.heappop(self._planned)
                asked = self._asked.get(planned.notification_id)
                if asked is not None and not asked.ended:
                    return asked, steps_of(asked.notification)[planned.step]
            return None

    def answered(self, asked: Asked, action: str, refusal: str | None, now_s: float) -> None:
        """The hub took the answer, or refused it with a reason; the next step is planned only after success by plan."""
        with self._lock:
            if refusal is not None:
                asked.state = f"{action}: {refusal}"
                asked.ended = True
                return
            asked.state = action
            if action == RESOLVED:
                self._over(asked.notification)
            elif action in STEPS:
                self._taken_by_another(asked.notification)
            steps = steps_of(asked.notification)
            if action in ("resolve", "done", "decline"):
                asked.ended = True
            elif action in steps and not asked.ended:
                self._plan(asked, steps.index(action) + 1, now_s)

    def outcome(self, asked: Asked) -> Outcome:
        """What is written when this alert is closed."""
        return outcome_of(asked.notification, self._seed)

    def take_over(self, notification_id: str) -> Asked | None:
        """Somebody answers by hand: what was planned for this notification is dropped."""
        with self._lock:
            self._planned = [
                planned for planned in self._planned if planned.notification_id != notification_id
            ]
            heapq.heapify(self._planned)
            return self._asked.get(notification_id)

    def listed(self) -> list[Asked]:
        """What came, newest first."""
        with self._lock:
            return list(reversed(self._asked.values()))
