"""Silence at home that lasts longer than this person's own days explain: first a spoken "are you all right?", then an alert.

Pure and incremental: `heard` takes one sign of life, `outlook` says when the question and the alert are due if nothing more is
heard. Nothing needs to be asked in between, so a home re-arms its wake lazily. What is learned stands in `habits`.

Two measures, whichever is due first:

- *Silence.* Every silent half hour counts by how seldom it is silent on this person's other days, in the same posture: a long
  evening in front of the television adds little, a silent hour at breakfast much. Were half hours independent, `Figures.ask`
  would be reached by one silence of fifteen and `Figures.alert` by one of 120; they are not, so these are levels that held on
  recordings, not chances. A bed or a chair that tells its state is a posture of its own.
- *Rising.* Not up a while after the usual rising: the question, and `rising_alert_after` it: the alert. This finds what
  happened at night, when silence means nothing.

Away is no silence. Away is said (by a person, with dates), or seen: the door was opened, and nothing was heard after it; the
first movement inside ends it. An absence beyond the person's own ones is a question to be asked by telephone, never an alert.

An alarm on every silence of a fixed length is what the field does (Shanghai: 24 h; others 8 h): beside it in
`docs/detection.md`.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import log

from hub.core.detection.habits import (
    DAY_MINUTES,
    POSTURES,
    SLOT_MINUTES,
    SLOTS,
    Habits,
    Posture,
    missed_signs,
    usual_rising,
    with_day,
    with_rising,
)

_NOTHING = (0, 0, 0)


class Sign(StrEnum):
    """A sign of life and what it says of where the person is."""

    MOVED = "moved"
    """Movement, a door inside, a cupboard, a press, an answer; restlessness in bed."""
    EXIT_DOOR = "exit_door"
    """A door by which the home is left, opened or closed."""
    IN_BED = "in_bed"
    OUT_OF_BED = "out_of_bed"
    SAT_DOWN = "sat_down"
    STOOD_UP = "stood_up"


class Whereabouts(StrEnum):
    HOME = "home"
    SEEN_OUT = "seen_out"
    """The exit door was the last that was heard."""
    SAID_AWAY = "said_away"
    """A person said so; only a person ends it: somebody may clean the house."""


class Reason(StrEnum):
    SILENCE = "silence"
    NOT_RISEN = "not_risen"
    ABSENCE = "absence"
    """Longer out than ever: a question by telephone."""


class Stage(StrEnum):
    QUIET = "quiet"
    ASK = "ask"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them the hub's own unless a source is named; a person's own go in their place."""

    ask: float = log(15)
    """The question; no unit, see above."""
    alert: float = log(120)
    alert_resting: float = log(240)
    """Who sits or lies where a sensor tells so may do it for longer than ever."""
    ask_after_at_least: timedelta = timedelta(minutes=90)
    alert_after_at_least: timedelta = timedelta(minutes=120)
    answer_within: timedelta = timedelta(minutes=15)
    """How long the question waits for a movement, a press or a word before an alert may come."""
    questions: int = 2
    """So often it is asked before an alert: who missed one may hear the next."""
    answers_that_count: int = 10
    """Who answered this many questions in a row is known to hear them: unanswered ones then are an alert."""
    rising_ask_after: timedelta = timedelta(minutes=40)
    rising_alert_after: timedelta = timedelta(minutes=70)
    up_before_rising: timedelta = timedelta(minutes=30)
    """Somebody heard this shortly before the usual rising counts as up."""
    own_silences: float = 1.1
    """No alert before a silence is this much more unusual than the most unusual of the person's own that ended by itself."""
    alert_at_most: float = log(20_000)
    at_longest: timedelta = timedelta(hours=24)
    """Whatever was learned. Shanghai: no movement seen for 24 h."""
    absence_shortest: timedelta = timedelta(hours=12)
    absence_longest: timedelta = timedelta(hours=48)
    """Shanghai pilot: no one in or out for 48 h."""
    absence_factor: float = 1.5
    """Times the longest of the person's own absences."""
    door_lingers: timedelta = timedelta(seconds=60)
    """A sign inside this soon after the exit door still belongs to going out: a sensor behind the door lets go late."""
    arrives_for: timedelta = timedelta(minutes=5)
    """Who was out at least this long comes home with the next opening of the door, and may open it again this long."""


SHIPPED = Figures()

