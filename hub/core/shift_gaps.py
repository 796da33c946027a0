"""Before a shift begins: an empty place, or somebody on it whom nobody can tell, is one technical alert of the cell's own home.

What is told once stays told while it lasts, over restarts too; closed by a person while it lasts, it comes again a day after it
was told, as a fault of a device does.
"""

from datetime import datetime, timedelta

from hub.core.alerts import AlertKind, Reason, Severity
from hub.core.draft import Draft
from hub.core.events import ShiftGap, TellShiftGaps
from hub.core.home import Home, RulePhase, RuleState
from hub.core.outcome import Done, Result
from hub.core.raising import clear_by_itself, raise_alert
from hub.core.reasons import ReasonCode

RULE_PREFIX = "shift"
POLICY = "before_shift"
"""Who is told of it; where the policies have none of this name, the way of any technical alert."""


def told(home: Home) -> frozenset[str]:
    """The keys of what is told and not over."""
    return frozenset(key.partition("|")[2] for key in home.rules if key.startswith(f"{RULE_PREFIX}|"))


def closed_too_early(home: Home, now: datetime, again_after: timedelta) -> frozenset[str]:
    """The keys of what was told so long ago, lasts, and is open no more."""
    is_open = {alert.dedup_key for alert in home.alerts.values() if alert.open}
    return frozenset(
        key
        for key in told(home)
        if f"{RULE_PREFIX}|{key}" not in is_open
        and now - home.rules[f"{RULE_PREFIX}|{key}"].last_at >= again_after
    )


def tell(draft: Draft, command: TellShiftGaps) -> Result:
    """Raise what is new or was closed too early, end what is over."""
    wanted = {gap.key: gap for gap in command.gaps}
    known = told(draft.home)
    again = closed_too_early(draft.home, draft.now, draft.context.rules.device.again_after)
    for key in sorted(known - set(wanted)):
        draft.drop_rule(f"{RULE_PREFIX}|{key}")
        clear_by_itself(draft, f"{RULE_PREFIX}|{key}", Reason(ReasonCode.SHIFT_GAP_OVER))
    for key, gap in sorted(wanted.items()):
        if key not in known or key in again:
            draft.put_rule(f"{RULE_PREFIX}|{key}", RuleState(RulePhase.FIRING, draft.now, draft.now))
            raise_alert(
                draft,
                kind=AlertKind.TECHNICAL,
                severity=Severity.TECHNICAL,
                dedup_key=f"{RULE_PREFIX}|{key}",
                cause=draft.now.isoformat(),
                reason=Reason(ReasonCode.SHIFT_GAP, _data(gap)),
                resident_ids=(),
                policy=draft.context.policies.get(POLICY),
            )
    return Done(draft.home.id, 0)


def _data(gap: ShiftGap) -> dict[str, str | int | None]:
    return {
        "kind": gap.kind,
        "role": gap.role.value if gap.role is not None else None,
        "place": gap.place,
        "person": gap.person,
        "from_local": gap.from_local,
        "elders": gap.elders,
    }
