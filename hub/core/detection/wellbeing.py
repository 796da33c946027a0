"""How somebody is, by everything that was measured lately: one judgement. Pure.

Three questions are asked of a reading, and what they find is one verdict with its evidence: is it beyond what a doctor wants to
hear of (`LIMITS`), is it far from the person's own normal (`baseline`), and what do the newest readings come to as an
early-warning score (`news2`), each for as long as it counts. The single red bands of the score are rules of their own
(`config/rules.toml`): they alarm at once and join the same incident.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hub.core.alerts import Severity
from hub.core.detection.baseline import Own, normal, noted
from hub.core.detection.news2 import Observations, Score, news2
from hub.core.record import record


class Found(StrEnum):
    """What is noticed about a reading."""

    HIGH = "high"
    LOW = "low"
    UNUSUAL = "unusual"
    """Far from the person's own normal."""
    CHANGED = "changed"
    """Much more or less than a week ago."""
    SCORE = "score"
    """What was measured lately comes to a score of the chart."""


@dataclass(frozen=True, slots=True)
class Limits:
    """At `high` or above, at `low` or below, somebody should hear of a reading taken at rest; None: there is none. `low_twice`:
    only of two in a row, for an instrument held badly reads low."""

    low: float | None = None
    high: float | None = None
    low_twice: bool = False


LIMITS: Mapping[str, Limits] = {
    "systolic_mmhg": Limits(90, 160),
    "diastolic_mmhg": Limits(54, 100),
    "heart_rate_bpm": Limits(50, 100),
    "temperature_c": Limits(35.0, 38.1, low_twice=True),
    "spo2_percent": Limits(91, None),
    "glucose_mmol_l": Limits(3.9, 16.7),
}
"""Blood pressure: grade 2 hypertension (ESC/ESH 2018 and the Chinese guideline 2018: 160 or 100 and above); the red band of
NEWS2 (90 and below); a diastolic pressure below 55, under which treated old people fared worse (Somes and others, Arch Intern Med
1999). Pulse at rest: tachycardia and bradycardia as they are commonly defined (100, 50). Temperature: the edges of NEWS2. Oxygen:
its red band. Glucose: hypoglycaemia (3.9 mmol/l, ADA level 1) and 16.7 mmol/l (300 mg/dl), above which ketones are tested."""


def own_limits(own: Mapping[str, float]) -> Mapping[str, Limits]:
    """`LIMITS` with those of one person in their place: `systolic_mmhg_high` and the like."""
    return {
        measure: replace(
            usual,
            low=own.get(f"{measure}_low", usual.low),
            high=own.get(f"{measure}_high", usual.high),
        )
        for measure, usual in LIMITS.items()
    }


WEIGHT = "weight_kg"
WEIGHT_CHANGES_BY = 2.0
"""kg against the median of the newest week, where that is far for this person too: heart failure (ESC 2021: 2 kg in three
days)."""
_WEEK = 7

UNUSUAL_FROM = 4.0
"""Spreads from the normal, twice in a row. Of a person who scatters normally no day in ten thousand lies there."""
TWICE_WITHIN = timedelta(hours=48)
"""Readings further apart do not confirm each other."""

COUNTS_FOR: Mapping[str, timedelta] = {
    "heart_rate_bpm": timedelta(hours=1),
    "respiration_per_min": timedelta(hours=1),
    "spo2_percent": timedelta(hours=1),
    "systolic_mmhg": timedelta(hours=12),
    "temperature_c": timedelta(hours=12),
}
"""How old a reading may be that the score counts: what a sensor tells all the while an hour, what a hand takes half a day (twelve
hours is the chart's longest interval between observations)."""

SCORE = "score"
"""In place of a measure, for what all of them come to."""

ASK_FROM = 6.0
"""A reading taken by hand that lies so many spreads away is asked to be taken again before anybody is sent."""


@record
class Reading:
    """`strangeness`: spreads from the person's own normal, 0 where that is not known."""

    value: float
    at: datetime
    strangeness: float = 0.0