_MORNING = 4 * 60
"""Local minute from which somebody who is about may be up for the day; the two after it say how far apart two signs prove it.
All the hub's own: a walk to the toilet at five is shorter."""
_UP_FROM, _UP_WITHIN = 10, 60
_KEPT_OF_RECORD = 0.97
"""A day later this much of the most unusual silence, and of the longest absence, is remembered."""


_REMEMBERS_SLOTS = 60 * SLOTS
"""A gap of more than two months is not gone through day by day."""


@dataclass(frozen=True, slots=True)
class Life:
    """What is kept of one person (or of a home, where nobody can tell who moved). `minute` is the local wall clock's minute of
    the last sign, counted from year 1; `slot` the last half hour accounted for, counted alike. Bits as in `habits.with_day`.
    `asked_at` is the newest of the `questions` that this silence has brought, `answered` how many silences in a row an answer
    ended."""

    last_at: datetime
    minute: int
    slot: int
    posture: Posture = Posture.ABOUT
    where: Whereabouts = Whereabouts.HOME
    bed_is_known: bool = False
    door_at: datetime | None = None
    arrived_at: datetime | None = None
    watched: tuple[int, int, int] = _NOTHING
    heard: tuple[int, int, int] = _NOTHING
    maybe_up: int | None = None
    up_on: int = 0
    most_unusual: float = 0.0
    longest_absence: timedelta = timedelta()
    asked_at: datetime | None = None
    answered: int = 0
    habits: Habits = field(default_factory=Habits)
    questions: int = 0


@dataclass(frozen=True, slots=True)
class Outlook:
    """When the question and the alert are due if nothing more is heard. `usual_rising`: local minute of the day, of `NOT_RISEN`.
    `alert_at` None: a question only."""

    reason: Reason
    ask_at: datetime
    alert_at: datetime | None
    usual_rising: int | None = None

    def stage(self, now: datetime) -> Stage:
        """How far it has come."""
        if self.alert_at is not None and now >= self.alert_at:
            return Stage.ALERT
        return Stage.ASK if now >= self.ask_at else Stage.QUIET


