"""What each rule was worth by what people said when they closed its alerts, and what may be set differently for a home.

A proposal is never carried out by the hub: a person looks at it and sets the home's own value, or does not.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hub.core.alerts import Severity
from hub.core.detection.baseline import FLOORS
from hub.core.detection.condition import OWN_LIMITS
from hub.core.reasons import ReasonCode
from hub.core.rules import Rules, Side
from hub.reports.outcomes import CLASS_OF, OutcomeClass
from hub.store.outcome_rows import ClosedAlert

ENOUGH = 3
"""So many needless alerts of one rule in one home, and none that was right, are worth a proposal."""
_LIMITS = {ReasonCode.READING_HIGH: Side.ABOVE, ReasonCode.READING_LOW: Side.BELOW}
_NEEDLESS = frozenset({OutcomeClass.FALSE_RULE, OutcomeClass.BENIGN})


@dataclass(slots=True)
class RuleOutcome:
    """A rule: its name where it is a threshold, else the code of the reason. `of` counts what its alerts were worth."""

    rule: str
    reason: str
    alerts: int = 0
    of: Counter[OutcomeClass] = field(default_factory=Counter)

    @property
    def right(self) -> float | None:
        """The share of those that were right, of those of which somebody knew; None where nobody did."""
        known = self.alerts - self.of[OutcomeClass.UNDETERMINED] - self.of[OutcomeClass.TEST]
        return self.of[OutcomeClass.REAL] / known if known else None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Own values for a home, because so many of its alerts (`needless`) helped nobody and none was right."""

    home_id: str
    rule: str
    values: Mapping[str, float]
    needless: int


def per_rule(closed: Iterable[ClosedAlert]) -> list[RuleOutcome]:
    """Each rule with what its alerts were, the most frequent first."""
    found: dict[str, RuleOutcome] = {}
    for alert in closed:
        name = alert.rule if alert.reason == ReasonCode.THRESHOLD and alert.rule else alert.reason
        outcome = found.setdefault(name, RuleOutcome(name, alert.reason))
        outcome.alerts += 1
        outcome.of[CLASS_OF[alert.what_it_was]] += 1
    return sorted(found.values(), key=lambda one: (-one.alerts, one.rule))


def proposals(closed: Iterable[ClosedAlert], rules: Rules) -> list[Proposal]:
    """What may be set differently: a limit just beyond what was told in vain. Never of an emergency."""
    groups: dict[tuple[str, str, str | None], list[ClosedAlert]] = defaultdict(list)
    for alert in closed:
        if alert.value is not None and (alert.reason == ReasonCode.THRESHOLD or alert.reason in _LIMITS):
            groups[alert.home_id, alert.rule or alert.reason, alert.measure].append(alert)
    found = []
    for (home_id, _, _), alerts in sorted(groups.items(), key=lambda one: str(one[0])):
        classes = Counter(CLASS_OF[one.what_it_was] for one in alerts)
        needless = sum(classes[one] for one in _NEEDLESS)
        if classes[OutcomeClass.REAL] or needless < ENOUGH:
            continue
        proposal = _proposal(home_id, alerts, needless, rules)
        if proposal is not None:
            found.append(proposal)
    return found


def _proposal(home_id: str, alerts: list[ClosedAlert], needless: int, rules: Rules) -> Proposal | None:
    first = alerts[0]
    values = [one.value for one in alerts if one.value is not None]
    bounds = next((found for measure, found in rules.plausible.items() if measure == first.measure), None)
    if first.measure is None or bounds is None:
        return None
    step, (low, high) = FLOORS.get(first.measure, 1.0), bounds
    if first.reason in _LIMITS:
        side = _LIMITS[ReasonCode(first.reason)]
        limit = _beyond(side, values, step)
        name = f"{first.measure}_{'high' if side is Side.ABOVE else 'low'}"
        return Proposal(home_id, OWN_LIMITS, {name: limit}, needless) if low < limit < high else None
    rule = next((one for group in rules.thresholds.values() for one in group if one.name == first.rule), None)
    if rule is None or rule.severity is Severity.EMERGENCY:
        return None
    limit = _beyond(rule.side, values, step)
    clear = round(limit + rule.clear - rule.limit, 1)
    return (
        Proposal(home_id, rule.name, {"limit": limit, "clear": clear}, needless)
        if low < limit < high
        else None
    )


def _beyond(side: Side, values: list[float], step: float) -> float:
    return round(max(values) + step if side is Side.ABOVE else min(values) - step, 1)
