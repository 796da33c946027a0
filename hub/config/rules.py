"""Reads `rules.toml` into the core's rules: a list of closed kinds, each checked against what a living person can have."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, TypeAdapter
from pydantic_core import PydanticCustomError

from firmware_contracts.vocabulary import PLAUSIBLE, Fault, Hazard, Measure
from hub.config.bounds import (
    AT_LEAST,
    POSSIBLE,
    AgainAfter,
    AnswerWithin,
    BatteryToldBefore,
    BeyondFor,
    CalmFor,
    CountedWithin,
    DueWithin,
    FlapsCalm,
    FlapsWithin,
    IncidentWithin,
    JoinWithin,
    LateAfter,
    LetThroughEvery,
    LiveWithin,
    LongLieAfter,
    MainsDip,
    MaxGap,
    NoBreathingFor,
    OfflineAfter,
    PreAlarm,
    ProofLasts,
    QuestionWaits,
    ReassureEvery,
    RemindEvery,
    RestlessFor,
    RetryAfter,
    ReturnWithin,
    StaleAfter,
    StuckAfter,
    TestAgainAfter,
    TestModeLasts,
    ToldAgainAfter,
    UsualAgainAfter,
    WeakFor,
)
from hub.config.lines import Path as KeyPath
from hub.config.problems import Problem, Section, Source
from hub.core.alerts import Severity
from hub.core.detection.vitals import ROOM_PLAUSIBLE
from hub.core.detection.wellbeing import Levels
from hub.core.home import Flag
from hub.core.rules import (
    CallRule,
    DeviceRule,
    Due,
    FallRule,
    FloodRule,
    HandTestRule,
    IncidentRule,
    LivingRule,
    MistakeRule,
    NightRule,
    RequestRule,
    RoomMeasure,
    Rules,
    SelfTestRule,
    Side,
    SpecialLevels,
    ThresholdRule,
    WellbeingRule,
)
from hub.core.service_requests import RequestCategory

Percent = Annotated[int, Field(ge=0, le=100)]


def _limited(value: object) -> Measure | RoomMeasure:
    """What a threshold may be about, of two closed lists as one."""
    for kind in (Measure, RoomMeasure):
        for one in kind:
            if one.value == value:
                return one
    known = ", ".join(f"'{one.value}'" for kind in (Measure, RoomMeasure) for one in kind)
    raise PydanticCustomError("enum", "Input should be {expected}", {"expected": known})


class ThresholdTable(Section):
    kind: Literal["threshold"]
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    measure: Annotated[Measure | RoomMeasure, PlainValidator(_limited)]
    side: Side
    limit: float
    clear: float
    severity: Severity
    for_s: BeyondFor = 0
    max_gap_s: MaxGap = 900
    again_after_s: AgainAfter = 3600
    levels: list[Annotated[int, Field(ge=0, le=4)]] = Field(default_factory=list)
    twice: bool = False
    keep_for_s: BeyondFor = 0


class CallTable(Section):
    kind: Literal["call"]
    severity: Severity = Severity.EMERGENCY
    late_after_s: LateAfter = 60
    stale_after_s: StaleAfter = 300
    reassure_every_s: ReassureEvery = 60


class FallTable(Section):
    kind: Literal["fall"]
    suspected: Severity = Severity.EMERGENCY
    lying: Severity = Severity.EMERGENCY
    got_up: Severity = Severity.URGENT
    pre_alarm_s: PreAlarm = 30
    lying_pre_alarm_s: PreAlarm = 10
    long_lie_after_s: LongLieAfter = 300


class DeviceTable(Section):
    kind: Literal["device"]
    silent: Severity = Severity.TECHNICAL
    live_within_s: LiveWithin = 120
    drift_ppm: Annotated[int, Field(ge=0, le=10_000)] = 500
    battery_low_percent: Percent = 15
    mains_dip_s: MainsDip = 10
    join_within_s: JoinWithin = 2
    offline_after_s: OfflineAfter = 180
    again_after_s: AgainAfter = 86_400
    battery_told_before_s: BatteryToldBefore = 1_209_600
    weak_signal_dbm: Annotated[int, Field(ge=-120, le=-40)] = -80
    weak_signal_for_s: WeakFor = 21_600
    stuck_after_s: StuckAfter = 43_200
    flapping_count: Annotated[int, Field(ge=2, le=100)] = 3
    flapping_within_s: FlapsWithin = 86_400
    flapping_calm_s: FlapsCalm = 3_600


class HazardTable(Section):
    kind: Literal["hazard"]
    hazard: Hazard
    severity: Severity


class FaultTable(Section):
    kind: Literal["fault"]
    fault: Fault
    severity: Severity


class PlausibleTable(Section):
    kind: Literal["plausible"]
    measure: Measure
    low: float
    high: float


class RequestTable(Section):
    kind: Literal["request"]
    category: RequestCategory
    due_s: DueWithin
    in_opening_hours: bool = False


class LateRequestTable(Section):
    kind: Literal["late_request"]
    remind_every_s: RemindEvery = 86_400


class MistakenPressesTable(Section):
    kind: Literal["mistaken_presses"]
    count: Annotated[int, Field(ge=2, le=20)] = 3
    within_s: CountedWithin = 604_800


class FloodTable(Section):
    kind: Literal["flood"]
    readings_per_minute: Annotated[int, Field(ge=60, le=100_000)] = 600
    signals_per_minute: Annotated[int, Field(ge=20, le=10_000)] = 60
    backlog_at_most: Annotated[int, Field(ge=1_000, le=10_000_000)] = 50_000
    let_through_every_s: LetThroughEvery = 10
    calm_for_s: CalmFor = 300


class SelfTestTable(Section):
    kind: Literal["self_test"]
    enabled: bool = True
    opens: time = time(9, 0)
    closes: time = time(17, 0)
    answer_within_s: AnswerWithin = 120
    tries: Annotated[int, Field(ge=1, le=10)] = 3
    retry_after_s: RetryAfter = 300
    again_after_s: TestAgainAfter = 3600


class HandTestTable(Section):
    kind: Literal["hand_test"]
    due_after_s: ProofLasts = 2_592_000
    overdue_after_s: ProofLasts = 3_024_000
    lasts_s: TestModeLasts = 600


class InactivityTable(Section):
    kind: Literal["inactivity"]
    enabled: bool = True
    severity: Severity = Severity.URGENT
    absence: Severity = Severity.ROUTINE
    ask_from: time = time(7, 0)
    ask_until: time = time(22, 0)
    answer_within_s: QuestionWaits = 900
    again_after_s: ToldAgainAfter = 43_200


class NightTable(Section):
    kind: Literal["night"]
    bed_exit: Severity = Severity.URGENT
    no_breathing: Severity = Severity.EMERGENCY
    restless: Severity = Severity.ROUTINE
    wandering: Severity = Severity.URGENT
    door: Severity = Severity.URGENT
    bathroom: Severity = Severity.URGENT
    return_within_s: ReturnWithin = 1800
    no_breathing_for_s: NoBreathingFor = 30
    restless_for_s: RestlessFor = 3600


class WellbeingTable(Section):
    kind: Literal["wellbeing"]
    enabled: bool = True
    limits: Severity = Severity.ROUTINE
    unusual: Severity = Severity.ROUTINE
    score_medium: Severity = Severity.URGENT
    score_high: Severity = Severity.EMERGENCY
    again_within_s: QuestionWaits = 900
    again_after_s: ToldAgainAfter = 43_200
    usual_again_after_s: UsualAgainAfter = 604_800


class WellbeingOfTable(Section):
    kind: Literal["wellbeing_of"]
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    levels: list[Annotated[int, Field(ge=0, le=4)]] = Field(default_factory=list)
    conditions: list[Flag] = Field(default_factory=list)
    limits: Severity | None = None
    unusual: Severity | None = None
    score_medium: Severity | None = None
    score_high: Severity | None = None


class IncidentTable(Section):
    kind: Literal["incident"]
    within_s: IncidentWithin = 7200


RuleTable = Annotated[
    ThresholdTable
    | CallTable
    | FallTable
    | DeviceTable
    | HazardTable
    | FaultTable
    | PlausibleTable
    | RequestTable
    | LateRequestTable
    | MistakenPressesTable
    | FloodTable
    | SelfTestTable
    | HandTestTable
    | InactivityTable
    | NightTable
    | WellbeingTable
    | WellbeingOfTable
    | IncidentTable,
    Field(discriminator="kind"),
]


_RULE: TypeAdapter[RuleTable] = TypeAdapter(RuleTable)


class RulesFile(Section):
    rule: list[RuleTable] = Field(default_factory=list)


def load_rules(path: Path) -> tuple[Rules | None, tuple[Problem, ...]]:
    """The rules of a file, or None and everything that is wrong in it. What the file leaves out keeps its default."""
    source = Source(path, _words)
    parsed = source.read(RulesFile) if source.readable else None
    if parsed is not None:
        _check(source, dict(enumerate(parsed.rule)))
    elif source.readable and isinstance(tables := source.data.get("rule"), list):
        # Of a file with a broken value: what else is wrong in the rules that can be read.
        parts = {index: source.part(_RULE, ("rule", index)) for index in range(len(tables))}
        _check(source, {index: table for index, table in parts.items() if table is not None})
    if parsed is None or source.problems:
        return None, tuple(source.problems)
    return _rules(parsed.rule, hashlib.blake2b(source.text, digest_size=8).hexdigest()), ()


def _words(path: KeyPath, data: Mapping[str, Any]) -> str:
    """`rule "spo2_low" limit`: by its name, what it is about, or its place in the file."""
    if len(path) < 2 or not isinstance(path[1], int):
        return " ".join(str(part) for part in path)
    rules = data.get("rule")
    found = rules[path[1]] if isinstance(rules, list) and path[1] < len(rules) else None
    table = found if isinstance(found, dict) else {}
    about = next(
        (table[key] for key in ("name", "hazard", "fault", "measure", "category", "kind") if key in table),
        None,
    )
    key = " ".join(str(part) for part in path[2:3])
    return f"rule {path[1] + 1 if about is None else chr(34) + str(about) + chr(34)} {key}".rstrip()


def _check(source: Source, tables: Mapping[int, RuleTable]) -> None:
    plausible = dict(PLAUSIBLE) | {
        one.measure: (one.low, one.high)
        for one in tables.values()
        if isinstance(one, PlausibleTable) and one.low < one.high
    }
    seen: dict[tuple[str, str], int] = {}
    for index, table in tables.items():
        _check_severity(source, ("rule", index), table)
        match table:
            case ThresholdTable():
                identity = table.name
                bounds = ROOM_PLAUSIBLE | plausible
                _check_threshold(source, ("rule", index), table, bounds[table.measure])
            case WellbeingOfTable():
                identity = table.name
                if not table.levels and not table.conditions:
                    source.complain(
                        ("rule", index, "name"),
                        f'"{table.name}" is for everybody',
                        "say for which levels or conditions it is",
                    )
            case HazardTable():
                identity = table.hazard
            case FaultTable():
                identity = table.fault
            case RequestTable():
                identity = table.category
            case PlausibleTable():
                identity = table.measure
                if table.low >= table.high:
                    source.complain(
                        ("rule", index, "low"), f"{table.low:g} is not below high {table.high:g}", "swap them"
                    )
                _check_possible(source, ("rule", index), table)
            case SelfTestTable():
                identity = ""
                if table.opens >= table.closes:
                    found = f"found {table.opens:%H:%M}, which is not before closes {table.closes:%H:%M}"
                    source.complain(("rule", index, "opens"), found, "test calls are made by day: swap them")
            case HandTestTable():
                identity = ""
                if table.overdue_after_s < table.due_after_s:
                    found = f"found {table.overdue_after_s:g}, which is less than due_after_s {table.due_after_s:g}"
                    remedy = "a key is due before it is overdue"
                    source.complain(("rule", index, "overdue_after_s"), found, remedy)
            case InactivityTable():
                identity = ""
                if table.ask_from >= table.ask_until:
                    found = (
                        f"found {table.ask_from:%H:%M}, which is not before ask_until {table.ask_until:%H:%M}"
                    )
                    source.complain(("rule", index, "ask_from"), found, "no voice wakes anybody: swap them")
            case _:
                identity = ""
        before = seen.setdefault((table.kind, identity), index)
        if before != index:
            first = source.line(("rule", before))
            source.complain(
                ("rule", index), f"stands a second time (first in line {first})", "keep one of them"
            )


def _check_severity(source: Source, path: KeyPath, table: RuleTable) -> None:
    """No rule puts what may cost a life where nobody looks."""
    given: dict[str, tuple[str, Severity]] = {}
    match table:
        case CallTable():
            given["severity"] = ("call", table.severity)
        case FallTable():
            given |= {
                "suspected": ("fall", table.suspected),
                "lying": ("fall", table.lying),
                "got_up": ("fall", table.got_up),
            }
        case HazardTable():
            given["severity"] = (table.hazard.value, table.severity)
        case _:
            pass
    for key, (what, severity) in given.items():
        least = AT_LEAST.get(what)
        if least is not None and severity.rank > least.rank:
            allowed = " or ".join(one.value for one in Severity if one.rank <= least.rank)
            source.complain(
                (*path, key),
                f'found "{severity.value}"',
                f"{what.replace('_', ' ')} is {allowed}, never less",
            )


def _check_possible(source: Source, path: KeyPath, table: PlausibleTable) -> None:
    least, most = POSSIBLE[table.measure]
    for key in ("low", "high"):
        value = getattr(table, key)
        if not least <= value <= most:
            remedy = f"for {table.measure} give a number between {least:g} and {most:g}"
            source.complain((*path, key), f"found {value:g}, which nobody lives with", remedy)


def _check_threshold(
    source: Source, path: KeyPath, table: ThresholdTable, bounds: tuple[float, float]
) -> None:
    low, high = bounds
    if not low <= table.limit <= high:
        remedy = f"a plausible {table.measure} lies between {low:g} and {high:g}"
        source.complain((*path, "limit"), f"found {table.limit:g}, which no reading can reach", remedy)
    if table.side is Side.ABOVE and table.clear >= table.limit:
        source.complain(
            (*path, "clear"), f"found {table.clear:g}", f"above {table.limit:g} it clears at a smaller value"
        )
    if table.side is Side.BELOW and table.clear <= table.limit:
        source.complain(
            (*path, "clear"), f"found {table.clear:g}", f"below {table.limit:g} it clears at a larger value"
        )
    if table.twice and table.for_s:
        source.complain(
            (*path, "twice"),
            f"stands beside for_s = {table.for_s:g}",
            "take one of them: two readings in a row, or every reading of a time",
        )


def _rules(tables: list[RuleTable], version: str) -> Rules:
    usual = Rules()
    call, fall, device, mistakes = usual.call, usual.fall, usual.device, usual.mistakes
    flood, self_test, hand_test = usual.flood, usual.self_test, usual.hand_test
    living, night, incident = usual.living, usual.night, usual.incident
    wellbeing, special = usual.wellbeing, list[WellbeingOfTable]()
    due, remind_every = dict(usual.requests.due), usual.requests.remind_every
    thresholds: dict[Measure | RoomMeasure, tuple[ThresholdRule, ...]] = {}
    hazards, faults, plausible = dict(usual.hazards), dict(usual.faults), dict(usual.plausible)
    for table in tables:
        match table:
            case ThresholdTable():
                thresholds[table.measure] = (*thresholds.get(table.measure, ()), threshold(table))
            case CallTable():
                call = CallRule(
                    severity=table.severity,
                    late_after=timedelta(seconds=table.late_after_s),
                    stale_after=timedelta(seconds=table.stale_after_s),
                    reassure_every=timedelta(seconds=table.reassure_every_s),
                )
            case FallTable():
                fall = FallRule(
                    suspected=table.suspected,
                    lying=table.lying,
                    got_up=table.got_up,
                    pre_alarm=timedelta(seconds=table.pre_alarm_s),
                    lying_pre_alarm=timedelta(seconds=min(table.lying_pre_alarm_s, table.pre_alarm_s)),
                    long_lie_after=timedelta(seconds=table.long_lie_after_s),
                )
            case DeviceTable():
                device = DeviceRule(
                    silent=table.silent,
                    live_within=timedelta(seconds=table.live_within_s),
                    drift_ppm=table.drift_ppm,
                    battery_low_percent=table.battery_low_percent,
                    mains_dip=timedelta(seconds=table.mains_dip_s),
                    join_within=timedelta(seconds=table.join_within_s),
                    offline_after=timedelta(seconds=table.offline_after_s),
                    again_after=timedelta(seconds=table.again_after_s),
                    battery_told_before=timedelta(seconds=table.battery_told_before_s),
                    weak_signal_dbm=table.weak_signal_dbm,
                    weak_signal_for=timedelta(seconds=table.weak_signal_for_s),
                    stuck_after=timedelta(seconds=table.stuck_after_s),
                    flapping_count=table.flapping_count,
                    flapping_within=timedelta(seconds=table.flapping_within_s),
                    flapping_calm=timedelta(seconds=table.flapping_calm_s),
                )
            case HazardTable():
                hazards[table.hazard] = table.severity
            case FaultTable():
                faults[table.fault] = table.severity
            case PlausibleTable():
                plausible[table.measure] = (table.low, table.high)
            case RequestTable():
                due[table.category] = Due(timedelta(seconds=table.due_s), table.in_opening_hours)
            case LateRequestTable():
                remind_every = timedelta(seconds=table.remind_every_s)
            case MistakenPressesTable():
                mistakes = MistakeRule(table.count, timedelta(seconds=table.within_s))
            case FloodTable():
                flood = FloodRule(
                    table.readings_per_minute,
                    table.signals_per_minute,
                    table.backlog_at_most,
                    timedelta(seconds=table.let_through_every_s),
                    timedelta(seconds=table.calm_for_s),
                )
            case SelfTestTable():
                self_test = SelfTestRule(
                    table.enabled,
                    table.opens,
                    table.closes,
                    timedelta(seconds=table.answer_within_s),
                    table.tries,
                    timedelta(seconds=table.retry_after_s),
                    timedelta(seconds=table.again_after_s),
                )
            case HandTestTable():
                hand_test = HandTestRule(
                    timedelta(seconds=table.due_after_s),
                    timedelta(seconds=table.overdue_after_s),
                    timedelta(seconds=table.lasts_s),
                )
            case InactivityTable():
                living = LivingRule(
                    table.enabled,
                    table.severity,
                    table.absence,
                    table.ask_from,
                    table.ask_until,
                    timedelta(seconds=table.answer_within_s),
                    timedelta(seconds=table.again_after_s),
                )
            case NightTable():
                night = NightRule(
                    table.bed_exit,
                    table.no_breathing,
                    table.restless,
                    table.wandering,
                    table.door,
                    table.bathroom,
                    timedelta(seconds=table.return_within_s),
                    timedelta(seconds=table.no_breathing_for_s),
                    timedelta(seconds=table.restless_for_s),
                )
            case WellbeingTable():
                wellbeing = WellbeingRule(
                    table.enabled,
                    _levels(table, usual.wellbeing.levels),
                    (),
                    timedelta(seconds=table.again_within_s),
                    timedelta(seconds=table.again_after_s),
                    timedelta(seconds=table.usual_again_after_s),
                )
            case WellbeingOfTable():
                special.append(table)
            case IncidentTable():
                incident = IncidentRule(timedelta(seconds=table.within_s))
    return Rules(
        version=version,
        call=call,
        fall=fall,
        device=device,
        thresholds=thresholds,
        hazards=hazards,
        faults=faults,
        plausible=plausible,
        requests=RequestRule(due, remind_every),
        mistakes=mistakes,
        flood=flood,
        self_test=self_test,
        hand_test=hand_test,
        living=living,
        night=night,
        incident=incident,
        wellbeing=replace(
            wellbeing,
            special=tuple(
                SpecialLevels(
                    _levels(one, wellbeing.levels), frozenset(one.levels), frozenset(one.conditions)
                )
                for one in special
            ),
        ),
    )


def _levels(table: WellbeingTable | WellbeingOfTable, otherwise: Levels) -> Levels:
    """What a table says, and for what it leaves out what holds otherwise."""
    return Levels(
        table.limits or otherwise.limits,
        table.unusual or otherwise.unusual,
        table.score_medium or otherwise.score_medium,
        table.score_high or otherwise.score_high,
    )


def threshold(table: ThresholdTable) -> ThresholdRule:
    """The rule of a table, in the core's words."""
    return ThresholdRule(
        name=table.name,
        measure=table.measure,
        side=table.side,
        limit=table.limit,
        clear=table.clear,
        severity=table.severity,
        for_=timedelta(seconds=table.for_s),
        max_gap=timedelta(seconds=table.max_gap_s),
        again_after=timedelta(seconds=table.again_after_s),
        levels=frozenset(table.levels),
        twice=table.twice,
        keep_for=timedelta(seconds=table.keep_for_s),
    )