@record
class Wellbeing:
    """One person: the newest reading of each measure, and their own normal of each."""

    newest: Mapping[str, Reading] = field(default_factory=dict)
    own: Mapping[str, Own] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One sign: `what` about `measure`. `value` was read, or is the score; `limit` is what it was held against; `usual` is the
    person's own, `strangeness` spreads away. Of a score: what is `missing`, and how old the readings are that it is made of."""

    what: Found
    measure: str
    value: float
    limit: float | None = None
    usual: float | None = None
    strangeness: float | None = None
    missing: tuple[str, ...] = ()
    ages_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Levels:
    """Severities of what is found, for everybody or for one ability level or condition."""

    limits: Severity = Severity.ROUTINE
    unusual: Severity = Severity.ROUTINE
    score_medium: Severity = Severity.URGENT
    score_high: Severity = Severity.EMERGENCY


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reading comes to. `ask_again`: so strange that it is taken again first."""

    findings: tuple[Finding, ...]
    ask_again: bool = False


_QUIET = Verdict(())


def read(
    state: Wellbeing,
    measure: str,
    value: float,
    at: datetime,
    day: int,
    *,
    at_rest: bool,
    limits: Mapping[str, Limits] = LIMITS,
) -> tuple[Wellbeing, Verdict]:
    """The state with one plausible reading, and what it comes to. `day` is its local date as an ordinal; `at_rest` that somebody
    sat down for it (a cuff, a thermometer, scales): only then limits count. `limits` may be the person's own."""
    own = state.own.get(measure)
    usual = normal(own, measure)
    strangeness = round(usual.strangeness(value), 1) if usual is not None else 0.0
    before = state.newest.get(measure)
    if before is not None and at - before.at > TWICE_WITHIN:
        before = None
    strange = abs(strangeness) >= UNUSUAL_FROM
    found = list(_beyond(limits, measure, value, before)) if at_rest else []
    if usual is not None and strange and before is not None and _same_way(strangeness, before.strangeness):
        found.append(Finding(Found.UNUSUAL, measure, value, usual=usual.middle, strangeness=strangeness))
    week = normal(own, measure, days=_WEEK) if measure == WEIGHT else None
    if week is not None and strange and abs(value - week.middle) >= WEIGHT_CHANGES_BY:
        found.append(Finding(Found.CHANGED, measure, value, WEIGHT_CHANGES_BY, week.middle))
    resting = measure == "heart_rate_bpm" and not at_rest
    after = Wellbeing(
        {**state.newest, measure: Reading(value, at, strangeness)},
        {**state.own, measure: noted(own, value, at, day, resting=resting)},
    )
    if not found:
        return after, _QUIET
    ask_again = at_rest and abs(strangeness) >= ASK_FROM
    return after, Verdict(tuple(found), ask_again)


_MEDIUM, _HIGH = 5, 7


def scored(
    state: Wellbeing, at: datetime, *, scale_2: bool = False, on_oxygen: bool | None = None
) -> Finding | None:
    """The early-warning score of what still counts, where that asks for somebody (5 points and more). `scale_2` and `on_oxygen`
    as in `news2`."""
    score = score_of(state, at, scale_2=scale_2, on_oxygen=on_oxygen)
    if score.at_least < _MEDIUM:
        return None
    ages = {
        name: round((at - one.at).total_seconds())
        for name, one in state.newest.items()
        if name in COUNTS_FOR and at - one.at <= COUNTS_FOR[name]
    }
    missing = tuple(one.value for one in score.missing)
    return Finding(Found.SCORE, SCORE, score.at_least, missing=missing, ages_s=ages)


def score_of(
    state: Wellbeing, at: datetime, *, scale_2: bool = False, on_oxygen: bool | None = None
) -> Score:
    """The early-warning score of what still counts. At home a set is rarely complete: then it has no total."""

    def newest(measure: str) -> float | None:
        one = state.newest.get(measure)
        return one.value if one is not None and at - one.at <= COUNTS_FOR[measure] else None

    return news2(
        Observations(
            respiration=newest("respiration_per_min"),
            spo2=newest("spo2_percent"),
            on_oxygen=on_oxygen,
            systolic=newest("systolic_mmhg"),
            pulse=newest("heart_rate_bpm"),
            temperature=newest("temperature_c"),
            scale_2=scale_2,
        )
    )


def _same_way(one: float, other: float) -> bool:
    return min(abs(one), abs(other)) >= UNUSUAL_FROM and one * other > 0


def _beyond(
    known: Mapping[str, Limits], measure: str, value: float, before: Reading | None
) -> Iterator[Finding]:
    limits = known.get(measure)
    if limits is None:
        return
    if limits.high is not None and value >= limits.high:
        yield Finding(Found.HIGH, measure, value, limits.high)
    twice = before is not None and limits.low is not None and before.value <= limits.low
    if limits.low is not None and value <= limits.low and (twice or not limits.low_twice):
        yield Finding(Found.LOW, measure, value, limits.low)


def signs_of(
    state: Wellbeing, measure: str, value: float, limits: Mapping[str, Limits] = LIMITS
) -> tuple[Finding, ...]:
    """What one reading taken at rest says by itself, without a second one: beyond a limit, or far from the person's normal."""
    found = list(_beyond(limits, measure, value, Reading(value, _LONG_AGO)))
    usual = normal(state.own.get(measure), measure)
    if usual is not None and abs(strangeness := usual.strangeness(value)) >= UNUSUAL_FROM:
        found.append(
            Finding(Found.UNUSUAL, measure, value, usual=usual.middle, strangeness=round(strangeness, 1))
        )
    return tuple(found)


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def severity_of(found: Finding, levels: Levels) -> Severity:
    """How grave a sign is by itself."""
    if found.what is Found.SCORE:
        return levels.score_high if found.value >= _HIGH else levels.score_medium
    return levels.limits if found.what in (Found.HIGH, Found.LOW) else levels.unusual
