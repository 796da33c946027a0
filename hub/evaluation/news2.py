"""Early-warning scores against cases whose total is known."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.core.detection.news2 import Consciousness, Observations, Parameter, Score, news2
from hub.evaluation.figures import Figure
from hub.evaluation.report import Report, Skipped, Table

FORMATS = ("vectors",)

_NUMBERS = {
    "rr": Parameter.RESPIRATION,
    "spo2": Parameter.SPO2,
    "sbp": Parameter.SYSTOLIC,
    "hr": Parameter.PULSE,
    "temp": Parameter.TEMPERATURE,
}
_NAMES = {**_NUMBERS, "o2": Parameter.OXYGEN, "acvpu": Parameter.CONSCIOUSNESS}
_ACVPU = {level.value[0].upper(): level for level in Consciousness}


@dataclass(frozen=True, slots=True)
class Case:
    """What was seen and what a source says of it. `chart` false: what it says is known not to be what the chart says; such a case
    is told apart and proves nothing."""

    name: str
    seen: Observations
    expected_total: int | None
    expected_parts: Mapping[Parameter, int]
    at_least: int | None
    at_most: int | None
    chart: bool
    why_not: str


def evaluate(path: Path, format_: str | None) -> Report:
    """Every `*.json` at `path`: a list of cases with `input` (rr, spo2, scale, o2, sbp, hr, temp, acvpu; absent: not measured)
    and what is expected of it: `expected_total`, `expected_parts`, `expected_min`, `expected_max`. `agrees_with_rcp_chart` false
    marks one whose expectation is wrong."""
    report = Report()
    wrong: list[tuple[str, str, str]] = []
    disagreeing: list[tuple[str, str, str]] = []
    right = seen = complete = 0
    for case in _cases(path, report.skipped):
        seen += 1
        score = news2(case.seen)
        complete += score.total is not None
        complaint = _complaint(case, score)
        if complaint is None:
            right += 1
        elif case.chart:
            wrong.append((case.name, *complaint))
        else:
            disagreeing.append((case.name, f"{complaint[0]} ({case.why_not})", complaint[1]))
    if not seen:
        return report
    columns = ("case", "expected", "the hub says")
    if wrong:
        report.tables.append(Table("Cases that come out otherwise", columns, wrong))
    if disagreeing:
        report.tables.append(
            Table(
                "Cases whose expectation is not what the chart says, as their file tells",
                columns,
                disagreeing,
            )
        )
    report.figures += [
        Figure("news2_cases", seen, "cases"),
        Figure("news2_complete_sets", complete, "cases"),
        Figure("news2_as_expected", right, "cases", seen - len(disagreeing), at_least=True),
        Figure("news2_wrong", len(wrong), "cases", 0),
        Figure("news2_expectation_off_the_chart", len(disagreeing), "cases"),
    ]
    return report


def _complaint(case: Case, score: Score) -> tuple[str, str] | None:
    """What was expected and what came out, or None where it fits. Of a partial set the known points are compared."""
    known = score.at_least
    for parameter, points in case.expected_parts.items():
        if score.points.get(parameter) != points:
            return f"{parameter.value} {points}", f"{parameter.value} {score.points.get(parameter)}"
    if case.expected_total is not None and known != case.expected_total:
        return str(case.expected_total), str(known)
    if case.at_least is not None and known < case.at_least:
        return f"at least {case.at_least}", str(known)
    if case.at_most is not None and known > case.at_most:
        return f"at most {case.at_most}", str(known)
    return None


def _cases(path: Path, skipped: list[Skipped]) -> Iterator[Case]:
    for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
        try:
            found = json.loads(file.read_bytes())
        except (ValueError, RecursionError):
            skipped.append(Skipped(file.name, "is not JSON"))
            continue
        if not isinstance(found, list):
            skipped.append(Skipped(file.name, "is not a list of cases"))
            continue
        for number, record in enumerate(found, start=1):
            where = f"{file.name}, case {number}"
            try:
                yield _case(record, where)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                skipped.append(Skipped(f"{where} ({type(error).__name__}: {error})", "cannot be read"))


def _case(record: Mapping[str, Any], where: str) -> Case:
    given = record["input"]
    unknown = set(given) - set(_NAMES) - {"scale"}
    if unknown:
        raise ValueError(f"unknown in input: {', '.join(sorted(unknown))}")
    numbers = {name: float(given[name]) for name in _NUMBERS if given.get(name) is not None}
    consciousness = given.get("acvpu")
    oxygen = given.get("o2")
    seen = Observations(
        respiration=numbers.get("rr"),
        spo2=numbers.get("spo2"),
        on_oxygen=None if oxygen is None else bool(oxygen),
        systolic=numbers.get("sbp"),
        pulse=numbers.get("hr"),
        consciousness=None if consciousness is None else _ACVPU[str(consciousness).upper()],
        temperature=numbers.get("temp"),
        scale_2=int(given.get("scale") or 1) == 2,
    )
    parts = record.get("expected_parts") or {}
    return Case(
        name=str(record.get("id") or record.get("name") or where),
        seen=seen,
        expected_total=record.get("expected_total"),
        expected_parts={_NAMES[name]: int(points) for name, points in parts.items()},
        at_least=record.get("expected_min"),
        at_most=record.get("expected_max"),
        chart=record.get("agrees_with_rcp_chart") is not False,
        why_not=str(record.get("disagreement") or "no reason given"),
    )
