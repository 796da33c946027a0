"""Hub time jumped forward while the hub ran: what fell due by it, and the technical alert that tells a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.core.alerts import Alert, AlertKind, Reason, Severity
from hub.core.context import Context
from hub.core.draft import Draft
from hub.core.home import Home
from hub.core.outcome import Outcome
from hub.core.raising import join, raise_alert
from hub.core.reasons import ReasonCode

TOLD_FROM = timedelta(minutes=1)
"""A smaller step is a clock being corrected, and moves no deadline by more than people take to answer: it is logged only."""

NAMED = 3
"""Homes that the alert names; the log has the ids of more alerts."""

DEDUP_KEY = "clock|jump"


@dataclass(frozen=True, slots=True)
class Jump:
    """Hub time that did not pass, and the ids of what was due in it: gravest first."""

    from_at: datetime
    until_at: datetime
    alert_ids: tuple[str, ...] = ()
    home_ids: tuple[str, ...] = ()
    requests: int = 0

    @property
    def by(self) -> timedelta:
        return self.until_at - self.from_at


def jump_over(homes: Iterable[Home], from_at: datetime, until_at: datetime) -> Jump:
    """A jump, with the alerts and requests that it makes due: their next step or the end of a hold lies in it."""
    alerts: list[tuple[int, datetime, Alert]] = []
    requests = 0
    for home in homes:
        alerts.extend(
            (alert.severity.rank, due_at, alert)
            for alert in home.alerts.values()
            if (due_at := _due_in(alert, from_at, until_at)) is not None
        )
        for request in home.requests.values():
            due_at = request.deadline_at
            requests += due_at is not None and from_at < due_at <= until_at
    due = [alert for _, _, alert in sorted(alerts, key=lambda one: (one[0], one[1], one[2].id))]
    home_ids = tuple(dict.fromkeys(alert.home_id for alert in due))
    return Jump(from_at, until_at, tuple(alert.id for alert in due), home_ids, requests)


def _due_in(alert: Alert, from_at: datetime, until_at: datetime) -> datetime | None:
    """When people would have been asked next. What the elder hears meanwhile is no deadline."""
    instants = (alert.escalate_at, alert.hold.until_at if alert.hold else None)
    return min((at for at in instants if at is not None and from_at < at <= until_at), default=None)


def tell_of_jump(home: Home, jump: Jump, now: datetime, context: Context) -> Outcome:
    """The alert in the cell's own home; while it is open, further jumps join it and nobody is called again."""
    draft = Draft(home, now, context)
    reason = Reason(
        ReasonCode.CLOCK_JUMPED,
        {
            "by_s": round(jump.by / timedelta(seconds=1)),
            "from_local": _local(jump.from_at, context),
            "until_local": _local(jump.until_at, context),
            "alerts": len(jump.alert_ids),
            "requests": jump.requests,
            "homes": len(jump.home_ids),
            **{f"home_{number}": home_id for number, home_id in enumerate(jump.home_ids[:NAMED], start=1)},
        },
    )
    known = draft.alert_for(DEDUP_KEY)
    if known is not None:
        join(draft, known, reason, tell_holder=False)
    else:
        raise_alert(
            draft,
            kind=AlertKind.TECHNICAL,
            severity=Severity.TECHNICAL,
            dedup_key=DEDUP_KEY,
            cause=jump.until_at.isoformat(),
            reason=reason,
            resident_ids=(),
        )
    return draft.outcome()


def _local(at: datetime, context: Context) -> str:
    return at.astimezone(context.timezone).strftime("%Y-%m-%d %H:%M")
