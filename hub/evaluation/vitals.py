"""Vital signs: the shipped judgement of how somebody is, held against events that clinicians confirmed."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from firmware_contracts.vocabulary import PLAUSIBLE, Measure
from hub.core.detection import wellbeing
from hub.core.detection.wellbeing import Wellbeing
from hub.evaluation.figures import Figure
from hub.evaluation.recordings import physionet2019, tihm
from hub.evaluation.report import Report, Skipped, Table

FORMATS = ("tihm", "physionet2019")

EVENTS: Mapping[str, frozenset[str]] = {
    "Blood pressure": frozenset({"systolic_mmhg", "diastolic_mmhg"}),
    "Pulse": frozenset({"heart_rate_bpm"}),
    "Body temperature": frozenset({"temperature_c"}),
    "Weight": frozenset({"weight_kg"}),
    "Body water": frozenset({"body_water_percent"}),
}
"""What an event of each kind is about."""

_PLAUSIBLE: Mapping[str, tuple[float, float]] = {
    **{measure.value: bounds for measure, bounds in PLAUSIBLE.items()},
    "weight_kg": (20, 250),
    "body_water_percent": (20, 80),
}
_NAIVE_SYSTOLIC = 160.0
_RESAMPLES = 1000


def evaluate(path: Path, format_: str | None) -> Report:
    """Every recording below `path`: each person's readings in order of time, judged as they came, with nothing fitted."""
    report = Report()
    if format_ == "tihm" or (format_ is None and tihm.holds(path)):
        _tihm(path, report)
    if format_ == "physionet2019" or (format_ is None and physionet2019.holds(path)):
        _physionet(path, report)
    return report


# --- people at home ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Days:
    """Of one person and one kind of event: days with a reading of it, days on which the hub finds something, days of the naive
    rule, and days of events."""

    measured: set[date] = field(default_factory=set)
    found: set[date] = field(default_factory=set)
    naive: set[date] = field(default_factory=set)
    events: set[date] = field(default_factory=set)

    @property
    def right(self) -> int:
        return len(self.found & self.events)


def _tihm(path: Path, report: Report) -> None:
    people: dict[str, dict[str, Days]] = {}
    why: Counter[tuple[str, str]] = Counter()
    repeated = implausible = 0
    days_of: dict[str, set[date]] = defaultdict(set)
    kinds: set[str] = set()
    for patient in tihm.read(path, report.skipped):
        kinds |= patient.events.keys()
        of = people.setdefault(patient.id, {kind: Days() for kind in EVENTS})
        for kind, days in patient.events.items():
            of.setdefault(kind, Days()).events |= days
        state = Wellbeing()
        for one in patient.readings:
            day = one.at.date()
            days_of[patient.id].add(day)
            low, high = _PLAUSIBLE[one.measure]
            if not low <= one.value <= high:
                implausible += 1
                said = f"{patient.id} {one.at:%Y-%m-%d %H:%M} {one.measure} {one.value:g}"
                report.skipped.append(Skipped(said, "nobody can have such a reading: told of the device"))
                continue
            state, verdict = wellbeing.read(
                state, one.measure, one.value, one.at, day.toordinal(), at_rest=True
            )
            repeated += verdict.ask_again
            for kind, measures in EVENTS.items():
                if one.measure not in measures:
                    continue
                of[kind].measured.add(day)
                if verdict.findings:
                    of[kind].found.add(day)
                    why.update((kind, f"{sign.measure} {sign.what.value}") for sign in verdict.findings)
                if one.measure == "systolic_mmhg" and one.value >= _NAIVE_SYSTOLIC:
                    of[kind].naive.add(day)
    if not people:
        return
    person_days = sum(len(days) for days in days_of.values())
    _tables(report, people, kinds, person_days)
    rows = [(kind, sign, str(times)) for (kind, sign), times in sorted(why.items())]
    report.tables.append(Table("What was found, in readings", ("event", "sign", "readings"), rows))
    report.figures += [
        Figure("tihm_people", len(people), "people"),
        Figure("tihm_person_days", person_days, "days with a reading"),
        Figure("tihm_implausible", implausible, "readings"),
        Figure("tihm_asked_to_repeat", repeated, "readings"),
    ]
    report.notes.append(
        "Nothing is fitted: limits are those of guidelines, a normal is the person's own and knows only what came before. "
        "An event counts as found where the hub finds something about the same measure on its day. "
        f"The interval takes people, not days, at random again ({_RESAMPLES} times): 95 of 100 lie in it."
    )


