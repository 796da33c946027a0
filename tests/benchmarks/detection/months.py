"""Months of simulated elders through the core alone, without wire and store: what a butler of twenty would be told, and whether
everybody who needed help was found.

Residents (`device_sim`) live their days; the devices around them are judged by the shipped rules; alerts are answered and
closed, questions in the home answered as people do. An alert is false when nothing of what befell that elder explains it.
"""

import heapq
import itertools
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from device_sim.courses import EMERGENCIES, TRUE, Course, Happens, courses
from device_sim.deeds import MEASURES, BedChange, Door, Movement
from device_sim.residents import Activity, Habits, habits_of, plan_day
from device_sim.spec import DeviceKind as Simulated
from device_sim.waveforms import (
    Condition,
    DailyMovement,
    Illness,
    VitalSigns,
    daily_window,
    fall_window,
)
from firmware_contracts.messages import AccelerationWindow
from firmware_contracts.vocabulary import BedState, CallAction, ContactState, FallPhase, Placement
from hub.core.alerts import Alert, Role, Severity, WhatItWas, WhatWasDone
from hub.core.context import Context
from hub.core.events import (
    Acknowledge,
    Actor,
    ActorRole,
    Alive,
    Bed,
    Call,
    Contact,
    DeviceEvent,
    Environment,
    Fact,
    Fall,
    Input,
    Motion,
    Resolve,
    SetAway,
    SetProfile,
    Tick,
    Vital,
    Window,
)
from hub.core.home import AwayKind, Device, DeviceKind, Flag, Home, Profile, Resident
from hub.core.notifications import Template
from hub.core.outcome import Outcome
from hub.core.reasons import ReasonCode
from hub.core.step import step
from hub.evaluation.figures import Figure, figure_line
from tests.story import story_context

START = datetime(2026, 3, 1, 16, tzinfo=UTC)
"""Midnight of 2 March by the homes' clock."""
LEARNING = timedelta(days=14)
"""Counted from then on: before, nobody's days are known."""
HEARTBEAT = timedelta(hours=1)
SILENT_AFTER = timedelta(hours=3)
ROOMS = {
    "bedroom": "bedroom",
    "bathroom": "bathroom",
    "kitchen": "kitchen",
    "living_room": "living_room",
    "entrance": "hall",
}
BUTLER = Actor("butler-wang", ActorRole.BUTLER)
A_BUTLERS_ELDERS = 20

_ANSWERS_AFTER = {
    Severity.EMERGENCY: (4, 20),
    Severity.URGENT: (10, 60),
    Severity.ROUTINE: (60, 480),
    Severity.TECHNICAL: (300, 1500),
}
"""Minutes until somebody has looked and closes it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of elder: `share` of twenty, ability level, what hangs in the home."""

    share: int
    level: int
    devices: frozenset[DeviceKind] = frozenset()
    flags: frozenset[Flag] = frozenset()
    care_bed: bool = False


_D = DeviceKind
MIX = (
    Kind(7, 0, frozenset({_D.CUFF})),
    Kind(4, 1, frozenset({_D.CUFF, _D.OXIMETER, _D.FALL_WEARABLE})),
    Kind(3, 2, frozenset({_D.CUFF, _D.THERMOMETER, _D.FALL_WEARABLE, _D.BED_MAT})),
    Kind(2, 2, frozenset({_D.OXIMETER, _D.FALL_WEARABLE, _D.BED_MAT}), frozenset({Flag.DEMENTIA})),
    Kind(4, 3, frozenset({_D.CUFF, _D.OXIMETER, _D.THERMOMETER, _D.BED_MAT}), care_bed=True),
)
"""Twenty elders of one butler: by the ability levels of GB/T 42195, more independent than dependent."""


@dataclass(slots=True)
class Told:
    """What came of some person-months."""

    days: float = 0.0
    false: Counter[Severity] = field(default_factory=Counter)
    true: Counter[Severity] = field(default_factory=Counter)
    false_of: Counter[str] = field(default_factory=Counter)
    befell: Counter[Happens] = field(default_factory=Counter)
    found: Counter[Happens] = field(default_factory=Counter)
    delays: list[tuple[Happens, timedelta]] = field(default_factory=list)
    questions: int = 0
    inputs: int = 0
    mistaken: int = 0

    def add(self, other: "Told") -> None:
        self.days += other.days
        self.questions += other.questions
        self.inputs += other.inputs
        self.mistaken += other.mistaken
        self.delays += other.delays
        for mine, theirs in (
            (self.false, other.false),
            (self.true, other.true),
        ):
            mine.update(theirs)
        self.false_of.update(other.false_of)
        self.befell.update(other.befell)
        self.found.update(other.found)