def begin(now: datetime, local: datetime) -> Life:
    """A home that is watched from now on; `local` is the same instant on the wall clock of the place."""
    minute = _minute(local)
    return Life(last_at=now, minute=minute, slot=minute // SLOT_MINUTES - 1)


def heard(life: Life, sign: Sign, now: datetime, local: datetime, figures: Figures = SHIPPED) -> Life:
    """The life after a sign. One that is older than the last one changes nothing; while somebody is said to be away, signs are
    those of visitors."""
    if life.where is Whereabouts.SAID_AWAY or now < life.last_at:
        return life
    minute = _minute(local)
    silence = now - life.last_at
    if silence >= figures.ask_after_at_least:
        life = _remembered(life, now, silence, figures)
    if minute // SLOT_MINUTES > life.slot:
        life = _accounted(life, minute // SLOT_MINUTES)
    posture = _posture(sign, life.posture)
    door_at = now if sign is Sign.EXIT_DOOR else life.door_at
    arrived_at = life.arrived_at
    if sign is Sign.EXIT_DOOR and life.where is Whereabouts.SEEN_OUT and silence >= figures.arrives_for:
        arrived_at = now
    lingers = door_at is not None and now - door_at <= figures.door_lingers
    arrives = arrived_at is not None and now - arrived_at <= figures.arrives_for
    leaves = lingers and not arrives and posture is Posture.ABOUT
    where = Whereabouts.SEEN_OUT if leaves else Whereabouts.HOME
    answered = life.answered
    if life.asked_at is not None:
        answered = answered + 1 if now - life.asked_at <= figures.answer_within else 0
    maybe_up, up_on, habits = _rising(life, posture, minute)
    return Life(
        now,
        max(minute, life.minute),
        life.slot,
        posture,
        where,
        life.bed_is_known or posture is Posture.BED,
        door_at,
        arrived_at,
        life.watched,
        life.heard,
        maybe_up,
        up_on,
        life.most_unusual,
        life.longest_absence,
        None,
        answered,
        habits,
    )


def asked(life: Life, now: datetime) -> Life:
    """The question was spoken in the home."""
    return replace(life, asked_at=now, questions=life.questions + 1)


def may_ask_again(life: Life, now: datetime, figures: Figures = SHIPPED) -> bool:
    """Whether the question was asked, has had its time, and may be asked once more before anybody is told."""
    again_at = asked_again_at(life, figures)
    return again_at is not None and now >= again_at


def asked_again_at(life: Life, figures: Figures = SHIPPED) -> datetime | None:
    """When the question of this silence is asked once more; None: it is not."""
    if life.asked_at is None or life.questions >= figures.questions:
        return None
    return life.asked_at + figures.answer_within


def gone(life: Life) -> Life:
    """Somebody said that they are away: no silence is judged until `returned`."""
    return replace(life, where=Whereabouts.SAID_AWAY)


def returned(life: Life, now: datetime, local: datetime) -> Life:
    """Back, as a person said or the dates say: silence counts from now, and nothing was learned in between."""
    minute = _minute(local)
    back = _accounted(life, minute // SLOT_MINUTES)
    return replace(
        back, where=Whereabouts.HOME, last_at=now, minute=minute, door_at=None, asked_at=None, questions=0
    )


def outlook(life: Life, figures: Figures = SHIPPED) -> Outlook | None:
    """What becomes due if nothing more is heard; None while somebody is said to be away."""
    if life.where is Whereabouts.SAID_AWAY:
        return None
    if life.where is Whereabouts.SEEN_OUT:
        own = life.longest_absence * figures.absence_factor
        limit = min(max(own, figures.absence_shortest), figures.absence_longest)
        return Outlook(Reason.ABSENCE, life.last_at + limit, None)
    silence = _silence(life, figures)
    rising = usual_rising(life.habits)
    due = silence if rising is None else _with_rising(life, silence, rising, figures)
    if life.answered >= figures.answers_that_count and life.asked_at is not None:
        due = replace(due, alert_at=min(life.asked_at + figures.answer_within, _due(due)))
    return due


def should_be_up(life: Life, local: datetime) -> bool:
    """Whether it is morning and the usual rising has passed."""
    rising, minute = usual_rising(life.habits), local.hour * 60 + local.minute
    return rising is not None and rising <= minute < DAY_MINUTES / 2


def unusual(life: Life, until: datetime) -> float:
    """How unusual the silence from the last sign until then is: -ln of how often it would come by chance."""
    missed = missed_signs(life.habits.of(life.posture), life.posture, life.bed_is_known)
    minute, left, total = life.minute, (until - life.last_at) / timedelta(minutes=1), 0.0
    while left > 0:
        part = min(SLOT_MINUTES - minute % SLOT_MINUTES, left)
        total += missed[minute // SLOT_MINUTES % SLOTS] * part / SLOT_MINUTES
        minute, left = minute + SLOT_MINUTES - minute % SLOT_MINUTES, left - part
    return total


def _with_rising(life: Life, silence: Outlook, rising: int, figures: Figures) -> Outlook:
    """The sooner of silence and rising. But where nobody can tell that the person is up, what would become due between
    midnight and the usual rising waits for the rising: going to bed early is no collapse, and no voice wakes anybody at
    three."""
    day, minute = divmod(life.minute, DAY_MINUTES)
    is_up = life.up_on == day or minute >= rising - figures.up_before_rising / timedelta(minutes=1)
    rising_at = life.last_at + timedelta(minutes=rising - minute + (DAY_MINUTES if is_up else 0))
    midnight = rising_at - timedelta(minutes=rising)
    may_sleep = life.posture is Posture.BED or not life.bed_is_known
    ask_at, alert_at = silence.ask_at, _due(silence)
    if may_sleep and midnight <= ask_at < rising_at:
        ask_at = rising_at + figures.rising_ask_after
    if may_sleep and midnight <= alert_at < rising_at:
        alert_at = rising_at + figures.rising_alert_after
    if rising_at + figures.rising_alert_after <= alert_at:
        ask_at = min(ask_at, rising_at + figures.rising_ask_after)
        return Outlook(Reason.NOT_RISEN, ask_at, rising_at + figures.rising_alert_after, rising)
    return Outlook(Reason.SILENCE, min(ask_at, alert_at), alert_at)


def _due(of: Outlook) -> datetime:
    return of.ask_at if of.alert_at is None else of.alert_at


def _silence(life: Life, figures: Figures) -> Outlook:
    shipped = figures.alert if life.posture is Posture.ABOUT else figures.alert_resting
    level = min(max(shipped, life.most_unusual * figures.own_silences), max(shipped, figures.alert_at_most))
    latest = figures.at_longest - figures.answer_within
    ask = max(_reached(life, figures.ask, latest), figures.ask_after_at_least)
    alert = max(
        _reached(life, level, figures.at_longest), figures.alert_after_at_least, ask + figures.answer_within
    )
    return Outlook(Reason.SILENCE, life.last_at + ask, life.last_at + alert)


def _reached(life: Life, level: float, at_longest: timedelta) -> timedelta:
    """How long after the last sign the silence becomes this unusual."""
    missed = missed_signs(life.habits.of(life.posture), life.posture, life.bed_is_known)
    minute, total = life.minute, 0.0
    longest = life.minute + int(at_longest / timedelta(minutes=1))
    while minute < longest:
        part = SLOT_MINUTES - minute % SLOT_MINUTES
        per_minute = missed[minute // SLOT_MINUTES % SLOTS] / SLOT_MINUTES
        if total + part * per_minute >= level:
            return min(timedelta(minutes=minute - life.minute + (level - total) / per_minute), at_longest)
        total += part * per_minute
        minute += part
    return at_longest


def _minute(local: datetime) -> int:
    return local.toordinal() * DAY_MINUTES + local.hour * 60 + local.minute


def _posture(sign: Sign, before: Posture) -> Posture:
    if sign is Sign.IN_BED:
        return Posture.BED
    if sign is Sign.SAT_DOWN:
        return Posture.RESTING
    if sign is Sign.OUT_OF_BED:
        return Posture.ABOUT if before is Posture.BED else before
    if sign is Sign.STOOD_UP:
        return Posture.ABOUT if before is Posture.RESTING else before
    return before


def _rising(life: Life, posture: Posture, minute: int) -> tuple[int | None, int, Habits]:
    """Up for the day: about twice, ten minutes to an hour apart, and not in bed between. The first of the two is the rising."""
    day, of_day = divmod(minute, DAY_MINUTES)
    if life.up_on == day or of_day < _MORNING:
        return None, life.up_on, life.habits
    if posture is Posture.BED:
        return None, life.up_on, life.habits
    since = life.maybe_up
    if since is None or not 0 <= minute - since <= _UP_WITHIN:
        return minute, life.up_on, life.habits
    if minute - since < _UP_FROM:
        return since, life.up_on, life.habits
    return None, day, with_rising(life.habits, since % DAY_MINUTES)


def _remembered(life: Life, now: datetime, silence: timedelta, figures: Figures) -> Life:
    """A long silence, or an absence, ended by itself: it was one of this person's own. One that reached the alert may have been
    ended by who was sent: nobody's measure is raised by a collapse."""
    if life.where is Whereabouts.SEEN_OUT:
        return replace(life, longest_absence=max(life.longest_absence, silence))
    due = outlook(life, figures)
    if due is None or due.stage(now) is Stage.ALERT:
        return life
    return replace(life, most_unusual=max(life.most_unusual, unusual(life, now)))


def _accounted(life: Life, slot: int) -> Life:
    """Every half hour up to and with this one, in which something was heard, belongs to the posture before it; days that are
    over become habits. Half hours out of the house teach nothing."""
    at_home = life.where is Whereabouts.HOME
    index = POSTURES.index(life.posture)
    watched, told, habits = list(life.watched), list(life.heard), life.habits
    most_unusual, longest_absence = life.most_unusual, life.longest_absence
    begins = max(life.slot + 1, slot - _REMEMBERS_SLOTS)
    for day in range(max(life.slot, slot - _REMEMBERS_SLOTS) // SLOTS, slot // SLOTS + 1):
        ends = min(slot + 1, (day + 1) * SLOTS)
        if at_home and begins < ends:
            watched[index] |= ((1 << (ends - begins)) - 1) << (begins % SLOTS)
        begins = ends
        if ends <= slot:
            habits = with_day(habits, watched, told)
            most_unusual *= _KEPT_OF_RECORD
            longest_absence *= _KEPT_OF_RECORD
            watched, told = [0, 0, 0], [0, 0, 0]
    if at_home:
        told[index] |= 1 << (slot % SLOTS)
    return replace(
        life,
        slot=slot,
        watched=(watched[0], watched[1], watched[2]),
        heard=(told[0], told[1], told[2]),
        habits=habits,
        most_unusual=most_unusual,
        longest_absence=longest_absence,
    )
