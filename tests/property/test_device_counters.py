"""What the counters of a device may do to its calls and its telemetry: drawn troubles of a small fleet, through the real step.

The fleet knows the truth (when a key was pressed, when a value was measured, who spoke it); the hub sees messages only.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import hypothesis.strategies as st
from hypothesis import given, settings

from firmware_contracts.vocabulary import CallAction, Measure
from hub.core.alerts import Alert, AlertKind, WhatItWas, WhatWasDone
from hub.core.arrival import identity
from hub.core.context import Context
from hub.core.events import Actor, ActorRole, Alive, Call, DeviceEvent, Input, Resolve, Vital
from hub.core.home import Home
from hub.core.outcome import Outcome
from hub.core.reasons import ReasonCode
from hub.core.step import step
from hub.engine.placing import mark_seen
from tests.story import TUESDAY_MORNING, story_context, street

OPERATOR = Actor("operator-chen", ActorRole.OPERATOR)
DEVICE = "button"
CALLS = {AlertKind.EMERGENCY_CALL, AlertKind.UNCONFIRMED_CALL}
SPEAKS_EVERY_S = 53.0
LIVE_WITHIN_S = 120.0
SLACK_S = 5.0


@dataclass
class Press:
    """A key that a person really pressed."""

    pressed_at: datetime
    delivered: bool = False


@dataclass
class Message:
    """A message as it was spoken, and what is true of it. `life` is unique over all devices."""

    event: DeviceEvent
    spoken_at: datetime
    life: int
    press: Press | None = None
    lived: int = 0


class Hub:
    """One home, its event ids as the store keeps them, and the real step."""

    def __init__(self) -> None:
        self.home = Home("h1", street()["h1"])
        self.context: Context = story_context(TUESDAY_MORNING)
        self.known: dict[tuple[str, str], datetime] = {}
        self.opened: list[Alert] = []

    def take(self, input_: Input, now: datetime) -> Outcome:
        if isinstance(input_, DeviceEvent):
            input_ = mark_seen(input_, self.known)
        outcome = step(self.home, input_, now, self.context)
        for key in outcome.remember:
            self.known[key] = now
        self.opened += [
            alert
            for alert in outcome.alerts
            if alert.open and alert.id not in {one.id for one in self.opened}
        ]
        self.home = outcome.home
        return outcome

    def told(self, code: ReasonCode) -> int:
        return sum(alert.reason.code == code for alert in self.opened)

    def tells(self, code: ReasonCode) -> bool:
        return any(alert.reason.code == code for alert in self.home.alerts.values())

    def close_everything(self, now: datetime) -> None:
        for alert_id in list(self.home.alerts):
            done = Resolve("h1", alert_id, OPERATOR, WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)
            self.take(done, now)


LIVES = itertools.count()


class Speaker:
    """The hardware: what it counts, and what it forgets."""

    def __init__(self, now: datetime, boot: int, ppm: int) -> None:
        self.boot, self.seq, self.events, self.ppm = boot, 0, 0, ppm
        self.born_at, self.life = now, next(LIVES)

    def restart(
        self, now: datetime, *, keeps_boot: bool, falls_to: int, keeps_seq: bool, keeps_events: bool
    ) -> None:
        self.boot = self.boot + 1 if keeps_boot else falls_to
        self.seq = self.seq if keeps_seq else 0
        self.events = self.events if keeps_events else 0
        self.born_at, self.life = now, next(LIVES)

    def say(self, fact: Call | Vital | Alive, now: datetime, press: Press | None = None) -> Message:
        self.seq += 1
        uptime = (now - self.born_at) * (1_000_000 + self.ppm) / 1_000_000
        event = DeviceEvent("h1", DEVICE, (fact,), self.boot, self.seq, uptime, fingerprint=self.seq)
        return Message(event, now, self.life, press)

    def press(self, now: datetime) -> list[Message]:
        """A press and the repetitions of its first seconds, which a queue keeps while nobody answers."""
        self.events += 1
        event_id, press = f"button-{self.events:04d}", Press(now)
        first = self.say(Call(event_id, timedelta(), CallAction.EMERGENCY), now, press)
        copies = [first]
        for age_s in (2.0, 6.0):
            age = timedelta(seconds=age_s)
            uptime = (first.event.uptime or age) + age
            fact = Call(event_id, age, CallAction.EMERGENCY)
            event = replace(first.event, facts=(fact,), uptime=uptime)
            copies.append(Message(event, now + age, self.life, press))
        return copies


class Fleet:
    """A device (or two under one id), its link, the hub, and the truth that the hub is measured against."""

    def __init__(self, ppm: int, boot: int) -> None:
        self.now = TUESDAY_MORNING
        self.hub = Hub()
        self.speakers = [Speaker(self.now, boot, ppm)]
        self.ppm = ppm
        self.cut = False
        self.queue: list[Message] = []
        self.delivered: list[Message] = []
        self.first_of: dict[int, Message] = {}
        self.orderly = True
        """Whether every device kept its counters so far, and none was doubled."""

    # --- what happens -------------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """Time passes; whoever is there speaks as usual."""
        until = self.now + timedelta(seconds=seconds)
        while (until - self.now).total_seconds() > SPEAKS_EVERY_S:
            pause = SPEAKS_EVERY_S / len(self.speakers)
            for speaker in list(self.speakers):
                self.now += timedelta(seconds=pause)
                self.send(speaker.say(Vital({Measure.HEART_RATE_BPM: 70.0}), self.now))
        self.now = until

    def send(self, message: Message) -> None:
        if self.cut:
            self.queue.append(message)
        else:
            self.deliver(message)

    def press(self, who: int = 0) -> None:
        copies = self.speakers[who % len(self.speakers)].press(self.now)
        for copy in copies if self.cut else copies[:1]:
            self.now = max(self.now, copy.spoken_at)
            self.send(copy)

    def restart(self, **counters: bool | int) -> None:
        if not (counters["keeps_boot"] and counters["keeps_events"]):
            self.orderly = False
        self.speakers[0].restart(self.now, **counters)  # type: ignore[arg-type]

    def mend(self, part: float, gap_s: float) -> None:
        """The link is back: the queue comes in order, all at once or in two parts."""
        self.cut = False
        waiting, self.queue = self.queue, []
        first = int(len(waiting) * part)
        self.drain(waiting[:first])
        if first < len(waiting):
            self.cut = True
            self.queue = waiting[first:]
            self.wait(gap_s)
            waiting, self.queue, self.cut = self.queue, [], False
            self.drain(waiting)

    def drain(self, messages: list[Message]) -> None:
        for message in messages:
            self.now += timedelta(seconds=0.3)
            self.deliver(message)

    def again(self, back: int, *, flagged: bool, retained: bool) -> None:
        """The broker delivers a message that it delivered before, or hands out the copy that it kept."""
        if self.delivered:
            message = self.delivered[-1 - back % len(self.delivered)]
            event = replace(message.event, duplicate=flagged, retained=retained)
            self.deliver(replace(message, event=event), copy_of=message)

    # --- and what must be so ------------------------------------------------------------------------------------------

    def deliver(self, message: Message, copy_of: Message | None = None) -> None:
        before = len(self.hub.opened)
        outcome = self.hub.take(message.event, self.now)
        opened = self.hub.opened[before:]
        original = copy_of or message
        if copy_of is None:
            self.delivered.append(message)
        if message.press is not None:
            self._check_press(message, original, opened)
        elif message.event.retained:
            assert not opened, "a kept copy of a reading tells nothing"
        elif outcome.ignored is None:
            self._check_live(original)
        self.first_of.setdefault(message.life, message)
        if self.orderly:
            assert not self.hub.told(ReasonCode.NOT_BELIEVED), "an orderly device was not believed"
            assert not self.hub.told(ReasonCode.TWO_DEVICES), "two devices were seen where one is"
            assert not self.hub.told(ReasonCode.COUNTER_LOST), "an orderly device was accused"

    def _check_press(self, message: Message, original: Message, opened: list[Alert]) -> None:
        press = message.press
        assert press is not None
        emergencies = [alert for alert in opened if alert.kind is AlertKind.EMERGENCY_CALL]
        if press.delivered or message.event.retained:
            assert not emergencies, "a repetition of a press, or a kept copy, made an alert of its own"
            return
        press.delivered = True
        covered_from = press.pressed_at - identity.SAME_PRESS_WITHIN - timedelta(seconds=SLACK_S)
        assert any(alert.kind in CALLS for alert in self.hub.home.alerts.values()) or any(
            alert.kind in CALLS and alert.opened_at >= covered_from for alert in self.hub.opened
        ), "a press was swallowed"

    def _check_live(self, message: Message) -> None:
        message.lived += 1
        assert message.lived == 1, "one message was live twice"
        late_s = (self.now - message.spoken_at).total_seconds()
        first = self.first_of.get(message.life, message)
        # What is heard first of a life looks as if the device had just restarted, and its queue is seen when it shortens.
        beginning = (message.spoken_at - first.spoken_at).total_seconds() <= LIVE_WITHIN_S + SLACK_S
        assert late_s <= LIVE_WITHIN_S + SLACK_S or beginning, f"{late_s:.0f} s old, and judged live"

    def last_live(self) -> set[int]:
        """Which lives were live when they last spoke."""
        last = {message.life: message for message in self.delivered}
        return {life for life, message in last.items() if message.lived}


SECONDS = st.sampled_from([0.0, 0.4, 3.0, 31.0, 100.0, 217.0, 700.0, 2000.0, 9000.0])
RESTART = st.fixed_dictionaries(
    {
        "keeps_boot": st.booleans(),
        "falls_to": st.sampled_from([0, 1, 5]),
        "keeps_seq": st.sampled_from([False, False, True]),
        "keeps_events": st.booleans(),
    }
)
Trouble = tuple[object, ...]
"""Its name in the table below, and what it takes."""


def _do(name: str, *parts: st.SearchStrategy[object]) -> st.SearchStrategy[Trouble]:
    return st.tuples(st.just(name), *parts)


def _clone(fleet: Fleet, boot: int, ago_s: float) -> None:
    """Another device is set up with the same id; or it is taken away again."""
    fleet.orderly = False
    if len(fleet.speakers) == 1:
        fleet.speakers.append(Speaker(fleet.now - timedelta(seconds=ago_s), boot, -fleet.ppm))
    else:
        fleet.speakers.pop()


def _hub_restarts(fleet: Fleet) -> None:
    fleet.hub.context = replace(fleet.hub.context, resumed_at=fleet.now)


TROUBLES: dict[str, Callable[..., None]] = {
    "wait": lambda fleet, seconds: fleet.wait(seconds),
    "press": lambda fleet, who: fleet.press(who),
    "restart": lambda fleet, counters: fleet.restart(**counters),
    "cut": lambda fleet: setattr(fleet, "cut", True),
    "mend": lambda fleet, part, gap_s: fleet.mend(part, gap_s),
    "again": lambda fleet, back, flagged, retained: fleet.again(back, flagged=flagged, retained=retained),
    "clone": _clone,
    "close": lambda fleet: fleet.hub.close_everything(fleet.now),
    "hub": _hub_restarts,
}

TROUBLE = st.one_of(
    _do("wait", SECONDS),
    _do("wait", SECONDS),
    _do("press", st.integers(0, 1)),
    _do("press", st.integers(0, 1)),
    _do("restart", RESTART),
    _do("cut"),
    _do("mend", st.sampled_from([1.0, 1.0, 0.4]), SECONDS),
    _do("again", st.integers(0, 12), st.booleans(), st.sampled_from([False, False, True])),
    _do("clone", st.sampled_from([1, 3, 9]), st.sampled_from([0.0, 400.0, 90_000.0])),
    _do("close"),
    _do("hub"),
)
TIMELINE = st.tuples(
    st.sampled_from([-400, 0, 400]), st.sampled_from([1, 3, 300]), st.lists(TROUBLE, min_size=4, max_size=24)
)


def live_through(ppm: int, boot: int, troubles: list[Trouble]) -> Fleet:
    fleet = Fleet(ppm, boot)
    fleet.wait(200)
    for name, *parts in troubles:
        TROUBLES[str(name)](fleet, *parts)
    fleet.mend(1.0, 0)
    return fleet


def settle(fleet: Fleet) -> None:
    """All troubles are over and one device speaks as usual: it is believed, and nothing is said of it any more."""
    del fleet.speakers[1:]
    fleet.wait(5_000)
    assert fleet.speakers[0].life in fleet.last_live(), "a living device is muted"
    assert not fleet.hub.tells(ReasonCode.NOT_BELIEVED)
    assert not fleet.hub.tells(ReasonCode.TWO_DEVICES)


def every_law(drawn: tuple[int, int, list[Trouble]]) -> None:
    settle(live_through(*drawn))


@given(TIMELINE)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_press_is_lost_no_old_reading_is_live_and_no_device_is_muted(
    drawn: tuple[int, int, list[Trouble]],
) -> None:
    every_law(drawn)
