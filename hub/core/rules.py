"""Rules are data of closed kinds: what `config/rules.toml` may hold, as the core reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from enum import StrEnum

from firmware_contracts.vocabulary import PLAUSIBLE, Fault, Hazard, Measure
from hub.core.alerts import Severity
from hub.core.detection.bed_exit import Figures as BedFigures
from hub.core.detection.inactivity import Figures as SilenceFigures
from hub.core.detection.wellbeing import Levels
from hub.core.service_requests import RequestCategory


class RoomMeasure(StrEnum):
    """What a climate sensor tells of a room."""

    TEMPERATURE = "room_temperature_c"
    HUMIDITY = "room_humidity_percent"


class Side(StrEnum):
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """A vital sign, or the climate of a room, beyond a limit, held for a while.

    Fires when every reading of `for_` is beyond `limit` (inclusive) with no gap longer than `max_gap`; `twice`: when two readings
    in a row are, no further apart than that. Clears when a reading passes `clear` (hysteresis) and none is beyond the limit for
    `keep_for` after it. Still firing `again_after` its alert was resolved, it alerts again. `levels` restricts it to ability
    levels (empty: all).
    """

    name: str
    measure: Measure | RoomMeasure
    side: Side
    limit: float
    clear: float
    severity: Severity
    for_: timedelta = timedelta()
    max_gap: timedelta = timedelta(minutes=15)
    again_after: timedelta = timedelta(hours=1)
    levels: frozenset[int] = frozenset()
    twice: bool = False
    keep_for: timedelta = timedelta()

    def beyond(self, value: float) -> bool:
        return value >= self.limit if self.side is Side.ABOVE else value <= self.limit

    def cleared(self, value: float) -> bool:
        return value <= self.clear if self.side is Side.ABOVE else value >= self.clear

    def with_overrides(self, values: Mapping[str, float]) -> "ThresholdRule":
        """The rule with a home's own `limit`, `clear`, `for_s` or `max_gap_s`."""
        return replace(
            self,
            limit=values.get("limit", self.limit),
            clear=values.get("clear", self.clear),
            for_=timedelta(seconds=values["for_s"]) if "for_s" in values else self.for_,
            max_gap=timedelta(seconds=values["max_gap_s"]) if "max_gap_s" in values else self.max_gap,
        )


@dataclass(frozen=True, slots=True)
class CallRule:
    """A pressed key. `late_after`: a press that comes later is marked so. `stale_after`: an acknowledgement older than this
    without progress falls when the elder presses again. `reassure_every`: how often the elder hears that
    help is being looked for."""

    severity: Severity = Severity.EMERGENCY
    late_after: timedelta = timedelta(seconds=60)
    stale_after: timedelta = timedelta(minutes=5)
    reassure_every: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class FallRule:
    """A fall that a sensor suspects. For `pre_alarm` the wearer is asked and may take it back (10 to 90 s by common telecare
    practice; zero: nobody is asked); a sensor that sees them lying shortens what is left to `lying_pre_alarm`, one that sees
    them get up lowers the severity to `got_up`. Nothing seen to move for `long_lie_after`: an emergency that nobody can
    take back.
    """

    suspected: Severity = Severity.EMERGENCY
    lying: Severity = Severity.EMERGENCY
    got_up: Severity = Severity.URGENT
    pre_alarm: timedelta = timedelta(seconds=30)
    lying_pre_alarm: timedelta = timedelta(seconds=10)
    long_lie_after: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class DeviceRule:
    """Device health. `live_within`: telemetry later than this is history. `drift_ppm`: how far a device's clock may run off.

    `battery_low_percent`: at or below, a technical alert; it clears 10 points above. `mains_dip`: shorter mains failures are not
    told. `join_within`: identical bytes of a foreign device within it are one message. `offline_after`: so long after its last
    will a device counts as gone. `again_after`: a fault that lasts after its alert was closed is told again.

    `battery_told_before`: so long before a battery will be empty. A signal at or below `weak_signal_dbm` in every message of
    `weak_signal_for` is told; a sensor that tells the very same for `stuck_after` too. What comes for the `flapping_count`-th
    time `flapping_within` is flapping: its alert ends only after `flapping_calm` without it.
    """

    silent: Severity = Severity.TECHNICAL
    live_within: timedelta = timedelta(minutes=2)
    drift_ppm: int = 500
    battery_low_percent: int = 15
    mains_dip: timedelta = timedelta(seconds=10)
    join_within: timedelta = timedelta(seconds=2)
    offline_after: timedelta = timedelta(minutes=3)
    again_after: timedelta = timedelta(days=1)
    battery_told_before: timedelta = timedelta(days=14)
    weak_signal_dbm: int = -80
    weak_signal_for: timedelta = timedelta(hours=6)
    stuck_after: timedelta = timedelta(hours=12)
    flapping_count: int = 3
    flapping_within: timedelta = timedelta(days=1)
    flapping_calm: timedelta = timedelta(hours=1)
    live_within_ms: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "live_within_ms", self.live_within // timedelta(milliseconds=1))


