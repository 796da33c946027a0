"""The people who are asked: their telephones, which fail or hang, and what they do: answer late, twice, or not at all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from hub.core.alerts import WhatItWas, WhatWasDone
from hub.core.events import Acknowledge, ArriveOnSite, Command, GoOnTheWay, Resolve
from hub.core.notifications import Notification, Template
from hub.notify.channel import Attempt, Sent, TemporaryFailure
from tests.story import actor


class Line(StrEnum):
    """How the telephone network is."""

    WORKS = "works"
    FAILS = "fails"
    RAISES = "raises"
    HANGS = "hangs"


@dataclass(slots=True)
class Telephones:
    """The channel to people. `rang` is told of every attempt just as it begins; `hang` lets the world go on during one."""

    rang: Callable[[Notification], None]
    answered: Callable[[Notification], None]
    hang: Callable[[], None]
    line: Line = Line.WORKS
    name: str = "phone"

    def send(self, notification: Notification, attempt: int) -> Attempt:
        self.rang(notification)
        if self.line is Line.RAISES:
            raise ConnectionError("the line is dead")
        if self.line is Line.FAILS:
            return TemporaryFailure("no dial tone")
        if self.line is Line.HANGS:
            self.hang()
        self.answered(notification)
        return Sent()


@dataclass(slots=True)
class Intention:
    """What somebody will do, and when."""

    at: datetime
    command: Command


@dataclass(slots=True)
class People:
    """Everybody who was ever rung up, and what they intend. All of it follows from the random numbers given."""

    rng: Random
    intentions: list[Intention] = field(default_factory=list)

    def asked(self, notification: Notification, now: datetime) -> None:
        """A telephone was picked up: about an alert somebody may answer, soon or late, once or twice, or go on to the door."""
        if notification.template is not Template.ALERT or notification.person_id is None:
            return
        rng = self.rng
        if rng.random() < 0.35:
            return
        who, home_id, alert_id = actor(notification.person_id), notification.home_id, notification.alert_id
        at = now + timedelta(seconds=rng.choice((rng.uniform(3, 50), rng.uniform(30, 400))))
        self._intend(at, Acknowledge(home_id, alert_id, who))
        if rng.random() < 0.2:
            self._intend(at + timedelta(seconds=rng.uniform(0, 5)), Acknowledge(home_id, alert_id, who))
        if rng.random() < 0.4:
            return  # taken, and forgotten
        at += timedelta(seconds=rng.uniform(5, 280))
        self._intend(at, GoOnTheWay(home_id, alert_id, who))
        at += timedelta(seconds=rng.uniform(60, 600))
        self._intend(at, ArriveOnSite(home_id, alert_id, who))
        if rng.random() < 0.2:
            return
        at += timedelta(seconds=rng.uniform(60, 900))
        self._intend(
            at,
            Resolve(home_id, alert_id, who, WhatItWas.ILLNESS, WhatWasDone.ON_SITE, home_unknown=False),
        )

    def due(self, now: datetime) -> list[Command]:
        """What they do now, in order."""
        ready = [one for one in self.intentions if one.at <= now]
        self.intentions = [one for one in self.intentions if one.at > now]
        return [one.command for one in ready]

    def postpone(self, command: Command, at: datetime) -> None:
        """The hub did not answer: they try again."""
        self._intend(at, command)

    @property
    def next_at(self) -> datetime | None:
        return min((one.at for one in self.intentions), default=None)

    def _intend(self, at: datetime, command: Command) -> None:
        self.intentions.append(Intention(at, command))
        self.intentions.sort(key=lambda one: one.at)
