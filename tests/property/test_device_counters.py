"""What the counters of a device may do to its calls and its telemetry: drawn troubles of a small fleet, through the real step.

The fleet knows the truth (when a key was pressed, when a value was measured, who spoke it); the hub sees messages only.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import Phase, given, settings

import hub.core.step as stepping
from firmware_contracts.vocabulary import CallAction, Measure
from hub.core.alerts import Alert, AlertKind, WhatItWas, WhatWasDone
from hub.core.arrival import Arrival, Freshness, Identity, identity, judging, strange
from hub.core.context import Context
from hub.core.events import Actor, ActorRole, Alive, Call, DeviceEvent, Input, Resolve, Vital
from hub.core.home import Home
from hub.core.outcome import Outcome
from hub.core.reasons import ReasonCode
from tests.story import TUESDAY_MORNING, story_context, street

pytestmark = pytest.mark.slow

OPERATOR = Actor("operator-chen", ActorRole.OPERATOR)
DEVICE = "button"
CALLS = {AlertKind.EMERGENCY_CALL, AlertKind.UNCONFIRMED_CALL}
SPEAKS_EVERY_S = 53.0
LIVE_WITHIN_S = 120.0
SAME_PRESS_S = 60.0
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
        self.closed_at: dict[str, datetime] = {}

    def take(self, input_: Input, now: datetime) -> Outcome:
        if isinstance(input_, DeviceEvent):
            input_ = identity.recognise(input_, self.known)
        outcome = stepping.step(self.home, input_, now, self.context)
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
            self.closed_at[alert_id] = now


LIVES = itertools.count()


class Speaker:
    """The hardware: what it counts, and what it forgets."""

    def __init__(self, now: datetime, boot: int, ppm: int) -> None:
        self.boot, self.seq, self.events, self.ppm = boot, 0, 0, ppm
        self.born_at, self.life = now, next(LIVES)
        self.lives = [(boot, now)]

    def restart(
        self, now: datetime, *, keeps_boot: bool, falls_to: int, keeps_seq: bool, keeps_events: bool
    ) -> None:
        self.boot = self.boot + 1 if keeps_boot else falls_to
        self.seq = self.seq if keeps_seq else 0
        self.events = self.events if keeps_events else 0
        self.born_at, self.life = now, next(LIVES)
        self.lives.append((self.boot, now))

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
            assert first.event.uptime is not None
            uptime = first.event.uptime + age
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
        self.everybody = list(self.speakers)
        self.ppm = ppm
        self.cut = False
        self.queue: list[Message] = []
        self.delivered: list[Message] = []
        self.first_late_s: dict[int, float] = {}
        self.lived_last: dict[int, datetime] = {}
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

    def repeat(self, who: int) -> None:
        """The device has heard nothing: it repeats its last press, with the same number, and tells its age."""
        speaker = self.speakers[who % len(self.speakers)]
        said = [one for one in [*self.delivered, *self.queue] if one.press and one.life == speaker.life]
        if said:
            last = said[-1]
            assert last.press is not None
            (call,) = last.event.facts
            assert isinstance(call, Call)
            uptime = (self.now - speaker.born_at) * (1_000_000 + self.ppm) / 1_000_000
            age = (self.now - last.press.pressed_at) * (1_000_000 + self.ppm) / 1_000_000
            event = replace(last.event, facts=(replace(call, age=age),), uptime=uptime, retained=False)
            self.send(Message(event, self.now, last.life, last.press))

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

    def again(self, back: int, *, presses: bool, flagged: bool, retained: bool) -> None:
        """The broker delivers a message that it delivered before, or hands out the copy that it kept."""
        delivered = [one for one in self.delivered if one.press or not presses]
        if delivered:
            message = delivered[-1 - back % len(delivered)]
            event = replace(message.event, duplicate=flagged, retained=retained)
            # A copy that nobody marked as one, minutes later, is what a device without memory would say.
            self.orderly = self.orderly and (flagged or retained)
            self.deliver(replace(message, event=event), copy_of=message)

    # --- and what must be so ------------------------------------------------------------------------------------------

    def deliver(self, message: Message, copy_of: Message | None = None) -> None:
        before = len(self.hub.opened)
        seen_at = identity.recognise(message.event, self.hub.known).seen_at
        outcome = self.hub.take(message.event, self.now)
        opened = self.hub.opened[before:]
        original = copy_of or message
        if copy_of is None:
            self.delivered.append(message)
        if message.press is not None:
            self._check_press(message, seen_at, opened)
        elif message.event.retained:
            assert not opened, "a kept copy of a reading tells nothing"
        elif outcome.ignored is None:
            self._check_live(original)
        self.first_late_s.setdefault(original.life, (self.now - original.spoken_at).total_seconds())
        if self.orderly:
            assert not self.hub.told(ReasonCode.NOT_BELIEVED), "an orderly device was not believed"
            assert not self.hub.told(ReasonCode.TWO_DEVICES), "two devices were seen where one is"
            assert not self.hub.told(ReasonCode.COUNTER_LOST), "an orderly device was accused"

    def _check_press(self, message: Message, seen_at: datetime | None, opened: list[Alert]) -> None:
        press = message.press
        assert press is not None
        if press.delivered or message.event.retained:
            emergencies = [alert for alert in opened if alert.kind is AlertKind.EMERGENCY_CALL]
            assert not emergencies, "a repetition of a press, or a kept copy, made an alert of its own"
            return
        press.delivered = True
        # A press under a number first seen less than a minute before it was made is one with the press seen then.
        same = seen_at is not None and press.pressed_at <= seen_at + timedelta(seconds=SAME_PRESS_S + SLACK_S)
        answered_from = seen_at if same else None
        assert any(
            alert.kind in CALLS
            and (
                alert.id in self.hub.home.alerts
                or (answered_from and self.hub.closed_at[alert.id] >= answered_from)
            )
            for alert in self.hub.opened
        ), "a press was swallowed"

    def _check_live(self, message: Message) -> None:
        message.lived += 1
        assert message.lived == 1, "one message was live twice"
        late_s = (self.now - message.spoken_at).total_seconds()
        self.lived_last[message.life] = self.now
        if late_s <= LIVE_WITHIN_S + SLACK_S:
            return
        # What is heard first of a life looks as if the device had just restarted, until what follows comes quicker.
        if self.first_late_s.get(message.life, late_s) - late_s <= LIVE_WITHIN_S + SLACK_S:
            return
        # And under a boot number that was given out twice, it may look like one of the other life that was spoken just now.
        assert message.event.uptime is not None
        seems_born_at = self.now - message.event.uptime
        # Where two devices speak, and a third life is remembered, one of them may seem to have restarted since.
        others = [at for life, at in self.lived_last.items() if life != message.life]
        restarted = (
            others
            and len(self.everybody) > 1
            and (seems_born_at - max(others)).total_seconds() >= -LIVE_WITHIN_S - SLACK_S
        )
        assert restarted or any(
            (boot == message.event.boot or len(self.everybody) > 1)
            and abs((seems_born_at - born_at).total_seconds()) <= LIVE_WITHIN_S + SLACK_S
            for speaker in self.everybody
            for boot, born_at in speaker.lives
        ), f"{late_s:.0f} s old, and judged live"

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
        fleet.everybody.append(fleet.speakers[-1])
    else:
        fleet.speakers.pop()


def _press(fleet: Fleet, who: int, answered: bool) -> None:
    """A press; and perhaps somebody comes at once, and it is closed."""
    fleet.press(who)
    if answered:
        fleet.hub.close_everything(fleet.now)


def _outage(
    fleet: Fleet, wait_s: float, counters: dict[str, Any] | None, more_s: float, part: float, gap_s: float
) -> None:
    """The link is cut for a while, in which the device may restart."""
    fleet.cut = True
    fleet.wait(wait_s)
    if counters is not None:
        fleet.restart(**counters)
    fleet.wait(more_s)
    fleet.mend(part, gap_s)


def _hub_restarts(fleet: Fleet) -> None:
    fleet.hub.context = replace(fleet.hub.context, resumed_at=fleet.now)


TROUBLES: dict[str, Callable[..., None]] = {
    "wait": lambda fleet, seconds: fleet.wait(seconds),
    "press": _press,
    "repeat": lambda fleet, who: fleet.repeat(who),
    "restart": lambda fleet, counters: fleet.restart(**counters),
    "cut": lambda fleet: setattr(fleet, "cut", True),
    "mend": lambda fleet, part, gap_s: fleet.mend(part, gap_s),
    "again": lambda fleet, back, presses, flagged, retained: fleet.again(
        back, presses=presses, flagged=flagged, retained=retained
    ),
    "clone": _clone,
    "outage": _outage,
    "close": lambda fleet: fleet.hub.close_everything(fleet.now),
    "hub": _hub_restarts,
}

TROUBLE = st.one_of(
    _do("wait", SECONDS),
    _do("wait", SECONDS),
    _do("press", st.integers(0, 1), st.booleans()),
    _do("press", st.integers(0, 1), st.booleans()),
    _do("repeat", st.integers(0, 1)),
    _do("restart", RESTART),
    _do("cut"),
    _do("mend", st.sampled_from([1.0, 1.0, 0.4]), SECONDS),
    _do("again", st.integers(0, 12), st.booleans(), st.booleans(), st.sampled_from([False, False, True])),
    _do("outage", SECONDS, st.none() | RESTART, SECONDS, st.sampled_from([1.0, 0.4]), SECONDS),
    _do("clone", st.sampled_from([1, 3, 9]), st.sampled_from([0.0, 400.0, 90_000.0])),
    _do("close"),
    _do("hub"),
)
TIMELINE = st.tuples(
    st.sampled_from([-400, 0, 400]), st.sampled_from([1, 3, 300]), st.lists(TROUBLE, min_size=6, max_size=24)
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
@settings(max_examples=350, deadline=None, derandomize=True)
def test_no_press_is_lost_no_old_reading_is_live_and_no_device_is_muted(
    drawn: tuple[int, int, list[Trouble]],
) -> None:
    every_law(drawn)


FORGETFUL = {"keeps_boot": False, "falls_to": 1, "keeps_seq": False, "keeps_events": False}


@pytest.mark.parametrize("falls_to", [0, 1])
@pytest.mark.parametrize(
    ("lasts_s", "believed"), [(0.0, False), (60.0, False), (120.0, True), (300.0, True), (1700.0, True)]
)
def test_a_device_that_restarts_every_half_hour_is_believed_or_told(
    lasts_s: float, falls_to: int, believed: bool
) -> None:
    """Each life counts from the same numbers, speaks for a while and breaks off."""
    fleet = Fleet(0, 1)
    fleet.wait(600)
    for _ in range(8):
        fleet.restart(**{**FORGETFUL, "falls_to": falls_to})
        fleet.send(fleet.speakers[0].say(Alive(), fleet.now))
        fleet.wait(lasts_s)
        if not believed:
            fleet.press()
        fleet.now += timedelta(seconds=1800 - lasts_s)
    if believed:
        assert fleet.hub.told(ReasonCode.COUNTER_LOST) == 1, "once a day, however often it restarts"
        assert fleet.speakers[0].life in fleet.last_live()
    else:
        assert fleet.hub.told(ReasonCode.NOT_BELIEVED) == 1
        assert fleet.hub.tells(ReasonCode.NOT_BELIEVED)
        settle(fleet)


@pytest.mark.parametrize("minutes", [1, 10, 31])
def test_a_counter_that_sleeps_with_its_device_mutes_nothing(minutes: int) -> None:
    """It is awake for two seconds at a time, and its uptime counts those only."""
    fleet = Fleet(0, 1)
    speaker = fleet.speakers[0]
    for _ in range(30):
        fleet.send(speaker.say(Alive(), fleet.now))
        fleet.now += timedelta(minutes=minutes)
        speaker.born_at += timedelta(minutes=minutes) - timedelta(seconds=2)
    lived = [bool(message.lived) for message in fleet.delivered]
    assert all(lived[-10:]), lived


@pytest.mark.parametrize("ppm", [-400, 0, 400])
def test_a_counter_of_32_bits_runs_over_without_a_word(ppm: int) -> None:
    fleet = Fleet(ppm, 1)
    wraps = timedelta(milliseconds=2**32)
    for _ in range(60):
        message = fleet.speakers[0].say(Alive(), fleet.now)
        assert message.event.uptime is not None
        message.event = replace(message.event, uptime=message.event.uptime % wraps)
        fleet.send(message)
        assert message.lived == 1
        fleet.now += timedelta(days=1)
    assert not fleet.hub.opened


@pytest.mark.parametrize("boots", [(1, 3), (3, 1), (2, 2)])
@pytest.mark.parametrize("ago_s", [0.0, 400.0, 90_000.0])
def test_two_devices_under_one_id_are_both_heard_and_told_once(boots: tuple[int, int], ago_s: float) -> None:
    fleet = Fleet(0, boots[0])
    fleet.wait(600)
    _clone(fleet, boots[1], ago_s)
    fleet.wait(4_000)
    assert fleet.hub.told(ReasonCode.TWO_DEVICES) == 1
    before = len(fleet.delivered)
    fleet.wait(10_000)
    assert all(message.lived for message in fleet.delivered[before:]), "both, from then on"
    for who in (0, 1):
        fleet.press(who)
        fleet.wait(400)
    assert fleet.hub.told(ReasonCode.TWO_DEVICES) == 1
    assert not fleet.hub.told(ReasonCode.NOT_BELIEVED)
    _clone(fleet, boots[1], ago_s)
    settle(fleet)


# --- a law that cannot be broken says nothing -------------------------------------------------------------------------


def _never_late(state: Any, event: Any, seq: int, offset_ms: int, *_: Any) -> Any:
    return judging._Fit(state.offset_ms, state.offset_at, 0, state.footing)


def _doubt_is_knowledge(*args: Any, **more: Any) -> Identity:
    return Identity.NEW if identity.identify(*args, **more) is Identity.NEW else Identity.KNOWN


def _search() -> None:
    once = settings(max_examples=400, deadline=None, derandomize=True, phases=[Phase.generate], database=None)
    once(given(TIMELINE)(every_law))()


def _restart_every_half_hour() -> None:
    test_a_device_that_restarts_every_half_hour_is_believed_or_told(60.0, 1, believed=False)


def _two_devices() -> None:
    test_two_devices_under_one_id_are_both_heard_and_told_once((1, 3), 400.0)


Defect = tuple[Any, str, Any]
DEFECTS: dict[str, tuple[Callable[[], None], list[Defect]]] = {
    "a lower boot is always history": (_search, [(strange, "WITNESSES", 10**9)]),
    "a lower boot is believed at its first message": (
        _search,
        [(strange, "agrees", lambda *_: True), (strange, "WITNESSES", 1)],
    ),
    "two late messages that agree are enough": (
        _search,
        [(judging, "WITNESSES", 2), (judging, "STEADY_FOR", timedelta())],
    ),
    "a known event id is always a repetition": (
        _search,
        [(identity, "SAME_PRESS_WITHIN", timedelta(days=9))],
    ),
    "a known event id is another press": (
        _search,
        [
            (identity, "SAME_PRESS_WITHIN", timedelta(days=-9)),
            (identity, "OTHER_PRESS_AFTER", timedelta(days=-9)),
            (Arrival, "sure", True),
        ],
    ),
    "a doubtful press is a known one": (_search, [(stepping, "identify", _doubt_is_knowledge)]),
    "the window is not asked": (
        _search,
        [
            (judging, "SEQUENCE_WINDOW", 0),
            (judging, "place", lambda top, window, seq: (max(top, seq), window, Freshness.LIVE)),
        ],
    ),
    "how late a message is, is not asked": (_search, [(judging, "_held_up", _never_late)]),
    "the first message of a life says when it began": (_search, [(judging, "SETTLES_AFTER", timedelta())]),
    "what is not believed is not told": (
        _restart_every_half_hour,
        [(strange, "TOLD_AFTER", timedelta(days=9))],
    ),
    "two devices are one that lost its counter": (
        _two_devices,
        [(strange, "REORDERED_WITHIN", timedelta(days=9))],
    ),
    "the second device is forgotten": (_two_devices, [(strange, "ALONE_AFTER", timedelta())]),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_of_these_defects_is_found(defect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    law, changes = DEFECTS[defect]
    for where, name, value in changes:
        monkeypatch.setattr(where, name, value)
    with pytest.raises(AssertionError):
        law()
