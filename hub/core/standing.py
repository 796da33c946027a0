"""What is wrong with the whole cell for as long as it lasts: each thing is one technical alert of the cell's own home.

What is told once stays told while it lasts, over restarts too; closed by a person while it lasts, it comes again a day after it
was told, as a fault of a device does.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.core.alerts import AlertKind, Policy, Reason, Severity
from hub.core.draft import Draft
from hub.core.home import Home, RulePhase, RuleState
from hub.core.outcome import Done, Result
from hub.core.raising import clear_by_itself, raise_alert
from hub.core.reasons import ReasonCode


def told(home: Home, prefix: str) -> frozenset[str]:
    """The keys of what is told and not over; `prefix` says which kind of thing."""
    return frozenset(key.partition("|")[2] for key in home.rules if key.startswith(f"{prefix}|"))


def closed_too_early(home: Home, prefix: str, now: datetime, again_after: timedelta) -> frozenset[str]:
    """The keys of what was told so long ago, lasts, and is open no more."""
    is_open = {alert.dedup_key for alert in home.alerts.values() if alert.open}
    return frozenset(
        key
        for key in told(home, prefix)
        if f"{prefix}|{key}" not in is_open and now - home.rules[f"{prefix}|{key}"].last_at >= again_after
    )


def tell(
    draft: Draft, prefix: str, wanted: Mapping[str, Reason], over: ReasonCode, policy: Policy | None = None
) -> Result:
    """Raise what of `wanted` is new or was closed too early, end what is over. Without a policy of its own it goes the way of
    any technical alert."""
    known = told(draft.home, prefix)
    again = closed_too_early(draft.home, prefix, draft.now, draft.context.rules.device.again_after)
    for key in sorted(known - set(wanted)):
        draft.drop_rule(f"{prefix}|{key}")
        clear_by_itself(draft, f"{prefix}|{key}", Reason(over))
    for key, reason in sorted(wanted.items()):
        if key not in known or key in again:
            draft.put_rule(f"{prefix}|{key}", RuleState(RulePhase.FIRING, draft.now, draft.now))
            raise_alert(
                draft,
                kind=AlertKind.TECHNICAL,
                severity=Severity.TECHNICAL,
                dedup_key=f"{prefix}|{key}",
                cause=draft.now.isoformat(),
                reason=reason,
                resident_ids=(),
                policy=policy,
            )
    return Done(draft.home.id, 0)