def live(kind: Kind, seed: int, days: int) -> Told:
    """One elder for so many days, the first `LEARNING` of them not counted."""
    return _Life(kind, seed, days).run()


def butlers(number: int, days: int) -> Told:
    """So many butlers' twenty elders, for so many days each."""
    told, seeds = Told(), itertools.count(1)
    for _ in range(number):
        for kind in MIX:
            for _ in range(kind.share):
                told.add(live(kind, next(seeds), days))
    return told


def figures(told: Told) -> list[Figure]:
    """A butler's day, and who was found."""
    months = told.days / 30
    a_day = A_BUTLERS_ELDERS / told.days
    limits = {Severity.ROUTINE: 3.0, Severity.URGENT: 0.3, Severity.EMERGENCY: 0.05}
    found = [
        Figure("months_person_months", months, "person-months"),
        Figure("months_inputs", told.inputs, "inputs"),
        *(
            Figure(
                f"months_false_{severity.value}_butler_day",
                told.false[severity] * a_day,
                "false alerts a butler-day",
                limits.get(severity),
            )
            for severity in Severity
        ),
        *(
            Figure(
                f"months_false_{severity.value}_person_month", told.false[severity] / months, "false alerts"
            )
            for severity in Severity
        ),
        Figure("months_true_butler_day", sum(told.true.values()) * a_day, "true alerts a butler-day"),
        Figure(
            "months_pressed_by_mistake_butler_day", told.mistaken * a_day, "presses by mistake a butler-day"
        ),
        Figure("months_questions_person_month", told.questions / months, "spoken questions"),
    ]
    for what in sorted(told.befell):
        if what not in TRUE:
            continue
        share = told.found[what] / told.befell[what]
        name, unit = f"months_found_{what.value}", f"of {told.befell[what]}"
        found.append(Figure(name, share, unit, 1.0 if what in EMERGENCIES else None, at_least=True))
        delays = sorted(delay for kind, delay in told.delays if kind is what)
        if delays:
            middle = delays[len(delays) // 2] / timedelta(hours=1)
            found.append(Figure(f"months_delay_{what.value}", middle, "h, the middle one"))
    return found


# --- one life ---------------------------------------------------------------------------------------------------------


class _Life:
    """An elder alone in a home, its devices, and the people who answer."""

    def __init__(self, kind: Kind, seed: int, days: int) -> None:
        self.rng = Random(f"life/{seed}")
        self.kind, self.days = kind, days
        self.now = START
        self.ends = START + timedelta(days=days)
        self.context: Context = story_context(START)
        rules = replace(self.context.rules, self_test=replace(self.context.rules.self_test, enabled=False))
        self.context = replace(self.context, rules=rules)
        self.home = Home(f"h{seed}", Profile(f"h{seed}"))
        self.told = Told()
        self.queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self.order = itertools.count()
        self.numbers: Counter[str] = Counter()
        self.body = VitalSigns(f"body/{seed}")
        self.habits: Habits = habits_of(self.rng)
        self.lies_since: datetime | None = None
        self.away_until = START
        self.dark_until = START
        self.befalling: Course | None = None
        self.open: dict[str, Alert] = {}
        self.found_already: set[Course] = set()
        self.unmarked: set[str] = set()

    def run(self) -> Told:
        self.obey(SetProfile(self.home.id, Actor("system", ActorRole.SYSTEM), self._profile()))
        for device_id in self.home.profile.devices:
            self.at(START + self.rng.random() * HEARTBEAT, partial(self._beat, device_id))
        befalls = courses(START + timedelta(days=2), self.days - 3, self.kind.level, self.rng)
        for course in befalls:
            self.at(course.at, partial(self._befall, course))
        for day in range(self.days):
            self.at(START + timedelta(days=day), partial(self._plan, day))
        while self.queue and self.queue[0][0] < self.ends:
            at, _, act = heapq.heappop(self.queue)
            self._until(at)
            act()
        self._until(self.ends)
        self.told.days = (self.ends - START - LEARNING) / timedelta(days=1)
        return self.told

    # --- time and the core ----

    def at(self, when: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self.queue, (when, next(self.order), act))

    def later(self, minutes: float, act: Callable[[], None]) -> None:
        self.at(self.now + timedelta(minutes=minutes), act)

    def _until(self, at: datetime) -> None:
        while (wake_at := self.home.wake_at) is not None and wake_at <= at:
            self.now = max(self.now, wake_at)
            self._take(step(self.home, Tick(self.home.id), self.now, self.context))
        self.now = max(self.now, at)

    def obey(self, command: Input) -> Outcome:
        outcome = step(self.home, command, self.now, self.context)
        self._take(outcome)
        return outcome

    def tell(self, device_id: str, *facts: Fact) -> None:
        """A device speaks, unless the home is dark."""
        if self.now < self.dark_until or device_id not in self.home.profile.devices:
            return
        self.numbers[device_id] += 1
        self.told.inputs += 1
        event = DeviceEvent(
            self.home.id,
            device_id,
            facts,
            boot=1,
            seq=self.numbers[device_id],
            uptime=self.now - START + timedelta(hours=1),
            battery_percent=80,
            rssi_dbm=-60,
            fingerprint=self.numbers[device_id],
        )
        self._take(step(self.home, event, self.now, self.context))

    def _take(self, outcome: Outcome) -> None:
        self.home = outcome.home
        for alert in outcome.alerts:
            self._look(alert)
        for notification in outcome.notifications:
            if notification.template is Template.HOME_ARE_YOU_WELL:
                self.told.questions += self.now >= START + LEARNING
                self._asked()
            elif notification.template is Template.HOME_MEASURE_AGAIN and self.rng.random() < 0.7:
                self.later(self.rng.uniform(2, 10), partial(self._reading, Simulated.CUFF))

    # --- who lives there ----

    def _profile(self) -> Profile:
        def hung(device_id: str, kind: DeviceKind, **more: object) -> Device:
            return Device(device_id, kind, START, SILENT_AFTER, **more)  # type: ignore[arg-type]

        worn = {DeviceKind.OXIMETER, DeviceKind.CUFF, DeviceKind.THERMOMETER, DeviceKind.FALL_WEARABLE}
        devices = [
            hung("button", DeviceKind.BUTTON, wearer_id="elder", speaks=True),
            hung("door", DeviceKind.CONTACT, room="entrance", room_kind="hall"),
            hung("smoke", DeviceKind.SMOKE),
            hung("climate", DeviceKind.CLIMATE, room="bedroom", room_kind="bedroom"),
            *(
                hung(f"motion-{room}", DeviceKind.MOTION, room=room, room_kind=sort)
                for room, sort in ROOMS.items()
            ),
        ]
        for kind in sorted(self.kind.devices):
            wearer = "elder" if kind in worn or kind is DeviceKind.BED_MAT else None
            placement = Placement.WAIST if kind is DeviceKind.FALL_WEARABLE else None
            room = "bedroom" if kind is DeviceKind.BED_MAT else None
            devices.append(
                hung(kind.value, kind, wearer_id=wearer, placement=placement, room=room, room_kind=room)
            )
        resident = Resident("elder", "甲", "甲", self.kind.level, flags=self.kind.flags)
        return Profile(
            self.home.id,
            address="街",
            residents=(resident,),
            devices={one.id: one for one in devices},
            people={
                Role.BUTLER: ("butler-wang",),
                Role.DEPUTY: ("deputy-zhou",),
                Role.CONTACT: ("daughter-li",),
            },
            centre_id="small-1",
            care_bed=self.kind.care_bed,
        )

    def _plan(self, day: int) -> None:
        local = (START + timedelta(days=day, hours=8)).date()
        for activity in plan_day(local, self.habits, self.rng):
            self.at(activity.at.astimezone(UTC), partial(self._act, activity))
        if DeviceKind.FALL_WEARABLE in self.kind.devices:
            for _ in range(self.rng.randint(4, 14)):
                at = START + timedelta(days=day, hours=self.rng.uniform(6.5, 20.5))
                self.at(at, self._jolt)

    @property
    def _moves(self) -> bool:
        return self.lies_since is None and self.now >= self.away_until

    def _act(self, activity: Activity) -> None:
        if not self._moves:
            return
        what, room = activity.what, activity.room
        if isinstance(what, Movement):
            self.tell(f"motion-{room}", Motion(moving=True))
        elif isinstance(what, Door):
            self.tell("door", Contact(what.state))
        elif isinstance(what, BedChange):
            self.tell(DeviceKind.BED_MAT.value, Bed(what.state))
        elif self.rng.random() < 0.75 or what.kind is Simulated.BED_MAT:
            self._reading(what.kind)

    def _reading(self, kind: Simulated) -> None:
        if not self._moves:
            return
        hour = (self.now - START) / timedelta(hours=1) % 24
        readings = self.body.read(MEASURES.get(kind, ()), self.now, hour)
        if readings and kind.value in self.home.profile.devices:
            self.tell(kind.value, Vital(readings))

    def _jolt(self) -> None:
        """Something that a worn sensor takes for a fall, and the hub judges."""
        if not self._moves:
            return
        movement = self.rng.choices(list(DailyMovement), (3, 4, 1, 3))[0]
        self._fall(daily_window(self.rng, movement))
        self.later(self.rng.uniform(0.5, 4), self._act_anywhere)

    def _act_anywhere(self) -> None:
        if self._moves:
            self.tell("motion-living_room", Motion(moving=True))

    def _fall(self, drawn: AccelerationWindow) -> None:
        samples = tuple((x, y, z) for x, y, z in drawn.samples_g)
        window = Window(drawn.placement, drawn.rate_hz, drawn.range_g, samples, drawn.impact_index)
        number = self.numbers[DeviceKind.FALL_WEARABLE.value]
        fall = Fall(f"fall-{number}", timedelta(), FallPhase.SUSPECTED, window)
        self.tell(DeviceKind.FALL_WEARABLE.value, fall)

    def _beat(self, device_id: str) -> None:
        if device_id == "climate":
            self.tell(device_id, Environment(temperature_c=round(self.rng.gauss(20, 1.5), 1)))
        else:
            self.tell(device_id, Alive())
        self.at(self.now + HEARTBEAT * self.rng.uniform(0.95, 1.05), partial(self._beat, device_id))

    # --- what befalls them ----

    def _befall(self, course: Course) -> None:
        what = course.what
        if self.now < self.away_until or self.lies_since is not None:
            return
        self.befalling = course
        if self.now >= START + LEARNING:
            self.told.befell[what] += 1
        match what:
            case Happens.PRESS | Happens.MISTAKEN_PRESS:
                number = self.numbers["button"]
                self.tell("button", Call(f"press-{number}", timedelta(), CallAction.EMERGENCY))
            case Happens.FALL_AND_UP | Happens.FALL_AND_LIES:
                if DeviceKind.FALL_WEARABLE in self.kind.devices and self.rng.random() < 0.8:
                    self._fall(fall_window(self.rng))
                self.lies_since = self.now
                if what is Happens.FALL_AND_UP:
                    self.later(course.lasts / timedelta(minutes=1), self._rise)
            case Happens.COLLAPSE:
                self.lies_since = self.now
            case Happens.FEVER | Happens.BREATHLESS:
                condition = Condition.FEVER if what is Happens.FEVER else Condition.BREATHLESS
                illness = Illness(condition, self.now, course.lasts / 3)
                self.body.illnesses.append(illness)
                self.at(self.now + course.lasts, partial(self.body.illnesses.remove, illness))
            case Happens.AWAY_SAID | Happens.AWAY_UNSAID:
                self._leave(course.lasts, said=what is Happens.AWAY_SAID)
            case Happens.OUTAGE:
                self.dark_until = self.now + course.lasts

    def _leave(self, lasts: timedelta, *, said: bool, kind: AwayKind = AwayKind.CHILDREN) -> None:
        if said:
            until = self.now + lasts
            self.obey(SetAway(self.home.id, BUTLER, kind, self.now, until))
        else:
            self.tell(DeviceKind.BED_MAT.value, Bed(BedState.OUT_OF_BED))
            self._through_the_door()
        self.away_until = self.now + lasts
        self.at(self.away_until, self._through_the_door)

    def _through_the_door(self) -> None:
        self.tell("motion-entrance", Motion(moving=True))
        self.tell("door", Contact(ContactState.OPEN))
        self.tell("door", Contact(ContactState.CLOSED))

    def _rise(self) -> None:
        self.lies_since = None
        self._act_anywhere()

    # --- who answers ----

    def _asked(self) -> None:
        """ "Are you all right?": most who hear it move, by day."""
        if self._moves and self.now >= self.dark_until and self.rng.random() < 0.75:
            self.later(self.rng.uniform(1, 8), self._act_anywhere)

    def _look(self, alert: Alert) -> None:
        if not alert.open:
            self.open.pop(alert.id, None)
            return
        known = self.open.get(alert.id)
        self.open[alert.id] = alert
        graver = known is None or alert.severity.rank < known.severity.rank
        if known is not None and not graver and known.pre_alarm_until is None:
            return
        if alert.pre_alarm_until is not None:
            if known is None:
                self._may_take_back(alert)
            return
        if known is None or known.pre_alarm_until is not None:
            shortest, longest = _ANSWERS_AFTER[alert.severity]
            minutes = self.rng.uniform(shortest, longest)
            self.later(minutes, partial(self._close, alert.id))
        self._count(alert)

    def _may_take_back(self, alert: Alert) -> None:
        if self.lies_since is None and self.rng.random() < 0.8:
            device_id = str(alert.device_id)

            def cancel() -> None:
                number = self.numbers[device_id]
                self.tell(device_id, Call(f"cancel-{number}", timedelta(), CallAction.CANCEL))

            self.later(self.rng.uniform(0.1, 0.4), cancel)

    def _explains(self, alert: Alert) -> Course | None:
        course = self.befalling
        if course is None:
            return None
        lasts = max(course.lasts, timedelta(hours=12))
        return course if course.at <= self.now <= course.at + lasts + timedelta(hours=24) else None

    def _count(self, alert: Alert) -> None:
        if self.now < START + LEARNING:
            return
        course = self._explains(alert)
        if course is not None and course.what in TRUE and alert.severity is not Severity.TECHNICAL:
            self.told.true[alert.severity] += 1
            if course not in self.found_already and course.at >= START + LEARNING:
                self.found_already.add(course)
                self.told.found[course.what] += 1
                self.told.delays.append((course.what, self.now - course.at))
            return
        if alert.severity is Severity.TECHNICAL and course is not None and course.what is Happens.OUTAGE:
            self.told.true[alert.severity] += 1
            return
        if (
            course is not None
            and course.what is Happens.MISTAKEN_PRESS
            and alert.reason.code is ReasonCode.CALL_PRESSED
        ):
            self.told.mistaken += 1
            return
        self.told.false[alert.severity] += 1
        self.told.false_of[f"{alert.severity.value} {alert.reason.code}"] += 1

    def _close(self, alert_id: str) -> None:
        alert = self.home.alerts.get(alert_id)
        if alert is None:
            return
        course = self._explains(alert)
        true = course is not None and course.what in TRUE
        self.obey(Acknowledge(self.home.id, alert_id, BUTLER))
        helped = WhatItWas.ILLNESS if true else WhatItWas.RULE_FALSE
        self.obey(Resolve(self.home.id, alert_id, BUTLER, helped, WhatWasDone.ON_SITE))
        if self.lies_since is not None and alert.severity.rank <= Severity.URGENT.rank:
            self.lies_since = None
            self._leave(timedelta(days=self.rng.uniform(1, 6)), said=True, kind=AwayKind.HOSPITAL)


def table(told: Told) -> Iterator[str]:
    """What was false, most frequent first."""
    months = told.days / 30
    for what, times in told.false_of.most_common():
        yield f"{times / months:>10.3f} a person-month   {what}"


def main(number: int = 1, days: int = 44) -> Sequence[Figure]:
    """`python -m tests.benchmarks.detection.months BUTLERS DAYS`: of the days the first fourteen are not counted."""
    told = butlers(number, days)
    found = figures(told)
    for line in (*table(told), *map(figure_line, found)):
        print(line)
    return found


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))