@dataclass(frozen=True, slots=True)
class Due:
    """By when a request should be done: so long `after` it was opened, counted in the opening hours of the centre or always."""

    after: timedelta
    in_opening_hours: bool = False


@dataclass(frozen=True, slots=True)
class RequestRule:
    """Service requests. `due` has every category; who is responsible for a late one hears of it again `remind_every`."""

    due: Mapping[RequestCategory, Due] = field(
        default_factory=lambda: {
            RequestCategory.MEALS: Due(timedelta(hours=2), in_opening_hours=True),
            RequestCategory.MEDICAL: Due(timedelta(hours=24)),
            RequestCategory.CLEANING: Due(timedelta(hours=48)),
            RequestCategory.SHOPPING: Due(timedelta(hours=8), in_opening_hours=True),
            RequestCategory.RECREATION: Due(timedelta(hours=72)),
            RequestCategory.OTHER: Due(timedelta(hours=24)),
            RequestCategory.MISTAKEN_PRESSES: Due(timedelta(days=3)),
            RequestCategory.REPAIR: Due(timedelta(hours=2)),
        }
    )
    remind_every: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MistakeRule:
    """`count` presses by mistake on one device `within` this time (its end included) become a task for the butler."""

    count: int = 3
    within: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class FloodRule:
    """A device gone mad. It may send `readings_per_minute` of its own minutes and `signals_per_minute` calls and falls, and give
    back a queue of up to `backlog_at_most`. Beyond that one message of each sort goes on `let_through_every`, the others are
    counted: never a press or a fall whose alert is not open. The alert about it ends when it was calm `calm_for`.
    """

    readings_per_minute: int = 600
    signals_per_minute: int = 60
    backlog_at_most: int = 50_000
    let_through_every: timedelta = timedelta(seconds=10)
    calm_for: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SelfTestRule:
    """The silent test call, once a day for each home with a device that can do it, at a time of its own between `opens` and
    `closes` (local time). It should come back `answer_within`; else it is asked for again `retry_after`, `tries` times in all.
    While the home's last test failed, its device is asked again `again_after`.
    """

    enabled: bool = True
    opens: time = time(9, 0)
    closes: time = time(17, 0)
    answer_within: timedelta = timedelta(minutes=2)
    tries: int = 3
    retry_after: timedelta = timedelta(minutes=5)
    again_after: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class HandTestRule:
    """Keys that a person tests by hand: due `due_after` the last proof, overdue `overdue_after` it. Test mode ends by itself
    `lasts` after it began."""

    due_after: timedelta = timedelta(days=30)
    overdue_after: timedelta = timedelta(days=35)
    lasts: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class LivingRule:
    """Silence that the person's own days do not explain (`detection/inactivity`). Between `ask_from` and `ask_until` (local
    time) a home with a voice is asked first, and has `answer_within` to be heard. Longer out than ever is `absence`: a question
    by telephone. What lasts after its alert was closed is told again `again_after`.
    """

    enabled: bool = True
    severity: Severity = Severity.URGENT
    absence: Severity = Severity.ROUTINE
    ask_from: time = time(7, 0)
    ask_until: time = time(22, 0)
    answer_within: timedelta = timedelta(minutes=15)
    again_after: timedelta = timedelta(hours=12)
    figures: SilenceFigures = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "figures", SilenceFigures(answer_within=self.answer_within))