def _tables(
    report: Report, people: Mapping[str, Mapping[str, Days]], kinds: set[str], person_days: int
) -> None:
    rows = []
    for kind in sorted(kinds | EVENTS.keys()):
        of = [days[kind] for days in people.values() if kind in days]
        events = sum(len(days.events) for days in of)
        if kind not in EVENTS:
            rows.append((kind, str(events), "0", *["-"] * 6))
            report.notes.append(
                f"{kind}: these recordings hold nothing that the hub could judge it by; none is found."
            )
            report.figures.append(Figure(f"tihm_{_name(kind)}_recall", 0.0, "of event days"))
            continue
        measured = sum(len(days.events & days.measured) for days in of)
        found, right = sum(len(days.found) for days in of), sum(days.right for days in of)
        recall, precision = _share(right, events), _share(right, found)
        rows.append(
            (
                kind,
                str(events),
                str(measured),
                _ratio(right, events),
                _ratio(right, measured),
                _between(of, lambda some: _share(_sum(some, _right), _sum(some, _events))),
                _ratio(right, found),
                _between(of, lambda some: _share(_sum(some, _right), _sum(some, _found))),
                f"{100 * found / person_days:.1f}",
            )
        )
        name = f"tihm_{_name(kind)}"
        report.figures += [
            Figure(f"{name}_recall", recall, "of event days"),
            Figure(f"{name}_precision", precision, "of days with an alert"),
            Figure(f"{name}_per_100_days", 100 * found / person_days, "alert days per 100 patient-days"),
        ]
    headings = (
        "event",
        "days",
        "measured",
        "recall",
        "of measured",
        "95 %",
        "precision",
        "95 %",
        "per 100 patient-days",
    )
    report.tables.append(Table("Days with an event that clinicians confirmed", headings, rows))
    pressure = [days["Blood pressure"] for days in people.values()]
    events = sum(len(days.events) for days in pressure)
    naive = sum(len(days.naive) for days in pressure)
    naive_right = sum(len(days.naive & days.events) for days in pressure)
    report.figures += [
        Figure("tihm_naive_blood_pressure_recall", _share(naive_right, events), "of event days"),
        Figure("tihm_naive_blood_pressure_precision", _share(naive_right, naive), "of days with an alert"),
        Figure("tihm_naive_per_100_days", 100 * naive / person_days, "alert days per 100 patient-days"),
    ]
    report.notes.append(
        f"Naive: systolic at {_NAIVE_SYSTOLIC:g} mmHg or above on that day, and nothing else."
    )


def _right(days: Days) -> int:
    return days.right


def _events(days: Days) -> int:
    return len(days.events)


def _found(days: Days) -> int:
    return len(days.found)


def _sum(of: Iterable[Days], count: Callable[[Days], int]) -> int:
    return sum(count(one) for one in of)


def _between(of: Sequence[Days], share: Callable[[Sequence[Days]], float]) -> str:
    chance = Random(1)
    drawn = sorted(share([chance.choice(of) for _ in of]) for _ in range(_RESAMPLES))
    return f"{drawn[_RESAMPLES // 40]:.2f}-{drawn[-_RESAMPLES // 40]:.2f}"


def _share(some: int, of: int) -> float:
    return some / of if of else 0.0


def _ratio(some: int, of: int) -> str:
    return f"{some}/{of} = {some / of:.3f}" if of else "-"


def _name(kind: str) -> str:
    return kind.lower().replace(" ", "_")


# --- a ward, for the score --------------------------------------------------------------------------------------------

_LEVELS = (5, 7)


def _physionet(path: Path, report: Report) -> None:
    """Stays in intensive care, of which the score is told: at which share of stays with and without sepsis it reaches a level,
    and how long before. Nobody there is at home; it shows that the score says what its chart says on real dirt."""
    stays = ill = hours = 0
    reached: Counter[tuple[int, bool]] = Counter()
    leads: dict[int, list[float]] = defaultdict(list)
    high_hours: Counter[int] = Counter()
    for stay in physionet2019.read(path, report.skipped):
        stays += 1
        onset = next((index for index, hour in enumerate(stay.hours) if hour.ill), None)
        ill += onset is not None
        state, begin = Wellbeing(), datetime(2000, 1, 1, tzinfo=UTC)
        first: dict[int, int] = {}
        for index, hour in enumerate(stay.hours):
            hours += 1
            at = begin + timedelta(hours=index)
            for measure, value in hour.readings.items():
                low, high = PLAUSIBLE[Measure(measure)]
                if low <= value <= high:
                    state, _ = wellbeing.read(state, measure, value, at, at.toordinal(), at_rest=False)
            score = wellbeing.score_of(state, at, on_oxygen=hour.on_oxygen).at_least
            for level in _LEVELS:
                if score >= level:
                    high_hours[level] += 1
                    first.setdefault(level, index)
        for level, index in first.items():
            reached[level, onset is not None] += 1
            if onset is not None:
                leads[level].append(onset - index)
    if not stays:
        return
    well = stays - ill
    rows = []
    for level in _LEVELS:
        lead = sorted(leads[level])
        rows.append(
            (
                f"{level} points and more",
                _ratio(reached[level, True], ill),
                f"{lead[len(lead) // 2]:g} h" if lead else "-",
                _ratio(reached[level, False], well),
                f"{100 * high_hours[level] / hours:.1f} %",
            )
        )
        report.figures += [
            Figure(f"physionet_score_{level}_with_sepsis", _share(reached[level, True], ill), "of stays"),
            Figure(f"physionet_score_{level}_without", _share(reached[level, False], well), "of stays"),
        ]
    headings = ("score", "stays with sepsis", "median before its label", "stays without", "hours at it")
    report.tables.append(Table(f"{stays} stays in intensive care, by known readings alone", headings, rows))
