"""Days and nights at home against recordings of homes: false alerts a month, and how late a collapse would be found.

A collapse is cut into the recording at half past every hour of every day after the learning time: from then on nothing is
heard. Two ways to fall: *in place*, where a bed or chair goes on telling that somebody lies or sits there, and *beside*,
where it tells once that it was left. Everything is judged forward: a detector at one instant knows nothing of what came
later. Nobody answers the question in a recording: that counts as not answered.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from hub.core.detection import bed_exit, inactivity
from hub.core.detection.habits import Posture, usual_rising
from hub.core.detection.inactivity import SHIPPED, Life, Outlook, Reason, Sign, Whereabouts
from hub.evaluation import bed_tags
from hub.evaluation.curve import Curve, Line, drawn
from hub.evaluation.figures import Figure
from hub.evaluation.recordings import kasteren, mitlab, ordonez, uci427
from hub.evaluation.recordings.home_days import HomeDays
from hub.evaluation.report import Report, Skipped, Table

FORMATS = ("ordonez", "kasteren", "mitlab", "uci427")

LEARNING = timedelta(days=7)
"""No collapse is cut into the first days, nor before a usual rising is known (at the latest from twice as many days on).
False alerts count from the first minute."""
FIXED = timedelta(hours=8)
_MONTH = timedelta(days=30)
_HOUR = timedelta(hours=1)
_SHORTEST = timedelta(days=1)
_BETWEEN = timedelta(days=4)
"""A longer silence is a gap of the recording, not of the home."""
_NIGHT = (22, 8)
"""Where nobody wrote down when the person slept: from, to, in hours."""
_A_NIGHT = timedelta(hours=3)
"""Shorter sleep is a nap."""
_READERS = {"ordonez": ordonez, "kasteren": kasteren, "mitlab": mitlab}

_PLACES = ("in place", "beside")


@dataclass(frozen=True, slots=True)
class Silence:
    """One that ended by itself."""

    before: Life
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Collapse:
    """`life` as the hub knows it after that; `rising_at` where it happens in the usual night: when they usually rise next.
    `missed_at`: when the bed alarm missed them in bed."""

    at: datetime
    place: str
    life: Life
    rising_at: datetime | None
    missed_at: datetime | None = None


@dataclass(slots=True)
class Judged:
    """One home gone through once; every rule is held against the same silences and collapses."""

    days: HomeDays
    watched: timedelta = timedelta()
    silences: list[Silence] = field(default_factory=list)
    collapses: list[Collapse] = field(default_factory=list)
    cut_while_out: int = 0
    bed_alerts: int = 0
    bed_is_known: bool = False
    door_is_known: bool = False

    @property
    def name(self) -> str:
        return f"{self.days.source}_{self.days.home}"


Rule = Callable[[Life], Outlook | None]


def shipped(life: Life) -> Outlook | None:
    """The rule as it is shipped, for somebody who never answered a question."""
    return inactivity.outlook(life)


def who_answers(life: Life) -> Outlook | None:
    """The shipped rule for somebody who always answered: none of the questions answered within their time is an alert."""
    due = inactivity.outlook(life)
    if due is None or due.alert_at is None:
        return due
    return replace(due, alert_at=min(due.ask_at + SHIPPED.questions * SHIPPED.answer_within, due.alert_at))


def fixed(after: timedelta) -> Rule:
    """An alert after so long a silence, whatever the hour; it knows of the door, not of the bed."""

    def rule(life: Life) -> Outlook | None:
        if life.where is not Whereabouts.HOME:
            return None
        return Outlook(Reason.SILENCE, life.last_at + after, life.last_at + after)

    return rule


def evaluate(path: Path, format_: str | None) -> Report:
    """Every home and every bed tag at `path`, of one format or of all that lie there."""
    report = Report()
    curves: list[Curve] = []
    for name, reader in _READERS.items():
        if format_ not in {None, name} or not reader.holds(path):
            continue
        homes = [gone_through(days, report.skipped) for days in reader.read(path, report.skipped)]
        curves += _tell(report, [home for home in homes if home is not None])
    if format_ in {None, "uci427"} and uci427.holds(path):
        bed_tags.tell(report, uci427.read(path, report.skipped))
    if curves:
        report.picture = drawn(
            curves,
            "Collapses by day: how late they are found, against false alerts",
            "false alerts per person-month, nobody answers",
            "median delay, hours",
            12.0,
        )
    return report


def gone_through(days: HomeDays, skipped: list[Skipped]) -> Judged | None:
    """The home lived through once, sign by sign; None where nothing was heard."""
    if len(days.signs) < 2:
        skipped.append(Skipped(f"{days.source} {days.home}", "holds no sign of life that could be read"))
        return None
    first = days.signs[0][0]
    judged = Judged(days)
    life, watch = inactivity.begin(first, first), bed_exit.begin()
    cut_at = first.replace(minute=30, second=0, microsecond=0) + LEARNING
    for at, sign in days.signs:
        while cut_at <= at:
            known = usual_rising(life.habits) is not None or cut_at - first >= 2 * LEARNING
            if known and at - life.last_at < _BETWEEN:
                _cut(judged, life, watch, cut_at)
            cut_at += _HOUR
        gap = at - life.last_at
        if gap >= _BETWEEN:
            skipped.append(
                Skipped(
                    f"{days.source} {days.home}, {life.last_at:%Y-%m-%d %H:%M}",
                    "nothing at all for days on end",
                )
            )
            life, watch = inactivity.returned(inactivity.gone(life), at, at), bed_exit.begin()
        else:
            judged.watched += gap
            if gap >= SHIPPED.ask_after_at_least:
                judged.silences.append(Silence(life, at))
            judged.bed_alerts += _bed_alert(watch, life, at)
        watch = bed_exit.heard(watch, sign, at, at)
        life = inactivity.heard(life, sign, at, at)
        judged.door_is_known |= sign is Sign.EXIT_DOOR
    judged.bed_is_known = life.bed_is_known
    if judged.watched < _SHORTEST:
        skipped.append(Skipped(f"{days.source} {days.home}", "is shorter than a day"))
        return None
    return judged


def _bed_alert(watch: bed_exit.Watch, life: Life, until: datetime) -> bool:
    if life.where is not Whereabouts.HOME:
        return False
    missing_at = bed_exit.missing_at(watch)
    return missing_at is not None and missing_at <= until


def _cut(judged: Judged, life: Life, watch: bed_exit.Watch, at: datetime) -> None:
    out = judged.days.out
    if out and min(start for start, _ in out) <= at < max(end for _, end in out):
        is_out = any(start <= at < end for start, end in out)
    else:
        is_out = life.where is not Whereabouts.HOME
    if is_out:
        judged.cut_while_out += 1
        return
    rising_at = _rising_after(at, judged.days)
    judged.collapses.append(Collapse(at, "in place", life, rising_at))
    left = {Posture.BED: Sign.OUT_OF_BED, Posture.RESTING: Sign.STOOD_UP}.get(life.posture)
    if left is not None:
        life = inactivity.heard(life, left, at, at)
        watch = bed_exit.heard(watch, left, at, at)
    judged.collapses.append(Collapse(at, "beside", life, rising_at, bed_exit.missing_at(watch)))


def _rising_after(at: datetime, days: HomeDays) -> datetime | None:
    """Of a collapse in bed at night: the usual rising of that morning, as it was known by then. None by day. Where nobody
    wrote down when the person slept, `_NIGHT` stands in its place."""
    nights = [(start, end) for start, end in days.asleep if end - start >= _A_NIGHT]
    if not nights:
        begins, ends = _NIGHT
        today = at.replace(hour=ends, minute=0, second=0)
        if begins <= at.hour:
            return today + timedelta(days=1)
        return today if at.hour < ends else None
    for start, end in nights:
        if start <= at < end:
            before = [_of_day(risen) for _, risen in nights if risen < at]
            usual = _middle(before or [_of_day(risen) for _, risen in nights])
            rising_at = end.replace(hour=0, minute=0, second=0) + usual
            return rising_at if at < rising_at else None
    return None


def _of_day(at: datetime) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)


def _middle(of: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(one.total_seconds() for one in of))


@dataclass(frozen=True, slots=True)
class Result:
    """What a rule comes to. Questions at night are those between 22 and 7 o'clock. `delays` of collapses by day, after the
    collapse; `after_rising` of those in the usual night, after the usual rising (before it counts below zero). One that is
    never found counts as two days."""

    alerts: int
    questions: int
    questions_at_night: int
    by_telephone: int
    delays: Sequence[timedelta]
    after_rising: Sequence[timedelta]


NEVER = timedelta(days=2)


def result(homes: Iterable[Judged], rule: Rule, place: str, *, bed: bool = True) -> Result:
    """What this rule makes of these homes, with collapses of this kind. `bed`: the bed alarm helps to find them."""
    alerts = questions = at_night = by_telephone = 0
    delays, after_rising = [], []
    for home in homes:
        for silence in home.silences:
            due = rule(silence.before)
            if due is None:
                continue
            alerts += due.alert_at is not None and due.alert_at <= silence.ended_at
            asked = due.ask_at <= silence.ended_at
            by_telephone += asked and due.reason is Reason.ABSENCE
            questions += asked and due.reason is not Reason.ABSENCE
            at_night += asked and due.reason is not Reason.ABSENCE and not 7 <= due.ask_at.hour < 22
        for collapse in home.collapses:
            if collapse.place != place:
                continue
            due = rule(collapse.life)
            found_at = collapse.at + NEVER if due is None or due.alert_at is None else due.alert_at
            if bed and collapse.missed_at is not None:
                found_at = min(found_at, collapse.missed_at)
            found_at = max(found_at, collapse.at)
            if collapse.rising_at is None:
                delays.append(found_at - collapse.at)
            else:
                after_rising.append(found_at - collapse.rising_at)
    return Result(alerts, questions, at_night, by_telephone, sorted(delays), sorted(after_rising))


# --- telling ----------------------------------------------------------------------------------------------------------

_HEADINGS = (
    "home, rule",
    "days",
    "false alerts",
    "a month",
    "questions",
    "collapsed",
    "by day",
    "median delay",
    "9 of 10",
    "by night",
    "after rising",
    "latest",
    "within 1.5 h",
)
_ENOUGH = timedelta(hours=1.5)


def _tell(report: Report, homes: Sequence[Judged]) -> Iterator[Curve]:
    """Adds figures, notes and a table; gives what is to be drawn."""
    rows = []
    for home in homes:
        months = home.watched / _MONTH
        for place in _PLACES:
            for name, rule, bed in (
                ("shipped", shipped, True),
                ("shipped, answers", who_answers, True),
                ("8 hours", fixed(FIXED), False),
            ):
                of = result([home], rule, place, bed=bed)
                answered = rule is who_answers
                rows.append(_row(f"{home.name}, {name}", home, of, place, answered=answered))
        of = result([home], shipped, "beside")
        report.figures += [
            Figure(f"homes_{home.name}_days", home.watched / timedelta(days=1), "days"),
            Figure(f"homes_{home.name}_false_alerts", of.alerts, "alerts", 0),
            Figure(f"homes_{home.name}_false_alerts_month", of.alerts / months, "alerts/person-month"),
            Figure(f"homes_{home.name}_questions_month", of.questions / months, "questions/person-month"),
            Figure(
                f"homes_{home.name}_questions_at_night_month",
                of.questions_at_night / months,
                "questions/person-month",
            ),
            Figure(f"homes_{home.name}_telephone_month", of.by_telephone / months, "questions/person-month"),
        ]
        if home.bed_is_known:
            report.figures.append(
                Figure(f"homes_{home.name}_bed_alerts_month", home.bed_alerts / months, "alerts/person-month")
            )
        for place in _PLACES:
            report.figures += _delays(home, result([home], shipped, place), place)
        eight = result([home], fixed(FIXED), "in place", bed=False)
        report.figures.append(
            Figure(f"homes_{home.name}_8h_false_alerts_month", eight.alerts / months, "alerts/person-month")
        )
        report.notes += _notes(home)
    if rows:
        source = homes[0].days.source
        report.tables.append(Table(f"Inactivity, {source}", _HEADINGS, rows))
        yield from _curves(source, homes, FORMATS.index(source))


def _delays(home: Judged, of: Result, place: str) -> Iterator[Figure]:
    start = f"homes_{home.name}_{place.replace(' ', '_')}"
    if of.delays:
        yield Figure(f"{start}_delay", _middle(of.delays) / _HOUR, "h", 3.0 if place == "beside" else None)
    if of.after_rising:
        in_time = sum(delay <= _ENOUGH for delay in of.after_rising) / len(of.after_rising)
        yield Figure(f"{start}_night_after_rising", _middle(of.after_rising) / _HOUR, "h", 1.5)
        yield Figure(f"{start}_night_within_90min", in_time, "share", 0.95, at_least=True)


def _row(name: str, home: Judged, of: Result, place: str, *, answered: bool) -> tuple[str, ...]:
    in_time = sum(delay <= _ENOUGH for delay in of.after_rising)
    return (
        name,
        f"{home.watched / timedelta(days=1):.1f}",
        "-" if answered else f"{of.alerts}",
        "-" if answered else f"{of.alerts / (home.watched / _MONTH):.2f}",
        f"{of.questions}",
        place,
        f"{len(of.delays)}",
        _hours(_middle(of.delays)) if of.delays else "-",
        _hours(of.delays[int(0.9 * len(of.delays))]) if of.delays else "-",
        f"{len(of.after_rising)}",
        _hours(_middle(of.after_rising)) if of.after_rising else "-",
        _hours(of.after_rising[-1]) if of.after_rising else "-",
        f"{in_time / len(of.after_rising):.2f}" if of.after_rising else "-",
    )


def _hours(of: timedelta) -> str:
    return f"{of / _HOUR:.1f} h"


def _notes(home: Judged) -> Iterator[str]:
    if home.cut_while_out:
        who = "somebody wrote down" if home.days.out else "the door told"
        yield f"{home.name}: {home.cut_while_out} hours were left out, in which the person was away, as {who}."
    if not home.collapses:
        yield f"{home.name}: no collapse was cut in, the recording is no longer than the {LEARNING.days} days of learning."
    if not home.door_is_known:
        yield f"{home.name}: no sensor is known as the door by which the home is left, so every absence counts as a silence."
    if not home.days.asleep:
        yield (
            f"{home.name}: nobody wrote down when the person slept; night is from {_NIGHT[0]} to {_NIGHT[1]} o'clock."
        )
    if home.days.source == "mitlab":
        yield (
            f"{home.name}: holds only what was touched during activities that somebody wrote down; its silences are partly those"
            " of the notebook."
        )


_LEVELS = (2.0, 3.0, 4.0, SHIPPED.alert, 5.5, 6.0, 7.0)
_FIXED_HOURS = (2, 3, 4, 5, 6, 8, 10, 12)


def _curves(source: str, homes: Sequence[Judged], colour: int) -> Iterator[Curve]:
    """Delay by day against false alerts, as the level of the alert moves."""
    months = sum((home.watched for home in homes), timedelta()) / _MONTH

    def point(rule: Rule, place: str, label: str) -> tuple[float, float, str]:
        of = result(homes, rule, place, bed=False)
        return of.alerts / months, _middle(of.delays) / _HOUR, label

    collapses = [collapse for home in homes for collapse in home.collapses]
    if all(collapse.rising_at is not None for collapse in collapses):
        return
    seats = any(collapse.life.posture is not Posture.ABOUT for collapse in collapses)
    for place in _PLACES if seats else ("beside",):
        points = [
            point(_at_level(level), place, "shipped" if level == SHIPPED.alert else f"{level:g}")
            for level in _LEVELS
        ]
        yield Curve(f"{source}, {place}", points, colour, Line.THIN if place == "in place" else Line.FULL)
    points = [point(fixed(timedelta(hours=hours)), "in place", f"{hours} h") for hours in _FIXED_HOURS]
    yield Curve(f"{source}, fixed hours", points, colour, Line.BROKEN)


def _at_level(level: float) -> Rule:
    figures = replace(
        SHIPPED,
        ask=min(SHIPPED.ask, level),
        alert=level,
        alert_resting=level + SHIPPED.alert_resting - SHIPPED.alert,
        alert_at_most=level,
    )
    return lambda life: inactivity.outlook(life, figures)