@dataclass(frozen=True, slots=True)
class NightRule:
    """Nights, and the bathroom at any hour: not back in bed `return_within` (set for a home as `bed_exit`), a care bed that sees
    no breathing `no_breathing_for` or restless lying `restless_for`; for people with dementia up and about at night
    (`wandering`) and the door of the home at an odd hour (`door`).
    """

    bed_exit: Severity = Severity.URGENT
    no_breathing: Severity = Severity.EMERGENCY
    restless: Severity = Severity.ROUTINE
    wandering: Severity = Severity.URGENT
    door: Severity = Severity.URGENT
    bathroom: Severity = Severity.URGENT
    return_within: timedelta = timedelta(minutes=30)
    no_breathing_for: timedelta = timedelta(seconds=30)
    restless_for: timedelta = timedelta(hours=1)
    bed: BedFigures = field(init=False)

    def __post_init__(self) -> None:
        figures = BedFigures(
            return_within=self.return_within,
            no_breathing_for=self.no_breathing_for,
            restless_for=self.restless_for,
        )
        object.__setattr__(self, "bed", figures)


@dataclass(frozen=True, slots=True)
class SpecialLevels:
    """Severities for people of these ability levels (empty: all) who have all these conditions (flags)."""

    levels: Levels
    ability: frozenset[int] = frozenset()
    conditions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WellbeingRule:
    """Limits, own normal and early-warning score as one judgement (`detection/wellbeing`). A strange reading taken by hand is
    asked for again where something in the home can say so, and has `again_within`; what was told is told again `again_after`;
    of somebody whose own normal lies near a limit or beyond it, only `usual_again_after`, or when it is clearly worse than
    what was told. Of `special` the first that fits a person takes the place of `levels`.
    """

    enabled: bool = True
    levels: Levels = field(default_factory=Levels)
    special: tuple[SpecialLevels, ...] = ()
    again_within: timedelta = timedelta(minutes=15)
    again_after: timedelta = timedelta(hours=12)
    usual_again_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class IncidentRule:
    """Signs of sensors about the same people are one alert while no more than `within` lies between them; zero: never."""

    within: timedelta = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules in force; `version` is a digest of the file, written into the journal."""

    version: str = "default"
    call: CallRule = CallRule()
    fall: FallRule = FallRule()
    device: DeviceRule = DeviceRule()
    thresholds: Mapping[Measure | RoomMeasure, tuple[ThresholdRule, ...]] = field(default_factory=dict)
    hazards: Mapping[Hazard, Severity] = field(
        default_factory=lambda: {
            Hazard.SMOKE: Severity.EMERGENCY,
            Hazard.GAS: Severity.EMERGENCY,
            Hazard.CARBON_MONOXIDE: Severity.EMERGENCY,
            Hazard.WATER: Severity.URGENT,
        }
    )
    faults: Mapping[Fault, Severity] = field(
        default_factory=lambda: {
            fault: Severity.TECHNICAL for fault in Fault if fault is not Fault.MAINS_RESTORED
        }
    )
    plausible: Mapping[Measure, tuple[float, float]] = field(default_factory=lambda: dict(PLAUSIBLE))
    requests: RequestRule = field(default_factory=RequestRule)
    mistakes: MistakeRule = MistakeRule()
    flood: FloodRule = FloodRule()
    self_test: SelfTestRule = SelfTestRule()
    hand_test: HandTestRule = HandTestRule()
    living: LivingRule = LivingRule()
    night: NightRule = NightRule()
    incident: IncidentRule = IncidentRule()
    wellbeing: WellbeingRule = WellbeingRule()
    calm: Mapping[Measure, tuple[float, float]] = field(init=False)
    """Strictly between these bounds a reading is possible and beyond no threshold: by far the most are, and are done with."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "calm", {measure: self._calm(measure) for measure in self.plausible})

    def _calm(self, measure: Measure) -> tuple[float, float]:
        low, high = self.plausible[measure]
        for rule in self.thresholds.get(measure, ()):
            if rule.side is Side.ABOVE:
                high = min(high, rule.limit)
            else:
                low = max(low, rule.limit)
        return low, high
